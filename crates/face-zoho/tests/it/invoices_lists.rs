//! The list's filters on amounts and expected days, and what a page costs.

use billing::invoices::create::CreateInvoice;
use billing::invoices::details::EditDetails;
use billing::invoices::issue::IssueMany;
use billing::invoices::{InvoiceSpec, LineSpec};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use domain::id::CustomerId;
use domain::money::{Currency, Decimal};
use jiff::civil::date;
use testkit::TestDb;

use crate::house::{AsValue, READ};
use crate::invoices_desk::Desk;

async fn customer(desk: &Desk, name: &str, currency: Currency) -> CustomerId {
    let fields = CustomerFields { display_name: Some(name.to_owned()), ..CustomerFields::default() };
    desk.does(CreateCustomer { currency: Some(currency), fields }).await.id
}

fn spec(to: CustomerId, price: &str, reference: &str) -> InvoiceSpec {
    let price = Decimal::parse(price).expect("a price");
    let mut spec = InvoiceSpec::to(to, vec![LineSpec::of("Service", Decimal::ONE, price)]);
    spec.dated_on = Some(date(2016, 6, 18));
    spec.reference = reference.to_owned();
    spec
}

/// The totals of what a query lists, sorted as texts.
async fn totals(desk: &Desk, token: &str, query: &str) -> Vec<String> {
    let list = desk.house.get(token, &format!("/api/v1/invoices?{query}")).await.value();
    let rows = list["invoices"].as_array().expect("a list");
    let mut found: Vec<String> = rows.iter().map(|row| row["total"].to_string()).collect();
    found.sort();
    found
}

testkit::on_both_databases! {
    /// An amount is one of the invoice's own currency, whatever its minor units.
    async fn amounts_are_of_each_currency(db: TestDb) {
        let desk = Desk::open(db).await;
        let (yen, dinar) = (customer(&desk, "Yen", Currency::JPY).await, customer(&desk, "Dinar", Currency::BHD).await);
        let dollar = customer(&desk, "Dollar", Currency::USD).await;
        for (to, price) in [(yen, "1000"), (yen, "1001"), (dinar, "1000.5"), (dinar, "999.999"), (dollar, "1000.01"), (dollar, "1000")] {
            desk.does(CreateInvoice { spec: spec(to, price, "amounts") }).await;
        }
        let token = desk.house.token(&[READ], None).await;
        for (query, expected) in [
            ("total_greater_than=1000", vec!["1000.01", "1000.5", "1001"]),
            ("total_greater_equals=1000", vec!["1000", "1000", "1000.01", "1000.5", "1001"]),
            ("total_less_than=1000", vec!["999.999"]),
            ("total_less_equals=1000.005", vec!["1000", "1000", "999.999"]),
            ("total_greater_than=1000.005&total_less_than=1000.4", vec!["1000.01"]),
            ("total=1000", vec!["1000", "1000"]),
            ("total=1000.0", vec!["1000", "1000"]),
            ("total=1000.5", vec!["1000.5"]),
            ("balance_greater_than=1000.4&total_less_equals=1001", vec!["1000.5", "1001"]),
            ("balance_less_equals=-1", vec![]),
            ("balance_greater_equals=1e30", vec![]),
        ] {
            let query = format!("reference_number=amounts&{query}");
            assert_eq!(totals(&desk, &token, &query).await, expected, "{query}");
        }
    }

    async fn expected_payments_are_listed(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        assert!(house.listed("filter_by=Date.PaymentExpectedDate").await.is_empty());
        let expected = Some(Some(date(2016, 7, 1)));
        desk.does(EditDetails { payment_expected_on: expected, ..EditDetails::of(house.sent) }).await;
        for query in [
            "filter_by=Date.PaymentExpectedDate",
            "payment_expected_date=2016-07-01",
            "payment_expected_date_after=2016-06-30",
            "payment_expected_date_end=2016-07-01&filter_by=Status.Sent",
        ] {
            assert_eq!(house.listed(query).await, ["INV-000005"], "{query}");
        }
        assert!(house.listed("payment_expected_date_before=2016-07-01").await.is_empty());
        let token = house.token(&[READ], None).await;
        let list = house.get(&token, "/api/v1/invoices?filter_by=date.paymentexpecteddate").await.value();
        assert_eq!(list["page_context"]["applied_filter"], "Date.PaymentExpectedDate");
        assert!(house.listed("subscription_id=90300000000001").await.is_empty(), "nobody subscribed to anything");
    }

    /// A page of 200 costs as many statements as a page of one.
    async fn a_page_is_read_in_a_constant_number_of_queries(db: TestDb) {
        let desk = Desk::open(db).await;
        let specs = (0..210).map(|at| spec(desk.house.bowman, "1", &format!("bulk {at}"))).collect();
        desk.does(IssueMany { specs }).await;
        let token = desk.house.token(&[READ], None).await;
        let cost = async |query: &str| -> (usize, u64) {
            let before = desk.house.billing.db().stats().statements;
            let list = desk.house.get(&token, &format!("/billing/v1/invoices?{query}")).await.value();
            let rows = list["invoices"].as_array().expect("a list").len();
            (rows, desk.house.billing.db().stats().statements - before)
        };
        // The first call of a token is authenticated by the store.
        cost("per_page=1").await;
        let (one, few) = cost("per_page=1").await;
        let (many, same) = cost("per_page=200").await;
        assert_eq!((one, many), (1, 200));
        assert_eq!(few, same, "statements for a page of one and of two hundred");
        assert!((1..=12).contains(&few), "{few}");
        let (rest, same) = cost("per_page=200&page=2").await;
        assert_eq!((rest, same), (16, few));
    }
}

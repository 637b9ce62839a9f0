use serde_json::{Value, json};
use testkit::TestDb;

use crate::house::{AsValue, BOWMAN, EVERYTHING, House, PAID, READ, assert_shape, zoho_id};
use jiff::civil::date;

/// Newest first, as they were made.
const ALL: [&str; 6] = ["DRAFT", "INV-5", "INV-4", "INV-3", "INV-2", "INV-1"];

/// Numbers without the provisional id of drafts and the zeros of the series.
fn short(numbers: Vec<String>) -> Vec<String> {
    numbers
        .into_iter()
        .map(|number| match number.split_once('-') {
            Some(("DRAFT", _)) => "DRAFT".to_owned(),
            Some((prefix, digits)) => format!("{prefix}-{}", digits.trim_start_matches('0')),
            None => number,
        })
        .collect()
}

async fn check(house: &House, query: &str, expected: &[&str]) {
    assert_eq!(short(house.listed(query).await), expected, "{query}");
}

testkit::on_both_databases! {
    async fn the_list_is_filtered_by_status(db: TestDb) {
        let house = House::build(db).await;
        check(&house, "", &ALL).await;
        check(&house, "filter_by=Status.All", &ALL).await;
        check(&house, "filter_by=Status.Draft", &["DRAFT"]).await;
        check(&house, "filter_by=Status.Sent", &["INV-5"]).await;
        check(&house, "filter_by=Status.Overdue", &["INV-2"]).await;
        check(&house, "filter_by=Status.PartiallyPaid", &["INV-3"]).await;
        check(&house, "filter_by=Status.Paid", &["INV-1"]).await;
        check(&house, "filter_by=Status.Void", &["INV-4"]).await;
        check(&house, "filter_by=Status.Unpaid", &["INV-5", "INV-3", "INV-2"]).await;
        check(&house, "filter_by=Status.Viewed", &[]).await;
        house.write_off(house.overdue).await;
        check(&house, "filter_by=Status.Paid", &["INV-2", "INV-1"]).await;
        check(&house, "filter_by=Status.OverDue", &[]).await;
    }

    /// Each row's word and the filter of that word agree.
    async fn statuses_and_filters_agree(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], None).await;
        for (filter, word) in [
            ("Draft", "draft"),
            ("Sent", "sent"),
            ("OverDue", "overdue"),
            ("PartiallyPaid", "partially_paid"),
            ("Paid", "paid"),
            ("Void", "void"),
        ] {
            let path = format!("/billing/v1/invoices?filter_by=Status.{filter}");
            let rows = house.get(&token, &path).await.value();
            let rows = rows["invoices"].as_array().expect("a list").clone();
            assert_eq!(rows.len(), 1, "{filter}");
            assert_eq!(rows[0]["status"], word);
            let id = rows[0]["invoice_id"].as_str().expect("an id");
            let one = house.get(&token, &format!("/billing/v1/invoices/{id}")).await.value();
            for key in ["status", "number", "balance", "total", "created_time", "updated_time"] {
                assert_eq!(one["invoice"][key], rows[0][key], "{filter} {key}");
            }
        }
    }

    async fn the_list_is_searched(db: TestDb) {
        let house = House::build(db).await;
        house.issued(house.other, "1", date(2016, 6, 10), date(2016, 6, 11)).await;
        check(&house, "search_text=100%25", &["INV-6"]).await;
        check(&house, "search_text=inv-00", &["INV-6", "INV-5", "INV-4", "INV-3", "INV-2", "INV-1"]).await;
        check(&house, "search_text=po-2016-06-10", &["INV-2"]).await;
        check(&house, "search_text=_", &[]).await;
        check(&house, "customer_name_startswith=bowman&filter_by=Status.Sent", &["INV-5"]).await;
        check(&house, "customer_name=Bowman%20Furniture&filter_by=Status.Paid", &["INV-1"]).await;
        check(&house, "item_name=Nothing", &[]).await;
        check(&house, "item_name_contains=ASI&date=2016-06-06", &["INV-3"]).await;
        check(&house, "item_description_startswith=charges%20of%202016-06-05", &["INV-2", "INV-1"]).await;
        check(&house, "reference_number=PO-2016-06-12", &["INV-3"]).await;
        check(&house, "date_start=2016-06-06&date_end=2016-06-07", &["INV-4", "INV-3"]).await;
        check(&house, "date_after=2016-06-06&date_before=2016-06-08", &["INV-4"]).await;
        check(&house, "due_date_end=2016-06-05", &["INV-1"]).await;
        check(&house, "unknown=1&color_contains=x", &["INV-6", "DRAFT", "INV-5", "INV-4", "INV-3", "INV-2", "INV-1"]).await;
    }

    async fn the_list_is_of_a_customer(db: TestDb) {
        let house = House::build(db).await;
        house.issued(house.branch, "1", date(2016, 6, 10), date(2016, 6, 11)).await;
        check(&house, &format!("customer_id={BOWMAN}"), &ALL).await;
        check(&house, &format!("customer_id={}", zoho_id(house.branch.0)), &["INV-6"]).await;
        // Both the imported id and the native one name the customer.
        check(&house, &format!("customer_id={}", zoho_id(house.bowman.0)), &ALL).await;
        check(&house, "customer_id=1", &[]).await;
        check(&house, "subscription_id=90300000079200", &[]).await;
    }

    async fn pages_tell_where_they_are(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], None).await;
        let page = async |query: &str| {
            let path = format!("/subscriptions/v1/invoices?{query}");
            let answer = house.get(&token, &path).await.value();
            let rows = answer["invoices"].as_array().expect("a list").len();
            (rows, answer["page_context"].clone())
        };
        let (rows, context) = page("").await;
        assert_eq!(rows, 6);
        assert_eq!(
            context,
            json!({
                "page": 1,
                "per_page": 200,
                "has_more_page": false,
                "report_name": "Invoices",
                "applied_filter": "Status.All",
                "sort_column": "created_time",
                "sort_order": "D",
            })
        );
        for (query, expected, has_more) in [
            ("per_page=4", 4, true),
            ("per_page=4&page=2", 2, false),
            ("per_page=3&page=2", 3, false),
            ("per_page=4&page=3", 0, false),
            ("per_page=1000", 6, false),
            ("page=9223372036854775807", 0, false),
        ] {
            let (rows, context) = page(query).await;
            assert_eq!((rows, &context["has_more_page"]), (expected, &json!(has_more)), "{query}");
        }
        let (_, context) = page("per_page=1000&filter_by=status.unpaid&sort_column=due_date&sort_order=A").await;
        assert_eq!(context["per_page"], 200);
        assert_eq!(context["applied_filter"], "Status.Unpaid");
        assert_eq!((&context["sort_column"], &context["sort_order"]), (&json!("due_date"), &json!("A")));
    }

    async fn the_list_is_sorted(db: TestDb) {
        let house = House::build(db).await;
        let by_total = ["INV-1", "INV-2", "INV-3", "INV-5", "INV-4", "DRAFT"];
        check(&house, "sort_column=total", &by_total).await;
        check(&house, "sort_column=balance&filter_by=Status.Unpaid", &["INV-2", "INV-5", "INV-3"]).await;
        check(&house, "sort_column=due_date&sort_order=A", &["INV-1", "INV-2", "INV-3", "INV-4", "INV-5", "DRAFT"]).await;
        let by_number = ["INV-1", "INV-2", "INV-3", "INV-4", "INV-5", "DRAFT"];
        check(&house, "sort_column=invoice_number&sort_order=A", &by_number).await;
    }

    /// The most conditions that one request may have, with those of the token's own on top.
    async fn many_conditions_at_once(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], Some(house.bowman)).await;
        let texts = ["item_name", "item_description", "invoice_number", "reference_number", "customer_name"]
            .map(|name| format!("{name}=x&{name}_startswith=x&{name}_contains=x"));
        let days = "date=2016-06-05&date_start=2016-06-05&date_end=2016-06-05&date_before=2016-06-05";
        let query = format!("customer_id={BOWMAN}&filter_by=Status.Paid&{}&{days}", texts.join("&"));
        assert!(house.listed_by(&token, &query).await.is_empty());
        let more = house.get(&token, &format!("/api/v1/invoices?{query}&search_text=x")).await;
        assert_eq!((more.status, &more.value()["code"]), (400, &json!(4000)));
    }

    async fn senseless_values_are_named(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], None).await;
        for (query, name) in [
            ("filter_by=Status.Lost", "filter_by"),
            ("page=0", "page"),
            ("sort_order=up", "sort_order"),
            ("date_start=2016-06-31", "date_start"),
            ("customer_id=Bowman", "customer_id"),
            ("search_text=%ff", "search_text"),
            ("search_text=%0", "search_text"),
            ("search_text=a%00b", "search_text"),
        ] {
            let reply = house.get(&token, &format!("/api/v1/invoices?{query}")).await;
            let body = format!(r#"{{"code":2,"message":"Invalid value passed for {name}"}}"#);
            assert_eq!((reply.status, reply.body), (400, body), "{query}");
        }
        let long = format!("/api/v1/invoices?search_text={}", "x".repeat(101));
        assert_eq!(house.get(&token, &long).await.value()["code"], 15);
    }

    async fn an_invoice_has_the_seeds_shape(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], None).await;
        for (mount, fixture, row) in [
            (
                "/subscriptions/v1",
                include_str!("../wire/invoice.json"),
                include_str!("../wire/invoices.json"),
            ),
            (
                "/billing/v1",
                include_str!("../wire/invoice.billing.json"),
                include_str!("../wire/invoices.billing.json"),
            ),
            ("/api/v1", include_str!("../wire/invoice.json"), include_str!("../wire/invoices.json")),
        ] {
            for id in [PAID.to_owned(), zoho_id(house.partly.0), zoho_id(house.draft.0), zoho_id(house.void.0)] {
                let reply = house.get(&token, &format!("{mount}/invoices/{id}")).await;
                assert_eq!(reply.status, 200, "{reply:?}");
                assert_shape(fixture, &reply.body);
                assert_eq!(reply.value()["invoice"]["invoice_id"], json!(id));
            }
            let reply = house.get(&token, &format!("{mount}/invoices")).await;
            assert_shape(row, &reply.body);
        }
    }

    async fn an_invoice_tells_the_truth(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], None).await;
        let path = format!("/subscriptions/v1/invoices/{}", zoho_id(house.partly.0));
        let invoice = house.get(&token, &path).await.value()["invoice"].clone();
        for (pointer, value) in [
            ("/status", json!("partially_paid")),
            ("/invoice_date", json!("2016-06-06")),
            ("/due_date", json!("2016-06-12")),
            ("/customer_id", json!(BOWMAN)),
            ("/customer_name", json!("Bowman Furniture")),
            ("/email", json!("benjamin.george@bowmanfurniture.com")),
            ("/invoice_items/0/name", json!("Basic")),
            ("/invoice_items/0/price", json!(80.5)),
            ("/invoice_items/0/quantity", json!(1)),
            ("/invoice_items/0/item_total", json!(80.5)),
            ("/total", json!(80.5)),
            ("/payment_made", json!(30.25)),
            ("/balance", json!(50.25)),
            ("/payments/0/amount", json!(30.25)),
            ("/payments/0/payment_mode", json!("banktransfer")),
            ("/payments/0/date", json!("2016-06-05")),
            ("/created_time", json!("2016-06-01T13:00:00-0700")),
            ("/billing_address/zip", json!(92612)),
            ("/billing_address/street", json!("Harrington Bay Street")),
            ("/shipping_address/fax", json!(4_527_389)),
            ("/comments/0/time", json!("1:00 PM")),
        ] {
            assert_eq!(invoice.pointer(pointer), Some(&value), "{pointer}");
        }
    }

    async fn missing_withdrawn_and_foreign_invoices_are_one_answer(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], None).await;
        house.withdraw(house.sent).await;
        let withdrawn = zoho_id(house.sent.0);
        let line: Value = house.get(&token, &format!("/api/v1/invoices/{PAID}")).await.value();
        let line = line["invoice"]["invoice_items"][0]["item_id"].as_str().expect("an id").to_owned();
        for id in ["1", "abc", "12345678901234567890123", "%00", withdrawn.as_str(), line.as_str()] {
            let reply = house.get(&token, &format!("/api/v1/invoices/{id}")).await;
            let body = r#"{"code":1002,"message":"Invoice does not exist."}"#;
            assert_eq!((reply.status, reply.body.as_str()), (404, body), "{id}");
        }
        assert_eq!(short(house.listed_by(&token, "filter_by=Status.Void").await), ["INV-4"]);
    }

    /// A customer's token sees what is issued to it and to the customers below it, and nothing else.
    async fn a_customers_token_sees_its_own(db: TestDb) {
        let house = House::build(db).await;
        let ours = house.issued(house.branch, "1", date(2016, 6, 10), date(2016, 6, 11)).await;
        let theirs = house.issued(house.other, "1", date(2016, 6, 10), date(2016, 6, 11)).await;
        let token = house.token(&[EVERYTHING], Some(house.bowman)).await;
        let seen = short(house.listed_by(&token, "").await);
        assert_eq!(seen, ["INV-6", "INV-5", "INV-4", "INV-3", "INV-2", "INV-1"]);
        let of_theirs = format!("customer_id={}", zoho_id(house.other.0));
        assert!(house.listed_by(&token, &of_theirs).await.is_empty());
        for (invoice, status) in [(ours, 200), (theirs, 404), (house.draft, 404), (house.paid, 200)] {
            let path = format!("/api/v1/invoices/{}", zoho_id(invoice.0));
            assert_eq!(house.get(&token, &path).await.status, status, "{invoice}");
        }
        let branch = house.token(&[EVERYTHING], Some(house.branch)).await;
        assert_eq!(short(house.listed_by(&branch, "").await), ["INV-6"]);
    }

    async fn other_formats_are_not_there_yet(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[READ], None).await;
        let authorization = format!("Zoho-oauthtoken {token}");
        let path = format!("/billing/v1/invoices/{PAID}");
        for (query, accept, status) in [
            ("", "application/pdf", 406),
            ("", "text/html", 406),
            ("?accept=pdf", "*/*", 406),
            ("?accept=html", "*/*", 406),
            ("?accept=json", "application/pdf", 200),
            ("", "application/json, text/plain, */*", 200),
            ("?accept=xls", "*/*", 400),
        ] {
            let headers = [("authorization", authorization.as_str()), ("accept", accept)];
            let reply = house.ask("GET", &format!("{path}{query}"), &headers, "").await;
            assert_eq!(reply.status, status, "{query} {accept}");
            assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
            if status == 406 {
                assert_eq!(reply.value()["code"], 4006);
            }
        }
    }
}

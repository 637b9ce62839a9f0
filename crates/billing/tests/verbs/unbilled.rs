//! What was sold and waits for its invoice.

use billing::Error;
use billing::invoices::{DiscountAmount, DiscountSpec, LineSpec, TaxChoice};
use billing::parties::customers::DeleteCustomer;
use billing::query::{ChargeColumn, Condition, Direction, DocumentQuery, Match};
use billing::unbilled_charges::ChargeSpec;
use billing::unbilled_charges::create::CreateUnbilledCharge;
use billing::unbilled_charges::delete::DeleteUnbilledCharge;
use billing::unbilled_charges::invoice::InvoiceUnbilledCharges;
use domain::Refusal;
use domain::id::{CustomerId, UnbilledChargeId};
use domain::money::Currency;
use domain::unbilled_charge::{ChargeDocument, ChargeStatus};
use testkit::builders::{World, amount, decimal};
use testkit::{TestDb, on_both_databases};

fn line(name: &str, quantity: &str, unit_price: &str) -> LineSpec {
    LineSpec::of(name, decimal(quantity), decimal(unit_price))
}

async fn raised(world: &World, customer: CustomerId, lines: Vec<LineSpec>) -> UnbilledChargeId {
    world.does(CreateUnbilledCharge { spec: ChargeSpec::to(customer, lines) }).await
}

async fn charge(world: &World, id: UnbilledChargeId) -> ChargeDocument {
    world.billing.unbilled_charge(&world.caller, id).await.expect("the charge is there").value.document
}

on_both_databases! {
    async fn a_charge_becomes_the_invoice_it_said(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("20").await;
        let mut taxed = line("Setup", "1", "100");
        taxed.tax = TaxChoice::Group(vat);
        let mut cheaper = line("Usage", "3", "10");
        cheaper.description = Some("Usage charges for last month".to_owned());
        cheaper.purchase_order = Some("PO-1".to_owned());
        let by = DiscountAmount::Percent(amount("10"));
        cheaper.discounts = vec![DiscountSpec { name: "Flat".to_owned(), code: Some("TEN".to_owned()), by, priority: 0 }];
        let id = raised(&world, world.customer, vec![taxed, cheaper]).await;
        let open = charge(&world, id).await;
        assert_eq!((open.charge.number.as_str(), open.charge.status()), ("UNBILL-000001", ChargeStatus::Unbilled));
        assert_eq!((open.charge.ex_tax, open.charge.tax, open.charge.total), (12_700, 2_000, 14_700));
        assert_eq!(world.standing(world.customer).await, (0, 0), "nothing is owed yet");

        let invoice = world.does(InvoiceUnbilledCharges::of(vec![id])).await;
        let view = world.view(invoice).await;
        assert_eq!(view.summary.total.minor, 14_700);
        assert_eq!(view.coupons.iter().map(|coupon| (coupon.code.as_str(), coupon.amount.minor)).collect::<Vec<_>>(),
            [("TEN", 300)]);
        assert_eq!(view.lines[1].description, "Usage charges for last month");
        assert_eq!(view.lines[1].purchase_order.as_deref(), Some("PO-1"));
        assert_eq!(world.standing(world.customer).await, (14_700, 0));
        let billed = charge(&world, id).await.charge;
        assert_eq!((billed.status(), billed.invoice_id), (ChargeStatus::Invoiced, Some(invoice)));

        let invoiced = Refusal::ChargeInvoiced { charge: id };
        assert_eq!(world.refuses(InvoiceUnbilledCharges::of(vec![id])).await, invoiced);
        assert_eq!(world.refuses(DeleteUnbilledCharge { charge: id }).await, invoiced);
        world.books_are_sound().await;
    }

    async fn charges_of_one_kind_share_an_invoice(db: TestDb) {
        let world = World::open(&db).await;
        let one = raised(&world, world.customer, vec![line("One", "1", "1")]).await;
        let two = raised(&world, world.customer, vec![line("Two", "1", "2"), line("Three", "1", "3")]).await;
        let stranger = world.customer("Stranger").created().await;
        let theirs = raised(&world, stranger, vec![line("Theirs", "1", "9")]).await;
        let mismatch = Refusal::CustomerMismatch { expected: world.customer, given: stranger };
        assert_eq!(world.refuses(InvoiceUnbilledCharges::of(vec![two, one, theirs])).await, mismatch);
        assert_eq!(world.refuses(InvoiceUnbilledCharges::of(Vec::new())).await, Refusal::Blank { what: "charges" });
        let unknown = world.tried(InvoiceUnbilledCharges::of(vec![one, UnbilledChargeId(1)])).await;
        assert!(matches!(unknown, Err(Error::Missing { kind: "unbilled_charge", .. })), "{unknown:?}");
        assert_eq!(charge(&world, one).await.charge.status(), ChargeStatus::Unbilled, "a refusal changed nothing");

        let invoice = world.does(InvoiceUnbilledCharges::of(vec![two, one, two])).await;
        let view = world.view(invoice).await;
        assert_eq!(view.summary.total.minor, 600);
        assert_eq!(view.lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["One", "Two", "Three"]);

        let euros = ChargeSpec { currency: Some(Currency::EUR), ..ChargeSpec::to(stranger, vec![line("Euros", "1", "5")]) };
        let euros = world.does(CreateUnbilledCharge { spec: euros }).await;
        let refused = world.refuses(InvoiceUnbilledCharges::of(vec![theirs, euros])).await;
        assert_eq!(refused, Refusal::CurrencyMismatch { expected: Currency::USD, given: Currency::EUR });
        let refused = world.refuses(InvoiceUnbilledCharges::of(vec![euros])).await;
        assert_eq!(refused, Refusal::RateMissing { currency: Currency::EUR, base: Currency::USD });
        world.books_are_sound().await;
    }

    async fn an_open_charge_is_deleted(db: TestDb) {
        let world = World::open(&db).await;
        let stranger = world.customer("Stranger").created().await;
        let id = raised(&world, stranger, vec![line("One", "1", "1")]).await;
        assert_eq!(world.refuses(DeleteCustomer { customer: stranger }).await, Refusal::CustomerInUse { customer: stranger });
        world.does(DeleteUnbilledCharge { charge: id }).await;
        let gone = world.billing.unbilled_charge(&world.caller, id).await;
        assert!(matches!(gone, Err(Error::Missing { .. })), "{gone:?}");
        let again = world.tried(DeleteUnbilledCharge { charge: id }).await;
        assert!(matches!(again, Err(Error::Missing { .. })), "{again:?}");
        world.does(DeleteCustomer { customer: stranger }).await;
        let next = raised(&world, world.customer, vec![line("Two", "1", "2")]).await;
        assert_eq!(charge(&world, next).await.charge.number, "UNBILL-000002", "a number is not given twice");
        assert_eq!(world.refuses(CreateUnbilledCharge { spec: ChargeSpec::to(world.customer, Vec::new()) }).await,
            Refusal::Blank { what: "lines" });
        world.owes("1").await;
        world.books_are_sound().await;
    }

    async fn charges_are_listed_by_status(db: TestDb) {
        let world = World::open(&db).await;
        let mut ids = Vec::new();
        for at in 0..3 {
            world.at(&format!("2026-03-10T12:0{at}:00Z"));
            ids.push(raised(&world, world.customer, vec![line("One", "1", "1"), line("Two", "1", "2")]).await);
        }
        world.does(InvoiceUnbilledCharges::of(vec![ids[1]])).await;
        let list = async |status| {
            let found = world.billing.unbilled_charges(&world.caller, Some(world.customer), status, 0, 10).await;
            found.expect("a list").iter().map(|document| document.charge.id).collect::<Vec<_>>()
        };
        assert_eq!(list(None).await.len(), 3);
        assert_eq!(list(Some(ChargeStatus::Invoiced)).await, [ids[1]]);
        assert_eq!(list(Some(ChargeStatus::Unbilled)).await.len(), 2);
        let query = |conditions, offset| DocumentQuery {
            conditions,
            order: (ChargeColumn::CreatedAt, Direction::Descending),
            offset,
            limit: 1,
        };
        let open = Condition::Is(ChargeColumn::InvoiceId, Match::Null);
        let page = world.billing.unbilled_charge_list(&world.caller, query(vec![open.clone()], 0)).await.expect("a page");
        assert_eq!((page.value.rows[0].document.charge.id, page.value.has_more), (ids[2], true));
        assert_eq!(page.value.rows[0].document.lines.len(), 2);
        let page = world.billing.unbilled_charge_list(&world.caller, query(vec![open], 1)).await.expect("a page");
        assert_eq!((page.value.rows[0].document.charge.id, page.value.has_more), (ids[0], false));
        let neighbour = world.neighbour().await;
        assert!(neighbour.billing.unbilled_charge(&neighbour.caller, ids[0]).await.is_err());
        assert!(neighbour.tried(InvoiceUnbilledCharges::of(vec![ids[0]])).await.is_err());
        world.books_are_sound().await;
    }

    /// Two servers bill the same charge at once: one invoice comes of it.
    async fn a_charge_is_billed_once_by_two_servers(db: TestDb) {
        let world = World::open(&db).await;
        let second = world.second_server().await;
        let id = raised(&world, world.customer, vec![line("One", "1", "1")]).await;
        let mut billers = tokio::task::JoinSet::new();
        for world in [world.clone(), second.clone(), world.clone(), second] {
            billers.spawn(async move { world.tried(InvoiceUnbilledCharges::of(vec![id])).await });
        }
        let outcomes = billers.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert_eq!(world.standing(world.customer).await, (100, 0));
        world.books_are_sound().await;
    }
}

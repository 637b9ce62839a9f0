//! The tree of customers, and what may be deleted or named.

use billing::Error;
use billing::parties::customers::{CustomerFields, DeleteCustomer, UpdateCustomer};
use billing::parties::items::{CreateItem, DeleteItem, ItemFields};
use billing::parties::tenants::MoveBusinessClock;
use domain::Refusal;
use domain::id::CustomerId;
use testkit::builders::{World, instant};
use testkit::{TestDb, on_both_databases};

fn under(customer: CustomerId, parent: Option<CustomerId>) -> UpdateCustomer {
    let fields = CustomerFields { parent_id: Some(parent), ..CustomerFields::default() };
    UpdateCustomer { customer, fields }
}

on_both_databases! {
    async fn a_customer_never_stands_above_itself(db: TestDb) {
        let world = World::open(&db).await;
        let root = world.customer("Root").created().await;
        let middle = world.customer("Middle").below(root).created().await;
        let leaf = world.customer("Leaf").below(middle).created().await;
        for (customer, parent) in [(root, root), (root, middle), (root, leaf), (middle, leaf)] {
            let refused = world.refuses(under(customer, Some(parent))).await;
            assert_eq!(refused, Refusal::ParentIsDescendant { customer });
        }
        world.does(under(leaf, Some(root))).await;
        world.does(under(middle, Some(leaf))).await;
        world.does(under(middle, None)).await;
        world.does(under(root, Some(middle))).await;
        assert!(world.audit().await.is_clean);
        let gone = world.tried(under(root, Some(CustomerId(1)))).await;
        assert!(matches!(gone, Err(Error::Missing { kind: "customer", .. })));
    }

    async fn two_moves_at_once_make_no_circle(db: TestDb) {
        let world = World::open(&db).await;
        let second = world.second_server().await;
        for round in 0..10 {
            let one = world.customer(&format!("One {round}")).created().await;
            let other = world.customer(&format!("Other {round}")).created().await;
            let (here, there) =
                tokio::join!(world.tried(under(one, Some(other))), second.tried(under(other, Some(one))));
            assert!(here.is_ok() != there.is_ok(), "exactly one of them came first: {here:?} {there:?}");
        }
        let report = world.audit().await;
        assert!(report.is_clean, "{report}");
    }

    async fn what_documents_name_is_not_deleted(db: TestDb) {
        let world = World::open(&db).await;
        world.invoice().line("Service", "1", "1").draft().await;
        let customer = world.customer;
        assert_eq!(world.refuses(DeleteCustomer { customer }).await, Refusal::CustomerInUse { customer });
        let parent = world.customer("Parent").created().await;
        let child = world.customer("Child").below(parent).created().await;
        let refused = world.refuses(DeleteCustomer { customer: parent }).await;
        assert_eq!(refused, Refusal::CustomerInUse { customer: parent });
        world.does(DeleteCustomer { customer: child }).await;
        world.does(DeleteCustomer { customer: parent }).await;

        let fields = ItemFields { name: Some("Hour".to_owned()), ..ItemFields::default() };
        let item = world.does(CreateItem { fields }).await.id;
        let mut spec = world.invoice().line("Hour", "1", "1").spec();
        spec.lines[0].item = Some(item);
        world.does(billing::invoices::create::CreateInvoice { spec }).await;
        assert_eq!(world.refuses(DeleteItem { item }).await, Refusal::InUse { what: "item" });
        assert!(world.audit().await.is_clean);
    }

    async fn the_business_clock_moves_documents_and_never_back(db: TestDb) {
        let world = World::open(&db).await;
        world.does(MoveBusinessClock { to: instant("2027-01-31T12:00:00Z") }).await;
        let refused = world.refuses(MoveBusinessClock { to: instant("2027-01-31T11:59:59Z") }).await;
        assert_eq!(refused, Refusal::Invalid { what: "business clock" });
        let invoice = world.owes("1").await;
        let summary = world.view(invoice).await.summary;
        assert_eq!(summary.dated_on, testkit::builders::day("2027-01-31"));
        assert_eq!(summary.created_at, instant(testkit::builders::NOW), "the system's clock stays");
        world.books_are_sound().await;
    }

    async fn card_numbers_are_refused_in_free_text(db: TestDb) {
        let world = World::open(&db).await;
        let mut spec = world.invoice().line("Service", "1", "1").spec();
        spec.memo = "charged 4111 1111 1111 1111".to_owned();
        let refused = world.refuses(billing::invoices::create::CreateInvoice { spec }).await;
        assert_eq!(refused, Refusal::CardNumber { what: "memo" });
    }
}

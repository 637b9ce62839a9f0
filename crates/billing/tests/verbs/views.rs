//! The audit views: anyone can recompute the books with them, on both databases.

use billing::invoices::write_off::WriteOffInvoice;
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

/// The queries of the documentation, as they stand there.
fn documented() -> Vec<String> {
    let text = include_str!("../../../../docs/audit-views.md");
    let (_, rest) = text.split_once("```sql").expect("the page has queries");
    let (queries, _) = rest.split_once("```").expect("which end");
    queries.split(';').map(str::trim).filter(|query| !query.is_empty()).map(str::to_owned).collect()
}

async fn count(world: &World, view: &str) -> usize {
    let sql = format!("SELECT COUNT(*) FROM audit_v1_{view} WHERE tenant_id = {}", world.tenant.0);
    world.db.rows(&sql).await[0][0].parse().expect("a count")
}

on_both_databases! {
    async fn every_view_shows_the_books(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("20").await;
        let invoice = world.invoice().line("Service", "1", "100").taxed(vat).line("Book", "2", "9.99").issued().await;
        world.pay("50").on(invoice, "40").recorded().await;
        let note = world.credit(invoice).total("12").issued().await;
        let refund = billing::payments::refund::RefundMoney {
            of: billing::payments::refund::RefundOf::Note { note },
            amount: testkit::builders::amount("2"),
            mode: domain::payment::PaymentMode::Other,
            on: None,
            reference: String::new(),
            description: String::new(),
        };
        world.does(refund).await;
        world.does(WriteOffInvoice { invoice, reason: String::new(), on: None }).await;
        for (view, expected) in [
            ("invoice", 1), ("line", 2 + 2), ("tax", 2 + 2), ("application", 2), ("payment", 1), ("credit_note", 1),
            ("refund", 1), ("write_off", 1), ("number", 2),
        ] {
            assert_eq!(count(&world, view).await, expected, "{view}");
        }
        assert_eq!(count(&world, "event").await, count(&world, "outbox").await);
        assert!(count(&world, "journal").await >= 12);
        let waiting = "SELECT DISTINCT state FROM audit_v1_outbox";
        assert_eq!(world.db.rows(waiting).await, [["waiting"]]);
        world.billing.keep_house("one").await.expect("a round");
        assert_eq!(world.db.rows(waiting).await, [["delivered"]]);

        let queries = documented();
        assert_eq!(queries.len(), 3);
        for query in &queries {
            assert_eq!(world.db.rows(query).await, Vec::<Vec<String>>::new(), "{query}");
        }
        world.books_are_sound().await;
        world.db.raw("UPDATE invoices SET balance = balance + 1").await;
        world.db.raw("UPDATE postings SET amount = amount + 1 WHERE position = 1").await;
        world.db.raw("UPDATE invoices SET series_value = 2").await;
        for query in &queries {
            assert!(!world.db.rows(query).await.is_empty(), "{query}");
        }
    }
}

//! Closed books: refused, or posted on the first open day.

use billing::invoices::correct::CorrectInvoice;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::void::VoidInvoice;
use billing::parties::entities::UpdateEntity;
use domain::Refusal;
use domain::invoice::void::IfSettled;
use testkit::builders::{World, day};
use testkit::{TestDb, on_both_databases};

fn close(through: &str) -> UpdateEntity {
    UpdateEntity { books_closed_through: Some(day(through)), ..UpdateEntity::default() }
}

/// Days on which the journal of the tenant has entries.
async fn posted_on(world: &World) -> Vec<String> {
    let sql = format!(
        "SELECT DISTINCT posted_on FROM audit_v1_journal WHERE tenant_id = {} ORDER BY posted_on",
        world.tenant.0
    );
    world.db.rows(&sql).await.into_iter().flatten().collect()
}

on_both_databases! {
    async fn closed_books_refuse(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("Service", "1", "10").dated("2026-02-28").issued().await;
        let draft = world.invoice().line("Service", "1", "10").dated("2026-02-28").draft().await;
        world.does(close("2026-02-28")).await;
        let refused = Refusal::BooksClosed { on: day("2026-02-28"), closed_through: day("2026-02-28") };
        assert_eq!(world.refuses(IssueInvoice { invoice: draft }).await, refused);
        assert_eq!(world.refuses(world.pay("10").received("2026-02-28").on(invoice, "10").verb()).await, refused);
        let void = VoidInvoice::of(invoice, IfSettled::Refuse);
        let dated = VoidInvoice { voided_on: Some(day("2026-02-28")), ..void.clone() };
        assert_eq!(world.refuses(dated).await, refused);
        let spec = world.invoice().line("Service", "1", "9").dated("2026-03-01").spec();
        let correction = CorrectInvoice { invoice, spec, keeps: Vec::new(), reason: String::new() };
        assert_eq!(world.refuses(correction).await, refused, "its reversal would fall into closed books");
        assert_eq!(world.refuses(close("2026-02-27")).await, Refusal::Invalid { what: "books_closed_through" });
        world.does(void).await;
        assert_eq!(posted_on(&world).await, ["2026-02-28", "2026-03-10"]);
        world.books_are_sound().await;
    }

    async fn closed_books_post_on_the_next_open_day(db: TestDb) {
        let world = World::of(&db, |seller| seller.posting_next_open_day()).await;
        let invoice = world.invoice().line("Service", "1", "10").dated("2026-02-10").issued().await;
        world.does(close("2026-02-28")).await;
        let spec = world.invoice().line("Service", "1", "9").dated("2026-02-11").spec();
        world.does(CorrectInvoice { invoice, spec, keeps: Vec::new(), reason: String::new() }).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.dated_on, summary.posted_on), (day("2026-02-11"), Some(day("2026-03-01"))));
        world.pay("9").received("2026-02-12").on(invoice, "9").recorded().await;
        assert_eq!(world.view(invoice).await.summary.paid_on, Some(day("2026-02-12")));
        assert_eq!(posted_on(&world).await, ["2026-02-10", "2026-03-01"]);
        world.books_are_sound().await;
    }
}

//! Numbering: gapless own series, unique numbers of clients.

use billing::Error;
use billing::credit_notes::issue::VoidCreditNote;
use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::{IssueInvoice, IssueMany};
use billing::invoices::void::{SetDraftNumber, VoidInvoice, WithdrawInvoice};
use billing::parties::entities::UpdateEntity;
use domain::Refusal;
use domain::id::InvoiceId;
use domain::invoice::void::IfSettled;
use domain::money::Currency;
use testkit::builders::{World, day};
use testkit::{TestDb, on_both_databases};

async fn number(world: &World, invoice: InvoiceId) -> String {
    world.view(invoice).await.summary.number.unwrap_or_default()
}

on_both_databases! {
    /// erpnext#8765: a number was lost when its document was cancelled, deleted or not saved after all.
    async fn gaps_erpnext_8765(db: TestDb) {
        let world = World::open(&db).await;
        let first = world.owes("1").await;
        let voided = world.owes("2").await;
        world.does(VoidInvoice::of(voided, IfSettled::Refuse)).await;
        let withdrawn = world.owes("3").await;
        world.does(WithdrawInvoice { invoice: withdrawn }).await;

        let closed = UpdateEntity { books_closed_through: Some(day("2026-01-31")), ..UpdateEntity::default() };
        world.does(closed).await;
        let refused = world.invoice().line("Late", "1", "1").dated("2026-01-31").draft().await;
        world.refuses(IssueInvoice { invoice: refused }).await;
        let specs = vec![
            world.invoice().line("Good", "1", "1").spec(),
            world.invoice().line("Late", "1", "1").dated("2026-01-31").spec(),
        ];
        world.refuses(IssueMany { specs }).await;

        let last = world.owes("4").await;
        let mut numbers = Vec::new();
        for invoice in [first, voided, withdrawn, last] {
            numbers.push(number(&world, invoice).await);
        }
        assert_eq!(numbers, ["INV-000001", "INV-000002", "INV-000003", "INV-000004"]);
        world.books_are_sound().await;
    }

    async fn each_legal_entity_and_kind_has_its_own_series(db: TestDb) {
        let world = World::open(&db).await;
        let branch = world.seller("Branch", Currency::USD).created().await;
        let mine = world.owes("10").await;
        let theirs = world.invoice().by(branch).line("Service", "1", "10").issued().await;
        for invoice in [mine, theirs] {
            assert_eq!(number(&world, invoice).await, "INV-000001");
        }
        let note = world.credit(mine).issued().await;
        assert_eq!(world.note(note).await.document.note.number.as_deref(), Some("CN-000001"));
        world.does(VoidCreditNote { note }).await;
        let note = world.credit(mine).issued().await;
        assert_eq!(world.note(note).await.document.note.number.as_deref(), Some("CN-000002"));
        world.books_are_sound().await;
    }

    async fn a_yearly_series_begins_anew_and_never_goes_back(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_yearly()).await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on);
        let old = [dated("2026-12-30").issued().await, dated("2026-12-31").issued().await];
        let new = dated("2027-01-01").issued().await;
        let mut numbers = Vec::new();
        for invoice in [old[0], old[1], new] {
            numbers.push(number(&world, invoice).await);
        }
        assert_eq!(numbers, ["2026-000001", "2026-000002", "2027-000001"]);
        let refused = dated("2026-12-31").tried().await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid { what: "number series" }))));
        world.books_are_sound().await;
    }

    async fn one_batch_over_the_turn_of_the_year(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_yearly()).await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on).spec();
        let specs = ["2027-01-01", "2026-12-31", "2027-01-02", "2026-12-31"].map(dated).to_vec();
        let mut numbers = Vec::new();
        for invoice in world.does(IssueMany { specs }).await {
            numbers.push(number(&world, invoice).await);
        }
        assert_eq!(numbers, ["2027-000001", "2026-000001", "2027-000002", "2026-000002"]);
        world.books_are_sound().await;
    }

    async fn a_series_by_date_refuses_earlier_documents(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_by_date()).await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on);
        dated("2026-03-05").issued().await;
        dated("2026-03-05").issued().await;
        let refused = dated("2026-03-04").tried().await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid { what: "number series" }))));
        let specs = |days: [&str; 2]| IssueMany { specs: days.map(|on| dated(on).spec()).to_vec() };
        for days in [["2026-03-04", "2026-03-06"], ["2026-03-07", "2026-03-06"]] {
            assert_eq!(world.refuses(specs(days)).await, Refusal::Invalid { what: "number series" }, "{days:?}");
        }
        let issued = world.does(specs(["2026-03-06", "2026-03-07"])).await;
        assert_eq!(number(&world, issued[1]).await, "INV-000004");
        world.books_are_sound().await;
    }

    async fn numbers_of_clients_are_unique_and_take_none_of_a_series(db: TestDb) {
        let world = World::open(&db).await;
        let given = world.invoice().line("Service", "1", "1").numbered("2016/384").issued().await;
        let own = world.owes("1").await;
        assert_eq!(number(&world, given).await, "2016/384");
        assert_eq!(number(&world, own).await, "INV-000001");
        let twin = world.invoice().line("Service", "1", "1").numbered("2016/384");
        assert!(matches!(twin.clone().tried().await, Err(Error::Refused(Refusal::Duplicate { what: "number" }))));
        let draft = world.invoice().line("Service", "1", "1").draft().await;
        let set = |number: Option<&str>| SetDraftNumber { invoice: draft, number: number.map(str::to_owned) };
        assert_eq!(world.refuses(set(Some("2016/384"))).await, Refusal::Duplicate { what: "number" });
        world.does(set(Some("2016/385"))).await;
        world.does(set(None)).await;
        world.does(IssueInvoice { invoice: draft }).await;
        assert_eq!(number(&world, draft).await, "INV-000002");
        world.invoice().line("Service", "1", "1").numbered("2016/385").issued().await;

        let neighbour = world.neighbour().await;
        let there = neighbour.invoice().line("Service", "1", "1").numbered("2016/384").issued().await;
        assert_eq!(number(&neighbour, there).await, "2016/384", "another tenant has numbers of its own");
        world.books_are_sound().await;
    }

    async fn a_client_may_not_give_a_number_that_the_series_will(db: TestDb) {
        let world = World::open(&db).await;
        world.owes("1").await;
        for taken in ["INV-000001", "INV-000002", "INV-1234567"] {
            let refused = Refusal::NumberTaken { number: taken.to_owned() };
            let spec = world.invoice().line("Service", "1", "1").numbered(taken).spec();
            assert_eq!(world.refuses(CreateInvoice { spec }).await, refused);
            let draft = world.invoice().line("Service", "1", "1").draft().await;
            let set = SetDraftNumber { invoice: draft, number: Some(taken.to_owned()) };
            assert_eq!(world.refuses(set).await, refused);
        }
        for free in ["INV-384", "INV-0000001", "inv-000001", "INV-000001a"] {
            world.invoice().line("Service", "1", "1").numbered(free).issued().await;
        }
        let next = world.owes("1").await;
        assert_eq!(number(&world, next).await, "INV-000002");
        let note = world.credit(next).numbered("CN-000001").tried().await;
        assert!(matches!(note, Err(Error::Refused(Refusal::NumberTaken { .. }))));
        world.books_are_sound().await;
    }
}

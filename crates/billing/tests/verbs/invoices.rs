//! Drafts, issue, void, withdrawal.

use billing::Error;
use billing::invoices::create::{CreateInvoice, DeleteDraft, UpdateDraft};
use billing::invoices::issue::IssueInvoice;
use billing::invoices::void::{VoidInvoice, WithdrawInvoice};
use domain::Refusal;
use domain::invoice::State;
use domain::invoice::view::Standing;
use domain::invoice::void::IfSettled;
use testkit::builders::{World, day};
use testkit::{TestDb, on_both_databases};

on_both_databases! {
    async fn a_draft_is_issued_paid_and_voided(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("Consulting", "2", "185").draft().await;
        let draft = world.view(invoice).await.summary;
        assert_eq!((draft.state, draft.number, draft.total.to_fixed().as_str()), (State::Draft, None, "370.00"));
        assert_eq!(world.standing(world.customer).await, (0, 0), "a draft is not owed");

        world.does(IssueInvoice { invoice }).await;
        let issued = world.view(invoice).await.summary;
        assert_eq!((issued.state, issued.number.as_deref()), (State::Issued, Some("INV-000001")));
        assert_eq!((issued.standing, issued.due_on), (Standing::Open, day("2026-04-09")));
        assert_eq!(world.standing(world.customer).await, (37_000, 0));
        assert_eq!(world.refuses(IssueInvoice { invoice }).await, Refusal::AlreadyIssued { invoice });

        let payment = world.pay("370").on(invoice, "370").recorded().await;
        let paid = world.view(invoice).await.summary;
        assert_eq!((paid.standing, paid.paid_on), (Standing::Paid, Some(day("2026-03-10"))));

        let applied = paid.total;
        let refused = world.refuses(VoidInvoice::of(invoice, IfSettled::Refuse)).await;
        assert_eq!(refused, Refusal::VoidWhileSettled { invoice, applied });
        world.does(VoidInvoice::of(invoice, IfSettled::Detach)).await;
        let void = world.view(invoice).await.summary;
        assert_eq!((void.state, void.balance.minor, void.total.minor), (State::Void, 0, 37_000));
        assert_eq!((void.number.as_deref(), void.paid_on), (Some("INV-000001"), None));
        assert_eq!(world.payment(payment).await.payment.unapplied, 37_000, "the money is back at its source");
        assert_eq!(world.standing(world.customer).await, (0, 37_000));

        for refused in [
            world.refuses(VoidInvoice::of(invoice, IfSettled::Detach)).await,
            world.refuses(IssueInvoice { invoice }).await,
            world.refuses(world.pay("1").on(invoice, "1").verb()).await,
        ] {
            assert_eq!(refused, Refusal::AlreadyVoid { invoice }, "void is not reopened");
        }
        world.books_are_sound().await;
    }

    async fn an_overdue_invoice_is_one_day_past_due(db: TestDb) {
        let world = World::of(&db, |seller| seller.in_zone("Pacific/Auckland")).await;
        let invoice = world.invoice().line("Service", "1", "10").dated("2026-03-01").due("2026-03-11").issued().await;
        world.at("2026-03-11T10:59:59Z");
        assert_eq!(world.view(invoice).await.summary.standing, Standing::Open, "23:59 of the eleventh there");
        world.at("2026-03-11T11:00:00Z");
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.standing, summary.days_overdue), (Standing::Overdue, 1), "0:00 of the twelfth there");
        world.books_are_sound().await;
    }

    async fn an_invoice_of_nothing_is_paid_when_issued(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("Free month", "1", "0").issued().await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.standing, summary.paid_on), (Standing::Paid, Some(day("2026-03-10"))));
        let refused = world.refuses(world.pay("1").on(invoice, "1").verb()).await;
        assert_eq!(refused, Refusal::NothingOwed { invoice });
        world.books_are_sound().await;
    }

    async fn a_draft_is_edited_and_deleted(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("One", "1", "10").numbered("A-1").draft().await;
        let spec = world.invoice().line("Two", "2", "10").line("Three", "1", "5").numbered("A-2").spec();
        world.does(UpdateDraft { invoice, spec: spec.clone() }).await;
        let view = world.view(invoice).await;
        assert_eq!((view.lines.len(), view.summary.total.minor, view.summary.revision), (2, 2_500, 1));
        world.does(DeleteDraft { invoice }).await;
        let gone = world.tried(DeleteDraft { invoice }).await;
        assert!(matches!(gone, Err(Error::Missing { kind: "invoice", .. })));

        let again = world.does(CreateInvoice { spec: spec.clone() }).await;
        world.does(IssueInvoice { invoice: again }).await;
        assert_eq!(world.view(again).await.summary.number.as_deref(), Some("A-2"), "the number was free again");
        assert_eq!(world.refuses(DeleteDraft { invoice: again }).await, Refusal::NotDraft { invoice: again });
        assert_eq!(world.refuses(UpdateDraft { invoice: again, spec }).await, Refusal::NotDraft { invoice: again });
        world.books_are_sound().await;
    }

    async fn a_withdrawn_invoice_is_void_and_keeps_its_number(db: TestDb) {
        let world = World::open(&db).await;
        let draft = world.invoice().line("Service", "1", "10").draft().await;
        world.does(WithdrawInvoice { invoice: draft }).await;
        assert!(matches!(world.tried(DeleteDraft { invoice: draft }).await, Err(Error::Missing { .. })));

        let invoice = world.owes("10").await;
        world.does(WithdrawInvoice { invoice }).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.state, summary.number.as_deref()), (State::Void, Some("INV-000001")));
        assert!(summary.withdrawn_at.is_some());

        let paid = world.owes("10").await;
        world.pay("10").on(paid, "10").recorded().await;
        let applied = world.view(paid).await.summary.total;
        let refused = world.refuses(WithdrawInvoice { invoice: paid }).await;
        assert_eq!(refused, Refusal::VoidWhileSettled { invoice: paid, applied });
        world.books_are_sound().await;
    }

    async fn a_draft_is_voided_by_issuing_it_first(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("Service", "1", "10").draft().await;
        let void = VoidInvoice::of(invoice, IfSettled::Detach);
        assert_eq!(world.refuses(void.clone()).await, Refusal::NotIssued { invoice });
        world.does(VoidInvoice { issue_draft: true, ..void }).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.state, summary.number.as_deref()), (State::Void, Some("INV-000001")));
        world.books_are_sound().await;
    }

    async fn what_cannot_be_issued_is_refused_by_name(db: TestDb) {
        let world = World::open(&db).await;
        let empty = world.invoice().draft().await;
        assert_eq!(world.refuses(IssueInvoice { invoice: empty }).await, Refusal::NoLines { invoice: empty });
        let spec = world.invoice().line("Late", "1", "1").dated("2026-03-10").due("2026-03-09").spec();
        let refused = world.refuses(CreateInvoice { spec }).await;
        assert_eq!(refused, Refusal::DueBeforeDate { dated_on: day("2026-03-10"), due_on: day("2026-03-09") });
        let spec = world.invoice().line("Negative", "1", "-1").spec();
        assert_eq!(world.refuses(CreateInvoice { spec }).await, Refusal::NegativeTotal);
        let issued = world.owes("1").await;
        assert_eq!(world.view(issued).await.summary.number.as_deref(), Some("INV-000001"));
        world.books_are_sound().await;
    }
}

//! Credit notes that are opened again, and deleted as vendors mean it.

use billing::Error;
use billing::credit_notes::NoteShare;
use billing::credit_notes::apply::ApplyCreditNotes;
use billing::credit_notes::issue::VoidCreditNote;
use billing::credit_notes::reopen::ReopenCreditNote;
use billing::credit_notes::withdraw::WithdrawCreditNote;
use domain::Refusal;
use domain::invoice::State;
use domain::money::{Currency, Money};
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};

fn usd(minor: i64) -> Money {
    Money { minor, currency: Currency::USD }
}

on_both_databases! {
    async fn a_void_note_is_opened_again_with_its_number(db: TestDb) {
        let world = World::open(&db).await;
        let note = world.credit_for("Goodwill", "3", "10", None).issued().await;
        let before = world.note(note).await.document.note;
        assert_eq!(world.refuses(ReopenCreditNote { note }).await, Refusal::NoteNotVoid { note });
        world.does(VoidCreditNote { note }).await;
        assert_eq!(world.standing(world.customer).await, (0, 0));
        world.does(ReopenCreditNote { note }).await;
        let after = world.note(note).await.document.note;
        assert_eq!((after.state, after.number, after.remaining), (State::Issued, before.number, 3_000));
        assert_eq!((after.voided_at, after.issued_at), (None, before.issued_at));
        assert_eq!(world.standing(world.customer).await, (0, 3_000));
        assert_eq!(world.on_account("credit_note_liability", "USD").await, (-3_000, -3_000));
        let invoice = world.owes("30").await;
        let shares = vec![NoteShare { note, invoice, amount: amount("30") }];
        world.does(ApplyCreditNotes { shares, on: None }).await;
        assert_eq!(world.balance(invoice).await, "0.00");
        world.does(world.credit_of("1").verb()).await;
        world.books_are_sound().await;
    }

    /// Another note took what the void one had given back.
    async fn what_a_void_note_gave_back_must_still_be_there(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("20").await;
        let invoice = world.invoice().line("Service", "1", "100").taxed(vat).issued().await;
        let line = world.lines(invoice).await[0];
        let note = world.credit(invoice).line(line, "60").issued().await;
        world.does(VoidCreditNote { note }).await;
        let other = world.credit(invoice).line(line, "50").issued().await;
        let refused = world.refuses(ReopenCreditNote { note }).await;
        assert_eq!(refused, Refusal::ExceedsCreditable { line, left: usd(5_000), asked: usd(6_000) });
        world.does(VoidCreditNote { note: other }).await;
        world.does(ReopenCreditNote { note }).await;
        let refused = world.refuses(ReopenCreditNote { note: other }).await;
        assert_eq!(refused, Refusal::ExceedsCreditable { line, left: usd(4_000), asked: usd(5_000) });
        world.books_are_sound().await;
    }

    /// A cent of tax that another note took with it: the void note would no longer come to what it says.
    async fn a_void_note_is_not_opened_a_cent_beside_itself(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("5").await;
        let invoice = world.invoice().line("Service", "1", "0.30").taxed(vat).issued().await;
        let line = world.lines(invoice).await[0];
        let mut notes = Vec::new();
        for _ in 0..3 {
            notes.push(world.credit(invoice).line(line, "0.10").issued().await);
        }
        let mut taxes = Vec::new();
        for note in &notes {
            taxes.push(world.note(*note).await.document.note.tax);
        }
        assert_eq!(taxes, [1, 0, 1]);
        world.does(VoidCreditNote { note: notes[0] }).await;
        world.does(VoidCreditNote { note: notes[1] }).await;
        // Credited again now, the first tenth would carry no tax.
        let refused = world.refuses(ReopenCreditNote { note: notes[0] }).await;
        assert_eq!(refused, Refusal::ExceedsCreditable { line, left: usd(10), asked: usd(11) });
        world.does(ReopenCreditNote { note: notes[1] }).await;
        world.does(ReopenCreditNote { note: notes[0] }).await;
        world.books_are_sound().await;
    }

    async fn a_deleted_note_keeps_its_number(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let used = world.credit(invoice).total("40").issued().await;
        let shares = vec![NoteShare { note: used, invoice, amount: amount("1") }];
        world.does(ApplyCreditNotes { shares, on: None }).await;
        assert_eq!(world.refuses(WithdrawCreditNote { note: used }).await, Refusal::NoteInUse { note: used });
        let note = world.credit_of("5").issued().await;
        world.does(WithdrawCreditNote { note }).await;
        let gone = world.note(note).await.document.note;
        assert_eq!((gone.state, gone.remaining), (State::Void, 0));
        assert!(gone.withdrawn_at.is_some() && gone.number.is_some());
        for again in [world.tried(WithdrawCreditNote { note }).await.err(),
            world.tried(ReopenCreditNote { note }).await.err()] {
            assert!(matches!(again, Some(Error::Missing { kind: "credit_note", .. })), "{again:?}");
        }
        let void = world.credit_of("6").issued().await;
        world.does(VoidCreditNote { note: void }).await;
        world.does(WithdrawCreditNote { note: void }).await;
        let draft = world.credit_of("7").numbered("X-1").draft().await;
        world.does(WithdrawCreditNote { note: draft }).await;
        world.credit_of("7").numbered("X-1").issued().await;
        world.books_are_sound().await;
    }
}

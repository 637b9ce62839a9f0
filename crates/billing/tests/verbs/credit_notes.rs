//! Credit notes in every tax mode, and what they are put on.

use billing::Error;
use billing::credit_notes::NoteShare;
use billing::credit_notes::apply::{ApplyCreditNotes, UnapplyCreditNote};
use billing::credit_notes::issue::{DeleteCreditNote, IssueCreditNote, VoidCreditNote};
use billing::invoices::void::VoidInvoice;
use domain::Refusal;
use domain::id::{CreditNoteId, InvoiceId};
use domain::invoice::void::IfSettled;
use domain::money::{Currency, Money};
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};

fn usd(minor: i64) -> Money {
    Money { minor, currency: Currency::USD }
}

fn apply(shares: &[(CreditNoteId, InvoiceId, &str)]) -> ApplyCreditNotes {
    let share =
        |&(note, invoice, share): &(CreditNoteId, InvoiceId, &str)| NoteShare { note, invoice, amount: amount(share) };
    ApplyCreditNotes { shares: shares.iter().map(share).collect(), on: None }
}

/// Total without tax, tax and total of a note.
async fn amounts(world: &World, note: CreditNoteId) -> (i64, i64, i64) {
    let note = world.note(note).await.document.note;
    (note.ex_tax, note.tax, note.total)
}

/// An invoice of awkward amounts in the seller's mode.
async fn awkward(world: &World) -> InvoiceId {
    let (vat, reduced) = (world.tax("19").await, world.tax("7").await);
    world
        .invoice()
        .line("One", "3", "33.33")
        .taxed(vat)
        .line("Two", "7", "1.99")
        .taxed(vat)
        .less("0.07")
        .line("Three", "1", "0.99")
        .taxed(reduced)
        .line("Four", "2", "5.55")
        .less_on_all("4.44")
        .issued()
        .await
}

/// Credits the invoice in many parts of every kind; together they give back exactly all of it.
async fn closes_exactly(world: &World) {
    let invoice = awkward(world).await;
    let lines = world.lines(invoice).await;
    let notes = [
        world.credit(invoice).line(lines[0], "10.01").line(lines[1], "0.05").issued().await,
        world.credit(invoice).units(lines[1], "2").line(lines[2], "0.33").issued().await,
        world.credit(invoice).total("7.77").issued().await,
        world.credit(invoice).rest(lines[3]).issued().await,
        world.credit(invoice).total("0.01").issued().await,
        world.credit(invoice).issued().await,
    ];
    let mut together = (0, 0, 0);
    for note in notes {
        let (ex_tax, tax, total) = amounts(world, note).await;
        together = (together.0 + ex_tax, together.1 + tax, together.2 + total);
    }
    let summary = world.view(invoice).await.summary;
    assert_eq!(together, (summary.ex_tax.minor, summary.tax.minor, summary.total.minor));
    assert!(matches!(world.credit(invoice).tried().await, Err(Error::Refused(Refusal::ExceedsCreditable { .. }))));
    let shares: Vec<_> = notes.iter().map(|note| (*note, invoice)).collect();
    let mut wishes = Vec::new();
    for (note, invoice) in shares {
        wishes.push((note, invoice, usd(amounts(world, note).await.2).to_plain()));
    }
    let wishes: Vec<(CreditNoteId, InvoiceId, &str)> =
        wishes.iter().map(|(note, invoice, total)| (*note, *invoice, total.as_str())).collect();
    world.does(apply(&wishes)).await;
    assert_eq!(world.balance(invoice).await, "0.00");
    world.books_are_sound().await;
}

on_both_databases! {
    async fn partial_notes_close_exactly_in_exclusive_mode(db: TestDb) {
        closes_exactly(&World::open(&db).await).await;
    }

    async fn partial_notes_close_exactly_in_inclusive_mode(db: TestDb) {
        closes_exactly(&World::of(&db, |seller| seller.inclusive()).await).await;
    }

    async fn partial_notes_close_exactly_per_line(db: TestDb) {
        closes_exactly(&World::of(&db, |seller| seller.rounding_per_line()).await).await;
    }

    async fn partial_notes_close_exactly_per_line_in_inclusive_mode(db: TestDb) {
        closes_exactly(&World::of(&db, |seller| seller.inclusive().rounding_per_line()).await).await;
    }

    /// lago-api#2643: notes line by line came to a cent beside the invoice (334.99 against 335.00).
    async fn credit_note_tax_past_the_invoice_lago_2643(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("20").await;
        let mut invoice = world.invoice();
        for price in ["93.03", "93.03", "93.11"] {
            invoice = invoice.line("Seat", "1", price).taxed(vat);
        }
        let invoice = invoice.issued().await;
        assert_eq!(world.balance(invoice).await, "335.00");
        let mut together = 0;
        for line in world.lines(invoice).await {
            let note = world.credit(invoice).rest(line).issued().await;
            together += amounts(&world, note).await.2;
            world.does(apply(&[(note, invoice, &usd(amounts(&world, note).await.2).to_plain())])).await;
        }
        assert_eq!((together, world.balance(invoice).await.as_str()), (33_500, "0.00"));
        world.books_are_sound().await;
    }

    async fn a_note_named_twice_is_drawn_down_twice(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second) = (world.owes("50").await, world.owes("100").await);
        let note = world.credit_of("80").issued().await;
        assert_eq!(world.standing(world.customer).await, (15_000, 8_000));
        let remaining = usd(3_000);
        let refused = world.refuses(apply(&[(note, first, "50"), (note, second, "31")])).await;
        assert_eq!(refused, Refusal::ExceedsRemaining { note, remaining, asked: usd(3_100) });
        world.does(apply(&[(note, first, "20"), (note, second, "30"), (note, first, "30")])).await;
        assert_eq!((world.balance(first).await.as_str(), world.balance(second).await.as_str()), ("0.00", "70.00"));
        assert_eq!(world.standing(world.customer).await, (7_000, 0));
        world.books_are_sound().await;
    }

    async fn a_used_note_is_freed_before_it_is_voided(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let note = world.credit(invoice).total("40").issued().await;
        world.does(apply(&[(note, invoice, "40")])).await;
        assert_eq!(world.refuses(VoidCreditNote { note }).await, Refusal::NoteInUse { note });
        world.does(UnapplyCreditNote { note, invoice }).await;
        assert_eq!(world.balance(invoice).await, "100.00");
        let refused = world.refuses(VoidInvoice::of(invoice, IfSettled::Detach)).await;
        assert_eq!(refused, Refusal::CreditedByNote { invoice, note });
        world.does(VoidCreditNote { note }).await;
        assert_eq!(world.refuses(apply(&[(note, invoice, "1")])).await, Refusal::NoteNotIssued { note });
        assert_eq!(world.standing(world.customer).await, (10_000, 0));
        world.does(VoidInvoice::of(invoice, IfSettled::Detach)).await;
        world.books_are_sound().await;
    }

    async fn a_draft_note_is_measured_again_when_it_is_issued(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("20").await;
        let invoice = world.invoice().line("Service", "1", "100").taxed(vat).issued().await;
        let line = world.lines(invoice).await[0];
        let late = world.credit(invoice).line(line, "60").numbered("X-1").draft().await;
        assert_eq!(world.standing(world.customer).await, (12_000, 0), "a draft note gives nothing yet");
        let early = world.credit(invoice).line(line, "50").issued().await;
        let refused = world.refuses(IssueCreditNote { note: late }).await;
        let left = usd(5_000);
        assert_eq!(refused, Refusal::ExceedsCreditable { line, left, asked: usd(6_000) });
        world.does(VoidCreditNote { note: early }).await;
        world.does(IssueCreditNote { note: late }).await;
        assert_eq!(amounts(&world, late).await, (6_000, 1_200, 7_200));
        assert_eq!(world.refuses(DeleteCreditNote { note: late }).await, Refusal::NoteNotDraft { note: late });
        let gone = world.credit(invoice).line(line, "1").numbered("X-2").draft().await;
        world.does(DeleteCreditNote { note: gone }).await;
        world.credit(invoice).line(line, "1").numbered("X-2").issued().await;
        world.books_are_sound().await;
    }

    async fn notes_of_their_own_are_taxed_like_invoices(db: TestDb) {
        for inclusive in [false, true] {
            let world = World::of(&db, |seller| if inclusive { seller.inclusive() } else { seller }).await;
            let vat = world.tax("20").await;
            let note = world.credit_for("Goodwill", "3", "10", Some(vat)).issued().await;
            let expected = if inclusive { (2_500, 500, 3_000) } else { (3_000, 600, 3_600) };
            assert_eq!(amounts(&world, note).await, expected);
            let plain = world.credit_of("12.34").issued().await;
            assert_eq!(amounts(&world, plain).await, (1_234, 0, 1_234));
            let owed = world.owes("20").await;
            world.does(apply(&[(note, owed, "10"), (plain, owed, "10")])).await;
            world.books_are_sound().await;
        }
    }

    async fn a_note_stays_within_entity_currency_and_family(db: TestDb) {
        let world = World::open(&db).await;
        let branch = world.seller("Branch", Currency::USD).created().await;
        let there = world.invoice().by(branch).line("Service", "1", "10").issued().await;
        let euros = world.invoice().line("Service", "1", "10").in_currency(Currency::EUR, "1.08").issued().await;
        let stranger = world.customer("Stranger").created().await;
        let theirs = world.invoice().to(stranger).line("Service", "1", "10").issued().await;
        let child = world.customer("Store 12").below(world.customer).created().await;
        let childs = world.invoice().to(child).line("Service", "1", "10").issued().await;
        let note = world.credit_of("100").issued().await;
        assert_eq!(world.refuses(apply(&[(note, there, "1")])).await, Refusal::EntityMismatch);
        let mismatch = Refusal::CurrencyMismatch { expected: Currency::EUR, given: Currency::USD };
        assert_eq!(world.refuses(apply(&[(note, euros, "1")])).await, mismatch);
        let mismatch = Refusal::CustomerMismatch { expected: stranger, given: world.customer };
        assert_eq!(world.refuses(apply(&[(note, theirs, "1")])).await, mismatch);
        world.does(apply(&[(note, childs, "10")])).await;
        world.books_are_sound().await;
    }
}

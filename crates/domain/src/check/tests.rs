//! Every rule holds on what the domain makes, and names what was tampered with.

use super::*;
use crate::id::{ApplicationId, LineId};
use crate::invoice::totals::{DraftInput, DraftLine, compute};
use crate::invoice::{Discount, DiscountBy, Line, LineTax};
use crate::journal::EntryKind;
use crate::journal::post::{EntryDraft, applied, invoice_issued, payment_received};
use crate::money::Decimal;
use crate::payment::allocate::{Wish, allocate};
use crate::tax::TaxRounding;
use crate::testing::{Settling, day, invoice, note, payment};
use jiff::Timestamp;

fn made(mode: PriceMode) -> Document {
    let discount = Discount { name: String::new(), code: None, by: DiscountBy::Fixed(33), priority: 0 };
    let line = DraftLine {
        discounts: vec![discount.clone()],
        ..DraftLine::new("x", Decimal::ONE, Decimal::from_whole(100), LineTax::untaxed())
    };
    let input = DraftInput {
        currency: Currency::USD,
        price_mode: mode,
        tax_rounding: TaxRounding::PerGroup,
        lines: vec![line.clone(), line],
        allowances: vec![(false, discount.clone(), None), (true, discount, None)],
    };
    let computed = compute(&input).expect("computes");
    let mut noun = Invoice { price_mode: mode, ..invoice(1, 0) };
    noun.totals = computed.totals;
    noun.recompute_balance();
    let lines = (1..)
        .zip(input.lines)
        .zip(computed.lines)
        .map(|((id, draft), done)| Line::from_draft(LineId(id), id, draft, done))
        .collect();
    Document { invoice: noun, lines, taxes: computed.taxes, allowances: computed.allowances }
}

#[track_caller]
fn broken(found: Vec<Violation>, rules: &[&str]) {
    assert_eq!(found.iter().map(|violation| violation.rule).collect::<Vec<_>>(), rules, "{found:?}");
}

#[test]
fn documents() {
    for mode in [PriceMode::Exclusive, PriceMode::Inclusive] {
        let good = made(mode);
        broken(document(&good), &[]);
        let tampered = |change: fn(&mut Document)| {
            let mut bad = good.clone();
            change(&mut bad);
            document(&bad)
        };
        broken(tampered(|bad| bad.lines[0].amounts.taxable += 1), &["I1"]);
        broken(tampered(|bad| bad.lines[0].discounts.clear()), &["I1"]);
        broken(tampered(|bad| bad.invoice.totals.charges += 1), &["I2", "I2"]);
        broken(tampered(|bad| bad.allowances[0].amount += 1), &["I2"]);
        broken(tampered(|bad| bad.taxes[0].amount += 1), &["I3"]);
        broken(tampered(|bad| bad.taxes[0].components.push(7)), &["I3"]);
        broken(tampered(|bad| bad.invoice.totals.total += 1), &["I3"]);
    }
    let mut negative = made(PriceMode::Exclusive);
    negative.lines[0].amounts.net = -1;
    assert!(document(&negative).iter().any(|violation| violation.text.contains("below zero")));
}

fn paid() -> Settling {
    let mut set = Settling::new(invoice(1, 370), vec![payment(1, 400)], Vec::new());
    let wish = Wish { payment: set.payment_id(0), invoice: set.id, amount: 300 };
    let done = allocate(&mut set.sources.payments, &mut set.invoices, &[wish], &[], Currency::USD, day(2026, 2, 1));
    set.store(done.expect("applies").applications);
    set
}

#[test]
fn settlements() {
    let mut set = paid();
    broken(settlement(&set.invoice().noun.clone(), &set.rows), &[]);
    let noun = set.invoice().noun.clone();
    broken(settlement(&noun, &[]), &["I4", "I4"]);
    let mut above = noun.clone();
    above.settled.balance = 371;
    broken(settlement(&above, &set.rows), &["I4", "I4"]);
    let void = Invoice { state: State::Void, settled: Settled { balance: 0, ..noun.settled }, ..noun.clone() };
    broken(settlement(&void, &set.rows), &["I4"]);
    let mut twice = set.rows.clone();
    for id in [2, 3] {
        let reverses = Some((ApplicationId(1), ReversalKind::Undone));
        twice.push(Application { id: ApplicationId(id), amount: -300, reverses, ..set.rows[0].clone() });
    }
    let found = settlement(&noun, &twice);
    assert!(found.iter().any(|violation| violation.text == "application 1 has -300 left"), "{found:?}");
    let astray = Application {
        id: ApplicationId(2),
        reverses: Some((ApplicationId(9), ReversalKind::Undone)),
        ..set.rows[0].clone()
    };
    let found = settlement(&noun, &[set.rows[0].clone(), astray]);
    assert!(found.iter().any(|violation| violation.text == "reversal 2 names application 9"), "{found:?}");
}

#[test]
fn payments_notes_and_write_offs() {
    let set = paid();
    let good = set.sources.payments[&set.payment_id(0)].noun.clone();
    broken(super::payment(&good, &set.rows, &[]), &[]);
    broken(super::payment(&good, &[], &[]), &["I5"]);
    broken(super::payment(&Payment { unapplied: 101, ..good.clone() }, &set.rows, &[]), &["I5"]);
    broken(super::payment(&Payment { is_void: true, ..good.clone() }, &set.rows, &[]), &["I5"]);
    broken(super::payment(&Payment { unapplied: -1, refunded: 101, ..good }, &set.rows, &[]), &["I5", "I5"]);
    let credit = |remaining| NoteDocument {
        note: CreditNote { remaining, ..note(1, 100) },
        lines: Vec::new(),
        taxes: Vec::new(),
    };
    broken(credit_note(&credit(100), &[], &[]), &[]);
    broken(credit_note(&credit(99), &[], &[]), &["I5"]);
    let mut untaxed = credit(100);
    untaxed.note.is_amount_only = false;
    broken(credit_note(&untaxed, &[], &[]), &["I3"]);
    let given_up = WriteOff {
        id: WriteOffId(1),
        invoice_id: InvoiceId(1),
        customer_id: CustomerId(1),
        entity_id: crate::id::EntityId(1),
        currency: Currency::USD,
        amount: 10,
        cancelled: 10,
        tax_relief: 2,
        tax_relief_cancelled: 2,
        reason: String::new(),
        written_off_on: day(2026, 1, 1),
        created_at: Timestamp::UNIX_EPOCH,
    };
    broken(write_off(&given_up, &[]), &[]);
    broken(write_off(&WriteOff { cancelled: 11, ..given_up }, &[]), &["I5", "I5"]);
}

#[test]
fn the_journal() {
    let mut set = paid();
    let noun = set.invoice().noun.clone();
    let paid = set.sources.payments[&set.payment_id(0)].noun.clone();
    let stored = |id, draft: EntryDraft| draft.into_entry(EntryId(id), day(2026, 2, 1), Timestamp::UNIX_EPOCH);
    let entries = [
        stored(1, invoice_issued(&noun, Currency::USD).expect("posts")),
        stored(2, payment_received(&paid, Currency::USD).expect("posts")),
        stored(3, applied(&set.rows[0], &noun, paid.customer_id).expect("posts").expect("an entry")),
    ];
    let ledger = |entries: &[Entry]| {
        let mut ledger = Ledger::default();
        entries.iter().for_each(|entry| ledger.add_entry(entry));
        ledger.add_invoice(&noun);
        ledger.finish()
    };
    broken(ledger(&entries), &[]);
    let found = ledger(&entries[..2]);
    assert_eq!(found[0].to_string(), "I7 customer 1: receivables of 370 USD in the journal, open balances of 70");
    let mut bad = entries[0].clone();
    bad.postings[0].amount += 1;
    bad.kind = EntryKind::InvoiceVoided;
    broken(entry(&bad), &["I7"]);
    broken(entry(&entries[0]), &[]);
    broken(ledger(&[bad, entries[1].clone(), entries[2].clone()]), &["I7", "I7"]);
}

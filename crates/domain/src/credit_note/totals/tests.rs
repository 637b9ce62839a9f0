//! Notes close exactly; they never give back more than there was.

use super::*;
use crate::credit_note::CreditNote;
use crate::id::{CreditNoteId, TaxRateId};
use crate::invoice::totals::AskedAllowance;
use crate::invoice::{Discount, DiscountBy, Invoice, LineTax, State};
use crate::money::Rate;
use crate::tax::{TaxCategory, TaxComponent};
use crate::testing::{day, invoice, note};
use PriceMode::{Exclusive, Inclusive};
use TaxRounding::{PerGroup, PerLine};

fn taxed(rate: &str) -> LineTax {
    let rate = Rate::from_percent(Decimal::parse(rate).expect("a decimal")).expect("a rate");
    let component = TaxComponent { rate_id: TaxRateId(1), name: String::new(), rate, is_compound: false };
    LineTax { category: TaxCategory::Standard, components: vec![component], ..LineTax::untaxed() }
}

fn line(quantity: &str, price: &str, rate: &str) -> DraftLine {
    let of = |text| Decimal::parse(text).expect("a decimal");
    DraftLine::new("thing", of(quantity), of(price), taxed(rate))
}

fn document(
    mode: PriceMode,
    rounding: TaxRounding,
    lines: Vec<DraftLine>,
    allowances: Vec<AskedAllowance>,
) -> Document {
    let input = DraftInput { currency: Currency::USD, price_mode: mode, tax_rounding: rounding, lines, allowances };
    let computed = compute(&input).expect("computes");
    let mut issued = Invoice { price_mode: mode, tax_rounding: rounding, ..invoice(1, 0) };
    issued.totals = computed.totals;
    issued.paid_on = None;
    issued.settle_on(day(2026, 1, 1));
    let lines = (1..)
        .zip(input.lines)
        .zip(computed.lines)
        .map(|((id, draft), done)| Line::from_draft(LineId(id), id, draft, done))
        .collect();
    Document { invoice: issued, lines, taxes: computed.taxes, allowances: computed.allowances }
}

fn stored(document: &Document, id: i64, computed: &ComputedNote) -> NoteDocument {
    let base = note(id, computed.total);
    let note = CreditNote {
        invoice_id: Some(document.invoice.id),
        ex_tax: computed.ex_tax,
        tax: computed.tax,
        is_amount_only: false,
        ..base
    };
    let lines = (1..)
        .zip(&computed.lines)
        .map(|(position, computed)| {
            let of = computed.invoice_line_id.expect("an invoice line");
            let line = document.lines.iter().find(|line| line.id == of).expect("there");
            CreditNoteLine::of_invoice_line(CreditNoteLineId(id * 100 + position), position, line, computed)
        })
        .collect();
    NoteDocument { note, lines, taxes: computed.taxes.clone() }
}

fn wish(line: i64, by: CreditBy) -> CreditWish {
    CreditWish { line: LineId(line), by }
}

/// Credits step by step; the (ex_tax, tax) of each note, and whether everything closed at the end.
#[track_caller]
fn close(document: &Document, steps: &[Vec<CreditWish>]) -> Vec<(i64, i64)> {
    let mut notes = Vec::new();
    let mut found = Vec::new();
    for wishes in steps {
        let computed = credit_lines(document, &notes, wishes).expect("credits");
        assert_eq!(computed.total, computed.ex_tax + computed.tax);
        assert_eq!(computed.lines.iter().map(|line| line.tax).sum::<i64>(), computed.tax);
        assert_eq!(computed.lines.iter().map(|line| line.taxable).sum::<i64>(), computed.ex_tax);
        found.push((computed.ex_tax, computed.tax));
        notes.push(stored(document, notes.len() as i64 + 1, &computed));
    }
    found
}

fn sums(found: &[(i64, i64)]) -> (i64, i64) {
    found.iter().fold((0, 0), |(ex, tax), (a, b)| (ex + a, tax + b))
}

/// Lago credited 335.00 of an invoice of 334.99: tax rounded per note went past the invoice's tax.
#[test]
fn credit_note_tax_past_the_invoice_lago_api_2643() {
    // Two lines of 139.58 at 20 %: net 279.16, tax 55.83, total 334.99. Rounded alone, each note would carry
    // 27.92 of tax and together give back 335.00.
    let document =
        document(Exclusive, PerGroup, vec![line("1", "139.58", "20"), line("1", "139.58", "20")], Vec::new());
    assert_eq!(document.invoice.totals.total, 33_499);
    let found = close(&document, &[vec![wish(1, CreditBy::Rest)], vec![wish(2, CreditBy::Rest)]]);
    assert_eq!(found, [(13_958, 2_791), (13_958, 2_792)]);
    assert_eq!(found.iter().map(|(ex, tax)| ex + tax).sum::<i64>(), 33_499);
}

#[test]
fn partial_credits_close_in_every_mode_and_order() {
    for mode in [Exclusive, Inclusive] {
        for rounding in [PerGroup, PerLine] {
            let lines = vec![line("3", "33.33", "8.87525"), line("7", "1.01", "8.87525"), line("1", "5.55", "19")];
            let less = Discount { name: String::new(), code: None, by: DiscountBy::Fixed(333), priority: 0 };
            let document = document(mode, rounding, lines, vec![(false, less, None)]);
            let steps = [
                vec![wish(2, CreditBy::Amount(101)), wish(1, CreditBy::Amount(3333))],
                vec![wish(3, CreditBy::Amount(1)), wish(1, CreditBy::Amount(17)), wish(1, CreditBy::Amount(17))],
                vec![wish(1, CreditBy::Rest)],
                vec![wish(3, CreditBy::Rest), wish(2, CreditBy::Rest)],
            ];
            let found = close(&document, &steps);
            let totals = document.invoice.totals;
            assert_eq!(sums(&found), (totals.ex_tax, totals.tax), "{mode:?} {rounding:?}");
        }
    }
}

#[test]
fn everything_at_once_is_the_invoice() {
    let document = document(Inclusive, PerGroup, vec![line("3", "1", "10"), line("1", "2.22", "7")], Vec::new());
    let all = credit_everything(&document, &[]).expect("credits");
    let totals = document.invoice.totals;
    assert_eq!((all.ex_tax, all.tax, all.total), (totals.ex_tax, totals.tax, totals.total));
    assert_eq!(all.taxes.len(), 2);
    assert_eq!(all.lines[0].quantity, Decimal::from_whole(3));
    assert_eq!(all.lines[0].unit_price, Decimal::ONE);
    let done = stored(&document, 1, &all);
    let money = |minor| document.invoice.money(minor);
    let refused = Refusal::ExceedsCreditable { line: LineId(1), left: money(0), asked: money(1) };
    assert_eq!(credit_everything(&document, std::slice::from_ref(&done)), Err(refused));
    let mut void = done;
    void.note.state = State::Void;
    assert_eq!(credit_everything(&document, &[void]), Ok(all));
}

#[test]
fn a_line_gives_back_what_it_has_and_no_more() {
    let document = document(Exclusive, PerGroup, vec![line("1", "100", "20"), line("-1", "20", "20")], Vec::new());
    let money = |minor| document.invoice.money(minor);
    let exceeds = |line, left, asked| {
        Err(Refusal::ExceedsCreditable { line: LineId(line), left: money(left), asked: money(asked) })
    };
    let ask = |wishes: &[CreditWish]| credit_lines(&document, &[], wishes).map(|note| note.total);
    assert_eq!(ask(&[]), Err(Refusal::NoLines { invoice: document.invoice.id }));
    assert_eq!(ask(&[wish(9, CreditBy::Amount(0))]), Err(Refusal::UnknownLine { line: LineId(9) }));
    assert_eq!(ask(&[wish(1, CreditBy::Amount(0))]), Err(Refusal::NotPositive { what: "credit" }));
    assert_eq!(ask(&[wish(1, CreditBy::Quantity(Decimal::ZERO))]), Err(Refusal::NotPositive { what: "quantity" }));
    // The negative line lowers what the group has: 80, not 100.
    assert_eq!(ask(&[wish(1, CreditBy::Amount(8000))]), Ok(9600));
    assert_eq!(ask(&[wish(1, CreditBy::Amount(8001))]), exceeds(1, 8000, 8001));
    assert_eq!(ask(&[wish(1, CreditBy::Amount(5000)), wish(1, CreditBy::Amount(3001))]), exceeds(1, 3000, 3001));
    assert_eq!(ask(&[wish(2, CreditBy::Amount(1))]), exceeds(2, 0, 1));
    assert_eq!(ask(&[wish(2, CreditBy::Rest)]), exceeds(2, 0, 0));
    let mut draft = document.clone();
    draft.invoice.state = State::Draft;
    let id = draft.invoice.id;
    assert_eq!(credit_lines(&draft, &[], &[]), Err(Refusal::NotIssued { invoice: id }));
    draft.invoice.state = State::Void;
    assert_eq!(credit_lines(&draft, &[], &[]), Err(Refusal::AlreadyVoid { invoice: id }));
}

#[test]
fn quantities_telescope() {
    // 10.00 over three: 3.33, 3.34, 3.33 and nothing left.
    let mut third = line("3", "4", "0");
    third.discounts = vec![Discount { name: String::new(), code: None, by: DiscountBy::Fixed(200), priority: 0 }];
    let document = document(Exclusive, PerGroup, vec![third], Vec::new());
    let one = || vec![wish(1, CreditBy::Quantity(Decimal::ONE))];
    let found = close(&document, &[one(), one(), one()]);
    assert_eq!(found, [(333, 0), (334, 0), (333, 0)]);
    let two = credit_lines(&document, &[], &[wish(1, CreditBy::Quantity(Decimal::from_whole(2)))]).expect("credits");
    assert_eq!(two.lines[0].unit_price.to_string(), "3.335");
    let four = credit_lines(&document, &[], &[wish(1, CreditBy::Quantity(Decimal::from_whole(4)))]);
    assert!(matches!(four, Err(Refusal::ExceedsCreditable { .. })));
}

#[test]
fn a_total_is_met_exactly_and_still_closes() {
    for mode in [Exclusive, Inclusive] {
        for rounding in [PerGroup, PerLine] {
            let lines = vec![line("1", "100", "20"), line("2", "33.33", "20"), line("1", "7.77", "5")];
            let document = document(mode, rounding, lines, Vec::new());
            let mut notes = Vec::new();
            for total in [5_000, 1, 333, 6] {
                let computed = credit_total(&document, &notes, total).expect("credits");
                assert_eq!(computed.total, total);
                assert_eq!(computed.lines.iter().map(|line| line.taxable + line.tax).sum::<i64>(), total);
                notes.push(stored(&document, notes.len() as i64 + 1, &computed));
            }
            let rest = document.invoice.totals.total - 5_340;
            let over = credit_total(&document, &notes, rest + 1);
            assert!(matches!(over, Err(Refusal::ExceedsCreditable { .. })), "{mode:?} {rounding:?}");
            let computed = credit_total(&document, &notes, rest).expect("closes");
            let tax: i64 = notes.iter().map(|note| note.note.tax).sum();
            assert_eq!(tax + computed.tax, document.invoice.totals.tax, "{mode:?} {rounding:?}");
            assert_eq!(credit_total(&document, &notes, 0), Err(Refusal::NotPositive { what: "credit" }));
        }
    }
}

/// Found by the laws: a credit by total must not take the last of the base and leave tax behind.
#[test]
fn a_total_leaves_no_tax_without_base() {
    for rounding in [PerGroup, PerLine] {
        let document = document(Exclusive, rounding, vec![line("1", "0.04", "150")], Vec::new());
        assert_eq!((document.invoice.totals.ex_tax, document.invoice.totals.tax), (4, 6));
        let first = credit_total(&document, &[], 9).expect("credits");
        assert_eq!((first.ex_tax, first.tax), (3, 6));
        let rest = credit_everything(&document, &[stored(&document, 1, &first)]).expect("closes");
        assert_eq!((rest.ex_tax, rest.tax), (1, 0));
    }
}

#[test]
fn notes_of_their_own() {
    let input = DraftInput {
        currency: Currency::USD,
        price_mode: Inclusive,
        tax_rounding: PerGroup,
        lines: vec![line("1", "12", "20")],
        allowances: Vec::new(),
    };
    let note = standalone(&input).expect("computes");
    assert_eq!((note.ex_tax, note.tax, note.total, note.lines[0].gross), (1000, 200, 1200, 1200));
    let row = CreditNoteLine::of_draft(CreditNoteLineId(1), 1, &input.lines[0], &note.lines[0]);
    assert_eq!((row.invoice_line_id, row.taxable), (None, 1000));
    let negative = DraftInput { lines: vec![line("2", "12", "20"), line("-1", "12", "20")], ..input };
    assert_eq!(standalone(&negative), Err(Refusal::NotPositive { what: "credit" }));
    let amount = |minor| amount_only(Money { minor, currency: Currency::USD });
    assert_eq!(amount(50).map(|note| (note.ex_tax, note.tax, note.total)), Ok((50, 0, 50)));
    assert_eq!(amount(0), Err(Refusal::NotPositive { what: "credit" }));
    assert_eq!(CreditNoteId(1).get(), 1);
}

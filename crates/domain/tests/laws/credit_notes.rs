//! Notes close exactly when everything is credited, in any number, size and order of partial credits.

use crate::sample::{DAY, PARTIES, draft, issued};
use domain::Refusal;
use domain::credit_note::totals::{ComputedNote, CreditBy, CreditWish, credit_everything, credit_lines, credit_total};
use domain::credit_note::{CreditNote, CreditNoteLine, NoteDocument};
use domain::id::{CreditNoteId, CreditNoteLineId, LineId};
use domain::invoice::totals::compute;
use domain::invoice::{Document, State};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

fn stored(document: &Document, computed: &ComputedNote) -> Result<NoteDocument, TestCaseError> {
    prop_assert_eq!(computed.ex_tax + computed.tax, computed.total);
    prop_assert_eq!(computed.lines.iter().map(|line| line.taxable).sum::<i64>(), computed.ex_tax);
    prop_assert_eq!(computed.lines.iter().map(|line| line.tax).sum::<i64>(), computed.tax);
    for tax in &computed.taxes {
        prop_assert!(tax.amount >= 0 && tax.base >= 0);
        let components = tax.components.iter().sum::<i64>();
        prop_assert!(tax.components.is_empty() || components == tax.amount);
    }
    let currency = document.invoice.currency;
    let mut note = CreditNote::draft(CreditNoteId(1), PARTIES, currency, DAY, Timestamp::UNIX_EPOCH);
    note.invoice_id = Some(document.invoice.id);
    note.state = State::Issued;
    note.ex_tax = computed.ex_tax;
    note.tax = computed.tax;
    note.total = computed.total;
    let mut lines = Vec::new();
    for line in &computed.lines {
        prop_assert!(line.gross >= 0 && line.taxable >= 0 && line.tax >= 0);
        let of = document.lines.iter().find(|of| Some(of.id) == line.invoice_line_id).expect("there");
        lines.push(CreditNoteLine::of_invoice_line(CreditNoteLineId(1), 1, of, line));
    }
    Ok(NoteDocument { note, lines, taxes: computed.taxes.clone() })
}

/// What is credited so far never passes the invoice; returns (ex tax, tax).
fn credited(document: &Document, notes: &[NoteDocument]) -> Result<(i64, i64), TestCaseError> {
    let sums = notes.iter().fold((0, 0), |(ex, tax), note| (ex + note.note.ex_tax, tax + note.note.tax));
    prop_assert!(sums.0 <= document.invoice.totals.ex_tax && sums.1 <= document.invoice.totals.tax);
    Ok(sums)
}

proptest! {
    #![proptest_config(crate::cases())]

    #[test]
    fn partial_credits_close_exactly(input in draft(true),
            steps in proptest::collection::vec((any::<u8>(), 1_i64..8_000, any::<bool>()), 0..12)) {
        let document = issued(&input, compute(&input).expect("computes"));
        let mut notes: Vec<NoteDocument> = Vec::new();
        for (which, amount, is_total) in steps {
            let line = LineId(1 + i64::from(which) % document.lines.len() as i64);
            let computed = if is_total {
                credit_total(&document, &notes, amount)
            } else {
                credit_lines(&document, &notes, &[CreditWish { line, by: CreditBy::Amount(amount) }])
            };
            match computed {
                Ok(computed) => {
                    if is_total {
                        prop_assert_eq!(computed.total, amount);
                    }
                    notes.push(stored(&document, &computed)?);
                }
                Err(refusal) => {
                    let is_expected = matches!(refusal, Refusal::ExceedsCreditable { .. });
                    prop_assert!(is_expected, "{refusal:?}");
                }
            }
            credited(&document, &notes)?;
        }
        match credit_everything(&document, &notes) {
            Ok(rest) => notes.push(stored(&document, &rest)?),
            Err(refusal) => {
                let is_expected = matches!(refusal, Refusal::ExceedsCreditable { .. });
                prop_assert!(is_expected, "{refusal:?}");
            }
        }
        let totals = document.invoice.totals;
        let sums = credited(&document, &notes)?;
        prop_assert_eq!(sums, (totals.ex_tax, totals.tax));
    }

    #[test]
    fn units_close_exactly(input in draft(true), order in any::<u64>()) {
        let document = issued(&input, compute(&input).expect("computes"));
        let mut notes: Vec<NoteDocument> = Vec::new();
        let count = document.lines.len() as u64;
        for step in 0..count {
            let line = &document.lines[((order % count + step) % count) as usize];
            // A third, then the rest of the quantity.
            let third = domain::money::Decimal::from_parts(line.quantity.mantissa() / 3, line.quantity.scale()).expect("a decimal");
            let rest = line.quantity.checked_sub(third).expect("fits");
            for quantity in [third, rest] {
                let wish = CreditWish { line: line.id, by: CreditBy::Quantity(quantity) };
                match credit_lines(&document, &notes, &[wish]) {
                    Ok(computed) => notes.push(stored(&document, &computed)?),
                    Err(refusal) => {
                        let is_expected = matches!(refusal, Refusal::NotPositive { .. });
                        prop_assert!(is_expected, "{refusal:?}");
                    }
                }
            }
        }
        let totals = document.invoice.totals;
        let (ex_tax, tax) = credited(&document, &notes)?;
        prop_assert_eq!((ex_tax, tax), (totals.ex_tax, totals.tax));
    }

    #[test]
    fn any_document_is_never_credited_beyond_itself(input in draft(false),
            steps in proptest::collection::vec((any::<u8>(), 1_i64..8_000), 0..8)) {
        let Ok(computed) = compute(&input) else { return Ok(()) };
        let document = issued(&input, computed);
        let mut notes: Vec<NoteDocument> = Vec::new();
        for (which, amount) in steps {
            let line = LineId(1 + i64::from(which) % document.lines.len() as i64);
            let computed = match which % 3 {
                0 => credit_total(&document, &notes, amount),
                1 => credit_lines(&document, &notes, &[CreditWish { line, by: CreditBy::Rest }]),
                _ => credit_lines(&document, &notes, &[CreditWish { line, by: CreditBy::Amount(amount) }]),
            };
            if let Ok(computed) = computed {
                notes.push(stored(&document, &computed)?);
            }
            let total: i64 = notes.iter().map(|note| note.note.total).sum();
            prop_assert!(total <= document.invoice.totals.total);
        }
    }
}

//! Credit notes are put on invoices.

use super::CreditNote;
use crate::id::{CreditNoteId, CustomerId, InvoiceId};
use crate::invoice::{Invoice, State};
use crate::money::Currency;
use crate::payment::Source;
use crate::refusal::Refusal;
use crate::settlement::{Booked, NewApplication, Payer, check_balance, check_target, put_on};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// So much of one note wished on one invoice, in minor units of the invoice's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteWish {
    pub note: CreditNoteId,
    pub invoice: InvoiceId,
    pub amount: i64,
}

/// Puts notes on invoices, wish by wish, each noun once in its map: a note named twice is drawn down twice,
/// never overspent. `family` are customers whose invoices the notes' customers settle besides their own.
///
/// Per wish, in this order: `NotPositive`; `NotIssued`, `AlreadyVoid` (also for an invoice that was not
/// loaded); `NoteNotIssued` (also for a note that was not loaded); `EntityMismatch`; `CurrencyMismatch`;
/// `CustomerMismatch`; `NothingOwed`; `ExceedsBalance`; `ExceedsRemaining`. On a refusal every noun is as it
/// was.
pub fn apply_notes(
    notes: &mut BTreeMap<CreditNoteId, Booked<CreditNote>>,
    invoices: &mut BTreeMap<InvoiceId, Booked<Invoice>>,
    wishes: &[NoteWish],
    family: &[CustomerId],
    base: Currency,
    on: Date,
) -> Result<Vec<NewApplication>, Refusal> {
    let mut next = (notes.clone(), invoices.clone());
    let mut applications = Vec::with_capacity(wishes.len());
    for wish in wishes {
        if wish.amount <= 0 {
            return Err(Refusal::NotPositive { what: "amount" });
        }
        let invoice = next.1.get_mut(&wish.invoice).ok_or(Refusal::NotIssued { invoice: wish.invoice })?;
        invoice.noun.require_issued()?;
        let not_issued = Refusal::NoteNotIssued { note: wish.note };
        let note = next.0.get_mut(&wish.note).filter(|note| note.noun.state == State::Issued).ok_or(not_issued)?;
        let noun = &note.noun;
        let payer = Payer { entity_id: noun.entity_id, currency: noun.currency, customer_id: noun.customer_id, family };
        check_target(&invoice.noun, wish.amount, &payer)?;
        check_balance(&invoice.noun, wish.amount)?;
        if wish.amount > noun.remaining {
            let (remaining, asked) = (noun.money(noun.remaining), noun.money(wish.amount));
            return Err(Refusal::ExceedsRemaining { note: wish.note, remaining, asked });
        }
        let source_base = note.take(wish.amount, base)?;
        let source = Source::CreditNote(wish.note);
        applications.push(put_on(invoice, source, source_base, wish.amount, base, on)?);
    }
    (*notes, *invoices) = next;
    Ok(applications)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EntityId;
    use crate::testing::{Settling, day, invoice, note};

    fn ask(set: &mut Settling, wishes: &[(i64, i64)]) -> Result<Vec<NewApplication>, Refusal> {
        let invoice = set.id;
        let wishes: Vec<NoteWish> =
            wishes.iter().map(|&(id, amount)| NoteWish { note: CreditNoteId(id), invoice, amount }).collect();
        let before = set.clone();
        let on = day(2026, 2, 1);
        let done = apply_notes(&mut set.sources.notes, &mut set.invoices, &wishes, &[], Currency::USD, on);
        if done.is_err() {
            assert_eq!(*set, before, "a refusal changes nothing");
        }
        done
    }

    #[test]
    fn a_note_named_twice_is_drawn_down_twice_never_overspent() {
        let mut set = Settling::new(invoice(1, 370), Vec::new(), vec![note(1, 100), note(2, 300)]);
        let money = |minor| invoice(1, 1).money(minor);
        let refused = Refusal::ExceedsRemaining { note: CreditNoteId(1), remaining: money(40), asked: money(41) };
        assert_eq!(ask(&mut set, &[(1, 60), (1, 41)]), Err(refused));
        let done = ask(&mut set, &[(1, 60), (2, 270), (1, 40)]).expect("applies");
        assert_eq!(done.iter().map(|row| row.amount).sum::<i64>(), 370);
        let remaining: Vec<i64> = set.sources.notes.values().map(|note| note.noun.remaining).collect();
        assert_eq!(remaining, [0, 30]);
        assert_eq!((set.invoice().noun.settled.credits, set.invoice().noun.settled.balance), (370, 0));
        assert_eq!(ask(&mut set, &[(2, 30)]), Err(Refusal::NothingOwed { invoice: InvoiceId(1) }));
    }

    #[test]
    fn refusals_in_order() {
        let mut set = Settling::new(invoice(1, 370), Vec::new(), vec![note(1, 400)]);
        let (id, note) = (set.id, set.note_id(0));
        let change = |set: &mut Settling, change: fn(&mut CreditNote)| {
            change(&mut set.sources.notes.get_mut(&note).expect("there").noun);
        };
        change(&mut set, |note| {
            note.state = State::Void;
            note.entity_id = EntityId(2);
            note.currency = Currency::EUR;
            note.customer_id = CustomerId(2);
        });
        set.invoice().noun.state = State::Draft;
        assert_eq!(ask(&mut set, &[(1, 0)]), Err(Refusal::NotPositive { what: "amount" }));
        assert_eq!(ask(&mut set, &[(1, 1)]), Err(Refusal::NotIssued { invoice: id }));
        set.invoice().noun.state = State::Void;
        assert_eq!(ask(&mut set, &[(1, 1)]), Err(Refusal::AlreadyVoid { invoice: id }));
        set.invoice().noun.state = State::Issued;
        assert_eq!(ask(&mut set, &[(1, 1)]), Err(Refusal::NoteNotIssued { note }));
        assert_eq!(ask(&mut set, &[(9, 1)]), Err(Refusal::NoteNotIssued { note: CreditNoteId(9) }));
        change(&mut set, |note| note.state = State::Issued);
        assert_eq!(ask(&mut set, &[(1, 1)]), Err(Refusal::EntityMismatch));
        change(&mut set, |note| note.entity_id = EntityId(1));
        let mismatch = Refusal::CurrencyMismatch { expected: Currency::USD, given: Currency::EUR };
        assert_eq!(ask(&mut set, &[(1, 1)]), Err(mismatch));
        change(&mut set, |note| note.currency = Currency::USD);
        let mismatch = Refusal::CustomerMismatch { expected: CustomerId(1), given: CustomerId(2) };
        assert_eq!(ask(&mut set, &[(1, 1)]), Err(mismatch));
        change(&mut set, |note| note.customer_id = CustomerId(1));
        let money = |minor| invoice(1, 1).money(minor);
        let refused = Refusal::ExceedsBalance { invoice: id, balance: money(370), asked: money(401) };
        assert_eq!(ask(&mut set, &[(1, 401)]), Err(refused));
        assert!(ask(&mut set, &[(1, 370)]).is_ok());
    }
}

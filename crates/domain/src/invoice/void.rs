//! An issued invoice is voided: it keeps its total and number and has balance 0. Void is never reopened.

use super::{Invoice, State};
use crate::id::CreditNoteId;
use crate::party::LegalEntity;
use crate::payment::{ReversalKind, Source};
use crate::refusal::Refusal;
use crate::settlement::{Booked, LiveApplication, Reversal, Sources, reverse};
use jiff::Timestamp;
use jiff::civil::Date;

/// What to do with what is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfSettled {
    Refuse,
    /// Each live application goes back to its own source: a payment's money unapplied, a note's remaining, a
    /// write-off cancelled. Never into a new balance.
    Detach,
}

/// What voiding comes to: the reversals in the order in which they are stored, write-offs first, and the day on
/// which the invoice's own entry is reversed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voided {
    pub reversals: Vec<Reversal>,
    pub posted_on: Date,
}

/// Voids `invoice`. `live` are all its applications, `sources` what they name, `note_on_lines` an issued
/// credit note that refers to its lines, `voided_on` the day the void is dated. Refuses in this order:
/// `NotIssued`, `AlreadyVoid`, `CreditedByNote`, `VoidWhileSettled`, `BooksClosed`. On a refusal every noun
/// is as it was.
pub fn void(
    invoice: &mut Booked<Invoice>,
    live: &mut [LiveApplication],
    sources: &mut Sources,
    note_on_lines: Option<CreditNoteId>,
    if_settled: IfSettled,
    entity: &LegalEntity,
    (voided_on, at): (Date, Timestamp),
) -> Result<Voided, Refusal> {
    invoice.noun.require_issued()?;
    let id = invoice.noun.id;
    if let Some(note) = note_on_lines {
        return Err(Refusal::CreditedByNote { invoice: id, note });
    }
    if if_settled == IfSettled::Refuse && live.iter().any(|application| application.left() != 0) {
        let applied = invoice.noun.money(invoice.noun.settled.applied());
        return Err(Refusal::VoidWhileSettled { invoice: id, applied });
    }
    let posted_on = entity.posting_day(voided_on)?;

    let mut next = (invoice.clone(), live.to_vec(), sources.clone());
    let mut order: Vec<usize> = (0..next.1.len()).filter(|&i| next.1[i].left() != 0).collect();
    order.sort_by_key(|&i| (!matches!(next.1[i].row.source, Source::WriteOff(_)), next.1[i].row.id));
    let mut reversals = Vec::with_capacity(order.len());
    for i in order {
        let application = &mut next.1[i];
        let kind = match application.row.source {
            Source::WriteOff(_) => ReversalKind::Cancelled,
            Source::Payment(_) | Source::CreditNote(_) => ReversalKind::Detached,
        };
        let left = application.left();
        reversals.push(reverse(&mut next.0, &mut next.2, application, left, kind, voided_on)?);
    }
    next.0.noun.state = State::Void;
    next.0.noun.voided_at = Some(at);
    next.0.noun.settle_on(voided_on);
    *invoice = next.0;
    live.clone_from_slice(&next.1);
    *sources = next.2;
    Ok(Voided { reversals, posted_on })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit_note::apply::{NoteWish, apply_notes};
    use crate::id::{CustomerId, WriteOffId};
    use crate::invoice::write_off::write_off;
    use crate::money::Currency;
    use crate::payment::allocate::{Wish, allocate};
    use crate::testing::{Settling, day, entity, invoice, note, payment};

    fn settled() -> Settling {
        let mut set = Settling::new(invoice(1, 370), vec![payment(1, 200)], vec![note(1, 100)]);
        let on = day(2026, 2, 1);
        let wish = Wish { payment: set.payment_id(0), invoice: set.id, amount: 100 };
        let done = allocate(&mut set.sources.payments, &mut set.invoices, &[wish], &[], Currency::USD, on);
        set.store(done.expect("applies").applications);
        let wish = NoteWish { note: set.note_id(0), invoice: set.id, amount: 100 };
        let done = apply_notes(&mut set.sources.notes, &mut set.invoices, &[wish], &[], Currency::USD, on);
        set.store(done.expect("applies"));
        let given_up = write_off(set.invoice(), WriteOffId(1), 0, false, Currency::USD, on).expect("writes off");
        let row = given_up.row(&set.invoices[&set.id].noun, "gone", on, Timestamp::UNIX_EPOCH);
        set.sources.write_offs.insert(row.id, row);
        set.store(vec![given_up.application]);
        set
    }

    fn ask(
        set: &mut Settling,
        note: Option<CreditNoteId>,
        how: IfSettled,
        entity: &LegalEntity,
    ) -> Result<Voided, Refusal> {
        let when = (day(2026, 3, 1), Timestamp::UNIX_EPOCH);
        let mut live = set.live();
        let invoice = set.invoices.get_mut(&set.id).expect("loaded");
        let done = void(invoice, &mut live, &mut set.sources, note, how, entity, when);
        if done.is_ok() {
            assert!(live.iter().all(|application| application.left() == 0));
        }
        done
    }

    #[test]
    fn detach_gives_everything_back_to_its_source_write_offs_first() {
        let mut set = settled();
        assert_eq!(set.invoice().noun.settled.balance, 0);
        let voided = ask(&mut set, None, IfSettled::Detach, &entity()).expect("voids");
        let kinds: Vec<_> = voided.reversals.iter().map(|r| (r.application.source, r.application.amount)).collect();
        let (payment, note) = (set.payment_id(0), set.note_id(0));
        assert_eq!(
            kinds,
            [
                (Source::WriteOff(WriteOffId(1)), -170),
                (Source::Payment(payment), -100),
                (Source::CreditNote(note), -100)
            ]
        );
        let noun = &set.invoices[&set.id].noun;
        assert_eq!((noun.state, noun.settled.balance, noun.totals.total), (State::Void, 0, 370));
        assert_eq!((noun.settled.applied(), noun.paid_on), (0, None));
        assert_eq!(set.sources.payments[&payment].noun.unapplied, 200);
        assert_eq!(set.sources.notes[&note].noun.remaining, 100);
        assert_eq!(set.sources.write_offs[&WriteOffId(1)].cancelled, 170);
        let again = ask(&mut set, None, IfSettled::Detach, &entity());
        assert_eq!(again, Err(Refusal::AlreadyVoid { invoice: set.id }));
    }

    #[test]
    fn refusals_in_order_change_nothing() {
        let mut set = settled();
        let before = set.clone();
        let closed = LegalEntity { books_closed_through: Some(day(2026, 3, 1)), ..entity() };
        let (id, note) = (set.id, CreditNoteId(7));
        let refused = ask(&mut set, Some(note), IfSettled::Refuse, &closed);
        assert_eq!(refused, Err(Refusal::CreditedByNote { invoice: id, note }));
        let refused = ask(&mut set, None, IfSettled::Refuse, &closed);
        let applied = set.invoice().noun.money(370);
        assert_eq!(refused, Err(Refusal::VoidWhileSettled { invoice: id, applied }));
        let refused = ask(&mut set, None, IfSettled::Detach, &closed);
        let (on, closed_through) = (day(2026, 3, 1), day(2026, 3, 1));
        assert_eq!(refused, Err(Refusal::BooksClosed { on, closed_through }));
        assert_eq!(set, before);
        set.invoice().noun.state = State::Draft;
        let refused = ask(&mut set, Some(note), IfSettled::Refuse, &closed);
        assert_eq!(refused, Err(Refusal::NotIssued { invoice: id }));
        assert_eq!(set.invoice().noun.customer_id, CustomerId(1));
    }
}

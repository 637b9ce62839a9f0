//! The three refunds. The caller says which; nothing guesses.

use super::{Payment, ReversalKind, Source};
use crate::credit_note::CreditNote;
use crate::fx;
use crate::id::InvoiceId;
use crate::invoice::{Invoice, State};
use crate::money::{Currency, add};
use crate::refusal::Refusal;
use crate::settlement::{Booked, LiveApplication, NewApplication, Sources, reverse};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What refunding a payment comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// The reversals that make invoices owe again; none when the money was unapplied.
    pub reversals: Vec<NewApplication>,
    /// What left the payment, in base currency.
    pub refund_base: i64,
}

/// (a) Reverse and owe again: `amount` of what the payment settled goes back to the customer, newest
/// application first, and the invoices owe it again. `live` are applications of this payment: all of them, or
/// those on the one invoice that the caller means. Refuses in this order: `PaymentVoid`, `NotPositive`,
/// `ExceedsApplied`. On a refusal every noun is as it was.
pub fn reverse_and_owe_again(
    payment: super::PaymentId,
    invoices: &mut BTreeMap<InvoiceId, Booked<Invoice>>,
    sources: &mut Sources,
    live: &mut [LiveApplication],
    amount: i64,
    base: Currency,
    on: Date,
) -> Result<Refunded, Refusal> {
    let noun = match sources.payments.get(&payment) {
        Some(booked) if !booked.noun.is_void => &booked.noun,
        _ => return Err(Refusal::PaymentVoid { payment }),
    };
    if amount <= 0 {
        return Err(Refusal::NotPositive { what: "amount" });
    }
    let mut order: Vec<usize> =
        (0..live.len()).filter(|&i| live[i].row.source == Source::Payment(payment) && live[i].left() > 0).collect();
    let applied: i64 = order.iter().map(|&i| live[i].left()).sum();
    if amount > applied {
        let (applied, asked) = (noun.money(applied), noun.money(amount));
        return Err(Refusal::ExceedsApplied { payment, applied, asked });
    }
    let refund_base = noun.refund_base(amount, base)?;
    order.sort_by_key(|&i| std::cmp::Reverse((live[i].row.applied_on, live[i].row.id)));

    let mut next = (invoices.clone(), sources.clone(), live.to_vec());
    let mut wanted = amount;
    let mut reversals = Vec::new();
    for i in order {
        let application = &mut next.2[i];
        let part = wanted.min(application.left());
        if part == 0 {
            break;
        }
        let id = application.row.invoice_id;
        let invoice = next.0.get_mut(&id).ok_or(Refusal::NotApplied { payment, invoice: id })?;
        let done = reverse(invoice, &mut next.1, application, part, ReversalKind::Refunded, on)?;
        reversals.push(done.application);
        wanted -= part;
    }
    *invoices = next.0;
    *sources = next.1;
    live.clone_from_slice(&next.2);
    Ok(Refunded { reversals, refund_base })
}

impl Payment {
    /// (b) Refund unapplied money: invoices are untouched. What left the payment in base currency. Refuses in
    /// this order: `PaymentVoid`, `NotPositive`, `ExceedsUnapplied`.
    pub fn refund_unapplied(&mut self, amount: i64, base: Currency) -> Result<i64, Refusal> {
        if self.is_void {
            return Err(Refusal::PaymentVoid { payment: self.id });
        }
        if amount <= 0 {
            return Err(Refusal::NotPositive { what: "amount" });
        }
        if amount > self.unapplied {
            let (unapplied, asked) = (self.money(self.unapplied), self.money(amount));
            return Err(Refusal::ExceedsUnapplied { payment: self.id, unapplied, asked });
        }
        let refund_base = self.refund_base(amount, base)?;
        self.refunded = add(self.refunded, amount, "refunded")?;
        self.recompute_unapplied();
        Ok(refund_base)
    }

    fn refund_base(&self, amount: i64, base: Currency) -> Result<i64, Refusal> {
        if self.currency == base {
            return Ok(amount);
        }
        let whole = fx::to_base(self.amount, self.currency, self.fx.as_ref(), base)?;
        fx::refund_base(self.amount, whole, self.refunded, amount)
    }
}

impl CreditNote {
    /// (b) Refund what remains of a note: invoices are untouched. What left the note in base currency. Refuses
    /// in this order: `NoteNotIssued`, `NotPositive`, `ExceedsRemaining`.
    pub fn refund_remaining(&mut self, amount: i64, base: Currency) -> Result<i64, Refusal> {
        if self.state != State::Issued {
            return Err(Refusal::NoteNotIssued { note: self.id });
        }
        if amount <= 0 {
            return Err(Refusal::NotPositive { what: "amount" });
        }
        if amount > self.remaining {
            let (remaining, asked) = (self.money(self.remaining), self.money(amount));
            return Err(Refusal::ExceedsRemaining { note: self.id, remaining, asked });
        }
        let refund_base = if self.currency == base {
            amount
        } else {
            let whole = fx::to_base(self.total, self.currency, self.fx.as_ref(), base)?;
            fx::refund_base(self.total, whole, self.refunded, amount)?
        };
        self.refunded = add(self.refunded, amount, "refunded")?;
        self.recompute_remaining();
        Ok(refund_base)
    }
}

/// (c) Refund by credit note, before the note is made: may `amount` of what `payment` settled on `invoice` go
/// back? `live` are the payment's applications, `refunded_by_notes` what refunds of this kind already gave
/// back of this payment on this invoice. The note is then computed against the invoice's lines
/// (`credit_note::totals::credit_total`), issued, and paid out with [`CreditNote::refund_remaining`]; the
/// payment stays applied and the invoice's balance stays. Refuses in this order: `PaymentVoid`,
/// `NotPositive`, `NotApplied`, `ExceedsApplied`.
pub fn check_by_credit_note(
    payment: &Payment,
    invoice: InvoiceId,
    live: &[LiveApplication],
    refunded_by_notes: i64,
    amount: i64,
) -> Result<(), Refusal> {
    if payment.is_void {
        return Err(Refusal::PaymentVoid { payment: payment.id });
    }
    if amount <= 0 {
        return Err(Refusal::NotPositive { what: "amount" });
    }
    let applied: i64 = live
        .iter()
        .filter(|application| application.row.source == Source::Payment(payment.id))
        .filter(|application| application.row.invoice_id == invoice)
        .map(LiveApplication::left)
        .sum();
    if applied == 0 {
        return Err(Refusal::NotApplied { payment: payment.id, invoice });
    }
    let refundable = (applied - refunded_by_notes).max(0);
    if amount > refundable {
        let (applied, asked) = (payment.money(refundable), payment.money(amount));
        return Err(Refusal::ExceedsApplied { payment: payment.id, applied, asked });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::allocate::{Wish, allocate};
    use crate::testing::{Settling, day, invoice, note, payment};

    const USD: Currency = Currency::USD;

    fn paid() -> Settling {
        let mut set = Settling::new(invoice(1, 370), vec![payment(1, 500)], Vec::new()).with(invoice(2, 100));
        let payment = set.payment_id(0);
        let wishes = [(1, 370), (2, 100)].map(|(id, amount)| Wish { payment, invoice: InvoiceId(id), amount });
        let done = allocate(&mut set.sources.payments, &mut set.invoices, &wishes, &[], USD, day(2026, 2, 1));
        set.store(done.expect("applies").applications);
        set
    }

    fn owe_again(set: &mut Settling, amount: i64) -> Result<Refunded, Refusal> {
        let payment = set.payment_id(0);
        let mut live = set.live();
        let before = set.clone();
        let on = day(2026, 3, 1);
        let done = reverse_and_owe_again(payment, &mut set.invoices, &mut set.sources, &mut live, amount, USD, on);
        match &done {
            Ok(done) => set.store(done.reversals.clone()),
            Err(_) => assert_eq!(*set, before),
        }
        done
    }

    #[test]
    fn reversed_money_is_owed_again_newest_first() {
        let mut set = paid();
        let done = owe_again(&mut set, 150).expect("refunds");
        assert_eq!(
            done.reversals.iter().map(|r| (r.invoice_id.get(), r.amount)).collect::<Vec<_>>(),
            [(2, -100), (1, -50)]
        );
        let first = &set.invoices[&InvoiceId(1)].noun;
        assert_eq!((first.settled.payments_gross, first.settled.refunds, first.settled.balance), (370, 50, 50));
        assert_eq!(first.paid_on, None);
        let noun = &set.sources.payments[&set.payment_id(0)].noun;
        assert_eq!((noun.applied, noun.unapplied, noun.refunded), (320, 30, 150));
        let (payment, money) = (noun.id, |minor| invoice(1, 1).money(minor));
        let refused = Refusal::ExceedsApplied { payment, applied: money(320), asked: money(321) };
        assert_eq!(owe_again(&mut set, 321), Err(refused));
        assert!(owe_again(&mut set, 320).is_ok());
        assert_eq!(owe_again(&mut set, 0), Err(Refusal::NotPositive { what: "amount" }));
    }

    #[test]
    fn unapplied_money_goes_back_without_touching_invoices() {
        let mut set = paid();
        let payment = set.payment_id(0);
        let noun = &mut set.sources.payments.get_mut(&payment).expect("there").noun;
        let money = |minor| invoice(1, 1).money(minor);
        let refused = Refusal::ExceedsUnapplied { payment, unapplied: money(30), asked: money(31) };
        assert_eq!(noun.refund_unapplied(31, USD), Err(refused));
        assert_eq!(noun.refund_unapplied(0, USD), Err(Refusal::NotPositive { what: "amount" }));
        assert_eq!(noun.refund_unapplied(30, USD), Ok(30));
        assert_eq!((noun.applied, noun.unapplied, noun.refunded), (470, 0, 30));
        noun.is_void = true;
        assert_eq!(noun.refund_unapplied(1, USD), Err(Refusal::PaymentVoid { payment }));
        assert_eq!(owe_again(&mut set, 1), Err(Refusal::PaymentVoid { payment }));
    }

    #[test]
    fn a_note_is_paid_out_up_to_what_remains() {
        let mut credit = note(1, 50);
        let money = |minor| invoice(1, 1).money(minor);
        let refused = Refusal::ExceedsRemaining { note: credit.id, remaining: money(50), asked: money(51) };
        assert_eq!(credit.refund_remaining(51, USD), Err(refused));
        assert_eq!(credit.refund_remaining(-1, USD), Err(Refusal::NotPositive { what: "amount" }));
        assert_eq!(credit.refund_remaining(50, USD), Ok(50));
        assert_eq!((credit.remaining, credit.refunded), (0, 50));
        credit.state = State::Void;
        assert_eq!(credit.refund_remaining(1, USD), Err(Refusal::NoteNotIssued { note: credit.id }));
    }

    #[test]
    fn a_refund_by_credit_note_leaves_the_payment_applied() {
        let set = paid();
        let noun = &set.sources.payments[&set.payment_id(0)].noun;
        let live = set.live();
        let ask = |id, before, amount| check_by_credit_note(noun, InvoiceId(id), &live, before, amount);
        let payment = noun.id;
        assert_eq!(ask(1, 0, 370), Ok(()));
        assert_eq!(ask(1, 50, 320), Ok(()));
        let money = |minor| noun.money(minor);
        let refused = Refusal::ExceedsApplied { payment, applied: money(320), asked: money(321) };
        assert_eq!(ask(1, 50, 321), Err(refused));
        assert_eq!(ask(3, 0, 1), Err(Refusal::NotApplied { payment, invoice: InvoiceId(3) }));
        assert_eq!(ask(3, 0, 0), Err(Refusal::NotPositive { what: "amount" }));
        let void = Payment { is_void: true, ..noun.clone() };
        assert_eq!(check_by_credit_note(&void, InvoiceId(1), &live, 0, 0), Err(Refusal::PaymentVoid { payment }));
    }
}

//! Payments are put on invoices and taken off again.

use super::{Payment, ReversalKind};
use crate::id::{CustomerId, InvoiceId, PaymentId};
use crate::invoice::{Invoice, State};
use crate::money::Currency;
use crate::payment::Source;
use crate::refusal::Refusal;
use crate::settlement::{
    Booked, LiveApplication, NewApplication, Payer, Reversal, Sources, check_balance, check_target, put_on, reverse,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// So much of one payment wished on one invoice, in minor units of the invoice's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub payment: PaymentId,
    pub invoice: InvoiceId,
    pub amount: i64,
}

/// What came of the wishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allocated {
    pub applications: Vec<NewApplication>,
    /// Wishes on invoices that were written off whole: their money stays unapplied. A caller that means to
    /// recover cancels the write-off first (`write_off::recover`).
    pub written_off: Vec<Wish>,
}

/// Puts payments on invoices, wish by wish, each noun once in its map: a payment named twice is drawn down
/// twice, never overspent. `family` are customers whose invoices the payers settle besides their own.
///
/// Per wish, in this order: `NotPositive`; `NotIssued`, `AlreadyVoid` (also for an invoice that was not
/// loaded); `PaymentVoid` (also for a payment that was not loaded); `EntityMismatch`; `CurrencyMismatch`;
/// `CustomerMismatch`; written off (no refusal); `NothingOwed`; `ExceedsBalance`; `ExceedsUnapplied`. On a
/// refusal every noun is as it was.
pub fn allocate(
    payments: &mut BTreeMap<PaymentId, Booked<Payment>>,
    invoices: &mut BTreeMap<InvoiceId, Booked<Invoice>>,
    wishes: &[Wish],
    family: &[CustomerId],
    base: Currency,
    on: Date,
) -> Result<Allocated, Refusal> {
    let mut next = (payments.clone(), invoices.clone());
    let mut done = Allocated::default();
    for wish in wishes {
        if wish.amount <= 0 {
            return Err(Refusal::NotPositive { what: "amount" });
        }
        let invoice = next.1.get_mut(&wish.invoice).ok_or(Refusal::NotIssued { invoice: wish.invoice })?;
        invoice.noun.require_issued()?;
        let void = Refusal::PaymentVoid { payment: wish.payment };
        let payment = next.0.get_mut(&wish.payment).filter(|payment| !payment.noun.is_void).ok_or(void)?;
        check_target(&invoice.noun, wish.amount, &payment.noun.payer(family))?;
        if invoice.noun.settled.balance == 0 && invoice.noun.settled.write_offs > 0 {
            done.written_off.push(*wish);
            continue;
        }
        check_balance(&invoice.noun, wish.amount)?;
        if wish.amount > payment.noun.unapplied {
            return Err(Refusal::ExceedsUnapplied {
                payment: wish.payment,
                unapplied: payment.noun.money(payment.noun.unapplied),
                asked: payment.noun.money(wish.amount),
            });
        }
        let source_base = payment.take(wish.amount, base)?;
        let source = Source::Payment(wish.payment);
        done.applications.push(put_on(invoice, source, source_base, wish.amount, base, on)?);
    }
    (*payments, *invoices) = next;
    Ok(done)
}

impl Payment {
    fn payer<'a>(&self, family: &'a [CustomerId]) -> Payer<'a> {
        Payer { entity_id: self.entity_id, currency: self.currency, customer_id: self.customer_id, family }
    }

    /// Wishes that put what is unapplied on the invoices that owe, oldest due first, then oldest date, then
    /// lowest id. Invoices of another entity or currency are left out; what remains stays unapplied.
    pub fn oldest_due_first<'a>(&self, invoices: impl IntoIterator<Item = &'a Invoice>) -> Vec<Wish> {
        let mut owing: Vec<&Invoice> = invoices
            .into_iter()
            .filter(|invoice| invoice.state == State::Issued && invoice.settled.balance > 0)
            .filter(|invoice| invoice.entity_id == self.entity_id && invoice.currency == self.currency)
            .collect();
        owing.sort_by_key(|invoice| (invoice.due_on, invoice.dated_on, invoice.id));
        let mut available = self.unapplied;
        let mut wishes = Vec::new();
        for invoice in owing {
            let amount = available.min(invoice.settled.balance);
            if amount <= 0 {
                break;
            }
            available -= amount;
            wishes.push(Wish { payment: self.id, invoice: invoice.id, amount });
        }
        wishes
    }
}

/// Takes what is left of an application off its invoice, as if it had never been applied: the money is
/// unapplied, a note's amount remains. `NotIssued`, `AlreadyVoid`, `AlreadyReversed`.
pub fn unapply(
    invoice: &mut Booked<Invoice>,
    sources: &mut Sources,
    live: &mut LiveApplication,
    on: Date,
) -> Result<Reversal, Refusal> {
    invoice.noun.require_issued()?;
    if live.left() == 0 {
        return Err(Refusal::AlreadyReversed);
    }
    reverse(invoice, sources, live, live.left(), ReversalKind::Undone, on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EntityId;
    use crate::testing::{Settling, day, invoice, payment};

    fn set() -> Settling {
        Settling::new(invoice(1, 370), vec![payment(1, 400)], Vec::new()).with(invoice(2, 100))
    }

    fn ask(set: &mut Settling, wishes: &[(i64, i64)], family: &[CustomerId]) -> Result<Allocated, Refusal> {
        let payment = set.payment_id(0);
        let wishes: Vec<Wish> =
            wishes.iter().map(|&(id, amount)| Wish { payment, invoice: InvoiceId(id), amount }).collect();
        let on = day(2026, 2, 1);
        let before = set.clone();
        let done = allocate(&mut set.sources.payments, &mut set.invoices, &wishes, family, Currency::USD, on);
        match &done {
            Ok(done) => set.store(done.applications.clone()),
            Err(_) => assert_eq!(*set, before, "a refusal changes nothing"),
        }
        done
    }

    fn unapplied(set: &Settling) -> i64 {
        set.sources.payments[&set.payment_id(0)].noun.unapplied
    }

    #[test]
    fn one_payment_over_two_invoices() {
        let mut set = set();
        ask(&mut set, &[(2, 30), (1, 370)], &[]).expect("applies");
        assert_eq!(unapplied(&set), 0);
        assert_eq!(set.invoice().noun.settled.balance, 0);
        assert_eq!(set.invoice().noun.paid_on, Some(day(2026, 2, 1)));
        assert_eq!(set.invoices[&InvoiceId(2)].noun.settled.balance, 70);
        assert_eq!(set.rows.iter().map(|row| row.amount).collect::<Vec<_>>(), [30, 370]);
    }

    /// A payment named twice in one request is drawn down twice; the second wish sees what the first left.
    #[test]
    fn two_callbacks_passing_one_balance_check_invoiceplane_1705() {
        let mut set = set();
        let id = set.id;
        let money = |minor| invoice(1, 1).money(minor);
        let refused = Refusal::ExceedsBalance { invoice: id, balance: money(170), asked: money(200) };
        assert_eq!(ask(&mut set, &[(1, 200), (1, 200)], &[]), Err(refused));
        ask(&mut set, &[(1, 200), (1, 170)], &[]).expect("applies");
        assert_eq!((set.invoice().noun.settled.balance, unapplied(&set)), (0, 30));
        assert_eq!(ask(&mut set, &[(1, 30)], &[]), Err(Refusal::NothingOwed { invoice: id }));
    }

    #[test]
    fn refusals_in_order() {
        let mut set = set();
        let (payment, id) = (set.payment_id(0), set.id);
        assert_eq!(ask(&mut set, &[(3, 0)], &[]), Err(Refusal::NotPositive { what: "amount" }));
        assert_eq!(ask(&mut set, &[(3, 1)], &[]), Err(Refusal::NotIssued { invoice: InvoiceId(3) }));
        set.invoice().noun.state = State::Draft;
        assert_eq!(ask(&mut set, &[(1, 1)], &[]), Err(Refusal::NotIssued { invoice: id }));
        set.invoice().noun.state = State::Void;
        assert_eq!(ask(&mut set, &[(1, 1)], &[]), Err(Refusal::AlreadyVoid { invoice: id }));
        set.invoice().noun.state = State::Issued;
        let noun = |set: &mut Settling, change: fn(&mut Payment)| {
            change(&mut set.sources.payments.get_mut(&payment).expect("there").noun);
        };
        noun(&mut set, |payment| {
            payment.is_void = true;
            payment.entity_id = EntityId(2);
            payment.currency = Currency::EUR;
            payment.customer_id = CustomerId(2);
        });
        assert_eq!(ask(&mut set, &[(1, 1)], &[]), Err(Refusal::PaymentVoid { payment }));
        noun(&mut set, |payment| payment.is_void = false);
        assert_eq!(ask(&mut set, &[(1, 1)], &[]), Err(Refusal::EntityMismatch));
        noun(&mut set, |payment| payment.entity_id = EntityId(1));
        let mismatch = Refusal::CurrencyMismatch { expected: Currency::USD, given: Currency::EUR };
        assert_eq!(ask(&mut set, &[(1, 1)], &[]), Err(mismatch));
        noun(&mut set, |payment| payment.currency = Currency::USD);
        let mismatch = Refusal::CustomerMismatch { expected: CustomerId(1), given: CustomerId(2) };
        assert_eq!(ask(&mut set, &[(1, 1)], &[]), Err(mismatch));
        assert!(ask(&mut set.clone(), &[(1, 1)], &[CustomerId(1)]).is_ok());
        noun(&mut set, |payment| payment.customer_id = CustomerId(1));
        let money = |minor| invoice(1, 1).money(minor);
        let refused = Refusal::ExceedsBalance { invoice: id, balance: money(370), asked: money(401) };
        assert_eq!(ask(&mut set, &[(1, 401)], &[]), Err(refused));
        let refused = Refusal::ExceedsUnapplied { payment, unapplied: money(30), asked: money(31) };
        assert_eq!(ask(&mut set, &[(1, 370), (2, 31)], &[]), Err(refused));
        assert!(ask(&mut set, &[(1, 370), (2, 30)], &[]).is_ok());
    }

    #[test]
    fn a_written_off_invoice_leaves_the_money_unapplied() {
        let mut set = set();
        set.invoice().noun.settled.write_offs = 370;
        set.invoice().noun.recompute_balance();
        let done = ask(&mut set, &[(1, 370), (2, 30)], &[]).expect("applies the other");
        assert_eq!((done.written_off.len(), done.applications.len(), unapplied(&set)), (1, 1, 370));
    }

    #[test]
    fn oldest_due_goes_first() {
        let mut set = set().with(invoice(3, 50)).with(invoice(4, 50)).with(invoice(5, 60));
        let change = |set: &mut Settling, id: i64, change: &dyn Fn(&mut Invoice)| {
            change(&mut set.invoices.get_mut(&InvoiceId(id)).expect("there").noun);
        };
        change(&mut set, 1, &|invoice| invoice.due_on = day(2026, 3, 1));
        change(&mut set, 3, &|invoice| invoice.dated_on = day(2026, 1, 1));
        change(&mut set, 4, &|invoice| invoice.currency = Currency::EUR);
        change(&mut set, 5, &|invoice| invoice.state = State::Draft);
        let payment = &set.sources.payments[&set.payment_id(0)].noun;
        let wishes = payment.oldest_due_first(set.invoices.values().map(|invoice| &invoice.noun));
        assert_eq!(
            wishes.iter().map(|wish| (wish.invoice.get(), wish.amount)).collect::<Vec<_>>(),
            [(3, 50), (2, 100), (1, 250)]
        );
    }

    #[test]
    fn unapplying_is_as_if_never_applied() {
        let mut set = set();
        ask(&mut set, &[(1, 370)], &[]).expect("applies");
        let mut live = set.live();
        let on = day(2026, 2, 2);
        let id = set.id;
        let invoice = set.invoices.get_mut(&id).expect("there");
        let done = unapply(invoice, &mut set.sources, &mut live[0], on).expect("reverses");
        assert_eq!(
            (done.application.amount, done.application.reverses),
            (-370, Some((live[0].row.id, ReversalKind::Undone)))
        );
        assert_eq!(unapply(invoice, &mut set.sources, &mut live[0], on), Err(Refusal::AlreadyReversed));
        set.store(vec![done.application]);
        assert_eq!(set.live()[0].left(), 0);
        assert_eq!((set.invoice().noun.settled.payments_gross, set.invoice().noun.paid_on), (0, None));
        assert_eq!(unapplied(&set), 400);
    }
}

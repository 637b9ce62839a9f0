//! What is left of an invoice is given up, taken back, or recovered by a late payment.

use super::Invoice;
use crate::id::WriteOffId;
use crate::money::rounding::{mul_div, telescoped};
use crate::money::{Currency, add, sub};
use crate::payment::{ReversalKind, Source, WriteOff};
use crate::refusal::Refusal;
use crate::settlement::{Booked, LiveApplication, NewApplication, Reversal, Sources, put_on, receivable_base, reverse};
use jiff::Timestamp;
use jiff::civil::Date;

/// A write-off decided: its application on the invoice and the tax relieved with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    pub id: WriteOffId,
    pub application: NewApplication,
    pub tax_relief: i64,
}

impl GivenUp {
    pub fn row(&self, invoice: &Invoice, reason: &str, on: Date, created_at: Timestamp) -> WriteOff {
        WriteOff {
            id: self.id,
            invoice_id: invoice.id,
            customer_id: invoice.customer_id,
            entity_id: invoice.entity_id,
            currency: invoice.currency,
            amount: self.application.amount,
            cancelled: 0,
            tax_relief: self.tax_relief,
            tax_relief_cancelled: 0,
            reason: reason.to_owned(),
            written_off_on: on,
            created_at,
        }
    }
}

/// Writes off the whole balance. With `relieves_tax` its tax is relieved in proportion, telescoped:
/// `round(tax * written off / total)` less `live_relief`, the relief that earlier write-offs still carry.
/// Refuses in this order: `NotIssued`, `AlreadyVoid`, `NothingToWriteOff`.
pub fn write_off(
    invoice: &mut Booked<Invoice>,
    id: WriteOffId,
    live_relief: i64,
    relieves_tax: bool,
    base: Currency,
    on: Date,
) -> Result<GivenUp, Refusal> {
    invoice.noun.require_issued()?;
    let amount = invoice.noun.settled.balance;
    if amount <= 0 {
        return Err(Refusal::NothingToWriteOff { invoice: invoice.noun.id });
    }
    let tax_relief = if relieves_tax {
        let (tax, total) = (invoice.noun.totals.tax, invoice.noun.totals.total);
        let written_off = add(invoice.noun.settled.write_offs, amount, "write-off")?;
        let reached = mul_div(i128::from(tax), i128::from(written_off), i128::from(total), "tax")?;
        sub(reached, live_relief, "tax")?.clamp(0, amount)
    } else {
        0
    };
    // A write-off has no rate of its own: it takes the receivable at what it is carried at.
    let source_base = receivable_base(invoice, amount, base)?;
    let application = put_on(invoice, Source::WriteOff(id), source_base, amount, base, on)?;
    Ok(GivenUp { id, application, tax_relief })
}

impl WriteOff {
    /// What is still written off.
    pub const fn left(&self) -> i64 {
        self.amount - self.cancelled
    }

    /// Cancels `amount` of it; the tax relief that goes with it, telescoped.
    pub(crate) fn take_back(&mut self, amount: i64) -> Result<i64, Refusal> {
        if amount > self.left() {
            return Err(Refusal::WriteOffSpent { write_off: self.id });
        }
        let until = add(self.cancelled, amount, "write-off")?;
        let tax_relief = telescoped(self.tax_relief, self.cancelled, until, self.amount, "tax")?;
        self.cancelled = until;
        self.tax_relief_cancelled = add(self.tax_relief_cancelled, tax_relief, "tax")?;
        Ok(tax_relief)
    }
}

/// Cancels every live write-off of the invoice, which owes it again. `live` are its applications. Refuses
/// `NotIssued`, `AlreadyVoid`, `NotWrittenOff`.
pub fn cancel(
    invoice: &mut Booked<Invoice>,
    live: &mut [LiveApplication],
    sources: &mut Sources,
    on: Date,
) -> Result<Vec<Reversal>, Refusal> {
    let written_off = live_write_offs(live);
    take_back(invoice, live, sources, written_off, on)
}

/// A late payment of `amount` on a written-off invoice: the write-off is cancelled by what the balance lacks,
/// newest first, so that the payment can be applied in the same transaction. Nothing when the balance
/// suffices. Refuses `NotIssued`, `AlreadyVoid`, `NotWrittenOff`, and `ExceedsBalance` when write-offs and
/// balance together are below `amount`.
pub fn recover(
    invoice: &mut Booked<Invoice>,
    live: &mut [LiveApplication],
    sources: &mut Sources,
    amount: i64,
    on: Date,
) -> Result<Vec<Reversal>, Refusal> {
    invoice.noun.require_issued()?;
    let lacking = sub(amount, invoice.noun.settled.balance, "amount")?;
    if lacking <= 0 {
        return Ok(Vec::new());
    }
    let written_off = live_write_offs(live);
    if written_off > 0 && lacking > written_off {
        let balance = add(invoice.noun.settled.balance, written_off, "balance")?;
        return Err(Refusal::ExceedsBalance {
            invoice: invoice.noun.id,
            balance: invoice.noun.money(balance),
            asked: invoice.noun.money(amount),
        });
    }
    take_back(invoice, live, sources, lacking.min(written_off), on)
}

fn live_write_offs(live: &[LiveApplication]) -> i64 {
    live.iter()
        .filter(|application| matches!(application.row.source, Source::WriteOff(_)))
        .map(LiveApplication::left)
        .sum()
}

/// Cancels `amount` of the live write-offs, newest first.
fn take_back(
    invoice: &mut Booked<Invoice>,
    live: &mut [LiveApplication],
    sources: &mut Sources,
    amount: i64,
    on: Date,
) -> Result<Vec<Reversal>, Refusal> {
    invoice.noun.require_issued()?;
    if amount <= 0 {
        return Err(Refusal::NotWrittenOff { invoice: invoice.noun.id });
    }
    let mut order: Vec<usize> =
        (0..live.len()).filter(|&i| matches!(live[i].row.source, Source::WriteOff(_)) && live[i].left() > 0).collect();
    order.sort_by_key(|&i| std::cmp::Reverse((live[i].row.applied_on, live[i].row.id)));
    let mut wanted = amount;
    let mut reversals = Vec::new();
    for i in order {
        let part = wanted.min(live[i].left());
        if part > 0 {
            reversals.push(reverse(invoice, sources, &mut live[i], part, ReversalKind::Cancelled, on)?);
            wanted -= part;
        }
    }
    Ok(reversals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::allocate::{Wish, allocate};
    use crate::testing::{Settling, day, invoice, payment};

    const USD: Currency = Currency::USD;

    fn give_up(set: &mut Settling, id: i64, live_relief: i64, relieves: bool) -> Result<GivenUp, Refusal> {
        let on = day(2026, 4, 1);
        let done = write_off(set.invoice(), WriteOffId(id), live_relief, relieves, USD, on)?;
        let row = done.row(&set.invoices[&set.id].noun, "gone", on, Timestamp::UNIX_EPOCH);
        set.sources.write_offs.insert(row.id, row);
        set.store(vec![done.application.clone()]);
        Ok(done)
    }

    fn with_tax(total: i64, tax: i64) -> Settling {
        let mut noun = invoice(1, total);
        noun.totals.tax = tax;
        noun.totals.ex_tax = total - tax;
        Settling::new(noun, vec![payment(1, 1000)], Vec::new())
    }

    #[test]
    fn writes_off_what_is_left_and_takes_it_back() {
        let mut set = with_tax(370, 70);
        let done = give_up(&mut set, 1, 0, false).expect("writes off");
        assert_eq!((done.application.amount, done.tax_relief), (370, 0));
        assert_eq!(set.invoice().noun.settled.balance, 0);
        assert_eq!(give_up(&mut set, 2, 0, false), Err(Refusal::NothingToWriteOff { invoice: set.id }));
        let mut live = set.live();
        let back = cancel(set.invoices.get_mut(&set.id).expect("loaded"), &mut live, &mut set.sources, day(2026, 4, 2));
        assert_eq!(back.map(|reversals| reversals.len()), Ok(1));
        assert_eq!((set.invoice().noun.settled.balance, set.invoice().noun.paid_on), (370, None));
        let again =
            cancel(set.invoices.get_mut(&set.id).expect("loaded"), &mut live, &mut set.sources, day(2026, 4, 2));
        assert_eq!(again, Err(Refusal::NotWrittenOff { invoice: set.id }));
        let spent = set.sources.write_offs.get_mut(&WriteOffId(1)).expect("there").take_back(1);
        assert_eq!(spent, Err(Refusal::WriteOffSpent { write_off: WriteOffId(1) }));
    }

    #[test]
    fn tax_relief_telescopes_and_comes_back_whole() {
        // Total 100 with 17 tax; 40 paid, 60 written off: relief 10.2, rounded 10.
        let mut set = with_tax(100, 17);
        let wish = Wish { payment: set.payment_id(0), invoice: set.id, amount: 40 };
        let done = allocate(&mut set.sources.payments, &mut set.invoices, &[wish], &[], USD, day(2026, 3, 1));
        set.store(done.expect("applies").applications);
        assert_eq!(give_up(&mut set, 1, 0, true).map(|done| done.tax_relief), Ok(10));
        let mut live = set.live();
        let mut back = Vec::new();
        for amount in [7, 7, 46] {
            let invoice = set.invoices.get_mut(&set.id).expect("loaded");
            let balance = invoice.noun.settled.balance;
            let done =
                recover(invoice, &mut live, &mut set.sources, balance + amount, day(2026, 4, 2)).expect("recovers");
            back.push((done[0].application.amount, done[0].tax_relief));
        }
        assert_eq!(back, [(-7, 1), (-7, 1), (-46, 8)]);
        assert_eq!(set.sources.write_offs[&WriteOffId(1)].tax_relief_cancelled, 10);
    }

    #[test]
    fn recovery_is_bounded_by_what_was_written_off() {
        let mut set = with_tax(370, 0);
        give_up(&mut set, 1, 0, false).expect("writes off");
        let mut live = set.live();
        let on = day(2026, 4, 2);
        let id = set.id;
        let noun = set.invoice().noun.clone();
        let mut ask =
            |amount| recover(set.invoices.get_mut(&id).expect("loaded"), &mut live, &mut set.sources, amount, on);
        let refused = Refusal::ExceedsBalance { invoice: id, balance: noun.money(370), asked: noun.money(371) };
        assert_eq!(ask(371), Err(refused));
        assert_eq!(ask(100).map(|done| done[0].application.amount), Ok(-100));
        assert_eq!(ask(100), Ok(Vec::new()));
        let mut draft = with_tax(370, 0);
        draft.invoice().noun.state = crate::invoice::State::Draft;
        assert_eq!(give_up(&mut draft, 1, 0, false), Err(Refusal::NotIssued { invoice: id }));
        let mut open = with_tax(370, 0);
        let nothing = cancel(open.invoices.get_mut(&id).expect("loaded"), &mut [], &mut Sources::default(), on);
        assert_eq!(nothing, Err(Refusal::NotWrittenOff { invoice: id }));
        let over = recover(open.invoices.get_mut(&id).expect("loaded"), &mut [], &mut Sources::default(), 371, on);
        assert_eq!(over, Err(Refusal::NotWrittenOff { invoice: id }));
    }
}

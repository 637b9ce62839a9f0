//! What applying and reversing do to the nouns they touch, in one place: the invoice's projected sums, the
//! source's own sums, and both sides in base currency.

use crate::credit_note::CreditNote;
use crate::fx::{self, Pot};
use crate::id::{ApplicationId, CreditNoteId, CustomerId, InvoiceId, PaymentId, WriteOffId};
use crate::invoice::{Invoice, State};
use crate::money::{Currency, Money, add, sub};
use crate::payment::{Application, Payment, ReversalKind, Source, WriteOff};
use crate::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A noun with the base amounts its stored application rows carry: the sum of `receivable_base` for an
/// invoice, of `source_base` for a payment or note, reversals included. Ignored in base currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked<T> {
    pub noun: T,
    pub base_used: i64,
}

impl<T> Booked<T> {
    pub const fn new(noun: T, base_used: i64) -> Booked<T> {
        Booked { noun, base_used }
    }
}

/// Each noun that settles, once; loaded and locked by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    pub payments: BTreeMap<PaymentId, Booked<Payment>>,
    pub notes: BTreeMap<CreditNoteId, Booked<CreditNote>>,
    pub write_offs: BTreeMap<WriteOffId, WriteOff>,
}

/// An application or reversal decided and not yet stored; `amount` is negative on a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApplication {
    pub source: Source,
    pub invoice_id: InvoiceId,
    pub customer_id: CustomerId,
    pub amount: i64,
    pub reverses: Option<(ApplicationId, ReversalKind)>,
    pub receivable_base: i64,
    pub source_base: i64,
}

impl NewApplication {
    pub fn into_row(self, id: ApplicationId, applied_on: Date, created_at: Timestamp) -> Application {
        Application {
            id,
            source: self.source,
            invoice_id: self.invoice_id,
            customer_id: self.customer_id,
            amount: self.amount,
            applied_on,
            reverses: self.reverses,
            receivable_base: self.receivable_base,
            source_base: self.source_base,
            created_at,
        }
    }
}

/// An application with what its reversals took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveApplication {
    pub row: Application,
    /// Reversed so far; positive.
    pub reversed: i64,
    /// Why it was last reversed.
    pub last_reversal: Option<ReversalKind>,
}

impl LiveApplication {
    /// Folds stored rows: every application, its reversals counted on it. Rows in any order.
    pub fn fold(rows: &[Application]) -> Vec<LiveApplication> {
        let mut live: BTreeMap<ApplicationId, LiveApplication> = rows
            .iter()
            .filter(|row| row.reverses.is_none())
            .map(|row| (row.id, LiveApplication { row: row.clone(), reversed: 0, last_reversal: None }))
            .collect();
        for row in rows {
            if let Some((reversed, kind)) = row.reverses
                && let Some(application) = live.get_mut(&reversed)
            {
                application.reversed -= row.amount;
                application.last_reversal = Some(kind);
            }
        }
        live.into_values().collect()
    }

    /// What is still applied.
    pub const fn left(&self) -> i64 {
        self.row.amount - self.reversed
    }
}

/// A reversal decided, and the tax relief that a cancelled write-off takes back with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal {
    pub application: NewApplication,
    pub tax_relief: i64,
}

/// Puts `amount` of a source on an invoice. The caller has checked state, entity, currency, balance and
/// what the source has left.
pub(crate) fn put_on(
    invoice: &mut Booked<Invoice>,
    source: Source,
    source_base: i64,
    amount: i64,
    base: Currency,
    on: Date,
) -> Result<NewApplication, Refusal> {
    let receivable_base = receivable_pot(invoice, base)?.next_in(amount, invoice.noun.currency, base)?;
    invoice.base_used = add(invoice.base_used, receivable_base, "base amount")?;
    invoice.noun.settled.put_on(source, amount)?;
    invoice.noun.settle_on(on);
    Ok(NewApplication {
        source,
        invoice_id: invoice.noun.id,
        customer_id: invoice.noun.customer_id,
        amount,
        reverses: None,
        receivable_base,
        source_base,
    })
}

/// Base amount of the next `amount` of an invoice's receivable.
pub(crate) fn receivable_base(invoice: &Booked<Invoice>, amount: i64, base: Currency) -> Result<i64, Refusal> {
    receivable_pot(invoice, base)?.next_in(amount, invoice.noun.currency, base)
}

fn receivable_pot(invoice: &Booked<Invoice>, base: Currency) -> Result<Pot, Refusal> {
    let noun = &invoice.noun;
    Ok(Pot {
        total: noun.totals.total,
        base: fx::to_base(noun.totals.total, noun.currency, noun.fx.as_ref(), base)?,
        used: noun.settled.applied(),
        base_used: invoice.base_used,
    })
}

impl Pot {
    /// [`Pot::next`], or the amount itself in base currency.
    fn next_in(&self, amount: i64, currency: Currency, base: Currency) -> Result<i64, Refusal> {
        if currency == base { Ok(amount) } else { self.next(amount) }
    }
}

impl Booked<Payment> {
    /// Takes `amount` to be applied; its base amount.
    pub(crate) fn take(&mut self, amount: i64, base: Currency) -> Result<i64, Refusal> {
        let noun = &mut self.noun;
        let pot = Pot {
            total: noun.amount,
            base: fx::to_base(noun.amount, noun.currency, noun.fx.as_ref(), base)?,
            used: noun.applied,
            base_used: self.base_used,
        };
        let taken = pot.next_in(amount, noun.currency, base)?;
        self.base_used = add(self.base_used, taken, "base amount")?;
        noun.applied = add(noun.applied, amount, "applied")?;
        noun.recompute_unapplied();
        Ok(taken)
    }
}

impl Booked<CreditNote> {
    /// Takes `amount` to be applied; its base amount.
    pub(crate) fn take(&mut self, amount: i64, base: Currency) -> Result<i64, Refusal> {
        let noun = &mut self.noun;
        let pot = Pot {
            total: noun.total,
            base: fx::to_base(noun.total, noun.currency, noun.fx.as_ref(), base)?,
            used: noun.applied,
            base_used: self.base_used,
        };
        let taken = pot.next_in(amount, noun.currency, base)?;
        self.base_used = add(self.base_used, taken, "base amount")?;
        noun.applied = add(noun.applied, amount, "applied")?;
        noun.recompute_remaining();
        Ok(taken)
    }
}

/// Reverses `amount` of an application: the invoice owes again, the source has it back (a payment unapplied, or
/// refunded when `kind` is `Refunded`; a note remaining; a write-off cancelled). Stored base amounts are
/// repeated negated. Refuses in this order: `NotPositive`; `AlreadyReversed` when nothing is left;
/// `ExceedsApplied` (payments), else `Invalid`, for more than is left; `Invalid` for a source that the caller
/// did not load.
pub fn reverse(
    invoice: &mut Booked<Invoice>,
    sources: &mut Sources,
    live: &mut LiveApplication,
    amount: i64,
    kind: ReversalKind,
    on: Date,
) -> Result<Reversal, Refusal> {
    let currency = invoice.noun.currency;
    if amount <= 0 {
        return Err(Refusal::NotPositive { what: "amount" });
    }
    if live.left() == 0 {
        return Err(Refusal::AlreadyReversed);
    }
    if amount > live.left() {
        return Err(match live.row.source {
            Source::Payment(payment) => Refusal::ExceedsApplied {
                payment,
                applied: Money { minor: live.left(), currency },
                asked: Money { minor: amount, currency },
            },
            Source::CreditNote(_) | Source::WriteOff(_) => Refusal::Invalid { what: "amount" },
        });
    }
    let (from, until) = (live.reversed, add(live.reversed, amount, "amount")?);
    let receivable_base = fx::part_of_row(live.row.receivable_base, from, until, live.row.amount)?;
    let source_base = fx::part_of_row(live.row.source_base, from, until, live.row.amount)?;
    let not_loaded = Refusal::Invalid { what: "source" };
    let mut tax_relief = 0;
    match live.row.source {
        Source::Payment(id) => {
            let payment = sources.payments.get_mut(&id).ok_or(not_loaded)?;
            payment.base_used = sub(payment.base_used, source_base, "base amount")?;
            payment.noun.applied = sub(payment.noun.applied, amount, "applied")?;
            if kind == ReversalKind::Refunded {
                payment.noun.refunded = add(payment.noun.refunded, amount, "refunded")?;
            }
            payment.noun.recompute_unapplied();
        }
        Source::CreditNote(id) => {
            let note = sources.notes.get_mut(&id).ok_or(not_loaded)?;
            note.base_used = sub(note.base_used, source_base, "base amount")?;
            note.noun.applied = sub(note.noun.applied, amount, "applied")?;
            note.noun.recompute_remaining();
        }
        Source::WriteOff(id) => {
            let write_off = sources.write_offs.get_mut(&id).ok_or(not_loaded)?;
            tax_relief = write_off.take_back(amount)?;
        }
    }
    live.reversed = until;
    live.last_reversal = Some(kind);
    invoice.base_used = sub(invoice.base_used, receivable_base, "base amount")?;
    invoice.noun.settled.take_off(live.row.source, kind, amount)?;
    if invoice.noun.state == State::Issued {
        invoice.noun.settle_on(on);
    }
    let application = NewApplication {
        source: live.row.source,
        invoice_id: live.row.invoice_id,
        customer_id: live.row.customer_id,
        amount: -amount,
        reverses: Some((live.row.id, kind)),
        receivable_base: -receivable_base,
        source_base: -source_base,
    };
    Ok(Reversal { application, tax_relief })
}

/// What an invoice must be to be settled, in this order: amount above zero (`NotPositive`), `NotIssued` or
/// `AlreadyVoid`, same legal entity, same currency, a customer that the payer pays for.
pub(crate) fn check_target(invoice: &Invoice, amount: i64, payer: &Payer<'_>) -> Result<(), Refusal> {
    if amount <= 0 {
        return Err(Refusal::NotPositive { what: "amount" });
    }
    invoice.require_issued()?;
    if invoice.entity_id != payer.entity_id {
        return Err(Refusal::EntityMismatch);
    }
    if invoice.currency != payer.currency {
        return Err(Refusal::CurrencyMismatch { expected: invoice.currency, given: payer.currency });
    }
    if invoice.customer_id != payer.customer_id && !payer.family.contains(&invoice.customer_id) {
        return Err(Refusal::CustomerMismatch { expected: invoice.customer_id, given: payer.customer_id });
    }
    Ok(())
}

/// Then: something owed (`NothingOwed`), not more than that (`ExceedsBalance`).
pub(crate) fn check_balance(invoice: &Invoice, amount: i64) -> Result<(), Refusal> {
    let balance = invoice.settled.balance;
    if balance == 0 {
        return Err(Refusal::NothingOwed { invoice: invoice.id });
    }
    if amount > balance {
        let (balance, asked) = (invoice.money(balance), invoice.money(amount));
        return Err(Refusal::ExceedsBalance { invoice: invoice.id, balance, asked });
    }
    Ok(())
}

/// Whose money it is: `family` are customers whose invoices it may settle besides its own (sub-accounts).
pub(crate) struct Payer<'a> {
    pub entity_id: crate::id::EntityId,
    pub currency: Currency,
    pub customer_id: CustomerId,
    pub family: &'a [CustomerId],
}

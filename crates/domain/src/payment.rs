//! Money that came in, what it was put on, and what went back.

pub mod allocate;
pub mod correct;
pub mod intent;
pub mod method;
pub mod refund;

use crate::id::{ApplicationId, CreditNoteId, CustomerId, EntityId, InvoiceId, PaymentId, RefundId, WriteOffId};
use crate::invoice::FxRate;
use crate::money::{Currency, MAX_MINOR, Money};
use crate::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentMode {
    Cash,
    Check,
    Card,
    BankTransfer,
    BankRemittance,
    /// Charged by a gateway.
    Automatic,
    Other,
}

/// A payment as stored. `amount` includes bank charges: 370 with charges 10 is cash 360 and 370 to apply.
/// Minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub entity_id: EntityId,
    pub customer_id: CustomerId,
    pub currency: Currency,
    pub fx: Option<FxRate>,
    pub amount: i64,
    pub bank_charges: i64,
    /// Live applications.
    pub applied: i64,
    /// Refunded to the customer (kinds a and b).
    pub refunded: i64,
    /// `amount - applied - refunded` while live; 0 when void.
    pub unapplied: i64,
    pub mode: PaymentMode,
    pub received_on: Date,
    pub reference: String,
    pub description: String,
    pub gateway: Option<String>,
    pub gateway_transaction_id: Option<String>,
    pub is_void: bool,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What settles an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Payment(PaymentId),
    CreditNote(CreditNoteId),
    WriteOff(WriteOffId),
}

/// Why a reversal exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReversalKind {
    /// Put on the wrong invoice, a mistake: as if it had never been applied.
    Undone,
    /// Detached because the invoice was voided.
    Detached,
    /// The money went back and the invoice owes again (refund of kind a).
    Refunded,
    /// A write-off was cancelled.
    Cancelled,
}

/// So much of one source put on one invoice. Never edited: a reversal is a row of its own with a negative
/// amount that names the row it reverses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    pub source: Source,
    pub invoice_id: InvoiceId,
    pub customer_id: CustomerId,
    /// Minor units; negative on a reversal.
    pub amount: i64,
    pub applied_on: Date,
    pub reverses: Option<(ApplicationId, ReversalKind)>,
    /// Receivable taken away in the entity's base currency (telescoped), minor units; equal to `amount` when
    /// the document is in base currency.
    pub receivable_base: i64,
    /// The source's side in base currency; the difference is realised gain or loss.
    pub source_base: i64,
    pub created_at: Timestamp,
}

/// Where a refund's money came from: the three refunds of the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundKind {
    /// (a) The application is reversed; the invoice owes again.
    ReverseAndOweAgain,
    /// (b) Unapplied money of a payment, or what remains of a credit note; invoices are untouched.
    Unapplied,
    /// (c) A credit note is issued against the invoice's lines and paid out; the payment stays applied.
    ByCreditNote,
}

/// Money paid back. Minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: RefundId,
    pub kind: RefundKind,
    pub customer_id: CustomerId,
    pub entity_id: EntityId,
    pub currency: Currency,
    pub payment_id: Option<PaymentId>,
    pub credit_note_id: Option<CreditNoteId>,
    pub invoice_id: Option<InvoiceId>,
    pub amount: i64,
    pub refunded_on: Date,
    pub mode: PaymentMode,
    pub reference: String,
    pub description: String,
    pub created_at: Timestamp,
}

/// The rest of an invoice given up, and how much of it was taken back since. Minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOff {
    pub id: WriteOffId,
    pub invoice_id: InvoiceId,
    pub customer_id: CustomerId,
    pub entity_id: EntityId,
    pub currency: Currency,
    pub amount: i64,
    /// Cancelled so far, by a cancellation or by recoveries.
    pub cancelled: i64,
    /// Tax relieved with it, and how much of that was taken back.
    pub tax_relief: i64,
    pub tax_relief_cancelled: i64,
    pub reason: String,
    pub written_off_on: Date,
    pub created_at: Timestamp,
}

impl Payment {
    /// A payment as it comes in, with nothing applied; `amount` includes the bank's charges. Refuses in this
    /// order: `NotPositive`, `TooLarge`, `Negative` charges, `BankChargesExceedAmount`.
    pub fn received(
        id: PaymentId,
        (entity_id, customer_id): (EntityId, CustomerId),
        currency: Currency,
        (amount, bank_charges): (i64, i64),
        mode: PaymentMode,
        received_on: Date,
        created_at: Timestamp,
    ) -> Result<Payment, Refusal> {
        if amount <= 0 {
            return Err(Refusal::NotPositive { what: "amount" });
        }
        if amount > MAX_MINOR {
            return Err(Refusal::TooLarge { what: "amount" });
        }
        if bank_charges < 0 {
            return Err(Refusal::Negative { what: "bank charges" });
        }
        if bank_charges > amount {
            return Err(Refusal::BankChargesExceedAmount {
                amount: Money { minor: amount, currency },
                charges: Money { minor: bank_charges, currency },
            });
        }
        Ok(Payment {
            id,
            entity_id,
            customer_id,
            currency,
            fx: None,
            amount,
            bank_charges,
            applied: 0,
            refunded: 0,
            unapplied: amount,
            mode,
            received_on,
            reference: String::new(),
            description: String::new(),
            gateway: None,
            gateway_transaction_id: None,
            is_void: false,
            version: 0,
            created_at,
            updated_at: created_at,
        })
    }

    /// Projects what is neither applied nor refunded; 0 when void.
    pub const fn recompute_unapplied(&mut self) {
        self.unapplied = if self.is_void { 0 } else { self.amount - self.applied - self.refunded };
    }

    /// Voids the payment as if it had never come in. `PaymentVoid`, then `PaymentInUse` while anything of it
    /// is applied or refunded.
    pub const fn void(&mut self) -> Result<(), Refusal> {
        if self.is_void {
            return Err(Refusal::PaymentVoid { payment: self.id });
        }
        if self.applied != 0 || self.refunded != 0 {
            return Err(Refusal::PaymentInUse { payment: self.id });
        }
        self.is_void = true;
        self.recompute_unapplied();
        Ok(())
    }

    /// `minor` in the payment's currency.
    pub const fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, payment};

    #[test]
    fn bank_charges_are_part_of_the_amount() {
        let ask = |amount, charges| {
            let parties = (EntityId(1), CustomerId(1));
            let mode = PaymentMode::Check;
            let at = Timestamp::UNIX_EPOCH;
            Payment::received(PaymentId(1), parties, Currency::USD, (amount, charges), mode, day(2026, 1, 1), at)
                .map(|payment| payment.unapplied)
        };
        assert_eq!(ask(37_000, 1_000), Ok(37_000));
        assert_eq!(ask(1_000, 1_000), Ok(1_000));
        let usd = |minor| Money { minor, currency: Currency::USD };
        let refused = Refusal::BankChargesExceedAmount { amount: usd(1_000), charges: usd(1_001) };
        assert_eq!(ask(1_000, 1_001), Err(refused));
        assert_eq!(ask(1_000, -1), Err(Refusal::Negative { what: "bank charges" }));
        assert_eq!(ask(0, -1), Err(Refusal::NotPositive { what: "amount" }));
        assert_eq!(ask(MAX_MINOR, 0), Ok(MAX_MINOR));
        assert_eq!(ask(MAX_MINOR + 1, 0), Err(Refusal::TooLarge { what: "amount" }));
    }

    #[test]
    fn only_an_unused_payment_is_voided() {
        let mut paid = payment(1, 370);
        paid.applied = 1;
        assert_eq!(paid.void(), Err(Refusal::PaymentInUse { payment: paid.id }));
        paid.applied = 0;
        assert_eq!(paid.void(), Ok(()));
        assert_eq!((paid.is_void, paid.unapplied), (true, 0));
        assert_eq!(paid.void(), Err(Refusal::PaymentVoid { payment: paid.id }));
    }
}

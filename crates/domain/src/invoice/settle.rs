//! An invoice's projected sums: what is applied, what it still owes, when it was paid.

use super::{Invoice, InvoiceKind, Settled, State, Totals};
use crate::id::{CustomerId, EntityId, InvoiceId};
use crate::money::{Currency, Money, add, sub};
use crate::party::{Address, Terms};
use crate::payment::{ReversalKind, Source};
use crate::refusal::Refusal;
use crate::tax::{PriceMode, TaxRounding};
use jiff::Timestamp;
use jiff::civil::Date;

impl Settled {
    /// What the applications on the invoice come to: payments + credits + write-offs - refunds.
    pub const fn applied(&self) -> i64 {
        self.payments_gross + self.credits + self.write_offs - self.refunds
    }

    pub(crate) fn put_on(&mut self, source: Source, amount: i64) -> Result<(), Refusal> {
        let sum = self.sum_of(source);
        *sum = add(*sum, amount, "applied")?;
        Ok(())
    }

    /// A refund that makes the invoice owe again is a sum of its own; every other reversal of a payment is as
    /// if it had never been applied.
    pub(crate) fn take_off(&mut self, source: Source, kind: ReversalKind, amount: i64) -> Result<(), Refusal> {
        if kind == ReversalKind::Refunded && matches!(source, Source::Payment(_)) {
            self.refunds = add(self.refunds, amount, "refunds")?;
        } else {
            let sum = self.sum_of(source);
            *sum = sub(*sum, amount, "applied")?;
        }
        Ok(())
    }

    const fn sum_of(&mut self, source: Source) -> &mut i64 {
        match source {
            Source::Payment(_) => &mut self.payments_gross,
            Source::CreditNote(_) => &mut self.credits,
            Source::WriteOff(_) => &mut self.write_offs,
        }
    }
}

impl Invoice {
    /// A draft of nothing: no lines, no totals, no texts.
    pub fn draft(
        id: InvoiceId,
        (entity_id, customer_id): (EntityId, CustomerId),
        currency: Currency,
        dated_on: Date,
        created_at: Timestamp,
    ) -> Invoice {
        Invoice {
            id,
            entity_id,
            customer_id,
            kind: InvoiceKind::Invoice,
            state: State::Draft,
            number: None,
            number_origin: None,
            reference: String::new(),
            external_key: None,
            token: String::new(),
            currency,
            fx: None,
            price_mode: PriceMode::Exclusive,
            tax_rounding: TaxRounding::PerGroup,
            dated_on,
            due_on: dated_on,
            target_on: None,
            posted_on: None,
            terms: Terms { id: None, name: String::new(), days: 0 },
            totals: Totals::ZERO,
            settled: Settled::default(),
            paid_on: None,
            payment_expected_on: None,
            sent_at: None,
            issued_at: None,
            voided_at: None,
            withdrawn_at: None,
            is_shared: false,
            is_imported: false,
            customer_name: String::new(),
            customer_email: String::new(),
            bill_to: Address::default(),
            ship_to: Address::default(),
            memo: String::new(),
            terms_text: String::new(),
            transaction_type: String::new(),
            salesperson: None,
            revision: 0,
            version: 0,
            created_at,
            updated_at: created_at,
        }
    }

    /// `minor` in the invoice's currency.
    pub const fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    /// Projects the balance from the totals and the applied sums: what is open while issued, 0 when void, the
    /// total of a draft.
    pub const fn recompute_balance(&mut self) {
        self.settled.balance = match self.state {
            State::Draft => self.totals.total,
            State::Issued => self.totals.total - self.settled.applied(),
            State::Void => 0,
        };
    }

    /// Projects the balance, and the day on which it reached zero: `on` when it just did, none while it owes.
    pub fn settle_on(&mut self, on: Date) {
        self.recompute_balance();
        self.paid_on = match self.state {
            State::Issued if self.settled.balance == 0 => self.paid_on.or(Some(on)),
            State::Draft | State::Issued | State::Void => None,
        };
    }

    /// `NotIssued` for a draft, `AlreadyVoid` for a void invoice.
    pub(crate) const fn require_issued(&self) -> Result<(), Refusal> {
        match self.state {
            State::Issued => Ok(()),
            State::Draft => Err(Refusal::NotIssued { invoice: self.id }),
            State::Void => Err(Refusal::AlreadyVoid { invoice: self.id }),
        }
    }
}

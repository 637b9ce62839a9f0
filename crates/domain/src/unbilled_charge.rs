//! What was sold and is not on an invoice yet: it waits for the next invoice, or for someone who makes one.

use crate::id::{CustomerId, EntityId, InvoiceId, UnbilledChargeId, UnbilledChargeLineId};
use crate::invoice::totals::{Computed, DraftLine};
use crate::invoice::view::Coupon;
use crate::invoice::{AppliedDiscount, FxRate, LineAmounts};
use crate::money::{Currency, Money};
use crate::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;

/// Whether an invoice has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChargeStatus {
    /// On no invoice yet.
    Unbilled,
    Invoiced,
}

/// The charge's header as stored. Amounts are minor units, as of the day it was raised: the invoice computes its
/// own tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnbilledCharge {
    pub id: UnbilledChargeId,
    pub entity_id: EntityId,
    pub customer_id: CustomerId,
    /// `UNBILL-000004`; unique per tenant.
    pub number: String,
    pub currency: Currency,
    pub fx: Option<FxRate>,
    pub dated_on: Date,
    pub reference: String,
    pub ex_tax: i64,
    pub tax: i64,
    pub total: i64,
    /// The invoice that it became part of.
    pub invoice_id: Option<InvoiceId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One thing sold: what its invoice line will say, and what it comes to. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnbilledChargeLine {
    pub id: UnbilledChargeLineId,
    /// From 1, in the order given.
    pub position: i64,
    /// Its `discounts` are those of `discounts` below.
    pub line: DraftLine,
    pub discounts: Vec<AppliedDiscount>,
    pub amounts: LineAmounts,
}

/// Charge and lines together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeDocument {
    pub charge: UnbilledCharge,
    pub lines: Vec<UnbilledChargeLine>,
}

impl UnbilledCharge {
    /// A charge of nothing yet: no amounts, no reference.
    pub fn raised(
        id: UnbilledChargeId,
        (entity_id, customer_id): (EntityId, CustomerId),
        number: String,
        currency: Currency,
        dated_on: Date,
        created_at: Timestamp,
    ) -> UnbilledCharge {
        UnbilledCharge {
            id,
            entity_id,
            customer_id,
            number,
            currency,
            fx: None,
            dated_on,
            reference: String::new(),
            ex_tax: 0,
            tax: 0,
            total: 0,
            invoice_id: None,
            version: 1,
            created_at,
            updated_at: created_at,
        }
    }

    pub const fn status(&self) -> ChargeStatus {
        match self.invoice_id {
            None => ChargeStatus::Unbilled,
            Some(_) => ChargeStatus::Invoiced,
        }
    }

    /// `minor` in the charge's currency.
    pub const fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    /// A charge is changed and deleted only before it is invoiced, and is invoiced once. `ChargeInvoiced`.
    pub const fn require_unbilled(&self) -> Result<(), Refusal> {
        match self.invoice_id {
            None => Ok(()),
            Some(_) => Err(Refusal::ChargeInvoiced { charge: self.id }),
        }
    }

    /// Whether it can be on one invoice with another. Refuses in this order: `CustomerMismatch`,
    /// `EntityMismatch`, `CurrencyMismatch`.
    pub fn goes_with(&self, other: &UnbilledCharge) -> Result<(), Refusal> {
        if self.customer_id != other.customer_id {
            return Err(Refusal::CustomerMismatch { expected: other.customer_id, given: self.customer_id });
        }
        if self.entity_id != other.entity_id {
            return Err(Refusal::EntityMismatch);
        }
        if self.currency != other.currency {
            return Err(Refusal::CurrencyMismatch { expected: other.currency, given: self.currency });
        }
        Ok(())
    }
}

impl ChargeDocument {
    /// The header with what was computed of its lines; `ids` are the lines', in their order.
    pub fn of(
        mut charge: UnbilledCharge,
        lines: Vec<DraftLine>,
        computed: Computed,
        ids: impl IntoIterator<Item = UnbilledChargeLineId>,
    ) -> ChargeDocument {
        charge.ex_tax = computed.totals.ex_tax;
        charge.tax = computed.totals.tax;
        charge.total = computed.totals.total;
        let lines = lines
            .into_iter()
            .zip(computed.lines)
            .zip(ids)
            .zip(1_i64..)
            .map(|(((line, (discounts, amounts)), id), position)| UnbilledChargeLine {
                id,
                position,
                line,
                discounts,
                amounts,
            })
            .collect();
        ChargeDocument { charge, lines }
    }

    /// Discounts that carry a code, summed per code in order of appearance.
    pub fn coupons(&self) -> Vec<Coupon> {
        let mut coupons: Vec<Coupon> = Vec::new();
        for applied in self.lines.iter().flat_map(|line| &line.discounts) {
            let Some(code) = &applied.discount.code else { continue };
            match coupons.iter_mut().find(|coupon| coupon.code == *code) {
                Some(coupon) => coupon.amount.minor += applied.amount,
                None => coupons.push(Coupon {
                    code: code.clone(),
                    name: applied.discount.name.clone(),
                    amount: self.charge.money(applied.amount),
                }),
            }
        }
        coupons
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    fn charge(id: i64) -> UnbilledCharge {
        let parties = (EntityId(1), CustomerId(1));
        let number = format!("UNBILL-{id:06}");
        UnbilledCharge::raised(
            UnbilledChargeId(id),
            parties,
            number,
            Currency::USD,
            day(2026, 1, 1),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_charge_is_invoiced_once() {
        let mut one = charge(1);
        assert_eq!((one.status(), one.require_unbilled()), (ChargeStatus::Unbilled, Ok(())));
        one.invoice_id = Some(InvoiceId(9));
        let refused = Err(Refusal::ChargeInvoiced { charge: one.id });
        assert_eq!((one.status(), one.require_unbilled()), (ChargeStatus::Invoiced, refused));
    }

    #[test]
    fn charges_of_one_invoice_are_alike() {
        let one = charge(1);
        assert_eq!(charge(2).goes_with(&one), Ok(()));
        let euros = UnbilledCharge { currency: Currency::EUR, ..charge(2) };
        let mismatch = Refusal::CurrencyMismatch { expected: Currency::USD, given: Currency::EUR };
        assert_eq!(euros.goes_with(&one), Err(mismatch));
        let branch = UnbilledCharge { entity_id: EntityId(2), ..euros };
        assert_eq!(branch.goes_with(&one), Err(Refusal::EntityMismatch));
        let theirs = UnbilledCharge { customer_id: CustomerId(2), ..branch };
        let mismatch = Refusal::CustomerMismatch { expected: CustomerId(1), given: CustomerId(2) };
        assert_eq!(theirs.goes_with(&one), Err(mismatch));
    }
}

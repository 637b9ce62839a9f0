//! Plans: what is subscribed to. Their terms are published as versions that never change.

use super::price::PriceModel;
use crate::id::{PlanId, PlanVersionId, ProductId, TaxGroupId};
use crate::money::{Currency, Decimal};
use crate::party::Exemption;
use crate::refusal::Refusal;
use jiff::Timestamp;

/// What an interval of billing is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalUnit {
    Days,
    Weeks,
    Months,
    Years,
}

/// A plan with its current terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub id: PlanId,
    pub product_id: ProductId,
    /// The seller's code for it, unique per tenant.
    pub code: String,
    pub name: String,
    pub description: String,
    /// What one is called: `seat`.
    pub unit: String,
    /// Inactive plans are not sold any more.
    pub is_active: bool,
    /// The version that is sold now.
    pub version: PlanVersion,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Terms as they were published. Never changed: a change of terms publishes the next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanVersion {
    pub id: PlanVersionId,
    pub plan_id: PlanId,
    /// From 1 within the plan.
    pub number: i64,
    pub terms: PlanTerms,
    pub published_at: Timestamp,
}

/// What a subscriber agrees to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTerms {
    /// Of the price and the setup fee.
    pub currency: Currency,
    /// The price of a quantity for one interval.
    pub price: PriceModel,
    /// Billed every so many units.
    pub interval: i64,
    pub interval_unit: IntervalUnit,
    /// After so many intervals it ends; `None` until it is cancelled.
    pub billing_cycles: Option<i64>,
    /// Days before the first charge.
    pub trial_days: i64,
    /// Charged once, when the subscription begins.
    pub setup_fee: Decimal,
    /// Whether the setup fee is charged at once even while the trial runs.
    pub is_setup_fee_immediate: bool,
    pub tax_group_id: Option<TaxGroupId>,
    /// Why it is not taxed.
    pub exemption: Option<Exemption>,
}

impl PlanTerms {
    /// Most intervals of a rhythm, most cycles and most days of a trial.
    pub const MAX_COUNT: i64 = 3_660;

    /// Refuses an interval, cycles or trial outside 1 (trial: 0) to 3,660, and a negative setup fee.
    pub fn check(&self) -> Result<(), Refusal> {
        let counts = 1..=Self::MAX_COUNT;
        if !counts.contains(&self.interval) {
            return Err(Refusal::Invalid { what: "interval" });
        }
        if self.billing_cycles.is_some_and(|cycles| !counts.contains(&cycles)) {
            return Err(Refusal::Invalid { what: "billing_cycles" });
        }
        if !(0..=Self::MAX_COUNT).contains(&self.trial_days) {
            return Err(Refusal::Invalid { what: "trial_period" });
        }
        if self.setup_fee.is_negative() {
            return Err(Refusal::Negative { what: "setup_fee" });
        }
        Ok(())
    }
}

impl Plan {
    /// The terms of the next version; `None` when nothing of them changes.
    pub fn next_terms(&self, asked: PlanTerms) -> Result<Option<PlanTerms>, Refusal> {
        asked.check()?;
        Ok(Some(asked).filter(|asked| *asked != self.version.terms))
    }
}

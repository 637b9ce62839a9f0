//! Add-ons: what is bought beside a plan, once or with every interval.

use super::plan::IntervalUnit;
use super::price::PriceModel;
use crate::id::{AddonId, PlanId, ProductId, TaxGroupId};
use crate::money::Currency;
use crate::party::Exemption;
use crate::refusal::Refusal;
use jiff::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddonKind {
    Recurring,
    OneTime,
}

/// Which plans of its product something goes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanScope {
    All,
    None,
    Select(Vec<PlanId>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addon {
    pub id: AddonId,
    pub product_id: ProductId,
    /// The seller's code for it, unique per tenant.
    pub code: String,
    pub name: String,
    pub description: String,
    /// What one is called: `mailbox`.
    pub unit: String,
    pub kind: AddonKind,
    /// What a recurring add-on is billed every one of; `None` with the plan.
    pub interval_unit: Option<IntervalUnit>,
    /// Of the price.
    pub currency: Currency,
    pub price: PriceModel,
    pub plans: PlanScope,
    pub tax_group_id: Option<TaxGroupId>,
    /// Why it is not taxed.
    pub exemption: Option<Exemption>,
    /// Inactive add-ons are not sold any more.
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl PlanScope {
    /// The plans that are named one by one.
    pub fn selected(&self) -> &[PlanId] {
        match self {
            PlanScope::Select(plans) => plans,
            PlanScope::All | PlanScope::None => &[],
        }
    }

    /// Whether it goes with this plan of its product.
    pub fn covers(&self, plan: PlanId) -> bool {
        match self {
            PlanScope::All => true,
            PlanScope::None => false,
            PlanScope::Select(plans) => plans.contains(&plan),
        }
    }

    /// The stored word: `all`, `none`, `select`.
    pub const fn word(&self) -> &'static str {
        match self {
            PlanScope::All => "all",
            PlanScope::None => "none",
            PlanScope::Select(_) => "select",
        }
    }

    /// The scope of a stored word, with the plans that are named beside it.
    pub fn of_word(word: &str, plans: Vec<PlanId>) -> Option<PlanScope> {
        match word {
            "all" => Some(PlanScope::All),
            "none" => Some(PlanScope::None),
            "select" => Some(PlanScope::Select(plans)),
            _ => None,
        }
    }
}

impl Addon {
    /// Only recurring add-ons have a rhythm, counted in months or years (or weeks and days).
    pub fn check(&self) -> Result<(), Refusal> {
        if self.kind == AddonKind::OneTime && self.interval_unit.is_some() {
            return Err(Refusal::Invalid { what: "interval_unit" });
        }
        Ok(())
    }
}

//! What is offered: products, their plans and add-ons, and coupons. (Plain items are in [`crate::item`].)
//!
//! A product groups plans and add-ons. A plan's price, rhythm and tax are its terms; they are published as immutable
//! versions, so that a subscription can keep the version it was sold. Prices are computed in [`price`].

pub mod addon;
pub mod coupon;
pub mod plan;
pub mod price;

pub use addon::{Addon, AddonKind, PlanScope};
pub use coupon::{AddonScope, Coupon, CouponDiscount, CouponKind, CouponStatus};
pub use plan::{IntervalUnit, Plan, PlanTerms, PlanVersion};
pub use price::{Bracket, Part, PriceModel, PricingScheme, WholeUnits};

use crate::id::ProductId;
use jiff::Timestamp;

/// A service that is offered; what is bought of it are its plans and add-ons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
    pub description: String,
    /// Whom the seller wants notified of what happens to it.
    pub email_ids: Vec<String>,
    /// Where customers are sent once they have subscribed.
    pub redirect_url: String,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

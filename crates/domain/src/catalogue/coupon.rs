//! Coupons: discounts that subscribers redeem by a code. The status is derived from facts, never stored.

use super::addon::{AddonKind, PlanScope};
use crate::id::{AddonId, CouponId, PlanId, ProductId};
use crate::money::{Money, Rate};
use crate::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;

/// On how many invoices of a subscription it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouponKind {
    OneTime,
    /// So many, from 1.
    Duration(i64),
    Forever,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouponDiscount {
    Percent(Rate),
    Flat(Money),
}

/// Which add-ons it is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddonScope {
    All,
    Recurring,
    OneTime,
    None,
    Select(Vec<AddonId>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouponStatus {
    Active,
    Inactive,
    Expired,
    MaxedOut,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    pub id: CouponId,
    pub product_id: ProductId,
    /// What subscribers type, unique per tenant.
    pub code: String,
    pub name: String,
    pub description: String,
    pub kind: CouponKind,
    pub discount: CouponDiscount,
    /// Most subscriptions that may redeem it.
    pub max_redemptions: Option<i64>,
    pub redemption_count: i64,
    /// The last day on which it can be redeemed.
    pub expires_on: Option<Date>,
    pub plans: PlanScope,
    pub addons: AddonScope,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl CouponKind {
    /// The stored word: `one_time`, `duration`, `forever`.
    pub const fn word(self) -> &'static str {
        match self {
            CouponKind::OneTime => "one_time",
            CouponKind::Duration(_) => "duration",
            CouponKind::Forever => "forever",
        }
    }

    /// The kind of a stored word with its cycles; `None` for another word, or cycles where there must be none.
    pub fn of_word(word: &str, cycles: Option<i64>) -> Option<CouponKind> {
        match (word, cycles) {
            ("one_time", None) => Some(CouponKind::OneTime),
            ("duration", Some(cycles)) => Some(CouponKind::Duration(cycles)),
            ("forever", None) => Some(CouponKind::Forever),
            _ => None,
        }
    }

    /// Invoices it is taken from; `None` without end.
    pub const fn cycles(self) -> Option<i64> {
        match self {
            CouponKind::OneTime => Some(1),
            CouponKind::Duration(cycles) => Some(cycles),
            CouponKind::Forever => None,
        }
    }
}

impl AddonScope {
    pub fn selected(&self) -> &[AddonId] {
        match self {
            AddonScope::Select(addons) => addons,
            _ => &[],
        }
    }

    pub fn covers(&self, addon: AddonId, kind: AddonKind) -> bool {
        match self {
            AddonScope::All => true,
            AddonScope::Recurring => kind == AddonKind::Recurring,
            AddonScope::OneTime => kind == AddonKind::OneTime,
            AddonScope::None => false,
            AddonScope::Select(addons) => addons.contains(&addon),
        }
    }

    /// The stored word: `all`, `all_recurring`, `all_one_time`, `none`, `select`.
    pub const fn word(&self) -> &'static str {
        match self {
            AddonScope::All => "all",
            AddonScope::Recurring => "all_recurring",
            AddonScope::OneTime => "all_one_time",
            AddonScope::None => "none",
            AddonScope::Select(_) => "select",
        }
    }

    pub fn of_word(word: &str, addons: Vec<AddonId>) -> Option<AddonScope> {
        match word {
            "all" => Some(AddonScope::All),
            "all_recurring" => Some(AddonScope::Recurring),
            "all_one_time" => Some(AddonScope::OneTime),
            "none" => Some(AddonScope::None),
            "select" => Some(AddonScope::Select(addons)),
            _ => None,
        }
    }
}

impl Coupon {
    /// Refuses cycles and limits below 1, a flat discount that is not above 0, and a percentage outside 0 (exclusive)
    /// to 100.
    pub fn check(&self) -> Result<(), Refusal> {
        if let CouponKind::Duration(cycles) = self.kind
            && !(1..=super::PlanTerms::MAX_COUNT).contains(&cycles)
        {
            return Err(Refusal::Invalid { what: "duration" });
        }
        if self.max_redemptions.is_some_and(|most| most < 1) {
            return Err(Refusal::NotPositive { what: "max_redemption" });
        }
        let what = "discount_value";
        match self.discount {
            CouponDiscount::Flat(amount) if !amount.is_positive() => Err(Refusal::NotPositive { what }),
            CouponDiscount::Percent(rate) if rate <= Rate::ZERO || rate > Rate::ONE => {
                Err(Refusal::RateOutOfRange { what })
            }
            _ => Ok(()),
        }
    }

    /// What it is on this day. Of several reasons not to redeem it, the first of: switched off, expired, used up.
    pub fn status(&self, today: Date) -> CouponStatus {
        if !self.is_active {
            CouponStatus::Inactive
        } else if self.expires_on.is_some_and(|last| last < today) {
            CouponStatus::Expired
        } else if self.max_redemptions.is_some_and(|most| self.redemption_count >= most) {
            CouponStatus::MaxedOut
        } else {
            CouponStatus::Active
        }
    }

    /// One more subscription redeems it; `CouponUnusable` unless it is active on this day.
    pub fn redeem(&mut self, today: Date) -> Result<(), Refusal> {
        match self.status(today) {
            CouponStatus::Active => {
                self.redemption_count += 1;
                Ok(())
            }
            status => Err(Refusal::CouponUnusable { coupon: self.id, status }),
        }
    }

    /// Whether it is taken from a charge of this plan.
    pub fn covers_plan(&self, product: ProductId, plan: PlanId) -> bool {
        product == self.product_id && self.plans.covers(plan)
    }

    /// Whether it is taken from a charge of this add-on.
    pub fn covers_addon(&self, product: ProductId, addon: AddonId, kind: AddonKind) -> bool {
        product == self.product_id && self.addons.covers(addon, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use jiff::civil::date;

    fn coupon() -> Coupon {
        Coupon {
            id: CouponId(1),
            product_id: ProductId(2),
            code: "THANKS".to_owned(),
            name: "Thanks".to_owned(),
            description: String::new(),
            kind: CouponKind::OneTime,
            discount: CouponDiscount::Percent(Rate(200_000_000_000)),
            max_redemptions: Some(2),
            redemption_count: 0,
            expires_on: Some(date(2026, 3, 31)),
            plans: PlanScope::All,
            addons: AddonScope::Recurring,
            is_active: true,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_status_is_derived() {
        let (last, after) = (date(2026, 3, 31), date(2026, 4, 1));
        let mut coupon = coupon();
        assert_eq!((coupon.status(last), coupon.status(after)), (CouponStatus::Active, CouponStatus::Expired));
        assert_eq!((coupon.redeem(last), coupon.redeem(last)), (Ok(()), Ok(())));
        assert_eq!((coupon.status(last), coupon.status(after)), (CouponStatus::MaxedOut, CouponStatus::Expired));
        let refused = Refusal::CouponUnusable { coupon: coupon.id, status: CouponStatus::MaxedOut };
        assert_eq!(coupon.redeem(last), Err(refused));
        assert_eq!(coupon.redemption_count, 2);
        coupon.is_active = false;
        assert_eq!(coupon.status(after), CouponStatus::Inactive);
    }

    #[test]
    fn scopes_cover_what_they_name() {
        let coupon = coupon();
        assert!(coupon.covers_plan(ProductId(2), PlanId(9)) && !coupon.covers_plan(ProductId(3), PlanId(9)));
        assert!(coupon.covers_addon(ProductId(2), AddonId(9), AddonKind::Recurring));
        assert!(!coupon.covers_addon(ProductId(2), AddonId(9), AddonKind::OneTime));
        let some = AddonScope::Select(vec![AddonId(4)]);
        assert!(some.covers(AddonId(4), AddonKind::OneTime) && !some.covers(AddonId(5), AddonKind::OneTime));
        for scope in [AddonScope::All, AddonScope::Recurring, AddonScope::OneTime, AddonScope::None, some] {
            assert_eq!(AddonScope::of_word(scope.word(), scope.selected().to_vec()), Some(scope));
        }
        let one = PlanScope::Select(vec![PlanId(4)]);
        assert!(one.covers(PlanId(4)) && !one.covers(PlanId(5)) && !PlanScope::None.covers(PlanId(4)));
        for scope in [PlanScope::All, PlanScope::None, one] {
            assert_eq!(PlanScope::of_word(scope.word(), scope.selected().to_vec()), Some(scope));
        }
    }

    #[test]
    fn values_are_checked() {
        let what = "discount_value";
        let mut coupon = coupon();
        assert_eq!(coupon.check(), Ok(()));
        for (rate, expected) in [(Rate::ONE, Ok(())), (Rate::ZERO, Err(Refusal::RateOutOfRange { what }))] {
            coupon.discount = CouponDiscount::Percent(rate);
            assert_eq!(coupon.check(), expected);
        }
        coupon.discount = CouponDiscount::Percent(Rate(Rate::ONE.0 + 1));
        assert_eq!(coupon.check(), Err(Refusal::RateOutOfRange { what }));
        coupon.discount = CouponDiscount::Flat(Money::zero(Currency::USD));
        assert_eq!(coupon.check(), Err(Refusal::NotPositive { what }));
        coupon.max_redemptions = Some(0);
        assert_eq!(coupon.check(), Err(Refusal::NotPositive { what: "max_redemption" }));
        coupon.kind = CouponKind::Duration(0);
        assert_eq!(coupon.check(), Err(Refusal::Invalid { what: "duration" }));
        for (kind, cycles) in
            [(CouponKind::OneTime, Some(1)), (CouponKind::Duration(3), Some(3)), (CouponKind::Forever, None)]
        {
            assert_eq!(kind.cycles(), cycles);
        }
    }
}

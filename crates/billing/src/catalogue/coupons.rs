//! Makes, changes, redeems and deletes coupons. What a coupon gives never changes: those who redeemed it keep it.

use super::addons::AskedPlans;
use super::{ByCode, addons_of, base_currency, take};
use crate::parties::tenants::taken;
use crate::verb::{Cx, Verb};
use crate::{Error, check};
use domain::Refusal;
use domain::catalogue::{AddonScope, Coupon, CouponDiscount, CouponKind};
use domain::id::{AddonId, CouponId, ProductId};
use domain::money::{Amount, Currency};
use jiff::civil::Date;
use serde_json::json;

/// A discount as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedDiscount {
    /// 12.5 means 12.5 %.
    Percent(Amount),
    /// In this currency, or the base currency of the default legal entity.
    Flat(Amount, Option<Currency>),
}

/// Which add-ons of its product it shall be taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedAddons {
    All,
    Recurring,
    OneTime,
    None,
    Select(Vec<ByCode<AddonId>>),
}

#[derive(Clone, Debug)]
pub struct CreateCoupon {
    pub product: Option<ProductId>,
    pub code: String,
    pub name: String,
    pub description: String,
    pub kind: CouponKind,
    pub discount: AskedDiscount,
    pub max_redemptions: Option<i64>,
    pub expires_on: Option<Date>,
    pub plans: AskedPlans,
    pub addons: AskedAddons,
}

impl Verb for CreateCoupon {
    type Outcome = CouponId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CouponId, Error> {
        let product = super::product(cx, self.product).await?;
        let discount = match self.discount {
            AskedDiscount::Percent(percent) => CouponDiscount::Percent(percent.to_rate_percent("discount_value")?),
            AskedDiscount::Flat(amount, currency) => {
                let currency = match currency {
                    Some(currency) => currency,
                    None => base_currency(cx).await?,
                };
                CouponDiscount::Flat(amount.to_money(currency, "discount_value")?)
            }
        };
        let coupon = Coupon {
            id: cx.id(CouponId)?,
            product_id: product.id,
            code: self.code.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            kind: self.kind,
            discount,
            max_redemptions: self.max_redemptions,
            redemption_count: 0,
            expires_on: self.expires_on,
            plans: self.plans.scope(cx, product.id).await?,
            addons: self.addon_scope(cx, product.id).await?,
            is_active: true,
            created_at: cx.now,
            updated_at: cx.now,
        };
        check_coupon(&coupon)?;
        store::coupons::insert(cx.tx, &coupon).await.map_err(|error| taken(error, "coupon_code"))?;
        cx.change.record("coupon.created", CouponId::WORD, coupon.id.0, "created", json!({}));
        Ok(coupon.id)
    }
}

impl CreateCoupon {
    async fn addon_scope(&self, cx: &mut Cx<'_, '_>, product: ProductId) -> Result<AddonScope, Error> {
        Ok(match &self.addons {
            AskedAddons::All => AddonScope::All,
            AskedAddons::Recurring => AddonScope::Recurring,
            AskedAddons::OneTime => AddonScope::OneTime,
            AskedAddons::None => AddonScope::None,
            AskedAddons::Select(asked) => {
                let addons = addons_of(cx, product, asked).await?;
                AddonScope::Select(addons.iter().map(|addon| addon.id).collect())
            }
        })
    }
}

/// What may change of a coupon. `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct CouponFields {
    pub name: Option<String>,
    pub description: Option<String>,
    pub max_redemptions: Option<Option<i64>>,
    pub expires_on: Option<Option<Date>>,
    pub is_active: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct UpdateCoupon {
    pub coupon: ByCode<CouponId>,
    pub fields: CouponFields,
}

impl Verb for UpdateCoupon {
    type Outcome = CouponId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CouponId, Error> {
        let mut coupon = lock(cx, &self.coupon).await?;
        let mut changed = Vec::new();
        take!(self.fields => coupon, changed; name, description, max_redemptions, expires_on, is_active);
        check_coupon(&coupon)?;
        coupon.updated_at = cx.now;
        store::coupons::update(cx.tx, &coupon).await?;
        cx.change.record("coupon.updated", CouponId::WORD, coupon.id.0, "updated", json!({"fields": changed}));
        Ok(coupon.id)
    }
}

/// Counts one more subscription that redeems the coupon; refused unless it is active today.
#[derive(Clone, Debug)]
pub struct RedeemCoupon {
    pub coupon: ByCode<CouponId>,
}

impl Verb for RedeemCoupon {
    type Outcome = Coupon;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Coupon, Error> {
        let mut coupon = lock(cx, &self.coupon).await?;
        let today = super::today(cx.tx, cx.business_at).await?;
        coupon.redeem(today)?;
        coupon.updated_at = cx.now;
        store::coupons::update(cx.tx, &coupon).await?;
        let detail = json!({"count": coupon.redemption_count});
        cx.change.record("coupon.redeemed", CouponId::WORD, coupon.id.0, "redeemed", detail);
        Ok(coupon)
    }
}

/// Deletes a coupon that nobody redeemed.
#[derive(Clone, Debug)]
pub struct DeleteCoupon {
    pub coupon: ByCode<CouponId>,
}

impl Verb for DeleteCoupon {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let coupon = lock(cx, &self.coupon).await?;
        if coupon.redemption_count > 0 {
            return Err(Refusal::InUse { what: "coupon" }.into());
        }
        store::names::forget(cx.tx, CouponId::WORD, &[coupon.id.0]).await?;
        store::coupons::delete(cx.tx, coupon.id).await?;
        cx.change.record("coupon.deleted", CouponId::WORD, coupon.id.0, "deleted", json!({}));
        Ok(())
    }
}

async fn lock(cx: &mut Cx<'_, '_>, which: &ByCode<CouponId>) -> Result<Coupon, Error> {
    store::coupons::lock(cx.tx, which.id(), which.code()).await?.ok_or_else(|| which.missing())
}

fn check_coupon(coupon: &Coupon) -> Result<(), Refusal> {
    check::required(&coupon.code, "coupon_code", check::SHORT)?;
    check::required(&coupon.name, "name", check::LINE)?;
    check::optional(&coupon.description, "description", check::LONG)?;
    coupon.check()
}

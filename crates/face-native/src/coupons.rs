//! `/v1/coupons`: discounts that subscribers redeem by a code. What a coupon gives never changes.

use crate::addons::{plan_ids, plans};
use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Nullable, Schema as _, answer, patch, request, texts};
use crate::wire::{AmountIn, AmountOut, CurrencyCode, Day, DecimalOut, Id, Instant, Vocabulary, Word};
use billing::catalogue::ByCode;
use billing::catalogue::coupons::{AskedAddons, AskedDiscount, CouponFields, CreateCoupon, DeleteCoupon, UpdateCoupon};
use billing::read::{CouponView, OfferList, ThenShown};
use domain::catalogue::{AddonScope, CouponDiscount, CouponKind, CouponStatus};
use domain::id::{AddonId, CouponId, PlanId, ProductId};
use http_kit::Answer;

table! {
    "listCoupons" GET "/v1/coupons" StaffRead "Lists coupons by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<Coupon>::schema),
        handle: list,
    }
    "createCoupon" POST "/v1/coupons" Write "Makes a coupon." {
        takes: Takes::Body(NewCoupon::schema),
        gives: Gives::Created(Coupon::schema),
        names: "coupon_id",
        handle: create,
    }
    "getCoupon" GET "/v1/coupons/{coupon_id}" StaffRead "Reads a coupon." {
        gives: Gives::Object(Coupon::schema),
        names: "coupon_id",
        handle: get,
    }
    "updateCoupon" PATCH "/v1/coupons/{coupon_id}" Write "Changes a coupon's texts and limits, not what it gives." {
        takes: Takes::Body(CouponPatch::schema),
        gives: Gives::Object(Coupon::schema),
        names: "coupon_id",
        handle: update,
    }
    "activateCoupon" POST "/v1/coupons/{coupon_id}/activate" Write "Lets a coupon be redeemed again." {
        gives: Gives::Object(Coupon::schema),
        names: "coupon_id",
        handle: activate,
    }
    "deactivateCoupon" POST "/v1/coupons/{coupon_id}/deactivate" Write "Stops a coupon from being redeemed." {
        gives: Gives::Object(Coupon::schema),
        names: "coupon_id",
        handle: deactivate,
    }
    "deleteCoupon" DELETE "/v1/coupons/{coupon_id}" Write "Deletes a coupon that nobody redeemed." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

/// On how many invoices of a subscription a coupon is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CouponDuration {
    OneTime,
    Duration,
    Forever,
}

impl Vocabulary for CouponDuration {
    const NAME: &'static str = "CouponDuration";
    const ALL: &'static [Self] = &[Self::OneTime, Self::Duration, Self::Forever];

    fn word(self) -> &'static str {
        match self {
            Self::OneTime => "one_time",
            Self::Duration => "duration",
            Self::Forever => "forever",
        }
    }
}

/// Which add-ons a coupon is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CouponAddons {
    All,
    AllRecurring,
    AllOneTime,
    None,
    Select,
}

impl Vocabulary for CouponAddons {
    const NAME: &'static str = "CouponAddons";
    const ALL: &'static [Self] = &[Self::All, Self::AllRecurring, Self::AllOneTime, Self::None, Self::Select];

    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::AllRecurring => "all_recurring",
            Self::AllOneTime => "all_one_time",
            Self::None => "none",
            Self::Select => "select",
        }
    }
}

request! {
    /// A coupon. It gives either `percent` or `amount`.
    NewCoupon {
        /// The product whose subscribers may redeem it.
        product_id: Id<ProductId>,
        /// What subscribers type; unique.
        code: String as texts::short,
        /// As invoices print it.
        name: String as texts::line,
    } optional {
        /// What it is for.
        description: String as texts::long_or_empty,
        /// `one_time` unless given.
        duration: Word<CouponDuration>,
        /// Invoices it is taken from, for `duration`.
        cycles: i64 as texts::count,
        /// Of what it is taken from, above 0 and at most 100.
        percent: AmountIn,
        /// A fixed discount.
        amount: AmountIn,
        /// Of the amount; your base currency unless given.
        currency: CurrencyCode,
        /// Most subscriptions that may redeem it.
        max_redemptions: i64 as texts::positive,
        /// The last day on which it can be redeemed.
        expires_on: Day,
        /// The plans it is taken from; all of the product unless given.
        plan_ids: Vec<Id<PlanId>>,
        /// The add-ons it is taken from; `none` unless given.
        addons: Word<CouponAddons>,
        /// For `select`: which.
        addon_ids: Vec<Id<AddonId>>,
    }
}

patch! {
    /// Changes of a coupon.
    CouponPatch {
        /// As invoices print it.
        name: String as texts::line,
        /// What it is for.
        description: String as texts::long_or_empty,
        /// Most subscriptions that may redeem it; null for any number.
        max_redemptions: Nullable<i64>,
        /// The last day on which it can be redeemed; null for ever.
        expires_on: Nullable<Day>,
    }
}

answer! {
    /// A coupon.
    Coupon {
        /// Its id.
        id: Id<CouponId>,
        /// The product whose subscribers may redeem it.
        product_id: Id<ProductId>,
        /// What subscribers type.
        code: String,
        /// As invoices print it.
        name: String,
        /// What it is for.
        description: String,
        /// Whether it can be redeemed today.
        status: Word<CouponStatus>,
        /// On how many invoices it is taken.
        duration: Word<CouponDuration>,
        /// Invoices it is taken from; null without end.
        cycles: Option<i64>,
        /// Of what it is taken from; null for a fixed discount.
        percent: Option<DecimalOut>,
        /// A fixed discount; null for a percentage.
        amount: Option<AmountOut>,
        /// Of the amount.
        currency: Option<CurrencyCode>,
        /// Most subscriptions that may redeem it; null for any number.
        max_redemptions: Option<i64>,
        /// Subscriptions that redeemed it.
        redemption_count: i64,
        /// The last day on which it can be redeemed; null for ever.
        expires_on: Option<Day>,
        /// The plans it is taken from; null for all of the product.
        plan_ids: Option<Vec<Id<PlanId>>>,
        /// The add-ons it is taken from.
        addons: Word<CouponAddons>,
        /// For `select`: which.
        addon_ids: Vec<Id<AddonId>>,
        /// Whether it is switched on.
        is_active: bool,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, CouponId::PREFIX)?;
    let asked = OfferList::After { id: page.after, limit: page.wanted() };
    let rows = call.billing.coupons(&call.caller, asked, None).await?.value;
    Ok(page.page(rows, |view| view.coupon.id.0, |view| Coupon::to_wire(&view)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: CouponId = call.id("coupon_id")?;
    let found = call.billing.shown(&call.caller, id).await?;
    Ok(json(200, &Coupon::to_wire(&found.value)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewCoupon>()?.from_wire()?;
    call.write(ThenShown(verb), |made| {
        created(format!("/v1/coupons/{}", made.value.coupon.id), &Coupon::to_wire(&made.value))
    })
    .await
}

async fn change(call: Call, fields: CouponFields) -> Result<Answer, Fault> {
    let verb = UpdateCoupon { coupon: ByCode::Id(call.id("coupon_id")?), fields };
    call.write(ThenShown(verb), |changed| json(200, &Coupon::to_wire(&changed.value))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let asked: CouponPatch = call.read()?;
    let fields = CouponFields {
        name: asked.name,
        description: asked.description,
        max_redemptions: asked.max_redemptions.map(|most| most.0),
        expires_on: asked.expires_on.map(|last| last.0.map(|last| last.0)),
        is_active: None,
    };
    change(call, fields).await
}

async fn activate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, CouponFields { is_active: Some(true), ..CouponFields::default() }).await
}

async fn deactivate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, CouponFields { is_active: Some(false), ..CouponFields::default() }).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteCoupon { coupon: ByCode::Id(call.id("coupon_id")?) };
    call.write(verb, |()| nothing()).await
}

/// A field that makes no sense beside the others.
fn needless(pointer: &str, detail: &str) -> Fault {
    Fault::field(pointer, "field_not_allowed", detail)
}

impl NewCoupon {
    fn from_wire(self) -> Result<CreateCoupon, Fault> {
        let discount = match (self.percent, self.amount) {
            (Some(percent), None) if self.currency.is_none() => AskedDiscount::Percent(percent.0),
            (Some(_), None) => return Err(needless("/currency", "a percentage has no currency")),
            (None, Some(amount)) => AskedDiscount::Flat(amount.0, self.currency.map(|currency| currency.0)),
            (Some(_), Some(_)) => return Err(needless("/amount", "a coupon gives a percentage or an amount")),
            (None, None) => return Err(Fault::field("/percent", "missing_field", "give a percentage or an amount")),
        };
        let duration = self.duration.map_or(CouponDuration::OneTime, |word| word.0);
        let kind = match (duration, self.cycles) {
            (CouponDuration::OneTime, None) => CouponKind::OneTime,
            (CouponDuration::Forever, None) => CouponKind::Forever,
            (CouponDuration::Duration, Some(cycles)) => CouponKind::Duration(cycles),
            (CouponDuration::Duration, None) => {
                return Err(Fault::field("/cycles", "missing_field", "say on how many invoices"));
            }
            (_, Some(_)) => return Err(needless("/cycles", "only a duration has cycles")),
        };
        let addons = match (self.addons.map_or(CouponAddons::None, |word| word.0), self.addon_ids) {
            (CouponAddons::Select, ids) => {
                let ids = ids.unwrap_or_default();
                AskedAddons::Select(ids.into_iter().map(|id| ByCode::Id(id.0)).collect())
            }
            (_, Some(_)) => return Err(needless("/addon_ids", "only with \"addons\": \"select\"")),
            (CouponAddons::All, None) => AskedAddons::All,
            (CouponAddons::AllRecurring, None) => AskedAddons::Recurring,
            (CouponAddons::AllOneTime, None) => AskedAddons::OneTime,
            (CouponAddons::None, None) => AskedAddons::None,
        };
        Ok(CreateCoupon {
            product: Some(self.product_id.0),
            code: self.code,
            name: self.name,
            description: self.description.unwrap_or_default(),
            kind,
            discount,
            max_redemptions: self.max_redemptions,
            expires_on: self.expires_on.map(|last| last.0),
            plans: plans(self.plan_ids),
            addons,
        })
    }
}

impl Coupon {
    fn to_wire(view: &CouponView) -> Self {
        let coupon = &view.coupon;
        let (percent, amount) = match coupon.discount {
            CouponDiscount::Percent(rate) => (Some(rate), None),
            CouponDiscount::Flat(amount) => (None, Some(amount)),
        };
        Self {
            id: Id(coupon.id),
            product_id: Id(coupon.product_id),
            code: coupon.code.clone(),
            name: coupon.name.clone(),
            description: coupon.description.clone(),
            status: Word(view.status),
            duration: Word(match coupon.kind {
                CouponKind::OneTime => CouponDuration::OneTime,
                CouponKind::Duration(_) => CouponDuration::Duration,
                CouponKind::Forever => CouponDuration::Forever,
            }),
            cycles: coupon.kind.cycles(),
            percent: percent.map(DecimalOut::from),
            amount: amount.map(AmountOut),
            currency: amount.map(|amount| CurrencyCode(amount.currency)),
            max_redemptions: coupon.max_redemptions,
            redemption_count: coupon.redemption_count,
            expires_on: coupon.expires_on.map(Day),
            plan_ids: plan_ids(&coupon.plans),
            addons: Word(match &coupon.addons {
                AddonScope::All => CouponAddons::All,
                AddonScope::Recurring => CouponAddons::AllRecurring,
                AddonScope::OneTime => CouponAddons::AllOneTime,
                AddonScope::None => CouponAddons::None,
                AddonScope::Select(_) => CouponAddons::Select,
            }),
            addon_ids: coupon.addons.selected().iter().copied().map(Id).collect(),
            is_active: coupon.is_active,
            created_at: Instant(coupon.created_at),
            updated_at: Instant(coupon.updated_at),
        }
    }
}

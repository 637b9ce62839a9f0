//! `/coupons`. A coupon is named by its code. What it gives never changes: those who redeemed it keep it.

use billing::catalogue::ByCode;
use billing::catalogue::addons::AskedPlans;
use billing::catalogue::coupons::{AskedAddons, AskedDiscount, CouponFields, CreateCoupon, DeleteCoupon, UpdateCoupon};
use billing::read::{CouponStanding, CouponView, Names, ThenShown};
use domain::catalogue::{AddonScope, CouponDiscount, CouponKind};
use domain::id::{AddonId, CouponId, ProductId};
use http_kit::json::Object;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::addons::input::{PlanBody, plans};
use crate::call::Call;
use crate::catalogue::{Ask, product};
use crate::errors::Fault;
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::{Scalar, amount, day, filled, text, whole};
use crate::sellers::Sellers;
use crate::wire;

const READ: Needs = Needs::Scope("ZohoSubscriptions.coupons.READ");
const CREATE: Needs = Needs::Scope("ZohoSubscriptions.coupons.CREATE");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.coupons.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.coupons.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("create a coupon", "POST", "/coupons", CREATE, create),
    row("list all coupons", "GET", "/coupons", READ, list),
    row("retrieve a coupon", "GET", "/coupons/{coupon_code}", READ, retrieve),
    row("update a coupon", "PUT", "/coupons/{coupon_code}", UPDATE, update),
    row("delete a coupon", "DELETE", "/coupons/{coupon_code}", DELETE, delete),
    row("mark a coupon as active", "POST", "/coupons/{coupon_code}/markasactive", CREATE, mark_as_active),
    row("mark a coupon as inactive", "POST", "/coupons/{coupon_code}/markasinactive", CREATE, mark_as_inactive),
];

type Wanted = Option<fn(Date) -> CouponStanding>;

const FILTERS: &[(&str, Wanted)] = &[
    ("CouponStatus.All", None),
    ("CouponStatus.ACTIVE", Some(CouponStanding::Active)),
    ("CouponStatus.INACTIVE", Some(|_| CouponStanding::Inactive)),
    ("CouponStatus.EXPIRED", Some(CouponStanding::Expired)),
];

/// How Zoho writes that there is no limit, or no end.
const UNLIMITED: i64 = -1;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CouponBody {
    coupon_code: Option<Scalar>,
    name: Option<Scalar>,
    description: Option<Scalar>,
    #[serde(rename = "type")]
    kind: Option<Scalar>,
    duration: Option<Scalar>,
    discount_by: Option<Scalar>,
    discount_value: Option<Scalar>,
    product_id: Option<Scalar>,
    max_redemption: Option<Scalar>,
    expiry_at: Option<Scalar>,
    apply_to_plans: Option<Scalar>,
    plans: Option<Vec<PlanBody>>,
    apply_to_addons: Option<Scalar>,
    addons: Option<Vec<AddonBody>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AddonBody {
    addon_code: Option<Scalar>,
}

/// A limit; 0 and -1 are none.
fn limit(given: Option<&Scalar>) -> Result<Option<i64>, Fault> {
    let limit = whole("max_redemption", given)?;
    Ok(limit.filter(|limit| ![0, UNLIMITED].contains(limit)))
}

impl CouponBody {
    fn kind(&self) -> Result<CouponKind, Fault> {
        match filled(self.kind.as_ref()) {
            Some("one_time") => Ok(CouponKind::OneTime),
            Some("forever") => Ok(CouponKind::Forever),
            Some("duration") => {
                let cycles = whole("duration", self.duration.as_ref())?;
                Ok(CouponKind::Duration(cycles.ok_or_else(|| Fault::invalid("duration"))?))
            }
            _ => Err(Fault::invalid("type")),
        }
    }

    fn discount(&self) -> Result<AskedDiscount, Fault> {
        let value = amount("discount_value", self.discount_value.as_ref())?;
        let value = value.ok_or_else(|| Fault::invalid("discount_value"))?;
        match filled(self.discount_by.as_ref()) {
            Some("percentage") => Ok(AskedDiscount::Percent(value)),
            Some("flat") => Ok(AskedDiscount::Flat(value, None)),
            _ => Err(Fault::invalid("discount_by")),
        }
    }

    /// Those that are named, else all.
    fn plans(&self) -> Result<AskedPlans, Fault> {
        let named = self.plans.as_deref().unwrap_or_default();
        match filled(self.apply_to_plans.as_ref()) {
            Some("all") => Ok(AskedPlans::All),
            Some("none") => Ok(AskedPlans::None),
            Some("select") => plans(named),
            Some(_) => Err(Fault::invalid("apply_to_plans")),
            None if named.is_empty() => Ok(AskedPlans::All),
            None => plans(named),
        }
    }

    /// Those that are named, else none.
    fn addons(&self) -> Result<AskedAddons, Fault> {
        let named = self.addons.as_deref().unwrap_or_default();
        let select = || {
            let addon = |addon: &AddonBody| {
                let code = filled(addon.addon_code.as_ref()).ok_or_else(|| Fault::invalid("addon_code"))?;
                Ok(ByCode::Code(code.to_owned()))
            };
            let named: Result<Vec<ByCode<AddonId>>, Fault> = named.iter().map(addon).collect();
            named.map(AskedAddons::Select)
        };
        match filled(self.apply_to_addons.as_ref()) {
            Some("all" | "all_addons") => Ok(AskedAddons::All),
            Some("all_recurring") => Ok(AskedAddons::Recurring),
            Some("all_onetime") => Ok(AskedAddons::OneTime),
            Some("none") => Ok(AskedAddons::None),
            Some("select") => select(),
            Some(_) => Err(Fault::invalid("apply_to_addons")),
            None if named.is_empty() => Ok(AskedAddons::None),
            None => select(),
        }
    }
}

fn of_path(call: &Call) -> ByCode<CouponId> {
    ByCode::Code(call.path("coupon_code").to_owned())
}

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let body: CouponBody = call.read()?;
        let needed = |field: &str, given: &Option<Scalar>| {
            filled(given.as_ref()).map(str::to_owned).ok_or_else(|| Fault::invalid(field))
        };
        let (code, name) = (needed("coupon_code", &body.coupon_code)?, needed("name", &body.name)?);
        let (kind, discount) = (body.kind()?, body.discount()?);
        let verb = CreateCoupon {
            product: Some(product(&call, &needed("product_id", &body.product_id)?).await?),
            code,
            name,
            description: filled(body.description.as_ref()).unwrap_or_default().to_owned(),
            kind,
            discount,
            max_redemptions: limit(body.max_redemption.as_ref())?,
            expires_on: day("expiry_at", body.expiry_at.as_ref())?,
            plans: body.plans()?,
            addons: body.addons()?,
        };
        let zone = Sellers::load(&call).await?.zone(None);
        call.write(ThenShown(verb), move |made| {
            wire::created("The coupon has been created", |o| {
                o.object("coupon", |o| to_wire(&made.value, &made.names, &zone, true, o));
            })
        })
        .await
    })
}

fn list(call: Call) -> Handling {
    Box::pin(async move {
        let ask = Ask::of(&call, "Coupons", FILTERS, |_| None).await?;
        let found = call.billing.coupons(&call.caller, ask.list, ask.wanted).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.array("coupons", ask.rows(&found.value), |view, o| to_wire(view, &found.names, &zone, false, o));
            ask.to_wire(o, &found.value);
        }))
    })
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.coupon(&call.caller, &of_path(&call)).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.object("coupon", |o| to_wire(&found.value, &found.names, &zone, true, o));
        }))
    })
}

/// The texts, the limit and the last day; the rest is passed over.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let body: CouponBody = call.read()?;
        let max_redemptions = limit(body.max_redemption.as_ref())?;
        let expires_on = day("expiry_at", body.expiry_at.as_ref())?;
        let fields = CouponFields {
            max_redemptions: body.max_redemption.map(|_| max_redemptions),
            expires_on: body.expiry_at.map(|_| expires_on),
            name: text(body.name),
            description: text(body.description),
            is_active: None,
        };
        let zone = Sellers::load(&call).await?.zone(None);
        call.write(ThenShown(UpdateCoupon { coupon: of_path(&call), fields }), move |changed| {
            wire::success("The coupon details have been updated.", |o| {
                o.object("coupon", |o| to_wire(&changed.value, &changed.names, &zone, true, o));
            })
        })
        .await
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = DeleteCoupon { coupon: of_path(&call) };
        call.write(verb, |()| wire::success("The coupon has been deleted.", |_| {})).await
    })
}

fn mark_as_active(call: Call) -> Handling {
    mark(call, true)
}

fn mark_as_inactive(call: Call) -> Handling {
    mark(call, false)
}

fn mark(call: Call, is_active: bool) -> Handling {
    Box::pin(async move {
        let fields = CouponFields { is_active: Some(is_active), ..CouponFields::default() };
        let verb = UpdateCoupon { coupon: of_path(&call), fields };
        call.write(verb, move |_| {
            let message = match is_active {
                true => "The coupon has been marked as active.",
                false => "The coupon has been marked as inactive.",
            };
            wire::success(message, |_| {})
        })
        .await
    })
}

/// The OpenAPI's keys in its order; rows of the list are shorter.
fn to_wire(view: &CouponView, names: &Names, zone: &TimeZone, is_whole: bool, o: &mut Object<'_>) {
    let coupon = &view.coupon;
    o.str("coupon_code", &coupon.code)
        .str("name", &coupon.name)
        .str("description", &coupon.description)
        .str("type", coupon.kind.word());
    if is_whole {
        o.int("duration", coupon.kind.cycles().unwrap_or(UNLIMITED));
    }
    o.str("status", view.status.word());
    match coupon.discount {
        CouponDiscount::Percent(rate) => o.str("discount_by", "percentage").dec("discount_value", rate.percent()),
        CouponDiscount::Flat(amount) => o.str("discount_by", "flat").dec("discount_value", amount),
    };
    o.str("product_id", &wire::id_of(names, ProductId::WORD, coupon.product_id.0))
        .int("max_redemption", coupon.max_redemptions.unwrap_or(UNLIMITED))
        .int("redemption_count", coupon.redemption_count)
        .str("expiry_at", &wire::opt_day(coupon.expires_on));
    if is_whole {
        o.str("apply_to_plans", coupon.plans.word())
            .array("plans", &view.plans, |plan, o| {
                o.str("plan_code", &plan.code).str("name", &plan.name);
            })
            .str(
                "apply_to_addons",
                match coupon.addons {
                    AddonScope::All => "all_addons",
                    AddonScope::Recurring => "all_recurring",
                    AddonScope::OneTime => "all_onetime",
                    AddonScope::None => "none",
                    AddonScope::Select(_) => "select",
                },
            )
            .array("addons", &view.addons, |addon, o| {
                o.str("addon_code", &addon.code).str("name", &addon.name);
            });
    }
    o.str("created_time", &wire::instant(coupon.created_at, zone))
        .str("updated_time", &wire::instant(coupon.updated_at, zone));
}

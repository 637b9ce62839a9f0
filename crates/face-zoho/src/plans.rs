//! `/plans`. A plan is named by its code.

mod input;

use billing::catalogue::ByCode;
use billing::catalogue::plans::{CreatePlan, DeletePlan, PlanFields, UpdatePlan};
use billing::read::{Named, Names, PlanView, ThenShown};
use domain::id::{PlanId, ProductId, TaxGroupId};
use http_kit::json::Object;
use jiff::tz::TimeZone;

use crate::call::Call;
use crate::catalogue::{Ask, OfferExtras, product, put_codes, put_hung, put_preferences, status_word};
use crate::errors::Fault;
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::filled;
use crate::sellers::Sellers;
use crate::{price_brackets, wire};
use input::PlanBody;

const READ: Needs = Needs::Scope("ZohoSubscriptions.plans.READ");
const CREATE: Needs = Needs::Scope("ZohoSubscriptions.plans.CREATE");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.plans.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.plans.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("create a plan", "POST", "/plans", CREATE, create),
    row("list all plans", "GET", "/plans", READ, list),
    row("retrieve a plan", "GET", "/plans/{plan_code}", READ, retrieve),
    row("update a plan", "PUT", "/plans/{plan_code}", UPDATE, update),
    row("delete a plan", "DELETE", "/plans/{plan_code}", DELETE, delete),
    row("mark a plan as active", "POST", "/plans/{plan_code}/markasactive", CREATE, mark_as_active),
    row("mark a plan as inactive", "POST", "/plans/{plan_code}/markasinactive", CREATE, mark_as_inactive),
];

const FILTERS: &[(&str, Option<bool>)] =
    &[("PlanStatus.All", None), ("PlanStatus.ACTIVE", Some(true)), ("PlanStatus.INACTIVE", Some(false))];

/// How Zoho writes that a plan's subscriptions run until they are cancelled.
const WITHOUT_END: i64 = -1;

fn of_path(call: &Call) -> ByCode<PlanId> {
    ByCode::Code(call.path("plan_code").to_owned())
}

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let body: PlanBody = call.read()?;
        body.is_whole()?;
        let text = filled(body.product_id.as_ref()).ok_or_else(|| Fault::invalid("product_id"))?;
        let product = Some(product(&call, text).await?);
        let verb = CreatePlan { product, fields: body.from_wire(&call).await? };
        let zone = Sellers::load(&call).await?.zone(None);
        call.write(ThenShown(verb), move |made| {
            wire::created("The plan has been created.", |o| {
                o.object("plan", |o| to_wire(&made, &zone, o));
            })
        })
        .await
    })
}

fn list(call: Call) -> Handling {
    Box::pin(async move {
        let ask = Ask::of(&call, "Plans", FILTERS, |wanted| wanted).await?;
        let found = call.billing.plans(&call.caller, ask.list).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.array("plans", ask.rows(&found.value), |view, o| row_to_wire(view, &found.names, &zone, o));
            ask.to_wire(o, &found.value);
        }))
    })
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.plan(&call.caller, &of_path(&call)).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.object("plan", |o| to_wire(&found, &zone, o));
        }))
    })
}

/// Fields that are left out stay as they are.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let fields = call.read::<PlanBody>()?.from_wire(&call).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        call.write(ThenShown(UpdatePlan { plan: of_path(&call), fields }), move |changed| {
            wire::success("The plan details has been updated.", |o| {
                o.object("plan", |o| to_wire(&changed, &zone, o));
            })
        })
        .await
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = DeletePlan { plan: of_path(&call) };
        call.write(verb, |()| wire::success("The plan has been deleted.", |_| {})).await
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
        let fields = PlanFields { is_active: Some(is_active), ..PlanFields::default() };
        let verb = UpdatePlan { plan: of_path(&call), fields };
        call.write(verb, move |_| {
            let message = match is_active {
                true => "The plan has been marked as active.",
                false => "The plan has been marked as inactive.",
            };
            wire::success(message, |_| {})
        })
        .await
    })
}

/// The OpenAPI's keys in its order; how the price is made and its currency follow.
fn to_wire(named: &Named<PlanView>, zone: &TimeZone, o: &mut Object<'_>) {
    let (view, names) = (&named.value, &named.names);
    let (plan, terms) = (&view.plan, &view.plan.version.terms);
    let extras = OfferExtras::of(&view.hung);
    o.str("plan_code", &plan.code)
        .str("name", &plan.name)
        .str("description", &plan.description)
        .str("store_markup_description", &extras.store_markup_description)
        .str("status", status_word(plan.is_active))
        .str("product_id", &wire::id_of(names, ProductId::WORD, plan.product_id.0))
        // The books have one account for what is sold, which has no id of Zoho's.
        .str("account_id", "")
        .str("account_name", "")
        .str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, terms.tax_group_id.map(i64::from)))
        .int("trial_period", terms.trial_days)
        .dec("setup_fee", terms.setup_fee)
        .str("setup_fee_account_id", &extras.setup_fee_account_id)
        .str("setup_fee_account_name", "");
    put_hung(&view.hung, names, o);
    o.dec("recurring_price", terms.price.list_price())
        .str("unit", &plan.unit)
        .int("interval", terms.interval)
        .str("interval_unit", terms.interval_unit.word())
        .int("billing_cycles", terms.billing_cycles.unwrap_or(WITHOUT_END));
    put_codes(&extras, o);
    put_preferences(&extras, o);
    o.array("addons", &view.addons, |addon, o| {
        o.str("addon_code", &addon.code).str("name", &addon.name).str("status", status_word(addon.is_active));
        o.str("unit_name", &addon.unit);
        price_brackets::to_wire(&addon.price, o);
    })
    // No page sells it yet.
    .str("url", "")
    .str("created_time", &wire::instant(plan.created_at, zone))
    .str("updated_time", &wire::instant(plan.updated_at, zone))
    .bool("can_charge_setup_fee_immediately", terms.is_setup_fee_immediate)
    .str("plan_id", &wire::id_of(names, PlanId::WORD, plan.id.0))
    .str("currency_code", terms.currency.code());
    price_brackets::to_wire(&terms.price, o);
}

fn row_to_wire(view: &PlanView, names: &Names, zone: &TimeZone, o: &mut Object<'_>) {
    let (plan, terms) = (&view.plan, &view.plan.version.terms);
    let extras = OfferExtras::of(&view.hung);
    o.str("plan_code", &plan.code)
        .str("name", &plan.name)
        .dec("recurring_price", terms.price.list_price())
        .str("unit", &plan.unit)
        .int("interval", terms.interval)
        .str("interval_unit", terms.interval_unit.word())
        .int("billing_cycles", terms.billing_cycles.unwrap_or(WITHOUT_END))
        .int("trial_period", terms.trial_days)
        .dec("setup_fee", terms.setup_fee)
        .str("setup_fee_account_id", &extras.setup_fee_account_id)
        .str("setup_fee_account_name", "")
        .str("product_id", &wire::id_of(names, ProductId::WORD, plan.product_id.0))
        .str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, terms.tax_group_id.map(i64::from)));
    put_codes(&extras, o);
    put_preferences(&extras, o);
    o.str("description", &plan.description)
        .str("store_markup_description", &extras.store_markup_description)
        .str("status", status_word(plan.is_active))
        .array("addons", &view.addons, |addon, o| {
            o.str("addon_code", &addon.code).str("name", &addon.name);
        })
        .str("created_time", &wire::instant(plan.created_at, zone))
        .str("updated_time", &wire::instant(plan.updated_at, zone));
}

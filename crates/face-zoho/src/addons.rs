//! `/addons`. An add-on is named by its code.

pub(crate) mod input;

use billing::catalogue::ByCode;
use billing::catalogue::addons::{AddonFields, CreateAddon, DeleteAddon, UpdateAddon};
use billing::read::{AddonView, Names, ThenShown};
use domain::catalogue::{AddonKind, IntervalUnit, PlanScope};
use domain::id::{AddonId, ProductId, TaxGroupId};
use http_kit::json::Object;
use jiff::tz::TimeZone;

use crate::call::Call;
use crate::catalogue::{Ask, OfferExtras, product, put_codes, put_hung, put_preferences, status_word};
use crate::errors::Fault;
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::filled;
use crate::sellers::Sellers;
use crate::{price_brackets, wire};
use input::AddonBody;

const READ: Needs = Needs::Scope("ZohoSubscriptions.addons.READ");
const CREATE: Needs = Needs::Scope("ZohoSubscriptions.addons.CREATE");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.addons.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.addons.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("create an addon", "POST", "/addons", CREATE, create),
    row("list all addons", "GET", "/addons", READ, list),
    row("retrieve an addon", "GET", "/addons/{addon_code}", READ, retrieve),
    row("update an addon", "PUT", "/addons/{addon_code}", UPDATE, update),
    row("delete an addon", "DELETE", "/addons/{addon_code}", DELETE, delete),
    row("mark an addon as active", "POST", "/addons/{addon_code}/markasactive", CREATE, mark_as_active),
    row("mark an addon as inactive", "POST", "/addons/{addon_code}/markasinactive", CREATE, mark_as_inactive),
];

/// Active or not, and of which kind.
type Wanted = (Option<bool>, Option<AddonKind>);

const FILTERS: &[(&str, Wanted)] = &[
    ("AddonStatus.All", (None, None)),
    ("AddonStatus.ACTIVE", (Some(true), None)),
    ("AddonStatus.INACTIVE", (Some(false), None)),
    ("AddonStatus.ONETIME", (None, Some(AddonKind::OneTime))),
    ("AddonStatus.RECURRING", (None, Some(AddonKind::Recurring))),
];

/// Zoho's words for how often a recurring add-on is billed.
const RHYTHMS: [(&str, IntervalUnit); 4] = [
    ("monthly", IntervalUnit::Months),
    ("yearly", IntervalUnit::Years),
    ("weekly", IntervalUnit::Weeks),
    ("daily", IntervalUnit::Days),
];

fn of_path(call: &Call) -> ByCode<AddonId> {
    ByCode::Code(call.path("addon_code").to_owned())
}

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let body: AddonBody = call.read()?;
        body.is_whole()?;
        let text = filled(body.product_id.as_ref()).ok_or_else(|| Fault::invalid("product_id"))?;
        let product = Some(product(&call, text).await?);
        let verb = CreateAddon { product, fields: body.of_new(&call).await? };
        let zone = Sellers::load(&call).await?.zone(None);
        call.write(ThenShown(verb), move |made| {
            wire::created("The addon has been created", |o| {
                o.object("addon", |o| to_wire(&made.value, &made.names, &zone, true, o));
            })
        })
        .await
    })
}

fn list(call: Call) -> Handling {
    Box::pin(async move {
        let ask = Ask::of(&call, "Addons", FILTERS, |(is_active, _)| is_active).await?;
        let found = call.billing.addons(&call.caller, ask.list, ask.wanted.1).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.array("addons", ask.rows(&found.value), |view, o| to_wire(view, &found.names, &zone, false, o));
            ask.to_wire(o, &found.value);
        }))
    })
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.addon(&call.caller, &of_path(&call)).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.object("addon", |o| to_wire(&found.value, &found.names, &zone, true, o));
        }))
    })
}

/// Fields that are left out stay as they are.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let fields = call.read::<AddonBody>()?.of_known(&call).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        call.write(ThenShown(UpdateAddon { addon: of_path(&call), fields }), move |changed| {
            wire::success("The addon details have been updated.", |o| {
                o.object("addon", |o| to_wire(&changed.value, &changed.names, &zone, true, o));
            })
        })
        .await
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = DeleteAddon { addon: of_path(&call) };
        call.write(verb, |()| wire::success("The addon has been deleted.", |_| {})).await
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
        let fields = AddonFields { is_active: Some(is_active), ..AddonFields::default() };
        let verb = UpdateAddon { addon: of_path(&call), fields };
        call.write(verb, move |_| {
            let message = match is_active {
                true => "The addon has been marked as active.",
                false => "The addon has been marked as inactive.",
            };
            wire::success(message, |_| {})
        })
        .await
    })
}

/// The OpenAPI's keys in its order; rows of the list have no plans.
fn to_wire(view: &AddonView, names: &Names, zone: &TimeZone, is_whole: bool, o: &mut Object<'_>) {
    let addon = &view.addon;
    let extras = OfferExtras::of(&view.hung);
    let rhythm = RHYTHMS.iter().find(|(_, unit)| addon.interval_unit == Some(*unit)).map_or("", |(word, _)| *word);
    o.str("addon_code", &addon.code).str("name", &addon.name).str("unit", &addon.unit).str("unit_name", &addon.unit);
    price_brackets::to_wire(&addon.price, o);
    o.str("type", addon.kind.word()).str("interval_unit", rhythm);
    put_hung(&view.hung, names, o);
    o.bool("applicable_to_all_plans", addon.plans == PlanScope::All);
    if is_whole {
        o.array("plans", &view.plans, |plan, o| {
            o.str("plan_code", &plan.code).str("name", &plan.name);
        });
    }
    o.str("status", status_word(addon.is_active))
        .str("product_id", &wire::id_of(names, ProductId::WORD, addon.product_id.0))
        .str("description", &addon.description)
        .str("store_markup_description", &extras.store_markup_description);
    put_codes(&extras, o);
    put_preferences(&extras, o);
    o.str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, addon.tax_group_id.map(i64::from)))
        .str("created_time", &wire::instant(addon.created_at, zone))
        .str("updated_time", &wire::instant(addon.updated_at, zone))
        .str("addon_id", &wire::id_of(names, AddonId::WORD, addon.id.0))
        .str("currency_code", addon.currency.code());
}

//! `/items`: what is sold besides plans and add-ons.

mod list;

use billing::catalogue::WithExtras;
use billing::parties::items::{CreateItem, DeleteItem, ItemFields, UpdateItem};
use billing::read::{ItemView, Names, ThenShown};
use domain::id::{ItemId, TaxGroupId};
use domain::item::ItemKind;
use domain::money::Currency;
use domain::tax::{EffectiveRate, TaxGroup};
use http_kit::json::Object;
use serde::Deserialize;

use crate::call::Call;
use crate::catalogue::{ExtrasBody, OfferExtras, PreferenceBody, TaxBody, base_currency, put_preferences, status_word};
use crate::custom_values::ValueBody;
use crate::errors::{Failure, Fault};
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::{Scalar, decimal, filled, text};
use crate::wire;

const READ: Needs = Needs::Scope("ZohoSubscriptions.items.READ");
const CREATE: Needs = Needs::Scope("ZohoSubscriptions.items.CREATE");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.items.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.items.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("create an item", "POST", "/items", CREATE, create),
    row("list items", "GET", "/items", READ, list::handle),
    row("update an item", "PUT", "/items/{item_id}", UPDATE, update),
    row("retrieve an item", "GET", "/items/{item_id}", READ, retrieve),
    row("delete an item", "DELETE", "/items/{item_id}", DELETE, delete),
    row("mark an item as active", "POST", "/items/{item_id}/active", CREATE, mark_as_active),
    row("mark an item as inactive", "POST", "/items/{item_id}/inactive", CREATE, mark_as_inactive),
];

/// "Maximum length of the name [100]", "Maximum characters to be used for describing the item [2000]".
const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 2_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ItemBody {
    name: Option<Scalar>,
    rate: Option<Scalar>,
    description: Option<Scalar>,
    unit: Option<Scalar>,
    tax_id: Option<Scalar>,
    sku: Option<Scalar>,
    product_type: Option<Scalar>,
    is_taxable: Option<Scalar>,
    tax_exemption_id: Option<Scalar>,
    hsn_or_sac: Option<Scalar>,
    sat_item_key_code: Option<Scalar>,
    unitkey_code: Option<Scalar>,
    item_tax_preferences: Option<Vec<PreferenceBody>>,
    custom_fields: Option<Vec<ValueBody>>,
}

impl ItemBody {
    /// What a new item needs.
    fn is_whole(&self) -> Result<(), Fault> {
        for (field, given) in [("name", &self.name), ("rate", &self.rate)] {
            if filled(given.as_ref()).is_none() {
                return Err(Fault::invalid(field));
            }
        }
        Ok(())
    }

    /// The first field that makes no sense is the fault. `currency` is that of the price.
    async fn from_wire(
        self,
        call: &Call,
        currency: Currency,
    ) -> Result<(ItemFields, billing::catalogue::Extras), Failure> {
        for (field, given, limit) in
            [("name", &self.name, MAX_NAME), ("description", &self.description, MAX_DESCRIPTION)]
        {
            if given.as_ref().is_some_and(|text| text.as_str().chars().count() > limit) {
                return Err(Fault::too_long(field, limit).into());
            }
        }
        let kind = match filled(self.product_type.as_ref()) {
            None => None,
            Some("goods") => Some(ItemKind::Product),
            Some("service") => Some(ItemKind::Service),
            Some(_) => return Err(Fault::invalid("product_type").into()),
        };
        let rate = decimal("rate", self.rate.as_ref())?;
        if rate.is_some_and(|rate| rate.is_negative()) {
            return Err(Fault::invalid("rate").into());
        }
        let tax = TaxBody {
            tax_id: self.tax_id,
            is_taxable: self.is_taxable,
            tax_exemption_id: self.tax_exemption_id.clone(),
            tax_exemption_code: None,
        };
        let tax = tax.from_wire(call).await?;
        let extras = ExtrasBody {
            tags: None,
            custom_fields: self.custom_fields,
            item_tax_preferences: self.item_tax_preferences,
            product_type: None,
            texts: vec![
                ("hsn_or_sac", self.hsn_or_sac),
                ("sat_item_key_code", self.sat_item_key_code),
                ("unitkey_code", self.unitkey_code),
                ("tax_exemption_id", self.tax_exemption_id),
            ],
        };
        let extras = extras.from_wire(call, &[]).await?;
        let fields = ItemFields {
            kind,
            name: text(self.name),
            description: text(self.description),
            code: text(self.sku).map(|sku| Some(sku).filter(|sku| !sku.is_empty())),
            unit: text(self.unit),
            unit_price: rate.map(|rate| Some((rate, currency))),
            tax_group_id: tax.group,
            ..ItemFields::default()
        };
        Ok((fields, extras))
    }
}

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let body: ItemBody = call.read()?;
        body.is_whole()?;
        let currency = base_currency(&call).await?;
        let (mut fields, extras) = body.from_wire(&call, currency).await?;
        // Zoho's items are goods unless told otherwise.
        fields.kind.get_or_insert(ItemKind::Product);
        let verb = WithExtras { verb: CreateItem { fields }, extras, is_new: true };
        call.write(ThenShown(verb), |made| {
            wire::created("The item has been added.", |o| {
                o.object("item", |o| to_wire(&made.value, &made.names, o));
            })
        })
        .await
    })
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let item = call.path_id::<ItemId>("item_id").await?;
        let found = call.billing.shown(&call.caller, item).await?;
        Ok(wire::success("success", |o| {
            o.object("item", |o| to_wire(&found.value, &found.names, o));
        }))
    })
}

/// Fields that are left out stay as they are.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let item = call.path_id::<ItemId>("item_id").await?;
        let body: ItemBody = call.read()?;
        let known = call.billing.shown(&call.caller, item).await?.value.item;
        let currency = match known.unit_price {
            Some((_, currency)) => currency,
            None => base_currency(&call).await?,
        };
        let (fields, extras) = body.from_wire(&call, currency).await?;
        let verb = WithExtras { verb: UpdateItem { item, fields }, extras, is_new: false };
        call.write(ThenShown(verb), |changed| {
            wire::success("Item details have been saved.", |o| {
                o.object("item", |o| to_wire(&changed.value, &changed.names, o));
            })
        })
        .await
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = DeleteItem { item: call.path_id("item_id").await? };
        call.write(verb, |()| wire::success("The item has been deleted.", |_| {})).await
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
        let fields = ItemFields { is_active: Some(is_active), ..ItemFields::default() };
        let verb = UpdateItem { item: call.path_id("item_id").await?, fields };
        call.write(verb, move |_| {
            let message = match is_active {
                true => "The item has been marked Active.",
                false => "The item has been marked Inactive.",
            };
            wire::success(message, |_| {})
        })
        .await
    })
}

/// The OpenAPI's keys in its order.
fn to_wire(view: &ItemView, names: &Names, o: &mut Object<'_>) {
    let extras = OfferExtras::of(&view.hung);
    put_common(view, names, o);
    o.str("hsn_or_sac", &extras.hsn_or_sac)
        .str("sat_item_key_code", &extras.sat_item_key_code)
        .str("unitkey_code", &extras.unitkey_code);
    put_preferences(&extras, o);
    put_custom_fields(view, names, o);
}

/// What rows of the list have too, but the custom fields, which come last.
fn put_common(view: &ItemView, names: &Names, o: &mut Object<'_>) {
    let item = &view.item;
    let tax = view.tax.as_ref();
    o.str("item_id", &wire::id_of(names, ItemId::WORD, item.id.0))
        .str("name", &item.name)
        .str("status", status_word(item.is_active))
        .str("description", &item.description);
    match item.unit_price {
        Some((price, _)) => o.dec("rate", price),
        // A price that only lines know.
        None => o.int("rate", 0),
    };
    o.str("unit", &item.unit)
        .str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, item.tax_group_id.map(i64::from)))
        .str("tax_name", tax.map_or("", |tax| tax.name.as_str()))
        .str("tax_percentage", &tax.map(percentage).unwrap_or_default())
        .str("tax_type", tax.map_or("", |tax| if tax.components.len() > 1 { "tax_group" } else { "tax" }))
        .str("sku", item.code.as_deref().unwrap_or_default())
        .str("product_type", if item.kind == ItemKind::Product { "goods" } else { "service" });
}

fn put_custom_fields(view: &ItemView, names: &Names, o: &mut Object<'_>) {
    o.array("custom_fields", &view.hung.custom_fields, |(field, value), o| {
        // A number here, a string everywhere else.
        o.raw("customfield_id", &wire::id_of(names, "custom_field", field.id.0)).str("value", value);
    });
}

/// All of a group's rates together.
fn percentage(group: &TaxGroup) -> String {
    EffectiveRate::of(&group.components).map(|effective| effective.rate.percent_text()).unwrap_or_default()
}

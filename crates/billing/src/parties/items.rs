//! Makes, changes and deletes items.

use super::tenants::taken;
use crate::Error;
use crate::check;
use crate::credentials::random_token;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{ItemId, TaxGroupId};
use domain::item::{Item, ItemKind};
use domain::money::{Currency, Decimal};
use serde_json::json;

/// What a client says of an item. `None` leaves a field as it is, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct ItemFields {
    pub kind: Option<ItemKind>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub code: Option<Option<String>>,
    pub external_key: Option<Option<String>>,
    pub accounting_sku: Option<Option<String>>,
    pub unit: Option<String>,
    pub unit_price: Option<Option<(Decimal, Currency)>>,
    pub tax_group_id: Option<Option<TaxGroupId>>,
    pub is_active: Option<bool>,
}

impl ItemFields {
    fn write_to(&self, item: &mut Item) -> Vec<&'static str> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if let Some(value) = &self.$field {
                    if item.$field != *value {
                        changed.push(stringify!($field));
                    }
                    item.$field = value.clone();
                }
            )*};
        }
        take!(kind, name, description, code, external_key, accounting_sku, unit, unit_price, tax_group_id, is_active);
        changed
    }
}

#[derive(Clone, Debug)]
pub struct CreateItem {
    pub fields: ItemFields,
}

impl Verb for CreateItem {
    type Outcome = Item;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Item, Error> {
        let mut item = Item {
            id: cx.id(ItemId)?,
            kind: ItemKind::Service,
            name: String::new(),
            description: String::new(),
            code: None,
            external_key: None,
            accounting_sku: None,
            token: random_token(),
            unit: String::new(),
            unit_price: None,
            tax_group_id: None,
            is_active: true,
            created_at: cx.now,
            updated_at: cx.now,
        };
        self.fields.write_to(&mut item);
        check_item(cx, &item).await?;
        store::catalogue::insert_items(cx.tx, std::slice::from_ref(&item))
            .await
            .map_err(|error| taken(error, "code"))?;
        cx.change.record("item.created", ItemId::WORD, item.id.0, "created", json!({}));
        Ok(item)
    }
}

#[derive(Clone, Debug)]
pub struct UpdateItem {
    pub item: ItemId,
    pub fields: ItemFields,
}

impl Verb for UpdateItem {
    type Outcome = Item;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Item, Error> {
        let mut item = load(cx, self.item).await?;
        let changed = self.fields.write_to(&mut item);
        check_item(cx, &item).await?;
        item.updated_at = cx.now;
        store::catalogue::update_item(cx.tx, &item).await.map_err(|error| taken(error, "code"))?;
        cx.change.record("item.updated", ItemId::WORD, item.id.0, "updated", json!({"fields": changed}));
        Ok(item)
    }
}

/// Deletes an item that no line names.
#[derive(Clone, Copy, Debug)]
pub struct DeleteItem {
    pub item: ItemId,
}

impl Verb for DeleteItem {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let item = load(cx, self.item).await?;
        if store::catalogue::item_in_use(cx.tx, item.id).await? {
            return Err(Refusal::InUse { what: "item" }.into());
        }
        store::names::forget(cx.tx, ItemId::WORD, &[item.id.0]).await?;
        store::catalogue::delete_item(cx.tx, item.id).await?;
        cx.change.record("item.deleted", ItemId::WORD, item.id.0, "deleted", json!({}));
        Ok(())
    }
}

async fn load(cx: &mut Cx<'_, '_>, id: ItemId) -> Result<Item, Error> {
    store::catalogue::item_by_id(cx.tx, id).await?.ok_or_else(|| Error::missing(ItemId::WORD, id))
}

async fn check_item(cx: &mut Cx<'_, '_>, item: &Item) -> Result<(), Error> {
    check::required(&item.name, "name", check::LINE)?;
    check::optional(&item.description, "description", check::LONG)?;
    check::optional(&item.unit, "unit", check::SHORT)?;
    check::optional_some(item.code.as_deref(), "code", check::SHORT)?;
    check::optional_some(item.external_key.as_deref(), "external_key", check::LINE)?;
    check::optional_some(item.accounting_sku.as_deref(), "accounting_sku", check::SHORT)?;
    if let Some(group) = item.tax_group_id
        && store::catalogue::groups_by_id(cx.tx, &[group]).await?.is_empty()
    {
        return Err(Error::missing(TaxGroupId::WORD, group));
    }
    Ok(())
}

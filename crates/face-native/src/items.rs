//! `/v1/items`: what is sold.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Nullable, Schema as _, answer, patch, request, texts};
use crate::wire::{CurrencyCode, DecimalIn, DecimalOut, Id, Instant, Word};
use billing::parties::items::{CreateItem, DeleteItem, ItemFields, UpdateItem};
use domain::id::{ItemId, TaxGroupId};
use domain::item::{self, ItemKind};
use domain::money::{Currency, Decimal};
use http_kit::Answer;

table! {
    "listItems" GET "/v1/items" StaffRead "Lists items by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<Item>::schema),
        handle: list,
    }
    "createItem" POST "/v1/items" Write "Makes an item." {
        takes: Takes::Body(NewItem::schema),
        gives: Gives::Created(Item::schema),
        names: "item_id",
        handle: create,
    }
    "getItem" GET "/v1/items/{item_id}" StaffRead "Reads an item." {
        gives: Gives::Object(Item::schema),
        names: "item_id",
        handle: get,
    }
    "updateItem" PATCH "/v1/items/{item_id}" Write "Changes an item; lines that were made from it stay as they are." {
        takes: Takes::Body(ItemPatch::schema),
        gives: Gives::Object(Item::schema),
        names: "item_id",
        handle: update,
    }
    "deleteItem" DELETE "/v1/items/{item_id}" Write "Deletes an item that no line names." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// Something to sell.
    NewItem {
        /// As lines print it.
        name: String as texts::line,
    } optional {
        /// `service` unless given.
        kind: Word<ItemKind>,
        /// As lines print it.
        description: String as texts::long_or_empty,
        /// Your code for it; unique.
        code: String as texts::short,
        /// Your own id of it; unique.
        external_key: String as texts::line,
        /// The code your accounting knows it by.
        accounting_sku: String as texts::short,
        /// What one is called: `seat`, `minute`.
        unit: String as texts::short_or_empty,
        /// The price of one, with its currency; lines may have their own.
        unit_price: DecimalIn,
        /// Of the unit price.
        currency: CurrencyCode,
        /// How it is taxed.
        tax_group_id: Id<TaxGroupId>,
    }
}

patch! {
    /// Changes of an item.
    ItemPatch {
        /// As lines print it.
        name: String as texts::line,
        /// What kind of thing it is.
        kind: Word<ItemKind>,
        /// As lines print it.
        description: String as texts::long_or_empty,
        /// Your code for it; unique.
        code: Nullable<String>,
        /// Your own id of it; unique.
        external_key: Nullable<String>,
        /// The code your accounting knows it by.
        accounting_sku: Nullable<String>,
        /// What one is called.
        unit: String as texts::short_or_empty,
        /// The price of one; its currency must be given with it.
        unit_price: Nullable<DecimalIn>,
        /// Of the unit price.
        currency: CurrencyCode,
        /// How it is taxed.
        tax_group_id: Nullable<Id<TaxGroupId>>,
        /// Inactive items cannot be put on new lines.
        is_active: bool,
    }
}

answer! {
    /// Something to sell.
    Item {
        /// Its id.
        id: Id<ItemId>,
        /// What kind of thing it is.
        kind: Word<ItemKind>,
        /// As lines print it.
        name: String,
        /// As lines print it.
        description: String,
        /// Your code for it.
        code: Option<String>,
        /// Your own id of it.
        external_key: Option<String>,
        /// The code your accounting knows it by.
        accounting_sku: Option<String>,
        /// What one is called.
        unit: String,
        /// The price of one; null when only lines know.
        unit_price: Option<DecimalOut>,
        /// Of the unit price.
        currency: Option<CurrencyCode>,
        /// How it is taxed.
        tax_group_id: Option<Id<TaxGroupId>>,
        /// Inactive items cannot be put on new lines.
        is_active: bool,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, ItemId::PREFIX)?;
    let rows = call.billing.items(&call.caller, page.after, page.wanted()).await?;
    Ok(page.page(rows, |item| item.id.0, |item| Item::to_wire(&item)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let item = call.billing.item(&call.caller, call.id("item_id")?).await?;
    Ok(json(200, &Item::to_wire(&item)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = CreateItem { fields: call.read::<NewItem>()?.from_wire()? };
    call.write(verb, |item| created(format!("/v1/items/{}", item.id), &Item::to_wire(&item))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let item = call.id("item_id")?;
    let verb = UpdateItem { item, fields: call.read::<ItemPatch>()?.from_wire()? };
    call.write(verb, |item| json(200, &Item::to_wire(&item))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteItem { item: call.id("item_id")? };
    call.write(verb, |()| nothing()).await
}

/// A price is a number and its currency.
fn price(price: Option<DecimalIn>, currency: Option<CurrencyCode>) -> Result<Option<(Decimal, Currency)>, Fault> {
    match (price, currency) {
        (Some(price), Some(currency)) => Ok(Some((price.0, currency.0))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Fault::field("/currency", "missing_field", "a unit price has a currency")),
        (None, Some(_)) => Err(Fault::field("/unit_price", "missing_field", "a currency comes with its unit price")),
    }
}

impl NewItem {
    fn from_wire(self) -> Result<ItemFields, Fault> {
        Ok(ItemFields {
            kind: self.kind.map(|word| word.0),
            name: Some(self.name),
            description: self.description,
            code: self.code.map(Some),
            external_key: self.external_key.map(Some),
            accounting_sku: self.accounting_sku.map(Some),
            unit: self.unit,
            unit_price: price(self.unit_price, self.currency)?.map(Some),
            tax_group_id: self.tax_group_id.map(|id| Some(id.0)),
            is_active: None,
        })
    }
}

impl ItemPatch {
    fn from_wire(self) -> Result<ItemFields, Fault> {
        let unit_price = match self.unit_price {
            Some(Nullable(None)) if self.currency.is_none() => Some(None),
            given => price(given.and_then(|price| price.0), self.currency)?.map(Some),
        };
        Ok(ItemFields {
            kind: self.kind.map(|word| word.0),
            name: self.name,
            description: self.description,
            code: self.code.map(|code| code.0),
            external_key: self.external_key.map(|key| key.0),
            accounting_sku: self.accounting_sku.map(|sku| sku.0),
            unit: self.unit,
            unit_price,
            tax_group_id: self.tax_group_id.map(|id| id.0.map(|id| id.0)),
            is_active: self.is_active,
        })
    }
}

impl Item {
    fn to_wire(item: &item::Item) -> Self {
        Self {
            id: Id(item.id),
            kind: Word(item.kind),
            name: item.name.clone(),
            description: item.description.clone(),
            code: item.code.clone(),
            external_key: item.external_key.clone(),
            accounting_sku: item.accounting_sku.clone(),
            unit: item.unit.clone(),
            unit_price: item.unit_price.map(|(price, _)| DecimalOut(price)),
            currency: item.unit_price.map(|(_, currency)| CurrencyCode(currency)),
            tax_group_id: item.tax_group_id.map(Id),
            is_active: item.is_active,
            created_at: Instant(item.created_at),
            updated_at: Instant(item.updated_at),
        }
    }
}

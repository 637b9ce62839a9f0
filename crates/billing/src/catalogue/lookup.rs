//! From a code or an id to what is sold under it: items, plans and add-ons alike, as lines of documents name them.
//! Ids are unique in a tenant whatever their kind, so that a line's `item_id` may be any of theirs.

use crate::invoices::{LineSpec, TaxChoice};
use crate::{Billing, Caller, Error};
use domain::Refusal;
use domain::catalogue::{Addon, AddonKind, Plan, PriceModel};
use domain::id::{AddonId, ItemId, PlanId, TaxGroupId};
use domain::invoice::LineKind;
use domain::item::Item;
use domain::money::{Currency, Decimal};
use domain::party::Exemption;
use std::collections::HashMap;
use store::Tx;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    Item,
    Plan,
    Addon(AddonKind),
}

/// How a line names what it sells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EntryRef {
    /// The native id of an item, a plan or an add-on.
    Id(i64),
    /// An item's code, a plan's, or an add-on's: the first of these that there is.
    Code(String),
}

/// What it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryPrice {
    /// Each unit the same; negative for an item that is a discount.
    Each(Decimal),
    Model(PriceModel),
}

/// What is sold, as far as a line takes it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: EntryKind,
    pub id: i64,
    pub code: Option<String>,
    pub name: String,
    pub description: String,
    pub unit: String,
    /// `None` when only lines know.
    pub price: Option<(EntryPrice, Currency)>,
    pub tax_group_id: Option<TaxGroupId>,
    pub exemption: Option<Exemption>,
    pub is_active: bool,
}

impl Entry {
    /// The price of one of this quantity: `quantity * unit_price` rounds to what the quantity costs. `None` when only
    /// lines know; `CurrencyMismatch` when the price is in another currency. What is given back costs what it cost.
    pub fn unit_price(&self, quantity: Decimal, currency: Currency) -> Result<Option<Decimal>, Refusal> {
        let Some((price, of)) = &self.price else { return Ok(None) };
        if *of != currency {
            return Err(Refusal::CurrencyMismatch { expected: currency, given: *of });
        }
        match price {
            EntryPrice::Each(price) => Ok(Some(*price)),
            EntryPrice::Model(model) => {
                let quantity = if quantity.is_negative() { quantity.checked_neg()? } else { quantity };
                model.unit_price_for(quantity, currency).map(Some)
            }
        }
    }

    /// The line that sells so many of it: everything else comes from the entry when the document is made.
    pub fn line(&self, quantity: Decimal) -> LineSpec {
        LineSpec {
            kind: match self.kind {
                EntryKind::Plan | EntryKind::Addon(AddonKind::Recurring) => LineKind::Recurring,
                EntryKind::Item | EntryKind::Addon(AddonKind::OneTime) => LineKind::OneTime,
            },
            item: Some(ItemId(self.id)),
            name: None,
            unit_price: None,
            tax: TaxChoice::FromItem,
            ..LineSpec::of("", quantity, Decimal::ZERO)
        }
    }

    fn of_item(item: Item) -> Self {
        Self {
            kind: EntryKind::Item,
            id: item.id.0,
            code: item.code,
            name: item.name,
            description: item.description,
            unit: item.unit,
            price: item.unit_price.map(|(price, currency)| (EntryPrice::Each(price), currency)),
            tax_group_id: item.tax_group_id,
            exemption: None,
            is_active: item.is_active,
        }
    }

    fn of_plan(plan: Plan) -> Self {
        let terms = plan.version.terms;
        Self {
            kind: EntryKind::Plan,
            id: plan.id.0,
            code: Some(plan.code),
            name: plan.name,
            description: plan.description,
            unit: plan.unit,
            price: Some((EntryPrice::Model(terms.price), terms.currency)),
            tax_group_id: terms.tax_group_id,
            exemption: terms.exemption,
            is_active: plan.is_active,
        }
    }

    fn of_addon(addon: Addon) -> Self {
        Self {
            kind: EntryKind::Addon(addon.kind),
            id: addon.id.0,
            code: Some(addon.code),
            name: addon.name,
            description: addon.description,
            unit: addon.unit,
            price: Some((EntryPrice::Model(addon.price), addon.currency)),
            tax_group_id: addon.tax_group_id,
            exemption: addon.exemption,
            is_active: addon.is_active,
        }
    }
}

/// What is sold under these ids and codes; a fixed number of queries, and only as many as it takes.
pub(crate) async fn entries(tx: &mut Tx<'_>, asked: &[EntryRef]) -> Result<HashMap<EntryRef, Entry>, Error> {
    let mut found = HashMap::new();
    let (ids, codes) = left(asked, &found);
    let ids: Vec<ItemId> = ids.into_iter().map(ItemId).collect();
    let mut items = store::catalogue::items_by_id(tx, &ids).await?;
    items.extend(store::catalogue::items_by_code(tx, &codes).await?);
    keep(&mut found, items.into_iter().map(Entry::of_item));
    let (ids, codes) = left(asked, &found);
    let ids: Vec<PlanId> = ids.into_iter().map(PlanId).collect();
    let plans = store::plans::load_many(tx, &ids, &codes).await?;
    keep(&mut found, plans.into_iter().map(Entry::of_plan));
    let (ids, codes) = left(asked, &found);
    let ids: Vec<AddonId> = ids.into_iter().map(AddonId).collect();
    let addons = store::addons::load_many(tx, &ids, &codes).await?;
    keep(&mut found, addons.into_iter().map(Entry::of_addon));
    Ok(found)
}

/// What lines name by these ids, whatever its kind.
pub(crate) async fn sold_by_id(tx: &mut Tx<'_>, ids: &[ItemId]) -> Result<HashMap<ItemId, Entry>, Error> {
    let asked: Vec<EntryRef> = ids.iter().map(|id| EntryRef::Id(id.0)).collect();
    let found = entries(tx, &asked).await?.into_values();
    Ok(found.map(|entry| (ItemId(entry.id), entry)).collect())
}

/// The ids and codes that nothing was found for yet.
fn left(asked: &[EntryRef], found: &HashMap<EntryRef, Entry>) -> (Vec<i64>, Vec<String>) {
    let (mut ids, mut codes) = (Vec::new(), Vec::new());
    for which in asked.iter().filter(|which| !found.contains_key(which)) {
        match which {
            EntryRef::Id(id) => ids.push(*id),
            EntryRef::Code(code) => codes.push(code.clone()),
        }
    }
    (ids, codes)
}

fn keep(found: &mut HashMap<EntryRef, Entry>, entries: impl Iterator<Item = Entry>) {
    for entry in entries {
        if let Some(code) = entry.code.clone() {
            found.entry(EntryRef::Code(code)).or_insert_with(|| entry.clone());
        }
        found.entry(EntryRef::Id(entry.id)).or_insert(entry);
    }
}

impl Billing {
    /// What is sold under these ids and codes, in their order; `None` where there is nothing.
    pub async fn catalogue_entries(&self, caller: &Caller, asked: Vec<EntryRef>) -> Result<Vec<Option<Entry>>, Error> {
        self.read(caller.tenant, move |tx| {
            let asked = asked.clone();
            Box::pin(async move {
                let found = entries(tx, &asked).await?;
                Ok(asked.iter().map(|which| found.get(which).cloned()).collect())
            })
        })
        .await
    }
}

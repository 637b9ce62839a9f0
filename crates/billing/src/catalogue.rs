//! Verbs about what is offered: products, plans, add-ons, coupons, and what hangs on them and on items.

pub mod addons;
pub mod coupons;
pub mod extras;
pub mod lookup;
pub mod plans;
pub mod products;

pub use extras::{Extras, WithExtras};
pub use lookup::{Entry, EntryKind, EntryPrice, EntryRef};

use crate::Error;
use crate::clock::day_in;
use crate::verb::Cx;
use domain::Refusal;
use domain::catalogue::Product;
use domain::id::{AddonId, EntityId, Id, PlanId, ProductId, TaxGroupId};
use domain::money::Currency;
use domain::party::Exemption;
use jiff::Timestamp;
use jiff::civil::Date;
use store::Tx;

/// How a client names a plan, an add-on or a coupon: by our id, or by the seller's own code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByCode<T> {
    Id(T),
    Code(String),
}

impl<T: Id> ByCode<T> {
    pub(crate) fn id(&self) -> Option<T> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Code(_) => None,
        }
    }

    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Id(_) => None,
            Self::Code(code) => Some(code),
        }
    }
}

impl<T: Id + std::fmt::Display> ByCode<T> {
    pub(crate) fn missing(&self) -> Error {
        match self {
            Self::Id(id) => Error::missing(<T as Id>::WORD, id),
            Self::Code(code) => Error::missing(<T as Id>::WORD, code),
        }
    }
}

/// Splits what names objects into ids and codes, for one query.
pub(crate) fn split<T: Id>(asked: &[ByCode<T>]) -> (Vec<T>, Vec<String>) {
    let ids = asked.iter().filter_map(ByCode::id).collect();
    let codes = asked.iter().filter_map(|which| which.code().map(str::to_owned)).collect();
    (ids, codes)
}

/// Most plans or add-ons that one request may name.
const MAX_NAMED: usize = 500;

/// The plans that a request names, in its order and each once. All belong to this product, else `Invalid`.
async fn plans_of(cx: &mut Cx<'_, '_>, product: ProductId, asked: &[ByCode<PlanId>]) -> Result<Vec<PlanId>, Error> {
    let what = "plans";
    if asked.len() > MAX_NAMED {
        return Err(Refusal::Invalid { what }.into());
    }
    let (ids, codes) = split(asked);
    let found = store::plans::load_many(cx.tx, &ids, &codes).await?;
    let mut plans = Vec::with_capacity(asked.len());
    for which in asked {
        let named = |plan: &&domain::catalogue::Plan| which.id() == Some(plan.id) || which.code() == Some(&plan.code);
        let plan = found.iter().find(named).ok_or_else(|| which.missing())?;
        if plan.product_id != product {
            return Err(Refusal::Invalid { what }.into());
        }
        if !plans.contains(&plan.id) {
            plans.push(plan.id);
        }
    }
    Ok(plans)
}

/// The same of add-ons.
async fn addons_of(
    cx: &mut Cx<'_, '_>,
    product: ProductId,
    asked: &[ByCode<AddonId>],
) -> Result<Vec<domain::catalogue::Addon>, Error> {
    let what = "addons";
    if asked.len() > MAX_NAMED {
        return Err(Refusal::Invalid { what }.into());
    }
    let (ids, codes) = split(asked);
    let found = store::addons::load_many(cx.tx, &ids, &codes).await?;
    let mut addons: Vec<domain::catalogue::Addon> = Vec::with_capacity(asked.len());
    for which in asked {
        let named =
            |addon: &&domain::catalogue::Addon| which.id() == Some(addon.id) || which.code() == Some(&addon.code);
        let addon = found.iter().find(named).ok_or_else(|| which.missing())?;
        if addon.product_id != product {
            return Err(Refusal::Invalid { what }.into());
        }
        if addons.iter().all(|known| known.id != addon.id) {
            addons.push(addon.clone());
        }
    }
    Ok(addons)
}

/// The product, locked, so that it is not deleted under what is being made for it.
async fn product(cx: &mut Cx<'_, '_>, asked: Option<ProductId>) -> Result<Product, Error> {
    let id = asked.ok_or(Refusal::Blank { what: "product_id" })?;
    store::products::lock(cx.tx, id).await?.ok_or_else(|| Error::missing(ProductId::WORD, id))
}

/// The currency of prices that name none: the base currency of the seller's default legal entity.
async fn base_currency(cx: &mut Cx<'_, '_>) -> Result<Currency, Error> {
    let entities = store::entities::list(cx.tx).await?;
    let default = entities.iter().find(|entity| entity.is_default);
    Ok(default.ok_or_else(|| Error::missing(EntityId::WORD, "default"))?.base_currency)
}

/// Today in the zone of the seller's default legal entity; of UTC before it has one.
pub(crate) async fn today(tx: &mut Tx<'_>, business_at: Timestamp) -> Result<Date, Error> {
    let entities = store::entities::list(tx).await?;
    let default = entities.iter().find(|entity| entity.is_default);
    Ok(day_in(business_at, default.map_or("UTC", |entity| entity.time_zone.as_str())))
}

/// A group that new prices may name: there, and not retired unless it was named before.
async fn check_tax(
    cx: &mut Cx<'_, '_>,
    group: Option<TaxGroupId>,
    before: Option<TaxGroupId>,
    exemption: Option<&Exemption>,
) -> Result<(), Error> {
    crate::check::exemption(exemption)?;
    let Some(id) = group.filter(|_| group != before) else { return Ok(()) };
    let found = store::catalogue::groups_by_id(cx.tx, &[id]).await?.pop();
    match found {
        None => Err(Error::missing(TaxGroupId::WORD, id)),
        Some(group) if !group.is_active => Err(Refusal::TaxGroupInactive.into()),
        Some(_) => Ok(()),
    }
}

/// Takes the fields that are given and names those that changed.
macro_rules! take {
    ($fields:expr => $object:expr, $changed:expr; $($field:ident),* $(,)?) => {$(
        if let Some(value) = &$fields.$field
            && $object.$field != *value
        {
            $object.$field = value.clone();
            $changed.push(stringify!($field));
        }
    )*};
}
use take;

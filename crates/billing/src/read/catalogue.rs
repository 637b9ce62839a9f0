//! What is offered, with all that belongs to it. Each read is a fixed number of queries, whatever the rows.

use super::invoice::{Named, Names};
use crate::catalogue::today;
use crate::{Caller, Error};
use domain::catalogue::{Addon, Coupon, CouponStatus, Plan, Product};
use domain::custom_field::CustomField;
use domain::id::{AddonId, CouponId, ItemId, PlanId, ProductId, TaxGroupId};
use domain::invoice::view::LineTag;
use domain::item::Item;
use domain::tax::TaxGroup;
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use store::Tx;

/// Custom fields with their definitions, tags, and the asking face's side-cars.
#[derive(Clone, Debug, Default)]
pub struct Hung {
    pub custom_fields: Vec<(CustomField, String)>,
    pub tags: Vec<LineTag>,
    /// Face and content.
    pub side_cars: Vec<(String, String)>,
}

/// A plan or an add-on as lists name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief<T> {
    pub id: T,
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct PlanView {
    pub plan: Plan,
    /// Those that go with it, by id.
    pub addons: Vec<Addon>,
    pub tax: Option<TaxGroup>,
    pub hung: Hung,
}

#[derive(Clone, Debug)]
pub struct AddonView {
    pub addon: Addon,
    /// Those that are selected one by one, by id.
    pub plans: Vec<Brief<PlanId>>,
    pub tax: Option<TaxGroup>,
    pub hung: Hung,
}

#[derive(Clone, Debug)]
pub struct CouponView {
    pub coupon: Coupon,
    /// Today.
    pub status: CouponStatus,
    pub plans: Vec<Brief<PlanId>>,
    pub addons: Vec<Brief<AddonId>>,
}

#[derive(Clone, Debug)]
pub struct ItemView {
    pub item: Item,
    pub tax: Option<TaxGroup>,
    pub hung: Hung,
}

/// Something that can be shown by its id, after a verb or on its own.
pub trait Shown: Copy + Send + Sync + 'static {
    type View: Send + 'static;

    fn show(
        self,
        tx: &mut Tx<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> impl Future<Output = Result<Named<Self::View>, Error>> + Send;
}

/// Runs a verb and reads what it was about back in the same transaction: what a client gets as the answer.
#[derive(Clone, Debug)]
pub struct ThenShown<V>(pub V);

impl<V> crate::Verb for ThenShown<V>
where
    V: crate::Verb,
    V::Outcome: Shown,
{
    type Outcome = Named<<V::Outcome as Shown>::View>;

    async fn run(&self, cx: &mut crate::Cx<'_, '_>) -> Result<Self::Outcome, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        id.show(cx.tx, cx.caller, cx.now).await
    }
}

/// The only view of a list of one.
pub(super) fn only<T>(named: Named<Vec<T>>, missing: impl FnOnce() -> Error) -> Result<Named<T>, Error> {
    let Named { mut value, names } = named;
    value.pop().map(|value| Named { value, names }).ok_or_else(missing)
}

impl Shown for ProductId {
    type View = Product;

    async fn show(self, tx: &mut Tx<'_>, caller: &Caller, _: Timestamp) -> Result<Named<Product>, Error> {
        let found = store::products::load_many(tx, &[self]).await?;
        only(name_products(tx, caller, found).await?, || Error::missing(Self::WORD, self))
    }
}

impl Shown for PlanId {
    type View = PlanView;

    async fn show(self, tx: &mut Tx<'_>, caller: &Caller, _: Timestamp) -> Result<Named<PlanView>, Error> {
        let found = store::plans::load_many(tx, &[self], &[]).await?;
        only(plan_views(tx, caller, found).await?, || Error::missing(Self::WORD, self))
    }
}

impl Shown for AddonId {
    type View = AddonView;

    async fn show(self, tx: &mut Tx<'_>, caller: &Caller, _: Timestamp) -> Result<Named<AddonView>, Error> {
        let found = store::addons::load_many(tx, &[self], &[]).await?;
        only(addon_views(tx, caller, found).await?, || Error::missing(Self::WORD, self))
    }
}

impl Shown for CouponId {
    type View = CouponView;

    async fn show(self, tx: &mut Tx<'_>, caller: &Caller, now: Timestamp) -> Result<Named<CouponView>, Error> {
        let found = store::coupons::load_many(tx, &[self], &[]).await?;
        only(coupon_views(tx, caller, found, now).await?, || Error::missing(Self::WORD, self))
    }
}

impl Shown for ItemId {
    type View = ItemView;

    async fn show(self, tx: &mut Tx<'_>, caller: &Caller, _: Timestamp) -> Result<Named<ItemView>, Error> {
        let found = store::catalogue::items_by_id(tx, &[self]).await?;
        only(item_views(tx, caller, found).await?, || Error::missing(Self::WORD, self))
    }
}

pub(super) async fn name_products(
    tx: &mut Tx<'_>,
    caller: &Caller,
    products: Vec<Product>,
) -> Result<Named<Vec<Product>>, Error> {
    let ids: Vec<i64> = products.iter().map(|product| product.id.0).collect();
    let names = Names::load(tx, caller, &ids).await?;
    Ok(Named { value: products, names })
}

pub(super) async fn plan_views(
    tx: &mut Tx<'_>,
    caller: &Caller,
    plans: Vec<Plan>,
) -> Result<Named<Vec<PlanView>>, Error> {
    let ids: Vec<PlanId> = plans.iter().map(|plan| plan.id).collect();
    let goes_with = if ids.is_empty() { Vec::new() } else { store::addons::of_plans(tx, &ids).await? };
    let addon_ids: BTreeSet<AddonId> = goes_with.iter().map(|(_, addon)| *addon).collect();
    let addon_ids: Vec<AddonId> = addon_ids.into_iter().collect();
    let addons = store::addons::load_many(tx, &addon_ids, &[]).await?;
    let addons: HashMap<AddonId, Addon> = addons.into_iter().map(|addon| (addon.id, addon)).collect();
    let taxes = taxes(tx, plans.iter().map(|plan| plan.version.terms.tax_group_id)).await?;
    let mut hung = hang(tx, caller, PlanId::WORD, ids.iter().map(|id| id.0).collect()).await?;
    let names = plans
        .iter()
        .flat_map(|plan| [Some(plan.id.0), Some(plan.product_id.0), plan.version.terms.tax_group_id.map(i64::from)]);
    let names = Names::load(tx, caller, &distinct(names)).await?;
    let view = |plan: Plan| PlanView {
        addons: goes_with
            .iter()
            .filter(|(of, _)| *of == plan.id)
            .filter_map(|(_, addon)| addons.get(addon).cloned())
            .collect(),
        tax: plan.version.terms.tax_group_id.and_then(|id| taxes.get(&id).cloned()),
        hung: hung.remove(&plan.id.0).unwrap_or_default(),
        plan,
    };
    Ok(Named { value: plans.into_iter().map(view).collect(), names })
}

pub(super) async fn addon_views(
    tx: &mut Tx<'_>,
    caller: &Caller,
    addons: Vec<Addon>,
) -> Result<Named<Vec<AddonView>>, Error> {
    let ids: Vec<i64> = addons.iter().map(|addon| addon.id.0).collect();
    let briefs = plan_briefs(tx, addons.iter().flat_map(|addon| addon.plans.selected())).await?;
    let taxes = taxes(tx, addons.iter().map(|addon| addon.tax_group_id)).await?;
    let mut hung = hang(tx, caller, AddonId::WORD, ids).await?;
    let names =
        addons.iter().flat_map(|addon| [Some(addon.id.0), Some(addon.product_id.0), addon.tax_group_id.map(i64::from)]);
    let names = Names::load(tx, caller, &distinct(names)).await?;
    let view = |addon: Addon| AddonView {
        plans: addon.plans.selected().iter().filter_map(|plan| briefs.get(plan).cloned()).collect(),
        tax: addon.tax_group_id.and_then(|id| taxes.get(&id).cloned()),
        hung: hung.remove(&addon.id.0).unwrap_or_default(),
        addon,
    };
    Ok(Named { value: addons.into_iter().map(view).collect(), names })
}

pub(super) async fn coupon_views(
    tx: &mut Tx<'_>,
    caller: &Caller,
    coupons: Vec<Coupon>,
    now: Timestamp,
) -> Result<Named<Vec<CouponView>>, Error> {
    let business_at = super::invoice::business_now(tx, now).await?;
    let today = today(tx, business_at).await?;
    let plans = plan_briefs(tx, coupons.iter().flat_map(|coupon| coupon.plans.selected())).await?;
    let addon_ids: BTreeSet<AddonId> = coupons.iter().flat_map(|coupon| coupon.addons.selected()).copied().collect();
    let addon_ids: Vec<AddonId> = addon_ids.into_iter().collect();
    let addons = store::addons::load_many(tx, &addon_ids, &[]).await?;
    let addons: HashMap<AddonId, Brief<AddonId>> = addons
        .into_iter()
        .map(|addon| (addon.id, Brief { id: addon.id, code: addon.code, name: addon.name }))
        .collect();
    let names = coupons.iter().flat_map(|coupon| [Some(coupon.id.0), Some(coupon.product_id.0), None]);
    let names = Names::load(tx, caller, &distinct(names)).await?;
    let view = |coupon: Coupon| CouponView {
        status: coupon.status(today),
        plans: coupon.plans.selected().iter().filter_map(|plan| plans.get(plan).cloned()).collect(),
        addons: coupon.addons.selected().iter().filter_map(|addon| addons.get(addon).cloned()).collect(),
        coupon,
    };
    Ok(Named { value: coupons.into_iter().map(view).collect(), names })
}

pub(super) async fn item_views(
    tx: &mut Tx<'_>,
    caller: &Caller,
    items: Vec<Item>,
) -> Result<Named<Vec<ItemView>>, Error> {
    let taxes = taxes(tx, items.iter().map(|item| item.tax_group_id)).await?;
    let mut hung = hang(tx, caller, ItemId::WORD, items.iter().map(|item| item.id.0).collect()).await?;
    let names = items.iter().flat_map(|item| [Some(item.id.0), item.tax_group_id.map(i64::from), None]);
    let names = Names::load(tx, caller, &distinct(names)).await?;
    let view = |item: Item| ItemView {
        tax: item.tax_group_id.and_then(|id| taxes.get(&id).cloned()),
        hung: hung.remove(&item.id.0).unwrap_or_default(),
        item,
    };
    Ok(Named { value: items.into_iter().map(view).collect(), names })
}

fn distinct(ids: impl Iterator<Item = Option<i64>>) -> Vec<i64> {
    let distinct: BTreeSet<i64> = ids.flatten().collect();
    distinct.into_iter().collect()
}

async fn plan_briefs<'a>(
    tx: &mut Tx<'_>,
    ids: impl Iterator<Item = &'a PlanId>,
) -> Result<HashMap<PlanId, Brief<PlanId>>, Error> {
    let ids: BTreeSet<PlanId> = ids.copied().collect();
    let ids: Vec<PlanId> = ids.into_iter().collect();
    let plans = store::plans::load_many(tx, &ids, &[]).await?;
    Ok(plans.into_iter().map(|plan| (plan.id, Brief { id: plan.id, code: plan.code, name: plan.name })).collect())
}

async fn taxes(
    tx: &mut Tx<'_>,
    ids: impl Iterator<Item = Option<TaxGroupId>>,
) -> Result<HashMap<TaxGroupId, TaxGroup>, Error> {
    let ids: BTreeSet<TaxGroupId> = ids.flatten().collect();
    let ids: Vec<TaxGroupId> = ids.into_iter().collect();
    let groups = store::catalogue::groups_by_id(tx, &ids).await?;
    Ok(groups.into_iter().map(|group| (group.id, group)).collect())
}

/// What hangs on these objects of one kind, by object.
async fn hang(
    tx: &mut Tx<'_>,
    caller: &Caller,
    kind: &'static str,
    ids: Vec<i64>,
) -> Result<HashMap<i64, Hung>, Error> {
    let mut hung: HashMap<i64, Hung> = HashMap::new();
    if ids.is_empty() {
        return Ok(hung);
    }
    let values = store::names::values(tx, kind, &ids).await?;
    if !values.is_empty() {
        let defined = store::names::custom_fields(tx).await?;
        let defined: HashMap<_, _> = defined.into_iter().map(|field| (field.id, field)).collect();
        for (object, value) in values {
            if let Some(field) = defined.get(&value.field_id) {
                hung.entry(object).or_default().custom_fields.push((field.clone(), value.value));
            }
        }
    }
    for tag in store::names::tags(tx, kind, &ids).await? {
        let tags = &mut hung.entry(tag.object_id).or_default().tags;
        tags.push(LineTag { tag_id: tag.tag_id, option_id: tag.option_id });
    }
    for car in store::names::side_cars(tx, kind, &ids).await? {
        if car.face == caller.face.word() {
            hung.entry(car.object_id).or_default().side_cars.push((car.face, car.content));
        }
    }
    Ok(hung)
}

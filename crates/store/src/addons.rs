//! Add-ons.

use crate::columns::Columns;
use crate::offers::{Page, read_price_model, write_price_model};
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::catalogue::{Addon, AddonKind, IntervalUnit, PlanScope};
use domain::id::{AddonId, PlanId, ProductId, TaxGroupId};
use std::collections::HashMap;

macro_rules! addons_from {
    () => {
        "SELECT a.id, a.product_id, a.code, a.name, a.description, a.unit, a.kind, a.interval_unit, a.currency, \
         a.price_model, a.plans_scope, a.tax_group_id, a.exemption_code, a.exemption_reason, a.is_active, \
         a.created_at, a.updated_at FROM addons a "
    };
}

insert! {
    INSERT_ADDON = "addons" (tenant_id, id, product_id, code, name, description, unit, kind, interval_unit, currency,
        price_model, plans_scope, tax_group_id, exemption_code, exemption_reason, is_active, created_at, updated_at);
    INSERT_SELECTED_PLAN = "addon_plans" (tenant_id, addon_id, plan_id);
}

sql! {
    locks LOCK_ADDON = concat!(addons_from!(), "WHERE a.tenant_id = $1 AND (a.id = $2 OR a.code = $3)");
    LOAD_ADDONS = concat!(addons_from!(), "WHERE a.tenant_id = $1 AND (a.id @in($2) OR a.code @in($3)) ORDER BY a.id");
    LIST_ADDONS = concat!(addons_from!(), "WHERE a.tenant_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3");
    PAGE_ADDONS = concat!(addons_from!(), "WHERE a.tenant_id = $1 \
        AND (CAST($2 AS BIGINT) IS NULL OR a.is_active = $2) AND (CAST($3 AS BIGINT) IS NULL OR a.product_id = $3) \
        AND (CAST($6 AS TEXT) IS NULL OR a.kind = $6) ORDER BY a.created_at DESC, a.id DESC LIMIT $4 OFFSET $5");
    LOAD_ADDONS_OF_PLANS = "SELECT p.id, a.id FROM plans p JOIN addons a ON a.tenant_id = p.tenant_id \
        AND a.product_id = p.product_id LEFT JOIN addon_plans s ON s.tenant_id = a.tenant_id AND s.addon_id = a.id \
        AND s.plan_id = p.id WHERE p.tenant_id = $1 AND p.id @in($2) \
        AND (a.plans_scope = 'all' OR (a.plans_scope = 'select' AND s.plan_id IS NOT NULL)) ORDER BY p.id, a.id";
    LOAD_SELECTED_PLANS = "SELECT addon_id, plan_id FROM addon_plans WHERE tenant_id = $1 AND addon_id @in($2) \
        ORDER BY addon_id, plan_id";
    UPDATE_ADDON = "UPDATE addons SET product_id = $3, code = $4, name = $5, description = $6, unit = $7, kind = $8, \
        interval_unit = $9, currency = $10, price_model = $11, plans_scope = $12, tax_group_id = $13, \
        exemption_code = $14, exemption_reason = $15, is_active = $16, updated_at = $17 \
        WHERE tenant_id = $1 AND id = $2";
    DELETE_ADDON = "DELETE FROM addons WHERE tenant_id = $1 AND id = $2";
    CLEAR_SELECTED_PLANS = "DELETE FROM addon_plans WHERE tenant_id = $1 AND addon_id = $2";
    CLEAR_ADDON_COUPONS = "DELETE FROM coupon_addons WHERE tenant_id = $1 AND addon_id = $2";
    ADDON_IN_USE = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM invoice_lines WHERE tenant_id = $1 AND item_id = $2 LIMIT 1) l";
}

/// The row without its selected plans, which `with_plans` adds.
fn addon(row: &Row<'_>) -> Result<Addon> {
    let mut c = Columns::of(row);
    Ok(Addon {
        id: AddonId(c.int()?),
        product_id: ProductId(c.int()?),
        code: c.text()?,
        name: c.text()?,
        description: c.text()?,
        unit: c.text()?,
        kind: c.word(AddonKind::from_word)?,
        interval_unit: c.opt_word(IntervalUnit::from_word)?,
        currency: c.currency()?,
        price: read_price_model(&c.text()?)?,
        plans: c.word(|word| PlanScope::of_word(word, Vec::new()))?,
        tax_group_id: c.opt_int()?.map(TaxGroupId),
        exemption: c.exemption()?,
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

async fn with_plans(tx: &mut Tx<'_>, mut addons: Vec<Addon>) -> Result<Vec<Addon>> {
    let tenant = tx.tenant();
    let selecting: Vec<AddonId> =
        addons.iter().filter(|addon| matches!(addon.plans, PlanScope::Select(_))).map(|addon| addon.id).collect();
    if selecting.is_empty() {
        return Ok(addons);
    }
    let read = |row: &Row<'_>| Ok((AddonId(row.int(0)?), PlanId(row.int(1)?)));
    let mut by_addon: HashMap<AddonId, Vec<PlanId>> = HashMap::new();
    for (addon, plan) in tx.all(&LOAD_SELECTED_PLANS, params![tenant, &selecting], read).await? {
        by_addon.entry(addon).or_default().push(plan);
    }
    for addon in &mut addons {
        if let PlanScope::Select(plans) = &mut addon.plans {
            *plans = by_addon.remove(&addon.id).unwrap_or_default();
        }
    }
    Ok(addons)
}

fn bind<'a>(addon: &'a Addon, price: &'a str) -> Vec<Value<'a>> {
    vec![
        Value::from(addon.id),
        Value::from(addon.product_id),
        Value::from(addon.code.as_str()),
        Value::from(addon.name.as_str()),
        Value::from(addon.description.as_str()),
        Value::from(addon.unit.as_str()),
        Value::from(addon.kind.word()),
        Value::from(addon.interval_unit.map(IntervalUnit::word)),
        Value::from(addon.currency.code()),
        Value::from(price),
        Value::from(addon.plans.word()),
        Value::from(addon.tax_group_id),
        Value::from(addon.exemption.as_ref().map(|exemption| exemption.code.as_str())),
        Value::from(addon.exemption.as_ref().map(|exemption| exemption.reason.as_str())),
        Value::from(addon.is_active),
    ]
}

async fn select_plans(tx: &mut Tx<'_>, addon: &Addon) -> Result<()> {
    let tenant = tx.tenant();
    let rows =
        addon.plans.selected().iter().map(|plan| [Value::from(tenant), Value::from(addon.id), Value::from(*plan)]);
    let rows = Batch::of(&INSERT_SELECTED_PLAN, rows);
    tx.insert_many(&INSERT_SELECTED_PLAN, &rows).await.map(drop)
}

pub async fn insert(tx: &mut Tx<'_>, addon: &Addon) -> Result<()> {
    let price = write_price_model(&addon.price);
    let mut row = vec![Value::from(tx.tenant())];
    row.extend(bind(addon, &price));
    row.extend([Value::from(addon.created_at), Value::from(addon.updated_at)]);
    tx.insert(&INSERT_ADDON, &row).await?;
    select_plans(tx, addon).await
}

pub async fn update(tx: &mut Tx<'_>, addon: &Addon) -> Result<bool> {
    let price = write_price_model(&addon.price);
    let tenant = tx.tenant();
    let mut row = vec![Value::from(tenant)];
    row.extend(bind(addon, &price));
    row.push(Value::from(addon.updated_at));
    let found = tx.exec(&UPDATE_ADDON, &row).await? == 1;
    tx.exec(&CLEAR_SELECTED_PLANS, params![tenant, addon.id]).await?;
    select_plans(tx, addon).await?;
    Ok(found)
}

/// By its id or its code, locked.
pub async fn lock(tx: &mut Tx<'_>, id: Option<AddonId>, code: Option<&str>) -> Result<Option<Addon>> {
    let tenant = tx.tenant();
    let found = tx.opt(&LOCK_ADDON, params![tenant, id, code], addon).await?;
    Ok(with_plans(tx, found.into_iter().collect()).await?.pop())
}

/// By ids or codes, in id order.
pub async fn load_many(tx: &mut Tx<'_>, ids: &[AddonId], codes: &[String]) -> Result<Vec<Addon>> {
    if ids.is_empty() && codes.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let found = tx.all(&LOAD_ADDONS, params![tenant, ids, codes], addon).await?;
    with_plans(tx, found).await
}

/// In id order after `after` (0 for the first page).
pub async fn list(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Addon>> {
    let tenant = tx.tenant();
    let found = tx.all(&LIST_ADDONS, params![tenant, after, limit], addon).await?;
    with_plans(tx, found).await
}

/// Newest first; of one kind or all.
pub async fn page(tx: &mut Tx<'_>, page: &Page, kind: Option<AddonKind>) -> Result<Vec<Addon>> {
    let mut values = vec![Value::from(tx.tenant())];
    values.extend(page.values());
    values.push(Value::from(kind.map(AddonKind::word)));
    let found = tx.all(&PAGE_ADDONS, &values, addon).await?;
    with_plans(tx, found).await
}

/// Which add-ons go with each of these plans: those for all plans of its product, and those that select it.
pub async fn of_plans(tx: &mut Tx<'_>, plans: &[PlanId]) -> Result<Vec<(PlanId, AddonId)>> {
    let tenant = tx.tenant();
    let read = |row: &Row<'_>| Ok((PlanId(row.int(0)?), AddonId(row.int(1)?)));
    tx.all(&LOAD_ADDONS_OF_PLANS, params![tenant, plans], read).await
}

/// Whether a line names it. Lines name what was sold by its id, which no two objects of a tenant share.
pub async fn in_use(tx: &mut Tx<'_>, id: AddonId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&ADDON_IN_USE, params![tenant, id], |row| row.int(0)).await? > 0)
}

/// Coupons that were for it no longer are.
pub async fn delete(tx: &mut Tx<'_>, id: AddonId) -> Result<bool> {
    let tenant = tx.tenant();
    for sql in [&CLEAR_SELECTED_PLANS, &CLEAR_ADDON_COUPONS] {
        tx.exec(sql, params![tenant, id]).await?;
    }
    Ok(tx.exec(&DELETE_ADDON, params![tenant, id]).await? == 1)
}

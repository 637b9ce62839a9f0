//! Plans and their published versions.

use crate::columns::Columns;
use crate::offers::{Page, read_price_model, write_price_model};
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::catalogue::{IntervalUnit, Plan, PlanTerms, PlanVersion};
use domain::id::{AddonId, PlanId, PlanVersionId, ProductId, TaxGroupId};

macro_rules! version_columns {
    () => {
        "v.id, v.number, v.currency, v.price_model, v.interval_count, v.interval_unit, v.billing_cycles, \
         v.trial_days, v.setup_fee_mantissa, v.setup_fee_scale, v.is_setup_fee_immediate, v.tax_group_id, \
         v.exemption_code, v.exemption_reason, v.published_at"
    };
}

macro_rules! plans_from {
    () => {
        concat!(
            "SELECT p.id, p.product_id, p.code, p.name, p.description, p.unit, p.is_active, p.created_at, \
             p.updated_at, ",
            version_columns!(),
            " FROM plans p JOIN plan_versions v ON v.tenant_id = p.tenant_id AND v.plan_id = p.id \
             AND v.number = p.version_number "
        )
    };
}

insert! {
    INSERT_PLAN = "plans" (tenant_id, id, product_id, code, name, description, unit, is_active, version_number,
        created_at, updated_at);
    INSERT_PLAN_VERSION = "plan_versions" (tenant_id, plan_id, number, id, currency, price_model, interval_count,
        interval_unit, billing_cycles, trial_days, setup_fee_mantissa, setup_fee_scale, is_setup_fee_immediate,
        tax_group_id, exemption_code, exemption_reason, published_at);
    INSERT_ADDON_PLAN = "addon_plans" (tenant_id, addon_id, plan_id);
}

sql! {
    locks LOCK_PLAN = concat!(plans_from!(), "WHERE p.tenant_id = $1 AND (p.id = $2 OR p.code = $3)");
    LOAD_PLANS = concat!(plans_from!(), "WHERE p.tenant_id = $1 AND (p.id @in($2) OR p.code @in($3)) ORDER BY p.id");
    LIST_PLANS = concat!(plans_from!(), "WHERE p.tenant_id = $1 AND p.id > $2 ORDER BY p.id LIMIT $3");
    PAGE_PLANS = concat!(plans_from!(), "WHERE p.tenant_id = $1 \
        AND (CAST($2 AS BIGINT) IS NULL OR p.is_active = $2) AND (CAST($3 AS BIGINT) IS NULL OR p.product_id = $3) \
        ORDER BY p.created_at DESC, p.id DESC LIMIT $4 OFFSET $5");
    LIST_PLAN_VERSIONS = concat!("SELECT ", version_columns!(), " FROM plan_versions v \
        WHERE v.tenant_id = $1 AND v.plan_id = $2 AND v.number > $3 ORDER BY v.number LIMIT $4");
    LOAD_PLAN_VERSION = concat!("SELECT ", version_columns!(), ", v.plan_id FROM plan_versions v \
        WHERE v.tenant_id = $1 AND v.id = $2");
    UPDATE_PLAN = "UPDATE plans SET product_id = $3, code = $4, name = $5, description = $6, unit = $7, is_active = $8, \
        version_number = $9, updated_at = $10 WHERE tenant_id = $1 AND id = $2";
    DELETE_PLAN = "DELETE FROM plans WHERE tenant_id = $1 AND id = $2";
    DELETE_PLAN_VERSIONS = "DELETE FROM plan_versions WHERE tenant_id = $1 AND plan_id = $2";
    CLEAR_PLAN_ADDONS = "DELETE FROM addon_plans WHERE tenant_id = $1 AND plan_id = $2";
    CLEAR_PLAN_COUPONS = "DELETE FROM coupon_plans WHERE tenant_id = $1 AND plan_id = $2";
    PLAN_IN_USE = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM invoice_lines WHERE tenant_id = $1 AND item_id = $2 LIMIT 1) l";
}

fn version(c: &mut Columns<'_, '_>, plan_id: PlanId) -> Result<PlanVersion> {
    Ok(PlanVersion {
        id: PlanVersionId(c.int()?),
        plan_id,
        number: c.int()?,
        terms: PlanTerms {
            currency: c.currency()?,
            price: read_price_model(&c.text()?)?,
            interval: c.int()?,
            interval_unit: c.word(IntervalUnit::from_word)?,
            billing_cycles: c.opt_int()?,
            trial_days: c.int()?,
            setup_fee: c.decimal()?,
            is_setup_fee_immediate: c.flag()?,
            tax_group_id: c.opt_int()?.map(TaxGroupId),
            exemption: c.exemption()?,
        },
        published_at: c.instant()?,
    })
}

fn plan(row: &Row<'_>) -> Result<Plan> {
    let mut c = Columns::of(row);
    let id = PlanId(c.int()?);
    Ok(Plan {
        id,
        product_id: ProductId(c.int()?),
        code: c.text()?,
        name: c.text()?,
        description: c.text()?,
        unit: c.text()?,
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
        version: version(&mut c, id)?,
    })
}

/// The plan with its first version.
pub async fn insert(tx: &mut Tx<'_>, plan: &Plan) -> Result<()> {
    let row = params![
        tx.tenant(),
        plan.id,
        plan.product_id,
        plan.code.as_str(),
        plan.name.as_str(),
        plan.description.as_str(),
        plan.unit.as_str(),
        plan.is_active,
        plan.version.number,
        plan.created_at,
        plan.updated_at,
    ];
    tx.insert(&INSERT_PLAN, row).await?;
    publish(tx, &plan.version).await
}

/// One more version; it is sold once the plan names its number.
pub async fn publish(tx: &mut Tx<'_>, version: &PlanVersion) -> Result<()> {
    let terms = &version.terms;
    let row = params![
        tx.tenant(),
        version.plan_id,
        version.number,
        version.id,
        terms.currency.code(),
        write_price_model(&terms.price),
        terms.interval,
        terms.interval_unit.word(),
        terms.billing_cycles,
        terms.trial_days,
        terms.setup_fee.mantissa(),
        i64::from(terms.setup_fee.scale()),
        terms.is_setup_fee_immediate,
        terms.tax_group_id,
        terms.exemption.as_ref().map(|exemption| exemption.code.as_str()),
        terms.exemption.as_ref().map(|exemption| exemption.reason.as_str()),
        version.published_at,
    ];
    tx.insert(&INSERT_PLAN_VERSION, row).await
}

/// Writes the plan's own columns and which version it sells.
pub async fn update(tx: &mut Tx<'_>, plan: &Plan) -> Result<bool> {
    let row = params![
        tx.tenant(),
        plan.id,
        plan.product_id,
        plan.code.as_str(),
        plan.name.as_str(),
        plan.description.as_str(),
        plan.unit.as_str(),
        plan.is_active,
        plan.version.number,
        plan.updated_at,
    ];
    Ok(tx.exec(&UPDATE_PLAN, row).await? == 1)
}

/// By its id or its code, locked.
pub async fn lock(tx: &mut Tx<'_>, id: Option<PlanId>, code: Option<&str>) -> Result<Option<Plan>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_PLAN, params![tenant, id, code], plan).await
}

/// By ids or codes, in id order.
pub async fn load_many(tx: &mut Tx<'_>, ids: &[PlanId], codes: &[String]) -> Result<Vec<Plan>> {
    if ids.is_empty() && codes.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    tx.all(&LOAD_PLANS, params![tenant, ids, codes], plan).await
}

/// In id order after `after` (0 for the first page).
pub async fn list(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Plan>> {
    let tenant = tx.tenant();
    tx.all(&LIST_PLANS, params![tenant, after, limit], plan).await
}

/// Newest first.
pub async fn page(tx: &mut Tx<'_>, page: &Page) -> Result<Vec<Plan>> {
    let mut values = vec![Value::from(tx.tenant())];
    values.extend(page.values());
    tx.all(&PAGE_PLANS, &values, plan).await
}

/// Versions in order after the number `after`.
pub async fn versions(tx: &mut Tx<'_>, id: PlanId, after: i64, limit: i64) -> Result<Vec<PlanVersion>> {
    let tenant = tx.tenant();
    tx.all(&LIST_PLAN_VERSIONS, params![tenant, id, after, limit], |row| version(&mut Columns::of(row), id)).await
}

/// One version, whether it is still sold or not.
pub async fn version_by_id(tx: &mut Tx<'_>, id: PlanVersionId) -> Result<Option<PlanVersion>> {
    let tenant = tx.tenant();
    let read = |row: &Row<'_>| {
        let mut c = Columns::of(row);
        let mut found = version(&mut c, PlanId(0))?;
        found.plan_id = PlanId(c.int()?);
        Ok(found)
    };
    tx.opt(&LOAD_PLAN_VERSION, params![tenant, id], read).await
}

/// Replaces which add-ons are selected for the plan.
pub async fn set_addons(tx: &mut Tx<'_>, id: PlanId, addons: &[AddonId]) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&CLEAR_PLAN_ADDONS, params![tenant, id]).await?;
    let rows = addons.iter().map(|addon| [Value::from(tenant), Value::from(*addon), Value::from(id)]);
    let rows = Batch::of(&INSERT_ADDON_PLAN, rows);
    tx.insert_many(&INSERT_ADDON_PLAN, &rows).await.map(drop)
}

/// Whether a line names it. Lines name what was sold by its id, which no two objects of a tenant share.
pub async fn in_use(tx: &mut Tx<'_>, id: PlanId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&PLAN_IN_USE, params![tenant, id], |row| row.int(0)).await? > 0)
}

/// With all its versions; add-ons and coupons that were for it no longer are.
pub async fn delete(tx: &mut Tx<'_>, id: PlanId) -> Result<bool> {
    let tenant = tx.tenant();
    for sql in [&CLEAR_PLAN_ADDONS, &CLEAR_PLAN_COUPONS, &DELETE_PLAN_VERSIONS] {
        tx.exec(sql, params![tenant, id]).await?;
    }
    Ok(tx.exec(&DELETE_PLAN, params![tenant, id]).await? == 1)
}

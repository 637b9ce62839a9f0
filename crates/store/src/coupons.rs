//! Coupons.

use crate::columns::Columns;
use crate::offers::Page;
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::catalogue::{AddonScope, Coupon, CouponDiscount, CouponKind, PlanScope};
use domain::id::{AddonId, CouponId, PlanId, ProductId};
use domain::money::{Currency, Money, Rate};
use jiff::civil::Date;
use std::collections::HashMap;

macro_rules! coupons_from {
    () => {
        "SELECT c.id, c.product_id, c.code, c.name, c.description, c.kind, c.cycles, c.percent, c.flat, \
         c.flat_currency, c.max_redemptions, c.redemption_count, c.expires_on, c.plans_scope, c.addons_scope, \
         c.is_active, c.created_at, c.updated_at FROM coupons c "
    };
}

insert! {
    INSERT_COUPON = "coupons" (tenant_id, id, product_id, code, name, description, kind, cycles, percent, flat,
        flat_currency, max_redemptions, redemption_count, expires_on, plans_scope, addons_scope, is_active, created_at,
        updated_at);
    INSERT_COUPON_PLAN = "coupon_plans" (tenant_id, coupon_id, plan_id);
    INSERT_COUPON_ADDON = "coupon_addons" (tenant_id, coupon_id, addon_id);
}

sql! {
    locks LOCK_COUPON = concat!(coupons_from!(), "WHERE c.tenant_id = $1 AND (c.id = $2 OR c.code = $3)");
    LOAD_COUPONS = concat!(coupons_from!(),
        "WHERE c.tenant_id = $1 AND (c.id @in($2) OR c.code @in($3)) ORDER BY c.id");
    LIST_COUPONS = concat!(coupons_from!(), "WHERE c.tenant_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3");
    PAGE_COUPONS = concat!(coupons_from!(), "WHERE c.tenant_id = $1 \
        AND (CAST($2 AS BIGINT) IS NULL OR c.is_active = $2) AND (CAST($3 AS BIGINT) IS NULL OR c.product_id = $3) \
        AND (CAST($6 AS TEXT) IS NULL OR c.expires_on < $6) \
        AND (CAST($7 AS TEXT) IS NULL OR c.expires_on IS NULL OR c.expires_on >= $7) \
        AND (CAST($7 AS TEXT) IS NULL OR c.max_redemptions IS NULL OR c.redemption_count < c.max_redemptions) \
        ORDER BY c.created_at DESC, c.id DESC LIMIT $4 OFFSET $5");
    LOAD_COUPON_PLANS = "SELECT coupon_id, plan_id FROM coupon_plans WHERE tenant_id = $1 AND coupon_id @in($2) \
        ORDER BY coupon_id, plan_id";
    LOAD_COUPON_ADDONS = "SELECT coupon_id, addon_id FROM coupon_addons WHERE tenant_id = $1 AND coupon_id @in($2) \
        ORDER BY coupon_id, addon_id";
    UPDATE_COUPON = "UPDATE coupons SET name = $3, description = $4, max_redemptions = $5, redemption_count = $6, \
        expires_on = $7, is_active = $8, updated_at = $9 WHERE tenant_id = $1 AND id = $2";
    DELETE_COUPON = "DELETE FROM coupons WHERE tenant_id = $1 AND id = $2";
    CLEAR_COUPON_PLANS = "DELETE FROM coupon_plans WHERE tenant_id = $1 AND coupon_id = $2";
    CLEAR_COUPON_ADDONS = "DELETE FROM coupon_addons WHERE tenant_id = $1 AND coupon_id = $2";
}

/// What a list of coupons asks of their status; the day is "today".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Can be redeemed.
    Active(Date),
    /// Switched off.
    Inactive,
    /// Switched on, but past its last day.
    Expired(Date),
}

/// The row without what it selects, which `with_scopes` adds.
fn coupon(row: &Row<'_>) -> Result<Coupon> {
    let mut c = Columns::of(row);
    Ok(Coupon {
        id: CouponId(c.int()?),
        product_id: ProductId(c.int()?),
        code: c.text()?,
        name: c.text()?,
        description: c.text()?,
        kind: {
            let (word, cycles) = (c.text()?, c.opt_int()?);
            CouponKind::of_word(&word, cycles).ok_or_else(|| c.fault(&word))?
        },
        discount: {
            let (percent, flat, currency) = (c.opt_int()?, c.opt_int()?, c.opt_word(Currency::from_code)?);
            match (percent, flat, currency) {
                (Some(parts), None, None) => CouponDiscount::Percent(Rate(parts)),
                (None, Some(minor), Some(currency)) => {
                    CouponDiscount::Flat(Money::new(minor, currency).map_err(|_| c.fault("flat"))?)
                }
                _ => return Err(c.fault("discount")),
            }
        },
        max_redemptions: c.opt_int()?,
        redemption_count: c.int()?,
        expires_on: c.opt_date()?,
        plans: c.word(|word| PlanScope::of_word(word, Vec::new()))?,
        addons: c.word(|word| AddonScope::of_word(word, Vec::new()))?,
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

async fn with_scopes(tx: &mut Tx<'_>, mut coupons: Vec<Coupon>) -> Result<Vec<Coupon>> {
    let tenant = tx.tenant();
    let ids: Vec<CouponId> = coupons
        .iter()
        .filter(|coupon| matches!(coupon.plans, PlanScope::Select(_)) || matches!(coupon.addons, AddonScope::Select(_)))
        .map(|coupon| coupon.id)
        .collect();
    if ids.is_empty() {
        return Ok(coupons);
    }
    let found =
        tx.many(&[(&LOAD_COUPON_PLANS, params![tenant, &ids]), (&LOAD_COUPON_ADDONS, params![tenant, &ids])]).await?;
    let pair = |row: &Row<'_>| Ok((CouponId(row.int(0)?), row.int(1)?));
    let mut plans: HashMap<CouponId, Vec<PlanId>> = HashMap::new();
    for (coupon, plan) in found[0].all(pair)? {
        plans.entry(coupon).or_default().push(PlanId(plan));
    }
    let mut addons: HashMap<CouponId, Vec<AddonId>> = HashMap::new();
    for (coupon, addon) in found[1].all(pair)? {
        addons.entry(coupon).or_default().push(AddonId(addon));
    }
    for coupon in &mut coupons {
        if let PlanScope::Select(selected) = &mut coupon.plans {
            *selected = plans.remove(&coupon.id).unwrap_or_default();
        }
        if let AddonScope::Select(selected) = &mut coupon.addons {
            *selected = addons.remove(&coupon.id).unwrap_or_default();
        }
    }
    Ok(coupons)
}

pub async fn insert(tx: &mut Tx<'_>, coupon: &Coupon) -> Result<()> {
    let tenant = tx.tenant();
    let (percent, flat) = match coupon.discount {
        CouponDiscount::Percent(rate) => (Some(rate.0), None),
        CouponDiscount::Flat(amount) => (None, Some(amount)),
    };
    let cycles = match coupon.kind {
        CouponKind::Duration(cycles) => Some(cycles),
        CouponKind::OneTime | CouponKind::Forever => None,
    };
    let row = params![
        tenant,
        coupon.id,
        coupon.product_id,
        coupon.code.as_str(),
        coupon.name.as_str(),
        coupon.description.as_str(),
        coupon.kind.word(),
        cycles,
        percent,
        flat.map(Money::minor),
        flat.map(|amount| amount.currency.code()),
        coupon.max_redemptions,
        coupon.redemption_count,
        coupon.expires_on,
        coupon.plans.word(),
        coupon.addons.word(),
        coupon.is_active,
        coupon.created_at,
        coupon.updated_at,
    ];
    tx.insert(&INSERT_COUPON, row).await?;
    let plans = coupon.plans.selected().iter();
    let plans = plans.map(|plan| [Value::from(tenant), Value::from(coupon.id), Value::from(*plan)]);
    let plans = Batch::of(&INSERT_COUPON_PLAN, plans);
    tx.insert_many(&INSERT_COUPON_PLAN, &plans).await?;
    let addons = coupon.addons.selected().iter();
    let addons = addons.map(|addon| [Value::from(tenant), Value::from(coupon.id), Value::from(*addon)]);
    let addons = Batch::of(&INSERT_COUPON_ADDON, addons);
    tx.insert_many(&INSERT_COUPON_ADDON, &addons).await.map(drop)
}

/// Writes what may change of a coupon: its texts, limits, count and whether it is active.
pub async fn update(tx: &mut Tx<'_>, coupon: &Coupon) -> Result<bool> {
    let row = params![
        tx.tenant(),
        coupon.id,
        coupon.name.as_str(),
        coupon.description.as_str(),
        coupon.max_redemptions,
        coupon.redemption_count,
        coupon.expires_on,
        coupon.is_active,
        coupon.updated_at,
    ];
    Ok(tx.exec(&UPDATE_COUPON, row).await? == 1)
}

/// By its id or its code, locked.
pub async fn lock(tx: &mut Tx<'_>, id: Option<CouponId>, code: Option<&str>) -> Result<Option<Coupon>> {
    let tenant = tx.tenant();
    let found = tx.opt(&LOCK_COUPON, params![tenant, id, code], coupon).await?;
    Ok(with_scopes(tx, found.into_iter().collect()).await?.pop())
}

/// By ids or codes, in id order.
pub async fn load_many(tx: &mut Tx<'_>, ids: &[CouponId], codes: &[String]) -> Result<Vec<Coupon>> {
    let tenant = tx.tenant();
    let found = tx.all(&LOAD_COUPONS, params![tenant, ids, codes], coupon).await?;
    with_scopes(tx, found).await
}

/// In id order after `after` (0 for the first page).
pub async fn list(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Coupon>> {
    let tenant = tx.tenant();
    let found = tx.all(&LIST_COUPONS, params![tenant, after, limit], coupon).await?;
    with_scopes(tx, found).await
}

/// Newest first; of one standing (which takes the place of the page's `is_active`) or all.
pub async fn page(tx: &mut Tx<'_>, page: &Page, standing: Option<Standing>) -> Result<Vec<Coupon>> {
    let (is_active, expired_on, usable_on) = match standing {
        None => (page.is_active, None, None),
        Some(Standing::Active(today)) => (Some(true), None, Some(today)),
        Some(Standing::Inactive) => (Some(false), None, None),
        Some(Standing::Expired(today)) => (Some(true), Some(today), None),
    };
    let mut values = vec![Value::from(tx.tenant())];
    values.extend(Page { is_active, ..*page }.values());
    values.extend([Value::from(expired_on), Value::from(usable_on)]);
    let found = tx.all(&PAGE_COUPONS, &values, coupon).await?;
    with_scopes(tx, found).await
}

pub async fn delete(tx: &mut Tx<'_>, id: CouponId) -> Result<bool> {
    let tenant = tx.tenant();
    for sql in [&CLEAR_COUPON_PLANS, &CLEAR_COUPON_ADDONS] {
        tx.exec(sql, params![tenant, id]).await?;
    }
    Ok(tx.exec(&DELETE_COUPON, params![tenant, id]).await? == 1)
}

//! What is sold and how it is taxed: items, tax rates, tax groups.

use crate::columns::Columns;
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{ItemId, TaxGroupId, TaxRateId};
use domain::item::{Item, ItemKind};
use domain::money::Rate;
use domain::tax::{TaxCategory, TaxComponent, TaxGroup, TaxRate};
use jiff::Timestamp;
use std::collections::HashMap;

macro_rules! item_columns {
    () => {
        "id, kind, name, description, code, external_key, accounting_sku, token, unit, price_mantissa, price_scale, \
         price_currency, tax_group_id, is_active, created_at, updated_at"
    };
}

insert! {
    INSERT_ITEM = "items" (tenant_id, id, kind, name, description, code, external_key, accounting_sku, token, unit,
        price_mantissa, price_scale, price_currency, tax_group_id, is_active, created_at, updated_at);
    INSERT_RATE = "tax_rates" (tenant_id, id, name, rate, authority, is_active, created_at, updated_at);
    INSERT_GROUP = "tax_groups" (tenant_id, id, name, category, exemption_code, exemption_reason, is_active,
        created_at, updated_at);
    INSERT_GROUP_RATE = "tax_group_rates" (tenant_id, group_id, position, rate_id, is_compound);
}

sql! {
    LOAD_ITEM = concat!("SELECT ", item_columns!(), " FROM items WHERE tenant_id = $1 AND id = $2");
    LOAD_ITEMS = concat!("SELECT ", item_columns!(), " FROM items WHERE tenant_id = $1 AND id @in($2) ORDER BY id");
    LOAD_ITEMS_BY_CODE = concat!("SELECT ", item_columns!(),
        " FROM items WHERE tenant_id = $1 AND code @in($2) ORDER BY id");
    LIST_ITEMS = concat!("SELECT ", item_columns!(),
        " FROM items WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    UPDATE_ITEM = "UPDATE items SET kind = $3, name = $4, description = $5, code = $6, external_key = $7, \
        accounting_sku = $8, unit = $9, price_mantissa = $10, price_scale = $11, price_currency = $12, \
        tax_group_id = $13, is_active = $14, updated_at = $15 WHERE tenant_id = $1 AND id = $2";
    DELETE_ITEM = "DELETE FROM items WHERE tenant_id = $1 AND id = $2";
    ITEM_IN_USE = "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM invoice_lines WHERE tenant_id = $1 AND item_id = $2 LIMIT 1) l) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM unbilled_charge_lines WHERE tenant_id = $1 AND item_id = $2 LIMIT 1) u)";
    LIST_RATES = "SELECT id, name, rate, authority, is_active, created_at, updated_at FROM tax_rates \
        WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    LOAD_RATES = "SELECT id, name, rate, authority, is_active, created_at, updated_at FROM tax_rates \
        WHERE tenant_id = $1 AND id @in($2) ORDER BY id";
    RETIRE_RATE = "UPDATE tax_rates SET is_active = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
    LOAD_GROUPS = "SELECT id, name, category, exemption_code, exemption_reason, is_active, created_at, updated_at \
        FROM tax_groups WHERE tenant_id = $1 AND id @in($2) ORDER BY id";
    LIST_GROUPS = "SELECT id, name, category, exemption_code, exemption_reason, is_active, created_at, updated_at \
        FROM tax_groups WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    LOAD_GROUP_RATES = "SELECT m.group_id, r.id, r.name, r.rate, m.is_compound FROM tax_group_rates m \
        JOIN tax_rates r ON r.tenant_id = m.tenant_id AND r.id = m.rate_id \
        WHERE m.tenant_id = $1 AND m.group_id @in($2) ORDER BY m.group_id, m.position";
    RETIRE_GROUP = "UPDATE tax_groups SET is_active = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
}

pub(crate) fn item(row: &Row<'_>) -> Result<Item> {
    let mut c = Columns::of(row);
    Ok(Item {
        id: ItemId(c.int()?),
        kind: c.word(ItemKind::from_word)?,
        name: c.text()?,
        description: c.text()?,
        code: c.opt_text()?,
        external_key: c.opt_text()?,
        accounting_sku: c.opt_text()?,
        token: c.text()?,
        unit: c.text()?,
        unit_price: {
            let (price, currency) = (c.opt_decimal()?, c.opt_word(domain::money::Currency::from_code)?);
            price.zip(currency)
        },
        tax_group_id: c.opt_int()?.map(TaxGroupId),
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

fn price_values(item: &Item) -> [Value<'_>; 3] {
    match &item.unit_price {
        Some((price, currency)) => {
            [Value::from(price.mantissa()), Value::from(i64::from(price.scale())), Value::from(currency.code())]
        }
        None => [Value::Null, Value::Null, Value::Null],
    }
}

pub async fn insert_items(tx: &mut Tx<'_>, items: &[Item]) -> Result<()> {
    let rows = items.iter().map(|item| {
        let mut row = vec![
            Value::from(tx.tenant()),
            Value::from(item.id),
            Value::from(item.kind.word()),
            Value::from(item.name.as_str()),
            Value::from(item.description.as_str()),
            Value::from(item.code.as_deref()),
            Value::from(item.external_key.as_deref()),
            Value::from(item.accounting_sku.as_deref()),
            Value::from(item.token.as_str()),
            Value::from(item.unit.as_str()),
        ];
        row.extend(price_values(item));
        row.extend([
            Value::from(item.tax_group_id),
            Value::from(item.is_active),
            Value::from(item.created_at),
            Value::from(item.updated_at),
        ]);
        row
    });
    let rows = Batch::of(&INSERT_ITEM, rows);
    tx.insert_many(&INSERT_ITEM, &rows).await.map(drop)
}

pub async fn update_item(tx: &mut Tx<'_>, item: &Item) -> Result<bool> {
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(item.id),
        Value::from(item.kind.word()),
        Value::from(item.name.as_str()),
        Value::from(item.description.as_str()),
        Value::from(item.code.as_deref()),
        Value::from(item.external_key.as_deref()),
        Value::from(item.accounting_sku.as_deref()),
        Value::from(item.unit.as_str()),
    ];
    row.extend(price_values(item));
    row.extend([Value::from(item.tax_group_id), Value::from(item.is_active), Value::from(item.updated_at)]);
    Ok(tx.exec(&UPDATE_ITEM, &row).await? == 1)
}

pub async fn item_by_id(tx: &mut Tx<'_>, id: ItemId) -> Result<Option<Item>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_ITEM, params![tenant, id], item).await
}

pub async fn items_by_id(tx: &mut Tx<'_>, ids: &[ItemId]) -> Result<Vec<Item>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(&LOAD_ITEMS, params![tenant, ids.as_slice()], item).await
}

/// The items of these codes, in id order.
pub async fn items_by_code(tx: &mut Tx<'_>, codes: &[String]) -> Result<Vec<Item>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    tx.all(&LOAD_ITEMS_BY_CODE, params![tenant, codes], item).await
}

/// Items in id order after `after` (0 for the first page).
pub async fn items(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Item>> {
    let tenant = tx.tenant();
    tx.all(&LIST_ITEMS, params![tenant, after, limit], item).await
}

pub async fn item_in_use(tx: &mut Tx<'_>, id: ItemId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&ITEM_IN_USE, params![tenant, id], |row| row.int(0)).await? > 0)
}

pub async fn delete_item(tx: &mut Tx<'_>, id: ItemId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_ITEM, params![tenant, id]).await? == 1)
}

fn rate(row: &Row<'_>) -> Result<TaxRate> {
    let mut c = Columns::of(row);
    Ok(TaxRate {
        id: TaxRateId(c.int()?),
        name: c.text()?,
        rate: Rate(c.int()?),
        authority: c.text()?,
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

pub async fn insert_rate(tx: &mut Tx<'_>, rate: &TaxRate) -> Result<()> {
    let row = params![
        tx.tenant(),
        rate.id,
        rate.name.as_str(),
        rate.rate.0,
        rate.authority.as_str(),
        rate.is_active,
        rate.created_at,
        rate.updated_at,
    ];
    tx.insert(&INSERT_RATE, row).await
}

pub async fn rates(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<TaxRate>> {
    let tenant = tx.tenant();
    tx.all(&LIST_RATES, params![tenant, after, limit], rate).await
}

pub async fn rates_by_id(tx: &mut Tx<'_>, ids: &[TaxRateId]) -> Result<Vec<TaxRate>> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(&LOAD_RATES, params![tenant, ids.as_slice()], rate).await
}

/// Rates and groups are never edited or deleted, because lines froze them: they are retired and brought back.
pub async fn set_rate_active(tx: &mut Tx<'_>, id: TaxRateId, is_active: bool, at: Timestamp) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&RETIRE_RATE, params![tenant, id, is_active, at]).await? == 1)
}

pub async fn set_group_active(tx: &mut Tx<'_>, id: TaxGroupId, is_active: bool, at: Timestamp) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&RETIRE_GROUP, params![tenant, id, is_active, at]).await? == 1)
}

pub async fn insert_group(tx: &mut Tx<'_>, group: &TaxGroup) -> Result<()> {
    let tenant = tx.tenant();
    let row = params![
        tenant,
        group.id,
        group.name.as_str(),
        group.category.word(),
        group.exemption.as_ref().map(|exemption| exemption.code.as_str()),
        group.exemption.as_ref().map(|exemption| exemption.reason.as_str()),
        group.is_active,
        group.created_at,
        group.updated_at,
    ];
    tx.insert(&INSERT_GROUP, row).await?;
    let rows = (1_i64..).zip(&group.components).map(|(position, component)| {
        [
            Value::from(tenant),
            Value::from(group.id),
            Value::from(position),
            Value::from(component.rate_id),
            Value::from(component.is_compound),
        ]
    });
    let rows = Batch::of(&INSERT_GROUP_RATE, rows);
    tx.insert_many(&INSERT_GROUP_RATE, &rows).await.map(drop)
}

fn group(row: &Row<'_>) -> Result<TaxGroup> {
    let mut c = Columns::of(row);
    Ok(TaxGroup {
        id: TaxGroupId(c.int()?),
        name: c.text()?,
        category: c.word(TaxCategory::from_word)?,
        components: Vec::new(),
        exemption: c.exemption()?,
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

async fn with_components(tx: &mut Tx<'_>, mut groups: Vec<TaxGroup>) -> Result<Vec<TaxGroup>> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = groups.iter().map(|group| group.id.0).collect();
    let rates = tx
        .all(&LOAD_GROUP_RATES, params![tenant, ids.as_slice()], |row| {
            let mut c = Columns::of(row);
            Ok((
                TaxGroupId(c.int()?),
                TaxComponent {
                    rate_id: TaxRateId(c.int()?),
                    name: c.text()?,
                    rate: Rate(c.int()?),
                    is_compound: c.flag()?,
                },
            ))
        })
        .await?;
    let mut by_group: HashMap<TaxGroupId, Vec<TaxComponent>> = HashMap::new();
    for (group, component) in rates {
        by_group.entry(group).or_default().push(component);
    }
    for group in &mut groups {
        group.components = by_group.remove(&group.id).unwrap_or_default();
    }
    Ok(groups)
}

pub async fn groups_by_id(tx: &mut Tx<'_>, ids: &[TaxGroupId]) -> Result<Vec<TaxGroup>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let groups = tx.all(&LOAD_GROUPS, params![tenant, ids.as_slice()], group).await?;
    with_components(tx, groups).await
}

pub async fn groups(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<TaxGroup>> {
    let tenant = tx.tenant();
    let groups = tx.all(&LIST_GROUPS, params![tenant, after, limit], group).await?;
    with_components(tx, groups).await
}

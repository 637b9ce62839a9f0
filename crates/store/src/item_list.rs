//! Lists of items by what they are called, cost and how they are taxed, in one of a few orders.

use crate::catalogue::item;
use crate::invoice_list::Direction;
use crate::{Result, Tx, Value, params, sql};
use domain::id::TaxGroupId;
use domain::item::Item;
use domain::money::Decimal;

/// What the rows are sorted by; the id breaks ties in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemOrder {
    CreatedAt,
    Name,
    /// By the number, whatever the currency; items without a price first.
    UnitPrice,
    /// By the name of the tax group; untaxed items first.
    TaxName,
}

/// What a list of items asks for. Texts that are `None` are not asked for; all are joined by AND.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemQuery {
    pub is_active: Option<bool>,
    pub name: Option<TextMatch>,
    pub description: Option<TextMatch>,
    /// In the name, the code or the description.
    pub search: Option<String>,
    pub code: Option<String>,
    pub unit_price: Option<Decimal>,
    /// Only prices above and below these.
    pub above: Option<PriceBound>,
    pub below: Option<PriceBound>,
    pub tax_group_id: Option<TaxGroupId>,
    pub order: (ItemOrder, Direction),
    pub offset: i64,
    pub limit: i64,
}

/// One end of a range of prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBound {
    pub price: Decimal,
    /// Whether the price itself belongs to the range.
    pub is_included: bool,
}

/// How a text is asked for; upper and lower case of ASCII count as equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    Is(String),
    StartsWith(String),
    Contains(String),
}

/// 10 to the price's scale.
macro_rules! power {
    () => {
        "(CASE i.price_scale WHEN 0 THEN 1 WHEN 1 THEN 10 WHEN 2 THEN 100 WHEN 3 THEN 1000 WHEN 4 THEN 10000 \
         WHEN 5 THEN 100000 WHEN 6 THEN 1000000 WHEN 7 THEN 10000000 WHEN 8 THEN 100000000 WHEN 9 THEN 1000000000 \
         WHEN 10 THEN 10000000000 WHEN 11 THEN 100000000000 ELSE 1000000000000 END)"
    };
}

/// A price in two numbers that order like it, exact in 64 bits: its whole part, and the rest in parts of 1e-12.
macro_rules! whole {
    () => {
        concat!("(i.price_mantissa / ", power!(), ")")
    };
}

macro_rules! rest {
    () => {
        concat!("((i.price_mantissa % ", power!(), ") * (1000000000000 / ", power!(), "))")
    };
}

macro_rules! items_where {
    () => {
        concat!(
            "SELECT i.id, i.kind, i.name, i.description, i.code, i.external_key, i.accounting_sku, i.token, i.unit, \
             i.price_mantissa, i.price_scale, i.price_currency, i.tax_group_id, i.is_active, i.created_at, \
             i.updated_at FROM items i LEFT JOIN tax_groups g ON g.tenant_id = i.tenant_id AND g.id = i.tax_group_id \
             WHERE i.tenant_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR i.is_active = $2) \
             AND (CAST($3 AS TEXT) IS NULL OR @ilike(i.name, $3)) \
             AND (CAST($4 AS TEXT) IS NULL OR @ilike(i.description, $4)) \
             AND (CAST($5 AS TEXT) IS NULL OR @ilike(i.name, $5) OR @ilike(i.description, $5) OR @ilike(i.code, $5)) \
             AND (CAST($6 AS TEXT) IS NULL OR i.code = $6) \
             AND (CAST($7 AS BIGINT) IS NULL OR (i.price_mantissa = $7 AND i.price_scale = $8)) \
             AND (CAST($9 AS BIGINT) IS NULL OR i.tax_group_id = $9) \
             AND (CAST($10 AS BIGINT) IS NULL OR (",
            whole!(),
            ", ",
            rest!(),
            ") > ($10, $11)) AND (CAST($12 AS BIGINT) IS NULL OR (",
            whole!(),
            ", ",
            rest!(),
            ") < ($12, $13)) "
        )
    };
}

macro_rules! by_price {
    ($direction:literal) => {
        concat!(
            "ORDER BY COALESCE(",
            whole!(),
            ", -1) ",
            $direction,
            ", COALESCE(",
            rest!(),
            ", -1) ",
            $direction,
            ", i.id ",
            $direction,
            " LIMIT $14 OFFSET $15"
        )
    };
}

sql! {
    ITEMS_BY_CREATED_UP = concat!(items_where!(), "ORDER BY i.created_at, i.id LIMIT $14 OFFSET $15");
    ITEMS_BY_CREATED_DOWN = concat!(items_where!(), "ORDER BY i.created_at DESC, i.id DESC LIMIT $14 OFFSET $15");
    ITEMS_BY_NAME_UP = concat!(items_where!(), "ORDER BY i.name, i.id LIMIT $14 OFFSET $15");
    ITEMS_BY_NAME_DOWN = concat!(items_where!(), "ORDER BY i.name DESC, i.id DESC LIMIT $14 OFFSET $15");
    ITEMS_BY_TAX_UP = concat!(items_where!(), "ORDER BY COALESCE(g.name, ''), i.id LIMIT $14 OFFSET $15");
    ITEMS_BY_TAX_DOWN = concat!(items_where!(), "ORDER BY COALESCE(g.name, '') DESC, i.id DESC LIMIT $14 OFFSET $15");
    ITEMS_BY_PRICE_UP = concat!(items_where!(), by_price!("ASC"));
    ITEMS_BY_PRICE_DOWN = concat!(items_where!(), by_price!("DESC"));
}

impl TextMatch {
    /// As a pattern of LIKE.
    fn pattern(&self) -> String {
        match self {
            TextMatch::Is(text) => escaped(text),
            TextMatch::StartsWith(text) => format!("{}%", escaped(text)),
            TextMatch::Contains(text) => format!("%{}%", escaped(text)),
        }
    }
}

/// A LIKE pattern's own signs, taken literally (ESCAPE '\').
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The two numbers of a price, moved by so many parts of 1e-12.
fn pair(price: Decimal, parts: i64) -> (i64, i64) {
    let power = 10_i64.pow(u32::from(price.scale()));
    let rest = (price.mantissa() % power) * (10_i64.pow(u32::from(Decimal::MAX_SCALE)) / power);
    (price.mantissa() / power, rest + parts)
}

/// The rows of the page. Texts are looked for linearly within the tenant.
pub async fn list(tx: &mut Tx<'_>, query: &ItemQuery) -> Result<Vec<Item>> {
    let sql = match query.order {
        (ItemOrder::CreatedAt, Direction::Ascending) => &ITEMS_BY_CREATED_UP,
        (ItemOrder::CreatedAt, Direction::Descending) => &ITEMS_BY_CREATED_DOWN,
        (ItemOrder::Name, Direction::Ascending) => &ITEMS_BY_NAME_UP,
        (ItemOrder::Name, Direction::Descending) => &ITEMS_BY_NAME_DOWN,
        (ItemOrder::TaxName, Direction::Ascending) => &ITEMS_BY_TAX_UP,
        (ItemOrder::TaxName, Direction::Descending) => &ITEMS_BY_TAX_DOWN,
        (ItemOrder::UnitPrice, Direction::Ascending) => &ITEMS_BY_PRICE_UP,
        (ItemOrder::UnitPrice, Direction::Descending) => &ITEMS_BY_PRICE_DOWN,
    };
    let search = query.search.clone().map(|text| TextMatch::Contains(text).pattern());
    // A price that belongs to the range is made one that does not, a part of 1e-12 further out.
    let above = query.above.map(|bound| pair(bound.price, if bound.is_included { -1 } else { 0 }));
    let below = query.below.map(|bound| pair(bound.price, i64::from(bound.is_included)));
    let values: &[Value<'_>] = params![
        tx.tenant(),
        query.is_active,
        query.name.as_ref().map(TextMatch::pattern),
        query.description.as_ref().map(TextMatch::pattern),
        search,
        query.code.as_deref(),
        query.unit_price.map(Decimal::mantissa),
        query.unit_price.map(|price| i64::from(price.scale())),
        query.tax_group_id,
        above.map(|(whole, _)| whole),
        above.map(|(_, rest)| rest),
        below.map(|(whole, _)| whole),
        below.map(|(_, rest)| rest),
        query.limit,
        query.offset,
    ];
    tx.all(sql, values, item).await
}

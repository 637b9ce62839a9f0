//! Legal entities and their numbering series.

use crate::columns::{Columns, bind_address};
use crate::snapshots::{read_texts, write_list};
use crate::{Result, Row, Tx, Value, insert, params, sql};
use domain::id::{EntityId, SeriesId};
use domain::numbering::{Series, SeriesKind, SeriesReset};
use domain::party::{ClosedBooksPolicy, IssuedPolicy, LegalEntity};
use domain::tax::{PriceMode, TaxRounding};
use jiff::civil::Date;

macro_rules! entity_columns {
    () => {
        "id, name, email, attention, line1, line2, line3, city, state, postcode, country, phone, fax, tax_ids, \
         base_currency, time_zone, language, tax_rounding, price_mode, issued_policy, closed_books_policy, \
         books_closed_through, write_off_relieves_tax, terms_id, terms_name, terms_days, is_default, created_at, \
         updated_at"
    };
}

insert! {
    INSERT_ENTITY = "legal_entities" (tenant_id, id, name, email, attention, line1, line2, line3, city, state,
        postcode, country, phone, fax, tax_ids, base_currency, time_zone, language, tax_rounding, price_mode,
        issued_policy, closed_books_policy, books_closed_through, write_off_relieves_tax, terms_id, terms_name,
        terms_days, is_default, created_at, updated_at);
    INSERT_SERIES = "number_series" (tenant_id, id, entity_id, kind, prefix, width, reset, last_value, year,
        enforces_date_order);
}

sql! {
    LOAD_ENTITY = concat!("SELECT ", entity_columns!(), " FROM legal_entities WHERE tenant_id = $1 AND id = $2");
    LOAD_DEFAULT_ENTITY = concat!("SELECT ", entity_columns!(),
        " FROM legal_entities WHERE tenant_id = $1 AND is_default = 1 ORDER BY id LIMIT 1");
    LIST_ENTITIES = concat!("SELECT ", entity_columns!(), " FROM legal_entities WHERE tenant_id = $1 ORDER BY id");
    UPDATE_ENTITY = "UPDATE legal_entities SET name = $3, email = $4, tax_ids = $5, language = $6, tax_rounding = $7, \
        price_mode = $8, issued_policy = $9, closed_books_policy = $10, books_closed_through = $11, \
        write_off_relieves_tax = $12, terms_id = $13, terms_name = $14, terms_days = $15, updated_at = $16, \
        attention = $17, line1 = $18, line2 = $19, line3 = $20, city = $21, state = $22, postcode = $23, \
        country = $24, phone = $25, fax = $26, time_zone = $27 WHERE tenant_id = $1 AND id = $2";
    LIST_SERIES = "SELECT id, entity_id, kind, prefix, width, reset, last_value, year, enforces_date_order \
        FROM number_series WHERE tenant_id = $1 AND entity_id = $2 ORDER BY id";
    TAKE_NUMBERS = "UPDATE number_series SET \
        last_value = CASE WHEN reset = 'yearly' AND year <> $4 THEN $5 ELSE last_value + $5 END, \
        year = CASE WHEN reset = 'yearly' THEN $4 ELSE year END, \
        last_dated_on = CASE WHEN last_dated_on IS NULL OR last_dated_on < $6 THEN $6 ELSE last_dated_on END \
        WHERE tenant_id = $1 AND entity_id = $2 AND kind = $3 \
        AND (reset <> 'yearly' OR year <= $4) \
        AND (enforces_date_order = 0 OR last_dated_on IS NULL OR last_dated_on <= $7) \
        RETURNING id, entity_id, kind, prefix, width, reset, last_value, year, enforces_date_order";
}

fn entity(row: &Row<'_>) -> Result<LegalEntity> {
    let mut c = Columns::of(row);
    Ok(LegalEntity {
        id: EntityId(c.int()?),
        name: c.text()?,
        email: c.text()?,
        address: c.address()?,
        tax_ids: read_texts(&c.text()?)?,
        base_currency: c.currency()?,
        time_zone: c.text()?,
        language: c.text()?,
        tax_rounding: c.word(TaxRounding::from_word)?,
        price_mode: c.word(PriceMode::from_word)?,
        issued_policy: c.word(IssuedPolicy::from_word)?,
        closed_books_policy: c.word(ClosedBooksPolicy::from_word)?,
        books_closed_through: c.opt_date()?,
        write_off_relieves_tax: c.flag()?,
        default_terms: c.terms()?,
        is_default: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

fn series(row: &Row<'_>) -> Result<Series> {
    let mut c = Columns::of(row);
    Ok(Series {
        id: SeriesId(c.int()?),
        entity_id: EntityId(c.int()?),
        kind: c.word(SeriesKind::from_word)?,
        prefix: c.text()?,
        width: c.int()?,
        reset: c.word(SeriesReset::from_word)?,
        last: c.int()?,
        year: c.int()?,
        enforces_date_order: c.flag()?,
    })
}

pub async fn insert(tx: &mut Tx<'_>, entity: &LegalEntity) -> Result<()> {
    let tax_ids = write_list(&entity.tax_ids);
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(entity.id),
        Value::from(entity.name.as_str()),
        Value::from(entity.email.as_str()),
    ];
    bind_address(&mut row, &entity.address);
    row.extend([
        Value::from(tax_ids.as_str()),
        Value::from(entity.base_currency.code()),
        Value::from(entity.time_zone.as_str()),
        Value::from(entity.language.as_str()),
        Value::from(entity.tax_rounding.word()),
        Value::from(entity.price_mode.word()),
        Value::from(entity.issued_policy.word()),
        Value::from(entity.closed_books_policy.word()),
        Value::from(entity.books_closed_through),
        Value::from(entity.write_off_relieves_tax),
        Value::from(entity.default_terms.id),
        Value::from(entity.default_terms.name.as_str()),
        Value::from(entity.default_terms.days),
        Value::from(entity.is_default),
        Value::from(entity.created_at),
        Value::from(entity.updated_at),
    ]);
    tx.insert(&INSERT_ENTITY, &row).await
}

pub async fn update(tx: &mut Tx<'_>, entity: &LegalEntity) -> Result<bool> {
    let tax_ids = write_list(&entity.tax_ids);
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(entity.id),
        Value::from(entity.name.as_str()),
        Value::from(entity.email.as_str()),
        Value::from(tax_ids.as_str()),
        Value::from(entity.language.as_str()),
        Value::from(entity.tax_rounding.word()),
        Value::from(entity.price_mode.word()),
        Value::from(entity.issued_policy.word()),
        Value::from(entity.closed_books_policy.word()),
        Value::from(entity.books_closed_through),
        Value::from(entity.write_off_relieves_tax),
        Value::from(entity.default_terms.id),
        Value::from(entity.default_terms.name.as_str()),
        Value::from(entity.default_terms.days),
        Value::from(entity.updated_at),
    ];
    bind_address(&mut row, &entity.address);
    row.push(Value::from(entity.time_zone.as_str()));
    Ok(tx.exec(&UPDATE_ENTITY, &row).await? == 1)
}

pub async fn load(tx: &mut Tx<'_>, id: EntityId) -> Result<Option<LegalEntity>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_ENTITY, params![tenant, id], entity).await
}

/// The entity that issues when nothing else says so.
pub async fn default(tx: &mut Tx<'_>) -> Result<Option<LegalEntity>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_DEFAULT_ENTITY, params![tenant], entity).await
}

pub async fn list(tx: &mut Tx<'_>) -> Result<Vec<LegalEntity>> {
    let tenant = tx.tenant();
    tx.all(&LIST_ENTITIES, params![tenant], entity).await
}

pub async fn insert_series(tx: &mut Tx<'_>, series: &Series) -> Result<()> {
    let row = params![
        tx.tenant(),
        series.id,
        series.entity_id,
        series.kind.word(),
        series.prefix.as_str(),
        series.width,
        series.reset.word(),
        series.last,
        series.year,
        series.enforces_date_order,
    ];
    tx.insert(&INSERT_SERIES, row).await
}

pub async fn series_of(tx: &mut Tx<'_>, entity: EntityId) -> Result<Vec<Series>> {
    let tenant = tx.tenant();
    tx.all(&LIST_SERIES, params![tenant, entity], series).await
}

/// Takes the next `count` numbers of the entity's series for documents of one year, dated from `first` to `last`;
/// the last thing a transaction does, because the row stays locked until it commits. The series returned carries
/// the last value taken. `None` when there is no such series, when a yearly series has already moved on to a
/// later year, or when the series enforces date order and `first` is before its last document.
pub async fn take_numbers(
    tx: &mut Tx<'_>,
    entity: EntityId,
    kind: SeriesKind,
    (first, last): (Date, Date),
    count: i64,
) -> Result<Option<Series>> {
    let tenant = tx.tenant();
    let year = i64::from(last.year());
    tx.opt(&TAKE_NUMBERS, params![tenant, entity, kind.word(), year, count, last, first], series).await
}

//! Legal entities.

use crate::columns::{Columns, bind_address};
use crate::snapshots::{read_texts, write_list};
use crate::{Result, Row, Tx, Value, insert, params, sql};
use domain::id::EntityId;
use domain::party::{ClosedBooksPolicy, IssuedPolicy, LegalEntity};
use domain::tax::{PriceMode, TaxRounding};

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

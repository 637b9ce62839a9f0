//! Payment methods: the cards and bank accounts that gateways keep for customers.

use crate::columns::{Columns, bind_address};
use crate::{Error, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{CredentialId, CustomerId, PaymentMethodId};
use domain::payment::method::{Expiry, Funding, MethodKind, PaymentMethod};

macro_rules! method_columns {
    () => {
        "id, customer_id, kind, gateway, token, last_four, brand, funding, expiry_year, expiry_month, first_name, \
         last_name, attention, line1, line2, line3, city, state, postcode, country, phone, fax, is_active, removed_at, \
         created_by, created_by_id, created_at, updated_at"
    };
}

insert! {
    INSERT_PAYMENT_METHOD = "payment_methods" (tenant_id, id, customer_id, kind, gateway, token, last_four, brand,
        funding, expiry_year, expiry_month, first_name, last_name, attention, line1, line2, line3, city, state,
        postcode, country, phone, fax, is_active, removed_at, created_by, created_by_id, created_at, updated_at);
}

sql! {
    LOAD_PAYMENT_METHOD = concat!("SELECT ", method_columns!(),
        " FROM payment_methods WHERE tenant_id = $1 AND id = $2");
    LOAD_PAYMENT_METHODS = concat!("SELECT ", method_columns!(),
        " FROM payment_methods WHERE tenant_id = $1 AND id @in($2) ORDER BY id");
    LIST_PAYMENT_METHODS = concat!("SELECT ", method_columns!(), " FROM payment_methods \
        WHERE tenant_id = $1 AND customer_id = $2 AND id > $3 AND removed_at IS NULL ORDER BY id LIMIT $4");
    UPDATE_PAYMENT_METHOD = "UPDATE payment_methods SET token = $3, last_four = $4, brand = $5, funding = $6, \
        expiry_year = $7, expiry_month = $8, first_name = $9, last_name = $10, is_active = $11, removed_at = $12, \
        updated_at = $13, attention = $14, line1 = $15, line2 = $16, line3 = $17, city = $18, state = $19, \
        postcode = $20, country = $21, phone = $22, fax = $23 WHERE tenant_id = $1 AND id = $2";
}

sql! {
    locks LOCK_PAYMENT_METHOD = concat!("SELECT ", method_columns!(),
        " FROM payment_methods WHERE tenant_id = $1 AND id = $2");
}

fn method(row: &Row<'_>) -> Result<PaymentMethod> {
    let mut c = Columns::of(row);
    Ok(PaymentMethod {
        id: PaymentMethodId(c.int()?),
        customer_id: CustomerId(c.int()?),
        kind: c.word(MethodKind::from_word)?,
        gateway: c.text()?,
        token: c.text()?,
        last_four: c.text()?,
        brand: c.text()?,
        funding: c.opt_word(Funding::from_word)?,
        expiry: {
            let expiry = c.opt_int()?.zip(c.opt_int()?);
            expiry.map(|(year, month)| Expiry::new(year, month)).transpose().map_err(|_| c.fault("an expiry"))?
        },
        first_name: c.text()?,
        last_name: c.text()?,
        address: c.address()?,
        is_active: c.flag()?,
        removed_at: c.opt_instant()?,
        created_by: c.text()?,
        created_by_id: c.opt_int()?.map(CredentialId),
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

fn expiry_values(expiry: Option<Expiry>) -> [Value<'static>; 2] {
    match expiry {
        Some(Expiry { year, month }) => [Value::from(i64::from(year)), Value::from(i64::from(month))],
        None => [Value::Null, Value::Null],
    }
}

pub async fn insert(tx: &mut Tx<'_>, method: &PaymentMethod) -> Result<()> {
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(method.id),
        Value::from(method.customer_id),
        Value::from(method.kind.word()),
        Value::from(method.gateway.as_str()),
        Value::from(method.token.as_str()),
        Value::from(method.last_four.as_str()),
        Value::from(method.brand.as_str()),
        Value::from(method.funding.map(Funding::word)),
    ];
    row.extend(expiry_values(method.expiry));
    row.extend([Value::from(method.first_name.as_str()), Value::from(method.last_name.as_str())]);
    bind_address(&mut row, &method.address);
    row.extend([
        Value::from(method.is_active),
        Value::from(method.removed_at),
        Value::from(method.created_by.as_str()),
        Value::from(method.created_by_id),
        Value::from(method.created_at),
        Value::from(method.updated_at),
    ]);
    tx.insert(&INSERT_PAYMENT_METHOD, &row).await
}

/// Writes what may change; kind, gateway and customer stay.
pub async fn update(tx: &mut Tx<'_>, method: &PaymentMethod) -> Result<()> {
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(method.id),
        Value::from(method.token.as_str()),
        Value::from(method.last_four.as_str()),
        Value::from(method.brand.as_str()),
        Value::from(method.funding.map(Funding::word)),
    ];
    row.extend(expiry_values(method.expiry));
    row.extend([
        Value::from(method.first_name.as_str()),
        Value::from(method.last_name.as_str()),
        Value::from(method.is_active),
        Value::from(method.removed_at),
        Value::from(method.updated_at),
    ]);
    bind_address(&mut row, &method.address);
    match tx.exec(&UPDATE_PAYMENT_METHOD, &row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("UPDATE_PAYMENT_METHOD")),
    }
}

/// Removed ones too: what was charged with them names them.
pub async fn load(tx: &mut Tx<'_>, id: PaymentMethodId) -> Result<Option<PaymentMethod>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_PAYMENT_METHOD, params![tenant, id], method).await
}

pub async fn load_many(tx: &mut Tx<'_>, ids: &[PaymentMethodId]) -> Result<Vec<PaymentMethod>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    tx.all(&LOAD_PAYMENT_METHODS, params![tenant, ids], method).await
}

/// Locks it against a change at the same moment.
pub async fn lock(tx: &mut Tx<'_>, id: PaymentMethodId) -> Result<Option<PaymentMethod>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_PAYMENT_METHOD, params![tenant, id], method).await
}

/// A customer's methods that are not removed, in id order after `after`.
pub async fn list(tx: &mut Tx<'_>, customer: CustomerId, after: i64, limit: i64) -> Result<Vec<PaymentMethod>> {
    let tenant = tx.tenant();
    tx.all(&LIST_PAYMENT_METHODS, params![tenant, customer, after, limit], method).await
}

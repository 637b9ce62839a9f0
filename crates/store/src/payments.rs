//! Payments. What they were put on is in `applications`, what went back in `refunds`.

use crate::columns::{Columns, bind_fx};
use crate::{Error, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{CustomerId, EntityId, PaymentId};
use domain::payment::{Payment, PaymentMode};

macro_rules! payment_columns {
    () => {
        "p.id, p.entity_id, p.customer_id, p.currency, p.fx_mantissa, p.fx_scale, p.fx_source, p.fx_on, p.amount, \
         p.bank_charges, p.applied, p.refunded, p.unapplied, p.mode, p.received_on, p.reference, p.description, \
         p.gateway, p.gateway_transaction_id, p.is_void, p.version, p.created_at, p.updated_at"
    };
}
pub(crate) use payment_columns;

insert! {
    INSERT_PAYMENT = "payments" (tenant_id, id, entity_id, customer_id, currency, fx_mantissa, fx_scale, fx_source,
        fx_on, amount, base_amount, bank_charges, applied, refunded, unapplied, mode, received_on, reference,
        description, gateway, gateway_transaction_id, is_void, version, created_at, updated_at);
}

sql! {
    LOAD_PAYMENT = concat!("SELECT ", payment_columns!(), " FROM payments p WHERE p.tenant_id = $1 AND p.id = $2");
    LOAD_PAYMENTS = concat!("SELECT ", payment_columns!(),
        " FROM payments p WHERE p.tenant_id = $1 AND p.id @in($2) ORDER BY p.id");
    LIST_PAYMENTS = concat!("SELECT ", payment_columns!(),
        " FROM payments p WHERE p.tenant_id = $1 AND p.id > $2 ORDER BY p.id LIMIT $3");
    LIST_PAYMENTS_OF = concat!("SELECT ", payment_columns!(),
        " FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $4 AND p.id > $2 ORDER BY p.id LIMIT $3");
    LOAD_BASE_AMOUNT = "SELECT base_amount FROM payments WHERE tenant_id = $1 AND id = $2";
    SETTLE_PAYMENT = "UPDATE payments SET applied = $3, refunded = $4, unapplied = $5, is_void = $6, \
        version = version + 1, updated_at = $7 WHERE tenant_id = $1 AND id = $2";
    CORRECT_PAYMENT = "UPDATE payments SET amount = $3, base_amount = $4, bank_charges = $5, mode = $6, \
        received_on = $7, reference = $8, description = $9, fx_mantissa = $10, fx_scale = $11, fx_source = $12, \
        fx_on = $13 WHERE tenant_id = $1 AND id = $2 AND refunded = 0";
    DESCRIBE_PAYMENT = "UPDATE payments SET mode = $3, reference = $4, description = $5 \
        WHERE tenant_id = $1 AND id = $2";
}

sql! {
    locks LOCK_PAYMENTS = concat!("SELECT ", payment_columns!(),
        " FROM payments p WHERE p.tenant_id = $1 AND p.id @in($2) ORDER BY p.id");
}

fn payment(row: &Row<'_>) -> Result<Payment> {
    payment_of(&mut Columns::of(row))
}

pub(crate) fn payment_of(c: &mut Columns<'_, '_>) -> Result<Payment> {
    Ok(Payment {
        id: PaymentId(c.int()?),
        entity_id: EntityId(c.int()?),
        customer_id: CustomerId(c.int()?),
        currency: c.currency()?,
        fx: c.fx()?,
        amount: c.int()?,
        bank_charges: c.int()?,
        applied: c.int()?,
        refunded: c.int()?,
        unapplied: c.int()?,
        mode: c.word(PaymentMode::from_word)?,
        received_on: c.date()?,
        reference: c.text()?,
        description: c.text()?,
        gateway: c.opt_text()?,
        gateway_transaction_id: c.opt_text()?,
        is_void: c.flag()?,
        version: c.int()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

/// `base_amount`: the amount in the legal entity's base currency, minor units.
pub async fn insert(tx: &mut Tx<'_>, payment: &Payment, base_amount: i64) -> Result<()> {
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(payment.id),
        Value::from(payment.entity_id),
        Value::from(payment.customer_id),
        Value::from(payment.currency.code()),
    ];
    bind_fx(&mut row, payment.fx.as_ref());
    row.extend([
        Value::from(payment.amount),
        Value::from(base_amount),
        Value::from(payment.bank_charges),
        Value::from(payment.applied),
        Value::from(payment.refunded),
        Value::from(payment.unapplied),
        Value::from(payment.mode.word()),
        Value::from(payment.received_on),
        Value::from(payment.reference.as_str()),
        Value::from(payment.description.as_str()),
        Value::from(payment.gateway.as_deref()),
        Value::from(payment.gateway_transaction_id.as_deref()),
        Value::from(payment.is_void),
        Value::from(payment.version),
        Value::from(payment.created_at),
        Value::from(payment.updated_at),
    ]);
    tx.insert(&INSERT_PAYMENT, &row).await
}

/// Writes what was applied, refunded and left; bumps the version.
pub async fn settle(tx: &mut Tx<'_>, payment: &Payment) -> Result<()> {
    let row = params![
        tx.tenant(),
        payment.id,
        payment.applied,
        payment.refunded,
        payment.unapplied,
        payment.is_void,
        payment.updated_at,
    ];
    match tx.exec(&SETTLE_PAYMENT, row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("SETTLE_PAYMENT")),
    }
}

/// Writes what a payment says anew of its receipt, while nothing is applied or refunded; what it is put on is
/// written by [`settle`], which bumps the version.
pub async fn correct(tx: &mut Tx<'_>, payment: &Payment, base_amount: i64) -> Result<()> {
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(payment.id),
        Value::from(payment.amount),
        Value::from(base_amount),
        Value::from(payment.bank_charges),
        Value::from(payment.mode.word()),
        Value::from(payment.received_on),
        Value::from(payment.reference.as_str()),
        Value::from(payment.description.as_str()),
    ];
    bind_fx(&mut row, payment.fx.as_ref());
    match tx.exec(&CORRECT_PAYMENT, &row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("CORRECT_PAYMENT")),
    }
}

/// Writes what a payment says of itself beside the money.
pub async fn describe(tx: &mut Tx<'_>, payment: &Payment) -> Result<()> {
    let (reference, description) = (payment.reference.as_str(), payment.description.as_str());
    let row = params![tx.tenant(), payment.id, payment.mode.word(), reference, description];
    match tx.exec(&DESCRIBE_PAYMENT, row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("DESCRIBE_PAYMENT")),
    }
}

pub async fn load(tx: &mut Tx<'_>, id: PaymentId) -> Result<Option<Payment>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_PAYMENT, params![tenant, id], payment).await
}

pub async fn load_many(tx: &mut Tx<'_>, ids: &[PaymentId]) -> Result<Vec<Payment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(&LOAD_PAYMENTS, params![tenant, ids.as_slice()], payment).await
}

/// Loads and locks several, ids ascending.
pub async fn lock_many(tx: &mut Tx<'_>, ids: &[PaymentId]) -> Result<Vec<Payment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    tx.all(&LOCK_PAYMENTS, params![tenant, ids.as_slice()], payment).await
}

/// The amount in base currency as posted when the payment came in.
pub async fn base_amount(tx: &mut Tx<'_>, id: PaymentId) -> Result<i64> {
    let tenant = tx.tenant();
    tx.one(&LOAD_BASE_AMOUNT, params![tenant, id], |row| row.int(0)).await
}

/// Payments in id order after `after` (0 for the first page), of one customer or of all.
pub async fn list(tx: &mut Tx<'_>, customer: Option<CustomerId>, after: i64, limit: i64) -> Result<Vec<Payment>> {
    let tenant = tx.tenant();
    match customer {
        Some(customer) => tx.all(&LIST_PAYMENTS_OF, params![tenant, after, limit, customer], payment).await,
        None => tx.all(&LIST_PAYMENTS, params![tenant, after, limit], payment).await,
    }
}

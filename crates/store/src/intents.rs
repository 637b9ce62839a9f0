//! Payment intents and their attempts: what is charged through gateways, and what is known of it.

use crate::columns::Columns;
use crate::{Error, Result, Row, Tx, insert, params, sql};
use domain::id::{
    CustomerId, EntityId, InvoiceId, PaymentAttemptId, PaymentId, PaymentIntentId, PaymentMethodId, TenantId,
};
use domain::payment::intent::{AttemptState, Cause, IntentState, PaymentAttempt, PaymentIntent};
use jiff::Timestamp;

macro_rules! intent_columns {
    () => {
        "i.id, i.invoice_id, i.customer_id, i.entity_id, i.method_id, i.gateway, i.currency, i.amount, i.cause, \
         i.cause_name, i.state, i.created_at, i.updated_at"
    };
}
pub(crate) use intent_columns;

macro_rules! attempt_columns {
    () => {
        "a.id, a.intent_id, a.number, a.gateway, a.state, a.transaction_id, a.code, a.message, a.payment_id, a.asked, \
         a.leased_until_at, a.ask_after_at, a.created_at, a.submitted_at, a.resolved_at"
    };
}
pub(crate) use attempt_columns;

insert! {
    INSERT_INTENT = "payment_intents" (tenant_id, id, invoice_id, customer_id, entity_id, method_id, gateway, currency,
        amount, cause, cause_name, state, created_at, updated_at);
    INSERT_ATTEMPT = "payment_attempts" (tenant_id, id, intent_id, number, gateway, state, transaction_id, code,
        message, payment_id, asked, leased_until_at, ask_after_at, created_at, submitted_at, resolved_at);
}

sql! {
    LOAD_INTENT = concat!("SELECT ", intent_columns!(),
        " FROM payment_intents i WHERE i.tenant_id = $1 AND i.id = $2");
    FIND_CAUSE = "SELECT id FROM payment_intents WHERE tenant_id = $1 AND cause = $2 AND cause_name = $3";
    FIND_PENDING = "SELECT id FROM payment_intents WHERE tenant_id = $1 AND invoice_id = $2 AND state = 'pending'";
    LIST_INTENTS_ON = concat!("SELECT ", intent_columns!(), " FROM payment_intents i \
        WHERE i.tenant_id = $1 AND i.invoice_id = $2 AND i.id > $3 ORDER BY i.id LIMIT $4");
    SET_INTENT_STATE = "UPDATE payment_intents SET state = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
    LOAD_ATTEMPTS = concat!("SELECT ", attempt_columns!(),
        " FROM payment_attempts a WHERE a.tenant_id = $1 AND a.intent_id = $2 ORDER BY a.number");
    UPDATE_ATTEMPT = "UPDATE payment_attempts SET state = $3, transaction_id = $4, code = $5, message = $6, \
        payment_id = $7, asked = $8, leased_until_at = $9, ask_after_at = $10, submitted_at = $11, resolved_at = $12 \
        WHERE tenant_id = $1 AND id = $2";
    OPEN_ATTEMPTS = "SELECT intent_id FROM payment_attempts WHERE tenant_id = $1 \
        AND state IN ('created', 'submitted', 'unknown') AND ask_after_at <= $2 \
        ORDER BY ask_after_at, id LIMIT $3";
    CHARGES_OF_PAYMENTS = concat!("SELECT ", attempt_columns!(), ", ", intent_columns!(), " FROM payment_attempts a \
        JOIN payment_intents i ON i.tenant_id = a.tenant_id AND i.id = a.intent_id \
        WHERE a.tenant_id = $1 AND a.payment_id @in($2) ORDER BY a.payment_id");
    KEY_TAKEN_AT = "SELECT created_at FROM idempotency WHERE tenant_id = $1 AND key = $2";
    ANSWER_ONCE = "UPDATE idempotency SET answer = $3 WHERE tenant_id = $1 AND key = $2 AND answer IS NULL";
    READ_ANSWER = "SELECT answer FROM idempotency WHERE tenant_id = $1 AND key = $2";
}

sql! {
    locks LOCK_INTENT = concat!("SELECT ", intent_columns!(),
        " FROM payment_intents i WHERE i.tenant_id = $1 AND i.id = $2");
}

sql! {
    global TENANTS_WITH_OPEN_ATTEMPTS = "SELECT DISTINCT tenant_id FROM payment_attempts \
        WHERE state IN ('created', 'submitted', 'unknown') AND ask_after_at <= $1 ORDER BY tenant_id";
}

pub(crate) fn intent_of(c: &mut Columns<'_, '_>) -> Result<PaymentIntent> {
    Ok(PaymentIntent {
        id: PaymentIntentId(c.int()?),
        invoice_id: InvoiceId(c.int()?),
        customer_id: CustomerId(c.int()?),
        entity_id: EntityId(c.int()?),
        method_id: PaymentMethodId(c.int()?),
        gateway: c.text()?,
        currency: c.currency()?,
        amount: c.int()?,
        cause: {
            let (word, name) = (c.text()?, c.text()?);
            Cause::read(&word, name).ok_or_else(|| c.fault(&word))?
        },
        state: c.word(IntentState::from_word)?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

pub(crate) fn attempt_of(c: &mut Columns<'_, '_>) -> Result<PaymentAttempt> {
    Ok(PaymentAttempt {
        id: PaymentAttemptId(c.int()?),
        intent_id: PaymentIntentId(c.int()?),
        number: c.int()?,
        gateway: c.text()?,
        state: c.word(AttemptState::from_word)?,
        transaction: c.opt_text()?,
        code: c.text()?,
        message: c.text()?,
        payment_id: c.opt_int()?.map(PaymentId),
        asked: c.int()?,
        leased_until_at: c.opt_instant()?,
        ask_after_at: c.instant()?,
        created_at: c.instant()?,
        submitted_at: c.opt_instant()?,
        resolved_at: c.opt_instant()?,
    })
}

fn intent(row: &Row<'_>) -> Result<PaymentIntent> {
    intent_of(&mut Columns::of(row))
}

/// A second intent of the same cause, or a second pending one of the same invoice, is [`Error::Conflict`].
pub async fn insert(tx: &mut Tx<'_>, intent: &PaymentIntent) -> Result<()> {
    let name = intent.cause.name(intent.id);
    let row = params![
        tx.tenant(),
        intent.id,
        intent.invoice_id,
        intent.customer_id,
        intent.entity_id,
        intent.method_id,
        intent.gateway.as_str(),
        intent.currency.code(),
        intent.amount,
        intent.cause.word(),
        name.as_str(),
        intent.state.word(),
        intent.created_at,
        intent.updated_at,
    ];
    tx.insert(&INSERT_INTENT, row).await
}

/// A transaction of the gateway that another attempt has already is [`Error::Conflict`].
pub async fn insert_attempt(tx: &mut Tx<'_>, attempt: &PaymentAttempt) -> Result<()> {
    let row = params![
        tx.tenant(),
        attempt.id,
        attempt.intent_id,
        attempt.number,
        attempt.gateway.as_str(),
        attempt.state.word(),
        attempt.transaction.as_deref(),
        attempt.code.as_str(),
        attempt.message.as_str(),
        attempt.payment_id,
        attempt.asked,
        attempt.leased_until_at,
        attempt.ask_after_at,
        attempt.created_at,
        attempt.submitted_at,
        attempt.resolved_at,
    ];
    tx.insert(&INSERT_ATTEMPT, row).await
}

pub async fn update_attempt(tx: &mut Tx<'_>, attempt: &PaymentAttempt) -> Result<()> {
    let row = params![
        tx.tenant(),
        attempt.id,
        attempt.state.word(),
        attempt.transaction.as_deref(),
        attempt.code.as_str(),
        attempt.message.as_str(),
        attempt.payment_id,
        attempt.asked,
        attempt.leased_until_at,
        attempt.ask_after_at,
        attempt.submitted_at,
        attempt.resolved_at,
    ];
    match tx.exec(&UPDATE_ATTEMPT, row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("UPDATE_ATTEMPT")),
    }
}

pub async fn set_state(tx: &mut Tx<'_>, id: PaymentIntentId, state: IntentState, at: Timestamp) -> Result<()> {
    match tx.exec(&SET_INTENT_STATE, params![tx.tenant(), id, state.word(), at]).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("SET_INTENT_STATE")),
    }
}

pub async fn load(tx: &mut Tx<'_>, id: PaymentIntentId) -> Result<Option<PaymentIntent>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_INTENT, params![tenant, id], intent).await
}

/// Locks the intent, and with it its attempts: nobody writes those without it.
pub async fn lock(tx: &mut Tx<'_>, id: PaymentIntentId) -> Result<Option<PaymentIntent>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_INTENT, params![tenant, id], intent).await
}

/// The attempts of an intent by their numbers.
pub async fn attempts(tx: &mut Tx<'_>, id: PaymentIntentId) -> Result<Vec<PaymentAttempt>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_ATTEMPTS, params![tenant, id], |row| attempt_of(&mut Columns::of(row))).await
}

/// The intent of a cause: its word and name.
pub async fn find_cause(tx: &mut Tx<'_>, word: &str, name: &str) -> Result<Option<PaymentIntentId>> {
    let tenant = tx.tenant();
    tx.opt(&FIND_CAUSE, params![tenant, word, name], |row| row.id(0, PaymentIntentId)).await
}

/// The invoice's intent whose outcome is not known.
pub async fn pending(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Option<PaymentIntentId>> {
    let tenant = tx.tenant();
    tx.opt(&FIND_PENDING, params![tenant, invoice], |row| row.id(0, PaymentIntentId)).await
}

/// The invoice's intents in id order after `after`.
pub async fn on_invoice(tx: &mut Tx<'_>, invoice: InvoiceId, after: i64, limit: i64) -> Result<Vec<PaymentIntent>> {
    let tenant = tx.tenant();
    tx.all(&LIST_INTENTS_ON, params![tenant, invoice, after, limit], intent).await
}

/// Intents of whose attempts the gateway is to be asked by `now`, longest waiting first.
pub async fn open(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<PaymentIntentId>> {
    let tenant = tx.tenant();
    tx.all(&OPEN_ATTEMPTS, params![tenant, now, limit], |row| row.id(0, PaymentIntentId)).await
}

/// Tenants that have such attempts. Reads a partial index that holds nothing else.
pub async fn tenants_with_open(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<TenantId>> {
    tx.all(&TENANTS_WITH_OPEN_ATTEMPTS, params![now], |row| row.int(0).map(TenantId)).await
}

/// The charges that made these payments.
pub async fn of_payments(tx: &mut Tx<'_>, ids: &[PaymentId]) -> Result<Vec<(PaymentAttempt, PaymentIntent)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    tx.all(&CHARGES_OF_PAYMENTS, params![tenant, ids], |row| {
        let mut c = Columns::of(row);
        Ok((attempt_of(&mut c)?, intent_of(&mut c)?))
    })
    .await
}

/// When an idempotency key was taken, which tells its uses apart: keys are forgotten after two days.
pub async fn key_taken_at(tx: &mut Tx<'_>, key: &str) -> Result<Option<Timestamp>> {
    let tenant = tx.tenant();
    tx.opt(&KEY_TAKEN_AT, params![tenant, key], |row| row.timestamp(0)).await
}

/// Keeps an answer beside its key unless there is one already, and gives the one that is kept. `None`: the key is
/// forgotten.
pub async fn answer_once(tx: &mut Tx<'_>, key: &str, answer: &[u8]) -> Result<Option<Vec<u8>>> {
    let tenant = tx.tenant();
    tx.exec(&ANSWER_ONCE, params![tenant, key, answer]).await?;
    Ok(tx.opt(&READ_ANSWER, params![tenant, key], |row| row.opt_bytes(0)).await?.flatten())
}

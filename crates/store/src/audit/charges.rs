//! What was charged through gateways.

use super::{Part, part};
use crate::columns::Columns;
use crate::intents::{attempt_columns, attempt_of, intent_columns, intent_of};
use crate::{Result, Tx, params, sql};
use domain::payment::intent::{PaymentAttempt, PaymentIntent};

sql! {
    AUDIT_ATTEMPTS = concat!("SELECT a.id, p.id, p.entity_id, p.customer_id, p.currency, p.amount, p.gateway, \
        p.gateway_transaction_id, ", attempt_columns!(), ", ", intent_columns!(), " FROM payment_attempts a \
        JOIN payment_intents i ON i.tenant_id = a.tenant_id AND i.id = a.intent_id \
        LEFT JOIN payments p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id \
        WHERE a.tenant_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3");
    AUDIT_INTENTS = "SELECT i.id, i.state, CAST(COUNT(a.id) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN a.state = 'succeeded' THEN 1 ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN a.state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT) \
        FROM payment_intents i LEFT JOIN payment_attempts a ON a.tenant_id = i.tenant_id AND a.intent_id = i.id \
        WHERE i.tenant_id = $1 AND i.id > $2 GROUP BY i.id, i.state ORDER BY i.id LIMIT $3";
    AUDIT_DOUBLE_PENDING = "SELECT invoice_id, COUNT(*) FROM payment_intents \
        WHERE tenant_id = $1 AND state = 'pending' GROUP BY invoice_id HAVING COUNT(*) > 1 ORDER BY invoice_id";
    AUDIT_DOUBLE_PAYMENTS = "SELECT payment_id, COUNT(*) FROM payment_attempts \
        WHERE tenant_id = $1 AND payment_id IS NOT NULL GROUP BY payment_id HAVING COUNT(*) > 1 ORDER BY payment_id";
}

/// The payment that an attempt names, as far as the two must agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub entity_id: i64,
    pub customer_id: i64,
    pub currency: String,
    pub amount: i64,
    pub gateway: Option<String>,
    pub transaction: Option<String>,
}

/// An attempt with its intent and the payment that it names, if there is one.
#[derive(Clone, Debug)]
pub struct Charged {
    pub attempt: PaymentAttempt,
    pub intent: PaymentIntent,
    pub payment: Option<Made>,
}

/// Attempts in id order after `after`.
pub async fn attempts(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<Charged>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_ATTEMPTS, params![tenant, after, limit], |row| {
        part(row, |c| {
            let payment = made(c)?;
            Ok(Charged { attempt: attempt_of(c)?, intent: intent_of(c)?, payment })
        })
    })
    .await
}

fn made(c: &mut Columns<'_, '_>) -> Result<Option<Made>> {
    let (id, entity_id, customer_id) = (c.opt_int()?, c.opt_int()?, c.opt_int()?);
    let (currency, amount) = (c.opt_text()?, c.opt_int()?);
    let (gateway, transaction) = (c.opt_text()?, c.opt_text()?);
    Ok(id.map(|_| Made {
        entity_id: entity_id.unwrap_or(0),
        customer_id: customer_id.unwrap_or(0),
        currency: currency.unwrap_or_default(),
        amount: amount.unwrap_or(0),
        gateway,
        transaction,
    }))
}

/// What an intent says of itself, and how many attempts say what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub intent_id: i64,
    pub state: String,
    pub attempts: i64,
    pub succeeded: i64,
    pub failed: i64,
}

/// Intents in id order after `after`.
pub async fn intents(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Tally>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_INTENTS, params![tenant, after, limit], |row| {
        let mut c = Columns::of(row);
        Ok(Tally { intent_id: c.int()?, state: c.text()?, attempts: c.int()?, succeeded: c.int()?, failed: c.int()? })
    })
    .await
}

/// Invoices with more than one pending intent, and how many.
pub async fn double_pending(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64)>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_DOUBLE_PENDING, params![tenant], |row| Ok((row.int(0)?, row.int(1)?))).await
}

/// Payments that more than one attempt names, and how many do.
pub async fn double_payments(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64)>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_DOUBLE_PAYMENTS, params![tenant], |row| Ok((row.int(0)?, row.int(1)?))).await
}

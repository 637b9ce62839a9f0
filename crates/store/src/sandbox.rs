//! The memory of the built-in sandbox gateway: what it charged and what it has still to call back. The books never
//! read it, and nothing of it refers to them; it stands for the database of somebody else.

use crate::columns::Columns;
use crate::{Result, Row, Tx, insert, params, sql};
use domain::id::{PaymentIntentId, TenantId};
use domain::money::{Currency, Money};
use jiff::Timestamp;

/// What the sandbox did for an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxCharge {
    pub intent_id: PaymentIntentId,
    pub token: String,
    pub amount: Money,
    /// Its id when the money was taken; `None`: declined, for the reason below.
    pub transaction: Option<String>,
    pub code: String,
    pub message: String,
    /// Before this instant it says that it does not know yet.
    pub told_from_at: Timestamp,
    pub charged_at: Timestamp,
}

insert! {
    INSERT_CALLBACK = "sandbox_callbacks" (tenant_id, intent_id, position, due_at, delivered_at);
}

sql! {
    INSERT_CHARGE = "INSERT INTO sandbox_charges (tenant_id, intent_id, token, currency, amount, transaction_id, code, \
        message, told_from_at, charged_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        ON CONFLICT (tenant_id, intent_id) DO NOTHING";
    LOAD_CHARGE = "SELECT intent_id, token, currency, amount, transaction_id, code, message, told_from_at, charged_at \
        FROM sandbox_charges WHERE tenant_id = $1 AND intent_id = $2";
    COUNT_CHARGES = "SELECT COUNT(*) FROM sandbox_charges WHERE tenant_id = $1 AND transaction_id IS NOT NULL";
    DUE_CALLBACKS = "SELECT c.position, h.intent_id, h.token, h.currency, h.amount, h.transaction_id, h.code, h.message, \
        h.told_from_at, h.charged_at FROM sandbox_callbacks c \
        JOIN sandbox_charges h ON h.tenant_id = c.tenant_id AND h.intent_id = c.intent_id \
        WHERE c.tenant_id = $1 AND c.delivered_at IS NULL AND c.due_at <= $2 \
        ORDER BY c.due_at, c.intent_id, c.position LIMIT $3";
    DELIVER_CALLBACK = "UPDATE sandbox_callbacks SET delivered_at = $4 \
        WHERE tenant_id = $1 AND intent_id = $2 AND position = $3";
}

sql! {
    global TENANTS_WITH_CALLBACKS = "SELECT DISTINCT tenant_id FROM sandbox_callbacks \
        WHERE delivered_at IS NULL AND due_at <= $1 ORDER BY tenant_id";
}

fn charge_of(c: &mut Columns<'_, '_>) -> Result<SandboxCharge> {
    Ok(SandboxCharge {
        intent_id: PaymentIntentId(c.int()?),
        token: c.text()?,
        amount: {
            let currency: Currency = c.currency()?;
            Money { minor: c.int()?, currency }
        },
        transaction: c.opt_text()?,
        code: c.text()?,
        message: c.text()?,
        told_from_at: c.instant()?,
        charged_at: c.instant()?,
    })
}

fn charge(row: &Row<'_>) -> Result<SandboxCharge> {
    charge_of(&mut Columns::of(row))
}

/// Charges once per intent: what it did the first time is what it did, also when asked again.
pub async fn charge_once(
    tx: &mut Tx<'_>,
    wish: &SandboxCharge,
    callbacks: &[Timestamp],
) -> Result<(SandboxCharge, bool)> {
    let tenant = tx.tenant();
    let row = params![
        tenant,
        wish.intent_id,
        wish.token.as_str(),
        wish.amount.currency.code(),
        wish.amount.minor,
        wish.transaction.as_deref(),
        wish.code.as_str(),
        wish.message.as_str(),
        wish.told_from_at,
        wish.charged_at,
    ];
    let is_first = tx.exec(&INSERT_CHARGE, row).await? == 1;
    if is_first {
        for (position, due_at) in (1_i64..).zip(callbacks) {
            let never: Option<Timestamp> = None;
            tx.insert(&INSERT_CALLBACK, params![tenant, wish.intent_id, position, *due_at, never]).await?;
        }
    }
    let done = tx.one(&LOAD_CHARGE, params![tenant, wish.intent_id], charge).await?;
    Ok((done, is_first))
}

pub async fn find(tx: &mut Tx<'_>, intent: PaymentIntentId) -> Result<Option<SandboxCharge>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_CHARGE, params![tenant, intent], charge).await
}

/// How often money was taken.
pub async fn charges(tx: &mut Tx<'_>) -> Result<i64> {
    let tenant = tx.tenant();
    tx.one(&COUNT_CHARGES, params![tenant], |row| row.int(0)).await
}

/// Callbacks that are due, each with its position among those of its charge.
pub async fn due_callbacks(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<(i64, SandboxCharge)>> {
    let tenant = tx.tenant();
    tx.all(&DUE_CALLBACKS, params![tenant, now, limit], |row| {
        let mut c = Columns::of(row);
        Ok((c.int()?, charge_of(&mut c)?))
    })
    .await
}

pub async fn delivered(tx: &mut Tx<'_>, intent: PaymentIntentId, position: i64, at: Timestamp) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&DELIVER_CALLBACK, params![tenant, intent, position, at]).await.map(drop)
}

/// Tenants with callbacks that are due.
pub async fn tenants_with_callbacks(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<TenantId>> {
    tx.all(&TENANTS_WITH_CALLBACKS, params![now], |row| row.int(0).map(TenantId)).await
}

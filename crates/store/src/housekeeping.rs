//! What the housekeeper asks: which tenants have work for it, and what no promise needs any longer.

use crate::{Result, Tx, params, sql};
use domain::id::TenantId;
use jiff::Timestamp;

sql! {
    FORGET_OLD_COUNTERS = "DELETE FROM rate_counters WHERE tenant_id = $1 AND (name, window_key) IN ( \
        SELECT name, window_key FROM rate_counters WHERE tenant_id = $1 AND last_at < $2 LIMIT $3)";
    FORGET_OLD_NONCES = "DELETE FROM nonces WHERE tenant_id = $1 AND (credential_id, nonce) IN ( \
        SELECT credential_id, nonce FROM nonces WHERE tenant_id = $1 AND seen_at < $2 LIMIT $3)";
    FORGET_OLD_KEYS = "DELETE FROM idempotency WHERE tenant_id = $1 AND key IN ( \
        SELECT key FROM idempotency WHERE tenant_id = $1 AND created_at < $2 LIMIT $3)";
}

sql! {
    global TENANTS_WITH_TAIL = "SELECT DISTINCT tenant_id FROM events WHERE feed_seq IS NULL \
        UNION SELECT DISTINCT tenant_id FROM audit_entries WHERE seal_seq IS NULL ORDER BY tenant_id";
    global TENANT_IDS = "SELECT tenant_id FROM tenants ORDER BY tenant_id";
}

/// Tenants with events that have no place in the feed, or rows of the trail that no seal covers. Reads two partial
/// indexes that hold nothing else.
pub async fn tenants_with_tail(tx: &mut Tx<'_>) -> Result<Vec<TenantId>> {
    tx.all(&TENANTS_WITH_TAIL, params![], |row| row.int(0).map(TenantId)).await
}

pub async fn tenants(tx: &mut Tx<'_>) -> Result<Vec<TenantId>> {
    tx.all(&TENANT_IDS, params![], |row| row.int(0).map(TenantId)).await
}

/// Drops rate counters, nonces, idempotency keys and what is left of OAuth from before `before`, at most `limit` of
/// each, and says how many went.
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64> {
    let bounds = params![tx.tenant(), before, limit];
    let counters = tx.exec(&FORGET_OLD_COUNTERS, bounds).await?;
    let nonces = tx.exec(&FORGET_OLD_NONCES, bounds).await?;
    let keys = tx.exec(&FORGET_OLD_KEYS, bounds).await?;
    let access = crate::oauth::forget(tx, before, limit).await?;
    Ok(counters + nonces + keys + access)
}

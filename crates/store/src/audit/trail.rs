//! The audit trail, its seals, and the event feed.

use super::{Part, part};
use crate::columns::Columns;
use crate::trail::{AuditEntry, Seal};
use crate::{Result, Tx, params, sql};
use jiff::Timestamp;

sql! {
    AUDIT_TRAIL = "SELECT id, id, object_kind, object_id, operation, detail, credential_id, actor, request_id, \
        created_at, content_hash, seal_seq FROM audit_entries WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    AUDIT_SEALS = "SELECT seq, first_id, last_id, entry_count, merkle_root, previous_root, sealed_at \
        FROM audit_seals WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    AUDIT_SEALED = "SELECT seal_seq, id, content_hash FROM audit_entries \
        WHERE tenant_id = $1 AND seal_seq > $2 AND seal_seq <= $3 ORDER BY seal_seq, id";
    AUDIT_UNSEALED = "SELECT COUNT(*), MIN(created_at) FROM audit_entries WHERE tenant_id = $1 AND seal_seq IS NULL";
    AUDIT_FEED = "SELECT id, feed_seq FROM events WHERE tenant_id = $1 AND feed_seq IS NOT NULL ORDER BY feed_seq";
    AUDIT_FEED_HEAD = "SELECT last_seq FROM feed_heads WHERE tenant_id = $1";
    AUDIT_UNSEQUENCED = "SELECT COUNT(*) FROM events WHERE tenant_id = $1 AND feed_seq IS NULL";
}

/// Rows of the trail in id order after `after`.
pub async fn entries(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<AuditEntry>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_TRAIL, params![tenant, after, limit], |row| part(row, crate::trail::audit_entry_of)).await
}

/// Seals after `after`, in order.
pub async fn seals(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Seal>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_SEALS, params![tenant, after, limit], |row| {
        let mut c = Columns::of(row);
        Ok(Seal {
            seq: c.int()?,
            first_id: c.int()?,
            last_id: c.int()?,
            entry_count: c.int()?,
            merkle_root: c.text()?,
            previous_root: c.text()?,
            sealed_at: c.instant()?,
        })
    })
    .await
}

/// Calls `each` with the seal, id and content hash of every row sealed by the seals above `after` up to `through`, in
/// the order of seals and ids.
pub async fn sealed_rows(
    tx: &mut Tx<'_>,
    after: i64,
    through: i64,
    mut each: impl FnMut(i64, i64, &str) + Send,
) -> Result<()> {
    let tenant = tx.tenant();
    let each = |row: &crate::Row<'_>| {
        each(row.int(0)?, row.int(1)?, row.text_ref(2)?);
        Ok(())
    };
    tx.all(&AUDIT_SEALED, params![tenant, after, through], each).await.map(drop)
}

/// How many rows no seal covers yet, and when the oldest of them was written.
pub async fn unsealed(tx: &mut Tx<'_>) -> Result<(i64, Option<Timestamp>)> {
    let tenant = tx.tenant();
    tx.one(&AUDIT_UNSEALED, params![tenant], |row| Ok((row.int(0)?, row.opt_timestamp(1)?))).await
}

/// Calls `each` with the id and the place of every event in the feed, in the feed's order.
pub async fn feed(tx: &mut Tx<'_>, mut each: impl FnMut(i64, i64) + Send) -> Result<()> {
    let tenant = tx.tenant();
    let each = |row: &crate::Row<'_>| {
        each(row.int(0)?, row.int(1)?);
        Ok(())
    };
    tx.all(&AUDIT_FEED, params![tenant], each).await.map(drop)
}

/// The last place of the feed that was given; 0 before the first.
pub async fn feed_head(tx: &mut Tx<'_>) -> Result<i64> {
    let tenant = tx.tenant();
    Ok(tx.opt(&AUDIT_FEED_HEAD, params![tenant], |row| row.int(0)).await?.unwrap_or(0))
}

/// Events that have no place in the feed yet.
pub async fn unsequenced(tx: &mut Tx<'_>) -> Result<i64> {
    let tenant = tx.tenant();
    tx.one(&AUDIT_UNSEQUENCED, params![tenant], |row| row.int(0)).await
}

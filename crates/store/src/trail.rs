//! The audit trail and the outbox: who did what, and what happened. Both are insert-only; an event gets its
//! place in the feed, and an audit row its seal, after commit.

use crate::columns::Columns;
use crate::{Batch, Error, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{AuditId, CredentialId, EventId};
use jiff::Timestamp;

insert! {
    INSERT_AUDIT = "audit_entries" (tenant_id, id, object_kind, object_id, operation, detail, credential_id, actor,
        request_id, created_at, content_hash);
    INSERT_EVENT = "events" (tenant_id, id, event_type, object_kind, object_id, payload, created_at);
    INSERT_SEAL = "audit_seals" (tenant_id, seq, first_id, last_id, entry_count, merkle_root, previous_root,
        sealed_at);
}

sql! {
    pub LOAD_TRAIL = "SELECT id, object_kind, object_id, operation, detail, credential_id, actor, request_id, \
        created_at, content_hash FROM audit_entries \
        WHERE tenant_id = $1 AND object_kind = $2 AND object_id = $3 ORDER BY id LIMIT $4";
    UNSEALED = "SELECT id, object_kind, object_id, operation, detail, credential_id, actor, request_id, created_at, \
        content_hash FROM audit_entries WHERE tenant_id = $1 AND seal_seq IS NULL ORDER BY id LIMIT $2";
    SEALED = "SELECT id, object_kind, object_id, operation, detail, credential_id, actor, request_id, created_at, \
        content_hash FROM audit_entries WHERE tenant_id = $1 AND seal_seq = $2 ORDER BY id";
    COUNT_UNSEALED = "SELECT COUNT(*) FROM audit_entries WHERE tenant_id = $1 AND seal_seq IS NULL";
    MARK_SEALED = "UPDATE audit_entries SET seal_seq = $2 WHERE tenant_id = $1 AND id @in($3) AND seal_seq IS NULL";
    LAST_SEAL = "SELECT seq, merkle_root FROM audit_seals WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1";
    LIST_SEALS = "SELECT seq, first_id, last_id, entry_count, merkle_root, previous_root, sealed_at \
        FROM audit_seals WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    SEQUENCE_EVENTS = "UPDATE events SET feed_seq = $2 + waiting.place FROM ( \
        SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM events \
        WHERE tenant_id = $1 AND feed_seq IS NULL ORDER BY id LIMIT $3) AS waiting \
        WHERE events.tenant_id = $1 AND events.id = waiting.id";
    MAKE_FEED_HEAD = "INSERT INTO feed_heads (tenant_id, last_seq) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING";
    SET_FEED_HEAD = "UPDATE feed_heads SET last_seq = $2 WHERE tenant_id = $1";
    READ_FEED = "SELECT id, event_type, object_kind, object_id, payload, created_at, feed_seq FROM events \
        WHERE tenant_id = $1 AND feed_seq > $2 ORDER BY feed_seq LIMIT $3";
    EVENTS_OF_TYPES = "SELECT id, event_type, object_kind, object_id, payload, created_at, feed_seq FROM events \
        WHERE tenant_id = $1 AND feed_seq IS NOT NULL AND event_type @in($2) \
        ORDER BY feed_seq DESC LIMIT $3 OFFSET $4";
    LOAD_EVENT = "SELECT id, event_type, object_kind, object_id, payload, created_at, feed_seq FROM events \
        WHERE tenant_id = $1 AND id = $2";
}

sql! {
    locks LOCK_FEED_HEAD = "SELECT last_seq FROM feed_heads WHERE tenant_id = $1";
}

/// One row of the audit trail. `detail` is a JSON object of field names, amounts and states: no personal
/// data, so that erasure never breaks a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: AuditId,
    pub object_kind: String,
    pub object_id: i64,
    pub operation: String,
    pub detail: String,
    pub credential_id: Option<CredentialId>,
    pub actor: String,
    pub request_id: String,
    pub created_at: Timestamp,
    /// Hex SHA-256 over the fields above.
    pub content_hash: String,
}

fn audit_entry(row: &Row<'_>) -> Result<AuditEntry> {
    audit_entry_of(&mut Columns::of(row))
}

pub(crate) fn audit_entry_of(c: &mut Columns<'_, '_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: AuditId(c.int()?),
        object_kind: c.text()?,
        object_id: c.int()?,
        operation: c.text()?,
        detail: c.text()?,
        credential_id: c.opt_int()?.map(CredentialId),
        actor: c.text()?,
        request_id: c.text()?,
        created_at: c.instant()?,
        content_hash: c.text()?,
    })
}

/// A row of [`LOAD_TRAIL`].
pub fn audit_row(row: &Row<'_>) -> Result<AuditEntry> {
    audit_entry(row)
}

pub async fn insert_audit(tx: &mut Tx<'_>, entries: &[AuditEntry]) -> Result<()> {
    let tenant = tx.tenant();
    let rows = entries.iter().map(|entry| {
        [
            Value::from(tenant),
            Value::from(entry.id),
            Value::from(entry.object_kind.as_str()),
            Value::from(entry.object_id),
            Value::from(entry.operation.as_str()),
            Value::from(entry.detail.as_str()),
            Value::from(entry.credential_id),
            Value::from(entry.actor.as_str()),
            Value::from(entry.request_id.as_str()),
            Value::from(entry.created_at),
            Value::from(entry.content_hash.as_str()),
        ]
    });
    let rows = Batch::of(&INSERT_AUDIT, rows);
    tx.insert_many(&INSERT_AUDIT, &rows).await.map(drop)
}

/// The oldest `limit` rows about one object.
pub async fn trail_of(tx: &mut Tx<'_>, object_kind: &str, object_id: i64, limit: i64) -> Result<Vec<AuditEntry>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_TRAIL, params![tenant, object_kind, object_id, limit], audit_entry).await
}

pub async fn unsealed(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<AuditEntry>> {
    let tenant = tx.tenant();
    tx.all(&UNSEALED, params![tenant, limit], audit_entry).await
}

pub async fn count_unsealed(tx: &mut Tx<'_>) -> Result<i64> {
    let tenant = tx.tenant();
    tx.one(&COUNT_UNSEALED, params![tenant], |row| row.int(0)).await
}

pub async fn sealed_in(tx: &mut Tx<'_>, seq: i64) -> Result<Vec<AuditEntry>> {
    let tenant = tx.tenant();
    tx.all(&SEALED, params![tenant, seq], audit_entry).await
}

/// A stretch of the audit trail closed over by a Merkle root, chained to the stretch before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    pub seq: i64,
    pub first_id: i64,
    pub last_id: i64,
    pub entry_count: i64,
    pub merkle_root: String,
    pub previous_root: String,
    pub sealed_at: Timestamp,
}

/// The newest seal's sequence and root; (0, "") before the first.
pub async fn last_seal(tx: &mut Tx<'_>) -> Result<(i64, String)> {
    let tenant = tx.tenant();
    let last = tx.opt(&LAST_SEAL, params![tenant], |row| Ok((row.int(0)?, row.text(1)?))).await?;
    Ok(last.unwrap_or_default())
}

pub async fn seals(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Seal>> {
    let tenant = tx.tenant();
    tx.all(&LIST_SEALS, params![tenant, after, limit], |row| {
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

/// Stores a seal and marks its rows.
pub async fn insert_seal(tx: &mut Tx<'_>, seal: &Seal, entries: &[i64]) -> Result<()> {
    let tenant = tx.tenant();
    let row = params![
        tenant,
        seal.seq,
        seal.first_id,
        seal.last_id,
        seal.entry_count,
        seal.merkle_root.as_str(),
        seal.previous_root.as_str(),
        seal.sealed_at,
    ];
    tx.insert(&INSERT_SEAL, row).await?;
    let marked = tx.exec(&MARK_SEALED, params![tenant, seal.seq, entries]).await?;
    if usize::try_from(marked) == Ok(entries.len()) {
        Ok(())
    } else {
        Err(Error::Broken(format!("seal {} covers {} rows, {marked} were unsealed", seal.seq, entries.len())))
    }
}

/// What happened, for consumers. `payload` is a JSON object of ids, amounts and states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub event_type: String,
    pub object_kind: String,
    pub object_id: i64,
    pub payload: String,
    pub created_at: Timestamp,
    /// Its place in the feed; `None` until the sequencer has seen it.
    pub feed_seq: Option<i64>,
}

pub async fn insert_events(tx: &mut Tx<'_>, events: &[Event]) -> Result<()> {
    let tenant = tx.tenant();
    let rows = events.iter().map(|event| {
        [
            Value::from(tenant),
            Value::from(event.id),
            Value::from(event.event_type.as_str()),
            Value::from(event.object_kind.as_str()),
            Value::from(event.object_id),
            Value::from(event.payload.as_str()),
            Value::from(event.created_at),
        ]
    });
    let rows = Batch::of(&INSERT_EVENT, rows);
    tx.insert_many(&INSERT_EVENT, &rows).await.map(drop)
}

/// Gives committed events their places in the feed, at most `limit` of them, and says how many there were.
/// The head's lock makes it one sequencer at a time; a reader therefore never sees a gap fill up behind it.
pub async fn sequence_events(tx: &mut Tx<'_>, limit: i64) -> Result<i64> {
    let tenant = tx.tenant();
    tx.exec(&MAKE_FEED_HEAD, params![tenant]).await?;
    let head = tx.one(&LOCK_FEED_HEAD, params![tenant], |row| row.int(0)).await?;
    let sequenced = tx.exec(&SEQUENCE_EVENTS, params![tenant, head, limit]).await?;
    let sequenced = i64::try_from(sequenced).unwrap_or(i64::MAX);
    if sequenced > 0 {
        tx.exec(&SET_FEED_HEAD, params![tenant, head + sequenced]).await?;
    }
    Ok(sequenced)
}

/// Events after `after` in feed order.
pub async fn feed(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Event>> {
    let tenant = tx.tenant();
    tx.all(&READ_FEED, params![tenant, after, limit], event).await
}

fn event(row: &Row<'_>) -> Result<Event> {
    let mut c = Columns::of(row);
    Ok(Event {
        id: EventId(c.int()?),
        event_type: c.text()?,
        object_kind: c.text()?,
        object_id: c.int()?,
        payload: c.text()?,
        created_at: c.instant()?,
        feed_seq: c.opt_int()?,
    })
}

/// Events of these types that have their place in the feed, the latest first.
pub async fn events_of_types(tx: &mut Tx<'_>, types: Vec<String>, offset: i64, limit: i64) -> Result<Vec<Event>> {
    let tenant = tx.tenant();
    tx.all(&EVENTS_OF_TYPES, params![tenant, types, limit, offset], event).await
}

pub async fn event_by_id(tx: &mut Tx<'_>, id: EventId) -> Result<Option<Event>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_EVENT, params![tenant, id], event).await
}

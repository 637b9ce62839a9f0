//! Who may come in and how often: credentials, replay protection, rate counters, idempotency keys.

use crate::columns::Columns;
use crate::snapshots::{read_texts, write_list};
use crate::{Error, Result, Row, Tx, insert, params, sql};
use domain::id::{CredentialId, CustomerId, TenantId};
use jiff::Timestamp;

insert! {
    INSERT_CREDENTIAL = "credentials" (tenant_id, id, face, label, customer_id, scopes, entitlements, lookup_hash,
        secret_hash, sealed_key, created_at, expires_at, revoked_at);
}

macro_rules! credential_columns {
    () => {
        "tenant_id, id, face, label, customer_id, scopes, entitlements, lookup_hash, secret_hash, sealed_key, \
         created_at, expires_at, revoked_at"
    };
}

sql! {
    LIST_CREDENTIALS = concat!("SELECT ", credential_columns!(), " FROM credentials c WHERE tenant_id = $1 \
        AND NOT EXISTS (SELECT 1 FROM oauth_access_tokens t WHERE t.tenant_id = $1 AND t.credential_id = c.id) \
        ORDER BY id");
    REVOKE_CREDENTIAL = "UPDATE credentials SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    INSERT_NONCE = "INSERT INTO nonces (tenant_id, credential_id, nonce, seen_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (tenant_id, credential_id, nonce) DO NOTHING";
    FORGET_NONCES = "DELETE FROM nonces WHERE tenant_id = $1 AND seen_at < $2";
    COUNT_USE = "INSERT INTO rate_counters (tenant_id, name, window_key, used, last_at) VALUES ($1, $2, $3, 1, $4) \
        ON CONFLICT (tenant_id, name, window_key) DO UPDATE SET used = rate_counters.used + 1, last_at = excluded.last_at \
        RETURNING used";
    READ_COUNTER = "SELECT used, last_at FROM rate_counters WHERE tenant_id = $1 AND name = $2 AND window_key = $3";
    BEGIN_COUNTER = "INSERT INTO rate_counters (tenant_id, name, window_key, used, last_at) VALUES ($1, $2, $3, 0, $4) \
        ON CONFLICT (tenant_id, name, window_key) DO NOTHING";
    locks LOCK_COUNTER = "SELECT used FROM rate_counters WHERE tenant_id = $1 AND name = $2 AND window_key = $3";
    ADD_USES = "UPDATE rate_counters SET used = used + $4, last_at = $5 \
        WHERE tenant_id = $1 AND name = $2 AND window_key = $3";
    TAKE_KEY = "INSERT INTO idempotency (tenant_id, key, request_hash, answer, created_at) \
        VALUES ($1, $2, $3, NULL, $4) ON CONFLICT (tenant_id, key) DO NOTHING";
    LOAD_KEY = "SELECT request_hash, answer, created_at FROM idempotency WHERE tenant_id = $1 AND key = $2";
    STORE_ANSWER = "UPDATE idempotency SET answer = $3 WHERE tenant_id = $1 AND key = $2";
}

sql! {
    global FIND_CREDENTIAL = concat!("SELECT ", credential_columns!(), ", (SELECT COUNT(*) FROM (SELECT 1 AS one \
        FROM foreign_ids f WHERE f.tenant_id = c.tenant_id AND f.face = c.face LIMIT 1) named) \
        FROM credentials c WHERE lookup_hash = $1");
}

/// How a client presents itself. Tokens and passwords are kept as SHA-256 of 256 random bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub tenant: TenantId,
    pub id: CredentialId,
    pub face: String,
    pub label: String,
    /// The customer it acts for with everything below; `None` acts for the tenant's staff.
    pub customer_id: Option<CustomerId>,
    pub scopes: Vec<String>,
    pub entitlements: Vec<String>,
    /// Hash of the token, or of the public key of a key pair.
    pub lookup_hash: String,
    /// Hash of a key pair's private half.
    pub secret_hash: Option<String>,
    /// The private half itself, sealed, where the vendor's scheme signs requests with it (HMAC needs the key).
    pub sealed_key: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

fn credential(row: &Row<'_>) -> Result<Credential> {
    let mut c = Columns::of(row);
    Ok(Credential {
        tenant: TenantId(c.int()?),
        id: CredentialId(c.int()?),
        face: c.text()?,
        label: c.text()?,
        customer_id: c.opt_int()?.map(CustomerId),
        scopes: read_texts(&c.text()?)?,
        entitlements: read_texts(&c.text()?)?,
        lookup_hash: c.text()?,
        secret_hash: c.opt_text()?,
        sealed_key: c.opt_text()?,
        created_at: c.instant()?,
        expires_at: c.opt_instant()?,
        revoked_at: c.opt_instant()?,
    })
}

pub async fn insert_credential(tx: &mut Tx<'_>, credential: &Credential) -> Result<()> {
    let (scopes, entitlements) = (write_list(&credential.scopes), write_list(&credential.entitlements));
    let row = params![
        credential.tenant,
        credential.id,
        credential.face.as_str(),
        credential.label.as_str(),
        credential.customer_id,
        scopes.as_str(),
        entitlements.as_str(),
        credential.lookup_hash.as_str(),
        credential.secret_hash.as_deref(),
        credential.sealed_key.as_deref(),
        credential.created_at,
        credential.expires_at,
        credential.revoked_at,
    ];
    tx.insert(&INSERT_CREDENTIAL, row).await
}

/// Before the tenant is known: the hash is the key. With it comes whether the tenant has any foreign ids of the
/// credential's face; most have none, and then nobody need look for them.
pub async fn find_credential(tx: &mut Tx<'_>, lookup_hash: &str) -> Result<Option<(Credential, bool)>> {
    tx.opt(&FIND_CREDENTIAL, params![lookup_hash], |row| Ok((credential(row)?, row.int(13)? != 0))).await
}

/// Those made by hand; access tokens belong to their grants.
pub async fn credentials(tx: &mut Tx<'_>) -> Result<Vec<Credential>> {
    let tenant = tx.tenant();
    tx.all(&LIST_CREDENTIALS, params![tenant], credential).await
}

pub async fn revoke_credential(tx: &mut Tx<'_>, id: CredentialId, at: Timestamp) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&REVOKE_CREDENTIAL, params![tenant, id, at]).await? == 1)
}

/// Remembers a nonce; false when it has been seen before. Nonces older than `forget_before` are dropped.
pub async fn remember_nonce(
    tx: &mut Tx<'_>,
    credential: CredentialId,
    nonce: &str,
    at: Timestamp,
    forget_before: Timestamp,
) -> Result<bool> {
    let tenant = tx.tenant();
    tx.exec(&FORGET_NONCES, params![tenant, forget_before]).await?;
    Ok(tx.exec(&INSERT_NONCE, params![tenant, credential, nonce, at]).await? == 1)
}

/// Counts one use in a window and returns how many there were with it.
pub async fn count_use(tx: &mut Tx<'_>, name: &str, window_key: &str, at: Timestamp) -> Result<i64> {
    let tenant = tx.tenant();
    tx.one(&COUNT_USE, params![tenant, name, window_key, at], |row| row.int(0)).await
}

/// How often a window has been used; locked, so that what is added next is added to this.
pub async fn lock_uses(tx: &mut Tx<'_>, name: &str, window_key: &str, at: Timestamp) -> Result<i64> {
    let tenant = tx.tenant();
    tx.exec(&BEGIN_COUNTER, params![tenant, name, window_key, at]).await?;
    tx.one(&LOCK_COUNTER, params![tenant, name, window_key], |row| row.int(0)).await
}

/// Counts several uses of a window at once.
pub async fn add_uses(tx: &mut Tx<'_>, name: &str, window_key: &str, uses: i64, at: Timestamp) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&ADD_USES, params![tenant, name, window_key, uses, at]).await.map(drop)
}

/// How often, and when last, a window was used.
pub async fn counter(tx: &mut Tx<'_>, name: &str, window_key: &str) -> Result<Option<(i64, Timestamp)>> {
    let tenant = tx.tenant();
    tx.opt(&READ_COUNTER, params![tenant, name, window_key], |row| Ok((row.int(0)?, row.timestamp(1)?))).await
}

/// A key's first request and its stored answer; `None` while a longer verb is still at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    pub request_hash: String,
    pub answer: Option<Vec<u8>>,
}

/// Takes an idempotency key for this transaction. `None`: it is ours now. `Some`: it was used before; on
/// PostgreSQL the insert waited for the twin that held it.
pub async fn take_key(tx: &mut Tx<'_>, key: &str, request_hash: &str, at: Timestamp) -> Result<Option<KeyUse>> {
    let tenant = tx.tenant();
    if tx.exec(&TAKE_KEY, params![tenant, key, request_hash, at]).await? == 1 {
        return Ok(None);
    }
    tx.one(&LOAD_KEY, params![tenant, key], |row| Ok(KeyUse { request_hash: row.text(0)?, answer: row.opt_bytes(1)? }))
        .await
        .map(Some)
}

/// Stores the answer's bytes beside the key, in the change's own transaction.
pub async fn store_answer(tx: &mut Tx<'_>, key: &str, answer: &[u8]) -> Result<()> {
    let tenant = tx.tenant();
    match tx.exec(&STORE_ANSWER, params![tenant, key, answer]).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("STORE_ANSWER")),
    }
}

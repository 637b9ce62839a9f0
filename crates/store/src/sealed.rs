//! Secrets that are kept sealed with the server's secret key: every column that holds them, so that a start can judge
//! the key and a change of key reaches all of them. How they are sealed is billing's affair; here they are texts.
//!
//! A table with a further secret gets its line in [`COLUMNS`] and three statements like those below.

use crate::{Db, Result, Sql, Tx, params, sql};

/// How many characters of a sealed text name its format and its key.
pub const HEAD_CHARS: usize = 20;

/// One column of sealed texts.
pub struct Column {
    /// What is sealed there, a part of what each seal is bound to: `credential.signing_key`.
    pub word: &'static str,
    heads: &'static Sql,
    list: &'static Sql,
    replace: &'static Sql,
}

/// Every column of sealed texts.
pub const COLUMNS: &[Column] = &[Column {
    word: "credential.signing_key",
    heads: &SIGNING_KEY_HEADS,
    list: &LIST_SIGNING_KEYS,
    replace: &REPLACE_SIGNING_KEY,
}];

sql! {
    global SIGNING_KEY_HEADS = "SELECT DISTINCT substr(sealed_key, 1, 20) FROM credentials WHERE sealed_key IS NOT NULL";
    global HAS_READABLE_KEYS = "SELECT 1 FROM credentials WHERE signing_key IS NOT NULL LIMIT 1";
}

sql! {
    LIST_SIGNING_KEYS = "SELECT id, sealed_key FROM credentials WHERE tenant_id = $1 AND id > $2 \
        AND sealed_key IS NOT NULL AND substr(sealed_key, 1, 20) <> $3 ORDER BY id LIMIT $4";
    REPLACE_SIGNING_KEY = "UPDATE credentials SET sealed_key = $3 WHERE tenant_id = $1 AND id = $2 AND sealed_key = $4";
    LIST_READABLE_KEYS = "SELECT id, signing_key FROM credentials WHERE tenant_id = $1 AND id > $2 \
        AND signing_key IS NOT NULL ORDER BY id LIMIT $3";
    SEAL_READABLE_KEY = "UPDATE credentials SET sealed_key = $3, signing_key = NULL \
        WHERE tenant_id = $1 AND id = $2 AND signing_key = $4";
}

/// The heads of all sealed texts of all tenants, each once.
pub async fn heads(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut heads = Vec::new();
    for column in COLUMNS {
        heads.extend(tx.all(column.heads, params![], |row| row.text(0)).await?);
    }
    heads.sort_unstable();
    heads.dedup();
    Ok(heads)
}

/// Whether any tenant has keys that an older program left readable.
pub async fn has_readable_keys(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.opt(&HAS_READABLE_KEYS, params![], |row| row.int(0)).await?.is_some())
}

impl Column {
    /// The texts of the tenant that have another head, by id, after an id.
    pub async fn others(&self, tx: &mut Tx<'_>, head: &str, after: i64, limit: i64) -> Result<Vec<(i64, String)>> {
        let tenant = tx.tenant();
        tx.all(self.list, params![tenant, after, head, limit], |row| Ok((row.int(0)?, row.text(1)?))).await
    }

    /// Puts a text in the place of another one, unless that has changed.
    pub async fn replace(&self, tx: &mut Tx<'_>, id: i64, was: &str, is: &str) -> Result<()> {
        let tenant = tx.tenant();
        tx.exec(self.replace, params![tenant, id, is, was]).await.map(drop)
    }
}

/// The tenant's readable keys by their credential's id, after an id.
pub async fn readable_keys(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    let tenant = tx.tenant();
    tx.all(&LIST_READABLE_KEYS, params![tenant, after, limit], |row| Ok((row.int(0)?, row.text(1)?))).await
}

/// Puts a sealed key in the place of the readable one, unless that has changed.
pub async fn seal_readable_key(tx: &mut Tx<'_>, id: i64, readable: &str, sealed: &str) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&SEAL_READABLE_KEY, params![tenant, id, sealed, readable]).await.map(drop)
}

/// Writes anew what held readable keys: what SQL replaces stays in the files as bytes that nothing refers to.
/// Backups and PostgreSQL's own log are out of reach.
pub async fn scrub(db: &Db) -> Result<()> {
    db.outside("scrub", "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM FULL credentials").await
}

//! OAuth: clients, grants with their codes and refresh tokens, and which credentials are access tokens of a grant.

use crate::columns::Columns;
use crate::snapshots::{read_texts, write_list};
use crate::{Result, Row, Tx, insert, params, sql};
use domain::id::{CredentialId, OauthClientId, OauthGrantId, TenantId};
use jiff::Timestamp;

insert! {
    INSERT_OAUTH_CLIENT = "oauth_clients" (tenant_id, id, client_id, name, secret_hash, consent_key, redirect_uris,
        scopes, created_at, revoked_at);
    INSERT_OAUTH_GRANT = "oauth_grants" (tenant_id, id, oauth_client_id, scopes, is_offline, approved_by, code_hash,
        code_expires_at, code_used_at, redirect_uri, challenge, challenge_method, refresh_hash, created_at, revoked_at);
    INSERT_OAUTH_ACCESS_TOKEN = "oauth_access_tokens" (tenant_id, credential_id, grant_id);
}

macro_rules! client_columns {
    () => {
        "tenant_id, id, client_id, name, secret_hash, consent_key, redirect_uris, scopes, created_at, revoked_at"
    };
}

macro_rules! grant_columns {
    () => {
        "id, oauth_client_id, scopes, is_offline, approved_by, code_hash, code_expires_at, code_used_at, \
         redirect_uri, challenge, challenge_method, refresh_hash, created_at, revoked_at"
    };
}

sql! {
    LIST_OAUTH_CLIENTS = concat!("SELECT ", client_columns!(), " FROM oauth_clients WHERE tenant_id = $1 \
        ORDER BY created_at DESC, id DESC LIMIT $2");
    locks LOCK_OAUTH_CLIENT = concat!("SELECT ", client_columns!(), " FROM oauth_clients WHERE tenant_id = $1 AND id = $2");
    REVOKE_OAUTH_CLIENT = "UPDATE oauth_clients SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 \
        AND revoked_at IS NULL";
    LIST_OAUTH_GRANTS = concat!("SELECT ", grant_columns!(), " FROM oauth_grants WHERE tenant_id = $1 \
        AND refresh_hash IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT $2");
    locks LOCK_GRANT_BY_CODE = concat!("SELECT ", grant_columns!(), " FROM oauth_grants WHERE tenant_id = $1 \
        AND code_hash = $2");
    locks LOCK_GRANT_BY_REFRESH = concat!("SELECT ", grant_columns!(), " FROM oauth_grants WHERE tenant_id = $1 \
        AND refresh_hash = $2");
    USE_OAUTH_CODE = "UPDATE oauth_grants SET code_used_at = $3, refresh_hash = $4 WHERE tenant_id = $1 AND id = $2 \
        AND code_used_at IS NULL";
    REVOKE_OAUTH_GRANT = "UPDATE oauth_grants SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 \
        AND revoked_at IS NULL";
    REVOKE_GRANTS_OF_CLIENT = "UPDATE oauth_grants SET revoked_at = $3 WHERE tenant_id = $1 AND oauth_client_id = $2 \
        AND revoked_at IS NULL";
    REVOKE_TOKENS_OF_GRANT = "UPDATE credentials SET revoked_at = $3 WHERE tenant_id = $1 AND revoked_at IS NULL \
        AND id IN (SELECT credential_id FROM oauth_access_tokens WHERE tenant_id = $1 AND grant_id = $2)";
    REVOKE_TOKENS_OF_CLIENT = "UPDATE credentials SET revoked_at = $3 WHERE tenant_id = $1 AND revoked_at IS NULL \
        AND id IN (SELECT t.credential_id FROM oauth_access_tokens t JOIN oauth_grants g \
        ON g.tenant_id = t.tenant_id AND g.id = t.grant_id WHERE t.tenant_id = $1 AND g.oauth_client_id = $2)";
    GRANT_OF_TOKEN = "SELECT grant_id FROM oauth_access_tokens WHERE tenant_id = $1 AND credential_id = $2";
    FORGET_OLD_TOKENS = "DELETE FROM credentials WHERE tenant_id = $1 AND id IN ( \
        SELECT t.credential_id FROM oauth_access_tokens t JOIN credentials c \
        ON c.tenant_id = t.tenant_id AND c.id = t.credential_id \
        WHERE t.tenant_id = $1 AND c.expires_at < $2 LIMIT $3)";
    FORGET_LOOSE_TOKENS = "DELETE FROM oauth_access_tokens WHERE tenant_id = $1 AND credential_id IN ( \
        SELECT t.credential_id FROM oauth_access_tokens t WHERE t.tenant_id = $1 AND NOT EXISTS ( \
        SELECT 1 FROM credentials c WHERE c.tenant_id = $1 AND c.id = t.credential_id) LIMIT $2)";
    FORGET_OLD_GRANTS = "DELETE FROM oauth_grants WHERE tenant_id = $1 AND id IN ( \
        SELECT id FROM oauth_grants WHERE tenant_id = $1 AND code_expires_at < $2 \
        AND (refresh_hash IS NULL OR revoked_at < $2) LIMIT $3)";
}

sql! {
    global FIND_OAUTH_CLIENT = concat!("SELECT ", client_columns!(), " FROM oauth_clients WHERE client_id = $1");
    global FIND_GRANT_BY_REFRESH = "SELECT tenant_id, id FROM oauth_grants WHERE refresh_hash = $1";
}

/// A program that may ask for access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthClient {
    pub tenant: TenantId,
    pub id: OauthClientId,
    /// What it calls itself.
    pub client_id: String,
    pub name: String,
    pub secret_hash: String,
    /// The key that signs what its consent page carries.
    pub consent_key: String,
    pub redirect_uris: Vec<String>,
    /// The most that it may ask for.
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// One approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthGrant {
    pub id: OauthGrantId,
    pub client: OauthClientId,
    pub scopes: Vec<String>,
    /// Whether its code gives a refresh token.
    pub is_offline: bool,
    /// Whoever said yes, as the audit trail names them.
    pub approved_by: String,
    pub code_hash: String,
    pub code_expires_at: Timestamp,
    pub code_used_at: Option<Timestamp>,
    pub redirect_uri: Option<String>,
    /// PKCE: the challenge with its method.
    pub challenge: Option<(String, String)>,
    pub refresh_hash: Option<String>,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

fn client(row: &Row<'_>) -> Result<OauthClient> {
    let mut c = Columns::of(row);
    Ok(OauthClient {
        tenant: TenantId(c.int()?),
        id: OauthClientId(c.int()?),
        client_id: c.text()?,
        name: c.text()?,
        secret_hash: c.text()?,
        consent_key: c.text()?,
        redirect_uris: read_texts(&c.text()?)?,
        scopes: read_texts(&c.text()?)?,
        created_at: c.instant()?,
        revoked_at: c.opt_instant()?,
    })
}

fn grant(row: &Row<'_>) -> Result<OauthGrant> {
    let mut c = Columns::of(row);
    Ok(OauthGrant {
        id: OauthGrantId(c.int()?),
        client: OauthClientId(c.int()?),
        scopes: read_texts(&c.text()?)?,
        is_offline: c.flag()?,
        approved_by: c.text()?,
        code_hash: c.text()?,
        code_expires_at: c.instant()?,
        code_used_at: c.opt_instant()?,
        redirect_uri: c.opt_text()?,
        challenge: c.opt_text()?.zip(c.opt_text()?),
        refresh_hash: c.opt_text()?,
        created_at: c.instant()?,
        revoked_at: c.opt_instant()?,
    })
}

pub async fn insert_client(tx: &mut Tx<'_>, client: &OauthClient) -> Result<()> {
    let (redirect_uris, scopes) = (write_list(&client.redirect_uris), write_list(&client.scopes));
    let row = params![
        client.tenant,
        client.id,
        client.client_id.as_str(),
        client.name.as_str(),
        client.secret_hash.as_str(),
        client.consent_key.as_str(),
        redirect_uris.as_str(),
        scopes.as_str(),
        client.created_at,
        client.revoked_at,
    ];
    tx.insert(&INSERT_OAUTH_CLIENT, row).await
}

/// Before the tenant is known: the client names itself.
pub async fn find_client(tx: &mut Tx<'_>, client_id: &str) -> Result<Option<OauthClient>> {
    tx.opt(&FIND_OAUTH_CLIENT, params![client_id], client).await
}

/// The newest `limit` clients.
pub async fn clients(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<OauthClient>> {
    let tenant = tx.tenant();
    tx.all(&LIST_OAUTH_CLIENTS, params![tenant, limit], client).await
}

pub async fn lock_client(tx: &mut Tx<'_>, id: OauthClientId) -> Result<Option<OauthClient>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_OAUTH_CLIENT, params![tenant, id], client).await
}

/// Ends a client with its grants and their access tokens; false when it was not live.
pub async fn revoke_client(tx: &mut Tx<'_>, id: OauthClientId, at: Timestamp) -> Result<bool> {
    let tenant = tx.tenant();
    if tx.exec(&REVOKE_OAUTH_CLIENT, params![tenant, id, at]).await? == 0 {
        return Ok(false);
    }
    tx.exec(&REVOKE_GRANTS_OF_CLIENT, params![tenant, id, at]).await?;
    tx.exec(&REVOKE_TOKENS_OF_CLIENT, params![tenant, id, at]).await?;
    Ok(true)
}

pub async fn insert_grant(tx: &mut Tx<'_>, grant: &OauthGrant) -> Result<()> {
    let tenant = tx.tenant();
    let scopes = write_list(&grant.scopes);
    let row = params![
        tenant,
        grant.id,
        grant.client,
        scopes.as_str(),
        grant.is_offline,
        grant.approved_by.as_str(),
        grant.code_hash.as_str(),
        grant.code_expires_at,
        grant.code_used_at,
        grant.redirect_uri.as_deref(),
        grant.challenge.as_ref().map(|(challenge, _)| challenge.as_str()),
        grant.challenge.as_ref().map(|(_, method)| method.as_str()),
        grant.refresh_hash.as_deref(),
        grant.created_at,
        grant.revoked_at,
    ];
    tx.insert(&INSERT_OAUTH_GRANT, row).await
}

/// The newest `limit` grants that have a refresh token.
pub async fn grants(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<OauthGrant>> {
    let tenant = tx.tenant();
    tx.all(&LIST_OAUTH_GRANTS, params![tenant, limit], grant).await
}

/// Two that bring one code meet here, one after the other.
pub async fn lock_grant_by_code(tx: &mut Tx<'_>, code_hash: &str) -> Result<Option<OauthGrant>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_GRANT_BY_CODE, params![tenant, code_hash], grant).await
}

/// Locked, so that no access token is made of a grant while it is revoked.
pub async fn lock_grant_by_refresh(tx: &mut Tx<'_>, refresh_hash: &str) -> Result<Option<OauthGrant>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_GRANT_BY_REFRESH, params![tenant, refresh_hash], grant).await
}

/// Before the tenant is known: the hash is the key.
pub async fn find_grant_by_refresh(tx: &mut Tx<'_>, refresh_hash: &str) -> Result<Option<(TenantId, OauthGrantId)>> {
    let read = |row: &Row<'_>| Ok((TenantId(row.int(0)?), OauthGrantId(row.int(1)?)));
    tx.opt(&FIND_GRANT_BY_REFRESH, params![refresh_hash], read).await
}

/// Marks the code as used and keeps the refresh token it gave; false when it had been used before.
pub async fn use_code(tx: &mut Tx<'_>, id: OauthGrantId, at: Timestamp, refresh_hash: Option<&str>) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&USE_OAUTH_CODE, params![tenant, id, at, refresh_hash]).await? == 1)
}

/// Ends a grant with its access tokens; false when it was not live.
pub async fn revoke_grant(tx: &mut Tx<'_>, id: OauthGrantId, at: Timestamp) -> Result<bool> {
    let tenant = tx.tenant();
    if tx.exec(&REVOKE_OAUTH_GRANT, params![tenant, id, at]).await? == 0 {
        return Ok(false);
    }
    tx.exec(&REVOKE_TOKENS_OF_GRANT, params![tenant, id, at]).await?;
    Ok(true)
}

/// Says that a credential is an access token of a grant.
pub async fn link_access_token(tx: &mut Tx<'_>, credential: CredentialId, grant: OauthGrantId) -> Result<()> {
    let tenant = tx.tenant();
    tx.insert(&INSERT_OAUTH_ACCESS_TOKEN, params![tenant, credential, grant]).await
}

/// The grant that a credential is an access token of.
pub async fn grant_of_token(tx: &mut Tx<'_>, credential: CredentialId) -> Result<Option<OauthGrantId>> {
    let tenant = tx.tenant();
    tx.opt(&GRANT_OF_TOKEN, params![tenant, credential], |row| row.int(0).map(OauthGrantId)).await
}

/// Drops access tokens that expired before `before`, codes that were never used or gave no refresh token, and
/// revoked grants of that age; at most `limit` of each. Says how many went.
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64> {
    let tenant = tx.tenant();
    let tokens = tx.exec(&FORGET_OLD_TOKENS, params![tenant, before, limit]).await?;
    let loose = tx.exec(&FORGET_LOOSE_TOKENS, params![tenant, limit]).await?;
    let grants = tx.exec(&FORGET_OLD_GRANTS, params![tenant, before, limit]).await?;
    Ok(tokens + loose + grants)
}

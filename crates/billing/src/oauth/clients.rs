//! Registers the programs that may ask for access, finds them, and ends them.

use super::redirect;
use crate::check;
use crate::credentials::{hash, random_hex};
use crate::verb::{Cx, Verb};
use crate::{Billing, Error};
use domain::Refusal;
use domain::id::{OauthClientId, TenantId};
use jiff::Timestamp;
use serde_json::json;
use store::Tx;
use store::oauth::OauthClient;
use subtle::ConstantTimeEq as _;

/// Redirect URIs of one client.
const MOST_REDIRECT_URIS: usize = 20;
/// Scopes of one client.
const MOST_SCOPES: usize = 200;
/// Clients that are listed.
const LISTED: i64 = 500;

/// Registers a client; its secret is shown once, in the outcome.
#[derive(Clone, Debug)]
pub struct CreateOauthClient {
    /// Shown to whoever is asked to approve.
    pub name: String,
    /// Where codes may be sent, compared byte for byte. Without any, its codes come from the command line only.
    pub redirect_uris: Vec<String>,
    /// The most that it may ask for.
    pub scopes: Vec<String>,
}

/// How a client presents itself at the token endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecrets {
    /// `1000.` and 30 characters; no secret.
    pub client_id: String,
    /// 256 random bits as hex.
    pub client_secret: String,
}

impl std::fmt::Debug for ClientSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientSecrets(***)")
    }
}

/// A client without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    pub id: OauthClientId,
    pub client_id: String,
    pub name: String,
    pub redirect_uris: Vec<String>,
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl From<&OauthClient> for ClientInfo {
    fn from(stored: &OauthClient) -> Self {
        Self {
            id: stored.id,
            client_id: stored.client_id.clone(),
            name: stored.name.clone(),
            redirect_uris: stored.redirect_uris.clone(),
            scopes: stored.scopes.clone(),
            created_at: stored.created_at,
            revoked_at: stored.revoked_at,
        }
    }
}

impl Verb for CreateOauthClient {
    type Outcome = (ClientInfo, ClientSecrets);

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Self::Outcome, Error> {
        check::required(&self.name, "name", check::SHORT)?;
        if self.name.chars().any(char::is_control) {
            return Err(Refusal::Invalid { what: "name" }.into());
        }
        let is_sound = |uri: &String| redirect::origin(uri).is_some();
        if self.redirect_uris.len() > MOST_REDIRECT_URIS || !self.redirect_uris.iter().all(is_sound) {
            return Err(Refusal::Invalid { what: "redirect URI" }.into());
        }
        if self.scopes.is_empty() || self.scopes.len() > MOST_SCOPES {
            return Err(Refusal::Invalid { what: "scopes" }.into());
        }
        for scope in &self.scopes {
            check::required(scope, "scope", check::SHORT)?;
        }
        let secrets = ClientSecrets {
            client_id: format!("1000.{}", random_hex()[..30].to_ascii_uppercase()),
            client_secret: random_hex(),
        };
        let client = OauthClient {
            tenant: cx.tx.tenant(),
            id: cx.id(OauthClientId)?,
            client_id: secrets.client_id.clone(),
            name: self.name.clone(),
            secret_hash: hash(&secrets.client_secret),
            consent_key: random_hex(),
            redirect_uris: self.redirect_uris.clone(),
            scopes: self.scopes.clone(),
            created_at: cx.now,
            revoked_at: None,
        };
        store::oauth::insert_client(cx.tx, &client).await?;
        let detail = json!({"name": client.name, "redirect_uris": client.redirect_uris, "scopes": client.scopes});
        cx.change.audit(OauthClientId::WORD, client.id.0, "created", detail);
        Ok((ClientInfo::from(&client), secrets))
    }
}

/// Ends a client at once, with its grants and their access tokens.
#[derive(Clone, Copy, Debug)]
pub struct RevokeOauthClient {
    pub client: OauthClientId,
}

impl Verb for RevokeOauthClient {
    type Outcome = ();
    const CHANGES_ACCESS: bool = true;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if !store::oauth::revoke_client(cx.tx, self.client, cx.now).await? {
            return Err(Error::missing(OauthClientId::WORD, self.client));
        }
        cx.change.audit(OauthClientId::WORD, self.client.0, "revoked", json!({}));
        Ok(())
    }
}

/// A client that has not been revoked, as the endpoints know it.
#[derive(Clone, Debug)]
pub struct KnownClient(pub(super) OauthClient);

impl KnownClient {
    pub fn id(&self) -> OauthClientId {
        self.0.id
    }

    pub fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The most that it may ask for.
    pub fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// Whether codes may be sent there: one of its URIs, byte for byte (RFC 6749 3.1.2.3).
    pub fn redirects_to(&self, uri: &str) -> bool {
        self.0.redirect_uris.iter().any(|known| known == uri)
    }

    pub(super) fn has_secret(&self, secret: &str) -> bool {
        self.0.secret_hash.as_bytes().ct_eq(hash(secret).as_bytes()).into()
    }
}

impl Billing {
    /// The live client of this `client_id`, whichever tenant's it is.
    pub async fn oauth_client(&self, client_id: &str) -> Result<Option<KnownClient>, Error> {
        // No database stores it, and none need be asked.
        if client_id.is_empty() || client_id.len() > check::SHORT || client_id.contains('\0') {
            return Ok(None);
        }
        let find = FindClient { client_id: client_id.to_owned() };
        let found = self.db.read(TenantId(0), find).await.map_err(|error| Error::from(error).settle())?;
        Ok(found.filter(|client| client.revoked_at.is_none()).map(KnownClient))
    }

    /// The newest clients of a tenant, revoked ones too.
    pub async fn oauth_clients(&self, tenant: TenantId) -> Result<Vec<ClientInfo>, Error> {
        let stored =
            self.read(tenant, |tx| Box::pin(async move { Ok(store::oauth::clients(tx, LISTED).await?) })).await?;
        Ok(stored.iter().map(ClientInfo::from).collect())
    }
}

struct FindClient {
    client_id: String,
}

impl store::Work for FindClient {
    type Out = Option<OauthClient>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Option<OauthClient>> {
        store::oauth::find_client(tx, &self.client_id).await
    }
}

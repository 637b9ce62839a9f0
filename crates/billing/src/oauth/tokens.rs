//! The token endpoint: a code for tokens, once; a refresh token for an access token, as long as its grant holds.

use super::clients::KnownClient;
use super::pkce::Challenge;
use super::{ACCESS_TOKEN_SECONDS, FACE, code_hash, opaque, refresh_hash};
use crate::caller::{ActsFor, Caller};
use crate::credentials::CreateCredential;
use crate::verb::{Cx, Verb};
use crate::{Billing, Error};
use domain::id::{OauthClientId, OauthGrantId};
use jiff::SignedDuration;
use serde_json::json;
use store::oauth::OauthGrant;

/// What a client gets. The texts are seen here once.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    pub access_token: String,
    /// Of offline grants, with their code.
    pub refresh_token: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(***)")
    }
}

/// Why a client gets none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No such client, or not its secret.
    Client,
    /// The code or refresh token is unknown, another client's, expired, used, revoked, or its PKCE verifier is wrong.
    Code,
    /// Not where the code was sent.
    RedirectUri,
}

/// How a client presents itself.
#[derive(Clone, Copy)]
pub struct ClientProof<'a> {
    pub client_id: &'a str,
    pub client_secret: &'a str,
}

/// What a client brings for tokens.
#[derive(Clone, Copy)]
pub struct CodeProof<'a> {
    pub code: &'a str,
    pub redirect_uri: Option<&'a str>,
    /// PKCE's `code_verifier`.
    pub verifier: Option<&'a str>,
}

impl Billing {
    /// Changes a code for tokens. A code that comes a second time ends what it gave (RFC 6749 4.1.2).
    pub async fn exchange_code(
        &self,
        client: ClientProof<'_>,
        proof: CodeProof<'_>,
        request_id: &str,
    ) -> Result<Result<Tokens, Denied>, Error> {
        let Some(client) = self.proven(client).await? else { return Ok(Err(Denied::Client)) };
        let verb = ExchangeCode {
            client: client.id(),
            client_name: client.name().to_owned(),
            code_hash: code_hash(proof.code),
            redirect_uri: proof.redirect_uri.map(str::to_owned),
            verifier: proof.verifier.map(str::to_owned),
        };
        self.perform(&acting(&client, request_id), verb).await
    }

    /// Gives another access token. The refresh token stays as it is, as Zoho's do.
    pub async fn refresh_access(
        &self,
        client: ClientProof<'_>,
        refresh_token: &str,
        request_id: &str,
    ) -> Result<Result<Tokens, Denied>, Error> {
        let Some(client) = self.proven(client).await? else { return Ok(Err(Denied::Client)) };
        let verb = RefreshAccess {
            client: client.id(),
            client_name: client.name().to_owned(),
            refresh_hash: refresh_hash(refresh_token),
        };
        self.perform(&acting(&client, request_id), verb).await
    }

    async fn proven(&self, proof: ClientProof<'_>) -> Result<Option<KnownClient>, Error> {
        let client = self.oauth_client(proof.client_id).await?;
        Ok(client.filter(|client| client.has_secret(proof.client_secret)))
    }
}

/// The client itself, in the audit trail.
pub(super) fn acting(client: &KnownClient, request_id: &str) -> Caller {
    Caller {
        credential: None,
        actor: client.name().to_owned(),
        face: FACE,
        acts_for: ActsFor::Staff,
        request_id: request_id.to_owned(),
        ..Caller::system(client.tenant())
    }
}

struct ExchangeCode {
    client: OauthClientId,
    client_name: String,
    code_hash: String,
    redirect_uri: Option<String>,
    verifier: Option<String>,
}

impl ExchangeCode {
    /// Everything about the code but whether it was used.
    fn judge(&self, cx: &Cx<'_, '_>, grant: &OauthGrant) -> Result<(), Denied> {
        if grant.revoked_at.is_some() || grant.code_expires_at <= cx.now {
            return Err(Denied::Code);
        }
        // A code that a person handed over was sent nowhere: scripts name anything here.
        if grant.redirect_uri.is_some() && grant.redirect_uri != self.redirect_uri {
            return Err(Denied::RedirectUri);
        }
        match (&grant.challenge, &self.verifier) {
            (None, None) => Ok(()),
            (Some((value, method)), Some(verifier)) => {
                let challenge = Challenge::read(Some(value), Some(method)).ok().flatten();
                let is_met = challenge.is_some_and(|challenge| challenge.is_met_by(verifier));
                if is_met { Ok(()) } else { Err(Denied::Code) }
            }
            // Also a verifier for a code without a challenge: somebody took the challenge away (RFC 9700 2.1.1).
            _ => Err(Denied::Code),
        }
    }
}

impl Verb for ExchangeCode {
    /// A denial is an outcome, because that of a code used twice changes something.
    type Outcome = Result<Tokens, Denied>;
    const CHANGES_ACCESS: bool = true;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Self::Outcome, Error> {
        let grant = store::oauth::lock_grant_by_code(cx.tx, &self.code_hash).await?;
        let Some(grant) = grant.filter(|grant| grant.client == self.client) else { return Ok(Err(Denied::Code)) };
        if grant.code_used_at.is_some() {
            if store::oauth::revoke_grant(cx.tx, grant.id, cx.now).await? {
                let detail = json!({"client": self.client_name, "why": "its code came twice"});
                cx.change.audit(OauthGrantId::WORD, grant.id.0, "revoked", detail);
            }
            return Ok(Err(Denied::Code));
        }
        if let Err(denied) = self.judge(cx, &grant) {
            return Ok(Err(denied));
        }
        let refresh_token = grant.is_offline.then(opaque);
        let kept = refresh_token.as_deref().map(refresh_hash);
        if !store::oauth::use_code(cx.tx, grant.id, cx.now, kept.as_deref()).await? {
            return Ok(Err(Denied::Code));
        }
        cx.change.audit(OauthGrantId::WORD, grant.id.0, "taken_up", json!({"client": self.client_name}));
        let access_token = access_token(cx, &self.client_name, &grant).await?;
        Ok(Ok(Tokens { access_token, refresh_token }))
    }
}

struct RefreshAccess {
    client: OauthClientId,
    client_name: String,
    refresh_hash: String,
}

impl Verb for RefreshAccess {
    type Outcome = Result<Tokens, Denied>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Self::Outcome, Error> {
        let grant = store::oauth::lock_grant_by_refresh(cx.tx, &self.refresh_hash).await?;
        let grant = grant.filter(|grant| grant.client == self.client && grant.revoked_at.is_none());
        let Some(grant) = grant else { return Ok(Err(Denied::Code)) };
        let access_token = access_token(cx, &self.client_name, &grant).await?;
        Ok(Ok(Tokens { access_token, refresh_token: None }))
    }
}

/// A credential of the face that ends by itself.
async fn access_token(cx: &mut Cx<'_, '_>, client_name: &str, grant: &OauthGrant) -> Result<String, Error> {
    let create = CreateCredential {
        face: FACE,
        label: client_name.to_owned(),
        customer: None,
        scopes: grant.scopes.clone(),
        entitlements: Vec::new(),
        expires_at: Some(cx.now + SignedDuration::from_secs(ACCESS_TOKEN_SECONDS)),
        given: None,
    };
    let (info, secrets) = create.run(cx).await?;
    store::oauth::link_access_token(cx.tx, info.id, grant.id).await?;
    Ok(secrets.token)
}

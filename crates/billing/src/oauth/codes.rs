//! Approves what a client asks for: makes a grant and the code by which the client takes it up.

use super::pkce::Challenge;
use super::{code_hash, opaque};
use crate::Error;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{OauthClientId, OauthGrantId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::oauth::OauthGrant;

/// How long a code may wait, in seconds. RFC 6749 4.1.2 recommends ten minutes at most.
pub const CODE_SECONDS: std::ops::RangeInclusive<i64> = 60..=600;

/// Makes a code for a client. Its outcome is the only place where the code is ever seen.
#[derive(Clone, Debug)]
pub struct IssueCode {
    pub client: OauthClientId,
    /// Within what the client may ask for; the face has judged that.
    pub scopes: Vec<String>,
    /// With a refresh token.
    pub is_offline: bool,
    /// Where the code is sent; the exchange must name the same. `None` for a code that is handed over by a person.
    pub redirect_uri: Option<String>,
    pub challenge: Option<Challenge>,
    /// Within [`CODE_SECONDS`].
    pub seconds: i64,
}

/// A code, once.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedCode {
    pub grant: OauthGrantId,
    pub code: String,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for IssuedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IssuedCode({}, ***)", self.grant)
    }
}

impl Verb for IssueCode {
    type Outcome = IssuedCode;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<IssuedCode, Error> {
        if !CODE_SECONDS.contains(&self.seconds) {
            return Err(Refusal::Invalid { what: "code lifetime" }.into());
        }
        if self.scopes.is_empty() {
            return Err(Refusal::Blank { what: "scopes" }.into());
        }
        // Locked, so that no grant is made of a client while it is revoked.
        let client = store::oauth::lock_client(cx.tx, self.client).await?;
        let client = client
            .filter(|client| client.revoked_at.is_none())
            .ok_or_else(|| Error::missing(OauthClientId::WORD, self.client))?;
        let code = opaque();
        let grant = OauthGrant {
            id: cx.id(OauthGrantId)?,
            client: client.id,
            scopes: self.scopes.clone(),
            is_offline: self.is_offline,
            approved_by: cx.caller.actor.clone(),
            code_hash: code_hash(&code),
            code_expires_at: cx.now + SignedDuration::from_secs(self.seconds),
            code_used_at: None,
            redirect_uri: self.redirect_uri.clone(),
            challenge: self
                .challenge
                .as_ref()
                .map(|challenge| (challenge.value().to_owned(), challenge.method().word().to_owned())),
            refresh_hash: None,
            created_at: cx.now,
            revoked_at: None,
        };
        store::oauth::insert_grant(cx.tx, &grant).await?;
        let detail = json!({"client": client.name, "scopes": grant.scopes, "is_offline": grant.is_offline});
        cx.change.audit(OauthGrantId::WORD, grant.id.0, "approved", detail);
        Ok(IssuedCode { grant: grant.id, code, expires_at: grant.code_expires_at })
    }
}

//! The question that a person is asked. What a client wants travels through the consent page signed with a key of
//! the client's row, which never leaves the server: so the page needs no row of its own, any server of the
//! installation can read the answer, and nothing on the page can be exchanged for something else.
//!
//! The person shows a native token of the staff in the same form that says yes. No cookie takes part, so a page of
//! somebody else's can send the form but cannot say yes in the person's name.

use super::clients::KnownClient;
use super::codes::{IssueCode, IssuedCode};
use super::pkce::Challenge;
use crate::caller::{ActsFor, FaceName};
use crate::credentials::AuthError;
use crate::{Billing, Error};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a page may be looked at before it must be asked for again.
const PAGE_LIVES: SignedDuration = SignedDuration::from_mins(10);
/// Zoho's codes of web clients live for two minutes.
const WEB_CODE_SECONDS: i64 = 120;

/// What a client asks for at the authorization endpoint, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// One of the client's.
    pub redirect_uri: String,
    /// Within the client's.
    pub scopes: Vec<String>,
    /// Given back to the client as it came.
    pub state: Option<String>,
    pub is_offline: bool,
    pub challenge: Option<Challenge>,
}

/// What a page carries.
#[derive(Serialize, Deserialize)]
struct Carried {
    client_id: String,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
    is_offline: bool,
    challenge: Option<String>,
    method: Option<String>,
    /// Unix seconds.
    until: i64,
}

/// Why nobody's yes was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotApproved {
    /// No token of this tenant's staff.
    Token,
    /// The token lacks this native scope: nobody gives what they do not have.
    Lacks(&'static str),
}

impl KnownClient {
    /// The request as the page carries it.
    pub fn sign(&self, request: &AuthorizationRequest, now: Timestamp) -> String {
        let carried = Carried {
            client_id: self.0.client_id.clone(),
            redirect_uri: request.redirect_uri.clone(),
            scopes: request.scopes.clone(),
            state: request.state.clone(),
            is_offline: request.is_offline,
            challenge: request.challenge.as_ref().map(|challenge| challenge.value().to_owned()),
            method: request.challenge.as_ref().map(|challenge| challenge.method().word().to_owned()),
            until: (now + PAGE_LIVES).as_second(),
        };
        let text = serde_json::to_vec(&carried).expect("texts, flags and integers always serialise");
        let text = URL_SAFE_NO_PAD.encode(text);
        let signature = hex::encode(self.mac(&text).finalize().into_bytes());
        format!("{text}.{signature}")
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.consent_key.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(text.as_bytes());
        mac
    }
}

fn carried(text: &str) -> Option<Carried> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

impl Billing {
    /// What the page carried, when it is ours, not too old, and its client is still there with this URI.
    pub async fn read_consent(&self, signed: &str) -> Result<Option<(KnownClient, AuthorizationRequest)>, Error> {
        let Some((text, signature)) = signed.split_once('.') else { return Ok(None) };
        let (Some(carried), Ok(signature)) = (carried(text), hex::decode(signature)) else { return Ok(None) };
        let Some(client) = self.oauth_client(&carried.client_id).await? else { return Ok(None) };
        let is_ours = client.mac(text).verify_slice(&signature).is_ok();
        if !is_ours || carried.until <= self.now().as_second() || !client.redirects_to(&carried.redirect_uri) {
            return Ok(None);
        }
        let Ok(challenge) = Challenge::read(carried.challenge.as_deref(), carried.method.as_deref()) else {
            return Ok(None);
        };
        let request = AuthorizationRequest {
            redirect_uri: carried.redirect_uri,
            scopes: carried.scopes,
            state: carried.state,
            is_offline: carried.is_offline,
            challenge,
        };
        Ok(Some((client, request)))
    }

    /// A person says yes with a native token. `needs` are the native scopes without which they may not.
    pub async fn approve(
        &self,
        client: &KnownClient,
        request: AuthorizationRequest,
        token: &str,
        needs: &[&'static str],
        request_id: &str,
    ) -> Result<Result<IssuedCode, NotApproved>, Error> {
        let caller = match self.authenticate(FaceName::Native, token, None, request_id).await {
            Ok(caller) => caller,
            Err(AuthError::Rejected(_)) => return Ok(Err(NotApproved::Token)),
            Err(AuthError::Failed(error)) => return Err(error),
        };
        if caller.tenant != client.tenant() || caller.acts_for != ActsFor::Staff {
            return Ok(Err(NotApproved::Token));
        }
        if let Some(lacking) = needs.iter().find(|scope| !caller.has_scope(scope) && !caller.has_scope("*")) {
            return Ok(Err(NotApproved::Lacks(lacking)));
        }
        let issue = IssueCode {
            client: client.id(),
            scopes: request.scopes,
            is_offline: request.is_offline,
            redirect_uri: Some(request.redirect_uri),
            challenge: request.challenge,
            seconds: WEB_CODE_SECONDS,
        };
        self.perform(&caller, issue).await.map(Ok)
    }
}

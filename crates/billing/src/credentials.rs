//! Credentials: opaque tokens of 256 random bits, kept as SHA-256 only. A key pair (ChargeOver) keeps the
//! hash of its private half for Basic, and the half itself, sealed, because HMAC signatures are made with it.

use crate::caller::{ActsFor, Caller, FaceName};
use crate::secrets::Place;
use crate::verb::{Cx, Verb};
use crate::{Billing, Error};
use domain::id::{CredentialId, CustomerId, TenantId};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::access::Credential;
use subtle::ConstantTimeEq;

/// Makes a credential; its secret is shown once, in the outcome.
#[derive(Clone, Debug)]
pub struct CreateCredential {
    pub face: FaceName,
    pub label: String,
    /// Acts for this customer and everything below it, instead of for staff.
    pub customer: Option<CustomerId>,
    pub scopes: Vec<String>,
    pub entitlements: Vec<String>,
    pub expires_at: Option<Timestamp>,
    /// Given secrets are for the demo and for tests; otherwise random ones are made.
    pub given: Option<Secrets>,
}

/// What the client presents: a token, or a public key with its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The bearer token, or the public half.
    pub token: String,
    pub private_key: Option<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(***)")
    }
}

impl Secrets {
    /// New random secrets in the shape that the face's clients expect.
    pub fn random(face: FaceName) -> Self {
        match face {
            FaceName::Zoho => {
                Self { token: format!("1000.{}.{}", &random_hex()[..32], &random_hex()[..32]), private_key: None }
            }
            FaceName::ChargeOver => Self { token: random_hex()[..40].to_owned(), private_key: Some(random_hex()) },
            FaceName::Native => Self { token: format!("bw_{}", random_hex()), private_key: None },
            FaceName::Zoom | FaceName::Talkdesk => Self { token: random_hex(), private_key: None },
        }
    }
}

/// 256 random bits as hex.
pub(crate) fn random_hex() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    hex::encode(bytes)
}

/// Twelve characters of `[a-z0-9]` for links and tokens of objects (62 bits and a little).
pub(crate) fn random_token() -> String {
    const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut token = String::with_capacity(12);
    let mut bytes = [0_u8; 32];
    while token.len() < 12 {
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        // 252 = 7 * 36: larger bytes would favour the first letters.
        token
            .extend(bytes.iter().filter(|&&byte| byte < 252).map(|&byte| char::from(ALPHABET[usize::from(byte % 36)])));
    }
    token.truncate(12);
    token
}

pub(crate) fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// A token means something to one face only, so its lookup hash names the face.
fn lookup(face: FaceName, token: &str) -> String {
    hash(&format!("{}:{token}", face.word()))
}

/// A credential without its secrets.
#[derive(Clone, Debug)]
pub struct CredentialInfo {
    pub id: CredentialId,
    pub face: String,
    pub label: String,
    pub customer: Option<CustomerId>,
    pub scopes: Vec<String>,
    pub entitlements: Vec<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl From<&Credential> for CredentialInfo {
    fn from(stored: &Credential) -> Self {
        Self {
            id: stored.id,
            face: stored.face.clone(),
            label: stored.label.clone(),
            customer: stored.customer_id,
            scopes: stored.scopes.clone(),
            entitlements: stored.entitlements.clone(),
            created_at: stored.created_at,
            expires_at: stored.expires_at,
            revoked_at: stored.revoked_at,
        }
    }
}

impl Verb for CreateCredential {
    type Outcome = (CredentialInfo, Secrets);

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Self::Outcome, Error> {
        if let Some(customer) = self.customer
            && store::customers::load(cx.tx, customer).await?.is_none()
        {
            return Err(Error::missing("customer", customer));
        }
        let secrets = self.given.clone().unwrap_or_else(|| Secrets::random(self.face));
        let id = cx.id(CredentialId)?;
        let sealed_key = secrets.private_key.as_deref().map(|key| cx.seal(SIGNING_KEY, id.0, key)).transpose()?;
        let credential = Credential {
            tenant: cx.tx.tenant(),
            id,
            face: self.face.word().to_owned(),
            label: self.label.clone(),
            customer_id: self.customer,
            scopes: self.scopes.clone(),
            entitlements: self.entitlements.clone(),
            lookup_hash: lookup(self.face, &secrets.token),
            secret_hash: secrets.private_key.as_deref().map(hash),
            sealed_key,
            created_at: cx.now,
            expires_at: self.expires_at,
            revoked_at: None,
        };
        store::access::insert_credential(cx.tx, &credential).await?;
        let detail = serde_json::json!({"face": credential.face, "scopes": credential.scopes});
        cx.change.audit(CredentialId::WORD, credential.id.0, "created", detail);
        Ok((CredentialInfo::from(&credential), secrets))
    }
}

/// Ends a credential at once.
#[derive(Clone, Copy, Debug)]
pub struct RevokeCredential {
    pub credential: CredentialId,
}

impl Verb for RevokeCredential {
    type Outcome = ();
    const CHANGES_ACCESS: bool = true;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if !store::access::revoke_credential(cx.tx, self.credential, cx.now).await? {
            return Err(Error::missing("credential", self.credential));
        }
        cx.change.audit(CredentialId::WORD, self.credential.0, "revoked", serde_json::json!({}));
        Ok(())
    }
}

/// Why a credential was not accepted. Faces word it; none says more than "not accepted".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    Unknown,
    Revoked,
    Expired,
    /// A wrong private key or signature.
    WrongSecret,
    /// A signature outside the clock window.
    Stale,
    /// A signature seen before.
    Replayed,
}

/// What was wrong, or that the store could not say.
#[derive(Debug)]
pub enum AuthError {
    Rejected(Rejected),
    Failed(Error),
}

impl From<Rejected> for AuthError {
    fn from(reason: Rejected) -> Self {
        Self::Rejected(reason)
    }
}

/// A request signed with a private key (ChargeOver's signature v1).
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    pub public_key: &'a str,
    pub nonce: &'a str,
    /// Unix seconds as sent.
    pub timestamp: &'a str,
    pub signature: &'a str,
    /// The full URL as the client saw it, query included.
    pub url: &'a str,
    pub body: &'a [u8],
}

/// What a key pair's private half is called where it is sealed.
const SIGNING_KEY: &str = "credential.signing_key";

/// How far a signature's clock may be off, either way.
const SIGNATURE_WINDOW: SignedDuration = SignedDuration::from_mins(15);

impl Billing {
    /// Accepts a token (or a public key alone when `private_key` is `None` and the face has no pairs).
    pub async fn authenticate(
        &self,
        face: FaceName,
        token: &str,
        private_key: Option<&str>,
        request_id: &str,
    ) -> Result<Caller, AuthError> {
        let known = self.find_credential(face, token).await?;
        match (&known.0.secret_hash, private_key) {
            (Some(stored), Some(given)) => {
                if !bool::from(stored.as_bytes().ct_eq(hash(given).as_bytes())) {
                    return Err(Rejected::WrongSecret.into());
                }
            }
            (None, None) => {}
            _ => return Err(Rejected::WrongSecret.into()),
        }
        Ok(caller(&known, face, request_id))
    }

    /// Accepts a signed request once: the signature, its clock window, and its nonce are checked in that order.
    pub async fn authenticate_signed(
        &self,
        face: FaceName,
        signed: &Signed<'_>,
        request_id: &str,
    ) -> Result<Caller, AuthError> {
        let known = self.find_credential(face, signed.public_key).await?;
        let credential = &known.0;
        let sealed = credential.sealed_key.as_deref().ok_or(Rejected::WrongSecret)?;
        let place = Place { word: SIGNING_KEY, tenant: credential.tenant, id: credential.id.0 };
        let key = self.open_secret(&place, sealed).map_err(AuthError::Failed)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
        let head =
            format!("{}||{}||{}||{}||", signed.public_key, signed.url.to_lowercase(), signed.nonce, signed.timestamp);
        mac.update(head.as_bytes());
        mac.update(signed.body);
        let expected = hex::encode(mac.finalize().into_bytes());
        if !bool::from(expected.as_bytes().ct_eq(signed.signature.to_lowercase().as_bytes())) {
            return Err(Rejected::WrongSecret.into());
        }
        let now = self.now();
        let at = signed
            .timestamp
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or(Rejected::Stale)?;
        if at.duration_since(now).abs() > SIGNATURE_WINDOW {
            return Err(Rejected::Stale.into());
        }
        let remember =
            Remember { credential: credential.id, nonce: format!("{}:{}", signed.timestamp, signed.nonce), at: now };
        let is_new = self
            .db
            .write(credential.tenant, remember)
            .await
            .map_err(|error| AuthError::Failed(Error::from(error).settle()))?;
        if !is_new {
            return Err(Rejected::Replayed.into());
        }
        Ok(caller(&known, face, request_id))
    }

    async fn find_credential(&self, face: FaceName, token: &str) -> Result<Arc<Known>, AuthError> {
        let lookup_hash = lookup(face, token);
        let known = match self.known.get(&lookup_hash) {
            Some(known) => known,
            None => {
                let find = Find { lookup_hash: lookup_hash.clone() };
                let found = self
                    .db
                    .read(TenantId(0), find)
                    .await
                    .map_err(|error| AuthError::Failed(Error::from(error).settle()))?;
                let known = Arc::new(found.ok_or(Rejected::Unknown)?);
                self.known.keep(lookup_hash, &known);
                known
            }
        };
        let credential = &known.0;
        if credential.revoked_at.is_some() {
            return Err(Rejected::Revoked.into());
        }
        if credential.expires_at.is_some_and(|at| at <= self.now()) {
            return Err(Rejected::Expired.into());
        }
        Ok(known)
    }

    pub async fn credentials(&self, tenant: TenantId) -> Result<Vec<CredentialInfo>, Error> {
        let stored = self.read(tenant, |tx| Box::pin(async move { Ok(store::access::credentials(tx).await?) })).await?;
        Ok(stored.iter().map(CredentialInfo::from).collect())
    }
}

fn caller((credential, has_foreign_ids): &Known, face: FaceName, request_id: &str) -> Caller {
    Caller {
        tenant: credential.tenant,
        credential: Some(credential.id),
        actor: credential.label.clone(),
        face,
        acts_for: credential.customer_id.map_or(ActsFor::Staff, ActsFor::Customer),
        scopes: credential.scopes.clone(),
        entitlements: credential.entitlements.clone(),
        request_id: request_id.to_owned(),
        has_foreign_ids: *has_foreign_ids,
    }
}

/// A credential, and whether its tenant keeps foreign ids of its face.
pub(crate) type Known = (Credential, bool);

/// Credentials seen within the last second, so that a busy client costs one look-up a second. A revocation by
/// this process empties it; one by another process is seen within that second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    by_hash: Arc<Mutex<SeenByHash>>,
}

type SeenByHash = HashMap<String, (Instant, Arc<Known>)>;

impl Seen {
    const FOR: Duration = Duration::from_secs(1);
    const MOST: usize = 1_024;

    fn get(&self, lookup_hash: &str) -> Option<Arc<Known>> {
        let seen = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(lookup_hash).filter(|(at, _)| at.elapsed() < Self::FOR).map(|(_, known)| known.clone())
    }

    fn keep(&self, lookup_hash: String, known: &Arc<Known>) {
        let mut seen = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= Self::MOST {
            seen.clear();
        }
        seen.insert(lookup_hash, (Instant::now(), known.clone()));
    }

    pub(crate) fn forget(&self) {
        self.by_hash.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

struct Find {
    lookup_hash: String,
}

impl store::Work for Find {
    type Out = Option<Known>;
    type Error = store::Error;

    async fn run(&self, tx: &mut store::Tx<'_>) -> store::Result<Option<Known>> {
        store::access::find_credential(tx, &self.lookup_hash).await
    }
}

struct Remember {
    credential: CredentialId,
    nonce: String,
    at: Timestamp,
}

impl store::Work for Remember {
    type Out = bool;
    type Error = store::Error;

    async fn run(&self, tx: &mut store::Tx<'_>) -> store::Result<bool> {
        // A nonce need be remembered only while its timestamp would still be accepted.
        let forget_before = self.at - SIGNATURE_WINDOW - SIGNATURE_WINDOW;
        store::access::remember_nonce(tx, self.credential, &self.nonce, self.at, forget_before).await
    }
}

//! OAuth 2.0 for clients of Zoho's API: RFC 6749's authorization code with optional PKCE (RFC 7636), refresh tokens,
//! revocation. Does not own the words of the wire nor the grammar of scopes (face-zoho): scopes pass through here as
//! texts that the face has judged.
//!
//! A *client* is a program that a tenant's staff registered. A *grant* is one approval of what it may do: it begins
//! as a code that lives for minutes, is changed once for a refresh token (unless the client asked for online access)
//! and an access token, and holds until it is revoked. An access token is an ordinary credential of the face, so that
//! every call is authenticated in one way.

pub mod clients;
pub mod codes;
pub mod consent;
pub mod pkce;
mod redirect;
pub mod revoke;
pub mod tokens;

pub use redirect::origin;

use crate::caller::FaceName;
use crate::credentials::{self, Secrets};

/// Whose clients these are.
const FACE: FaceName = FaceName::Zoho;

/// How long an access token is accepted.
pub const ACCESS_TOKEN_SECONDS: i64 = 3600;

/// A code or token as Zoho spells them: `1000.<32 hex>.<32 hex>`, 256 random bits.
fn opaque() -> String {
    Secrets::random(FACE).token
}

fn code_hash(code: &str) -> String {
    credentials::hash(&format!("oauth-code:{code}"))
}

fn refresh_hash(token: &str) -> String {
    credentials::hash(&format!("oauth-refresh:{token}"))
}

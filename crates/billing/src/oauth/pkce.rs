//! Proof Key for Code Exchange (RFC 7636): whoever brings the code shows that it asked for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// How the challenge was made of the verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// It is the verifier itself.
    Plain,
    /// Base64url of its SHA-256, without padding.
    S256,
}

impl Method {
    const ALL: [Self; 2] = [Self::Plain, Self::S256];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::S256 => "S256",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }
}

/// What the client sends when it asks for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    value: String,
    method: Method,
}

/// A challenge or method that RFC 7636 does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadChallenge;

impl Challenge {
    /// `code_challenge` with `code_challenge_method`; without a method it is `plain` (RFC 7636 4.3). None when the
    /// client does not use PKCE.
    ///
    /// # Errors
    /// [`BadChallenge`]: an unknown method, a method alone, or not 43 to 128 unreserved characters.
    pub fn read(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, BadChallenge> {
        let Some(value) = challenge else {
            return if method.is_some() { Err(BadChallenge) } else { Ok(None) };
        };
        let method = Method::from_word(method.unwrap_or(Method::Plain.word())).ok_or(BadChallenge)?;
        if !is_well_formed(value) {
            return Err(BadChallenge);
        }
        Ok(Some(Self { value: value.to_owned(), method }))
    }

    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn method(&self) -> Method {
        self.method
    }

    /// Whether this is what the verifier gives (RFC 7636 4.6).
    pub fn is_met_by(&self, verifier: &str) -> bool {
        if !is_well_formed(verifier) {
            return false;
        }
        let expected = match self.method {
            Method::Plain => verifier.to_owned(),
            Method::S256 => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
        };
        self.value.as_bytes().ct_eq(expected.as_bytes()).into()
    }
}

/// 43 to 128 of `[A-Za-z0-9-._~]` (RFC 7636 4.1, 4.2).
fn is_well_formed(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn read(challenge: &str, method: Option<&str>) -> Challenge {
        Challenge::read(Some(challenge), method).expect("a challenge").expect("given")
    }

    #[test]
    fn the_rfcs_own_example() {
        let challenge = read(CHALLENGE, Some("S256"));
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by(CHALLENGE));
        assert!(!challenge.is_met_by(&VERIFIER.to_lowercase()));
        assert!(!challenge.is_met_by(""));
    }

    #[test]
    fn plain_is_the_default() {
        assert_eq!(read(VERIFIER, None), read(VERIFIER, Some("plain")));
        assert!(read(VERIFIER, None).is_met_by(VERIFIER));
        assert!(!read(CHALLENGE, None).is_met_by(VERIFIER));
    }

    #[test]
    fn what_is_no_challenge() {
        assert_eq!(Challenge::read(None, None), Ok(None));
        for (challenge, method) in [
            (None, Some("S256")),
            (Some(CHALLENGE), Some("s256")),
            (Some(CHALLENGE), Some("")),
            (Some("short"), Some("S256")),
            (Some(""), None),
        ] {
            assert_eq!(Challenge::read(challenge, method), Err(BadChallenge), "{challenge:?} {method:?}");
        }
        assert_eq!(Challenge::read(Some(&"a".repeat(129)), None), Err(BadChallenge));
        assert_eq!(Challenge::read(Some(&"ä".repeat(43)), None), Err(BadChallenge));
    }
}

//! The `Idempotency-Key` header and the hash that tells whether two requests with one key are
//! the same request. Keys are stored by billing.

use std::fmt;

use http::HeaderMap;
use sha2::{Digest as _, Sha256};

/// The header's name.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A client's key: 1..=255 characters of visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// Why the header is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyFault {
    /// Given more than once.
    #[error("the idempotency key is given more than once")]
    Repeated,
    /// No character, or more than 255.
    #[error("an idempotency key has 1 to 255 characters")]
    Length,
    /// A character that is not visible ASCII, or a broken quotation.
    #[error("an idempotency key consists of visible ASCII characters")]
    Character,
}

impl IdempotencyKey {
    /// Reads the header; None without one.
    ///
    /// # Errors
    /// [`IdempotencyKeyFault`] for a header that is no key.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, IdempotencyKeyFault> {
        let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(IdempotencyKeyFault::Repeated);
        }
        let value = value.to_str().map_err(|_| IdempotencyKeyFault::Character)?;
        Self::parse(value).map(Some)
    }

    /// Reads a key, plain (`abc`) or quoted as a string of RFC 9651 (`"abc"`), which the draft
    /// of the header asks for: both are the same key.
    ///
    /// # Errors
    /// [`IdempotencyKeyFault`].
    pub fn parse(value: &str) -> Result<Self, IdempotencyKeyFault> {
        let value = value.trim();
        let key = match value.strip_prefix('"') {
            Some(rest) => unquote(rest).ok_or(IdempotencyKeyFault::Character)?,
            None => value.to_owned(),
        };
        if !(1..=255).contains(&key.len()) {
            return Err(IdempotencyKeyFault::Length);
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(IdempotencyKeyFault::Character);
        }
        Ok(Self(key))
    }

    /// The key without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn unquote(rest: &str) -> Option<String> {
    let mut key = String::new();
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return characters.next().is_none().then_some(key),
            '\\' => key.push(characters.next().filter(|next| matches!(next, '"' | '\\'))?),
            other => key.push(other),
        }
    }
    None
}

/// SHA-256 of a request's method, path, query and body.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestHash([u8; 32]);

impl RequestHash {
    /// Hashes a request. Each part is preceded by its length, so that no two requests run
    /// together.
    pub fn of(method: &str, path: &str, query: Option<&str>, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), query.unwrap_or("").as_bytes(), body] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Result<&str, IdempotencyKeyFault>) {
        let key = IdempotencyKey::parse(value);
        assert_eq!(key.as_ref().map(IdempotencyKey::as_str).map_err(|fault| *fault), expected);
    }

    #[test]
    fn keys() {
        use IdempotencyKeyFault::{Character, Length};
        check("8e03978e-40d5-43dd-bc93-6894a57f9324", Ok("8e03978e-40d5-43dd-bc93-6894a57f9324"));
        check(" \"abc\" ", Ok("abc"));
        check(r#""a\"b\\c""#, Ok(r#"a"b\c"#));
        check(&"k".repeat(255), Ok(&"k".repeat(255)));
        check(&"k".repeat(256), Err(Length));
        check("", Err(Length));
        check("\"\"", Err(Length));
        check("a b", Err(Character));
        check("\"a b\"", Err(Character));
        check("\"abc", Err(Character));
        check("\"abc\";x=1", Err(Character));
        check(r#""a\n""#, Err(Character));
        check("é", Err(Character));
    }

    #[test]
    fn one_header_only() {
        let mut headers = HeaderMap::new();
        assert_eq!(IdempotencyKey::of(&headers), Ok(None));
        headers.append(IDEMPOTENCY_KEY, "a".parse().expect("a value"));
        assert_eq!(IdempotencyKey::of(&headers), IdempotencyKey::parse("a").map(Some));
        headers.append(IDEMPOTENCY_KEY, "a".parse().expect("a value"));
        assert_eq!(IdempotencyKey::of(&headers), Err(IdempotencyKeyFault::Repeated));
    }

    #[test]
    fn hashes_tell_requests_apart() {
        let base = RequestHash::of("POST", "/a", Some("b=c"), b"{}");
        assert_eq!(base, RequestHash::of("POST", "/a", Some("b=c"), b"{}"));
        for other in [
            RequestHash::of("PUT", "/a", Some("b=c"), b"{}"),
            RequestHash::of("POST", "/ab", Some("=c"), b"{}"),
            RequestHash::of("POST", "/a", Some("b=c{"), b"}"),
            RequestHash::of("POST", "/a", None, b"{}"),
        ] {
            assert_ne!(base, other);
        }
        let hash = format!("{:?}", RequestHash::of("", "", None, b""));
        // SHA-256 of 32 zero bytes.
        assert_eq!(hash, "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    }
}

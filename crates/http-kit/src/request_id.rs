//! The id that a request, its log lines and its answer share.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

/// The header's name.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id: the client's own when it is `[A-Za-z0-9._-]{1,64}`, else a new one.
#[derive(Clone)]
pub struct RequestId {
    inner: Arc<Inner>,
}

struct Inner {
    text: String,
    is_logged: AtomicBool,
}

impl RequestId {
    /// The id of a request with these headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
        let is_sane = |text: &&str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        };
        Self::from_text(sent.filter(is_sane).map_or_else(fresh, str::to_owned))
    }

    fn from_text(text: String) -> Self {
        Self { inner: Arc::new(Inner { text, is_logged: AtomicBool::new(false) }) }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.inner.text
    }

    /// The id as a header value.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(self.as_str()).expect("an id consists of visible ASCII")
    }

    /// Logs what made the request fail, with its whole chain of causes, at most once per
    /// request: the layers above may report the same error again. The caller of the API gets
    /// only the id.
    pub fn log_once(&self, error: &(dyn Error + 'static)) {
        if !self.inner.is_logged.swap(true, Ordering::Relaxed) {
            tracing::error!(request_id = %self, error = %Chain(error), "the request failed");
        }
    }

    /// As [`RequestId::log_once`], for failures that are no `Error`, such as panics.
    pub(crate) fn log_words_once(&self, words: &str) {
        if !self.inner.is_logged.swap(true, Ordering::Relaxed) {
            tracing::error!(request_id = %self, error = words, "the request failed");
        }
    }
}

/// Sixteen hexadecimal digits, distinct within a process and, but for chance, between processes.
fn fresh() -> String {
    static SEED: LazyLock<u64> = LazyLock::new(|| {
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).expect("the operating system has randomness");
        u64::from_ne_bytes(seed)
    });
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // SplitMix64 (Steele et al. 2014): a bijection, so a count never repeats an id.
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut mixed = SEED.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("{:016x}", mixed ^ (mixed >> 31))
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    /// The edge has put it there; outside of an edge it is made from the headers.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Self>().cloned();
        Ok(known.unwrap_or_else(|| Self::of(&parts.headers)))
    }
}

/// An error and its causes, in one line.
struct Chain<'e>(&'e (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sent: &str, is_kept: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_bytes(sent.as_bytes()).expect("a value"));
        let id = RequestId::of(&headers);
        assert_eq!(id.as_str() == sent, is_kept, "{id}");
        assert_eq!(id.header_value().as_bytes(), id.as_str().as_bytes());
    }

    #[test]
    fn keeps_sane_ids() {
        check("a.B_c-9", true);
        check(&"a".repeat(64), true);
        check(&"a".repeat(65), false);
        check("", false);
        check("a b", false);
        check("a\"b", false);
        check("é", false);
    }

    #[test]
    fn makes_distinct_ids() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| fresh()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.len() == 16));
    }

    #[test]
    fn chains_print_in_one_line() {
        let inner = std::io::Error::other("disk gone");
        let outer = std::io::Error::other(inner);
        assert_eq!(Chain(&outer).to_string(), "disk gone");
        #[derive(Debug, thiserror::Error)]
        #[error("cannot store")]
        struct Outer(#[source] std::io::Error);
        let chain = Outer(std::io::Error::other("disk gone"));
        assert_eq!(Chain(&chain).to_string(), "cannot store: disk gone");
    }
}

//! Cross-origin requests from an allow-list of origins. Credentials travel in the
//! `Authorization` header, never in cookies, so credentialed mode is never offered.

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue,
    ORIGIN, VARY,
};
use http::{Method, StatusCode};

/// Headers every face's preflights allow.
pub const COMMON_REQUEST_HEADERS: &str = "Authorization, Content-Type, Accept, Idempotency-Key, If-Match, X-Request-Id";

/// Headers a script may read besides the safelisted ones.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Location, ETag, Retry-After, WWW-Authenticate, Content-Disposition, X-Request-Id, \
     X-RateLimit-Category, X-RateLimit-Type, X-RateLimit-Limit, X-RateLimit-Remaining",
);
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
const PREFLIGHT_VARY: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

/// The origins whose scripts may call.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    origins: Vec<String>,
}

/// A configured text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin such as https://app.example.com")]
pub struct NotAnOrigin(pub String);

impl Cors {
    /// Allows these origins, each as a browser sends it: scheme, host and, unless it is the
    /// scheme's own, port. None: no cross-origin calls.
    ///
    /// # Errors
    /// [`NotAnOrigin`] for a path, a wildcard or `null`.
    pub fn new(origins: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, NotAnOrigin> {
        let parse = |origin: &str| {
            let lower = origin.trim().trim_end_matches('/').to_ascii_lowercase();
            let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
            match host {
                Some(host) if crate::url::is_host(host) => Ok(lower),
                _ => Err(NotAnOrigin(origin.to_owned())),
            }
        };
        let origins = origins.into_iter().map(|origin| parse(origin.as_ref()));
        Ok(Self { origins: origins.collect::<Result<_, _>>()? })
    }

    /// The answer to a preflight; None when the request is none. Needs no authentication and
    /// tells nothing about routes. A foreign origin gets the same answer without CORS headers.
    pub fn preflight(&self, method: &Method, headers: &HeaderMap, allowed_headers: &'static str) -> Option<Response> {
        let is_preflight = *method == Method::OPTIONS
            && headers.contains_key(ORIGIN)
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !is_preflight {
            return None;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let answer = response.headers_mut();
        answer.insert(VARY, PREFLIGHT_VARY);
        if let Some(origin) = self.allowed(headers) {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allowed_headers));
            answer.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        }
        Some(response)
    }

    /// Adds to a normal answer what the request's origin may see. With an empty allow-list
    /// nothing is added.
    pub fn decorate(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        answer.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.allowed(request) {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    fn allowed<'h>(&self, headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let text = origin.to_str().ok()?;
        self.origins.iter().any(|known| known.eq_ignore_ascii_case(text)).then_some(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors() -> Cors {
        Cors::new(["https://app.example.com", "http://localhost:5173/"]).expect("origins")
    }

    fn request(origin: &str, asked: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin.parse().expect("a value"));
        if let Some(method) = asked {
            headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method));
        }
        headers
    }

    #[track_caller]
    fn check_preflight(origin: &str, is_allowed: bool) {
        let headers = request(origin, Some("POST"));
        let answer = cors().preflight(&Method::OPTIONS, &headers, "Authorization, X-Face").expect("a preflight");
        assert_eq!(answer.status(), 204);
        let found = |name| answer.headers().get(&name).map(|value| value.to_str().expect("text"));
        assert_eq!(found(ACCESS_CONTROL_ALLOW_ORIGIN), is_allowed.then_some(origin));
        let face_headers = is_allowed.then_some("Authorization, X-Face");
        assert_eq!(found(ACCESS_CONTROL_ALLOW_HEADERS), face_headers);
        assert!(found(VARY).is_some_and(|names| names.starts_with("Origin")));
    }

    #[test]
    fn preflights() {
        check_preflight("https://app.example.com", true);
        check_preflight("http://localhost:5173", true);
        check_preflight("https://app.example.com.evil.com", false);
        check_preflight("http://app.example.com", false);
        check_preflight("https://app.example.com:8443", false);
        check_preflight("null", false);
    }

    #[test]
    fn other_requests_are_no_preflights() {
        let origin = "https://app.example.com";
        let none = |method: Method, headers: HeaderMap| cors().preflight(&method, &headers, "Authorization").is_none();
        assert!(none(Method::OPTIONS, request(origin, None)));
        assert!(none(Method::POST, request(origin, Some("POST"))));
        assert!(none(Method::OPTIONS, HeaderMap::new()));
    }

    #[test]
    fn normal_answers() {
        let mut answer = HeaderMap::new();
        cors().decorate(&request("https://app.example.com", None), &mut answer);
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example.com");
        assert_eq!(answer[VARY], "Origin");
        let mut answer = HeaderMap::new();
        cors().decorate(&request("https://evil.com", None), &mut answer);
        assert!(!answer.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(answer[VARY], "Origin");
        let mut answer = HeaderMap::new();
        Cors::default().decorate(&request("https://app.example.com", None), &mut answer);
        assert!(answer.is_empty());
    }

    #[test]
    fn only_origins_can_be_configured() {
        for text in ["*", "null", "app.example.com", "https://", "https://a/b", "https://*.a.com", "ftp://a"] {
            assert_eq!(Cors::new([text]).expect_err("refused"), NotAnOrigin(text.into()));
        }
    }
}

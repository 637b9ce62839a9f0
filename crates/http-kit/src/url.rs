//! The public base URL as the client saw it, for absolute links and for signatures over URLs.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{FromRequestParts, OriginalUri};
use http::HeaderMap;
use http::header::HOST;
use http::request::Parts;
use http::uri::PathAndQuery;

use crate::server::Peer;

/// `scheme://host[:port]`, with a path when a proxy adds one; never with a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(String);

/// A configured text that is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a base URL such as https://billing.example.com")]
pub struct NotABaseUrl(pub String);

impl BaseUrl {
    /// Reads a configured base URL: http or https, a host, an optional path, no query.
    ///
    /// # Errors
    /// [`NotABaseUrl`].
    pub fn parse(text: &str) -> Result<Self, NotABaseUrl> {
        let refused = || NotABaseUrl(text.to_owned());
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(refused)?;
        let scheme = scheme.to_ascii_lowercase();
        let (host, path) = match rest.split_once('/') {
            Some((host, path)) => (host, path.trim_end_matches('/')),
            None => (rest, ""),
        };
        let is_path_char = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%".contains(&b);
        let is_fine = matches!(scheme.as_str(), "http" | "https") && is_host(host) && path.bytes().all(is_path_char);
        if !is_fine {
            return Err(refused());
        }
        let slash = if path.is_empty() { "" } else { "/" };
        Ok(Self(format!("{scheme}://{}{slash}{path}", host.to_ascii_lowercase())))
    }

    /// The absolute URL of `path`, which begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The URL's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` is a host with an optional port: a name, an IPv4 address or `[IPv6]`.
pub fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, behind)) = rest.split_once(']') else {
                return false;
            };
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            match behind.strip_prefix(':') {
                Some(port) => ("v6", Some(port)),
                None if behind.is_empty() => ("v6", None),
                None => return false,
            }
        }
        None => match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let is_name = (1..=253).contains(&name.len())
        && !name.starts_with(['.', '-'])
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let is_port =
        |port: &str| port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    is_name && port.is_none_or(is_port)
}

/// How the public URL is found.
#[derive(Debug, Clone, Default)]
pub struct PublicUrl {
    /// The configured URL; it wins over everything a request says.
    pub configured: Option<BaseUrl>,
    /// Whether a proxy stands before the server that sets `X-Forwarded-Proto`,
    /// `X-Forwarded-Host` and `X-Forwarded-For`. Without one, anybody can send them.
    pub trusts_proxy: bool,
}

impl PublicUrl {
    /// The base URL of a request: configured, else forwarded (if trusted), else from `Host`,
    /// else the address the connection came in on (HTTP/1.0, or a `Host` that is none).
    pub fn base(&self, headers: &HeaderMap, peer: Option<&Peer>) -> BaseUrl {
        if let Some(configured) = &self.configured {
            return configured.clone();
        }
        let forwarded = |name| self.forwarded(headers, name);
        let is_tls = match forwarded("x-forwarded-proto") {
            Some(scheme) => scheme.eq_ignore_ascii_case("https"),
            None => peer.is_some_and(|peer| peer.is_tls),
        };
        let own_host = || headers.get(HOST).and_then(|value| value.to_str().ok());
        let host = forwarded("x-forwarded-host").filter(|host| is_host(host));
        let host = host.or_else(own_host).filter(|host| is_host(host));
        let host = match (host, peer) {
            (Some(host), _) => host.to_ascii_lowercase(),
            (None, Some(peer)) => peer.local.to_string(),
            (None, None) => "localhost".to_owned(),
        };
        BaseUrl(format!("{}://{host}", if is_tls { "https" } else { "http" }))
    }

    /// The client's address: forwarded (if trusted), else the connection's.
    pub fn client_ip(&self, headers: &HeaderMap, peer: &Peer) -> IpAddr {
        let forwarded = self.forwarded(headers, "x-forwarded-for").and_then(|text| {
            let address = text.parse::<SocketAddr>().map(|address| address.ip());
            address.or_else(|_| text.parse()).ok()
        });
        forwarded.unwrap_or(peer.remote.ip())
    }

    /// The last element of the last such header: the one that the proxy next to us wrote.
    fn forwarded<'h>(&self, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        if !self.trusts_proxy {
            return None;
        }
        let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
        value.rsplit(',').next().map(str::trim).filter(|text| !text.is_empty())
    }
}

/// The URL of one request as its client saw it. The edge puts it into the request's extensions.
#[derive(Debug, Clone)]
pub struct ClientUrl {
    base: BaseUrl,
    path_and_query: PathAndQuery,
}

impl ClientUrl {
    /// Combines a base with a request's target.
    pub fn new(base: BaseUrl, path_and_query: PathAndQuery) -> Self {
        Self { base, path_and_query }
    }

    /// Where absolute links begin.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// The whole URL with its query, byte for byte as it was requested.
    pub fn full(&self) -> String {
        self.base.join(self.path_and_query.as_str())
    }

    /// The whole path, with the face's prefix.
    pub fn path(&self) -> &str {
        self.path_and_query.path()
    }

    /// The query as it was sent.
    pub fn query(&self) -> Option<&str> {
        self.path_and_query.query()
    }
}

/// The request's own path and query, before any prefix was stripped.
pub(crate) fn path_and_query(parts: &Parts) -> PathAndQuery {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"))
}

impl<S: Sync> FromRequestParts<S> for ClientUrl {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let base = PublicUrl::default().base(&parts.headers, parts.extensions.get());
        Ok(Self::new(base, path_and_query(parts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_base(text: &str, expected: Option<&str>) {
        assert_eq!(BaseUrl::parse(text).ok().as_ref().map(BaseUrl::as_str), expected);
    }

    #[test]
    fn configured_urls() {
        check_base("https://Billing.Example.com/", Some("https://billing.example.com"));
        check_base("http://localhost:8080", Some("http://localhost:8080"));
        check_base("https://a.com/billing/", Some("https://a.com/billing"));
        check_base("https://[::1]:8443", Some("https://[::1]:8443"));
        for text in ["", "a.com", "ftp://a.com", "https://", "https://a b", "https://a.com?x=1", "https://u:p@a.com"] {
            check_base(text, None);
        }
    }

    #[test]
    fn hosts() {
        for text in ["a", "a.b-c.com:80", "127.0.0.1:8080", "[::1]", "[::1]:80", "my_host"] {
            assert!(is_host(text), "{text}");
        }
        for text in ["", ":80", "a:", "a:x", "a:99999", "a/b", "a@b", "[::1", "[x]", "[::1]x", "a b", ".a", "a:1:2"] {
            assert!(!is_host(text), "{text}");
        }
    }

    fn peer(is_tls: bool) -> Peer {
        let remote = "10.1.2.3:5000".parse().expect("an address");
        Peer::new(remote, "127.0.0.1:8080".parse().expect("an address"), is_tls)
    }

    #[track_caller]
    fn check(trusts_proxy: bool, headers: &[(&'static str, &'static str)], expected: &str) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a value"));
        }
        let public = PublicUrl { configured: None, trusts_proxy };
        assert_eq!(public.base(&map, Some(&peer(false))).as_str(), expected);
    }

    #[test]
    fn urls_of_requests() {
        let proto = ("x-forwarded-proto", "https");
        let host = ("x-forwarded-host", "pay.example.com");
        check(false, &[("host", "Shop.example.com:81")], "http://shop.example.com:81");
        check(false, &[], "http://127.0.0.1:8080");
        check(false, &[("host", "a/../b")], "http://127.0.0.1:8080");
        check(false, &[("host", "a.com"), proto, host], "http://a.com");
        check(true, &[("host", "a.com"), proto, host], "https://pay.example.com");
        check(true, &[("host", "a.com"), proto], "https://a.com");
        check(true, &[("host", "a.com"), ("x-forwarded-host", "evil.com, good.com")], "http://good.com");
        check(true, &[("host", "a.com"), ("x-forwarded-host", "a b")], "http://a.com");
        let tls = PublicUrl::default().base(&HeaderMap::new(), Some(&peer(true)));
        assert_eq!(tls.as_str(), "https://127.0.0.1:8080");
    }

    #[test]
    fn a_configured_url_wins() {
        let configured = Some(BaseUrl::parse("https://pay.example.com").expect("a URL"));
        let public = PublicUrl { configured, trusts_proxy: true };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-host", "evil.com".parse().expect("a value"));
        let url = ClientUrl::new(public.base(&headers, None), PathAndQuery::from_static("/v2/x?a=%41"));
        assert_eq!(url.full(), "https://pay.example.com/v2/x?a=%41");
        assert_eq!((url.path(), url.query()), ("/v2/x", Some("a=%41")));
    }

    #[test]
    fn client_addresses() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.1.1.1, 192.0.2.7".parse().expect("a value"));
        let ip = |trusts_proxy, headers: &HeaderMap| {
            PublicUrl { configured: None, trusts_proxy }.client_ip(headers, &peer(false)).to_string()
        };
        assert_eq!(ip(false, &headers), "10.1.2.3");
        assert_eq!(ip(true, &headers), "192.0.2.7");
        assert_eq!(ip(true, &HeaderMap::new()), "10.1.2.3");
        headers.insert("x-forwarded-for", "unknown".parse().expect("a value"));
        assert_eq!(ip(true, &headers), "10.1.2.3");
    }
}

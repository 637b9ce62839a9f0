//! Where an answer may be sent: `https` anywhere, `http` only on the person's own machine (RFC 8252 7.3), no
//! fragment (RFC 6749 3.1.2), nobody's password, nothing that a header or a policy could be forged with.

/// Bytes of one URI.
const LONGEST: usize = 1_000;
/// What RFC 3986 allows besides letters and digits; the fragment's `#` is left out.
const MARKS: &[u8] = b"-._~:/?[]@!$&'()*+,;=%";

/// Scheme and authority of a redirect URI: `https://app.example:8443`. None when it may not be one.
pub fn origin(uri: &str) -> Option<&str> {
    if uri.len() > LONGEST || !uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || MARKS.contains(&byte)) {
        return None;
    }
    let (scheme, rest) = uri.split_once("://")?;
    let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    let host = host(authority)?;
    let is_fine = match scheme {
        "https" => true,
        "http" => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    };
    is_fine.then(|| &uri[..scheme.len() + "://".len() + authority.len()])
}

fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rfind(':') {
        Some(at) if !authority.ends_with(']') => (&authority[..at], Some(&authority[at + 1..])),
        _ => (authority, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    let is_address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    let is_name = !host.is_empty()
        && !host.starts_with(['-', '.'])
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    (is_address || is_name).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, expected: Option<&str>) {
        assert_eq!(origin(uri), expected, "{uri}");
    }

    #[test]
    fn origins() {
        check("https://app.example/callback?x=1", Some("https://app.example"));
        check("https://app.example:8443", Some("https://app.example:8443"));
        check("http://localhost:3000/cb", Some("http://localhost:3000"));
        check("http://127.0.0.1:0/", Some("http://127.0.0.1:0"));
        check("http://[::1]:8080/cb", Some("http://[::1]:8080"));
        check("https://[2001:db8::1]/cb", Some("https://[2001:db8::1]"));
        check("https://app.example?x=/", Some("https://app.example"));
    }

    #[test]
    fn what_is_refused() {
        for uri in [
            "",
            "app.example/cb",
            "http://app.example/cb",
            "javascript://app.example/%0aalert(1)",
            "app://callback",
            "https://",
            "https:///cb",
            "https://user:secret@app.example/cb",
            "https://user@app.example/cb",
            "https://app.example/cb#part",
            "https://app.example/c b",
            "https://app.example/\r\nlocation: x",
            "https://app.example\\@evil.example/",
            "https://app.example:99999/",
            "https://app.example:/",
            "https://[::1/",
            "https://app.example;script-src *",
            "https://äpp.example/",
            "http://localhost.evil.example/",
            "http://127.0.0.1.evil.example/",
        ] {
            check(uri, None);
        }
        check(&format!("https://app.example/{}", "a".repeat(LONGEST)), None);
    }
}

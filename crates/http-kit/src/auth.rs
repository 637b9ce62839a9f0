//! What a request presents as its credential. Extraction only: nobody is looked up here.

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::Secret;

/// Bytes of the header's value that are looked at at all.
const MAX_VALUE_BYTES: usize = 8 * 1024;
/// Bytes of one token, user name, password or signature field.
const MAX_FIELD_BYTES: usize = 4 * 1024;

/// The `Authorization` header, parsed. Schemes are read case-insensitively (RFC 9110 11.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// `Bearer <token>` (RFC 6750).
    Bearer(Secret),
    /// `Zoho-oauthtoken <token>`.
    ZohoOauth(Secret),
    /// `Zoho-authtoken <token>`, of old clients.
    ZohoAuthtoken(Secret),
    /// `Basic <base64 of user:password>` (RFC 7617).
    Basic {
        /// Before the first colon.
        user: String,
        /// After it; may be empty.
        password: Secret,
    },
    /// `ChargeOver co_public_key="..." co_nonce="..." ...`.
    ChargeOverSignature(ChargeOverSignature),
    /// A header that is none of these, or given twice, or too long.
    Malformed,
    /// No header, or an empty one.
    Missing,
}

/// ChargeOver's signature v1 as it was sent; nothing is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeOverSignature {
    /// `co_public_key`.
    pub public_key: String,
    /// `co_nonce`: eight characters from the known clients.
    pub nonce: String,
    /// `co_timestamp`: Unix seconds.
    pub timestamp: i64,
    /// `co_signature_method`: `HMAC-SHA256`.
    pub method: String,
    /// `co_version`: `1.0`.
    pub version: String,
    /// `co_signature`: hexadecimal.
    pub signature: Secret,
}

impl Presented {
    /// Reads the header.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Self::Missing;
        };
        if values.next().is_some() || value.len() > MAX_VALUE_BYTES {
            return Self::Malformed;
        }
        value.to_str().map_or(Self::Malformed, Self::parse)
    }

    /// Reads the header's value.
    pub fn parse(value: &str) -> Self {
        let value = value.trim();
        if value.is_empty() {
            return Self::Missing;
        }
        let (scheme, rest) = value.split_once([' ', '\t']).unwrap_or((value, ""));
        let rest = rest.trim();
        let presented = match scheme.to_ascii_lowercase().as_str() {
            "bearer" => token(rest).map(Self::Bearer),
            "zoho-oauthtoken" => token(rest).map(Self::ZohoOauth),
            "zoho-authtoken" => token(rest).map(Self::ZohoAuthtoken),
            "basic" => basic(rest),
            "chargeover" => signature(rest).map(Self::ChargeOverSignature),
            _ => None,
        };
        presented.unwrap_or(Self::Malformed)
    }
}

impl<S: Sync> FromRequestParts<S> for Presented {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

/// One token of visible ASCII. Wider than RFC 6750's b64token: vendors print what they like.
fn token(text: &str) -> Option<Secret> {
    let is_fine = (1..=MAX_FIELD_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_fine.then(|| Secret::new(text))
}

/// Base64 with or without its padding: clients do both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn basic(text: &str) -> Option<Presented> {
    let pair = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    let is_fine =
        user.len() <= MAX_FIELD_BYTES && password.len() <= MAX_FIELD_BYTES && !pair.chars().any(char::is_control);
    is_fine.then(|| Presented::Basic { user: user.to_owned(), password: Secret::new(password) })
}

/// Reads `co_public_key="..." co_nonce="..." ...`: the known clients put blanks between the
/// pairs and one behind the last (contract ChargeOver 3.2); commas are accepted too. Unknown
/// names are ignored, a name given twice is refused.
fn signature(text: &str) -> Option<ChargeOverSignature> {
    const NAMES: [&str; 6] =
        ["co_public_key", "co_nonce", "co_timestamp", "co_signature_method", "co_version", "co_signature"];
    let mut found: [Option<&str>; 6] = [None; 6];
    let mut rest = text.trim_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=')?;
        let (value, behind) = behind.trim_start().strip_prefix('"')?.split_once('"')?;
        let is_fine =
            value.len() <= MAX_FIELD_BYTES && value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if !is_fine {
            return None;
        }
        if let Some(at) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name.trim()))
            && found[at].replace(value).is_some()
        {
            return None;
        }
        rest = behind.trim_start_matches([' ', '\t', ',']);
    }
    let [public_key, nonce, timestamp, method, version, signature] = found;
    Some(ChargeOverSignature {
        public_key: public_key.filter(|text| !text.is_empty())?.to_owned(),
        nonce: nonce.filter(|text| !text.is_empty())?.to_owned(),
        timestamp: timestamp?.parse().ok()?,
        method: method?.to_owned(),
        version: version?.to_owned(),
        signature: Secret::new(signature.filter(|text| !text.is_empty())?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Presented) {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().expect("a header value"));
        assert_eq!(Presented::of(&headers), expected);
    }

    fn basic_of(user: &str, password: &str) -> Presented {
        Presented::Basic { user: user.into(), password: Secret::new(password) }
    }

    #[test]
    fn tokens() {
        check("Bearer abc.DEF-1", Presented::Bearer(Secret::new("abc.DEF-1")));
        check("bearer   abc", Presented::Bearer(Secret::new("abc")));
        check("Zoho-oauthtoken 1000.a.b", Presented::ZohoOauth(Secret::new("1000.a.b")));
        check("ZOHO-OAUTHTOKEN x", Presented::ZohoOauth(Secret::new("x")));
        check("zoho-authtoken x", Presented::ZohoAuthtoken(Secret::new("x")));
        check("Bearer", Presented::Malformed);
        check("Bearer a b", Presented::Malformed);
        check(&format!("Bearer {}", "a".repeat(4097)), Presented::Malformed);
        check(&format!("Bearer {}", "a".repeat(9000)), Presented::Malformed);
        check("Digest username=x", Presented::Malformed);
        check("abc", Presented::Malformed);
        check("", Presented::Missing);
    }

    #[test]
    fn basic_pairs() {
        check("Basic dXNlcjpwYXNz", basic_of("user", "pass"));
        check("basic dXNlcjpwYTpzcw==", basic_of("user", "pa:ss"));
        check("Basic dXNlcjpwYTpzcw", basic_of("user", "pa:ss"));
        check("Basic dXNlcjo=", basic_of("user", ""));
        check("Basic w6k6w6k=", basic_of("é", "é"));
        check("Basic dXNlcg==", Presented::Malformed);
        check("Basic !!", Presented::Malformed);
        check("Basic /zo6", Presented::Malformed);
        check("Basic", Presented::Malformed);
    }

    /// The header of wire contract ChargeOver 3.2.
    const SENT: &str = "ChargeOver co_public_key=\"user\" co_nonce=\"b9yp3v1t\" \
        co_timestamp=\"1795322983\" co_signature_method=\"HMAC-SHA256\" co_version=\"1.0\" \
        co_signature=\"5490f7\" ";

    #[test]
    fn chargeover_signatures() {
        let expected = Presented::ChargeOverSignature(ChargeOverSignature {
            public_key: "user".into(),
            nonce: "b9yp3v1t".into(),
            timestamp: 1_795_322_983,
            method: "HMAC-SHA256".into(),
            version: "1.0".into(),
            signature: Secret::new("5490f7"),
        });
        check(SENT, expected.clone());
        check(&SENT.replace("\" co_", "\", co_"), expected.clone());
        check(&SENT.replace("\" co_", "\",co_").to_lowercase().replace("hmac-sha", "HMAC-SHA"), expected.clone());
        check(&format!("{SENT} realm=\"x\""), expected);
        check(&SENT.replace("co_nonce", "x_nonce"), Presented::Malformed);
        check(&SENT.replace("1795322983", "now"), Presented::Malformed);
        check(&SENT.replace("\"user\"", "user"), Presented::Malformed);
        check(&SENT.replace("\"5490f7\"", "\"5490f7"), Presented::Malformed);
        check(&format!("{SENT} co_nonce=\"again\""), Presented::Malformed);
        check("ChargeOver ", Presented::Malformed);
    }

    #[test]
    fn one_header_only() {
        let mut headers = HeaderMap::new();
        assert_eq!(Presented::of(&headers), Presented::Missing);
        headers.append(AUTHORIZATION, "Bearer a".parse().expect("a value"));
        headers.append(AUTHORIZATION, "Bearer b".parse().expect("a value"));
        assert_eq!(Presented::of(&headers), Presented::Malformed);
    }

    #[test]
    fn debug_tells_no_secret() {
        for value in [SENT, "Bearer 5490f7", "Basic dXNlcjo1NDkwZjc="] {
            assert!(!format!("{:?}", Presented::parse(value)).contains("5490f7"));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_judged(value in "(?i)(basic|bearer|chargeover)? ?[ -~]{0,60}") {
            let _ = Presented::parse(&value);
        }
    }
}

//! How each face says no where no vendor's object is concerned: status, code and words.

use billing::FaceName;
use testkit::server::Reply;

/// Why a request is refused at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No credential, or one that is not accepted.
    Unauthorized,
    /// A credential without the scope.
    LacksScope,
    /// No route has this path.
    NoRoute,
    /// The path has other methods.
    NoMethod,
    /// The path names an object that is not there.
    NoObject,
}

impl Why {
    pub const ALL: [Why; 5] = [Why::Unauthorized, Why::LacksScope, Why::NoRoute, Why::NoMethod, Why::NoObject];

    pub fn words(self) -> &'static str {
        match self {
            Why::Unauthorized => "no credential, or one that is not accepted",
            Why::LacksScope => "the credential lacks the scope",
            Why::NoRoute => "no such path",
            Why::NoMethod => "the path has other methods",
            Why::NoObject => "no such object, or not for this caller",
        }
    }
}

/// What a face answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Says {
    pub status: u16,
    /// In the body, as text.
    pub code: &'static str,
    /// How the message begins.
    pub message: &'static str,
}

/// The vendor's refusal; none where the face has no such thing.
pub fn says(face: FaceName, why: Why) -> Option<Says> {
    let (status, code, message) = match (face, why) {
        (FaceName::Native, Why::Unauthorized) => (401, "unauthorized", "Send a credential that is valid now"),
        (FaceName::Native, Why::LacksScope) => (403, "forbidden", "This needs a credential with the scope"),
        (FaceName::Native, Why::NoRoute) => (404, "not_found", "There is nothing at "),
        (FaceName::Native, Why::NoMethod) => (405, "method_not_allowed", "This path has other methods"),
        (FaceName::Native, Why::NoObject) => (404, "not_found", "There is no "),

        (FaceName::Zoho, Why::Unauthorized | Why::LacksScope) => {
            (401, "57", "You are not authorized to perform this operation")
        }
        (FaceName::Zoho, Why::NoRoute) => (404, "5", "Invalid URL Passed"),
        (FaceName::Zoho, Why::NoMethod) => (405, "37", "The HTTP method is not allowed for the requested resource"),
        // The noun stands before it.
        (FaceName::Zoho, Why::NoObject) => (404, "1002", ""),

        (FaceName::Zoom, Why::Unauthorized) => (401, "124", "Invalid access token."),
        (FaceName::Zoom, Why::LacksScope) => (400, "4711", "Invalid access token, does not contain scopes:["),
        (FaceName::Zoom, Why::NoRoute) => (404, "404", "The API endpoint does not exist."),
        (FaceName::Zoom, Why::NoMethod) => (405, "405", "The request method is not supported."),
        (FaceName::Zoom, Why::NoObject) => (400, "2001", ""),

        (FaceName::Talkdesk, Why::Unauthorized) => (401, "0120001", "Unauthorized."),
        (FaceName::Talkdesk, Why::LacksScope) => (403, "0120002", "Forbidden."),
        (FaceName::Talkdesk, Why::NoRoute) => (404, "0120006", "The requested resource does not exist."),
        (FaceName::Talkdesk, Why::NoMethod) => (405, "0120007", "The method is not allowed."),
        (FaceName::Talkdesk, Why::NoObject) => {
            (403, "0120003", "This caller is not authorized to query the given accounts.")
        }

        (FaceName::ChargeOver, Why::Unauthorized) => (401, "401", "Invalid or incorrect authorization ["),
        (FaceName::ChargeOver, Why::LacksScope) => return None,
        (FaceName::ChargeOver, Why::NoRoute) => (404, "404", "This object or action does not exist."),
        (FaceName::ChargeOver, Why::NoMethod) => (405, "405", "This method is not allowed here."),
        (FaceName::ChargeOver, Why::NoObject) => (404, "404", "This invoice does not exist."),
    };
    Some(Says { status, code, message })
}

/// The content type of a success and of a refusal.
pub fn content_types(face: FaceName) -> (&'static str, &'static str) {
    match face {
        FaceName::Native => ("application/json", "application/problem+json"),
        FaceName::Zoho => ("application/json;charset=UTF-8", "application/json;charset=UTF-8"),
        FaceName::Zoom | FaceName::Talkdesk | FaceName::ChargeOver => ("application/json", "application/json"),
    }
}

/// Checks that the answer is this refusal of the face, to the last header that clients look at.
#[track_caller]
pub fn check(face: FaceName, why: Why, reply: &Reply, place: &str) {
    let says = says(face, why).unwrap_or_else(|| panic!("{face:?} has no {why:?}"));
    assert_eq!(reply.status, says.status, "{place}: {}", reply.body);
    assert_eq!(reply.header("content-type"), Some(content_types(face).1), "{place}");
    assert!(reply.header("x-request-id").is_some(), "{place}: no request id");
    let body = reply.json();
    let told = if face == FaceName::Native { body.get("detail") } else { body.get("message") };
    assert_eq!(body.get("code").text(), says.code, "{place}: {}", reply.body);
    assert!(told.text().starts_with(says.message), "{place}: {}", reply.body);
    let keys = body.keys();
    match face {
        FaceName::Native => {
            assert_eq!(body.get("type").text(), format!("urn:billwright:problem:{}", says.code), "{place}");
            assert_eq!(body.get("status").text(), says.status.to_string(), "{place}");
        }
        // A Python client of Zoho's reads the body as a literal: nothing else may be in it.
        FaceName::Zoho | FaceName::Zoom => assert_eq!(keys, ["code", "message"], "{place}"),
        FaceName::Talkdesk => assert!(body.has("fields"), "{place}: {}", reply.body),
        FaceName::ChargeOver => {
            assert_eq!(keys, ["code", "status", "message", "details", "response"], "{place}");
            assert_eq!(body.get("status").text(), "Error", "{place}");
        }
    }
    let challenge = reply.header("www-authenticate");
    match (why, face) {
        (Why::Unauthorized, FaceName::Native) => assert_eq!(challenge, Some("Bearer realm=\"billwright\""), "{place}"),
        (Why::Unauthorized, FaceName::ChargeOver) => {
            assert_eq!(challenge, Some("Basic realm=\"ChargeOver\""), "{place}")
        }
        (Why::Unauthorized, _) => assert_eq!(challenge, Some("Bearer"), "{place}"),
        (Why::LacksScope, _) => {}
        _ => assert_eq!(challenge, None, "{place}"),
    }
}

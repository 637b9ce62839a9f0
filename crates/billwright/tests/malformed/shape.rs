//! What an answer of each face must look like, whatever was asked.

use serde_json::{Map, Value};
use testkit::drive::Reply;

/// Whose shape an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    Native,
    Zoho,
    Zoom,
    Talkdesk,
    ChargeOver,
    /// Paths under no prefix: problem documents, as those of the native face.
    Front,
}

impl Face {
    pub const ALL: [Face; 6] = [Face::Native, Face::Zoho, Face::Zoom, Face::Talkdesk, Face::ChargeOver, Face::Front];

    /// Where it is mounted.
    pub fn prefixes(self) -> &'static [&'static str] {
        match self {
            Face::Native => &["/v1"],
            Face::Zoho => &["/subscriptions/v1", "/billing/v1", "/api/v1"],
            Face::Zoom => &["/v2"],
            Face::Talkdesk => &["/express"],
            Face::ChargeOver => &["/api/v3"],
            Face::Front => &[""],
        }
    }

    /// The face that answers for a path.
    pub fn of_path(path: &str) -> Face {
        let under = |prefix: &str| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        };
        Face::ALL
            .into_iter()
            .find(|face| *face != Face::Front && face.prefixes().iter().any(|prefix| under(prefix)))
            .unwrap_or(Face::Front)
    }
}

/// Checks an answer; `is_head` when it has no body by nature.
///
/// # Errors
/// What is wrong with it.
pub fn check(face: Face, reply: &Reply, is_head: bool) -> Result<(), String> {
    if reply.status >= 500 {
        return Err(format!("a {} for bad input", reply.status));
    }
    if is_head {
        return if reply.body.is_empty() { Ok(()) } else { Err("HEAD has a body".to_owned()) };
    }
    if reply.header("x-request-id").is_none() {
        return Err("no request id".to_owned());
    }
    if reply.is_success() {
        return success(reply);
    }
    if reply.status < 400 {
        return Err(format!("status {} is neither a success nor a refusal", reply.status));
    }
    let kind = reply.header("content-type").unwrap_or_default();
    let expected = match face {
        Face::Native | Face::Front => "application/problem+json",
        Face::Zoho => "application/json;charset=UTF-8",
        Face::Zoom | Face::Talkdesk | Face::ChargeOver => "application/json",
    };
    if kind != expected {
        return Err(format!("content type {kind:?} instead of {expected:?}"));
    }
    let body: Value = serde_json::from_slice(&reply.body).map_err(|error| format!("no JSON: {error}"))?;
    let body = body.as_object().ok_or("no object")?;
    match face {
        Face::Native | Face::Front => problem(body, reply.status),
        Face::Zoho => {
            only(body, &["code", "message"])?;
            number(body, "code")?;
            words(body, "message")
        }
        Face::Zoom => {
            only(body, &["code", "message", "errors"])?;
            number(body, "code")?;
            words(body, "message")?;
            rows(body, "errors", false, &["field", "message"])
        }
        Face::Talkdesk => {
            only(body, &["code", "message", "description", "fields"])?;
            words(body, "code")?;
            words(body, "message")?;
            rows(body, "fields", true, &["name", "description"])
        }
        Face::ChargeOver => chargeover(body, reply.status),
    }
}

fn success(reply: &Reply) -> Result<(), String> {
    if reply.body.is_empty() {
        return Ok(());
    }
    let kind = reply.header("content-type").unwrap_or_default();
    if kind.contains("json") {
        return serde_json::from_slice::<serde::de::IgnoredAny>(&reply.body)
            .map(drop)
            .map_err(|error| format!("a {} that is no JSON: {error}", reply.status));
    }
    Ok(())
}

fn problem(body: &Map<String, Value>, status: u16) -> Result<(), String> {
    for name in ["type", "title", "detail", "code"] {
        words(body, name)?;
    }
    if body.get("status") != Some(&Value::from(status)) {
        return Err(format!("its status is {:?}", body.get("status")));
    }
    only(body, &["type", "title", "status", "detail", "code", "errors", "request_id", "instance"])?;
    rows(body, "errors", false, &["field", "code", "detail"])
}

fn chargeover(body: &Map<String, Value>, status: u16) -> Result<(), String> {
    let names: Vec<&str> = body.keys().map(String::as_str).collect();
    for name in ["code", "status", "message", "details", "response"] {
        if !body.contains_key(name) {
            return Err(format!("no {name} among {names:?}"));
        }
    }
    only(body, &["code", "status", "message", "details", "response"])?;
    if body["code"] != status || body["status"] != "Error" {
        return Err(format!("code {} and status {}", body["code"], body["status"]));
    }
    words(body, "message")?;
    if !body["details"].is_object() {
        return Err(format!("details is {}", body["details"]));
    }
    match &body["response"] {
        Value::Null | Value::Bool(false) => Ok(()),
        other => Err(format!("response is {other}")),
    }
}

fn only(body: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match body.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("an unexpected {name}")),
        None => Ok(()),
    }
}

fn words(body: &Map<String, Value>, name: &str) -> Result<(), String> {
    match body.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(()),
        other => Err(format!("{name} is {other:?}")),
    }
}

fn number(body: &Map<String, Value>, name: &str) -> Result<(), String> {
    match body.get(name) {
        Some(Value::Number(number)) if number.is_i64() => Ok(()),
        other => Err(format!("{name} is {other:?}")),
    }
}

/// A list of objects with exactly these texts.
fn rows(body: &Map<String, Value>, name: &str, is_needed: bool, members: &[&str]) -> Result<(), String> {
    let rows = match body.get(name) {
        None if !is_needed => return Ok(()),
        Some(Value::Array(rows)) => rows,
        other => return Err(format!("{name} is {other:?}")),
    };
    for row in rows {
        let row = row.as_object().ok_or_else(|| format!("{name} has a row {row}"))?;
        only(row, members)?;
        for member in members {
            if !row.get(*member).is_some_and(Value::is_string) {
                return Err(format!("{name} has a row without {member}"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, kind: &str, body: &str) -> Reply {
        let headers = vec![("x-request-id".to_owned(), "r".to_owned()), ("content-type".to_owned(), kind.to_owned())];
        Reply { status, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn paths_belong_to_faces() {
        for (path, face) in [
            ("/v1/invoices", Face::Native),
            ("/v10", Face::Front),
            ("/api/v1/invoices?x", Face::Zoho),
            ("/api/v3?x", Face::ChargeOver),
            ("/api/v2", Face::Front),
            ("/v2/accounts", Face::Zoom),
            ("/express/invoices", Face::Talkdesk),
        ] {
            assert_eq!(Face::of_path(path), face, "{path}");
        }
    }

    #[test]
    fn wrong_shapes_are_seen() {
        let json = "application/json;charset=UTF-8";
        let fine = reply(404, json, r#"{"code":5,"message":"Invalid URL Passed"}"#);
        assert_eq!(check(Face::Zoho, &fine, false), Ok(()));
        for (status, kind, body) in [
            (500, json, r#"{"code":5,"message":"m"}"#),
            (404, "text/plain", r#"{"code":5,"message":"m"}"#),
            (404, json, r#"{"code":5,"message":"m","more":1}"#),
            (404, json, r#"{"code":"5","message":"m"}"#),
            (404, json, ""),
            (302, json, r#"{"code":5,"message":"m"}"#),
        ] {
            assert!(check(Face::Zoho, &reply(status, kind, body), false).is_err(), "{status} {kind} {body}");
        }
        let envelope = r#"{"code":404,"status":"Error","message":"m","details":{},"response":null}"#;
        assert_eq!(check(Face::ChargeOver, &reply(404, "application/json", envelope), false), Ok(()));
        assert!(check(Face::ChargeOver, &reply(400, "application/json", envelope), false).is_err());
    }
}

//! A whole answer as plain data: it can be made inside a transaction, stored, and replayed byte
//! for byte.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

/// Status, headers in order, body. What belongs to one delivery (date, request id, CORS) is not
/// in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status, 200..=599.
    pub status: u16,
    /// Names in lower case; values are visible ASCII and blanks.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body, complete.
    pub body: Bytes,
}

/// Stored parts that are no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// The status is outside 200..=599.
    #[error("{0} is not the status of an answer")]
    Status(u16),
    /// A line that is not `name: value`.
    #[error("malformed stored header")]
    Header,
}

impl Answer {
    /// An answer without headers and body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// An answer with a body of `content_type`, which is sent exactly as given.
    pub fn with_body(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut answer = Self::new(status).header("content-type", content_type);
        answer.body = body.into();
        answer
    }

    /// Adds a header. `name` is in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// The parts to store: status, headers as `name: value` lines, body.
    pub fn to_parts(&self) -> (u16, String, Bytes) {
        let mut lines = String::new();
        for (name, value) in &self.headers {
            lines.push_str(name);
            lines.push_str(": ");
            lines.push_str(&value.replace(['\r', '\n'], " "));
            lines.push('\n');
        }
        (self.status, lines, self.body.clone())
    }

    /// The answer that [`Answer::to_parts`] took apart.
    ///
    /// # Errors
    /// [`BadAnswer`] when the parts were not made by `to_parts`.
    pub fn from_parts(status: u16, lines: &str, body: impl Into<Bytes>) -> Result<Self, BadAnswer> {
        if !(200..=599).contains(&status) {
            return Err(BadAnswer::Status(status));
        }
        let headers = lines
            .lines()
            .map(|line| {
                let (name, value) = line.split_once(": ").ok_or(BadAnswer::Header)?;
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadAnswer::Header)?;
                Ok((Cow::Owned(name.to_owned()), value.to_owned()))
            })
            .collect::<Result<_, BadAnswer>>()?;
        Ok(Self { status, headers, body: body.into() })
    }

    /// The first value of a header.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

fn put_headers(headers: &[(Cow<'static, str>, String)], into: &mut HeaderMap) {
    for (name, value) in headers {
        // A value with a line break could forge headers: it is not sent at all.
        let name = HeaderName::from_bytes(name.as_bytes());
        match (name, HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                into.append(name, value);
            }
            _ => tracing::error!("a header of an answer was not valid and is left out"),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        put_headers(&self.headers, response.headers_mut());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Answer {
        Answer::with_body(201, "application/json;charset=UTF-8", "{\"id\":1}")
            .header("location", "https://x/api/v3/invoice/1")
            .header("set-cookie", "a=1")
            .header("set-cookie", "b: 2")
    }

    #[test]
    fn survives_storage() {
        let (status, lines, body) = sample().to_parts();
        assert_eq!(
            lines,
            "content-type: application/json;charset=UTF-8\nlocation: https://x/api/v3/invoice/1\n\
             set-cookie: a=1\nset-cookie: b: 2\n"
        );
        assert_eq!(Answer::from_parts(status, &lines, body).expect("an answer"), sample());
        let empty = Answer::new(204);
        let (status, lines, body) = empty.to_parts();
        assert_eq!(Answer::from_parts(status, &lines, body).expect("an answer"), empty);
    }

    #[test]
    fn refuses_foreign_parts() {
        assert_eq!(Answer::from_parts(99, "", ""), Err(BadAnswer::Status(99)));
        assert_eq!(Answer::from_parts(200, "no colon", ""), Err(BadAnswer::Header));
        assert_eq!(Answer::from_parts(200, "b d: x", ""), Err(BadAnswer::Header));
    }

    #[test]
    fn becomes_a_response() {
        let response = sample().into_response();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["content-type"], "application/json;charset=UTF-8");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn no_header_can_be_forged() {
        let answer = Answer::new(200).header("location", "/x\r\nset-cookie: a=1");
        assert!(answer.clone().into_response().headers().is_empty());
        let (_, lines, _) = answer.to_parts();
        assert_eq!(lines.lines().count(), 1);
    }
}

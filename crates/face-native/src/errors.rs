//! Problem documents (RFC 9457), and the only place where errors become this face's codes and sentences.
//! `code` is stable; sentences may change.

mod refusals;
mod shape;

use crate::schema::answer;
use billing::Error;
use http_kit::query::QueryFault;
use http_kit::{Answer, BodyFault, HeadFault, RequestId};

answer! {
    /// What went wrong (RFC 9457).
    Problem {
        /// Names the kind of problem: `urn:billwright:problem:` and the code.
        r#type: String,
        /// The code in words.
        title: String,
        /// The HTTP status.
        status: i64,
        /// What was asked, what is there, and what to do.
        detail: String,
        /// Stable: programs decide by it.
        code: String,
    } sometimes {
        /// What is wrong with which field of the request.
        errors: Vec<FieldError>,
        /// The id of the request, as in the header X-Request-Id; quote it when you ask for help.
        request_id: String,
    }
}

answer! {
    /// One field that cannot be used.
    FieldError {
        /// A JSON pointer into the body, or the name of a query parameter.
        field: String,
        /// Stable: programs decide by it.
        code: String,
        /// What is expected.
        detail: String,
    }
}

/// Characters of a client's text that are repeated to it.
const MAX_ECHO: usize = 500;

/// Why a request is not answered as asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What billing says.
    Billing(Error),
    /// Everything else, already in words.
    Told(Box<Telling>),
}

/// A problem with its headers.
#[derive(Debug)]
pub(crate) struct Telling {
    status: u16,
    code: String,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Billing(error)
    }
}

impl From<domain::Refusal> for Fault {
    fn from(refusal: domain::Refusal) -> Self {
        Self::Billing(Error::Refused(refusal))
    }
}

impl From<Telling> for Fault {
    fn from(telling: Telling) -> Self {
        Self::Told(Box::new(telling))
    }
}

impl From<QueryFault> for Fault {
    fn from(fault: QueryFault) -> Self {
        match &fault {
            QueryFault::TooLong | QueryFault::TooMany => Telling::new(400, "invalid_query", sentence(&fault)).into(),
            QueryFault::BadPercent { name } | QueryFault::NotText { name } | QueryFault::NotAnInteger { name } => {
                Self::parameter(name, sentence(&fault))
            }
        }
    }
}

impl Fault {
    /// A query parameter cannot be used.
    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::parameter_as("invalid_parameter", name, detail.into())
    }

    /// As [`Fault::parameter`], with a code of its own.
    pub(crate) fn parameter_as(code: &str, name: &str, detail: String) -> Self {
        let name = echo(name);
        let words = format!("The query parameter {name} cannot be used: {}", lower(&detail));
        Telling::new(400, code, full_stop(words)).with_error(name, code, detail).into()
    }

    /// A field of the body cannot be used. `pointer` is a JSON pointer.
    pub(crate) fn field(pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let words = format!("The field {pointer} cannot be used: {}", lower(&detail));
        Telling::new(422, code, full_stop(words)).with_error(pointer.to_owned(), code, detail).into()
    }

    /// The credential lacks a scope.
    pub(crate) fn lacks_scope(scope: &str) -> Self {
        let detail = format!("This needs a credential with the scope \"{scope}\" (or \"*\"), which yours lacks.");
        Telling::new(403, "forbidden", detail).into()
    }

    /// The credential acts for a customer.
    pub(crate) fn staff_only() -> Self {
        let detail = "This needs a credential of the seller's staff; yours acts for a customer, which reads its own \
                      invoices, payments, credit notes and refunds.";
        Telling::new(403, "forbidden", detail).into()
    }

    /// No credential, or none that counts. Which part was wrong is not told.
    pub(crate) fn unauthorized() -> Self {
        let detail = "Send a credential that is valid now: `Authorization: Bearer bw_...`. The command line makes one: \
                      `billwright credential create --face native`.";
        let mut telling = Telling::new(401, "unauthorized", detail);
        telling.headers.push(("www-authenticate", "Bearer realm=\"billwright\"".to_owned()));
        telling.into()
    }

    /// The body is of another type than JSON.
    pub(crate) fn not_json(given: Option<&str>) -> Self {
        let given = given.map_or_else(|| "no content type".to_owned(), |text| format!("\"{}\"", echo(text)));
        let detail = format!("The body has {given}; send JSON as `Content-Type: application/json`.");
        Telling::new(415, "unsupported_media_type", detail).into()
    }

    /// The idempotency key is none.
    pub(crate) fn bad_key(why: impl std::fmt::Display) -> Self {
        Telling::new(400, "invalid_idempotency_key", sentence(why)).into()
    }

    /// Over the rate limit.
    pub(crate) fn too_many(retry_after_seconds: u64) -> Self {
        let detail = format!("Too many requests; the next one passes in {retry_after_seconds} s.");
        let mut telling = Telling::new(429, "too_many_requests", detail);
        telling.headers.push(("retry-after", retry_after_seconds.to_string()));
        telling.into()
    }

    /// The answer to this fault. Failures of ours are logged once; the client gets only the request's id.
    pub(crate) fn into_answer(self, request_id: &RequestId) -> Answer {
        let telling = match self {
            Self::Told(telling) => *telling,
            Self::Billing(error) => Telling::of(&error, request_id),
        };
        telling.into_answer(Some(request_id.as_str()))
    }
}

impl Telling {
    pub(crate) fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    fn with_error(mut self, field: String, code: &str, detail: String) -> Self {
        self.errors.push(FieldError { field, code: code.to_owned(), detail: full_stop(detail) });
        self
    }

    fn of(error: &Error, request_id: &RequestId) -> Self {
        match error {
            Error::Missing { kind, given } => {
                Self::new(404, "not_found", format!("There is no {} {}.", noun(kind), echo(given)))
            }
            Error::Refused(refusal) => {
                let (code, detail) = refusals::told(refusal);
                Self::new(refusals::status(refusal), code, detail)
            }
            Error::Conflict { what: "key in progress" } => {
                let detail = "A request with this idempotency key is still being worked on; ask again in a moment.";
                Self::new(409, "idempotency_key_in_progress", detail)
            }
            Error::Conflict { what } => {
                let detail = format!("Another change came first ({what}); nothing was changed. Read again and retry.");
                Self::new(409, "conflict", detail)
            }
            Error::KeyReused => {
                let detail = "This idempotency key came with another request before; nothing was changed. A key belongs \
                              to one request: use a new one.";
                Self::new(422, "idempotency_key_reused", detail)
            }
            Error::Forbidden { needs } => {
                Self::new(403, "forbidden", format!("This needs a credential with more rights ({needs})."))
            }
            Error::Busy { retry_after_seconds } => unavailable(*retry_after_seconds),
            Error::Pending { intent } => {
                let detail = format!(
                    "Payment intent {intent} was submitted and the gateway has not said what came of it. Read the \
                     intent, or send the same request with the same Idempotency-Key: nothing is charged twice."
                );
                let mut telling = Self::new(504, "outcome_unknown", detail);
                telling.headers.push(("retry-after", "5".to_owned()));
                telling
            }
            Error::Full => {
                let detail = "The server's disk is full; nothing was changed. The request may be sent again later.";
                Self::new(507, "storage_full", detail)
            }
            Error::NoSecretKey => {
                let detail = "The server has no secret key to keep this with; nothing was changed. Whoever runs it can \
                              name one with --secret-key-file.";
                Self::new(409, "secret_key_missing", detail)
            }
            Error::Store(_) => {
                request_id.log_once(error);
                internal(request_id.as_str())
            }
        }
    }

    /// The problem document.
    pub(crate) fn into_answer(self, request_id: Option<&str>) -> Answer {
        let problem = Problem {
            r#type: format!("urn:billwright:problem:{}", self.code),
            title: title(&self.code),
            status: i64::from(self.status),
            detail: self.detail,
            code: self.code,
            errors: Some(self.errors).filter(|errors| !errors.is_empty()),
            request_id: request_id.map(str::to_owned),
        };
        let body = serde_json::to_vec(&problem).expect("a problem has text keys and no floats");
        let answer = Answer::with_body(self.status, "application/problem+json", body);
        self.headers.into_iter().fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

pub(crate) use shape::of_json;

/// A failure of ours.
pub(crate) fn internal(request_id: &str) -> Telling {
    let detail = format!("Something failed here. The request {request_id} is in the log with the reason.");
    Telling::new(500, "internal", detail)
}

/// Too busy now.
pub(crate) fn unavailable(retry_after_seconds: u64) -> Telling {
    let detail =
        format!("The server is busy; try again in {retry_after_seconds} s. With an Idempotency-Key that is safe.");
    let mut telling = Telling::new(503, "busy", detail);
    telling.headers.push(("retry-after", retry_after_seconds.to_string()));
    telling
}

/// No route has this path.
pub(crate) fn no_route(path: &str) -> Telling {
    let detail = format!("There is nothing at {}. The operations are listed at /openapi/native.json.", echo(path));
    Telling::new(404, "not_found", detail)
}

/// The path has other methods.
pub(crate) fn no_method(allow: &str) -> Telling {
    Telling::new(405, "method_not_allowed", format!("This path has other methods: {allow}."))
}

pub(crate) fn bad_head(fault: &HeadFault) -> Telling {
    let code = match fault {
        HeadFault::HeadersTooLarge { .. } | HeadFault::TooManyHeaders { .. } => "headers_too_large",
        HeadFault::UrlTooLong { .. } => "url_too_long",
    };
    Telling::new(fault.status(), code, sentence(fault))
}

pub(crate) fn bad_body(fault: &BodyFault) -> Telling {
    let (status, code) = match fault {
        BodyFault::TooLarge { .. } => (413, "body_too_large"),
        BodyFault::TooSlow => (408, "body_too_slow"),
        BodyFault::Broken => (400, "body_broken"),
        BodyFault::Overloaded => return unavailable(1),
        BodyFault::Json(fault) => return of_json(fault),
    };
    Telling::new(status, code, sentence(fault))
}

pub(crate) fn bad_request(message: &str) -> Telling {
    Telling::new(400, "bad_request", message)
}

/// `exceeds_balance` -> `Exceeds balance`.
fn title(code: &str) -> String {
    upper(&code.replace('_', " "))
}

/// `legal_entity` -> `legal entity`.
fn noun(kind: &str) -> String {
    kind.replace('_', " ")
}

/// `the body is broken off` -> `The body is broken off.`
fn sentence(words: impl std::fmt::Display) -> String {
    full_stop(upper(&words.to_string()))
}

fn full_stop(words: String) -> String {
    if words.ends_with(['.', '?', '!']) { words } else { format!("{words}.") }
}

fn upper(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), rest.as_str()))
}

fn lower(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}", first.to_lowercase(), rest.as_str()))
}

/// A client's text, bounded.
fn echo(text: &str) -> String {
    match text.char_indices().nth(MAX_ECHO) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;

//! The only place where our errors become Talkdesk's: `{code, message, description, fields}` with `fields`
//! always there (seed 003). The vendor publishes no codes; these are ours and stay as they are:
//!
//! | code | status | when |
//! |---|---|---|
//! | 0120001 | 401 | no token, or one that is not accepted |
//! | 0120002 | 403 | the token lacks the scope |
//! | 0120003 | 403 | an account that is unknown or not under the caller's organization |
//! | 0120004 | 403 | a reseller's credential without the entitlement |
//! | 0120005 | 400 | a parameter that cannot be used |
//! | 0120006 | 404 | no such path or object |
//! | 0120007 | 405 | another method |
//! | 0120008 | 429 | too many requests |
//! | 0120009 | 400, 408, 413, 414, 431 | a request that cannot be read |
//! | 0120010 | 503 | overloaded: try again |
//! | 0120011 | 500, 507 | a failure of ours |
//! | 0120012 | 409, 422 | changed or taken by another request |

use billing::Error;
use billing::credentials::AuthError;
use domain::Refusal;
use domain::id::CustomerId;
use http_kit::json::{Style, object};
use http_kit::{Answer, RequestId};

/// The contract's guess between this and `application/hal+json`.
pub(crate) const JSON: &str = "application/json";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Unauthorized,
    MissingScope,
    ForeignAccount,
    NotEntitled,
    BadParameter,
    NotFound,
    MethodNotAllowed,
    TooMany,
    Malformed,
    Unavailable,
    Internal,
    Conflict,
}

impl Code {
    const fn text(self) -> &'static str {
        match self {
            Self::Unauthorized => "0120001",
            Self::MissingScope => "0120002",
            Self::ForeignAccount => "0120003",
            Self::NotEntitled => "0120004",
            Self::BadParameter => "0120005",
            Self::NotFound => "0120006",
            Self::MethodNotAllowed => "0120007",
            Self::TooMany => "0120008",
            Self::Malformed => "0120009",
            Self::Unavailable => "0120010",
            Self::Internal => "0120011",
            Self::Conflict => "0120012",
        }
    }
}

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldFault {
    pub name: String,
    pub description: String,
}

impl FieldFault {
    pub(crate) fn new(name: &str, description: &str) -> Self {
        Self { name: name.to_owned(), description: description.to_owned() }
    }
}

/// An error in the vendor's shape; `description` is absent when there is none.
pub(crate) fn answer(
    status: u16,
    code: Code,
    message: &str,
    description: Option<&str>,
    fields: &[FieldFault],
) -> Answer {
    let body = object(Style::COMPACT, |error| {
        error.str("code", code.text()).str("message", message);
        if let Some(description) = description {
            error.str("description", description);
        }
        error.array("fields", fields, |fault, field| {
            field.str("name", &fault.name).str("description", &fault.description);
        });
    });
    Answer::with_body(status, JSON, body)
}

pub(crate) fn unauthorized() -> Answer {
    let description = "The access token is missing, wrong, expired or revoked.";
    answer(401, Code::Unauthorized, "Unauthorized.", Some(description), &[]).header("www-authenticate", "Bearer")
}

pub(crate) fn missing_scope() -> Answer {
    let description = format!("The access token lacks the scope {}.", crate::INVOICES_SCOPE);
    answer(403, Code::MissingScope, "Forbidden.", Some(&description), &[])
}

pub(crate) fn not_entitled() -> Answer {
    let description = format!("Resellers need the entitlement {}.", crate::ENTITLEMENT);
    answer(403, Code::NotEntitled, "Forbidden.", Some(&description), &[])
}

/// The page's own two sentences.
fn foreign_account(given: &str) -> Answer {
    answer(
        403,
        Code::ForeignAccount,
        "This caller is not authorized to query the given accounts.",
        Some("The accounts specified are not under the organization owning the current authentication token."),
        &[FieldFault::new("account_ids", given)],
    )
}

pub(crate) fn bad_parameters(faults: &[FieldFault]) -> Answer {
    answer(400, Code::BadParameter, "Bad request.", Some("A parameter cannot be used."), faults)
}

pub(crate) fn malformed(status: u16, words: &str) -> Answer {
    answer(status, Code::Malformed, "The request cannot be read.", Some(words), &[])
}

pub(crate) fn too_many(retry_after_seconds: u64) -> Answer {
    let description = "Slow down and try again after the time that Retry-After names.";
    answer(429, Code::TooMany, "Too many requests.", Some(description), &[])
        .header("retry-after", retry_after_seconds.to_string())
}

pub(crate) fn unavailable(retry_after_seconds: u64) -> Answer {
    answer(503, Code::Unavailable, "The service is temporarily unavailable.", None, &[])
        .header("retry-after", retry_after_seconds.to_string())
}

pub(crate) fn internal(request_id: &str) -> Answer {
    let description = format!("Request id: {request_id}");
    answer(500, Code::Internal, "Internal error.", Some(&description), &[])
}

pub(crate) fn of_auth(error: AuthError, request: &RequestId) -> Answer {
    match error {
        AuthError::Rejected(_) => unauthorized(),
        AuthError::Failed(error) => of(error, request),
    }
}

/// What billing said, in Talkdesk's words. An unknown account is answered as a foreign one.
pub(crate) fn of(error: Error, request: &RequestId) -> Answer {
    match &error {
        Error::Missing { kind: CustomerId::WORD, given } => foreign_account(given),
        Error::Missing { kind, given } => {
            let description = format!("There is no {kind} {given}.");
            answer(404, Code::NotFound, "The requested resource does not exist.", Some(&description), &[])
        }
        Error::Refused(refusal) => {
            bad_parameters(&[FieldFault::new(field(refusal), "This value is not allowed here.")])
        }
        Error::Conflict { what } => answer(409, Code::Conflict, "Conflict.", Some(what), &[]),
        Error::KeyReused => {
            let description = "The idempotency key was used for another request.";
            answer(422, Code::Conflict, "Conflict.", Some(description), &[])
        }
        Error::Forbidden { needs } => {
            let description = format!("This needs {needs}.");
            answer(403, Code::MissingScope, "Forbidden.", Some(&description), &[])
        }
        Error::Busy { retry_after_seconds } => unavailable(*retry_after_seconds),
        Error::Pending { .. } => {
            let description = "The payment gateway has not answered yet.";
            answer(504, Code::Internal, "The outcome is not known yet.", Some(description), &[])
        }
        Error::Full => {
            request.log_once(&error);
            answer(507, Code::Internal, "The server has no space left.", Some("Nothing was changed."), &[])
        }
        Error::NoSecretKey => {
            answer(409, Code::Conflict, "The server has no secret key.", Some("Nothing was changed."), &[])
        }
        Error::Store(_) => {
            request.log_once(&error);
            internal(request.as_str())
        }
    }
}

/// The field that a refusal speaks of. This face only reads, so most cannot come today.
fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TooLarge { what }
        | Refusal::TooPrecise { what, .. }
        | Refusal::NotPositive { what }
        | Refusal::Negative { what }
        | Refusal::RateOutOfRange { what }
        | Refusal::DiscountTooLarge { what }
        | Refusal::InUse { what }
        | Refusal::Blank { what }
        | Refusal::TooLong { what, .. }
        | Refusal::Invalid { what }
        | Refusal::CardNumber { what }
        | Refusal::Duplicate { what } => what,
        Refusal::TaxRateTooPrecise | Refusal::TaxGroupInactive => "tax",
        Refusal::CurrencyMismatch { .. } | Refusal::RateMissing { .. } => "currency",
        Refusal::ParentIsDescendant { .. }
        | Refusal::CustomerInUse { .. }
        | Refusal::CustomerInactive { .. }
        | Refusal::CustomerMismatch { .. }
        | Refusal::EntityMismatch => "account_id",
        Refusal::CustomFieldBlank { .. } | Refusal::CustomFieldValue { .. } => "custom_fields",
        Refusal::ItemInactive => "product_id",
        Refusal::CouponUnusable { .. } => "coupon",
        Refusal::NumberTaken { .. } | Refusal::NumberFixed { .. } => "number",
        Refusal::DueBeforeDate { .. }
        | Refusal::DateLeavesSeries { .. }
        | Refusal::DateOutOfOrder { .. }
        | Refusal::BooksClosed { .. } => "date",
        Refusal::TooManyLines { .. }
        | Refusal::NoLines { .. }
        | Refusal::PeriodReversed { .. }
        | Refusal::UnknownLine { .. }
        | Refusal::ExceedsCreditable { .. } => "lines",
        Refusal::NegativeTotal
        | Refusal::NotDraft { .. }
        | Refusal::NotIssued { .. }
        | Refusal::AlreadyVoid { .. }
        | Refusal::AlreadyIssued { .. }
        | Refusal::Locked { .. }
        | Refusal::Settled { .. }
        | Refusal::VoidWhileSettled { .. }
        | Refusal::CreditedByNote { .. }
        | Refusal::ExceedsBalance { .. }
        | Refusal::NothingOwed { .. }
        | Refusal::ChargeInvoiced { .. }
        | Refusal::NothingToWriteOff { .. }
        | Refusal::NotWrittenOff { .. }
        | Refusal::WriteOffSpent { .. } => "invoice",
        Refusal::ExceedsUnapplied { .. }
        | Refusal::ExceedsApplied { .. }
        | Refusal::BankChargesExceedAmount { .. }
        | Refusal::PaymentVoid { .. }
        | Refusal::PaymentInUse { .. }
        | Refusal::PaymentRefunded { .. }
        | Refusal::NotApplied { .. }
        | Refusal::AlreadyReversed
        | Refusal::PaymentMethodInactive { .. }
        | Refusal::PaymentPending { .. }
        | Refusal::GatewayMissing { .. }
        | Refusal::PaymentCharged { .. }
        | Refusal::Declined { .. } => "payment",
        Refusal::ExceedsRemaining { .. }
        | Refusal::NoteNotDraft { .. }
        | Refusal::NoteNotIssued { .. }
        | Refusal::NoteInUse { .. }
        | Refusal::NoteNotVoid { .. } => "credit_note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    #[track_caller]
    fn check(error: Error, status: u16, body: &str) {
        let answer = of(error, &RequestId::of(&HeaderMap::new()));
        assert_eq!((answer.status, std::str::from_utf8(&answer.body)), (status, Ok(body)));
        assert_eq!(answer.get("content-type"), Some("application/json"));
    }

    #[test]
    fn fields_are_always_there() {
        check(
            Error::missing("customer", "5ea75fe7aa224700012eae40"),
            403,
            r#"{"code":"0120003","message":"This caller is not authorized to query the given accounts.","description":"The accounts specified are not under the organization owning the current authentication token.","fields":[{"name":"account_ids","description":"5ea75fe7aa224700012eae40"}]}"#,
        );
        check(
            Error::Busy { retry_after_seconds: 2 },
            503,
            r#"{"code":"0120010","message":"The service is temporarily unavailable.","fields":[]}"#,
        );
        check(
            Error::Refused(Refusal::TooLarge { what: "amount" }),
            400,
            r#"{"code":"0120005","message":"Bad request.","description":"A parameter cannot be used.","fields":[{"name":"amount","description":"This value is not allowed here."}]}"#,
        );
    }
}

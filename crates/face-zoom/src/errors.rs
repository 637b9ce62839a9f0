//! The only place where our errors become Zoom's codes and wording: `{"code":int,"message":str}`, with
//! `errors:[{field,message}]` for parameters (contract 1.4).

use billing::Error;
use billing::credentials::AuthError;
use domain::Refusal;
use domain::id::{CustomerId, InvoiceId};
use http_kit::json::{Style, object};
use http_kit::{Answer, RequestId};
use std::fmt::Display;

/// The sample page's Content-Type.
pub(crate) const JSON: &str = "application/json";

/// An error in the vendor's shape.
pub(crate) fn answer(status: u16, code: u16, message: &str) -> Answer {
    let body = object(Style::COMPACT, |error| {
        error.int("code", code).str("message", message);
    });
    Answer::with_body(status, JSON, body)
}

/// A fault's own words as a sentence.
pub(crate) fn sentence(fault: &impl Display) -> String {
    let words = fault.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Missing, wrong, expired or revoked: one answer.
pub(crate) fn invalid_token() -> Answer {
    answer(401, 124, "Invalid access token.").header("www-authenticate", "Bearer")
}

pub(crate) fn missing_scope() -> Answer {
    let message = format!("Invalid access token, does not contain scopes:[{}].", crate::SCOPE);
    answer(400, 4711, &message)
}

/// Decided here: billing calls for a free account, where the tenant refuses them.
pub(crate) fn free_account() -> Answer {
    answer(403, 200, "No permission. The account must be enrolled in a Pro or a higher plan.")
}

/// A parameter that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub field: String,
    pub message: &'static str,
}

impl Invalid {
    pub(crate) fn new(field: &str, message: &'static str) -> Self {
        Self { field: field.to_owned(), message }
    }
}

pub(crate) fn validation(faults: &[Invalid]) -> Answer {
    let body = object(Style::COMPACT, |error| {
        error.int("code", 300).str("message", "Validation Failed.").array("errors", faults, |fault, row| {
            row.str("field", &fault.field).str("message", fault.message);
        });
    });
    Answer::with_body(400, JSON, body)
}

pub(crate) fn unavailable(retry_after_seconds: u64) -> Answer {
    answer(503, 503, "The service is temporarily unavailable. Try again later.")
        .header("retry-after", retry_after_seconds.to_string())
}

pub(crate) fn internal(request_id: &str) -> Answer {
    answer(500, 500, &format!("An internal error occurred. Request id: {request_id}."))
}

pub(crate) fn of_auth(error: AuthError, request: &RequestId) -> Answer {
    match error {
        AuthError::Rejected(_) => invalid_token(),
        AuthError::Failed(error) => of(error, request),
    }
}

/// What billing said, in Zoom's words.
pub(crate) fn of(error: Error, request: &RequestId) -> Answer {
    match &error {
        Error::Missing { kind: CustomerId::WORD, given } => {
            answer(400, 2001, &format!("Account does not exist: {given}."))
        }
        Error::Missing { kind: InvoiceId::WORD, given } => {
            answer(400, 2001, &format!("InvoiceId does not exist: {given}."))
        }
        Error::Missing { given, .. } => answer(404, 404, &format!("The object does not exist: {given}.")),
        Error::Refused(refusal) => match class(refusal) {
            Class::Field(field) => validation(&[Invalid::new(field, "Invalid field.")]),
            Class::State => answer(400, 300, "The invoice does not allow this now."),
        },
        Error::Conflict { .. } => answer(409, 409, "The object was changed by another request."),
        Error::KeyReused => answer(422, 422, "The idempotency key was used for another request."),
        Error::Forbidden { .. } => answer(403, 200, "No permission."),
        Error::Busy { retry_after_seconds } => unavailable(*retry_after_seconds),
        Error::Pending { .. } => answer(504, 504, "The payment gateway has not answered yet."),
        Error::Full => {
            request.log_once(&error);
            answer(507, 507, "The server has no space left. Nothing was changed.")
        }
        Error::NoSecretKey => answer(409, 409, "The server has no secret key. Nothing was changed."),
        Error::Store(_) => {
            request.log_once(&error);
            internal(request.as_str())
        }
    }
}

/// How a refusal is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// 300 with the field.
    Field(&'static str),
    /// 300 about the object as it stands.
    State,
}

/// Every refusal has its answer. This face only reads, so most cannot come today.
fn class(refusal: &Refusal) -> Class {
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
        | Refusal::Duplicate { what } => Class::Field(what),
        Refusal::CustomFieldBlank { .. } | Refusal::CustomFieldValue { .. } => Class::Field("custom_fields"),
        Refusal::TaxRateTooPrecise => Class::Field("tax_rate"),
        Refusal::TooManyLines { .. }
        | Refusal::NoLines { .. }
        | Refusal::PeriodReversed { .. }
        | Refusal::UnknownLine { .. } => Class::Field("invoice_items"),
        Refusal::DueBeforeDate { .. } => Class::Field("due_date"),
        Refusal::NumberTaken { .. } | Refusal::NumberFixed { .. } => Class::Field("invoice_number"),
        Refusal::CurrencyMismatch { .. } | Refusal::RateMissing { .. } => Class::Field("currency"),
        Refusal::ParentIsDescendant { .. }
        | Refusal::CustomerInUse { .. }
        | Refusal::CustomerInactive { .. }
        | Refusal::CustomerMismatch { .. } => Class::Field("account_id"),
        Refusal::NegativeTotal
        | Refusal::NotDraft { .. }
        | Refusal::NotIssued { .. }
        | Refusal::AlreadyVoid { .. }
        | Refusal::AlreadyIssued { .. }
        | Refusal::Locked { .. }
        | Refusal::Settled { .. }
        | Refusal::VoidWhileSettled { .. }
        | Refusal::CreditedByNote { .. }
        | Refusal::BooksClosed { .. }
        | Refusal::DateLeavesSeries { .. }
        | Refusal::DateOutOfOrder { .. }
        | Refusal::EntityMismatch
        | Refusal::ExceedsBalance { .. }
        | Refusal::ExceedsUnapplied { .. }
        | Refusal::ExceedsRemaining { .. }
        | Refusal::ExceedsApplied { .. }
        | Refusal::ExceedsCreditable { .. }
        | Refusal::NothingOwed { .. }
        | Refusal::BankChargesExceedAmount { .. }
        | Refusal::PaymentVoid { .. }
        | Refusal::PaymentInUse { .. }
        | Refusal::NotApplied { .. }
        | Refusal::AlreadyReversed
        | Refusal::PaymentMethodInactive { .. }
        | Refusal::PaymentPending { .. }
        | Refusal::GatewayMissing { .. }
        | Refusal::PaymentCharged { .. }
        | Refusal::Declined { .. }
        | Refusal::NoteNotDraft { .. }
        | Refusal::NoteNotIssued { .. }
        | Refusal::NoteInUse { .. }
        | Refusal::NoteNotVoid { .. }
        | Refusal::PaymentRefunded { .. }
        | Refusal::ChargeInvoiced { .. }
        | Refusal::NothingToWriteOff { .. }
        | Refusal::NotWrittenOff { .. }
        | Refusal::WriteOffSpent { .. }
        | Refusal::ItemInactive
        | Refusal::CouponUnusable { .. }
        | Refusal::TaxGroupInactive => Class::State,
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
    fn the_sample_pages_2001() {
        check(
            Error::missing("customer", ":accountId"),
            400,
            r#"{"code":2001,"message":"Account does not exist: :accountId."}"#,
        );
        check(Error::missing("invoice", "\"x\""), 400, r#"{"code":2001,"message":"InvoiceId does not exist: \"x\"."}"#);
    }

    #[test]
    fn refusals_are_400() {
        check(
            Error::Refused(Refusal::TooLarge { what: "amount" }),
            400,
            r#"{"code":300,"message":"Validation Failed.","errors":[{"field":"amount","message":"Invalid field."}]}"#,
        );
        check(
            Error::Refused(Refusal::NotDraft { invoice: InvoiceId(1) }),
            400,
            r#"{"code":300,"message":"The invoice does not allow this now."}"#,
        );
    }

    #[test]
    fn overload_names_a_time() {
        let answer = of(Error::Busy { retry_after_seconds: 7 }, &RequestId::of(&HeaderMap::new()));
        assert_eq!((answer.status, answer.get("retry-after")), (503, Some("7")));
    }
}

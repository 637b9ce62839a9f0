//! The only place where our errors become ChargeOver's codes and wording (contract 3.1). The vendor
//! publishes few messages: those marked so are its own, the others say in its tone what happened.

use std::fmt;

use billing::Error;
use domain::Refusal;
use domain::id::{CreditNoteId, CustomerId, InvoiceId, ItemId, PaymentId, RefundId};
use http_kit::{Answer, BodyFault, HeadFault, RequestId};

use crate::envelope::{NoResponse, error};

/// Why a request is not answered as asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No `Authorization` header: the client may be waiting for the challenge.
    NoAuthorization,
    /// Some credential, but none that counts. Which part was wrong is not told.
    NotAccepted,
    /// A query parameter cannot be used.
    Parameter { name: &'static str, why: String },
    /// Over the rate limit.
    TooMany { retry_after_seconds: u64 },
    /// What billing says.
    Billing(Error),
}

impl Fault {
    pub(crate) fn parameter(name: &'static str, why: impl fmt::Display) -> Self {
        Self::Parameter { name, why: why.to_string() }
    }

    /// The object that a path names is not there, or must not be known of.
    pub(crate) fn no_invoice(given: &str) -> Self {
        Self::Billing(Error::missing(InvoiceId::WORD, given))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Billing(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAuthorization => f.write_str(NO_AUTHORIZATION),
            Self::NotAccepted => f.write_str(NOT_ACCEPTED),
            Self::Parameter { name, why } => write!(f, "Missing or invalid parameter: {name} ({why})."),
            Self::TooMany { .. } => f.write_str("Too many requests."),
            Self::Billing(error) => error.fmt(f),
        }
    }
}

/// The vendor's own words.
const NO_AUTHORIZATION: &str = "Invalid or incorrect authorization [Missing (basic) authorization header.]";
const NOT_ACCEPTED: &str = "Invalid or incorrect authorization [The credentials were not accepted.]";

/// The answer to a fault. Failures of ours are logged once; the client gets only the request's id.
pub(crate) fn answer(fault: &Fault, request_id: &RequestId) -> Answer {
    match fault {
        Fault::NoAuthorization | Fault::NotAccepted => {
            // The vendor's Python client sends nothing until it is challenged.
            error(401, &fault.to_string(), NoResponse::False).header("www-authenticate", "Basic realm=\"ChargeOver\"")
        }
        Fault::Parameter { .. } => error(400, &fault.to_string(), NoResponse::Null),
        Fault::TooMany { retry_after_seconds } => {
            error(429, &fault.to_string(), NoResponse::Null).header("retry-after", retry_after_seconds.to_string())
        }
        Fault::Billing(failed) => of_billing(failed, request_id),
    }
}

fn of_billing(failed: &Error, request_id: &RequestId) -> Answer {
    match failed {
        Error::Missing { kind, .. } => {
            error(404, &format!("This {} does not exist.", type_name(kind)), NoResponse::Null)
        }
        Error::Refused(refusal) => error(400, &refused(refusal), NoResponse::Null),
        Error::Conflict { what } => error(409, &format!("Another change came first ({what})."), NoResponse::Null),
        Error::KeyReused => error(422, "The idempotency key was used for another request.", NoResponse::Null),
        Error::Forbidden { .. } => error(403, "This credential is not allowed to do this.", NoResponse::Null),
        Error::Busy { retry_after_seconds } => unavailable(*retry_after_seconds),
        Error::Pending { .. } => error(504, "The payment gateway has not answered yet.", NoResponse::Null),
        Error::Full => error(507, "The server's storage is full; nothing was changed.", NoResponse::Null),
        Error::NoSecretKey => error(409, "The server has no secret key; nothing was changed.", NoResponse::Null),
        Error::Store(_) => {
            request_id.log_once(failed);
            internal(request_id.as_str())
        }
    }
}

/// ChargeOver's word for one of our nouns.
fn type_name(kind: &str) -> &str {
    match kind {
        InvoiceId::WORD => "invoice",
        CustomerId::WORD => "customer",
        ItemId::WORD => "item",
        PaymentId::WORD | CreditNoteId::WORD | RefundId::WORD => "transaction",
        _ => "object",
    }
}

pub(crate) fn internal(request_id: &str) -> Answer {
    error(500, &format!("An internal error occurred. The request's id is {request_id}."), NoResponse::Null)
}

pub(crate) fn unavailable(retry_after_seconds: u64) -> Answer {
    error(503, "The server is busy. Try again shortly.", NoResponse::Null)
        .header("retry-after", retry_after_seconds.to_string())
}

pub(crate) fn no_route() -> Answer {
    error(404, "This object or action does not exist.", NoResponse::Null)
}

pub(crate) fn no_method(allow: &str) -> Answer {
    error(405, &format!("This method is not allowed here. Allowed: {allow}."), NoResponse::Null)
}

pub(crate) fn bad_request(message: &str) -> Answer {
    error(400, message, NoResponse::Null)
}

pub(crate) fn bad_head(fault: &HeadFault) -> Answer {
    error(fault.status(), &sentence(fault), NoResponse::Null)
}

pub(crate) fn bad_body(fault: &BodyFault) -> Answer {
    let code = match fault {
        BodyFault::TooLarge { .. } => 413,
        BodyFault::TooSlow => 408,
        BodyFault::Broken | BodyFault::Json(_) => 400,
        BodyFault::Overloaded => 503,
    };
    error(code, &sentence(fault), NoResponse::False)
}

/// `the body is broken off` -> `The body is broken off.`
fn sentence(words: impl fmt::Display) -> String {
    let words = words.to_string();
    let mut rest = words.chars();
    match rest.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), rest.as_str()),
        None => words,
    }
}

/// What the rules say no to. No id is printed: a refusal knows only our own ids, and the client may know an
/// imported object by another one.
fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TooLarge { what } => format!("The {what} is too large."),
        Refusal::TooPrecise { what, currency } => {
            format!("The {what} has more decimals than {currency} allows.")
        }
        Refusal::NotPositive { what } => format!("The {what} must be greater than zero."),
        Refusal::Negative { what } => format!("The {what} must not be negative."),
        Refusal::RateOutOfRange { what } => format!("The {what} is out of range."),
        Refusal::TaxRateTooPrecise => "The combined tax rate has too many decimals.".to_owned(),
        Refusal::NoLines { .. } => "A required parameter was missing: No line items.".to_owned(),
        Refusal::TooManyLines { limit } => format!("An invoice has at most {limit} line items."),
        Refusal::NegativeTotal => "The total of an invoice must not be negative.".to_owned(),
        Refusal::DiscountTooLarge { what } => format!("The discount is larger than the {what}."),
        Refusal::NotDraft { .. } | Refusal::AlreadyIssued { .. } => "This invoice was approved already.".to_owned(),
        Refusal::NotIssued { .. } => "This invoice is not approved.".to_owned(),
        Refusal::AlreadyVoid { .. } => "This invoice is void.".to_owned(),
        Refusal::Locked { .. } => "This invoice can no longer be edited.".to_owned(),
        Refusal::Settled { applied, .. } => {
            format!("This invoice cannot be edited: {} is applied to it.", amount(*applied))
        }
        Refusal::VoidWhileSettled { applied, .. } => {
            format!("This invoice cannot be voided: {} is applied to it. Refund it first.", amount(*applied))
        }
        Refusal::CreditedByNote { .. } => "This invoice has a credit against its line items.".to_owned(),
        Refusal::BooksClosed { on, closed_through } => {
            format!("The books are closed through {closed_through}; the date is {on}.")
        }
        Refusal::DateLeavesSeries { .. } => "The date is outside the period of this invoice's number.".to_owned(),
        Refusal::DateOutOfOrder { dated_on, .. } => {
            format!("The date {dated_on} is out of the order in which refnumbers are given.")
        }
        Refusal::DueBeforeDate { dated_on, due_on } => {
            format!("The due date {due_on} is before the invoice date {dated_on}.")
        }
        Refusal::PeriodReversed { .. } => "A line item's period ends before it begins.".to_owned(),
        Refusal::UnknownLine { .. } => "This line item does not exist.".to_owned(),
        Refusal::NumberTaken { number } => format!("The refnumber {number} is in use."),
        Refusal::NumberFixed { .. } => "The refnumber of this invoice can no longer be changed.".to_owned(),
        Refusal::CurrencyMismatch { expected, given } => {
            format!("The currency is {given}, but {expected} is needed.")
        }
        Refusal::EntityMismatch => "The brands differ.".to_owned(),
        Refusal::CustomerMismatch { .. } => "The customers differ.".to_owned(),
        Refusal::ExceedsBalance { balance, asked, .. } => {
            format!("{} is more than the balance of {}.", amount(*asked), amount(*balance))
        }
        Refusal::ExceedsUnapplied { unapplied, asked, .. } => {
            format!("{} is more than the unapplied {}.", amount(*asked), amount(*unapplied))
        }
        Refusal::ExceedsRemaining { remaining, asked, .. } => {
            format!("{} is more than the credit's remaining {}.", amount(*asked), amount(*remaining))
        }
        Refusal::ExceedsApplied { applied, asked, .. } => {
            format!("{} is more than the applied {}.", amount(*asked), amount(*applied))
        }
        Refusal::ExceedsCreditable { left, asked, .. } => {
            format!("{} is more than the {} left on the line item.", amount(*asked), amount(*left))
        }
        Refusal::NothingOwed { .. } => "This invoice has no balance due.".to_owned(),
        Refusal::BankChargesExceedAmount { amount: whole, charges } => {
            format!("The fee of {} is more than the amount of {}.", amount(*charges), amount(*whole))
        }
        Refusal::PaymentVoid { .. } => "This transaction is void.".to_owned(),
        Refusal::PaymentInUse { .. } => "This transaction is applied or refunded.".to_owned(),
        Refusal::NotApplied { .. } => "This transaction is not applied to that invoice.".to_owned(),
        Refusal::AlreadyReversed => "This was reversed already.".to_owned(),
        Refusal::PaymentMethodInactive { .. } => "This payment method is inactive.".to_owned(),
        Refusal::PaymentPending { .. } => "A payment attempt on this invoice is still being processed.".to_owned(),
        Refusal::GatewayMissing { .. } => "No payment gateway is set up for this payment method.".to_owned(),
        Refusal::PaymentCharged { .. } => "A gateway took this payment; refund it instead.".to_owned(),
        Refusal::Declined { message, .. } => format!("The payment was declined: {message}"),
        Refusal::NoteNotDraft { .. } => "This credit was issued already.".to_owned(),
        Refusal::NoteNotIssued { .. } => "This credit is not issued.".to_owned(),
        Refusal::NoteInUse { .. } => "This credit is in use.".to_owned(),
        Refusal::NoteNotVoid { .. } => "This credit is not void.".to_owned(),
        Refusal::PaymentRefunded { .. } => "This transaction has been refunded.".to_owned(),
        Refusal::ChargeInvoiced { .. } => "This charge has been invoiced already.".to_owned(),
        Refusal::NothingToWriteOff { .. } => "This invoice has nothing to write off.".to_owned(),
        Refusal::NotWrittenOff { .. } => "This invoice is not written off.".to_owned(),
        Refusal::WriteOffSpent { .. } => "This write-off was cancelled already.".to_owned(),
        Refusal::RateMissing { currency, base } => {
            format!("There is no exchange rate from {currency} to {base}.")
        }
        Refusal::ParentIsDescendant { .. } => "A customer cannot be below itself.".to_owned(),
        Refusal::CustomerInUse { .. } => "This customer is in use.".to_owned(),
        Refusal::CustomerInactive { .. } => "This customer is inactive.".to_owned(),
        Refusal::ItemInactive => "This item is inactive.".to_owned(),
        Refusal::CouponUnusable { status, .. } => format!("This coupon is {}.", status.word().replace('_', " ")),
        Refusal::TaxGroupInactive => "This tax group is inactive.".to_owned(),
        Refusal::InUse { what } => format!("The {what} is in use."),
        Refusal::CustomFieldBlank { label } => format!("A required parameter was missing: {label}."),
        Refusal::CustomFieldValue { label, wants } => format!("The {label} must be {wants}."),
        Refusal::Blank { what } => format!("A required parameter was missing: {what}."),
        Refusal::TooLong { what, limit } => format!("The {what} has more than {limit} characters."),
        Refusal::Invalid { what } => format!("Missing or invalid parameter: {what}."),
        Refusal::CardNumber { what } => format!("The {what} must not be a card number."),
        Refusal::Duplicate { what } => format!("The {what} exists already."),
    }
}

fn amount(value: domain::money::Money) -> String {
    format!("{} {}", value.to_fixed(), value.currency())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::{Currency, Money};
    use http::HeaderMap;

    fn told(fault: Fault) -> (u16, String) {
        let answer = answer(&fault, &RequestId::of(&HeaderMap::new()));
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body["code"], answer.status);
        assert_eq!(body["status"], "Error");
        assert!(body["details"].is_object());
        (answer.status, body["message"].as_str().expect("a message").to_owned())
    }

    #[track_caller]
    fn check(fault: Fault, status: u16, message: &str) {
        assert_eq!(told(fault), (status, message.to_owned()));
    }

    #[test]
    fn errors_in_the_vendors_words() {
        check(Fault::NoAuthorization, 401, NO_AUTHORIZATION);
        check(Fault::NotAccepted, 401, NOT_ACCEPTED);
        check(Fault::no_invoice("5"), 404, "This invoice does not exist.");
        check(Error::missing(CustomerId::WORD, 5).into(), 404, "This customer does not exist.");
        check(Error::missing(RefundId::WORD, 5).into(), 404, "This transaction does not exist.");
        check(Fault::parameter("limit", "no"), 400, "Missing or invalid parameter: limit (no).");
        check(Fault::TooMany { retry_after_seconds: 2 }, 429, "Too many requests.");
        check(Error::Busy { retry_after_seconds: 3 }.into(), 503, "The server is busy. Try again shortly.");
        assert_eq!(told(Error::Full.into()).0, 507);
        assert_eq!(told(Error::KeyReused.into()).0, 422);
        assert_eq!(told(Error::Conflict { what: "version" }.into()).0, 409);
        assert_eq!(told(Error::Forbidden { needs: "staff".to_owned() }.into()).0, 403);
    }

    #[test]
    fn a_failure_of_ours_shows_only_its_id() {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "abc-1".parse().expect("a value"));
        let failed = Error::Store(store::Error::Broken("secret table".to_owned()));
        let answer = answer(&failed.into(), &RequestId::of(&headers));
        let body = std::str::from_utf8(&answer.body).expect("text");
        assert_eq!(answer.status, 500);
        assert!(body.contains("abc-1") && !body.contains("secret"), "{body}");
    }

    #[test]
    fn a_challenge_and_a_time_to_come_back() {
        let id = RequestId::of(&HeaderMap::new());
        let challenged = answer(&Fault::NoAuthorization, &id);
        assert_eq!(challenged.get("www-authenticate"), Some("Basic realm=\"ChargeOver\""));
        let slowed = answer(&Fault::TooMany { retry_after_seconds: 2 }, &id);
        assert_eq!(slowed.get("retry-after"), Some("2"));
    }

    #[test]
    fn refusals_are_400_and_say_amounts() {
        let money = |minor| Money::new(minor, Currency::USD).expect("an amount");
        let invoice = InvoiceId(1);
        let refusal = Refusal::ExceedsBalance { invoice, balance: money(37_000), asked: money(45_050) };
        let words = "450.50 USD is more than the balance of 370.00 USD.";
        check(Error::Refused(refusal).into(), 400, words);
        let refusal = Refusal::VoidWhileSettled { invoice, applied: money(100) };
        let words = "This invoice cannot be voided: 1.00 USD is applied to it. Refund it first.";
        check(Error::Refused(refusal).into(), 400, words);
    }

    #[test]
    fn bodies_and_heads() {
        assert_eq!(bad_body(&BodyFault::TooLarge { limit_bytes: 5 }).status, 413);
        assert_eq!(bad_body(&BodyFault::TooSlow).status, 408);
        assert_eq!(bad_head(&HeadFault::UrlTooLong { limit_bytes: 5 }).status, 414);
        assert_eq!(sentence(BodyFault::Broken), "The body is broken off.");
        assert_eq!(sentence(""), "");
    }
}

use super::*;
use domain::Refusal;
use domain::id::{InvoiceId, LineId, PaymentIntentId};
use domain::money::{Currency, Money};
use http::HeaderMap;
use serde_json::Value;

fn told(fault: Fault) -> (Answer, Value) {
    let mut headers = HeaderMap::new();
    headers.insert("x-request-id", "abc-1".parse().expect("a value"));
    let answer = fault.into_answer(&RequestId::of(&headers));
    let body = serde_json::from_slice(&answer.body).expect("JSON");
    (answer, body)
}

#[track_caller]
fn check(fault: Fault, status: u16, code: &str) -> (Answer, Value) {
    let (answer, body) = told(fault);
    assert_eq!((answer.status, body["code"].as_str()), (status, Some(code)));
    assert_eq!(body["status"], status);
    assert_eq!(body["type"], format!("urn:billwright:problem:{code}"));
    assert_eq!(body["request_id"], "abc-1");
    assert!(body["detail"].as_str().is_some_and(|detail| detail.ends_with(['.', '?', '!', '`'])), "{body}");
    assert_eq!(answer.get("content-type"), Some("application/problem+json"));
    (answer, body)
}

#[test]
fn errors_of_billing() {
    check(Error::missing(InvoiceId::WORD, "inv_5").into(), 404, "not_found");
    check(Error::Conflict { what: "key in progress" }.into(), 409, "idempotency_key_in_progress");
    check(Error::Conflict { what: "version" }.into(), 409, "conflict");
    check(Error::KeyReused.into(), 422, "idempotency_key_reused");
    check(Error::Forbidden { needs: "staff".to_owned() }.into(), 403, "forbidden");
    check(Error::Full.into(), 507, "storage_full");
    check(Error::NoSecretKey.into(), 409, "secret_key_missing");
    check(Error::Pending { intent: PaymentIntentId(7) }.into(), 504, "outcome_unknown");
    let (busy, _) = check(Error::Busy { retry_after_seconds: 3 }.into(), 503, "busy");
    assert_eq!(busy.get("retry-after"), Some("3"));
    let (slow, _) = check(Fault::too_many(2), 429, "too_many_requests");
    assert_eq!(slow.get("retry-after"), Some("2"));
    let (challenge, _) = check(Fault::unauthorized(), 401, "unauthorized");
    assert_eq!(challenge.get("www-authenticate"), Some("Bearer realm=\"billwright\""));
}

#[test]
fn a_failure_of_ours_shows_only_its_id() {
    let failed = Error::Store(store::Error::Broken("secret table".to_owned()));
    let (_, body) = check(failed.into(), 500, "internal");
    assert!(!body.to_string().contains("secret"), "{body}");
}

#[test]
fn refusals_say_amounts() {
    let money = |minor| Money::new(minor, Currency::USD).expect("an amount");
    let refusal = Refusal::ExceedsBalance { invoice: InvoiceId(1), balance: money(37_000), asked: money(45_050) };
    let (_, body) = check(refusal.into(), 422, "exceeds_balance");
    assert_eq!(body["detail"], "450.50 USD was asked for, and invoice inv_1 owes 370.00 USD; apply at most that.");
    assert_eq!(body["title"], "Exceeds balance");
    check(Refusal::Duplicate { what: "code" }.into(), 409, "duplicate");
    check(Refusal::NumberTaken { number: "A-1".to_owned() }.into(), 409, "number_taken");
    check(Refusal::UnknownLine { line: LineId(4) }.into(), 422, "unknown_line");
}

#[test]
fn what_clients_send_is_repeated_within_bounds() {
    let long = "x".repeat(5_000);
    let (_, body) = told(Error::missing(InvoiceId::WORD, &long).into());
    assert!(body["detail"].as_str().is_some_and(|detail| detail.len() < 600));
    let (_, body) = told(Fault::parameter_as("unknown_parameter", &long, "no".to_owned()));
    assert!(body.to_string().len() < 2_000);
}

#[test]
fn what_the_edge_finds() {
    assert_eq!(bad_body(&BodyFault::TooLarge { limit_bytes: 5 }).into_answer(None).status, 413);
    assert_eq!(bad_body(&BodyFault::TooSlow).into_answer(None).status, 408);
    assert_eq!(bad_body(&BodyFault::Broken).into_answer(None).status, 400);
    assert_eq!(bad_body(&BodyFault::Overloaded).into_answer(None).status, 503);
    assert_eq!(bad_head(&HeadFault::UrlTooLong { limit_bytes: 5 }).into_answer(None).status, 414);
    assert_eq!(bad_head(&HeadFault::TooManyHeaders { limit: 5 }).into_answer(None).status, 431);
}

use super::*;
use domain::id::{CreditNoteId, InvoiceId, LineId};
use domain::money::{Currency, Money};

fn usd(minor: i64) -> Money {
    Money { minor, currency: Currency::USD }
}

#[track_caller]
fn check(error: impl Into<Failure>, status: u16, body: &str) {
    let answer = error.into().into_answer(&RequestId::of(&http::HeaderMap::new()));
    assert_eq!((answer.status, std::str::from_utf8(&answer.body)), (status, Ok(body)));
    assert_eq!(answer.get("content-type"), Some("application/json;charset=UTF-8"));
}

#[test]
fn errors_have_a_code_and_a_message() {
    let invoice = InvoiceId(7);
    check(Error::missing("invoice", "903000000079426"), 404, r#"{"code":1002,"message":"Invoice does not exist."}"#);
    check(
        Error::Refused(Refusal::Invalid { what: "date" }),
        400,
        r#"{"code":2,"message":"Invalid value passed for date"}"#,
    );
    check(
        Error::Refused(Refusal::TooLong { what: "reference", limit: 100 }),
        400,
        r#"{"code":15,"message":"Please ensure that the reference has less than 100 characters."}"#,
    );
    check(
        Error::Refused(Refusal::ExceedsBalance { invoice, balance: usd(37000), asked: usd(45050) }),
        400,
        r#"{"code":4204,"message":"The amount 450.5 exceeds the balance 370 of the invoice."}"#,
    );
    check(Error::Refused(Refusal::AlreadyVoid { invoice }), 400, r#"{"code":4107,"message":"The invoice is void."}"#);
    check(
        Error::Forbidden { needs: "staff".to_owned() },
        401,
        r#"{"code":57,"message":"You are not authorized to perform this operation"}"#,
    );
    check(Error::KeyReused, 422, r#"{"code":4022,"message":"The idempotency key has been used for another request."}"#);
    check(Error::Full, 507, r#"{"code":1000,"message":"The storage is full. Nothing has been changed."}"#);
}

#[test]
fn busy_says_when_to_come_back() {
    let answer =
        Failure::from(Error::Busy { retry_after_seconds: 7 }).into_answer(&RequestId::of(&http::HeaderMap::new()));
    assert_eq!((answer.status, answer.get("retry-after")), (503, Some("7")));
}

/// The PyPI client reads error bodies with literal_eval: these words outside of a string would end it.
#[test]
fn refusals_differ_by_code() {
    let (invoice, note, line) = (InvoiceId(1), CreditNoteId(2), LineId(3));
    let refusals = [
        Refusal::NoLines { invoice },
        Refusal::NegativeTotal,
        Refusal::NotDraft { invoice },
        Refusal::NotIssued { invoice },
        Refusal::AlreadyVoid { invoice },
        Refusal::AlreadyIssued { invoice },
        Refusal::Locked { invoice },
        Refusal::Settled { invoice, applied: usd(1) },
        Refusal::VoidWhileSettled { invoice, applied: usd(1) },
        Refusal::CreditedByNote { invoice, note },
        Refusal::EntityMismatch,
        Refusal::NothingOwed { invoice },
        Refusal::ExceedsCreditable { line, left: usd(1), asked: usd(2) },
        Refusal::NoteNotIssued { note },
        Refusal::NothingToWriteOff { invoice },
        Refusal::NotWrittenOff { invoice },
    ];
    let mut codes: Vec<u32> = refusals.iter().map(|refusal| of_refusal(refusal).code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), refusals.len());
    assert!(codes.iter().all(|code| (4100..4600).contains(code)), "{codes:?}");
}

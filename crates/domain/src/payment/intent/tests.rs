use super::*;
use crate::id::CustomerId;
use crate::party::Address;
use crate::payment::method::MethodKind;
use crate::testing::invoice;

fn method(customer: CustomerId) -> PaymentMethod {
    PaymentMethod {
        id: PaymentMethodId(5),
        customer_id: customer,
        kind: MethodKind::Card,
        gateway: "sandbox".to_owned(),
        token: "sandbox_ok".to_owned(),
        last_four: "1111".to_owned(),
        brand: String::new(),
        funding: None,
        expiry: None,
        first_name: String::new(),
        last_name: String::new(),
        address: Address::default(),
        is_active: true,
        removed_at: None,
        created_by: String::new(),
        created_by_id: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn attempt(state: AttemptState) -> PaymentAttempt {
    let at = Timestamp::UNIX_EPOCH;
    let mut attempt = PaymentAttempt::created(PaymentAttemptId(1), PaymentIntentId(2), 1, "sandbox".to_owned(), at);
    attempt.state = state;
    if state == AttemptState::Succeeded {
        attempt.transaction = Some("T1".to_owned());
    }
    attempt
}

fn paid(transaction: &str) -> Outcome {
    Outcome::Succeeded { transaction: transaction.to_owned() }
}

fn declined() -> Outcome {
    Outcome::Declined { code: "card_declined".to_owned(), message: "No.".to_owned() }
}

#[test]
fn refusals_of_a_charge_come_in_their_order() {
    let mut owed = invoice(1, 370);
    let mut card = method(owed.customer_id);
    assert_eq!(decide_charge(&owed, &card, None, None), Ok(370));
    assert_eq!(decide_charge(&owed, &card, None, Some(70)), Ok(70));
    let (balance, asked) = (owed.money(370), owed.money(371));
    let refused = Refusal::ExceedsBalance { invoice: owed.id, balance, asked };
    assert_eq!(decide_charge(&owed, &card, None, Some(371)), Err(refused));
    assert_eq!(decide_charge(&owed, &card, None, Some(0)), Err(Refusal::NotPositive { what: "amount" }));
    owed.settled.balance = 0;
    assert_eq!(decide_charge(&owed, &card, None, Some(0)), Err(Refusal::NothingOwed { invoice: owed.id }));
    let intent = PaymentIntentId(9);
    let refused = Refusal::PaymentPending { invoice: owed.id, intent };
    assert_eq!(decide_charge(&owed, &card, Some(intent), None), Err(refused));
    card.remove(Timestamp::UNIX_EPOCH);
    assert!(card.token.is_empty(), "nothing is left to charge with");
    let refused = Refusal::PaymentMethodInactive { method: card.id };
    assert_eq!(decide_charge(&owed, &card, Some(intent), None), Err(refused));
    card.customer_id = CustomerId(owed.customer_id.0 + 1);
    let refused = Refusal::CustomerMismatch { expected: owed.customer_id, given: card.customer_id };
    assert_eq!(decide_charge(&owed, &card, Some(intent), None), Err(refused));
    owed.state = State::Void;
    assert_eq!(decide_charge(&owed, &card, None, None), Err(Refusal::AlreadyVoid { invoice: owed.id }));
    owed.state = State::Draft;
    assert_eq!(decide_charge(&owed, &card, None, None), Err(Refusal::NotIssued { invoice: owed.id }));
}

#[test]
fn money_that_came_counts_in_every_state_and_only_once() {
    let at = Timestamp::UNIX_EPOCH;
    for state in [AttemptState::Created, AttemptState::Submitted, AttemptState::Unknown, AttemptState::Failed] {
        let mut attempt = attempt(state);
        assert_eq!(attempt.learn(&paid("T1"), at), Learned::Paid, "{state:?}");
        assert_eq!((attempt.state, attempt.transaction.as_deref()), (AttemptState::Succeeded, Some("T1")));
        assert_eq!(attempt.learn(&paid("T1"), at), Learned::Nothing);
        assert_eq!(attempt.learn(&paid("T2"), at), Learned::PaidAgain);
        assert_eq!(attempt.transaction.as_deref(), Some("T1"));
    }
}

#[test]
fn a_failure_never_undoes_money_and_nothing_makes_a_failure_unknown() {
    let at = Timestamp::UNIX_EPOCH;
    let mut done = attempt(AttemptState::Succeeded);
    let before = done.clone();
    assert_eq!(done.learn(&declined(), at), Learned::Nothing);
    assert_eq!(done.learn(&Outcome::Unknown, at), Learned::Nothing);
    assert_eq!(done, before);
    let mut failed = attempt(AttemptState::Submitted);
    assert_eq!(failed.learn(&declined(), at), Learned::Failed);
    assert_eq!(
        (failed.state, failed.code.as_str(), failed.resolved_at),
        (AttemptState::Failed, "card_declined", Some(at))
    );
    let before = failed.clone();
    assert_eq!(failed.learn(&Outcome::Unknown, at), Learned::Nothing);
    assert_eq!(failed.learn(&declined(), at), Learned::Nothing);
    assert_eq!(failed, before);
}

#[test]
fn what_is_unknown_is_asked_ever_more_rarely() {
    let at = Timestamp::UNIX_EPOCH;
    let mut attempt = attempt(AttemptState::Created);
    attempt.lease(at, at + jiff::SignedDuration::from_secs(15));
    assert_eq!((attempt.state, attempt.submitted_at), (AttemptState::Submitted, Some(at)));
    assert!(attempt.is_leased(at) && !attempt.is_leased(at + jiff::SignedDuration::from_secs(15)));
    let mut waits = Vec::new();
    for _ in 0..14 {
        assert_eq!(attempt.learn(&Outcome::Unknown, at), Learned::Unknown);
        waits.push(attempt.ask_after_at.as_second());
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600, 3600]);
    assert!(!attempt.is_leased(at) && attempt.state.is_open());
}

#[test]
fn an_invoice_takes_no_more_than_it_owes() {
    let mut owed = invoice(1, 370);
    assert_eq!(share_of(&owed, 370), 370);
    owed.settled.balance = 100;
    assert_eq!(share_of(&owed, 370), 100);
    owed.settled.balance = 0;
    assert_eq!(share_of(&owed, 370), 0);
    owed.settled.balance = 370;
    owed.state = State::Void;
    assert_eq!(share_of(&owed, 370), 0, "a void invoice takes nothing");
}

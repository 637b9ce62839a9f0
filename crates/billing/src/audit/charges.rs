//! Charges through gateways: every attempt that took money has one payment of its own, and no other has any.

use super::Auditor;
use super::chunks::{BEFORE_ALL, HEADERS};
use domain::id::{InvoiceId, PaymentAttemptId, PaymentId, PaymentIntentId};
use domain::payment::intent::AttemptState;
use store::Tx;
use store::audit::charges::{Charged, Tally};

const RULE: &str = "charges";

pub(super) async fn check(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut after = BEFORE_ALL;
    loop {
        let found = store::audit::charges::attempts(tx, after, HEADERS).await?;
        let Some((last, _)) = found.last() else { break };
        after = *last;
        auditor.counts("payment_attempts", found.len());
        for charged in found {
            if let Some(charged) = auditor.readable(PaymentAttemptId::WORD, charged) {
                check_attempt(auditor, &charged);
            }
        }
    }
    let mut after = BEFORE_ALL;
    loop {
        let found = store::audit::charges::intents(tx, after, HEADERS).await?;
        let Some(last) = found.last() else { break };
        after = last.intent_id;
        auditor.counts("payment_intents", found.len());
        for tally in &found {
            check_intent(auditor, tally);
        }
    }
    for (invoice, count) in store::audit::charges::double_pending(tx).await? {
        auditor.violates(RULE, InvoiceId::WORD, invoice, format!("{count} intents are pending at once"));
    }
    for (payment, count) in store::audit::charges::double_payments(tx).await? {
        auditor.violates(RULE, PaymentId::WORD, payment, format!("{count} attempts say that they made it"));
    }
    Ok(())
}

fn check_attempt(auditor: &mut Auditor, charged: &Charged) {
    let Charged { attempt, intent, payment } = charged;
    let id = attempt.id.get();
    let mut violates = |text: String| auditor.violates(RULE, PaymentAttemptId::WORD, id, text);
    if attempt.gateway != intent.gateway {
        violates(format!("it was made at {}, its intent wants {}", attempt.gateway, intent.gateway));
    }
    if attempt.state != AttemptState::Succeeded {
        if attempt.payment_id.is_some() || attempt.transaction.is_some() {
            violates(format!("it is {} and names a payment or a transaction", attempt.state.word()));
        }
        return;
    }
    let Some(payment) = payment else {
        violates("it succeeded and its payment is not there".to_owned());
        return;
    };
    let parties = (payment.entity_id, payment.customer_id);
    if parties != (intent.entity_id.get(), intent.customer_id.get()) {
        violates("its payment is of another legal entity or customer".to_owned());
    }
    if (payment.currency.as_str(), payment.amount) != (intent.currency.code(), intent.amount) {
        let (amount, currency) = (payment.amount, &payment.currency);
        violates(format!("it took {} {}, its payment is {amount} {currency}", intent.amount, intent.currency.code()));
    }
    if payment.gateway.as_ref() != Some(&intent.gateway) || payment.transaction != attempt.transaction {
        violates("its payment names another transaction of a gateway".to_owned());
    }
}

fn check_intent(auditor: &mut Auditor, tally: &Tally) {
    let expected = match tally {
        Tally { attempts: 0, .. } => "without attempt",
        Tally { succeeded: 1.., .. } => "succeeded",
        Tally { attempts, failed, .. } if attempts == failed => "failed",
        _ => "pending",
    };
    if tally.state != expected {
        let text = format!("it says {}, and by its attempts it is {expected}", tally.state);
        auditor.violates(RULE, PaymentIntentId::WORD, tally.intent_id, text);
    }
}

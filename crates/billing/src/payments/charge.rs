//! The two transactions around a gateway's call: one stores the intent and its attempt before the call, one writes
//! down what the gateway said. Between them nothing is held, so a server may end there; what was stored is then
//! resolved by asking (`reconcile.rs`).

use super::Share;
use super::record::RecordPayment;
use crate::Error;
use crate::parties::entities;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, PaymentAttemptId, PaymentId, PaymentIntentId, PaymentMethodId};
use domain::invoice::Invoice;
use domain::money::Amount;
use domain::payment::PaymentMode;
use domain::payment::intent::{
    Cause, IntentState, Learned, Outcome, PaymentAttempt, PaymentIntent, decide_charge, share_of,
};
use domain::payment::method::{MethodKind, PaymentMethod};
use jiff::SignedDuration;
use serde_json::json;

/// How long an attempt is taken for one call of the gateway; longer than any call is waited for.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// Charges an invoice to a payment method of its customer.
#[derive(Clone, Debug)]
pub struct CollectInvoice {
    pub invoice: InvoiceId,
    pub method: PaymentMethodId,
    /// Only a card, or only a bank account.
    pub kind: Option<MethodKind>,
    /// In the invoice's currency; its whole balance when `None`.
    pub amount: Option<Amount>,
    /// A cause that was charged before finds its intent, and is not charged again.
    pub cause: Cause,
}

impl CollectInvoice {
    /// One call, for the whole balance.
    pub fn of(invoice: InvoiceId, method: PaymentMethodId) -> Self {
        Self { invoice, method, kind: None, amount: None, cause: Cause::Call }
    }
}

/// An intent with the attempt that tells what is known of it, and what it is charged to.
#[derive(Clone, Debug)]
pub(crate) struct Underway {
    pub(crate) intent: PaymentIntent,
    pub(crate) attempt: PaymentAttempt,
    pub(crate) method: PaymentMethod,
}

/// Stores an intent with its first attempt, not submitted yet. Refuses what [`decide_charge`] refuses, and
/// `BooksClosed` now rather than when the money is there.
pub(crate) async fn plan(cx: &mut Cx<'_, '_>, wish: &CollectInvoice) -> Result<Underway, Error> {
    let invoice = lock_invoice(cx, wish.invoice).await?;
    let method = store::payment_methods::lock(cx.tx, wish.method).await?;
    let method = method.filter(|method| wish.kind.is_none_or(|kind| kind == method.kind));
    let method = method.ok_or_else(|| Error::missing(PaymentMethodId::WORD, wish.method))?;
    let pending = store::intents::pending(cx.tx, invoice.id).await?;
    let amount = wish.amount.map(|amount| amount.to_money(invoice.currency, "amount")).transpose()?;
    let amount = decide_charge(&invoice, &method, pending, amount.map(|amount| amount.minor))?;
    let entity = entities::load(cx, Some(invoice.entity_id)).await?;
    entity.posting_day(cx.today(&entity))?;

    let intent = PaymentIntent {
        id: cx.id(PaymentIntentId)?,
        invoice_id: invoice.id,
        customer_id: invoice.customer_id,
        entity_id: invoice.entity_id,
        method_id: method.id,
        gateway: method.gateway.clone(),
        currency: invoice.currency,
        amount,
        cause: wish.cause.clone(),
        state: IntentState::Pending,
        created_at: cx.now,
        updated_at: cx.now,
    };
    let attempt = PaymentAttempt::created(cx.id(PaymentAttemptId)?, intent.id, 1, method.gateway.clone(), cx.now);
    // The invoice's lock keeps others from this invoice; the key of the cause keeps the same cause from two invoices.
    store::intents::insert(cx.tx, &intent).await.map_err(|error| match error {
        store::Error::Conflict { .. } => Error::Conflict { what: "the same charge was begun meanwhile" },
        other => other.into(),
    })?;
    store::intents::insert_attempt(cx.tx, &attempt).await?;
    let detail = json!({
        "invoice_id": invoice.id.to_string(),
        "payment_method_id": method.id.to_string(),
        "amount": intent.money().to_plain(),
        "currency": intent.currency.code(),
        "cause": intent.cause.word(),
    });
    cx.change.record("payment_intent.created", PaymentIntentId::WORD, intent.id.0, "created", detail);
    Ok(Underway { intent, attempt, method })
}

/// Takes the attempt for one call of the gateway. What is created counts as submitted from here on, before the call.
pub(crate) async fn lease(cx: &mut Cx<'_, '_>, attempt: &mut PaymentAttempt) -> Result<(), Error> {
    attempt.lease(cx.now, cx.now + LEASE);
    Ok(store::intents::update_attempt(cx.tx, attempt).await?)
}

/// Charges later: the intent is stored with the verb's own change, and the reconcile worker submits it. For jobs that
/// decide to charge within a transaction of theirs.
#[derive(Clone, Debug)]
pub struct CollectLater(pub CollectInvoice);

impl Verb for CollectLater {
    type Outcome = PaymentIntentId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentIntentId, Error> {
        if let Some(known) = find_cause(cx, &self.0.cause).await? {
            return Ok(known);
        }
        Ok(plan(cx, &self.0).await?.intent.id)
    }
}

/// The intent of a cause that was met before; a call is met once.
pub(crate) async fn find_cause(cx: &mut Cx<'_, '_>, cause: &Cause) -> Result<Option<PaymentIntentId>, Error> {
    match cause {
        Cause::Call => Ok(None),
        Cause::Key(name) | Cause::Schedule(name) | Cause::Dunning(name) => {
            Ok(store::intents::find_cause(cx.tx, cause.word(), name).await?)
        }
    }
}

/// The intent with its attempt, neither locked.
pub(crate) async fn load(cx: &mut Cx<'_, '_>, id: PaymentIntentId) -> Result<Underway, Error> {
    let intent = store::intents::load(cx.tx, id).await?.ok_or_else(|| Error::missing(PaymentIntentId::WORD, id))?;
    with_attempt(cx, intent).await
}

/// The same, locked.
pub(crate) async fn lock(cx: &mut Cx<'_, '_>, id: PaymentIntentId) -> Result<Underway, Error> {
    let intent = store::intents::lock(cx.tx, id).await?.ok_or_else(|| Error::missing(PaymentIntentId::WORD, id))?;
    with_attempt(cx, intent).await
}

async fn with_attempt(cx: &mut Cx<'_, '_>, intent: PaymentIntent) -> Result<Underway, Error> {
    let mut attempts = store::intents::attempts(cx.tx, intent.id).await?.into_iter();
    let attempt = attempts.next().ok_or_else(|| Error::missing(PaymentAttemptId::WORD, intent.id))?;
    let method = store::payment_methods::load(cx.tx, intent.method_id).await?;
    let method = method.ok_or_else(|| Error::missing(PaymentMethodId::WORD, intent.method_id))?;
    Ok(Underway { intent, attempt, method })
}

async fn lock_invoice(cx: &mut Cx<'_, '_>, id: InvoiceId) -> Result<Invoice, Error> {
    let found = store::invoices::lock_many(cx.tx, &[id]).await?;
    found.into_iter().next().ok_or_else(|| Error::missing(InvoiceId::WORD, id))
}

/// Writes down what a gateway said of an intent, whoever it told. Said twice, it counts once; money that came is a
/// payment, put on the invoice as far as the invoice still owes, and unapplied beyond that.
#[derive(Clone, Debug)]
pub struct SettleCharge {
    pub intent: PaymentIntentId,
    pub outcome: Outcome,
}

impl Verb for SettleCharge {
    type Outcome = Learned;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Learned, Error> {
        let found = store::intents::load(cx.tx, self.intent).await?;
        let found = found.ok_or_else(|| Error::missing(PaymentIntentId::WORD, self.intent))?;
        // The invoice first: the order of locks everywhere. The intent's lock is what two callbacks wait for.
        let invoice = lock_invoice(cx, found.invoice_id).await?;
        let Underway { intent, .. } = lock(cx, self.intent).await?;
        let mut attempts = store::intents::attempts(cx.tx, intent.id).await?;
        let next_number = attempts.last().map_or(1, |last| last.number + 1);
        let at = attempts.iter().position(|attempt| self.is_about(attempt)).unwrap_or(0);
        let Some(attempt) = attempts.get_mut(at) else {
            return Err(Error::missing(PaymentAttemptId::WORD, intent.id));
        };
        let was_open = attempt.state.is_open();
        let learned = attempt.learn(&self.outcome, cx.now);
        match learned {
            Learned::Nothing => {}
            Learned::Unknown => {
                store::intents::update_attempt(cx.tx, attempt).await?;
                if attempt.asked == 1 {
                    tell(cx, &intent, attempt, "payment_intent.unknown", "unknown");
                }
            }
            Learned::Failed => {
                store::intents::update_attempt(cx.tx, attempt).await?;
                store::intents::set_state(cx.tx, intent.id, IntentState::Failed, cx.now).await?;
                tell(cx, &intent, attempt, "payment_intent.failed", "failed");
            }
            Learned::Paid => {
                attempt.payment_id = Some(receive(cx, &intent, &invoice, attempt).await?);
                store::intents::update_attempt(cx.tx, attempt).await?;
                store::intents::set_state(cx.tx, intent.id, IntentState::Succeeded, cx.now).await?;
                let operation = if was_open { "succeeded" } else { "succeeded_late" };
                tell(cx, &intent, attempt, "payment_intent.succeeded", operation);
            }
            Learned::PaidAgain => {
                let id = cx.id(PaymentAttemptId)?;
                let gateway = intent.gateway.clone();
                let mut again = PaymentAttempt::created(id, intent.id, next_number, gateway, cx.now);
                again.learn(&self.outcome, cx.now);
                again.payment_id = Some(receive(cx, &intent, &invoice, &again).await?);
                store::intents::insert_attempt(cx.tx, &again).await?;
                tell(cx, &intent, &again, "payment_intent.charged_again", "charged_again");
            }
        }
        Ok(learned)
    }
}

impl SettleCharge {
    /// Whether this attempt already has the money that the outcome speaks of.
    fn is_about(&self, attempt: &PaymentAttempt) -> bool {
        match &self.outcome {
            Outcome::Succeeded { transaction } => attempt.transaction.as_ref() == Some(transaction),
            Outcome::Declined { .. } | Outcome::Unknown => false,
        }
    }
}

/// The payment that a charge made. What a gateway calls its transaction is kept as it is, whatever its digits.
async fn receive(
    cx: &mut Cx<'_, '_>,
    intent: &PaymentIntent,
    invoice: &Invoice,
    attempt: &PaymentAttempt,
) -> Result<PaymentId, Error> {
    let amount = |minor: i64| Amount::from_parts(i128::from(minor), intent.currency.exponent());
    // A correction may have made it another customer's invoice meanwhile, or one in another currency; the money stays
    // its payer's.
    let is_same_debt = (invoice.customer_id, invoice.currency) == (intent.customer_id, intent.currency);
    let share = if is_same_debt { share_of(invoice, intent.amount) } else { 0 };
    let shares = match share {
        0 => Vec::new(),
        _ => vec![Share { invoice: invoice.id, amount: amount(share) }],
    };
    let number = invoice.number.clone().unwrap_or_default();
    let payment = RecordPayment {
        entity: Some(intent.entity_id),
        currency: Some(intent.currency),
        // Nobody else says what the money is worth in the books; so there is no gain or loss.
        fx: invoice.fx.clone().filter(|_| invoice.currency == intent.currency),
        mode: PaymentMode::Automatic,
        description: format!("Payment has been made for the invoice {number}"),
        reference: number,
        gateway: Some(intent.gateway.clone()),
        gateway_transaction_id: attempt.transaction.clone(),
        ..RecordPayment::from(intent.customer_id, amount(intent.amount), shares)
    };
    payment.record(cx).await
}

/// Money that a gateway took is not made undone or another sum by saying so: `PaymentCharged`.
pub(super) async fn refuse_charged(cx: &mut Cx<'_, '_>, payment: PaymentId) -> Result<(), Error> {
    match store::intents::of_payments(cx.tx, &[payment]).await?.is_empty() {
        true => Ok(()),
        false => Err(Refusal::PaymentCharged { payment }.into()),
    }
}

fn tell(
    cx: &mut Cx<'_, '_>,
    intent: &PaymentIntent,
    attempt: &PaymentAttempt,
    event: &'static str,
    operation: &'static str,
) {
    let detail = json!({
        "invoice_id": intent.invoice_id.to_string(),
        "payment_id": attempt.payment_id.map(|id| id.to_string()),
        "amount": intent.money().to_plain(),
        "currency": intent.currency.code(),
        "code": attempt.code,
    });
    cx.change.record(event, PaymentIntentId::WORD, intent.id.0, operation, detail);
}

/// A gateway calls back about an intent. The same callback may come any number of times, in any order with the
/// answers to our own calls.
#[derive(Clone, Debug)]
pub struct RecordGatewayCallback {
    pub gateway: String,
    pub intent: PaymentIntentId,
    pub outcome: Outcome,
}

impl Verb for RecordGatewayCallback {
    type Outcome = Learned;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Learned, Error> {
        let intent = store::intents::load(cx.tx, self.intent).await?;
        // One gateway never speaks of another's charges.
        if intent.is_none_or(|intent| intent.gateway != self.gateway) {
            return Err(Error::missing(PaymentIntentId::WORD, self.intent));
        }
        if let Outcome::Succeeded { transaction } = &self.outcome
            && transaction.trim().is_empty()
        {
            return Err(Refusal::Blank { what: "transaction" }.into());
        }
        SettleCharge { intent: self.intent, outcome: self.outcome.clone() }.run(cx).await
    }
}

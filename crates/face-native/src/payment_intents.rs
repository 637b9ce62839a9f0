//! `/v1/payment-intents`: charges through a gateway, and what is known of them.

use crate::answers::json;
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, table};
use crate::schema::{Schema as _, answer};
use crate::wire::{AmountOut, CurrencyCode, Id, Instant, Word};
use billing::read::IntentView;
use domain::id::{CustomerId, InvoiceId, PaymentAttemptId, PaymentId, PaymentIntentId, PaymentMethodId};
use domain::payment::intent::{self, AttemptState, IntentState};
use http_kit::Answer;

table! {
    "listPaymentIntents" GET "/v1/invoices/{invoice_id}/payment-intents" Read
        "Lists the charges of an invoice by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<PaymentIntent>::schema),
        handle: list,
    }
    "getPaymentIntent" GET "/v1/payment-intents/{payment_intent_id}" Read
        "Reads a charge with what its gateway said of it." {
        gives: Gives::Object(PaymentIntent::schema),
        names: "payment_intent_id",
        handle: get,
    }
}

answer! {
    /// What is known of a charge. It is stored before the gateway is called.
    PaymentAttempt {
        /// Its id.
        id: Id<PaymentAttemptId>,
        /// From 1. A second one holds money that the gateway took twice.
        number: i64,
        /// `unknown` until the gateway says what came of it; nothing is charged again meanwhile.
        state: Word<AttemptState>,
        /// The gateway's id of the charge.
        gateway_transaction_id: Option<String>,
        /// Why it failed: the gateway's word and sentence, or empty.
        failure_code: String,
        /// Why it failed: the gateway's word and sentence, or empty.
        failure_message: String,
        /// The payment that it made.
        payment_id: Option<Id<PaymentId>>,
        /// When the gateway was called.
        submitted_at: Option<Instant>,
        /// When it said what came of it.
        resolved_at: Option<Instant>,
    }
}

answer! {
    /// A wish to charge an invoice: one per cause, charged at most once. Its attempts are there when one intent is
    /// read, not on lists.
    PaymentIntent {
        /// Its id, which is also the key that the gateway charges under.
        id: Id<PaymentIntentId>,
        /// What is charged.
        invoice_id: Id<InvoiceId>,
        /// Who is charged.
        customer_id: Id<CustomerId>,
        /// What with.
        payment_method_id: Id<PaymentMethodId>,
        /// Through which gateway.
        gateway: String,
        /// Of the amount.
        currency: CurrencyCode,
        /// How much.
        amount: AmountOut,
        /// `pending` until the gateway says what came of it.
        state: Word<IntentState>,
        /// Why: `call`, `key` (an idempotency key), `schedule` or `dunning`.
        cause: String,
        /// When it was stored.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    } sometimes {
        /// The payment that it made, once it succeeded.
        payment_id: Id<PaymentId>,
        /// What is known of the charge.
        attempts: Vec<PaymentAttempt>,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, PaymentIntentId::PREFIX)?;
    let invoice = call.id("invoice_id")?;
    let rows = call.billing.payment_intents(&call.caller, invoice, page.after, page.wanted()).await?;
    Ok(page.page(rows, |intent| intent.id.0, |intent| PaymentIntent::summary(&intent)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let view = call.billing.payment_intent(&call.caller, call.id("payment_intent_id")?).await?;
    Ok(json(200, &PaymentIntent::whole(&view)))
}

impl PaymentIntent {
    /// One row of a list.
    fn summary(intent: &intent::PaymentIntent) -> Self {
        Self {
            id: Id(intent.id),
            invoice_id: Id(intent.invoice_id),
            customer_id: Id(intent.customer_id),
            payment_method_id: Id(intent.method_id),
            gateway: intent.gateway.clone(),
            currency: CurrencyCode(intent.currency),
            amount: AmountOut(intent.money()),
            state: Word(intent.state),
            cause: intent.cause.word().to_owned(),
            created_at: Instant(intent.created_at),
            updated_at: Instant(intent.updated_at),
            payment_id: None,
            attempts: None,
        }
    }

    /// With what is known of it.
    pub(crate) fn whole(view: &IntentView) -> Self {
        Self {
            payment_id: view.attempts.iter().find_map(|attempt| attempt.payment_id).map(Id),
            attempts: Some(view.attempts.iter().map(PaymentAttempt::to_wire).collect()),
            ..Self::summary(&view.intent)
        }
    }
}

impl PaymentAttempt {
    fn to_wire(attempt: &intent::PaymentAttempt) -> Self {
        Self {
            id: Id(attempt.id),
            number: attempt.number,
            state: Word(attempt.state),
            gateway_transaction_id: attempt.transaction.clone(),
            failure_code: attempt.code.clone(),
            failure_message: attempt.message.clone(),
            payment_id: attempt.payment_id.map(Id),
            submitted_at: attempt.submitted_at.map(Instant),
            resolved_at: attempt.resolved_at.map(Instant),
        }
    }
}

//! Charges an invoice through a gateway, for a client or a job: a transaction, the gateway's call, a transaction.
//!
//! The intent and its submitted attempt are committed before the call. With an idempotency key the key is kept as in
//! progress with the intent, and gets its answer with the outcome; until then a twin is told to wait, and after a
//! crash the same request asks the gateway what came of it. It never charges again.

use super::charge::{self, CollectInvoice, SettleCharge, Underway};
use crate::answer::Answer;
use crate::caller::ActsFor;
use crate::change::Change;
use crate::ports::{Charge, ChargeKey, Found, Gateway, Gateways};
use crate::read::charges::{self, Collected};
use crate::read::{Named, business_now};
use crate::verb::Cx;
use crate::{Billing, Caller, Error, Key};
use domain::Refusal;
use domain::id::{PaymentIntentId, TenantId};
use domain::payment::intent::{AttemptState, Cause, Outcome};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use store::Tx;

/// How long a gateway's answer is waited for. Shorter than the lease, so that nobody asks about a call under way.
const CALL: SignedDuration = SignedDuration::from_secs(10);
const WAIT: Duration = CALL.unsigned_abs();

/// What is told of a charge that the gateway has never seen, once no call can be under way.
const NEVER_RECEIVED: (&str, &str) = ("never_received", "The gateway has not received the charge.");

impl Billing {
    /// Charges an invoice for a program of ours. A cause that was charged before answers with what came of it.
    ///
    /// # Errors
    /// What [`decide_charge`](domain::payment::intent::decide_charge) refuses, `GatewayMissing`, `BooksClosed`;
    /// `Declined` when the gateway says no; [`Error::Pending`] when it did not say.
    pub async fn charge(&self, caller: &Caller, wish: CollectInvoice) -> Result<Named<Collected>, Error> {
        let rendered = |collected: Named<Collected>| (collected, None);
        match self.collect_with(caller, None, wish, rendered).await? {
            Told::Fresh(collected) => Ok(collected),
            Told::Replayed(_) => unreachable!("without a key nothing is replayed"),
        }
    }

    /// The same for a client. `render` is pure; with a key its bytes are stored with the outcome and replayed when
    /// the same request comes again. The errors are those of [`Billing::charge`], and `Conflict` for a twin of a
    /// request whose call is under way.
    pub async fn collect<R>(
        &self,
        caller: &Caller,
        key: Option<Key>,
        wish: CollectInvoice,
        render: R,
    ) -> Result<Answer, Error>
    where
        R: Fn(Named<Collected>) -> Answer + Send + Sync + 'static,
    {
        let keeps = key.is_some();
        let render = move |collected: Named<Collected>| {
            let answer = render(collected);
            let kept = keeps.then(|| answer.clone());
            (answer, kept)
        };
        match self.collect_with(caller, key, wish, render).await? {
            Told::Fresh(answer) | Told::Replayed(answer) => Ok(answer),
        }
    }

    async fn collect_with<R, T>(
        &self,
        caller: &Caller,
        key: Option<Key>,
        wish: CollectInvoice,
        render: R,
    ) -> Result<Told<T>, Error>
    where
        R: Fn(Named<Collected>) -> (T, Option<Answer>) + Send + Sync + 'static,
        T: Send + 'static,
    {
        let caller = Arc::new(caller.clone());
        let (now, gateways) = (self.now(), self.gateways().clone());
        let begin = Begin { caller: caller.clone(), key: key.clone(), wish, gateways, now };
        let begun = self.db().write(caller.tenant, begin).await.map_err(Error::settle)?;
        let key = key.map(|key| key.key);
        let underway = match begun {
            Begun::Replayed(answer) => return Ok(Told::Replayed(answer)),
            Begun::Open(underway) => underway,
            Begun::Resolved(intent) => return self.finish(caller, intent, None, key, render).await,
            Begun::UnderWay(_) if key.is_some() => return Err(Error::Conflict { what: "key in progress" }),
            Begun::UnderWay(intent) => return Err(Error::Pending { intent }),
        };
        // A client that goes away does not take the outcome with it.
        let billing = self.clone();
        let intent = underway.0.intent.id;
        let carried = tokio::spawn(async move {
            let outcome = billing.call(caller.tenant, &underway).await;
            billing.finish(caller, intent, outcome, key, render).await
        });
        // What was begun stays begun: the reconcile worker finds it.
        carried.await.unwrap_or(Err(Error::Pending { intent }))
    }

    /// Calls the gateway: to charge what was just submitted, else only to ask. `None`: there is nobody to ask.
    pub(crate) async fn call(&self, tenant: TenantId, (underway, step): &(Underway, Step)) -> Option<Outcome> {
        let about = ChargeKey { tenant, intent: underway.intent.id };
        let gateway = match (self.gateways().find(&underway.intent.gateway), step) {
            (Ok(gateway), _) => gateway,
            // It was never submitted, and nobody here can.
            (Err(_), Step::Charge) => return Some(declined("gateway_missing", "There is no such gateway any more.")),
            (Err(_), Step::Ask) => return None,
        };
        Some(match step {
            Step::Charge if underway.method.require_active().is_err() => {
                declined("payment_method_inactive", "The payment method is inactive.")
            }
            // So late that somebody may ask about it while it is under way: then it is asked about, not charged.
            Step::Charge if !underway.attempt.is_leased(self.now() + CALL) => return None,
            Step::Charge => submit(gateway.as_ref(), about, underway).await,
            Step::Ask => ask(gateway.as_ref(), about).await,
        })
    }

    /// The second transaction: writes down the outcome, and answers.
    async fn finish<R, T>(
        &self,
        caller: Arc<Caller>,
        intent: PaymentIntentId,
        outcome: Option<Outcome>,
        key: Option<String>,
        render: R,
    ) -> Result<Told<T>, Error>
    where
        R: Fn(Named<Collected>) -> (T, Option<Answer>) + Send + Sync + 'static,
        T: Send + 'static,
    {
        let tenant = caller.tenant;
        let work = Finish { caller, intent, outcome, key, render, now: self.now() };
        match self.db().write(tenant, work).await.map_err(Error::settle)? {
            Ended::Told(told) => Ok(told),
            Ended::Declined { code, message } => Err(Refusal::Declined { intent, code, message }.into()),
            Ended::Open => Err(Error::Pending { intent }),
        }
    }
}

fn declined(code: &str, message: &str) -> Outcome {
    Outcome::Declined { code: code.to_owned(), message: message.to_owned() }
}

async fn submit(gateway: &dyn Gateway, about: ChargeKey, underway: &Underway) -> Outcome {
    let charge = Charge { about, amount: underway.intent.money(), token: underway.method.token.clone() };
    tokio::time::timeout(WAIT, gateway.charge(&charge)).await.unwrap_or(Outcome::Unknown)
}

async fn ask(gateway: &dyn Gateway, about: ChargeKey) -> Outcome {
    match tokio::time::timeout(WAIT, gateway.lookup(&about)).await {
        Ok(Found::Known(outcome)) => outcome,
        Ok(Found::Never) => declined(NEVER_RECEIVED.0, NEVER_RECEIVED.1),
        Err(_) => Outcome::Unknown,
    }
}

/// What the gateway is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Charge,
    Ask,
}

enum Told<T> {
    Fresh(T),
    Replayed(Answer),
}

/// The first transaction: takes the key, finds or stores the intent, takes its attempt for the call.
struct Begin {
    caller: Arc<Caller>,
    key: Option<Key>,
    wish: CollectInvoice,
    gateways: Gateways,
    now: Timestamp,
}

enum Begun {
    Replayed(Answer),
    /// Ours to call the gateway for.
    Open(Box<(Underway, Step)>),
    /// The gateway has said what came of it.
    Resolved(PaymentIntentId),
    /// Somebody else is calling the gateway.
    UnderWay(PaymentIntentId),
}

impl store::Work for Begin {
    type Out = Begun;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Begun, Error> {
        if self.caller.acts_for != ActsFor::Staff {
            return Err(Error::Forbidden { needs: "staff".to_owned() });
        }
        let mut cause = self.wish.cause.clone();
        let mut known = None;
        if let Some(key) = &self.key {
            let earlier = store::access::take_key(tx, &key.key, &key.request_hash, self.now).await?;
            let taken_at = match &earlier {
                None => self.now,
                Some(earlier) if earlier.request_hash != key.request_hash => return Err(Error::KeyReused),
                Some(earlier) => {
                    if let Some(answer) = earlier.answer.as_deref().and_then(Answer::from_bytes) {
                        return Ok(Begun::Replayed(answer));
                    }
                    store::intents::key_taken_at(tx, &key.key).await?.unwrap_or(self.now)
                }
            };
            // Keys are forgotten after two days and may then come again: the instant tells two uses apart.
            let name = format!("{}@{}", key.key, taken_at.as_microsecond());
            if earlier.is_some() {
                let found = store::intents::find_cause(tx, "key", &name).await?;
                known = Some(found.ok_or(Error::Conflict { what: "key in progress" })?);
            }
            cause = Cause::Key(name);
        }
        let mut cx = context(tx, &self.caller, self.now).await?;
        if known.is_none() && self.key.is_none() {
            known = charge::find_cause(&mut cx, &cause).await?;
        }
        let begun = match known {
            Some(intent) => take(&mut cx, intent).await?,
            None => {
                let wish = CollectInvoice { cause, ..self.wish.clone() };
                let mut underway = charge::plan(&mut cx, &wish).await?;
                self.gateways.find(&underway.intent.gateway)?;
                charge::lease(&mut cx, &mut underway.attempt).await?;
                Begun::Open(Box::new((underway, Step::Charge)))
            }
        };
        cx.flush().await?;
        Ok(begun)
    }
}

/// Takes an intent's attempt for a call of the gateway, unless that is done or somebody is at it.
async fn take(cx: &mut Cx<'_, '_>, intent: PaymentIntentId) -> Result<Begun, Error> {
    let mut underway = charge::lock(cx, intent).await?;
    if !underway.attempt.state.is_open() {
        return Ok(Begun::Resolved(intent));
    }
    if underway.attempt.is_leased(cx.now) {
        return Ok(Begun::UnderWay(intent));
    }
    let step = if underway.attempt.state == AttemptState::Created { Step::Charge } else { Step::Ask };
    charge::lease(cx, &mut underway.attempt).await?;
    Ok(Begun::Open(Box::new((underway, step))))
}

/// The same for the reconcile worker. `None`: nothing is to be done now.
pub(crate) struct Take {
    pub(crate) caller: Arc<Caller>,
    pub(crate) intent: PaymentIntentId,
    pub(crate) now: Timestamp,
}

impl store::Work for Take {
    type Out = Option<Box<(Underway, Step)>>;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Box<(Underway, Step)>>, Error> {
        let mut cx = context(tx, &self.caller, self.now).await?;
        match take(&mut cx, self.intent).await? {
            Begun::Open(open) => Ok(Some(open)),
            Begun::Replayed(_) | Begun::Resolved(_) | Begun::UnderWay(_) => Ok(None),
        }
    }
}

struct Finish<R> {
    caller: Arc<Caller>,
    intent: PaymentIntentId,
    /// `None`: nothing new was said.
    outcome: Option<Outcome>,
    key: Option<String>,
    render: R,
    now: Timestamp,
}

enum Ended<T> {
    Told(Told<T>),
    Declined { code: String, message: String },
    Open,
}

impl<R, T> store::Work for Finish<R>
where
    R: Fn(Named<Collected>) -> (T, Option<Answer>) + Send + Sync + 'static,
    T: Send + 'static,
{
    type Out = Ended<T>;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Ended<T>, Error> {
        let mut cx = context(tx, &self.caller, self.now).await?;
        if let Some(outcome) = &self.outcome {
            let settle = SettleCharge { intent: self.intent, outcome: outcome.clone() };
            crate::Verb::run(&settle, &mut cx).await?;
            cx.flush().await?;
        }
        let Underway { attempt, .. } = charge::load(&mut cx, self.intent).await?;
        let payment = match (attempt.state, attempt.payment_id) {
            (AttemptState::Succeeded, Some(payment)) => payment,
            // Declined again when the same request comes again: one intent per key.
            (AttemptState::Failed, _) => {
                return Ok(Ended::Declined { code: attempt.code, message: attempt.message });
            }
            _ => return Ok(Ended::Open),
        };
        let (told, answer) = (self.render)(charges::collected(&mut cx, payment).await?);
        if let (Some(key), Some(answer)) = (&self.key, answer) {
            // Two retries may end at once; both give the answer that was kept first.
            let kept = store::intents::answer_once(cx.tx, key, &answer.to_bytes()).await?;
            if let Some(kept) = kept.as_deref().and_then(Answer::from_bytes) {
                return Ok(Ended::Told(Told::Replayed(kept)));
            }
        }
        Ok(Ended::Told(Told::Fresh(told)))
    }
}

/// What a verb runs in.
pub(crate) async fn context<'a, 't>(
    tx: &'a mut Tx<'t>,
    caller: &'a Caller,
    now: Timestamp,
) -> Result<Cx<'a, 't>, Error> {
    let business_at = business_now(tx, now).await?;
    Ok(Cx { tx, caller, now, business_at, change: Change::default(), secrets: None })
}

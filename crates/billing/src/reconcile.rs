//! The reconcile worker: resolves what gateways have not said, by asking them. It takes in their callbacks, submits
//! what jobs left to be charged, and asks about every attempt whose outcome is not known, ever more rarely, for ever.
//! Several servers share the work: each attempt is leased for one call, and what is said twice counts once.

use crate::payments::charge::{RecordGatewayCallback, SettleCharge};
use crate::payments::collect::Take;
use crate::ports::{Callback, Gateway};
use crate::{Billing, Caller, Error};
use domain::Refusal;
use domain::id::{PaymentIntentId, TenantId};
use domain::payment::intent::Learned;
use jiff::Timestamp;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// Attempts of one tenant in one round.
const ATTEMPTS: i64 = 100;
/// Who shows in the audit trail.
const ACTOR: &str = "reconcile";

/// What one round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Callbacks that were taken in.
    pub callbacks: u64,
    /// Intents that a gateway was called for.
    pub asked: u64,
    /// Payments that came of either.
    pub paid: u64,
    /// Intents that failed.
    pub failed: u64,
    /// Intents whose outcome is still unknown.
    pub unknown: u64,
}

impl Reconciled {
    fn count(&mut self, learned: Learned) {
        match learned {
            Learned::Nothing => {}
            Learned::Unknown => self.unknown += 1,
            Learned::Failed => self.failed += 1,
            Learned::Paid | Learned::PaidAgain => self.paid += 1,
        }
    }
}

/// Reconciles until `shutdown` is ready. What fails is logged, and tried again in a later round.
pub async fn run_reconciling(billing: Billing, shutdown: impl Future<Output = ()> + Send) {
    let mut shutdown = pin!(shutdown);
    loop {
        if let Err(error) = billing.reconcile(None).await {
            tracing::warn!(%error, "a round of reconciling failed");
        }
        tokio::select! {
            () = &mut shutdown => break,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

impl Billing {
    /// One round over all tenants, or one, of what it is time to ask about. What fails for one intent or tenant does
    /// not keep the others waiting.
    pub async fn reconcile(&self, only: Option<TenantId>) -> Result<Reconciled, Error> {
        self.reconcile_until(only, self.now()).await
    }

    /// The same about everything that is not known, also what would be asked about later.
    pub async fn reconcile_all(&self, only: Option<TenantId>) -> Result<Reconciled, Error> {
        self.reconcile_until(only, Timestamp::MAX).await
    }

    async fn reconcile_until(&self, only: Option<TenantId>, until: Timestamp) -> Result<Reconciled, Error> {
        let mut round = Reconciled::default();
        for gateway in self.gateways().all() {
            self.take_in(gateway, only, &mut round).await;
        }
        let tenants = match only {
            Some(tenant) => vec![tenant],
            None => self.db().read(TenantId(0), WithOpen { until }).await.map_err(settled)?,
        };
        for tenant in tenants {
            for intent in self.db().read(tenant, Open { until }).await.map_err(settled)? {
                match self.ask_about(tenant, intent).await {
                    Ok(Some(learned)) => {
                        round.asked += 1;
                        round.count(learned);
                    }
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, tenant = tenant.0, %intent, "an intent is not reconciled"),
                }
            }
        }
        Ok(round)
    }

    /// Asks what came of one intent now, whenever it would be asked otherwise. `None`: it is known already, somebody
    /// is asking, or its gateway is not here.
    pub async fn reconcile_intent(&self, caller: &Caller, intent: PaymentIntentId) -> Result<Option<Learned>, Error> {
        // The caller must be allowed to know of it.
        self.payment_intent(caller, intent).await?;
        self.ask_about(caller.tenant, intent).await
    }

    async fn ask_about(&self, tenant: TenantId, intent: PaymentIntentId) -> Result<Option<Learned>, Error> {
        let caller = worker(tenant);
        let take = Take { caller: Arc::new(caller.clone()), intent, now: self.now() };
        let Some(open) = self.db().write(tenant, take).await.map_err(Error::settle)? else { return Ok(None) };
        let Some(outcome) = self.call(tenant, &open).await else { return Ok(None) };
        self.perform(&caller, SettleCharge { intent, outcome }).await.map(Some)
    }

    /// Takes in a gateway's callbacks. One that cannot be is logged and comes again.
    async fn take_in(&self, gateway: &Arc<dyn Gateway>, only: Option<TenantId>, round: &mut Reconciled) {
        for callback in gateway.callbacks(self.now()).await {
            let Callback { about, outcome, .. } = &callback;
            if only.is_some_and(|tenant| tenant != about.tenant) {
                continue;
            }
            let name = gateway.name().to_owned();
            let verb = RecordGatewayCallback { gateway: name, intent: about.intent, outcome: outcome.clone() };
            match self.perform(&worker(about.tenant), verb).await {
                Ok(learned) => {
                    round.callbacks += 1;
                    round.count(learned);
                }
                // It speaks of nothing of ours: it need not come again either.
                Err(Error::Missing { .. } | Error::Refused(Refusal::Blank { .. })) => {
                    tracing::warn!(key = %about, "a callback speaks of no charge of ours");
                }
                Err(error) => {
                    tracing::warn!(%error, key = %about, "a callback is not taken in");
                    continue;
                }
            }
            gateway.delivered(&callback, self.now()).await;
        }
    }
}

fn worker(tenant: TenantId) -> Caller {
    Caller { actor: ACTOR.to_owned(), ..Caller::system(tenant) }
}

fn settled(error: store::Error) -> Error {
    Error::from(error).settle()
}

struct WithOpen {
    until: Timestamp,
}

impl store::Work for WithOpen {
    type Out = Vec<TenantId>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Vec<TenantId>> {
        store::intents::tenants_with_open(tx, self.until).await
    }
}

struct Open {
    until: Timestamp,
}

impl store::Work for Open {
    type Out = Vec<PaymentIntentId>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Vec<PaymentIntentId>> {
        store::intents::open(tx, self.until, ATTEMPTS).await
    }
}

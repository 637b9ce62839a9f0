//! The housekeeper: gives committed events their places in the feed, seals the audit trail, and forgets what no promise
//! needs any longer. Several servers share the work by a lease per tenant; what the lease guards is safe under two
//! housekeepers too.

use crate::credentials::random_hex;
use crate::seal::{ROWS, seal_tail};
use crate::{Billing, Error};
use domain::id::TenantId;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use store::Tx;

/// Between two rounds; a tenant's tail is sealed once in it.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a server keeps a tenant without coming back to it.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
const LEASE_NAME: &str = "housekeeping";
/// Events sequenced in one transaction.
const EVENTS: i64 = 5_000;
/// Transactions of one tenant in one round, when it has a long tail (an import, a bill run).
const TURNS: usize = 20;
/// Between two rounds of forgetting.
const FORGET_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Rows of each kind forgotten in one transaction.
const FORGOTTEN: i64 = 5_000;
/// Idempotency keys answer for at least 24 hours, a day's counters until its end, nonces for as long as a signature is
/// fresh, OAuth's codes for minutes and its access tokens for an hour: after two days nothing asks for any of them.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// What one round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Events that got their place in the feed.
    pub sequenced: u64,
    /// Rows of the audit trail that were sealed.
    pub sealed: u64,
    /// Tenants that another server holds.
    pub left_to_others: u64,
}

/// Keeps house until `shutdown` is ready. What fails is logged, and tried again in the next round.
pub async fn run_housekeeping(billing: Billing, shutdown: impl Future<Output = ()> + Send) {
    let owner = random_hex();
    let mut shutdown = pin!(shutdown);
    let mut forgot_at: Option<Timestamp> = None;
    loop {
        if let Err(error) = billing.keep_house(&owner).await {
            tracing::warn!(%error, "a round of housekeeping failed");
        }
        let now = billing.now();
        if forgot_at.is_none_or(|at| now.duration_since(at) >= FORGET_EVERY) {
            forgot_at = Some(now);
            if let Err(error) = billing.forget_old(now).await {
                tracing::warn!(%error, "forgetting old rows failed");
            }
        }
        tokio::select! {
            () = &mut shutdown => break,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    if let Err(error) = billing.give_back(&owner).await {
        tracing::warn!(%error, "a lease was not given back; it ends by itself");
    }
}

impl Billing {
    /// One round over every tenant that has something to sequence or to seal. A tenant that fails does not keep the
    /// others waiting.
    pub async fn keep_house(&self, owner: &str) -> Result<Round, Error> {
        let tenants = self.db().read(TenantId(0), WithTail).await.map_err(|error| Error::from(error).settle())?;
        let mut round = Round::default();
        for tenant in tenants {
            for _ in 0..TURNS {
                let work = Tend { owner: owner.to_owned(), now: self.now() };
                match self.db().write(tenant, work).await {
                    Ok(Some(turn)) => {
                        round.sequenced += turn.sequenced;
                        round.sealed += turn.sealed;
                        if turn.has_more {
                            continue;
                        }
                    }
                    Ok(None) => round.left_to_others += 1,
                    Err(error) => tracing::warn!(%error, tenant = tenant.0, "housekeeping failed for a tenant"),
                }
                break;
            }
        }
        Ok(round)
    }

    /// Drops rate counters, nonces, idempotency keys and what is left of OAuth of more than two days ago, and says how
    /// many.
    pub async fn forget_old(&self, now: Timestamp) -> Result<u64, Error> {
        let settle = |error: store::Error| Error::from(error).settle();
        let Ok(before) = now.checked_sub(KEPT) else { return Ok(0) };
        let mut forgotten = 0;
        for tenant in self.db().read(TenantId(0), AllTenants).await.map_err(settle)? {
            loop {
                let gone = self.db().write(tenant, Forget { before }).await.map_err(settle)?;
                forgotten += gone;
                if gone == 0 {
                    break;
                }
            }
        }
        Ok(forgotten)
    }

    async fn give_back(&self, owner: &str) -> Result<(), Error> {
        let settle = |error: store::Error| Error::from(error).settle();
        for tenant in self.db().read(TenantId(0), AllTenants).await.map_err(settle)? {
            self.db().write(tenant, GiveBack { owner: owner.to_owned() }).await.map_err(settle)?;
        }
        Ok(())
    }
}

struct WithTail;

impl store::Work for WithTail {
    type Out = Vec<TenantId>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Vec<TenantId>> {
        store::housekeeping::tenants_with_tail(tx).await
    }
}

struct AllTenants;

impl store::Work for AllTenants {
    type Out = Vec<TenantId>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Vec<TenantId>> {
        store::housekeeping::tenants(tx).await
    }
}

/// What one turn at a tenant came to.
struct Turn {
    sequenced: u64,
    sealed: u64,
    has_more: bool,
}

/// One turn at a tenant; `None` when another server holds it.
struct Tend {
    owner: String,
    now: Timestamp,
}

impl store::Work for Tend {
    type Out = Option<Turn>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Option<Turn>> {
        if !store::lease::acquire(tx, LEASE_NAME, &self.owner, self.now, self.now + LEASE).await? {
            return Ok(None);
        }
        let sequenced = store::trail::sequence_events(tx, EVENTS).await?;
        let sealed = seal_tail(tx, self.now).await?.map_or(0, |seal| seal.entry_count);
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let has_more = sequenced == EVENTS || sealed == ROWS;
        Ok(Some(Turn { sequenced: count(sequenced), sealed: count(sealed), has_more }))
    }
}

struct Forget {
    before: Timestamp,
}

impl store::Work for Forget {
    type Out = u64;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<u64> {
        store::housekeeping::forget(tx, self.before, FORGOTTEN).await
    }
}

struct GiveBack {
    owner: String,
}

impl store::Work for GiveBack {
    type Out = bool;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<bool> {
        store::lease::release(tx, LEASE_NAME, &self.owner).await
    }
}

//! What billing needs of the outside, as traits; `connectors` implements them.

use crate::Billing;
use domain::Refusal;
use domain::id::{PaymentIntentId, TenantId};
use domain::money::Money;
use domain::payment::intent::Outcome;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A call to the outside.
pub type Calling<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A charge as a gateway is asked for it.
#[derive(Clone, Debug)]
pub struct Charge {
    pub about: ChargeKey,
    pub amount: Money,
    /// What the gateway knows the customer's card or account by.
    pub token: String,
}

/// What a charge is known by on both sides. A gateway charges at most once under one key, however often it is asked;
/// the key comes from the stored intent, never from a count of attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeKey {
    pub tenant: TenantId,
    pub intent: PaymentIntentId,
}

impl std::fmt::Display for ChargeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.tenant, self.intent)
    }
}

/// What a gateway says when it is asked about a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// [`Outcome::Unknown`]: it cannot say yet.
    Known(Outcome),
    /// It has never seen a charge of this key. Told only when no call is under way any more.
    Never,
}

/// What a gateway tells by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    pub about: ChargeKey,
    pub outcome: Outcome,
    /// The gateway's number of this callback of this charge.
    pub position: i64,
}

/// Whoever moves the money.
pub trait Gateway: Send + Sync + 'static {
    /// The name that payment methods and payments carry.
    fn name(&self) -> &str;

    /// Charges at most once under the charge's key. Never fails otherwise than by an outcome: what did not come
    /// through is [`Outcome::Unknown`].
    fn charge<'a>(&'a self, charge: &'a Charge) -> Calling<'a, Outcome>;

    /// What came of the charge of this key. Never charges.
    fn lookup<'a>(&'a self, about: &'a ChargeKey) -> Calling<'a, Found>;

    /// Callbacks that are due by `now` and wait to be fetched. Gateways that call over the network have none.
    fn callbacks<'a>(&'a self, _now: Timestamp) -> Calling<'a, Vec<Callback>> {
        Box::pin(std::future::ready(Vec::new()))
    }

    /// A callback was taken in and need not come again.
    fn delivered<'a>(&'a self, _callback: &'a Callback, _at: Timestamp) -> Calling<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// The gateways of this server by name.
#[derive(Clone, Default)]
pub struct Gateways {
    by_name: Arc<BTreeMap<String, Arc<dyn Gateway>>>,
}

impl Gateways {
    /// `GatewayMissing` with the name that was asked for.
    pub fn find(&self, name: &str) -> Result<Arc<dyn Gateway>, Refusal> {
        self.by_name.get(name).cloned().ok_or_else(|| Refusal::GatewayMissing { gateway: name.to_owned() })
    }

    /// The only one, for whoever names none. `GatewayMissing` without a name when there is none, or more than one.
    pub fn only(&self) -> Result<&str, Refusal> {
        let mut names = self.by_name.keys();
        match (names.next(), names.next()) {
            (Some(name), None) => Ok(name),
            _ => Err(Refusal::GatewayMissing { gateway: String::new() }),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<dyn Gateway>> {
        self.by_name.values()
    }
}

impl std::fmt::Debug for Gateways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}

impl Billing {
    /// The same books with one more way to charge.
    pub fn with_gateway(mut self, gateway: Arc<dyn Gateway>) -> Self {
        let mut by_name = (*self.gateways.by_name).clone();
        by_name.insert(gateway.name().to_owned(), gateway);
        self.gateways = Gateways { by_name: Arc::new(by_name) };
        self
    }

    /// The gateways of this server.
    pub fn gateways(&self) -> &Gateways {
        &self.gateways
    }
}

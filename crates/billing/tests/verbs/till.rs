//! A seller with the sandbox gateway, for the stories about charging.

use billing::payments::charge::CollectInvoice;
use billing::payments::methods::{AddPaymentMethod, MethodFields, RemovePaymentMethod};
use billing::ports::{Callback, Calling, Charge, ChargeKey, Found, Gateway};
use billing::read::{Collected, IntentView, Named};
use billing::reconcile::Reconciled;
use billing::{Answer, Error, Key};
use connectors::sandbox::{NAME, Sandbox};
use domain::Refusal;
use domain::id::{InvoiceId, PaymentIntentId, PaymentMethodId};
use domain::payment::Payment;
use domain::payment::intent::Outcome;
use domain::payment::method::MethodKind;
use jiff::{SignedDuration, Timestamp};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use testkit::TestDb;
use testkit::builders::World;

/// The books with a sandbox that can be counted.
#[derive(Clone)]
pub struct Till {
    pub world: World,
    pub sandbox: Sandbox,
}

pub fn key(key: &str, body: &str) -> Option<Key> {
    Some(Key { key: key.to_owned(), request_hash: body.to_owned() })
}

pub fn succeeded(transaction: &str) -> Outcome {
    Outcome::Succeeded { transaction: transaction.to_owned() }
}

pub fn declined() -> Outcome {
    Outcome::Declined { code: "stolen_card".to_owned(), message: "No.".to_owned() }
}

/// When a server ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dying {
    BeforeTheCharge,
    AfterTheCharge,
}

/// The sandbox seen from a server that ends while it calls.
struct DyingServer {
    sandbox: Sandbox,
    dies: Dying,
}

impl Gateway for DyingServer {
    fn name(&self) -> &str {
        NAME
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Calling<'a, Outcome> {
        Box::pin(async move {
            if self.dies == Dying::AfterTheCharge {
                self.sandbox.charge(charge).await;
            }
            pending().await
        })
    }

    fn lookup<'a>(&'a self, about: &'a ChargeKey) -> Calling<'a, Found> {
        self.sandbox.lookup(about)
    }

    fn callbacks<'a>(&'a self, now: Timestamp) -> Calling<'a, Vec<Callback>> {
        self.sandbox.callbacks(now)
    }
}

impl Till {
    pub async fn open(db: &TestDb) -> Till {
        Till::at(World::open(db).await)
    }

    /// A world as it is, with the gateway.
    pub fn at(mut world: World) -> Till {
        let sandbox = Sandbox::new((*world.db).clone(), world.clock.clone(), 7);
        world.billing = world.billing.with_gateway(Arc::new(sandbox.clone()));
        Till { world, sandbox }
    }

    pub async fn second_server(&self) -> Till {
        Till::at(self.world.second_server().await)
    }

    /// A card of the customer.
    pub async fn card(&self, token: &str) -> PaymentMethodId {
        let (customer, kind) = (self.world.customer, MethodKind::Card);
        let fields = MethodFields { last_four: Some("1111".to_owned()), ..MethodFields::default() };
        let (gateway, token) = (NAME.to_owned(), token.to_owned());
        self.world.does(AddPaymentMethod { customer, kind, gateway, token, fields }).await
    }

    pub async fn remove(&self, method: PaymentMethodId) {
        self.world.does(RemovePaymentMethod { method, of: None, kind: None }).await;
    }

    pub async fn charge(&self, wish: CollectInvoice) -> Result<Named<Collected>, Error> {
        self.world.billing.charge(&self.world.caller, wish).await
    }

    pub async fn collect(&self, invoice: InvoiceId, method: PaymentMethodId) -> Result<Named<Collected>, Error> {
        self.charge(CollectInvoice::of(invoice, method)).await
    }

    /// The same as a client asks, with the payment's id as the answer.
    pub async fn ask(&self, key: Option<Key>, invoice: InvoiceId, method: PaymentMethodId) -> Result<Answer, Error> {
        let wish = CollectInvoice::of(invoice, method);
        let render = |collected: Named<Collected>| {
            let body = collected.value.payment.payment.id.to_string();
            Answer { status: 200, headers: Vec::new(), body }
        };
        self.world.billing.collect(&self.world.caller, key, wish, render).await
    }

    pub async fn refuses(&self, invoice: InvoiceId, method: PaymentMethodId) -> Refusal {
        match self.collect(invoice, method).await {
            Err(Error::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// The outcome is not known.
    pub async fn pends(&self, invoice: InvoiceId, method: PaymentMethodId) -> PaymentIntentId {
        match self.collect(invoice, method).await {
            Err(Error::Pending { intent }) => intent,
            other => panic!("not pending: {other:?}"),
        }
    }

    /// The same on a server that ends between the two transactions.
    pub async fn dies(&self, dies: Dying, invoice: InvoiceId, method: PaymentMethodId, key: Option<Key>) {
        let mut dying = self.clone();
        let gateway = DyingServer { sandbox: self.sandbox.clone(), dies };
        dying.world.billing = dying.world.billing.with_gateway(Arc::new(gateway));
        let dropped = tokio::time::timeout(Duration::from_millis(500), dying.ask(key, invoice, method)).await;
        assert!(dropped.is_err(), "the server ended before it could answer");
    }

    /// How often the gateway took money.
    pub async fn charges(&self) -> i64 {
        self.sandbox.charges(self.world.tenant).await.expect("the sandbox remembers")
    }

    pub async fn payments(&self) -> Vec<Payment> {
        self.world.billing.payments(&self.world.caller, None, 0, 1_000).await.expect("a list")
    }

    pub async fn intent(&self, intent: PaymentIntentId) -> IntentView {
        self.world.billing.payment_intent(&self.world.caller, intent).await.expect("the intent is there")
    }

    pub async fn reconcile(&self) -> Reconciled {
        self.world.billing.reconcile(None).await.expect("a round")
    }

    /// Moves the clock.
    pub fn wait(&self, seconds: i64) {
        self.world.clock.set(self.world.clock.now() + SignedDuration::from_secs(seconds));
    }

    /// State, amount and number of every attempt, as the audit view shows them.
    pub async fn view_rows(&self) -> Vec<Vec<String>> {
        let tenant = self.world.tenant.0;
        let columns = "state, amount_minor, attempt_number";
        let sql = format!("SELECT {columns} FROM audit_v1_payment_attempt WHERE tenant_id = {tenant} ORDER BY 1, 2, 3");
        self.world.db.rows(&sql).await
    }
}

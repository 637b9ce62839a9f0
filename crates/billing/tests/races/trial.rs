//! Two operations on one copy, one after the other or at once, and what the callers were told.

use crate::copies::Copy;
use crate::operations::{Operation, Running};
use billing::Error;
use billing::ports::{Calling, Charge, ChargeKey, Found, Gateway};
use connectors::sandbox::{NAME, Sandbox};
use domain::payment::intent::Outcome;
use std::sync::Arc;
use testkit::builders::World;
use tokio::sync::{Barrier, Semaphore};

/// The order of two operations A and B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A, then B.
    Forward,
    /// B, then A.
    Backward,
    /// B while A waits for the gateway.
    WithinA,
    /// A while B waits for the gateway.
    WithinB,
    /// Nobody says. Who is readied first often is first; so each is in turn.
    AtOnce { b_is_readied_first: bool },
}

impl Order {
    /// Every order of the transactions of A and B. Operations of one transaction have two orders; one that calls a
    /// gateway is two transactions, and the other may come between them.
    pub fn serial(a: &Operation, b: &Operation) -> Vec<Order> {
        let mut orders = vec![Order::Forward, Order::Backward];
        orders.extend(a.calls_out.then_some(Order::WithinA));
        orders.extend(b.calls_out.then_some(Order::WithinB));
        orders
    }
}

/// Two servers on the same books.
#[derive(Clone)]
pub struct Servers {
    pub worlds: [World; 2],
    sandbox: Sandbox,
}

impl Servers {
    pub async fn of(world: World) -> Servers {
        let mut worlds = [world.clone(), world.second_server().await];
        let sandbox = Sandbox::new((*world.db).clone(), world.clock.clone(), 7);
        for world in &mut worlds {
            world.billing = world.billing.clone().with_gateway(Arc::new(sandbox.clone()));
        }
        Servers { worlds, sandbox }
    }

    /// Runs A and B and tells what A was told and what B was told.
    pub async fn run(&self, order: Order, a: &Operation, b: &Operation, copy: Copy) -> [String; 2] {
        let [one, other] = &self.worlds;
        match order {
            Order::Forward => {
                let first = told((a.run)(one.clone(), copy).await);
                [first, told((b.run)(other.clone(), copy).await)]
            }
            Order::Backward => {
                let first = told((b.run)(other.clone(), copy).await);
                [told((a.run)(one.clone(), copy).await), first]
            }
            Order::WithinA => self.within(a, b, copy).await,
            Order::WithinB => {
                let [outer, inner] = self.within(b, a, copy).await;
                [inner, outer]
            }
            Order::AtOnce { b_is_readied_first } => {
                let start = Arc::new(Barrier::new(2));
                let at_the_start = |operation: Running| {
                    let start = start.clone();
                    tokio::spawn(async move {
                        start.wait().await;
                        told(operation.await)
                    })
                };
                let (a, b) = ((a.run)(one.clone(), copy), (b.run)(other.clone(), copy));
                let (a, b) = if b_is_readied_first {
                    let b = at_the_start(b);
                    (at_the_start(a), b)
                } else {
                    (at_the_start(a), at_the_start(b))
                };
                let (a, b) = tokio::join!(a, b);
                [a.expect("A does not panic"), b.expect("B does not panic")]
            }
        }
    }

    /// The inner operation while the outer one waits for the gateway, if it comes so far.
    async fn within(&self, outer: &Operation, inner: &Operation, copy: Copy) -> [String; 2] {
        let gate = Arc::new(Gate::before(self.sandbox.clone()));
        let mut gated = self.worlds[0].clone();
        gated.billing = gated.billing.with_gateway(gate.clone());
        let running = (outer.run)(gated, copy);
        let mut running = tokio::spawn(async move { told(running.await) });
        let refused = tokio::select! {
            arrived = gate.arrived.acquire() => {
                arrived.expect("the gate is never closed").forget();
                None
            }
            refused = &mut running => Some(refused.expect("the outer operation does not panic")),
        };
        let inner = told((inner.run)(self.worlds[1].clone(), copy).await);
        gate.open.add_permits(1);
        let outer = match refused {
            Some(refused) => refused,
            None => running.await.expect("the outer operation does not panic"),
        };
        [outer, inner]
    }
}

/// What is told of anything that is neither done nor refused begins so.
pub const FAILED: &str = "failed";

/// `done`, or which refusal.
fn told(result: Result<(), Error>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(Error::Refused(refusal)) => {
            let whole = format!("{refusal:?}");
            whole.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default().to_owned()
        }
        Err(other) => format!("{FAILED}: {other:?}"),
    }
}

/// A gateway that says when it is called, and charges when it is let.
struct Gate {
    gateway: Sandbox,
    arrived: Semaphore,
    open: Semaphore,
}

impl Gate {
    fn before(gateway: Sandbox) -> Self {
        Self { gateway, arrived: Semaphore::new(0), open: Semaphore::new(0) }
    }
}

impl Gateway for Gate {
    fn name(&self) -> &str {
        NAME
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Calling<'a, Outcome> {
        Box::pin(async move {
            self.arrived.add_permits(1);
            self.open.acquire().await.expect("the gate is never closed").forget();
            self.gateway.charge(charge).await
        })
    }

    fn lookup<'a>(&'a self, about: &'a ChargeKey) -> Calling<'a, Found> {
        self.gateway.lookup(about)
    }
}

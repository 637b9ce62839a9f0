//! Every pair of operations: first in every order one after the other, then at once.

use crate::copies::{Copy, Situation, copies, on_lanes};
use crate::facts::facts;
use crate::operations::Operation;
use crate::trial::{Order, Servers};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Pairs that run at the same time, each on a copy of its own: more than there are cores, so that they are
/// interrupted anywhere.
const LANES: usize = 4;

/// What A was told, what B was told, and what is in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub told: [String; 2],
    pub facts: Vec<String>,
}

/// A pair with what it came to.
pub struct Pair {
    pub a: Operation,
    pub b: Operation,
    pub serial: Vec<(Order, Ending)>,
    pub at_once: Vec<Ending>,
}

impl Pair {
    /// Endings that no serial order gives.
    pub fn impossible(&self) -> Vec<&Ending> {
        self.at_once.iter().filter(|ending| self.orders_of(ending).is_empty()).collect()
    }

    /// The serial orders that come to the same.
    fn orders_of(&self, ending: &Ending) -> Vec<Order> {
        self.serial.iter().filter(|(_, serial)| serial == ending).map(|(order, _)| *order).collect()
    }

    /// How often at once came to what this order gives and no other does.
    pub fn ended_only_as(&self, order: Order) -> usize {
        self.at_once.iter().filter(|ending| self.orders_of(ending) == [order]).count()
    }

    /// What an operation was told that came first.
    pub fn told_first(&self) -> [&str; 2] {
        let told = |order, at: usize| {
            let found = self.serial.iter().find(|(known, _)| *known == order);
            found.map(|(_, ending)| ending.told[at].as_str()).expect("both orders are run")
        };
        [told(Order::Forward, 0), told(Order::Backward, 1)]
    }

    pub fn name(&self) -> String {
        format!("{} and {}", self.a.name, self.b.name)
    }
}

/// Runs every pair of the operations, each `tries` times at once.
pub async fn race(servers: &Servers, situation: Situation, operations: &[Operation], tries: usize) -> Vec<Pair> {
    let pairs = operations.iter().enumerate().flat_map(|(index, a)| operations[index..].iter().map(move |b| (*a, *b)));
    let pairs: Vec<(Operation, Operation)> = pairs.collect();
    let mut trials: Vec<(usize, Order)> = Vec::new();
    for (index, (a, b)) in pairs.iter().enumerate() {
        trials.extend(Order::serial(a, b).into_iter().map(|order| (index, order)));
        trials.extend((0..tries).map(|number| (index, Order::AtOnce { b_is_readied_first: number % 2 == 1 })));
    }
    let lanes = Arc::new(Semaphore::new(LANES));
    let with_card: Vec<bool> =
        trials.iter().map(|&(pair, _)| pairs[pair].0.calls_out || pairs[pair].1.calls_out).collect();
    let copies = copies(&servers.worlds[0], situation, &with_card, &lanes).await;
    let given: Vec<((usize, Order), Copy)> = trials.iter().copied().zip(copies.iter().copied()).collect();
    let told = on_lanes(&lanes, given, |((pair, order), copy)| {
        let (servers, (a, b)) = (servers.clone(), pairs[pair]);
        async move { servers.run(order, &a, &b, copy).await }
    })
    .await;
    let mut facts = facts(&servers.worlds[0]).await;

    let mut came_of: Vec<Pair> =
        pairs.iter().map(|&(a, b)| Pair { a, b, serial: Vec::new(), at_once: Vec::new() }).collect();
    for (((index, order), copy), told) in trials.into_iter().zip(copies).zip(told) {
        let of_invoice = facts.remove(&copy.invoice.0).expect("each invoice has facts");
        let of_customer = facts.remove(&copy.customer.0).expect("each customer has paid");
        let facts = [of_invoice, of_customer].concat();
        let ending = Ending { told, facts };
        match order {
            Order::AtOnce { .. } => came_of[index].at_once.push(ending),
            _ => came_of[index].serial.push((order, ending)),
        }
    }
    came_of
}

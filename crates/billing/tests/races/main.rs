//! Every pair of what may be done with one invoice, each operation with itself too, at the same moment on two servers:
//! whatever the interleaving, callers and books must be told what some order of one after the other would have told
//! them. `BILLWRIGHT_RACES` is how often each pair is tried in each situation: 3 by default, 50 for the full size.

mod control;
mod copies;
mod facts;
mod operations;
mod pairs;
mod trial;

use copies::Situation;
use operations::OPERATIONS;
use testkit::builders::World;
use testkit::drive::size;
use testkit::{TestDb, on_both_databases};
use trial::{FAILED, Order, Servers};

async fn every_pair(db: TestDb, situation: Situation) {
    let servers = Servers::of(World::open(&db).await).await;
    let pairs = pairs::race(&servers, situation, OPERATIONS, size("BILLWRIGHT_RACES", 3)).await;
    let mut faults = Vec::new();
    for pair in &pairs {
        for (operation, told) in [pair.a, pair.b].into_iter().zip(pair.told_first()) {
            if (told == "done") != operation.done_in.contains(&situation) {
                faults.push(format!("{} comes first in {situation:?}: {told}", operation.name));
            }
        }
        for (order, ending) in &pair.serial {
            if ending.told.iter().any(|told| told.starts_with(FAILED)) {
                faults.push(format!("{} in {situation:?}, {order:?}: {ending:?}", pair.name()));
            }
        }
        for ending in pair.impossible() {
            let possible: Vec<String> =
                pair.serial.iter().map(|(order, serial)| format!("\n    {order:?}: {serial:?}")).collect();
            faults.push(format!(
                "{} in {situation:?}:\n  at once: {ending:?}\n  one after the other:{}",
                pair.name(),
                possible.concat()
            ));
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    let seen = [Order::Forward, Order::Backward, Order::WithinA, Order::WithinB]
        .map(|order| (order, pairs.iter().map(|pair| pair.ended_only_as(order)).sum::<usize>()));
    println!("orders that were told apart in {situation:?}: {seen:?}");
    assert!(seen[0].1 > 0 && seen[1].1 > 0, "nobody raced");
    for server in &servers.worlds {
        assert_eq!(server.billing.db().stats().retries, 0, "locks were taken in one order");
    }
    let world = &servers.worlds[0];
    let [charges, payments] = facts::charges_and_payments(world).await;
    assert_eq!(charges, payments, "what the gateway took is in the books");
    assert!(facts::currencies_out_of_balance(world).await.is_empty(), "the journal is in balance");
    world.books_are_sound().await;
}

on_both_databases! {
    async fn on_a_draft(db: TestDb) {
        every_pair(db, Situation::Draft).await;
    }

    async fn on_an_unpaid_invoice(db: TestDb) {
        every_pair(db, Situation::Unpaid).await;
    }

    async fn on_a_partly_paid_invoice(db: TestDb) {
        every_pair(db, Situation::PartlyPaid).await;
    }

    async fn on_a_written_off_invoice(db: TestDb) {
        every_pair(db, Situation::WrittenOff).await;
    }
}

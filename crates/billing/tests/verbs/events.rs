//! The feed: every committed event once, in an order without gaps, whatever is written meanwhile.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::trail::Event;
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

async fn read(world: &World, after: i64) -> Vec<Event> {
    world.billing.events(&world.caller, after, 7).await.expect("the feed can be read")
}

on_both_databases! {
    async fn a_consumer_reads_its_own_writes_in_order(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("10").await;
        world.pay("10").on(invoice, "10").recorded().await;
        let mut types = Vec::new();
        let mut after = 0;
        loop {
            let page = read(&world, after).await;
            let Some(last) = page.last() else { break };
            after = last.feed_seq.expect("read events have their place");
            types.extend(page.into_iter().map(|event| event.event_type));
        }
        let expected = [
            "tenant.created", "legal_entity.created", "customer.created", "invoice.issued", "payment.received",
            "invoice.payment_applied",
        ];
        assert_eq!(types, expected);
        assert_eq!(world.audit().await.unsequenced_events, 0);
        world.books_are_sound().await;
    }

    async fn no_event_is_missed_or_read_twice_under_writers(db: TestDb) {
        let world = World::open(&db).await;
        let second = world.second_server().await;
        let done = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn({
            let (world, done) = (second.clone(), done.clone());
            async move {
                let (mut after, mut seen) = (0, Vec::new());
                loop {
                    // Looked at before the read: what was written before it is in this page or a later one.
                    let is_last = done.load(Ordering::SeqCst);
                    let page = read(&world, after).await;
                    for event in &page {
                        assert_eq!(event.feed_seq, Some(after + 1), "no gap fills up behind a reader");
                        after += 1;
                        seen.push(event.id);
                    }
                    if page.is_empty() && is_last {
                        return seen;
                    }
                }
            }
        });
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..4 {
            let world = if number % 2 == 0 { world.clone() } else { second.clone() };
            writers.spawn(async move {
                for _ in 0..10 {
                    let invoice = world.owes("10").await;
                    world.pay("10").on(invoice, "10").recorded().await;
                }
            });
        }
        writers.join_all().await;
        done.store(true, Ordering::SeqCst);
        let seen = reader.await.expect("the reader ends");
        let distinct: HashSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len());
        assert_eq!(seen.len(), 3 + 4 * 10 * 3, "three at the beginning, three for each invoice with its payment");
        world.books_are_sound().await;
    }
}

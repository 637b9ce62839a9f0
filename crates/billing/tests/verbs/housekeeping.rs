//! The housekeeper, alone and beside another.

use billing::housekeeping::{Round, run_housekeeping};
use billing::{Answer, Key};
use domain::id::PaymentId;
use jiff::SignedDuration;
use std::time::Duration;
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

on_both_databases! {
    async fn one_server_at_a_time_keeps_a_tenants_house(db: TestDb) {
        let world = World::open(&db).await;
        let second = world.second_server().await;
        world.owes("10").await;
        let round = world.billing.keep_house("one").await.expect("a round");
        assert!(round.sequenced >= 4 && round.sealed >= 4, "{round:?}");
        let round = world.billing.keep_house("one").await.expect("a round");
        assert_eq!(round, Round::default(), "nothing is left to do");

        world.owes("10").await;
        let round = second.billing.keep_house("other").await.expect("a round");
        assert_eq!((round.sequenced, round.left_to_others), (0, 1), "the tenant is the first server's");
        world.clock.set(world.clock.now() + SignedDuration::from_secs(11));
        let round = second.billing.keep_house("other").await.expect("a round");
        assert!(round.sequenced > 0 && round.left_to_others == 0, "its lease ended: {round:?}");
        let report = world.audit().await;
        assert_eq!((report.unsealed_tail, report.unsequenced_events), (0, 0));
        world.books_are_sound().await;
    }

    async fn the_loop_works_until_it_is_told_to_stop(db: TestDb) {
        let world = World::open(&db).await;
        let neighbour = world.neighbour().await;
        neighbour.owes("10").await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(run_housekeeping(world.billing.clone(), async {
            let _ = stopped.await;
        }));
        for _ in 0..600 {
            let report = world.audit().await;
            if (report.unsealed_tail, report.unsequenced_events) == (0, 0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(stop);
        tokio::time::timeout(Duration::from_secs(10), running).await.expect("it stops").expect("it did not panic");
        let report = world.audit().await;
        assert_eq!((report.unsealed_tail, report.unsequenced_events), (0, 0));
        assert_eq!(world.db.rows("SELECT name FROM leases").await, Vec::<Vec<String>>::new(), "leases were given back");
        world.books_are_sound().await;
    }

    async fn keys_are_remembered_for_two_days(db: TestDb) {
        let world = World::open(&db).await;
        let ask = || async {
            let key = Some(Key { key: "k".to_owned(), request_hash: "body".to_owned() });
            let render = |payment: PaymentId| Answer { status: 201, headers: Vec::new(), body: payment.to_string() };
            world.billing.answer(&world.caller, key, world.pay("10").verb(), render).await.expect("an answer")
        };
        let first = ask().await;
        world.at("2026-03-12T12:00:00Z");
        assert_eq!(world.billing.forget_old(world.clock.now()).await.expect("it runs"), 0);
        assert_eq!(ask().await, first);
        world.at("2026-03-12T12:00:01Z");
        assert_eq!(world.billing.forget_old(world.clock.now()).await.expect("it runs"), 1);
        assert_ne!(ask().await, first);
        world.books_are_sound().await;
    }
}

//! Seals of the audit trail.

use testkit::builders::{World, instant};
use testkit::{TestDb, on_both_databases};

on_both_databases! {
    async fn seals_cover_every_row_once_and_are_chained(db: TestDb) {
        let world = World::open(&db).await;
        let tail = world.audit().await.unsealed_tail;
        assert!(tail > 0);
        let first = world.billing.seal_once(world.tenant, instant("2026-03-10T12:00:01Z")).await.expect("it seals");
        let first = first.expect("there was a tail");
        let tail = i64::try_from(tail).expect("few");
        assert_eq!((first.seq, first.entry_count, first.previous_root.as_str()), (1, tail, ""));
        assert_eq!(world.billing.seal_once(world.tenant, world.billing.now()).await.expect("it runs"), None);
        world.owes("10").await;
        let second = world.billing.seal_once(world.tenant, instant("2026-03-10T12:00:02Z")).await.expect("it seals");
        let second = second.expect("there was a tail");
        assert_eq!((second.seq, second.previous_root), (2, first.merkle_root));
        let report = world.audit().await;
        assert_eq!((report.unsealed_tail, report.oldest_unsealed_at.clone()), (0, None));
        assert_eq!(report.checked["audit_seals"], 2);
        world.books_are_sound().await;
    }

    async fn two_sealers_at_once_seal_once(db: TestDb) {
        let world = World::open(&db).await;
        let second = world.second_server().await;
        for _ in 0..10 {
            world.owes("1").await;
            let (here, there) = tokio::join!(
                world.billing.seal_once(world.tenant, world.billing.now()),
                second.billing.seal_once(world.tenant, world.billing.now()),
            );
            let sealed = [here.expect("it runs"), there.expect("it runs")];
            assert_eq!(sealed.iter().flatten().count(), 1, "{sealed:?}");
        }
        let report = world.audit().await;
        assert_eq!((report.unsealed_tail, report.checked["audit_seals"]), (0, 10));
        world.books_are_sound().await;
    }
}

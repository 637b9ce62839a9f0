//! Counted reads: windows, days, and what two servers make of the same moment.

use billing::limits::{Allowance, Counted, OverLimit, ReadLimit};
use billing::{Billing, Caller, SystemClock};
use jiff::{SignedDuration, Timestamp};
use testkit::{TestDb, on_both_databases};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

struct World {
    billing: Billing,
    clock: SystemClock,
    caller: Caller,
}

async fn world(db: &TestDb, now: &str) -> World {
    let clock = SystemClock::fixed(at(now));
    let billing = Billing::new((**db).clone(), clock.clone());
    let tenant = billing.create_tenant("Seller").await.expect("a tenant");
    World { billing, clock, caller: Caller::system(tenant) }
}

fn limit(key: &str, per_day: u32, is_enforced: bool) -> ReadLimit {
    ReadLimit {
        name: "test.read",
        window_key: key.to_owned(),
        window: SignedDuration::from_mins(30),
        day_key: "account".to_owned(),
        per_day,
        is_enforced,
    }
}

impl World {
    async fn read(&self, limit: ReadLimit) -> Result<u64, OverLimit> {
        let counted = self.billing.count_read(&self.caller, limit).await.expect("the store works");
        counted.map(|counted| counted.remaining_today)
    }
}

on_both_databases! {
    async fn one_read_per_window(db: TestDb) {
        let world = world(&db, "2026-05-30T10:00:00Z").await;
        assert_eq!(world.read(limit("a", 100, true)).await, Ok(99));
        let refused = Err(OverLimit::Window { free_at: at("2026-05-30T10:30:00Z") });
        assert_eq!(world.read(limit("a", 100, true)).await, refused);
        world.clock.set(at("2026-05-30T10:29:59.999Z"));
        assert_eq!(world.read(limit("a", 100, true)).await, refused, "a refusal does not begin a new window");
        assert_eq!(world.read(limit("b", 100, true)).await, Ok(98), "refusals were not counted, another key is free");
        world.clock.set(at("2026-05-30T10:30:00Z"));
        assert_eq!(world.read(limit("a", 100, true)).await, Ok(97));
    }

    async fn the_day_ends_at_midnight_utc(db: TestDb) {
        let world = world(&db, "2026-05-30T23:00:00Z").await;
        assert_eq!(world.read(limit("a", 2, true)).await, Ok(1));
        assert_eq!(world.read(limit("b", 2, true)).await, Ok(0));
        let resets_at = at("2026-05-31T00:00:00Z");
        assert_eq!(world.read(limit("c", 2, true)).await, Err(OverLimit::Day { resets_at }));
        world.clock.set(at("2026-05-30T23:59:59.999999Z"));
        assert_eq!(world.read(limit("a", 2, true)).await, Err(OverLimit::Day { resets_at }));
        world.clock.set(resets_at);
        assert_eq!(world.read(limit("a", 2, true)).await, Ok(1));
    }

    async fn advice_counts_and_refuses_nothing(db: TestDb) {
        let world = world(&db, "2026-05-30T10:00:00Z").await;
        for left in [1, 0, 0] {
            assert_eq!(world.read(limit("a", 2, false)).await, Ok(left));
        }
        let counted = world.billing.count_read(&world.caller, limit("a", 2, false)).await.expect("the store works");
        assert_eq!(counted, Ok(Counted { used_today: 4, remaining_today: 0 }));
        assert!(matches!(world.read(limit("b", 2, true)).await, Err(OverLimit::Day { .. })));
    }

    async fn tenants_do_not_share_counters(db: TestDb) {
        let mut world = world(&db, "2026-05-30T10:00:00Z").await;
        assert_eq!(world.read(limit("a", 1, true)).await, Ok(0));
        let other = world.billing.create_tenant("Other").await.expect("a tenant");
        world.caller = Caller::system(other);
        assert_eq!(world.read(limit("a", 1, true)).await, Ok(0));
    }

    async fn of_many_reads_at_once_one_is_the_first(db: TestDb) {
        let world = world(&db, "2026-05-30T10:00:00Z").await;
        let second = Billing::new(db.second_handle().await, world.clock.clone());
        let mut racers = tokio::task::JoinSet::new();
        for number in 0..16 {
            let billing = if number % 2 == 0 { world.billing.clone() } else { second.clone() };
            let caller = world.caller.clone();
            racers.spawn(async move { billing.count_read(&caller, limit("a", 100, true)).await.expect("the store works") });
        }
        let told = racers.join_all().await;
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1, "{told:?}");
        let free_at = at("2026-05-30T10:30:00Z");
        assert_eq!(told.iter().filter(|told| **told == Err(OverLimit::Window { free_at })).count(), 15, "{told:?}");
        assert_eq!(world.read(limit("b", 100, true)).await, Ok(98), "only one was counted");
    }

    async fn a_day_is_taken_in_allowances_that_grow_smaller(db: TestDb) {
        let world = world(&db, "2026-05-30T10:00:00Z").await;
        let take = async |billing: &Billing, per_day| {
            billing.take_allowance(world.caller.tenant, "test.calls", per_day).await.expect("the store works")
        };
        let (mut calls, mut takings) = (Vec::new(), 0);
        // Another handle each time, as after a restart.
        loop {
            let taken = take(&Billing::new((*db).clone(), world.clock.clone()), 1_000).await;
            assert_eq!(taken.resets_at, at("2026-05-31T00:00:00Z"));
            if taken.calls == 0 {
                break;
            }
            takings += 1;
            calls.push(taken.calls);
        }
        assert_eq!(calls.iter().sum::<u32>(), 1_000);
        assert!(calls.is_sorted_by(|one, next| one >= next) && calls[0] == 62, "{calls:?}");
        assert_eq!(calls[calls.len() - 30..], [1; 30]);
        assert!(takings < 100, "{takings}");
        assert_eq!(take(&world.billing, 1_000).await.calls, 0, "and it stays so");
        assert_eq!(take(&world.billing, 500).await.calls, 0, "a smaller day is used up too");
        assert_eq!(take(&world.billing, 1_003).await.calls, 1, "a larger one is not");
        let other = world.billing.create_tenant("Other").await.expect("a tenant");
        let theirs = world.billing.take_allowance(other, "test.calls", 10_000).await.expect("the store works");
        assert_eq!(theirs.calls, 64);
        world.clock.set(at("2026-05-31T00:00:00Z"));
        let next = take(&world.billing, 3).await;
        assert_eq!(next, Allowance { calls: 1, resets_at: at("2026-06-01T00:00:00Z") });
    }

    async fn servers_share_the_day(db: TestDb) {
        let world = world(&db, "2026-05-30T10:00:00Z").await;
        let second = Billing::new(db.second_handle().await, world.clock.clone());
        let mut racers = tokio::task::JoinSet::new();
        for number in 0..8 {
            let billing = if number % 2 == 0 { world.billing.clone() } else { second.clone() };
            let tenant = world.caller.tenant;
            racers.spawn(async move {
                let mut calls = 0;
                loop {
                    let taken = billing.take_allowance(tenant, "test.calls", 100).await.expect("the store works");
                    if taken.calls == 0 {
                        return calls;
                    }
                    calls += taken.calls;
                }
            });
        }
        assert_eq!(racers.join_all().await.iter().sum::<u32>(), 100);
    }

    async fn of_many_windows_a_day_lets_so_many_through(db: TestDb) {
        let world = world(&db, "2026-05-30T10:00:00Z").await;
        let mut racers = tokio::task::JoinSet::new();
        for number in 0..14 {
            let (billing, caller) = (world.billing.clone(), world.caller.clone());
            let limit = limit(&format!("window {number}"), 6, true);
            racers.spawn(async move { billing.count_read(&caller, limit).await.expect("the store works") });
        }
        let told = racers.join_all().await;
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 6, "{told:?}");
    }
}

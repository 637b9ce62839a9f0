//! A lease has one owner at a time and ends by itself.

use crate::support::{TENANT, with_schema};
use jiff::{SignedDuration, Timestamp};
use store::{Db, Error, Result, Tx, Work, lease};
use testkit::EmptyDb;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_800_000_000 + seconds)
}

struct Acquire {
    owner: &'static str,
    now: i64,
    until: i64,
}

impl Work for Acquire {
    type Out = bool;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool> {
        lease::acquire(tx, "sealer", self.owner, at(self.now), at(self.until)).await
    }
}

async fn acquire(db: &Db, owner: &'static str, now: i64, until: i64) -> bool {
    db.write(TENANT, Acquire { owner, now, until }).await.expect("asked")
}

async fn renew(db: &Db, owner: &'static str, now: i64, until: i64) -> bool {
    let work =
        store::body(move |tx| Box::pin(async move { lease::renew(tx, "sealer", owner, at(now), at(until)).await }));
    db.write(TENANT, work).await.expect("asked")
}

async fn release(db: &Db, owner: &'static str) -> bool {
    let work = store::body(move |tx| Box::pin(async move { lease::release(tx, "sealer", owner).await }));
    db.write(TENANT, work).await.expect("asked")
}

testkit::on_both_databases! {
    async fn a_lease_is_exclusive_until_it_ends(db: EmptyDb) {
        let db = with_schema(&db).await;
        assert!(acquire(&db, "one", 0, 30).await);
        assert!(!acquire(&db, "two", 10, 40).await);
        assert!(acquire(&db, "one", 10, 40).await, "the owner may take it again");
        assert!(!renew(&db, "two", 10, 99).await);
        assert!(renew(&db, "one", 39, 60).await);
        assert!(!acquire(&db, "two", 59, 90).await);
        assert!(acquire(&db, "two", 60, 90).await, "it ended at 60");
        assert!(!renew(&db, "one", 61, 99).await, "it is another's now");
        assert!(!release(&db, "one").await);
        assert!(release(&db, "two").await);
        assert!(acquire(&db, "one", 62, 90).await);
        assert!(!renew(&db, "one", 90, 120).await, "too late to renew");
    }

    async fn of_many_that_ask_at_once_one_gets_it(db: EmptyDb) {
        let db = with_schema(&db).await;
        let owners = ["a", "b", "c", "d", "e", "f", "g", "h"];
        for round in 0..5 {
            let mut tasks = tokio::task::JoinSet::new();
            for owner in owners {
                let db = db.clone();
                tasks.spawn(async move { acquire(&db, owner, round * 100, round * 100 + 50).await });
            }
            assert_eq!(tasks.join_all().await.into_iter().filter(|got| *got).count(), 1);
        }
    }

    async fn leases_of_tenants_are_apart(db: EmptyDb) {
        let db = with_schema(&db).await;
        assert!(acquire(&db, "one", 0, 30).await);
        let other = store::body(|tx| Box::pin(async move {
            lease::acquire(tx, "sealer", "two", at(0), at(30)).await
        }));
        assert_eq!(db.write(domain::id::TenantId(7), other).await, Ok::<_, Error>(true));
    }
}

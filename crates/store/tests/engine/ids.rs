//! Ids are unique, whoever makes them, and avoid those that an import brought.

use std::collections::HashSet;

use crate::support::{TENANT, with_schema};
use domain::id::TenantId;
use store::{Db, Error, Result, Tx, Work, params};
use testkit::EmptyDb;

store::sql! {
    GIVEN_OUT = "SELECT next_value FROM id_blocks WHERE tenant_id = $1";
}

store::insert! {
    IMPORT_ID = "foreign_ids" (tenant_id, face, kind, foreign_id, id, collides_with);
}

/// Takes ids one by one or all at once.
struct Take {
    count: usize,
    one_by_one: bool,
}

impl Work for Take {
    type Out = Vec<i64>;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<i64>> {
        if self.one_by_one { (0..self.count).map(|_| tx.next_id()).collect() } else { tx.next_ids(self.count) }
    }
}

async fn take(db: &Db, tenant: TenantId, count: usize) -> Vec<i64> {
    db.write(tenant, Take { count, one_by_one: false }).await.expect("ids are given")
}

testkit::on_both_databases! {
    async fn two_servers_never_give_the_same_id(db: EmptyDb) {
        let test = db.clone();
        let first = with_schema(&db).await;
        let second = test.second_handle().await;
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..8usize {
            let db = if task % 2 == 0 { first.clone() } else { second.clone() };
            tasks.spawn(async move {
                let mut ids = Vec::new();
                while ids.len() < 5_000 {
                    // From single ids to more than a block holds.
                    let count = [1, 7, 100, 1_700][task / 2].min(5_000 - ids.len());
                    let work = Take { count, one_by_one: task < 4 };
                    ids.extend(db.write(TENANT, work).await.expect("ids are given"));
                }
                ids
            });
        }
        let ids: Vec<i64> = tasks.join_all().await.into_iter().flatten().collect();
        assert_eq!(ids.len(), 40_000);
        assert!(ids.iter().all(|id| *id >= 100_001));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 40_000, "an id was given twice");
        second.close().await;
    }

    async fn tenants_count_on_their_own_and_begin_at_100001(db: EmptyDb) {
        let db = with_schema(&db).await;
        assert_eq!(take(&db, TenantId(0), 2).await, [100_001, 100_002]);
        assert_eq!(take(&db, TenantId(100_001), 2).await, [100_001, 100_002]);
        assert_eq!(take(&db, TenantId(100_002), 1).await, [100_001]);
        assert_eq!(take(&db, TenantId(0), 1).await, [100_003]);
        assert_eq!(db.stats().id_blocks, 3);
    }

    async fn a_body_that_takes_many_is_served_at_once(db: EmptyDb) {
        let db = with_schema(&db).await;
        assert_eq!(take(&db, TENANT, 50_000).await, (100_001..150_001).collect::<Vec<_>>());
        assert_eq!(db.stats().id_blocks, 1);
        let ids = db.write(TENANT, Take { count: 150_000, one_by_one: true }).await.expect("ids are given");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 150_000);
        assert!(db.stats().id_blocks < 10, "{:?}", db.stats());
    }

    async fn imported_ids_are_skipped(db: EmptyDb) {
        let db = with_schema(&db).await;
        let imported = [100_001i64, 100_004, 100_005, 101_000, 101_001, 101_002, 103_500];
        let import = store::body(move |tx| Box::pin(async move {
            for (id, value) in (1i64..).zip(imported) {
                let foreign_id = value.to_string();
                tx.insert(&IMPORT_ID, params![TENANT, "zoho", "invoice", foreign_id, id, value]).await?;
            }
            // Another tenant's and one that is not spelled like ours.
            tx.insert(&IMPORT_ID, params![TenantId(7), "zoho", "invoice", "100002", 9i64, 100_002i64]).await?;
            tx.insert(&IMPORT_ID, params![TENANT, "zoom", "invoice", "abc", 9i64, None::<i64>]).await
        }));
        db.write(TENANT, import).await.expect("imported");
        let mut ids = HashSet::new();
        for _ in 0..100 {
            ids.extend(take(&db, TENANT, 50).await);
        }
        assert_eq!(ids.len(), 5_000);
        assert!(imported.iter().all(|id| !ids.contains(id)), "a foreign id was given out");
        // Nothing else was left out.
        assert!((100_001..104_900).all(|id| ids.contains(&id) || imported.contains(&id)));
        assert!(ids.contains(&100_002), "another tenant's foreign id does not count");
    }

    async fn a_read_gives_no_ids(db: EmptyDb) {
        let db = with_schema(&db).await;
        let answer = db.read(TENANT, Take { count: 1, one_by_one: true }).await;
        assert!(matches!(answer, Err(Error::Broken(_))), "{answer:?}");
    }

    async fn a_failed_body_uses_up_few_ids(db: EmptyDb) {
        let db = with_schema(&db).await;
        take(&db, TENANT, 1).await;
        for _ in 0..10 {
            let refused = store::body(|tx| Box::pin(async move {
                tx.next_id()?;
                Err::<(), _>(Error::NotFound("a refusal"))
            }));
            assert_eq!(db.write(TENANT, refused).await, Err(Error::NotFound("a refusal")));
        }
        assert_eq!(take(&db, TENANT, 1).await, [100_012]);
        let next = store::body(|tx| Box::pin(async move {
            tx.one(&GIVEN_OUT, params![TENANT], |row| row.int(0)).await
        }));
        assert_eq!(db.read(TENANT, next).await, Ok(101_001));
    }
}

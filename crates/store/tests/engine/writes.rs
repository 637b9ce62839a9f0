//! What a write promises: an Ok is durable, an error changed nothing, and no caller harms another.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{
    COUNT_THINGS, DELETE_THINGS, INSERT_THING, SCHEMA, TENANT, add_things, count_things, thing_ids, with_schema,
};
use domain::id::TenantId;
use store::{Config, Db, Error, Result, Synchronous, Tx, Work, params};
use testkit::{EmptyDb, Kind};
use tokio::sync::Notify;
use tokio::task::JoinSet;

store::sql! {
    /// A range, whose plan STAT4 would choose by the bound values.
    NAME_FROM = "SELECT name FROM things WHERE tenant_id = $1 AND id >= $2 AND id < $3 ORDER BY id";
}

/// Inserts one thing and then does what the test wants to see.
struct Insert {
    id: i64,
    content: Vec<u8>,
    then: Then,
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Commit,
    Refuse,
    Panic,
    /// Fails with a conflict and hides it.
    SwallowConflict,
    /// As above and inserts more.
    GoOnAfterConflict,
}

impl Insert {
    fn new(id: i64, then: Then) -> Insert {
        Insert { id, content: Vec::new(), then }
    }
}

impl Work for Insert {
    type Out = i64;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64> {
        let none: Option<i64> = None;
        let name = format!("thing {}", self.id);
        let row = params![TENANT, self.id, name.as_str(), none, none, self.content.as_slice(), none];
        tx.insert(&INSERT_THING, row).await?;
        match self.then {
            Then::Commit => {}
            Then::Refuse => return Err(Error::NotFound("a refusal")),
            Then::Panic => panic!("as the test wants it"),
            Then::SwallowConflict | Then::GoOnAfterConflict => {
                // Another name: of two violated indexes each database names the one it likes.
                let row = params![TENANT, self.id, "another name", none, none, none, none];
                let again = tx.insert(&INSERT_THING, row).await;
                assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
                if self.then == Then::GoOnAfterConflict {
                    let row = params![TENANT, -self.id, "after the failure", none, none, none, none];
                    let after = tx.insert(&INSERT_THING, row).await;
                    assert!(matches!(after, Err(Error::Conflict { .. })), "{after:?}");
                }
            }
        }
        Ok(self.id)
    }
}

/// Keeps the SQLite writer busy, so that what is asked meanwhile becomes one batch.
struct Hold(Duration);

impl Work for Hold {
    type Out = ();
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await?;
        std::thread::sleep(self.0);
        Ok(())
    }
}

/// Runs all of them at once and gives the answers by id.
async fn all_at_once(db: &Db, works: Vec<Insert>) -> Vec<(i64, Result<i64>)> {
    let mut tasks = JoinSet::new();
    if db.dialect() == store::Dialect::Sqlite {
        let db = db.clone();
        tasks.spawn(async move { (0, db.write(TENANT, Hold(Duration::from_millis(60))).await.map(|()| 0)) });
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for work in works {
        let db = db.clone();
        tasks.spawn(async move { (work.id, db.write(TENANT, work).await) });
    }
    let mut answers: Vec<(i64, Result<i64>)> = tasks.join_all().await;
    answers.retain(|(id, _)| *id != 0);
    answers.sort_by_key(|(id, _)| *id);
    answers
}

testkit::on_both_databases! {
    async fn concurrent_writes_share_commits(db: EmptyDb) {
        let db = with_schema(&db).await;
        let before = db.stats();
        let answers = all_at_once(&db, (1..=200).map(|id| Insert::new(id, Then::Commit)).collect()).await;
        assert!(answers.iter().all(|(id, answer)| *answer == Ok(*id)), "{answers:?}");
        assert_eq!(thing_ids(&db).await, (1..=200).collect::<Vec<_>>());
        let after = db.stats();
        let (jobs, batches) = (after.jobs - before.jobs, after.batches - before.batches);
        match db.dialect() {
            // 200 jobs and the one that held the writer up; a batch takes at most 128.
            store::Dialect::Sqlite => {
                assert_eq!(jobs, 201);
                assert!((2..=20).contains(&batches), "{batches} commits for {jobs} jobs");
            }
            store::Dialect::Postgres => assert_eq!((jobs, batches), (200, 200)),
        }
    }

    async fn a_failing_body_harms_no_other(db: EmptyDb) {
        let db = with_schema(&db).await;
        let then = |id: i64| match id % 5 {
            0 => Then::Commit,
            1 => Then::Refuse,
            2 => Then::Panic,
            3 => Then::SwallowConflict,
            _ => Then::GoOnAfterConflict,
        };
        let answers = all_at_once(&db, (1..=50).map(|id| Insert::new(id, then(id))).collect()).await;
        for (id, answer) in &answers {
            match then(*id) {
                Then::Commit => assert_eq!(*answer, Ok(*id)),
                Then::Refuse => assert_eq!(*answer, Err(Error::NotFound("a refusal"))),
                Then::Panic => assert_eq!(
                    *answer,
                    Err(Error::Broken("a body panicked: as the test wants it".to_owned()))
                ),
                Then::SwallowConflict | Then::GoOnAfterConflict => {
                    assert_eq!(*answer, Err(Error::Conflict { constraint: "things_pkey".to_owned() }));
                }
            }
        }
        assert_eq!(answers.len(), 50);
        assert_eq!(thing_ids(&db).await, (1..=10).map(|n| n * 5).collect::<Vec<_>>());
        assert_eq!(db.stats().batches_lost, 0);
    }

    async fn a_body_cannot_open_a_second_transaction(db: EmptyDb) {
        let db = with_schema(&db).await;
        let inner = db.clone();
        let nested = store::body(move |tx| {
            let inner = inner.clone();
            Box::pin(async move {
                tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await?;
                inner.write(TENANT, Insert::new(1, Then::Commit)).await
            })
        });
        let answer = db.write(TENANT, nested).await;
        assert!(matches!(answer, Err(Error::Broken(_))), "{answer:?}");
        assert_eq!(db.write(TENANT, Insert::new(2, Then::Commit)).await, Ok(2));
        assert_eq!(thing_ids(&db).await, [2]);
    }

    async fn a_caller_that_goes_away_leaves_nothing_half_done(db: EmptyDb) {
        let config = db.config();
        let db = with_schema(&db).await;
        // Each write makes a pair; its caller gives up at some point of it.
        for round in 0..60i64 {
            let pair = store::body(move |tx| Box::pin(async move {
                let none: Option<i64> = None;
                for id in [round * 2, round * 2 + 1] {
                    let name = format!("half {id}");
                    tx.insert(&INSERT_THING, params![TENANT, id, name, none, none, none, none]).await?;
                }
                Ok::<_, Error>(())
            }));
            let patience = Duration::from_micros(fastrand::u64(0..1_500));
            let _ = tokio::time::timeout(patience, db.write(TENANT, pair)).await;
        }
        // A write after them all is answered after them all (SQLite), or beside the last ones (PostgreSQL).
        assert_eq!(db.write(TENANT, Insert::new(-2, Then::Commit)).await, Ok(-2));
        no_open_transactions(&config).await;
        let ids = thing_ids(&db).await;
        for id in ids.iter().filter(|id| **id >= 0) {
            assert!(ids.contains(&(id ^ 1)), "{id} is without its twin");
        }
    }

    async fn more_than_may_wait_is_busy(db: EmptyDb) {
        let mut config = db.config();
        with_schema(&db).await;
        config.queue_max = 4;
        config.connections = 1;
        let db = Db::open(&config).await.expect("opens a second time");
        let gate = Arc::new(Notify::new());
        let holder = {
            let (db, gate) = (db.clone(), gate.clone());
            tokio::spawn(async move {
                let held = store::body(move |tx| {
                    let gate = gate.clone();
                    Box::pin(async move {
                        tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await?;
                        match tx {
                            Tx::Lite(_) => std::thread::sleep(Duration::from_millis(300)),
                            Tx::Pg(_) => gate.notified().await,
                        }
                        Ok::<_, Error>(())
                    })
                });
                db.write(TENANT, held).await
            })
        };
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut tasks = JoinSet::new();
        for id in 1..=30 {
            let db = db.clone();
            tasks.spawn(async move { db.write(TENANT, Insert::new(id, Then::Commit)).await });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        gate.notify_one();
        let answers = tasks.join_all().await;
        assert_eq!(holder.await.expect("not cancelled"), Ok(()));
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        let busy = answers.iter().filter(|answer| matches!(answer, Err(Error::Busy { .. }))).count();
        assert_eq!((done, busy), (4, 26), "{answers:?}");
        assert_eq!(count_things(&db).await, 4);
        assert_eq!(db.stats().busy, 26);
        db.close().await;
    }

    async fn reads_see_one_snapshot_and_write_nothing(db: EmptyDb) {
        let db = with_schema(&db).await;
        add_things(&db, 1, 1).await.expect("added");
        let (counted, written) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let read = {
            let (counted, written) = (counted.clone(), written.clone());
            store::body(move |tx| {
                let (counted, written) = (counted.clone(), written.clone());
                Box::pin(async move {
                    let before = tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await?;
                    counted.notify_one();
                    written.notified().await;
                    let after = tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await?;
                    Ok::<_, Error>((before, after))
                })
            })
        };
        let reading = tokio::spawn({
            let db = db.clone();
            async move { db.read(TENANT, read).await }
        });
        counted.notified().await;
        add_things(&db, 2, 5).await.expect("added");
        written.notify_one();
        assert_eq!(reading.await.expect("not cancelled"), Ok((1, 1)));
        assert_eq!(count_things(&db).await, 6);
        let answer = db.read(TENANT, Insert::new(9, Then::Commit)).await;
        assert!(matches!(answer, Err(Error::Broken(_))), "{answer:?}");
        let scanned = db.scan(TENANT, store::body(|tx| Box::pin(async move {
            tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await
        })));
        assert_eq!(scanned.await, Ok(6));
    }

    async fn a_panicking_read_frees_its_connection(db: EmptyDb) {
        let db = with_schema(&db).await;
        for _ in 0..20 {
            let read = store::body(|tx| Box::pin(async move {
                tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await?;
                if tx.tenant() == TENANT { panic!("as the test wants it") }
                Ok::<_, Error>(())
            }));
            assert!(matches!(db.read(TENANT, read).await, Err(Error::Broken(_))));
        }
        assert_eq!(count_things(&db).await, 0);
    }

    async fn a_closed_database_says_so(db: EmptyDb) {
        let db = with_schema(&db).await;
        db.clone().close().await;
        let answer = db.write(TENANT, Insert::new(1, Then::Commit)).await;
        assert_eq!(answer, Err(Error::Broken("the database is closed".to_owned())));
        let count = store::body(|tx| Box::pin(async move {
            tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await
        }));
        assert!(matches!(db.read(TENANT, count).await, Err(Error::Broken(_))));
    }
}

/// On PostgreSQL, asks the server; on SQLite, another process could not write if a transaction were open.
async fn no_open_transactions(config: &Config) {
    match &config.url {
        store::Url::Sqlite { .. } => {
            let other = Db::open(config).await.expect("opens a second time");
            assert_eq!(other.write(TENANT, Insert::new(-1, Then::Commit)).await, Ok(-1));
            other.close().await;
        }
        store::Url::Postgres { dsn } => {
            let (client, connection) = tokio_postgres::connect(dsn, tokio_postgres::NoTls).await.expect("connects");
            tokio::spawn(connection);
            let query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                         AND pid <> pg_backend_pid() AND state <> 'idle'";
            // Writes whose callers went away are finished by their own tasks: wait for them.
            for _ in 0..100 {
                let open: i64 = client.query_one(query, &[]).await.expect("asked").get(0);
                if open == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            panic!("a transaction is still open");
        }
    }
}

/// A disk that fills inside a batch: SQLite ends the whole transaction under the job.
#[test]
fn a_full_disk_loses_no_ok_and_keeps_no_error() {
    testkit::databases::run(Kind::Sqlite, async |db: EmptyDb| {
        let mut config = db.config();
        config.synchronous = Synchronous::Full;
        config.max_page_count = Some(120);
        let db = Db::open(&config).await.expect("opens");
        db.migrate_with(SCHEMA).await.expect("the schema fits");
        let (mut kept, mut refused) = (Vec::new(), 0);
        for round in 0..6i64 {
            let large = |id: i64| Insert {
                content: vec![1; if id % 7 == 0 { 60_000 } else { 2_000 }],
                ..Insert::new(id, if id % 3 == 0 { Then::Refuse } else { Then::Commit })
            };
            for (id, answer) in all_at_once(&db, (1..=40).map(|n| large(round * 100 + n)).collect()).await {
                match answer {
                    Ok(_) => kept.push(id),
                    Err(Error::Full) => refused += 1,
                    Err(Error::NotFound(_)) => assert_eq!(id % 3, 0),
                    Err(other) => panic!("{id}: {other:?}"),
                }
            }
        }
        assert!(!kept.is_empty() && refused > 0, "{} kept, {refused} refused", kept.len());
        assert!(db.stats().batches_lost > 0);
        // Exactly what was answered Ok is there, also for somebody who opens the file anew.
        assert_eq!(thing_ids(&db).await, kept);
        db.clone().close().await;
        let db = Db::open(&config).await.expect("opens again");
        assert_eq!(thing_ids(&db).await, kept);
        // Deleting works on a full disk and makes room.
        let large = || Insert { content: vec![1; 60_000], ..Insert::new(100_000, Then::Commit) };
        assert_eq!(db.write(TENANT, large()).await, Err(Error::Full));
        let emptied = store::body(|tx| Box::pin(async move { tx.exec(&DELETE_THINGS, params![TENANT]).await }));
        assert_eq!(db.write(TENANT, emptied).await, Ok(kept.len() as u64));
        assert_eq!(db.write(TENANT, large()).await, Ok(100_000));
        // And so does more disk.
        assert_eq!(add_things(&db, 200_000, 20_000).await, Err(Error::Full));
        db.set_max_page_count(100_000).await.expect("raised");
        assert_eq!(add_things(&db, 200_000, 20_000).await, Ok(20_000));
        db.close().await;
    });
}

/// QPSG keeps prepared statements prepared, though STAT4 is compiled in and the tables are analysed.
#[test]
fn prepared_statements_are_not_prepared_again() {
    testkit::databases::run(Kind::Sqlite, async |db: EmptyDb| {
        let config = db.config();
        let first = with_schema(&db).await;
        add_things(&first, 1, 3_000).await.expect("added");
        let store::Url::Sqlite { path } = &config.url else { unreachable!("a SQLite database") };
        let direct = rusqlite::Connection::open(path).expect("opens");
        direct.execute_batch("ANALYZE").expect("analysed");
        drop(direct);
        let db = Db::open(&config).await.expect("opens a second time");
        for id in 1..=2_000i64 {
            let read = store::body(move |tx| {
                Box::pin(async move { tx.one(&NAME_FROM, params![TENANT, id, id + 1], |row| row.text(0)).await })
            });
            assert_eq!(db.read(TENANT, read).await, Ok(format!("thing {id}")));
        }
        for id in 10_001..=10_200 {
            db.write(TENANT, Insert::new(id, Then::Commit)).await.expect("written");
        }
        assert_eq!(db.stats().reads, 2_000);
        assert_eq!(db.stats().reprepares, 0);
        db.close().await;
    });
}

/// A body that waits for something else would stop every writer: on SQLite it is refused at once.
#[test]
fn a_body_that_waits_is_refused() {
    testkit::databases::run(Kind::Sqlite, async |db: EmptyDb| {
        let db = with_schema(&db).await;
        let runs = Arc::new(AtomicUsize::new(0));
        let waits = {
            let runs = runs.clone();
            store::body(move |_| {
                runs.fetch_add(1, Ordering::Relaxed);
                Box::pin(std::future::pending::<Result<()>>())
            })
        };
        let answer = db.write(TenantId(5), waits).await;
        assert!(matches!(answer, Err(Error::Broken(_))), "{answer:?}");
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        assert_eq!(db.write(TENANT, Insert::new(1, Then::Commit)).await, Ok(1));
    });
}

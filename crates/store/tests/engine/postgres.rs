//! What only PostgreSQL does: deadlocks, serialization failures, lost connections, settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{LOCK_THING, NAME_THING, TENANT, THING_NAME, add_things, count_things, with_schema};
use store::{Config, Db, Error, Result, Tx, Work, params};
use testkit::databases::run;
use testkit::{EmptyDb, Kind};
use tokio::sync::Barrier;

store::sql! {
    global GIVE_UP = "SELECT give_up()";
}

fn dsn(config: &Config) -> String {
    match &config.url {
        store::Url::Postgres { dsn } => dsn.clone(),
        store::Url::Sqlite { .. } => unreachable!("these tests are for PostgreSQL"),
    }
}

async fn direct(config: &Config) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&dsn(config), tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(connection);
    client
}

/// Renames two things, locking them in a given order.
struct RenameBoth {
    order: [i64; 2],
    name: &'static str,
    /// Makes the first runs of both meet between their locks.
    meet: Arc<Barrier>,
    runs: Arc<AtomicUsize>,
}

impl Work for RenameBoth {
    type Out = ();
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let is_first = self.runs.fetch_add(1, Ordering::SeqCst) == 0;
        let tenant = tx.tenant();
        for (index, id) in self.order.into_iter().enumerate() {
            if index == 1 && is_first {
                self.meet.wait().await;
            }
            tx.one(&LOCK_THING, params![tenant, id], |row| row.text(0)).await?;
            let name = format!("{} {id}", self.name);
            tx.exec(&NAME_THING, params![tenant, id, name]).await?;
        }
        Ok(())
    }
}

#[test]
fn a_deadlock_is_run_again_and_both_succeed() {
    run(Kind::Postgres, async |db: EmptyDb| {
        let db = with_schema(&db).await;
        add_things(&db, 1, 2).await.expect("added");
        let meet = Arc::new(Barrier::new(2));
        let rename = |order, name| {
            let (db, meet) = (db.clone(), meet.clone());
            let work = RenameBoth { order, name, meet, runs: Arc::default() };
            tokio::spawn(async move { db.write(TENANT, work).await })
        };
        let (one, two) = (rename([1, 2], "one"), rename([2, 1], "two"));
        assert_eq!(one.await.expect("not cancelled"), Ok(()));
        assert_eq!(two.await.expect("not cancelled"), Ok(()));
        assert!(db.stats().retries >= 1, "{:?}", db.stats());
        let names = store::body(|tx| {
            Box::pin(async move {
                let one = tx.one(&THING_NAME, params![TENANT, 1i64], |row| row.text(0)).await?;
                let two = tx.one(&THING_NAME, params![TENANT, 2i64], |row| row.text(0)).await?;
                Ok::<_, Error>((one, two))
            })
        });
        let (one, two) = db.read(TENANT, names).await.expect("read");
        assert_eq!(one.split_once(' ').map(|(name, _)| name), two.split_once(' ').map(|(name, _)| name));
    });
}

#[test]
fn a_body_that_is_always_interrupted_is_busy_at_last() {
    run(Kind::Postgres, async |db: EmptyDb| {
        let config = db.config();
        let db = with_schema(&db).await;
        direct(&config)
            .await
            .batch_execute(
                "CREATE FUNCTION give_up() RETURNS BIGINT LANGUAGE plpgsql AS \
                 'BEGIN RAISE EXCEPTION USING ERRCODE = ''40001''; END'",
            )
            .await
            .expect("the function is made");
        let runs = Arc::new(AtomicUsize::new(0));
        let work = {
            let runs = runs.clone();
            store::body(move |tx| {
                runs.fetch_add(1, Ordering::SeqCst);
                Box::pin(async move {
                    // Even a body that hides the failure is run again.
                    let gone = tx.one(&GIVE_UP, params![], |row| row.int(0)).await;
                    assert!(matches!(gone, Err(Error::Interrupted(_))), "{gone:?}");
                    Ok::<_, Error>(())
                })
            })
        };
        assert_eq!(db.write(TENANT, work).await, Err(Error::Busy { retry_after_seconds: 1 }));
        assert_eq!(runs.load(Ordering::SeqCst), 6, "once and five times again");
        assert_eq!(db.stats().retries, 5);
        assert_eq!(count_things(&db).await, 0);
    });
}

#[test]
fn lost_connections_are_replaced() {
    run(Kind::Postgres, async |db: EmptyDb| {
        let config = db.config();
        let db = with_schema(&db).await;
        add_things(&db, 1, 1).await.expect("added");
        let client = direct(&config).await;
        for round in 0..3i64 {
            client
                .execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                    &[],
                )
                .await
                .expect("terminated");
            assert_eq!(add_things(&db, 10 + round, 1).await, Ok(1));
        }
        assert_eq!(count_things(&db).await, 4);
    });
}

/// A migration by a newer server changes the tables under this one's prepared plans.
#[test]
fn outdated_plans_are_prepared_again() {
    run(Kind::Postgres, async |db: EmptyDb| {
        let mut config = db.config();
        with_schema(&db).await;
        config.connections = 1;
        let db = Db::open(&config).await.expect("opens a second time");
        add_things(&db, 1, 1).await.expect("added");
        let name = || {
            store::body(|tx| {
                Box::pin(async move { tx.one(&THING_NAME, params![TENANT, 1i64], |row| row.text(0)).await })
            })
        };
        assert_eq!(db.read(TENANT, name()).await, Ok("thing 1".to_owned()));
        let change = "DROP VIEW thing_names; ALTER TABLE things ALTER COLUMN name TYPE VARCHAR(90)";
        direct(&config).await.batch_execute(change).await.expect("changed");
        assert_eq!(db.read(TENANT, name()).await, Ok("thing 1".to_owned()));
        db.close().await;
    });
}

#[test]
fn settings_that_lose_writes_are_refused() {
    run(Kind::Postgres, async |db: EmptyDb| {
        let mut config = db.config();
        config.url = store::Url::Postgres { dsn: format!("{} options='-c synchronous_commit=off'", dsn(&db.config())) };
        config.allow_unsafe_postgres = false;
        let refused = Db::open(&config).await.err();
        assert!(matches!(&refused, Some(Error::Refused(why)) if why.contains("synchronous_commit")), "{refused:?}");
        config.allow_unsafe_postgres = true;
        Db::open(&config).await.expect("allowed for tests").close().await;
        config.url = store::Url::Postgres { dsn: "host=/nowhere user=nobody password=secret".to_owned() };
        let unreachable = Db::open(&config).await.err().expect("nobody listens there");
        assert!(unreachable.to_string().starts_with("cannot reach PostgreSQL"), "{unreachable}");
        assert!(!format!("{unreachable} {config:?}").contains("secret"));
    });
}

//! Every kind of value survives the way down and up, on both databases alike.

use crate::support::{INSERT_THING, TENANT, add_things, with_schema};
use domain::id::{InvoiceId, TenantId};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use store::{Batch, Db, Error, Result, Row, Tx, Work, params, row};
use testkit::EmptyDb;

store::sql! {
    READ_THING = "SELECT id, name, amount_minor, starts_on, content, twin_id FROM things
        WHERE tenant_id = $1 AND id = $2";
    BY_ID = "SELECT id FROM things WHERE tenant_id = $1 AND id @in($2) ORDER BY id";
    NOT_BY_ID = "SELECT id FROM things WHERE tenant_id = $1 AND id @not_in($2) ORDER BY id";
    BY_NAME = "SELECT id FROM things WHERE tenant_id = $1 AND name @in($2) ORDER BY id";
    LIKE_NAME = "SELECT id FROM things WHERE tenant_id = $1 AND @ilike(name, $2) ORDER BY id";
    IN_ORDER = "SELECT name FROM things WHERE tenant_id = $1 ORDER BY name";
    LARGER = "SELECT @greatest(id, CAST($2 AS BIGINT)), @least(id, CAST($2 AS BIGINT)) FROM things
        WHERE tenant_id = $1 ORDER BY id LIMIT 1";
}

/// What is written and read back.
#[derive(Clone, Debug, PartialEq)]
struct Thing {
    id: InvoiceId,
    name: String,
    amount_minor: Option<i64>,
    starts_on: Option<Date>,
    content: Option<Vec<u8>>,
}

struct Keep(Vec<Thing>);

impl Work for Keep {
    type Out = Vec<Thing>;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Thing>> {
        let tenant = tx.tenant();
        let none: Option<i64> = None;
        for thing in &self.0 {
            let content = thing.content.as_deref();
            let row = params![tenant, thing.id, &thing.name, thing.amount_minor, thing.starts_on, content, none];
            tx.insert(&INSERT_THING, row).await?;
        }
        let mut read = Vec::new();
        for thing in &self.0 {
            read.push(tx.one(&READ_THING, params![tenant, thing.id], read_thing).await?);
        }
        Ok(read)
    }
}

fn read_thing(row: &Row<'_>) -> Result<Thing> {
    Ok(Thing {
        id: row.id(0, InvoiceId)?,
        name: row.text(1)?,
        amount_minor: row.opt_int(2)?,
        starts_on: row.opt_date(3)?,
        content: row.opt_bytes(4)?,
    })
}

fn thing(id: i64, name: &str) -> Thing {
    Thing { id: InvoiceId(id), name: name.to_owned(), amount_minor: None, starts_on: None, content: None }
}

async fn ids(db: &Db, sql: &'static store::Sql, list: store::Value<'static>) -> Vec<i64> {
    let work = store::body(move |tx| {
        let list = list.clone();
        Box::pin(async move { tx.all(sql, &[TENANT.into(), list], |row| row.int(0)).await })
    });
    db.read(TENANT, work).await.expect("the list can be asked for")
}

testkit::on_both_databases! {
    async fn values_come_back_as_they_went(db: EmptyDb) {
        let db = with_schema(&db).await;
        let things = vec![
            Thing { amount_minor: Some(domain::id::MAX_SAFE_INTEGER), ..thing(1, "") },
            Thing { starts_on: Some(date(2024, 2, 29)), ..thing(2, "quote ' and \" and \\ and \u{1F600}") },
            Thing { content: Some(vec![0, 255, 0, 1]), ..thing(i64::MAX, "bytes") },
            Thing { content: Some(Vec::new()), starts_on: Some(date(1, 1, 1)), ..thing(-5, "tab\tand\nline") },
        ];
        let read = db.write(TENANT, Keep(things.clone())).await.expect("written and read");
        assert_eq!(read, things);
    }

    async fn bools_and_instants_are_integers(db: EmptyDb) {
        let db = with_schema(&db).await;
        let at: Timestamp = "2026-02-28T23:59:59.123456Z".parse().expect("an instant");
        let work = store::body(move |tx| Box::pin(async move {
            let none: Option<i64> = None;
            tx.insert(&INSERT_THING, params![TENANT, 1i64, "true", true, none, none, none]).await?;
            tx.insert(&INSERT_THING, params![TENANT, 2i64, "at", at, none, none, none]).await?;
            let truth = tx.one(&READ_THING, params![TENANT, 1i64], |row| row.bool(2)).await?;
            let when = tx.one(&READ_THING, params![TENANT, 2i64], |row| row.timestamp(2)).await?;
            let not_truth = tx.one(&READ_THING, params![TENANT, 2i64], |row| row.bool(2)).await;
            assert!(matches!(not_truth, Err(Error::Decode { column: 2, .. })), "{not_truth:?}");
            Ok::<_, Error>((truth, when))
        }));
        assert_eq!(db.write(TENANT, work).await, Ok((true, at)));
    }

    async fn wrong_types_and_missing_rows_have_names(db: EmptyDb) {
        let db = with_schema(&db).await;
        add_things(&db, 1, 1).await.expect("added");
        let work = store::body(|tx| Box::pin(async move {
            let text = tx.one(&READ_THING, params![TENANT, 1i64], |row| row.text(0)).await;
            assert!(matches!(text, Err(Error::Decode { query: "READ_THING", column: 0, .. })), "{text:?}");
            let null = tx.one(&READ_THING, params![TENANT, 1i64], |row| row.date(3)).await;
            assert!(matches!(null, Err(Error::Decode { column: 3, .. })), "{null:?}");
            let missing = tx.one(&READ_THING, params![TENANT, 9i64], |row| row.int(0)).await;
            assert_eq!(missing, Err(Error::NotFound("READ_THING")));
            // None of these is a failed statement: the transaction goes on.
            tx.opt(&READ_THING, params![TENANT, 1i64], |row| row.text(1)).await
        }));
        assert_eq!(db.read(TENANT, work).await, Ok(Some("thing 1".to_owned())));
    }

    async fn lists_are_bound_as_one_parameter(db: EmptyDb) {
        let db = with_schema(&db).await;
        add_things(&db, 1, 9).await.expect("added");
        assert_eq!(ids(&db, &BY_ID, vec![7i64, 2, 2, 99].into()).await, [2, 7]);
        assert_eq!(ids(&db, &BY_ID, Vec::<i64>::new().into()).await, [0i64; 0]);
        assert_eq!(ids(&db, &NOT_BY_ID, vec![1i64, 2, 3, 4, 5, 6, 7].into()).await, [8, 9]);
        let names = vec!["thing 3".to_owned(), "it's \"quoted\"".to_owned()];
        assert_eq!(ids(&db, &BY_NAME, names.into()).await, [3]);
        assert_eq!(ids(&db, &BY_ID, [InvoiceId(4), InvoiceId(5)].as_slice().into()).await, [4, 5]);
    }

    async fn order_and_case_folding_do_not_depend_on_the_server(db: EmptyDb) {
        let db = with_schema(&db).await;
        let names = ["a", "B", "Z", "z", "\u{e4}", "_", "100%"];
        let things = (1..).zip(names).map(|(id, name)| thing(id, name)).collect();
        db.write(TENANT, Keep(things)).await.expect("written");
        let work = store::body(|tx| Box::pin(async move {
            tx.all(&IN_ORDER, params![TENANT], |row| row.text(0)).await
        }));
        let read = db.read(TENANT, work).await.expect("read");
        assert_eq!(read, ["100%", "B", "Z", "_", "a", "z", "\u{e4}"]);
        assert_eq!(ids(&db, &LIKE_NAME, "b".into()).await, [2]);
        assert_eq!(ids(&db, &LIKE_NAME, "Z%".into()).await, [3, 4]);
        assert_eq!(ids(&db, &LIKE_NAME, "%\\%".into()).await, [7]);
        assert_eq!(ids(&db, &LIKE_NAME, "\u{c4}".into()).await, [0i64; 0]);
        let work = store::body(|tx| Box::pin(async move {
            tx.one(&LARGER, params![TENANT, 7i64], |row| Ok((row.int(0)?, row.int(1)?))).await
        }));
        assert_eq!(db.read(TENANT, work).await, Ok((7, 1)));
    }

    async fn several_reads_at_once_keep_their_order(db: EmptyDb) {
        let db = with_schema(&db).await;
        add_things(&db, 1, 3).await.expect("added");
        let work = store::body(|tx| Box::pin(async move {
            let rows = tx.many(&[
                (&READ_THING, params![TENANT, 2i64]),
                (&IN_ORDER, params![TENANT]),
                (&READ_THING, params![TENANT, 77i64]),
            ]).await?;
            let second = rows[0].opt(|row| Ok((row.id(0, InvoiceId)?, row.opt_date(3)?)))?;
            assert_eq!(second, Some((InvoiceId(2), None)));
            assert_eq!(rows[1].all(|row| row.text(0))?, ["thing 1", "thing 2", "thing 3"]);
            assert!(rows[1].opt(|row| row.text(0)).is_err(), "three rows are not one");
            assert!(rows[2].is_empty());
            Ok::<_, Error>(rows.len())
        }));
        assert_eq!(db.read(TENANT, work).await, Ok(3));
    }

    async fn bulk_rows_arrive_whole(db: EmptyDb) {
        let db = with_schema(&db).await;
        // Few rows go one by one, many by COPY on PostgreSQL.
        for (from, count) in [(1i64, 1i64), (100, 16), (200, 17), (1_000, 5_000)] {
            assert_eq!(add_things(&db, from, count).await, Ok(count.unsigned_abs()));
        }
        let work = store::body(|tx| Box::pin(async move {
            let none: Option<i64> = None;
            let content = vec![7u8; 100_000];
            let mut batch = Batch::with_capacity(&INSERT_THING, 40);
            for id in 10_000i64..10_040 {
                batch.push(row![TENANT, id, format!("large {id}"), id, date(2026, 1, 31), content.as_slice(), none]);
            }
            assert_eq!(batch.len(), 40);
            let inserted = tx.insert_many(&INSERT_THING, &batch).await?;
            let last = tx.one(&READ_THING, params![TENANT, 10_039i64], read_thing).await?;
            assert_eq!((last.amount_minor, last.starts_on), (Some(10_039), Some(date(2026, 1, 31))));
            assert_eq!((last.name.as_str(), last.content), ("large 10039", Some(content.clone())));
            Ok::<_, Error>(inserted)
        }));
        assert_eq!(db.write(TENANT, work).await, Ok(40));
        assert_eq!(crate::support::count_things(&db).await, 1 + 16 + 17 + 5_000 + 40);
    }

    async fn a_ragged_batch_is_refused(db: EmptyDb) {
        let db = with_schema(&db).await;
        let work = store::body(|tx| Box::pin(async move {
            let mut batch = Batch::with_capacity(&INSERT_THING, 1);
            batch.push(row![TENANT, 1i64, "short"]);
            tx.insert_many(&INSERT_THING, &batch).await
        }));
        assert!(matches!(db.write(TENANT, work).await, Err(Error::Broken(_))));
    }

    async fn violated_constraints_have_the_same_names(db: EmptyDb) {
        let db = with_schema(&db).await;
        add_things(&db, 1, 2).await.expect("added");
        let none: Option<i64> = None;
        let insert = async |id: i64, name: &'static str, amount: i64, twin: Option<i64>| {
            let work = store::body(move |tx| Box::pin(async move {
                tx.insert(&INSERT_THING, params![TENANT, id, name, amount, none, none, twin]).await
            }));
            db.write(TENANT, work).await
        };
        let conflict = |constraint: &str| Err(Error::Conflict { constraint: constraint.to_owned() });
        assert_eq!(insert(1, "new", 0, None).await, conflict("things_pkey"));
        assert_eq!(insert(3, "thing 1", 0, None).await, conflict("things_name"));
        assert_eq!(insert(3, "three", 0, Some(1)).await, Ok(()));
        assert_eq!(insert(4, "four", 0, Some(1)).await, conflict("things_tenant_id_twin_id_key"));
        assert!(matches!(insert(5, "five", -1, None).await, Err(Error::Constraint { .. })));
        assert!(matches!(insert(5, "five", 0, Some(99)).await, Err(Error::Constraint { .. })));
        assert!(matches!(insert(5, "nul \0", 0, None).await, Err(Error::Constraint { .. })));
        assert_eq!(crate::support::thing_ids(&db).await, [1, 2, 3]);
    }

    async fn tenants_are_what_the_transaction_says(db: EmptyDb) {
        let db = with_schema(&db).await;
        let work = store::body(|tx| Box::pin(async move { Ok::<_, Error>(tx.tenant()) }));
        assert_eq!(db.read(TenantId(7), work).await, Ok(TenantId(7)));
    }
}

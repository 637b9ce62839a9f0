//! A small schema and a few statements for the tests of the engine.

use domain::id::TenantId;
use store::{Batch, Db, Migration, Result, params, row};
use testkit::EmptyDb;

pub const TENANT: TenantId = TenantId(100_001);

pub const SCHEMA: &[Migration] = &[Migration {
    version: 1,
    name: "engine",
    text: "
        CREATE TABLE id_blocks (tenant_id BIGINT NOT NULL PRIMARY KEY, next_value BIGINT NOT NULL) @table;
        CREATE TABLE foreign_ids (
          tenant_id BIGINT NOT NULL, face TEXT NOT NULL, kind TEXT NOT NULL, foreign_id TEXT NOT NULL,
          id BIGINT NOT NULL, collides_with BIGINT, PRIMARY KEY (tenant_id, face, kind, foreign_id)
        ) @table;
        CREATE TABLE leases (
          tenant_id BIGINT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL, until_at BIGINT NOT NULL,
          PRIMARY KEY (tenant_id, name)
        ) @narrow_table;
        CREATE TABLE things (
          tenant_id BIGINT NOT NULL,
          id BIGINT NOT NULL,
          name TEXT NOT NULL, -- a comment; with a semicolon
          amount_minor BIGINT CHECK (amount_minor >= 0),
          starts_on TEXT,
          content BYTES,
          twin_id BIGINT,
          PRIMARY KEY (tenant_id, id),
          UNIQUE (tenant_id, twin_id),
          FOREIGN KEY (tenant_id, twin_id) REFERENCES things (tenant_id, id)
        ) @table;
        CREATE UNIQUE INDEX things_name ON things (tenant_id, name);
        CREATE VIEW thing_names AS SELECT tenant_id, id, CAST(id AS TEXT) AS id_text, name FROM things;
    ",
}];

store::sql! {
    pub COUNT_THINGS = "SELECT count(*) FROM things WHERE tenant_id = $1";
    pub THING_IDS = "SELECT id FROM things WHERE tenant_id = $1 ORDER BY id";
    pub THING_NAME = "SELECT name FROM things WHERE tenant_id = $1 AND id = $2";
    pub NAME_THING = "UPDATE things SET name = $3 WHERE tenant_id = $1 AND id = $2";
    pub DELETE_THINGS = "DELETE FROM things WHERE tenant_id = $1";
    locks pub LOCK_THING = "SELECT name FROM things WHERE tenant_id = $1 AND id = $2";
}

store::insert! {
    pub INSERT_THING = "things" (tenant_id, id, name, amount_minor, starts_on, content, twin_id);
}

/// The schema of the engine's tests in an empty database.
pub async fn with_schema(db: &EmptyDb) -> Db {
    let migrated = db.migrate_with(SCHEMA).await.expect("the test schema applies");
    assert_eq!(migrated.applied, [1]);
    (***db).clone()
}

/// Adds things `from..from + count`, each named by its id.
pub async fn add_things(db: &Db, from: i64, count: i64) -> Result<u64> {
    let work = store::body(move |tx| {
        Box::pin(async move {
            let names: Vec<String> = (from..from + count).map(|id| format!("thing {id}")).collect();
            let mut batch = Batch::with_capacity(&INSERT_THING, names.len());
            for (id, name) in (from..).zip(&names) {
                let none: Option<i64> = None;
                batch.push(row![TENANT, id, name, 0i64, none, none, none]);
            }
            tx.insert_many(&INSERT_THING, &batch).await
        })
    });
    db.write(TENANT, work).await
}

pub async fn count_things(db: &Db) -> i64 {
    let count =
        store::body(|tx| Box::pin(async move { tx.one(&COUNT_THINGS, params![TENANT], |row| row.int(0)).await }));
    db.read(TENANT, count).await.expect("things can be counted")
}

pub async fn thing_ids(db: &Db) -> Vec<i64> {
    let ids = store::body(|tx| Box::pin(async move { tx.all(&THING_IDS, params![TENANT], |row| row.int(0)).await }));
    db.read(TENANT, ids).await.expect("things can be listed")
}

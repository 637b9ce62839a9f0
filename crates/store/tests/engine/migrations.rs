//! Migrations are atomic, go forward only, and know a newer schema when they see one.

use crate::support::{SCHEMA, TENANT, count_things};
use store::{Error, Migrated, Migration, SchemaStatus, params};
use testkit::EmptyDb;

const SECOND: Migration =
    Migration { version: 2, name: "notes", text: "CREATE TABLE notes (tenant_id BIGINT NOT NULL, text TEXT) @table;" };

const BROKEN: Migration = Migration {
    version: 2,
    name: "broken",
    text: "
        CREATE TABLE notes (tenant_id BIGINT NOT NULL) @table;
        ALTER TABLE things ADD COLUMN note TEXT;
        INSERT INTO notes (tenant_id) VALUES (1);
        CREATE TABLE broken (tenant_id NO SUCH SYNTAX) @table;
        CREATE TABLE never (tenant_id BIGINT) @table;
    ",
};

const TWO: &[Migration] = &[SCHEMA[0], SECOND];
const TWO_BROKEN: &[Migration] = &[SCHEMA[0], BROKEN];
const EDITED: &[Migration] = &[Migration { text: "CREATE TABLE other (tenant_id BIGINT) @table;", ..SCHEMA[0] }];

store::insert! {
    ADD_NOTE = "notes" (tenant_id, text);
}

testkit::on_both_databases! {
    async fn migrations_apply_once_and_in_order(db: EmptyDb) {
        let pending = SchemaStatus::Pending { version: 0, pending: vec![1, 2] };
        assert_eq!(db.schema_status_with(TWO).await, Ok(pending));
        assert_eq!(db.migrate_with(SCHEMA).await, Ok(Migrated { applied: vec![1], version: 1 }));
        let pending = SchemaStatus::Pending { version: 1, pending: vec![2] };
        assert_eq!(db.schema_status_with(TWO).await, Ok(pending));
        assert_eq!(db.migrate_with(TWO).await, Ok(Migrated { applied: vec![2], version: 2 }));
        assert_eq!(db.migrate_with(TWO).await, Ok(Migrated { applied: vec![], version: 2 }));
        assert_eq!(db.schema_status_with(TWO).await, Ok(SchemaStatus::Current { version: 2 }));
        let add = store::body(|tx| Box::pin(async move { tx.insert(&ADD_NOTE, params![TENANT, "here"]).await }));
        assert_eq!(db.write(TENANT, add).await, Ok(()));
    }

    async fn a_broken_migration_leaves_nothing(db: EmptyDb) {
        db.migrate_with(SCHEMA).await.expect("the first applies");
        let broken = db.migrate_with(TWO_BROKEN).await;
        let says = "migration 2 (broken): CREATE TABLE broken";
        assert!(matches!(&broken, Err(Error::Schema(why)) if why.starts_with(says)), "{broken:?}");
        let pending = SchemaStatus::Pending { version: 1, pending: vec![2] };
        assert_eq!(db.schema_status_with(TWO).await, Ok(pending));
        // Its table would be in the way if it were there.
        assert_eq!(db.migrate_with(TWO).await, Ok(Migrated { applied: vec![2], version: 2 }));
        assert_eq!(count_things(&db).await, 0);
    }

    async fn a_newer_schema_is_refused(db: EmptyDb) {
        db.migrate_with(TWO).await.expect("both apply");
        assert_eq!(db.migrate_with(SCHEMA).await, Err(Error::NewerSchema { found: 2, known: 1 }));
        assert_eq!(db.schema_status_with(SCHEMA).await, Ok(SchemaStatus::Newer { found: 2, known: 1 }));
    }

    async fn an_edited_migration_is_found(db: EmptyDb) {
        db.migrate_with(SCHEMA).await.expect("applies");
        assert!(matches!(db.migrate_with(EDITED).await, Err(Error::Schema(_))));
        assert!(matches!(db.schema_status_with(EDITED).await, Err(Error::Schema(_))));
    }

    async fn servers_that_start_together_migrate_once(db: EmptyDb) {
        let test = (*db).clone();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let other = test.second_handle().await;
            tasks.spawn(async move {
                let migrated = other.migrate_with(TWO).await;
                other.close().await;
                migrated
            });
        }
        let mut applied = Vec::new();
        for migrated in tasks.join_all().await {
            let migrated = migrated.expect("every server finds the schema done");
            assert_eq!(migrated.version, 2);
            applied.extend(migrated.applied);
        }
        applied.sort_unstable();
        assert_eq!(applied, [1, 2]);
    }
}

//! Forward-only migrations, each in one transaction with its row in `schema_migrations`.
//!
//! They are written once (see [`dialect`](crate::dialect)). Two servers that start together are kept apart by the row
//! itself: it is inserted first, so that the second waits for the first and then finds the work done.

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use crate::{Dialect, Error, Result, clock, dialect, pg};

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Ascending from 1.
    pub version: i64,
    pub name: &'static str,
    pub text: &'static str,
}

impl Migration {
    /// SHA-256 of the text, in hex. A migration that was applied is never edited.
    pub fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.text.as_bytes()))
    }
}

/// The migrations of this program.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "foundation", text: include_str!("../migrations/0001_foundation.sql") },
    Migration { version: 2, name: "audit views", text: include_str!("../migrations/0002_audit_views.sql") },
    Migration { version: 3, name: "series counters", text: include_str!("../migrations/0003_series_counters.sql") },
    Migration { version: 4, name: "sealed keys", text: include_str!("../migrations/0004_sealed_keys.sql") },
    Migration { version: 5, name: "catalogue", text: include_str!("../migrations/0005_catalogue.sql") },
    Migration { version: 6, name: "charging", text: include_str!("../migrations/0006_charging.sql") },
    Migration { version: 7, name: "oauth", text: include_str!("../migrations/0007_oauth.sql") },
    Migration { version: 9, name: "parties", text: include_str!("../migrations/0009_parties.sql") },
    Migration { version: 10, name: "unbilled charges", text: include_str!("../migrations/0010_unbilled_charges.sql") },
];

/// What `migrate` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The versions that were applied now.
    pub applied: Vec<i64>,
    /// The version of the schema afterwards; 0 is an empty database.
    pub version: i64,
}

/// How the database compares with this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaStatus {
    Current {
        version: i64,
    },
    /// `migrate` would apply these.
    Pending {
        version: i64,
        pending: Vec<i64>,
    },
    /// A newer program migrated it: this one refuses to run.
    Newer {
        found: i64,
        known: i64,
    },
}

/// One row of `schema_migrations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    version: i64,
    checksum: String,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL, checksum TEXT NOT NULL
    ) @table;";
const APPLIED: &str = "SELECT version, checksum FROM schema_migrations ORDER BY version";

/// Compares what was applied with what is known. An edited migration is [`Error::Schema`].
pub(crate) fn compare(applied: &[Applied], migrations: &[Migration]) -> Result<SchemaStatus> {
    let version = applied.last().map_or(0, |last| last.version);
    let known = migrations.last().map_or(0, |last| last.version);
    if version > known {
        return Ok(SchemaStatus::Newer { found: version, known });
    }
    let mut pending = Vec::new();
    for migration in migrations {
        match applied.iter().find(|row| row.version == migration.version) {
            Some(row) if row.checksum != migration.checksum() => {
                let Migration { version, name, .. } = migration;
                return Err(Error::Schema(format!("migration {version} ({name}) was edited after it was applied")));
            }
            Some(_) => {}
            None if migration.version < version => {
                return Err(Error::Schema(format!(
                    "migration {} is missing below version {version}",
                    migration.version
                )));
            }
            None => pending.push(migration.version),
        }
    }
    Ok(if pending.is_empty() { SchemaStatus::Current { version } } else { SchemaStatus::Pending { version, pending } })
}

/// The versions to be applied now; a newer schema is refused.
fn to_apply(applied: &[Applied], migrations: &[Migration]) -> Result<Vec<i64>> {
    if !migrations.is_sorted_by_key(|migration| migration.version) {
        return Err(Error::Schema("the migrations are not in ascending order".to_owned()));
    }
    match compare(applied, migrations)? {
        SchemaStatus::Newer { found, known } => Err(Error::NewerSchema { found, known }),
        SchemaStatus::Current { .. } => Ok(Vec::new()),
        SchemaStatus::Pending { pending, .. } => Ok(pending),
    }
}

fn statements(dialect: Dialect, migration: &Migration) -> Result<Vec<String>> {
    dialect::migration(dialect, migration.text)
        .map_err(|reason| Error::Schema(format!("migration {}: {reason}", migration.version)))
}

fn table(dialect: Dialect) -> Result<String> {
    dialect::migration(dialect, TABLE).map(|mut texts| texts.remove(0)).map_err(Error::Schema)
}

/// The failed statement, by its first line.
fn failed(migration: &Migration, statement: &str, error: &Error) -> Error {
    let line = statement.lines().next().unwrap_or_default();
    Error::Schema(format!("migration {} ({}): {line}: {error}", migration.version, migration.name))
}

pub(crate) fn on_lite(connection: &mut Connection, migrations: &[Migration]) -> Result<Migrated> {
    let mut done = Vec::new();
    loop {
        // One transaction for looking and doing: another process may migrate the same file.
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(|error| wrap_lite(&error))?;
        transaction.execute_batch(&table(Dialect::Sqlite)?).map_err(|error| wrap_lite(&error))?;
        let applied = applied_on_lite(&transaction)?;
        let next = to_apply(&applied, migrations)?.first().copied();
        let Some(migration) = next.and_then(|version| migrations.iter().find(|one| one.version == version)) else {
            transaction.commit().map_err(|error| wrap_lite(&error))?;
            return Ok(Migrated { applied: done, version: applied.last().map_or(0, |last| last.version) });
        };
        for statement in statements(Dialect::Sqlite, migration)? {
            transaction.execute_batch(&statement).map_err(|error| failed(migration, &statement, &wrap_lite(&error)))?;
        }
        transaction
            .execute(
                "INSERT INTO schema_migrations (version, name, applied_at, checksum) VALUES (?1, ?2, ?3, ?4)",
                (migration.version, migration.name, clock::system_now().as_microsecond(), migration.checksum()),
            )
            .map_err(|error| wrap_lite(&error))?;
        transaction.commit().map_err(|error| wrap_lite(&error))?;
        done.push(migration.version);
    }
}

pub(crate) fn applied_on_lite(connection: &Connection) -> Result<Vec<Applied>> {
    let read = || -> rusqlite::Result<Vec<Applied>> {
        let exists = "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'";
        if connection.query_row(exists, [], |row| row.get::<_, i64>(0))? == 0 {
            return Ok(Vec::new());
        }
        let mut statement = connection.prepare(APPLIED)?;
        let rows = statement.query_map([], |row| Ok(Applied { version: row.get(0)?, checksum: row.get(1)? }))?;
        rows.collect()
    };
    read().map_err(|error| wrap_lite(&error))
}

fn wrap_lite(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => Error::Full,
        Some(rusqlite::ErrorCode::DatabaseBusy) => Error::busy(),
        _ => Error::Schema(error.to_string()),
    }
}

pub(crate) async fn on_pg(client: &mut tokio_postgres::Client, migrations: &[Migration]) -> Result<Migrated> {
    create_table(client).await?;
    let mut done = Vec::new();
    loop {
        let applied = applied_on_pg(client).await?;
        let next = to_apply(&applied, migrations)?.first().copied();
        let Some(migration) = next.and_then(|version| migrations.iter().find(|one| one.version == version)) else {
            return Ok(Migrated { applied: done, version: applied.last().map_or(0, |last| last.version) });
        };
        match apply_on_pg(client, migration).await {
            Ok(()) => done.push(migration.version),
            // Another server was first with this version: look again.
            Err(Error::Conflict { constraint }) if constraint == "schema_migrations_pkey" => {}
            Err(error) => return Err(error),
        }
    }
}

async fn create_table(client: &tokio_postgres::Client) -> Result<()> {
    let text = table(Dialect::Postgres)?;
    let mut outcome = client.batch_execute(&text).await;
    // Two servers made the table at once, and IF NOT EXISTS looked too early. Where the loser meets the winner
    // decides which of the three PostgreSQL answers: a row, a type or a table that exists.
    let lost = |error: &tokio_postgres::Error| {
        error.code().is_some_and(|state| ["23505", "42710", "42P07"].contains(&state.code()))
    };
    if outcome.as_ref().is_err_and(lost) {
        outcome = client.batch_execute(&text).await;
    }
    outcome.map_err(|error| pg::map_error("schema_migrations", &error))
}

async fn apply_on_pg(client: &mut tokio_postgres::Client, migration: &Migration) -> Result<()> {
    let begun = |error| pg::map_error("a migration", &error);
    let transaction = client.transaction().await.map_err(begun)?;
    let checksum = migration.checksum();
    let row: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&migration.version, &migration.name, &clock::system_now().as_microsecond(), &checksum];
    transaction
        .execute("INSERT INTO schema_migrations (version, name, applied_at, checksum) VALUES ($1, $2, $3, $4)", &row)
        .await
        .map_err(begun)?;
    for statement in statements(Dialect::Postgres, migration)? {
        transaction
            .batch_execute(&statement)
            .await
            .map_err(|error| failed(migration, &statement, &pg::map_error("statement", &error)))?;
    }
    transaction.commit().await.map_err(begun)
}

pub(crate) async fn applied_on_pg(client: &tokio_postgres::Client) -> Result<Vec<Applied>> {
    let wrap = |error| pg::map_error("schema_migrations", &error);
    let exists = client.query_one("SELECT to_regclass('schema_migrations') IS NOT NULL", &[]).await.map_err(wrap)?;
    if !exists.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let rows = client.query(APPLIED, &[]).await.map_err(wrap)?;
    Ok(rows.iter().map(|row| Applied { version: row.get(0), checksum: row.get(1) }).collect())
}

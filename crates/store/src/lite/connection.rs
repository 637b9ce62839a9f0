//! Opening a connection and its settings.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::errors::describe;
use crate::{Config, Error, Result, Synchronous, Url};

/// Below this, the reset of the write-ahead log can corrupt the file (fixed in 3.51.3).
const OLDEST: (u32, u32, u32) = (3, 51, 3);

pub(super) fn writer(config: &Config) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(config, flags)?;
    let setup = || -> rusqlite::Result<String> {
        connection.pragma_update(None, "page_size", config.page_bytes)?;
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        let synchronous = match config.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
            Synchronous::Off => "OFF",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        // The writer checkpoints when it is idle; this bounds the log (32 MiB) while it never is.
        connection.query_row("PRAGMA wal_autocheckpoint = 8192", [], |_| Ok(()))?;
        connection.query_row("PRAGMA journal_size_limit = 67108864", [], |_| Ok(()))?;
        if let Some(pages) = config.max_page_count {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        }
        Ok(mode)
    };
    let mode = setup().map_err(|error| describe("cannot set up the database", &error))?;
    if mode != "wal" {
        return Err(Error::Refused(format!("the database's journal mode is {mode}: its file system has no WAL")));
    }
    Ok(connection)
}

pub(super) fn reader(config: &Config) -> Result<Connection> {
    open(config, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

fn open(config: &Config, flags: OpenFlags) -> Result<Connection> {
    let Url::Sqlite { path } = &config.url else {
        return Err(Error::Broken("not a SQLite database".to_owned()));
    };
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| describe(&format!("cannot open {}", path.display()), &error))?;
    let setup = || -> rusqlite::Result<()> {
        connection.busy_timeout(config.wait)?;
        // The bundled SQLite is compiled with STAT4 and would compile a cached statement again on every run.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // "Text" in double quotes is a column's name, as on PostgreSQL.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -i64::from(config.cache_kib))?;
        let mmap = i64::try_from(config.mmap_bytes).unwrap_or(i64::MAX);
        connection.query_row(&format!("PRAGMA mmap_size = {mmap}"), [], |_| Ok(()))?;
        connection.set_prepared_statement_cache_capacity(1024);
        Ok(())
    };
    setup().map_err(|error| describe("cannot set up the connection", &error))?;
    Ok(connection)
}

pub(crate) fn check_version(connection: &Connection) -> Result<()> {
    let version: String = connection
        .query_row("SELECT sqlite_version()", [], |row| row.get(0))
        .map_err(|error| describe("cannot ask for the version", &error))?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    if (part(), part(), part()) < OLDEST {
        return Err(Error::Refused(format!("SQLite {version} may corrupt its log, 3.51.3 or later is needed")));
    }
    Ok(())
}

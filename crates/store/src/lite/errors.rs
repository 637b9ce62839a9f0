//! SQLite's errors in the store's words.

use rusqlite::{Connection, ErrorCode, ffi};

use crate::Error;

/// An error outside of a transaction's statements.
pub(super) fn describe(what: &str, error: &rusqlite::Error) -> Error {
    match simple(error) {
        Some(error) => error,
        None => Error::Broken(format!("{what}: {error}")),
    }
}

/// An error of a statement. Asks the connection for the name of a violated index.
pub(crate) fn map(connection: &Connection, name: &str, error: &rusqlite::Error) -> Error {
    if let Some(error) = simple(error) {
        return error;
    }
    let rusqlite::Error::SqliteFailure(failure, message) = error else {
        return Error::Broken(format!("{name}: {error}"));
    };
    let message = message.clone().unwrap_or_default();
    if failure.code != ErrorCode::ConstraintViolation {
        return Error::Broken(format!("{name}: {error} ({})", failure.extended_code));
    }
    let subject = message.split_once(": ").map_or(message.as_str(), |(_, subject)| subject);
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID | ffi::SQLITE_CONSTRAINT_UNIQUE => {
            let is_primary = failure.extended_code != ffi::SQLITE_CONSTRAINT_UNIQUE;
            Error::Conflict { constraint: index_name(connection, subject, is_primary) }
        }
        _ => Error::Constraint { constraint: subject.to_owned(), reason: format!("{name}: {message}") },
    }
}

fn simple(error: &rusqlite::Error) -> Option<Error> {
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(Error::Full),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Error::busy()),
        _ => None,
    }
}

/// SQLite names the columns (`invoices.tenant_id, invoices.number`), PostgreSQL the index: give the index's name.
fn index_name(connection: &Connection, subject: &str, is_primary: bool) -> String {
    // An index over expressions is named by SQLite itself.
    if let Some(quoted) = subject.strip_prefix("index '") {
        return quoted.trim_end_matches('\'').to_owned();
    }
    let mut columns: Vec<&str> = Vec::new();
    let mut table = "";
    for part in subject.split(", ") {
        let Some((of, column)) = part.split_once('.') else { return subject.to_owned() };
        table = of;
        columns.push(column);
    }
    if is_primary {
        return format!("{table}_pkey");
    }
    named_index(connection, table, &columns.join(","))
        .ok()
        .flatten()
        .unwrap_or_else(|| format!("{table}_{}_key", columns.join("_")))
}

/// The unique index made by CREATE UNIQUE INDEX over exactly these columns.
fn named_index(connection: &Connection, table: &str, columns: &str) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT l.name, (SELECT group_concat(i.name, ',' ORDER BY i.seqno) FROM pragma_index_info(l.name) i)
         FROM pragma_index_list(?1) l WHERE l.\"unique\" = 1 AND l.origin = 'c'",
    )?;
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        if row.get_ref(1)?.as_str_or_null()? == Some(columns) {
            return row.get(0).map(Some);
        }
    }
    Ok(None)
}

//! PostgreSQL's errors in the store's words.

use std::error::Error as _;

use tokio_postgres::error::SqlState;

use crate::Error;

/// An error of a statement, of BEGIN or of connecting: nothing was committed.
pub(crate) fn map(name: &str, error: &tokio_postgres::Error) -> Error {
    let Some(state) = error.code() else {
        // Errors without a state come from this side: a value that does not fit, or a connection that broke.
        if error.is_closed() || is_io(error) {
            return Error::Interrupted(format!("{name}: {}", chain(error)));
        }
        return Error::Broken(format!("{name}: {}", chain(error)));
    };
    let database = error.as_db_error();
    let constraint = || database.and_then(|error| error.constraint()).unwrap_or(name).to_owned();
    let message = || format!("{name}: {}", chain(error));
    match state.code() {
        "23505" => Error::Conflict { constraint: constraint() },
        // Not null, foreign key, check, exclusion; numeric overflow and texts that cannot be stored.
        code if code.starts_with("23") => {
            let constraint =
                database.and_then(|error| error.constraint().or(error.column())).unwrap_or(name).to_owned();
            Error::Constraint { constraint, reason: message() }
        }
        "22003" | "22021" => Error::Constraint { constraint: name.to_owned(), reason: message() },
        // Serialization failure, deadlock, a server that stops, a plan outdated by a migration.
        "40001" | "40P01" | "57P01" | "57P02" | "57P03" => Error::Interrupted(message()),
        "0A000" if message().contains("cached plan") => Error::Interrupted(message()),
        // A lock or a statement took too long.
        "55P03" | "57014" => Error::busy(),
        // `Error::Interrupted` makes the caller wait a moment and at last Busy.
        code if code == SqlState::TOO_MANY_CONNECTIONS.code() => Error::Interrupted(message()),
        "53100" => Error::Full,
        code if code.starts_with("53") => Error::busy(),
        code if code.starts_with("08") => Error::Interrupted(message()),
        _ => Error::Broken(message()),
    }
}

/// An error of COMMIT. If the connection broke, nobody knows whether it was committed: that is never run again.
pub(super) fn map_commit(error: &tokio_postgres::Error) -> Error {
    match error.code() {
        Some(state) if !state.code().starts_with("57P") => map("COMMIT", error),
        _ => Error::Broken(format!("the outcome of COMMIT is unknown: {}", chain(error))),
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.is::<std::io::Error>() {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The message with its causes. Row values (PostgreSQL's DETAIL) are left out: they may be personal data.
pub(crate) fn chain(error: &tokio_postgres::Error) -> String {
    if let Some(database) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", database.message(), database.code().code());
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

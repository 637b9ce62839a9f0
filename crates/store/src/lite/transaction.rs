//! Statements of one transaction on one SQLite connection. Nothing here waits for anything but the file.

use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{CachedStatement, Connection, StatementStatus, ToSql};

use super::errors;
use crate::row::{Kept, KeptRows, Source};
use crate::stats::{Counters, add};
use crate::tx::State;
use crate::value::{iso_day, json_ints, json_texts};
use crate::{Batch, Dialect, Error, Insert, Result, Row, Rows, Sql, Value};

/// A transaction on SQLite.
pub struct LiteTx<'t> {
    connection: &'t mut Connection,
    counters: &'t Counters,
    pub(crate) state: State,
}

/// Where a statement failed: in the database, or while one of its rows was read.
enum Fault {
    Sqlite(rusqlite::Error),
    Read(Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        Fault::Sqlite(error)
    }
}

impl<'t> LiteTx<'t> {
    pub(super) fn new(connection: &'t mut Connection, counters: &'t Counters, state: State) -> LiteTx<'t> {
        LiteTx { connection, counters, state }
    }

    pub(crate) fn query(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let text = sql.text_for(Dialect::Sqlite)?;
        self.query_text(sql.name, text, params, &mut each)
    }

    pub(crate) fn query_text(
        &mut self,
        name: &'static str,
        text: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.state.check(name, params)?;
        self.run(name, text, |statement| {
            bind(statement, params)?;
            let mut rows = statement.raw_query();
            let mut unread = Ok(());
            while let Some(row) = rows.next()? {
                // A statement with RETURNING is stepped to its end whatever its reader says.
                if unread.is_ok() {
                    unread = each(&Row::new(name, Source::Lite(row)));
                }
            }
            unread.map_err(Fault::Read)
        })
    }

    pub(crate) fn exec(&mut self, sql: &'static Sql, params: &[Value<'_>]) -> Result<u64> {
        self.state.check(sql.name, params)?;
        let text = sql.text_for(Dialect::Sqlite)?;
        self.run(sql.name, text, |statement| execute(statement, params))
    }

    pub(crate) fn insert(&mut self, insert: &'static Insert, row: &[Value<'_>]) -> Result<()> {
        self.state.check(insert.name, row)?;
        self.run(insert.name, insert.text_for(Dialect::Sqlite), |statement| execute(statement, row).map(|_| ()))
    }

    pub(crate) fn insert_many(&mut self, insert: &'static Insert, batch: &Batch<'_>) -> Result<u64> {
        self.state.check_batch(insert, batch)?;
        self.run(insert.name, insert.text_for(Dialect::Sqlite), |statement| {
            let mut count = 0;
            for row in batch.rows() {
                count += execute(statement, row)?;
            }
            Ok(count)
        })
    }

    pub(crate) fn many(&mut self, queries: &[(&'static Sql, &[Value<'_>])]) -> Result<Vec<Rows>> {
        let mut answers = Vec::with_capacity(queries.len());
        for (sql, params) in queries {
            self.state.check(sql.name, params)?;
            let text = sql.text_for(Dialect::Sqlite)?;
            let kept = self.run(sql.name, text, |statement| {
                bind(statement, params)?;
                let mut kept = KeptRows::of_width(statement.column_count());
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    kept.push(row)?;
                }
                Ok(kept)
            })?;
            answers.push(Rows { query: sql.name, kept: Kept::Lite(kept) });
        }
        Ok(answers)
    }

    fn run<T>(
        &mut self,
        name: &'static str,
        text: &str,
        what: impl FnOnce(&mut CachedStatement<'_>) -> Result<T, Fault>,
    ) -> Result<T> {
        let outcome = match self.connection.prepare_cached(text) {
            Err(error) => Err(Fault::Sqlite(error)),
            Ok(mut statement) => {
                let outcome = what(&mut statement);
                let again = statement.reset_status(StatementStatus::RePrepare);
                if again > 0 {
                    add(&self.counters.reprepares, u64::from(again.unsigned_abs()));
                }
                outcome
            }
        };
        outcome.map_err(|fault| match fault {
            Fault::Read(error) => error,
            Fault::Sqlite(error) => {
                let error = errors::map(self.connection, name, &error);
                self.state.fail(error)
            }
        })
    }
}

fn execute(statement: &mut CachedStatement<'_>, params: &[Value<'_>]) -> Result<u64, Fault> {
    bind(statement, params)?;
    if statement.column_count() == 0 {
        return Ok(statement.raw_execute()? as u64);
    }
    // A statement with RETURNING whose rows nobody wants: their number is that of the rows changed.
    let mut rows = statement.raw_query();
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn bind(statement: &mut CachedStatement<'_>, params: &[Value<'_>]) -> Result<(), Fault> {
    let wanted = statement.parameter_count();
    if wanted != params.len() {
        return Err(Fault::Sqlite(rusqlite::Error::InvalidParameterCount(params.len(), wanted)));
    }
    for (index, value) in params.iter().enumerate() {
        match value {
            // Bound from the stack: SQLite copies it.
            Value::Day(day) => match iso_day(*day) {
                Some(text) => {
                    statement.raw_bind_parameter(index + 1, std::str::from_utf8(&text).unwrap_or_default())?
                }
                None => statement.raw_bind_parameter(index + 1, day.to_string())?,
            },
            other => statement.raw_bind_parameter(index + 1, other)?,
        }
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(Owned::Null),
            Value::Int(number) => ToSqlOutput::Owned(Owned::Integer(*number)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Day(day) => ToSqlOutput::Owned(Owned::Text(day.to_string())),
            Value::Ints(values) => ToSqlOutput::Owned(Owned::Text(json_ints(values))),
            Value::Texts(values) => ToSqlOutput::Owned(Owned::Text(json_texts(values))),
        })
    }
}

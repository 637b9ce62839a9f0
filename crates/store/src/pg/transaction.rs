//! Statements of one transaction on one PostgreSQL connection. BEGIN travels with the first statement.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;

use futures_util::TryStreamExt as _;
use futures_util::future::{FutureExt as _, join, join_all};
use tokio_postgres::{Client, Statement};

use super::pool::Connection;
use super::{copy, errors};
use crate::row::{Kept, Source};
use crate::tx::State;
use crate::{Batch, Dialect, Error, Insert, Result, Row, Rows, Sql, Value};

/// From this many rows on a binary COPY is cheaper than single inserts.
const COPY_FROM: usize = 17;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// READ COMMITTED: what must not change is locked by row.
    Write,
    /// One snapshot for all statements.
    Read,
}

impl Mode {
    fn begin(self) -> &'static str {
        match self {
            Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// A transaction on PostgreSQL.
pub struct PgTx<'t> {
    connection: &'t mut Connection,
    mode: Mode,
    has_begun: bool,
    pub(crate) state: State,
}

/// Where a statement failed: in the database, or while one of its rows was read.
enum Fault {
    Pg(tokio_postgres::Error),
    Read(Error),
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Fault {
        Fault::Pg(error)
    }
}

impl<'t> PgTx<'t> {
    pub(super) fn new(connection: &'t mut Connection, mode: Mode, state: State) -> PgTx<'t> {
        PgTx { connection, mode, has_begun: false, state }
    }

    pub(crate) async fn query(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        self.state.check(sql.name, params)?;
        let text = sql.text_for(Dialect::Postgres)?;
        let (begin, client, statements) = self.parts();
        let work = async {
            let statement = prepared(client, statements, key(sql), text).await?;
            let mut rows = pin!(client.query_raw(&statement, params).await?);
            let mut unread = Ok(());
            while let Some(row) = rows.try_next().await? {
                if unread.is_ok() {
                    unread = each(&Row::new(sql.name, Source::Pg(&row)));
                }
            }
            unread.map_err(Fault::Read)
        };
        let outcome = begun(client, begin, work).await;
        self.settle(sql.name, outcome)
    }

    /// A text that is not kept: prepared for this once.
    pub(crate) async fn query_text(
        &mut self,
        name: &'static str,
        text: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        self.state.check(name, params)?;
        let (begin, client, _) = self.parts();
        let work = async {
            let statement = client.prepare(text).await?;
            let mut rows = pin!(client.query_raw(&statement, params).await?);
            let mut unread = Ok(());
            while let Some(row) = rows.try_next().await? {
                if unread.is_ok() {
                    unread = each(&Row::new(name, Source::Pg(&row)));
                }
            }
            unread.map_err(Fault::Read)
        };
        let outcome = begun(client, begin, work).await;
        self.settle(name, outcome)
    }

    pub(crate) async fn exec(&mut self, sql: &'static Sql, params: &[Value<'_>]) -> Result<u64> {
        self.state.check(sql.name, params)?;
        let text = sql.text_for(Dialect::Postgres)?;
        self.execute(sql.name, key(sql), text, params).await
    }

    pub(crate) async fn insert(&mut self, insert: &'static Insert, row: &[Value<'_>]) -> Result<()> {
        self.state.check(insert.name, row)?;
        self.execute(insert.name, key(insert), insert.text_for(Dialect::Postgres), row).await.map(|_| ())
    }

    async fn execute(&mut self, name: &'static str, key: usize, text: &str, params: &[Value<'_>]) -> Result<u64> {
        let (begin, client, statements) = self.parts();
        let work = async {
            let statement = prepared(client, statements, key, text).await?;
            Ok(client.execute_raw(&statement, params).await?)
        };
        let outcome = begun(client, begin, work).await;
        self.settle(name, outcome)
    }

    pub(crate) async fn insert_many(&mut self, insert: &'static Insert, batch: &Batch<'_>) -> Result<u64> {
        self.state.check_batch(insert, batch)?;
        if batch.is_empty() {
            return Ok(0);
        }
        let text = insert.text_for(Dialect::Postgres);
        let (begin, client, statements) = self.parts();
        let work = async {
            // COPY does not tell the types of its columns, the INSERT does.
            let statement = prepared(client, statements, key(insert), text).await?;
            if batch.len() >= COPY_FROM {
                // Statics are aligned, so the next odd address stands for the second statement of this one.
                let copy = prepared(client, statements, key(insert) + 1, insert.copy_text()).await?;
                return Ok(copy::copy(client, &copy, statement.params(), batch).await?);
            }
            let answers = join_all(batch.rows().map(|row| client.execute_raw(&statement, row))).await;
            // After the first failure the others say only that the transaction is aborted.
            Ok(answers.into_iter().sum::<Result<u64, tokio_postgres::Error>>()?)
        };
        let outcome = begun(client, begin, work).await;
        self.settle(insert.name, outcome)
    }

    pub(crate) async fn many(&mut self, queries: &[(&'static Sql, &[Value<'_>])]) -> Result<Vec<Rows>> {
        let Some((first, _)) = queries.first() else { return Ok(Vec::new()) };
        let mut texts = Vec::with_capacity(queries.len());
        for (sql, params) in queries {
            self.state.check(sql.name, params)?;
            texts.push(sql.text_for(Dialect::Postgres)?);
        }
        let (begin, client, statements) = self.parts();
        let work = async {
            let mut ready = Vec::with_capacity(queries.len());
            for ((sql, params), text) in queries.iter().zip(texts) {
                ready.push((prepared(client, statements, key(*sql), text).await?, *params));
            }
            let asked = ready.iter().map(|(statement, params)| async {
                client.query_raw(statement, *params).await?.try_collect::<Vec<_>>().await
            });
            Ok(join_all(asked).await.into_iter().collect::<Result<Vec<_>, tokio_postgres::Error>>()?)
        };
        let outcome = begun(client, begin, work).await;
        let answers = self.settle(first.name, outcome)?;
        let rows = queries.iter().zip(answers).map(|((sql, _), rows)| Rows { query: sql.name, kept: Kept::Pg(rows) });
        Ok(rows.collect())
    }

    pub(super) async fn commit(self) -> Result<()> {
        if !self.has_begun {
            return Ok(());
        }
        let commit = self.connection.client.batch_execute("COMMIT");
        let committed = match self.mode {
            Mode::Write => commit.await,
            // Nothing depends on the end of a read: it is sent, not waited for.
            Mode::Read => commit.now_or_never().unwrap_or(Ok(())),
        };
        committed.map_err(|error| errors::map_commit(&error))
    }

    pub(super) async fn roll_back(self) -> Result<()> {
        if !self.has_begun {
            return Ok(());
        }
        self.connection.client.batch_execute("ROLLBACK").await.map_err(|error| errors::map("ROLLBACK", &error))
    }

    /// What a statement needs: the BEGIN that is still to be sent, the client, its prepared statements.
    fn parts(&mut self) -> (Option<&'static str>, &Client, &mut HashMap<usize, Statement>) {
        let begin = (!self.has_begun).then(|| self.mode.begin());
        self.has_begun = true;
        (begin, &self.connection.client, &mut self.connection.statements)
    }

    fn settle<T>(&mut self, name: &str, outcome: Result<T, Fault>) -> Result<T> {
        outcome.map_err(|fault| match fault {
            Fault::Read(error) => error,
            Fault::Pg(error) => {
                if error.code().is_some_and(|state| state.code() == "0A000") {
                    // A migration changed the tables under a prepared plan: prepare anew.
                    self.connection.statements.clear();
                }
                self.state.fail(errors::map(name, &error))
            }
        })
    }
}

/// Sends BEGIN and the first statement in one go.
async fn begun<T>(
    client: &Client,
    begin: Option<&'static str>,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let Some(begin) = begin else { return work.await };
    let (has_begun, done) = join(client.batch_execute(begin), work).await;
    has_begun?;
    done
}

fn key<T>(of: &'static T) -> usize {
    std::ptr::from_ref(of).addr()
}

async fn prepared(
    client: &Client,
    statements: &mut HashMap<usize, Statement>,
    key: usize,
    text: &str,
) -> Result<Statement, tokio_postgres::Error> {
    if let Some(statement) = statements.get(&key) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(text).await?;
    statements.insert(key, statement.clone());
    Ok(statement)
}

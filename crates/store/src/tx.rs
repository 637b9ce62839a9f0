//! A running transaction: what a body may do.
//!
//! After a failed statement a transaction does nothing more and cannot commit, on both databases alike (PostgreSQL
//! aborts it; SQLite may even have ended it under the body). A body that wants to go on after a conflict asks with
//! `ON CONFLICT DO NOTHING` and looks at the number of rows.

use domain::id::TenantId;

use crate::dialect::{self, Dialect};
use crate::ids::Ids;
use crate::lite::LiteTx;
use crate::pg::PgTx;
use crate::{Batch, Error, Insert, Result, Row, Rows, Sql, Value};

/// A transaction of one tenant on either database.
pub enum Tx<'t> {
    Lite(LiteTx<'t>),
    Pg(PgTx<'t>),
}

/// What both kinds of transaction remember.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) tenant: TenantId,
    /// None in reads.
    pub(crate) ids: Option<Ids>,
    /// The first failed statement.
    pub(crate) failed: Option<Error>,
    /// The number of ids this body wants, after the block was used up.
    pub(crate) wants_ids: Option<usize>,
    /// How many statements were sent.
    pub(crate) statements: u64,
}

impl State {
    pub(crate) fn new(tenant: TenantId, ids: Option<Ids>) -> State {
        State { tenant, ids, failed: None, wants_ids: None, statements: 0 }
    }

    /// Refuses everything after a failed statement.
    pub(crate) fn ready(&self) -> Result<()> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn fail(&mut self, error: Error) -> Error {
        self.failed.get_or_insert(error).clone()
    }

    /// Checks what no database can store before it is sent.
    pub(crate) fn check(&mut self, name: &str, params: &[Value<'_>]) -> Result<()> {
        self.ready()?;
        self.statements += 1;
        self.check_row(name, params)
    }

    fn check_row(&mut self, name: &str, params: &[Value<'_>]) -> Result<()> {
        match params.iter().position(Value::holds_nul) {
            None => Ok(()),
            Some(index) => Err(self.fail(nul(name, index))),
        }
    }

    pub(crate) fn check_batch(&mut self, insert: &Insert, batch: &Batch<'_>) -> Result<()> {
        self.ready()?;
        if batch.is_ragged() {
            let reason = format!("{}: a row has not {} values", insert.name, insert.columns.len());
            return Err(self.fail(Error::Broken(reason)));
        }
        self.statements += 1;
        for row in batch.rows() {
            self.check_row(insert.name, row)?;
        }
        Ok(())
    }

    fn take_ids(&mut self, count: usize, mut give: impl FnMut(i64)) -> Result<()> {
        let Some(ids) = &mut self.ids else {
            return Err(Error::Broken("ids are given in writes only".to_owned()));
        };
        ids.take(count, &mut give).map_err(|wanted| {
            self.wants_ids = Some(wanted);
            Error::IdsExhausted
        })
    }
}

fn nul(name: &str, index: usize) -> Error {
    Error::Constraint {
        constraint: name.to_owned(),
        reason: format!("the text of parameter {} holds U+0000", index + 1),
    }
}

pub(crate) fn more_than_one(query: &'static str) -> Error {
    Error::Broken(format!("{query}: more than one row"))
}

impl Tx<'_> {
    fn state(&mut self) -> &mut State {
        match self {
            Tx::Lite(tx) => &mut tx.state,
            Tx::Pg(tx) => &mut tx.state,
        }
    }

    /// The tenant that the transaction was opened for; every statement names it.
    pub fn tenant(&self) -> TenantId {
        match self {
            Tx::Lite(tx) => tx.state.tenant,
            Tx::Pg(tx) => tx.state.tenant,
        }
    }

    /// The only row, if there is one. More than one is [`Error::Broken`].
    pub async fn opt<T: Send>(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Option<T>> {
        let mut found = None;
        let mut count = 0usize;
        let (keep, seen) = (&mut found, &mut count);
        let each = move |row: &Row<'_>| {
            *seen += 1;
            *keep = Some(read(row)?);
            Ok(())
        };
        match self {
            Tx::Lite(tx) => tx.query(sql, params, each)?,
            Tx::Pg(tx) => tx.query(sql, params, each).await?,
        }
        if count > 1 { Err(more_than_one(sql.name)) } else { Ok(found) }
    }

    /// The only row; [`Error::NotFound`] with the name of the query if there is none.
    pub async fn one<T: Send>(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<T> {
        self.opt(sql, params, read).await?.ok_or(Error::NotFound(sql.name))
    }

    /// All rows of a text put together for this once (a rare shape of a list); frequent ones are statics.
    pub(crate) async fn all_text<T: Send>(
        &mut self,
        name: &'static str,
        text: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let keep = &mut found;
        let each = move |row: &Row<'_>| {
            keep.push(read(row)?);
            Ok(())
        };
        match self {
            Tx::Lite(tx) => {
                let text = dialect::query(Dialect::Sqlite, text).map_err(Error::Broken)?;
                tx.query_text(name, &text, params, each)?;
            }
            Tx::Pg(tx) => {
                let text = dialect::query(Dialect::Postgres, text).map_err(Error::Broken)?;
                tx.query_text(name, &text, params, each).await?;
            }
        }
        Ok(found)
    }

    /// All rows, in the order of the query.
    pub async fn all<T: Send>(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let keep = &mut found;
        let each = move |row: &Row<'_>| {
            keep.push(read(row)?);
            Ok(())
        };
        match self {
            Tx::Lite(tx) => tx.query(sql, params, each)?,
            Tx::Pg(tx) => tx.query(sql, params, each).await?,
        }
        Ok(found)
    }

    /// Changes rows and gives their number.
    pub async fn exec(&mut self, sql: &'static Sql, params: &[Value<'_>]) -> Result<u64> {
        match self {
            Tx::Lite(tx) => tx.exec(sql, params),
            Tx::Pg(tx) => tx.exec(sql, params).await,
        }
    }

    /// Inserts one row, its values in the order of the columns of `insert!`.
    pub async fn insert(&mut self, insert: &'static Insert, row: &[Value<'_>]) -> Result<()> {
        match self {
            Tx::Lite(tx) => tx.insert(insert, row),
            Tx::Pg(tx) => tx.insert(insert, row).await,
        }
    }

    /// Inserts many rows and gives their number: one prepared statement on SQLite; on PostgreSQL pipelined inserts,
    /// binary COPY above a few rows.
    pub async fn insert_many(&mut self, insert: &'static Insert, batch: &Batch<'_>) -> Result<u64> {
        match self {
            Tx::Lite(tx) => tx.insert_many(insert, batch),
            Tx::Pg(tx) => tx.insert_many(insert, batch).await,
        }
    }

    /// Several reads at once, the answers in the same order: one round trip to PostgreSQL.
    pub async fn many(&mut self, queries: &[(&'static Sql, &[Value<'_>])]) -> Result<Vec<Rows>> {
        match self {
            Tx::Lite(tx) => tx.many(queries),
            Tx::Pg(tx) => tx.many(queries).await,
        }
    }

    /// A new id of this tenant. `?` the error up: `Db::write` takes a new block and runs the body again.
    pub fn next_id(&mut self) -> Result<i64> {
        let mut next = 0;
        self.state().take_ids(1, |id| next = id)?;
        Ok(next)
    }

    /// `count` new ids, ascending as far as they come from one block.
    pub fn next_ids(&mut self, count: usize) -> Result<Vec<i64>> {
        let mut ids = Vec::with_capacity(count);
        self.state().take_ids(count, |id| ids.push(id))?;
        Ok(ids)
    }
}

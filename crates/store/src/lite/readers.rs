//! Read-only connections. A point read runs inline on the async worker: it takes less time than a hand-over.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::TenantId;
use futures_util::FutureExt as _;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{LiteTx, connection, errors};
use crate::db::{Work, panicked};
use crate::stats::{Counters, add};
use crate::tx::State;
use crate::{Config, Error, Result, Tx};

pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    counters: Arc<Counters>,
}

/// A connection that goes back when it is dropped, without an open transaction.
struct Lent<'p> {
    readers: &'p Readers,
    connection: Option<Connection>,
}

impl Readers {
    pub(super) fn open(config: &Config, count: usize, counters: &Arc<Counters>) -> Result<Readers> {
        let count = count.max(1);
        let idle = (0..count).map(|_| connection::reader(config)).collect::<Result<Vec<_>>>()?;
        Ok(Readers { idle: Mutex::new(idle), permits: Semaphore::new(count), counters: counters.clone() })
    }

    pub(super) fn close(&self) {
        self.permits.close();
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a body on one snapshot of the database.
    pub(super) async fn read<W: Work>(&self, tenant: TenantId, work: &W) -> Result<W::Out, W::Error> {
        let Ok(_permit) = self.permits.acquire().await else { return Err(super::stopped().into()) };
        let Some(connection) = self.idle().pop() else { return Err(super::stopped().into()) };
        let mut lent = Lent { readers: self, connection: Some(connection) };
        let connection = lent.connection.as_mut().expect("just lent");
        run(connection, "BEGIN")?;
        let mut tx = Tx::Lite(LiteTx::new(connection, &self.counters, State::new(tenant, None)));
        let said = AssertUnwindSafe(work.run(&mut tx)).catch_unwind().await;
        let Tx::Lite(LiteTx { state, .. }) = tx else { unreachable!("the body was lent a SQLite transaction") };
        add(&self.counters.reads, 1);
        add(&self.counters.statements, state.statements);
        match (said, state.failed) {
            (Err(panic), _) => Err(Error::Broken(panicked(&*panic)).into()),
            (Ok(Ok(_)), Some(error)) => Err(error.into()),
            (Ok(said), _) => said,
        }
    }
}

fn run(connection: &Connection, text: &str) -> Result<()> {
    connection
        .prepare_cached(text)
        .and_then(|mut statement| statement.raw_execute())
        .map(|_| ())
        .map_err(|error| errors::describe(text, &error))
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !connection.is_autocommit()
            && let Err(error) = run(&connection, "ROLLBACK")
        {
            tracing::error!(%error, "a read could not be ended");
        }
        if !self.readers.permits.is_closed() {
            self.readers.idle().push(connection);
        }
    }
}

//! PostgreSQL: a small pool of pipelined connections; a body runs in a task of its own, so that a caller who goes
//! away never leaves half a transaction.

mod bind;
mod copy;
mod errors;
mod pool;
mod settings;
mod tls;
mod transaction;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use domain::id::TenantId;
use futures_util::FutureExt as _;

pub(crate) use errors::{chain, map as map_error};
pub(crate) use transaction::Mode;
pub use transaction::PgTx;

use crate::db::{Outcome, Work, in_body, panicked};
use crate::ids::Ids;
use crate::stats::{Counters, add};
use crate::tx::State;
use crate::{Config, Error, Result, Tx, clock};
use pool::Pool;

/// A handle to the pool. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Engine {
    pool: Arc<Pool>,
    counters: Arc<Counters>,
    retries: u32,
}

impl Engine {
    pub(crate) async fn open(config: &Config, counters: &Arc<Counters>) -> Result<Engine> {
        let pool = Pool::open(config, counters).await?;
        Ok(Engine { pool: Arc::new(pool), counters: counters.clone(), retries: config.retries })
    }

    pub(crate) async fn write<W: Work>(&self, tenant: TenantId, work: Arc<W>, ids: Option<Ids>) -> Outcome<W> {
        let engine = self.clone();
        let task = tokio::spawn(async move { engine.run(Mode::Write, tenant, &*work, ids).await });
        task.await
            .unwrap_or_else(|error| Outcome::Done(Err(Error::Broken(format!("a write was stopped: {error}")).into())))
    }

    pub(crate) async fn read<W: Work>(&self, tenant: TenantId, work: &W) -> Result<W::Out, W::Error> {
        match self.run(Mode::Read, tenant, work, None).await {
            Outcome::Done(result) => result,
            Outcome::WantsIds(_) => Err(Error::IdsExhausted.into()),
        }
    }

    /// Runs the body until it commits, refuses, or was interrupted too often.
    async fn run<W: Work>(&self, mode: Mode, tenant: TenantId, work: &W, mut ids: Option<Ids>) -> Outcome<W> {
        let mut attempt = 0;
        loop {
            let error = match self.attempt(mode, tenant, work, &mut ids).await {
                Ok(outcome) => return outcome,
                Err(error) => error,
            };
            if attempt == self.retries {
                tracing::warn!(%error, attempt, "a transaction was interrupted too often");
                add(&self.counters.busy, 1);
                return Outcome::Done(Err(Error::busy().into()));
            }
            // Both sides of a deadlock come back: spread them, more widely each time.
            let most = 4_000u64 << attempt;
            tokio::time::sleep(Duration::from_micros(fastrand::u64(most / 4..=most))).await;
            attempt += 1;
            add(&self.counters.retries, 1);
            if let Some(ids) = &mut ids {
                ids.rewind();
            }
        }
    }

    /// One run of the body. The error is one after which it should be run again.
    async fn attempt<W: Work>(
        &self,
        mode: Mode,
        tenant: TenantId,
        work: &W,
        ids: &mut Option<Ids>,
    ) -> Result<Outcome<W>, Error> {
        let mut lent = match self.pool.lend().await {
            Ok(lent) => lent,
            Err(error) if error.is_retryable() => return Err(error),
            Err(error) => return Ok(Outcome::Done(Err(error.into()))),
        };
        let mut tx = Tx::Pg(PgTx::new(lent.connection(), mode, State::new(tenant, ids.take())));
        let said = in_body(AssertUnwindSafe(work.run(&mut tx)).catch_unwind()).await;
        let Tx::Pg(mut tx) = tx else { unreachable!("the body was lent a PostgreSQL transaction") };
        *ids = tx.state.ids.take();
        add(&self.counters.statements, tx.state.statements);
        let (failed, wants_ids) = (tx.state.failed.take(), tx.state.wants_ids);
        let said = match (said, wants_ids) {
            // The connection is not given back: dropping it ends the transaction.
            (Err(panic), _) => return Ok(Outcome::Done(Err(Error::Broken(panicked(&*panic)).into()))),
            (Ok(_), Some(wanted)) => Outcome::WantsIds(wanted),
            (Ok(said), None) => Outcome::Done(said),
        };
        if mode == Mode::Read {
            add(&self.counters.reads, 1);
        }
        match (failed, said) {
            (None, Outcome::Done(Ok(out))) => {
                let started = clock::stopwatch();
                match tx.commit().await {
                    Ok(()) if mode == Mode::Write => {
                        add(&self.counters.batches, 1);
                        add(&self.counters.jobs, 1);
                        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
                        add(&self.counters.commit_micros, micros);
                    }
                    Ok(()) => {}
                    Err(error) if error.is_retryable() => return Err(error),
                    Err(error) => return Ok(Outcome::Done(Err(error.into()))),
                }
                lent.give_back();
                Ok(Outcome::Done(Ok(out)))
            }
            (failed, said) => {
                if mode == Mode::Write {
                    add(&self.counters.jobs_failed, 1);
                }
                if tx.roll_back().await.is_ok() {
                    lent.give_back();
                }
                match (failed, said) {
                    (Some(error), _) if error.is_retryable() => Err(error),
                    // A body cannot swallow the failure of a statement.
                    (Some(error), Outcome::Done(Ok(_))) => Ok(Outcome::Done(Err(error.into()))),
                    (_, said) => Ok(said),
                }
            }
        }
    }

    /// A connection of its own for migrations and checks; it is closed afterwards.
    pub(crate) async fn connect(&self) -> Result<tokio_postgres::Client> {
        self.pool.connect().await
    }

    /// Forgets prepared statements, whose plans a migration may have changed.
    pub(crate) fn forget_connections(&self) {
        self.pool.forget();
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

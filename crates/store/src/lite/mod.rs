//! SQLite: one writer thread with group commit, read-only connections for everything else.

mod connection;
mod errors;
mod job;
mod readers;
mod transaction;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread::JoinHandle;

use domain::id::TenantId;
use rusqlite::Connection;
use tokio::sync::oneshot;

pub(crate) use connection::check_version;
pub(crate) use errors::map as map_error;
pub use transaction::LiteTx;

use crate::db::{Outcome, Work, in_body};
use crate::ids::Ids;
use crate::stats::{Counters, add};
use crate::{Config, Error, Result};
use job::TypedJob;
use readers::Readers;
use writer::{Command, Writer};

/// The open database file.
pub(crate) struct Engine {
    queue: SyncSender<Command>,
    writer: std::sync::Mutex<Option<JoinHandle<()>>>,
    points: Arc<Readers>,
    scans: Arc<Readers>,
    counters: Arc<Counters>,
}

impl Engine {
    /// Opens or creates the file. Blocking: the caller runs it on a blocking thread.
    pub(crate) fn open(config: &Config, counters: &Arc<Counters>) -> Result<Engine> {
        let connection = connection::writer(config)?;
        check_version(&connection)?;
        let points = Arc::new(Readers::open(config, config.readers, counters)?);
        let scans = Arc::new(Readers::open(config, config.scanners, counters)?);
        let (queue, jobs) = std::sync::mpsc::sync_channel(config.queue_max);
        let writer = Writer::new(connection, jobs, config.clone(), counters.clone());
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            // Bodies are polled here: give their state machines the room of a main thread.
            .stack_size(8 << 20)
            .spawn(move || writer.run())
            .map_err(|error| Error::Broken(format!("cannot start the writer thread: {error}")))?;
        Ok(Engine { queue, writer: std::sync::Mutex::new(Some(thread)), points, scans, counters: counters.clone() })
    }

    pub(crate) async fn write<W: Work>(&self, tenant: TenantId, work: Arc<W>, ids: Option<Ids>) -> Outcome<W> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(TypedJob::new(tenant, work, ids, reply, self.counters.clone()));
        if let Err(error) = self.send(Command::Job(job)) {
            return Outcome::Done(Err(error.into()));
        }
        answer.await.unwrap_or_else(|_| Outcome::Done(Err(stopped().into())))
    }

    pub(crate) async fn read<W: Work>(&self, tenant: TenantId, work: &W) -> Result<W::Out, W::Error> {
        self.points.read(tenant, work).await
    }

    pub(crate) async fn scan<W: Work>(&self, tenant: TenantId, work: W) -> Result<W::Out, W::Error> {
        let scans = self.scans.clone();
        let joined = tokio::task::spawn_blocking(move || pollster::block_on(in_body(scans.read(tenant, &work)))).await;
        joined.unwrap_or_else(|error| Err(Error::Broken(format!("a scan was stopped: {error}")).into()))
    }

    /// Runs something on the writer's connection outside of any transaction, after what is queued.
    pub(crate) async fn exclusively<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let run = Box::new(move |connection: &mut Connection| {
            // A caller that went away wants no answer.
            let _ = reply.send(what(connection));
        });
        self.send(Command::Exclusive(run))?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    fn send(&self, command: Command) -> Result<()> {
        self.queue.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => {
                add(&self.counters.busy, 1);
                Error::busy()
            }
            TrySendError::Disconnected(_) => stopped(),
        })
    }

    /// Commits what is queued, moves the log into the file and closes it.
    pub(crate) async fn close(&self) {
        self.points.close();
        self.scans.close();
        let thread = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let queue = self.queue.clone();
        let stopped = tokio::task::spawn_blocking(move || {
            // Blocks while the queue is full; the writer drains it.
            if queue.send(Command::Stop).is_ok()
                && let Some(thread) = thread
                && thread.join().is_err()
            {
                tracing::error!("the writer thread panicked");
            }
        });
        if stopped.await.is_err() {
            tracing::error!("waiting for the writer thread failed");
        }
    }
}

fn stopped() -> Error {
    Error::Broken("the database is closed".to_owned())
}

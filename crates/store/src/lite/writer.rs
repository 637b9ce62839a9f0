//! The only thread that writes. Jobs that wait while the disk is busy share the next COMMIT.
//!
//! BEGIN IMMEDIATE; per job SAVEPOINT, run, RELEASE or ROLLBACK TO; COMMIT; only then the answers. There is no timer:
//! a batch grows by itself while the last fsync runs.
//!
//! SQLite can end the outer transaction under a job (a full disk does it). A SAVEPOINT would then open a transaction of
//! its own and its RELEASE would commit what no caller was told about. So after every job `is_autocommit` is asked, and
//! if the transaction is gone the whole batch is answered with an error and a new one begins.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use rusqlite::Connection;

use super::job::Job;
use super::{connection, errors};
use crate::stats::{Counters, add};
use crate::{Config, Error, Result, clock};

/// How long the writer waits for the next job before it calls itself idle and checkpoints.
const IDLE: Duration = Duration::from_millis(100);

pub(super) enum Command {
    Job(Box<dyn Job>),
    /// Migrations and settings: on the connection, outside of any transaction.
    Exclusive(Box<dyn FnOnce(&mut Connection) + Send>),
    Stop,
}

pub(super) struct Writer {
    connection: Connection,
    queue: Receiver<Command>,
    config: Config,
    counters: Arc<Counters>,
    /// Whether something was committed since the last checkpoint.
    is_dirty: bool,
}

/// The outer transaction is gone, with all jobs of the batch.
struct Lost(Error);

impl Writer {
    pub(super) fn new(
        connection: Connection,
        queue: Receiver<Command>,
        config: Config,
        counters: Arc<Counters>,
    ) -> Writer {
        Writer { connection, queue, config, counters, is_dirty: false }
    }

    pub(super) fn run(mut self) {
        let mut next = None;
        loop {
            let command = match next.take() {
                Some(command) => command,
                None => match self.queue.recv_timeout(IDLE) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => {
                        self.checkpoint();
                        match self.queue.recv() {
                            Ok(command) => command,
                            Err(_) => return,
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                },
            };
            match command {
                Command::Job(job) => next = self.batch(job),
                Command::Exclusive(run) => {
                    run(&mut self.connection);
                    self.restore();
                }
                Command::Stop => return,
            }
        }
    }

    /// Runs a batch that begins with this job. Gives the command that ended it, if it was none of its jobs.
    fn batch(&mut self, first: Box<dyn Job>) -> Option<Command> {
        let started = clock::stopwatch();
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let mut next = Some(first);
        let mut after = None;
        if let Err(error) = self.execute("BEGIN IMMEDIATE") {
            done.extend(next);
            self.lose(done, error);
            return None;
        }
        let mut kept = 0;
        while let Some(mut job) = next.take() {
            // Nobody waits for it and nothing of it was done: skip it.
            if !job.is_abandoned() {
                let ran = self.job(&mut *job);
                done.push(job);
                match ran {
                    Ok(is_kept) => kept += u64::from(is_kept),
                    Err(Lost(error)) => {
                        self.lose(done, error);
                        return None;
                    }
                }
            }
            if done.len() >= self.config.batch_max || started.elapsed() >= self.config.batch_time {
                break;
            }
            match self.queue.try_recv() {
                Ok(Command::Job(job)) => next = Some(job),
                Ok(other) => after = Some(other),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
            }
        }
        self.commit(done, kept);
        after
    }

    /// Runs one job within its savepoint. True: its changes are part of the batch.
    fn job(&mut self, job: &mut dyn Job) -> Result<bool, Lost> {
        self.execute("SAVEPOINT job").map_err(|error| self.roll_back(error))?;
        let keep = job.run(&mut self.connection);
        if self.connection.is_autocommit() {
            let error =
                job.failure().cloned().unwrap_or_else(|| Error::Broken("a body ended the transaction".to_owned()));
            return Err(Lost(error));
        }
        let end = || -> Result<()> {
            if !keep {
                self.execute("ROLLBACK TO job")?;
            }
            self.execute("RELEASE job")
        };
        end().map_err(|error| self.roll_back(error))?;
        Ok(keep)
    }

    fn commit(&mut self, done: Vec<Box<dyn Job>>, kept: u64) {
        let started = clock::stopwatch();
        if let Err(error) = self.execute("COMMIT") {
            let Lost(error) = self.roll_back(error);
            self.lose(done, error);
            return;
        }
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        add(&self.counters.commit_micros, micros);
        add(&self.counters.jobs, kept);
        add(&self.counters.jobs_failed, done.len() as u64 - kept);
        if kept > 0 {
            add(&self.counters.batches, 1);
            self.is_dirty = true;
        }
        for job in done {
            job.answer(None);
        }
    }

    /// Answers a lost batch: 507 if the disk is full, else Busy to those that had no part in it.
    fn lose(&mut self, done: Vec<Box<dyn Job>>, error: Error) {
        tracing::error!(%error, jobs = done.len(), "a batch of writes was lost and answered with an error");
        self.restore();
        add(&self.counters.batches_lost, 1);
        add(&self.counters.jobs_failed, done.len() as u64);
        let last = done.len().saturating_sub(1);
        for (index, job) in done.into_iter().enumerate() {
            let answer = match &error {
                Error::Full => Error::Full,
                other if index == last => other.clone(),
                _ => Error::busy(),
            };
            if matches!(answer, Error::Busy { .. }) {
                add(&self.counters.busy, 1);
            }
            job.answer(Some(answer));
        }
    }

    fn roll_back(&self, error: Error) -> Lost {
        if !self.connection.is_autocommit()
            && let Err(second) = self.execute("ROLLBACK")
        {
            tracing::error!(error = %second, "ROLLBACK failed");
        }
        Lost(error)
    }

    /// Makes sure that no transaction is open; a connection that cannot be freed of one is replaced.
    fn restore(&mut self) {
        if self.connection.is_autocommit() || self.execute("ROLLBACK").is_ok() {
            return;
        }
        match connection::writer(&self.config) {
            Ok(fresh) => self.connection = fresh,
            Err(error) => tracing::error!(%error, "the writer's connection cannot be replaced"),
        }
    }

    /// Moves the log into the file while nobody waits. PASSIVE: readers are never held up.
    fn checkpoint(&mut self) {
        if !self.is_dirty {
            return;
        }
        self.is_dirty = false;
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the log could not be checkpointed");
        }
    }

    fn execute(&self, text: &str) -> Result<()> {
        self.connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.raw_execute())
            .map(|_| ())
            .map_err(|error| errors::describe(text, &error))
    }
}

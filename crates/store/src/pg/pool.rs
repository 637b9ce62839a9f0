//! Connections, lent one at a time. Nobody holds one while asking for a second, so the pool cannot deadlock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{errors, tls};
use crate::stats::{Counters, add};
use crate::{Config, Error, Result, Url};

/// A lock or an idle transaction held longer than this is given up, whatever became of its owner. One plan per
/// statement, as on SQLite: every statement names its tenant and an index, so planning it anew for each run
/// finds nothing better.
const SESSION: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'; \
    SET TIME ZONE 'UTC'; SET client_min_messages = 'warning'; SET default_transaction_deferrable = off; \
    SET plan_cache_mode = 'force_generic_plan'; SET jit = off";

pub(super) struct Pool {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    idle: Mutex<Vec<Connection>>,
    /// Raised by `forget`: connections of an older age are not lent again.
    age: AtomicUsize,
    permits: Arc<Semaphore>,
    connections: u32,
    waiting: AtomicUsize,
    queue_max: usize,
    wait: Duration,
    counters: Arc<Counters>,
}

/// A connection with the statements that it has prepared, keyed by the address of their static.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) statements: HashMap<usize, Statement>,
    age: usize,
}

/// A lent connection. Dropped without `give_back`, it is closed, which ends whatever it was doing.
pub(super) struct Lent<'p> {
    pool: &'p Pool,
    connection: Option<Connection>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(super) async fn open(config: &Config, counters: &Arc<Counters>) -> Result<Pool> {
        let Url::Postgres { dsn } = &config.url else {
            return Err(Error::Broken("not a PostgreSQL database".to_owned()));
        };
        // The text may hold a password, so only the cause is told.
        let tls::Route { config: mut parsed, tls } = tls::route(dsn)?;
        parsed.connect_timeout(config.wait);
        if parsed.get_application_name().is_none() {
            parsed.application_name("billwright");
        }
        let connections = u32::try_from(config.connections.clamp(1, 1000)).expect("clamped to a thousand");
        let pool = Pool {
            config: parsed,
            tls,
            idle: Mutex::new(Vec::new()),
            age: AtomicUsize::new(0),
            permits: Arc::new(Semaphore::new(connections as usize)),
            connections,
            waiting: AtomicUsize::new(0),
            queue_max: config.queue_max,
            wait: config.wait,
            counters: counters.clone(),
        };
        let client = pool.connect().await.map_err(|error| match error {
            Error::Interrupted(reason) => Error::Broken(format!("cannot reach PostgreSQL: {reason}")),
            other => other,
        })?;
        check_settings(&client, config.allow_unsafe_postgres).await?;
        pool.idle().push(Connection { client, statements: HashMap::new(), age: 0 });
        Ok(pool)
    }

    /// Lends a connection, at most `connections` at a time, in the order of asking.
    pub(super) async fn lend(&self) -> Result<Lent<'_>> {
        let permit = self.permit().await?;
        let age = self.age.load(Relaxed);
        loop {
            let Some(connection) = self.idle().pop() else { break };
            if !connection.client.is_closed() && connection.age == age {
                return Ok(Lent { pool: self, connection: Some(connection), _permit: permit });
            }
        }
        let connection = Connection { client: self.connect().await?, statements: HashMap::new(), age };
        Ok(Lent { pool: self, connection: Some(connection), _permit: permit })
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        let closed = || Error::Broken("the database is closed".to_owned());
        match self.permits.clone().try_acquire_owned() {
            Ok(permit) => return Ok(permit),
            Err(tokio::sync::TryAcquireError::Closed) => return Err(closed()),
            Err(tokio::sync::TryAcquireError::NoPermits) => {}
        }
        let _waiting = Waiting::count(&self.waiting);
        if self.waiting.load(Relaxed) > self.queue_max {
            add(&self.counters.busy, 1);
            return Err(Error::busy());
        }
        match tokio::time::timeout(self.wait, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(closed()),
            Err(_) => {
                add(&self.counters.busy, 1);
                Err(Error::busy())
            }
        }
    }

    pub(super) async fn connect(&self) -> Result<Client> {
        let connected = self.config.connect(self.tls.clone()).await;
        let (client, connection) = connected.map_err(|error| errors::map("connect", &error))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %errors::chain(&error), "a connection to PostgreSQL ended");
            }
        });
        client.batch_execute(SESSION).await.map_err(|error| errors::map("SET", &error))?;
        add(&self.counters.connections, 1);
        Ok(client)
    }

    pub(super) fn forget(&self) {
        self.age.fetch_add(1, Relaxed);
        self.idle().clear();
    }

    /// Waits for what is running, then closes.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(self.connections).await;
        self.permits.close();
        drop(all);
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent<'_> {
    pub(super) fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("given back only by value")
    }

    /// The connection is in no transaction and may be lent again.
    pub(super) fn give_back(mut self) {
        if let Some(connection) = self.connection.take()
            && !connection.client.is_closed()
        {
            self.pool.idle().push(connection);
        }
    }
}

/// Counts a waiting caller, also when its future is dropped.
struct Waiting<'p>(&'p AtomicUsize);

impl<'p> Waiting<'p> {
    fn count(counter: &'p AtomicUsize) -> Waiting<'p> {
        counter.fetch_add(1, Relaxed);
        Waiting(counter)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Refuses a server that would lose acknowledged writes.
async fn check_settings(client: &Client, allow_unsafe: bool) -> Result<()> {
    let rows = client
        .query(
            "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN \
             ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding', 'server_version_num')",
            &[],
        )
        .await
        .map_err(|error| errors::map("pg_settings", &error))?;
    let mut unsafe_settings = Vec::new();
    for row in rows {
        let (name, setting): (&str, &str) = (row.get(0), row.get(1));
        match name {
            "server_encoding" if setting != "UTF8" => {
                return Err(Error::Refused(format!("the database's encoding is {setting}, UTF8 is needed")));
            }
            "server_version_num" if setting.parse().unwrap_or(0) < 130_000 => {
                return Err(Error::Refused("PostgreSQL 13 or later is needed".to_owned()));
            }
            "fsync" | "full_page_writes" | "synchronous_commit" if setting == "off" => {
                unsafe_settings.push(name.to_owned());
            }
            _ => {}
        }
    }
    if unsafe_settings.is_empty() {
        return Ok(());
    }
    let message = format!("PostgreSQL runs with {} off: acknowledged writes would be lost", unsafe_settings.join(", "));
    if allow_unsafe {
        tracing::warn!("{message}");
        return Ok(());
    }
    Err(Error::Refused(message))
}

//! The handle that verbs hold: begin, run a body, commit.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::id::TenantId;

use crate::check::{self, Shape};
use crate::ids::{Block, Ids, Pool, TakeBlock};
use crate::migrate::{self, Migrated, Migration, SchemaStatus};
use crate::stats::{Counters, add};
use crate::{Config, Dialect, Error, Result, Stats, Tx, Url, lite, pg};

/// The body of a transaction. It may be run more than once and does nothing but ask its `tx`: it reads no clock, sends
/// nothing, waits for nothing else. What it needs it carries in its fields.
///
/// ```ignore
/// impl store::Work for RenameTerms {
///     type Out = ();
///     type Error = store::Error;
///     async fn run(&self, tx: &mut Tx<'_>) -> store::Result<()> { ... }
/// }
/// ```
pub trait Work: Send + Sync + 'static {
    type Out: Send + 'static;
    type Error: From<Error> + Send + 'static;

    fn run(&self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Self::Out, Self::Error>> + Send;
}

/// A boxed future of a body.
type Running<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// A body made from a closure, see [`body`].
pub struct Body<F>(F);

/// Makes a body from a closure: `body(|tx| Box::pin(async move { tx.next_id() }))`. For tests and one-liners: a verb
/// implements [`Work`], which saves the box and stays `Send` in whatever future it is awaited.
pub fn body<F, T, E>(run: F) -> Body<F>
where
    F: for<'a> Fn(&'a mut Tx<'_>) -> Running<'a, T, E> + Send + Sync + 'static,
{
    Body(run)
}

impl<F, T, E> Work for Body<F>
where
    F: for<'a> Fn(&'a mut Tx<'_>) -> Running<'a, T, E> + Send + Sync + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    type Out = T;
    type Error = E;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<T, E> {
        (self.0)(tx).await
    }
}

/// How a run of a body ended.
pub(crate) enum Outcome<W: Work> {
    Done(Result<W::Out, W::Error>),
    /// It was rolled back because the block of ids is used up; it wants so many.
    WantsIds(usize),
}

tokio::task_local! {
    /// Set while a body runs on this task: a body that asks the `Db` for a second transaction could wait for itself.
    static IN_BODY: ();
}

/// How often a body is run again because it wanted more ids than it said before.
const ID_ROUNDS: usize = 32;

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    ids: Arc<Pool>,
    counters: Arc<Counters>,
}

enum Engine {
    Lite(lite::Engine),
    Pg(pg::Engine),
}

impl Db {
    /// Opens the database and checks that it keeps its promises. Does not migrate.
    pub async fn open(config: &Config) -> Result<Db> {
        let counters = Arc::new(Counters::default());
        let engine = match &config.url {
            Url::Sqlite { .. } => {
                let (config, counters) = (config.clone(), counters.clone());
                let opened = tokio::task::spawn_blocking(move || lite::Engine::open(&config, &counters)).await;
                Engine::Lite(opened.map_err(|error| Error::Broken(format!("opening was stopped: {error}")))??)
            }
            Url::Postgres { .. } => Engine::Pg(pg::Engine::open(config, &counters).await?),
        };
        Ok(Db { inner: Arc::new(Inner { engine, ids: Arc::default(), counters }) })
    }

    /// Applies the migrations of this program that the database lacks, each atomically.
    pub async fn migrate(&self) -> Result<Migrated> {
        self.migrate_with(migrate::MIGRATIONS).await
    }

    /// Applies a list of migrations, in ascending versions.
    pub async fn migrate_with(&self, migrations: &'static [Migration]) -> Result<Migrated> {
        match &self.inner.engine {
            Engine::Lite(engine) => {
                engine.exclusively(move |connection| migrate::on_lite(connection, migrations)).await
            }
            Engine::Pg(engine) => {
                let mut client = engine.connect().await?;
                let migrated = migrate::on_pg(&mut client, migrations).await;
                engine.forget_connections();
                migrated
            }
        }
    }

    /// Compares the database with the migrations of this program.
    pub async fn schema_status(&self) -> Result<SchemaStatus> {
        self.schema_status_with(migrate::MIGRATIONS).await
    }

    /// Compares the database with a list of migrations.
    pub async fn schema_status_with(&self, migrations: &'static [Migration]) -> Result<SchemaStatus> {
        let applied = match &self.inner.engine {
            Engine::Lite(engine) => engine.exclusively(|connection| migrate::applied_on_lite(connection)).await?,
            Engine::Pg(engine) => migrate::applied_on_pg(&engine.connect().await?).await?,
        };
        migrate::compare(&applied, migrations)
    }

    /// Runs a body and commits what it did; an `Ok` is durable. A caller that goes away leaves nothing half done.
    pub async fn write<W: Work>(&self, tenant: TenantId, work: W) -> Result<W::Out, W::Error> {
        refuse_nested()?;
        let work = Arc::new(work);
        let mut reserve = Block::default();
        for _ in 0..ID_ROUNDS {
            let ids = Ids::new(self.inner.ids.clone(), tenant, std::mem::take(&mut reserve));
            match self.attempt(tenant, work.clone(), Some(ids)).await {
                Outcome::Done(result) => return result,
                Outcome::WantsIds(wanted) => reserve = self.take_block(tenant, wanted).await?,
            }
        }
        Err(Error::Broken(format!("a body wanted ever more ids, {ID_ROUNDS} times")).into())
    }

    /// Runs a body on one consistent snapshot, read-only.
    pub async fn read<W: Work>(&self, tenant: TenantId, work: W) -> Result<W::Out, W::Error> {
        refuse_nested()?;
        let reading = async {
            match &self.inner.engine {
                Engine::Lite(engine) => engine.read(tenant, &work).await,
                Engine::Pg(engine) => engine.read(tenant, &work).await,
            }
        };
        IN_BODY.scope((), reading).await
    }

    /// As `read`, for what takes long: SQLite runs it on a blocking thread.
    pub async fn scan<W: Work>(&self, tenant: TenantId, work: W) -> Result<W::Out, W::Error> {
        refuse_nested()?;
        match &self.inner.engine {
            Engine::Lite(engine) => engine.scan(tenant, work).await,
            Engine::Pg(engine) => IN_BODY.scope((), engine.read(tenant, &work)).await,
        }
    }

    pub fn dialect(&self) -> Dialect {
        match &self.inner.engine {
            Engine::Lite(_) => Dialect::Sqlite,
            Engine::Pg(_) => Dialect::Postgres,
        }
    }

    pub fn stats(&self) -> Stats {
        self.inner.counters.read()
    }

    /// Finishes what was begun and closes the database, for all clones of this handle.
    pub async fn close(self) {
        match &self.inner.engine {
            Engine::Lite(engine) => engine.close().await,
            Engine::Pg(engine) => engine.close().await,
        }
    }

    /// Prepares a text and tells its shape (see [`check`](crate::check)).
    pub(crate) async fn describe(&self, name: &'static str, text: &'static str) -> Result<Shape> {
        match &self.inner.engine {
            Engine::Lite(engine) => engine.exclusively(move |connection| check::on_lite(connection, name, text)).await,
            Engine::Pg(engine) => check::on_pg(&engine.connect().await?, name, text).await,
        }
    }

    /// Runs statements that no transaction may hold, SQLite's or PostgreSQL's, on a connection of their own.
    pub(crate) async fn outside(&self, name: &'static str, lite: &'static str, pg: &'static str) -> Result<()> {
        match &self.inner.engine {
            Engine::Lite(engine) => {
                let run = move |connection: &mut rusqlite::Connection| {
                    connection.execute_batch(lite).map_err(|error| lite::map_error(connection, name, &error))
                };
                engine.exclusively(run).await
            }
            Engine::Pg(engine) => {
                let client = engine.connect().await?;
                client.batch_execute(pg).await.map_err(|error| pg::map_error(name, &error))
            }
        }
    }

    /// Changes the most pages that the file may have, for tests of a full disk. SQLite only.
    #[doc(hidden)]
    pub async fn set_max_page_count(&self, pages: u32) -> Result<()> {
        let Engine::Lite(engine) = &self.inner.engine else {
            return Err(Error::Broken("PostgreSQL has no page limit".to_owned()));
        };
        let set = move |connection: &mut rusqlite::Connection| {
            connection
                .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
                .map_err(|error| lite::map_error(connection, "max_page_count", &error))
        };
        engine.exclusively(set).await
    }

    async fn attempt<W: Work>(&self, tenant: TenantId, work: Arc<W>, ids: Option<Ids>) -> Outcome<W> {
        match &self.inner.engine {
            Engine::Lite(engine) => engine.write(tenant, work, ids).await,
            Engine::Pg(engine) => engine.write(tenant, work, ids).await,
        }
    }

    async fn take_block(&self, tenant: TenantId, wanted: usize) -> Result<Block> {
        match self.attempt(tenant, Arc::new(TakeBlock { wanted }), None).await {
            Outcome::Done(block) => {
                add(&self.inner.counters.id_blocks, 1);
                block
            }
            Outcome::WantsIds(_) => Err(Error::IdsExhausted),
        }
    }
}

/// The task-local is set by `Db` around reads and by the PostgreSQL engine around writes; on SQLite a write's body runs
/// on the writer's thread, where waiting for anything is an error of its own.
fn refuse_nested() -> Result<()> {
    match IN_BODY.try_with(|()| ()) {
        Ok(()) => Err(Error::Broken("a body asked for a second transaction".to_owned())),
        Err(_) => Ok(()),
    }
}

/// Runs a future as a body, so that a second transaction inside it is refused.
pub(crate) async fn in_body<T>(running: impl Future<Output = T>) -> T {
    IN_BODY.scope((), running).await
}

/// What a panicked body said, for the log and the error.
pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    format!("a body panicked: {message}")
}

//! A database of its own for each test, of both kinds.
//!
//! ```ignore
//! testkit::on_both_databases! {
//!     async fn a_payment_is_recorded(db: Db) { ... }
//! }
//! ```
//! makes the tests `a_payment_is_recorded::sqlite` and `a_payment_is_recorded::postgres`. The argument is a
//! `store::Db`, a [`TestDb`] (which can also be opened a second time) or an [`EmptyDb`] (not migrated).

use std::future::Future;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use store::{Config, Db, Synchronous};
use tokio::sync::OnceCell;

use crate::postgres;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// An open, migrated database that is removed when its test ends.
#[derive(Clone)]
pub struct TestDb {
    db: Db,
    config: Config,
    /// Removes the directory when the last clone is gone.
    directory: Option<Arc<tempfile::TempDir>>,
    /// The name of the PostgreSQL database.
    name: Option<String>,
}

/// As [`TestDb`], without a schema.
#[derive(Clone)]
pub struct EmptyDb(pub TestDb);

impl Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Deref for EmptyDb {
    type Target = TestDb;
    fn deref(&self) -> &TestDb {
        &self.0
    }
}

impl TestDb {
    /// A new database with the schema of this program.
    pub async fn migrated(kind: Kind) -> TestDb {
        match kind {
            Kind::Sqlite => {
                let template = LITE_TEMPLATE.get_or_init(lite_template).await;
                TestDb::on_file(Some(template)).await
            }
            Kind::Postgres => {
                let template = PG_TEMPLATE.get_or_init(postgres::template).await;
                TestDb::on_server(Some(template)).await
            }
        }
    }

    /// A new database without any table.
    pub async fn empty(kind: Kind) -> TestDb {
        match kind {
            Kind::Sqlite => TestDb::on_file(None).await,
            Kind::Postgres => TestDb::on_server(None).await,
        }
    }

    async fn on_file(template: Option<&Vec<u8>>) -> TestDb {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("test.db");
        if let Some(template) = template {
            std::fs::write(&path, template).expect("the temporary directory can be written");
        }
        let mut config = Config::sqlite(path);
        config.synchronous = Synchronous::Off;
        config.readers = 4;
        let db = Db::open(&config).await.expect("a new database file opens");
        TestDb { db, config, directory: Some(Arc::new(directory)), name: None }
    }

    async fn on_server(template: Option<&String>) -> TestDb {
        let name = postgres::create_database(template.map(String::as_str)).await;
        let mut config = Config::postgres(postgres::dsn(&name));
        config.connections = 8;
        config.allow_unsafe_postgres = true;
        let db = Db::open(&config).await.expect("a new database opens");
        TestDb { db, config, directory: None, name: Some(name) }
    }

    /// How this database is opened, for opening it once more or otherwise.
    pub fn config(&self) -> Config {
        self.config.clone()
    }

    /// Lets the database finish what a bulk load left behind; nothing on SQLite.
    pub async fn settle(&self) {
        if let Some(name) = &self.name {
            postgres::settle(&postgres::dsn(name)).await;
        }
    }

    /// A second handle, as another server would have it.
    pub async fn second_handle(&self) -> Db {
        Db::open(&self.config).await.expect("the database opens a second time")
    }

    /// The name of the PostgreSQL database; `None` for a file.
    pub(crate) fn server_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub fn kind(&self) -> Kind {
        if self.name.is_some() { Kind::Postgres } else { Kind::Sqlite }
    }

    /// Closes and removes the database.
    pub async fn remove(self) {
        self.db.close().await;
        if let Some(name) = self.name {
            postgres::drop_database(&name).await;
        }
        drop(self.directory);
    }
}

/// One database of each kind.
pub async fn both() -> [TestDb; 2] {
    [TestDb::migrated(Kind::Sqlite).await, TestDb::migrated(Kind::Postgres).await]
}

/// What a test may take as its argument.
pub trait Given: Sized {
    const IS_MIGRATED: bool;
    fn given(db: &TestDb) -> Self;
}

impl Given for Db {
    const IS_MIGRATED: bool = true;
    fn given(db: &TestDb) -> Db {
        db.db.clone()
    }
}

impl Given for TestDb {
    const IS_MIGRATED: bool = true;
    fn given(db: &TestDb) -> TestDb {
        db.clone()
    }
}

impl Given for EmptyDb {
    const IS_MIGRATED: bool = false;
    fn given(db: &TestDb) -> EmptyDb {
        EmptyDb(db.clone())
    }
}

/// Runs a test on a database of this kind and removes the database, also when the test panics.
pub fn run<G: Given, F: Future<Output = ()>>(kind: Kind, story: impl FnOnce(G) -> F) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime starts");
    let db = runtime
        .block_on(async { if G::IS_MIGRATED { TestDb::migrated(kind).await } else { TestDb::empty(kind).await } });
    let told = catch_unwind(AssertUnwindSafe(|| runtime.block_on(story(G::given(&db)))));
    runtime.block_on(db.remove());
    if let Err(panic) = told {
        resume_unwind(panic);
    }
}

/// Writes each test twice, see [`databases`](crate::databases).
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: $given:ty) $body:block)*) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn story($db: $given) $body

                #[test]
                fn sqlite() {
                    $crate::databases::run($crate::databases::Kind::Sqlite, story);
                }

                #[test]
                fn postgres() {
                    $crate::databases::run($crate::databases::Kind::Postgres, story);
                }
            }
        )*
    };
}

static LITE_TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
static PG_TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// The bytes of a migrated database file.
async fn lite_template() -> Vec<u8> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("template.db");
    let mut config = Config::sqlite(&path);
    config.synchronous = Synchronous::Off;
    let db = Db::open(&config).await.expect("a new database file opens");
    db.migrate().await.expect("the migrations apply to SQLite");
    db.close().await;
    std::fs::read(&path).expect("the closed database can be read")
}

//! A PostgreSQL database for programs that are run, not linked.

use store::Url;
use tokio::runtime::Runtime;

use crate::databases::{Kind, TestDb};

/// An empty database, removed when this is dropped.
pub struct Database {
    runtime: Runtime,
    db: Option<TestDb>,
    url: String,
}

impl Database {
    /// # Panics
    /// When there is no PostgreSQL.
    pub fn new() -> Database {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let db = runtime.block_on(TestDb::empty(Kind::Postgres));
        let Url::Postgres { dsn } = db.config().url else { unreachable!("asked for PostgreSQL") };
        Database { runtime, db: Some(db), url: dsn }
    }

    /// How to reach it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Default for Database {
    fn default() -> Database {
        Database::new()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            self.runtime.block_on(db.remove());
        }
    }
}

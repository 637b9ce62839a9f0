//! How the database is reached and how much it may take.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where the data lies.
#[derive(Clone, PartialEq, Eq)]
pub enum Url {
    Sqlite {
        path: PathBuf,
    },
    /// A libpq connection string or URL, with `sslmode` (disable, prefer, require, verify-ca, verify-full) and
    /// `sslrootcert` (a PEM file, or `system`). Only verify-full tells the right server from another one.
    Postgres {
        dsn: String,
    },
}

/// The data source may hold a password, so it is not printed.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Url::Sqlite { path } => write!(f, "Sqlite({})", path.display()),
            Url::Postgres { .. } => f.write_str("Postgres(..)"),
        }
    }
}

/// When SQLite waits for the disk. Everything but `Full` loses acknowledged writes at a power loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    Full,
    /// Tests and benches only.
    Normal,
    /// Tests and benches only.
    Off,
}

/// All that can be set. Begin with [`Config::sqlite`] or [`Config::postgres`].
#[derive(Clone, Debug)]
pub struct Config {
    pub url: Url,
    /// SQLite: the most jobs that share one COMMIT.
    pub batch_max: usize,
    /// SQLite: a batch takes no further job after this time.
    pub batch_time: Duration,
    /// The most writes that may wait; more are answered Busy.
    pub queue_max: usize,
    /// SQLite: connections for point reads.
    pub readers: usize,
    /// SQLite: connections for scans, which run on blocking threads.
    pub scanners: usize,
    /// SQLite: how much of the file may be mapped into memory, per connection; counts as resident.
    pub mmap_bytes: u64,
    /// SQLite: the page cache of one connection, in KiB.
    pub cache_kib: u32,
    /// SQLite: the size of a page of a new database.
    pub page_bytes: u32,
    pub synchronous: Synchronous,
    /// SQLite: the most pages the file may have (tests of a full disk).
    pub max_page_count: Option<u32>,
    /// The most connections to PostgreSQL.
    pub connections: usize,
    /// How often a body is run again after a deadlock or serialization failure before Busy.
    pub retries: u32,
    /// How long to wait for a connection or for another process's lock before Busy.
    pub wait: Duration,
    /// Accept a PostgreSQL with fsync, full_page_writes or synchronous_commit off. Tests only.
    pub allow_unsafe_postgres: bool,
}

impl Config {
    pub fn sqlite(path: impl Into<PathBuf>) -> Config {
        Config::new(Url::Sqlite { path: path.into() })
    }

    pub fn postgres(dsn: impl Into<String>) -> Config {
        Config::new(Url::Postgres { dsn: dsn.into() })
    }

    fn new(url: Url) -> Config {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Config {
            url,
            batch_max: 128,
            batch_time: Duration::from_millis(25),
            queue_max: 2048,
            readers: cores.max(2) * 2,
            scanners: 2,
            mmap_bytes: 256 << 20,
            cache_kib: 16 << 10,
            page_bytes: 4096,
            synchronous: Synchronous::Full,
            max_page_count: None,
            connections: 16,
            retries: 5,
            wait: Duration::from_secs(5),
            allow_unsafe_postgres: false,
        }
    }
}

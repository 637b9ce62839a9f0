//! What the engine counted since it was opened.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counters since `Db::open`.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Stats {
            $($(#[$doc])* pub $name: u64,)*
        }

        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: AtomicU64,)*
        }

        impl Counters {
            pub(crate) fn read(&self) -> Stats {
                Stats { $($name: self.$name.load(Relaxed),)* }
            }
        }
    };
}

counters! {
    /// Write transactions committed by the database: on SQLite one for many jobs.
    batches,
    /// Bodies of writes that were committed.
    jobs,
    /// Bodies of writes that failed (a refusal, an error, a panic) and were rolled back.
    jobs_failed,
    /// Batches (SQLite) that were lost as a whole: a full disk, a failed COMMIT.
    batches_lost,
    /// Microseconds spent in COMMIT, most of it the disk's.
    commit_micros,
    /// Reads.
    reads,
    /// Statements of bodies, a batch of rows as one.
    statements,
    /// Calls answered Busy.
    busy,
    /// Bodies run again after a deadlock, a serialization failure or a lost connection.
    retries,
    /// Blocks of ids taken.
    id_blocks,
    /// Statements that SQLite compiled again when they ran. Stays 0 between migrations (QPSG).
    reprepares,
    /// Connections to PostgreSQL opened.
    connections,
}

pub(crate) fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Relaxed);
}

//! Owns the verbs: one file each, one transaction each, and the reads that faces and jobs need. Does not own
//! rules of money (domain), SQL (store), or any vendor's words (faces).

mod answer;
pub mod audit;
mod caller;
mod change;
mod check;
pub mod clock;
pub mod credentials;
pub mod credit_notes;
mod error;
pub mod housekeeping;
pub mod import;
pub mod invoices;
pub mod limits;
mod numbers;
pub mod parties;
pub mod payments;
pub mod query;
pub mod read;
pub mod seal;
mod settle;
mod trail;
mod verb;

pub use answer::Answer;
pub use caller::{ActsFor, Caller, FaceName};
pub use clock::SystemClock;
pub use error::Error;
pub use verb::{Cx, Key, Verb};

use jiff::Timestamp;
use store::Db;

/// The handle that faces, jobs and the command line hold. Cheap to clone.
#[derive(Clone)]
pub struct Billing {
    db: Db,
    clock: SystemClock,
    known: credentials::Seen,
}

impl Billing {
    pub fn new(db: Db, clock: SystemClock) -> Self {
        Self { db, clock, known: credentials::Seen::default() }
    }

    /// The system clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// For the process that owns the store: migrations, checks, statistics.
    pub fn db(&self) -> &Db {
        &self.db
    }
}

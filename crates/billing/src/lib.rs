//! Owns the verbs: one file each, one transaction each, and the reads that faces and jobs need. Does not own
//! rules of money (domain), SQL (store), or any vendor's words (faces).

mod answer;
pub mod audit;
mod caller;
pub mod catalogue;
mod change;
mod check;
pub mod clock;
pub mod credentials;
pub mod credit_notes;
pub mod custom_fields;
mod error;
pub mod housekeeping;
pub mod import;
pub mod invoices;
pub mod limits;
mod numbers;
pub mod oauth;
pub mod parties;
pub mod payments;
pub mod ports;
pub mod query;
pub mod read;
pub mod reconcile;
pub mod seal;
pub mod secrets;
mod settle;
mod trail;
pub mod unbilled_charges;
mod verb;
mod with_fields;

pub use answer::Answer;
pub use caller::{ActsFor, Caller, FaceName};
pub use clock::SystemClock;
pub use error::Error;
pub use verb::{Cx, Key, Verb};
pub use with_fields::WithFields;

use jiff::Timestamp;
use store::Db;

/// The handle that faces, jobs and the command line hold. Cheap to clone.
#[derive(Clone)]
pub struct Billing {
    db: Db,
    clock: SystemClock,
    known: credentials::Seen,
    /// None: nothing is sealed or opened.
    secrets: Option<secrets::SecretBox>,
    /// How invoices are charged; none unless [`Billing::with_gateway`] says.
    gateways: ports::Gateways,
}

impl Billing {
    pub fn new(db: Db, clock: SystemClock) -> Self {
        Self { db, clock, known: credentials::Seen::default(), secrets: None, gateways: ports::Gateways::default() }
    }

    /// With the server's secret keys, without which nothing can be kept that must be read again.
    #[must_use]
    pub fn with_secrets(self, secrets: secrets::SecretBox) -> Self {
        Self { secrets: Some(secrets), ..self }
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

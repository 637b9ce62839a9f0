//! Owns what tests share: databases of both kinds, one PostgreSQL for a run, a clock that stands still, sentences that
//! build books. Does not own assertions about the domain.

#[cfg(feature = "billing")]
pub mod builders;
pub mod clock;
pub mod databases;
pub mod drive;
pub mod foreign;
mod postgres;
mod raw;
#[cfg(feature = "server")]
pub mod server;
pub mod tls_postgres;
pub mod wire;

pub use databases::{EmptyDb, Kind, TestDb};

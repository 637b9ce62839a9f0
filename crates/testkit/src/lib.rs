//! Owns what tests share: databases of both kinds, one PostgreSQL for a run, a clock that stands still. Does not own
//! assertions about the domain.

pub mod clock;
pub mod databases;
pub mod foreign;
mod postgres;
#[cfg(feature = "server")]
pub mod server;
pub mod wire;

pub use databases::{EmptyDb, Kind, TestDb};

//! Driving the built program from outside: starting and killing it, calling it over HTTP, and the books that many
//! clients write at once. For checks of what is left after a crash.

pub mod client;
pub mod database;
pub mod site;
pub mod workload;

pub use client::{Client, Reply};
pub use site::{Finished, Serving, Site};

/// The size of a heavy check: the variable, else the small size that every developer's run has.
///
/// # Panics
/// When the variable is set to something that is no number.
pub fn size(variable: &str, small: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => small,
    }
}

/// The seed of a run, printed so that a failure can be repeated: `BILLWRIGHT_SEED`, else a new one.
pub fn seed() -> u64 {
    let seed = match std::env::var("BILLWRIGHT_SEED") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("BILLWRIGHT_SEED={text} is no number")),
        Err(_) => fastrand::u64(..),
    };
    println!("BILLWRIGHT_SEED={seed}");
    seed
}

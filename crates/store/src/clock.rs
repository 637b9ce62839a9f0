//! The only place of the store where a clock is read.

use std::time::Instant;

/// The system clock: `created_at`, leases, tokens, retention. Never a business date.
#[expect(clippy::disallowed_methods, reason = "this is the one place where the machine's clock is read")]
pub fn system_now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A monotonic instant, for measuring how long something took.
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

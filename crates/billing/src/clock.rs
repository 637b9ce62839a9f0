//! The two clocks. `SystemClock` (tokens, leases, windows, `created_at`) is never moved. The business clock
//! (issue, due, overdue, periods) is the tenant's `business_at` when a test clock set one, else the system's;
//! it is read once per transaction.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where "now" comes from: the machine, or a test's fixed instant.
#[derive(Clone, Debug)]
pub enum SystemClock {
    Machine,
    /// Microseconds since 1970 UTC, moved by the test only.
    Fixed(Arc<AtomicI64>),
}

impl SystemClock {
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Self::Machine => store::clock::system_now(),
            Self::Fixed(micros) => Timestamp::from_microsecond(micros.load(Ordering::Relaxed))
                .expect("a fixed clock is set from a valid timestamp"),
        }
    }

    /// Moves a fixed clock; the machine's cannot be moved.
    pub fn set(&self, at: Timestamp) {
        if let Self::Fixed(micros) = self {
            micros.store(at.as_microsecond(), Ordering::Relaxed);
        }
    }
}

/// The civil day of an instant in a zone.
pub fn day_in(at: Timestamp, zone: &str) -> Date {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).date()
}

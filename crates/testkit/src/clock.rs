//! Time that moves only when a test says so.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FixedClock {
    now: Mutex<Timestamp>,
}

impl FixedClock {
    pub fn at(now: Timestamp) -> FixedClock {
        FixedClock { now: Mutex::new(now) }
    }

    pub fn now(&self) -> Timestamp {
        *self.now.lock().expect("no holder panics")
    }

    pub fn set(&self, now: Timestamp) {
        *self.now.lock().expect("no holder panics") = now;
    }

    pub fn advance(&self, by: SignedDuration) {
        *self.now.lock().expect("no holder panics") += by;
    }
}

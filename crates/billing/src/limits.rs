//! Counts a read against its limits: one use per window of minutes, so many per UTC day. The counters are
//! database rows, so that all servers share them; the clock is the system's.

use crate::{Billing, Caller, Error};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::Tx;

/// What a read counts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// Names the two counters, such as `zoom.invoice`.
    pub name: &'static str,
    /// Whose window it is.
    pub window_key: String,
    /// After a read that was let through, the next of the same key passes this much later.
    pub window: SignedDuration,
    /// Whose day it is.
    pub day_key: String,
    /// Reads let through from one 00:00 UTC to the next.
    pub per_day: u32,
    /// Whether a read over a limit is refused, and then not counted. Otherwise every read is counted.
    pub is_enforced: bool,
}

/// A read that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Reads of this day with this one.
    pub used_today: u64,
    /// Reads left today, 0 when advice alone let this one through.
    pub remaining_today: u64,
}

/// Why a read was not let through. Nothing was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverLimit {
    /// Too soon after the last one.
    Window { free_at: Timestamp },
    /// The day's reads are used up.
    Day { resets_at: Timestamp },
}

impl Billing {
    /// Checks and counts one read in one transaction. Of two reads at the same moment, on whatever servers,
    /// one is the first.
    pub async fn count_read(&self, caller: &Caller, limit: ReadLimit) -> Result<Result<Counted, OverLimit>, Error> {
        let work = CountRead { limit, at: self.now() };
        match self.db.write(caller.tenant, work).await {
            Ok(counted) => Ok(Ok(counted)),
            Err(Stop::Over(over)) => Ok(Err(over)),
            Err(Stop::Store(error)) => Err(Error::from(error).settle()),
        }
    }
}

struct CountRead {
    limit: ReadLimit,
    at: Timestamp,
}

/// Leaves the transaction without a trace.
enum Stop {
    Over(OverLimit),
    Store(store::Error),
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl store::Work for CountRead {
    type Out = Counted;
    type Error = Stop;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Counted, Stop> {
        let ReadLimit { name, window_key, window, day_key, per_day, is_enforced } = &self.limit;
        let day = utc_day(self.at);
        let window_name = format!("{name}.window");
        let day_name = format!("{name}.day");

        // The window first in every transaction, then the day: one order of locks.
        let last = store::access::counter(tx, &window_name, window_key).await?;
        let used = store::access::count_use(tx, &window_name, window_key, self.at).await?;
        let used_today = store::access::count_use(tx, &day_name, &format!("{day_key}:{day}"), self.at).await?;

        if *is_enforced {
            if used_today > i64::from(*per_day) {
                return Err(Stop::Over(OverLimit::Day { resets_at: next_midnight(day) }));
            }
            // A twin that came between our look and our count has taken this window.
            let is_first = used == last.map_or(1, |(count, _)| count + 1);
            let since = if is_first { last.map(|(_, at)| at) } else { Some(self.at) };
            let free_at = since.and_then(|since| since.checked_add(*window).ok());
            if let Some(free_at) = free_at.filter(|free_at| self.at < *free_at) {
                return Err(Stop::Over(OverLimit::Window { free_at }));
            }
        }
        let used_today = u64::try_from(used_today).unwrap_or(0);
        Ok(Counted { used_today, remaining_today: u64::from(*per_day).saturating_sub(used_today) })
    }
}

fn utc_day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn next_midnight(day: Date) -> Timestamp {
    day.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC)).map_or(Timestamp::MAX, |next| next.timestamp())
}

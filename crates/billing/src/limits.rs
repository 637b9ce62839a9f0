//! Counts calls against limits: a read with one use per window of minutes and so many per UTC day, each counted as
//! it comes; or so many calls per UTC day, taken in allowances. The counters are database rows, so that all servers
//! share them; the clock is the system's.

use crate::{Billing, Caller, Error};
use domain::id::TenantId;
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

/// Calls of one day that a server may let through without asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// 0: the day's calls are used up.
    pub calls: u32,
    /// The end of the UTC day that they are for.
    pub resets_at: Timestamp,
}

/// The most that one server takes at once.
const LARGEST_ALLOWANCE: i64 = 64;
/// A server takes this part of what is left of the day, at least one call. So the allowances grow smaller as the day
/// is used up: what a server that stops has taken and not used is at most this part, and the last calls are counted
/// one by one.
const ALLOWANCE_OF_REST: i64 = 16;

impl Billing {
    /// Takes some of the tenant's calls of today. A day of 1,000 calls costs about eighty transactions instead of a
    /// thousand. Servers that share a database share the day.
    pub async fn take_allowance(&self, tenant: TenantId, name: &'static str, per_day: u32) -> Result<Allowance, Error> {
        let work = TakeAllowance { name, per_day, at: self.now() };
        self.db.write(tenant, work).await.map_err(|error| Error::from(error).settle())
    }
}

struct TakeAllowance {
    name: &'static str,
    per_day: u32,
    at: Timestamp,
}

impl store::Work for TakeAllowance {
    type Out = Allowance;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Allowance> {
        let day = utc_day(self.at);
        let key = day.to_string();
        let used = store::access::lock_uses(tx, self.name, &key, self.at).await?;
        let left = (i64::from(self.per_day) - used).max(0);
        let calls = (left / ALLOWANCE_OF_REST).clamp(1, LARGEST_ALLOWANCE).min(left);
        if calls > 0 {
            store::access::add_uses(tx, self.name, &key, calls, self.at).await?;
        }
        Ok(Allowance { calls: u32::try_from(calls).unwrap_or(0), resets_at: next_midnight(day) })
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

//! Rate limits: the decision as data, and an in-process limiter for per-second limits. Windows
//! and day counters live in the database, shared by all servers, and make the same decisions.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// What a limit counts over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// Requests per second.
    PerSecond,
    /// Requests in a window of minutes.
    Window,
    /// Requests per day.
    Day,
}

/// The outcome of one limit for one request; faces spell it as headers and, when refused, as 429.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateDecision {
    /// The vendor's name of the limit (`Heavy`), empty when it has none.
    pub category: &'static str,
    /// Requests allowed per period.
    pub limit: u64,
    /// Requests left now.
    pub remaining: u64,
    /// The period.
    pub kind: LimitKind,
    /// When the next request passes; None when one would pass now.
    pub retry_at: Option<Timestamp>,
    /// Whether this request was over the limit.
    pub is_refused: bool,
}

impl RateDecision {
    /// Whole seconds from `now` until `retry_at`, at least 1, for `Retry-After`.
    pub fn retry_after_seconds(&self, now: Timestamp) -> Option<u64> {
        let wait = self.retry_at?.duration_since(now);
        let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        Some(u64::try_from(seconds).unwrap_or(0).max(1))
    }
}

/// A rate with its burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerSecond {
    /// Requests per second on average, at least 1.
    pub rate: u32,
    /// Requests at once, at least 1.
    pub burst: u32,
}

const SHARDS: usize = 16;

/// A limiter keyed by credential. Memory is bounded: above its capacity it forgets keys, idle
/// ones first. A forgotten key starts with a full burst, which errs on the side of the client.
pub struct PerSecondLimiter<K> {
    shards: Vec<Mutex<HashMap<K, Timestamp>>>,
    hasher: RandomState,
    max_keys_per_shard: usize,
}

impl<K: Hash + Eq + Clone> PerSecondLimiter<K> {
    /// A limiter that remembers about `max_keys` keys.
    pub fn new(max_keys: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::new(HashMap::new())).collect(),
            hasher: RandomState::new(),
            max_keys_per_shard: max_keys.div_ceil(SHARDS).max(1),
        }
    }

    /// Counts one request of `key` at `now`.
    ///
    /// This is the generic cell rate algorithm: per key it keeps the instant at which the bucket
    /// will be full again. `now` may jump back (a system clock): nobody then waits longer than
    /// a full burst.
    pub fn check(&self, key: &K, limit: PerSecond, category: &'static str, now: Timestamp) -> RateDecision {
        let rate = i64::from(limit.rate.max(1));
        let burst = i64::from(limit.burst.max(1));
        let step = SignedDuration::from_nanos(1_000_000_000 / rate);
        let whole = SignedDuration::from_nanos((1_000_000_000 / rate) * burst);
        let shard = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        let mut full_at = self.shards[shard].lock().unwrap_or_else(|broken| broken.into_inner());

        let known = full_at.get(key).copied().unwrap_or(now);
        let known = known.clamp(now, now.saturating_add(whole).unwrap_or(now));
        let next = known.saturating_add(step).unwrap_or(now);
        let missing = next.duration_since(now);
        let is_refused = missing > whole;
        let after = if is_refused { known } else { next };
        if !is_refused {
            if !full_at.contains_key(key) && full_at.len() >= self.max_keys_per_shard {
                make_room(&mut full_at, now);
            }
            full_at.insert(key.clone(), after);
        }
        drop(full_at);

        let free = whole - after.duration_since(now);
        let remaining = u64::try_from(free.as_nanos() / step.as_nanos().max(1)).unwrap_or(0);
        let retry_at = (remaining == 0).then(|| {
            let next_free = after.saturating_add(step).and_then(|at| at.saturating_sub(whole));
            next_free.unwrap_or(now).max(now)
        });
        RateDecision {
            category,
            limit: u64::from(limit.rate),
            remaining,
            kind: LimitKind::PerSecond,
            retry_at,
            is_refused,
        }
    }

    /// Keys remembered now.
    pub fn len(&self) -> usize {
        let count =
            |shard: &Mutex<HashMap<K, Timestamp>>| shard.lock().unwrap_or_else(|broken| broken.into_inner()).len();
        self.shards.iter().map(count).sum()
    }

    /// Whether no key is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Forgets the keys whose bucket is full again: they are as good as unknown. When all are busy
/// it forgets an arbitrary one.
fn make_room<K: Hash + Eq + Clone>(full_at: &mut HashMap<K, Timestamp>, now: Timestamp) {
    let before = full_at.len();
    full_at.retain(|_, at| *at > now);
    if full_at.len() == before
        && let Some(key) = full_at.keys().next().cloned()
    {
        full_at.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_ms(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + ms).expect("in range")
    }

    const TEN: PerSecond = PerSecond { rate: 10, burst: 3 };

    #[test]
    fn a_burst_then_the_rate() {
        let limiter = PerSecondLimiter::new(100);
        let check = |ms| {
            let decision = limiter.check(&1, TEN, "Heavy", at_ms(ms));
            (decision.is_refused, decision.remaining)
        };
        assert_eq!(check(0), (false, 2));
        assert_eq!(check(0), (false, 1));
        assert_eq!(check(0), (false, 0));
        assert_eq!(check(0), (true, 0));
        assert_eq!(check(99), (true, 0));
        assert_eq!(check(100), (false, 0));
        assert_eq!(check(150), (true, 0));
        assert_eq!(check(10_000), (false, 2));
    }

    #[test]
    fn a_refusal_says_when() {
        let limiter = PerSecondLimiter::new(100);
        let limit = PerSecond { rate: 1, burst: 1 };
        let first = limiter.check(&"a", limit, "", at_ms(0));
        assert!(!first.is_refused);
        assert_eq!(first.retry_at, Some(at_ms(1000)));
        let second = limiter.check(&"a", limit, "", at_ms(400));
        assert!(second.is_refused);
        assert_eq!(second.retry_at, Some(at_ms(1000)));
        assert_eq!(second.retry_after_seconds(at_ms(400)), Some(1));
        assert!(!limiter.check(&"a", limit, "", at_ms(1000)).is_refused);
        assert!(!limiter.check(&"b", limit, "", at_ms(400)).is_refused);
    }

    #[test]
    fn a_clock_that_jumps_back_locks_nobody_out() {
        let limiter = PerSecondLimiter::new(100);
        for _ in 0..3 {
            limiter.check(&1, TEN, "", at_ms(3_600_000));
        }
        let decision = limiter.check(&1, TEN, "", at_ms(0));
        assert!(decision.is_refused);
        assert_eq!(decision.retry_at, Some(at_ms(100)));
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = PerSecondLimiter::new(64);
        for key in 0..10_000 {
            limiter.check(&key, TEN, "", at_ms(0));
        }
        assert!(limiter.len() <= 64, "{}", limiter.len());
        assert!(!limiter.is_empty());
        // A busy key is not forgotten while idle ones can be.
        let limiter = PerSecondLimiter::new(16 * 50);
        for key in 0..400 {
            limiter.check(&key, TEN, "", at_ms(0));
        }
        let slow = PerSecond { rate: 1, burst: 1 };
        limiter.check(&-1, slow, "", at_ms(900));
        for key in 1000..1200 {
            limiter.check(&key, TEN, "", at_ms(1000));
        }
        assert!(limiter.check(&-1, slow, "", at_ms(1500)).is_refused);
    }
}

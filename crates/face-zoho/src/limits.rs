//! Zoho's limits of an organization's calls (contract Zoho 4.3): so many per minute, so many per day, so many at a
//! time. Off unless the tenant's setting `zoho.limits` names a plan.
//!
//! - The minute slides: a call is let through when fewer than the limit were in the sixty seconds before it. It and
//!   the calls in process are counted in this server's memory, so two servers let twice as many through.
//! - The day is the UTC day. It is counted in the database, in allowances that are taken ahead
//!   ([`Billing::take_allowance`]), so that it survives a restart and is shared by all servers, and hardly any call
//!   waits for a write. What a server took and did not use before it stopped is lost for that day: at most a
//!   sixteenth of what was left.
//! - A call that is refused counts for nothing; one that cannot be counted is let through. With the limits off
//!   nothing is counted.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use billing::Billing;
use domain::id::TenantId;
use jiff::{SignedDuration, Timestamp};

use crate::errors::{Failure, Fault};

const MINUTE: SignedDuration = SignedDuration::from_secs(60);
/// How long a tenant's settings are taken for what they are.
const SETTINGS_HOLD: Duration = Duration::from_secs(1);
/// Tenants that are remembered; above this the idle ones are forgotten.
const MOST_TENANTS: usize = 10_000;
/// Names the day's counter.
const DAY: &str = "zoho.calls.day";
/// Takings of allowances that one call may need: the second when another call was faster.
const TAKINGS: usize = 8;

/// What a tenant's plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    per_minute: usize,
    per_day: u32,
    at_a_time: usize,
}

/// Zoho's plans: the same hundred calls a minute for all.
const PLANS: [(&str, Plan); 4] = [
    ("free", Plan { per_minute: 100, per_day: 1_000, at_a_time: 5 }),
    ("standard", Plan { per_minute: 100, per_day: 2_000, at_a_time: 10 }),
    ("professional", Plan { per_minute: 100, per_day: 5_000, at_a_time: 10 }),
    ("premium", Plan { per_minute: 100, per_day: 10_000, at_a_time: 10 }),
];

/// The tenant's plan, when its limits are on. `zoho.limits` is `off` (the default) or the name of a plan; a number
/// in `zoho.limits.per_minute`, `.per_day` or `.at_a_time` replaces the plan's. An unknown word is read as the
/// default: a slip in a setting must not close the API.
fn plan(settings: &HashMap<String, String>) -> Option<Plan> {
    let word = settings.get("zoho.limits")?.trim();
    let mut plan = PLANS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, plan)| *plan)?;
    let number = |name: &str| settings.get(name).and_then(|text| text.trim().parse::<u32>().ok()).filter(|n| *n > 0);
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    plan.per_minute = number("zoho.limits.per_minute").map_or(plan.per_minute, size).min(MOST_PER_MINUTE);
    plan.per_day = number("zoho.limits.per_day").unwrap_or(plan.per_day);
    plan.at_a_time = number("zoho.limits.at_a_time").map_or(plan.at_a_time, size);
    Some(plan)
}

/// The window keeps an instant of each call.
const MOST_PER_MINUTE: usize = 10_000;

/// The counters of one server; clones share them.
#[derive(Clone, Default)]
pub(crate) struct CallLimits {
    tenants: Arc<Mutex<HashMap<TenantId, Arc<Mutex<Counters>>>>>,
}

#[derive(Default)]
struct Counters {
    settings: Option<(Instant, Option<Plan>)>,
    /// When the calls of the last minute were let through, oldest first.
    minute: VecDeque<Timestamp>,
    in_process: usize,
    day: Option<Day>,
}

/// What is left of an allowance.
#[derive(Clone, Copy)]
struct Day {
    calls: u32,
    /// Whether the database has no more, for a day of so many calls.
    is_used_up: Option<u32>,
    resets_at: Timestamp,
}

/// A call that was let through; it is in process until this is dropped.
pub(crate) struct Pass {
    counters: Option<Arc<Mutex<Counters>>>,
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(counters) = &self.counters {
            let mut counters = lock(counters);
            counters.in_process = counters.in_process.saturating_sub(1);
        }
    }
}

/// What the counters say to a call.
enum Told {
    Passed,
    Refused(Fault),
    /// The allowance is used up: ask for another.
    Ask,
}

impl CallLimits {
    /// Counts the call, or refuses it in Zoho's words.
    pub(crate) async fn admit(&self, billing: &Billing, tenant: TenantId) -> Result<Pass, Failure> {
        let counters = self.counters(tenant);
        let known = lock(&counters).settings.filter(|(at, _)| at.elapsed() < SETTINGS_HOLD);
        let plan = match known {
            Some((_, plan)) => plan,
            None => {
                let plan = plan(&billing.settings(tenant).await?);
                lock(&counters).settings = Some((Instant::now(), plan));
                plan
            }
        };
        let Some(plan) = plan else { return Ok(Pass { counters: None }) };
        for _ in 0..TAKINGS {
            let told = lock(&counters).tell(plan, billing.now());
            match told {
                Told::Passed => return Ok(Pass { counters: Some(counters) }),
                Told::Refused(fault) => return Err(fault.into()),
                Told::Ask => {}
            }
            match billing.take_allowance(tenant, DAY, plan.per_day).await {
                Ok(taken) => lock(&counters).add(taken.calls, plan, taken.resets_at),
                Err(error) => {
                    // A disk that is full must not keep anybody from reading.
                    tracing::warn!(%error, tenant = tenant.0, "calls are not counted now");
                    return Ok(Pass { counters: None });
                }
            }
        }
        Err(Fault::busy(1).into())
    }

    fn counters(&self, tenant: TenantId) -> Arc<Mutex<Counters>> {
        let mut tenants = lock(&self.tenants);
        if tenants.len() >= MOST_TENANTS && !tenants.contains_key(&tenant) {
            tenants.retain(|_, counters| Arc::strong_count(counters) > 1 || lock(counters).is_busy());
        }
        tenants.entry(tenant).or_default().clone()
    }
}

impl Counters {
    /// Whether something would be lost if it were forgotten.
    fn is_busy(&self) -> bool {
        self.in_process > 0 || !self.minute.is_empty() || self.day.is_some_and(|day| day.calls > 0)
    }

    /// The calls at a time first, then the minute, then the day.
    fn tell(&mut self, plan: Plan, now: Timestamp) -> Told {
        if self.in_process >= plan.at_a_time {
            return Told::Refused(Fault::too_many_at_a_time());
        }
        // A clock that was set back must lock nobody out.
        self.minute.retain(|at| *at <= now && now.duration_since(*at) < MINUTE);
        if self.minute.len() >= plan.per_minute {
            let free_at = self.minute.get(self.minute.len() - plan.per_minute).map_or(now, |oldest| *oldest + MINUTE);
            return Told::Refused(Fault::too_many_per_minute(seconds(now, free_at)));
        }
        let Some(day) = self.day.as_mut().filter(|day| now < day.resets_at) else { return Told::Ask };
        if day.calls == 0 {
            return match day.is_used_up == Some(plan.per_day) {
                true => Told::Refused(Fault::too_many_per_day(plan.per_day, seconds(now, day.resets_at))),
                false => Told::Ask,
            };
        }
        day.calls -= 1;
        self.minute.push_back(now);
        self.in_process += 1;
        Told::Passed
    }

    fn add(&mut self, calls: u32, plan: Plan, resets_at: Timestamp) {
        let held = self.day.filter(|day| day.resets_at == resets_at).map_or(0, |day| day.calls);
        let is_used_up = (calls == 0).then_some(plan.per_day);
        self.day = Some(Day { calls: held.saturating_add(calls), is_used_up, resets_at });
    }
}

/// Whole seconds to wait, at least one.
fn seconds(now: Timestamp, until: Timestamp) -> u64 {
    let wait = until.duration_since(now);
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    u64::try_from(seconds).unwrap_or(0).max(1)
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(given: &[(&str, &str)]) -> HashMap<String, String> {
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn plans() {
        assert_eq!(plan(&settings(&[])), None);
        assert_eq!(plan(&settings(&[("zoho.limits", "off")])), None);
        assert_eq!(plan(&settings(&[("zoho.limits", "gold")])), None);
        let of = |word| plan(&settings(&[("zoho.limits", word)])).expect("a plan");
        assert_eq!(of(" Free "), Plan { per_minute: 100, per_day: 1_000, at_a_time: 5 });
        assert_eq!(of("standard").per_day, 2_000);
        assert_eq!(of("professional").per_day, 5_000);
        assert_eq!(of("premium"), Plan { per_minute: 100, per_day: 10_000, at_a_time: 10 });
        let own = settings(&[
            ("zoho.limits", "free"),
            ("zoho.limits.per_minute", "7"),
            ("zoho.limits.per_day", "x"),
            ("zoho.limits.at_a_time", "0"),
        ]);
        assert_eq!(plan(&own), Some(Plan { per_minute: 7, per_day: 1_000, at_a_time: 5 }));
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).expect("in range")
    }

    const SMALL: Plan = Plan { per_minute: 2, per_day: 3, at_a_time: 2 };

    fn told(counters: &mut Counters, second: i64) -> &'static str {
        match counters.tell(SMALL, at(second)) {
            Told::Passed => {
                counters.in_process -= 1;
                "passed"
            }
            Told::Refused(_) => "refused",
            Told::Ask => "ask",
        }
    }

    #[test]
    fn the_minute_slides() {
        let mut counters = Counters::default();
        counters.add(100, SMALL, at(86_400));
        assert_eq!([0, 30, 59].map(|second| told(&mut counters, second)), ["passed", "passed", "refused"]);
        assert_eq!(
            [60, 61, 89, 90].map(|second| told(&mut counters, second)),
            ["passed", "refused", "refused", "passed"]
        );
        assert_eq!(told(&mut counters, -500), "passed", "a clock that was set back locks nobody out");
    }

    #[test]
    fn calls_in_process_leave_again() {
        let mut counters = Counters::default();
        counters.add(100, Plan { per_minute: 100, ..SMALL }, at(86_400));
        let plan = Plan { per_minute: 100, ..SMALL };
        for _ in 0..2 {
            assert!(matches!(counters.tell(plan, at(0)), Told::Passed));
        }
        assert!(matches!(counters.tell(plan, at(0)), Told::Refused(_)));
        let shared = Arc::new(Mutex::new(counters));
        drop(Pass { counters: Some(shared.clone()) });
        assert!(matches!(lock(&shared).tell(plan, at(0)), Told::Passed));
    }

    #[test]
    fn an_allowance_is_asked_for_and_not_again_once_the_day_is_used_up() {
        let mut counters = Counters::default();
        assert_eq!(told(&mut counters, 0), "ask");
        counters.add(1, SMALL, at(1_000));
        assert_eq!([0, 0].map(|second| told(&mut counters, second)), ["passed", "ask"]);
        counters.add(0, SMALL, at(1_000));
        assert_eq!(told(&mut counters, 0), "refused");
        let larger = Plan { per_day: 4, ..SMALL };
        assert!(matches!(counters.tell(larger, at(0)), Told::Ask), "a larger day may have some left");
        assert_eq!(told(&mut counters, 1_000), "ask", "another day");
    }

    #[test]
    fn waits_are_at_least_a_second() {
        assert_eq!(seconds(at(0), at(0)), 1);
        assert_eq!(seconds(at(0), at(7)), 7);
        assert_eq!(seconds(at(0), at(7) + SignedDuration::from_millis(1)), 8);
        assert_eq!(seconds(at(0), at(0) + SignedDuration::from_millis(1)), 1);
        assert_eq!(seconds(at(9), at(0)), 1);
    }
}

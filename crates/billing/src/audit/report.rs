//! What an audit found, for people and as JSON.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// Violations that a report lists; more are only counted, so that a ruined database does not fill the memory.
const LISTED: usize = 10_000;

/// The object a violation names: the noun's word and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Object {
    pub kind: String,
    pub id: i64,
}

/// One rule (see [`RULES`](super::RULES)) that does not hold for one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub tenant: i64,
    pub rule: &'static str,
    pub object: Object,
    pub text: String,
}

/// The outcome of an audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// When it began, by the system clock.
    pub at: String,
    pub is_clean: bool,
    /// How many objects of each kind were looked at.
    pub checked: BTreeMap<&'static str, u64>,
    /// How many violations there are of each rule.
    pub by_rule: BTreeMap<&'static str, u64>,
    /// The first ten thousand of them.
    pub violations: Vec<Violation>,
    /// Rows of the audit trail that no seal covers yet, and since when the oldest waits.
    pub unsealed_tail: u64,
    pub oldest_unsealed_at: Option<String>,
    /// Events that have no place in the feed yet.
    pub unsequenced_events: u64,
}

impl Report {
    pub(super) fn at(now: Timestamp) -> Self {
        Self { at: now.to_string(), ..Self::of_tenant() }
    }

    pub(super) fn of_tenant() -> Self {
        Self {
            at: String::new(),
            is_clean: true,
            checked: BTreeMap::new(),
            by_rule: BTreeMap::new(),
            violations: Vec::new(),
            unsealed_tail: 0,
            oldest_unsealed_at: None,
            unsequenced_events: 0,
        }
    }

    pub(super) fn keep(&mut self, violation: Violation) {
        self.is_clean = false;
        *self.by_rule.entry(violation.rule).or_default() += 1;
        if self.violations.len() < LISTED {
            self.violations.push(violation);
        }
    }

    pub(super) fn count(&mut self, what: &'static str, count: u64) {
        *self.checked.entry(what).or_default() += count;
    }

    /// Adds what was found in one tenant.
    pub(super) fn add(&mut self, tenant: Report) {
        self.count("tenants", 1);
        self.is_clean &= tenant.is_clean;
        for (what, count) in tenant.checked {
            self.count(what, count);
        }
        for (rule, count) in tenant.by_rule {
            *self.by_rule.entry(rule).or_default() += count;
        }
        let room = LISTED.saturating_sub(self.violations.len());
        self.violations.extend(tenant.violations.into_iter().take(room));
        self.unsealed_tail += tenant.unsealed_tail;
        self.unsequenced_events += tenant.unsequenced_events;
        self.oldest_unsealed_at = match (self.oldest_unsealed_at.take(), tenant.oldest_unsealed_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// How many violations there are, listed or not.
    pub fn violations_total(&self) -> u64 {
        self.by_rule.values().sum()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and integers always serialise")
    }
}

/// The report as people read it: a line for each violation, then what was looked at.
impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for found in &self.violations {
            let Object { kind, id } = &found.object;
            writeln!(f, "{}: tenant {} {kind} {id}: {}", found.rule, found.tenant, found.text)?;
        }
        let more = self.violations_total().saturating_sub(u64::try_from(self.violations.len()).unwrap_or(u64::MAX));
        if more > 0 {
            writeln!(f, "... and {more} more")?;
        }
        for (what, count) in &self.checked {
            writeln!(f, "checked {count} {}", what.replace('_', " "))?;
        }
        writeln!(f, "unsealed rows of the audit trail: {}", self.unsealed_tail)?;
        match self.violations_total() {
            0 => write!(f, "all rules hold"),
            1 => write!(f, "1 violation"),
            many => write!(f, "{many} violations"),
        }
    }
}

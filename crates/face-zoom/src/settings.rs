//! The tenant's switches for this face. An unknown word is read as the default: a slip in a setting must
//! not close the API.

use std::collections::HashMap;

/// `zoom.limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitMode {
    /// Nothing is counted and no header is sent.
    Off,
    /// Counted, headers are sent, nothing is refused. The default: Zoom's one read per thirty minutes
    /// would stop every client that reads twice.
    Advise,
    /// As Zoom does it.
    Enforce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub limits: LimitMode,
    /// `zoom.free_accounts` is `refuse`: free accounts have no billing calls (403 / 200).
    pub refuses_free_accounts: bool,
}

impl Settings {
    pub(crate) fn of(settings: &HashMap<String, String>) -> Self {
        let word = |name: &str| settings.get(name).map(|value| value.trim());
        Self {
            limits: match word("zoom.limits") {
                Some("off") => LimitMode::Off,
                Some("enforce") => LimitMode::Enforce,
                _ => LimitMode::Advise,
            },
            refuses_free_accounts: word("zoom.free_accounts") == Some("refuse"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, value: &str, limits: LimitMode, refuses_free_accounts: bool) {
        let settings = HashMap::from([(name.to_owned(), value.to_owned())]);
        assert_eq!(Settings::of(&settings), Settings { limits, refuses_free_accounts });
    }

    #[test]
    fn words() {
        check("other", "off", LimitMode::Advise, false);
        check("zoom.limits", "off", LimitMode::Off, false);
        check("zoom.limits", "advise", LimitMode::Advise, false);
        check("zoom.limits", " enforce ", LimitMode::Enforce, false);
        check("zoom.limits", "maybe", LimitMode::Advise, false);
        check("zoom.free_accounts", "refuse", LimitMode::Advise, true);
        check("zoom.free_accounts", "allow", LimitMode::Advise, false);
    }
}

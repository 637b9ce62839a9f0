//! Zoom's words for facts. Its billing is shaped like Zuora's, whose words they are; only `Draft` and
//! `Recurring` are in the sample (contract 1.2).

use domain::invoice::{LineKind, State};

/// `Posted` from issue on, paid or not: the balance tells.
pub(crate) fn invoice(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::Issued => "Posted",
        State::Void => "Canceled",
    }
}

/// What a subscription bills by time is recurring, its prorations and minimums too.
pub(crate) fn charge_type(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Recurring | LineKind::Minimum | LineKind::Proration => "Recurring",
        LineKind::Usage => "Usage",
        LineKind::OneTime | LineKind::Adjustment | LineKind::LateFee | LineKind::Shipping | LineKind::Rounding => {
            "OneTime"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word() {
        let states: Vec<_> = State::ALL.iter().map(|&state| invoice(state)).collect();
        assert_eq!(states, ["Draft", "Posted", "Canceled"]);
        let kinds: Vec<_> = LineKind::ALL.iter().map(|&kind| charge_type(kind)).collect();
        assert_eq!(
            kinds,
            ["Recurring", "Usage", "OneTime", "Recurring", "Recurring", "OneTime", "OneTime", "OneTime", "OneTime"]
        );
    }
}

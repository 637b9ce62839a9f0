//! ChargeOver's status of an invoice, derived from facts (contract 3.5). A part payment has no word of its
//! own: it stays unpaid or overdue.

use billing::query::Status as Condition;
use domain::invoice::view::Standing;

/// The three ways in which ChargeOver says one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// `invoice_status_name`, for people.
    pub name: &'static str,
    /// `invoice_status_str`.
    pub word: &'static str,
    /// `invoice_status_state`: `o` open, `c` closed.
    pub state: &'static str,
}

const UNAPPROVED: Status = Status { name: "Unapproved", word: "open-unapproved", state: "o" };
const UNPAID: Status = Status { name: "Unpaid", word: "open-unpaid", state: "o" };
const OVERDUE: Status = Status { name: "Overdue", word: "open-overdue", state: "o" };
const PAID: Status = Status { name: "Paid", word: "closed-paid", state: "c" };
const VOID: Status = Status { name: "Void", word: "closed-void", state: "c" };

/// Each status with the rows it selects. The vendor's sixth, `open-collections`, selects none: nothing is
/// sent to collections here.
const ALL: [(Status, Condition); 5] = [
    (UNAPPROVED, Condition::Draft),
    (UNPAID, Condition::OpenNotDue),
    (OVERDUE, Condition::Overdue),
    (PAID, Condition::Paid),
    (VOID, Condition::Void),
];

pub(crate) const fn of(standing: Standing) -> Status {
    match standing {
        Standing::Draft => UNAPPROVED,
        Standing::Open | Standing::PartlyPaid => UNPAID,
        Standing::Overdue | Standing::PartlyPaidOverdue => OVERDUE,
        Standing::Paid => PAID,
        Standing::Void => VOID,
    }
}

/// The conditions of all statuses that pass a test, such as "its word is greater than open-paid".
pub(crate) fn selected(passes: impl Fn(Status) -> bool) -> Vec<Condition> {
    ALL.into_iter().filter(|(status, _)| passes(*status)).map(|(_, condition)| condition).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_has_its_words() {
        let table = [
            (Standing::Draft, "Unapproved", "open-unapproved", "o"),
            (Standing::Open, "Unpaid", "open-unpaid", "o"),
            (Standing::PartlyPaid, "Unpaid", "open-unpaid", "o"),
            (Standing::Overdue, "Overdue", "open-overdue", "o"),
            (Standing::PartlyPaidOverdue, "Overdue", "open-overdue", "o"),
            (Standing::Paid, "Paid", "closed-paid", "c"),
            (Standing::Void, "Void", "closed-void", "c"),
        ];
        assert_eq!(table.len(), Standing::ALL.len());
        for (standing, name, word, state) in table {
            assert_eq!(of(standing), Status { name, word, state });
        }
    }

    #[test]
    fn words_select_rows() {
        assert_eq!(selected(|status| status.state == "c"), [Condition::Paid, Condition::Void]);
        assert_eq!(selected(|status| status.word == "open-unpaid"), [Condition::OpenNotDue]);
        assert_eq!(selected(|status| status.word == "open-collections"), []);
    }
}

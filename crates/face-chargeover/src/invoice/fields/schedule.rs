//! The fields of a scheduled payment. Payments cannot be scheduled yet, so that `schedule` is an empty list
//! and these rows have no readers; whoever adds schedules finds here what was decided.

use super::{Meaning, Shape};

const fn row(
    name: &'static str,
    shape: Shape,
    unit: &'static str,
    source: &'static str,
    null_when: &'static str,
) -> Meaning {
    Meaning { name, shape, unit, source, null_when }
}

/// The seed's fields of an entry.
pub(crate) static SCHEDULE: &[Meaning] = &[
    row("invoice_schedule_id", Shape::Integer, "id", "the entry's", "never"),
    row("invoice_id", Shape::Integer, "id", "the invoice's", "never"),
    row("token", Shape::Text, "", "the entry's", "never"),
    row("paymethod", Shape::Text, "code", "crd, ach, tok, any or inv", "never"),
    row("creditcard_id", Shape::Integer, "id", "the card", "another method"),
    row("ach_id", Shape::Integer, "id", "the bank account", "another method"),
    row("tokenized_id", Shape::Integer, "id", "the tokenized method", "another method"),
    row("due_date", Shape::Text, "day", "when the entry is due", "never"),
    row("days_overdue", Shape::Integer, "days", "since that day, 0 when not overdue", "never"),
    row("amount", Shape::Number, "money", "what is to be paid, also when asked for as a percentage", "never"),
    row(
        "amount_or_percent_formatted",
        Shape::Text,
        "",
        "the amount or the percentage, whichever was asked for",
        "never",
    ),
    row("balance", Shape::Number, "money", "what is left of it", "never"),
    row("date", Shape::Text, "day", "when the payment is to run", "never"),
    row("url_paylink", Shape::Text, "URL", "the page to pay on", "no pages yet"),
    row("url_ttl_paylink", Shape::Text, "URL", "the same, expiring", "no pages yet"),
];

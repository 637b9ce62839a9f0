//! Zoho's status words, derived from facts.

use domain::invoice::view::{Standing, Summary};

/// The transaction type of drafts that a subscription's renewal made. Zoho calls those `pending`: only they
/// may get and lose lines. For us they are drafts (contract Zoho 4.6), and filters count them as such.
const RENEWAL: &str = "renewal";

/// `draft`, `pending`, `sent`, `overdue`, `partially_paid`, `paid` or `void`. A partly paid invoice past its
/// due date is `partially_paid` (seed: "If the invoice is only partially paid, its status will be
/// partially_paid").
pub(crate) fn word(invoice: &Summary) -> &'static str {
    match invoice.standing {
        Standing::Draft if invoice.transaction_type == RENEWAL => "pending",
        Standing::Draft => "draft",
        Standing::Open => "sent",
        Standing::Overdue => "overdue",
        Standing::PartlyPaid | Standing::PartlyPaidOverdue => "partially_paid",
        Standing::Paid => "paid",
        Standing::Void => "void",
    }
}

//! Verbs about credit notes.

pub mod apply;
pub mod create;
pub mod issue;
pub mod reopen;
pub mod withdraw;

use crate::invoices::LineSpec;
use domain::credit_note::totals::CreditBy;
use domain::id::{CreditNoteId, InvoiceId, LineId};
use domain::money::{Amount, Decimal};

/// How much of an invoice line is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditOf {
    /// Without tax where prices exclude it, with it where they include it.
    Amount(Amount),
    Quantity(Decimal),
    Rest,
}

/// What a credit note gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditWhat {
    /// These lines of an issued invoice, in its own tax mode.
    Lines { invoice: InvoiceId, lines: Vec<(LineId, CreditOf)> },
    /// Everything that is left of an invoice's lines.
    Everything { invoice: InvoiceId },
    /// So much of an invoice, tax included, over all its lines.
    Total { invoice: InvoiceId, amount: Amount },
    /// Lines of its own, priced and taxed like an invoice's.
    Standalone { lines: Vec<LineSpec> },
    /// A pure amount without lines or tax.
    AmountOnly { amount: Amount },
}

impl CreditOf {
    pub(crate) fn to_domain(self, currency: domain::money::Currency) -> Result<CreditBy, domain::Refusal> {
        Ok(match self {
            Self::Amount(amount) => CreditBy::Amount(amount.to_money(currency, "amount")?.minor),
            Self::Quantity(quantity) => CreditBy::Quantity(quantity),
            Self::Rest => CreditBy::Rest,
        })
    }
}

/// So much of one note for one invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteShare {
    pub note: CreditNoteId,
    pub invoice: InvoiceId,
    pub amount: Amount,
}

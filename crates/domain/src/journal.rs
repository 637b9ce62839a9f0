//! Double entry: every change of money is an entry whose postings sum to zero per currency, both in the
//! document's currency and in the base currency. Positive is debit, negative credit.

pub mod post;

use crate::id::{CustomerId, EntityId, EntryId};
use crate::money::Currency;
use jiff::Timestamp;
use jiff::civil::Date;

/// The minimum chart of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    Receivable,
    Revenue,
    TaxPayable,
    /// Money received and not yet put on an invoice.
    Unapplied,
    Cash,
    BankCharges,
    CreditNoteLiability,
    BadDebt,
    RealisedFx,
    Rounding,
}

/// What made an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    InvoiceIssued,
    InvoiceVoided,
    InvoiceCorrected,
    PaymentReceived,
    PaymentVoided,
    Applied,
    ApplicationReversed,
    CreditNoteIssued,
    CreditNoteVoided,
    WrittenOff,
    WriteOffCancelled,
    Refunded,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    pub account: Account,
    pub customer_id: Option<CustomerId>,
    /// Minor units of the entry's currency; debit positive.
    pub amount: i64,
    /// Minor units of the legal entity's base currency; debit positive.
    pub base_amount: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    pub entity_id: EntityId,
    pub kind: EntryKind,
    /// Word of the noun (`id::InvoiceId::WORD`) and its id: what the entry is about.
    pub object_kind: &'static str,
    pub object_id: i64,
    pub currency: Currency,
    pub posted_on: Date,
    pub postings: Vec<Posting>,
    pub created_at: Timestamp,
}

/// An entry whose postings do not sum to zero: by how much, in the document's and in base currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced {
    pub amount: i128,
    pub base_amount: i128,
}

impl std::fmt::Display for Unbalanced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entry is off by {} and {} in base currency", self.amount, self.base_amount)
    }
}

impl std::error::Error for Unbalanced {}

impl Entry {
    /// Every entry sums to zero in both currencies.
    pub fn check(&self) -> Result<(), Unbalanced> {
        let amount = self.postings.iter().map(|posting| i128::from(posting.amount)).sum();
        let base_amount = self.postings.iter().map(|posting| i128::from(posting.base_amount)).sum();
        if amount == 0 && base_amount == 0 { Ok(()) } else { Err(Unbalanced { amount, base_amount }) }
    }
}

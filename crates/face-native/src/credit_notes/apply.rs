//! `/v1/credit-notes/{credit_note_id}/apply` and `/unapply`.

use super::read_back;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::request;
use crate::verbs::Giving;
use crate::wire::{AmountIn, Day, Id};
use billing::credit_notes::NoteShare;
use billing::credit_notes::apply::{ApplyCreditNotes, UnapplyCreditNote};
use billing::read::ThenNote;
use domain::id::{CreditNoteId, InvoiceId};
use http_kit::Answer;

request! {
    /// So much of a credit note for one invoice.
    CreditShare {
        /// The invoice.
        invoice_id: Id<InvoiceId>,
        /// In the invoice's currency.
        amount: AmountIn,
    } optional {
    }
}

request! {
    /// What a credit note is put on.
    CreditNoteShares {
        /// The invoices.
        applications: Vec<CreditShare>,
    } optional {
        /// Today unless given.
        applied_on: Day,
    }
}

request! {
    /// What is taken off.
    UnapplyCreditNoteInput {
        /// Off which invoice.
        invoice_id: Id<InvoiceId>,
    } optional {
    }
}

pub(super) async fn apply(call: Call) -> Result<Answer, Fault> {
    let note: CreditNoteId = call.id("credit_note_id")?;
    let verb = call.read::<CreditNoteShares>()?.from_wire(note);
    call.write(ThenNote(Giving { verb, gives: note }), read_back).await
}

pub(super) async fn unapply(call: Call) -> Result<Answer, Fault> {
    let note: CreditNoteId = call.id("credit_note_id")?;
    let verb = UnapplyCreditNote { note, invoice: call.read::<UnapplyCreditNoteInput>()?.invoice_id.0 };
    call.write(ThenNote(Giving { verb, gives: note }), read_back).await
}

impl CreditNoteShares {
    fn from_wire(self, note: CreditNoteId) -> ApplyCreditNotes {
        let share = |share: &CreditShare| NoteShare { note, invoice: share.invoice_id.0, amount: share.amount.0 };
        ApplyCreditNotes { shares: self.applications.iter().map(share).collect(), on: self.applied_on.map(|day| day.0) }
    }
}

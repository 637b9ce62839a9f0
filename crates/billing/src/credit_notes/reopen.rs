//! Opens a void credit note again, with the number it has.

use super::create::{earlier, lock_invoice_of, record};
use crate::Error;
use crate::invoices::correct::load;
use crate::parties::entities;
use crate::settle::{Settlement, post_draft};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::credit_note::NoteDocument;
use domain::credit_note::totals::{CreditBy, CreditWish, credit_lines};
use domain::id::{CreditNoteId, InvoiceId};
use domain::journal::post;

/// Refuses in this order: `NoteNotVoid`; `BooksClosed`; for a note on an invoice, what a new note of the same lines
/// is refused for, and `ExceedsCreditable` when it would not come to what this one says.
#[derive(Clone, Copy, Debug)]
pub struct ReopenCreditNote {
    pub note: CreditNoteId,
}

impl Verb for ReopenCreditNote {
    type Outcome = CreditNoteId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CreditNoteId, Error> {
        let missing = || Error::missing(CreditNoteId::WORD, self.note);
        let peek = store::credit_notes::load(cx.tx, self.note).await?.ok_or_else(missing)?;
        lock_invoice_of(cx, &peek).await?;
        let mut settlement = Settlement::lock(cx, &[], &[self.note], &[], false).await?;
        let booked = settlement.sources.notes.get_mut(&self.note).ok_or_else(missing)?;
        if booked.noun.withdrawn_at.is_some() {
            return Err(missing());
        }
        let entity = entities::load(cx, Some(booked.noun.entity_id)).await?;
        let posted_on = booked.noun.reopen(&entity, cx.today(&entity))?;
        let draft = post::credit_note_reopened(&booked.noun, entity.base_currency)?;
        let document = store::credit_notes::load_document(cx.tx, self.note).await?.ok_or_else(missing)?;
        if let Some(invoice) = document.note.invoice_id {
            measure(cx, &document, invoice).await?;
        }
        record(cx, &booked.noun, "credit_note.reopened", "reopened");
        post_draft(cx, draft, posted_on)?;
        settlement.save(cx, &entity).await?;
        Ok(self.note)
    }
}

/// Other notes may have been issued since: what the void note gave back must still be there, to the cent.
async fn measure(cx: &mut Cx<'_, '_>, document: &NoteDocument, invoice: InvoiceId) -> Result<(), Error> {
    let of = load(cx, invoice).await?;
    let earlier = earlier(cx, invoice).await?;
    let wishes: Vec<CreditWish> = document
        .lines
        .iter()
        .filter_map(|line| Some(CreditWish { line: line.invoice_line_id?, by: CreditBy::Amount(line.gross) }))
        .collect();
    let computed = credit_lines(&of, &earlier, &wishes)?;
    let note = &document.note;
    let lines = document.lines.iter().map(|line| (line.taxable, line.tax));
    let is_same = (computed.ex_tax, computed.tax) == (note.ex_tax, note.tax)
        && lines.eq(computed.lines.iter().map(|line| (line.taxable, line.tax)));
    match wishes.first() {
        Some(first) if !is_same => {
            let (left, asked) = (note.money(computed.total), note.money(note.total));
            Err(Refusal::ExceedsCreditable { line: first.line, left, asked }.into())
        }
        _ => Ok(()),
    }
}

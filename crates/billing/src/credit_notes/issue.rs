//! Issues a draft note, voids an issued one, deletes a draft.

use super::create::{earlier, issue, lock_invoice_of, record};
use crate::Error;
use crate::invoices::correct::load;
use crate::parties::entities;
use crate::settle::{Settlement, post_draft};
use crate::verb::{Cx, Verb};
use domain::credit_note::NoteDocument;
use domain::credit_note::totals::{CreditBy, CreditWish, credit_lines};
use domain::id::CreditNoteId;
use domain::journal::post;
use serde_json::json;

#[derive(Clone, Copy, Debug)]
pub struct IssueCreditNote {
    pub note: CreditNoteId,
}

/// The note with its lines, the invoice it points at locked first, then the note.
async fn lock_document(cx: &mut Cx<'_, '_>, id: CreditNoteId) -> Result<NoteDocument, Error> {
    let missing = || Error::missing(CreditNoteId::WORD, id);
    let peek = store::credit_notes::load(cx.tx, id).await?.ok_or_else(missing)?;
    lock_invoice_of(cx, &peek).await?;
    store::credit_notes::lock_many(cx.tx, &[id]).await?;
    store::credit_notes::load_document(cx.tx, id).await?.ok_or_else(missing)
}

impl Verb for IssueCreditNote {
    type Outcome = CreditNoteId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CreditNoteId, Error> {
        let mut document = lock_document(cx, self.note).await?;
        let entity = entities::load(cx, Some(document.note.entity_id)).await?;
        if let Some(invoice) = document.note.invoice_id {
            // Other notes may have been issued since the draft was made: what is left decides now.
            let of = load(cx, invoice).await?;
            let earlier = earlier(cx, invoice).await?;
            let wishes: Vec<CreditWish> = document
                .lines
                .iter()
                .filter_map(|line| Some(CreditWish { line: line.invoice_line_id?, by: CreditBy::Amount(line.gross) }))
                .collect();
            let computed = credit_lines(&of, &earlier, &wishes)?;
            for (line, computed) in document.lines.iter_mut().zip(&computed.lines) {
                line.taxable = computed.taxable;
                line.tax = computed.tax;
            }
            document.taxes = computed.taxes;
            document.note.ex_tax = computed.ex_tax;
            document.note.tax = computed.tax;
            document.note.total = computed.total;
        }
        let (series, base_total) = issue(cx, &entity, &mut document.note).await?;
        document.note.updated_at = cx.now;
        document.note.version += 1;
        store::credit_notes::delete_draft(cx.tx, self.note).await?;
        store::credit_notes::insert(cx.tx, &document, series, base_total).await?;
        let note = &document.note;
        cx.change.balance(note.customer_id, note.entity_id, note.currency, 0, note.remaining);
        Ok(self.note)
    }
}

/// Voids an issued note of which nothing is applied or refunded.
#[derive(Clone, Copy, Debug)]
pub struct VoidCreditNote {
    pub note: CreditNoteId,
}

impl Verb for VoidCreditNote {
    type Outcome = CreditNoteId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CreditNoteId, Error> {
        let missing = || Error::missing(CreditNoteId::WORD, self.note);
        let peek = store::credit_notes::load(cx.tx, self.note).await?.ok_or_else(missing)?;
        lock_invoice_of(cx, &peek).await?;
        let mut settlement = Settlement::lock(cx, &[], &[self.note], &[], false).await?;
        let booked = settlement.sources.notes.get_mut(&self.note).ok_or_else(missing)?;
        let entity = entities::load(cx, Some(booked.noun.entity_id)).await?;
        let draft = post::credit_note_voided(&booked.noun, entity.base_currency)?;
        let today = cx.today(&entity);
        let posted_on = booked.noun.void(&entity, today, cx.now)?;
        record(cx, &booked.noun, "credit_note.voided", "voided");
        post_draft(cx, draft, posted_on)?;
        settlement.save(cx, &entity).await?;
        Ok(self.note)
    }
}

/// Deletes a draft note.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCreditNote {
    pub note: CreditNoteId,
}

impl Verb for DeleteCreditNote {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let document = lock_document(cx, self.note).await?;
        document.note.decide_delete()?;
        store::invoices::release_external_number(cx.tx, CreditNoteId::WORD, self.note.0).await?;
        store::credit_notes::delete_draft(cx.tx, self.note).await?;
        cx.change.record("credit_note.deleted", CreditNoteId::WORD, self.note.0, "deleted", json!({}));
        Ok(())
    }
}

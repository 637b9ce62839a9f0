//! Deletes a credit note as vendors' clients mean it.

use super::issue::{DeleteCreditNote, VoidCreditNote};
use crate::Error;
use crate::verb::{Cx, Verb};
use domain::id::CreditNoteId;
use domain::invoice::State;
use serde_json::json;

/// A draft is deleted; an issued note of which nothing is used is voided, and a void one stays void: both are gone
/// for that vendor's clients, and their number stays used. Refused as [`VoidCreditNote`] is.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawCreditNote {
    pub note: CreditNoteId,
}

impl Verb for WithdrawCreditNote {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let missing = || Error::missing(CreditNoteId::WORD, self.note);
        let peek = store::credit_notes::load(cx.tx, self.note).await?.ok_or_else(missing)?;
        match peek.state {
            State::Draft => return DeleteCreditNote { note: self.note }.run(cx).await,
            State::Issued => drop(VoidCreditNote { note: self.note }.run(cx).await?),
            State::Void => {}
        }
        let mut note = store::credit_notes::lock_many(cx.tx, &[self.note]).await?.pop().ok_or_else(missing)?;
        // Another server may have been first, or have opened it again.
        if note.state != State::Void {
            return Err(Error::Conflict { what: "the credit note was opened again meanwhile" });
        }
        if note.withdrawn_at.is_some() {
            return Err(missing());
        }
        note.withdrawn_at = Some(cx.now);
        note.updated_at = cx.now;
        store::credit_notes::update(cx.tx, &note).await?;
        cx.change.record("credit_note.withdrawn", CreditNoteId::WORD, self.note.0, "withdrawn", json!({}));
        Ok(())
    }
}

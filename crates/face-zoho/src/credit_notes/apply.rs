//! `POST /creditnotes/{creditnote_id}/invoices`: one note on several invoices, all or nothing.

use billing::credit_notes::NoteShare;
use billing::credit_notes::apply::ApplyCreditNotes;
use billing::read::ThenApplied;
use domain::id::{CreditNoteId, InvoiceId};
use serde::Deserialize;

use super::write;
use crate::call::Call;
use crate::errors::Fault;
use crate::payments::{ShareBody, shares};
use crate::routes::Handling;
use crate::wire;

/// At most so many invoices in one request.
const MAX_INVOICES: usize = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    invoices: Option<Vec<ShareBody>>,
}

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let note: CreditNoteId = call.path_id("creditnote_id").await?;
        let bodies = call.read::<Body>()?.invoices.unwrap_or_default();
        if bodies.is_empty() || bodies.len() > MAX_INVOICES {
            return Err(Fault::invalid("invoices").into());
        }
        let shares = shares(&call, &bodies).await?;
        let shares = shares.iter().map(|share| NoteShare { note, invoice: share.invoice, amount: share.amount });
        let verb = ThenApplied(ApplyCreditNotes { shares: shares.collect(), on: None });
        write(&call, verb, |done| {
            wire::success("Credits have been applied to the invoice(s).", |o| {
                o.array("invoices", &done.value, |applied, o| {
                    o.str("invoice_id", &wire::id_of(&done.names, InvoiceId::WORD, applied.row.invoice_id.0))
                        .dec("amount_applied", applied.amount);
                });
            })
        })
        .await
    })
}

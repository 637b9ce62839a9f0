//! `POST /creditnotes/{creditnote_id}/refunds`: what remains of the note is paid out; invoices are untouched.

use billing::payments::refund::{RefundMoney, RefundOf};
use billing::read::ThenRefundDetail;
use domain::id::CreditNoteId;
use domain::payment::PaymentMode;

use super::write;
use crate::call::Call;
use crate::refunds::{RefundBody, made};
use crate::routes::Handling;

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let note: CreditNoteId = call.path_id("creditnote_id").await?;
        let asked = call.read::<RefundBody>()?.from_wire()?;
        let verb = RefundMoney {
            of: RefundOf::Note { note },
            amount: asked.amount,
            // Nothing says how; the note has no payment to follow.
            mode: asked.mode.unwrap_or(PaymentMode::Other),
            on: asked.on,
            reference: asked.reference.unwrap_or_default(),
            description: asked.description,
        };
        write(&call, ThenRefundDetail(verb), |refund| made(&refund)).await
    })
}

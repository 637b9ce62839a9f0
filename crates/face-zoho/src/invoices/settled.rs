//! `GET /invoices/{invoice_id}/payments` and `GET /invoices/{invoice_id}/creditsapplied`: what is applied to the
//! invoice now. Zoho's OpenAPI keeps their shapes and no longer names their paths; clients still call them.

use domain::id::{ApplicationId, CreditNoteId, InvoiceId, PaymentId};
use domain::invoice::view::{CreditApplied, PaymentApplied};

use super::present;
use super::settlement::mode_word;
use crate::call::Call;
use crate::routes::Handling;
use crate::wire;

pub(crate) fn payments(call: Call) -> Handling {
    Box::pin(async move {
        let found = present(&call).await?;
        let (view, names) = (&found.value, &found.names);
        let invoice = wire::id_of(names, InvoiceId::WORD, view.summary.id.0);
        let live = view.payments.iter().filter(|payment| payment.reversed.is_none());
        Ok(wire::success("success", |o| {
            o.array("payments", live, |payment: &PaymentApplied, o| {
                o.str("payment_id", &wire::id_of(names, PaymentId::WORD, payment.payment_id.0))
                    .str("invoice_id", &invoice)
                    .str("invoice_payment_id", &wire::id_of(names, ApplicationId::WORD, payment.application_id.0))
                    .str("payment_mode", mode_word(payment.mode))
                    .str("description", &payment.description)
                    .text("date", payment.received_on)
                    .str("reference_number", &payment.reference)
                    .dec("exchange_rate", payment.exchange_rate)
                    .dec("amount", payment.amount)
                    // No tax is withheld here.
                    .int("tax_amount_withheld", 0)
                    .str("online_transaction_id", payment.gateway_transaction_id.as_deref().unwrap_or_default())
                    .bool("is_single_invoice_payment", payment.amount == payment.payment_amount);
            });
        }))
    })
}

pub(crate) fn credits(call: Call) -> Handling {
    Box::pin(async move {
        let found = present(&call).await?;
        let names = &found.names;
        Ok(wire::success("success", |o| {
            o.array("credits", &found.value.credits, |credit: &CreditApplied, o| {
                o.str("creditnote_id", &wire::id_of(names, CreditNoteId::WORD, credit.credit_note_id.0))
                    .str("creditnotes_invoice_id", &wire::id_of(names, ApplicationId::WORD, credit.application_id.0))
                    .str("creditnotes_number", credit.number.as_deref().unwrap_or_default())
                    .text("credited_date", credit.applied_on)
                    .dec("amount_applied", credit.amount);
            });
        }))
    })
}

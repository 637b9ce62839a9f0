//! `/invoices/{invoice_id}/writeoff`, `/writeoff/cancel` and `/cancelwriteoff`.

use billing::invoices::standing::Present;
use billing::invoices::write_off::{CancelWriteOff, WriteOffInvoice};
use domain::id::InvoiceId;

use super::standing::Reason;
use crate::call::Call;
use crate::routes::Handling;
use crate::wire;

/// Two dots, as Zoho answers.
const WRITTEN_OFF: &str = "Invoice has been written off..";
const CANCELLED: &str = "The write off done for this invoice has been cancelled.";

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let invoice: InvoiceId = call.path_id("invoice_id").await?;
        let then = WriteOffInvoice { invoice, reason: Reason::of(&call).await?, on: None };
        call.write(Present { invoice, then }, |_| wire::success(WRITTEN_OFF, |_| {})).await
    })
}

pub(crate) fn cancel(call: Call) -> Handling {
    Box::pin(async move {
        let invoice: InvoiceId = call.path_id("invoice_id").await?;
        let verb = Present { invoice, then: CancelWriteOff { invoice, on: None } };
        call.write(verb, |_| wire::success(CANCELLED, |_| {})).await
    })
}

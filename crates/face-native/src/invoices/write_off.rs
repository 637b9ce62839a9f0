//! `/v1/invoices/{invoice_id}/write-off` and `/cancel-write-off`.

use super::read_back;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::{request, texts};
use crate::verbs::Giving;
use crate::wire::Day;
use billing::invoices::write_off::{CancelWriteOff, WriteOffInvoice};
use billing::read::ThenView;
use domain::id::InvoiceId;
use http_kit::Answer;

request! {
    /// How the rest of an invoice is given up.
    WriteOffInput {
    } optional {
        /// Why.
        reason: String as texts::line_or_empty,
        /// Today unless given.
        written_off_on: Day,
    }
}

request! {
    /// How write-offs are cancelled.
    CancelWriteOffInput {
    } optional {
        /// Today unless given.
        cancelled_on: Day,
    }
}

pub(super) async fn write_off(call: Call) -> Result<Answer, Fault> {
    let invoice: InvoiceId = call.id("invoice_id")?;
    let asked: WriteOffInput = call.read_or_default()?;
    let verb = WriteOffInvoice {
        invoice,
        reason: asked.reason.unwrap_or_default(),
        on: asked.written_off_on.map(|day| day.0),
    };
    call.write(ThenView(Giving { verb, gives: invoice }), read_back).await
}

pub(super) async fn cancel(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    let asked: CancelWriteOffInput = call.read_or_default()?;
    let verb = CancelWriteOff { invoice, on: asked.cancelled_on.map(|day| day.0) };
    call.write(ThenView(verb), read_back).await
}

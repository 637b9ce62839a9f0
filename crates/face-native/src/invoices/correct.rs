//! `/v1/invoices/{invoice_id}/correct`.

use super::input::NewInvoice;
use super::read_back;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::{request, texts};
use billing::invoices::correct::CorrectInvoice;
use billing::read::ThenView;
use domain::id::InvoiceId;
use http_kit::Answer;

request! {
    /// A complete new revision. Lines with a `line_id` go on from the old revision, all others are new.
    Correction {
        /// The invoice as it should have been. Its number stays what it is and may be left out.
        invoice: NewInvoice,
    } optional {
        /// Why.
        reason: String as texts::line_or_empty,
    }
}

pub(super) async fn correct(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    let verb = call.read::<Correction>()?.from_wire(invoice)?;
    call.write(ThenView(verb), read_back).await
}

impl Correction {
    fn from_wire(self, invoice: InvoiceId) -> Result<CorrectInvoice, Fault> {
        Ok(CorrectInvoice {
            invoice,
            keeps: self.invoice.kept_lines(),
            spec: self.invoice.from_wire("/invoice")?,
            reason: self.reason.unwrap_or_default(),
        })
    }
}

//! `/v1/invoices/{invoice_id}/void`.

use super::read_back;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::{request, texts};
use crate::wire::{Day, Word};
use billing::invoices::void::VoidInvoice;
use billing::read::ThenView;
use domain::id::InvoiceId;
use domain::invoice::void::IfSettled;
use http_kit::Answer;

request! {
    /// How an invoice is voided.
    VoidInvoiceInput {
    } optional {
        /// What if something is applied: `refuse` (unless given), or `detach` it back to where it came from.
        if_settled: Word<IfSettled>,
        /// The day of the void; today unless given.
        voided_on: Day,
        /// Issue it first if it is a draft, so that its number is used.
        issue_draft: bool,
        /// Why.
        reason: String as texts::line_or_empty,
    }
}

pub(super) async fn void(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    let verb = call.read_or_default::<VoidInvoiceInput>()?.from_wire(invoice);
    call.write(ThenView(verb), read_back).await
}

impl VoidInvoiceInput {
    fn from_wire(self, invoice: InvoiceId) -> VoidInvoice {
        let if_settled = self.if_settled.map_or(IfSettled::Refuse, |word| word.0);
        VoidInvoice {
            voided_on: self.voided_on.map(|day| day.0),
            issue_draft: self.issue_draft.unwrap_or_default(),
            reason: self.reason.unwrap_or_default(),
            ..VoidInvoice::of(invoice, if_settled)
        }
    }
}

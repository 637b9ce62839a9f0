//! `/v1/invoices/{invoice_id}/issue` and `/mark-sent`.

use super::read_back;
use crate::call::Call;
use crate::errors::Fault;
use billing::invoices::details::MarkSent;
use billing::invoices::issue::IssueInvoice;
use billing::read::ThenView;
use http_kit::Answer;

pub(super) async fn issue(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    call.no_body()?;
    call.write(ThenView(IssueInvoice { invoice }), read_back).await
}

pub(super) async fn mark_sent(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    call.no_body()?;
    call.write(ThenView(MarkSent { invoice }), read_back).await
}

//! `DELETE /invoices/{invoice_id}`: a draft is deleted, an issued invoice on which nothing is applied is void from
//! then on and answered as missing.

use billing::invoices::standing::Present;
use billing::invoices::void::WithdrawInvoice;
use domain::id::InvoiceId;

use crate::call::Call;
use crate::routes::Handling;
use crate::wire;

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let invoice: InvoiceId = call.path_id("invoice_id").await?;
        let verb = Present { invoice, then: WithdrawInvoice { invoice } };
        call.write(verb, |()| wire::success("The invoice has been deleted.", |_| {})).await
    })
}

//! `/invoices/{invoice_id}/converttoopen`, `/status/void` and `/void`, `/status/sent` and `/sent`, `/status/draft`.

use billing::Verb;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::standing::{MarkAsSent, Present, RemainDraft};
use billing::invoices::void::VoidInvoice;
use domain::id::InvoiceId;
use domain::invoice::void::IfSettled;
use serde::Deserialize;

use super::present_id;
use crate::call::Call;
use crate::errors::Failure;
use crate::routes::Handling;
use crate::scalar::{Scalar, text};
use crate::wire;

/// What may be said with a change of status.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reason {
    reason: Option<Scalar>,
}

impl Reason {
    /// Zoho's samples send no body at all.
    pub(super) async fn of(call: &Call) -> Result<String, Failure> {
        match call.read_or_default::<Self>() {
            Ok(body) => Ok(text(body.reason).unwrap_or_default()),
            Err(fault) => {
                // A missing invoice outranks a bad body.
                present_id(call).await?;
                Err(fault.into())
            }
        }
    }
}

/// Mails nothing; the due date starts to count. Void invoices are not reopened.
pub(crate) fn convert_to_open(call: Call) -> Handling {
    change(call, "Status of the invoice has been changed to open.", |invoice, _| IssueInvoice { invoice })
}

/// Payments and credits go back to the customer; a draft is issued and voided at once (contract Zoho 4.5).
pub(crate) fn void(call: Call) -> Handling {
    change(call, "Invoice status has been changed to Void.", |invoice, reason| VoidInvoice {
        issue_draft: true,
        reason,
        ..VoidInvoice::of(invoice, IfSettled::Detach)
    })
}

/// Nothing is mailed. Zoho Books' words.
pub(crate) fn mark_as_sent(call: Call) -> Handling {
    change(call, "Invoice status has been changed to Sent.", |invoice, _| MarkAsSent { invoice })
}

/// Only a draft can be one. Zoho Books' words.
pub(crate) fn mark_as_draft(call: Call) -> Handling {
    change(call, "Invoice status has been changed to Draft.", |invoice, _| RemainDraft { invoice })
}

fn change<V: Verb>(call: Call, message: &'static str, verb: fn(InvoiceId, String) -> V) -> Handling {
    let message = message.to_owned();
    Box::pin(async move {
        let invoice: InvoiceId = call.path_id("invoice_id").await?;
        let verb = Present { invoice, then: verb(invoice, Reason::of(&call).await?) };
        call.write(verb, move |_| wire::success(&message, |_| {})).await
    })
}

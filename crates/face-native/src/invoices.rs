//! `/v1/invoices`: drafts, issued invoices and what is done with them.

mod bulk;
mod collect;
mod correct;
mod details;
mod draft;
pub(crate) mod input;
mod issue;
mod list;
pub(crate) mod output;
pub(crate) mod parts;
mod revisions;
mod void;
mod write_off;

use crate::answers::json;
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{CURSOR, LIMIT, Page};
use crate::payment_intents::PaymentIntent;
use crate::routes::{Gives, Takes, table};
use crate::schema::Schema as _;
use billing::query::InvoiceRef;
use billing::read::Named;
use domain::invoice::view::View;
use http_kit::Answer;
use input::NewInvoice;
use output::Invoice;

table! {
    "listInvoices" GET "/v1/invoices" Read "Lists invoices, newest first." {
        query: &[
            LIMIT, CURSOR, list::STATUS, list::CUSTOMER_ID, list::NUMBER, list::REFERENCE, list::EXTERNAL_KEY,
            list::DATED_FROM, list::DATED_TO, list::DUE_FROM, list::DUE_TO, list::UPDATED_SINCE, list::CURRENCY,
        ],
        gives: Gives::Object(Page::<Invoice>::schema),
        handle: list::list,
    }
    "createInvoice" POST "/v1/invoices" Write "Makes a draft." {
        takes: Takes::Body(NewInvoice::schema),
        gives: Gives::Created(Invoice::schema),
        names: "invoice_id",
        handle: draft::create,
    }
    "issueInvoices" POST "/v1/invoices/bulk" Write "Makes and issues up to 1000 invoices in one transaction." {
        takes: Takes::Body(bulk::NewInvoices::schema),
        gives: Gives::Made(bulk::IssuedInvoices::schema),
        handle: bulk::issue,
    }
    "getInvoice" GET "/v1/invoices/{invoice_id}" Read "Reads an invoice with its lines and what settled it." {
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: get,
    }
    "replaceDraft" PUT "/v1/invoices/{invoice_id}" Write
        "Replaces a draft by what is asked for now; its id stays. Custom fields that are left out stay too." {
        takes: Takes::Body(NewInvoice::schema),
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: draft::replace,
    }
    "editInvoice" PATCH "/v1/invoices/{invoice_id}" Write
        "Changes what may always be changed: addresses, texts, the day payment is expected, tags, custom fields." {
        takes: Takes::Body(details::InvoicePatch::schema),
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: details::edit,
    }
    "deleteDraft" DELETE "/v1/invoices/{invoice_id}" Write "Deletes a draft." {
        gives: Gives::Nothing,
        handle: draft::delete,
    }
    "issueInvoice" POST "/v1/invoices/{invoice_id}/issue" Write "Issues a draft; it gets its number." {
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: issue::issue,
    }
    "markInvoiceSent" POST "/v1/invoices/{invoice_id}/mark-sent" Write "Marks an issued invoice as sent." {
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: issue::mark_sent,
    }
    "voidInvoice" POST "/v1/invoices/{invoice_id}/void" Write
        "Voids an issued invoice: it keeps its number and total, owes nothing, and is never reopened." {
        takes: Takes::OptionalBody(void::VoidInvoiceInput::schema),
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: void::void,
    }
    "correctInvoice" POST "/v1/invoices/{invoice_id}/correct" Write
        "Makes a new revision of an issued invoice with the same number, while nothing is applied to it." {
        takes: Takes::Body(correct::Correction::schema),
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: correct::correct,
    }
    "collectInvoice" POST "/v1/invoices/{invoice_id}/collect" Write
        "Charges what an invoice owes to a card or bank account of its customer." {
        takes: Takes::Body(collect::CollectInput::schema),
        gives: Gives::Created(PaymentIntent::schema),
        names: "payment_intent_id",
        handle: collect::collect,
    }
    "listRevisions" GET "/v1/invoices/{invoice_id}/revisions" StaffRead
        "Lists the superseded revisions of an issued invoice, oldest first." {
        gives: Gives::Object(Page::<revisions::Revision>::schema),
        handle: revisions::list,
    }
    "writeOffInvoice" POST "/v1/invoices/{invoice_id}/write-off" Write "Gives up what an invoice still owes." {
        takes: Takes::OptionalBody(write_off::WriteOffInput::schema),
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: write_off::write_off,
    }
    "cancelWriteOff" POST "/v1/invoices/{invoice_id}/cancel-write-off" Write
        "Cancels the write-offs of an invoice, which owes again." {
        takes: Takes::OptionalBody(write_off::CancelWriteOffInput::schema),
        gives: Gives::Object(Invoice::schema),
        names: "invoice_id",
        handle: write_off::cancel,
    }
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let which = InvoiceRef::Id(call.id("invoice_id")?);
    Ok(read_back(call.billing.invoice(&call.caller, None, &which).await?))
}

/// The whole invoice, as every operation on one answers.
fn read_back(view: Named<View>) -> Answer {
    json(200, &Invoice::whole(&view.value))
}

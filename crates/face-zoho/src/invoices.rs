//! `/invoices` and all below it.

mod address;
mod collect;
mod create;
mod credits;
mod custom_fields;
mod delete;
pub(crate) mod detail;
mod filters;
mod input;
mod item;
mod line_items;
pub(crate) mod list;
#[cfg(test)]
mod sample;
mod settled;
pub(crate) mod settlement;
mod standing;
mod update;
mod words;
mod write_off;
mod written;

use std::borrow::Cow;

use billing::query::InvoiceRef;
use billing::read::{Named, Names};
use domain::id::InvoiceId;
use domain::invoice::view::{Summary, View};

use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::routes::{Needs, Operation, row};
use crate::wire;
use words::of_body;

const CREATE: Needs = Needs::Scope("ZohoSubscriptions.invoices.CREATE");
const READ: Needs = Needs::Scope("ZohoSubscriptions.invoices.READ");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.invoices.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.invoices.DELETE");

/// Where Zoho's older pages and its OpenAPI name a path differently, both are served.
pub(crate) const OPERATIONS: &[Operation] = &[
    row("list invoices", "GET", "/invoices", READ, list::handle),
    row("create an invoice", "POST", "/invoices", CREATE, create::handle),
    row("retrieve an invoice", "GET", "/invoices/{invoice_id}", READ, detail::handle),
    row("update an invoice", "PUT", "/invoices/{invoice_id}", UPDATE, update::handle),
    row("delete an invoice", "DELETE", "/invoices/{invoice_id}", DELETE, delete::handle),
    row("convert to open", "POST", "/invoices/{invoice_id}/converttoopen", CREATE, standing::convert_to_open),
    row("void an invoice", "POST", "/invoices/{invoice_id}/status/void", CREATE, standing::void),
    row("void an invoice at void", "POST", "/invoices/{invoice_id}/void", CREATE, standing::void),
    row("mark an invoice as sent", "POST", "/invoices/{invoice_id}/status/sent", CREATE, standing::mark_as_sent),
    row("mark an invoice as sent at sent", "POST", "/invoices/{invoice_id}/sent", CREATE, standing::mark_as_sent),
    row("mark an invoice as draft", "POST", "/invoices/{invoice_id}/status/draft", CREATE, standing::mark_as_draft),
    row("collect a charge for an invoice", "POST", "/invoices/{invoice_id}/collect", CREATE, collect::handle),
    row("write off an invoice", "POST", "/invoices/{invoice_id}/writeoff", CREATE, write_off::handle),
    row(
        "cancel the write off of an invoice",
        "POST",
        "/invoices/{invoice_id}/writeoff/cancel",
        CREATE,
        write_off::cancel,
    ),
    row(
        "cancel the write off of an invoice at cancelwriteoff",
        "POST",
        "/invoices/{invoice_id}/cancelwriteoff",
        CREATE,
        write_off::cancel,
    ),
    row("update the address of an invoice", "PUT", "/invoices/{invoice_id}/address", UPDATE, address::handle),
    row(
        "update custom fields of an invoice",
        "POST",
        "/invoices/{invoice_id}/customfields",
        CREATE,
        custom_fields::set,
    ),
    row(
        "update custom fields of an invoice by id",
        "PUT",
        "/invoice/{invoice_id}/customfields",
        UPDATE,
        custom_fields::set_by_id,
    ),
    row("apply credits to an invoice", "POST", "/invoices/{invoice_id}/credits", CREATE, credits::handle),
    row("add items to an invoice", "POST", "/invoices/{invoice_id}/lineitems", CREATE, line_items::add),
    row(
        "delete an item of an invoice",
        "DELETE",
        "/invoices/{invoice_id}/lineitems/{item_id}",
        DELETE,
        line_items::delete,
    ),
    row("list payments of an invoice", "GET", "/invoices/{invoice_id}/payments", READ, settled::payments),
    row("list credits applied to an invoice", "GET", "/invoices/{invoice_id}/creditsapplied", READ, settled::credits),
];

/// The invoice that a path names; what is no id at all names none.
fn reference(path_id: &str) -> Result<InvoiceRef, Fault> {
    if !wire::is_id(path_id) {
        return Err(Fault::missing("Invoice"));
    }
    let native = wire::unspell(path_id).map(InvoiceId);
    Ok(InvoiceRef::Spelled { text: path_id.to_owned(), native })
}

/// The invoice that the path names, whole. One that was deleted through a vendor's DELETE is void for the books and
/// gone for the vendor's clients.
async fn present(call: &Call) -> Result<Named<View>, Failure> {
    let found = call.billing.invoice(&call.caller, None, &reference(call.path("invoice_id"))?).await?;
    if found.value.summary.withdrawn_at.is_some() {
        return Err(Fault::missing("Invoice").into());
    }
    Ok(found)
}

/// The id of the same, before the body is judged: a missing invoice outranks a bad body.
async fn present_id(call: &Call) -> Result<InvoiceId, Failure> {
    Ok(call.billing.present_invoice(&call.caller, &reference(call.path("invoice_id"))?).await?)
}

/// The number as Zoho's clients see it. A draft has none yet: an imported one shows what Zoho called it, any
/// other a provisional one that no series can give out.
fn number_of<'a>(invoice: &'a Summary, names: &Names) -> Cow<'a, str> {
    match &invoice.number {
        Some(number) => number.into(),
        None if invoice.is_imported && !invoice.reference.is_empty() => invoice.reference.as_str().into(),
        None => {
            let id = wire::id_of(names, InvoiceId::WORD, invoice.id.0);
            format!("DRAFT-{id}").into()
        }
    }
}

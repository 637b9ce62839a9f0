//! `GET /invoices/{invoice_id}`.

use billing::read::{Named, Names};
use domain::id::{AttachmentId, AuditId, CredentialId, CustomerId, InvoiceId, SalespersonId};
use domain::invoice::view::{Comment, View};
use domain::party::Address;
use http::HeaderMap;
use http::header::ACCEPT;
use http_kit::Query;
use http_kit::json::Object;
use jiff::tz::TimeZone;

use super::{item, number_of, present, settlement};
use crate::call::Call;
use crate::errors::Fault;
use crate::mount::Types;
use crate::routes::Handling;
use crate::side_car::{self, ForeignComment, InvoiceExtras};
use crate::{status, wire};

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        wants_json(&call.query, &call.headers)?;
        let found = present(&call).await?;
        Ok(wire::success("success", |o| {
            o.object("invoice", |o| to_wire(&found, call.mount.types(), Sample::Retrieve, o));
        }))
    })
}

/// Whose sample an answer follows: the seed's two are not alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    Retrieve,
    /// Items have their keys in another order and two more, payments and the invoice itself have fewer.
    AddLines,
}

/// `?accept=` outranks the header. PDF and HTML are formats of Zoho's that are not made yet: 406, as for any
/// other (contract Zoho 4.3).
fn wants_json(query: &Query, headers: &HeaderMap) -> Result<(), Fault> {
    let asked = query.get("accept").map(str::trim).filter(|asked| !asked.is_empty());
    match asked.map(str::to_ascii_lowercase).as_deref() {
        Some("json") => Ok(()),
        Some("pdf" | "html") => Err(Fault::not_acceptable()),
        Some(_) => Err(Fault::invalid("accept")),
        None if accepts_json(headers) => Ok(()),
        None => Err(Fault::not_acceptable()),
    }
}

/// Whether the `Accept` header leaves room for JSON; without one everything is welcome (RFC 9110 12.5.1).
fn accepts_json(headers: &HeaderMap) -> bool {
    let mut ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .peekable();
    if ranges.peek().is_none() {
        return true;
    }
    ranges.any(|range| {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let is_json =
            parts.next().is_some_and(|kind| matches!(kind.as_str(), "*/*" | "application/*" | "application/json"));
        let is_refused = parts.any(|part| {
            let weight = part.strip_prefix("q=");
            weight.is_some_and(|weight| weight.bytes().all(|byte| matches!(byte, b'0' | b'.')))
        });
        is_json && !is_refused
    })
}

/// The seed's keys in the seed's order; what only the OpenAPI names follows.
pub(crate) fn to_wire(found: &Named<View>, types: Types, sample: Sample, o: &mut Object<'_>) {
    let (view, names) = (&found.value, &found.names);
    let invoice = &view.summary;
    let extras: InvoiceExtras = side_car::read(&view.side_cars);
    let zone = wire::zone(&view.time_zone);
    let number = number_of(invoice, names);
    let updated_time = wire::instant(invoice.updated_at, &zone);
    let salesperson = invoice.salesperson.as_ref();
    o.str("invoice_id", &wire::id_of(names, InvoiceId::WORD, invoice.id.0))
        .str("number", &number)
        .str("status", status::word(invoice))
        .text("invoice_date", invoice.dated_on)
        .text("due_date", invoice.due_on)
        .str("payment_expected_date", &wire::opt_day(invoice.payment_expected_on))
        .bool("ach_payment_initiated", extras.ach_payment_initiated)
        .str("transaction_type", &invoice.transaction_type)
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, invoice.customer_id.0))
        .str("customer_name", &invoice.customer_name)
        .str("email", &invoice.customer_email)
        .array("invoice_items", &view.lines, |line, o| item::to_wire(line, names, types, sample, o));
    settlement::coupons(view, o);
    settlement::credits(view, names, types, o);
    o.dec("total", invoice.total)
        .dec("payment_made", invoice.payments_net)
        .dec("balance", invoice.balance)
        .dec("credits_applied", invoice.credits)
        .dec("write_off_amount", invoice.write_offs);
    settlement::payments(view, names, &extras, sample, o);
    o.str("currency_code", invoice.currency.code())
        .str("currency_symbol", &wire::symbol(invoice.currency))
        .str("created_time", &wire::instant(invoice.created_at, &zone))
        .str("updated_time", &updated_time)
        .str("salesperson_id", &wire::opt_id_of(names, SalespersonId::WORD, salesperson.map(|(id, _)| id.0)))
        .str("salesperson_name", salesperson.map_or("", |(_, name)| name.as_str()))
        // No public page of an invoice yet.
        .str("invoice_url", "")
        .object("billing_address", |o| billing_address(&invoice.bill_to, types, o))
        .object("shipping_address", |o| shipping_address(&invoice.ship_to, types, o));
    comments(view, names, &extras, &zone, o);
    o.array("custom_fields", &view.custom_fields, |field, o| {
        o.int("index", field.index)
            .str("label", &field.label)
            .str("value", &field.value)
            .str("data_type", &field.data_type);
    });
    if sample == Sample::Retrieve {
        documents(view, names, o);
    }
    if types == Types::OpenApi {
        o.str("invoice_number", &number).text("date", invoice.dated_on).str("last_modified_time", &updated_time);
    }
}

/// The seed's billing address has no street; ours follows behind its last key.
pub(super) fn billing_address(address: &Address, types: Types, o: &mut Object<'_>) {
    o.str("city", &address.city).str("state", &address.state);
    wire::put_digits(o, types, "zip", &address.postcode);
    o.str("country", &address.country);
    wire::put_digits(o, types, "fax", &address.fax);
    o.str("street", &street(address)).str("attention", &address.attention);
}

pub(crate) fn shipping_address(address: &Address, types: Types, o: &mut Object<'_>) {
    o.str("street", &street(address)).str("city", &address.city).str("state", &address.state);
    wire::put_digits(o, types, "zip", &address.postcode);
    o.str("country", &address.country);
    wire::put_digits(o, types, "fax", &address.fax);
    o.str("attention", &address.attention);
}

/// Zoho has one street of several lines.
fn street(address: &Address) -> String {
    let lines = [&address.line1, &address.line2, &address.line3];
    let filled: Vec<&str> = lines.into_iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    filled.join("\n")
}

/// Zoho's own trail of an imported invoice, then ours. Ours is made of sentences that the server writes, which
/// Zoho calls system comments. `date` is null in the seed, and stays so: `time` alone tells no day.
fn comments(view: &View, names: &Names, extras: &InvoiceExtras, zone: &TimeZone, o: &mut Object<'_>) {
    let invoice_id = wire::id_of(names, InvoiceId::WORD, view.summary.id.0);
    let ours = view.comments.iter().map(|comment: &Comment| ForeignComment {
        comment_id: wire::id_of(names, AuditId::WORD, comment.id),
        description: comment.text.clone(),
        commented_by_id: wire::opt_id_of(names, CredentialId::WORD, comment.by_id),
        commented_by: comment.by_name.clone(),
        comment_type: "system".to_owned(),
        time: wire::clock_time(comment.at, zone),
        operation_type: operation_word(&comment.operation).to_owned(),
        transaction_id: invoice_id.clone(),
        transaction_type: "invoice".to_owned(),
    });
    let all = extras.comments.iter().cloned().chain(ours);
    o.array("comments", all, |comment, o| {
        o.str("comment_id", &comment.comment_id)
            .str("description", &comment.description)
            .str("commented_by_id", &comment.commented_by_id)
            .str("commented_by", &comment.commented_by)
            .str("comment_type", &comment.comment_type)
            .null("date")
            .str("time", &comment.time)
            .str("operation_type", &comment.operation_type)
            .str("transaction_id", &comment.transaction_id)
            .str("transaction_type", &comment.transaction_type);
    });
}

/// The seed calls the comment of a voided invoice `Added`: only changes of the document itself are updates.
fn operation_word(operation: &str) -> &'static str {
    match operation {
        "updated" | "corrected" => "Updated",
        _ => "Added",
    }
}

/// `can_send_in_mail` is true when all attachments may go out with the invoice (Zoho's OpenAPI).
fn documents(view: &View, names: &Names, o: &mut Object<'_>) {
    let attachments = &view.attachments;
    let can_send = attachments.iter().all(|attachment| attachment.can_send_in_mail);
    o.bool("can_send_in_mail", !attachments.is_empty() && can_send);
    o.array("documents", attachments, |attachment, o| {
        o.str("file_name", &attachment.file_name)
            .str("file_type", &attachment.file_type)
            .int("file_size", attachment.size_bytes)
            .str("file_size_formatted", &wire::file_size(attachment.size_bytes))
            .str("document_id", &wire::id_of(names, AttachmentId::WORD, attachment.id.0))
            .int("attachment_order", attachment.order);
    });
}

#[cfg(test)]
mod tests;

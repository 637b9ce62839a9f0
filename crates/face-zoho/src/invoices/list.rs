//! `GET /invoices`.

use std::collections::HashMap;

use billing::query::{CustomerRef, Field, Filter, InvoiceQuery, Match, Operand};
use billing::read::Names;
use domain::id::{CustomerId, EntityId, InvoiceId};
use domain::invoice::view::Summary;
use http_kit::json::Object;
use jiff::tz::TimeZone;

use super::filters::Ask;
use super::number_of;
use crate::call::Call;
use crate::mount::Types;
use crate::routes::Handling;
use crate::{status, wire};

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let mut ask = Ask::from_wire(&call.query)?;
        if let Some(text) = ask.customer_id.take() {
            ask.filters.push(customer_filter(&call, text).await?);
        }
        let query = InvoiceQuery {
            filters: ask.filters,
            order: vec![ask.order],
            paging: ask.page.paging(),
            with_withdrawn: false,
        };
        let found = call.billing.invoices(&call.caller, query).await?;
        let zones = zones(&call).await?;
        let types = call.mount.types();
        Ok(wire::success("success", |o| {
            o.array("invoices", &found.value.rows, |invoice, o| {
                let zone = zones.get(&invoice.entity_id).cloned().unwrap_or(TimeZone::UTC);
                to_wire(invoice, &found.names, &zone, types, o);
            });
            ask.page.to_wire(o, found.value.has_more, &ask.listing);
        }))
    })
}

/// A customer that does not exist, or that the caller may not know of, has no invoices.
async fn customer_filter(call: &Call, text: String) -> Result<Filter, billing::Error> {
    let native = wire::unspell(&text).map(CustomerId);
    let which = CustomerRef::Spelled { text, native };
    match call.billing.resolve_customer(&call.caller, &which).await {
        Ok(id) => Ok(Filter::Field(Field::CustomerId, Match::Equals(Operand::Int(id.0)))),
        Err(billing::Error::Missing { .. }) => Ok(Filter::Never),
        Err(error) => Err(error),
    }
}

/// The zone in which each legal entity's instants are told.
async fn zones(call: &Call) -> Result<HashMap<EntityId, TimeZone>, billing::Error> {
    let entities = call.billing.legal_entities(&call.caller).await?.value;
    Ok(entities.into_iter().map(|view| (view.entity.id, wire::zone(&view.entity.time_zone))).collect())
}

/// One row, in the seed's order; what only the OpenAPI names follows.
fn to_wire(invoice: &Summary, names: &Names, zone: &TimeZone, types: Types, o: &mut Object<'_>) {
    let number = number_of(invoice, names);
    let updated_time = wire::instant(invoice.updated_at, zone);
    o.str("invoice_id", &wire::id_of(names, InvoiceId::WORD, invoice.id.0))
        .str("number", &number)
        .str("status", status::word(invoice))
        .text("invoice_date", invoice.dated_on)
        .text("due_date", invoice.due_on)
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, invoice.customer_id.0))
        .str("customer_name", &invoice.customer_name)
        .str("email", &invoice.customer_email)
        .dec("balance", invoice.balance)
        .dec("total", invoice.total)
        .str("currency_code", invoice.currency.code())
        .str("currency_symbol", &wire::symbol(invoice.currency))
        .bool("has_attachment", invoice.has_attachment)
        .str("created_time", &wire::instant(invoice.created_at, zone))
        .str("updated_time", &updated_time);
    if types == Types::OpenApi {
        o.str("invoice_number", &number).text("date", invoice.dated_on).str("last_modified_time", &updated_time);
    }
}

#[cfg(test)]
mod tests;

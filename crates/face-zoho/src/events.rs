//! `/events`: what happened, as Zoho calls it, the latest first. Only what Zoho has a name for is told. The payload
//! is text: `{"created_time":...,"data":{...},"event_id":...,"event_type":...}` as Zoho's webhooks post it, with the
//! object as this face prints it now.

use billing::Error;
use billing::query::{InvoiceRef, Paging};
use billing::read::Event;
use domain::id::{CreditNoteId, EventId, InvoiceId, PaymentId, PaymentIntentId, RefundId};
use http_kit::json::{Object, Style, object};
use jiff::tz::TimeZone;

use crate::call::{Call, spelled};
use crate::errors::{Failure, Fault};
use crate::invoices::detail::{self, Sample};
use crate::paging::{Listing, Page};
use crate::routes::{Handling, Needs, Operation, row};
use crate::sellers::Sellers;
use crate::{credit_notes, payments, refunds, wire};

// The OpenAPI asks for the scope of webhooks.
const READ: Needs = Needs::Scope("ZohoSubscriptions.webhooks.READ");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list events", "GET", "/events", READ, list),
    row("retrieve an event", "GET", "/events/{event_id}", READ, retrieve),
];

/// Our types of events that Zoho has too. [`zohos`] has its names.
const TYPES: &[&str] =
    &["invoice.issued", "credit_note.issued", "payment.received", "refund.made", "payment_intent.failed"];

/// Zoho's name of an event ("The following are the list of events that Zoho Billing currently supports", OpenAPI).
fn zohos(event_type: &str) -> Option<&'static str> {
    match event_type {
        "invoice.issued" => Some("invoice_created"),
        "credit_note.issued" => Some("creditnote_added"),
        "payment.received" => Some("payment_thankyou"),
        "refund.made" => Some("payment_refunded"),
        "payment_intent.failed" => Some("payment_declined"),
        _ => None,
    }
}

const LISTING: Listing =
    Listing { report_name: "Events", applied_filter: "EventType.All", sort_column: "event_time", sort_order: "D" };

pub(crate) fn list(call: Call) -> Handling {
    Box::pin(async move {
        let page = Page::from_wire(&call.query)?;
        let Paging::Offset { offset, limit } = page.paging() else {
            unreachable!("pages have numbers");
        };
        let found = call.billing.events_of_types(&call.caller, TYPES, offset, limit).await?;
        let names = call.billing.names(&call.caller, found.rows.iter().map(|event| event.id.0).collect()).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            let told = found.rows.iter().filter_map(|event| Some((event, zohos(&event.event_type)?)));
            o.array("events", told, |(event, name), o| {
                o.str("event_id", &wire::id_of(&names, EventId::WORD, event.id.0))
                    .str("event_type", name)
                    .str("event_time", &wire::instant(event.created_at, &zone));
            });
            page.to_wire(o, found.has_more, &LISTING);
        }))
    })
}

pub(crate) fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let text = call.path("event_id");
        if !wire::is_id(text) {
            return Err(Fault::missing("Event").into());
        }
        let id = call.native_ids(vec![spelled::<EventId>(text)]).await?.into_iter().next().flatten();
        let id = id.map(EventId).ok_or_else(|| Fault::missing("Event"))?;
        let event = call.billing.event(&call.caller, id).await?;
        let name = zohos(&event.event_type).ok_or_else(|| Fault::missing("Event"))?;
        let names = call.billing.names(&call.caller, vec![id.0]).await?;
        let id = wire::id_of(&names, EventId::WORD, id.0);
        let zone = Sellers::load(&call).await?.zone(None);
        let payload = payload(&call, &event, &id, name, &zone).await?;
        Ok(wire::success("success", |o| {
            o.object("event", |o| {
                o.str("event_id", &id)
                    .str("event_type", name)
                    .str("event_time", &wire::instant(event.created_at, &zone))
                    .str("payload", &payload)
                    // Nobody was told by webhook.
                    .array("webhooks", [(); 0], |(), _| {});
            });
        }))
    })
}

/// The object, rendered by the function that answers for it.
enum Data {
    Invoice(Box<billing::read::Named<domain::invoice::view::View>>),
    Note(Box<billing::read::Named<billing::read::NoteDetail>>),
    Payment(Box<billing::read::Named<billing::read::PaymentDetail>>),
    Refund(Box<billing::read::Named<billing::read::RefundDetail>>),
    /// It is not there any more.
    Nothing,
}

impl Data {
    async fn load(call: &Call, event: &Event) -> Result<Self, Error> {
        let (billing, caller, id) = (&call.billing, &call.caller, event.object_id);
        let invoice = async |id: InvoiceId| {
            let found = billing.invoice(caller, None, &InvoiceRef::Id(id)).await?;
            Ok(Self::Invoice(Box::new(found)))
        };
        let loaded = match event.object_kind.as_str() {
            InvoiceId::WORD => invoice(InvoiceId(id)).await,
            CreditNoteId::WORD => {
                billing.note_detail(caller, CreditNoteId(id)).await.map(|found| Self::Note(Box::new(found)))
            }
            PaymentId::WORD => {
                billing.payment_detail(caller, PaymentId(id)).await.map(|found| Self::Payment(Box::new(found)))
            }
            RefundId::WORD => {
                billing.refund_detail(caller, RefundId(id)).await.map(|found| Self::Refund(Box::new(found)))
            }
            // Declined: the invoice that still owes.
            PaymentIntentId::WORD => match billing.payment_intent(caller, PaymentIntentId(id)).await {
                Ok(found) => invoice(found.intent.invoice_id).await,
                Err(error) => Err(error),
            },
            _ => Ok(Self::Nothing),
        };
        match loaded {
            Err(Error::Missing { .. }) => Ok(Self::Nothing),
            loaded => loaded,
        }
    }

    fn to_wire(&self, call: &Call, o: &mut Object<'_>) {
        let types = call.mount.types();
        match self {
            Self::Invoice(found) => {
                o.object("invoice", |o| detail::to_wire(found, types, Sample::Retrieve, o));
            }
            Self::Note(found) => {
                o.object("creditnote", |o| credit_notes::to_wire(&found.value, &found.names, o));
            }
            Self::Payment(found) => {
                o.object("payment", |o| payments::to_wire(&found.value, &found.names, o));
            }
            Self::Refund(found) => {
                o.object("refund", |o| refunds::to_wire(found, o));
            }
            Self::Nothing => {}
        }
    }
}

async fn payload(call: &Call, event: &Event, id: &str, name: &str, zone: &TimeZone) -> Result<String, Failure> {
    let data = Data::load(call, event).await?;
    let json = object(Style::COMPACT, |o| {
        o.str("created_time", &wire::instant(event.created_at, zone))
            .object("data", |o| data.to_wire(call, o))
            .str("event_id", id)
            .str("event_type", name);
    });
    Ok(String::from_utf8(json).expect("the writer of JSON writes UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_listed_has_a_name_of_zohos() {
        let mut names: Vec<&str> = TYPES.iter().map(|event_type| zohos(event_type).expect("a name")).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TYPES.len());
        assert_eq!(zohos("payment.voided"), None);
    }
}

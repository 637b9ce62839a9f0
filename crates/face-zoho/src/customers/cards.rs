//! `/customers/{customer_id}/cards`: the credit cards that a gateway keeps for a customer. Zoho's clients add them
//! through its hosted pages; here they are added through the native API.

use billing::payments::methods::RemovePaymentMethod;
use billing::query::CustomerRef;
use billing::read::{MethodRef, MethodView, Named, Names};
use domain::id::{CustomerId, PaymentMethodId};
use domain::payment::method::{Expiry, MethodKind, MethodStatus, PaymentMethod};
use http_kit::json::Object;
use jiff::tz::TimeZone;

use super::{DELETE, READ};
use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::mount::Types;
use crate::routes::{Handling, Operation, row};
use crate::sellers::Sellers;
use crate::wire;

const ALL: &str = "/customers/{customer_id}/cards";
const ONE: &str = "/customers/{customer_id}/cards/{card_id}";

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list active cards", "GET", ALL, READ, list),
    row("retrieve a card", "GET", ONE, READ, retrieve),
    row("delete a card", "DELETE", ONE, DELETE, delete),
];

/// Methods of one customer: its wallet, which Zoho lists without pages.
const WALLET: u32 = 1_000;

/// "List of all the Active Credit Cards" (OpenAPI): an expired one is none.
fn list(call: Call) -> Handling {
    Box::pin(async move {
        let customer = CustomerRef::Id(call.path_id::<CustomerId>("customer_id").await?);
        let found = call.billing.payment_methods(&call.caller, &customer, 0, WALLET).await?;
        let zone = zone_of(&call, &customer).await?;
        let is_listed =
            |view: &&MethodView| view.method.kind == MethodKind::Card && view.status == MethodStatus::Active;
        Ok(wire::success("success", |o| {
            o.array("cards", found.value.iter().filter(is_listed), |view, o| row_to_wire(view, &found.names, &zone, o));
        }))
    })
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let found = one(&call, "card_id", MethodKind::Card).await?;
        let zone = zone_of(&call, &CustomerRef::Id(found.value.method.customer_id)).await?;
        let types = call.mount.types();
        Ok(wire::success("success", |o| {
            o.object("card", |o| to_wire(&found.value.method, &found.names, types, &zone, o));
        }))
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let of = Some(call.path_id::<CustomerId>("customer_id").await?);
        let method =
            call.path_id::<PaymentMethodId>("card_id").await.map_err(|failure| named(failure, MethodKind::Card))?;
        let verb = RemovePaymentMethod { method, of, kind: Some(MethodKind::Card) };
        let deleted = call.write(verb, |_| wire::success("The credit card has been deleted.", |_| {})).await;
        deleted.map_err(|failure| named(failure, MethodKind::Card))
    })
}

/// The zone of the legal entity that issues to the customer.
async fn zone_of(call: &Call, customer: &CustomerRef) -> Result<TimeZone, Failure> {
    let entity = call.billing.customer(&call.caller, customer).await?.value.customer.entity_id;
    Ok(Sellers::load(call).await?.zone(entity))
}

/// The method of this kind that the path names, of the customer that it names.
pub(super) async fn one(call: &Call, name: &str, kind: MethodKind) -> Result<Named<MethodView>, Failure> {
    let customer = CustomerRef::Id(call.path_id::<CustomerId>("customer_id").await?);
    let text = call.path(name);
    let missing = || named(billing::Error::missing(PaymentMethodId::WORD, text).into(), kind);
    if !wire::is_id(text) {
        return Err(missing());
    }
    let which = MethodRef::Spelled { text: text.to_owned(), native: wire::unspell(text).map(PaymentMethodId) };
    let found = call.billing.payment_method(&call.caller, Some(&customer), &which).await;
    let found = found.map_err(|error| named(error.into(), kind))?;
    if found.value.method.kind == kind { Ok(found) } else { Err(missing()) }
}

/// A missing method by the name that Zoho has for its kind.
pub(crate) fn named(failure: Failure, kind: MethodKind) -> Failure {
    match failure {
        Failure::Told(billing::Error::Missing { kind: PaymentMethodId::WORD, .. }) => match kind {
            MethodKind::Card => Fault::missing("Card").into(),
            MethodKind::BankAccount => Fault::missing("Bank account").into(),
        },
        other => other,
    }
}

fn row_to_wire(view: &MethodView, names: &Names, zone: &TimeZone, o: &mut Object<'_>) {
    let card = &view.method;
    o.str("card_id", &wire::id_of(names, PaymentMethodId::WORD, card.id.0))
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, card.customer_id.0))
        .str("status", status_word(view.status));
    last_four(card, o);
    expiry(card.expiry, o);
    o.str("payment_gateway", &card.gateway)
        .str("created_time", &wire::instant(card.created_at, zone))
        .str("updated_time", &wire::instant(card.updated_at, zone));
}

fn to_wire(card: &PaymentMethod, names: &Names, types: Types, zone: &TimeZone, o: &mut Object<'_>) {
    o.str("customer_id", &wire::id_of(names, CustomerId::WORD, card.customer_id.0))
        .str("card_id", &wire::id_of(names, PaymentMethodId::WORD, card.id.0));
    last_four(card, o);
    expiry(card.expiry, o);
    let address = &card.address;
    let lines = [&address.line1, &address.line2, &address.line3];
    let street: Vec<&str> = lines.into_iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    o.str("payment_gateway", &card.gateway)
        .str("first_name", &card.first_name)
        .str("last_name", &card.last_name)
        .str("street", &street.join("\n"))
        .str("city", &address.city)
        .str("state", &address.state);
    wire::put_digits(o, types, "zip", &address.postcode);
    o.str("country", &address.country)
        .str("created_time", &wire::instant(card.created_at, zone))
        .str("updated_time", &wire::instant(card.updated_at, zone));
}

/// A number without leading zeros, as the OpenAPI has it (`2145`); left out when nobody told.
pub(crate) fn last_four(method: &PaymentMethod, o: &mut Object<'_>) {
    if let Ok(digits) = method.last_four.parse::<u32>() {
        o.int("last_four_digits", digits);
    }
}

/// Left out when nobody told.
pub(crate) fn expiry(expiry: Option<Expiry>, o: &mut Object<'_>) {
    if let Some(Expiry { year, month }) = expiry {
        o.int("expiry_month", month).int("expiry_year", year);
    }
}

pub(super) fn status_word(status: MethodStatus) -> &'static str {
    match status {
        MethodStatus::Active => "active",
        MethodStatus::Expired => "expired",
        MethodStatus::Inactive => "inactive",
    }
}

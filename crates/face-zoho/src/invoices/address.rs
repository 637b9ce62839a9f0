//! `PUT /invoices/{invoice_id}/address`: parts that are left out stay.

use billing::invoices::address::EditAddresses;
use billing::invoices::standing::Present;
use billing::read::ThenView;
use serde::Deserialize;

use super::detail::{billing_address, shipping_address};
use super::input::AddressBody;
use super::{of_body, present_id};
use crate::call::Call;
use crate::errors::Fault;
use crate::routes::Handling;
use crate::wire;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Addresses {
    billing_address: Option<AddressBody>,
    shipping_address: Option<AddressBody>,
}

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let invoice = present_id(&call).await?;
        let body: Addresses = call.read()?;
        if body.billing_address.is_none() && body.shipping_address.is_none() {
            return Err(Fault::invalid("billing_address").into());
        }
        let bill_to = body.billing_address.unwrap_or_default().from_wire();
        let ship_to = body.shipping_address.unwrap_or_default().from_wire();
        let verb = Present { invoice, then: EditAddresses { invoice, bill_to, ship_to } };
        let types = call.mount.types();
        let edited = call.write(ThenView(verb), move |found| {
            let invoice = &found.value.summary;
            wire::success("Invoice address updated", |o| {
                o.object("invoice_address", |o| {
                    o.object("billing_address", |o| billing_address(&invoice.bill_to, types, o))
                        .object("shipping_address", |o| shipping_address(&invoice.ship_to, types, o));
                });
            })
        });
        edited.await.map_err(of_body)
    })
}

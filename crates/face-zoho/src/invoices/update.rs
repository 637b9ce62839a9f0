//! `PUT /invoices/{invoice_id}`: what is left out stays, but a line left out of `invoice_items` is deleted (Zoho's
//! OpenAPI). A draft is changed in place; an issued invoice gets a new revision of the same number, while nothing
//! is applied to it.

use billing::invoices::asked::LinesEdit;
use billing::invoices::edit::EditInvoice;
use billing::invoices::standing::Present;
use billing::read::ThenView;

use super::create::{exemption, ignores_series};
use super::input::{self, InvoiceBody};
use super::{number_of, of_body, present, written};
use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::routes::Handling;
use crate::scalar::filled;
use crate::wire;

/// Also what adding and deleting a line is answered with.
pub(super) const MESSAGE: &str = "Invoice information has been updated.";

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let edit = from_wire(&call).await?;
        let types = call.mount.types();
        let verb = ThenView(Present { invoice: edit.invoice, then: edit });
        let edited = call.write(verb, move |found| {
            wire::success(MESSAGE, |o| {
                o.object("invoice", |o| written::to_wire(&found, types, o));
            })
        });
        edited.await.map_err(of_body)
    })
}

async fn from_wire(call: &Call) -> Result<EditInvoice, Failure> {
    // Which of its ids are lines, and which number it shows.
    let seen = present(call).await?;
    let invoice = seen.value.summary.id;
    let mut body: InvoiceBody = call.read()?;
    let number = match filled(body.invoice_number.as_ref()) {
        None => None,
        Some(number) if number == number_of(&seen.value.summary, &seen.names) => None,
        Some(_) if !ignores_series(&call.query)? => return Err(Fault::own_number_unasked().into()),
        Some(number) => Some(number.to_owned()),
    };
    let customer = input::customer(call, body.customer_id.as_ref()).await?;
    let exemption = exemption(&body)?;
    let lines = match body.invoice_items.take() {
        None if exemption.is_some() => return Err(Fault::invalid("tax_exemption_id").into()),
        None => LinesEdit::Keep,
        Some(items) if items.is_empty() => return Err(Fault::invalid("invoice_items").into()),
        Some(items) => {
            let known: Vec<_> = seen.value.lines.iter().map(|line| line.id).collect();
            LinesEdit::Replace(input::line_edits(call, items, &known, exemption.as_ref()).await?)
        }
    };
    let mut header = input::header(call, &mut body).await?;
    header.customer = customer;
    header.number = number;
    let reason = filled(body.reason.as_ref()).unwrap_or_default().to_owned();
    Ok(EditInvoice { invoice, header, lines, only_drafts: false, reason })
}

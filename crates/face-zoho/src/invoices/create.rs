//! `POST /invoices`. With `send` it is opened and marked as sent; a mail is what `/email` sends.

use billing::invoices::InvoiceSpec;
use billing::invoices::asked::{AddressEdit, HeaderEdit};
use billing::invoices::make::MakeInvoice;
use billing::read::ThenView;
use domain::id::CustomerId;
use domain::invoice::FxRate;
use domain::party::{Address, Exemption};
use http_kit::Query;

use super::input::{self, InvoiceBody};
use super::{of_body, written};
use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::routes::Handling;
use crate::scalar::{Scalar, day, filled};
use crate::wire;

const MESSAGE: &str = "The invoice has been created.";

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let verb = from_wire(&call).await?;
        let types = call.mount.types();
        let made = call.write(ThenView(verb), move |found| {
            wire::created(MESSAGE, |o| {
                o.object("invoice", |o| written::to_wire(&found, types, o));
            })
        });
        made.await.map_err(of_body)
    })
}

async fn from_wire(call: &Call) -> Result<MakeInvoice, Failure> {
    let mut body: InvoiceBody = call.read()?;
    let is_sent = parameter(&call.query, "send")?;
    let number = match (ignores_series(&call.query)?, filled(body.invoice_number.as_ref())) {
        (true, Some(number)) => Some(number.to_owned()),
        // The parameter makes the number mandatory (Zoho's OpenAPI).
        (true, None) => return Err(Fault::invalid("invoice_number").into()),
        (false, Some(_)) => return Err(Fault::own_number_unasked().into()),
        (false, None) => None,
    };
    let customer = input::customer(call, body.customer_id.as_ref()).await?;
    let customer = customer.ok_or_else(|| Fault::invalid("customer_id"))?;
    day("date", body.date.as_ref())?.ok_or_else(|| Fault::invalid("date"))?;
    let items = body.invoice_items.take().filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| Fault::invalid("invoice_items"))?;
    let exemption = exemption(&body)?;
    let lines = input::line_edits(call, items, &[], exemption.as_ref()).await?;
    let mut header = input::header(call, &mut body).await?;
    Ok(MakeInvoice {
        lines,
        custom_fields: std::mem::take(&mut header.custom_fields),
        seller: header.seller.take(),
        side_car: header.side_car.take(),
        is_sent,
        spec: InvoiceSpec { number, ..spec(customer, header) },
    })
}

/// A parameter that is `true` or `false`.
pub(super) fn parameter(query: &Query, name: &str) -> Result<bool, Fault> {
    match query.get(name).map(str::trim) {
        None | Some("") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(Fault::invalid(name)),
    }
}

pub(super) fn ignores_series(query: &Query) -> Result<bool, Fault> {
    parameter(query, "ignore_auto_number_generation")
}

/// The exemption of the whole invoice: of every item that has none of its own.
pub(super) fn exemption(body: &InvoiceBody) -> Result<Option<Exemption>, Fault> {
    let given = |scalar: &Option<Scalar>| filled(scalar.as_ref()).map(str::to_owned);
    let id = given(&body.tax_exemption_id);
    if id.as_deref().is_some_and(|id| !wire::is_id(id)) {
        return Err(Fault::invalid("tax_exemption_id"));
    }
    Ok(given(&body.tax_exemption_code).or(id).map(|code| Exemption { code, reason: String::new() }))
}

fn spec(customer: CustomerId, header: HeaderEdit) -> InvoiceSpec {
    let whole = |edit: AddressEdit| edit.on(&Address::default());
    let fx = header.exchange_rate.zip(header.dated_on);
    let allowances = header.allowances.into_iter().filter(|edit| !edit.is_gone).map(|edit| edit.asked);
    InvoiceSpec {
        fx: fx.map(|((rate, source), on)| FxRate { rate, source: source.to_owned(), on }),
        price_mode: header.price_mode,
        dated_on: header.dated_on,
        due_on: header.due_on,
        terms: header.terms,
        payment_expected_on: header.payment_expected_on.flatten(),
        reference: header.reference.unwrap_or_default(),
        allowances: allowances.collect(),
        bill_to: header.bill_to.map(whole),
        ship_to: header.ship_to.map(whole),
        memo: header.memo.unwrap_or_default(),
        terms_text: header.terms_text.unwrap_or_default(),
        ..InvoiceSpec::to(customer, Vec::new())
    }
}

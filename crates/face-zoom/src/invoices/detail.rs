//! GET `/accounts/{accountId}/billing/invoices/{invoiceId}`: one invoice with its items (seeds 000, 001).

use crate::limits::{self, Call};
use crate::{access, errors, status, wire};
use axum::extract::{Path, State};
use billing::Billing;
use billing::query::InvoiceRef;
use billing::read::Names;
use domain::invoice::view::{LineView, View};
use http_kit::auth::Presented;
use http_kit::json::{Object, Style, object};
use http_kit::{Answer, RequestId};
use jiff::civil::Date;

pub(crate) async fn handle(
    State(billing): State<Billing>,
    Path((account, invoice)): Path<(String, String)>,
    presented: Presented,
    request: RequestId,
) -> Answer {
    match read(&billing, &account, invoice, presented, &request).await {
        Ok(answer) | Err(answer) => answer,
    }
}

async fn read(
    billing: &Billing,
    account: &str,
    invoice: String,
    presented: Presented,
    request: &RequestId,
) -> Result<Answer, Answer> {
    let admitted = access::admit(billing, presented, account, request).await?;
    let which = from_wire(invoice);
    let found = billing.invoice(&admitted.caller, Some(&admitted.account_ref), &which).await;
    let found = found.map_err(|error| errors::of(error, request))?;
    let answer = Answer::with_body(200, errors::JSON, to_wire(&found.value, &found.names));
    let call = Call::Detail(found.value.summary.id);
    Ok(limits::apply(billing, &admitted, call, request, answer).await)
}

fn from_wire(text: String) -> InvoiceRef {
    let native = wire::unspell_invoice(&text);
    InvoiceRef::Spelled { text, native }
}

/// The answer's body: the sample's keys in the sample's order, and no others.
pub(crate) fn to_wire(view: &View, names: &Names) -> Vec<u8> {
    let summary = &view.summary;
    object(Style::COMPACT, |invoice| {
        super::list::head(invoice, summary, names);
        invoice.array("invoice_items", &view.lines, item).str("currency", summary.currency.code());
    })
}

/// A line. Its tax is beside its amount, not in it; its period's last day is included. What a line lacks
/// is an empty string: clients read null as text or fail on it.
fn item(line: &LineView, row: &mut Object<'_>) {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let day = |value: Option<Date>| value.map(|day| day.to_string()).unwrap_or_default();
    row.str("charge_name", &line.name)
        .str("charge_type", status::charge_type(line.kind))
        .str("charge_number", &text(&line.charge_number))
        .dec("total_amount", line.taxable)
        .dec("tax_amount", line.tax)
        .int("quantity", wire::quantity(line.quantity))
        .str("start_date", &day(line.from_on))
        .str("end_date", &day(line.last_on))
        .str("purchase_order_number", &text(&line.purchase_order))
        .str("partner_sku", &text(&line.partner_sku));
}

//! `/invoices` and all below it.

pub(crate) mod detail;
mod filters;
mod item;
pub(crate) mod list;
#[cfg(test)]
mod sample;
mod settlement;

use std::borrow::Cow;

use billing::read::Names;
use domain::id::InvoiceId;
use domain::invoice::view::Summary;

use crate::routes::{Needs, Operation, row};
use crate::wire;

const READ: Needs = Needs::Scope("ZohoSubscriptions.invoices.READ");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list invoices", "GET", "/invoices", READ, list::handle),
    row("retrieve an invoice", "GET", "/invoices/{invoice_id}", READ, detail::handle),
];

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

//! What the answers are made from: views, with the names that an import kept for this face.

use billing::query::{CustomerRef, InvoiceQuery, InvoiceRef};
use billing::read::{Named, Names};
use billing::{Billing, Caller, Error};
use domain::id::{CustomerId, InvoiceId};
use domain::invoice::view::View;

use crate::wire;

/// One page of invoices in the query's order. Each is read whole: a list prints sums and periods of the lines and
/// custom fields, which a header's own row has not.
pub(crate) async fn page(billing: &Billing, caller: &Caller, query: InvoiceQuery) -> Result<Vec<Named<View>>, Error> {
    let found = billing.invoices(caller, query).await?.value;
    let mut views = Vec::with_capacity(found.rows.len());
    for row in found.rows {
        match billing.invoice(caller, None, &InvoiceRef::Id(row.id)).await {
            Ok(view) => views.push(view),
            // A draft that was deleted since.
            Err(Error::Missing { .. }) => {}
            Err(failed) => return Err(failed),
        }
    }
    Ok(views)
}

/// The native id of an object of this kind that a filter names, if it names any.
pub(crate) async fn native_id(
    billing: &Billing,
    caller: &Caller,
    kind: &'static str,
    text: &str,
) -> Result<Option<i64>, Error> {
    let native = wire::unspell(text);
    let found = match kind {
        InvoiceId::WORD => {
            let which = InvoiceRef::Spelled { text: text.to_owned(), native: native.map(InvoiceId) };
            billing.invoice(caller, None, &which).await.map(|found| found.value.summary.id.0)
        }
        CustomerId::WORD => {
            let which = CustomerRef::Spelled { text: text.to_owned(), native: native.map(CustomerId) };
            billing.resolve_customer(caller, &which).await.map(i64::from)
        }
        _ => return Ok(native),
    };
    match found {
        Ok(id) => Ok(Some(id)),
        Err(Error::Missing { .. }) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// The names of what the views' own names leave out: the legal entities and the tax rates.
pub(crate) async fn more_names(billing: &Billing, caller: &Caller, views: &[&View]) -> Result<Names, Error> {
    let rates = views.iter().flat_map(|view| &view.lines).flat_map(|line| &line.tax_treatment.components);
    let entities = views.iter().map(|view| view.summary.entity_id.0);
    let mut ids: Vec<i64> = rates.map(|part| part.rate_id.0).chain(entities).collect();
    ids.sort_unstable();
    ids.dedup();
    billing.names(caller, ids).await
}

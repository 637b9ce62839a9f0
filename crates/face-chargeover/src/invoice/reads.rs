//! What the answers are made from: views, with the names that an import kept for this face.

use billing::query::InvoiceQuery;
use billing::read::{Named, Names};
use billing::{Billing, Caller, Error};
use domain::invoice::view::View;

use crate::wire;

/// One page of invoices in the query's order.
pub(crate) async fn page(billing: &Billing, caller: &Caller, query: InvoiceQuery) -> Result<Named<Vec<View>>, Error> {
    let found = billing.invoices(caller, query).await?.value;
    billing.views_of(caller, &found.rows).await
}

/// The native id of an object of this kind that a filter names, if it names any.
pub(crate) async fn native_id(
    billing: &Billing,
    caller: &Caller,
    kind: &'static str,
    text: &str,
) -> Result<Option<i64>, Error> {
    billing.native_id(caller, kind, text, wire::unspell(text)).await
}

/// The names of what the views' own names leave out: the legal entities and the tax rates.
pub(crate) async fn more_names(billing: &Billing, caller: &Caller, view: &View) -> Result<Names, Error> {
    let rates = view.lines.iter().flat_map(|line| &line.tax_treatment.components);
    let entity = view.summary.entity_id.0;
    let mut ids: Vec<i64> = rates.map(|part| part.rate_id.0).chain([entity]).collect();
    ids.sort_unstable();
    ids.dedup();
    billing.names(caller, ids).await
}

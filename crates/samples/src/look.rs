//! Reads within a transaction of ours.

use billing::read::ThenView;
use billing::{Cx, Error, Verb};
use domain::id::InvoiceId;
use domain::invoice::view::View;

/// Changes nothing: what `ThenView` reads back is the invoice as it stands.
struct Nothing(InvoiceId);

impl Verb for Nothing {
    type Outcome = InvoiceId;

    async fn run(&self, _: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        Ok(self.0)
    }
}

/// The invoice as the transaction sees it.
pub(crate) async fn invoice(cx: &mut Cx<'_, '_>, id: InvoiceId) -> Result<View, Error> {
    Ok(ThenView(Nothing(id)).run(cx).await?.value)
}

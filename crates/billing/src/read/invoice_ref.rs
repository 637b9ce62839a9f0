//! Which invoice a client means, before anything else of its request is judged.

use super::invoice::find;
use crate::query::InvoiceRef;
use crate::{Billing, Caller, Error};
use domain::id::InvoiceId;

impl Billing {
    /// The invoice's id, where there is one that the caller may see. One that was withdrawn through a vendor's
    /// DELETE is `Missing`.
    pub async fn present_invoice(&self, caller: &Caller, which: &InvoiceRef) -> Result<InvoiceId, Error> {
        let (caller, which) = (caller.clone(), which.clone());
        self.read(caller.tenant, move |tx| {
            let (caller, which) = (caller.clone(), which.clone());
            Box::pin(async move {
                let found = find(tx, &caller, &which).await?.map(|header| header.invoice);
                let found = found.filter(|invoice| invoice.withdrawn_at.is_none()).map(|invoice| invoice.id);
                found.ok_or_else(|| match which {
                    InvoiceRef::Id(id) => Error::missing(InvoiceId::WORD, id),
                    InvoiceRef::Spelled { text, .. } | InvoiceRef::Token(text) => Error::missing(InvoiceId::WORD, text),
                })
            })
        })
        .await
    }
}

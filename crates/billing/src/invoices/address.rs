//! Changes parts of an invoice's addresses; the other parts stay.

use super::asked::AddressEdit;
use super::create::lock;
use super::details::EditDetails;
use crate::Error;
use crate::verb::{Cx, Verb};
use domain::id::InvoiceId;

#[derive(Clone, Debug)]
pub struct EditAddresses {
    pub invoice: InvoiceId,
    pub bill_to: AddressEdit,
    pub ship_to: AddressEdit,
}

impl Verb for EditAddresses {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let invoice = lock(cx, self.invoice).await?;
        let edit = EditDetails {
            bill_to: Some(self.bill_to.on(&invoice.bill_to)),
            ship_to: Some(self.ship_to.on(&invoice.ship_to)),
            ..EditDetails::of(self.invoice)
        };
        edit.run(cx).await
    }
}

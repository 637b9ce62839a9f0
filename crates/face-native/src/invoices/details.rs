//! `PATCH /v1/invoices/{invoice_id}`: changes that are always allowed, also after issue.

use super::read_back;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::{Nullable, patch, texts};
use crate::shapes::{AddressInput, CustomFieldInput, custom_fields};
use crate::wire::Day;
use billing::invoices::details::EditDetails;
use billing::read::ThenView;
use domain::id::InvoiceId;
use http_kit::Answer;

patch! {
    /// Changes of what is not the claim itself. New addresses of an issued invoice make a new revision.
    InvoicePatch {
        /// The whole address.
        bill_to: AddressInput,
        /// The whole address.
        ship_to: AddressInput,
        /// Printed on it.
        memo: String as texts::long_or_empty,
        /// Printed on it.
        terms_text: String as texts::long_or_empty,
        /// When payment is expected.
        payment_expected_on: Nullable<Day>,
        /// All labels.
        tags: Vec<String> as texts::tags,
        /// Values that change; others stay.
        custom_fields: Vec<CustomFieldInput>,
    }
}

pub(super) async fn edit(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    let verb = call.read::<InvoicePatch>()?.from_wire(invoice);
    call.write(ThenView(verb), read_back).await
}

impl InvoicePatch {
    fn from_wire(self, invoice: InvoiceId) -> EditDetails {
        EditDetails {
            invoice,
            bill_to: self.bill_to.map(AddressInput::from_wire),
            ship_to: self.ship_to.map(AddressInput::from_wire),
            memo: self.memo,
            terms_text: self.terms_text,
            payment_expected_on: self.payment_expected_on.map(|day| day.0.map(|day| day.0)),
            tags: self.tags,
            custom_fields: custom_fields(self.custom_fields),
        }
    }
}

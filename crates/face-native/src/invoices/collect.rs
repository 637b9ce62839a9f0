//! `/v1/invoices/{invoice_id}/collect`.

use crate::answers::created;
use crate::call::Call;
use crate::errors::Fault;
use crate::payment_intents::PaymentIntent;
use crate::schema::request;
use crate::wire::{AmountIn, Id};
use billing::payments::charge::CollectInvoice;
use billing::read::{Collected, IntentView, Named};
use domain::id::{InvoiceId, PaymentMethodId};
use http_kit::Answer;

request! {
    /// What an invoice is charged to.
    CollectInput {
        /// A payment method of the invoice's customer.
        payment_method_id: Id<PaymentMethodId>,
    } optional {
        /// In the invoice's currency; its whole balance unless given.
        amount: AmountIn,
    }
}

pub(super) async fn collect(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    let wish = call.read::<CollectInput>()?.from_wire(invoice);
    call.collect(wish, to_wire).await
}

impl CollectInput {
    fn from_wire(self, invoice: InvoiceId) -> CollectInvoice {
        let amount = self.amount.map(|amount| amount.0);
        CollectInvoice { amount, ..CollectInvoice::of(invoice, self.payment_method_id.0) }
    }
}

fn to_wire(collected: Named<Collected>) -> Answer {
    let charge = collected.value.charge;
    let location = format!("/v1/payment-intents/{}", charge.intent.id);
    let view = IntentView { intent: charge.intent, attempts: vec![charge.attempt] };
    created(location, &PaymentIntent::whole(&view))
}

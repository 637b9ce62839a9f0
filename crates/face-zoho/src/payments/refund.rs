//! `POST /payments/{payment_id}/refunds`: "A new credit note is created for the amount to be refund. Refund is then
//! made for the credit note" (OpenAPI). The invoice stays paid.

use billing::payments::give_back::GiveBackPayment;
use billing::read::ThenRefundDetail;
use domain::id::PaymentId;

use super::write;
use crate::call::Call;
use crate::refunds::{RefundBody, made};
use crate::routes::Handling;

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let payment: PaymentId = call.path_id("payment_id").await?;
        let asked = call.read::<RefundBody>()?.from_wire()?;
        let verb = GiveBackPayment {
            payment,
            amount: asked.amount,
            mode: asked.mode,
            on: asked.on,
            reference: asked.reference,
            description: asked.description,
        };
        write(&call, ThenRefundDetail(verb), |refund| made(&refund)).await
    })
}

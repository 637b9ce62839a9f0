//! `PUT /payments/{payment_id}`: what is left out stays as it is. `invoices` are all that it is put on.

use billing::WithFields;
use billing::payments::correct::CorrectPayment;
use billing::read::ThenPaymentDetail;
use domain::id::PaymentId;

use super::input::PaymentBody;
use super::{whole, write};
use crate::call::Call;
use crate::routes::Handling;

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let payment: PaymentId = call.path_id("payment_id").await?;
        let today = call.billing.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let asked = call.read::<PaymentBody>()?.from_wire(&call, today).await?;
        let verb = CorrectPayment {
            customer: asked.customer,
            amount: asked.amount,
            bank_charges: asked.bank_charges,
            fx: asked.fx,
            mode: asked.mode,
            received_on: asked.received_on,
            reference: asked.reference,
            description: asked.description,
            shares: asked.shares,
            ..CorrectPayment::of(payment)
        };
        let verb = ThenPaymentDetail(WithFields::changed(verb, asked.fields));
        write(&call, verb, |changed| whole("The payment details have been updated.", &changed)).await
    })
}

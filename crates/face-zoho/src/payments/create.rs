//! `POST /payments`: one payment over any number of invoices; what they do not take stays unused.

use billing::WithFields;
use billing::payments::record::RecordPayment;
use billing::read::ThenPaymentDetail;

use super::input::PaymentBody;
use super::{of_body, to_wire};
use crate::call::Call;
use crate::errors::Fault;
use crate::routes::Handling;
use crate::wire;

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let today = call.billing.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let asked = call.read::<PaymentBody>()?.from_wire(&call, today).await?;
        let customer = asked.customer.ok_or_else(|| Fault::invalid("customer_id"))?;
        let mode = asked.mode.ok_or_else(|| Fault::invalid("payment_mode"))?;
        let amount = asked.amount.ok_or_else(|| Fault::invalid("amount"))?;
        let plain = RecordPayment::from(customer, amount, asked.shares.unwrap_or_default());
        let verb = RecordPayment {
            fx: asked.fx,
            bank_charges: asked.bank_charges.unwrap_or(plain.bank_charges),
            mode,
            received_on: asked.received_on,
            reference: asked.reference.unwrap_or_default(),
            description: asked.description.unwrap_or_default(),
            ..plain
        };
        let verb = ThenPaymentDetail(WithFields::made(verb, asked.fields));
        let made = call.write(verb, |made| {
            wire::created("The payment has been created.", |o| {
                o.object("payment", |o| to_wire(&made.value, &made.names, o));
            })
        });
        made.await.map_err(of_body)
    })
}

//! `/v1/payments/{payment_id}/apply` and `/unapply`.

use super::read_back;
use super::record::InvoiceShare;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::request;
use crate::verbs::Giving;
use crate::wire::{Day, Id};
use billing::payments::PaymentShare;
use billing::payments::apply::{ApplyPayments, UnapplyPayment};
use billing::read::ThenPayment;
use domain::id::{InvoiceId, PaymentId};
use http_kit::Answer;

request! {
    /// What a payment is put on.
    PaymentShares {
        /// The invoices.
        applications: Vec<InvoiceShare>,
    } optional {
        /// Today unless given.
        applied_on: Day,
        /// Cancel as much of an invoice's write-off as the payment settles.
        recover_written_off: bool,
    }
}

request! {
    /// What is taken off.
    Unapply {
        /// Off which invoice.
        invoice_id: Id<InvoiceId>,
    } optional {
    }
}

pub(super) async fn apply(call: Call) -> Result<Answer, Fault> {
    let payment: PaymentId = call.id("payment_id")?;
    let verb = call.read::<PaymentShares>()?.from_wire(payment);
    call.write(ThenPayment(Giving { verb, gives: payment }), read_back).await
}

pub(super) async fn unapply(call: Call) -> Result<Answer, Fault> {
    let payment: PaymentId = call.id("payment_id")?;
    let verb = UnapplyPayment { payment, invoice: call.read::<Unapply>()?.invoice_id.0 };
    call.write(ThenPayment(Giving { verb, gives: payment }), read_back).await
}

impl PaymentShares {
    fn from_wire(self, payment: PaymentId) -> ApplyPayments {
        let share =
            |share: &InvoiceShare| PaymentShare { payment, invoice: share.invoice_id.0, amount: share.amount.0 };
        ApplyPayments {
            shares: self.applications.iter().map(share).collect(),
            recover: self.recover_written_off.unwrap_or_default(),
            on: self.applied_on.map(|day| day.0),
        }
    }
}

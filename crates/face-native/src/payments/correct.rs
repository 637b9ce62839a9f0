//! `PATCH /v1/payments/{payment_id}`.

use super::read_back;
use super::record::InvoiceShare;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::{patch, texts};
use crate::shapes::ExchangeRateInput;
use crate::wire::{AmountIn, Day, Word};
use billing::payments::Share;
use billing::payments::correct::CorrectPayment;
use billing::read::ThenPayment;
use domain::id::PaymentId;
use domain::payment::PaymentMode;
use http_kit::Answer;

patch! {
    /// Changes of a payment. When the money or the applications change, all of it is taken off its invoices, the
    /// receipt is booked anew, and it is put on the invoices again.
    PaymentPatch {
        /// What was paid, the bank's charges included.
        amount: AmountIn,
        /// What the bank kept of the amount.
        bank_charges: AmountIn,
        /// Not read when the currency is that of the books.
        exchange_rate: ExchangeRateInput,
        /// How it came in.
        mode: Word<PaymentMode>,
        /// The day it came in.
        received_on: Day,
        /// The payer's reference.
        reference: String as texts::line_or_empty,
        /// What it is for.
        description: String as texts::long_or_empty,
        /// All invoices that it is for; what they do not take stays unapplied.
        applications: Vec<InvoiceShare>,
    }
}

pub(super) async fn correct(call: Call) -> Result<Answer, Fault> {
    let payment = call.id("payment_id")?;
    let verb = call.read::<PaymentPatch>()?.from_wire(payment);
    call.write(ThenPayment(verb), read_back).await
}

impl PaymentPatch {
    fn from_wire(self, payment: PaymentId) -> CorrectPayment {
        let share = |share: InvoiceShare| Share { invoice: share.invoice_id.0, amount: share.amount.0 };
        CorrectPayment {
            amount: self.amount.map(|amount| amount.0),
            bank_charges: self.bank_charges.map(|amount| amount.0),
            fx: self.exchange_rate.map(ExchangeRateInput::from_wire),
            mode: self.mode.map(|word| word.0),
            received_on: self.received_on.map(|day| day.0),
            reference: self.reference,
            description: self.description,
            shares: self.applications.map(|shares| shares.into_iter().map(share).collect()),
            ..CorrectPayment::of(payment)
        }
    }
}

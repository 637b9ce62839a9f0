//! `POST /v1/payments`.

use super::output::Payment;
use crate::answers::created;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::{request, texts};
use crate::shapes::ExchangeRateInput;
use crate::wire::{AmountIn, CurrencyCode, Day, Id, Word};
use billing::payments::Share;
use billing::payments::record::RecordPayment;
use billing::read::ThenPayment;
use domain::id::{CustomerId, EntityId, InvoiceId};
use domain::payment::PaymentMode;
use http_kit::Answer;

request! {
    /// So much for one invoice.
    InvoiceShare {
        /// The invoice.
        invoice_id: Id<InvoiceId>,
        /// In the invoice's currency.
        amount: AmountIn,
    } optional {
    }
}

request! {
    /// A payment.
    NewPayment {
        /// Who paid.
        customer_id: Id<CustomerId>,
        /// What was paid, the bank's charges included.
        amount: AmountIn,
    } optional {
        /// Of the amount; the first invoice's, else the customer's, unless given.
        currency: CurrencyCode,
        /// Who was paid; the first invoice's legal entity, else the customer's, unless given.
        legal_entity_id: Id<EntityId>,
        /// Needed when the currency is not that of the books.
        exchange_rate: ExchangeRateInput,
        /// What the bank kept of the amount.
        bank_charges: AmountIn,
        /// `bank_transfer` unless given.
        mode: Word<PaymentMode>,
        /// Today unless given.
        received_on: Day,
        /// The payer's reference.
        reference: String as texts::line_or_empty,
        /// What it is for.
        description: String as texts::long_or_empty,
        /// Through which gateway.
        gateway: String as texts::short,
        /// The gateway's id of it.
        gateway_transaction_id: String as texts::line,
        /// The invoices it is for; what they do not take stays unapplied.
        applications: Vec<InvoiceShare>,
        /// Cancel as much of an invoice's write-off as the payment settles.
        recover_written_off: bool,
    }
}

pub(super) async fn record(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewPayment>()?.from_wire();
    call.write(ThenPayment(verb), |view| {
        let payment = Payment::whole(&view.value);
        created(format!("/v1/payments/{}", view.value.payment.id), &payment)
    })
    .await
}

impl NewPayment {
    fn from_wire(self) -> RecordPayment {
        let shares = self.applications.unwrap_or_default();
        let shares = shares.iter().map(|share| Share { invoice: share.invoice_id.0, amount: share.amount.0 });
        let plain = RecordPayment::from(self.customer_id.0, self.amount.0, shares.collect());
        RecordPayment {
            entity: self.legal_entity_id.map(|id| id.0),
            currency: self.currency.map(|code| code.0),
            fx: self.exchange_rate.map(ExchangeRateInput::from_wire),
            bank_charges: self.bank_charges.map_or(plain.bank_charges, |amount| amount.0),
            mode: self.mode.map_or(plain.mode, |word| word.0),
            received_on: self.received_on.map(|day| day.0),
            reference: self.reference.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            gateway: self.gateway,
            gateway_transaction_id: self.gateway_transaction_id,
            recover: self.recover_written_off.unwrap_or_default(),
            ..plain
        }
    }
}

//! `POST /invoices/{invoice_id}/collect`: charges what the invoice owes to a card or bank account of its customer.
//! Exactly one of `card_id` and `account_id` says which; a charge that fails is HTTP 400 with the gateway's words
//! (contract Zoho 4.6).

use billing::Error;
use billing::payments::charge::CollectInvoice;
use billing::read::{ChargeView, Collected, Named, Names};
use domain::Refusal;
use domain::id::{CustomerId, InvoiceId, PaymentAttemptId, PaymentId, PaymentMethodId};
use domain::payment::method::MethodKind;
use http_kit::Answer;
use http_kit::json::Object;
use serde::Deserialize;

use super::present;
use super::settlement::mode_word;
use crate::call::Call;
use crate::customers::cards::{expiry, last_four, named};
use crate::errors::{Failure, Fault};
use crate::mount::Types;
use crate::routes::Handling;
use crate::scalar::{Scalar, filled};
use crate::wire;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CollectBody {
    card_id: Option<Scalar>,
    account_id: Option<Scalar>,
}

impl CollectBody {
    /// The field, its kind and what it names.
    fn from_wire(&self) -> Result<(&'static str, MethodKind, &str), Fault> {
        match (filled(self.card_id.as_ref()), filled(self.account_id.as_ref())) {
            (Some(card), None) => Ok(("card_id", MethodKind::Card, card)),
            (None, Some(account)) => Ok(("account_id", MethodKind::BankAccount, account)),
            (None, None) => Err(Fault::invalid("card_id or account_id")),
            (Some(_), Some(_)) => Err(Fault::bad_request("Only one of card_id and account_id can be given.")),
        }
    }
}

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let invoice = present(&call).await?.value.summary.id;
        let body: CollectBody = call.read()?;
        let (field, kind, text) = body.from_wire()?;
        let method = call.field_id::<PaymentMethodId>(field, text).await.map_err(|failure| named(failure, kind))?;
        let wish = CollectInvoice { kind: Some(kind), ..CollectInvoice::of(invoice, method) };
        let types = call.mount.types();
        call.collect(wish, move |collected| to_wire(&collected, types)).await.map_err(|failure| told(failure, kind))
    })
}

/// What billing refuses about the card or account, in Zoho's words.
fn told(failure: Failure, kind: MethodKind) -> Failure {
    match failure {
        Failure::Told(Error::Refused(Refusal::CustomerMismatch { .. })) => {
            let message = match kind {
                MethodKind::Card => "The card belongs to another customer.",
                MethodKind::BankAccount => "The bank account belongs to another customer.",
            };
            Fault::new(400, 4203, message).into()
        }
        other => named(other, kind),
    }
}

fn to_wire(collected: &Named<Collected>, types: Types) -> Answer {
    wire::success("The customer payment has been recorded.", |o| {
        o.object("payment", |o| payment(&collected.value, &collected.names, types, o));
    })
}

/// The seed's keys in its order. Its `amount_due` is what the invoice still owes, and its payments are `paid`; the
/// OpenAPI's are a `success`.
fn payment(collected: &Collected, names: &Names, types: Types, o: &mut Object<'_>) {
    let detail = &collected.payment;
    let payment = &detail.payment;
    let invoice = &collected.invoice.summary;
    let zone = wire::zone(&detail.time_zone);
    let status = match types {
        Types::Seed => "paid",
        Types::OpenApi => "success",
    };
    o.str("payment_id", &wire::id_of(names, PaymentId::WORD, payment.id.0))
        .str("payment_mode", mode_word(payment.mode))
        .dec("amount", detail.amount)
        .dec("amount_refunded", detail.refunded)
        .dec("bank_charges", detail.bank_charges)
        .text("date", payment.received_on)
        .str("status", status)
        .str("reference_number", &payment.reference)
        .text("due_date", invoice.due_on)
        .dec("amount_due", invoice.balance)
        .str("description", &payment.description)
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, payment.customer_id.0))
        .str("customer_name", &detail.customer_name)
        .str("email", &detail.customer_email)
        .object("autotransaction", |o| charged(&collected.charge, names, o))
        .array("invoices", &detail.settles, |settles, o| {
            o.str("invoice_id", &wire::id_of(names, InvoiceId::WORD, settles.invoice_id.0))
                .str("invoice_number", settles.number.as_deref().unwrap_or_default())
                .text("date", settles.dated_on)
                .dec("invoice_amount", settles.total)
                .dec("amount_applied", settles.amount)
                .dec("balance_amount", settles.balance);
        })
        .str("currency_code", payment.currency.code())
        .str("currency_symbol", &wire::symbol(payment.currency))
        .array("custom_fields", &detail.custom_fields, |field, o| {
            o.int("index", field.index)
                .str("value", &field.value)
                .str("label", &field.label)
                .str("data_type", &field.data_type);
        })
        .str("created_time", &wire::instant(payment.created_at, &zone))
        .str("updated_time", &wire::instant(payment.updated_at, &zone));
}

/// The seed's keys for a bank account, the OpenAPI's for a card.
fn charged(charge: &ChargeView, names: &Names, o: &mut Object<'_>) {
    let (attempt, method) = (&charge.attempt, &charge.method);
    let id = wire::id_of(names, PaymentMethodId::WORD, method.id.0);
    o.str("autotransaction_id", &wire::id_of(names, PaymentAttemptId::WORD, attempt.id.0))
        .str("payment_gateway", &attempt.gateway)
        .str("gateway_transaction_id", attempt.transaction.as_deref().unwrap_or_default())
        .str("gateway_error_message", &attempt.message);
    match method.kind {
        MethodKind::BankAccount => {
            o.str("account_id", &id);
        }
        MethodKind::Card => {
            o.str("card_id", &id);
            last_four(method, o);
            expiry(method.expiry, o);
        }
    }
}

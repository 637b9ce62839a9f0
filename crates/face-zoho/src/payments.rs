//! `/payments` and all below it. Zoho's OpenAPI has no list; its clients call it all the same. A payment that was
//! voided is gone for Zoho's clients, who know no such status.

mod correct;
mod create;
mod detail;
mod input;
mod list;
mod refund;

pub(crate) use detail::to_wire;
pub(crate) use input::{ShareBody, rate, shares};

use billing::read::{Named, PaymentDetail};
use billing::{Error, Verb};
use domain::Refusal;
use domain::id::{CustomerId, PaymentId};
use domain::payment::PaymentMode;
use http_kit::Answer;

use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::invoices::settlement::mode_word;
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::Scalar;
use crate::wire;

const CREATE: Needs = Needs::Scope("ZohoSubscriptions.payments.CREATE");
const READ: Needs = Needs::Scope("ZohoSubscriptions.payments.READ");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.payments.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.payments.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list payments", "GET", "/payments", READ, list::handle),
    row("create a payment", "POST", "/payments", CREATE, create::handle),
    row("retrieve a payment", "GET", "/payments/{payment_id}", READ, retrieve),
    row("update a payment", "PUT", "/payments/{payment_id}", UPDATE, correct::handle),
    row("delete a payment", "DELETE", "/payments/{payment_id}", DELETE, delete),
    row("refund a payment", "POST", "/payments/{payment_id}/refunds", CREATE, refund::handle),
];

pub(crate) fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let id: PaymentId = call.path_id("payment_id").await?;
        let found = call.billing.payment_detail(&call.caller, id).await?;
        if found.value.payment.is_void {
            return Err(Fault::missing("Payment").into());
        }
        Ok(whole("success", &found))
    })
}

pub(crate) fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let payment: PaymentId = call.path_id("payment_id").await?;
        let verb = billing::payments::withdraw::WithdrawPayment { payment };
        write(&call, verb, |_| wire::success("The payment has been deleted.", |_| {})).await
    })
}

/// The answer about one payment.
fn whole(message: &str, found: &Named<PaymentDetail>) -> Answer {
    wire::success(message, |o| {
        o.object("payment", |o| to_wire(&found.value, &found.names, o));
    })
}

/// Runs a verb about the payment that the path names. A void one is gone.
async fn write<V: Verb>(
    call: &Call,
    verb: V,
    render: impl Fn(V::Outcome) -> Answer + Send + Sync + 'static,
) -> Result<Answer, Failure> {
    call.write(verb, render).await.map_err(|failure| match of_body(failure) {
        Failure::Told(Error::Refused(Refusal::PaymentVoid { .. })) => Fault::missing("Payment").into(),
        other => other,
    })
}

/// What billing refuses about a body, in Zoho's names of its fields.
fn of_body(failure: Failure) -> Failure {
    match failure {
        Failure::Told(Error::Missing { kind: CustomerId::WORD, .. }) => Fault::unknown_customer().into(),
        Failure::Told(Error::Refused(Refusal::CustomerMismatch { .. })) => {
            Fault::new(400, 4203, "The payment and its invoices belong to different customers.").into()
        }
        Failure::Told(Error::Refused(Refusal::TooLong { what: "reference", limit })) => {
            Fault::too_long("reference_number", limit).into()
        }
        Failure::Told(Error::Refused(
            Refusal::Negative { what: "bank charges" } | Refusal::TooPrecise { what: "bank charges", .. },
        )) => Fault::invalid("bank_charges").into(),
        Failure::Told(Error::Missing { kind: "custom_field", given }) => {
            Fault::invalid(&format!("custom_fields: {given}")).into()
        }
        other => other,
    }
}

/// Zoho's word of how money moved.
pub(crate) fn mode(field: &str, given: Option<&Scalar>) -> Result<Option<PaymentMode>, Fault> {
    let read = |text: &str| {
        let found = PaymentMode::ALL.iter().copied().find(|mode| mode_word(*mode).eq_ignore_ascii_case(text));
        found.ok_or_else(|| Fault::invalid(field))
    };
    crate::scalar::filled(given).map(read).transpose()
}

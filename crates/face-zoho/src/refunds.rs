//! Refunds: read at `/creditnotes/refunds/{refund_id}` (the OpenAPI) and `/refunds/{refund_id}`, made below the
//! payment or the credit note that is paid back.

use billing::read::{Named, RefundDetail};
use domain::id::{CreditNoteId, CustomerId, RefundId};
use domain::money::{Amount, Money};
use domain::payment::PaymentMode;
use http_kit::Answer;
use http_kit::json::Object;
use jiff::civil::Date;
use serde::Deserialize;

use crate::call::Call;
use crate::errors::Fault;
use crate::invoices::settlement::mode_word;
use crate::payments::mode;
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::{Scalar, amount, day, text};
use crate::wire;

const READ: Needs = Needs::Scope("ZohoSubscriptions.creditnotes.READ");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("retrieve a refund", "GET", "/creditnotes/refunds/{refund_id}", READ, retrieve),
    row("retrieve a refund (short)", "GET", "/refunds/{refund_id}", READ, retrieve),
];

/// What is there was paid out.
const SUCCESS: &str = "success";

/// The OpenAPI takes an amount and a description; Zoho Books' twin takes the rest too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RefundBody {
    amount: Option<Scalar>,
    description: Option<Scalar>,
    date: Option<Scalar>,
    refund_mode: Option<Scalar>,
    reference_number: Option<Scalar>,
}

pub(crate) struct Asked {
    pub amount: Amount,
    pub description: String,
    pub on: Option<Date>,
    pub mode: Option<PaymentMode>,
    pub reference: Option<String>,
}

impl RefundBody {
    pub fn from_wire(self) -> Result<Asked, Fault> {
        Ok(Asked {
            amount: amount("amount", self.amount.as_ref())?.ok_or_else(|| Fault::invalid("amount"))?,
            description: text(self.description).unwrap_or_default(),
            on: day("date", self.date.as_ref())?,
            mode: mode("refund_mode", self.refund_mode.as_ref())?,
            reference: text(self.reference_number),
        })
    }
}

pub(crate) fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let id: RefundId = call.path_id("refund_id").await?;
        let found = call.billing.refund_detail(&call.caller, id).await?;
        Ok(wire::success("success", |o| {
            o.object("refund", |o| to_wire(&found, o));
        }))
    })
}

/// The answer about a refund just made.
pub(crate) fn made(found: &Named<RefundDetail>) -> Answer {
    wire::created("The refund information has been saved.", |o| {
        o.object("refund", |o| to_wire(found, o));
    })
}

/// The OpenAPI's keys in its order. Money that was on no invoice went back without a credit note, which is then left
/// out.
pub(crate) fn to_wire(found: &Named<RefundDetail>, o: &mut Object<'_>) {
    let (detail, names) = (&found.value, &found.names);
    let refund = &detail.refund;
    let amount = Money { minor: refund.amount, currency: refund.currency };
    o.str("refund_id", &wire::id_of(names, RefundId::WORD, refund.id.0))
        .text("date", refund.refunded_on)
        .dec("amount", amount)
        .str("description", &refund.description)
        .str("reference_number", &refund.reference)
        .str("refund_mode", mode_word(refund.mode))
        .str("status", SUCCESS)
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, refund.customer_id.0))
        .str("email", &detail.customer_email);
    if let Some(note) = &detail.note {
        o.object("creditnote", |o| {
            o.str("creditnote_id", &wire::id_of(names, CreditNoteId::WORD, note.id.0))
                .str("creditnote_number", note.number.as_deref().unwrap_or_default())
                .text("date", note.dated_on)
                .dec("amount", note.money(note.total))
                .dec("refund_amount", amount)
                .dec("balance_amount", note.money(note.remaining));
        });
    }
    if refund.mode == PaymentMode::Automatic {
        let gateway = detail.payment.as_ref().and_then(|payment| payment.gateway.as_deref());
        o.object("autotransaction", |o| {
            // The refund is written down here; a gateway that pays it out would tell the rest.
            o.str("autotransaction_id", "")
                .str("payment_gateway", gateway.unwrap_or_default())
                .str("gateway_transaction_id", "")
                .str("gateway_error_message", "")
                .str("card_id", "");
        });
    }
    o.str("currency_code", refund.currency.code()).str("currency_symbol", &wire::symbol(refund.currency));
}

//! `/v1/refunds`: money paid back, in the ways of the field. The caller says which; nothing guesses.

use crate::answers::{created, json};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, request, texts};
use crate::wire::{AmountIn, AmountOut, CurrencyCode, Day, Id, Instant, Word};
use billing::payments::refund::{RefundMoney, RefundOf};
use billing::read::ThenRefund;
use domain::id::{CreditNoteId, CustomerId, EntityId, InvoiceId, PaymentId, RefundId};
use domain::money::Money;
use domain::payment::{self, PaymentMode, RefundKind};
use http_kit::Answer;

table! {
    "listRefunds" GET "/v1/refunds" StaffRead "Lists refunds by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<Refund>::schema),
        handle: list,
    }
    "refundMoney" POST "/v1/refunds" Write "Pays money back." {
        takes: Takes::Body(NewRefund::schema),
        gives: Gives::Created(Refund::schema),
        names: "refund_id",
        handle: refund,
    }
    "getRefund" GET "/v1/refunds/{refund_id}" Read "Reads a refund." {
        gives: Gives::Object(Refund::schema),
        names: "refund_id",
        handle: get,
    }
}

request! {
    /// A refund. `reverse_and_owe_again` needs a payment (what it settled is reversed, on one invoice if that is
    /// given, and the invoices owe again); `unapplied` needs a payment or a credit note that has something left;
    /// `by_credit_note` needs a payment and an invoice (a credit note is issued on the invoice's lines and paid out,
    /// and the payment stays applied).
    NewRefund {
        /// Which of the ways.
        kind: Word<RefundKind>,
        /// In the currency of the payment or the credit note.
        amount: AmountIn,
    } optional {
        /// The payment.
        payment_id: Id<PaymentId>,
        /// The credit note.
        credit_note_id: Id<CreditNoteId>,
        /// The invoice.
        invoice_id: Id<InvoiceId>,
        /// How it is paid back; `bank_transfer` unless given.
        mode: Word<PaymentMode>,
        /// Today unless given.
        refunded_on: Day,
        /// Your reference.
        reference: String as texts::line_or_empty,
        /// Why.
        description: String as texts::long_or_empty,
    }
}

answer! {
    /// Money paid back.
    Refund {
        /// Its id.
        id: Id<RefundId>,
        /// In which way.
        kind: Word<RefundKind>,
        /// To whom.
        customer_id: Id<CustomerId>,
        /// By whom.
        legal_entity_id: Id<EntityId>,
        /// Of which payment.
        payment_id: Option<Id<PaymentId>>,
        /// Of which credit note.
        credit_note_id: Option<Id<CreditNoteId>>,
        /// On which invoice.
        invoice_id: Option<Id<InvoiceId>>,
        /// Of the amount.
        currency: CurrencyCode,
        /// How much.
        amount: AmountOut,
        /// When.
        refunded_on: Day,
        /// How it was paid back.
        mode: Word<PaymentMode>,
        /// Your reference.
        reference: String,
        /// Why.
        description: String,
        /// When it was recorded.
        created_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, RefundId::PREFIX)?;
    let rows = call.billing.refunds(&call.caller, page.after, page.wanted()).await?;
    Ok(page.page(rows, |refund| refund.id.0, |refund| Refund::to_wire(&refund)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let refund = call.billing.refund(&call.caller, call.id("refund_id")?).await?;
    Ok(json(200, &Refund::to_wire(&refund)))
}

async fn refund(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewRefund>()?.from_wire()?;
    call.write(ThenRefund(verb), |made| created(format!("/v1/refunds/{}", made.id), &Refund::to_wire(&made))).await
}

impl NewRefund {
    fn from_wire(self) -> Result<RefundMoney, Fault> {
        Ok(RefundMoney {
            of: self.of()?,
            amount: self.amount.0,
            mode: self.mode.map_or(PaymentMode::BankTransfer, |word| word.0),
            on: self.refunded_on.map(|day| day.0),
            reference: self.reference.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
        })
    }

    fn of(&self) -> Result<RefundOf, Fault> {
        let payment = self.payment_id.map(|id| id.0);
        let note = self.credit_note_id.map(|id| id.0);
        let invoice = self.invoice_id.map(|id| id.0);
        match (self.kind.0, payment, note, invoice) {
            (RefundKind::ReverseAndOweAgain, Some(payment), None, invoice) => {
                Ok(RefundOf::Reverse { payment, invoice })
            }
            (RefundKind::Unapplied, Some(payment), None, None) => Ok(RefundOf::Unapplied { payment }),
            (RefundKind::Unapplied, None, Some(note), None) => Ok(RefundOf::Note { note }),
            (RefundKind::ByCreditNote, Some(payment), None, Some(invoice)) => {
                Ok(RefundOf::ByCreditNote { payment, invoice })
            }
            (RefundKind::Unapplied, None, None, _) => {
                Err(Fault::field("/payment_id", "missing_field", "a payment or a credit note is needed"))
            }
            (RefundKind::Unapplied, Some(_), Some(_), _)
            | (RefundKind::ReverseAndOweAgain, Some(_), Some(_), _)
            | (RefundKind::ByCreditNote, Some(_), Some(_), _) => {
                Err(Fault::field("/credit_note_id", "field_not_allowed", "it is refunded from the payment"))
            }
            (RefundKind::Unapplied, _, _, Some(_)) => {
                let detail = "unapplied money is on no invoice; leave the invoice out";
                Err(Fault::field("/invoice_id", "field_not_allowed", detail))
            }
            (RefundKind::ReverseAndOweAgain | RefundKind::ByCreditNote, None, _, _) => {
                Err(Fault::field("/payment_id", "missing_field", "this kind of refund is of a payment"))
            }
            (RefundKind::ByCreditNote, Some(_), None, None) => {
                Err(Fault::field("/invoice_id", "missing_field", "the credit note is made on an invoice"))
            }
        }
    }
}

impl Refund {
    pub(crate) fn to_wire(refund: &payment::Refund) -> Self {
        Self {
            id: Id(refund.id),
            kind: Word(refund.kind),
            customer_id: Id(refund.customer_id),
            legal_entity_id: Id(refund.entity_id),
            payment_id: refund.payment_id.map(Id),
            credit_note_id: refund.credit_note_id.map(Id),
            invoice_id: refund.invoice_id.map(Id),
            currency: CurrencyCode(refund.currency),
            amount: AmountOut(Money { minor: refund.amount, currency: refund.currency }),
            refunded_on: Day(refund.refunded_on),
            mode: Word(refund.mode),
            reference: refund.reference.clone(),
            description: refund.description.clone(),
            created_at: Instant(refund.created_at),
        }
    }
}

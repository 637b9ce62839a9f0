//! Payments, credit notes, refunds and the event feed.

use super::invoice::{Named, Names};
use crate::caller::ActsFor;
use crate::verb::{Cx, Verb};
use crate::{Billing, Caller, Error};
use domain::credit_note::{CreditNote, NoteDocument};
use domain::id::{CreditNoteId, CustomerId, InvoiceId, PaymentId, RefundId};
use domain::invoice::State;
use domain::payment::{Application, Payment, Refund, Source};
use store::Tx;
use store::trail::Event;

/// A payment with what it was put on and what went back.
#[derive(Clone, Debug)]
pub struct PaymentView {
    pub payment: Payment,
    pub applications: Vec<Application>,
    pub refunds: Vec<Refund>,
}

/// A credit note with its lines and what it was put on.
#[derive(Clone, Debug)]
pub struct NoteView {
    pub document: NoteDocument,
    pub applications: Vec<Application>,
}

/// Whether the caller covers the customer.
pub(super) async fn covers(tx: &mut Tx<'_>, caller: &Caller, customer: CustomerId) -> Result<bool, Error> {
    match caller.acts_for {
        ActsFor::Staff => Ok(true),
        ActsFor::Customer(root) => Ok(store::customers::is_within(tx, customer, root).await?),
    }
}

impl Billing {
    pub async fn payment(&self, caller: &Caller, id: PaymentId) -> Result<Named<PaymentView>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move { load_payment(tx, &caller, id).await })
        })
        .await
    }

    /// Payments in id order after `after`; of one customer, or of all for staff.
    pub async fn payments(
        &self,
        caller: &Caller,
        customer: Option<CustomerId>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Payment>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let customer = own_customer(tx, &caller, customer).await?;
                Ok(store::payments::list(tx, customer, after, i64::from(limit)).await?)
            })
        })
        .await
    }

    pub async fn credit_note(&self, caller: &Caller, id: CreditNoteId) -> Result<Named<NoteView>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move { load_note(tx, &caller, id).await })
        })
        .await
    }

    /// Credit notes in id order after `after`; of one customer, or of all for staff. Customers are not shown
    /// drafts.
    pub async fn credit_notes(
        &self,
        caller: &Caller,
        customer: Option<CustomerId>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<CreditNote>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let customer = own_customer(tx, &caller, customer).await?;
                let with_drafts = caller.acts_for == ActsFor::Staff;
                let customer = customer.map(|customer| (customer, with_drafts));
                let notes = store::credit_notes::list(tx, customer, after, i64::from(limit)).await?;
                Ok(notes)
            })
        })
        .await
    }

    pub async fn refund(&self, caller: &Caller, id: RefundId) -> Result<Refund, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                match store::applications::refund_by_id(tx, id).await? {
                    Some(refund) if covers(tx, &caller, refund.customer_id).await? => Ok(refund),
                    _ => Err(Error::missing(RefundId::WORD, id)),
                }
            })
        })
        .await
    }

    /// Refunds in id order after `after`; staff only.
    pub async fn refunds(&self, caller: &Caller, after: i64, limit: u32) -> Result<Vec<Refund>, Error> {
        if caller.acts_for != ActsFor::Staff {
            return Err(Error::Forbidden { needs: "staff".to_owned() });
        }
        self.read(caller.tenant, move |tx| {
            Box::pin(async move { Ok(store::applications::refunds(tx, after, i64::from(limit)).await?) })
        })
        .await
    }

    /// Earlier revisions of an issued invoice, oldest first; staff only.
    pub async fn revisions(
        &self,
        caller: &Caller,
        id: InvoiceId,
    ) -> Result<Vec<store::invoice_parts::Revision>, Error> {
        if caller.acts_for != ActsFor::Staff {
            return Err(Error::Forbidden { needs: "staff".to_owned() });
        }
        self.read(caller.tenant, move |tx| {
            Box::pin(async move {
                if store::invoices::load(tx, id).await?.is_none() {
                    return Err(Error::missing(InvoiceId::WORD, id));
                }
                Ok(store::invoice_parts::revisions(tx, id).await?)
            })
        })
        .await
    }

    /// Events after `after` in feed order; staff only. Committed events that have no place yet get one first,
    /// so that a client reads its own writes.
    pub async fn events(&self, caller: &Caller, after: i64, limit: u32) -> Result<Vec<Event>, Error> {
        if caller.acts_for != ActsFor::Staff {
            return Err(Error::Forbidden { needs: "staff".to_owned() });
        }
        self.perform(caller, SequenceEvents).await?;
        self.read(caller.tenant, move |tx| {
            Box::pin(async move { Ok(store::trail::feed(tx, after, i64::from(limit)).await?) })
        })
        .await
    }
}

/// One tenant's customer filter as the caller may use it: a customer-bound credential lists its own unless it
/// names one below.
async fn own_customer(
    tx: &mut Tx<'_>,
    caller: &Caller,
    asked: Option<CustomerId>,
) -> Result<Option<CustomerId>, Error> {
    match (caller.acts_for, asked) {
        (ActsFor::Staff, asked) => Ok(asked),
        (ActsFor::Customer(own), None) => Ok(Some(own)),
        (ActsFor::Customer(own), Some(asked)) => {
            if store::customers::is_within(tx, asked, own).await? {
                Ok(Some(asked))
            } else {
                Err(Error::missing(CustomerId::WORD, asked))
            }
        }
    }
}

/// Events sequenced in one transaction.
const SEQUENCE_BATCH: i64 = 5_000;

/// Gives committed events their places in the feed.
#[derive(Clone, Copy, Debug)]
pub struct SequenceEvents;

impl Verb for SequenceEvents {
    type Outcome = i64;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<i64, Error> {
        Ok(store::trail::sequence_events(cx.tx, SEQUENCE_BATCH).await?)
    }
}

/// Runs a verb about one payment and reads it back in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenPayment<V>(pub V);

impl<V: Verb<Outcome = PaymentId>> Verb for ThenPayment<V> {
    type Outcome = Named<PaymentView>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<PaymentView>, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        load_payment(cx.tx, cx.caller, id).await
    }
}

/// Runs a verb about one credit note and reads it back in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenNote<V>(pub V);

impl<V: Verb<Outcome = CreditNoteId>> Verb for ThenNote<V> {
    type Outcome = Named<NoteView>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<NoteView>, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        load_note(cx.tx, cx.caller, id).await
    }
}

/// Runs a verb that makes a refund and reads it back in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenRefund<V>(pub V);

impl<V: Verb<Outcome = RefundId>> Verb for ThenRefund<V> {
    type Outcome = Refund;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Refund, Error> {
        let id = self.0.run(cx).await?;
        store::applications::refund_by_id(cx.tx, id).await?.ok_or_else(|| Error::missing(RefundId::WORD, id))
    }
}

async fn load_payment(tx: &mut Tx<'_>, caller: &Caller, id: PaymentId) -> Result<Named<PaymentView>, Error> {
    let payment = match store::payments::load(tx, id).await? {
        Some(payment) if covers(tx, caller, payment.customer_id).await? => payment,
        _ => return Err(Error::missing(PaymentId::WORD, id)),
    };
    let applications = store::applications::of_source(tx, Source::Payment(id)).await?;
    let refunds = store::applications::refunds_of_payments(tx, &[id]).await?;
    let mut ids = vec![id.0, payment.customer_id.0];
    ids.extend(applications.iter().flat_map(|row| [row.id.0, row.invoice_id.0]));
    let names = Names::load(tx, caller, &ids).await?;
    Ok(Named { value: PaymentView { payment, applications, refunds }, names })
}

async fn load_note(tx: &mut Tx<'_>, caller: &Caller, id: CreditNoteId) -> Result<Named<NoteView>, Error> {
    let document = match store::credit_notes::load_document(tx, id).await? {
        Some(document) if covers(tx, caller, document.note.customer_id).await? => document,
        _ => return Err(Error::missing(CreditNoteId::WORD, id)),
    };
    // Customers see what was issued, as with invoices.
    if caller.acts_for != ActsFor::Staff && document.note.state == State::Draft {
        return Err(Error::missing(CreditNoteId::WORD, id));
    };
    let applications = store::applications::of_source(tx, Source::CreditNote(id)).await?;
    let mut ids = vec![id.0, document.note.customer_id.0];
    ids.extend(document.note.invoice_id.map(i64::from));
    ids.extend(applications.iter().flat_map(|row| [row.id.0, row.invoice_id.0]));
    let names = Names::load(tx, caller, &ids).await?;
    Ok(Named { value: NoteView { document, applications }, names })
}

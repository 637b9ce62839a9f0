//! Takes a payment back as if it had never come: all of it is taken off its invoices, and it is void.

use super::charge::refuse_charged;
use super::refund::invoices_of;
use crate::Error;
use crate::parties::entities;
use crate::settle::{Settlement, post_draft};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, PaymentId};
use domain::journal::post;
use domain::payment::Source;
use domain::payment::allocate::unapply;
use jiff::civil::Date;
use serde_json::json;

/// Deletes as vendors' clients mean it: what it settled is owed again. Refuses in this order: `PaymentVoid`;
/// `PaymentCharged` when a gateway took it; `PaymentRefunded` when any of it went back to the customer; `BooksClosed`.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawPayment {
    pub payment: PaymentId,
}

impl Verb for WithdrawPayment {
    type Outcome = PaymentId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentId, Error> {
        let id = self.payment;
        let mut settlement = lock_with(cx, id, &[]).await?;
        let noun = &settlement.payment(id)?.noun;
        if noun.is_void {
            return Err(Refusal::PaymentVoid { payment: id }.into());
        }
        let entity = entities::load(cx, Some(noun.entity_id)).await?;
        refuse_charged(cx, id).await?;
        refuse_refunded(cx, id).await?;
        let on = cx.today(&entity);
        let posted_on = entity.posting_day(on)?;
        take_off_all(cx, &mut settlement, id, (on, posted_on)).await?;
        let noun = &mut settlement.payment_mut(id)?.noun;
        noun.void()?;
        let draft = post::payment_voided(noun, entity.base_currency)?;
        post_draft(cx, draft, posted_on)?;
        settlement.save(cx, &entity).await?;
        cx.change.record("payment.voided", PaymentId::WORD, id.0, "voided", json!({"withdrawn": true}));
        Ok(id)
    }
}

/// Locks a payment with the invoices that it is put on and these others, invoices first. Which they are is read
/// before and read again after.
pub(super) async fn lock_with(
    cx: &mut Cx<'_, '_>,
    payment: PaymentId,
    others: &[InvoiceId],
) -> Result<Settlement, Error> {
    let before = invoices_of(cx, payment).await?;
    let invoices: Vec<InvoiceId> = before.iter().chain(others).copied().collect();
    let settlement = Settlement::lock(cx, &invoices, &[], &[payment], true).await?;
    if invoices_of(cx, payment).await? != before {
        return Err(Error::Conflict { what: "the payment was applied elsewhere meanwhile" });
    }
    Ok(settlement)
}

/// Money that went back to the customer cannot be taken back as if it had never come.
pub(super) async fn refuse_refunded(cx: &mut Cx<'_, '_>, payment: PaymentId) -> Result<(), Error> {
    match store::applications::refunds_of_payments(cx.tx, &[payment]).await?.first() {
        Some(_) => Err(Refusal::PaymentRefunded { payment }.into()),
        None => Ok(()),
    }
}

/// Takes all that a payment has put on invoices off again, and stores that.
pub(super) async fn take_off_all(
    cx: &mut Cx<'_, '_>,
    settlement: &mut Settlement,
    payment: PaymentId,
    (on, posted_on): (Date, Date),
) -> Result<(), Error> {
    let mut live = std::mem::take(&mut settlement.live);
    let mut new = Vec::new();
    for application in live.iter_mut().filter(|live| live.row.source == Source::Payment(payment) && live.left() != 0) {
        let invoice = application.row.invoice_id;
        let booked = settlement.invoices.get_mut(&invoice).ok_or_else(|| Error::missing(InvoiceId::WORD, invoice))?;
        new.push(unapply(booked, &mut settlement.sources, application, on)?.application);
    }
    settlement.live = live;
    settlement.store_applications(cx, new, on, posted_on).await.map(drop)
}

//! Puts unapplied money on invoices, and takes an application back.

use super::PaymentShare;
use super::record::{customer, put_on, recover_all};
use crate::Error;
use crate::parties::entities;
use crate::settle::Settlement;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, PaymentId};
use domain::payment::Source;
use domain::payment::allocate::{Wish, unapply};
use jiff::civil::Date;

/// Puts what payments have left on invoices. A payment named twice is drawn down twice, never overspent.
#[derive(Clone, Debug)]
pub struct ApplyPayments {
    pub shares: Vec<PaymentShare>,
    pub recover: bool,
    /// Today when `None`.
    pub on: Option<Date>,
}

impl Verb for ApplyPayments {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let Some(first) = self.shares.first() else {
            return Err(Refusal::Blank { what: "shares" }.into());
        };
        let invoices: Vec<InvoiceId> = self.shares.iter().map(|share| share.invoice).collect();
        let payments: Vec<PaymentId> = self.shares.iter().map(|share| share.payment).collect();
        let mut settlement = Settlement::lock(cx, &invoices, &[], &payments, self.recover).await?;
        let payer = settlement
            .sources
            .payments
            .get(&first.payment)
            .map(|booked| (booked.noun.customer_id, booked.noun.entity_id))
            .ok_or_else(|| Error::missing(PaymentId::WORD, first.payment))?;
        let customer = customer(cx, payer.0).await?;
        let entity = entities::load(cx, Some(payer.1)).await?;
        let on = self.on.unwrap_or_else(|| cx.today(&entity));
        let posted_on = entity.posting_day(on)?;
        let mut wishes = Vec::with_capacity(self.shares.len());
        for share in &self.shares {
            let currency = settlement.invoice(share.invoice)?.currency;
            let amount = share.amount.to_money(currency, "amount")?.minor;
            wishes.push(Wish { payment: share.payment, invoice: share.invoice, amount });
        }
        if self.recover {
            recover_all(cx, &mut settlement, &wishes, &entity, (on, posted_on)).await?;
        }
        put_on(cx, &mut settlement, &wishes, &customer, &entity, (on, posted_on)).await?;
        settlement.save(cx, &entity).await
    }
}

/// Takes all that a payment has put on one invoice off again, as if it had never been applied.
#[derive(Clone, Copy, Debug)]
pub struct UnapplyPayment {
    pub payment: PaymentId,
    pub invoice: InvoiceId,
}

impl Verb for UnapplyPayment {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let mut settlement = Settlement::lock(cx, &[self.invoice], &[], &[self.payment], true).await?;
        let entity = entities::load(cx, Some(settlement.invoice(self.invoice)?.entity_id)).await?;
        let on = cx.today(&entity);
        let posted_on = entity.posting_day(on)?;
        let mut live = std::mem::take(&mut settlement.live);
        let booked =
            settlement.invoices.get_mut(&self.invoice).ok_or_else(|| Error::missing(InvoiceId::WORD, self.invoice))?;
        let mut new = Vec::new();
        for application in
            live.iter_mut().filter(|live| live.row.source == Source::Payment(self.payment) && live.left() != 0)
        {
            new.push(unapply(booked, &mut settlement.sources, application, on)?.application);
        }
        if new.is_empty() {
            return Err(Refusal::NotApplied { payment: self.payment, invoice: self.invoice }.into());
        }
        settlement.store_applications(cx, new, on, posted_on).await?;
        settlement.save(cx, &entity).await
    }
}

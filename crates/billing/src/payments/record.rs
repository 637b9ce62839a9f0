//! Records a payment and puts it on invoices; what is left stays unapplied. Voids one as if it had never come.

use super::Share;
use super::charge::refuse_charged;
use crate::Error;
use crate::check;
use crate::parties::entities;
use crate::settle::{Settlement, family_of, post_cancelled_write_offs, post_draft};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{CustomerId, EntityId, InvoiceId, PaymentId};
use domain::invoice::FxRate;
use domain::invoice::write_off::recover;
use domain::journal::post;
use domain::money::{Amount, Currency};
use domain::party::{Customer, LegalEntity};
use domain::payment::allocate::{Wish, allocate};
use domain::payment::{Payment, PaymentMode};
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct RecordPayment {
    pub customer: CustomerId,
    /// `None` takes the first invoice's legal entity, else the customer's.
    pub entity: Option<EntityId>,
    /// `None` takes the first invoice's currency, else the customer's.
    pub currency: Option<Currency>,
    /// Not read in base currency.
    pub fx: Option<FxRate>,
    /// Includes the bank's charges.
    pub amount: Amount,
    pub bank_charges: Amount,
    pub mode: PaymentMode,
    /// Today when `None`.
    pub received_on: Option<Date>,
    pub reference: String,
    pub description: String,
    pub gateway: Option<String>,
    pub gateway_transaction_id: Option<String>,
    pub shares: Vec<Share>,
    /// A share of a written-off invoice cancels that much of its write-off; otherwise it stays unapplied.
    pub recover: bool,
}

impl RecordPayment {
    /// A payment by bank transfer, today, for these invoices.
    pub fn from(customer: CustomerId, amount: Amount, shares: Vec<Share>) -> Self {
        Self {
            customer,
            entity: None,
            currency: None,
            fx: None,
            amount,
            bank_charges: Amount::ZERO,
            mode: PaymentMode::BankTransfer,
            received_on: None,
            reference: String::new(),
            description: String::new(),
            gateway: None,
            gateway_transaction_id: None,
            shares,
            recover: false,
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        check::optional(&self.reference, "reference", check::LINE)?;
        check::optional(&self.description, "description", check::LONG)?;
        check::optional_some(self.gateway.as_deref(), "gateway", check::SHORT)?;
        check::optional_some(self.gateway_transaction_id.as_deref(), "gateway_transaction_id", check::LINE)?;
        if self.shares.len() > 1_000 {
            return Err(Refusal::TooManyLines { limit: 1_000 });
        }
        Ok(())
    }

    fn payment(
        &self,
        id: PaymentId,
        currency: Currency,
        entity: &LegalEntity,
        today: Date,
        now: jiff::Timestamp,
    ) -> Result<Payment, Refusal> {
        let amount = self.amount.to_money(currency, "amount")?.minor;
        let charges = self.bank_charges.to_money(currency, "bank charges")?.minor;
        let parties = (entity.id, self.customer);
        let on = self.received_on.unwrap_or(today);
        let mut payment = Payment::received(id, parties, currency, (amount, charges), self.mode, on, now)?;
        payment.fx = self.fx.clone().filter(|_| currency != entity.base_currency);
        payment.reference.clone_from(&self.reference);
        payment.description.clone_from(&self.description);
        payment.gateway.clone_from(&self.gateway);
        payment.gateway_transaction_id.clone_from(&self.gateway_transaction_id);
        payment.version = 1;
        Ok(payment)
    }
}

impl Verb for RecordPayment {
    type Outcome = PaymentId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentId, Error> {
        self.check()?;
        self.record(cx).await
    }
}

impl RecordPayment {
    /// Without looking at texts: for money that is there already, whatever a gateway calls it.
    pub(super) async fn record(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentId, Error> {
        let customer = customer(cx, self.customer).await?;
        let invoices: Vec<InvoiceId> = self.shares.iter().map(|share| share.invoice).collect();
        let mut settlement = Settlement::lock(cx, &invoices, &[], &[], self.recover).await?;
        let first = self.shares.first().map(|share| settlement.invoice(share.invoice)).transpose()?;
        let currency = self.currency.or(first.map(|invoice| invoice.currency)).unwrap_or(customer.currency);
        let entity = self.entity.or(first.map(|invoice| invoice.entity_id)).or(customer.entity_id);
        let entity = entities::load(cx, entity).await?;
        let today = cx.today(&entity);
        let id = cx.id(PaymentId)?;
        let payment = self.payment(id, currency, &entity, today, cx.now)?;
        let on = payment.received_on;
        let posted_on = entity.posting_day(on)?;

        let receipt = post::payment_received(&payment, entity.base_currency)?;
        let base_amount = domain::fx::to_base(payment.amount, currency, payment.fx.as_ref(), entity.base_currency)?;
        post_draft(cx, receipt, posted_on)?;
        let detail = json!({
            "amount": payment.money(payment.amount).to_plain(),
            "currency": currency.code(),
            "customer_id": payment.customer_id.to_string(),
        });
        cx.change.record("payment.received", PaymentId::WORD, id.0, "received", detail);
        settlement.add_payment(payment, base_amount);

        let wishes = wishes(id, &self.shares, &settlement)?;
        if self.recover {
            recover_all(cx, &mut settlement, &wishes, &entity, (on, posted_on)).await?;
        }
        put_on(cx, &mut settlement, &wishes, &customer, &entity, (on, posted_on)).await?;
        settlement.save(cx, &entity).await?;
        Ok(id)
    }
}

pub(super) async fn customer(cx: &mut Cx<'_, '_>, id: CustomerId) -> Result<Customer, Error> {
    store::customers::load(cx.tx, id).await?.ok_or_else(|| Error::missing(CustomerId::WORD, id))
}

fn wishes(payment: PaymentId, shares: &[Share], settlement: &Settlement) -> Result<Vec<Wish>, Error> {
    shares
        .iter()
        .map(|share| {
            let currency = settlement.invoice(share.invoice)?.currency;
            let amount = share.amount.to_money(currency, "amount")?.minor;
            Ok(Wish { payment, invoice: share.invoice, amount })
        })
        .collect()
}

/// Puts payments on invoices and stores what came of it.
pub(super) async fn put_on(
    cx: &mut Cx<'_, '_>,
    settlement: &mut Settlement,
    wishes: &[Wish],
    customer: &Customer,
    entity: &LegalEntity,
    (on, posted_on): (Date, Date),
) -> Result<(), Error> {
    if wishes.is_empty() {
        return Ok(());
    }
    let family = family_of(cx, customer.id).await?;
    let base = entity.base_currency;
    let mut invoices = std::mem::take(&mut settlement.invoices);
    let done = allocate(&mut settlement.sources.payments, &mut invoices, wishes, &family, base, on);
    settlement.invoices = invoices;
    settlement.store_applications(cx, done?.applications, on, posted_on).await.map(drop)
}

/// Cancels what the wishes need of write-offs, invoice by invoice.
pub(super) async fn recover_all(
    cx: &mut Cx<'_, '_>,
    settlement: &mut Settlement,
    wishes: &[Wish],
    entity: &LegalEntity,
    (on, posted_on): (Date, Date),
) -> Result<(), Error> {
    let mut asked: BTreeMap<InvoiceId, i64> = BTreeMap::new();
    for wish in wishes {
        let sum = asked.entry(wish.invoice).or_default();
        *sum = sum.checked_add(wish.amount).ok_or(Refusal::TooLarge { what: "amount" })?;
    }
    let mut live = std::mem::take(&mut settlement.live);
    let mut reversals = Vec::new();
    for (id, amount) in asked {
        let booked = settlement.invoices.get_mut(&id).ok_or_else(|| Error::missing(InvoiceId::WORD, id))?;
        if booked.noun.settled.write_offs == 0 {
            continue;
        }
        let mut of_invoice: Vec<_> = live.iter().filter(|live| live.row.invoice_id == id).cloned().collect();
        reversals.extend(recover(booked, &mut of_invoice, &mut settlement.sources, amount, on)?);
        live.retain(|live| live.row.invoice_id != id);
        live.extend(of_invoice);
    }
    settlement.live = live;
    let new = reversals.iter().map(|reversal| reversal.application.clone()).collect();
    let rows = settlement.store_applications(cx, new, on, posted_on).await?;
    post_cancelled_write_offs(cx, settlement, &reversals, &rows, entity.base_currency, posted_on)
}

/// Voids a payment of which nothing is applied or refunded.
#[derive(Clone, Copy, Debug)]
pub struct VoidPayment {
    pub payment: PaymentId,
}

impl Verb for VoidPayment {
    type Outcome = PaymentId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentId, Error> {
        let mut settlement = Settlement::lock(cx, &[], &[], &[self.payment], false).await?;
        let booked = settlement
            .sources
            .payments
            .get_mut(&self.payment)
            .ok_or_else(|| Error::missing(PaymentId::WORD, self.payment))?;
        booked.noun.void()?;
        refuse_charged(cx, self.payment).await?;
        let entity = entities::load(cx, Some(booked.noun.entity_id)).await?;
        let posted_on = entity.posting_day(cx.today(&entity))?;
        let draft = post::payment_voided(&booked.noun, entity.base_currency)?;
        post_draft(cx, draft, posted_on)?;
        settlement.save(cx, &entity).await?;
        cx.change.record("payment.voided", PaymentId::WORD, self.payment.0, "voided", json!({}));
        Ok(self.payment)
    }
}

//! Payment methods, payment intents, and what a charge came to.

use super::invoice::{Named, Names, assemble, business_now, view_ids};
use super::money::covers;
use super::settled::payment_detail;
use super::{PaymentDetail, resolve_customer, spelled};
use crate::clock::day_in;
use crate::query::CustomerRef;
use crate::verb::{Cx, Verb};
use crate::{Billing, Caller, Error};
use domain::id::{InvoiceId, PaymentId, PaymentIntentId, PaymentMethodId};
use domain::invoice::view::View;
use domain::payment::intent::{PaymentAttempt, PaymentIntent};
use domain::payment::method::{MethodStatus, PaymentMethod};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;
use store::Tx;

/// How a caller names a payment method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodRef {
    Id(PaymentMethodId),
    /// A face's text: the foreign id an import kept, else the native id it spells, if any.
    Spelled {
        text: String,
        native: Option<PaymentMethodId>,
    },
}

/// A payment method and what it is good for today.
#[derive(Clone, Debug)]
pub struct MethodView {
    pub method: PaymentMethod,
    pub status: MethodStatus,
}

/// An intent with its attempts by their numbers.
#[derive(Clone, Debug)]
pub struct IntentView {
    pub intent: PaymentIntent,
    pub attempts: Vec<PaymentAttempt>,
}

/// What made a payment: the attempt that took the money, its intent, and what it was charged to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeView {
    pub attempt: PaymentAttempt,
    pub intent: PaymentIntent,
    pub method: PaymentMethod,
}

/// A charge that succeeded, with the payment that it made and the invoice as it now stands.
#[derive(Clone, Debug)]
pub struct Collected {
    pub charge: ChargeView,
    pub payment: PaymentDetail,
    pub invoice: View,
}

impl Billing {
    /// A customer's payment methods that are not removed, in id order after `after`.
    pub async fn payment_methods(
        &self,
        caller: &Caller,
        customer: &CustomerRef,
        after: i64,
        limit: u32,
    ) -> Result<Named<Vec<MethodView>>, Error> {
        let (caller, customer, now) = (caller.clone(), customer.clone(), self.now());
        self.read(caller.tenant, move |tx| {
            let (caller, customer) = (caller.clone(), customer.clone());
            Box::pin(async move {
                let customer = resolve_customer(tx, &caller, &customer).await?;
                let methods = store::payment_methods::list(tx, customer, after, i64::from(limit)).await?;
                let mut ids: Vec<i64> = methods.iter().map(|method| method.id.0).collect();
                ids.push(customer.0);
                let names = Names::load(tx, &caller, &ids).await?;
                let today = card_day(business_now(tx, now).await?);
                let views = methods.into_iter().map(|method| MethodView { status: method.status(today), method });
                Ok(Named { value: views.collect(), names })
            })
        })
        .await
    }

    /// One payment method that is not removed; with a customer, only one of that customer.
    pub async fn payment_method(
        &self,
        caller: &Caller,
        customer: Option<&CustomerRef>,
        which: &MethodRef,
    ) -> Result<Named<MethodView>, Error> {
        let (caller, customer, which) = (caller.clone(), customer.cloned(), which.clone());
        let now = self.now();
        self.read(caller.tenant, move |tx| {
            let (caller, customer, which) = (caller.clone(), customer.clone(), which.clone());
            Box::pin(async move {
                let customer = match &customer {
                    Some(customer) => Some(resolve_customer(tx, &caller, customer).await?),
                    None => None,
                };
                let (id, given) = match &which {
                    MethodRef::Id(id) => (Some(id.0), id.to_string()),
                    MethodRef::Spelled { text, native } => {
                        let native = native.map(i64::from);
                        (spelled(tx, &caller, PaymentMethodId::WORD, text, native).await?, text.clone())
                    }
                };
                let missing = || Error::Missing { kind: PaymentMethodId::WORD, given };
                let Some(id) = id else { return Err(missing()) };
                let found = store::payment_methods::load(tx, PaymentMethodId(id)).await?;
                let found = found.filter(|method| method.removed_at.is_none());
                let found = found.filter(|method| customer.is_none_or(|only| method.customer_id == only));
                let Some(method) = found else { return Err(missing()) };
                if !covers(tx, &caller, method.customer_id).await? {
                    return Err(missing());
                }
                method_view(tx, &caller, method, now).await
            })
        })
        .await
    }

    pub async fn payment_intent(&self, caller: &Caller, id: PaymentIntentId) -> Result<IntentView, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let intent = match store::intents::load(tx, id).await? {
                    Some(intent) if covers(tx, &caller, intent.customer_id).await? => intent,
                    _ => return Err(Error::missing(PaymentIntentId::WORD, id)),
                };
                let attempts = store::intents::attempts(tx, id).await?;
                Ok(IntentView { intent, attempts })
            })
        })
        .await
    }

    /// The invoice's intents in id order after `after`.
    pub async fn payment_intents(
        &self,
        caller: &Caller,
        invoice: InvoiceId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<PaymentIntent>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                match store::invoices::load(tx, invoice).await? {
                    Some(found) if covers(tx, &caller, found.customer_id).await? => {}
                    _ => return Err(Error::missing(InvoiceId::WORD, invoice)),
                }
                Ok(store::intents::on_invoice(tx, invoice, after, i64::from(limit)).await?)
            })
        })
        .await
    }

    /// What made these payments, as far as a gateway did. The caller has read the payments.
    pub async fn charges_of(
        &self,
        caller: &Caller,
        payments: &[PaymentId],
    ) -> Result<HashMap<PaymentId, ChargeView>, Error> {
        let payments = payments.to_vec();
        self.read(caller.tenant, move |tx| {
            let payments = payments.clone();
            Box::pin(async move { charges_of(tx, &payments).await })
        })
        .await
    }
}

/// The day by which a card's month is judged: cards are good everywhere until it is over.
fn card_day(at: Timestamp) -> Date {
    day_in(at, "UTC")
}

async fn method_view(
    tx: &mut Tx<'_>,
    caller: &Caller,
    method: PaymentMethod,
    now: Timestamp,
) -> Result<Named<MethodView>, Error> {
    let names = Names::load(tx, caller, &[method.id.0, method.customer_id.0]).await?;
    let status = method.status(card_day(business_now(tx, now).await?));
    Ok(Named { value: MethodView { method, status }, names })
}

/// Runs a verb about one payment method and reads it back in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenMethod<V>(pub V);

impl<V: Verb<Outcome = PaymentMethodId>> Verb for ThenMethod<V> {
    type Outcome = Named<MethodView>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<MethodView>, Error> {
        let id = self.0.run(cx).await?;
        let method = store::payment_methods::load(cx.tx, id).await?;
        let method = method.ok_or_else(|| Error::missing(PaymentMethodId::WORD, id))?;
        method_view(cx.tx, cx.caller, method, cx.now).await
    }
}

pub(crate) async fn charges_of(
    tx: &mut Tx<'_>,
    payments: &[PaymentId],
) -> Result<HashMap<PaymentId, ChargeView>, Error> {
    let found = store::intents::of_payments(tx, payments).await?;
    let mut ids: Vec<PaymentMethodId> = found.iter().map(|(_, intent)| intent.method_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let methods = store::payment_methods::load_many(tx, &ids).await?;
    let methods: HashMap<PaymentMethodId, PaymentMethod> =
        methods.into_iter().map(|method| (method.id, method)).collect();
    let charges = found.into_iter().filter_map(|(attempt, intent)| {
        let method = methods.get(&intent.method_id)?.clone();
        Some((attempt.payment_id?, ChargeView { attempt, intent, method }))
    });
    Ok(charges.collect())
}

/// What a succeeded attempt came to, read in the transaction that learned of it.
pub(crate) async fn collected(cx: &mut Cx<'_, '_>, payment: PaymentId) -> Result<Named<Collected>, Error> {
    let payment_id = payment;
    let charge = charges_of(cx.tx, &[payment]).await?.remove(&payment);
    let charge = charge.ok_or_else(|| Error::missing(PaymentId::WORD, payment_id))?;
    let payment = payment_detail(cx.tx, cx.caller, payment).await?.value;
    let invoice = charge.intent.invoice_id;
    let header = store::invoices::load_header(cx.tx, invoice).await?;
    let header = header.ok_or_else(|| Error::missing(InvoiceId::WORD, invoice))?;
    let invoice = assemble(cx.tx, cx.caller, header, cx.now).await?;
    let mut ids = view_ids(&invoice);
    ids.extend([payment.payment.id.0, charge.attempt.id.0, charge.method.id.0]);
    ids.extend(payment.settles.iter().map(|settles| settles.invoice_id.0));
    let names = Names::load(cx.tx, cx.caller, &ids).await?;
    Ok(Named { value: Collected { charge, payment, invoice }, names })
}

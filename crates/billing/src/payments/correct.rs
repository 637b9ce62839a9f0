//! Says anew what a payment is: its texts, the money itself, and what it is put on, in one transaction.

use super::Share;
use super::charge::refuse_charged;
use super::record::{customer, put_on};
use super::withdraw::{lock_with, refuse_refunded, take_off_all};
use crate::Error;
use crate::check;
use crate::parties::entities;
use crate::settle::{Settlement, post_draft};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{CustomerId, InvoiceId, PaymentId};
use domain::invoice::FxRate;
use domain::journal::post;
use domain::money::Amount;
use domain::party::LegalEntity;
use domain::payment::allocate::Wish;
use domain::payment::correct::Receipt;
use domain::payment::{Payment, PaymentMode, Source};
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

/// `None` leaves a field as it is. When the money or the shares change, all of it is taken off its invoices, the
/// receipt is posted anew, and it is put on the invoices again.
///
/// Refuses in this order: texts; `PaymentVoid`; `CustomerMismatch` for another's payment; `PaymentCharged` for another
/// amount of what a gateway took; when money or shares change, `PaymentRefunded`, `BooksClosed`, what a new payment
/// is refused for, and what each share is.
#[derive(Clone, Debug)]
pub struct CorrectPayment {
    pub payment: PaymentId,
    /// Whose payment the caller takes it for.
    pub customer: Option<CustomerId>,
    /// Includes the bank's charges.
    pub amount: Option<Amount>,
    pub bank_charges: Option<Amount>,
    /// Not read in base currency.
    pub fx: Option<FxRate>,
    pub mode: Option<PaymentMode>,
    pub received_on: Option<Date>,
    pub reference: Option<String>,
    pub description: Option<String>,
    /// All invoices that it is for; what they do not take stays unapplied.
    pub shares: Option<Vec<Share>>,
}

impl CorrectPayment {
    /// Nothing changes yet.
    pub fn of(payment: PaymentId) -> Self {
        Self {
            payment,
            customer: None,
            amount: None,
            bank_charges: None,
            fx: None,
            mode: None,
            received_on: None,
            reference: None,
            description: None,
            shares: None,
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        check::optional(self.reference.as_deref().unwrap_or_default(), "reference", check::LINE)?;
        check::optional(self.description.as_deref().unwrap_or_default(), "description", check::LONG)?;
        if self.shares.as_ref().is_some_and(|shares| shares.len() > 1_000) {
            return Err(Refusal::TooManyLines { limit: 1_000 });
        }
        Ok(())
    }

    fn receipt(&self, payment: &Payment, entity: &LegalEntity) -> Result<Receipt, Refusal> {
        let before = payment.receipt();
        let minor = |asked: Option<Amount>, before: i64, what| match asked {
            Some(amount) => Ok(amount.to_money(payment.currency, what)?.minor),
            None => Ok::<i64, Refusal>(before),
        };
        let is_foreign = payment.currency != entity.base_currency;
        Ok(Receipt {
            amount: minor(self.amount, before.amount, "amount")?,
            bank_charges: minor(self.bank_charges, before.bank_charges, "bank charges")?,
            fx: self.fx.clone().filter(|_| is_foreign).or(before.fx),
            received_on: self.received_on.unwrap_or(before.received_on),
        })
    }

    /// What shall be on which invoice; a share named twice counts twice.
    fn wanted(&self, settlement: &Settlement) -> Result<Option<Vec<Wish>>, Error> {
        let Some(shares) = &self.shares else {
            return Ok(None);
        };
        let wish = |share: &Share| {
            let currency = settlement.invoice(share.invoice)?.currency;
            let amount = share.amount.to_money(currency, "amount")?.minor;
            Ok(Wish { payment: self.payment, invoice: share.invoice, amount })
        };
        shares.iter().map(wish).collect::<Result<_, Error>>().map(Some)
    }

    /// Takes mode and texts over and names what changed.
    fn describe(&self, payment: &mut Payment) -> Vec<&'static str> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if let Some(value) = &self.$field
                    && payment.$field != *value
                {
                    payment.$field = value.clone();
                    changed.push(stringify!($field));
                }
            )*};
        }
        take!(mode, reference, description);
        changed
    }
}

impl Verb for CorrectPayment {
    type Outcome = PaymentId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentId, Error> {
        self.check()?;
        let id = self.payment;
        let asked: Vec<InvoiceId> = self.shares.iter().flatten().map(|share| share.invoice).collect();
        let mut settlement = lock_with(cx, id, &asked).await?;
        let before = settlement.payment(id)?.noun.clone();
        if before.is_void {
            return Err(Refusal::PaymentVoid { payment: id }.into());
        }
        if let Some(given) = self.customer.filter(|customer| *customer != before.customer_id) {
            return Err(Refusal::CustomerMismatch { expected: before.customer_id, given }.into());
        }
        let entity = entities::load(cx, Some(before.entity_id)).await?;
        let receipt = self.receipt(&before, &entity)?;
        if receipt.amount != before.amount {
            refuse_charged(cx, id).await?;
        }
        let applied = applied(&settlement, id);
        let wanted = self.wanted(&settlement)?;
        let moves = wanted.as_ref().is_some_and(|wanted| summed(wanted) != summed(&applied));
        let is_anew = receipt != before.receipt();

        let mut changed = self.describe(&mut settlement.payment_mut(id)?.noun);
        if is_anew || moves {
            refuse_refunded(cx, id).await?;
            let today = cx.today(&entity);
            let posted_on = entity.posting_day(today)?;
            take_off_all(cx, &mut settlement, id, (today, posted_on)).await?;
        }
        if is_anew {
            changed.push("receipt");
            self.receive_anew(cx, &mut settlement, &before, &receipt, &entity).await?;
        } else {
            store::payments::describe(cx.tx, &settlement.payment(id)?.noun).await?;
        }
        if is_anew || moves {
            changed.push("shares");
            let payer = customer(cx, before.customer_id).await?;
            let on = receipt.received_on;
            let days = (on, entity.posting_day(on)?);
            put_on(cx, &mut settlement, &wanted.unwrap_or(applied), &payer, &entity, days).await?;
        }
        settlement.save(cx, &entity).await?;
        if !changed.is_empty() {
            let amount = before.money(receipt.amount).to_plain();
            let detail = json!({"fields": changed, "amount": amount, "currency": before.currency.code()});
            cx.change.record("payment.updated", PaymentId::WORD, id.0, "updated", detail);
        }
        Ok(id)
    }
}

impl CorrectPayment {
    /// The old receipt's entry is taken back on its day, the new one's posted on the new day.
    async fn receive_anew(
        &self,
        cx: &mut Cx<'_, '_>,
        settlement: &mut Settlement,
        before: &Payment,
        receipt: &Receipt,
        entity: &LegalEntity,
    ) -> Result<(), Error> {
        let base = entity.base_currency;
        let noun = &mut settlement.payment_mut(self.payment)?.noun;
        noun.receive_anew(receipt)?;
        let base_amount = domain::fx::to_base(noun.amount, noun.currency, noun.fx.as_ref(), base)?;
        let [taken_back, anew] = post::payment_corrected(before, noun, base)?;
        post_draft(cx, taken_back, entity.posting_day(before.received_on)?)?;
        post_draft(cx, anew, entity.posting_day(receipt.received_on)?)?;
        Ok(store::payments::correct(cx.tx, noun, base_amount).await?)
    }
}

/// What a payment is put on now, application by application.
fn applied(settlement: &Settlement, payment: PaymentId) -> Vec<Wish> {
    let own = settlement.live.iter().filter(|live| live.row.source == Source::Payment(payment) && live.left() != 0);
    own.map(|live| Wish { payment, invoice: live.row.invoice_id, amount: live.left() }).collect()
}

/// Per invoice. Wishes are not judged here, so that their sums may be beyond any amount.
fn summed(wishes: &[Wish]) -> BTreeMap<InvoiceId, i128> {
    let mut sums = BTreeMap::new();
    for wish in wishes {
        *sums.entry(wish.invoice).or_default() += i128::from(wish.amount);
    }
    sums
}

//! Pays a payment back where it was put, as Zoho's `POST /payments/{id}/refunds` means it: by a credit note on the
//! invoice, so that the payment stays applied and the balance stays.

use super::refund::{RefundMoney, RefundOf};
use super::withdraw::lock_with;
use crate::Error;
use crate::settle::Settlement;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, PaymentId, RefundId};
use domain::money::Amount;
use domain::payment::{PaymentMode, Refund, RefundKind, Source};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Refunds `amount` on one invoice: the one that the payment was put on last, of those that have so much of it left.
/// Money that is on no invoice goes back as it is. Refuses in this order: `PaymentVoid`, `NotPositive`,
/// `ExceedsApplied` with the most that one refund can give back; then what [`RefundMoney`] is refused for.
#[derive(Clone, Debug)]
pub struct GiveBackPayment {
    pub payment: PaymentId,
    pub amount: Amount,
    /// The payment's own when `None`.
    pub mode: Option<PaymentMode>,
    /// Today when `None`.
    pub on: Option<Date>,
    /// The payment's own when `None`.
    pub reference: Option<String>,
    pub description: String,
}

impl Verb for GiveBackPayment {
    type Outcome = RefundId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<RefundId, Error> {
        let id = self.payment;
        let settlement = lock_with(cx, id, &[]).await?;
        let payment = settlement.payment(id)?.noun.clone();
        if payment.is_void {
            return Err(Refusal::PaymentVoid { payment: id }.into());
        }
        let asked = self.amount.to_money(payment.currency, "amount")?;
        if asked.minor <= 0 {
            return Err(Refusal::NotPositive { what: "amount" }.into());
        }
        let refunds = store::applications::refunds_of_payments(cx.tx, &[id]).await?;
        let rooms = rooms(&settlement, id, &refunds);
        let of = match rooms.iter().find(|(_, room)| *room >= asked.minor) {
            Some((invoice, _)) => RefundOf::ByCreditNote { payment: id, invoice: *invoice },
            None if payment.unapplied >= asked.minor => RefundOf::Unapplied { payment: id },
            None => {
                let most = rooms.iter().map(|(_, room)| *room).fold(payment.unapplied, i64::max);
                return Err(Refusal::ExceedsApplied { payment: id, applied: payment.money(most), asked }.into());
            }
        };
        let refund = RefundMoney {
            of,
            amount: self.amount,
            mode: self.mode.unwrap_or(payment.mode),
            on: self.on,
            reference: self.reference.clone().unwrap_or(payment.reference),
            description: self.description.clone(),
        };
        refund.run(cx).await
    }
}

/// What can still go back on each invoice, the one that the payment was put on last first. Minor units.
fn rooms(settlement: &Settlement, payment: PaymentId, refunds: &[Refund]) -> Vec<(InvoiceId, i64)> {
    let mut live: Vec<_> =
        settlement.live.iter().filter(|live| live.row.source == Source::Payment(payment) && live.left() != 0).collect();
    live.sort_by_key(|live| std::cmp::Reverse((live.row.applied_on, live.row.id)));
    let mut left: BTreeMap<InvoiceId, i64> = BTreeMap::new();
    let mut order = Vec::new();
    for application in live {
        let invoice = application.row.invoice_id;
        if !left.contains_key(&invoice) {
            order.push(invoice);
        }
        *left.entry(invoice).or_default() += application.left();
    }
    for refund in refunds.iter().filter(|refund| refund.kind == RefundKind::ByCreditNote) {
        if let Some(room) = refund.invoice_id.and_then(|invoice| left.get_mut(&invoice)) {
            *room -= refund.amount;
        }
    }
    order.into_iter().filter_map(|invoice| Some((invoice, *left.get(&invoice)?))).collect()
}

//! Refunds with all that a vendor's answer about them prints.

use super::invoice::{Named, Names};
use super::money::covers;
use crate::verb::{Cx, Verb};
use crate::{Billing, Caller, Error};
use domain::credit_note::CreditNote;
use domain::id::RefundId;
use domain::payment::{Payment, Refund};
use store::Tx;

/// A refund as vendors print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundDetail {
    pub refund: Refund,
    pub customer_email: String,
    /// The note that was paid out.
    pub note: Option<CreditNote>,
    /// The payment that it came from.
    pub payment: Option<Payment>,
}

impl Billing {
    pub async fn refund_detail(&self, caller: &Caller, id: RefundId) -> Result<Named<RefundDetail>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move { refund_detail(tx, &caller, id).await })
        })
        .await
    }
}

async fn refund_detail(tx: &mut Tx<'_>, caller: &Caller, id: RefundId) -> Result<Named<RefundDetail>, Error> {
    let missing = || Error::missing(RefundId::WORD, id);
    let refund = store::applications::refund_by_id(tx, id).await?.ok_or_else(missing)?;
    if !covers(tx, caller, refund.customer_id).await? {
        return Err(missing());
    }
    let note = match refund.credit_note_id {
        Some(note) => store::credit_notes::load(tx, note).await?,
        None => None,
    };
    let customer = store::customers::load(tx, refund.customer_id).await?;
    let payment = match refund.payment_id {
        Some(payment) => store::payments::load(tx, payment).await?,
        None => None,
    };
    let mut named = vec![id.0, refund.customer_id.0];
    named.extend(refund.credit_note_id.map(i64::from));
    named.extend(refund.payment_id.map(i64::from));
    let names = Names::load(tx, caller, &named).await?;
    let value = RefundDetail {
        customer_email: customer.map(|customer| customer.email).unwrap_or_default(),
        note,
        payment,
        refund,
    };
    Ok(Named { value, names })
}

/// Runs a verb that makes a refund and reads it back, as vendors print it, in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenRefundDetail<V>(pub V);

impl<V: Verb<Outcome = RefundId>> Verb for ThenRefundDetail<V> {
    type Outcome = Named<RefundDetail>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<RefundDetail>, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        refund_detail(cx.tx, cx.caller, id).await
    }
}

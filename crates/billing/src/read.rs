//! Reads: what faces and jobs may see. Each runs in one consistent snapshot. What a caller may not see is
//! answered like what does not exist.

mod catalogue;
mod chargeover;
pub(crate) mod charges;
mod customers;
mod feed;
mod invoice;
mod invoice_list;
mod invoice_ref;
mod money;
mod names;
mod offers;
mod parties;
mod refunds;
mod seller;
mod settled;
mod unbilled;

pub use catalogue::{AddonView, Brief, CouponView, Hung, ItemView, PlanView, Shown, ThenShown};
pub use charges::{ChargeView, Collected, IntentView, MethodRef, MethodView, ThenMethod};
pub use customers::{CustomerRow, CustomerView, ThenCustomer, TransactionQuery, TransactionRow, TransactionState};
pub use feed::Event;
pub(crate) use invoice::business_now;
pub use invoice::{Named, Names, ThenView};
pub use invoice_list::LinePage;
pub use money::{NoteView, PaymentView, SequenceEvents, ThenNote, ThenPayment, ThenRefund};
pub use names::Spelled;
pub use offers::{CouponStanding, ItemOrder, ItemQuery, OfferList, OfferPage, PriceBound, TextMatch};
pub use parties::EntityView;
pub use refunds::{RefundDetail, ThenRefundDetail};
pub use seller::{Taxes, ThenSalesperson};
pub use settled::{NoteDetail, PaymentDetail, Settles, ThenApplied, ThenNoteDetail, ThenPaymentDetail};
pub use store::transactions::Kind as TransactionKind;
pub use unbilled::{ThenUnbilled, UnbilledView};

use crate::caller::ActsFor;
use crate::query::CustomerRef;
use crate::{Billing, Caller, Error};
use domain::id::{CustomerId, TenantId};
use std::future::Future;
use std::pin::Pin;
use store::Tx;

pub(crate) type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

impl Billing {
    pub(crate) async fn read<T, F>(&self, tenant: TenantId, body: F) -> Result<T, Error>
    where
        F: for<'a> Fn(&'a mut Tx<'_>) -> Reading<'a, T> + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.db.read(tenant, store::body(body)).await.map_err(Error::settle)
    }

    /// The same on a thread of its own: for reads that may take long.
    pub(crate) async fn scan<T, F>(&self, tenant: TenantId, body: F) -> Result<T, Error>
    where
        F: for<'a> Fn(&'a mut Tx<'_>) -> Reading<'a, T> + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.db.scan(tenant, store::body(body)).await.map_err(Error::settle)
    }

    /// Which customer a face's text names: the caller's own, or one that it may see. An unknown customer and
    /// one outside the caller's subtree are the same `Missing`.
    pub async fn resolve_customer(&self, caller: &Caller, which: &CustomerRef) -> Result<CustomerId, Error> {
        let (caller, which) = (caller.clone(), which.clone());
        self.read(caller.tenant, move |tx| {
            let (caller, which) = (caller.clone(), which.clone());
            Box::pin(async move { resolve_customer(tx, &caller, &which).await })
        })
        .await
    }

    /// The customers that the caller's credential covers: `None` for staff (all of them).
    pub async fn covered_customers(&self, caller: &Caller) -> Result<Option<Vec<CustomerId>>, Error> {
        let ActsFor::Customer(root) = caller.acts_for else {
            return Ok(None);
        };
        self.read(caller.tenant, move |tx| Box::pin(async move { Ok(store::customers::subtree(tx, root).await?) }))
            .await
            .map(Some)
    }
}

/// The id that a face's text names: the foreign id of an import, else the native id it spells.
pub(crate) async fn spelled(
    tx: &mut Tx<'_>,
    caller: &Caller,
    kind: &'static str,
    text: &str,
    native: Option<i64>,
) -> Result<Option<i64>, Error> {
    if !caller.has_foreign_ids {
        return Ok(native);
    }
    match store::names::find_foreign_id(tx, caller.face.word(), kind, text).await? {
        Some(id) => Ok(Some(id)),
        None => Ok(native),
    }
}

pub(crate) async fn resolve_customer(
    tx: &mut Tx<'_>,
    caller: &Caller,
    which: &CustomerRef,
) -> Result<CustomerId, Error> {
    let (id, given) = match which {
        CustomerRef::Own => match caller.acts_for {
            ActsFor::Customer(own) => return Ok(own),
            ActsFor::Staff => return Err(Error::missing(CustomerId::WORD, "me")),
        },
        CustomerRef::Id(id) => (Some(*id), id.to_string()),
        CustomerRef::Spelled { text, native } => {
            let id = spelled(tx, caller, CustomerId::WORD, text, native.map(i64::from)).await?;
            (id.map(CustomerId), text.clone())
        }
    };
    let Some(id) = id else {
        return Err(Error::Missing { kind: CustomerId::WORD, given });
    };
    let visible = match caller.acts_for {
        ActsFor::Staff => store::customers::load(tx, id).await?.is_some(),
        ActsFor::Customer(root) => store::customers::is_within(tx, id, root).await?,
    };
    if visible { Ok(id) } else { Err(Error::Missing { kind: CustomerId::WORD, given }) }
}

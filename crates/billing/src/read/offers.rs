//! Lists of what is offered, and single objects by code or id.

use super::catalogue::{
    AddonView, CouponView, ItemView, PlanView, Shown, addon_views, coupon_views, item_views, name_products, only,
    plan_views,
};
use super::invoice::Named;
use crate::catalogue::{ByCode, split, today};
use crate::{Billing, Caller, Error};
use domain::catalogue::{AddonKind, PlanVersion, Product};
use domain::id::{AddonId, CouponId, PlanId};
pub use store::coupons::Standing as CouponStanding;
pub use store::item_list::{ItemOrder, ItemQuery, PriceBound, TextMatch};
pub use store::offers::Page as OfferPage;

/// Where a list in id order goes on, or which page of the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferList {
    After { id: i64, limit: u32 },
    Newest(OfferPage),
}

impl Billing {
    /// One object that can be shown.
    pub async fn shown<T: Shown>(&self, caller: &Caller, id: T) -> Result<Named<T::View>, Error> {
        let (caller, now) = (caller.clone(), self.now());
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move { id.show(tx, &caller, now).await })
        })
        .await
    }

    pub async fn products(&self, caller: &Caller, asked: OfferList) -> Result<Named<Vec<Product>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let found = match asked {
                    OfferList::After { id, limit } => store::products::list(tx, id, i64::from(limit)).await?,
                    OfferList::Newest(page) => store::products::page(tx, &page).await?,
                };
                name_products(tx, &caller, found).await
            })
        })
        .await
    }

    pub async fn plan(&self, caller: &Caller, which: &ByCode<PlanId>) -> Result<Named<PlanView>, Error> {
        let (caller, which) = (caller.clone(), which.clone());
        self.read(caller.tenant, move |tx| {
            let (caller, which) = (caller.clone(), which.clone());
            Box::pin(async move {
                let (ids, codes) = split(std::slice::from_ref(&which));
                let found = store::plans::load_many(tx, &ids, &codes).await?;
                only(plan_views(tx, &caller, found).await?, || which.missing())
            })
        })
        .await
    }

    pub async fn plans(&self, caller: &Caller, asked: OfferList) -> Result<Named<Vec<PlanView>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let found = match asked {
                    OfferList::After { id, limit } => store::plans::list(tx, id, i64::from(limit)).await?,
                    OfferList::Newest(page) => store::plans::page(tx, &page).await?,
                };
                plan_views(tx, &caller, found).await
            })
        })
        .await
    }

    /// Published versions of a plan, oldest first, after the number `after`.
    pub async fn plan_versions(
        &self,
        caller: &Caller,
        plan: PlanId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<PlanVersion>, Error> {
        self.read(caller.tenant, move |tx| {
            Box::pin(async move {
                if store::plans::load_many(tx, &[plan], &[]).await?.is_empty() {
                    return Err(Error::missing(PlanId::WORD, plan));
                }
                Ok(store::plans::versions(tx, plan, after, i64::from(limit)).await?)
            })
        })
        .await
    }

    pub async fn addon(&self, caller: &Caller, which: &ByCode<AddonId>) -> Result<Named<AddonView>, Error> {
        let (caller, which) = (caller.clone(), which.clone());
        self.read(caller.tenant, move |tx| {
            let (caller, which) = (caller.clone(), which.clone());
            Box::pin(async move {
                let (ids, codes) = split(std::slice::from_ref(&which));
                let found = store::addons::load_many(tx, &ids, &codes).await?;
                only(addon_views(tx, &caller, found).await?, || which.missing())
            })
        })
        .await
    }

    /// Of one kind or all (lists in id order are of all).
    pub async fn addons(
        &self,
        caller: &Caller,
        asked: OfferList,
        kind: Option<AddonKind>,
    ) -> Result<Named<Vec<AddonView>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let found = match asked {
                    OfferList::After { id, limit } => store::addons::list(tx, id, i64::from(limit)).await?,
                    OfferList::Newest(page) => store::addons::page(tx, &page, kind).await?,
                };
                addon_views(tx, &caller, found).await
            })
        })
        .await
    }

    pub async fn coupon(&self, caller: &Caller, which: &ByCode<CouponId>) -> Result<Named<CouponView>, Error> {
        let (caller, which, now) = (caller.clone(), which.clone(), self.now());
        self.read(caller.tenant, move |tx| {
            let (caller, which) = (caller.clone(), which.clone());
            Box::pin(async move {
                let (ids, codes) = split(std::slice::from_ref(&which));
                let found = store::coupons::load_many(tx, &ids, &codes).await?;
                only(coupon_views(tx, &caller, found, now).await?, || which.missing())
            })
        })
        .await
    }

    /// Of one standing or all (lists in id order are of all). `standing` is made from today's day.
    pub async fn coupons(
        &self,
        caller: &Caller,
        asked: OfferList,
        standing: Option<fn(jiff::civil::Date) -> CouponStanding>,
    ) -> Result<Named<Vec<CouponView>>, Error> {
        let (caller, now) = (caller.clone(), self.now());
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let found = match asked {
                    OfferList::After { id, limit } => store::coupons::list(tx, id, i64::from(limit)).await?,
                    OfferList::Newest(page) => {
                        let business_at = super::invoice::business_now(tx, now).await?;
                        let today = today(tx, business_at).await?;
                        store::coupons::page(tx, &page, standing.map(|of| of(today))).await?
                    }
                };
                coupon_views(tx, &caller, found, now).await
            })
        })
        .await
    }

    /// Items by what is asked for, a page of them.
    pub async fn item_list(&self, caller: &Caller, query: ItemQuery) -> Result<Named<Vec<ItemView>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let (caller, query) = (caller.clone(), query.clone());
            Box::pin(async move {
                let found = store::item_list::list(tx, &query).await?;
                item_views(tx, &caller, found).await
            })
        })
        .await
    }
}

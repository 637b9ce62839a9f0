//! Tenants, legal entities, customers, items, taxes, settings.

use super::invoice::{Named, Names, business_now};
use crate::caller::ActsFor;
use crate::clock::day_in;
use crate::{Billing, Caller, Error};
use domain::id::{CustomerId, EntityId, ItemId, TaxGroupId, TenantId};
use domain::item::Item;
use domain::numbering::Series;
use domain::party::{Customer, LegalEntity, Tenant};
use domain::tax::{TaxGroup, TaxRate};
use jiff::civil::Date;
use std::collections::HashMap;
use store::names::CustomField;

/// A legal entity with its series and its own "today".
#[derive(Clone, Debug)]
pub struct EntityView {
    pub entity: LegalEntity,
    pub series: Vec<Series>,
    pub today: Date,
}

impl Billing {
    /// Every tenant of the installation: for the process itself.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, Error> {
        self.read(TenantId(0), |tx| Box::pin(async move { Ok(store::tenants::list(tx).await?) })).await
    }

    pub async fn tenant(&self, tenant: TenantId) -> Result<Tenant, Error> {
        self.read(tenant, move |tx| {
            Box::pin(
                async move { store::tenants::load(tx).await?.ok_or_else(|| Error::missing(TenantId::WORD, tenant)) },
            )
        })
        .await
    }

    /// The tenant's settings by name (limits, switches of the faces).
    pub async fn settings(&self, tenant: TenantId) -> Result<HashMap<String, String>, Error> {
        self.read(tenant, |tx| Box::pin(async move { Ok(store::tenants::settings(tx).await?.into_iter().collect()) }))
            .await
    }

    pub async fn legal_entities(&self, caller: &Caller) -> Result<Named<Vec<EntityView>>, Error> {
        let (caller, now) = (caller.clone(), self.now());
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let business_at = business_now(tx, now).await?;
                let mut views = Vec::new();
                let entities = store::entities::list(tx).await?;
                let ids: Vec<EntityId> = entities.iter().map(|entity| entity.id).collect();
                let all = store::series::of_entities(tx, &ids).await?;
                for entity in entities {
                    let series = all.iter().filter(|series| series.entity_id == entity.id).cloned().collect();
                    let today = day_in(business_at, &entity.time_zone);
                    views.push(EntityView { entity, series, today });
                }
                let ids: Vec<i64> = views.iter().map(|view| view.entity.id.0).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value: views, names })
            })
        })
        .await
    }

    pub async fn legal_entity(&self, caller: &Caller, id: EntityId) -> Result<EntityView, Error> {
        let found = self.legal_entities(caller).await?.value;
        found.into_iter().find(|view| view.entity.id == id).ok_or_else(|| Error::missing(EntityId::WORD, id))
    }

    /// Customers in id order after `after`, that the caller covers.
    pub async fn customers(&self, caller: &Caller, after: i64, limit: u32) -> Result<Vec<Customer>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                match caller.acts_for {
                    ActsFor::Staff => Ok(store::customers::list(tx, after, i64::from(limit)).await?),
                    ActsFor::Customer(root) => {
                        let covered = store::customers::subtree(tx, root).await?;
                        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
                        let page: Vec<CustomerId> =
                            covered.into_iter().filter(|id| id.0 > after).take(wanted).collect();
                        Ok(store::customers::load_many(tx, &page).await?)
                    }
                }
            })
        })
        .await
    }

    /// The customers by these ids, for names on lists; ids that the caller may not see are left out.
    pub async fn customers_by_id(&self, caller: &Caller, ids: Vec<CustomerId>) -> Result<Vec<Customer>, Error> {
        let covered = self.covered_customers(caller).await?;
        let ids: Vec<CustomerId> = ids
            .into_iter()
            .filter(|id| covered.as_ref().is_none_or(|covered| covered.binary_search(id).is_ok()))
            .collect();
        self.read(caller.tenant, move |tx| {
            let ids = ids.clone();
            Box::pin(async move { Ok(store::customers::load_many(tx, &ids).await?) })
        })
        .await
    }

    pub async fn items(&self, caller: &Caller, after: i64, limit: u32) -> Result<Vec<Item>, Error> {
        self.read(caller.tenant, move |tx| {
            Box::pin(async move { Ok(store::catalogue::items(tx, after, i64::from(limit)).await?) })
        })
        .await
    }

    pub async fn item(&self, caller: &Caller, id: ItemId) -> Result<Item, Error> {
        self.read(caller.tenant, move |tx| {
            Box::pin(async move {
                store::catalogue::item_by_id(tx, id).await?.ok_or_else(|| Error::missing(ItemId::WORD, id))
            })
        })
        .await
    }

    pub async fn tax_rates(&self, caller: &Caller, after: i64, limit: u32) -> Result<Vec<TaxRate>, Error> {
        self.read(caller.tenant, move |tx| {
            Box::pin(async move { Ok(store::catalogue::rates(tx, after, i64::from(limit)).await?) })
        })
        .await
    }

    pub async fn tax_groups(&self, caller: &Caller, after: i64, limit: u32) -> Result<Vec<TaxGroup>, Error> {
        self.read(caller.tenant, move |tx| {
            Box::pin(async move { Ok(store::catalogue::groups(tx, after, i64::from(limit)).await?) })
        })
        .await
    }

    pub async fn tax_group(&self, caller: &Caller, id: TaxGroupId) -> Result<TaxGroup, Error> {
        self.read(caller.tenant, move |tx| {
            Box::pin(async move {
                let found = store::catalogue::groups_by_id(tx, &[id]).await?.pop();
                found.ok_or_else(|| Error::missing(TaxGroupId::WORD, id))
            })
        })
        .await
    }

    pub async fn custom_fields(&self, caller: &Caller) -> Result<Vec<CustomField>, Error> {
        self.read(caller.tenant, |tx| Box::pin(async move { Ok(store::names::custom_fields(tx).await?) })).await
    }
}

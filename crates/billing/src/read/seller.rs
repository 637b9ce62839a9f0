//! The seller's small lists.

use super::invoice::{Named, Names};
use crate::{Billing, Caller, Cx, Error, Verb};
use domain::id::SalespersonId;
use domain::party::Terms;
use domain::seller::{CancellationReason, Salesperson, TaxAuthority, TaxExemption};
use domain::tax::{TaxGroup, TaxRate};

/// Groups and rates of a tenant that are read as one list.
const MAX_TAXES: i64 = 2_000;

/// What a seller taxes by: groups, the rates that they are made of, and who collects them.
#[derive(Clone, Debug)]
pub struct Taxes {
    pub groups: Vec<TaxGroup>,
    pub rates: Vec<TaxRate>,
    pub authorities: Vec<TaxAuthority>,
}

impl Billing {
    /// By name.
    pub async fn salespersons(&self, caller: &Caller) -> Result<Named<Vec<Salesperson>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let value = store::seller::salespersons(tx).await?;
                let ids: Vec<i64> = value.iter().map(|person| person.id.0).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value, names })
            })
        })
        .await
    }

    /// By days.
    pub async fn terms(&self, caller: &Caller) -> Result<Vec<Terms>, Error> {
        self.read(caller.tenant, |tx| Box::pin(async move { Ok(store::tenants::terms(tx).await?) })).await
    }

    /// All taxes, with the names of their groups and authorities.
    pub async fn taxes(&self, caller: &Caller) -> Result<Named<Taxes>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let value = Taxes {
                    groups: store::catalogue::groups(tx, 0, MAX_TAXES).await?,
                    rates: store::catalogue::rates(tx, 0, MAX_TAXES).await?,
                    authorities: store::seller::authorities(tx).await?,
                };
                let groups = value.groups.iter().map(|group| group.id.0);
                let ids: Vec<i64> = groups.chain(value.authorities.iter().map(|known| known.id.0)).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value, names })
            })
        })
        .await
    }

    /// By name.
    pub async fn tax_authorities(&self, caller: &Caller) -> Result<Named<Vec<TaxAuthority>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let value = store::seller::authorities(tx).await?;
                let ids: Vec<i64> = value.iter().map(|authority| authority.id.0).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value, names })
            })
        })
        .await
    }

    /// By code.
    pub async fn tax_exemptions(&self, caller: &Caller) -> Result<Named<Vec<TaxExemption>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let value = store::seller::exemptions(tx).await?;
                let ids: Vec<i64> = value.iter().map(|exemption| exemption.id.0).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value, names })
            })
        })
        .await
    }

    /// In the order in which they are offered.
    pub async fn cancellation_reasons(&self, caller: &Caller) -> Result<Named<Vec<CancellationReason>>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                let value = store::seller::reasons(tx).await?;
                let ids: Vec<i64> = value.iter().map(|reason| reason.id.0).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value, names })
            })
        })
        .await
    }
}

/// Runs a verb about one salesperson and reads them back in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenSalesperson<V>(pub V);

impl<V: Verb<Outcome = SalespersonId>> Verb for ThenSalesperson<V> {
    type Outcome = Salesperson;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Salesperson, Error> {
        let id = self.0.run(cx).await?;
        let known = store::seller::salespersons(cx.tx).await?;
        known.into_iter().find(|person| person.id == id).ok_or_else(|| Error::missing(SalespersonId::WORD, id))
    }
}

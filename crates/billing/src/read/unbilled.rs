//! Unbilled charges. They are the seller's own until they are invoiced, so that only staff sees them.

use super::invoice::{Named, Names};
use super::settled::{cut, prepare};
use crate::caller::ActsFor;
use crate::query::{ChargeColumn, DocumentQuery, Page};
use crate::verb::{Cx, Verb};
use crate::{Billing, Caller, Error};
use domain::id::{CustomerId, UnbilledChargeId};
use domain::party::Customer;
use domain::unbilled_charge::{ChargeDocument, ChargeStatus, UnbilledCharge};
use store::Tx;

/// A charge with its customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnbilledView {
    pub document: ChargeDocument,
    pub customer: Customer,
    /// The legal entity's.
    pub time_zone: String,
}

fn staff_only(caller: &Caller) -> Result<(), Error> {
    match caller.acts_for {
        ActsFor::Staff => Ok(()),
        ActsFor::Customer(_) => Err(Error::Forbidden { needs: "staff".to_owned() }),
    }
}

impl Billing {
    pub async fn unbilled_charge(&self, caller: &Caller, id: UnbilledChargeId) -> Result<Named<UnbilledView>, Error> {
        staff_only(caller)?;
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move { load(tx, &caller, id).await })
        })
        .await
    }

    /// Charges in id order after `after`; of one customer or of all, in one status or in any.
    pub async fn unbilled_charges(
        &self,
        caller: &Caller,
        customer: Option<CustomerId>,
        status: Option<ChargeStatus>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<ChargeDocument>, Error> {
        staff_only(caller)?;
        self.read(caller.tenant, move |tx| {
            Box::pin(async move {
                let charges = store::unbilled_charges::list(tx, customer, status, after, i64::from(limit)).await?;
                Ok(store::unbilled_charges::with_lines(tx, charges).await?)
            })
        })
        .await
    }

    /// A page of charges.
    pub async fn unbilled_charge_list(
        &self,
        caller: &Caller,
        query: DocumentQuery<ChargeColumn>,
    ) -> Result<Named<Page<UnbilledView>>, Error> {
        staff_only(caller)?;
        let caller = caller.clone();
        self.scan(caller.tenant, move |tx| {
            let (caller, query) = (caller.clone(), query.clone());
            Box::pin(async move {
                let query = prepare(tx, &caller, query, ChargeColumn::CustomerId).await?;
                let found = store::document_list::unbilled_charges(tx, &query).await?;
                let (rows, has_more) = cut(found, query.limit);
                let Named { value: rows, names } = views(tx, &caller, rows).await?;
                Ok(Named { value: Page { rows, has_more, next: None }, names })
            })
        })
        .await
    }
}

async fn load(tx: &mut Tx<'_>, caller: &Caller, id: UnbilledChargeId) -> Result<Named<UnbilledView>, Error> {
    let found = store::unbilled_charges::load_many(tx, &[id]).await?;
    let Named { value, names } = views(tx, caller, found).await?;
    let value = value.into_iter().next().ok_or_else(|| Error::missing(UnbilledChargeId::WORD, id))?;
    Ok(Named { value, names })
}

/// A fixed number of queries whatever the number of charges.
async fn views(
    tx: &mut Tx<'_>,
    caller: &Caller,
    charges: Vec<UnbilledCharge>,
) -> Result<Named<Vec<UnbilledView>>, Error> {
    let mut of: Vec<CustomerId> = charges.iter().map(|charge| charge.customer_id).collect();
    of.sort_unstable();
    of.dedup();
    let customers = store::customers::load_many(tx, &of).await?;
    let entities = store::entities::list(tx).await?;
    let documents = store::unbilled_charges::with_lines(tx, charges).await?;
    let mut views = Vec::with_capacity(documents.len());
    for document in documents {
        let charge = &document.charge;
        let customer = customers.iter().find(|customer| customer.id == charge.customer_id);
        let customer = customer.ok_or_else(|| Error::missing(CustomerId::WORD, charge.customer_id))?.clone();
        let entity = entities.iter().find(|entity| entity.id == charge.entity_id);
        let time_zone = entity.map_or_else(|| "UTC".to_owned(), |entity| entity.time_zone.clone());
        views.push(UnbilledView { document, customer, time_zone });
    }
    let mut named: Vec<i64> = of.iter().map(|id| id.0).collect();
    for view in &views {
        named.push(view.document.charge.id.0);
        for line in &view.document.lines {
            named.push(line.id.0);
            named.extend(line.line.item_id.map(i64::from));
            named.extend(line.line.tax.group_id.map(i64::from));
        }
    }
    let names = Names::load(tx, caller, &named).await?;
    Ok(Named { value: views, names })
}

/// Runs a verb about one charge and reads it back in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenUnbilled<V>(pub V);

impl<V: Verb<Outcome = UnbilledChargeId>> Verb for ThenUnbilled<V> {
    type Outcome = Named<UnbilledView>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<UnbilledView>, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        load(cx.tx, cx.caller, id).await
    }
}

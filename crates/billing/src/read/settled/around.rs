//! What hangs on the payments or credit notes of a page, loaded for all of them at once.

use super::Settles;
use crate::query::{Field, Filter, Match};
use crate::{Caller, Error};
use domain::id::{EntityId, InvoiceId};
use domain::invoice::Invoice;
use domain::invoice::view::CustomFieldValue;
use domain::payment::{Application, Source};
use domain::settlement::LiveApplication;
use std::collections::HashMap;
use store::Tx;
use store::invoice_list::{self, ListQuery};

/// What hangs on the objects of a page and is printed of all of them.
pub(super) struct Around {
    zones: HashMap<EntityId, String>,
    values: Vec<(i64, CustomFieldValue)>,
    side_cars: Vec<store::names::SideCar>,
    settles: HashMap<i64, Vec<Settles>>,
}

impl Around {
    pub(super) async fn load(tx: &mut Tx<'_>, caller: &Caller, kind: &'static str, ids: &[i64]) -> Result<Self, Error> {
        let entities = store::entities::list(tx).await?;
        let rows = store::applications::of_sources(tx, kind, ids).await?;
        let face = caller.face.word();
        Ok(Self {
            zones: entities.into_iter().map(|entity| (entity.id, entity.time_zone)).collect(),
            values: store::names::values(tx, kind, ids).await?,
            side_cars: store::names::side_cars(tx, kind, ids)
                .await?
                .into_iter()
                .filter(|car| car.face == face)
                .collect(),
            settles: settles(tx, &rows).await?,
        })
    }

    pub(super) fn time_zone(&self, entity: EntityId) -> String {
        self.zones.get(&entity).cloned().unwrap_or_else(|| "UTC".to_owned())
    }

    /// What the object settles now, in the order in which it was applied first.
    pub(super) fn settles(&mut self, id: i64) -> Vec<Settles> {
        self.settles.remove(&id).unwrap_or_default()
    }

    pub(super) fn values(&mut self, id: i64) -> Vec<CustomFieldValue> {
        self.values.extract_if(.., |(of, _)| *of == id).map(|(_, value)| value).collect()
    }

    pub(super) fn side_cars(&mut self, id: i64) -> Vec<(String, String)> {
        let own = self.side_cars.extract_if(.., |car| car.object_id == id);
        own.map(|car| (car.face, car.content)).collect()
    }
}

fn source_id(source: Source) -> i64 {
    match source {
        Source::Payment(id) => id.0,
        Source::CreditNote(id) => id.0,
        Source::WriteOff(id) => id.0,
    }
}

/// What the sources of these rows settle now, by source; in the order in which they were applied first.
async fn settles(tx: &mut Tx<'_>, rows: &[Application]) -> Result<HashMap<i64, Vec<Settles>>, Error> {
    let mut sums: Vec<(i64, InvoiceId, i64)> = Vec::new();
    let mut places: HashMap<(i64, InvoiceId), usize> = HashMap::new();
    for live in LiveApplication::fold(rows).iter().filter(|live| live.left() != 0) {
        let (source, invoice) = (source_id(live.row.source), live.row.invoice_id);
        let place = *places.entry((source, invoice)).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((_, _, sum)) => *sum += live.left(),
            None => sums.push((source, invoice, live.left())),
        }
    }
    let invoices = invoices(tx, sums.iter().map(|(_, invoice, _)| invoice.0).collect()).await?;
    let mut settles: HashMap<i64, Vec<Settles>> = HashMap::new();
    for (source, id, sum) in sums {
        let Some(invoice) = invoices.get(&id) else { continue };
        settles.entry(source).or_default().push(Settles {
            invoice_id: id,
            number: invoice.number.clone(),
            dated_on: invoice.dated_on,
            total: invoice.money(invoice.totals.total),
            balance: invoice.money(invoice.settled.balance),
            amount: invoice.money(sum),
        });
    }
    Ok(settles)
}

async fn invoices(tx: &mut Tx<'_>, mut ids: Vec<i64>) -> Result<HashMap<InvoiceId, Invoice>, Error> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = ListQuery {
        limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        filters: vec![Filter::Field(Field::Id, Match::In(ids))],
        ..ListQuery::default()
    };
    let found = invoice_list::list(tx, &query).await?;
    Ok(found.into_iter().map(|invoice| (invoice.id, invoice)).collect())
}

//! What ChargeOver's list prints beyond a header's own row, and the ids that its filters name.

use super::invoice::{Named, Names, business_now};
use crate::clock::day_in;
use crate::{Billing, Caller, Error};
use domain::id::InvoiceId;
use domain::invoice::view::{Parts, Summary, View};
use domain::invoice::{Document, Line};
use std::collections::HashMap;
use store::invoice_list::{Field, Filter, ListQuery, Match};

impl Billing {
    /// The views of a page of headers, in the page's order, with a constant number of queries: lines (without
    /// items, custom fields or tags), the invoice's custom fields, and its legal entity. What settled the
    /// invoices is in the headers' sums only. A draft that was deleted since is left out.
    pub async fn views_of(&self, caller: &Caller, page: &[Summary]) -> Result<Named<Vec<View>>, Error> {
        let ids: Vec<InvoiceId> = page.iter().map(|row| row.id).collect();
        let (caller, now) = (caller.clone(), self.now());
        self.scan(caller.tenant, move |tx| {
            let (caller, ids) = (caller.clone(), ids.clone());
            Box::pin(async move {
                if ids.is_empty() {
                    return Ok(Named { value: Vec::new(), names: Names::default() });
                }
                let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
                let query = ListQuery {
                    filters: vec![Filter::Field(Field::Id, Match::In(numbers.clone()))],
                    limit: i64::try_from(numbers.len()).unwrap_or(i64::MAX),
                    ..ListQuery::default()
                };
                let invoices = store::invoice_list::list(tx, &query).await?;
                let mut lines: HashMap<InvoiceId, Vec<Line>> = HashMap::new();
                for (of, line) in store::invoice_parts::lines_of(tx, &ids).await? {
                    lines.entry(of).or_default().push(line);
                }
                let values = store::names::values(tx, InvoiceId::WORD, &numbers).await?;
                let entities = store::entities::list(tx).await?;
                let business_at = business_now(tx, now).await?;
                let mut views = HashMap::with_capacity(invoices.len());
                for invoice in invoices {
                    let entity = entities
                        .iter()
                        .find(|entity| entity.id == invoice.entity_id)
                        .ok_or_else(|| Error::missing(domain::id::EntityId::WORD, invoice.entity_id))?;
                    let id = invoice.id;
                    let document = Document {
                        lines: lines.remove(&id).unwrap_or_default(),
                        invoice,
                        taxes: Vec::new(),
                        allowances: Vec::new(),
                    };
                    let mut parts = Parts::of(document, day_in(business_at, &entity.time_zone));
                    parts.custom_fields =
                        values.iter().filter(|(of, _)| *of == id.0).map(|(_, value)| value.clone()).collect();
                    parts.entity_name = entity.name.clone();
                    parts.time_zone = entity.time_zone.clone();
                    views.insert(id, View::assemble(parts));
                }
                let views: Vec<View> = ids.iter().filter_map(|id| views.remove(id)).collect();
                let names = Names::load(tx, &caller, &printed_ids(&views)).await?;
                Ok(Named { value: views, names })
            })
        })
        .await
    }

    /// The id of an object of this kind that a face's text names: the one that an import kept, else `native`,
    /// whether there is such an object or not.
    pub async fn native_id(
        &self,
        caller: &Caller,
        kind: &str,
        text: &str,
        native: Option<i64>,
    ) -> Result<Option<i64>, Error> {
        let (face, kind, text) = (caller.face, kind.to_owned(), text.to_owned());
        self.read(caller.tenant, move |tx| {
            let (kind, text) = (kind.clone(), text.clone());
            Box::pin(async move {
                let kept = store::names::find_foreign_id(tx, face.word(), &kind, &text).await?;
                Ok(kept.or(native))
            })
        })
        .await
    }
}

fn printed_ids(views: &[View]) -> Vec<i64> {
    let mut ids: Vec<i64> = views
        .iter()
        .flat_map(|view| {
            let head = &view.summary;
            let salesperson = head.salesperson.as_ref().map(|(id, _)| id.0);
            [head.id.0, head.customer_id.0, head.entity_id.0]
                .into_iter()
                .chain(salesperson)
                .chain(head.terms.id.map(i64::from))
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

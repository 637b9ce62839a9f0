//! Issues drafts: the journal is posted, the content is hashed, the gapless number is taken last.

use super::create::{extras, lock, make, numbers_given, parts};
use super::{InvoiceSpec, content_hash, content_text};
use crate::Error;
use crate::numbers::{number_or_key_taken, series_of, take};
use crate::parties::entities;
use crate::verb::{Cx, Verb};
use domain::id::{EntityId, EntryId, InvoiceId};
use domain::invoice::state::decide_issue;
use domain::invoice::{Document, NumberOrigin};
use domain::journal::post;
use domain::numbering::SeriesKind;
use domain::party::LegalEntity;
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;
use store::invoices::{NewInvoice, SeriesNumber};

/// Issues one draft.
#[derive(Clone, Copy, Debug)]
pub struct IssueInvoice {
    pub invoice: InvoiceId,
}

impl Verb for IssueInvoice {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let invoice = lock(cx, self.invoice).await?;
        let entity = entities::load(cx, Some(invoice.entity_id)).await?;
        let id = invoice.id;
        let document = Document {
            lines: store::invoice_parts::lines(cx.tx, id).await?,
            taxes: store::invoice_parts::taxes(cx.tx, id).await?,
            allowances: store::invoice_parts::allowances(cx.tx, id).await?,
            invoice,
        };
        let mut documents = [document];
        let issued = issue_documents(cx, &entity, &mut documents).await?;
        let [document] = &documents;
        let row = &issued[0];
        store::invoices::replace(cx.tx, &document.invoice).await?;
        if let Some(number) = row.series {
            store::invoices::set_series_number(cx.tx, id, number).await?;
        }
        store::invoices::set_content(cx.tx, id, &row.content_hash, row.base_total).await?;
        Ok(id)
    }
}

/// Makes and issues many invoices in one transaction; the way of bill runs, imports of new business and the
/// bulk endpoint. Their numbers follow the order of the specs within each legal entity.
#[derive(Clone, Debug)]
pub struct IssueMany {
    pub specs: Vec<InvoiceSpec>,
}

impl Verb for IssueMany {
    type Outcome = Vec<InvoiceId>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<InvoiceId>, Error> {
        let documents = make(cx, &self.specs).await?;
        let ids: Vec<InvoiceId> = documents.iter().map(|document| document.invoice.id).collect();
        let mut by_entity: BTreeMap<EntityId, Vec<Document>> = BTreeMap::new();
        for document in documents {
            by_entity.entry(document.invoice.entity_id).or_default().push(document);
        }
        for (entity, mut documents) in by_entity {
            let entity = entities::load(cx, Some(entity)).await?;
            let issued = issue_documents(cx, &entity, &mut documents).await?;
            let rows: Vec<NewInvoice<'_>> = documents
                .iter()
                .zip(&issued)
                .map(|(document, row)| NewInvoice {
                    invoice: &document.invoice,
                    series: row.series,
                    content_hash: Some(&row.content_hash),
                    base_total: row.base_total,
                })
                .collect();
            let stored = store::invoices::insert_many(cx.tx, &rows).await;
            stored.map_err(|error| number_or_key_taken(error, numbers_given(&documents)))?;
            store::invoice_parts::insert_many(cx.tx, &parts(&documents)).await?;
        }
        for (id, spec) in ids.iter().zip(&self.specs) {
            extras(cx, *id, spec).await?;
        }
        Ok(ids)
    }
}

/// What issuing decided beside the document itself.
pub(super) struct Issued {
    pub(super) series: Option<SeriesNumber>,
    pub(super) content_hash: String,
    pub(super) base_total: i64,
}

/// Turns drafts of one legal entity into issued documents: state, postings, numbers, hashes. The caller
/// stores them.
async fn issue_documents(
    cx: &mut Cx<'_, '_>,
    entity: &LegalEntity,
    documents: &mut [Document],
) -> Result<Vec<Issued>, Error> {
    let today = cx.today(entity);
    let mut entry_ids = cx.ids(documents.len())?;
    let mut issued = Vec::with_capacity(documents.len());
    for document in documents.iter_mut() {
        let decided = decide_issue(&document.invoice, document.lines.len(), entity)?;
        document.invoice.issue(decided, today, cx.now);
        document.invoice.updated_at = cx.now;
        issued.push(Issued { series: None, content_hash: String::new(), base_total: decided.total_base });
    }
    number(cx, entity, documents, &mut issued).await?;
    for (document, row) in documents.iter().zip(&mut issued) {
        let invoice = &document.invoice;
        row.content_hash = content_hash(&content_text(document));
        let entry = post::invoice_issued(invoice, entity.base_currency)?;
        let id = EntryId(entry_ids.next().expect("an id for each entry"));
        let posted_on = invoice.posted_on.expect("issuing sets the posting day");
        cx.change.post(entry.into_entry(id, posted_on, cx.now));
        cx.change.balance(invoice.customer_id, entity.id, invoice.currency, invoice.settled.balance, 0);
        let detail = json!({
            "number": invoice.number,
            "amount": invoice.money(invoice.totals.total).to_plain(),
            "currency": invoice.currency.code(),
            "customer_id": invoice.customer_id.to_string(),
        });
        cx.change.record("invoice.issued", InvoiceId::WORD, invoice.id.0, "issued", detail);
    }
    Ok(issued)
}

/// Numbers the documents without a number, in their order: one statement for each year of a yearly series, and one
/// for all in a series that never resets.
async fn number(
    cx: &mut Cx<'_, '_>,
    entity: &LegalEntity,
    documents: &mut [Document],
    issued: &mut [Issued],
) -> Result<(), Error> {
    let is_given = |document: &Document| document.invoice.number_origin == Some(NumberOrigin::External);
    if documents.iter().all(is_given) {
        return Ok(());
    }
    let series = series_of(cx, entity.id, SeriesKind::Invoice).await?;
    let mut by_period: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, document) in documents.iter().enumerate().filter(|(_, document)| !is_given(document)) {
        by_period.entry(series.period_of(document.invoice.dated_on)).or_default().push(index);
    }
    // Years ascending, as every transaction locks them.
    for (year, indexes) in by_period {
        let days: Vec<Date> = indexes.iter().map(|&index| documents[index].invoice.dated_on).collect();
        let first = take(cx, &series, &days).await?;
        for (value, &index) in (first..).zip(&indexes) {
            let invoice = &mut documents[index].invoice;
            invoice.number = Some(series.format(value, invoice.dated_on.year()));
            invoice.number_origin = Some(NumberOrigin::Own);
            issued[index].series = Some(SeriesNumber { series: series.id, year, value });
        }
    }
    Ok(())
}

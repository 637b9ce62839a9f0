//! Corrects an issued invoice: a complete new revision with the same number, the old one kept as it was, the
//! journal reversed and posted anew. Only while nothing is applied, and only where the legal entity allows it. The
//! number stays what and where it is: in its year, and in the order of dates where its series enforces that.

use super::build::{Ids, Lookup, document};
use super::create::{extras, lock, parts};
use super::{InvoiceSpec, content_hash, content_text};
use crate::Error;
use crate::numbers::{number_or_key_taken, place_of};
use crate::parties::entities;
use crate::settle::post_draft;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, LineId};
use domain::invoice::state::decide_correction;
use domain::invoice::{Document, Invoice, State};
use domain::journal::post;
use domain::party::LegalEntity;
use serde_json::json;
use store::invoice_parts::Revision;

#[derive(Clone, Debug)]
pub struct CorrectInvoice {
    pub invoice: InvoiceId,
    /// Its number is left out, or the one that the invoice has.
    pub spec: InvoiceSpec,
    /// For each line of the spec, the line of the old revision that goes on in it, if any.
    pub keeps: Vec<Option<LineId>>,
    pub reason: String,
}

impl Verb for CorrectInvoice {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        crate::check::optional(&self.reason, "reason", crate::check::LINE)?;
        let before = load(cx, self.invoice).await?;
        let entity = entities::load(cx, Some(before.invoice.entity_id)).await?;
        let (line_ids, fresh) = self.line_ids(cx, &before)?;
        let lookup = Lookup::load(cx, std::slice::from_ref(&self.spec)).await?;
        let ids = Ids { invoice: before.invoice.id, lines: &line_ids };
        let after = document(cx, &lookup, &self.spec, &ids, before.invoice.token.clone())?;
        put_in_place(cx, &before, after, &fresh, &entity, &self.reason).await?;
        extras(cx, self.invoice, &self.spec).await?;
        Ok(self.invoice)
    }
}

impl CorrectInvoice {
    /// The ids of the new revision's lines: kept ones, and fresh ones for new lines; with which are fresh.
    fn line_ids(&self, cx: &mut Cx<'_, '_>, before: &Document) -> Result<(Vec<LineId>, Vec<bool>), Error> {
        let keeps = |index: usize| self.keeps.get(index).copied().flatten();
        let mut seen = Vec::new();
        for kept in (0..self.spec.lines.len()).filter_map(keeps) {
            let is_known = before.lines.iter().any(|line| line.id == kept);
            if !is_known || seen.contains(&kept) {
                return Err(Refusal::UnknownLine { line: kept }.into());
            }
            seen.push(kept);
        }
        let mut fresh_ids = cx.ids(self.spec.lines.len() - seen.len())?;
        let mut ids = Vec::with_capacity(self.spec.lines.len());
        let mut fresh = Vec::with_capacity(self.spec.lines.len());
        for index in 0..self.spec.lines.len() {
            fresh.push(keeps(index).is_none());
            ids.push(match keeps(index) {
                Some(kept) => kept,
                None => LineId(fresh_ids.next().expect("an id for each fresh line")),
            });
        }
        Ok((ids, fresh))
    }
}

/// Puts a revision in the place of the one before it. `after` is computed; `fresh` says which of its lines are new.
/// Custom fields and tags are its caller's.
pub(super) async fn put_in_place(
    cx: &mut Cx<'_, '_>,
    before: &Document,
    mut after: Document,
    fresh: &[bool],
    entity: &LegalEntity,
    reason: &str,
) -> Result<(), Error> {
    if after.invoice.entity_id != before.invoice.entity_id {
        // Number, books and currency are the issuer's: another one issues an invoice of its own.
        return Err(Refusal::EntityMismatch.into());
    }
    keep_places(before, &mut after, fresh);
    go_on(&before.invoice, &mut after.invoice);
    let note = store::credit_notes::on_invoice(cx.tx, before.invoice.id).await?.first().map(|note| note.id);
    let place = place_of(cx, &before.invoice).await?;
    let place = place.as_ref().map(|(series, neighbours)| (series, *neighbours));
    let decided = decide_correction(&before.invoice, &after.invoice, after.lines.len(), note, entity, place)?;
    if place.is_some_and(|(series, _)| series.enforces_date_order) {
        store::series::redate_last(cx.tx, before.invoice.id, after.invoice.dated_on).await?;
    }
    after.invoice.posted_on = Some(decided.posted_on);
    after.invoice.settle_on(cx.today(entity));

    let [taken_back, anew] = post::invoice_corrected(&before.invoice, &after.invoice, entity.base_currency)?;
    post_draft(cx, taken_back, decided.reversal_posted_on)?;
    post_draft(cx, anew, decided.posted_on)?;
    replace(cx, before, &after, reason, entity.base_currency).await?;
    // The new revision may be another customer's, or in another currency.
    for (invoice, change) in
        [(&before.invoice, -before.invoice.settled.balance), (&after.invoice, after.invoice.settled.balance)]
    {
        cx.change.balance(invoice.customer_id, entity.id, invoice.currency, change, 0);
    }
    let detail = json!({
        "number": after.invoice.number,
        "revision": after.invoice.revision,
        "amount": after.invoice.money(after.invoice.totals.total).to_plain(),
        "currency": after.invoice.currency.code(),
        "reason": reason,
    });
    cx.change.record("invoice.corrected", InvoiceId::WORD, before.invoice.id.0, "corrected", detail);
    Ok(())
}

async fn replace(
    cx: &mut Cx<'_, '_>,
    before: &Document,
    after: &Document,
    reason: &str,
    base: domain::money::Currency,
) -> Result<(), Error> {
    keep_revision(cx, before, reason).await?;
    let dropped: Vec<&domain::invoice::Line> =
        before.lines.iter().filter(|line| after.lines.iter().all(|kept| kept.id != line.id)).collect();
    store::invoice_parts::retire(cx.tx, before.invoice.id, &dropped, cx.now).await?;
    store::invoices::replace(cx.tx, &after.invoice).await.map_err(|error| number_or_key_taken(error, None))?;
    store::invoice_parts::delete(cx.tx, before.invoice.id).await?;
    store::invoice_parts::insert_many(cx.tx, &parts(std::slice::from_ref(after))).await?;
    let base_total =
        domain::fx::to_base(after.invoice.totals.total, after.invoice.currency, after.invoice.fx.as_ref(), base)?;
    let hash = content_hash(&content_text(after));
    Ok(store::invoices::set_content(cx.tx, after.invoice.id, &hash, base_total).await?)
}

/// The whole document as stored, its header locked.
pub(crate) async fn load(cx: &mut Cx<'_, '_>, id: InvoiceId) -> Result<Document, Error> {
    Ok(Document {
        invoice: lock(cx, id).await?,
        lines: store::invoice_parts::lines(cx.tx, id).await?,
        taxes: store::invoice_parts::taxes(cx.tx, id).await?,
        allowances: store::invoice_parts::allowances(cx.tx, id).await?,
    })
}

/// Puts the superseded revision away, whole.
pub(super) async fn keep_revision(cx: &mut Cx<'_, '_>, before: &Document, reason: &str) -> Result<(), Error> {
    let content = content_text(before);
    let revision = Revision {
        revision: before.invoice.revision,
        content_hash: content_hash(&content),
        content,
        reason: reason.to_owned(),
        superseded_at: cx.now,
    };
    Ok(store::invoice_parts::insert_revision(cx.tx, before.invoice.id, &revision).await?)
}

/// Kept lines keep their position, fresh ones come after every position ever used, so that consumers of line
/// lists never see a line move.
fn keep_places(before: &Document, after: &mut Document, fresh: &[bool]) {
    let mut next = before.lines.iter().map(|line| line.position).max().unwrap_or(0);
    for (line, is_fresh) in after.lines.iter_mut().zip(fresh) {
        if *is_fresh {
            next += 1;
            line.position = next;
        } else if let Some(old) = before.lines.iter().find(|old| old.id == line.id) {
            line.position = old.position;
        }
    }
    after.lines.sort_by_key(|line| line.position);
}

/// What a new revision takes over from the old one.
fn go_on(before: &Invoice, after: &mut Invoice) {
    after.state = State::Issued;
    // A number that the client names anyway must be this one.
    after.number = after.number.take().or_else(|| before.number.clone());
    after.number_origin = before.number_origin;
    after.issued_at = before.issued_at;
    after.sent_at = before.sent_at;
    after.created_at = before.created_at;
    after.settled = before.settled;
    after.paid_on = before.paid_on;
    after.is_imported = before.is_imported;
    after.revision = before.revision + 1;
}

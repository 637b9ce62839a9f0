//! Makes, changes and deletes drafts. A draft has no series number.

use super::InvoiceSpec;
use super::build::{Ids, Lookup, document};
use crate::Error;
use crate::credentials::random_token;
use crate::custom_fields::{FieldRef, FieldValue};
use crate::numbers::{Given, number_or_key_taken, refuse_taken};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{CustomFieldId, InvoiceId, LineId};
use domain::invoice::state::decide_delete;
use domain::invoice::{Document, Invoice, NumberOrigin, State};
use domain::numbering::SeriesKind;
use serde_json::json;
use store::invoice_parts::NewParts;
use store::invoices::NewInvoice;

/// Makes one draft.
#[derive(Clone, Debug)]
pub struct CreateInvoice {
    pub spec: InvoiceSpec,
}

impl Verb for CreateInvoice {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let documents = make(cx, std::slice::from_ref(&self.spec)).await?;
        let document = &documents[0];
        insert(cx, &documents, std::slice::from_ref(&self.spec)).await?;
        let detail = json!({
            "amount": document.invoice.money(document.invoice.totals.total).to_plain(),
            "currency": document.invoice.currency.code(),
        });
        cx.change.record("invoice.created", InvoiceId::WORD, document.invoice.id.0, "created", detail);
        Ok(document.invoice.id)
    }
}

/// Drafts of several specs, not yet stored.
pub(super) async fn make(cx: &mut Cx<'_, '_>, specs: &[InvoiceSpec]) -> Result<Vec<Document>, Error> {
    let lookup = Lookup::load(cx, specs).await?;
    let lines: usize = specs.iter().map(|spec| spec.lines.len()).sum();
    let mut ids = cx.ids(specs.len() + lines)?;
    let mut documents = Vec::with_capacity(specs.len());
    for spec in specs {
        let invoice = InvoiceId(ids.next().expect("an id for each invoice"));
        let lines: Vec<LineId> = ids.by_ref().take(spec.lines.len()).map(LineId).collect();
        let ids = Ids { invoice, lines: &lines };
        documents.push(document(cx, &lookup, spec, &ids, random_token())?);
    }
    let given: Vec<Given<'_>> = documents.iter().filter_map(|document| given(&document.invoice)).collect();
    refuse_taken(cx, SeriesKind::Invoice, &given).await?;
    Ok(documents)
}

/// The number that the client gave the draft, if any.
pub(super) fn given(draft: &Invoice) -> Option<Given<'_>> {
    Some(Given { entity: draft.entity_id, number: draft.number.as_deref()?, object: draft.id.0 })
}

/// The numbers that clients gave these documents.
pub(super) fn numbers_given(documents: &[Document]) -> impl Iterator<Item = &str> {
    let given = documents.iter().filter(|document| document.invoice.number_origin == Some(NumberOrigin::External));
    given.filter_map(|document| document.invoice.number.as_deref())
}

/// Stores drafts with their parts, custom fields and tags.
pub(super) async fn insert(cx: &mut Cx<'_, '_>, documents: &[Document], specs: &[InvoiceSpec]) -> Result<(), Error> {
    let given = specs.iter().map(|spec| spec.custom_fields.as_slice());
    crate::custom_fields::require(cx, InvoiceId::WORD, given).await?;
    let rows: Vec<NewInvoice<'_>> = documents
        .iter()
        .map(|document| NewInvoice { invoice: &document.invoice, series: None, content_hash: None, base_total: 0 })
        .collect();
    let stored = store::invoices::insert_many(cx.tx, &rows).await;
    stored.map_err(|error| number_or_key_taken(error, numbers_given(documents)))?;
    store::invoice_parts::insert_many(cx.tx, &parts(documents)).await?;
    for (document, spec) in documents.iter().zip(specs) {
        extras(cx, document.invoice.id, spec).await?;
    }
    Ok(())
}

pub(super) fn parts(documents: &[Document]) -> Vec<NewParts<'_>> {
    documents
        .iter()
        .map(|document| NewParts {
            invoice_id: document.invoice.id,
            lines: &document.lines,
            taxes: &document.taxes,
            allowances: &document.allowances,
        })
        .collect()
}

/// Custom fields and tags, when there are any.
pub(super) async fn extras(cx: &mut Cx<'_, '_>, invoice: InvoiceId, spec: &InvoiceSpec) -> Result<(), Error> {
    if !spec.custom_fields.is_empty() {
        set_custom_fields(cx, InvoiceId::WORD, invoice.0, &spec.custom_fields).await?;
    }
    if !spec.tags.is_empty() {
        set_tags(cx, invoice, &spec.tags).await?;
    }
    Ok(())
}

pub(super) async fn set_tags(cx: &mut Cx<'_, '_>, invoice: InvoiceId, tags: &[String]) -> Result<(), Error> {
    let tags: Vec<store::names::Tag> = tags
        .iter()
        .map(|label| store::names::Tag { object_id: invoice.0, label: label.clone(), tag_id: 0, option_id: 0 })
        .collect();
    Ok(store::names::set_tags(cx.tx, InvoiceId::WORD, invoice.0, &tags).await?)
}

/// Sets values of custom fields that are defined for this kind of object.
pub(crate) async fn set_custom_fields(
    cx: &mut Cx<'_, '_>,
    kind: &'static str,
    object: i64,
    values: &[(CustomFieldId, String)],
) -> Result<(), Error> {
    let values: Vec<FieldValue> = values.iter().map(|(id, value)| (FieldRef::Id(*id), value.clone())).collect();
    crate::custom_fields::set(cx, kind, object, &values).await
}

/// Replaces a draft by what is asked for now. Lines are given anew; the id, token and creation stay.
#[derive(Clone, Debug)]
pub struct UpdateDraft {
    pub invoice: InvoiceId,
    pub spec: InvoiceSpec,
}

impl Verb for UpdateDraft {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let before = lock(cx, self.invoice).await?;
        if before.state != State::Draft {
            return Err(Refusal::NotDraft { invoice: before.id }.into());
        }
        let lookup = Lookup::load(cx, std::slice::from_ref(&self.spec)).await?;
        let lines: Vec<LineId> = cx.ids(self.spec.lines.len())?.map(LineId).collect();
        let ids = Ids { invoice: before.id, lines: &lines };
        let mut after = document(cx, &lookup, &self.spec, &ids, before.token.clone())?;
        after.invoice.created_at = before.created_at;
        after.invoice.sent_at = before.sent_at;
        if (&before.number, before.entity_id) != (&after.invoice.number, after.invoice.entity_id) {
            renumber(cx, &after.invoice).await?;
        }
        store::invoices::replace(cx.tx, &after.invoice).await.map_err(|error| number_or_key_taken(error, None))?;
        let old_lines = store::invoice_parts::lines(cx.tx, before.id).await?;
        store::invoice_parts::delete(cx.tx, before.id).await?;
        store::invoice_parts::insert_many(cx.tx, &parts(std::slice::from_ref(&after))).await?;
        // The lines are new, and the tags are those asked for now.
        let lines: Vec<i64> = old_lines.iter().map(|line| line.id.0).collect();
        store::names::forget(cx.tx, LineId::WORD, &lines).await?;
        set_tags(cx, before.id, &self.spec.tags).await?;
        extras(cx, before.id, &self.spec).await?;
        let detail = json!({
            "amount": after.invoice.money(after.invoice.totals.total).to_plain(),
            "currency": after.invoice.currency.code(),
        });
        cx.change.record("invoice.updated", InvoiceId::WORD, before.id.0, "updated", detail);
        Ok(before.id)
    }
}

/// Gives the draft's old number back and takes the one that it has now.
pub(super) async fn renumber(cx: &mut Cx<'_, '_>, draft: &Invoice) -> Result<(), Error> {
    refuse_taken(cx, SeriesKind::Invoice, given(draft).as_slice()).await?;
    store::invoices::release_external_number(cx.tx, InvoiceId::WORD, draft.id.0).await?;
    let number = draft.number.as_deref();
    let claimed = store::invoices::claim_external_number(cx.tx, InvoiceId::WORD, number, draft.id.0).await;
    claimed.map_err(|error| number_or_key_taken(error, number))
}

/// Loads and locks an invoice, or says that there is none.
pub(crate) async fn lock(cx: &mut Cx<'_, '_>, id: InvoiceId) -> Result<Invoice, Error> {
    store::invoices::lock(cx.tx, id).await?.ok_or_else(|| Error::missing(InvoiceId::WORD, id))
}

/// Deletes a draft with all that belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct DeleteDraft {
    pub invoice: InvoiceId,
}

impl Verb for DeleteDraft {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let invoice = lock(cx, self.invoice).await?;
        decide_delete(&invoice)?;
        let lines = store::invoice_parts::lines(cx.tx, invoice.id).await?;
        let lines: Vec<i64> = lines.iter().map(|line| line.id.0).collect();
        store::names::forget(cx.tx, LineId::WORD, &lines).await?;
        store::names::forget(cx.tx, InvoiceId::WORD, &[invoice.id.0]).await?;
        store::invoice_parts::delete(cx.tx, invoice.id).await?;
        store::invoices::release_external_number(cx.tx, InvoiceId::WORD, invoice.id.0).await?;
        store::invoices::delete_draft(cx.tx, invoice.id).await?;
        cx.change.record("invoice.deleted", InvoiceId::WORD, invoice.id.0, "deleted", json!({}));
        Ok(())
    }
}

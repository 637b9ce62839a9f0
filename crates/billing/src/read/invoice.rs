//! One invoice with all that belongs to it, as the plain struct that every face reads.

use super::{resolve_customer, spelled};
use crate::caller::ActsFor;
use crate::clock::day_in;
use crate::query::{CustomerRef, InvoiceRef};
use crate::{Billing, Caller, Error};
use domain::id::{CreditNoteId, CustomerId, InvoiceId, ItemId, LineId, PaymentId};
use domain::invoice::view::{Comment, ItemBrief, LineExtras, LineTag, Parts, View};
use domain::invoice::{Document, Invoice, State};
use domain::payment::Source;
use std::collections::{BTreeMap, HashMap};
use store::{Tx, params};

/// The face's own ids of the objects in an answer: what an import kept. Everything else is spelled by the
/// face from the native id.
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_object: HashMap<(String, i64), String>,
}

impl Names {
    pub fn get(&self, kind: &str, id: i64) -> Option<&str> {
        if self.by_object.is_empty() {
            return None;
        }
        self.by_object.get(&(kind.to_owned(), id)).map(String::as_str)
    }

    pub(crate) async fn load(tx: &mut Tx<'_>, caller: &Caller, ids: &[i64]) -> Result<Self, Error> {
        let found = store::names::foreign_ids(tx, caller.face.word(), ids).await?;
        Ok(Self { by_object: found.into_iter().map(|name| ((name.kind, name.id), name.foreign_id)).collect() })
    }
}

/// Something read, with the names that the asking face knows its parts by.
#[derive(Clone, Debug)]
pub struct Named<T> {
    pub value: T,
    pub names: Names,
}

impl Billing {
    /// One invoice. `account`: only an invoice of exactly this customer (Zoom's path names both).
    pub async fn invoice(
        &self,
        caller: &Caller,
        account: Option<&CustomerRef>,
        which: &InvoiceRef,
    ) -> Result<Named<View>, Error> {
        let (caller, account, which) = (caller.clone(), account.cloned(), which.clone());
        let now = self.now();
        self.read(caller.tenant, move |tx| {
            let (caller, account, which) = (caller.clone(), account.clone(), which.clone());
            Box::pin(async move {
                let customer = match &account {
                    Some(account) => Some(resolve_customer(tx, &caller, account).await?),
                    None => None,
                };
                let invoice = find(tx, &caller, &which).await?;
                let invoice = invoice.filter(|found| customer.is_none_or(|only| found.customer_id == only));
                let invoice = invoice.ok_or_else(|| missing(&which))?;
                let view = assemble(tx, &caller, invoice, now).await?;
                let ids = view_ids(&view);
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value: view, names })
            })
        })
        .await
    }
}

fn missing(which: &InvoiceRef) -> Error {
    let given = match which {
        InvoiceRef::Id(id) => id.to_string(),
        InvoiceRef::Spelled { text, .. } | InvoiceRef::Token(text) => text.clone(),
    };
    Error::Missing { kind: InvoiceId::WORD, given }
}

/// The header, if the caller may see it.
pub(crate) async fn find(
    tx: &mut Tx<'_>,
    caller: &Caller,
    which: &InvoiceRef,
) -> Result<Option<Invoice>, Error> {
    let id = match which {
        InvoiceRef::Id(id) => Some(*id),
        InvoiceRef::Token(token) => store::invoices::find_by_token(tx, token).await?,
        InvoiceRef::Spelled { text, native } => {
            spelled(tx, caller, InvoiceId::WORD, text, native.map(i64::from)).await?.map(InvoiceId)
        }
    };
    let Some(id) = id else { return Ok(None) };
    let Some(invoice) = store::invoices::load(tx, id).await? else { return Ok(None) };
    if let ActsFor::Customer(root) = caller.acts_for {
        let shown = invoice.state != State::Draft || invoice.is_shared;
        if !shown || !store::customers::is_within(tx, invoice.customer_id, root).await? {
            return Ok(None);
        }
    }
    Ok(Some(invoice))
}

/// Trail rows read for one invoice's comments.
const MAX_COMMENTS: i64 = 200;

/// Loads what belongs to the header: a fixed number of queries whatever the invoice.
pub(crate) async fn assemble(
    tx: &mut Tx<'_>,
    caller: &Caller,
    invoice: Invoice,
    now: jiff::Timestamp,
) -> Result<View, Error> {
    let tenant = tx.tenant();
    let id = invoice.id;
    let only = [id.0];
    let mut found = tx
        .many(&[
            (&store::invoice_parts::LOAD_LINES, params![tenant, id]),
            (&store::invoice_parts::LOAD_TAXES, params![tenant, id]),
            (&store::invoice_parts::LOAD_ALLOWANCES, params![tenant, id]),
            (&store::applications::LOAD_APPLICATIONS, params![tenant, id]),
            (&store::trail::LOAD_TRAIL, params![tenant, InvoiceId::WORD, id, MAX_COMMENTS]),
            (&store::names::LOAD_VALUES, params![tenant, InvoiceId::WORD, &only[..]]),
            (&store::names::LOAD_TAGS, params![tenant, InvoiceId::WORD, &only[..]]),
            (&store::names::LOAD_SIDE_CARS, params![tenant, InvoiceId::WORD, &only[..]]),
        ])
        .await?
        .into_iter();
    let mut next = || found.next().expect("as many answers as questions");
    let lines = next().all(store::invoice_parts::line_row)?;
    let taxes = next().all(store::invoice_parts::tax_row)?;
    let allowances = next().all(store::invoice_parts::allowance_row)?;
    let applications = next().all(store::applications::application_row)?;
    let trail = next().all(store::trail::audit_row)?;
    let values = next().all(store::names::value_row)?;
    let tags = next().all(store::names::tag_row)?;
    let side_cars = next().all(store::names::side_car_row)?;

    let item_ids: Vec<ItemId> = lines.iter().filter_map(|line| line.item_id).collect();
    let items = store::catalogue::items_by_id(tx, &item_ids).await?;
    let payment_ids: Vec<PaymentId> = sources(&applications, |source| match source {
        Source::Payment(id) => Some(id),
        _ => None,
    });
    let payments = store::payments::load_many(tx, &payment_ids).await?;
    let note_ids: Vec<CreditNoteId> = sources(&applications, |source| match source {
        Source::CreditNote(id) => Some(id),
        _ => None,
    });
    let notes = store::credit_notes::load_many(tx, &note_ids).await?;
    let has_write_off = applications.iter().any(|found| matches!(found.source, Source::WriteOff(_)));
    let write_offs =
        if has_write_off { store::applications::write_offs(tx, id).await? } else { Vec::new() };
    let line_ids: Vec<i64> = lines.iter().map(|line| line.id.0).collect();
    let line_extras = line_extras(tx, &line_ids, caller.face.word()).await?;
    let entity = store::entities::load(tx, invoice.entity_id)
        .await?
        .ok_or_else(|| Error::missing(domain::id::EntityId::WORD, invoice.entity_id))?;
    let today = day_in(business_now(tx, now).await?, &entity.time_zone);

    let refunds = if payment_ids.is_empty() {
        Vec::new()
    } else {
        store::applications::refunds_of_payments(tx, &payment_ids).await?
    };
    let face = caller.face.word();
    let own_cars = |cars: Vec<store::names::SideCar>| {
        cars.into_iter().filter(|car| car.face == face).map(|car| (car.face, car.content)).collect()
    };
    let mut parts = Parts::of(Document { invoice, lines, taxes, allowances }, today);
    parts.items = items.into_iter().map(|item| (item.id, brief(item))).collect();
    parts.line_extras = line_extras;
    parts.applications = applications;
    parts.payments = payments.into_iter().map(|payment| (payment.id, payment)).collect();
    parts.notes = notes.into_iter().map(|note| (note.id, note)).collect();
    parts.write_offs = write_offs.into_iter().map(|write_off| (write_off.id, write_off)).collect();
    parts.refunds = refunds;
    parts.custom_fields = values.into_iter().map(|(_, value)| value).collect();
    parts.tags = tags.into_iter().map(|tag| tag.label).collect();
    parts.comments = trail.into_iter().map(comment).collect();
    parts.entity_name = entity.name;
    parts.time_zone = entity.time_zone;
    parts.side_cars = own_cars(side_cars);
    Ok(View::assemble(parts))
}

fn brief(item: domain::item::Item) -> ItemBrief {
    ItemBrief {
        id: item.id,
        name: item.name,
        kind: item.kind,
        code: item.code,
        external_key: item.external_key,
        accounting_sku: item.accounting_sku,
        token: item.token,
        unit: item.unit,
    }
}

fn comment(entry: store::trail::AuditEntry) -> Comment {
    Comment {
        id: entry.id.0,
        text: crate::trail::sentence(&entry),
        by_id: entry.credential_id.map(i64::from),
        is_system: entry.credential_id.is_none(),
        by_name: entry.actor,
        operation: entry.operation,
        at: entry.created_at,
    }
}

/// Custom fields, tags and side-cars of the lines, by line.
async fn line_extras(
    tx: &mut Tx<'_>,
    lines: &[i64],
    face: &str,
) -> Result<BTreeMap<LineId, LineExtras>, Error> {
    let mut extras: BTreeMap<LineId, LineExtras> = BTreeMap::new();
    if lines.is_empty() {
        return Ok(extras);
    }
    let tenant = tx.tenant();
    let found = tx
        .many(&[
            (&store::names::LOAD_VALUES, params![tenant, LineId::WORD, lines]),
            (&store::names::LOAD_TAGS, params![tenant, LineId::WORD, lines]),
            (&store::names::LOAD_SIDE_CARS, params![tenant, LineId::WORD, lines]),
        ])
        .await?;
    for (line, value) in found[0].all(store::names::value_row)? {
        extras.entry(LineId(line)).or_default().custom_fields.push(value);
    }
    for tag in found[1].all(store::names::tag_row)? {
        let tags = &mut extras.entry(LineId(tag.object_id)).or_default().tags;
        tags.push(LineTag { tag_id: tag.tag_id, option_id: tag.option_id });
    }
    for car in found[2].all(store::names::side_car_row)? {
        if car.face == face {
            extras.entry(LineId(car.object_id)).or_default().side_cars.push((car.face, car.content));
        }
    }
    Ok(extras)
}

fn sources<T: Ord>(
    applications: &[domain::payment::Application],
    pick: impl Fn(Source) -> Option<T>,
) -> Vec<T> {
    let mut ids: Vec<T> = applications.iter().filter_map(|application| pick(application.source)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The tenant's business clock, or the system's when it has none of its own.
pub(crate) async fn business_now(tx: &mut Tx<'_>, now: jiff::Timestamp) -> Result<jiff::Timestamp, Error> {
    Ok(store::tenants::load(tx).await?.and_then(|tenant| tenant.business_at).unwrap_or(now))
}

/// Every id that an answer about this view may print.
fn view_ids(view: &View) -> Vec<i64> {
    let mut ids = vec![view.summary.id.0, view.summary.customer_id.0];
    for line in &view.lines {
        ids.push(line.id.0);
        ids.extend(line.item.as_ref().map(|item| item.id.0));
        ids.extend(line.tax_treatment.group_id.map(i64::from));
    }
    ids.extend(view.payments.iter().flat_map(|paid| [paid.payment_id.0, paid.application_id.0]));
    ids.extend(view.credits.iter().flat_map(|credit| [credit.credit_note_id.0, credit.application_id.0]));
    ids.extend(view.summary.salesperson.as_ref().map(|(id, _)| id.0));
    ids.extend(view.summary.terms.id.map(i64::from));
    ids.extend(view.comments.iter().map(|comment| comment.id));
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The customers of a page of headers, for their names.
pub(crate) fn header_ids<'a>(rows: impl Iterator<Item = (InvoiceId, CustomerId)> + 'a) -> Vec<i64> {
    let mut ids: Vec<i64> = rows.flat_map(|(invoice, customer)| [invoice.0, customer.0]).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Runs a verb about one invoice and reads it back in the same transaction: what a client gets as the answer.
#[derive(Clone, Debug)]
pub struct ThenView<V>(pub V);

impl<V: crate::Verb<Outcome = InvoiceId>> crate::Verb for ThenView<V> {
    type Outcome = Named<View>;

    async fn run(&self, cx: &mut crate::Cx<'_, '_>) -> Result<Named<View>, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        let invoice = store::invoices::load(cx.tx, id).await?.ok_or_else(|| Error::missing(InvoiceId::WORD, id))?;
        let view = assemble(cx.tx, cx.caller, invoice, cx.now).await?;
        let names = Names::load(cx.tx, cx.caller, &view_ids(&view)).await?;
        Ok(Named { value: view, names })
    }
}

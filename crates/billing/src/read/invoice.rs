//! One invoice with all that belongs to it, as the plain struct that every face reads.

use super::resolve_customer;
use crate::caller::ActsFor;
use crate::clock::day_in;
use crate::query::{CustomerRef, InvoiceRef};
use crate::{Billing, Caller, Error};
use domain::id::{CreditNoteId, CustomerId, InvoiceId, LineId, PaymentId};
use domain::invoice::view::{Comment, ItemBrief, LineExtras, LineTag, Parts, View};
use domain::invoice::{Document, Invoice, Line, State, TaxTotal};
use domain::payment::Source;
use std::collections::{BTreeMap, HashMap};
use store::invoices::{Header, parts};
use store::{Rows, Tx, params};

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
        if !caller.has_foreign_ids {
            return Ok(Self::default());
        }
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
                let found = find_whole(tx, &caller, &which).await?;
                let found = found.filter(|(found, _)| customer.is_none_or(|only| found.invoice.customer_id == only));
                let (header, beside) = found.ok_or_else(|| missing(&which))?;
                let view = assemble_with(tx, &caller, header, beside, now).await?;
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
pub(crate) async fn find(tx: &mut Tx<'_>, caller: &Caller, which: &InvoiceRef) -> Result<Option<Header>, Error> {
    let header = match which {
        InvoiceRef::Id(id) => store::invoices::load_header(tx, *id).await?,
        InvoiceRef::Token(token) => match store::invoices::find_by_token(tx, token).await? {
            Some(id) => store::invoices::load_header(tx, id).await?,
            None => None,
        },
        InvoiceRef::Spelled { text, native } if caller.has_foreign_ids => {
            store::invoices::load_spelled(tx, caller.face.word(), text, *native).await?
        }
        InvoiceRef::Spelled { native: Some(id), .. } => store::invoices::load_header(tx, *id).await?,
        InvoiceRef::Spelled { native: None, .. } => None,
    };
    match header {
        Some(header) if may_see(tx, caller, &header.invoice).await? => Ok(Some(header)),
        _ => Ok(None),
    }
}

async fn may_see(tx: &mut Tx<'_>, caller: &Caller, invoice: &Invoice) -> Result<bool, Error> {
    let ActsFor::Customer(root) = caller.acts_for else { return Ok(true) };
    let shown = invoice.state != State::Draft || invoice.is_shared;
    Ok(shown && store::customers::is_within(tx, invoice.customer_id, root).await?)
}

/// As [`find`], with what [`assemble_with`] needs of every invoice. Where the id is known from the start, all of it
/// is asked at once: one round trip to PostgreSQL.
async fn find_whole(tx: &mut Tx<'_>, caller: &Caller, which: &InvoiceRef) -> Result<Option<(Header, Beside)>, Error> {
    let id = match which {
        InvoiceRef::Id(id) => Some(*id),
        InvoiceRef::Spelled { native, .. } if !caller.has_foreign_ids => match native {
            Some(id) => Some(*id),
            None => return Ok(None),
        },
        InvoiceRef::Spelled { .. } | InvoiceRef::Token(_) => None,
    };
    let Some(id) = id else {
        let Some(header) = find(tx, caller, which).await? else { return Ok(None) };
        let beside = beside(tx, header.invoice.id).await?;
        return Ok(Some((header, beside)));
    };
    let tenant = tx.tenant();
    let found = tx
        .many(&[
            (&store::invoices::LOAD_HEADER, params![tenant, id]),
            (&store::invoice_parts::LOAD_LINES_AND_ITEMS, params![tenant, id]),
            (&store::invoice_parts::LOAD_TAXES, params![tenant, id]),
            (&store::trail::LOAD_TRAIL, params![tenant, InvoiceId::WORD, id, MAX_COMMENTS]),
        ])
        .await?;
    match found[0].opt(store::invoices::header)? {
        Some(header) if may_see(tx, caller, &header.invoice).await? => Ok(Some((header, Beside::of(&found[1..])?))),
        _ => Ok(None),
    }
}

/// What every invoice has beside its header.
struct Beside {
    lines: Vec<(Line, Option<ItemBrief>)>,
    taxes: Vec<TaxTotal>,
    trail: Vec<store::trail::AuditEntry>,
}

impl Beside {
    /// From the answers of [`beside`]'s queries.
    fn of(found: &[Rows]) -> Result<Self, Error> {
        let [lines, taxes, trail] = found else { unreachable!("three were asked") };
        Ok(Self {
            lines: lines.all(store::invoice_parts::line_and_item_row)?,
            taxes: taxes.all(store::invoice_parts::tax_row)?,
            trail: trail.all(store::trail::audit_row)?,
        })
    }
}

async fn beside(tx: &mut Tx<'_>, id: InvoiceId) -> Result<Beside, Error> {
    let tenant = tx.tenant();
    let found = tx
        .many(&[
            (&store::invoice_parts::LOAD_LINES_AND_ITEMS, params![tenant, id]),
            (&store::invoice_parts::LOAD_TAXES, params![tenant, id]),
            (&store::trail::LOAD_TRAIL, params![tenant, InvoiceId::WORD, id, MAX_COMMENTS]),
        ])
        .await?;
    Beside::of(&found)
}

/// Trail rows read for one invoice's comments.
const MAX_COMMENTS: i64 = 200;

/// The view of one invoice.
pub(crate) async fn assemble(
    tx: &mut Tx<'_>,
    caller: &Caller,
    header: Header,
    now: jiff::Timestamp,
) -> Result<View, Error> {
    let beside = beside(tx, header.invoice.id).await?;
    assemble_with(tx, caller, header, beside, now).await
}

/// Loads what hangs on the header and assembles the view. A fixed number of queries whatever the invoice, and
/// only for what its `parts` say may be there.
async fn assemble_with(
    tx: &mut Tx<'_>,
    caller: &Caller,
    header: Header,
    beside: Beside,
    now: jiff::Timestamp,
) -> Result<View, Error> {
    let invoice = header.invoice;
    let id = invoice.id;
    let only = [id.0];
    let face = caller.face.word();
    let has = |bit: i64| header.parts & bit != 0;
    let Beside { lines, taxes, trail } = beside;
    let (lines, items): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    let allowances = if has(parts::ALLOWANCES) { store::invoice_parts::allowances(tx, id).await? } else { Vec::new() };

    let today = day_in(header.business_at.unwrap_or(now), &header.time_zone);
    let line_ids: Vec<i64> = lines.iter().map(|line| line.id.0).collect();
    let mut view = Parts::of(Document { invoice, lines, taxes, allowances }, today);
    view.items = items.into_iter().flatten().map(|item| (item.id, item)).collect();
    view.comments = trail.into_iter().map(comment).collect();
    view.entity_name = header.entity_name;
    view.time_zone = header.time_zone;
    if has(parts::APPLICATIONS) {
        settlements(tx, id, &mut view).await?;
    }
    if has(parts::VALUES) {
        let values = store::names::values(tx, InvoiceId::WORD, &only).await?;
        view.custom_fields = values.into_iter().map(|(_, value)| value).collect();
    }
    if has(parts::TAGS) {
        let tags = store::names::tags(tx, InvoiceId::WORD, &only).await?;
        view.tags = tags.into_iter().map(|tag| tag.label).collect();
    }
    if has(parts::SIDE_CARS) {
        let cars = store::names::side_cars(tx, InvoiceId::WORD, &only).await?;
        view.side_cars = cars.into_iter().filter(|car| car.face == face).map(|car| (car.face, car.content)).collect();
    }
    if has(parts::LINE_EXTRAS) {
        view.line_extras = line_extras(tx, &line_ids, face).await?;
    }
    Ok(View::assemble(view))
}

/// Applications on the invoice and what they come from.
async fn settlements(tx: &mut Tx<'_>, id: InvoiceId, view: &mut Parts) -> Result<(), Error> {
    let applications = store::applications::on_invoice(tx, id).await?;
    let payments: Vec<PaymentId> = sources(&applications, |source| match source {
        Source::Payment(id) => Some(id),
        _ => None,
    });
    let notes: Vec<CreditNoteId> = sources(&applications, |source| match source {
        Source::CreditNote(id) => Some(id),
        _ => None,
    });
    if !payments.is_empty() {
        view.refunds = store::applications::refunds_of_payments(tx, &payments).await?;
    }
    let payments = store::payments::load_many(tx, &payments).await?;
    view.payments = payments.into_iter().map(|payment| (payment.id, payment)).collect();
    let notes = store::credit_notes::load_many(tx, &notes).await?;
    view.notes = notes.into_iter().map(|note| (note.id, note)).collect();
    if applications.iter().any(|found| matches!(found.source, Source::WriteOff(_))) {
        let write_offs = store::applications::write_offs(tx, id).await?;
        view.write_offs = write_offs.into_iter().map(|write_off| (write_off.id, write_off)).collect();
    }
    view.applications = applications;
    Ok(())
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
async fn line_extras(tx: &mut Tx<'_>, lines: &[i64], face: &str) -> Result<BTreeMap<LineId, LineExtras>, Error> {
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

fn sources<T: Ord>(applications: &[domain::payment::Application], pick: impl Fn(Source) -> Option<T>) -> Vec<T> {
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
pub(crate) fn view_ids(view: &View) -> Vec<i64> {
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
        let header =
            store::invoices::load_header(cx.tx, id).await?.ok_or_else(|| Error::missing(InvoiceId::WORD, id))?;
        let view = assemble(cx.tx, cx.caller, header, cx.now).await?;
        let names = Names::load(cx.tx, cx.caller, &view_ids(&view)).await?;
        Ok(Named { value: view, names })
    }
}

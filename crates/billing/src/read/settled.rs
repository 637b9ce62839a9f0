//! Payments and credit notes with all that a vendor's answer about them prints: names, numbers of the
//! invoices, sums of what is applied. A page of them is a fixed number of queries.

mod around;

use self::around::Around;
use super::charges::{ChargeView, charges_of};
use super::invoice::{Named, Names};
use super::invoice_list::MAX_PAGE;
use super::money::covers;
use crate::caller::ActsFor;
use crate::credit_notes::apply::ApplyCreditNotes;
use crate::invoices::apply::Applied;
use crate::query::{Condition, DocumentQuery, Match, NoteColumn, Operand, Page, PaymentColumn};
use crate::verb::{Cx, Verb};
use crate::{Billing, Caller, Error};
use domain::credit_note::{CreditNote, NoteDocument};
use domain::id::{ApplicationId, CreditNoteId, CustomerId, InvoiceId, PaymentId};
use domain::invoice::State;
use domain::invoice::view::CustomFieldValue;
use domain::money::Money;
use domain::payment::{Application, Payment, PaymentMode, Source};
use jiff::civil::Date;
use std::collections::HashMap;
use store::Tx;
use store::document_list::{Column, ListQuery};

/// What is applied now to one invoice, and what the invoice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settles {
    pub invoice_id: InvoiceId,
    pub number: Option<String>,
    pub dated_on: Date,
    pub total: Money,
    /// What is still owed on the invoice.
    pub balance: Money,
    /// What of this payment or note is on it.
    pub amount: Money,
}

/// A payment as vendors print it.
#[derive(Clone, Debug)]
pub struct PaymentDetail {
    pub payment: Payment,
    pub customer_name: String,
    pub customer_email: String,
    /// The legal entity's.
    pub time_zone: String,
    pub amount: Money,
    pub bank_charges: Money,
    /// All refunds of it, of whatever kind.
    pub refunded: Money,
    /// What made it, if a gateway did.
    pub charge: Option<ChargeView>,
    pub settles: Vec<Settles>,
    pub custom_fields: Vec<CustomFieldValue>,
    /// The asking face's own fields, as JSON text.
    pub side_cars: Vec<(String, String)>,
}

/// A credit note as vendors print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteDetail {
    pub document: NoteDocument,
    pub time_zone: String,
    pub settles: Vec<Settles>,
    pub custom_fields: Vec<CustomFieldValue>,
    /// The asking face's own fields, as JSON text.
    pub side_cars: Vec<(String, String)>,
}

impl Billing {
    /// A payment; one that is void too.
    pub async fn payment_detail(&self, caller: &Caller, id: PaymentId) -> Result<Named<PaymentDetail>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move { payment_detail(tx, &caller, id).await })
        })
        .await
    }

    /// A page of payments.
    pub async fn payment_list(
        &self,
        caller: &Caller,
        query: DocumentQuery<PaymentColumn>,
    ) -> Result<Named<Page<PaymentDetail>>, Error> {
        let caller = caller.clone();
        self.scan(caller.tenant, move |tx| {
            let (caller, query) = (caller.clone(), query.clone());
            Box::pin(async move {
                let query = prepare(tx, &caller, query, PaymentColumn::CustomerId).await?;
                let found = store::document_list::payments(tx, &query).await?;
                let (rows, has_more) = cut(found, query.limit);
                let Named { value: rows, names } = payment_details(tx, &caller, rows).await?;
                Ok(Named { value: Page { rows, has_more, next: None }, names })
            })
        })
        .await
    }

    /// A credit note; a draft for staff only.
    pub async fn note_detail(&self, caller: &Caller, id: CreditNoteId) -> Result<Named<NoteDetail>, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let caller = caller.clone();
            Box::pin(async move { note_detail(tx, &caller, id).await })
        })
        .await
    }

    /// A page of credit notes; customers are not shown drafts.
    pub async fn note_list(
        &self,
        caller: &Caller,
        query: DocumentQuery<NoteColumn>,
    ) -> Result<Named<Page<NoteDetail>>, Error> {
        let caller = caller.clone();
        self.scan(caller.tenant, move |tx| {
            let (caller, mut query) = (caller.clone(), query.clone());
            Box::pin(async move {
                if caller.acts_for != ActsFor::Staff {
                    let draft = Operand::Text(State::Draft.word().to_owned());
                    query.conditions.push(Condition::Is(NoteColumn::State, Match::NotEquals(draft)));
                }
                let query = prepare(tx, &caller, query, NoteColumn::CustomerId).await?;
                let found = store::document_list::credit_notes(tx, &query).await?;
                let (rows, has_more) = cut(found, query.limit);
                let Named { value: rows, names } = note_details(tx, &caller, rows).await?;
                Ok(Named { value: Page { rows, has_more, next: None }, names })
            })
        })
        .await
    }
}

/// Adds what the caller may see, and asks for one row more than the page has.
pub(super) async fn prepare<C: Column>(
    tx: &mut Tx<'_>,
    caller: &Caller,
    query: DocumentQuery<C>,
    customer: C,
) -> Result<ListQuery<C>, Error> {
    let mut conditions = query.conditions;
    if let ActsFor::Customer(root) = caller.acts_for {
        let covered = store::customers::subtree(tx, root).await?;
        let covered: Vec<i64> = covered.into_iter().map(i64::from).collect();
        conditions.push(Condition::Is(customer, Match::In(covered)));
    }
    Ok(ListQuery {
        conditions,
        order: query.order,
        offset: i64::try_from(query.offset).unwrap_or(i64::MAX),
        limit: i64::from(query.limit.min(MAX_PAGE)) + 1,
    })
}

/// The page, and whether more follow: `limit` is one more than the page has.
pub(super) fn cut<T>(mut rows: Vec<T>, limit: i64) -> (Vec<T>, bool) {
    let page = usize::try_from(limit - 1).unwrap_or(0);
    let has_more = rows.len() > page;
    rows.truncate(page);
    (rows, has_more)
}

async fn payment_details(
    tx: &mut Tx<'_>,
    caller: &Caller,
    payments: Vec<Payment>,
) -> Result<Named<Vec<PaymentDetail>>, Error> {
    let ids: Vec<PaymentId> = payments.iter().map(|payment| payment.id).collect();
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut around = Around::load(tx, caller, PaymentId::WORD, &numbers).await?;
    let mut of: Vec<CustomerId> = payments.iter().map(|payment| payment.customer_id).collect();
    of.sort_unstable();
    of.dedup();
    let customers = store::customers::load_many(tx, &of).await?;
    let mut refunded: HashMap<PaymentId, i64> = HashMap::new();
    for refund in store::applications::refunds_of_payments(tx, &ids).await? {
        if let Some(payment) = refund.payment_id {
            *refunded.entry(payment).or_default() += refund.amount;
        }
    }
    let automatic = payments.iter().filter(|payment| payment.mode == PaymentMode::Automatic);
    let automatic: Vec<PaymentId> = automatic.map(|payment| payment.id).collect();
    let mut charges = if automatic.is_empty() { HashMap::new() } else { charges_of(tx, &automatic).await? };
    let mut named: Vec<i64> = of.iter().map(|id| id.0).chain(numbers).collect();
    named.extend(charges.values().flat_map(|charge| [charge.attempt.id.0, charge.method.id.0]));
    let details: Vec<PaymentDetail> = payments
        .into_iter()
        .map(|payment| {
            let id = payment.id;
            let customer = customers.iter().find(|customer| customer.id == payment.customer_id);
            PaymentDetail {
                customer_name: customer.map(|customer| customer.display_name.clone()).unwrap_or_default(),
                customer_email: customer.map(|customer| customer.email.clone()).unwrap_or_default(),
                time_zone: around.time_zone(payment.entity_id),
                amount: payment.money(payment.amount),
                bank_charges: payment.money(payment.bank_charges),
                refunded: payment.money(refunded.get(&id).copied().unwrap_or(0)),
                charge: charges.remove(&id),
                settles: around.settles(id.0),
                custom_fields: around.values(id.0),
                side_cars: around.side_cars(id.0),
                payment,
            }
        })
        .collect();
    named.extend(details.iter().flat_map(|detail| detail.settles.iter().map(|settles| settles.invoice_id.0)));
    let names = Names::load(tx, caller, &named).await?;
    Ok(Named { value: details, names })
}

async fn note_details(
    tx: &mut Tx<'_>,
    caller: &Caller,
    notes: Vec<CreditNote>,
) -> Result<Named<Vec<NoteDetail>>, Error> {
    let ids: Vec<i64> = notes.iter().map(|note| note.id.0).collect();
    let mut around = Around::load(tx, caller, CreditNoteId::WORD, &ids).await?;
    let documents = store::credit_notes::with_lines(tx, notes).await?;
    let mut named = ids;
    let details: Vec<NoteDetail> = documents
        .into_iter()
        .map(|document| {
            let id = document.note.id.0;
            NoteDetail {
                time_zone: around.time_zone(document.note.entity_id),
                settles: around.settles(id),
                custom_fields: around.values(id),
                side_cars: around.side_cars(id),
                document,
            }
        })
        .collect();
    for detail in &details {
        let document = &detail.document;
        named.push(document.note.customer_id.0);
        named.extend(detail.settles.iter().map(|settles| settles.invoice_id.0));
        for line in &document.lines {
            named.push(line.id.0);
            named.extend(line.item_id.map(i64::from));
            named.extend(line.tax_treatment.group_id.map(i64::from));
        }
        named.extend(document.taxes.iter().filter_map(|tax| tax.tax.group_id.map(i64::from)));
    }
    named.sort_unstable();
    named.dedup();
    let names = Names::load(tx, caller, &named).await?;
    Ok(Named { value: details, names })
}

fn only<T>(found: Named<Vec<T>>) -> Option<Named<T>> {
    let names = found.names;
    found.value.into_iter().next().map(|value| Named { value, names })
}

pub(super) async fn payment_detail(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: PaymentId,
) -> Result<Named<PaymentDetail>, Error> {
    let missing = || Error::missing(PaymentId::WORD, id);
    let payment = store::payments::load(tx, id).await?.ok_or_else(missing)?;
    if !covers(tx, caller, payment.customer_id).await? {
        return Err(missing());
    }
    only(payment_details(tx, caller, vec![payment]).await?).ok_or_else(missing)
}

pub(super) async fn note_detail(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: CreditNoteId,
) -> Result<Named<NoteDetail>, Error> {
    let missing = || Error::missing(CreditNoteId::WORD, id);
    let note = store::credit_notes::load(tx, id).await?.ok_or_else(missing)?;
    let is_shown = caller.acts_for == ActsFor::Staff || note.state != State::Draft;
    if !is_shown || !covers(tx, caller, note.customer_id).await? {
        return Err(missing());
    }
    only(note_details(tx, caller, vec![note]).await?).ok_or_else(missing)
}

/// Runs a verb about one object and reads it back, as vendors print it, in the same transaction.
#[derive(Clone, Debug)]
pub struct ThenPaymentDetail<V>(pub V);

impl<V: Verb<Outcome = PaymentId>> Verb for ThenPaymentDetail<V> {
    type Outcome = Named<PaymentDetail>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<PaymentDetail>, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        payment_detail(cx.tx, cx.caller, id).await
    }
}

/// As [`ThenPaymentDetail`].
#[derive(Clone, Debug)]
pub struct ThenNoteDetail<V>(pub V);

impl<V: Verb<Outcome = CreditNoteId>> Verb for ThenNoteDetail<V> {
    type Outcome = Named<NoteDetail>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<NoteDetail>, Error> {
        let id = self.0.run(cx).await?;
        cx.flush().await?;
        note_detail(cx.tx, cx.caller, id).await
    }
}

/// Puts notes on invoices and reads the applications back, in the order of the shares.
#[derive(Clone, Debug)]
pub struct ThenApplied(pub ApplyCreditNotes);

impl Verb for ThenApplied {
    type Outcome = Named<Vec<Applied>>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<Vec<Applied>>, Error> {
        let ids = self.0.run(cx).await?;
        let mut sources: Vec<i64> = self.0.shares.iter().map(|share| share.note.0).collect();
        sources.sort_unstable();
        sources.dedup();
        let rows = store::applications::of_sources(cx.tx, CreditNoteId::WORD, &sources).await?;
        let rows: HashMap<ApplicationId, Application> = rows.into_iter().map(|row| (row.id, row)).collect();
        let notes: Vec<CreditNoteId> = sources.into_iter().map(CreditNoteId).collect();
        // A note and what it is put on have one currency.
        let notes = store::credit_notes::load_many(cx.tx, &notes).await?;
        let mut applied = Vec::with_capacity(ids.len());
        for id in ids {
            let row = rows.get(&id).cloned().ok_or_else(|| Error::missing(ApplicationId::WORD, id))?;
            let note = notes.iter().find(|note| Source::CreditNote(note.id) == row.source);
            let note = note.ok_or_else(|| Error::missing(CreditNoteId::WORD, id))?;
            applied.push(Applied { amount: note.money(row.amount), row });
        }
        let named: Vec<i64> = applied.iter().map(|applied| applied.row.invoice_id.0).collect();
        let names = Names::load(cx.tx, cx.caller, &named).await?;
        Ok(Named { value: applied, names })
    }
}

//! What verbs that settle share: lock the invoices, then the notes, then the payments, ids ascending in each;
//! load what is applied; save what the domain decided with its postings and projections.

use crate::Error;
use crate::verb::Cx;
use domain::credit_note::CreditNote;
use domain::id::{ApplicationId, CreditNoteId, CustomerId, EntityId, EntryId, InvoiceId, PaymentId, WriteOffId};
use domain::invoice::Invoice;
use domain::journal::post::{self, EntryDraft};
use domain::money::Currency;
use domain::party::LegalEntity;
use domain::payment::{Application, Payment, Source, WriteOff};
use domain::settlement::{Booked, LiveApplication, NewApplication, Reversal, Sources};
use jiff::civil::Date;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Locked nouns of one settlement, as the domain wants them, and how they were before.
#[derive(Default)]
pub(crate) struct Settlement {
    pub(crate) invoices: BTreeMap<InvoiceId, Booked<Invoice>>,
    /// Applications on these invoices, with what was reversed of them.
    pub(crate) live: Vec<LiveApplication>,
    pub(crate) sources: Sources,
    /// As they were when locked: what did not change is not written.
    before: Before,
    /// Payments made in this transaction, with their amounts in base currency: inserted once, with their sums.
    new_payments: HashMap<PaymentId, i64>,
}

#[derive(Default)]
struct Before {
    invoices: HashMap<InvoiceId, Invoice>,
    payments: HashMap<PaymentId, Payment>,
    notes: HashMap<CreditNoteId, CreditNote>,
    write_offs: HashMap<WriteOffId, WriteOff>,
}

impl Settlement {
    /// Locks and loads. `with_live` also loads every source that is applied on the invoices (for voids and
    /// refunds); without it only the named notes and payments.
    pub(crate) async fn lock(
        cx: &mut Cx<'_, '_>,
        invoices: &[InvoiceId],
        notes: &[CreditNoteId],
        payments: &[PaymentId],
        with_live: bool,
    ) -> Result<Self, Error> {
        let mut settlement = Self::default();
        let found = if invoices.is_empty() { Vec::new() } else { store::invoices::lock_many(cx.tx, invoices).await? };
        for id in invoices {
            if found.iter().all(|invoice| invoice.id != *id) {
                return Err(Error::missing(InvoiceId::WORD, id));
            }
        }
        let mut rows: Vec<Application> = Vec::new();
        for invoice in &found {
            let needs_rows = with_live || invoice.fx.is_some();
            if needs_rows {
                rows.extend(store::applications::on_invoice(cx.tx, invoice.id).await?);
            }
        }
        for invoice in found {
            let base_used = rows.iter().filter(|row| row.invoice_id == invoice.id).map(|row| row.receivable_base).sum();
            settlement.before.invoices.insert(invoice.id, invoice.clone());
            settlement.invoices.insert(invoice.id, Booked::new(invoice, base_used));
        }
        let mut notes: BTreeSet<CreditNoteId> = notes.iter().copied().collect();
        let mut payments: BTreeSet<PaymentId> = payments.iter().copied().collect();
        if with_live {
            settlement.live = LiveApplication::fold(&rows);
            for live in settlement.live.iter().filter(|live| live.left() != 0) {
                match live.row.source {
                    Source::Payment(id) => drop(payments.insert(id)),
                    Source::CreditNote(id) => drop(notes.insert(id)),
                    Source::WriteOff(_) => {}
                }
            }
            for id in settlement.invoices.keys() {
                for write_off in store::applications::write_offs(cx.tx, *id).await? {
                    settlement.before.write_offs.insert(write_off.id, write_off.clone());
                    settlement.sources.write_offs.insert(write_off.id, write_off);
                }
            }
        }
        settlement.lock_notes(cx, notes).await?;
        settlement.lock_payments(cx, payments).await?;
        Ok(settlement)
    }

    async fn lock_notes(&mut self, cx: &mut Cx<'_, '_>, ids: BTreeSet<CreditNoteId>) -> Result<(), Error> {
        let ids: Vec<CreditNoteId> = ids.into_iter().collect();
        let found = store::credit_notes::lock_many(cx.tx, &ids).await?;
        for id in &ids {
            if found.iter().all(|note| note.id != *id) {
                return Err(Error::missing(CreditNoteId::WORD, id));
            }
        }
        let foreign: Vec<i64> = found.iter().filter(|note| note.fx.is_some()).map(|note| note.id.0).collect();
        let rows = source_rows(cx, "credit_note", &foreign).await?;
        for note in found {
            let used = used_base(&rows, Source::CreditNote(note.id));
            self.before.notes.insert(note.id, note.clone());
            self.sources.notes.insert(note.id, Booked::new(note, used));
        }
        Ok(())
    }

    async fn lock_payments(&mut self, cx: &mut Cx<'_, '_>, ids: BTreeSet<PaymentId>) -> Result<(), Error> {
        let ids: Vec<PaymentId> = ids.into_iter().collect();
        let found = store::payments::lock_many(cx.tx, &ids).await?;
        for id in &ids {
            if found.iter().all(|payment| payment.id != *id) {
                return Err(Error::missing(PaymentId::WORD, id));
            }
        }
        let foreign: Vec<i64> =
            found.iter().filter(|payment| payment.fx.is_some()).map(|payment| payment.id.0).collect();
        let rows = source_rows(cx, "payment", &foreign).await?;
        for payment in found {
            let used = used_base(&rows, Source::Payment(payment.id));
            self.before.payments.insert(payment.id, payment.clone());
            self.sources.payments.insert(payment.id, Booked::new(payment, used));
        }
        Ok(())
    }

    /// A payment made in this transaction: stored by [`Settlement::save`], its whole unapplied rest new.
    pub(crate) fn add_payment(&mut self, payment: Payment, base_amount: i64) {
        self.new_payments.insert(payment.id, base_amount);
        self.sources.payments.insert(payment.id, Booked::new(payment, 0));
    }

    /// A note issued in this transaction: its whole remaining amount is new.
    pub(crate) fn add_note(&mut self, note: CreditNote) {
        self.sources.notes.insert(note.id, Booked::new(note, 0));
    }

    pub(crate) fn invoice(&self, id: InvoiceId) -> Result<&Invoice, Error> {
        self.invoices.get(&id).map(|booked| &booked.noun).ok_or_else(|| Error::missing(InvoiceId::WORD, id))
    }

    pub(crate) fn payment(&self, id: PaymentId) -> Result<&Booked<Payment>, Error> {
        self.sources.payments.get(&id).ok_or_else(|| Error::missing(PaymentId::WORD, id))
    }

    pub(crate) fn payment_mut(&mut self, id: PaymentId) -> Result<&mut Booked<Payment>, Error> {
        self.sources.payments.get_mut(&id).ok_or_else(|| Error::missing(PaymentId::WORD, id))
    }

    /// Stores applications and reversals in their order, posts them, and writes an audit row for each.
    pub(crate) async fn store_applications(
        &mut self,
        cx: &mut Cx<'_, '_>,
        new: Vec<NewApplication>,
        on: Date,
        posted_on: Date,
    ) -> Result<Vec<Application>, Error> {
        let mut ids = cx.ids(new.len() * 2)?;
        let mut rows = Vec::with_capacity(new.len());
        for application in new {
            let id = ApplicationId(ids.next().expect("two ids for each row"));
            let row = application.into_row(id, on, cx.now);
            let invoice = self.invoice(row.invoice_id)?;
            let source_customer = match row.source {
                Source::Payment(id) => self.sources.payments.get(&id).map(|booked| booked.noun.customer_id),
                Source::CreditNote(id) => self.sources.notes.get(&id).map(|booked| booked.noun.customer_id),
                Source::WriteOff(_) => None,
            };
            let source_customer = source_customer.unwrap_or(invoice.customer_id);
            if let Some(entry) = post::applied(&row, invoice, source_customer)? {
                let id = EntryId(ids.next().expect("two ids for each row"));
                cx.change.post(entry.into_entry(id, posted_on, cx.now));
            }
            record_application(cx, &row, invoice);
            rows.push(row);
        }
        store::applications::insert_many(cx.tx, &rows).await?;
        Ok(rows)
    }

    /// Writes the new sums of every noun that changed, and the change of what its customer owes and has left over.
    pub(crate) async fn save(mut self, cx: &mut Cx<'_, '_>, entity: &LegalEntity) -> Result<(), Error> {
        for (id, booked) in &mut self.invoices {
            let before = self.before.invoices.get(id);
            if before == Some(&booked.noun) {
                continue;
            }
            booked.noun.updated_at = cx.now;
            store::invoices::settle(cx.tx, &booked.noun).await?;
            let change = booked.noun.settled.balance - before.map_or(0, |before| before.settled.balance);
            cx.change.balance(booked.noun.customer_id, entity.id, booked.noun.currency, change, 0);
        }
        for (id, booked) in &mut self.sources.notes {
            let before = self.before.notes.get(id);
            if before == Some(&booked.noun) {
                continue;
            }
            booked.noun.updated_at = cx.now;
            store::credit_notes::update(cx.tx, &booked.noun).await?;
            let change = booked.noun.remaining - before.map_or(0, |before| before.remaining);
            cx.change.balance(booked.noun.customer_id, entity.id, booked.noun.currency, 0, change);
        }
        for (id, booked) in &mut self.sources.payments {
            let before = self.before.payments.get(id);
            if before == Some(&booked.noun) {
                continue;
            }
            booked.noun.updated_at = cx.now;
            match self.new_payments.get(id) {
                Some(base_amount) => store::payments::insert(cx.tx, &booked.noun, *base_amount).await?,
                None => store::payments::settle(cx.tx, &booked.noun).await?,
            }
            let change = booked.noun.unapplied - before.map_or(0, |before| before.unapplied);
            cx.change.balance(booked.noun.customer_id, entity.id, booked.noun.currency, 0, change);
        }
        for (id, write_off) in &self.sources.write_offs {
            if self.before.write_offs.get(id) != Some(write_off) {
                store::applications::set_write_off_cancelled(cx.tx, write_off).await?;
            }
        }
        Ok(())
    }
}

async fn source_rows(cx: &mut Cx<'_, '_>, kind: &'static str, ids: &[i64]) -> Result<Vec<Application>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::applications::of_sources(cx.tx, kind, ids).await?)
}

fn used_base(rows: &[Application], source: Source) -> i64 {
    rows.iter().filter(|row| row.source == source).map(|row| row.source_base).sum()
}

fn record_application(cx: &mut Cx<'_, '_>, row: &Application, invoice: &Invoice) {
    let is_reversal = row.reverses.is_some();
    let (operation, event, source) = match (row.source, is_reversal) {
        (Source::Payment(id), false) => ("payment_applied", "invoice.payment_applied", id.to_string()),
        (Source::Payment(id), true) => ("payment_reversed", "invoice.payment_reversed", id.to_string()),
        (Source::CreditNote(id), false) => ("credit_applied", "invoice.credit_applied", id.to_string()),
        (Source::CreditNote(id), true) => ("credit_reversed", "invoice.credit_reversed", id.to_string()),
        (Source::WriteOff(id), false) => ("written_off", "invoice.written_off", id.to_string()),
        (Source::WriteOff(id), true) => ("write_off_cancelled", "invoice.write_off_cancelled", id.to_string()),
    };
    let amount = invoice.money(row.amount);
    let amount = if is_reversal { amount.neg() } else { amount };
    let detail = json!({
        "application": row.id.to_string(),
        "source": source,
        "amount": amount.to_plain(),
        "currency": invoice.currency.code(),
        "balance": invoice.money(invoice.settled.balance).to_plain(),
    });
    cx.change.record(event, InvoiceId::WORD, row.invoice_id.0, operation, detail);
}

/// Cancelled write-offs post for themselves: the tax relief taken back is part of the entry.
pub(crate) fn post_cancelled_write_offs(
    cx: &mut Cx<'_, '_>,
    settlement: &Settlement,
    reversals: &[Reversal],
    rows: &[Application],
    base: Currency,
    posted_on: Date,
) -> Result<(), Error> {
    for (reversal, row) in reversals.iter().zip(rows) {
        if let Source::WriteOff(id) = row.source {
            let write_off =
                settlement.sources.write_offs.get(&id).ok_or_else(|| Error::missing(WriteOffId::WORD, id))?;
            let invoice = settlement.invoice(row.invoice_id)?;
            let draft = post::write_off_cancelled(write_off, row, invoice, reversal.tax_relief, base)?;
            post_draft(cx, draft, posted_on)?;
        }
    }
    Ok(())
}

/// Gives an entry its id and posts it.
pub(crate) fn post_draft(cx: &mut Cx<'_, '_>, draft: EntryDraft, posted_on: Date) -> Result<(), Error> {
    let id = cx.id(EntryId)?;
    cx.change.post(draft.into_entry(id, posted_on, cx.now));
    Ok(())
}

/// The one legal entity of everything in a settlement; the domain refuses mixtures by name.
pub(crate) async fn entity_of(cx: &mut Cx<'_, '_>, id: EntityId) -> Result<LegalEntity, Error> {
    crate::parties::entities::load(cx, Some(id)).await
}

/// Customers whose invoices this one may settle besides its own: those below it.
pub(crate) async fn family_of(cx: &mut Cx<'_, '_>, customer: CustomerId) -> Result<Vec<CustomerId>, Error> {
    Ok(store::customers::subtree(cx.tx, customer).await?)
}

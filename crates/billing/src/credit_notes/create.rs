//! Makes a credit note: against an invoice's lines, on its own, or of a pure amount; as a draft or issued.

use super::CreditWhat;
use crate::Error;
use crate::check;
use crate::invoices::correct::load;
use crate::invoices::create::lock;
use crate::invoices::{InvoiceSpec, standalone_input};
use crate::numbers::{Given, number_or_key_taken, refuse_taken, series_of, take};
use crate::parties::entities;
use crate::settle::post_draft;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::credit_note::totals::{
    ComputedNote, CreditWish, amount_only, credit_everything, credit_lines, credit_total, standalone,
};
use domain::credit_note::{CreditNote, CreditNoteLine, NoteDocument};
use domain::id::{CreditNoteId, CreditNoteLineId, CustomerId, EntityId, InvoiceId};
use domain::invoice::totals::DraftInput;
use domain::invoice::{Document, FxRate, NumberOrigin, State};
use domain::journal::post;
use domain::money::Currency;
use domain::numbering::SeriesKind;
use domain::party::LegalEntity;
use jiff::civil::Date;
use serde_json::json;
use store::invoices::SeriesNumber;

#[derive(Clone, Debug)]
pub struct CreateCreditNote {
    /// Needed for notes of their own; those against an invoice take its customer.
    pub customer: Option<CustomerId>,
    pub entity: Option<EntityId>,
    pub currency: Option<Currency>,
    pub fx: Option<FxRate>,
    pub what: CreditWhat,
    /// Today when `None`.
    pub dated_on: Option<Date>,
    pub reference: String,
    pub reason: String,
    /// What it says to its customer, and on which terms.
    pub memo: String,
    pub terms_text: String,
    /// A number of the client's own: unique, takes none of a series.
    pub number: Option<String>,
    pub issue: bool,
}

impl CreateCreditNote {
    /// Issued today, everything else by default.
    pub fn of(what: CreditWhat) -> Self {
        Self {
            customer: None,
            entity: None,
            currency: None,
            fx: None,
            what,
            dated_on: None,
            reference: String::new(),
            reason: String::new(),
            memo: String::new(),
            terms_text: String::new(),
            number: None,
            issue: true,
        }
    }

    fn invoice(&self) -> Option<InvoiceId> {
        match self.what {
            CreditWhat::Lines { invoice, .. }
            | CreditWhat::Everything { invoice }
            | CreditWhat::Total { invoice, .. } => Some(invoice),
            CreditWhat::Standalone { .. } | CreditWhat::AmountOnly { .. } => None,
        }
    }
}

impl Verb for CreateCreditNote {
    type Outcome = CreditNoteId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CreditNoteId, Error> {
        check::optional(&self.reference, "reference", check::LINE)?;
        check::optional(&self.reason, "reason", check::LINE)?;
        check::optional(&self.memo, "memo", check::LONG)?;
        check::optional(&self.terms_text, "terms_text", check::LONG)?;
        check::optional_some(self.number.as_deref(), "number", check::SHORT)?;
        let (mut document, entity) = match self.invoice() {
            Some(invoice) => self.against(cx, invoice).await?,
            None => self.on_its_own(cx).await?,
        };
        if let Some(number) = &self.number {
            let given = Given { entity: entity.id, number, object: document.note.id.0 };
            refuse_taken(cx, SeriesKind::CreditNote, &[given]).await?;
        }
        let note = &mut document.note;
        note.reference.clone_from(&self.reference);
        note.reason.clone_from(&self.reason);
        note.memo.clone_from(&self.memo);
        note.terms_text.clone_from(&self.terms_text);
        note.number.clone_from(&self.number);
        note.number_origin = self.number.as_ref().map(|_| NumberOrigin::External);
        let mut series = None;
        let mut base_total = 0;
        if self.issue {
            (series, base_total) = issue(cx, &entity, note).await?;
        }
        insert(cx, &document, series, base_total).await?;
        if !self.issue {
            record(cx, &document.note, "credit_note.created", "created");
        }
        Ok(document.note.id)
    }
}

impl CreateCreditNote {
    async fn against(&self, cx: &mut Cx<'_, '_>, invoice: InvoiceId) -> Result<(NoteDocument, LegalEntity), Error> {
        let document = load(cx, invoice).await?;
        let entity = entities::load(cx, Some(document.invoice.entity_id)).await?;
        let earlier = earlier(cx, invoice).await?;
        let currency = document.invoice.currency;
        let computed = match &self.what {
            CreditWhat::Lines { lines, .. } => {
                let wishes = lines
                    .iter()
                    .map(|(line, of)| Ok(CreditWish { line: *line, by: of.to_domain(currency)? }))
                    .collect::<Result<Vec<_>, Refusal>>()?;
                credit_lines(&document, &earlier, &wishes)?
            }
            CreditWhat::Total { amount, .. } => {
                credit_total(&document, &earlier, amount.to_money(currency, "amount")?.minor)?
            }
            _ => credit_everything(&document, &earlier)?,
        };
        let on = self.dated_on.unwrap_or_else(|| cx.today(&entity));
        let note = note_header(cx, &document, on)?;
        Ok((note_document(cx, note, computed, Some(&document))?, entity))
    }

    async fn on_its_own(&self, cx: &mut Cx<'_, '_>) -> Result<(NoteDocument, LegalEntity), Error> {
        let customer = self.customer.ok_or(Refusal::Blank { what: "customer" })?;
        let customer =
            store::customers::load(cx.tx, customer).await?.ok_or_else(|| Error::missing(CustomerId::WORD, customer))?;
        let entity = entities::load(cx, self.entity.or(customer.entity_id)).await?;
        let currency = self.currency.unwrap_or(customer.currency);
        let on = self.dated_on.unwrap_or_else(|| cx.today(&entity));
        let id = cx.id(CreditNoteId)?;
        let mut note = CreditNote::draft(id, (entity.id, customer.id), currency, on, cx.now);
        note.fx = self.fx.clone().filter(|_| currency != entity.base_currency);
        note.price_mode = entity.price_mode;
        note.tax_rounding = entity.tax_rounding;
        note.customer_name.clone_from(&customer.display_name);
        note.customer_email.clone_from(&customer.email);
        note.version = 1;
        let document = match &self.what {
            CreditWhat::Standalone { lines } => {
                let mut spec = InvoiceSpec::to(customer.id, lines.clone());
                spec.entity = Some(entity.id);
                spec.currency = Some(currency);
                let input = standalone_input(cx, &spec).await?;
                if input.lines.is_empty() {
                    return Err(Refusal::Blank { what: "lines" }.into());
                }
                let computed = standalone(&input)?;
                own_lines(cx, note, computed, &input)?
            }
            CreditWhat::AmountOnly { amount } => {
                let computed = amount_only(amount.to_money(currency, "amount")?)?;
                note.is_amount_only = true;
                note_document(cx, note, computed, None)?
            }
            _ => return Err(Refusal::Blank { what: "invoice" }.into()),
        };
        Ok((document, entity))
    }
}

/// Issued notes whose lines point at the invoice, whole, the invoice locked by the caller.
pub(crate) async fn earlier(cx: &mut Cx<'_, '_>, invoice: InvoiceId) -> Result<Vec<NoteDocument>, Error> {
    Ok(store::credit_notes::documents_on_invoice(cx.tx, invoice).await?)
}

/// A draft note on an invoice: its parties, currency, rate and frozen tax mode.
pub(crate) fn note_header(cx: &mut Cx<'_, '_>, document: &Document, on: Date) -> Result<CreditNote, Error> {
    let invoice = &document.invoice;
    let id = cx.id(CreditNoteId)?;
    let parties = (invoice.entity_id, invoice.customer_id);
    let mut note = CreditNote::draft(id, parties, invoice.currency, on, cx.now);
    note.invoice_id = Some(invoice.id);
    note.fx.clone_from(&invoice.fx);
    note.price_mode = invoice.price_mode;
    note.tax_rounding = invoice.tax_rounding;
    note.customer_name.clone_from(&invoice.customer_name);
    note.customer_email.clone_from(&invoice.customer_email);
    note.version = 1;
    Ok(note)
}

fn amounts(note: &mut CreditNote, computed: &ComputedNote) {
    note.ex_tax = computed.ex_tax;
    note.tax = computed.tax;
    note.total = computed.total;
    note.recompute_remaining();
}

fn note_document(
    cx: &mut Cx<'_, '_>,
    mut note: CreditNote,
    computed: ComputedNote,
    document: Option<&Document>,
) -> Result<NoteDocument, Error> {
    amounts(&mut note, &computed);
    let mut ids = cx.ids(computed.lines.len())?;
    let mut lines = Vec::with_capacity(computed.lines.len());
    for (position, line) in (1_i64..).zip(&computed.lines) {
        let id = CreditNoteLineId(ids.next().expect("an id for each line"));
        let of = document
            .into_iter()
            .flat_map(|document| &document.lines)
            .find(|of| Some(of.id) == line.invoice_line_id)
            .ok_or(Refusal::Invalid { what: "line" })?;
        lines.push(CreditNoteLine::of_invoice_line(id, position, of, line));
    }
    Ok(NoteDocument { note, lines, taxes: computed.taxes })
}

fn own_lines(
    cx: &mut Cx<'_, '_>,
    mut note: CreditNote,
    computed: ComputedNote,
    input: &DraftInput,
) -> Result<NoteDocument, Error> {
    amounts(&mut note, &computed);
    let ids = cx.ids(computed.lines.len())?;
    let lines = computed
        .lines
        .iter()
        .zip(&input.lines)
        .zip(ids)
        .zip(1_i64..)
        .map(|(((line, draft), id), position)| CreditNoteLine::of_draft(CreditNoteLineId(id), position, draft, line))
        .collect();
    Ok(NoteDocument { note, lines, taxes: computed.taxes })
}

/// Issues a note in memory: state, number, posting, balance. The caller stores it.
pub(super) async fn issue(
    cx: &mut Cx<'_, '_>,
    entity: &LegalEntity,
    note: &mut CreditNote,
) -> Result<(Option<SeriesNumber>, i64), Error> {
    note.issue(entity, cx.now)?;
    let base = entity.base_currency;
    let base_total = domain::fx::to_base(note.total, note.currency, note.fx.as_ref(), base)?;
    let posted_on = note.posted_on.expect("issuing sets the posting day");
    post_draft(cx, post::credit_note_issued(note, base)?, posted_on)?;
    let mut number = None;
    if note.number_origin != Some(NumberOrigin::External) {
        let series = series_of(cx, entity.id, SeriesKind::CreditNote).await?;
        let value = take(cx, &series, &[note.dated_on]).await?;
        note.number = Some(series.format(value, note.dated_on.year()));
        note.number_origin = Some(NumberOrigin::Own);
        number = Some(SeriesNumber { series: series.id, year: series.period_of(note.dated_on), value });
    }
    record(cx, note, "credit_note.issued", "issued");
    Ok((number, base_total))
}

async fn insert(
    cx: &mut Cx<'_, '_>,
    document: &NoteDocument,
    series: Option<SeriesNumber>,
    base_total: i64,
) -> Result<(), Error> {
    let note = &document.note;
    store::credit_notes::insert(cx.tx, document, series, base_total).await?;
    if note.number_origin == Some(NumberOrigin::External) {
        let number = note.number.as_deref();
        let claimed = store::invoices::claim_external_number(cx.tx, CreditNoteId::WORD, number, note.id.0).await;
        claimed.map_err(|error| number_or_key_taken(error, number))?;
    }
    if note.state == State::Issued {
        cx.change.balance(note.customer_id, note.entity_id, note.currency, 0, note.remaining);
    }
    Ok(())
}

/// Makes and issues a note on an invoice inside another verb (a refund by credit note). The note's remaining
/// amount is the caller's to project.
pub(crate) async fn insert_issued(
    cx: &mut Cx<'_, '_>,
    entity: &LegalEntity,
    note: CreditNote,
    computed: ComputedNote,
    document: &Document,
) -> Result<CreditNote, Error> {
    let mut made = note_document(cx, note, computed, Some(document))?;
    let (series, base_total) = issue(cx, entity, &mut made.note).await?;
    store::credit_notes::insert(cx.tx, &made, series, base_total).await?;
    Ok(made.note)
}

pub(super) fn record(cx: &mut Cx<'_, '_>, note: &CreditNote, event: &'static str, operation: &'static str) {
    let detail = json!({
        "number": note.number,
        "amount": note.money(note.total).to_plain(),
        "currency": note.currency.code(),
        "customer_id": note.customer_id.to_string(),
        "invoice_id": note.invoice_id.map(|id| id.to_string()),
    });
    cx.change.record(event, CreditNoteId::WORD, note.id.0, operation, detail);
}

/// Locks the invoice a note points at before the note itself, as everywhere.
pub(super) async fn lock_invoice_of(cx: &mut Cx<'_, '_>, note: &CreditNote) -> Result<(), Error> {
    match note.invoice_id {
        Some(invoice) => lock(cx, invoice).await.map(drop),
        None => Ok(()),
    }
}

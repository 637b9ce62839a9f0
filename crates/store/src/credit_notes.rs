//! Credit notes with their lines and taxes.

use crate::columns::{Columns, bind_fx};
use crate::invoice_parts::{line_tax, tax_row, tax_values};
use crate::invoices::SeriesNumber;
use crate::snapshots::write_components;
use crate::{Batch, Error, Result, Row, Tx, Value, insert, params, sql};
use domain::credit_note::{CreditNote, CreditNoteLine, NoteDocument};
use domain::id::{CreditNoteId, CreditNoteLineId, CustomerId, EntityId, InvoiceId, ItemId, LineId};
use domain::invoice::{NumberOrigin, State};
use domain::tax::{PriceMode, TaxRounding};

macro_rules! note_columns {
    () => {
        "n.id, n.entity_id, n.customer_id, n.invoice_id, n.state, n.number, n.number_origin, n.reference, n.currency, \
         n.fx_mantissa, n.fx_scale, n.fx_source, n.fx_on, n.price_mode, n.tax_rounding, n.dated_on, n.posted_on, \
         n.ex_tax, n.tax, n.total, n.applied, n.refunded, n.remaining, n.is_amount_only, n.reason, n.memo, \
         n.terms_text, n.customer_name, n.customer_email, n.version, n.issued_at, n.voided_at, n.withdrawn_at, \
         n.created_at, n.updated_at"
    };
}
pub(crate) use note_columns;

macro_rules! note_line_columns {
    () => {
        "l.id, l.position, l.invoice_line_id, l.item_id, l.item_code, l.name, l.description, l.quantity_mantissa, \
         l.quantity_scale, l.price_mantissa, l.price_scale, l.tax_group_id, l.tax_group_name, l.tax_category, \
         l.tax_components, l.exemption_code, l.exemption_reason, l.gross, l.taxable, l.tax"
    };
}
pub(crate) use note_line_columns;

insert! {
    INSERT_NOTE = "credit_notes" (tenant_id, id, entity_id, customer_id, invoice_id, state, number, number_origin,
        series_id, series_year, series_value, reference, currency, fx_mantissa, fx_scale, fx_source, fx_on,
        price_mode, tax_rounding, dated_on, posted_on, ex_tax, tax, total, base_total, applied, refunded, remaining,
        is_amount_only, reason, memo, terms_text, customer_name, customer_email, version, issued_at, voided_at,
        withdrawn_at, created_at, updated_at);
    INSERT_NOTE_LINE = "credit_note_lines" (tenant_id, credit_note_id, position, id, invoice_line_id, item_id,
        item_code, name, description, quantity_mantissa, quantity_scale, price_mantissa, price_scale, tax_group_id,
        tax_group_name, tax_category, tax_components, exemption_code, exemption_reason, gross, taxable, tax);
    INSERT_NOTE_TAX = "credit_note_taxes" (tenant_id, credit_note_id, position, tax_group_id, tax_group_name,
        tax_category, tax_components, component_amounts, exemption_code, exemption_reason, base, amount);
}

sql! {
    LOAD_NOTE = concat!("SELECT ", note_columns!(), " FROM credit_notes n WHERE n.tenant_id = $1 AND n.id = $2");
    LOAD_NOTES = concat!("SELECT ", note_columns!(),
        " FROM credit_notes n WHERE n.tenant_id = $1 AND n.id @in($2) ORDER BY n.id");
    LIST_NOTES = concat!("SELECT ", note_columns!(),
        " FROM credit_notes n WHERE n.tenant_id = $1 AND n.id > $2 ORDER BY n.id LIMIT $3");
    LIST_NOTES_OF = concat!("SELECT ", note_columns!(),
        " FROM credit_notes n WHERE n.tenant_id = $1 AND n.customer_id = $4 AND (CAST($5 AS BIGINT) = 1 OR n.state <> 'draft') AND n.id > $2 ORDER BY n.id LIMIT $3");
    NOTES_ON_INVOICE = concat!("SELECT ", note_columns!(),
        " FROM credit_notes n WHERE n.tenant_id = $1 AND n.invoice_id = $2 AND n.state = 'issued' ORDER BY n.id");
    LOAD_NOTE_LINES = concat!("SELECT ", note_line_columns!(),
        " FROM credit_note_lines l WHERE l.tenant_id = $1 AND l.credit_note_id = $2 ORDER BY l.position");
    LINES_ON_INVOICE = concat!("SELECT l.credit_note_id, ", note_line_columns!(), " FROM credit_note_lines l \
        JOIN credit_notes n ON n.tenant_id = l.tenant_id AND n.id = l.credit_note_id \
        WHERE l.tenant_id = $1 AND n.invoice_id = $2 AND n.state = 'issued' ORDER BY n.id, l.position");
    TAXES_ON_INVOICE = "SELECT t.tax_group_id, t.tax_group_name, t.tax_category, t.tax_components, t.exemption_code, \
        t.exemption_reason, t.base, t.amount, t.component_amounts, t.credit_note_id FROM credit_note_taxes t \
        JOIN credit_notes n ON n.tenant_id = t.tenant_id AND n.id = t.credit_note_id \
        WHERE t.tenant_id = $1 AND n.invoice_id = $2 AND n.state = 'issued' ORDER BY n.id, t.position";
    LINES_OF_NOTES = concat!("SELECT l.credit_note_id, ", note_line_columns!(),
        " FROM credit_note_lines l WHERE l.tenant_id = $1 AND l.credit_note_id @in($2) ORDER BY l.credit_note_id, l.position");
    TAXES_OF_NOTES = "SELECT tax_group_id, tax_group_name, tax_category, tax_components, exemption_code, \
        exemption_reason, base, amount, component_amounts, credit_note_id FROM credit_note_taxes \
        WHERE tenant_id = $1 AND credit_note_id @in($2) ORDER BY credit_note_id, position";
    LOAD_NOTE_TAXES = "SELECT tax_group_id, tax_group_name, tax_category, tax_components, exemption_code, \
        exemption_reason, base, amount, component_amounts FROM credit_note_taxes \
        WHERE tenant_id = $1 AND credit_note_id = $2 ORDER BY position";
    UPDATE_NOTE = "UPDATE credit_notes SET state = $3, number = $4, number_origin = $5, posted_on = $6, applied = $7, \
        refunded = $8, remaining = $9, issued_at = $10, voided_at = $11, updated_at = $12, fx_mantissa = $13, \
        fx_scale = $14, fx_source = $15, fx_on = $16, dated_on = $17, withdrawn_at = $18, version = version + 1 \
        WHERE tenant_id = $1 AND id = $2";
    NUMBER_NOTE = "UPDATE credit_notes SET series_id = $3, series_year = $4, series_value = $5, base_total = $6 \
        WHERE tenant_id = $1 AND id = $2";
    LOAD_NOTE_BASE = "SELECT base_total FROM credit_notes WHERE tenant_id = $1 AND id = $2";
    DELETE_NOTE_LINES = "DELETE FROM credit_note_lines WHERE tenant_id = $1 AND credit_note_id = $2";
    DELETE_NOTE_TAXES = "DELETE FROM credit_note_taxes WHERE tenant_id = $1 AND credit_note_id = $2";
    DELETE_NOTE = "DELETE FROM credit_notes WHERE tenant_id = $1 AND id = $2 AND state = 'draft'";
}

sql! {
    locks LOCK_NOTES = concat!("SELECT ", note_columns!(),
        " FROM credit_notes n WHERE n.tenant_id = $1 AND n.id @in($2) ORDER BY n.id");
}

fn note(row: &Row<'_>) -> Result<CreditNote> {
    note_of(&mut Columns::of(row))
}

pub(crate) fn note_of(c: &mut Columns<'_, '_>) -> Result<CreditNote> {
    Ok(CreditNote {
        id: CreditNoteId(c.int()?),
        entity_id: EntityId(c.int()?),
        customer_id: CustomerId(c.int()?),
        invoice_id: c.opt_int()?.map(InvoiceId),
        state: c.word(State::from_word)?,
        number: c.opt_text()?,
        number_origin: c.opt_word(NumberOrigin::from_word)?,
        reference: c.text()?,
        currency: c.currency()?,
        fx: c.fx()?,
        price_mode: c.word(PriceMode::from_word)?,
        tax_rounding: c.word(TaxRounding::from_word)?,
        dated_on: c.date()?,
        posted_on: c.opt_date()?,
        ex_tax: c.int()?,
        tax: c.int()?,
        total: c.int()?,
        applied: c.int()?,
        refunded: c.int()?,
        remaining: c.int()?,
        is_amount_only: c.flag()?,
        reason: c.text()?,
        memo: c.text()?,
        terms_text: c.text()?,
        customer_name: c.text()?,
        customer_email: c.text()?,
        version: c.int()?,
        issued_at: c.opt_instant()?,
        voided_at: c.opt_instant()?,
        withdrawn_at: c.opt_instant()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

fn note_line_row(row: &Row<'_>) -> Result<CreditNoteLine> {
    note_line(&mut Columns::of(row))
}

pub(crate) fn note_line(c: &mut Columns<'_, '_>) -> Result<CreditNoteLine> {
    Ok(CreditNoteLine {
        id: CreditNoteLineId(c.int()?),
        position: c.int()?,
        invoice_line_id: c.opt_int()?.map(LineId),
        item_id: c.opt_int()?.map(ItemId),
        item_code: c.opt_text()?,
        name: c.text()?,
        description: c.text()?,
        quantity: c.decimal()?,
        unit_price: c.decimal()?,
        tax_treatment: line_tax(c)?,
        gross: c.int()?,
        taxable: c.int()?,
        tax: c.int()?,
    })
}

/// `base_total`: the note's total in base currency, minor units.
pub async fn insert(
    tx: &mut Tx<'_>,
    document: &NoteDocument,
    series: Option<SeriesNumber>,
    base_total: i64,
) -> Result<()> {
    let tenant = tx.tenant();
    let note = &document.note;
    let mut row = vec![
        Value::from(tenant),
        Value::from(note.id),
        Value::from(note.entity_id),
        Value::from(note.customer_id),
        Value::from(note.invoice_id),
        Value::from(note.state.word()),
        Value::from(note.number.as_deref()),
        Value::from(note.number_origin.map(NumberOrigin::word)),
        Value::from(series.map(|number| number.series)),
        Value::from(series.map(|number| number.year)),
        Value::from(series.map(|number| number.value)),
        Value::from(note.reference.as_str()),
        Value::from(note.currency.code()),
    ];
    bind_fx(&mut row, note.fx.as_ref());
    row.extend([
        Value::from(note.price_mode.word()),
        Value::from(note.tax_rounding.word()),
        Value::from(note.dated_on),
        Value::from(note.posted_on),
        Value::from(note.ex_tax),
        Value::from(note.tax),
        Value::from(note.total),
        Value::from(base_total),
        Value::from(note.applied),
        Value::from(note.refunded),
        Value::from(note.remaining),
        Value::from(note.is_amount_only),
        Value::from(note.reason.as_str()),
        Value::from(note.memo.as_str()),
        Value::from(note.terms_text.as_str()),
        Value::from(note.customer_name.as_str()),
        Value::from(note.customer_email.as_str()),
        Value::from(note.version),
        Value::from(note.issued_at),
        Value::from(note.voided_at),
        Value::from(note.withdrawn_at),
        Value::from(note.created_at),
        Value::from(note.updated_at),
    ]);
    tx.insert(&INSERT_NOTE, &row).await?;
    insert_lines(tx, document).await?;
    let taxes = (1_i64..).zip(&document.taxes).map(|(position, tax)| tax_values(tenant, note.id.0, position, tax));
    let taxes = Batch::of(&INSERT_NOTE_TAX, taxes);
    tx.insert_many(&INSERT_NOTE_TAX, &taxes).await.map(drop)
}

async fn insert_lines(tx: &mut Tx<'_>, document: &NoteDocument) -> Result<()> {
    let tenant = tx.tenant();
    let rows = document.lines.iter().map(|line| {
        let tax = &line.tax_treatment;
        [
            Value::from(tenant),
            Value::from(document.note.id),
            Value::from(line.position),
            Value::from(line.id),
            Value::from(line.invoice_line_id),
            Value::from(line.item_id),
            Value::from(line.item_code.as_deref()),
            Value::from(line.name.as_str()),
            Value::from(line.description.as_str()),
            Value::from(line.quantity.mantissa()),
            Value::from(i64::from(line.quantity.scale())),
            Value::from(line.unit_price.mantissa()),
            Value::from(i64::from(line.unit_price.scale())),
            Value::from(tax.group_id),
            Value::from(tax.group_name.as_str()),
            Value::from(tax.category.word()),
            Value::from(write_components(&tax.components)),
            Value::from(tax.exemption.as_ref().map(|exemption| exemption.code.as_str())),
            Value::from(tax.exemption.as_ref().map(|exemption| exemption.reason.as_str())),
            Value::from(line.gross),
            Value::from(line.taxable),
            Value::from(line.tax),
        ]
    });
    let rows = Batch::of(&INSERT_NOTE_LINE, rows);
    tx.insert_many(&INSERT_NOTE_LINE, &rows).await.map(drop)
}

/// Writes state, number, dates and what was used of the note; its lines never change.
pub async fn update(tx: &mut Tx<'_>, note: &CreditNote) -> Result<()> {
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(note.id),
        Value::from(note.state.word()),
        Value::from(note.number.as_deref()),
        Value::from(note.number_origin.map(NumberOrigin::word)),
        Value::from(note.posted_on),
        Value::from(note.applied),
        Value::from(note.refunded),
        Value::from(note.remaining),
        Value::from(note.issued_at),
        Value::from(note.voided_at),
        Value::from(note.updated_at),
    ];
    bind_fx(&mut row, note.fx.as_ref());
    row.extend([Value::from(note.dated_on), Value::from(note.withdrawn_at)]);
    match tx.exec(&UPDATE_NOTE, &row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("UPDATE_NOTE")),
    }
}

/// Keeps an own number's parts, and the total in base currency, of a note just issued.
pub async fn set_series_number(tx: &mut Tx<'_>, id: CreditNoteId, number: SeriesNumber, base_total: i64) -> Result<()> {
    let row = params![tx.tenant(), id, number.series, number.year, number.value, base_total];
    match tx.exec(&NUMBER_NOTE, row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("NUMBER_NOTE")),
    }
}

pub async fn base_total(tx: &mut Tx<'_>, id: CreditNoteId) -> Result<i64> {
    let tenant = tx.tenant();
    tx.one(&LOAD_NOTE_BASE, params![tenant, id], |row| row.int(0)).await
}

pub async fn load(tx: &mut Tx<'_>, id: CreditNoteId) -> Result<Option<CreditNote>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_NOTE, params![tenant, id], note).await
}

pub async fn load_document(tx: &mut Tx<'_>, id: CreditNoteId) -> Result<Option<NoteDocument>> {
    let tenant = tx.tenant();
    let Some(note) = load(tx, id).await? else {
        return Ok(None);
    };
    let lines = tx.all(&LOAD_NOTE_LINES, params![tenant, id], note_line_row).await?;
    let taxes = tx.all(&LOAD_NOTE_TAXES, params![tenant, id], tax_row).await?;
    Ok(Some(NoteDocument { note, lines, taxes }))
}

pub async fn load_many(tx: &mut Tx<'_>, ids: &[CreditNoteId]) -> Result<Vec<CreditNote>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(&LOAD_NOTES, params![tenant, ids.as_slice()], note).await
}

/// Loads and locks several, ids ascending.
pub async fn lock_many(tx: &mut Tx<'_>, ids: &[CreditNoteId]) -> Result<Vec<CreditNote>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    tx.all(&LOCK_NOTES, params![tenant, ids.as_slice()], note).await
}

/// Issued notes whose lines point at the invoice.
pub async fn on_invoice(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<CreditNote>> {
    let tenant = tx.tenant();
    tx.all(&NOTES_ON_INVOICE, params![tenant, invoice], note).await
}

/// Every issued note on the invoice, whole: what has been credited so far. Three queries whatever their number.
pub async fn documents_on_invoice(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<NoteDocument>> {
    let notes = on_invoice(tx, invoice).await?;
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let mut lines = tx
        .all(&LINES_ON_INVOICE, params![tenant, invoice], |row| {
            let mut c = Columns::of(row);
            Ok((CreditNoteId(c.int()?), note_line(&mut c)?))
        })
        .await?;
    let mut taxes = tx
        .all(&TAXES_ON_INVOICE, params![tenant, invoice], |row| Ok((CreditNoteId(row.int(9)?), tax_row(row)?)))
        .await?;
    Ok(notes
        .into_iter()
        .map(|note| NoteDocument {
            lines: lines.extract_if(.., |(of, _)| *of == note.id).map(|(_, line)| line).collect(),
            taxes: taxes.extract_if(.., |(of, _)| *of == note.id).map(|(_, tax)| tax).collect(),
            note,
        })
        .collect())
}

/// The notes' documents, in the order of `notes`. Two queries whatever their number.
pub async fn with_lines(tx: &mut Tx<'_>, notes: Vec<CreditNote>) -> Result<Vec<NoteDocument>> {
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = notes.iter().map(|note| note.id.0).collect();
    let mut lines = tx
        .all(&LINES_OF_NOTES, params![tenant, ids.as_slice()], |row| {
            let mut c = Columns::of(row);
            Ok((CreditNoteId(c.int()?), note_line(&mut c)?))
        })
        .await?;
    let mut taxes = tx
        .all(&TAXES_OF_NOTES, params![tenant, ids.as_slice()], |row| Ok((CreditNoteId(row.int(9)?), tax_row(row)?)))
        .await?;
    Ok(notes
        .into_iter()
        .map(|note| NoteDocument {
            lines: lines.extract_if(.., |(of, _)| *of == note.id).map(|(_, line)| line).collect(),
            taxes: taxes.extract_if(.., |(of, _)| *of == note.id).map(|(_, tax)| tax).collect(),
            note,
        })
        .collect())
}

/// Notes in id order after `after` (0 for the first page), of one customer (with or without its drafts) or all.
pub async fn list(
    tx: &mut Tx<'_>,
    customer: Option<(CustomerId, bool)>,
    after: i64,
    limit: i64,
) -> Result<Vec<CreditNote>> {
    let tenant = tx.tenant();
    match customer {
        Some((customer, with_drafts)) => {
            tx.all(&LIST_NOTES_OF, params![tenant, after, limit, customer, with_drafts], note).await
        }
        None => tx.all(&LIST_NOTES, params![tenant, after, limit], note).await,
    }
}

pub async fn delete_draft(tx: &mut Tx<'_>, id: CreditNoteId) -> Result<bool> {
    let tenant = tx.tenant();
    tx.exec(&DELETE_NOTE_LINES, params![tenant, id]).await?;
    tx.exec(&DELETE_NOTE_TAXES, params![tenant, id]).await?;
    Ok(tx.exec(&DELETE_NOTE, params![tenant, id]).await? == 1)
}

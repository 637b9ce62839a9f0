//! Invoices and credit notes with their parts.

use super::{Part, Window, part};
use crate::columns::Columns;
use crate::credit_notes::{note_columns, note_line, note_line_columns, note_of};
use crate::invoice_parts::{allowance_of, line, tax_of};
use crate::invoices::{SeriesNumber, invoice};
use crate::{Result, Row, Tx, invoice_columns, line_columns, params, sql};
use domain::credit_note::{CreditNote, CreditNoteLine};
use domain::id::SeriesId;
use domain::invoice::{Allowance, Invoice, Line, TaxTotal};

sql! {
    AUDIT_INVOICES = concat!("SELECT i.id, (SELECT COUNT(*) FROM invoice_lines l WHERE l.tenant_id = i.tenant_id \
        AND l.invoice_id = i.id), i.base_total, i.content_hash, i.series_id, i.series_year, i.series_value, ",
        invoice_columns!(), " FROM invoices i WHERE i.tenant_id = $1 AND i.id > $2 ORDER BY i.id LIMIT $3");
    AUDIT_LINES = concat!("SELECT l.invoice_id, ", line_columns!(), " FROM invoice_lines l \
        WHERE l.tenant_id = $1 AND l.invoice_id > $2 AND l.invoice_id <= $3 ORDER BY l.invoice_id, l.position");
    AUDIT_TAXES = "SELECT invoice_id, tax_group_id, tax_group_name, tax_category, tax_components, exemption_code, \
        exemption_reason, base, amount, component_amounts FROM invoice_taxes \
        WHERE tenant_id = $1 AND invoice_id > $2 AND invoice_id <= $3 ORDER BY invoice_id, position";
    AUDIT_ALLOWANCES = "SELECT invoice_id, is_charge, name, code, percent, fixed, priority, tax, amount \
        FROM invoice_allowances \
        WHERE tenant_id = $1 AND invoice_id > $2 AND invoice_id <= $3 ORDER BY invoice_id, position";
    AUDIT_REVISION_COUNTS = "SELECT invoice_id, COUNT(*), MAX(revision) FROM invoice_revisions \
        WHERE tenant_id = $1 AND invoice_id > $2 AND invoice_id <= $3 GROUP BY invoice_id";
    AUDIT_REVISIONS = "SELECT invoice_id, revision, content, content_hash FROM invoice_revisions \
        WHERE tenant_id = $1 AND (invoice_id > $2 OR (invoice_id = $2 AND revision > $3)) \
        ORDER BY invoice_id, revision LIMIT $4";
    AUDIT_NOTES = concat!("SELECT n.id, (SELECT COUNT(*) FROM credit_note_lines l WHERE l.tenant_id = n.tenant_id \
        AND l.credit_note_id = n.id), n.base_total, NULL, n.series_id, n.series_year, n.series_value, ",
        note_columns!(), " FROM credit_notes n WHERE n.tenant_id = $1 AND n.id > $2 ORDER BY n.id LIMIT $3");
    AUDIT_NOTE_LINES = concat!("SELECT l.credit_note_id, ", note_line_columns!(), " FROM credit_note_lines l \
        WHERE l.tenant_id = $1 AND l.credit_note_id > $2 AND l.credit_note_id <= $3 \
        ORDER BY l.credit_note_id, l.position");
    AUDIT_NOTE_TAXES = "SELECT credit_note_id, tax_group_id, tax_group_name, tax_category, tax_components, \
        exemption_code, exemption_reason, base, amount, component_amounts FROM credit_note_taxes \
        WHERE tenant_id = $1 AND credit_note_id > $2 AND credit_note_id <= $3 ORDER BY credit_note_id, position";
    AUDIT_CREDITED = "SELECT n.invoice_id, l.invoice_line_id, l.gross, n.id, n.total FROM credit_notes n \
        JOIN credit_note_lines l ON l.tenant_id = n.tenant_id AND l.credit_note_id = n.id \
        WHERE n.tenant_id = $1 AND n.invoice_id > $2 AND n.invoice_id <= $3 AND n.state = 'issued'";
}

/// A document's header with what only the store keeps beside it.
#[derive(Clone, Debug)]
pub struct Audited<T> {
    pub noun: T,
    /// How many lines it has: what reading it whole costs.
    pub line_count: usize,
    /// The total in base currency as stored, minor units.
    pub base_total: i64,
    /// Invoices only.
    pub content_hash: Option<String>,
    pub series: Option<SeriesNumber>,
}

fn audited<T>(row: &Row<'_>, read: fn(&mut Columns<'_, '_>) -> Result<T>) -> Result<Part<Audited<T>>> {
    part(row, |c| {
        Ok(Audited {
            line_count: usize::try_from(c.int()?).unwrap_or(usize::MAX),
            base_total: c.int()?,
            content_hash: c.opt_text()?,
            series: match (c.opt_int()?, c.opt_int()?, c.opt_int()?) {
                (Some(series), Some(year), Some(value)) => Some(SeriesNumber { series: SeriesId(series), year, value }),
                _ => None,
            },
            noun: read(c)?,
        })
    })
}

/// Invoices in id order after `after`.
pub async fn invoices(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<Audited<Invoice>>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_INVOICES, params![tenant, after, limit], |row| audited(row, invoice)).await
}

/// What belongs to the invoices of a window, each part with its invoice's id, in the order of ids and positions.
#[derive(Debug, Default)]
pub struct InvoiceParts {
    pub lines: Vec<Part<Line>>,
    pub taxes: Vec<Part<TaxTotal>>,
    pub allowances: Vec<Part<Allowance>>,
    /// How many superseded revisions are kept, and the newest of them.
    pub revisions: Vec<(i64, (i64, i64))>,
    /// What issued notes give back of invoice lines.
    pub credited: Vec<Credited>,
}

/// One line of an issued note on an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credited {
    pub invoice_id: i64,
    pub invoice_line_id: Option<i64>,
    /// Without tax where prices exclude it, with it where they include it. Minor units.
    pub gross: i64,
    pub credit_note_id: i64,
    /// The whole note, tax included.
    pub credit_note_total: i64,
}

pub async fn invoice_parts(tx: &mut Tx<'_>, window: Window) -> Result<InvoiceParts> {
    let range = params![tx.tenant(), window.after, window.through];
    Ok(InvoiceParts {
        lines: tx.all(&AUDIT_LINES, range, |row| part(row, line)).await?,
        taxes: tx.all(&AUDIT_TAXES, range, |row| part(row, tax_of)).await?,
        allowances: tx.all(&AUDIT_ALLOWANCES, range, |row| part(row, allowance_of)).await?,
        revisions: tx.all(&AUDIT_REVISION_COUNTS, range, |row| Ok((row.int(0)?, (row.int(1)?, row.int(2)?)))).await?,
        credited: tx
            .all(&AUDIT_CREDITED, range, |row| {
                Ok(Credited {
                    invoice_id: row.int(0)?,
                    invoice_line_id: row.opt_int(1)?,
                    gross: row.int(2)?,
                    credit_note_id: row.int(3)?,
                    credit_note_total: row.int(4)?,
                })
            })
            .await?,
    })
}

/// A superseded revision as it is kept.
#[derive(Clone, Debug)]
pub struct KeptRevision {
    pub invoice_id: i64,
    pub revision: i64,
    pub content: String,
    pub content_hash: String,
}

/// Kept revisions in the order of invoice and revision, after that of `after`.
pub async fn revisions(tx: &mut Tx<'_>, after: (i64, i64), limit: i64) -> Result<Vec<KeptRevision>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_REVISIONS, params![tenant, after.0, after.1, limit], |row| {
        Ok(KeptRevision {
            invoice_id: row.int(0)?,
            revision: row.int(1)?,
            content: row.text(2)?,
            content_hash: row.text(3)?,
        })
    })
    .await
}

/// Credit notes in id order after `after`.
pub async fn credit_notes(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<Audited<CreditNote>>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_NOTES, params![tenant, after, limit], |row| audited(row, note_of)).await
}

/// Lines and taxes of the notes of a window.
#[derive(Debug, Default)]
pub struct NoteParts {
    pub lines: Vec<Part<CreditNoteLine>>,
    pub taxes: Vec<Part<TaxTotal>>,
}

pub async fn note_parts(tx: &mut Tx<'_>, window: Window) -> Result<NoteParts> {
    let range = params![tx.tenant(), window.after, window.through];
    Ok(NoteParts {
        lines: tx.all(&AUDIT_NOTE_LINES, range, |row| part(row, note_line)).await?,
        taxes: tx.all(&AUDIT_NOTE_TAXES, range, |row| part(row, tax_of)).await?,
    })
}

//! What settles: applications, payments, write-offs, refunds.

use super::{Part, Window, part};
use crate::applications::{application_columns, application_of, refund, refund_columns, write_off, write_off_columns};
use crate::payments::{payment_columns, payment_of};
use crate::{Result, Tx, params, sql};
use domain::payment::{Application, Payment, Refund, WriteOff};

sql! {
    AUDIT_ON_INVOICES = concat!("SELECT a.invoice_id, ", application_columns!(), " FROM applications a \
        WHERE a.tenant_id = $1 AND a.invoice_id > $2 AND a.invoice_id <= $3 ORDER BY a.invoice_id, a.id");
    AUDIT_OF_SOURCES = concat!("SELECT a.source_id, ", application_columns!(), " FROM applications a \
        WHERE a.tenant_id = $1 AND a.source_kind = $4 AND a.source_id > $2 AND a.source_id <= $3 \
        ORDER BY a.source_id, a.id");
    AUDIT_WRITE_OFFS = concat!("SELECT ", write_off_columns!(), " FROM write_offs \
        WHERE tenant_id = $1 AND invoice_id > $2 AND invoice_id <= $3 ORDER BY invoice_id, id");
    AUDIT_PAYMENTS = concat!("SELECT p.id, p.base_amount, ", payment_columns!(), " FROM payments p \
        WHERE p.tenant_id = $1 AND p.id > $2 ORDER BY p.id LIMIT $3");
    AUDIT_PAYMENT_REFUNDS = concat!("SELECT ", refund_columns!(), " FROM refunds \
        WHERE tenant_id = $1 AND payment_id > $2 AND payment_id <= $3 ORDER BY payment_id, id");
    AUDIT_NOTE_REFUNDS = concat!("SELECT ", refund_columns!(), " FROM refunds \
        WHERE tenant_id = $1 AND credit_note_id > $2 AND credit_note_id <= $3 ORDER BY credit_note_id, id");
    AUDIT_REFUNDS = concat!("SELECT r.id, p.entity_id, p.currency, p.customer_id, n.entity_id, n.currency, \
        n.customer_id, ", refund_columns!("r."), " FROM refunds r \
        LEFT JOIN payments p ON p.tenant_id = r.tenant_id AND p.id = r.payment_id \
        LEFT JOIN credit_notes n ON n.tenant_id = r.tenant_id AND n.id = r.credit_note_id \
        WHERE r.tenant_id = $1 AND r.id > $2 ORDER BY r.id LIMIT $3");
    AUDIT_APPLICATIONS = concat!("SELECT a.id, i.entity_id, i.currency, i.customer_id, \
        COALESCE(p.entity_id, n.entity_id, w.entity_id), COALESCE(p.currency, n.currency, w.currency), \
        COALESCE(p.customer_id, n.customer_id, w.customer_id), ", application_columns!(), " FROM applications a \
        JOIN invoices i ON i.tenant_id = a.tenant_id AND i.id = a.invoice_id \
        LEFT JOIN payments p ON a.source_kind = 'payment' AND p.tenant_id = a.tenant_id AND p.id = a.source_id \
        LEFT JOIN credit_notes n ON a.source_kind = 'credit_note' AND n.tenant_id = a.tenant_id AND n.id = a.source_id \
        LEFT JOIN write_offs w ON a.source_kind = 'write_off' AND w.tenant_id = a.tenant_id AND w.id = a.source_id \
        WHERE a.tenant_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3");
}

/// Applications on the invoices of a window, each with its invoice's id.
pub async fn on_invoices(tx: &mut Tx<'_>, window: Window) -> Result<Vec<Part<Application>>> {
    let range = params![tx.tenant(), window.after, window.through];
    tx.all(&AUDIT_ON_INVOICES, range, |row| part(row, application_of)).await
}

/// Applications of the payments or notes of a window, each with its source's id.
pub async fn of_sources(tx: &mut Tx<'_>, kind: &'static str, window: Window) -> Result<Vec<Part<Application>>> {
    let range = params![tx.tenant(), window.after, window.through, kind];
    tx.all(&AUDIT_OF_SOURCES, range, |row| part(row, application_of)).await
}

/// Write-offs of the invoices of a window, each with its own id.
pub async fn write_offs(tx: &mut Tx<'_>, window: Window) -> Result<Vec<Part<WriteOff>>> {
    let range = params![tx.tenant(), window.after, window.through];
    tx.all(&AUDIT_WRITE_OFFS, range, |row| Ok((row.int(0)?, write_off(row).map_err(|error| error.to_string())))).await
}

/// Payments in id order after `after`, with their amounts in base currency.
pub async fn payments(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<(Payment, i64)>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_PAYMENTS, params![tenant, after, limit], |row| {
        part(row, |c| {
            let base_amount = c.int()?;
            Ok((payment_of(c)?, base_amount))
        })
    })
    .await
}

/// Refunds that name the payments of a window, each with its own id.
pub async fn refunds_of_payments(tx: &mut Tx<'_>, window: Window) -> Result<Vec<Part<Refund>>> {
    let range = params![tx.tenant(), window.after, window.through];
    tx.all(&AUDIT_PAYMENT_REFUNDS, range, |row| Ok((row.int(0)?, refund(row).map_err(|error| error.to_string())))).await
}

/// Refunds of the notes of a window, each with its own id.
pub async fn refunds_of_notes(tx: &mut Tx<'_>, window: Window) -> Result<Vec<Part<Refund>>> {
    let range = params![tx.tenant(), window.after, window.through];
    tx.all(&AUDIT_NOTE_REFUNDS, range, |row| Ok((row.int(0)?, refund(row).map_err(|error| error.to_string())))).await
}

/// What two ends of a link must share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub entity_id: i64,
    pub currency: String,
    pub customer_id: i64,
}

type Ends = (Option<i64>, Option<String>, Option<i64>);

fn end((entity_id, currency, customer_id): Ends) -> Option<End> {
    Some(End { entity_id: entity_id?, currency: currency?, customer_id: customer_id? })
}

/// An application with both of its ends; `source` is `None` when there is no such source.
#[derive(Clone, Debug)]
pub struct Linked {
    pub row: Application,
    pub invoice: End,
    pub source: Option<End>,
}

/// Applications in id order after `after`.
pub async fn applications(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<Linked>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_APPLICATIONS, params![tenant, after, limit], |row| {
        part(row, |c| {
            let invoice = End { entity_id: c.int()?, currency: c.text()?, customer_id: c.int()? };
            let source = end((c.opt_int()?, c.opt_text()?, c.opt_int()?));
            Ok(Linked { row: application_of(c)?, invoice, source })
        })
    })
    .await
}

/// A refund with the payment and the note that it names, as far as they exist.
#[derive(Clone, Debug)]
pub struct LinkedRefund {
    pub refund: Refund,
    pub payment: Option<End>,
    pub credit_note: Option<End>,
}

/// Refunds in id order after `after`.
pub async fn refunds(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<LinkedRefund>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_REFUNDS, params![tenant, after, limit], |row| {
        part(row, |c| {
            let payment = end((c.opt_int()?, c.opt_text()?, c.opt_int()?));
            let credit_note = end((c.opt_int()?, c.opt_text()?, c.opt_int()?));
            Ok(LinkedRefund { refund: crate::applications::refund_of(c)?, payment, credit_note })
        })
    })
    .await
}

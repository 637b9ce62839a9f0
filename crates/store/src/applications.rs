//! What was put on invoices and what was taken back: applications, refunds, write-offs.

use crate::columns::Columns;
use crate::{Batch, Error, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{ApplicationId, CreditNoteId, CustomerId, EntityId, InvoiceId, PaymentId, RefundId, WriteOffId};
use domain::payment::{Application, PaymentMode, Refund, RefundKind, ReversalKind, Source, WriteOff};

macro_rules! application_columns {
    () => {
        "a.id, a.source_kind, a.source_id, a.invoice_id, a.customer_id, a.amount, a.applied_on, a.reverses_id, \
         a.reversal_kind, a.receivable_base, a.source_base, a.created_at"
    };
}
pub(crate) use application_columns;

macro_rules! refund_columns {
    () => {
        refund_columns!("")
    };
    ($of:literal) => {
        concat!(
            $of,
            "id, ",
            $of,
            "kind, ",
            $of,
            "customer_id, ",
            $of,
            "entity_id, ",
            $of,
            "currency, ",
            $of,
            "payment_id, ",
            $of,
            "credit_note_id, ",
            $of,
            "invoice_id, ",
            $of,
            "amount, ",
            $of,
            "refunded_on, ",
            $of,
            "mode, ",
            $of,
            "reference, ",
            $of,
            "description, ",
            $of,
            "created_at"
        )
    };
}
pub(crate) use refund_columns;

macro_rules! write_off_columns {
    () => {
        "id, invoice_id, customer_id, entity_id, currency, amount, cancelled, tax_relief, tax_relief_cancelled, \
         reason, written_off_on, created_at"
    };
}
pub(crate) use write_off_columns;

insert! {
    INSERT_APPLICATION = "applications" (tenant_id, id, source_kind, source_id, invoice_id, customer_id, amount,
        applied_on, reverses_id, reversal_kind, receivable_base, source_base, created_at);
    INSERT_REFUND = "refunds" (tenant_id, id, kind, customer_id, entity_id, currency, payment_id, credit_note_id,
        invoice_id, amount, refunded_on, mode, reference, description, created_at);
    INSERT_WRITE_OFF = "write_offs" (tenant_id, id, invoice_id, customer_id, entity_id, currency, amount, cancelled,
        tax_relief, tax_relief_cancelled, reason, written_off_on, created_at);
}

sql! {
    pub LOAD_APPLICATIONS = concat!("SELECT ", application_columns!(),
        " FROM applications a WHERE a.tenant_id = $1 AND a.invoice_id = $2 ORDER BY a.id");
    APPLICATIONS_OF_SOURCE = concat!("SELECT ", application_columns!(),
        " FROM applications a WHERE a.tenant_id = $1 AND a.source_kind = $2 AND a.source_id = $3 ORDER BY a.id");
    APPLICATIONS_OF_SOURCES = concat!("SELECT ", application_columns!(),
        " FROM applications a WHERE a.tenant_id = $1 AND a.source_kind = $2 AND a.source_id @in($3) ORDER BY a.id");
    LOAD_REFUND = concat!("SELECT ", refund_columns!(), " FROM refunds WHERE tenant_id = $1 AND id = $2");
    LIST_REFUNDS = concat!("SELECT ", refund_columns!(),
        " FROM refunds WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    REFUNDS_OF_PAYMENTS = concat!("SELECT ", refund_columns!(),
        " FROM refunds WHERE tenant_id = $1 AND payment_id @in($2) ORDER BY id");
    LOAD_WRITE_OFFS = concat!("SELECT ", write_off_columns!(),
        " FROM write_offs WHERE tenant_id = $1 AND invoice_id = $2 ORDER BY id");
    CANCEL_WRITE_OFF = "UPDATE write_offs SET cancelled = $3, tax_relief_cancelled = $4 \
        WHERE tenant_id = $1 AND id = $2";
}

fn source_parts(source: Source) -> (&'static str, i64) {
    match source {
        Source::Payment(id) => ("payment", id.0),
        Source::CreditNote(id) => ("credit_note", id.0),
        Source::WriteOff(id) => ("write_off", id.0),
    }
}

fn source(kind: &str, id: i64) -> Option<Source> {
    match kind {
        "payment" => Some(Source::Payment(PaymentId(id))),
        "credit_note" => Some(Source::CreditNote(CreditNoteId(id))),
        "write_off" => Some(Source::WriteOff(WriteOffId(id))),
        _ => None,
    }
}

/// A row of [`LOAD_APPLICATIONS`].
pub fn application_row(row: &Row<'_>) -> Result<Application> {
    application_of(&mut Columns::of(row))
}

pub(crate) fn application_of(c: &mut Columns<'_, '_>) -> Result<Application> {
    Ok(Application {
        id: ApplicationId(c.int()?),
        source: {
            let (kind, id) = (c.text()?, c.int()?);
            source(&kind, id).ok_or_else(|| c.fault(&kind))?
        },
        invoice_id: InvoiceId(c.int()?),
        customer_id: CustomerId(c.int()?),
        amount: c.int()?,
        applied_on: c.date()?,
        reverses: {
            let (id, kind) = (c.opt_int()?, c.opt_word(ReversalKind::from_word)?);
            id.map(ApplicationId).zip(kind)
        },
        receivable_base: c.int()?,
        source_base: c.int()?,
        created_at: c.instant()?,
    })
}

pub async fn insert_many(tx: &mut Tx<'_>, applications: &[Application]) -> Result<()> {
    let tenant = tx.tenant();
    let rows = applications.iter().map(|application| {
        let (kind, id) = source_parts(application.source);
        [
            Value::from(tenant),
            Value::from(application.id),
            Value::from(kind),
            Value::from(id),
            Value::from(application.invoice_id),
            Value::from(application.customer_id),
            Value::from(application.amount),
            Value::from(application.applied_on),
            Value::from(application.reverses.map(|(id, _)| id)),
            Value::from(application.reverses.map(|(_, kind)| kind.word())),
            Value::from(application.receivable_base),
            Value::from(application.source_base),
            Value::from(application.created_at),
        ]
    });
    let rows = Batch::of(&INSERT_APPLICATION, rows);
    tx.insert_many(&INSERT_APPLICATION, &rows).await.map(drop)
}

pub async fn on_invoice(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<Application>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_APPLICATIONS, params![tenant, invoice], application_row).await
}

pub async fn of_source(tx: &mut Tx<'_>, source: Source) -> Result<Vec<Application>> {
    let (kind, id) = source_parts(source);
    let tenant = tx.tenant();
    tx.all(&APPLICATIONS_OF_SOURCE, params![tenant, kind, id], application_row).await
}

/// Applications of several sources of one kind (`payment`, `credit_note`, `write_off`).
pub async fn of_sources(tx: &mut Tx<'_>, kind: &'static str, ids: &[i64]) -> Result<Vec<Application>> {
    let tenant = tx.tenant();
    tx.all(&APPLICATIONS_OF_SOURCES, params![tenant, kind, ids], application_row).await
}

pub(crate) fn refund(row: &Row<'_>) -> Result<Refund> {
    refund_of(&mut Columns::of(row))
}

pub(crate) fn refund_of(c: &mut Columns<'_, '_>) -> Result<Refund> {
    Ok(Refund {
        id: RefundId(c.int()?),
        kind: c.word(RefundKind::from_word)?,
        customer_id: CustomerId(c.int()?),
        entity_id: EntityId(c.int()?),
        currency: c.currency()?,
        payment_id: c.opt_int()?.map(PaymentId),
        credit_note_id: c.opt_int()?.map(CreditNoteId),
        invoice_id: c.opt_int()?.map(InvoiceId),
        amount: c.int()?,
        refunded_on: c.date()?,
        mode: c.word(PaymentMode::from_word)?,
        reference: c.text()?,
        description: c.text()?,
        created_at: c.instant()?,
    })
}

pub async fn insert_refund(tx: &mut Tx<'_>, refund: &Refund) -> Result<()> {
    let row = params![
        tx.tenant(),
        refund.id,
        refund.kind.word(),
        refund.customer_id,
        refund.entity_id,
        refund.currency.code(),
        refund.payment_id,
        refund.credit_note_id,
        refund.invoice_id,
        refund.amount,
        refund.refunded_on,
        refund.mode.word(),
        refund.reference.as_str(),
        refund.description.as_str(),
        refund.created_at,
    ];
    tx.insert(&INSERT_REFUND, row).await
}

pub async fn refund_by_id(tx: &mut Tx<'_>, id: RefundId) -> Result<Option<Refund>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_REFUND, params![tenant, id], refund).await
}

/// Refunds in id order after `after` (0 for the first page).
pub async fn refunds(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Refund>> {
    let tenant = tx.tenant();
    tx.all(&LIST_REFUNDS, params![tenant, after, limit], refund).await
}

pub async fn refunds_of_payments(tx: &mut Tx<'_>, payments: &[PaymentId]) -> Result<Vec<Refund>> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = payments.iter().map(|id| id.0).collect();
    tx.all(&REFUNDS_OF_PAYMENTS, params![tenant, ids.as_slice()], refund).await
}

pub(crate) fn write_off(row: &Row<'_>) -> Result<WriteOff> {
    let mut c = Columns::of(row);
    Ok(WriteOff {
        id: WriteOffId(c.int()?),
        invoice_id: InvoiceId(c.int()?),
        customer_id: CustomerId(c.int()?),
        entity_id: EntityId(c.int()?),
        currency: c.currency()?,
        amount: c.int()?,
        cancelled: c.int()?,
        tax_relief: c.int()?,
        tax_relief_cancelled: c.int()?,
        reason: c.text()?,
        written_off_on: c.date()?,
        created_at: c.instant()?,
    })
}

pub async fn insert_write_off(tx: &mut Tx<'_>, write_off: &WriteOff) -> Result<()> {
    let row = params![
        tx.tenant(),
        write_off.id,
        write_off.invoice_id,
        write_off.customer_id,
        write_off.entity_id,
        write_off.currency.code(),
        write_off.amount,
        write_off.cancelled,
        write_off.tax_relief,
        write_off.tax_relief_cancelled,
        write_off.reason.as_str(),
        write_off.written_off_on,
        write_off.created_at,
    ];
    tx.insert(&INSERT_WRITE_OFF, row).await
}

pub async fn write_offs(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<WriteOff>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_WRITE_OFFS, params![tenant, invoice], write_off).await
}

/// Writes how much of a write-off has been cancelled.
pub async fn set_write_off_cancelled(tx: &mut Tx<'_>, write_off: &WriteOff) -> Result<()> {
    let row = params![tx.tenant(), write_off.id, write_off.cancelled, write_off.tax_relief_cancelled];
    match tx.exec(&CANCEL_WRITE_OFF, row).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("CANCEL_WRITE_OFF")),
    }
}

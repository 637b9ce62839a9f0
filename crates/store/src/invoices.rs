//! Invoice headers. Their lines, taxes, allowances and revisions are in `invoice_parts`, their lists in
//! `invoice_list`.

use crate::columns::{Columns, bind_address, bind_fx};
use crate::{Batch, Error, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{CustomerId, EntityId, InvoiceId, SalespersonId, SeriesId};
use domain::invoice::{Invoice, InvoiceKind, NumberOrigin, Settled, State, Totals};
use domain::tax::{PriceMode, TaxRounding};

/// The header's columns in the order of [`invoice`], for `FROM invoices i`.
#[macro_export]
#[doc(hidden)]
macro_rules! invoice_columns {
    () => {
        "i.id, i.entity_id, i.customer_id, i.kind, i.state, i.number, i.number_origin, i.reference, i.external_key, \
         i.token, i.currency, i.fx_mantissa, i.fx_scale, i.fx_source, i.fx_on, i.price_mode, i.tax_rounding, \
         i.dated_on, i.due_on, i.target_on, i.posted_on, i.terms_id, i.terms_name, i.terms_days, i.net, \
         i.allowances, i.charges, i.ex_tax, i.tax, i.total, i.rounding, i.payments_gross, i.refunds, i.credits, \
         i.write_offs, i.balance, i.paid_on, i.payment_expected_on, i.sent_at, i.issued_at, i.voided_at, \
         i.withdrawn_at, i.is_shared, i.is_imported, i.customer_name, i.customer_email, \
         i.bill_attention, i.bill_line1, i.bill_line2, i.bill_line3, i.bill_city, i.bill_state, i.bill_postcode, \
         i.bill_country, i.bill_phone, i.bill_fax, i.ship_attention, i.ship_line1, i.ship_line2, i.ship_line3, \
         i.ship_city, i.ship_state, i.ship_postcode, i.ship_country, i.ship_phone, i.ship_fax, i.memo, \
         i.terms_text, i.transaction_type, i.salesperson_id, i.salesperson_name, i.revision, i.version, \
         i.created_at, i.updated_at"
    };
}

insert! {
    INSERT_INVOICE = "invoices" (tenant_id, id, entity_id, customer_id, kind, state, number, number_origin,
        series_id, series_year, series_value, reference, external_key, token, currency, fx_mantissa, fx_scale,
        fx_source, fx_on, price_mode, tax_rounding, dated_on, due_on, target_on, posted_on, terms_id, terms_name,
        terms_days, net, allowances, charges, ex_tax, tax, total, rounding, base_total, payments_gross, refunds,
        credits, write_offs, balance, paid_on, payment_expected_on, sent_at, issued_at, voided_at, withdrawn_at,
        is_shared, is_imported, customer_name, customer_email, bill_attention, bill_line1, bill_line2, bill_line3,
        bill_city, bill_state, bill_postcode, bill_country, bill_phone, bill_fax, ship_attention, ship_line1,
        ship_line2, ship_line3, ship_city, ship_state, ship_postcode, ship_country, ship_phone, ship_fax, memo,
        terms_text, transaction_type, salesperson_id, salesperson_name, revision, version, content_hash, parts,
        created_at, updated_at);
    INSERT_EXTERNAL_NUMBER = "external_numbers" (tenant_id, kind, number, object_id);
}

sql! {
    LOAD_INVOICE = concat!("SELECT ", invoice_columns!(), " FROM invoices i WHERE i.tenant_id = $1 AND i.id = $2");
    pub LOAD_HEADER = concat!("SELECT ", invoice_columns!(), ", i.parts, e.name, e.time_zone, t.business_at FROM invoices i \
        JOIN legal_entities e ON e.tenant_id = i.tenant_id AND e.id = i.entity_id \
        JOIN tenants t ON t.tenant_id = i.tenant_id WHERE i.tenant_id = $1 AND i.id = $2");
    LOAD_SPELLED = concat!("SELECT ", invoice_columns!(), ", i.parts, e.name, e.time_zone, t.business_at FROM invoices i \
        JOIN legal_entities e ON e.tenant_id = i.tenant_id AND e.id = i.entity_id \
        JOIN tenants t ON t.tenant_id = i.tenant_id WHERE i.tenant_id = $1 AND i.id = COALESCE( \
        (SELECT f.id FROM foreign_ids f WHERE f.tenant_id = $1 AND f.face = $2 AND f.kind = 'invoice' \
        AND f.foreign_id = $3), $4)");
    MARK_PARTS = "UPDATE invoices SET parts = parts | $3 WHERE tenant_id = $1 AND id = $2";
    MARK_LINE_PARTS = "UPDATE invoices SET parts = parts | $3 WHERE tenant_id = $1 AND id = \
        (SELECT l.invoice_id FROM invoice_lines l WHERE l.tenant_id = $1 AND l.id = $2)";
    FIND_BY_TOKEN = "SELECT id FROM invoices WHERE tenant_id = $1 AND token = $2";
    DELETE_DRAFT = "DELETE FROM invoices WHERE tenant_id = $1 AND id = $2 AND state = 'draft'";
    SETTLE_INVOICE = "UPDATE invoices SET payments_gross = $3, refunds = $4, credits = $5, write_offs = $6, \
        balance = $7, paid_on = $8, state = $9, voided_at = $10, withdrawn_at = $11, posted_on = $12, \
        version = version + 1, parts = parts | 2, updated_at = $13 WHERE tenant_id = $1 AND id = $2";
    SET_CONTENT_HASH = "UPDATE invoices SET content_hash = $3, base_total = $4 WHERE tenant_id = $1 AND id = $2";
    LOAD_CONTENT_HASH = "SELECT content_hash, base_total FROM invoices WHERE tenant_id = $1 AND id = $2";
    SET_IMPORTED = "UPDATE invoices SET is_imported = 1 WHERE tenant_id = $1 AND id = $2";
    NUMBER_INVOICE = "UPDATE invoices SET series_id = $3, series_year = $4, series_value = $5 \
        WHERE tenant_id = $1 AND id = $2";
    FIND_EXTERNAL_NUMBERS = "SELECT number, object_id FROM external_numbers \
        WHERE tenant_id = $1 AND kind = $2 AND number @in($3)";
    FORGET_EXTERNAL_NUMBER = "DELETE FROM external_numbers WHERE tenant_id = $1 AND kind = $2 AND object_id = $3";
    REPLACE_INVOICE = "UPDATE invoices SET entity_id = $3, customer_id = $4, kind = $5, state = $6, number = $7, \
        number_origin = $8, reference = $9, external_key = $10, currency = $11, fx_mantissa = $12, fx_scale = $13, \
        fx_source = $14, fx_on = $15, price_mode = $16, tax_rounding = $17, dated_on = $18, due_on = $19, \
        target_on = $20, posted_on = $21, terms_id = $22, terms_name = $23, terms_days = $24, net = $25, \
        allowances = $26, charges = $27, ex_tax = $28, tax = $29, total = $30, rounding = $31, balance = $32, \
        payment_expected_on = $33, sent_at = $34, issued_at = $35, is_shared = $36, customer_name = $37, \
        customer_email = $38, memo = $39, terms_text = $40, transaction_type = $41, salesperson_id = $42, \
        salesperson_name = $43, revision = $44, version = version + 1, updated_at = $45, bill_attention = $46, \
        bill_line1 = $47, bill_line2 = $48, bill_line3 = $49, bill_city = $50, bill_state = $51, \
        bill_postcode = $52, bill_country = $53, bill_phone = $54, bill_fax = $55, ship_attention = $56, \
        ship_line1 = $57, ship_line2 = $58, ship_line3 = $59, ship_city = $60, ship_state = $61, \
        ship_postcode = $62, ship_country = $63, ship_phone = $64, ship_fax = $65, paid_on = $66, \
        parts = parts | $67 \
        WHERE tenant_id = $1 AND id = $2";
}

sql! {
    locks LOCK_INVOICE = concat!("SELECT ", invoice_columns!(), " FROM invoices i WHERE i.tenant_id = $1 AND i.id = $2");
    locks LOCK_INVOICES = concat!("SELECT ", invoice_columns!(),
        " FROM invoices i WHERE i.tenant_id = $1 AND i.id @in($2) ORDER BY i.id");
}

pub(crate) fn invoice(c: &mut Columns<'_, '_>) -> Result<Invoice> {
    Ok(Invoice {
        id: InvoiceId(c.int()?),
        entity_id: EntityId(c.int()?),
        customer_id: CustomerId(c.int()?),
        kind: c.word(InvoiceKind::from_word)?,
        state: c.word(State::from_word)?,
        number: c.opt_text()?,
        number_origin: c.opt_word(NumberOrigin::from_word)?,
        reference: c.text()?,
        external_key: c.opt_text()?,
        token: c.text()?,
        currency: c.currency()?,
        fx: c.fx()?,
        price_mode: c.word(PriceMode::from_word)?,
        tax_rounding: c.word(TaxRounding::from_word)?,
        dated_on: c.date()?,
        due_on: c.date()?,
        target_on: c.opt_date()?,
        posted_on: c.opt_date()?,
        terms: c.terms()?,
        totals: Totals {
            net: c.int()?,
            allowances: c.int()?,
            charges: c.int()?,
            ex_tax: c.int()?,
            tax: c.int()?,
            total: c.int()?,
            rounding: c.int()?,
        },
        settled: Settled {
            payments_gross: c.int()?,
            refunds: c.int()?,
            credits: c.int()?,
            write_offs: c.int()?,
            balance: c.int()?,
        },
        paid_on: c.opt_date()?,
        payment_expected_on: c.opt_date()?,
        sent_at: c.opt_instant()?,
        issued_at: c.opt_instant()?,
        voided_at: c.opt_instant()?,
        withdrawn_at: c.opt_instant()?,
        is_shared: c.flag()?,
        is_imported: c.flag()?,
        customer_name: c.text()?,
        customer_email: c.text()?,
        bill_to: c.address()?,
        ship_to: c.address()?,
        memo: c.text()?,
        terms_text: c.text()?,
        transaction_type: c.text()?,
        salesperson: {
            let (id, name) = (c.opt_int()?, c.opt_text()?);
            id.map(|id| (SalespersonId(id), name.unwrap_or_default()))
        },
        revision: c.int()?,
        version: c.int()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

pub(crate) fn invoice_row(row: &Row<'_>) -> Result<Invoice> {
    invoice(&mut Columns::of(row))
}

/// What may hang on an invoice, as bits of `invoices.parts`: a reader asks only for what is there. A bit that is
/// set promises nothing, one that is not set does.
pub mod parts {
    pub const ALLOWANCES: i64 = 1;
    /// Written by `SETTLE_INVOICE` itself.
    pub const APPLICATIONS: i64 = 2;
    pub const VALUES: i64 = 4;
    pub const TAGS: i64 = 8;
    pub const SIDE_CARS: i64 = 16;
    pub const LINE_EXTRAS: i64 = 32;
}

fn parts_of(invoice: &Invoice) -> i64 {
    let has_allowances = invoice.totals.allowances != 0 || invoice.totals.charges != 0;
    if has_allowances { parts::ALLOWANCES } else { 0 }
}

/// Marks that something hangs on an invoice, or on the invoice of a line.
pub(crate) async fn mark(tx: &mut Tx<'_>, object_kind: &str, object_id: i64, bit: i64) -> Result<()> {
    let tenant = tx.tenant();
    match object_kind {
        InvoiceId::WORD => tx.exec(&MARK_PARTS, params![tenant, object_id, bit]).await.map(drop),
        domain::id::LineId::WORD => {
            tx.exec(&MARK_LINE_PARTS, params![tenant, object_id, parts::LINE_EXTRAS]).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// A header with what every reader of one invoice needs beside it.
#[derive(Clone, Debug)]
pub struct Header {
    pub invoice: Invoice,
    /// Bits of [`parts`].
    pub parts: i64,
    pub entity_name: String,
    pub time_zone: String,
    /// The tenant's own business clock, if a test clock set one.
    pub business_at: Option<jiff::Timestamp>,
}

/// A row of [`LOAD_HEADER`].
pub fn header(row: &Row<'_>) -> Result<Header> {
    let mut c = Columns::of(row);
    Ok(Header {
        invoice: invoice(&mut c)?,
        parts: c.int()?,
        entity_name: c.text()?,
        time_zone: c.text()?,
        business_at: c.opt_instant()?,
    })
}

pub async fn load_header(tx: &mut Tx<'_>, id: InvoiceId) -> Result<Option<Header>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_HEADER, params![tenant, id], header).await
}

/// By the text of a face: the foreign id that an import kept, else the native id that the text spells.
pub async fn load_spelled(
    tx: &mut Tx<'_>,
    face: &str,
    text: &str,
    native: Option<InvoiceId>,
) -> Result<Option<Header>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_SPELLED, params![tenant, face, text, native], header).await
}

/// An own number as its parts, kept beside the text so that gaps and doubles can be found in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesNumber {
    pub series: SeriesId,
    pub year: i64,
    pub value: i64,
}

/// A header with what only the store keeps beside it.
#[derive(Clone, Debug)]
pub struct NewInvoice<'a> {
    pub invoice: &'a Invoice,
    pub series: Option<SeriesNumber>,
    /// Hash over the issued document's content; `None` for drafts.
    pub content_hash: Option<&'a str>,
    /// The total in the legal entity's base currency, minor units.
    pub base_total: i64,
}

pub async fn insert_many(tx: &mut Tx<'_>, invoices: &[NewInvoice<'_>]) -> Result<()> {
    let tenant = tx.tenant();
    let rows = invoices.iter().map(|new| insert_row(tenant, new));
    let rows = Batch::of(&INSERT_INVOICE, rows);
    tx.insert_many(&INSERT_INVOICE, &rows).await?;
    let given = invoices.iter().map(|new| new.invoice);
    let given = given.filter(|invoice| invoice.number_origin == Some(NumberOrigin::External));
    let mut given: Vec<_> = given.filter_map(|invoice| Some((invoice.number.as_deref()?, invoice.id))).collect();
    if given.is_empty() {
        return Ok(());
    }
    // Two batches that share numbers wait for one another in one order.
    given.sort_unstable();
    let rows = given
        .into_iter()
        .map(|(number, id)| [Value::from(tenant), Value::from("invoice"), Value::from(number), Value::from(id)]);
    tx.insert_many(&INSERT_EXTERNAL_NUMBER, &Batch::of(&INSERT_EXTERNAL_NUMBER, rows)).await.map(drop)
}

/// Those of the numbers that clients or imports gave to documents of this kind already, with the document's id.
pub async fn external_numbers(tx: &mut Tx<'_>, kind: &str, numbers: &[&str]) -> Result<Vec<(String, i64)>> {
    let tenant = tx.tenant();
    tx.all(&FIND_EXTERNAL_NUMBERS, params![tenant, kind, numbers], |row| Ok((row.text(0)?, row.int(1)?))).await
}

/// Takes a number that a client or an import gave; a number taken before is a conflict.
pub async fn claim_external_number(
    tx: &mut Tx<'_>,
    kind: &'static str,
    number: Option<&str>,
    object_id: i64,
) -> Result<()> {
    match number {
        Some(number) => {
            let tenant = tx.tenant();
            tx.insert(&INSERT_EXTERNAL_NUMBER, params![tenant, kind, number, object_id]).await
        }
        None => Ok(()),
    }
}

/// Gives an external number back: a draft that carried one is deleted or renumbered.
pub async fn release_external_number(tx: &mut Tx<'_>, kind: &'static str, object_id: i64) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&FORGET_EXTERNAL_NUMBER, params![tenant, kind, object_id]).await.map(drop)
}

fn insert_row<'a>(tenant: domain::id::TenantId, new: &NewInvoice<'a>) -> Vec<Value<'a>> {
    let invoice = new.invoice;
    let mut row = Vec::with_capacity(82);
    row.extend([
        Value::from(tenant),
        Value::from(invoice.id),
        Value::from(invoice.entity_id),
        Value::from(invoice.customer_id),
        Value::from(invoice.kind.word()),
        Value::from(invoice.state.word()),
        Value::from(invoice.number.as_deref()),
        Value::from(invoice.number_origin.map(NumberOrigin::word)),
        Value::from(new.series.map(|number| number.series)),
        Value::from(new.series.map(|number| number.year)),
        Value::from(new.series.map(|number| number.value)),
        Value::from(invoice.reference.as_str()),
        Value::from(invoice.external_key.as_deref()),
        Value::from(invoice.token.as_str()),
        Value::from(invoice.currency.code()),
    ]);
    bind_fx(&mut row, invoice.fx.as_ref());
    row.extend([
        Value::from(invoice.price_mode.word()),
        Value::from(invoice.tax_rounding.word()),
        Value::from(invoice.dated_on),
        Value::from(invoice.due_on),
        Value::from(invoice.target_on),
        Value::from(invoice.posted_on),
        Value::from(invoice.terms.id),
        Value::from(invoice.terms.name.as_str()),
        Value::from(invoice.terms.days),
    ]);
    bind_totals(&mut row, &invoice.totals);
    row.extend([
        Value::from(new.base_total),
        Value::from(invoice.settled.payments_gross),
        Value::from(invoice.settled.refunds),
        Value::from(invoice.settled.credits),
        Value::from(invoice.settled.write_offs),
        Value::from(invoice.settled.balance),
        Value::from(invoice.paid_on),
        Value::from(invoice.payment_expected_on),
        Value::from(invoice.sent_at),
        Value::from(invoice.issued_at),
        Value::from(invoice.voided_at),
        Value::from(invoice.withdrawn_at),
        Value::from(invoice.is_shared),
        Value::from(invoice.is_imported),
        Value::from(invoice.customer_name.as_str()),
        Value::from(invoice.customer_email.as_str()),
    ]);
    bind_address(&mut row, &invoice.bill_to);
    bind_address(&mut row, &invoice.ship_to);
    row.extend([
        Value::from(invoice.memo.as_str()),
        Value::from(invoice.terms_text.as_str()),
        Value::from(invoice.transaction_type.as_str()),
        Value::from(invoice.salesperson.as_ref().map(|(id, _)| *id)),
        Value::from(invoice.salesperson.as_ref().map(|(_, name)| name.as_str())),
        Value::from(invoice.revision),
        Value::from(invoice.version),
        Value::from(new.content_hash),
        Value::from(parts_of(invoice)),
        Value::from(invoice.created_at),
        Value::from(invoice.updated_at),
    ]);
    row
}

fn bind_totals(row: &mut Vec<Value<'_>>, totals: &Totals) {
    row.extend([
        Value::from(totals.net),
        Value::from(totals.allowances),
        Value::from(totals.charges),
        Value::from(totals.ex_tax),
        Value::from(totals.tax),
        Value::from(totals.total),
        Value::from(totals.rounding),
    ]);
}

/// Writes the whole header anew (draft edits, issue, corrections), but what settles it; bumps the version.
pub async fn replace(tx: &mut Tx<'_>, invoice: &Invoice) -> Result<()> {
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(invoice.id),
        Value::from(invoice.entity_id),
        Value::from(invoice.customer_id),
        Value::from(invoice.kind.word()),
        Value::from(invoice.state.word()),
        Value::from(invoice.number.as_deref()),
        Value::from(invoice.number_origin.map(NumberOrigin::word)),
        Value::from(invoice.reference.as_str()),
        Value::from(invoice.external_key.as_deref()),
        Value::from(invoice.currency.code()),
    ];
    bind_fx(&mut row, invoice.fx.as_ref());
    row.extend([
        Value::from(invoice.price_mode.word()),
        Value::from(invoice.tax_rounding.word()),
        Value::from(invoice.dated_on),
        Value::from(invoice.due_on),
        Value::from(invoice.target_on),
        Value::from(invoice.posted_on),
        Value::from(invoice.terms.id),
        Value::from(invoice.terms.name.as_str()),
        Value::from(invoice.terms.days),
    ]);
    bind_totals(&mut row, &invoice.totals);
    row.extend([
        Value::from(invoice.settled.balance),
        Value::from(invoice.payment_expected_on),
        Value::from(invoice.sent_at),
        Value::from(invoice.issued_at),
        Value::from(invoice.is_shared),
        Value::from(invoice.customer_name.as_str()),
        Value::from(invoice.customer_email.as_str()),
        Value::from(invoice.memo.as_str()),
        Value::from(invoice.terms_text.as_str()),
        Value::from(invoice.transaction_type.as_str()),
        Value::from(invoice.salesperson.as_ref().map(|(id, _)| *id)),
        Value::from(invoice.salesperson.as_ref().map(|(_, name)| name.as_str())),
        Value::from(invoice.revision),
        Value::from(invoice.updated_at),
    ]);
    bind_address(&mut row, &invoice.bill_to);
    bind_address(&mut row, &invoice.ship_to);
    row.push(Value::from(invoice.paid_on));
    row.push(Value::from(parts_of(invoice)));
    expect_one(tx.exec(&REPLACE_INVOICE, &row).await?, "REPLACE_INVOICE")
}

/// Writes what settles the invoice and its state after a void; bumps the version.
pub async fn settle(tx: &mut Tx<'_>, invoice: &Invoice) -> Result<()> {
    let row = params![
        tx.tenant(),
        invoice.id,
        invoice.settled.payments_gross,
        invoice.settled.refunds,
        invoice.settled.credits,
        invoice.settled.write_offs,
        invoice.settled.balance,
        invoice.paid_on,
        invoice.state.word(),
        invoice.voided_at,
        invoice.withdrawn_at,
        invoice.posted_on,
        invoice.updated_at,
    ];
    expect_one(tx.exec(&SETTLE_INVOICE, row).await?, "SETTLE_INVOICE")
}

fn expect_one(changed: u64, sql: &'static str) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Error::NotFound(sql)) }
}

pub async fn load(tx: &mut Tx<'_>, id: InvoiceId) -> Result<Option<Invoice>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_INVOICE, params![tenant, id], invoice_row).await
}

/// Loads and locks one invoice.
pub async fn lock(tx: &mut Tx<'_>, id: InvoiceId) -> Result<Option<Invoice>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_INVOICE, params![tenant, id], invoice_row).await
}

/// Loads and locks several, ids ascending whatever order they are named in.
pub async fn lock_many(tx: &mut Tx<'_>, ids: &[InvoiceId]) -> Result<Vec<Invoice>> {
    let tenant = tx.tenant();
    let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    tx.all(&LOCK_INVOICES, params![tenant, ids.as_slice()], invoice_row).await
}

pub async fn find_by_token(tx: &mut Tx<'_>, token: &str) -> Result<Option<InvoiceId>> {
    let tenant = tx.tenant();
    tx.opt(&FIND_BY_TOKEN, params![tenant, token], |row| row.int(0).map(InvoiceId)).await
}

pub async fn delete_draft(tx: &mut Tx<'_>, id: InvoiceId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_DRAFT, params![tenant, id]).await? == 1)
}

/// Marks an invoice as one that keeps a vendor's id.
pub async fn set_imported(tx: &mut Tx<'_>, id: InvoiceId) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&SET_IMPORTED, params![tenant, id]).await.map(drop)
}

pub async fn set_content(tx: &mut Tx<'_>, id: InvoiceId, content_hash: &str, base_total: i64) -> Result<()> {
    let tenant = tx.tenant();
    expect_one(tx.exec(&SET_CONTENT_HASH, params![tenant, id, content_hash, base_total]).await?, "SET_CONTENT_HASH")
}

/// The stored content hash and the total in base currency.
pub async fn content(tx: &mut Tx<'_>, id: InvoiceId) -> Result<(Option<String>, i64)> {
    let tenant = tx.tenant();
    tx.one(&LOAD_CONTENT_HASH, params![tenant, id], |row| Ok((row.opt_text(0)?, row.int(1)?))).await
}

pub async fn set_series_number(tx: &mut Tx<'_>, id: InvoiceId, number: SeriesNumber) -> Result<()> {
    let tenant = tx.tenant();
    let row = params![tenant, id, number.series, number.year, number.value];
    expect_one(tx.exec(&NUMBER_INVOICE, row).await?, "NUMBER_INVOICE")
}

//! Invoices: their own arithmetic, what settles them, their content, number, base amounts and postings.

use super::Auditor;
use super::base::{self, Pot};
use super::books::Sums;
use super::chunks::{BEFORE_ALL, HEADERS, Owned, pieces};
use crate::invoices::{content_hash, content_text};
use domain::id::{InvoiceId, WriteOffId};
use domain::invoice::{Document, Invoice, NumberOrigin, State};
use domain::journal::post;
use domain::money::Currency;
use domain::payment::{Application, WriteOff};
use domain::tax::PriceMode;
use std::collections::HashMap;
use store::Tx;
use store::audit::documents::{Audited, Credited};
use store::audit::{Part, Window};
use store::invoices::SeriesNumber;

pub(super) async fn check(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut after = BEFORE_ALL;
    loop {
        let headers = store::audit::documents::invoices(tx, after, HEADERS).await?;
        let Some((last, _)) = headers.last() else { return Ok(()) };
        let last = *last;
        for (window, piece) in pieces(headers, after, |header| header.line_count) {
            check_window(tx, auditor, window, piece).await?;
        }
        after = last;
    }
}

/// Everything about the invoices of a window, by invoice.
struct Around {
    lines: HashMap<i64, Vec<domain::invoice::Line>>,
    taxes: HashMap<i64, Vec<domain::invoice::TaxTotal>>,
    allowances: HashMap<i64, Vec<domain::invoice::Allowance>>,
    applications: HashMap<i64, Vec<Application>>,
    revisions: HashMap<i64, (i64, i64)>,
    credited: HashMap<i64, Vec<Credited>>,
}

async fn check_window(
    tx: &mut Tx<'_>,
    auditor: &mut Auditor,
    window: Window,
    headers: Vec<Part<Audited<Invoice>>>,
) -> store::Result<()> {
    let parts = store::audit::documents::invoice_parts(tx, window).await?;
    let applications = store::audit::settlement::on_invoices(tx, window).await?;
    let posted = store::audit::books::posted_about(tx, InvoiceId::WORD, window).await?;
    let write_offs = store::audit::settlement::write_offs(tx, window).await?;
    auditor.counts("invoices", headers.len());
    auditor.counts("lines", parts.lines.len());
    auditor.counts("taxes", parts.taxes.len());

    let mut owned = Owned::new();
    let word = InvoiceId::WORD;
    let mut posted = owned.group(auditor, word, "journal", posted);
    let mut around = Around {
        lines: owned.group(auditor, word, "line", parts.lines),
        taxes: owned.group(auditor, word, "tax", parts.taxes),
        allowances: owned.group(auditor, word, "allowance", parts.allowances),
        applications: owned.group(auditor, word, "application", applications),
        revisions: parts.revisions.into_iter().collect(),
        credited: HashMap::new(),
    };
    for credited in parts.credited {
        around.credited.entry(credited.invoice_id).or_default().push(credited);
    }
    let mut nouns = HashMap::new();
    for header in headers {
        let Some(header) = auditor.readable(word, header) else { continue };
        let id = header.noun.id.get();
        if !owned.is_readable(id) {
            continue;
        }
        let Some(&base) = auditor.bases.get(&header.noun.entity_id) else {
            auditor.violates("links", word, id, "its legal entity is not there");
            continue;
        };
        let (noun, audited) = take_apart(header);
        let document = Document {
            lines: around.lines.remove(&id).unwrap_or_default(),
            taxes: around.taxes.remove(&id).unwrap_or_default(),
            allowances: around.allowances.remove(&id).unwrap_or_default(),
            invoice: noun,
        };
        let rows = around.applications.get(&id).map_or(&[] as &[_], Vec::as_slice);
        auditor.take(domain::check::document(&document));
        auditor.take(domain::check::settlement(&document.invoice, rows));
        paid_on(auditor, &document.invoice, rows);
        content(auditor, &document, &audited, around.revisions.get(&id).copied());
        number(
            auditor,
            (word, id),
            document.invoice.state,
            document.invoice.number.as_deref(),
            document.invoice.number_origin,
            audited.series,
        );
        base_amounts(auditor, &document.invoice, rows, base, audited.base_total);
        credited(auditor, &document, around.credited.get(&id).map_or(&[] as &[_], Vec::as_slice));
        let mut sums = Sums::of(posted.remove(&id).unwrap_or_default());
        if document.invoice.state == State::Issued {
            sums.expect(post::invoice_issued(&document.invoice, base));
        }
        sums.tell(auditor, (word, id));
        nouns.insert(id, (document.invoice, base));
    }
    check_write_offs(tx, auditor, write_offs, &nouns, &around.applications).await
}

/// What the store keeps beside a header.
struct Beside {
    base_total: i64,
    content_hash: Option<String>,
    series: Option<SeriesNumber>,
}

fn take_apart(header: Audited<Invoice>) -> (Invoice, Beside) {
    let Audited { noun, base_total, content_hash, series, .. } = header;
    (noun, Beside { base_total, content_hash, series })
}

/// Issued with nothing owed: the day of one of the applications, or any day when nothing was owed at all.
fn paid_on(auditor: &mut Auditor, invoice: &Invoice, rows: &[Application]) {
    let is_paid = invoice.state == State::Issued && invoice.settled.balance == 0;
    let fits = match invoice.paid_on {
        None => !is_paid,
        Some(_) if !is_paid => false,
        Some(on) => invoice.totals.total == 0 || rows.iter().any(|row| row.amount > 0 && row.applied_on == on),
    };
    if !fits {
        let on = invoice.paid_on.map_or_else(|| "never".to_owned(), |on| on.to_string());
        let text = format!("paid on: {on}, with a balance of {}", invoice.settled.balance);
        auditor.violates("projection", InvoiceId::WORD, invoice.id.get(), text);
    }
}

fn content(auditor: &mut Auditor, document: &Document, beside: &Beside, kept: Option<(i64, i64)>) {
    let invoice = &document.invoice;
    let id = invoice.id.get();
    let computed = (invoice.state != State::Draft).then(|| content_hash(&content_text(document)));
    if computed != beside.content_hash {
        auditor.violates("I10", InvoiceId::WORD, id, "the content does not have the stored hash");
    }
    let (count, newest) = kept.unwrap_or_default();
    let superseded = if invoice.state == State::Draft { 0 } else { invoice.revision - 1 };
    if count != superseded || newest != superseded {
        let text = format!("revision {} with {count} earlier ones, the last of them {newest}", invoice.revision);
        auditor.violates("I10", InvoiceId::WORD, id, text);
    }
}

/// Drafts have no number of a series; everything else has a number, and own ones their place in a series.
pub(super) fn number(
    auditor: &mut Auditor,
    (kind, id): (&'static str, i64),
    state: State,
    number: Option<&str>,
    origin: Option<NumberOrigin>,
    series: Option<SeriesNumber>,
) {
    let fits = match (state, origin) {
        (State::Draft, None) => number.is_none() && series.is_none(),
        (_, Some(NumberOrigin::External)) => number.is_some() && series.is_none(),
        (State::Issued | State::Void, Some(NumberOrigin::Own)) => number.is_some() && series.is_some(),
        (State::Draft, Some(NumberOrigin::Own)) | (State::Issued | State::Void, None) => false,
    };
    if !fits {
        let origin = origin.map_or("no", NumberOrigin::word);
        let text =
            format!("{} with number {number:?} of {origin} origin, in a series: {}", state.word(), series.is_some());
        auditor.violates("I9", kind, id, text);
    }
}

fn base_amounts(auditor: &mut Auditor, invoice: &Invoice, rows: &[Application], base: Currency, stored: i64) {
    let object = (InvoiceId::WORD, invoice.id.get());
    let total = invoice.totals.total;
    if invoice.state == State::Draft {
        if stored != 0 {
            auditor.violates("base", object.0, object.1, format!("a draft with a base amount of {stored}"));
        }
        return;
    }
    base::converted(auditor, object, (total, invoice.currency, invoice.fx.as_ref()), base, stored);
    let is_foreign = invoice.currency != base;
    base::rows(auditor, rows, is_foreign);
    if is_foreign {
        let pot = Pot {
            object,
            total,
            base: stored,
            used: invoice.settled.applied(),
            base_used: rows.iter().map(|row| i128::from(row.receivable_base)).sum(),
            reversals: rows.iter().filter(|row| row.reverses.is_some()).count(),
        };
        base::pot(auditor, &pot);
    }
}

/// Notes give back no more of a line than it has, no more than the whole, and nothing of a void invoice.
fn credited(auditor: &mut Auditor, document: &Document, credited: &[Credited]) {
    let invoice = &document.invoice;
    let id = invoice.id.get();
    if credited.is_empty() {
        return;
    }
    if invoice.state != State::Issued {
        auditor.violates("credited", InvoiceId::WORD, id, "an issued note gives back of an invoice that is not issued");
    }
    let mut by_line: HashMap<Option<i64>, i128> = HashMap::new();
    let mut by_note: HashMap<i64, i128> = HashMap::new();
    for row in credited {
        *by_line.entry(row.invoice_line_id).or_default() += i128::from(row.gross);
        by_note.insert(row.credit_note_id, i128::from(row.credit_note_total));
    }
    for (line, gross) in by_line {
        let of = document.lines.iter().find(|of| Some(of.id.get()) == line);
        let whole = of.map_or(0, |of| match invoice.price_mode {
            PriceMode::Exclusive => i128::from(of.amounts.taxable),
            PriceMode::Inclusive => i128::from(of.amounts.taxable) + i128::from(of.amounts.tax),
        });
        if gross > whole {
            let text = format!("{gross} given back of line {}, which has {whole}", line.unwrap_or(0));
            auditor.violates("credited", InvoiceId::WORD, id, text);
        }
    }
    let together: i128 = by_note.values().sum();
    if together > i128::from(invoice.totals.total) {
        let text = format!("{together} given back of {}", invoice.totals.total);
        auditor.violates("credited", InvoiceId::WORD, id, text);
    }
}

async fn check_write_offs(
    tx: &mut Tx<'_>,
    auditor: &mut Auditor,
    write_offs: Vec<Part<WriteOff>>,
    invoices: &HashMap<i64, (Invoice, Currency)>,
    applications: &HashMap<i64, Vec<Application>>,
) -> store::Result<()> {
    let word = WriteOffId::WORD;
    let ids: Vec<i64> = write_offs.iter().map(|(id, _)| *id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    auditor.counts("write_offs", ids.len());
    let posted = store::audit::books::posted_about_these(tx, word, &ids).await?;
    let mut owned = Owned::new();
    let mut posted = owned.group(auditor, word, "journal", posted);
    for write_off in write_offs {
        let Some(write_off) = auditor.readable(word, write_off) else { continue };
        let (id, of) = (write_off.id.get(), write_off.invoice_id.get());
        let Some((invoice, base)) = invoices.get(&of).filter(|_| owned.is_readable(id)) else { continue };
        let rows = applications.get(&of).map_or(&[] as &[_], Vec::as_slice);
        auditor.take(domain::check::write_off(&write_off, rows));
        let mut sums = Sums::of(posted.remove(&id).unwrap_or_default());
        sums.expect_write_off(&write_off, rows, invoice, *base);
        sums.tell(auditor, (word, id));
    }
    Ok(())
}

/// Kept revisions read at once: each holds a whole document.
const REVISIONS: i64 = 50;

/// Every kept revision has its hash.
pub(super) async fn check_revisions(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut after = (BEFORE_ALL, BEFORE_ALL);
    loop {
        let found = store::audit::documents::revisions(tx, after, REVISIONS).await?;
        let Some(last) = found.last() else { return Ok(()) };
        after = (last.invoice_id, last.revision);
        auditor.counts("revisions", found.len());
        for kept in found {
            if content_hash(&kept.content) != kept.content_hash {
                let text = format!("revision {} does not have the stored hash", kept.revision);
                auditor.violates("I10", InvoiceId::WORD, kept.invoice_id, text);
            }
        }
    }
}

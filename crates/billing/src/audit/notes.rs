//! Credit notes: their own arithmetic, how they are used, their number, base amounts and postings.

use super::base::{self, Pot};
use super::books::Sums;
use super::chunks::{BEFORE_ALL, HEADERS, Owned, pieces};
use super::{Auditor, invoices};
use domain::credit_note::{CreditNote, NoteDocument};
use domain::id::CreditNoteId;
use domain::invoice::State;
use domain::journal::post;
use domain::money::Currency;
use domain::payment::{Application, Refund};
use std::collections::HashMap;
use store::Tx;
use store::audit::documents::Audited;
use store::audit::{Part, Window};

pub(super) async fn check(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut after = BEFORE_ALL;
    loop {
        let headers = store::audit::documents::credit_notes(tx, after, HEADERS).await?;
        let Some((last, _)) = headers.last() else { return Ok(()) };
        let last = *last;
        for (window, piece) in pieces(headers, after, |header| header.line_count) {
            check_window(tx, auditor, window, piece).await?;
        }
        after = last;
    }
}

async fn check_window(
    tx: &mut Tx<'_>,
    auditor: &mut Auditor,
    window: Window,
    headers: Vec<Part<Audited<CreditNote>>>,
) -> store::Result<()> {
    let word = CreditNoteId::WORD;
    let parts = store::audit::documents::note_parts(tx, window).await?;
    let applications = store::audit::settlement::of_sources(tx, word, window).await?;
    let refunds = store::audit::settlement::refunds_of_notes(tx, window).await?;
    let posted = store::audit::books::posted_about(tx, word, window).await?;
    auditor.counts("credit_notes", headers.len());

    let mut owned = Owned::new();
    let mut lines = owned.group(auditor, word, "line", parts.lines);
    let mut taxes = owned.group(auditor, word, "tax", parts.taxes);
    let applications = owned.group(auditor, word, "application", applications);
    let mut posted = owned.group(auditor, word, "journal", posted);
    let mut by_note: HashMap<i64, Vec<Refund>> = HashMap::new();
    for (_, refund) in refunds {
        // One that cannot be read is named with all refunds.
        if let Ok(refund) = refund
            && let Some(note) = refund.credit_note_id
        {
            by_note.entry(note.get()).or_default().push(refund);
        }
    }
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
        let document = NoteDocument {
            note: header.noun,
            lines: lines.remove(&id).unwrap_or_default(),
            taxes: taxes.remove(&id).unwrap_or_default(),
        };
        let note = &document.note;
        let rows = applications.get(&id).map_or(&[] as &[_], Vec::as_slice);
        let refunds = by_note.get(&id).map_or(&[] as &[_], Vec::as_slice);
        auditor.take(domain::check::credit_note(&document, rows, refunds));
        line_sums(auditor, &document);
        invoices::number(auditor, (word, id), note.state, note.number.as_deref(), note.number_origin, header.series);
        base_amounts(auditor, note, rows, base, header.base_total);
        let mut sums = Sums::of(posted.remove(&id).unwrap_or_default());
        if note.state == State::Issued {
            sums.expect(post::credit_note_issued(note, base));
        }
        sums.tell(auditor, (word, id));
    }
    Ok(())
}

fn line_sums(auditor: &mut Auditor, document: &NoteDocument) {
    let note = &document.note;
    if note.is_amount_only {
        return;
    }
    let taxable: i128 = document.lines.iter().map(|line| i128::from(line.taxable)).sum();
    let tax: i128 = document.lines.iter().map(|line| i128::from(line.tax)).sum();
    if taxable != i128::from(note.ex_tax) || tax != i128::from(note.tax) {
        let text =
            format!("total without tax is {}, tax {}; the lines come to {taxable} and {tax}", note.ex_tax, note.tax);
        auditor.violates("I2", CreditNoteId::WORD, note.id.get(), text);
    }
}

fn base_amounts(auditor: &mut Auditor, note: &CreditNote, rows: &[Application], base: Currency, stored: i64) {
    let object = (CreditNoteId::WORD, note.id.get());
    if note.state == State::Draft {
        if stored != 0 {
            auditor.violates("base", object.0, object.1, format!("a draft with a base amount of {stored}"));
        }
        return;
    }
    base::converted(auditor, object, (note.total, note.currency, note.fx.as_ref()), base, stored);
    if note.currency != base {
        let pot = Pot {
            object,
            total: note.total,
            base: stored,
            used: note.applied,
            base_used: rows.iter().map(|row| i128::from(row.source_base)).sum(),
            reversals: rows.iter().filter(|row| row.reverses.is_some()).count(),
        };
        base::pot(auditor, &pot);
    }
}

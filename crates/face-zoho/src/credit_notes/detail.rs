//! A credit note as Zoho prints it: the OpenAPI's keys in its order.

use std::borrow::Cow;

use billing::read::{Names, NoteDetail};
use domain::credit_note::{CreditNote, CreditNoteLine};
use domain::id::{CreditNoteId, CreditNoteLineId, CustomerId, InvoiceId, TaxGroupId};
use domain::invoice::State;
use http_kit::json::Object;

use super::extras::{NoteExtras, NoteItemExtras};
use crate::{side_car, wire};

/// Every line's in Zoho's samples; nothing says what other types there are.
const LINE_TYPE: i64 = 1;

/// `open`, `closed` when all of it is used, `void`; `draft` for one that was made elsewhere and is not issued yet.
pub(super) fn word(note: &CreditNote) -> &'static str {
    match note.state {
        State::Draft => "draft",
        State::Issued if note.remaining == 0 => "closed",
        State::Issued => "open",
        State::Void => "void",
    }
}

/// The number as Zoho's clients see it; a draft has a provisional one that no series can give out.
fn number<'a>(note: &'a CreditNote, id: &str) -> Cow<'a, str> {
    note.number.as_deref().map_or_else(|| format!("DRAFT-{id}").into(), Cow::from)
}

pub(crate) fn to_wire(detail: &NoteDetail, names: &Names, o: &mut Object<'_>) {
    let note = &detail.document.note;
    let extras: NoteExtras = side_car::read(&detail.side_cars);
    let zone = wire::zone(&detail.time_zone);
    let id = wire::id_of(names, CreditNoteId::WORD, note.id.0);
    o.str("creditnote_id", &id)
        .str("creditnote_number", &number(note, &id))
        .text("date", note.dated_on)
        .str("status", word(note))
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, note.customer_id.0))
        .str("customer_name", &note.customer_name)
        .array("custom_fields", &detail.custom_fields, |field, o| {
            o.int("index", field.index)
                .str("value", &field.value)
                .str("label", &field.label)
                .str("data_type", &field.data_type);
        })
        .str("reference_number", &note.reference)
        .str("email", &note.customer_email)
        .dec("total", note.money(note.total))
        .dec("balance", note.money(note.remaining));
    let nothing = NoteItemExtras::default();
    let items = detail.document.lines.iter().enumerate();
    o.array("creditnote_items", items, |(at, line), o| {
        item(note, line, extras.items.get(at).unwrap_or(&nothing), names, o);
    })
    .array("invoices", &detail.settles, |settles, o| {
        o.str("invoice_id", &wire::id_of(names, InvoiceId::WORD, settles.invoice_id.0))
            .str("invoice_number", settles.number.as_deref().unwrap_or_default())
            .dec("amount", settles.amount);
    });
    let taxes = detail.document.taxes.iter().filter(|tax| tax.tax.group_id.is_some());
    o.array("taxes", taxes, |tax, o| {
        o.str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, tax.tax.group_id.map(i64::from)))
            .str("tax_name", &tax.tax.group_name)
            // A string of all decimals: `2.50`.
            .text("tax_amount", note.money(tax.amount).to_fixed());
    })
    .str("currency_code", note.currency.code())
    .str("currency_symbol", &wire::symbol(note.currency))
    .str("created_time", &wire::instant(note.created_at, &zone))
    .str("updated_time", &wire::instant(note.updated_at, &zone))
    .str("template_id", &extras.template_id)
    // Templates have no names here.
    .str("template_name", "")
    .str("notes", &note.memo)
    .str("terms", &note.terms_text);
}

/// `item_id` names the line of the note; `item_total` is price times quantity.
fn item(note: &CreditNote, line: &CreditNoteLine, extras: &NoteItemExtras, names: &Names, o: &mut Object<'_>) {
    o.str("item_id", &wire::id_of(names, CreditNoteLineId::WORD, line.id.0))
        .str("description", &line.description)
        .str("code", line.item_code.as_deref().unwrap_or_default())
        .array("tags", &extras.tags, |(tag, option), o| {
            o.int("tag_id", *tag).int("tag_option_id", *option);
        })
        .array("item_custom_fields", &extras.custom_fields, |(label, value), o| {
            o.str("label", label).str("value", value);
        })
        .str("name", &line.name)
        .int("type", LINE_TYPE)
        .str("account_id", &extras.account_id)
        // The books have one account for what is given back.
        .str("account_name", "")
        .dec("quantity", line.quantity)
        .str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, line.tax_treatment.group_id.map(i64::from)))
        .str("tds_tax_id", &extras.tds_tax_id)
        .dec("price", line.unit_price)
        .dec("item_total", note.money(line.gross))
        .str("sat_item_key_code", &extras.sat_item_key_code)
        .str("unitkey_code", &extras.unitkey_code);
}

//! The header's fields. A list prints [`HEADER`]; one invoice prints also its lines, schedule and tags.

use billing::read::Names;
use domain::id::{CustomerId, EntityId, InvoiceId, SalespersonId, TermsId};
use domain::invoice::State;
use domain::invoice::view::{Summary, View};
use domain::party::Address;
use http_kit::json::Object;
use jiff::tz::TimeZone;

use super::{HeaderField, custom, fields, line};
use crate::status;
use crate::wire::{self, Value, day, instant, money, opt_day, opt_instant, opt_int, opt_text, text};

/// An invoice being printed.
pub(crate) struct Header<'a> {
    pub(super) view: &'a View,
    names: [&'a Names; 2],
    pub(super) zone: TimeZone,
    cycle: Cycle,
}

/// The service periods of the lines: of those billed in advance, which end after the invoice's day, and of
/// those billed in arrears. Ends are inclusive.
#[derive(Default)]
struct Cycle {
    advance: Option<(jiff::civil::Date, jiff::civil::Date)>,
    arrears: Option<(jiff::civil::Date, jiff::civil::Date)>,
}

impl Cycle {
    fn of(view: &View) -> Self {
        let mut cycle = Self::default();
        for line in &view.lines {
            let (Some(from_on), Some(last_on)) = (line.from_on, line.last_on) else { continue };
            let whole = if last_on >= view.summary.dated_on { &mut cycle.advance } else { &mut cycle.arrears };
            let (first, last) = whole.unwrap_or((from_on, last_on));
            *whole = Some((first.min(from_on), last.max(last_on)));
        }
        cycle
    }
}

impl<'a> Header<'a> {
    pub(crate) fn of(view: &'a View, names: [&'a Names; 2]) -> Self {
        Self { view, names, zone: wire::zone(&view.time_zone), cycle: Cycle::of(view) }
    }

    fn head(&self) -> &Summary {
        &self.view.summary
    }

    /// The id to print for an object of this kind.
    pub(super) fn id(&self, kind: &str, native: i64) -> i64 {
        let mut spelled = self.names.iter().map(|names| wire::id_of(names, kind, native));
        spelled.find(|id| *id != native).unwrap_or(native)
    }

    pub(super) fn invoice_id(&self) -> i64 {
        self.id(InvoiceId::WORD, self.head().id.0)
    }

    fn status(&self) -> status::Status {
        status::of(self.head().standing)
    }

    /// The number; of a draft the reference that an import kept, else a provisional one.
    fn refnumber(&self) -> String {
        let head = self.head();
        match &head.number {
            Some(number) => number.clone(),
            None if head.reference.is_empty() => format!("DRAFT-{}", self.invoice_id()),
            None => head.reference.clone(),
        }
    }
}

/// The address as printed on a document. Always text: real traffic has empty parts as null, and an empty
/// block as an empty text.
fn block<'a>(address: &Address) -> Value<'a> {
    let mut town = address.city.clone();
    if !address.state.is_empty() {
        if !town.is_empty() {
            town.push_str(", ");
        }
        town.push_str(&address.state);
    }
    if !address.postcode.is_empty() {
        if !town.is_empty() {
            town.push(' ');
        }
        town.push_str(&address.postcode);
    }
    let rows = [&address.line1, &address.line2, &address.line3, &town, &address.country];
    let rows: Vec<&str> = rows.into_iter().map(String::as_str).filter(|row| !row.is_empty()).collect();
    Value::Text(rows.join("\n").into())
}

/// The seed's fields before `line_items`.
pub(crate) static HEADER: &[HeaderField] = fields! { HeaderField;
    "invoice_id": Integer ["id"] "ours, or the one an import kept", null "never" => |h| Value::Int(h.invoice_id());
    "refnumber": Text [""] "the number; a draft's imported reference, else DRAFT- and the id", null "never" => |h| Value::Text(h.refnumber().into());
    "external_key": Text [""] "the client's key", null "empty" => |h| opt_text(h.head().external_key.as_deref());
    "invoice_index": Integer ["count"] "place in its subscription", null "always: no subscriptions yet" => |_| Value::Null;
    "package_id": Integer ["id"] "its subscription", null "always: no subscriptions yet" => |_| Value::Null;
    "customer_id": Integer ["id"] "who owes", null "never" => |h| Value::Int(h.id(CustomerId::WORD, h.head().customer_id.0));
    "brand_id": Integer ["id"] "the legal entity", null "never" => |h| Value::Int(h.id(EntityId::WORD, h.head().entity_id.0));
    "brand_name": Text [""] "the legal entity's name", null "empty" => |h| text(&h.view.entity_name);
    "write_datetime": Text ["local time"] "when it was made", null "never" => |h| instant(h.head().created_at, &h.zone);
    "mod_datetime": Text ["local time"] "when it or what settles it last changed", null "never" => |h| instant(h.head().updated_at, &h.zone);
    "void_datetime": Text ["local time"] "when it was voided", null "not void" => |h| opt_instant(h.head().voided_at, &h.zone);
    "date": Text ["day"] "the invoice's date", null "never" => |h| day(h.head().dated_on);
    "currency_id": Integer ["ISO 4217 number"] "the currency", null "never" => |h| Value::Int(i64::from(h.head().currency.numeric()));
    "currency_symbol": Text [""] "the currency's sign", null "never" => |h| Value::Text(h.head().currency.symbol().into());
    "currency_iso4217": Text ["ISO 4217 code"] "the currency", null "never" => |h| Value::Text(h.head().currency.code().into());
    "class_id": Integer ["id"] "there are no classes", null "always" => |_| Value::Null;
    "class_name": Text [""] "there are no classes", null "always" => |_| Value::Null;
    "paycycle": Text ["code"] "its subscription's cycle", null "always: no subscriptions yet" => |_| Value::Null;
    "paycycle_name": Text [""] "its subscription's cycle", null "always: no subscriptions yet" => |_| Value::Null;
    "terms_id": Integer ["id"] "the terms", null "terms without an id" => |h| opt_int(h.head().terms.id.map(|id| h.id(TermsId::WORD, id.0)));
    "terms_name": Text [""] "the terms", null "empty" => |h| text(&h.head().terms.name);
    "terms_days": Integer ["days"] "from the date to the due date by the terms", null "never" => |h| Value::Int(h.head().terms.days);
    "admin_id": Integer ["id"] "the salesperson", null "none" => |h| opt_int(h.head().salesperson.as_ref().map(|(id, _)| h.id(SalespersonId::WORD, id.0)));
    "admin_name": Text [""] "the salesperson", null "none" => |h| opt_text(h.head().salesperson.as_ref().map(|(_, name)| name.as_str()));
    "token": Text [""] "twelve characters of links", null "never" => |h| text(&h.head().token);
    "bill_addr1": Text [""] "bill-to, frozen on the invoice", null "empty" => |h| text(&h.head().bill_to.line1);
    "bill_addr2": Text [""] "bill-to", null "empty" => |h| text(&h.head().bill_to.line2);
    "bill_addr3": Text [""] "bill-to", null "empty" => |h| text(&h.head().bill_to.line3);
    "bill_city": Text [""] "bill-to", null "empty" => |h| text(&h.head().bill_to.city);
    "bill_state": Text [""] "bill-to", null "empty" => |h| text(&h.head().bill_to.state);
    "bill_postcode": Text [""] "bill-to", null "empty" => |h| text(&h.head().bill_to.postcode);
    "bill_country": Text [""] "bill-to, as given", null "empty" => |h| text(&h.head().bill_to.country);
    "bill_notes": Text [""] "deprecated by the vendor; addresses have no notes", null "always" => |_| Value::Null;
    "bill_block": Text [""] "bill-to in printed lines", null "never: empty text" => |h| block(&h.head().bill_to);
    "ship_addr1": Text [""] "ship-to, frozen on the invoice", null "empty" => |h| text(&h.head().ship_to.line1);
    "ship_addr2": Text [""] "ship-to", null "empty" => |h| text(&h.head().ship_to.line2);
    "ship_addr3": Text [""] "ship-to", null "empty" => |h| text(&h.head().ship_to.line3);
    "ship_city": Text [""] "ship-to", null "empty" => |h| text(&h.head().ship_to.city);
    "ship_state": Text [""] "ship-to", null "empty" => |h| text(&h.head().ship_to.state);
    "ship_postcode": Text [""] "ship-to", null "empty" => |h| text(&h.head().ship_to.postcode);
    "ship_country": Text [""] "ship-to, as given", null "empty" => |h| text(&h.head().ship_to.country);
    "ship_notes": Text [""] "deprecated by the vendor; addresses have no notes", null "always" => |_| Value::Null;
    "ship_block": Text [""] "ship-to in printed lines", null "never: empty text" => |h| block(&h.head().ship_to);
    "cycle_pre_from_date": Text ["day"] "first day of the lines' periods that end on the date or later", null "no such line" => |h| opt_day(h.cycle.advance.map(|(from, _)| from));
    "cycle_pre_to_date": Text ["day"] "last day of them", null "no such line" => |h| opt_day(h.cycle.advance.map(|(_, to)| to));
    "cycle_this_date": Text ["day"] "the invoice's date", null "never" => |h| day(h.head().dated_on);
    "cycle_post_from_date": Text ["day"] "first day of the lines' periods that ended before the date", null "no such line" => |h| opt_day(h.cycle.arrears.map(|(from, _)| from));
    "cycle_post_to_date": Text ["day"] "last day of them", null "no such line" => |h| opt_day(h.cycle.arrears.map(|(_, to)| to));
    "url_permalink": Text ["URL"] "the hosted page", null "always: no pages yet" => |_| Value::Null;
    "url_pdflink": Text ["URL"] "the PDF", null "always: no pages yet" => |_| Value::Null;
    "url_paylink": Text ["URL"] "the page to pay on", null "always: no pages yet" => |_| Value::Null;
    "url_self": Text ["URL"] "the page for staff", null "always: no pages yet" => |_| Value::Null;
    "is_paid": Boolean [""] "owes nothing; true of a void one too", null "never" => |h| Value::Bool(h.head().is_paid || h.head().state == State::Void);
    "is_void": Boolean [""] "voided", null "never" => |h| Value::Bool(h.head().state == State::Void);
    "is_overdue": Boolean [""] "owes, and the due date is past", null "never" => |h| Value::Bool(h.head().is_overdue);
    "due_date": Text ["day"] "the due date", null "never" => |h| day(h.head().due_on);
    "days_overdue": Integer ["days"] "since the due date, 0 when not overdue", null "never" => |h| Value::Int(h.head().days_overdue);
    "paid_date": Text ["day"] "when the balance reached 0", null "never was 0" => |h| opt_day(h.head().paid_on);
    "balance": Number ["money"] "what is owed; 0 when void", null "never" => |h| money(h.head().balance);
    "applied": Number ["money"] "payments + credits + write-offs - refunds", null "never" => |h| money(h.head().applied);
    "total": Number ["money"] "with tax; stays when void", null "never" => |h| money(h.head().total);
    "subtotal": Number ["money"] "without tax", null "never" => |h| money(h.head().ex_tax);
    "taxes": Number ["money"] "the tax", null "never" => |h| money(h.head().tax);
    "credits": Number ["money"] "applied credit notes", null "never" => |h| money(h.head().credits);
    "payments": Number ["money"] "applied payments, refunded ones too", null "never" => |h| money(h.head().payments);
    "writeoffs": Number ["money"] "written off", null "never" => |h| money(h.head().write_offs);
    "refunds": Number ["money"] "payments that went back, so that the invoice owes again", null "never" => |h| money(h.head().refunds);
    "overdue": Number ["money"] "the balance when overdue, else 0", null "never" => |h| money(h.head().overdue);
    "declines": Integer ["count"] "payment attempts that failed: nothing is collected by us yet", null "never" => |_| Value::Int(0);
    "sum_base": Number ["money"] "recurring lines without tax", null "never" => |h| money(h.view.recurring_total);
    "sum_usage": Number ["money"] "usage lines without tax", null "never" => |h| money(h.view.usage_total);
    "sum_onetime": Number ["money"] "all other lines without tax", null "never" => |h| money(h.view.one_time_total);
    "invoice_status_name": Text [""] "the status for people", null "never" => |h| Value::Text(h.status().name.into());
    "invoice_status_str": Text ["code"] "the status", null "never" => |h| Value::Text(h.status().word.into());
    "invoice_status_state": Text ["code"] "o open, c closed", null "never" => |h| Value::Text(h.status().state.into());
    "memo": Text [""] "notes to the customer", null "empty" => |h| text(&h.head().memo);
    "custom_1": Text [""] "the custom field of this index", null "no value" => |h| custom(&h.view.custom_fields, 1);
    "custom_2": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 2);
    "custom_3": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 3);
    "custom_4": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 4);
    "custom_5": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 5);
    "custom_6": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 6);
    "custom_7": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 7);
    "custom_8": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 8);
    "custom_9": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 9);
    "custom_10": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 10);
    "custom_11": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 11);
    "custom_12": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 12);
    "custom_13": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 13);
    "custom_14": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 14);
    "custom_15": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 15);
    "custom_16": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 16);
    "custom_17": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 17);
    "custom_18": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 18);
    "custom_19": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 19);
    "custom_20": Text [""] "as custom_1", null "no value" => |h| custom(&h.view.custom_fields, 20);
};

/// What real traffic has besides the seed's fields, behind them.
pub(crate) static BEHIND: &[HeaderField] = fields! { HeaderField;
    "delay_datetime": Text ["local time"] "delivery is never delayed", null "always" => |_| Value::Null;
};

/// An invoice in a list: without lines, schedule and tags (contract 3.4).
pub(crate) fn write_row(header: &Header<'_>, out: &mut Object<'_>) {
    write(HEADER, header, out);
    write(BEHIND, header, out);
}

/// One invoice with all that belongs to it.
pub(crate) fn write_detail(header: &Header<'_>, out: &mut Object<'_>) {
    write(HEADER, header, out);
    out.array("line_items", &header.view.lines, |line, out| line::write(&line::Row { header, line }, out));
    // Nothing can be scheduled yet: see `schedule.rs`.
    out.list("schedule", |_| {});
    out.array_of_strs("tags", &header.view.tags);
    write(BEHIND, header, out);
}

fn write(table: &[HeaderField], header: &Header<'_>, out: &mut Object<'_>) {
    for field in table {
        (field.read)(header).write(field.meaning.name, out);
    }
}

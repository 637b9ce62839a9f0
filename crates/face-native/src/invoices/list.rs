//! `GET /v1/invoices`: filters are joined by AND.

use super::output::Invoice;
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{Page, invoice_cursor, limit, spell_cursor};
use crate::routes::Parameter;
use crate::schema::{Components, Schema};
use crate::wire::{CurrencyCode, Day, Id, Instant, parse_day, parse_instant};
use billing::ActsFor;
use billing::query::{Field, Filter, InvoiceQuery, Match, Operand, Paging, Status};
use domain::id::CustomerId;
use domain::money::Currency;
use http_kit::Answer;
use serde_json::{Value, json};

macro_rules! parameters {
    ($($constant:ident $name:literal $schema:path, $about:literal;)*) => {$(
        pub(super) const $constant: Parameter = Parameter { name: $name, about: $about, schema: $schema };
    )*};
}

parameters! {
    STATUS "status" status_schema, "One or more of draft, open (nothing settled, not past due), partly_paid, overdue, \
        owing (all that owe), paid, void; separated by commas.";
    CUSTOMER_ID "customer_id" Id::<CustomerId>::schema, "Of this customer.";
    NUMBER "number" text_schema, "With this number.";
    REFERENCE "reference" text_schema, "With this reference.";
    EXTERNAL_KEY "external_key" text_schema, "With this id of yours.";
    DATED_FROM "dated_from" Day::schema, "Dated on this day or later.";
    DATED_TO "dated_to" Day::schema, "Dated on this day or earlier.";
    DUE_FROM "due_from" Day::schema, "Due on this day or later.";
    DUE_TO "due_to" Day::schema, "Due on this day or earlier.";
    UPDATED_SINCE "updated_since" Instant::schema, "Changed at this instant or later.";
    CURRENCY "currency" CurrencyCode::schema, "In this currency.";
}

/// The words of the filter; each is a condition, and an invoice may meet several.
const STATUSES: [(&str, Status); 7] = [
    ("draft", Status::Draft),
    ("open", Status::OpenUntouched),
    ("partly_paid", Status::PartlyPaid),
    ("overdue", Status::Overdue),
    ("owing", Status::Owing),
    ("paid", Status::Paid),
    ("void", Status::Void),
];

fn status_schema(_: &mut Components) -> Value {
    let words: Vec<&str> = STATUSES.iter().map(|(word, _)| *word).collect();
    let one = words.join("|");
    json!({"type": "string", "pattern": format!("^({one})(,({one}))*$"), "example": "open,overdue"})
}

fn text_schema(_: &mut Components) -> Value {
    json!({"type": "string", "minLength": 1})
}

pub(super) async fn list(call: Call) -> Result<Answer, Fault> {
    let query = InvoiceQuery {
        filters: filters(&call)?,
        order: Vec::new(),
        paging: Paging::Keyset { after: invoice_cursor(&call)?, limit: limit(&call)? },
        // What a vendor's client deleted is void here, with its number; its customer does not see it.
        with_withdrawn: call.caller.acts_for == ActsFor::Staff,
    };
    let page = call.billing.invoices(&call.caller, query).await?.value;
    let page = Page {
        next_cursor: page.next.as_ref().map(spell_cursor),
        data: page.rows.iter().map(Invoice::summary).collect(),
    };
    Ok(page.into_answer())
}

fn filters(call: &Call) -> Result<Vec<Filter>, Fault> {
    let mut filters = Vec::new();
    if let Some(text) = call.parameter("status") {
        let known = |word: &str| STATUSES.iter().find(|(name, _)| *name == word).map(|(_, status)| *status);
        let statuses: Option<Vec<Status>> = text.split(',').map(known).collect();
        let words = STATUSES.map(|(word, _)| word).join(", ");
        let not_known = || Fault::parameter("status", format!("a status is one of {words}"));
        filters.push(Filter::Status(statuses.ok_or_else(not_known)?));
    }
    if let Some(id) = call.id_parameter::<CustomerId>("customer_id")? {
        filters.push(Filter::Field(Field::CustomerId, Match::Equals(Operand::Int(id.0))));
    }
    for (name, field) in
        [("number", Field::Number), ("reference", Field::Reference), ("external_key", Field::ExternalKey)]
    {
        if let Some(text) = call.parameter(name) {
            if text.is_empty() {
                return Err(Fault::parameter(name, "it is empty"));
            }
            filters.push(Filter::Field(field, Match::Equals(Operand::Text(text.to_owned()))));
        }
    }
    for (name, field) in [("dated_from", Field::DatedOn), ("due_from", Field::DueOn)] {
        if let Some(day) = day(call, name)? {
            filters.push(Filter::Field(field, Match::GreaterOrEqual(day)));
        }
    }
    for (name, field) in [("dated_to", Field::DatedOn), ("due_to", Field::DueOn)] {
        if let Some(day) = day(call, name)? {
            filters.push(Filter::Field(field, Match::LessOrEqual(day)));
        }
    }
    if let Some(text) = call.parameter("updated_since") {
        let not_one = || Fault::parameter("updated_since", "an instant looks like 2026-01-31T09:30:00Z");
        let since = parse_instant(text).ok_or_else(not_one)?;
        filters.push(Filter::Field(Field::UpdatedAt, Match::GreaterOrEqual(Operand::Int(since.as_microsecond()))));
    }
    if let Some(text) = call.parameter("currency") {
        let not_one = || Fault::parameter("currency", "a currency is an upper-case ISO 4217 code such as USD");
        let currency = Currency::from_code(text).ok_or_else(not_one)?;
        filters.push(Filter::Field(Field::Currency, Match::Equals(Operand::Text(currency.code().to_owned()))));
    }
    Ok(filters)
}

fn day(call: &Call, name: &str) -> Result<Option<Operand>, Fault> {
    let Some(text) = call.parameter(name) else { return Ok(None) };
    let not_one = || Fault::parameter(name, "a day looks like 2026-01-31");
    parse_day(text).map(|day| Some(Operand::Day(day))).ok_or_else(not_one)
}

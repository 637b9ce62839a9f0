//! `where` on invoices: the fields of contract 3.4, each with what it looks at.
//!
//! | fields | look at |
//! |---|---|
//! | `invoice_id`, `customer_id`, `line_items.item_id`, `transaction.transaction_id` | ids: EQUALS and NOTEQUALS know imported ones, the comparisons go by our own |
//! | `refnumber` | the number; a draft's reference |
//! | `token`, `bill_state`, `bill_country`, `ship_state`, `ship_country` | text; IS NULL is the empty one |
//! | `custom_1..20`, `line_items.custom_1..10` | custom fields by index |
//! | `invoice_status_str`, `invoice_status_state` | the derived status, compared as text |
//! | `currency_id` | ISO 4217 numeric; EQUALS and NOTEQUALS only |
//! | `date` | the invoice's civil day |
//! | `write_datetime`, `mod_datetime` | whole seconds, as printed, in the zone of the default legal entity |
//! | `package_id`, `package_token`, `invoice_index`, `quote.quote_id`, `line_items.item.categories.item_category_id` | nothing has them yet: NULL everywhere |
//!
//! Comparisons of text are by code point. On `line_items.…` a clause asks for some line, NOTEQUALS for none.

use billing::query::{Field, Filter, Match, Operand};
use billing::{Billing, Caller};
use domain::id::{CustomerId, InvoiceId, ItemId, PaymentId};
use domain::money::Currency;
use http_kit::Query;
use jiff::tz::TimeZone;

use crate::clauses::{self, Clause, Operator, excerpt};
use crate::errors::Fault;
use crate::status::{self, Status};
use crate::wire;

/// The store takes 24 filters, and billing adds up to three: what is withdrawn, and whom the caller covers.
const MAX_FILTERS: usize = 21;

/// What a field of the contract looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// An id of this kind of object. The flag: every invoice has one.
    Id(Field, &'static str, bool),
    Refnumber,
    Text(Field),
    /// Custom fields: text, and really absent when they have no value.
    Custom(Field),
    StatusWord,
    StatusState,
    Currency,
    Day(Field),
    Second(Field),
    /// No invoice has any.
    Absent,
}

fn column(name: &str) -> Option<Column> {
    let index = |digits: &str, most: u8| {
        let index = wire::unspell(digits).and_then(|index| u8::try_from(index).ok());
        index.filter(|index| *index <= most)
    };
    Some(match name {
        "invoice_id" => Column::Id(Field::Id, InvoiceId::WORD, true),
        "customer_id" => Column::Id(Field::CustomerId, CustomerId::WORD, true),
        "line_items.item_id" => Column::Id(Field::LineItem, ItemId::WORD, false),
        "transaction.transaction_id" => Column::Id(Field::Payment, PaymentId::WORD, false),
        "refnumber" => Column::Refnumber,
        "token" => Column::Text(Field::Token),
        "bill_state" => Column::Text(Field::BillState),
        "bill_country" => Column::Text(Field::BillCountry),
        "ship_state" => Column::Text(Field::ShipState),
        "ship_country" => Column::Text(Field::ShipCountry),
        "invoice_status_str" => Column::StatusWord,
        "invoice_status_state" => Column::StatusState,
        "currency_id" => Column::Currency,
        "date" => Column::Day(Field::DatedOn),
        "write_datetime" => Column::Second(Field::CreatedAt),
        "mod_datetime" => Column::Second(Field::UpdatedAt),
        "package_id"
        | "package_token"
        | "invoice_index"
        | "quote.quote_id"
        | "line_items.item.categories.item_category_id" => Column::Absent,
        other => {
            if let Some(text) = other.strip_prefix("line_items.custom_") {
                Column::Custom(Field::LineCustomField(index(text, 10)?))
            } else {
                Column::Custom(Field::CustomField(index(other.strip_prefix("custom_")?, 20)?))
            }
        }
    })
}

/// Reads every `where` of a query.
pub(crate) async fn filters(billing: &Billing, caller: &Caller, query: &Query) -> Result<Vec<Filter>, Fault> {
    let mut clauses = Vec::new();
    for text in query.get_all("where") {
        clauses.extend(clauses::parse(text).map_err(refused)?);
    }
    if clauses.len() > clauses::MAX_CLAUSES {
        return Err(refused(clauses::ClauseFault::TooMany));
    }
    // One order for all spellings of a question, so that it is one statement in the store.
    clauses.sort_by(|a, b| (&a.field, a.operator, &a.value).cmp(&(&b.field, b.operator, &b.value)));
    clauses.dedup();
    let mut filters = Vec::new();
    let mut zone = None;
    for clause in &clauses {
        let column = column(&clause.field)
            .ok_or_else(|| refused(format!("the field {:?} is unknown", excerpt(&clause.field))))?;
        match column {
            Column::Id(field, kind, is_always) => {
                filters.extend(of_id(billing, caller, clause, field, kind, is_always).await?);
            }
            Column::Second(field) => {
                let known = match zone {
                    Some(known) => known,
                    None => account_zone(billing, caller).await?,
                };
                filters.extend(of_second(clause, field, &known)?);
                zone = Some(known);
            }
            plain => filters.extend(of_plain(clause, plain)?),
        }
    }
    if filters.len() > MAX_FILTERS {
        return Err(refused(format!("there are more than {MAX_FILTERS} conditions")));
    }
    Ok(filters)
}

fn refused(why: impl std::fmt::Display) -> Fault {
    Fault::parameter("where", why)
}

fn no_operator(clause: &Clause) -> Fault {
    refused(format!("{} does not go with {}", clause.operator.word(), excerpt(&clause.field)))
}

fn no_value(clause: &Clause, what: &str) -> Fault {
    refused(format!("{:?} is not {what} for {}", excerpt(&clause.value), excerpt(&clause.field)))
}

/// The zone of the default legal entity: the account's zone in the vendor's words.
async fn account_zone(billing: &Billing, caller: &Caller) -> Result<TimeZone, Fault> {
    let entities = billing.legal_entities(caller).await?.value;
    let default = entities.iter().find(|view| view.entity.is_default).or_else(|| entities.first());
    Ok(default.map_or(TimeZone::UTC, |view| wire::zone(&view.entity.time_zone)))
}

/// The clause as a comparison with one operand; None for IS and ISNOT, and for CONTAINS where it has no
/// meaning.
fn comparison(operator: Operator, operand: Operand) -> Option<Match> {
    Some(match operator {
        Operator::Equals => Match::Equals(operand),
        Operator::NotEquals => Match::NotEquals(operand),
        Operator::Greater => Match::Greater(operand),
        Operator::Less => Match::Less(operand),
        Operator::GreaterOrEqual => Match::GreaterOrEqual(operand),
        Operator::LessOrEqual => Match::LessOrEqual(operand),
        Operator::Contains => match operand {
            Operand::Text(text) => Match::Contains(text),
            Operand::Int(_) | Operand::Day(_) => return None,
        },
        Operator::Null | Operator::NotNull => return None,
    })
}

fn text(clause: &Clause) -> Operand {
    Operand::Text(clause.value.clone())
}

/// What holds for every invoice (no filter) or for none.
fn constant(holds: bool) -> Vec<Filter> {
    if holds { Vec::new() } else { vec![Filter::Never] }
}

async fn of_id(
    billing: &Billing,
    caller: &Caller,
    clause: &Clause,
    field: Field,
    kind: &'static str,
    is_always: bool,
) -> Result<Vec<Filter>, Fault> {
    let is = match clause.operator {
        Operator::Null | Operator::NotNull if is_always => {
            return Ok(constant(clause.operator == Operator::NotNull));
        }
        Operator::Null => Match::Null,
        Operator::NotNull => Match::NotNull,
        Operator::Equals | Operator::NotEquals => {
            let given = clause.value.trim();
            let Some(id) = super::reads::native_id(billing, caller, kind, given).await? else {
                return Ok(constant(clause.operator == Operator::NotEquals));
            };
            comparison(clause.operator, Operand::Int(id)).ok_or_else(|| no_operator(clause))?
        }
        operator => {
            let number: i64 = clause.value.trim().parse().map_err(|_| no_value(clause, "a number"))?;
            comparison(operator, Operand::Int(number)).ok_or_else(|| no_operator(clause))?
        }
    };
    Ok(vec![Filter::Field(field, is)])
}

fn of_plain(clause: &Clause, column: Column) -> Result<Vec<Filter>, Fault> {
    match column {
        Column::Refnumber => Ok(of_refnumber(clause)),
        Column::Text(field) => {
            let empty = Operand::Text(String::new());
            let is = match clause.operator {
                Operator::Null => Match::Equals(empty),
                Operator::NotNull => Match::NotEquals(empty),
                operator => comparison(operator, text(clause)).ok_or_else(|| no_operator(clause))?,
            };
            Ok(vec![Filter::Field(field, is)])
        }
        Column::Custom(field) => {
            let is = match clause.operator {
                Operator::Null => Match::Null,
                Operator::NotNull => Match::NotNull,
                operator => comparison(operator, text(clause)).ok_or_else(|| no_operator(clause))?,
            };
            Ok(vec![Filter::Field(field, is)])
        }
        Column::StatusWord => Ok(of_status(clause, |status| status.word)),
        Column::StatusState => Ok(of_status(clause, |status| status.state)),
        Column::Currency => of_currency(clause),
        Column::Day(field) => match clause.operator {
            Operator::Null | Operator::NotNull => Ok(constant(clause.operator == Operator::NotNull)),
            operator => {
                let day = wire::parse_day(clause.value.trim()).ok_or_else(|| no_value(clause, "a date"))?;
                let is = comparison(operator, Operand::Day(day)).ok_or_else(|| no_operator(clause))?;
                Ok(vec![Filter::Field(field, is)])
            }
        },
        Column::Absent => Ok(constant(matches!(clause.operator, Operator::NotEquals | Operator::Null))),
        Column::Id(..) | Column::Second(_) => unreachable!("read by `filters`"),
    }
}

/// A refnumber is the number, or a draft's reference: both halves of "has the number, or has none and this
/// reference" as two conditions that must hold.
fn of_refnumber(clause: &Clause) -> Vec<Filter> {
    let Some(is) = comparison(clause.operator, text(clause)) else {
        // Every invoice prints one.
        return constant(clause.operator == Operator::NotNull);
    };
    if let Match::NotEquals(_) = is {
        // The store's "not equal" holds for an absent number too.
        return vec![
            Filter::Field(Field::Number, is.clone()),
            Filter::AnyOf(vec![(Field::Number, Match::NotNull), (Field::Reference, is)]),
        ];
    }
    vec![
        Filter::AnyOf(vec![(Field::Number, is.clone()), (Field::Number, Match::Null)]),
        Filter::AnyOf(vec![(Field::Number, is.clone()), (Field::Reference, is)]),
    ]
}

fn of_status(clause: &Clause, read: fn(&Status) -> &'static str) -> Vec<Filter> {
    let wanted = clause.value.trim().to_ascii_lowercase();
    let passes = |status: Status| {
        let word = read(&status);
        match clause.operator {
            Operator::Equals => word == wanted,
            Operator::NotEquals => word != wanted,
            Operator::Greater => word > wanted.as_str(),
            Operator::Less => word < wanted.as_str(),
            Operator::GreaterOrEqual => word >= wanted.as_str(),
            Operator::LessOrEqual => word <= wanted.as_str(),
            Operator::Contains => word.contains(&wanted),
            Operator::Null => false,
            Operator::NotNull => true,
        }
    };
    let selected = status::selected(passes);
    if selected.len() == status::selected(|_| true).len() {
        return Vec::new();
    }
    if selected.is_empty() { vec![Filter::Never] } else { vec![Filter::Status(selected)] }
}

fn of_currency(clause: &Clause) -> Result<Vec<Filter>, Fault> {
    let operator = match clause.operator {
        Operator::Null | Operator::NotNull => return Ok(constant(clause.operator == Operator::NotNull)),
        operator @ (Operator::Equals | Operator::NotEquals) => operator,
        _ => return Err(no_operator(clause)),
    };
    let number: u16 = clause.value.trim().parse().map_err(|_| no_value(clause, "a number"))?;
    let known = iso_currency::Currency::from_numeric(number).and_then(|found| Currency::from_code(found.code()));
    let Some(currency) = known else { return Ok(constant(operator == Operator::NotEquals)) };
    let is = comparison(operator, Operand::Text(currency.code().to_owned())).ok_or_else(|| no_operator(clause))?;
    Ok(vec![Filter::Field(Field::Currency, is)])
}

/// Instants are kept finer than they are printed: a printed second is all instants from its begin to the
/// next one's.
fn of_second(clause: &Clause, field: Field, zone: &TimeZone) -> Result<Vec<Filter>, Fault> {
    if let Operator::Null | Operator::NotNull = clause.operator {
        return Ok(constant(clause.operator == Operator::NotNull));
    }
    let (begins, ends) =
        wire::parse_second(clause.value.trim(), zone).ok_or_else(|| no_value(clause, "a date and time"))?;
    let begins = Operand::Int(begins.as_microsecond());
    let ends = Operand::Int(ends.as_microsecond());
    let one = |is| Ok(vec![Filter::Field(field, is)]);
    match clause.operator {
        Operator::Equals => {
            Ok(vec![Filter::Field(field, Match::GreaterOrEqual(begins)), Filter::Field(field, Match::Less(ends))])
        }
        Operator::NotEquals => {
            Ok(vec![Filter::AnyOf(vec![(field, Match::Less(begins)), (field, Match::GreaterOrEqual(ends))])])
        }
        Operator::Greater => one(Match::GreaterOrEqual(ends)),
        Operator::GreaterOrEqual => one(Match::GreaterOrEqual(begins)),
        Operator::Less => one(Match::Less(begins)),
        Operator::LessOrEqual => one(Match::Less(ends)),
        Operator::Contains | Operator::Null | Operator::NotNull => Err(no_operator(clause)),
    }
}

#[cfg(test)]
mod tests;

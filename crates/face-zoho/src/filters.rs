//! What lists of payments, credit notes and unbilled charges may be asked: Zoho's parameters as neutral conditions.
//! Each module has a table of its words. Unknown parameters are harmless.

use billing::query::{Condition, Direction, DocumentQuery, Match, Operand, Paging};
use domain::id::{CustomerId, Id, InvoiceId};
use domain::money::Currency;
use http_kit::Query;

use crate::call::{Call, spelled};
use crate::errors::{Failure, Fault};
use crate::paging::{Listing, Page};
use crate::wire;

/// The longest text to search for, in characters (Zoho's OpenAPI of invoices: 100).
const MAX_TEXT_CHARS: usize = 100;
/// At most so many conditions in one request; the store's limit leaves room for the caller's own.
const MAX_CONDITIONS: usize = 20;

/// A word of `filter_by` and what it stands for.
pub(crate) type Filter<C> = (&'static str, fn() -> Vec<Condition<C>>);

/// The words of one module's list. The first of each table is what is meant when nothing is said.
pub(crate) struct Words<C: 'static> {
    pub report_name: &'static str,
    /// `filter_by`, as it is echoed in `applied_filter`.
    pub filters: &'static [Filter<C>],
    pub sorts: &'static [(&'static str, C)],
    /// `x`, `x_startswith`, `x_contains`.
    pub texts: &'static [(&'static str, C)],
    /// `x`, `x_start`, `x_end` (both inclusive), `x_before`, `x_after`.
    pub days: &'static [(&'static str, C)],
    /// `x`, `x_less_than`, `x_less_equals`, `x_greater_than`, `x_greater_equals`; in the currency of the books.
    pub amounts: &'static [(&'static str, C)],
    /// What `search_text` looks at.
    pub searched: &'static [C],
    pub customer: C,
    /// What `invoice_id` looks at.
    pub invoice: Option<C>,
    /// What is never listed: void payments, withdrawn notes.
    pub hidden: fn() -> Vec<Condition<C>>,
}

/// A list as it was asked for.
pub(crate) struct Ask<C> {
    pub query: DocumentQuery<C>,
    pub page: Page,
    pub listing: Listing,
}

type Comparison = fn(Operand) -> Match;

const DAY_SUFFIXES: [(&str, Comparison); 5] = [
    ("", Match::Equals),
    ("_start", Match::GreaterOrEqual),
    ("_end", Match::LessOrEqual),
    ("_before", Match::Less),
    ("_after", Match::Greater),
];

const AMOUNT_SUFFIXES: [(&str, Comparison); 5] = [
    ("", Match::Equals),
    ("_less_than", Match::Less),
    ("_less_equals", Match::LessOrEqual),
    ("_greater_than", Match::Greater),
    ("_greater_equals", Match::GreaterOrEqual),
];

impl<C: Copy> Ask<C> {
    /// The first parameter whose value makes no sense is the fault. An id that names nothing matches nothing.
    pub async fn from_wire(call: &Call, words: &Words<C>) -> Result<Self, Failure> {
        let query = &call.query;
        let page = Page::from_wire(query)?;
        let (sort_column, column) = word("sort_column", query, words.sorts)?;
        let (sort_order, direction) = direction(query)?;
        let mut conditions = (words.hidden)();
        let (applied_filter, filter) = filter_by(query, words.filters)?;
        conditions.extend(filter());
        if let Some(wanted) = text(query, "search_text")? {
            let any = words.searched.iter().map(|column| (*column, Match::Contains(wanted.to_owned())));
            conditions.push(Condition::AnyOf(any.collect()));
        }
        for (name, column) in words.texts {
            texts(query, name, *column, &mut conditions)?;
        }
        for (name, column) in words.days {
            days(query, name, *column, &mut conditions)?;
        }
        amounts(call, words.amounts, &mut conditions).await?;
        conditions.extend(named::<CustomerId, C>(call, "customer_id", words.customer).await?);
        if let Some(column) = words.invoice {
            conditions.extend(named::<InvoiceId, C>(call, "invoice_id", column).await?);
        }
        if conditions.len() > MAX_CONDITIONS {
            let message = format!("At most {MAX_CONDITIONS} filters may be passed.");
            return Err(Fault::bad_request(message).into());
        }
        let Paging::Offset { offset, limit } = page.paging() else {
            unreachable!("pages have numbers");
        };
        let query = DocumentQuery { conditions, order: (column, direction), offset, limit };
        let listing = Listing { report_name: words.report_name, applied_filter, sort_column, sort_order };
        Ok(Self { query, page, listing })
    }
}

/// The value of a parameter; an empty one counts as absent.
fn given<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.get(name).map(str::trim).filter(|value| !value.is_empty())
}

fn word<C: Copy>(
    name: &'static str,
    query: &Query,
    words: &'static [(&'static str, C)],
) -> Result<(&'static str, C), Fault> {
    let found = match given(query, name) {
        None => words.first(),
        Some(wanted) => words.iter().find(|(word, _)| word.eq_ignore_ascii_case(wanted)),
    };
    found.copied().ok_or_else(|| Fault::invalid(name))
}

/// Clients write `Status.Open`, `status.open` and `open`.
fn filter_by<C>(query: &Query, words: &'static [Filter<C>]) -> Result<Filter<C>, Fault> {
    let plain = |text: &str| {
        let lower = text.to_ascii_lowercase().replace('_', "");
        lower.split_once('.').map(|(_, rest)| rest.to_owned()).unwrap_or(lower)
    };
    let found = match given(query, "filter_by") {
        None => words.first(),
        Some(wanted) => words.iter().find(|(word, _)| plain(word) == plain(wanted)),
    };
    found.copied().ok_or_else(|| Fault::invalid("filter_by"))
}

pub(crate) fn direction(query: &Query) -> Result<(&'static str, Direction), Fault> {
    match given(query, "sort_order") {
        None | Some("D" | "d") => Ok(("D", Direction::Descending)),
        Some("A" | "a") => Ok(("A", Direction::Ascending)),
        Some(_) => Err(Fault::invalid("sort_order")),
    }
}

fn text<'q>(query: &'q Query, name: &str) -> Result<Option<&'q str>, Fault> {
    let text = given(query, name);
    if text.is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
        return Err(Fault::too_long(name, MAX_TEXT_CHARS));
    }
    Ok(text)
}

fn texts<C>(query: &Query, name: &str, column: C, conditions: &mut Vec<Condition<C>>) -> Result<(), Fault>
where
    C: Copy,
{
    type Make = fn(String) -> Match;
    let makes: [(&str, Make); 3] = [
        ("", |text| Match::Equals(Operand::Text(text))),
        ("_startswith", Match::StartsWith),
        ("_contains", Match::Contains),
    ];
    for (suffix, make) in makes {
        if let Some(text) = text(query, &format!("{name}{suffix}"))? {
            conditions.push(Condition::Is(column, make(text.to_owned())));
        }
    }
    Ok(())
}

fn days<C: Copy>(query: &Query, name: &str, column: C, conditions: &mut Vec<Condition<C>>) -> Result<(), Fault> {
    for (suffix, make) in DAY_SUFFIXES {
        let name = format!("{name}{suffix}");
        if let Some(text) = given(query, &name) {
            let day = wire::parse_day(text).ok_or_else(|| Fault::invalid(&name))?;
            conditions.push(Condition::Is(column, make(Operand::Day(day))));
        }
    }
    Ok(())
}

async fn amounts<C: Copy>(
    call: &Call,
    words: &[(&'static str, C)],
    conditions: &mut Vec<Condition<C>>,
) -> Result<(), Failure> {
    let mut asked = Vec::new();
    for (name, column) in words {
        for (suffix, make) in AMOUNT_SUFFIXES {
            let name = format!("{name}{suffix}");
            if let Some(text) = given(&call.query, &name) {
                asked.push((name.clone(), text, *column, make));
            }
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let currency = base_currency(call).await?;
    for (name, text, column, make) in asked {
        let amount = domain::money::Amount::parse(text).map_err(|_| Fault::invalid(&name))?;
        let money = amount.to_money(currency, "amount").map_err(|_| Fault::invalid(&name))?;
        conditions.push(Condition::Is(column, make(Operand::Int(money.minor))));
    }
    Ok(())
}

/// That of the default legal entity, as `GET /organizations` says it.
async fn base_currency(call: &Call) -> Result<Currency, Failure> {
    let entities = call.billing.legal_entities(&call.caller).await?.value;
    let default = entities.iter().find(|view| view.entity.is_default).or(entities.first());
    Ok(default.map_or(Currency::USD, |view| view.entity.base_currency))
}

async fn named<T: Id, C: Copy>(call: &Call, name: &'static str, column: C) -> Result<Option<Condition<C>>, Failure> {
    let Some(text) = given(&call.query, name) else {
        return Ok(None);
    };
    if !wire::is_id(text) {
        return Err(Fault::invalid(name).into());
    }
    let found = call.native_ids(vec![spelled::<T>(text)]).await?.into_iter().next().flatten();
    Ok(Some(found.map_or(Condition::Never, |id| Condition::Is(column, Match::Equals(Operand::Int(id))))))
}

//! GET `/express/invoices`: the lines of issued invoices, one row each, in issue order then line (seed 003).
//!
//! Decided here: a line that a correction dropped, and every line of a void invoice, keeps its place with
//! quantity 0 and amount 0, so that pages never shift; the `total_invoice_amount` of a void invoice is 0.
//! Filters have the names `account_ids`, `number`, `from`, `to`; their synonyms are read too, and links carry
//! the first ones. Unknown parameters are ignored. More than 50 rows per page are given as 50.

use crate::errors::{self, FieldFault};
use crate::paging::{self, Links, MAX_PER_PAGE, Page};
use crate::{Shared, access, wire};
use axum::extract::{RawQuery, State};
use billing::query::{LineQuery, LineRow};
use billing::read::Names;
use domain::id::CustomerId;
use domain::invoice;
use domain::money::{Decimal, Money};
use http_kit::auth::Presented;
use http_kit::json::Object;
use http_kit::url::ClientUrl;
use http_kit::{Answer, Query, RequestId};
use jiff::civil::Date;

/// Accounts in one question.
const MAX_ACCOUNTS: usize = 100;

const ACCOUNT_NAMES: [&str; 3] = ["account_ids", "account_id", "account_ids[]"];
const FROM_NAMES: [&str; 3] = ["from", "start_date", "date_from"];
const TO_NAMES: [&str; 3] = ["to", "end_date", "date_to"];

pub(crate) async fn handle(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    url: ClientUrl,
    presented: Presented,
    request: RequestId,
) -> Answer {
    match read(&shared, query.as_deref(), &url, presented, &request).await {
        Ok(answer) | Err(answer) => answer,
    }
}

async fn read(
    shared: &Shared,
    query: Option<&str>,
    url: &ClientUrl,
    presented: Presented,
    request: &RequestId,
) -> Result<Answer, Answer> {
    let admitted = access::admit(shared, presented, request).await?;
    let query = Query::parse(query.unwrap_or_default())
        .map_err(|fault| errors::bad_parameters(&[FieldFault::new("query", &fault.to_string())]))?;
    let named = accounts_from_wire(&query).map_err(|fault| errors::bad_parameters(&[fault]))?;
    let accounts = access::accounts(shared, &admitted, &named, request).await?;
    let asked = Asked::from_wire(&query).map_err(|faults| errors::bad_parameters(&faults))?;
    let lines = shared.billing.invoice_lines(&admitted.caller, asked.lines(accounts)).await;
    let lines = lines.map_err(|error| errors::of(error, request))?;
    let links = Links { url: url.base().join(url.path()), filters: asked.filters(&named) };
    let names = lines.names;
    let body =
        paging::envelope(asked.page, lines.value.total, &links, "invoices", &lines.value.rows, |row, wire_row| {
            to_wire(row, &names, wire_row);
        });
    Ok(Answer::with_body(200, errors::JSON, body))
}

/// The parameters but the accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    number: Option<String>,
    from_on: Option<Date>,
    /// Inclusive.
    to_on: Option<Date>,
    page: Page,
}

/// The first value of any of these names; an empty one is none.
fn one_of<'q>(query: &'q Query, names: &[&str]) -> Option<&'q str> {
    names.iter().filter_map(|name| query.get(name)).map(str::trim).find(|value| !value.is_empty())
}

/// Repeated, comma lists, or both; each account once, in the order given.
fn accounts_from_wire(query: &Query) -> Result<Vec<String>, FieldFault> {
    let mut accounts: Vec<String> = Vec::new();
    for name in ACCOUNT_NAMES {
        for text in query.get_all(name).flat_map(|value| value.split(',')).map(str::trim) {
            if !text.is_empty() && !accounts.iter().any(|known| known == text) {
                accounts.push(text.to_owned());
            }
            if accounts.len() > MAX_ACCOUNTS {
                let words = format!("At most {MAX_ACCOUNTS} accounts can be named.");
                return Err(FieldFault::new(name, &words));
            }
        }
    }
    Ok(accounts)
}

impl Asked {
    fn from_wire(query: &Query) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut day = |names: &[&str]| {
            let text = one_of(query, names)?;
            let day = wire::day(text);
            if day.is_none() {
                faults.push(FieldFault::new(names[0], "Not a date such as 2024-08-31."));
            }
            day
        };
        let (from_on, to_on) = (day(&FROM_NAMES), day(&TO_NAMES));
        if let (Some(from), Some(to)) = (from_on, to_on)
            && from > to
        {
            faults.push(FieldFault::new("to", "The end lies before the start."));
        }
        let mut count = |name: &str, default: i64| match query.int(name) {
            Ok(value) => match value.unwrap_or(default) {
                value if value >= 1 => value,
                _ => {
                    faults.push(FieldFault::new(name, "Must be 1 or more."));
                    default
                }
            },
            Err(_) => {
                faults.push(FieldFault::new(name, "Not an integer."));
                default
            }
        };
        let number = count("page", 1);
        let per_page = count("per_page", MAX_PER_PAGE).min(MAX_PER_PAGE);
        if !faults.is_empty() {
            return Err(faults);
        }
        let page = Page { number, per_page };
        Ok(Self { number: one_of(query, &["number"]).map(str::to_owned), from_on, to_on, page })
    }

    fn lines(&self, customers: Vec<CustomerId>) -> LineQuery {
        LineQuery {
            customers,
            number: self.number.clone(),
            from_on: self.from_on,
            to_on: self.to_on,
            offset: self.page.offset(),
            limit: self.page.per_page,
        }
    }

    /// The filters as links carry them.
    fn filters(&self, accounts: &[String]) -> Vec<(&'static str, String)> {
        let mut filters = Vec::new();
        if !accounts.is_empty() {
            filters.push(("account_ids", accounts.join(",")));
        }
        filters.extend(self.number.clone().map(|number| ("number", number)));
        filters.extend(self.from_on.map(|day| ("from", day.to_string())));
        filters.extend(self.to_on.map(|day| ("to", day.to_string())));
        filters
    }
}

/// One row, with the sample's keys in the sample's order.
fn to_wire(row: &LineRow, names: &Names, wire_row: &mut Object<'_>) {
    let is_void = row.state == invoice::State::Void;
    let money = |minor| Money { minor, currency: row.currency };
    let unless = |is_nothing: bool, minor| if is_nothing { Money::zero(row.currency) } else { money(minor) };
    let is_nothing = is_void || row.is_gone;
    let quantity = if is_nothing { Decimal::ZERO } else { row.quantity };
    let description = match (row.from_on, row.until_on) {
        (Some(from), Some(until)) => wire::period(from, until),
        _ => row.description.clone(),
    };
    wire_row
        .str("id", &wire::row_id(names, row.id))
        .str("account_id", &wire::account_id(names, row.customer_id))
        .str("number", row.number.as_deref().unwrap_or_default())
        .str("date", &wire::instant(row.dated_on))
        .str("currency", row.currency.code())
        .dec("total_invoice_amount", unless(is_void, row.total))
        .str("product_id", row.item_code.as_deref().unwrap_or_default())
        .str("description", &description)
        .dec("quantity", quantity)
        .dec("rate", row.unit_price)
        .dec("amount", unless(is_nothing, row.taxable));
}

//! GET `/accounts/{accountId}/billing/invoices`: the account's invoices of at most one year, all in one
//! answer (contract 1.1 Z1, 1.2): the vendor has no paging here.
//!
//! Decided here: without `to` the range ends today (or a year after `from`, if that is earlier); without
//! `from` it begins a year before `to`. "Today" is the business day of the account's legal entity. A range
//! may end in the future, since clients ask for "this year"; it may not begin more than three years ago.
//! The currency at the top is the one that all listed invoices have; when they differ, or there are none,
//! it is the account's, and every row names its own.

use crate::access::Admitted;
use crate::errors::{self, Invalid};
use crate::limits::{self, Call};
use crate::{access, status, wire};
use axum::extract::{Path, RawQuery, State};
use billing::query::{Field, Filter, InvoiceQuery, Match, Operand, Paging};
use billing::read::Names;
use billing::{Billing, Caller};
use domain::id::CustomerId;
use domain::invoice::view::Summary;
use domain::money::Currency;
use http_kit::auth::Presented;
use http_kit::json::{Object, Style, object};
use http_kit::{Answer, Query, RequestId};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// Rows per read of the store.
const CHUNK: u32 = 500;

pub(crate) async fn handle(
    State(billing): State<Billing>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    presented: Presented,
    request: RequestId,
) -> Answer {
    match read(&billing, &account, query.as_deref(), presented, &request).await {
        Ok(answer) | Err(answer) => answer,
    }
}

async fn read(
    billing: &Billing,
    account: &str,
    query: Option<&str>,
    presented: Presented,
    request: &RequestId,
) -> Result<Answer, Answer> {
    let admitted = access::admit(billing, presented, account, request).await?;
    let today = today(billing, &admitted).await.map_err(|error| errors::of(error, request))?;
    let range = Range::from_wire(query.unwrap_or_default(), today).map_err(|faults| errors::validation(&faults))?;
    let rows = rows(billing, &admitted.caller, admitted.account.id, range).await;
    let rows = rows.map_err(|error| errors::of(error, request))?;
    let answer = Answer::with_body(200, errors::JSON, to_wire(&rows, admitted.account.currency));
    Ok(limits::apply(billing, &admitted, Call::List, request, answer).await)
}

/// The business day of the legal entity that bills the account.
async fn today(billing: &Billing, admitted: &Admitted) -> Result<Date, billing::Error> {
    let entities = billing.legal_entities(&admitted.caller).await?.value;
    let bills = |id| admitted.account.entity_id == Some(id);
    let found = entities.iter().find(|view| bills(view.entity.id));
    let found = found.or_else(|| entities.iter().find(|view| view.entity.is_default)).or(entities.first());
    Ok(found.map_or_else(|| billing::clock::day_in(billing.now(), "UTC"), |view| view.today))
}

/// Both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    from: Date,
    to: Date,
}

impl Range {
    fn from_wire(query: &str, today: Date) -> Result<Self, Vec<Invalid>> {
        let query = match Query::parse(query) {
            Ok(query) => query,
            Err(_) => return Err(vec![Invalid::new("query", "The query string cannot be read.")]),
        };
        let mut faults = Vec::new();
        let mut day = |name: &str| {
            let text = query.get(name).map(str::trim).filter(|text| !text.is_empty())?;
            let day = wire::date(text);
            if day.is_none() {
                faults.push(Invalid::new(name, "The date must be in yyyy-mm-dd format."));
            }
            day
        };
        let (from, to) = (day("from"), day("to"));
        if !faults.is_empty() {
            return Err(faults);
        }
        let year_before = |day: Date| day.saturating_sub(1.year());
        let year_after = |day: Date| day.saturating_add(1.year());
        let to = to.unwrap_or_else(|| from.map_or(today, |from| year_after(from).min(today).max(from)));
        let from = from.unwrap_or_else(|| year_before(to));
        let fault = if from > to {
            Invalid::new("to", "The end date must not be before the start date.")
        } else if to > year_after(from) && from < year_before(to) {
            // Either way of counting will do: they differ on leap days.
            Invalid::new("to", "The date range must not exceed one year.")
        } else if from < today.saturating_sub(3.years()) {
            Invalid::new("from", "The date range must be within the past three years.")
        } else {
            return Ok(Self { from, to });
        };
        Err(vec![fault])
    }
}

/// All rows of the range, newest invoice date first. They are read by cursor, so that an invoice made or
/// deleted meanwhile neither hides nor doubles another.
async fn rows(
    billing: &Billing,
    caller: &Caller,
    account: CustomerId,
    range: Range,
) -> Result<Vec<(Summary, String)>, billing::Error> {
    let day = |day| Operand::Day(day);
    let filters = vec![
        Filter::Field(Field::CustomerId, Match::Equals(Operand::Int(account.0))),
        Filter::Field(Field::DatedOn, Match::GreaterOrEqual(day(range.from))),
        Filter::Field(Field::DatedOn, Match::LessOrEqual(day(range.to))),
    ];
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let paging = Paging::Keyset { after, limit: CHUNK };
        // What another face deleted is void: the account got it once, so it stays listed as canceled.
        let query = InvoiceQuery { filters: filters.clone(), order: Vec::new(), paging, with_withdrawn: true };
        let page = billing.invoices(caller, query).await?;
        let names = page.names;
        rows.extend(page.value.rows.into_iter().map(|row| {
            let id = wire::invoice_id(&names, row.id);
            (row, id)
        }));
        after = page.value.next;
        if after.is_none() {
            break;
        }
    }
    rows.sort_by_key(|(row, _)| std::cmp::Reverse((row.dated_on, row.created_at, row.id)));
    Ok(rows)
}

fn to_wire(rows: &[(Summary, String)], account_currency: Currency) -> Vec<u8> {
    let first = rows.first().map(|(row, _)| row.currency);
    let shared = first.filter(|first| rows.iter().all(|(row, _)| row.currency == *first));
    object(Style::COMPACT, |answer| {
        answer.str("currency", shared.unwrap_or(account_currency).code()).array(
            "invoices",
            rows,
            |(row, id), invoice| {
                fields(invoice, row, id);
                invoice.str("currency", row.currency.code());
            },
        );
    })
}

/// What list and detail have in common, in the sample's order.
pub(crate) fn head(invoice: &mut Object<'_>, summary: &Summary, names: &Names) {
    fields(invoice, summary, &wire::invoice_id(names, summary.id));
}

/// `total_amount` includes the tax. An invoice without a target date was billed up to its own date.
fn fields(invoice: &mut Object<'_>, summary: &Summary, id: &str) {
    invoice
        .str("id", id)
        .str("invoice_number", &wire::invoice_number(summary.number.as_deref(), summary.id))
        .dec("total_amount", summary.total)
        .dec("tax_amount", summary.tax)
        .dec("balance", summary.balance)
        .text("due_date", summary.due_on)
        .text("invoice_date", summary.dated_on)
        .text("target_date", summary.target_on.unwrap_or(summary.dated_on))
        .str("status", status::invoice(summary.state));
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2024, 2, 29);

    #[track_caller]
    fn check(query: &str, from: Date, to: Date) {
        assert_eq!(Range::from_wire(query, TODAY), Ok(Range { from, to }), "{query}");
    }

    #[track_caller]
    fn refuse(query: &str, field: &str, words: &str) {
        let faults = Range::from_wire(query, TODAY).expect_err(query);
        assert_eq!(faults[0].field, field, "{query}");
        assert!(faults[0].message.contains(words), "{query}: {faults:?}");
    }

    #[test]
    fn ranges() {
        check("", date(2023, 2, 28), TODAY);
        check("from=&to=&unknown=1", date(2023, 2, 28), TODAY);
        check("from=2023-06-01", date(2023, 6, 1), TODAY);
        check("from=2021-06-01", date(2021, 6, 1), date(2022, 6, 1));
        check("from=2024-03-05", date(2024, 3, 5), date(2024, 3, 5));
        check("to=2023-06-01", date(2022, 6, 1), date(2023, 6, 1));
        check("from=2023-01-01&to=2024-01-01", date(2023, 1, 1), date(2024, 1, 1));
        check("from=2024-01-01&to=2024-12-31", date(2024, 1, 1), date(2024, 12, 31));
        check("to=2024-01-31&from=2024-01-31&to=x", date(2024, 1, 31), date(2024, 1, 31));
        check("from=2021-02-28&to=2021-03-01", date(2021, 2, 28), date(2021, 3, 1));
    }

    #[test]
    fn ranges_refused() {
        refuse("from=01-02-2024", "from", "yyyy-mm-dd");
        refuse("to=2024-02-30", "to", "yyyy-mm-dd");
        refuse("from=2024-01-01T00:00:00Z", "from", "yyyy-mm-dd");
        refuse("from=2024-02-02&to=2024-02-01", "to", "before");
        refuse("from=2023-01-01&to=2024-01-02", "to", "one year");
        refuse("from=2021-02-27&to=2021-03-01", "from", "three years");
        refuse("to=2022-01-01", "from", "three years");
        refuse("from=%zz", "query", "cannot be read");
        let both = Range::from_wire("from=x&to=y", TODAY).expect_err("two faults");
        assert_eq!(both.len(), 2);
    }
}

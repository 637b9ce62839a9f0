//! `billwright invoice`: reads from the data directory, or with `--server` from a running server's native API. Both
//! print the same.

use billing::query::{InvoiceQuery, InvoiceRef, Paging};
use billing::{Billing, Caller};
use domain::id::{InvoiceId, parse_digits};
use domain::invoice::view::{LineView, Summary, View};
use domain::money::Money;
use serde_json::Value;

use crate::app::App;
use crate::cli::InvoiceCommand;
use crate::config::Config;
use crate::exit::{Failure, Result};
use crate::output::{self, Cell, Printer, Record};
use crate::remote::Remote;

use super::tenant;

const COLUMNS: [&str; 10] =
    ["id", "number", "status", "customer_id", "customer_name", "dated_on", "due_on", "currency", "total", "balance"];

/// What an invoice's total and balance are made of. All names here are the native API's.
const SUMS: [&str; 6] =
    ["net_total", "tax_total", "payments_total", "credits_total", "write_offs_total", "refunds_total"];

const LINE: [&str; 7] = ["name", "description", "quantity", "unit_price", "taxable", "tax", "total"];

/// Rows of one question; the native API and the reads below it give no more.
const PAGE: u32 = 200;

pub async fn run(command: &InvoiceCommand, config: &Config, printer: Printer) -> Result<()> {
    match command {
        InvoiceCommand::List { limit, tenant, .. } => {
            let rows = match remote(config, tenant.tenant.as_deref())? {
                Some(remote) => list_there(&remote, *limit).await?,
                None => {
                    let app = App::join(config).await?;
                    let rows = list_here(&app.billing, tenant.tenant.as_deref(), *limit).await;
                    app.close().await;
                    rows?
                }
            };
            if rows.is_empty() {
                output::note("there is no invoice yet");
            }
            printer.list(&COLUMNS, &rows)
        }
        InvoiceCommand::Get { id, tenant, .. } => {
            let id = InvoiceId::parse(id).or_else(|| parse_digits(id).map(InvoiceId)).ok_or_else(|| {
                Failure::usage(format!("{id:?} is no invoice's id: it looks like inv_100200"))
                    .todo("billwright invoice list")
            })?;
            let record = match remote(config, tenant.tenant.as_deref())? {
                Some(remote) => of_wire(&remote.get(&format!("/v1/invoices/{id}")).await?),
                None => {
                    let app = App::join(config).await?;
                    let record = get_here(&app.billing, tenant.tenant.as_deref(), id).await;
                    app.close().await;
                    record?
                }
            };
            printer.record(&record)
        }
    }
}

/// The server to ask. A credential belongs to one tenant, so it says which.
fn remote(config: &Config, tenant: Option<&str>) -> Result<Option<Remote>> {
    let remote = Remote::of(config)?;
    if remote.is_some() && tenant.is_some() {
        return Err(Failure::usage("--tenant cannot be chosen on a server: the credential says which"));
    }
    Ok(remote)
}

async fn list_here(billing: &Billing, tenant: Option<&str>, limit: u32) -> Result<Vec<Record>> {
    let caller = Caller::system(tenant::choose(billing, tenant).await?);
    let mut rows = Vec::new();
    let mut after = None;
    while let Some(wanted) = wanted(limit, rows.len()) {
        let paging = Paging::Keyset { after, limit: wanted };
        let query = InvoiceQuery { filters: Vec::new(), order: Vec::new(), paging, with_withdrawn: false };
        let page = billing.invoices(&caller, query).await?.value;
        rows.extend(page.rows.iter().map(of_summary));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(rows)
}

async fn list_there(remote: &Remote, limit: u32) -> Result<Vec<Record>> {
    let mut rows = Vec::new();
    let mut after = String::new();
    while let Some(wanted) = wanted(limit, rows.len()) {
        let page = remote.get(&format!("/v1/invoices?limit={wanted}{after}")).await?;
        let found = page.get("data").and_then(Value::as_array);
        rows.extend(found.into_iter().flatten().map(|row| header(row, &COLUMNS)));
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(cursor) => after = format!("&cursor={cursor}"),
            None => break,
        }
    }
    Ok(rows)
}

/// How many rows the next page should have; None when there are enough.
fn wanted(limit: u32, have: usize) -> Option<u32> {
    let missing = limit.saturating_sub(u32::try_from(have).unwrap_or(u32::MAX));
    Some(missing.min(PAGE)).filter(|wanted| *wanted > 0)
}

async fn get_here(billing: &Billing, tenant: Option<&str>, id: InvoiceId) -> Result<Record> {
    let tenant = tenant::choose(billing, tenant).await?;
    let found = billing.invoice(&Caller::system(tenant), None, &InvoiceRef::Id(id)).await;
    let view = found.map_err(|error| match error {
        billing::Error::Missing { .. } => {
            Failure::not_found(format!("there is no invoice {id} in {tenant}")).todo("billwright invoice list")
        }
        other => other.into(),
    })?;
    Ok(of_view(&view.value))
}

fn amount(money: Money) -> Cell {
    Cell::Amount(money.to_fixed())
}

fn of_summary(summary: &Summary) -> Record {
    Record::default()
        .with("id", Cell::text(summary.id.to_string()))
        .with("number", Cell::maybe(summary.number.as_ref()))
        .with("status", Cell::text(summary.standing.word()))
        .with("customer_id", Cell::text(summary.customer_id.to_string()))
        .with("customer_name", Cell::text(&summary.customer_name))
        .with("dated_on", Cell::text(summary.dated_on.to_string()))
        .with("due_on", Cell::text(summary.due_on.to_string()))
        .with("currency", Cell::text(summary.currency.code()))
        .with("total", amount(summary.total))
        .with("balance", amount(summary.balance))
}

fn of_view(view: &View) -> Record {
    let summary = &view.summary;
    let sums = [summary.net, summary.tax, summary.payments, summary.credits, summary.write_offs, summary.refunds];
    let record = of_summary(summary);
    let record = SUMS.into_iter().zip(sums).fold(record, |record, (name, sum)| record.with(name, amount(sum)));
    record.with("lines", Cell::Rows(view.lines.iter().map(of_line).collect()))
}

fn of_line(line: &LineView) -> Record {
    let [name, description, quantity, unit_price, taxable, tax, total] = LINE;
    Record::default()
        .with(name, Cell::text(&line.name))
        .with(description, Cell::text(&line.description))
        .with(quantity, Cell::Amount(line.quantity.to_string()))
        .with(unit_price, Cell::Amount(line.unit_price.to_string()))
        .with(taxable, amount(line.taxable))
        .with(tax, amount(line.tax))
        .with(total, amount(line.total))
}

/// An invoice of the native API.
fn of_wire(invoice: &Value) -> Record {
    let lines = invoice.get("lines").and_then(Value::as_array);
    let lines = lines.into_iter().flatten().map(|line| header(line, &LINE)).collect();
    let names: Vec<&'static str> = COLUMNS.into_iter().chain(SUMS).collect();
    header(invoice, &names).with("lines", Cell::Rows(lines))
}

/// These members of an object. The names are the native API's.
fn header(object: &Value, names: &[&'static str]) -> Record {
    const AMOUNTS: [&str; 6] = ["total", "balance", "taxable", "quantity", "unit_price", "tax"];
    names.iter().fold(Record::default(), |record, name| {
        let cell = match object.get(name) {
            Some(Value::String(text)) if AMOUNTS.contains(name) || SUMS.contains(name) => Cell::Amount(text.clone()),
            Some(Value::String(text)) => Cell::text(text),
            Some(Value::Null) | None => Cell::Nothing,
            Some(other) => Cell::text(other.to_string()),
        };
        record.with(name, cell)
    })
}

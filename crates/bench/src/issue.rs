//! Issuing in bulk, against a raw loop of prepared inserts that writes the same rows.

use crate::Size;
use crate::read::ratio;
use crate::world::filled;
use anyhow::Result;
use billing::invoices::issue::IssueMany;
use billing::invoices::{InvoiceSpec, LineSpec};
use domain::money::Decimal;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use store::Config;

/// The tables that issuing writes, parents first.
const TABLES: &[&str] =
    &["invoices", "invoice_lines", "invoice_taxes", "journal_entries", "postings", "audit_entries", "events"];

const CHUNK: usize = 500;

pub async fn run(size: Size) -> Result<()> {
    let invoices = size.invoices;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("issued.db");
    let world = filled(&Config::sqlite(&path), 200, 0).await?;
    let empty = folder.path().join("raw.db");
    copy_of(&path, &empty)?;
    let customers = world.billing.customers(&world.caller, 0, 200).await?;
    let specs: Vec<InvoiceSpec> = (0..invoices)
        .map(|number| {
            let line = |name: &str, cents: i64| {
                LineSpec::of(name, Decimal::ONE, Decimal::from_parts(cents, 2).unwrap_or(Decimal::ONE))
            };
            let cents = i64::try_from(number % 9_000).unwrap_or(0) + 1_000;
            let lines = vec![line("Base", cents), line("Seats", cents * 2), line("Storage", 995)];
            InvoiceSpec::to(customers[number % customers.len()].id, lines)
        })
        .collect();
    let began = Instant::now();
    for chunk in specs.chunks(CHUNK) {
        world.billing.perform(&world.caller, IssueMany { specs: chunk.to_vec() }).await?;
    }
    let ours = began.elapsed();
    let (rows, raw) = raw_loop(&path, &empty, invoices)?;
    println!(
        "issue in bulk, SQLite, {invoices} invoices of 3 lines in chunks of {CHUNK}: {} invoices/s; \
         raw loop of prepared inserts, the same {rows} rows: {} invoices/s; ratio {}",
        per_second(invoices, ours),
        per_second(invoices, raw),
        ratio(per_second(invoices, ours), per_second(invoices, raw)),
    );
    Ok(())
}

fn per_second(count: usize, time: Duration) -> u64 {
    u64::try_from(count as u128 * 1_000_000 / time.as_micros().max(1)).unwrap_or(0)
}

/// A database with the same schema, seller and customers, by SQLite's own means.
fn copy_of(from: &Path, to: &Path) -> Result<()> {
    let source = Connection::open(from)?;
    source.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// Reads every row that issuing made and times inserting them, chunk by chunk as ours were.
fn raw_loop(from: &Path, to: &Path, invoices: usize) -> Result<(usize, Duration)> {
    let source = Connection::open(from)?;
    let target = Connection::open(to)?;
    target.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    let chunks = invoices.div_ceil(CHUNK);
    let mut tables = Vec::new();
    let mut count = 0;
    for table in TABLES {
        let have: i64 = target.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0))?;
        let mut statement = source.prepare(&format!("SELECT * FROM {table} LIMIT -1 OFFSET {have}"))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let width = columns.len();
        let rows: Vec<Vec<Value>> =
            statement.query_map([], |row| (0..width).map(|at| row.get(at)).collect())?.collect::<Result<_, _>>()?;
        count += rows.len();
        let marks = vec!["?"; width].join(", ");
        tables.push((format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", ")), rows));
    }
    let began = Instant::now();
    for chunk in 0..chunks {
        target.execute_batch("BEGIN IMMEDIATE")?;
        for (text, rows) in &tables {
            let mut insert = target.prepare_cached(text)?;
            let size = rows.len().div_ceil(chunks);
            for row in rows.iter().skip(chunk * size).take(size) {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
        target.execute_batch("COMMIT")?;
    }
    Ok((count, began.elapsed()))
}

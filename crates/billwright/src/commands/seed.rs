//! `billwright seed`: fills a database, for load tests.

use samples::bulk::{BulkPlan, fill};

use crate::app::App;
use crate::cli::Seed;
use crate::config::Config;
use crate::exit::Result;
use crate::output::{self, Cell, Printer, Record};
use crate::progress::Progress;

pub async fn run(wanted: &Seed, config: &Config, printer: Printer) -> Result<()> {
    // Beside a running server the database is there and current; without one it may be made.
    let is_running = config.database_url.is_some() || crate::data_dir::Lock::is_taken(&config.data_dir);
    let app = if is_running { App::join(config).await? } else { App::own(config).await? };
    let progress = Progress::new("invoices", wanted.tenants.saturating_mul(wanted.invoices));
    let plan = BulkPlan {
        tenants: wanted.tenants,
        customers: wanted.customers,
        invoices: wanted.invoices,
        lines_per_invoice: wanted.lines,
        paid_percent: wanted.paid,
        seed: wanted.seed,
        progress: &|done, _| progress.at(done),
    };
    let filled = fill(&app.billing, &plan).await;
    let took = progress.finish();
    app.close().await;
    let rows: Vec<Record> = filled?
        .into_iter()
        .map(|tenant| {
            Record::default()
                .with("tenant", Cell::text(tenant.to_string()))
                .with("customers", Cell::Int(count(wanted.customers.max(1))))
                .with("invoices", Cell::Int(count(wanted.invoices)))
        })
        .collect();
    printer.list(&["tenant", "customers", "invoices"], &rows)?;
    output::note(format!("took {:.1} s", took.as_secs_f64()));
    Ok(())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

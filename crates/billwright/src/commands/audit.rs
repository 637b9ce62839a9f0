//! `billwright audit`: recomputes every invariant; exit 0 only when all hold.

use billing::audit::{Report, Scope, Violation};
use domain::id::TenantId;

use crate::app::App;
use crate::cli::Audit;
use crate::config::Config;
use crate::exit::{Exit, Failure, Result};
use crate::output::{self, Cell, Format, Printer, Record};

use super::tenant;

pub async fn run(wanted: &Audit, config: &Config, printer: Printer) -> Result<()> {
    let app = App::join(config).await?;
    let audited = audit(&app, wanted.tenant.as_deref()).await;
    app.close().await;
    let report = audited?;
    match printer.format {
        Format::Table => output::print(&format!("{report}\n"))?,
        Format::Json => output::print(&format!("{}\n", report.to_json()))?,
        Format::Csv | Format::Plain => {
            let rows: Vec<Record> = report.violations.iter().map(row).collect();
            printer.list(&["tenant", "rule", "kind", "id", "text"], &rows)?;
        }
    }
    match report.is_clean {
        true => Ok(()),
        false => Err(Failure::silent(Exit::Refused)),
    }
}

async fn audit(app: &App, tenant: Option<&str>) -> Result<Report> {
    let scope = match tenant {
        Some(_) => Scope::Tenant(tenant::choose(&app.billing, tenant).await?),
        None => Scope::All,
    };
    Ok(app.billing.audit(scope).await?)
}

fn row(violation: &Violation) -> Record {
    Record::default()
        .with("tenant", Cell::text(TenantId(violation.tenant).to_string()))
        .with("rule", Cell::text(violation.rule))
        .with("kind", Cell::text(&violation.object.kind))
        .with("id", Cell::Int(violation.object.id))
        .with("text", Cell::text(&violation.text))
}

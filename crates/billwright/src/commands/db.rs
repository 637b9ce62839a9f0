//! `billwright db`: the schema, and whether every statement of this program fits it.

use store::SchemaStatus;

use crate::app::{self, App};
use crate::cli::DbCommand;
use crate::config::Config;
use crate::exit::{Exit, Failure, Result};
use crate::output::{self, Cell, Printer, Record};

pub async fn run(command: &DbCommand, config: &Config, printer: Printer) -> Result<()> {
    match command {
        DbCommand::Status => status(config, printer).await,
        DbCommand::Migrate => migrate(config, printer).await,
        DbCommand::Check => check(config, printer).await,
    }
}

async fn status(config: &Config, printer: Printer) -> Result<()> {
    let db = app::open_existing(config).await?;
    let status = db.schema_status().await?;
    let (word, version, pending) = match &status {
        SchemaStatus::Current { version } => ("current", *version, Vec::new()),
        SchemaStatus::Pending { version, pending } => ("pending", *version, pending.clone()),
        SchemaStatus::Newer { found, .. } => ("newer", *found, Vec::new()),
    };
    let record = Record::default()
        .with("database", Cell::text(db.dialect().word()))
        .with("place", Cell::text(config.database_words()))
        .with("status", Cell::text(word))
        .with("version", Cell::Int(version))
        .with("pending", Cell::Many(pending.iter().map(ToString::to_string).collect()));
    db.close().await;
    printer.record(&record)?;
    match status {
        SchemaStatus::Current { .. } => Ok(()),
        SchemaStatus::Pending { .. } => {
            output::note("billwright db migrate brings it up to date");
            Err(Failure::silent(Exit::Refused))
        }
        SchemaStatus::Newer { found, known } => Err(store::Error::NewerSchema { found, known }.into()),
    }
}

async fn migrate(config: &Config, printer: Printer) -> Result<()> {
    let app = App::own(config).await?;
    let status = app.billing.db().schema_status().await?;
    app.close().await;
    let version = match status {
        SchemaStatus::Current { version } => version,
        other => {
            return Err(Failure::new(Exit::Internal, format!("the schema is not current after migrating: {other:?}")));
        }
    };
    printer.record(&Record::default().with("status", Cell::text("current")).with("version", Cell::Int(version)))
}

async fn check(config: &Config, printer: Printer) -> Result<()> {
    let app = App::join(config).await?;
    let shapes = store::check::shapes(app.billing.db()).await?;
    let dialect = app.billing.db().dialect().word();
    app.close().await;
    let faults: Vec<Record> = shapes
        .iter()
        .flat_map(|shape| shape.faults.iter().map(|fault| (shape.name, fault)))
        .map(|(name, fault)| Record::default().with("statement", Cell::text(name)).with("fault", Cell::text(fault)))
        .collect();
    let record = Record::default()
        .with("database", Cell::text(dialect))
        .with("statements", Cell::Int(i64::try_from(shapes.len()).unwrap_or(i64::MAX)))
        .with("faults", Cell::Rows(faults.clone()));
    printer.record(&record)?;
    if faults.is_empty() { Ok(()) } else { Err(Failure::silent(Exit::Refused)) }
}

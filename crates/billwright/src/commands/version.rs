//! `billwright version`.

use crate::exit::Result;
use crate::output::{Cell, Printer, Record};

pub fn run(printer: Printer) -> Result<()> {
    let schema = store::migrate::MIGRATIONS.last().map_or(0, |migration| migration.version);
    printer.record(
        &Record::default()
            .with("billwright", Cell::text(env!("CARGO_PKG_VERSION")))
            .with("schema_version", Cell::Int(schema)),
    )
}

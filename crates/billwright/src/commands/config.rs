//! `billwright config`: shows, checks and explains the settings.

use std::path::Path;

use crate::cli::ConfigCommand;
use crate::config::values::unknown_variables;
use crate::config::{self, Config};
use crate::exit::Result;
use crate::output::{self, Cell, Printer, Record};

/// Works on the texts, so that a wrong setting can be looked at.
pub fn run(
    command: &ConfigCommand,
    flags: Vec<(&'static str, String)>,
    file: Option<&Path>,
    printer: Printer,
) -> Result<()> {
    let environment = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    match command {
        ConfigCommand::Example => output::print(&config::example()),
        ConfigCommand::Show { origin } => {
            let values = config::values(flags, file, &environment)?;
            let rows: Vec<Record> = values
                .all()
                .map(|value| {
                    let text = value.shown();
                    let text = if text.is_empty() { Cell::Nothing } else { Cell::Text(text) };
                    let row = Record::default().with("setting", Cell::text(value.setting.name)).with("value", text);
                    if *origin { row.with("origin", Cell::text(value.origin.to_string())) } else { row }
                })
                .collect();
            let columns: &[&'static str] =
                if *origin { &["setting", "value", "origin"] } else { &["setting", "value"] };
            printer.list(columns, &rows)
        }
        ConfigCommand::Check => {
            let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
            for name in unknown_variables(names) {
                output::note(format!("warning: the environment variable {name} is no setting"));
            }
            let config = Config::from_values(config::values(flags, file, &environment)?)?;
            if let Some((chain, key)) = &config.tls {
                let loaded =
                    http_kit::tls::Certificate::load(chain, key).and_then(|loaded| loaded.acceptor().map(drop));
                loaded.map_err(|error| crate::exit::Failure::usage(error.to_string()))?;
            }
            output::note("the configuration can be used");
            Ok(())
        }
    }
}

//! Owns the command line, the configuration and the wiring of the server. Does not own any rule of billing, any SQL,
//! or any face's words.

pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod data_dir;
mod demo;
pub mod exit;
pub mod faces;
#[cfg(feature = "failpoints")]
pub mod failpoints;
mod front;
pub mod gateway;
mod logs;
mod metrics;
mod output;
mod progress;
mod remote;
mod secret_key;
mod serve;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use cli::{Cli, Command};
use config::Config;
use exit::{Exit, Failure, Result};
use output::Printer;

/// The whole program: reads the command line, does it, tells how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => {
            // Help and version go to stdout and are no failure; the rest has clap's usage code, 2.
            let _ = said.print();
            return if said.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() };
        }
    };
    match run(&cli) {
        Ok(()) => Exit::Ok.into(),
        Err(failure) => {
            if !failure.is_silent() {
                output::note(format!("billwright: {failure}"));
            }
            failure.exit().into()
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let printer = Printer { format: cli.shared.format() };
    let flags = flags(cli);
    let file = cli.shared.config.as_deref();
    // These need no usable configuration.
    match &cli.command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "billwright", &mut script);
            return output::print(&String::from_utf8_lossy(&script));
        }
        Command::Version => return commands::version::run(printer),
        Command::Config(command) => return commands::config::run(command, flags, file, printer),
        _ => {}
    }
    let config = match &cli.command {
        Command::Demo(wanted) => demo::config(&cli.shared, wanted)?,
        _ => Config::load(flags, file)?,
    };
    let usual_log = if matches!(cli.command, Command::Serve(_)) { "info" } else { "warn" };
    logs::start(config.log.as_deref().unwrap_or(usual_log), config.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::unavailable(format!("no threads to run on: {error}")))?;
    runtime.block_on(perform(cli, &config, printer))
}

fn flags(cli: &Cli) -> Vec<(&'static str, String)> {
    use cli::InvoiceCommand;
    let mut flags = cli.shared.flags();
    match &cli.command {
        Command::Serve(serve) => flags.extend(serve.flags()),
        Command::Payment(payment) => flags.extend(payment.flags()),
        Command::Invoice(InvoiceCommand::List { remote, .. } | InvoiceCommand::Get { remote, .. }) => {
            flags.extend(remote.flags());
        }
        _ => {}
    }
    flags
}

async fn perform(cli: &Cli, config: &Config, printer: Printer) -> Result<()> {
    match &cli.command {
        Command::Serve(_) => serve::run(config).await,
        Command::Doctor => commands::doctor::run(config, printer).await,
        Command::Tenant(command) => commands::tenant::run(command, config, printer).await,
        Command::Credential(command) => commands::credential::run(command, config, printer).await,
        Command::Oauth(command) => commands::oauth::run(command, config, printer).await,
        Command::Face(command) => commands::face::run(command, config, printer),
        Command::Invoice(command) => commands::invoice::run(command, config, printer).await,
        Command::Payment(command) => commands::payment::run(command, config, printer).await,
        Command::Db(command) => commands::db::run(command, config, printer).await,
        Command::Audit(wanted) => commands::audit::run(wanted, config, printer).await,
        Command::Seed(wanted) => commands::seed::run(wanted, config, printer).await,
        Command::Demo(wanted) => demo::run(wanted, cli.shared.data_dir.is_some(), config, printer).await,
        Command::Completions { .. } | Command::Version | Command::Config(_) => {
            unreachable!("answered before the configuration was read")
        }
    }
}

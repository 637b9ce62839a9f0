//! `billwright payment reconcile`: asks the gateway what came of charges whose outcome is not known, beside a running
//! server or without one.

use crate::app::App;
use crate::cli::PaymentCommand;
use crate::config::Config;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Printer, Record};

use super::tenant;

pub async fn run(command: &PaymentCommand, config: &Config, printer: Printer) -> Result<()> {
    let PaymentCommand::Reconcile(wanted) = command;
    if config.gateway.is_none() {
        return Err(Failure::usage("there is no gateway to ask").todo(
            "name the server's with --gateway, or as `gateway` in the configuration:\n\
             billwright payment reconcile --gateway sandbox",
        ));
    }
    let app = App::join(config).await?;
    let only = match wanted.tenant.as_deref() {
        Some(named) => Some(tenant::choose(&app.billing, Some(named)).await?),
        None => None,
    };
    let round = app.billing.reconcile_all(only).await;
    app.close().await;
    let round = round?;
    let count = |count: u64| Cell::Int(i64::try_from(count).unwrap_or(i64::MAX));
    printer.record(
        &Record::default()
            .with("callbacks", count(round.callbacks))
            .with("asked", count(round.asked))
            .with("paid", count(round.paid))
            .with("failed", count(round.failed))
            .with("unknown", count(round.unknown)),
    )
}

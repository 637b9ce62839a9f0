//! `billwright payment`: charges through payment gateways.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum PaymentCommand {
    /// Ask the gateway what came of every charge whose outcome is not known
    #[command(after_help = "A running server does the same by itself, each charge ever more rarely.

Examples:
  billwright payment reconcile --gateway sandbox
  billwright payment reconcile --tenant ten_100200 --json")]
    Reconcile(Reconcile),
}

#[derive(Args, Debug)]
pub struct Reconcile {
    /// Only of this tenant, by id or exact name [default: all]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// As the server has it
    #[arg(long, value_name = "GATEWAY")]
    pub gateway: Option<String>,
}

impl PaymentCommand {
    pub fn flags(&self) -> Vec<(&'static str, String)> {
        let PaymentCommand::Reconcile(wanted) = self;
        wanted.gateway.iter().map(|text| ("gateway", text.clone())).collect()
    }
}

//! `billwright oauth`: the programs that get their tokens themselves.

use clap::{Args, Subcommand};

use super::Tenant;

#[derive(Debug, Subcommand)]
pub enum OauthCommand {
    /// The programs that may ask for access
    #[command(subcommand)]
    Client(OauthClientCommand),
    /// Print a code for the token endpoint, as Zoho's Self Client does
    #[command(after_help = "Examples:
  billwright oauth code --client 'Nightly export' --scope ZohoSubscriptions.invoices.READ
  curl -X POST \"$URL/oauth/v2/token\" -d grant_type=authorization_code -d client_id=... -d client_secret=... -d code=...")]
    Code(OauthCode),
    /// What was approved and has a refresh token
    #[command(subcommand)]
    Grant(OauthGrantCommand),
}

#[derive(Debug, Subcommand)]
pub enum OauthClientCommand {
    /// Register a client; its secret is shown once
    #[command(after_help = "Examples:
  billwright oauth client create --name 'Our shop' --redirect-uri https://shop.example/oauth/callback
  billwright oauth client create --name 'Nightly export' --scope ZohoSubscriptions.invoices.READ")]
    Create(CreateOauthClient),
    /// List the clients, without secrets
    List(Tenant),
    /// End a client with every token it has; a running server refuses them within a second
    #[command(after_help = "Examples:\n  billwright oauth client revoke 'Our shop'")]
    Revoke {
        /// Its id, client_id or exact name
        client: String,
        #[command(flatten)]
        tenant: Tenant,
    },
}

#[derive(Args, Debug)]
pub struct CreateOauthClient {
    /// Shown to whoever is asked to approve
    #[arg(long)]
    pub name: String,
    /// Where codes may be sent: https, or http on localhost; may be repeated [default: nowhere, only `oauth code`]
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Vec<String>,
    /// The most that it may ask for; may be repeated [default: ZohoSubscriptions.fullaccess.all]
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    #[command(flatten)]
    pub tenant: Tenant,
}

#[derive(Args, Debug)]
pub struct OauthCode {
    /// The client: its id, client_id or exact name
    #[arg(long, value_name = "CLIENT")]
    pub client: String,
    /// What it gets access to; may be repeated
    #[arg(long, value_name = "SCOPE", required = true)]
    pub scope: Vec<String>,
    /// How long the code waits
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(i64).range(60..=600))]
    pub expires_in: i64,
    /// Without a refresh token: the access ends after an hour
    #[arg(long)]
    pub online: bool,
    #[command(flatten)]
    pub tenant: Tenant,
}

#[derive(Debug, Subcommand)]
pub enum OauthGrantCommand {
    /// List the grants
    List(Tenant),
    /// End a grant: its refresh token and its access tokens
    #[command(after_help = "Examples:\n  billwright oauth grant revoke oag_100300")]
    Revoke {
        /// As `oauth grant list` prints it
        id: String,
        #[command(flatten)]
        tenant: Tenant,
    },
}

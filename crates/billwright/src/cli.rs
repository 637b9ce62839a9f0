//! The command line as types. What each command does lies in `commands/`.

mod oauth;
mod payment;

use std::path::PathBuf;

use billing::FaceName;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::logs::LogFormat;
use crate::output::Format;
pub use oauth::{CreateOauthClient, OauthClientCommand, OauthCode, OauthCommand, OauthGrantCommand};
pub use payment::PaymentCommand;

const EXAMPLES: &str = "Examples:
  billwright demo                                  a server with sample data, gone when it ends
  billwright serve --listen 127.0.0.1:8080         the real one, on SQLite
  billwright tenant create 'Acme Ltd'              the first seller
  billwright credential create --face zoho         a token for a client made for Zoho
  billwright invoice list --json
  billwright doctor                                what is wrong with this installation

Exit codes: 0 ok, 1 a fault of ours, 2 usage, 3 not found, 4 refused or a check did not hold,
5 not authorised, 6 conflict, 7 unavailable now.";

/// A self-hosted invoicing and subscription-billing server.
#[derive(Debug, Parser)]
#[command(name = "billwright", version, about, after_help = EXAMPLES, disable_help_subcommand = true)]
#[command(arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Everywhere")]
pub struct Shared {
    /// The configuration file [default: ./billwright.toml, then /etc/billwright/billwright.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the SQLite database lies [default: ~/.local/share/billwright]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL instead of SQLite: postgres://user@host/database
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The file of the key that seals secrets [default: secret.key in the data directory; PostgreSQL: none]
    #[arg(long, global = true, value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// How data is written to stdout
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub output: Option<Format>,
    /// The same as --output json
    #[arg(long, global = true, conflicts_with = "output")]
    pub json: bool,
    /// What is logged to stderr: a level, or directives such as warn,store=debug
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// How it is logged
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Accept a PostgreSQL that loses acknowledged writes at a power loss (for tests only)
    #[arg(long, global = true, hide = true)]
    pub allow_unsafe_postgres: bool,
}

impl Shared {
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { self.output.unwrap_or_default() }
    }

    /// As settings.
    pub fn flags(&self) -> Vec<(&'static str, String)> {
        let mut flags = Vec::new();
        let mut add = |name, text: Option<String>| flags.extend(text.map(|text| (name, text)));
        add("data_dir", self.data_dir.as_ref().map(|path| path.display().to_string()));
        add("database_url", self.database_url.clone());
        add("secret_key_file", self.secret_key_file.as_ref().map(|path| path.display().to_string()));
        add("log", self.log.clone());
        let log_format = self.log_format.map(|format| match format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        });
        add("log_format", log_format.map(str::to_owned));
        add("allow_unsafe_postgres", self.allow_unsafe_postgres.then(|| "true".to_owned()));
        flags
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a server with sample data and print credentials and a working curl per face
    Demo(Demo),
    /// Run the server
    Serve(Serve),
    /// Look at this installation and say what to mend
    Doctor,
    /// The settings and where each comes from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The sellers whose books are kept here
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// How clients present themselves
    #[command(subcommand)]
    Credential(CredentialCommand),
    /// Programs that get their tokens themselves, as Zoho's clients do (OAuth 2.0)
    #[command(subcommand)]
    Oauth(OauthCommand),
    /// The APIs that are spoken here
    #[command(subcommand)]
    Face(FaceCommand),
    /// Read invoices, here or from a running server
    #[command(subcommand)]
    Invoice(InvoiceCommand),
    /// Charges through a payment gateway
    #[command(subcommand)]
    Payment(PaymentCommand),
    /// The database's schema and integrity
    #[command(subcommand)]
    Db(DbCommand),
    /// Recompute every invariant from raw rows; exit 0 only when all hold
    #[command(after_help = "Examples:\n  billwright audit\n  billwright audit --tenant ten_100200 --json")]
    Audit(Audit),
    /// Fill a database with made-up invoices, the same for the same seed
    #[command(after_help = "Examples:\n  billwright seed --invoices 10000 --data-dir ./scratch --seed 7")]
    Seed(Seed),
    /// Print a completion script for a shell
    #[command(after_help = "Examples:\n  billwright completions bash > /etc/bash_completion.d/billwright")]
    Completions { shell: Shell },
    /// Print the version of the program and of its schema
    Version,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  billwright demo
  billwright demo --listen 127.0.0.1:9000 --keep
  billwright demo --tls                    with a certificate of its own (curl --insecure)")]
pub struct Demo {
    /// The address of all faces; port 0 takes a free one [default: 127.0.0.1:8080, or any free port]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// HTTPS with a self-signed certificate
    #[arg(long)]
    pub tls: bool,
    /// Keep the data directory when the server ends
    #[arg(long)]
    pub keep: bool,
    /// Exit after printing
    #[arg(long)]
    pub once: bool,
    /// Customers of the sample company
    #[arg(long, value_name = "N", default_value_t = samples::company::Plan::demo().customers)]
    pub customers: usize,
    /// Its invoices
    #[arg(long, value_name = "N", default_value_t = samples::company::Plan::demo().invoices)]
    pub invoices: usize,
    /// The same seed makes the same company
    #[arg(long, value_name = "S", default_value_t = samples::company::Plan::demo().seed)]
    pub seed: u64,
}

#[derive(Args, Debug)]
#[command(after_help = "The first line on stdout is `listening on URL`; everything else is logged to stderr.
SIGTERM or SIGINT finishes the requests that were begun; a second one does not wait.

Examples:
  billwright serve
  billwright serve --listen 127.0.0.1:0 --data-dir ./data
  billwright serve --database-url postgres://billwright@127.0.0.1/billwright
  billwright serve --listen 0.0.0.0:8443 --tls-cert chain.pem --tls-key key.pem")]
pub struct Serve {
    /// The address of all faces; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The address of /metrics, or off [default: 127.0.0.1:9464]
    #[arg(long, value_name = "ADDRESS")]
    pub metrics_listen: Option<String>,
    /// The certificate chain in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// How clients reach the server, for links and signatures over URLs
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// A proxy stands before the server and sets X-Forwarded-Proto, -Host and -For
    #[arg(long)]
    pub trust_proxy: bool,
    /// An origin whose scripts may call; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<String>,
    /// Connections at a time [default: 10000]
    #[arg(long, value_name = "N")]
    pub max_connections: Option<usize>,
    /// Connections at a time from one address; 0 for no cap [default: 256]
    #[arg(long, value_name = "N")]
    pub max_connections_per_ip: Option<usize>,
    /// An address or network without that cap, or none; may be repeated [default: 127.0.0.0/8 and ::1]
    #[arg(long, value_name = "NETWORK")]
    pub uncapped_ips: Vec<String>,
    /// How long requests in flight may take after SIGTERM [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub shutdown_grace_seconds: Option<u64>,
    /// How invoices are charged: sandbox (it moves no money), or sandbox:SEED [default: not at all]
    #[arg(long, value_name = "GATEWAY")]
    pub gateway: Option<String>,
    /// Add /_test/clock, which moves a tenant's business clock (for tests only)
    #[arg(long)]
    pub test_clock: bool,
}

impl Serve {
    pub fn flags(&self) -> Vec<(&'static str, String)> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let flag = |is_set: bool| is_set.then(|| "true".to_owned());
        let list = |texts: &[String]| Some(texts.join(",")).filter(|text| !text.is_empty());
        let given = [
            ("listen", self.listen.clone()),
            ("metrics_listen", self.metrics_listen.clone()),
            ("tls_cert", path(&self.tls_cert)),
            ("tls_key", path(&self.tls_key)),
            ("public_url", self.public_url.clone()),
            ("trust_proxy", flag(self.trust_proxy)),
            ("allow_origin", list(&self.allow_origin)),
            ("max_connections", self.max_connections.map(|number| number.to_string())),
            ("max_connections_per_ip", self.max_connections_per_ip.map(|number| number.to_string())),
            ("uncapped_ips", list(&self.uncapped_ips)),
            ("shutdown_grace_seconds", self.shutdown_grace_seconds.map(|seconds| seconds.to_string())),
            ("gateway", self.gateway.clone()),
            ("test_clock", flag(self.test_clock)),
        ];
        given.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
    }
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting; secrets are hidden
    Show {
        /// With the source of each
        #[arg(long)]
        origin: bool,
    },
    /// Say whether the configuration can be used
    Check,
    /// Print a commented billwright.toml
    #[command(after_help = "Examples:\n  billwright config example > billwright.toml")]
    Example,
}

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant; prints its id
    #[command(after_help = "Examples:\n  billwright tenant create 'Acme Ltd' --currency EUR --time-zone Europe/Dublin")]
    Create {
        name: String,
        /// With a legal entity of this currency (ISO 4217), so that it can issue invoices at once
        #[arg(long, value_name = "CODE")]
        currency: Option<String>,
        /// Where that legal entity's days begin and end (IANA name)
        #[arg(long, value_name = "ZONE", default_value = "UTC", requires = "currency")]
        time_zone: String,
    },
    /// List the tenants
    List,
    /// Set a switch or limit of the faces
    #[command(
        after_help = "Examples:\n  billwright tenant set zoho.limits free\n  billwright tenant set zoho.limits.per_day 50000"
    )]
    Set {
        /// As `tenant settings` prints it
        name: String,
        value: String,
        #[command(flatten)]
        tenant: Tenant,
    },
    /// Print the switches and limits of the faces
    Settings(Tenant),
}

/// Which tenant.
#[derive(Args, Debug)]
pub struct Tenant {
    /// The tenant, by id or exact name [default: the only one]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum CredentialCommand {
    /// Make a credential; its secret is shown once
    #[command(after_help = "Examples:
  billwright credential create --face zoho
  billwright credential create --face zoom --customer cus_100200 --label 'Ann at Initech'
  billwright credential create --face zoho --scope ZohoSubscriptions.invoices.READ")]
    Create(CreateCredential),
    /// List the credentials, without secrets
    List(Tenant),
    /// End a credential; a running server refuses it within a second
    #[command(after_help = "Examples:\n  billwright credential revoke crd_100300")]
    Revoke {
        /// As `credential list` prints it
        id: String,
        #[command(flatten)]
        tenant: Tenant,
    },
}

#[derive(Args, Debug)]
pub struct CreateCredential {
    /// The face that it opens
    #[arg(long, value_parser = face)]
    pub face: FaceName,
    #[command(flatten)]
    pub tenant: Tenant,
    /// A scope in the vendor's words; may be repeated [default: everything of the face]
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// It acts for this customer and those below it, instead of for staff
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// An entitlement in the vendor's words; may be repeated
    #[arg(long, value_name = "WORD")]
    pub entitlement: Vec<String>,
    /// Shown in lists and in the audit trail
    #[arg(long, default_value = "command line")]
    pub label: String,
    /// When it ends, as an instant such as 2027-01-01T00:00:00Z [default: never]
    #[arg(long, value_name = "INSTANT")]
    pub expires_at: Option<jiff::Timestamp>,
}

#[derive(Debug, Subcommand)]
pub enum FaceCommand {
    /// List the faces and their operations
    List,
    /// Print a curl for one operation
    #[command(after_help = "Examples:
  billwright face curl zoho list-invoices
  billwright face curl zoom get-invoice --param account=me --param invoice=2c92a0b1 --token \"$TOKEN\"")]
    Curl(Curl),
}

#[derive(Args, Debug)]
pub struct Curl {
    #[arg(value_parser = face)]
    pub face: FaceName,
    /// As `face list` prints it
    pub operation: String,
    /// Where the server is [default: what the configuration says]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The bearer token, or the public half of a key pair [default: $TOKEN]
    #[arg(long, value_name = "TEXT")]
    pub token: Option<String>,
    /// The private half of a key pair [default: $PRIVATE_KEY]
    #[arg(long, value_name = "TEXT")]
    pub private_key: Option<String>,
    /// A parameter of the path; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub param: Vec<String>,
}

/// Where the invoices are read.
#[derive(Args, Debug)]
pub struct Remote {
    /// Ask this server instead of the data directory
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The native credential for it
    #[arg(long, value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

impl Remote {
    pub fn flags(&self) -> Vec<(&'static str, String)> {
        let given = [("server", self.server.clone()), ("token", self.token.clone())];
        given.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
    }
}

#[derive(Debug, Subcommand)]
pub enum InvoiceCommand {
    /// List invoices, newest first
    #[command(after_help = "Examples:
  billwright invoice list --limit 100 --output csv > invoices.csv
  billwright invoice list --server http://127.0.0.1:8080 --token \"$TOKEN\"")]
    List {
        #[command(flatten)]
        remote: Remote,
        #[command(flatten)]
        tenant: Tenant,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Show one invoice with its lines
    #[command(after_help = "Examples:\n  billwright invoice get inv_100200 --json")]
    Get {
        /// As `invoice list` prints it
        id: String,
        #[command(flatten)]
        remote: Remote,
        #[command(flatten)]
        tenant: Tenant,
    },
}

#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Compare the schema with this program; exit 4 when it is not the same
    Status,
    /// Make the database if it is not there, and bring its schema up to date
    Migrate,
    /// Prepare every statement of this program against the database
    Check,
}

#[derive(Args, Debug)]
pub struct Audit {
    /// Only this tenant, by id or exact name [default: all]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
}

#[derive(Args, Debug)]
pub struct Seed {
    /// Tenants to make
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub tenants: usize,
    /// Customers of each
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub customers: usize,
    /// Invoices of each
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub invoices: usize,
    /// Lines of each invoice
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub lines: usize,
    /// Of a hundred invoices, so many are paid
    #[arg(long, value_name = "PERCENT", default_value_t = 60, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub paid: u8,
    /// The same seed makes the same data
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

fn face(word: &str) -> Result<FaceName, String> {
    FaceName::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = FaceName::ALL.iter().map(|face| face.word()).collect();
        format!("the faces are {}", words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_of_serve_is_a_setting() {
        let serve = Cli::command();
        let serve = serve.find_subcommand("serve").expect("serve");
        for arg in serve.get_arguments().filter_map(|arg| arg.get_long()) {
            let name = arg.replace('-', "_");
            assert!(crate::config::settings::Setting::by_name(&name).is_some() || arg == "help", "{arg}");
        }
    }
}

//! `billwright demo`: a server with sample data and everything needed to try it, in one command. It reads no
//! configuration, so that it can never fill the database of a real installation.

use std::path::{Path, PathBuf};
use std::pin::pin;

use billing::credentials::Secrets;
use billing::{Caller, FaceName};
use domain::id::{InvoiceId, TenantId};
use http_kit::tls::Certificate;
use samples::company::Plan;
use samples::credentials::DemoCredentials;
use samples::vendors::Vendors;
use tempfile::TempDir;

use crate::app::App;
use crate::cli;
use crate::config::Config;
use crate::config::values::{Sources, Values};
use crate::exit::{Exit, Failure, Result};
use crate::faces::{self, Presented};
use crate::output::{self, Cell, Format, Printer, Record};
use crate::progress::Progress;
use crate::serve;

const USUAL_LISTEN: &str = "127.0.0.1:8080";

/// The demo's own configuration: its flags over the defaults, and of the environment only what is logged.
pub fn config(shared: &cli::Shared, wanted: &cli::Demo) -> Result<Config> {
    if shared.database_url.is_some() {
        return Err(Failure::usage("the demo has a database of its own: --database-url is for other commands")
            .todo("billwright serve --database-url URL"));
    }
    let mut flags = shared.flags();
    flags.push(("listen", wanted.listen.clone().unwrap_or_else(|| USUAL_LISTEN.to_owned())));
    flags.push(("gateway", connectors::sandbox::NAME.to_owned()));
    let environment = |name: &str| {
        let is_log = matches!(name, "RUST_LOG" | "BILLWRIGHT_LOG" | "BILLWRIGHT_LOG_FORMAT");
        std::env::var(name).ok().filter(|text| is_log && !text.is_empty())
    };
    Config::from_values(Values::resolve(&Sources { flags, environment: &environment, file: None })?)
}

/// Where the demo's data lies, and whether it is removed.
struct Home {
    path: PathBuf,
    /// Removes the directory when it is dropped.
    throw_away: Option<TempDir>,
}

impl Home {
    fn find(wanted: &cli::Demo, named: Option<&Path>) -> Result<Home> {
        if let Some(path) = named {
            if path.join("billwright.db").exists() {
                let what = format!("{} has a database already", path.display());
                return Err(Failure::new(Exit::Conflict, what)
                    .todo(format!("billwright serve --data-dir {0}, or name another directory", path.display())));
            }
            return Ok(Home { path: path.to_owned(), throw_away: None });
        }
        let made = tempfile::Builder::new().prefix("billwright-demo-").tempdir();
        let directory = made.map_err(|error| {
            Failure::unavailable(format!("no throw-away directory can be made: {error}"))
                .todo("name one with --data-dir, or set TMPDIR")
        })?;
        match wanted.keep {
            true => Ok(Home { path: directory.keep(), throw_away: None }),
            false => Ok(Home { path: directory.path().to_owned(), throw_away: Some(directory) }),
        }
    }

    fn words(&self) -> String {
        match &self.throw_away {
            Some(_) => format!("{} (removed at the end)", self.path.display()),
            None => format!("{} (kept: billwright serve --data-dir {0})", self.path.display()),
        }
    }
}

pub async fn run(wanted: &cli::Demo, is_named: bool, config: &Config, printer: Printer) -> Result<()> {
    let home = Home::find(wanted, is_named.then_some(config.data_dir.as_path()))?;
    let config = Config { data_dir: home.path.clone(), ..config.clone() };
    // From here on a signal must not end the process before the directory is removed.
    let mut stopped = pin!(serve::stopped());
    let prepared = tokio::select! {
        prepared = prepare(wanted, &config) => prepared?,
        () = &mut stopped => return Ok(()),
    };
    let certificate = wanted.tls.then(Certificate::self_signed).transpose();
    let certificate = certificate.map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    let bound = bind(&prepared.app, wanted, config, certificate.as_ref()).await?;
    let told = tell(&prepared, &bound.base_url, &home, wanted.tls).await?;
    match printer.format {
        Format::Table => output::print(&told.text)?,
        _ => printer.record(&told.record)?,
    }
    if !wanted.once {
        bound.until(&prepared.app, stopped).await?;
    }
    prepared.app.close().await;
    drop(home);
    Ok(())
}

/// On the usual port, or on any when nobody chose one and it is taken.
async fn bind(
    app: &App,
    wanted: &cli::Demo,
    mut config: Config,
    certificate: Option<&Certificate>,
) -> Result<serve::Bound> {
    match serve::bind(app, &config, certificate).await {
        Err(failure) if failure.exit() == Exit::Conflict && wanted.listen.is_none() => {
            config.listen.set_port(0);
            serve::bind(app, &config, certificate).await
        }
        bound => bound,
    }
}

struct Prepared {
    app: App,
    tenant: TenantId,
    vendors: Vendors,
    credentials: DemoCredentials,
    customers: usize,
    invoices: usize,
}

async fn prepare(wanted: &cli::Demo, config: &Config) -> Result<Prepared> {
    let app = App::own(config).await?;
    let billing = &app.billing;
    let tenant = billing.create_tenant("Demo").await?;
    let progress = Progress::new("invoices", wanted.invoices);
    let plan = Plan {
        customers: wanted.customers,
        invoices: wanted.invoices,
        seed: wanted.seed,
        progress: &|done, _| progress.at(done),
    };
    let company = samples::company::generate(billing, tenant, &plan).await?;
    let vendors = samples::vendors::load(billing, tenant).await?;
    let credentials = samples::credentials::issue(billing, tenant, &vendors).await?;
    progress.finish();
    let (customers, invoices) = (company.customers.len(), company.invoices.len());
    Ok(Prepared { app, tenant, vendors, credentials, customers, invoices })
}

/// What the demo says, for people and for programs.
struct Told {
    text: String,
    record: Record,
}

async fn tell(prepared: &Prepared, base_url: &str, home: &Home, is_insecure: bool) -> Result<Told> {
    let mut text = format!(
        "listening on {base_url}\n\n\
         A demo with {} customers and {} invoices in every status, and the vendors' own sample documents.\n\
         data    {}\n\
         tenant  {}\n\
         stop    Ctrl-C\n",
        prepared.customers,
        prepared.invoices,
        home.words(),
        prepared.tenant,
    );
    let mut rows = Vec::new();
    for face in faces::all() {
        let secrets = secrets(&prepared.credentials, face.name);
        let path = sample_path(prepared, face.name).await?;
        let presented =
            Presented { token: secrets.token.clone(), private_key: secrets.private_key.clone().unwrap_or_default() };
        let curl = face.curl("GET", base_url, &path, &presented, is_insecure);
        text.push_str(&format!("\n{}: {}\n", face.name.word(), face.about));
        match &secrets.private_key {
            None => text.push_str(&format!("  token        {}\n", secrets.token)),
            Some(key) => {
                text.push_str(&format!("  public key   {}\n  private key  {key}\n", secrets.token));
            }
        }
        text.push_str(&format!("  {curl}\n"));
        rows.push(
            Record::default()
                .with("face", Cell::text(face.name.word()))
                .with("token", Cell::text(&secrets.token))
                .with("private_key", Cell::maybe(secrets.private_key.as_ref()))
                .with("url", Cell::text(format!("{base_url}{path}")))
                .with("curl", Cell::text(curl)),
        );
    }
    let record = Record::default()
        .with("base_url", Cell::text(base_url))
        .with("data_dir", Cell::text(home.path.display().to_string()))
        .with("is_kept", Cell::Flag(home.throw_away.is_none()))
        .with("tenant", Cell::text(prepared.tenant.to_string()))
        .with("faces", Cell::Rows(rows));
    Ok(Told { text, record })
}

fn secrets(credentials: &DemoCredentials, face: FaceName) -> &Secrets {
    match face {
        FaceName::Native => &credentials.native,
        FaceName::Zoho => &credentials.zoho,
        FaceName::Zoom => &credentials.zoom,
        FaceName::Talkdesk => &credentials.talkdesk,
        FaceName::ChargeOver => &credentials.chargeover,
    }
}

/// The vendor's own sample where its API shows one invoice, else a list.
async fn sample_path(prepared: &Prepared, face: FaceName) -> Result<String> {
    let vendors = &prepared.vendors;
    Ok(match face {
        FaceName::Native => "/v1/invoices?limit=5".to_owned(),
        FaceName::Zoho => format!("{}/invoices?per_page=5", face_zoho::Mount::Subscriptions.prefix()),
        FaceName::Zoom => {
            let id = vendors.zoom.invoice;
            let spelled = foreign_id(prepared, face, id).await?.unwrap_or_else(|| face_zoom::wire::spell_invoice(id));
            format!("{}/accounts/me/billing/invoices/{spelled}", face_zoom::PREFIX)
        }
        FaceName::Talkdesk => format!("{}/invoices?per_page=5", face_talkdesk::PREFIX),
        FaceName::ChargeOver => {
            let id = vendors.chargeover.invoice;
            let spelled = foreign_id(prepared, face, id).await?.unwrap_or_else(|| face_chargeover::spell(id.0));
            format!("{}/invoice/{spelled}", face_chargeover::PREFIX)
        }
    })
}

/// What the vendor's documentation calls its sample.
async fn foreign_id(prepared: &Prepared, face: FaceName, id: InvoiceId) -> Result<Option<String>> {
    let caller = Caller { face, ..Caller::system(prepared.tenant) };
    let names = prepared.app.billing.names(&caller, vec![id.0]).await?;
    Ok(names.get(InvoiceId::WORD, id.0).map(str::to_owned))
}

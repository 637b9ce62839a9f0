//! `billwright oauth`: registers and ends OAuth clients, prints codes for scripts, lists and ends what was approved.

use billing::Caller;
use billing::oauth::clients::{ClientInfo, CreateOauthClient, RevokeOauthClient};
use billing::oauth::codes::IssueCode;
use billing::oauth::revoke::{GrantInfo, RevokeOauthGrant};
use domain::id::{OauthClientId, OauthGrantId, TenantId, parse_digits};
use face_zoho::scopes::{self, UnknownScope};

use crate::app::App;
use crate::cli::{self, OauthClientCommand, OauthCommand, OauthGrantCommand};
use crate::config::Config;
use crate::exit::{Failure, Result};
use crate::output::{self, Cell, Printer, Record};

use super::{face, tenant};

const CLIENT_COLUMNS: [&str; 7] = ["id", "client_id", "name", "redirect_uris", "scopes", "created_at", "revoked_at"];
const GRANT_COLUMNS: [&str; 6] = ["id", "client", "scopes", "approved_by", "created_at", "revoked_at"];

pub async fn run(command: &OauthCommand, config: &Config, printer: Printer) -> Result<()> {
    // Judged before a database is opened.
    let wanted = match command {
        OauthCommand::Client(OauthClientCommand::Create(wanted)) if !wanted.scope.is_empty() => read(&wanted.scope)?,
        OauthCommand::Client(OauthClientCommand::Create(_)) => vec![scopes::EVERYTHING.to_owned()],
        OauthCommand::Code(wanted) => read(&wanted.scope)?,
        _ => Vec::new(),
    };
    let app = App::join(config).await?;
    let done = act(&app, command, wanted, config, printer).await;
    app.close().await;
    done
}

fn read(given: &[String]) -> Result<Vec<String>> {
    scopes::parse(&given.join(",")).map_err(|UnknownScope(scope)| {
        Failure::usage(format!("{scope:?} is no scope of Zoho's"))
            .todo("a scope looks like ZohoSubscriptions.invoices.READ or ZohoSubscriptions.fullaccess.all")
    })
}

async fn act(app: &App, command: &OauthCommand, wanted: Vec<String>, config: &Config, printer: Printer) -> Result<()> {
    match command {
        OauthCommand::Client(OauthClientCommand::Create(of)) => create(app, of, wanted, printer).await,
        OauthCommand::Client(OauthClientCommand::List(of)) => {
            let tenant = tenant::choose(&app.billing, of.tenant.as_deref()).await?;
            let clients = app.billing.oauth_clients(tenant).await?;
            if clients.is_empty() {
                output::note("there is no client yet: billwright oauth client create --name NAME");
            }
            printer.list(&CLIENT_COLUMNS, &clients.iter().map(client_row).collect::<Vec<_>>())
        }
        OauthCommand::Client(OauthClientCommand::Revoke { client, tenant: of }) => {
            let tenant = tenant::choose(&app.billing, of.tenant.as_deref()).await?;
            let found = find(app, tenant, client).await?;
            app.billing.perform(&Caller::system(tenant), RevokeOauthClient { client: found.id }).await?;
            output::note(format!("{} ({}) is revoked with all its tokens", found.id, found.name));
            Ok(())
        }
        OauthCommand::Code(of) => code(app, of, wanted, config, printer).await,
        OauthCommand::Grant(OauthGrantCommand::List(of)) => {
            let tenant = tenant::choose(&app.billing, of.tenant.as_deref()).await?;
            let grants = app.billing.oauth_grants(tenant).await?;
            printer.list(&GRANT_COLUMNS, &grants.iter().map(grant_row).collect::<Vec<_>>())
        }
        OauthCommand::Grant(OauthGrantCommand::Revoke { id, tenant: of }) => {
            let tenant = tenant::choose(&app.billing, of.tenant.as_deref()).await?;
            let grant = OauthGrantId::parse(id).or_else(|| parse_digits(id).map(OauthGrantId)).ok_or_else(|| {
                Failure::usage(format!("{id:?} is no grant's id: it looks like oag_100300"))
                    .todo("billwright oauth grant list")
            })?;
            let revoke = RevokeOauthGrant { grant };
            app.billing.perform(&Caller::system(tenant), revoke).await.map_err(|error| match error {
                billing::Error::Missing { .. } => {
                    Failure::not_found(format!("there is no live grant {grant} in {tenant}"))
                        .todo("billwright oauth grant list")
                }
                other => other.into(),
            })?;
            output::note(format!("{grant} is revoked with its access tokens"));
            Ok(())
        }
    }
}

async fn create(app: &App, of: &cli::CreateOauthClient, wanted: Vec<String>, printer: Printer) -> Result<()> {
    for uri in &of.redirect_uri {
        if billing::oauth::origin(uri).is_none() {
            return Err(Failure::usage(format!("{uri:?} cannot be a redirect URI"))
                .todo("use https://HOST/PATH, or http://localhost:PORT/PATH on the client's own machine, without #"));
        }
    }
    let tenant = tenant::choose(&app.billing, of.tenant.tenant.as_deref()).await?;
    let verb = CreateOauthClient { name: of.name.clone(), redirect_uris: of.redirect_uri.clone(), scopes: wanted };
    let (info, secrets) = app.billing.perform(&Caller::system(tenant), verb).await?;
    printer.record(&client_row(&info).with("client_secret", Cell::text(&secrets.client_secret)))?;
    output::note("the secret is shown only now: keep it");
    if info.redirect_uris.is_empty() {
        output::note(format!("next: billwright oauth code --client {} --scope SCOPE", info.client_id));
    }
    Ok(())
}

async fn code(app: &App, of: &cli::OauthCode, wanted: Vec<String>, config: &Config, printer: Printer) -> Result<()> {
    let tenant = tenant::choose(&app.billing, of.tenant.tenant.as_deref()).await?;
    let client = find(app, tenant, &of.client).await?;
    if !scopes::cover_all(&client.scopes, &wanted) {
        return Err(Failure::refused(format!("{} may not ask for {}", client.name, wanted.join(", ")))
            .todo(format!("it may ask for {}", client.scopes.join(", "))));
    }
    let verb = IssueCode {
        client: client.id,
        scopes: wanted.clone(),
        is_offline: !of.online,
        redirect_uri: None,
        challenge: None,
        seconds: of.expires_in,
    };
    let issued = app.billing.perform(&Caller::system(tenant), verb).await?;
    printer.record(
        &Record::default()
            .with("code", Cell::text(&issued.code))
            .with("expires_at", Cell::instant(Some(issued.expires_at)))
            .with("grant", Cell::text(issued.grant.to_string()))
            .with("client_id", Cell::text(&client.client_id))
            .with("scopes", Cell::Many(wanted)),
    )?;
    output::note(format!(
        "the code works once: curl -X POST '{}/oauth/v2/token' -d grant_type=authorization_code -d client_id={} \
         -d client_secret=SECRET -d code={}",
        face::base_url(config),
        client.client_id,
        issued.code
    ));
    Ok(())
}

/// The live client by id, `client_id` or exact name.
async fn find(app: &App, tenant: TenantId, given: &str) -> Result<ClientInfo> {
    let clients = app.billing.oauth_clients(tenant).await?;
    let id = OauthClientId::parse(given).or_else(|| parse_digits(given).map(OauthClientId));
    let is_it = |client: &ClientInfo| match id {
        Some(id) => client.id == id,
        None => client.client_id == given || client.name == given,
    };
    let mut found = clients.into_iter().filter(|client| client.revoked_at.is_none() && is_it(client));
    match (found.next(), found.next()) {
        (Some(client), None) => Ok(client),
        (Some(_), Some(_)) => Err(Failure::usage(format!("several clients are called {given}: name one by its id"))
            .todo("billwright oauth client list")),
        (None, _) => Err(Failure::not_found(format!("there is no live client {given} in {tenant}"))
            .todo("billwright oauth client list")),
    }
}

fn client_row(client: &ClientInfo) -> Record {
    Record::default()
        .with("id", Cell::text(client.id.to_string()))
        .with("client_id", Cell::text(&client.client_id))
        .with("name", Cell::text(&client.name))
        .with("redirect_uris", Cell::Many(client.redirect_uris.clone()))
        .with("scopes", Cell::Many(client.scopes.clone()))
        .with("created_at", Cell::instant(Some(client.created_at)))
        .with("revoked_at", Cell::instant(client.revoked_at))
}

fn grant_row(grant: &GrantInfo) -> Record {
    Record::default()
        .with("id", Cell::text(grant.id.to_string()))
        .with("client", Cell::text(grant.client.to_string()))
        .with("scopes", Cell::Many(grant.scopes.clone()))
        .with("approved_by", Cell::text(&grant.approved_by))
        .with("created_at", Cell::instant(Some(grant.created_at)))
        .with("revoked_at", Cell::instant(grant.revoked_at))
}

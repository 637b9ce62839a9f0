//! `billwright credential`: makes, lists and ends what clients present.

use billing::Caller;
use billing::credentials::{CreateCredential, CredentialInfo, RevokeCredential};
use domain::id::{CredentialId, CustomerId, parse_digits};

use crate::app::App;
use crate::cli::{self, CredentialCommand};
use crate::config::Config;
use crate::exit::{Failure, Result};
use crate::faces::{self, Presented};
use crate::output::{self, Cell, Printer, Record};
use crate::secret_key;

use super::tenant;

const COLUMNS: [&str; 9] =
    ["id", "face", "label", "acts_for", "scopes", "entitlements", "created_at", "expires_at", "revoked_at"];

pub async fn run(command: &CredentialCommand, config: &Config, printer: Printer) -> Result<()> {
    // Judged before a database is opened.
    if let CredentialCommand::Create(wanted) = command {
        faces::find(wanted.face)?;
    }
    let app = App::join(config).await?;
    let app = match command {
        CredentialCommand::Create(wanted) if wanted.face.has_key_pairs() => app.with_secret_key(config).await?,
        _ => app,
    };
    let done = act(&app, command, config, printer).await;
    app.close().await;
    done
}

async fn act(app: &App, command: &CredentialCommand, config: &Config, printer: Printer) -> Result<()> {
    match command {
        CredentialCommand::Create(wanted) => create(app, wanted, config, printer).await,
        CredentialCommand::List(of) => {
            let tenant = tenant::choose(&app.billing, of.tenant.as_deref()).await?;
            let credentials = app.billing.credentials(tenant).await?;
            let rows: Vec<Record> = credentials.iter().map(row).collect();
            if rows.is_empty() {
                output::note("there is no credential yet: billwright credential create --face FACE");
            }
            printer.list(&COLUMNS, &rows)
        }
        CredentialCommand::Revoke { id, tenant: of } => {
            let tenant = tenant::choose(&app.billing, of.tenant.as_deref()).await?;
            let credential =
                CredentialId::parse(id).or_else(|| parse_digits(id).map(CredentialId)).ok_or_else(|| {
                    Failure::usage(format!("{id:?} is no credential's id: it looks like crd_100300"))
                        .todo("billwright credential list")
                })?;
            let revoke = RevokeCredential { credential };
            app.billing.perform(&Caller::system(tenant), revoke).await.map_err(|error| match error {
                billing::Error::Missing { .. } => {
                    Failure::not_found(format!("there is no live credential {credential} in {tenant}"))
                        .todo("billwright credential list")
                }
                other => other.into(),
            })?;
            output::note(format!("{credential} is revoked; a running server refuses it within a second"));
            Ok(())
        }
    }
}

async fn create(app: &App, wanted: &cli::CreateCredential, config: &Config, printer: Printer) -> Result<()> {
    let face = faces::find(wanted.face)?;
    let tenant = tenant::choose(&app.billing, wanted.tenant.tenant.as_deref()).await?;
    let customer = match &wanted.customer {
        None => None,
        Some(text) => Some(
            CustomerId::parse(text)
                .or_else(|| parse_digits(text).map(CustomerId))
                .ok_or_else(|| Failure::usage(format!("{text:?} is no customer's id: it looks like cus_100200")))?,
        ),
    };
    let or_default = |given: &[String], default: &[&str]| match given {
        [] => default.iter().map(|&word| word.to_owned()).collect(),
        given => given.to_vec(),
    };
    let create = CreateCredential {
        face: wanted.face,
        label: wanted.label.clone(),
        customer,
        scopes: or_default(&wanted.scope, face.default_scopes),
        entitlements: or_default(&wanted.entitlement, face.default_entitlements),
        expires_at: wanted.expires_at,
        given: None,
    };
    let made = app.billing.perform(&Caller::system(tenant), create).await;
    let (info, secrets) = made.map_err(|error| match error {
        billing::Error::NoSecretKey => secret_key::missing("a signing key is kept sealed"),
        other => other.into(),
    })?;
    let mut record = row(&info).with("token", Cell::text(&secrets.token));
    if let Some(private_key) = &secrets.private_key {
        record = record.with("private_key", Cell::text(private_key));
    }
    printer.record(&record)?;
    output::note("the secret is shown only now: keep it");
    if let Some(list) = face.operations.iter().find(|operation| operation.name == "list-invoices") {
        let presented = Presented { token: secrets.token, private_key: secrets.private_key.unwrap_or_default() };
        let path = face.path(list, &[])?;
        output::note(format!("try: {}", face.curl("GET", &super::face::base_url(config), &path, &presented, false)));
    }
    Ok(())
}

fn row(credential: &CredentialInfo) -> Record {
    let acts_for = credential.customer.map_or("staff".to_owned(), |customer| customer.to_string());
    Record::default()
        .with("id", Cell::text(credential.id.to_string()))
        .with("face", Cell::text(&credential.face))
        .with("label", Cell::text(&credential.label))
        .with("acts_for", Cell::text(acts_for))
        .with("scopes", Cell::Many(credential.scopes.clone()))
        .with("entitlements", Cell::Many(credential.entitlements.clone()))
        .with("created_at", Cell::instant(Some(credential.created_at)))
        .with("expires_at", Cell::instant(credential.expires_at))
        .with("revoked_at", Cell::instant(credential.revoked_at))
}

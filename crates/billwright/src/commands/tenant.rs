//! `billwright tenant`, and which tenant a command means.

use billing::parties::entities::CreateEntity;
use billing::{Billing, Caller};
use domain::id::{TenantId, parse_digits};
use domain::money::Currency;
use domain::party::Tenant;

use crate::app::App;
use crate::cli::TenantCommand;
use crate::config::Config;
use crate::exit::{Failure, Result};
use crate::output::{self, Cell, Printer, Record};

use super::setting;

const COLUMNS: [&str; 4] = ["id", "name", "business_at", "created_at"];

pub async fn run(command: &TenantCommand, config: &Config, printer: Printer) -> Result<()> {
    let app = App::join(config).await?;
    match command {
        TenantCommand::Create { name, currency, time_zone } => {
            // Judged before anything is made.
            let currency = currency.as_deref().map(read_currency).transpose()?;
            jiff::tz::TimeZone::get(time_zone).map_err(|_| {
                Failure::usage(format!("{time_zone:?} is no time zone"))
                    .todo("use its IANA name, such as Europe/Dublin")
            })?;
            let id = app.billing.create_tenant(name).await?;
            let next = match currency {
                Some(currency) => {
                    let entity = CreateEntity { time_zone: time_zone.clone(), ..CreateEntity::named(name, currency) };
                    app.billing.perform(&Caller::system(id), entity).await?;
                    format!("next: billwright credential create --tenant {id} --face native")
                }
                None => format!(
                    "it has no legal entity to issue invoices yet: make one through the native API, for which\n\
                     billwright credential create --tenant {id} --face native"
                ),
            };
            printer.record(&row(&app.billing.tenant(id).await?))?;
            output::note(next);
        }
        TenantCommand::List => {
            let tenants = app.billing.tenants().await?;
            let rows: Vec<Record> = tenants.iter().map(row).collect();
            printer.list(&COLUMNS, &rows)?;
            if rows.is_empty() {
                output::note("there is no tenant yet: billwright tenant create NAME --currency EUR");
            }
        }
        TenantCommand::Set { name, value, tenant } => setting::set(&app, tenant.tenant.as_deref(), name, value).await?,
        TenantCommand::Settings(of) => setting::list(&app, of.tenant.as_deref(), printer).await?,
    }
    app.close().await;
    Ok(())
}

fn row(tenant: &Tenant) -> Record {
    Record::default()
        .with("id", Cell::text(tenant.id.to_string()))
        .with("name", Cell::text(&tenant.name))
        .with("business_at", Cell::instant(tenant.business_at))
        .with("created_at", Cell::instant(Some(tenant.created_at)))
}

fn read_currency(code: &str) -> Result<Currency> {
    Currency::from_code(&code.to_ascii_uppercase()).ok_or_else(|| {
        Failure::usage(format!("{code:?} is no currency")).todo("use its ISO 4217 code, such as EUR or USD")
    })
}

/// The tenant by id or exact name, or the only one.
pub async fn choose(billing: &Billing, given: Option<&str>) -> Result<TenantId> {
    let tenants = billing.tenants().await?;
    let spelled = |tenant: &Tenant| format!("{}  {}", tenant.id, tenant.name);
    let known = || tenants.iter().take(20).map(spelled).collect::<Vec<_>>().join("\n");
    let Some(given) = given else {
        return match tenants.as_slice() {
            [only] => Ok(only.id),
            [] => {
                Err(Failure::not_found("there is no tenant yet").todo("billwright tenant create NAME --currency EUR"))
            }
            several => {
                Err(Failure::usage(format!("there are {} tenants: say which with --tenant", several.len()))
                    .todo(known()))
            }
        };
    };
    let id = TenantId::parse(given).or_else(|| parse_digits(given).map(TenantId));
    let mut named = tenants.iter().filter(|tenant| id.map_or(tenant.name == given, |id| tenant.id == id));
    match (named.next(), named.next()) {
        (Some(tenant), None) => Ok(tenant.id),
        (Some(_), Some(_)) => {
            Err(Failure::usage(format!("several tenants are called {given}: name one by its id")).todo(known()))
        }
        (None, _) if tenants.is_empty() => {
            Err(Failure::not_found(format!("there is no tenant {given}, nor any other"))
                .todo("billwright tenant create NAME --currency EUR"))
        }
        (None, _) => Err(Failure::not_found(format!("there is no tenant {given}")).todo(known())),
    }
}

//! A database with a seller in it, for a benchmark.

use anyhow::Result;
use billing::credentials::{CreateCredential, Secrets};
use billing::{Billing, Caller, FaceName, SystemClock};
use domain::id::TenantId;
use samples::bulk::{BulkPlan, fill};
use store::{Config, Db};

pub struct World {
    pub billing: Billing,
    pub caller: Caller,
}

/// Opens, migrates and fills with so many invoices.
pub async fn filled(config: &Config, customers: usize, invoices: usize) -> Result<World> {
    let db = Db::open(config).await?;
    db.migrate().await?;
    let billing = Billing::new(db, SystemClock::Machine);
    let plan = BulkPlan {
        tenants: 1,
        customers,
        invoices,
        lines_per_invoice: 3,
        paid_percent: 0,
        seed: 7,
        progress: &|_, _| {},
    };
    fill(&billing, &plan).await?;
    let tenants = billing.tenants().await?;
    let tenant: TenantId = tenants.first().map(|tenant| tenant.id).ok_or_else(|| anyhow::anyhow!("no tenant"))?;
    Ok(World { caller: Caller::system(tenant), billing })
}

/// A Zoho token that reads everything.
pub async fn zoho_token(world: &World) -> Result<String> {
    let token = "1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef".to_owned();
    let create = CreateCredential {
        face: FaceName::Zoho,
        label: "bench".to_owned(),
        customer: None,
        scopes: vec!["ZohoSubscriptions.fullaccess.all".to_owned()],
        entitlements: Vec::new(),
        expires_at: None,
        given: Some(Secrets { token: token.clone(), private_key: None }),
    };
    world.billing.perform(&world.caller, create).await?;
    Ok(token)
}

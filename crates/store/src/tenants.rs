//! Tenants, their settings, payment terms and salespersons.

use crate::columns::Columns;
use crate::{Result, Row, Tx, insert, params, sql};
use domain::id::{SalespersonId, TenantId, TermsId};
use domain::party::{Tenant, Terms};
use jiff::Timestamp;

insert! {
    INSERT_TENANT = "tenants" (tenant_id, name, business_at, created_at);
    INSERT_TERMS = "terms" (tenant_id, id, name, days, created_at);
}

sql! {
    LOAD_TENANT = "SELECT tenant_id, name, business_at, created_at FROM tenants WHERE tenant_id = $1";
    SET_BUSINESS_CLOCK = "UPDATE tenants SET business_at = $2 WHERE tenant_id = $1 AND (business_at IS NULL OR business_at <= $2)";
    SET_SETTING = "INSERT INTO settings (tenant_id, name, value) VALUES ($1, $2, $3) \
        ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value";
    LOAD_SETTINGS = "SELECT name, value FROM settings WHERE tenant_id = $1 ORDER BY name";
    LIST_TERMS = "SELECT id, name, days FROM terms WHERE tenant_id = $1 ORDER BY days, id";
    LIST_SALESPERSONS = "SELECT id, name FROM salespersons WHERE tenant_id = $1 ORDER BY id";
}

sql! {
    global LIST_TENANTS = "SELECT tenant_id, name, business_at, created_at FROM tenants ORDER BY tenant_id";
}

fn tenant(row: &Row<'_>) -> Result<Tenant> {
    let mut c = Columns::of(row);
    Ok(Tenant { id: TenantId(c.int()?), name: c.text()?, business_at: c.opt_instant()?, created_at: c.instant()? })
}

pub async fn insert(tx: &mut Tx<'_>, tenant: &Tenant) -> Result<()> {
    let row = params![tenant.id, tenant.name.as_str(), tenant.business_at, tenant.created_at];
    tx.insert(&INSERT_TENANT, row).await
}

pub async fn load(tx: &mut Tx<'_>) -> Result<Option<Tenant>> {
    let id = tx.tenant();
    tx.opt(&LOAD_TENANT, params![id], tenant).await
}

/// Every tenant of the installation: for jobs and the command line.
pub async fn list(tx: &mut Tx<'_>) -> Result<Vec<Tenant>> {
    tx.all(&LIST_TENANTS, params![], tenant).await
}

/// Moves the tenant's business clock; it never moves back. False when it would have to.
pub async fn set_business_clock(tx: &mut Tx<'_>, at: Timestamp) -> Result<bool> {
    let id = tx.tenant();
    Ok(tx.exec(&SET_BUSINESS_CLOCK, params![id, at]).await? == 1)
}

pub async fn set_setting(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<()> {
    let id = tx.tenant();
    tx.exec(&SET_SETTING, params![id, name, value]).await.map(drop)
}

pub async fn settings(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>> {
    let id = tx.tenant();
    tx.all(&LOAD_SETTINGS, params![id], |row| Ok((row.text(0)?, row.text(1)?))).await
}

pub async fn insert_terms(tx: &mut Tx<'_>, terms: &Terms, at: Timestamp) -> Result<TermsId> {
    let tenant = tx.tenant();
    let id = TermsId(match terms.id {
        Some(id) => id.0,
        None => tx.next_id()?,
    });
    tx.insert(&INSERT_TERMS, params![tenant, id, terms.name.as_str(), terms.days, at]).await?;
    Ok(id)
}

pub async fn terms(tx: &mut Tx<'_>) -> Result<Vec<Terms>> {
    let tenant = tx.tenant();
    tx.all(&LIST_TERMS, params![tenant], |row| Columns::of(row).terms()).await
}

/// Their names, for new documents.
pub async fn salespersons(tx: &mut Tx<'_>) -> Result<Vec<(SalespersonId, String)>> {
    let tenant = tx.tenant();
    tx.all(&LIST_SALESPERSONS, params![tenant], |row| Ok((SalespersonId(row.int(0)?), row.text(1)?))).await
}

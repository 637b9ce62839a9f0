//! Credentials with which a demo can be tried out, one for each face.

use crate::vendors::Vendors;
use billing::credentials::{CreateCredential, Secrets};
use billing::{Billing, Caller, Error, FaceName};
use domain::id::{CustomerId, TenantId};

/// What clients present. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct DemoCredentials {
    /// `bw_...`, for everything.
    pub native: Secrets,
    /// For everything of Zoho's.
    pub zoho: Secrets,
    /// Acts for Zoom's sample account, which `me` names.
    pub zoom: Secrets,
    /// Acts for the organization of Talkdesk's sample.
    pub talkdesk: Secrets,
    /// A public and a private key, for staff.
    pub chargeover: Secrets,
}

/// New credentials of all faces for a tenant with the vendors' samples. Their secrets are told only here.
pub async fn issue(billing: &Billing, tenant: TenantId, vendors: &Vendors) -> Result<DemoCredentials, Error> {
    Ok(DemoCredentials {
        native: native(billing, tenant).await?,
        zoho: zoho(billing, tenant).await?,
        zoom: zoom(billing, tenant, vendors.zoom.account).await?,
        talkdesk: talkdesk(billing, tenant, vendors.talkdesk.organization).await?,
        chargeover: chargeover(billing, tenant).await?,
    })
}

/// The native API, every scope.
pub async fn native(billing: &Billing, tenant: TenantId) -> Result<Secrets, Error> {
    credential(billing, tenant, FaceName::Native, None, &["*"], &[]).await
}

/// Zoho's API, every scope.
pub async fn zoho(billing: &Billing, tenant: TenantId) -> Result<Secrets, Error> {
    credential(billing, tenant, FaceName::Zoho, None, &["ZohoSubscriptions.fullaccess.all"], &[]).await
}

/// Zoom's API, for one account and its sub-accounts.
pub async fn zoom(billing: &Billing, tenant: TenantId, account: CustomerId) -> Result<Secrets, Error> {
    credential(billing, tenant, FaceName::Zoom, Some(account), &["billing:master"], &[]).await
}

/// Talkdesk's API, for an organization and its accounts. The entitlement is what resellers need.
pub async fn talkdesk(billing: &Billing, tenant: TenantId, organization: CustomerId) -> Result<Secrets, Error> {
    let scopes = ["express-accounts-invoices:read"];
    credential(billing, tenant, FaceName::Talkdesk, Some(organization), &scopes, &["billing-insights"]).await
}

/// ChargeOver's API: its keys have no scopes.
pub async fn chargeover(billing: &Billing, tenant: TenantId) -> Result<Secrets, Error> {
    credential(billing, tenant, FaceName::ChargeOver, None, &[], &[]).await
}

async fn credential(
    billing: &Billing,
    tenant: TenantId,
    face: FaceName,
    customer: Option<CustomerId>,
    scopes: &[&str],
    entitlements: &[&str],
) -> Result<Secrets, Error> {
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let create = CreateCredential {
        face,
        label: format!("Demo, {}", face.word()),
        customer,
        scopes: owned(scopes),
        entitlements: owned(entitlements),
        expires_at: None,
        given: None,
    };
    let (_, secrets) = billing.perform(&Caller::system(tenant), create).await?;
    Ok(secrets)
}

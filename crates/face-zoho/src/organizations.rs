//! `/organizations`: the seller behind the token. Clients begin here to learn the id that they then send in
//! `X-com-zoho-subscriptions-organizationid`. A tenant is one organization; currency, language and zone are
//! those of its default legal entity. (Shape: contract Zoho 4.7.)

use domain::party::{LegalEntity, Tenant};
use http_kit::json::Object;

use crate::call::{self, Call};
use crate::errors::Fault;
use crate::routes::{Handling, Needs, Operation, row};
use crate::wire;

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list organizations", "GET", "/organizations", Needs::AnyToken, list),
    row("retrieve an organization", "GET", "/organizations/{organization_id}", Needs::AnyToken, retrieve),
];

/// Zoho counts months from 0. The books follow the calendar year.
const FISCAL_YEAR_START_MONTH: i64 = 0;

struct Organization {
    id: String,
    tenant: Tenant,
    /// None before the seller has set up its first.
    entity: Option<LegalEntity>,
}

pub(crate) fn list(call: Call) -> Handling {
    Box::pin(async move {
        let organization = load(&call).await?;
        Ok(wire::success("success", |o| {
            o.array("organizations", [&organization], to_wire);
        }))
    })
}

pub(crate) fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let organization = load(&call).await?;
        let native = wire::spell(organization.tenant.id.0);
        if ![organization.id.as_str(), &native].contains(&call.path("organization_id")) {
            return Err(Fault::missing("Organization").into());
        }
        Ok(wire::success("success", |o| {
            o.object("organization", |o| to_wire(&organization, o));
        }))
    })
}

async fn load(call: &Call) -> Result<Organization, billing::Error> {
    let tenant = call.billing.tenant(call.caller.tenant).await?;
    let mut entities: Vec<LegalEntity> =
        call.billing.legal_entities(&call.caller).await?.value.into_iter().map(|view| view.entity).collect();
    let default = entities.iter().position(|entity| entity.is_default).unwrap_or(0);
    let entity = (default < entities.len()).then(|| entities.swap_remove(default));
    Ok(Organization { id: call::organization_id(&call.billing, &call.caller).await?, tenant, entity })
}

fn to_wire(organization: &Organization, o: &mut Object<'_>) {
    let entity = organization.entity.as_ref();
    let zone_name = entity.map_or("UTC", |entity| entity.time_zone.as_str());
    let created_at = organization.tenant.created_at.to_zoned(wire::zone(zone_name));
    let currency = entity.map(|entity| entity.base_currency);
    o.str("organization_id", &organization.id)
        .str("name", &organization.tenant.name)
        // No room for a person or for Zoho's own plans yet: empty, not invented.
        .str("contact_name", "")
        .str("email", entity.map_or("", |entity| entity.email.as_str()))
        .bool("is_default_org", true)
        .str("language_code", entity.map_or("", |entity| entity.language.as_str()))
        .int("fiscal_year_start_month", FISCAL_YEAR_START_MONTH)
        .text("account_created_date", created_at.date())
        .str("time_zone", zone_name)
        .bool("is_org_active", true)
        .str("currency_id", "")
        .str("currency_code", currency.map_or("", |currency| currency.code()))
        .str("currency_symbol", &currency.map(wire::symbol).unwrap_or_default())
        .str("currency_format", &currency.map(wire::currency_format).unwrap_or_default())
        .int("price_precision", currency.map_or(2, |currency| i64::from(currency.exponent())))
        .str("plan_name", "")
        .int("plan_type", 0_i64)
        .str("plan_period", "");
}

//! `/settings/taxes`, `/settings/taxexemptions`, `/settings/taxauthorities` and
//! `/settings/preferences/churnmessages`: the seller's lists, which Zoho's API only reads.

pub(crate) mod customfields;

use domain::id::{CancellationReasonId, TaxAuthorityId, TaxExemptionId, TaxGroupId};
use domain::tax::{EffectiveRate, TaxGroup};

use crate::call::Call;
use crate::routes::{Handling, Needs, Operation, row};
use crate::wire;

pub(super) const READ: Needs = Needs::Scope("ZohoSubscriptions.settings.READ");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("retrieve list of taxes", "GET", "/settings/taxes", READ, taxes),
    row("retrieve list of tax exemptions", "GET", "/settings/taxexemptions", READ, exemptions),
    row("retrieve list of tax authorities", "GET", "/settings/taxauthorities", READ, authorities),
    row("retrieve churn message preferences", "GET", "/settings/preferences/churnmessages", READ, churn_messages),
];

/// The tenant's setting that wants a reason of every cancellation: `true`.
pub(crate) const REASON_MANDATORY: &str = "cancellation_reason_mandatory";

/// What lines, items and customers name as `tax_id`: our tax groups. One of a single rate is a simple tax to Zoho.
/// Taxes are never edited, because lines froze them, and none is everybody's default.
fn taxes(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.taxes(&call.caller).await?;
        let (taxes, names, types) = (&found.value, &found.names, call.mount.types());
        let active: Vec<&TaxGroup> = taxes.groups.iter().filter(|group| group.is_active).collect();
        Ok(wire::success("success", |o| {
            o.array("taxes", active, |group, o| {
                let rate = match group.components.as_slice() {
                    [only] => taxes.rates.iter().find(|rate| rate.id == only.rate_id),
                    _ => None,
                };
                let authority_name = rate.map_or("", |rate| rate.authority.as_str());
                let authority = taxes.authorities.iter().find(|known| known.name == authority_name);
                let percent = EffectiveRate::of(&group.components).map(|effective| effective.rate.percent_text());
                wire::put_bare(o, types, "is_default_tax", false);
                wire::put_bare(o, types, "is_editable", false);
                o.str(
                    "tax_authority_id",
                    &wire::opt_id_of(names, TaxAuthorityId::WORD, authority.map(|known| known.id.0)),
                )
                .str("tax_authority_name", authority_name)
                .str("tax_id", &wire::id_of(names, TaxGroupId::WORD, group.id.0))
                .str("tax_name", &group.name);
                // A group is checked when it is published, so its rates have an exact sum.
                wire::put_bare(o, types, "tax_percentage", percent.unwrap_or_else(|_| "0".to_owned()));
                o.str("tax_type", if group.components.len() > 1 { "tax_group" } else { "tax" });
            });
        }))
    })
}

fn exemptions(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.tax_exemptions(&call.caller).await?;
        Ok(wire::success("success", |o| {
            o.array("tax_exemptions", &found.value, |exemption, o| {
                o.str("description", &exemption.reason)
                    .str("tax_exemption_id", &wire::id_of(&found.names, TaxExemptionId::WORD, exemption.id.0))
                    .str("tax_exemption_code", &exemption.code)
                    .str("type", exemption.kind.word());
            });
        }))
    })
}

fn authorities(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.tax_authorities(&call.caller).await?;
        Ok(wire::success("success", |o| {
            o.array("tax_authorities", &found.value, |authority, o| {
                o.str("description", &authority.description)
                    .str("tax_authority_id", &wire::id_of(&found.names, TaxAuthorityId::WORD, authority.id.0))
                    .str("tax_authority_name", &authority.name);
            });
        }))
    })
}

/// Reasons of the seller's own are Zoho's advanced version.
fn churn_messages(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.cancellation_reasons(&call.caller).await?;
        let settings = call.billing.settings(call.caller.tenant).await?;
        let is_mandatory = settings.get(REASON_MANDATORY).is_some_and(|value| value == "true");
        let types = call.mount.types();
        Ok(wire::success("success", |o| {
            o.object("churn_messages_settings", |o| {
                wire::put_bare(o, types, "is_advanced_version", !found.value.is_empty());
                wire::put_bare(o, types, "is_reason_mandatory", is_mandatory);
                o.array("churn_messages", &found.value, |reason, o| {
                    o.str("label", &reason.label);
                    wire::put_bare(o, types, "index", reason.position);
                    o.str("churn_message_id", &wire::id_of(&found.names, CancellationReasonId::WORD, reason.id.0));
                });
            });
        }))
    })
}

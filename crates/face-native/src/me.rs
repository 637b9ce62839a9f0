//! `/v1/me`: who asks.

use crate::answers::json;
use crate::call::Call;
use crate::errors::Fault;
use crate::routes::{Gives, table};
use crate::schema::{Schema as _, answer};
use crate::wire::Id;
use billing::ActsFor;
use domain::id::{CredentialId, CustomerId, TenantId};
use http_kit::Answer;

table! {
    "getMe" GET "/v1/me" Any "Says who the credential belongs to and what it may do." {
        gives: Gives::Object(Me::schema),
        handle: get,
    }
}

answer! {
    /// The credential that asks.
    Me {
        /// The seller.
        tenant_id: Id<TenantId>,
        /// The seller's name.
        tenant_name: String,
        /// The credential; null for the process itself.
        credential_id: Option<Id<CredentialId>>,
        /// The credential's label, as the audit trail prints it.
        label: String,
        /// `read`, `write`, or `*` for both.
        scopes: Vec<String>,
        /// The customer that the credential acts for; null when it acts for the seller's staff.
        customer_id: Option<Id<CustomerId>>,
    }
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let tenant = call.billing.tenant(call.caller.tenant).await?;
    let caller = &call.caller;
    let me = Me {
        tenant_id: Id(tenant.id),
        tenant_name: tenant.name,
        credential_id: caller.credential.map(Id),
        label: caller.actor.clone(),
        scopes: caller.scopes.clone(),
        customer_id: match caller.acts_for {
            ActsFor::Staff => None,
            ActsFor::Customer(customer) => Some(Id(customer)),
        },
    };
    Ok(json(200, &me))
}

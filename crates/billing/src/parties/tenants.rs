//! Makes a tenant, sets its settings, moves its business clock.

use crate::check;
use crate::custom_fields::{DefineCustomField, FieldChanges};
use crate::verb::{Cx, Verb};
use crate::{Billing, Caller, Error};
use domain::Refusal;
use domain::custom_field::FieldType;
use domain::id::{CustomFieldId, TenantId};
use domain::party::Tenant;
use jiff::Timestamp;
use serde_json::json;

pub use super::seller::{CreateSalesperson, CreateTerms};

impl Billing {
    /// Makes a tenant with an id of its own; the first thing in a new installation.
    pub async fn create_tenant(&self, name: &str) -> Result<TenantId, Error> {
        check::required(name, "name", check::LINE)?;
        let id = TenantId(self.perform(&Caller::system(TenantId(0)), NextTenant).await?);
        self.perform(&Caller::system(id), CreateTenant { id, name: name.to_owned() }).await?;
        Ok(id)
    }
}

/// Tenants' ids come from the installation's own block.
struct NextTenant;

impl Verb for NextTenant {
    type Outcome = i64;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<i64, Error> {
        Ok(cx.tx.next_id()?)
    }
}

struct CreateTenant {
    id: TenantId,
    name: String,
}

impl Verb for CreateTenant {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let tenant = Tenant { id: self.id, name: self.name.clone(), business_at: None, created_at: cx.now };
        store::tenants::insert(cx.tx, &tenant).await?;
        cx.change.record("tenant.created", TenantId::WORD, self.id.0, "created", json!({}));
        Ok(())
    }
}

/// Sets one of the tenant's settings (switches and limits of the faces).
#[derive(Clone, Debug)]
pub struct SetSetting {
    pub name: String,
    pub value: String,
}

impl Verb for SetSetting {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        check::required(&self.name, "setting", check::SHORT)?;
        check::optional(&self.value, "setting", check::LONG)?;
        store::tenants::set_setting(cx.tx, &self.name, &self.value).await?;
        let tenant = cx.tx.tenant();
        let detail = json!({"name": self.name, "value": self.value});
        cx.change.audit(TenantId::WORD, tenant.0, "setting_changed", detail);
        Ok(())
    }
}

/// Moves the tenant's business clock forward; it never moves back.
#[derive(Clone, Copy, Debug)]
pub struct MoveBusinessClock {
    pub to: Timestamp,
}

impl Verb for MoveBusinessClock {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if !store::tenants::set_business_clock(cx.tx, self.to).await? {
            return Err(Refusal::Invalid { what: "business clock" }.into());
        }
        let tenant = cx.tx.tenant();
        cx.change.audit(TenantId::WORD, tenant.0, "clock_moved", json!({"to": self.to.to_string()}));
        Ok(())
    }
}

/// Adds a custom field with the little that most fields need; see [`DefineCustomField`].
#[derive(Clone, Debug)]
pub struct CreateCustomField {
    /// `invoice`, `line`, `customer`, ...
    pub object_kind: String,
    /// From 1 to 99; ChargeOver's `custom_N` is index N.
    pub index: i64,
    pub label: String,
    /// `text`, `number`, `date`, ...
    pub data_type: String,
    pub is_mandatory: bool,
    pub help_text: String,
    pub max_length: Option<i64>,
}

impl Verb for CreateCustomField {
    type Outcome = CustomFieldId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CustomFieldId, Error> {
        let data_type = FieldType::from_word(&self.data_type).ok_or(Refusal::Invalid { what: "data type" })?;
        let define = DefineCustomField {
            object_kind: self.object_kind.clone(),
            index: Some(self.index),
            data_type,
            label: self.label.clone(),
            changes: FieldChanges {
                is_mandatory: Some(self.is_mandatory),
                help_text: Some(self.help_text.clone()),
                max_length: Some(self.max_length),
                ..FieldChanges::default()
            },
        };
        Ok(define.run(cx).await?.id)
    }
}

/// A unique key that is taken is a refusal the caller can act on, not a fault of ours.
pub(crate) fn taken(error: store::Error, what: &'static str) -> Error {
    match error {
        store::Error::Conflict { .. } => Refusal::Duplicate { what }.into(),
        other => other.into(),
    }
}

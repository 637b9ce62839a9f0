//! Makes a tenant, sets its settings, moves its business clock, defines its terms, salespersons and custom
//! fields.

use crate::check;
use crate::verb::{Cx, Verb};
use crate::{Billing, Caller, Error};
use domain::Refusal;
use domain::id::{CustomFieldId, SalespersonId, TenantId, TermsId};
use domain::party::{Tenant, Terms};
use jiff::Timestamp;
use serde_json::json;
use store::names::CustomField;

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

/// Defines payment terms.
#[derive(Clone, Debug)]
pub struct CreateTerms {
    pub name: String,
    pub days: i64,
}

impl Verb for CreateTerms {
    type Outcome = Terms;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Terms, Error> {
        check::required(&self.name, "name", check::SHORT)?;
        if !(0..=3660).contains(&self.days) {
            return Err(Refusal::Invalid { what: "days" }.into());
        }
        let mut terms = Terms { id: None, name: self.name.clone(), days: self.days };
        let id = store::tenants::insert_terms(cx.tx, &terms, cx.now).await?;
        terms.id = Some(id);
        cx.change.audit(TermsId::WORD, id.0, "created", json!({"days": self.days}));
        Ok(terms)
    }
}

/// Names a salesperson.
#[derive(Clone, Debug)]
pub struct CreateSalesperson {
    pub name: String,
    pub email: String,
}

impl Verb for CreateSalesperson {
    type Outcome = SalespersonId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<SalespersonId, Error> {
        check::required(&self.name, "name", check::LINE)?;
        check::email(&self.email, "email")?;
        let id = cx.id(SalespersonId)?;
        store::tenants::insert_salesperson(cx.tx, id, &self.name, &self.email, cx.now).await?;
        cx.change.audit(SalespersonId::WORD, id.0, "created", json!({}));
        Ok(id)
    }
}

/// Adds a custom field to one kind of object.
#[derive(Clone, Debug)]
pub struct CreateCustomField {
    /// `invoice`, `line`, `customer`, ...
    pub object_kind: String,
    /// From 1 to 99; ChargeOver's `custom_N` is index N.
    pub index: i64,
    pub label: String,
    /// `text`, `number`, `date`, `boolean`.
    pub data_type: String,
    pub is_mandatory: bool,
    pub help_text: String,
    pub max_length: Option<i64>,
}

impl Verb for CreateCustomField {
    type Outcome = CustomFieldId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CustomFieldId, Error> {
        check::required(&self.label, "label", check::SHORT)?;
        check::optional(&self.help_text, "help text", check::LINE)?;
        if !["invoice", "line", "customer", "item", "payment", "credit_note"].contains(&self.object_kind.as_str()) {
            return Err(Refusal::Invalid { what: "object kind" }.into());
        }
        if !(1..=99).contains(&self.index) {
            return Err(Refusal::Invalid { what: "index" }.into());
        }
        if !["text", "number", "date", "boolean"].contains(&self.data_type.as_str()) {
            return Err(Refusal::Invalid { what: "data type" }.into());
        }
        let field = CustomField {
            id: cx.id(CustomFieldId)?,
            object_kind: self.object_kind.clone(),
            index: self.index,
            label: self.label.clone(),
            data_type: self.data_type.clone(),
            is_mandatory: self.is_mandatory,
            pii_type: "non_pii".to_owned(),
            max_length: self.max_length,
            help_text: self.help_text.clone(),
            show_in_portal: false,
            show_in_pdf: false,
            is_active: true,
            created_at: cx.now,
        };
        store::names::insert_custom_field(cx.tx, &field).await.map_err(|error| taken(error, "custom field"))?;
        let detail = json!({"object_kind": field.object_kind, "index": field.index});
        cx.change.audit(CustomFieldId::WORD, field.id.0, "created", detail);
        Ok(field.id)
    }
}

/// A unique key that is taken is a refusal the caller can act on, not a fault of ours.
pub(crate) fn taken(error: store::Error, what: &'static str) -> Error {
    match error {
        store::Error::Conflict { .. } => Refusal::Duplicate { what }.into(),
        other => other.into(),
    }
}

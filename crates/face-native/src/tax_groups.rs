//! `/v1/tax-groups`: what lines name: a category and an ordered list of rates. Published and retired, never edited.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, request, texts};
use crate::shapes::{Exemption, ExemptionInput};
use crate::wire::{DecimalOut, Id, Instant, Word};
use billing::parties::taxes::{CreateTaxGroup, SetTaxActive};
use domain::id::{TaxGroupId, TaxRateId};
use domain::tax::{self, TaxCategory};
use http_kit::Answer;

table! {
    "listTaxGroups" GET "/v1/tax-groups" StaffRead "Lists tax groups by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<TaxGroup>::schema),
        handle: list,
    }
    "createTaxGroup" POST "/v1/tax-groups" Write "Publishes a tax group." {
        takes: Takes::Body(NewTaxGroup::schema),
        gives: Gives::Created(TaxGroup::schema),
        names: "tax_group_id",
        handle: create,
    }
    "getTaxGroup" GET "/v1/tax-groups/{tax_group_id}" StaffRead "Reads a tax group." {
        gives: Gives::Object(TaxGroup::schema),
        names: "tax_group_id",
        handle: get,
    }
    "retireTaxGroup" POST "/v1/tax-groups/{tax_group_id}/retire" Write "Retires a tax group from new lines." {
        gives: Gives::Nothing,
        handle: retire,
    }
    "reviveTaxGroup" POST "/v1/tax-groups/{tax_group_id}/revive" Write "Brings a retired tax group back." {
        gives: Gives::Nothing,
        handle: revive,
    }
}

request! {
    /// One rate of a group.
    TaxGroupRateInput {
        /// The rate.
        tax_rate_id: Id<TaxRateId>,
    } optional {
        /// Taken on the base plus the taxes before it in the list.
        is_compound: bool,
    }
}

request! {
    /// A tax group.
    NewTaxGroup {
        /// As documents print it.
        name: String as texts::short,
        /// Only `standard` may charge a rate above zero.
        category: Word<TaxCategory>,
    } optional {
        /// In order, at most 8.
        rates: Vec<TaxGroupRateInput>,
        /// Printed when the category charges nothing.
        exemption: ExemptionInput,
    }
}

answer! {
    /// One rate, as it stood when the group was published.
    TaxComponent {
        /// The rate.
        tax_rate_id: Id<TaxRateId>,
        /// Its name.
        name: String,
        /// 20 means 20 %.
        percent: DecimalOut,
        /// Taken on the base plus the taxes before it in the list.
        is_compound: bool,
    }
}

answer! {
    /// A tax group.
    TaxGroup {
        /// Its id.
        id: Id<TaxGroupId>,
        /// As documents print it.
        name: String,
        /// The category of EN 16931 in words.
        category: Word<TaxCategory>,
        /// Its rates in order.
        rates: Vec<TaxComponent>,
        /// Printed when the category charges nothing.
        exemption: Option<Exemption>,
        /// Retired groups cannot be put on new lines.
        is_active: bool,
        /// When it was published.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, TaxGroupId::PREFIX)?;
    let rows = call.billing.tax_groups(&call.caller, page.after, page.wanted()).await?;
    Ok(page.page(rows, |group| group.id.0, |group| TaxGroup::to_wire(&group)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let group = call.billing.tax_group(&call.caller, call.id("tax_group_id")?).await?;
    Ok(json(200, &TaxGroup::to_wire(&group)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewTaxGroup>()?.from_wire();
    call.write(verb, |group| created(format!("/v1/tax-groups/{}", group.id), &TaxGroup::to_wire(&group))).await
}

async fn retire(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    call.write(SetTaxActive::Group(call.id("tax_group_id")?, false), |()| nothing()).await
}

async fn revive(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    call.write(SetTaxActive::Group(call.id("tax_group_id")?, true), |()| nothing()).await
}

impl NewTaxGroup {
    fn from_wire(self) -> CreateTaxGroup {
        let rates = self.rates.unwrap_or_default();
        CreateTaxGroup {
            name: self.name,
            category: self.category.0,
            rates: rates.iter().map(|rate| (rate.tax_rate_id.0, rate.is_compound.unwrap_or_default())).collect(),
            exemption: self.exemption.map(ExemptionInput::from_wire),
        }
    }
}

impl TaxComponent {
    pub(crate) fn to_wire(component: &tax::TaxComponent) -> Self {
        Self {
            tax_rate_id: Id(component.rate_id),
            name: component.name.clone(),
            percent: component.rate.into(),
            is_compound: component.is_compound,
        }
    }
}

impl TaxGroup {
    fn to_wire(group: &tax::TaxGroup) -> Self {
        Self {
            id: Id(group.id),
            name: group.name.clone(),
            category: Word(group.category),
            rates: group.components.iter().map(TaxComponent::to_wire).collect(),
            exemption: group.exemption.as_ref().map(Exemption::to_wire),
            is_active: group.is_active,
            created_at: Instant(group.created_at),
            updated_at: Instant(group.updated_at),
        }
    }
}

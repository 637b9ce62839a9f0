//! Makes, changes and deletes plans. A change of terms publishes a new version; the old ones stay for those who
//! bought them.

use super::extras::Extras;
use super::{ByCode, addons_of, base_currency, check_tax, take};
use crate::parties::tenants::taken;
use crate::verb::{Cx, Verb};
use crate::{Error, check};
use domain::Refusal;
use domain::catalogue::{IntervalUnit, Plan, PlanScope, PlanTerms, PlanVersion, PriceModel};
use domain::id::{AddonId, PlanId, PlanVersionId, ProductId, TaxGroupId};
use domain::money::{Currency, Decimal};
use domain::party::Exemption;
use serde_json::json;

/// What a client says of a plan. `None` leaves a field as it is, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct PlanFields {
    pub code: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub unit: Option<String>,
    pub is_active: Option<bool>,
    /// The base currency of the default legal entity unless given.
    pub currency: Option<Currency>,
    /// Must be given for a new plan.
    pub price: Option<PriceModel>,
    /// Must be given for a new plan.
    pub interval: Option<i64>,
    /// Months unless given.
    pub interval_unit: Option<IntervalUnit>,
    pub billing_cycles: Option<Option<i64>>,
    pub trial_days: Option<i64>,
    pub setup_fee: Option<Decimal>,
    pub is_setup_fee_immediate: Option<bool>,
    pub tax_group_id: Option<Option<TaxGroupId>>,
    pub exemption: Option<Option<Exemption>>,
    /// The add-ons that select this plan. Those that go with all plans of the product go with it anyway.
    pub addons: Option<Vec<ByCode<AddonId>>>,
    pub extras: Extras,
}

impl PlanFields {
    fn write_terms(&self, terms: &mut PlanTerms) -> Vec<&'static str> {
        let mut changed = Vec::new();
        take!(self => terms, changed; currency, price, interval, interval_unit, billing_cycles, trial_days, setup_fee,
            is_setup_fee_immediate, tax_group_id, exemption);
        changed
    }

    /// The terms of a plan that is made.
    async fn first_terms(&self, cx: &mut Cx<'_, '_>) -> Result<PlanTerms, Error> {
        let currency = match self.currency {
            Some(currency) => currency,
            None => base_currency(cx).await?,
        };
        let mut terms = PlanTerms {
            currency,
            price: self.price.clone().ok_or(Refusal::Blank { what: "recurring_price" })?,
            interval: self.interval.ok_or(Refusal::Blank { what: "interval" })?,
            interval_unit: IntervalUnit::Months,
            billing_cycles: None,
            trial_days: 0,
            setup_fee: Decimal::ZERO,
            is_setup_fee_immediate: false,
            tax_group_id: None,
            exemption: None,
        };
        self.write_terms(&mut terms);
        terms.check()?;
        check_tax(cx, terms.tax_group_id, None, terms.exemption.as_ref()).await?;
        Ok(terms)
    }
}

fn check_plan(plan: &Plan) -> Result<(), Refusal> {
    check::required(&plan.code, "plan_code", check::SHORT)?;
    check::required(&plan.name, "name", check::LINE)?;
    check::optional(&plan.description, "description", check::LONG)?;
    check::optional(&plan.unit, "unit", check::SHORT)
}

#[derive(Clone, Debug)]
pub struct CreatePlan {
    pub product: Option<ProductId>,
    pub fields: PlanFields,
}

impl Verb for CreatePlan {
    type Outcome = PlanId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PlanId, Error> {
        let product = super::product(cx, self.product).await?;
        let fields = &self.fields;
        let terms = fields.first_terms(cx).await?;
        let id = cx.id(PlanId)?;
        let plan = Plan {
            id,
            product_id: product.id,
            code: fields.code.clone().unwrap_or_default(),
            name: fields.name.clone().unwrap_or_default(),
            description: fields.description.clone().unwrap_or_default(),
            unit: fields.unit.clone().unwrap_or_default(),
            is_active: fields.is_active.unwrap_or(true),
            version: PlanVersion { id: cx.id(PlanVersionId)?, plan_id: id, number: 1, terms, published_at: cx.now },
            created_at: cx.now,
            updated_at: cx.now,
        };
        check_plan(&plan)?;
        store::plans::insert(cx.tx, &plan).await.map_err(|error| taken(error, "plan_code"))?;
        select_addons(cx, &plan, fields).await?;
        fields.extras.write(cx, PlanId::WORD, id.0, true).await?;
        cx.change.record("plan.created", PlanId::WORD, id.0, "created", json!({"version": 1}));
        Ok(id)
    }
}

#[derive(Clone, Debug)]
pub struct UpdatePlan {
    pub plan: ByCode<PlanId>,
    pub fields: PlanFields,
}

impl Verb for UpdatePlan {
    type Outcome = PlanId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PlanId, Error> {
        let mut plan = lock(cx, &self.plan).await?;
        let fields = &self.fields;
        let mut changed = Vec::new();
        take!(fields => plan, changed; code, name, description, unit, is_active);
        check_plan(&plan)?;
        let mut terms = plan.version.terms.clone();
        changed.extend(fields.write_terms(&mut terms));
        if let Some(terms) = plan.next_terms(terms)? {
            let before = plan.version.terms.tax_group_id;
            check_tax(cx, terms.tax_group_id, before, terms.exemption.as_ref()).await?;
            plan.version = PlanVersion {
                id: cx.id(PlanVersionId)?,
                plan_id: plan.id,
                number: plan.version.number + 1,
                terms,
                published_at: cx.now,
            };
            store::plans::publish(cx.tx, &plan.version).await?;
        }
        plan.updated_at = cx.now;
        store::plans::update(cx.tx, &plan).await.map_err(|error| taken(error, "plan_code"))?;
        if fields.addons.is_some() {
            select_addons(cx, &plan, fields).await?;
            changed.push("addons");
        }
        changed.extend(fields.extras.write(cx, PlanId::WORD, plan.id.0, false).await?);
        let detail = json!({"fields": changed, "version": plan.version.number});
        cx.change.record("plan.updated", PlanId::WORD, plan.id.0, "updated", detail);
        Ok(plan.id)
    }
}

/// Deletes a plan that no line names, with its versions. Add-ons and coupons that selected it no longer do.
#[derive(Clone, Debug)]
pub struct DeletePlan {
    pub plan: ByCode<PlanId>,
}

impl Verb for DeletePlan {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let plan = lock(cx, &self.plan).await?;
        if store::plans::in_use(cx.tx, plan.id).await? {
            return Err(Refusal::InUse { what: "plan" }.into());
        }
        store::names::forget(cx.tx, PlanId::WORD, &[plan.id.0]).await?;
        store::plans::delete(cx.tx, plan.id).await?;
        cx.change.record("plan.deleted", PlanId::WORD, plan.id.0, "deleted", json!({}));
        Ok(())
    }
}

async fn lock(cx: &mut Cx<'_, '_>, which: &ByCode<PlanId>) -> Result<Plan, Error> {
    store::plans::lock(cx.tx, which.id(), which.code()).await?.ok_or_else(|| which.missing())
}

async fn select_addons(cx: &mut Cx<'_, '_>, plan: &Plan, fields: &PlanFields) -> Result<(), Error> {
    let Some(asked) = &fields.addons else { return Ok(()) };
    let addons = addons_of(cx, plan.product_id, asked).await?;
    let selecting = |addon: &&domain::catalogue::Addon| matches!(addon.plans, PlanScope::Select(_));
    let addons: Vec<AddonId> = addons.iter().filter(selecting).map(|addon| addon.id).collect();
    Ok(store::plans::set_addons(cx.tx, plan.id, &addons).await?)
}

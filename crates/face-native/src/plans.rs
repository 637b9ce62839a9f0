//! `/v1/plans`: what is subscribed to. A change of terms publishes a version; old versions stay readable.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::prices::{Price, PriceInput};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Nullable, Schema as _, answer, patch, request, texts};
use crate::shapes::{Exemption, ExemptionInput};
use crate::wire::{CurrencyCode, DecimalIn, DecimalOut, Id, Instant, Word};
use billing::catalogue::ByCode;
use billing::catalogue::plans::{CreatePlan, DeletePlan, PlanFields, UpdatePlan};
use billing::read::{OfferList, PlanView, ThenShown};
use domain::catalogue::{self, IntervalUnit};
use domain::id::{AddonId, PlanId, PlanVersionId, ProductId, TaxGroupId};
use http_kit::Answer;

table! {
    "listPlans" GET "/v1/plans" StaffRead "Lists plans by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<Plan>::schema),
        handle: list,
    }
    "createPlan" POST "/v1/plans" Write "Makes a plan and publishes its first version." {
        takes: Takes::Body(NewPlan::schema),
        gives: Gives::Created(Plan::schema),
        names: "plan_id",
        handle: create,
    }
    "getPlan" GET "/v1/plans/{plan_id}" StaffRead "Reads a plan with the terms that are sold now." {
        gives: Gives::Object(Plan::schema),
        names: "plan_id",
        handle: get,
    }
    "listPlanVersions" GET "/v1/plans/{plan_id}/versions" StaffRead "Lists the published versions of a plan, oldest first." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<PlanVersion>::schema),
        handle: versions,
    }
    "updatePlan" PATCH "/v1/plans/{plan_id}" Write "Changes a plan; other terms become its next version." {
        takes: Takes::Body(PlanPatch::schema),
        gives: Gives::Object(Plan::schema),
        names: "plan_id",
        handle: update,
    }
    "activatePlan" POST "/v1/plans/{plan_id}/activate" Write "Sells a plan again." {
        gives: Gives::Object(Plan::schema),
        names: "plan_id",
        handle: activate,
    }
    "deactivatePlan" POST "/v1/plans/{plan_id}/deactivate" Write "Stops selling a plan." {
        gives: Gives::Object(Plan::schema),
        names: "plan_id",
        handle: deactivate,
    }
    "deletePlan" DELETE "/v1/plans/{plan_id}" Write "Deletes a plan that nothing was sold of." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// A plan with its first terms.
    NewPlan {
        /// The product it belongs to.
        product_id: Id<ProductId>,
        /// Your code for it; unique.
        code: String as texts::short,
        /// As lines print it.
        name: String as texts::line,
        /// What a quantity costs for one interval.
        price: PriceInput,
        /// Billed every so many units.
        interval: i64 as texts::count,
    } optional {
        /// As lines print it.
        description: String as texts::long_or_empty,
        /// What one is called: `seat`.
        unit: String as texts::short_or_empty,
        /// Of its prices; your base currency unless given.
        currency: CurrencyCode,
        /// `months` unless given.
        interval_unit: Word<IntervalUnit>,
        /// After so many intervals it ends; without end unless given.
        billing_cycles: i64 as texts::count,
        /// Days before the first charge.
        trial_days: i64 as texts::term_days,
        /// Charged once at the beginning.
        setup_fee: DecimalIn,
        /// Whether the setup fee is charged at once even while the trial runs.
        is_setup_fee_immediate: bool,
        /// How it is taxed.
        tax_group_id: Id<TaxGroupId>,
        /// Why it is not taxed.
        exemption: ExemptionInput,
        /// Add-ons of the product that go with it.
        addon_ids: Vec<Id<AddonId>>,
    }
}

patch! {
    /// Changes of a plan.
    PlanPatch {
        /// Your code for it; unique.
        code: String as texts::short,
        /// As lines print it.
        name: String as texts::line,
        /// As lines print it.
        description: String as texts::long_or_empty,
        /// What one is called.
        unit: String as texts::short_or_empty,
        /// What a quantity costs for one interval.
        price: PriceInput,
        /// Of its prices.
        currency: CurrencyCode,
        /// Billed every so many units.
        interval: i64 as texts::count,
        /// What the interval is counted in.
        interval_unit: Word<IntervalUnit>,
        /// After so many intervals it ends; null without end.
        billing_cycles: Nullable<i64>,
        /// Days before the first charge.
        trial_days: i64 as texts::term_days,
        /// Charged once at the beginning.
        setup_fee: DecimalIn,
        /// Whether the setup fee is charged at once even while the trial runs.
        is_setup_fee_immediate: bool,
        /// How it is taxed.
        tax_group_id: Nullable<Id<TaxGroupId>>,
        /// Why it is not taxed.
        exemption: Nullable<ExemptionInput>,
        /// Add-ons of the product that go with it, in place of those that did.
        addon_ids: Vec<Id<AddonId>>,
    }
}

answer! {
    /// A plan with the terms that are sold now.
    Plan {
        /// Its id.
        id: Id<PlanId>,
        /// The product it belongs to.
        product_id: Id<ProductId>,
        /// Your code for it.
        code: String,
        /// As lines print it.
        name: String,
        /// As lines print it.
        description: String,
        /// What one is called.
        unit: String,
        /// Whether it is sold.
        is_active: bool,
        /// The terms that are sold now.
        version: PlanVersion,
        /// Add-ons that go with it.
        addon_ids: Vec<Id<AddonId>>,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

answer! {
    /// Terms of a plan as they were published. They never change.
    PlanVersion {
        /// Its id.
        id: Id<PlanVersionId>,
        /// From 1 within the plan.
        number: i64,
        /// Of its prices.
        currency: CurrencyCode,
        /// What a quantity costs for one interval.
        price: Price,
        /// Billed every so many units.
        interval: i64,
        /// What the interval is counted in.
        interval_unit: Word<IntervalUnit>,
        /// After so many intervals it ends; null without end.
        billing_cycles: Option<i64>,
        /// Days before the first charge.
        trial_days: i64,
        /// Charged once at the beginning.
        setup_fee: DecimalOut,
        /// Whether the setup fee is charged at once even while the trial runs.
        is_setup_fee_immediate: bool,
        /// How it is taxed.
        tax_group_id: Option<Id<TaxGroupId>>,
        /// Why it is not taxed.
        exemption: Option<Exemption>,
        /// When it was published.
        published_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, PlanId::PREFIX)?;
    let asked = OfferList::After { id: page.after, limit: page.wanted() };
    let rows = call.billing.plans(&call.caller, asked).await?.value;
    Ok(page.page(rows, |view| view.plan.id.0, |view| Plan::to_wire(&view)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: PlanId = call.id("plan_id")?;
    let found = call.billing.shown(&call.caller, id).await?;
    Ok(json(200, &Plan::to_wire(&found.value)))
}

async fn versions(call: Call) -> Result<Answer, Fault> {
    let id: PlanId = call.id("plan_id")?;
    let page = ById::of(&call, PlanVersionId::PREFIX)?;
    let rows = call.billing.plan_versions(&call.caller, id, page.after, page.wanted()).await?;
    Ok(page.page(rows, |version| version.number, |version| PlanVersion::to_wire(&version)).into_answer())
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let asked: NewPlan = call.read()?;
    let verb = CreatePlan { product: Some(asked.product_id.0), fields: asked.from_wire()? };
    call.write(ThenShown(verb), |made| {
        created(format!("/v1/plans/{}", made.value.plan.id), &Plan::to_wire(&made.value))
    })
    .await
}

async fn change(call: Call, fields: PlanFields) -> Result<Answer, Fault> {
    let verb = UpdatePlan { plan: ByCode::Id(call.id("plan_id")?), fields };
    call.write(ThenShown(verb), |changed| json(200, &Plan::to_wire(&changed.value))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let fields = call.read::<PlanPatch>()?.from_wire()?;
    change(call, fields).await
}

async fn activate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, PlanFields { is_active: Some(true), ..PlanFields::default() }).await
}

async fn deactivate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, PlanFields { is_active: Some(false), ..PlanFields::default() }).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeletePlan { plan: ByCode::Id(call.id("plan_id")?) };
    call.write(verb, |()| nothing()).await
}

fn addons(ids: Option<Vec<Id<AddonId>>>) -> Option<Vec<ByCode<AddonId>>> {
    ids.map(|ids| ids.into_iter().map(|id| ByCode::Id(id.0)).collect())
}

impl NewPlan {
    fn from_wire(self) -> Result<PlanFields, Fault> {
        Ok(PlanFields {
            code: Some(self.code),
            name: Some(self.name),
            description: self.description,
            unit: self.unit,
            currency: self.currency.map(|currency| currency.0),
            price: Some(self.price.from_wire()?),
            interval: Some(self.interval),
            interval_unit: self.interval_unit.map(|unit| unit.0),
            billing_cycles: self.billing_cycles.map(Some),
            trial_days: self.trial_days,
            setup_fee: self.setup_fee.map(|fee| fee.0),
            is_setup_fee_immediate: self.is_setup_fee_immediate,
            tax_group_id: self.tax_group_id.map(|id| Some(id.0)),
            exemption: self.exemption.map(|exemption| Some(exemption.from_wire())),
            addons: addons(self.addon_ids),
            ..PlanFields::default()
        })
    }
}

impl PlanPatch {
    fn from_wire(self) -> Result<PlanFields, Fault> {
        Ok(PlanFields {
            code: self.code,
            name: self.name,
            description: self.description,
            unit: self.unit,
            currency: self.currency.map(|currency| currency.0),
            price: self.price.map(PriceInput::from_wire).transpose()?,
            interval: self.interval,
            interval_unit: self.interval_unit.map(|unit| unit.0),
            billing_cycles: self.billing_cycles.map(|cycles| cycles.0),
            trial_days: self.trial_days,
            setup_fee: self.setup_fee.map(|fee| fee.0),
            is_setup_fee_immediate: self.is_setup_fee_immediate,
            tax_group_id: self.tax_group_id.map(|id| id.0.map(|id| id.0)),
            exemption: self.exemption.map(|exemption| exemption.0.map(ExemptionInput::from_wire)),
            addons: addons(self.addon_ids),
            ..PlanFields::default()
        })
    }
}

impl Plan {
    fn to_wire(view: &PlanView) -> Self {
        let plan = &view.plan;
        Self {
            id: Id(plan.id),
            product_id: Id(plan.product_id),
            code: plan.code.clone(),
            name: plan.name.clone(),
            description: plan.description.clone(),
            unit: plan.unit.clone(),
            is_active: plan.is_active,
            version: PlanVersion::to_wire(&plan.version),
            addon_ids: view.addons.iter().map(|addon| Id(addon.id)).collect(),
            created_at: Instant(plan.created_at),
            updated_at: Instant(plan.updated_at),
        }
    }
}

impl PlanVersion {
    fn to_wire(version: &catalogue::PlanVersion) -> Self {
        let terms = &version.terms;
        Self {
            id: Id(version.id),
            number: version.number,
            currency: CurrencyCode(terms.currency),
            price: Price::to_wire(&terms.price),
            interval: terms.interval,
            interval_unit: Word(terms.interval_unit),
            billing_cycles: terms.billing_cycles,
            trial_days: terms.trial_days,
            setup_fee: DecimalOut(terms.setup_fee),
            is_setup_fee_immediate: terms.is_setup_fee_immediate,
            tax_group_id: terms.tax_group_id.map(Id),
            exemption: terms.exemption.as_ref().map(Exemption::to_wire),
            published_at: Instant(version.published_at),
        }
    }
}

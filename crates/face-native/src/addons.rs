//! `/v1/addons`: what is bought beside a plan.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::prices::{Price, PriceInput};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Nullable, Schema as _, answer, patch, request, texts};
use crate::shapes::{Exemption, ExemptionInput};
use crate::wire::{CurrencyCode, Id, Instant, Word};
use billing::catalogue::ByCode;
use billing::catalogue::addons::{AddonFields, AskedPlans, CreateAddon, DeleteAddon, UpdateAddon};
use billing::read::{AddonView, OfferList, ThenShown};
use domain::catalogue::{AddonKind, IntervalUnit, PlanScope};
use domain::id::{AddonId, PlanId, ProductId, TaxGroupId};
use http_kit::Answer;

table! {
    "listAddons" GET "/v1/addons" StaffRead "Lists add-ons by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<Addon>::schema),
        handle: list,
    }
    "createAddon" POST "/v1/addons" Write "Makes an add-on." {
        takes: Takes::Body(NewAddon::schema),
        gives: Gives::Created(Addon::schema),
        names: "addon_id",
        handle: create,
    }
    "getAddon" GET "/v1/addons/{addon_id}" StaffRead "Reads an add-on." {
        gives: Gives::Object(Addon::schema),
        names: "addon_id",
        handle: get,
    }
    "updateAddon" PATCH "/v1/addons/{addon_id}" Write "Changes an add-on; lines that were made from it stay." {
        takes: Takes::Body(AddonPatch::schema),
        gives: Gives::Object(Addon::schema),
        names: "addon_id",
        handle: update,
    }
    "activateAddon" POST "/v1/addons/{addon_id}/activate" Write "Sells an add-on again." {
        gives: Gives::Object(Addon::schema),
        names: "addon_id",
        handle: activate,
    }
    "deactivateAddon" POST "/v1/addons/{addon_id}/deactivate" Write "Stops selling an add-on." {
        gives: Gives::Object(Addon::schema),
        names: "addon_id",
        handle: deactivate,
    }
    "deleteAddon" DELETE "/v1/addons/{addon_id}" Write "Deletes an add-on that nothing was sold of." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// An add-on.
    NewAddon {
        /// The product it belongs to.
        product_id: Id<ProductId>,
        /// Your code for it; unique.
        code: String as texts::short,
        /// As lines print it.
        name: String as texts::line,
        /// What a quantity costs.
        price: PriceInput,
    } optional {
        /// As lines print it.
        description: String as texts::long_or_empty,
        /// What one is called: `mailbox`.
        unit: String as texts::short_or_empty,
        /// `recurring` unless given.
        kind: Word<AddonKind>,
        /// What a recurring one is billed every one of; with its plan unless given.
        interval_unit: Word<IntervalUnit>,
        /// Of its price; your base currency unless given.
        currency: CurrencyCode,
        /// The plans of the product it goes with; all unless given.
        plan_ids: Vec<Id<PlanId>>,
        /// How it is taxed.
        tax_group_id: Id<TaxGroupId>,
        /// Why it is not taxed.
        exemption: ExemptionInput,
    }
}

patch! {
    /// Changes of an add-on.
    AddonPatch {
        /// Your code for it; unique.
        code: String as texts::short,
        /// As lines print it.
        name: String as texts::line,
        /// As lines print it.
        description: String as texts::long_or_empty,
        /// What one is called.
        unit: String as texts::short_or_empty,
        /// Whether it is bought once.
        kind: Word<AddonKind>,
        /// What a recurring one is billed every one of; null with its plan.
        interval_unit: Nullable<Word<IntervalUnit>>,
        /// Of its price.
        currency: CurrencyCode,
        /// What a quantity costs.
        price: PriceInput,
        /// The plans of the product it goes with; null for all.
        plan_ids: Nullable<Vec<Id<PlanId>>>,
        /// How it is taxed.
        tax_group_id: Nullable<Id<TaxGroupId>>,
        /// Why it is not taxed.
        exemption: Nullable<ExemptionInput>,
    }
}

answer! {
    /// An add-on.
    Addon {
        /// Its id.
        id: Id<AddonId>,
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
        /// Whether it is bought once.
        kind: Word<AddonKind>,
        /// What a recurring one is billed every one of; null with its plan.
        interval_unit: Option<Word<IntervalUnit>>,
        /// Of its price.
        currency: CurrencyCode,
        /// What a quantity costs.
        price: Price,
        /// The plans of the product it goes with; null for all.
        plan_ids: Option<Vec<Id<PlanId>>>,
        /// How it is taxed.
        tax_group_id: Option<Id<TaxGroupId>>,
        /// Why it is not taxed.
        exemption: Option<Exemption>,
        /// Whether it is sold.
        is_active: bool,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, AddonId::PREFIX)?;
    let asked = OfferList::After { id: page.after, limit: page.wanted() };
    let rows = call.billing.addons(&call.caller, asked, None).await?.value;
    Ok(page.page(rows, |view| view.addon.id.0, |view| Addon::to_wire(&view)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: AddonId = call.id("addon_id")?;
    let found = call.billing.shown(&call.caller, id).await?;
    Ok(json(200, &Addon::to_wire(&found.value)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let asked: NewAddon = call.read()?;
    let verb = CreateAddon { product: Some(asked.product_id.0), fields: asked.from_wire()? };
    call.write(ThenShown(verb), |made| {
        created(format!("/v1/addons/{}", made.value.addon.id), &Addon::to_wire(&made.value))
    })
    .await
}

async fn change(call: Call, fields: AddonFields) -> Result<Answer, Fault> {
    let verb = UpdateAddon { addon: ByCode::Id(call.id("addon_id")?), fields };
    call.write(ThenShown(verb), |changed| json(200, &Addon::to_wire(&changed.value))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let fields = call.read::<AddonPatch>()?.from_wire()?;
    change(call, fields).await
}

async fn activate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, AddonFields { is_active: Some(true), ..AddonFields::default() }).await
}

async fn deactivate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, AddonFields { is_active: Some(false), ..AddonFields::default() }).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteAddon { addon: ByCode::Id(call.id("addon_id")?) };
    call.write(verb, |()| nothing()).await
}

/// No list is all plans.
pub(crate) fn plans(ids: Option<Vec<Id<PlanId>>>) -> AskedPlans {
    match ids {
        None => AskedPlans::All,
        Some(ids) => AskedPlans::Select(ids.into_iter().map(|id| ByCode::Id(id.0)).collect()),
    }
}

/// The selected plans; null for all of them.
pub(crate) fn plan_ids(scope: &PlanScope) -> Option<Vec<Id<PlanId>>> {
    match scope {
        PlanScope::All => None,
        PlanScope::None => Some(Vec::new()),
        PlanScope::Select(plans) => Some(plans.iter().copied().map(Id).collect()),
    }
}

impl NewAddon {
    fn from_wire(self) -> Result<AddonFields, Fault> {
        Ok(AddonFields {
            code: Some(self.code),
            name: Some(self.name),
            description: self.description,
            unit: self.unit,
            kind: self.kind.map(|kind| kind.0),
            interval_unit: self.interval_unit.map(|unit| Some(unit.0)),
            currency: self.currency.map(|currency| currency.0),
            price: Some(self.price.from_wire()?),
            plans: Some(plans(self.plan_ids)),
            tax_group_id: self.tax_group_id.map(|id| Some(id.0)),
            exemption: self.exemption.map(|exemption| Some(exemption.from_wire())),
            ..AddonFields::default()
        })
    }
}

impl AddonPatch {
    fn from_wire(self) -> Result<AddonFields, Fault> {
        Ok(AddonFields {
            code: self.code,
            name: self.name,
            description: self.description,
            unit: self.unit,
            kind: self.kind.map(|kind| kind.0),
            interval_unit: self.interval_unit.map(|unit| unit.0.map(|unit| unit.0)),
            currency: self.currency.map(|currency| currency.0),
            price: self.price.map(PriceInput::from_wire).transpose()?,
            plans: self.plan_ids.map(|ids| plans(ids.0)),
            tax_group_id: self.tax_group_id.map(|id| id.0.map(|id| id.0)),
            exemption: self.exemption.map(|exemption| exemption.0.map(ExemptionInput::from_wire)),
            ..AddonFields::default()
        })
    }
}

impl Addon {
    fn to_wire(view: &AddonView) -> Self {
        let addon = &view.addon;
        Self {
            id: Id(addon.id),
            product_id: Id(addon.product_id),
            code: addon.code.clone(),
            name: addon.name.clone(),
            description: addon.description.clone(),
            unit: addon.unit.clone(),
            kind: Word(addon.kind),
            interval_unit: addon.interval_unit.map(Word),
            currency: CurrencyCode(addon.currency),
            price: Price::to_wire(&addon.price),
            plan_ids: plan_ids(&addon.plans),
            tax_group_id: addon.tax_group_id.map(Id),
            exemption: addon.exemption.as_ref().map(Exemption::to_wire),
            is_active: addon.is_active,
            created_at: Instant(addon.created_at),
            updated_at: Instant(addon.updated_at),
        }
    }
}

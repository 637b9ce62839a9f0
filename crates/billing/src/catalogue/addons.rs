//! Makes, changes and deletes add-ons.

use super::extras::Extras;
use super::{ByCode, base_currency, check_tax, plans_of, take};
use crate::parties::tenants::taken;
use crate::verb::{Cx, Verb};
use crate::{Error, check};
use domain::Refusal;
use domain::catalogue::{Addon, AddonKind, IntervalUnit, PlanScope, PriceModel};
use domain::id::{AddonId, PlanId, ProductId, TaxGroupId};
use domain::money::Currency;
use domain::party::Exemption;
use serde_json::json;

/// Which plans of its product an add-on shall go with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedPlans {
    All,
    None,
    Select(Vec<ByCode<PlanId>>),
}

impl AskedPlans {
    pub(super) async fn scope(&self, cx: &mut Cx<'_, '_>, product: ProductId) -> Result<PlanScope, Error> {
        Ok(match self {
            Self::All => PlanScope::All,
            Self::None => PlanScope::None,
            Self::Select(asked) => PlanScope::Select(plans_of(cx, product, asked).await?),
        })
    }
}

/// What a client says of an add-on. `None` leaves a field as it is, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct AddonFields {
    pub code: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub unit: Option<String>,
    /// Recurring unless given.
    pub kind: Option<AddonKind>,
    pub interval_unit: Option<Option<IntervalUnit>>,
    /// The base currency of the default legal entity unless given.
    pub currency: Option<Currency>,
    /// Must be given for a new add-on.
    pub price: Option<PriceModel>,
    /// All unless given.
    pub plans: Option<AskedPlans>,
    pub tax_group_id: Option<Option<TaxGroupId>>,
    pub exemption: Option<Option<Exemption>>,
    pub is_active: Option<bool>,
    pub extras: Extras,
}

impl AddonFields {
    async fn write_to(&self, cx: &mut Cx<'_, '_>, addon: &mut Addon) -> Result<Vec<&'static str>, Error> {
        let mut changed = Vec::new();
        let before = addon.tax_group_id;
        take!(self => addon, changed; code, name, description, unit, kind, interval_unit, currency, price,
            tax_group_id, exemption, is_active);
        if let Some(asked) = &self.plans {
            let plans = asked.scope(cx, addon.product_id).await?;
            if plans != addon.plans {
                changed.push("plans");
            }
            addon.plans = plans;
        }
        check::required(&addon.code, "addon_code", check::SHORT)?;
        check::required(&addon.name, "name", check::LINE)?;
        check::optional(&addon.description, "description", check::LONG)?;
        check::optional(&addon.unit, "unit_name", check::SHORT)?;
        addon.check()?;
        check_tax(cx, addon.tax_group_id, before, addon.exemption.as_ref()).await?;
        Ok(changed)
    }
}

#[derive(Clone, Debug)]
pub struct CreateAddon {
    pub product: Option<ProductId>,
    pub fields: AddonFields,
}

impl Verb for CreateAddon {
    type Outcome = AddonId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<AddonId, Error> {
        let product = super::product(cx, self.product).await?;
        let currency = match self.fields.currency {
            Some(currency) => currency,
            None => base_currency(cx).await?,
        };
        let mut addon = Addon {
            id: cx.id(AddonId)?,
            product_id: product.id,
            code: String::new(),
            name: String::new(),
            description: String::new(),
            unit: String::new(),
            kind: AddonKind::Recurring,
            interval_unit: None,
            currency,
            price: self.fields.price.clone().ok_or(Refusal::Blank { what: "price_brackets" })?,
            plans: PlanScope::All,
            tax_group_id: None,
            exemption: None,
            is_active: true,
            created_at: cx.now,
            updated_at: cx.now,
        };
        self.fields.write_to(cx, &mut addon).await?;
        store::addons::insert(cx.tx, &addon).await.map_err(|error| taken(error, "addon_code"))?;
        self.fields.extras.write(cx, AddonId::WORD, addon.id.0, true).await?;
        cx.change.record("addon.created", AddonId::WORD, addon.id.0, "created", json!({}));
        Ok(addon.id)
    }
}

#[derive(Clone, Debug)]
pub struct UpdateAddon {
    pub addon: ByCode<AddonId>,
    pub fields: AddonFields,
}

impl Verb for UpdateAddon {
    type Outcome = AddonId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<AddonId, Error> {
        let mut addon = lock(cx, &self.addon).await?;
        let mut changed = self.fields.write_to(cx, &mut addon).await?;
        addon.updated_at = cx.now;
        store::addons::update(cx.tx, &addon).await.map_err(|error| taken(error, "addon_code"))?;
        changed.extend(self.fields.extras.write(cx, AddonId::WORD, addon.id.0, false).await?);
        cx.change.record("addon.updated", AddonId::WORD, addon.id.0, "updated", json!({"fields": changed}));
        Ok(addon.id)
    }
}

/// Deletes an add-on that no line names. Coupons that selected it no longer do.
#[derive(Clone, Debug)]
pub struct DeleteAddon {
    pub addon: ByCode<AddonId>,
}

impl Verb for DeleteAddon {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let addon = lock(cx, &self.addon).await?;
        if store::addons::in_use(cx.tx, addon.id).await? {
            return Err(Refusal::InUse { what: "addon" }.into());
        }
        store::names::forget(cx.tx, AddonId::WORD, &[addon.id.0]).await?;
        store::addons::delete(cx.tx, addon.id).await?;
        cx.change.record("addon.deleted", AddonId::WORD, addon.id.0, "deleted", json!({}));
        Ok(())
    }
}

async fn lock(cx: &mut Cx<'_, '_>, which: &ByCode<AddonId>) -> Result<Addon, Error> {
    store::addons::lock(cx.tx, which.id(), which.code()).await?.ok_or_else(|| which.missing())
}

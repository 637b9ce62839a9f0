//! An add-on as a client sends it. What is left out stays as it is; a blank text clears.

use billing::catalogue::ByCode;
use billing::catalogue::addons::{AddonFields, AskedPlans};
use domain::catalogue::{AddonKind, PricingScheme};
use serde::Deserialize;

use super::{RHYTHMS, of_path};
use crate::call::Call;
use crate::catalogue::{ExtrasBody, PreferenceBody, TagBody, TaxBody};
use crate::custom_values::ValueBody;
use crate::errors::{Failure, Fault};
use crate::price_brackets::{self, BracketBody};
use crate::scalar::{Scalar, filled, flag, text};

/// The words of `product_type` in Zoho's editions.
const KINDS: [&str; 3] = ["goods", "service", "digital_service"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AddonBody {
    addon_code: Option<Scalar>,
    name: Option<Scalar>,
    unit_name: Option<Scalar>,
    pricing_scheme: Option<Scalar>,
    price_brackets: Option<Vec<BracketBody>>,
    #[serde(rename = "type")]
    kind: Option<Scalar>,
    interval_unit: Option<Scalar>,
    tags: Option<Vec<TagBody>>,
    custom_fields: Option<Vec<ValueBody>>,
    applicable_to_all_plans: Option<Scalar>,
    plans: Option<Vec<PlanBody>>,
    pub product_id: Option<Scalar>,
    description: Option<Scalar>,
    store_markup_description: Option<Scalar>,
    product_type: Option<Scalar>,
    hsn_or_sac: Option<Scalar>,
    sat_item_key_code: Option<Scalar>,
    unitkey_code: Option<Scalar>,
    item_tax_preferences: Option<Vec<PreferenceBody>>,
    tax_id: Option<Scalar>,
    is_taxable: Option<Scalar>,
    tax_exemption_id: Option<Scalar>,
    tax_exemption_code: Option<Scalar>,
}

/// A plan that is named by its code.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PlanBody {
    plan_code: Option<Scalar>,
}

/// Plans as `plans` of a request names them.
pub(crate) fn plans(bodies: &[PlanBody]) -> Result<AskedPlans, Fault> {
    let plan = |plan: &PlanBody| {
        let code = filled(plan.plan_code.as_ref()).ok_or_else(|| Fault::invalid("plan_code"))?;
        Ok(ByCode::Code(code.to_owned()))
    };
    Ok(AskedPlans::Select(bodies.iter().map(plan).collect::<Result<_, Fault>>()?))
}

impl AddonBody {
    /// What a new add-on needs.
    pub fn is_whole(&self) -> Result<(), Fault> {
        for (field, given) in [("addon_code", &self.addon_code), ("name", &self.name), ("unit_name", &self.unit_name)] {
            if filled(given.as_ref()).is_none() {
                return Err(Fault::invalid(field));
            }
        }
        if self.price_brackets.is_none() { Err(Fault::invalid("price_brackets")) } else { Ok(()) }
    }

    pub async fn of_new(self, call: &Call) -> Result<AddonFields, Failure> {
        let scheme = price_brackets::scheme(self.pricing_scheme.as_ref())?;
        let mut fields = self.from_wire(call, scheme.unwrap_or(PricingScheme::Unit)).await?;
        // Without a word about plans it goes with none yet.
        fields.plans.get_or_insert(AskedPlans::Select(Vec::new()));
        Ok(fields)
    }

    /// Brackets without a scheme are those of the scheme that it has.
    pub async fn of_known(self, call: &Call) -> Result<AddonFields, Failure> {
        let scheme = match price_brackets::scheme(self.pricing_scheme.as_ref())? {
            Some(scheme) => scheme,
            None => call.billing.addon(&call.caller, &of_path(call)).await?.value.addon.price.scheme(),
        };
        self.from_wire(call, scheme).await
    }

    /// The first field that makes no sense is the fault; what it names is looked up.
    async fn from_wire(self, call: &Call, scheme: PricingScheme) -> Result<AddonFields, Failure> {
        let price = match &self.price_brackets {
            Some(brackets) => Some(price_brackets::from_wire(scheme, brackets)?),
            None => None,
        };
        let kind = filled(self.kind.as_ref());
        let kind = kind.map(|word| AddonKind::from_word(word).ok_or_else(|| Fault::invalid("type"))).transpose()?;
        let interval_unit = match filled(self.interval_unit.as_ref()) {
            Some(given) => {
                let rhythm = RHYTHMS.iter().find(|(word, unit)| *word == given || unit.word() == given);
                Some(Some(rhythm.ok_or_else(|| Fault::invalid("interval_unit"))?.1))
            }
            // What is bought once has no rhythm.
            None if kind == Some(AddonKind::OneTime) => Some(None),
            None => self.interval_unit.as_ref().map(|_| None),
        };
        let all = flag("applicable_to_all_plans", self.applicable_to_all_plans.as_ref())?;
        let plans = match (all, &self.plans) {
            (Some(true), _) => Some(AskedPlans::All),
            (_, Some(bodies)) => Some(plans(bodies)?),
            (Some(false), None) => Some(AskedPlans::Select(Vec::new())),
            (None, None) => None,
        };
        let tax = TaxBody {
            tax_id: self.tax_id,
            is_taxable: self.is_taxable,
            tax_exemption_id: self.tax_exemption_id.clone(),
            tax_exemption_code: self.tax_exemption_code,
        };
        let tax = tax.from_wire(call).await?;
        let extras = ExtrasBody {
            tags: self.tags,
            custom_fields: self.custom_fields,
            item_tax_preferences: self.item_tax_preferences,
            product_type: self.product_type,
            texts: vec![
                ("hsn_or_sac", self.hsn_or_sac),
                ("sat_item_key_code", self.sat_item_key_code),
                ("unitkey_code", self.unitkey_code),
                ("store_markup_description", self.store_markup_description),
                ("tax_exemption_id", self.tax_exemption_id),
            ],
        };
        Ok(AddonFields {
            code: text(self.addon_code),
            name: text(self.name),
            description: text(self.description),
            unit: text(self.unit_name),
            kind,
            interval_unit,
            currency: None,
            price,
            plans,
            tax_group_id: tax.group,
            exemption: tax.exemption,
            is_active: None,
            extras: extras.from_wire(call, &KINDS).await?,
        })
    }
}

//! A plan as a client sends it. What is left out stays as it is; a blank text clears.

use billing::catalogue::ByCode;
use billing::catalogue::plans::PlanFields;
use domain::catalogue::{IntervalUnit, PriceModel, PricingScheme};
use serde::Deserialize;

use super::{WITHOUT_END, of_path};
use crate::call::Call;
use crate::catalogue::{ExtrasBody, PreferenceBody, TagBody, TaxBody};
use crate::custom_values::ValueBody;
use crate::errors::{Failure, Fault};
use crate::price_brackets::{self, BracketBody};
use crate::scalar::{Scalar, decimal, filled, flag, text, whole};

/// The words of `product_type` in Zoho's editions.
const KINDS: [&str; 3] = ["goods", "service", "digital_service"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PlanBody {
    plan_code: Option<Scalar>,
    name: Option<Scalar>,
    recurring_price: Option<Scalar>,
    pricing_scheme: Option<Scalar>,
    price_brackets: Option<Vec<BracketBody>>,
    unit: Option<Scalar>,
    interval: Option<Scalar>,
    interval_unit: Option<Scalar>,
    billing_cycles: Option<Scalar>,
    trial_period: Option<Scalar>,
    setup_fee: Option<Scalar>,
    setup_fee_account_id: Option<Scalar>,
    can_charge_setup_fee_immediately: Option<Scalar>,
    tags: Option<Vec<TagBody>>,
    custom_fields: Option<Vec<ValueBody>>,
    pub product_id: Option<Scalar>,
    product_type: Option<Scalar>,
    hsn_or_sac: Option<Scalar>,
    sat_item_key_code: Option<Scalar>,
    unitkey_code: Option<Scalar>,
    item_tax_preferences: Option<Vec<PreferenceBody>>,
    tax_id: Option<Scalar>,
    is_taxable: Option<Scalar>,
    tax_exemption_id: Option<Scalar>,
    tax_exemption_code: Option<Scalar>,
    description: Option<Scalar>,
    store_markup_description: Option<Scalar>,
    addons: Option<Vec<AddonBody>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AddonBody {
    addon_code: Option<Scalar>,
}

impl PlanBody {
    /// What a new plan needs.
    pub fn is_whole(&self) -> Result<(), Fault> {
        for (field, given) in [("plan_code", &self.plan_code), ("name", &self.name), ("interval", &self.interval)] {
            if filled(given.as_ref()).is_none() {
                return Err(Fault::invalid(field));
            }
        }
        if filled(self.recurring_price.as_ref()).is_none() && self.price_brackets.is_none() {
            return Err(Fault::invalid("recurring_price"));
        }
        Ok(())
    }

    /// The first field that makes no sense is the fault; what it names is looked up.
    pub async fn from_wire(self, call: &Call) -> Result<PlanFields, Failure> {
        let price = self.price(call).await?;
        let unit = filled(self.interval_unit.as_ref());
        let unit = unit.map(|word| IntervalUnit::from_word(word).ok_or_else(|| Fault::invalid("interval_unit")));
        let cycles = whole("billing_cycles", self.billing_cycles.as_ref())?;
        let tax = TaxBody {
            tax_id: self.tax_id,
            is_taxable: self.is_taxable,
            tax_exemption_id: self.tax_exemption_id.clone(),
            tax_exemption_code: self.tax_exemption_code,
        };
        let tax = tax.from_wire(call).await?;
        let addon = |addon: &AddonBody| {
            let code = filled(addon.addon_code.as_ref()).ok_or_else(|| Fault::invalid("addon_code"))?;
            Ok(ByCode::Code(code.to_owned()))
        };
        let addons: Option<Vec<_>> =
            self.addons.map(|addons| addons.iter().map(addon).collect::<Result<_, Fault>>()).transpose()?;
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
                ("setup_fee_account_id", self.setup_fee_account_id),
                ("tax_exemption_id", self.tax_exemption_id),
            ],
        };
        Ok(PlanFields {
            code: text(self.plan_code),
            name: text(self.name),
            description: text(self.description),
            unit: text(self.unit),
            is_active: None,
            currency: None,
            price,
            interval: whole("interval", self.interval.as_ref())?,
            interval_unit: unit.transpose()?,
            billing_cycles: cycles.map(|cycles| Some(cycles).filter(|cycles| *cycles != WITHOUT_END)),
            trial_days: whole("trial_period", self.trial_period.as_ref())?,
            setup_fee: decimal("setup_fee", self.setup_fee.as_ref())?,
            is_setup_fee_immediate: flag(
                "can_charge_setup_fee_immediately",
                self.can_charge_setup_fee_immediately.as_ref(),
            )?,
            tax_group_id: tax.group,
            exemption: tax.exemption,
            addons,
            extras: extras.from_wire(call, &KINDS).await?,
        })
    }

    /// `recurring_price` is a price per unit (or the flat one); a plan of another scheme comes with its brackets, and
    /// its `recurring_price`, which answers show, is that of the first.
    async fn price(&self, call: &Call) -> Result<Option<PriceModel>, Failure> {
        let scheme = price_brackets::scheme(self.pricing_scheme.as_ref())?;
        if let Some(brackets) = &self.price_brackets {
            let model = price_brackets::from_wire(scheme.unwrap_or(PricingScheme::Unit), brackets)?;
            return Ok(Some(model));
        }
        let Some(price) = decimal("recurring_price", self.recurring_price.as_ref())? else { return Ok(None) };
        let refused = |_| Fault::invalid("recurring_price");
        match scheme {
            Some(PricingScheme::Flat) => Ok(Some(PriceModel::flat(price).map_err(refused)?)),
            Some(PricingScheme::Unit) => Ok(Some(PriceModel::per_unit(price).map_err(refused)?)),
            Some(_) => Err(Fault::invalid("price_brackets").into()),
            None => {
                let known = match call.path("plan_code") {
                    "" => None,
                    _ => Some(call.billing.plan(&call.caller, &of_path(call)).await?.value.plan.version.terms.price),
                };
                match known {
                    // What the client read: nothing of the price changes.
                    Some(known) if known.list_price() == price => Ok(None),
                    Some(known) if known.scheme() == PricingScheme::Flat => {
                        Ok(Some(PriceModel::flat(price).map_err(refused)?))
                    }
                    // Which of its brackets it would be, nobody says.
                    Some(known) if known.scheme() != PricingScheme::Unit => {
                        Err(Fault::invalid("price_brackets").into())
                    }
                    _ => Ok(Some(PriceModel::per_unit(price).map_err(refused)?)),
                }
            }
        }
    }
}

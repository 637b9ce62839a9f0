//! What the tables of products, plans, add-ons and coupons share: how their lists are asked for, and price models as
//! JSON text, because nobody searches inside them.

use crate::{Error, Result, Value};
use domain::catalogue::{Bracket, PriceModel, PricingScheme};
use domain::id::ProductId;
use domain::money::Decimal;
use serde::{Deserialize, Serialize};

/// A page of a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub is_active: Option<bool>,
    /// Only what belongs to this product.
    pub product_id: Option<ProductId>,
    pub offset: i64,
    pub limit: i64,
}

impl Page {
    /// Parameters `$2` to `$5` of the lists; products have no product to ask for, and take three.
    pub(crate) fn values(&self) -> [Value<'static>; 4] {
        [Value::from(self.is_active), Value::from(self.product_id), Value::from(self.limit), Value::from(self.offset)]
    }
}

#[derive(Serialize, Deserialize)]
struct ModelText {
    scheme: String,
    brackets: Vec<BracketText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    free: Option<String>,
}

/// Decimals as their shortest text.
#[derive(Serialize, Deserialize)]
struct BracketText {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    up_to: Option<String>,
    price: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flat: Option<String>,
}

fn unless_zero(decimal: Decimal) -> Option<String> {
    (!decimal.is_zero()).then(|| decimal.to_string())
}

pub(crate) fn write_price_model(model: &PriceModel) -> String {
    let text = ModelText {
        scheme: model.scheme().word().to_owned(),
        brackets: model
            .brackets()
            .iter()
            .map(|bracket| BracketText {
                up_to: bracket.up_to.map(|up_to| up_to.to_string()),
                price: bracket.price.to_string(),
                flat: unless_zero(bracket.flat),
            })
            .collect(),
        free: unless_zero(model.free()),
    };
    serde_json::to_string(&text).expect("strings always serialise")
}

pub(crate) fn read_price_model(text: &str) -> Result<PriceModel> {
    let fault = || Error::decode(0, text);
    let decimal = |text: &str| Decimal::parse(text).map_err(|_| fault());
    let or_zero = |text: &Option<String>| text.as_deref().map_or(Ok(Decimal::ZERO), decimal);
    let read: ModelText = serde_json::from_str(text).map_err(|_| fault())?;
    let scheme = PricingScheme::from_word(&read.scheme).ok_or_else(fault)?;
    let mut brackets = Vec::with_capacity(read.brackets.len());
    for bracket in &read.brackets {
        brackets.push(Bracket {
            up_to: bracket.up_to.as_deref().map(decimal).transpose()?,
            price: decimal(&bracket.price)?,
            flat: or_zero(&bracket.flat)?,
        });
    }
    PriceModel::new(scheme, brackets, or_zero(&read.free)?).map_err(|_| fault())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_read_back() {
        let of = |text: &str| Decimal::parse(text).expect("a decimal");
        let tiers = vec![
            Bracket { up_to: Some(of("50.5")), price: of("10.0000000125"), flat: of("3") },
            Bracket::new(None, of("0")),
        ];
        let size = vec![Bracket::new(Some(of("10")), of("5"))];
        for model in [
            PriceModel::flat(of("99")).expect("a model"),
            PriceModel::per_unit(of("0.5")).expect("a model"),
            PriceModel::new(PricingScheme::Tier, tiers.clone(), Decimal::ZERO).expect("a model"),
            PriceModel::new(PricingScheme::Volume, tiers, Decimal::ZERO).expect("a model"),
            PriceModel::new(PricingScheme::Package, size, of("2.5")).expect("a model"),
        ] {
            assert_eq!(read_price_model(&write_price_model(&model)), Ok(model));
        }
        for text in ["", "{}", r#"{"scheme":"unit","brackets":[]}"#, r#"{"scheme":"x","brackets":[{"price":"1"}]}"#] {
            assert!(read_price_model(text).is_err(), "{text}");
        }
    }
}

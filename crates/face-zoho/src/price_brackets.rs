//! `pricing_scheme` and `price_brackets`. Zoho counts brackets in whole units, from a start to an end that both belong
//! to it; ours reach up to a quantity and begin above the bracket before.

use domain::Refusal;
use domain::catalogue::{Bracket, PriceModel, PricingScheme, WholeUnits};
use domain::money::Decimal;
use http_kit::json::Object;
use serde::Deserialize;

use crate::errors::Fault;
use crate::scalar::{Scalar, decimal, filled, whole};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BracketBody {
    start_quantity: Option<Scalar>,
    end_quantity: Option<Scalar>,
    price: Option<Scalar>,
}

/// `unit` unless given.
pub(crate) fn scheme(given: Option<&Scalar>) -> Result<Option<PricingScheme>, Fault> {
    let word = |word: &str| PricingScheme::from_word(word).ok_or_else(|| Fault::invalid("pricing_scheme"));
    filled(given).map(word).transpose()
}

/// The price list that the brackets say. Each begins right after the one before; only the last may have no end. A
/// price per unit has no bounds, and a package no start.
pub(crate) fn from_wire(scheme: PricingScheme, bodies: &[BracketBody]) -> Result<PriceModel, Fault> {
    let mut brackets = Vec::with_capacity(bodies.len());
    let mut units = WholeUnits::default();
    for body in bodies {
        let price = decimal("price", body.price.as_ref())?.ok_or_else(|| Fault::invalid("price"))?;
        let up_to = match scheme {
            PricingScheme::Flat | PricingScheme::Unit => None,
            PricingScheme::Volume | PricingScheme::Tier | PricingScheme::Package => {
                let start = whole("start_quantity", body.start_quantity.as_ref())?;
                let end = whole("end_quantity", body.end_quantity.as_ref())?.filter(|end| *end != -1);
                units.next(start, end).map_err(|refusal| match refusal {
                    Refusal::Invalid { what } => Fault::invalid(what),
                    _ => Fault::invalid("price_brackets"),
                })?
            }
        };
        brackets.push(Bracket::new(up_to, price));
    }
    PriceModel::new(scheme, brackets, Decimal::ZERO).map_err(|_| Fault::invalid("price_brackets"))
}

/// `pricing_scheme` and `price_brackets` of an answer.
pub(crate) fn to_wire(model: &PriceModel, o: &mut Object<'_>) {
    o.str("pricing_scheme", model.scheme().word());
    let brackets = model.brackets();
    let is_bounded = !matches!(model.scheme(), PricingScheme::Flat | PricingScheme::Unit);
    o.array("price_brackets", brackets.iter().zip(model.first_units()), |(bracket, first), o| {
        if is_bounded {
            o.dec("start_quantity", first);
            if let Some(up_to) = bracket.up_to {
                o.dec("end_quantity", up_to);
            }
        }
        o.dec("price", bracket.price);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_kit::json::{Style, object};

    #[track_caller]
    fn check(scheme: PricingScheme, json: &str, expected: Option<&str>) {
        let bodies: Vec<BracketBody> = serde_json::from_str(json).expect("brackets");
        let answer = from_wire(scheme, &bodies)
            .ok()
            .map(|model| String::from_utf8(object(Style::COMPACT, |o| to_wire(&model, o))).expect("UTF-8"));
        let expected =
            expected.map(|brackets| format!(r#"{{"pricing_scheme":"{}","price_brackets":{brackets}}}"#, scheme.word()));
        assert_eq!(answer, expected, "{json}");
    }

    #[test]
    fn brackets_read_back() {
        let two = r#"[{"start_quantity":1,"end_quantity":50,"price":10},{"start_quantity":51,"end_quantity":100,"price":7.5}]"#;
        check(PricingScheme::Tier, two, Some(two));
        let open = r#"[{"start_quantity":1,"end_quantity":50,"price":10},{"start_quantity":51,"price":7.5}]"#;
        check(PricingScheme::Volume, open, Some(open));
        check(
            PricingScheme::Unit,
            r#"[{"start_quantity":1,"end_quantity":50,"price":"10"}]"#,
            Some(r#"[{"price":10}]"#),
        );
        let package = r#"[{"end_quantity":10,"price":5}]"#;
        check(PricingScheme::Package, package, Some(r#"[{"start_quantity":1,"end_quantity":10,"price":5}]"#));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (scheme, json) in [
            (PricingScheme::Unit, "[]"),
            (PricingScheme::Unit, r#"[{"end_quantity":1}]"#),
            (PricingScheme::Unit, r#"[{"price":1},{"price":2}]"#),
            (PricingScheme::Tier, r#"[{"start_quantity":2,"end_quantity":5,"price":1}]"#),
            (PricingScheme::Tier, r#"[{"end_quantity":5,"price":1},{"start_quantity":7,"end_quantity":9,"price":1}]"#),
            (PricingScheme::Volume, r#"[{"end_quantity":5,"price":1},{"end_quantity":4,"price":1}]"#),
            (PricingScheme::Volume, r#"[{"end_quantity":9223372036854775807,"price":1}]"#),
            (PricingScheme::Package, r#"[{"price":1}]"#),
            (PricingScheme::Tier, r#"[{"end_quantity":5.5,"price":1}]"#),
            (PricingScheme::Tier, r#"[{"end_quantity":5,"price":-1}]"#),
        ] {
            check(scheme, json, None);
        }
    }
}

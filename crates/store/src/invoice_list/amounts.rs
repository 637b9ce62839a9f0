//! Conditions on amounts. Amounts are stored in minor units, which are not as many in every currency, so that each
//! row is compared with the units of its own.

use super::Clause;
use crate::Value;
use domain::money::Amount;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AmountField {
    Total,
    Balance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Decimals of all currencies but the ones below.
const USUAL_EXPONENT: u8 = 2;
/// Currencies with other decimals, as SQL lists them (ISO 4217).
const UNUSUAL_CURRENCIES: [(u8, &str); 3] = [
    (
        0,
        "'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', \
         'XOF', 'XPF'",
    ),
    (3, "'BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'"),
    (4, "'CLF', 'UYW'"),
];

/// The whole minor units on one side of an amount, in a currency of so many decimals.
type Bound = fn(Amount, u8) -> i64;

impl Clause {
    /// Linear within the tenant.
    pub(super) fn amount(&mut self, field: AmountField, comparison: Comparison, amount: Amount) -> String {
        let column = match field {
            AmountField::Total => "i.total",
            AmountField::Balance => "i.balance",
        };
        let (operator, bound): (&str, Bound) = match comparison {
            Comparison::Less => ("<", Amount::minor_units_above),
            Comparison::LessOrEqual => ("<=", Amount::minor_units_below),
            Comparison::Greater => (">", Amount::minor_units_below),
            Comparison::GreaterOrEqual => (">=", Amount::minor_units_above),
            Comparison::Equal => {
                let least = self.units(Amount::minor_units_above, amount);
                let most = self.units(Amount::minor_units_below, amount);
                return format!("({column} >= {least} AND {column} <= {most})");
            }
        };
        format!("{column} {operator} {}", self.units(bound, amount))
    }

    fn units(&mut self, bound: Bound, amount: Amount) -> String {
        let mut text = "(CASE".to_owned();
        for (exponent, codes) in UNUSUAL_CURRENCIES {
            let units = self.bind(Value::from(bound(amount, exponent)));
            text.push_str(&format!(" WHEN i.currency IN ({codes}) THEN CAST({units} AS BIGINT)"));
        }
        let units = self.bind(Value::from(bound(amount, USUAL_EXPONENT)));
        format!("{text} ELSE CAST({units} AS BIGINT) END)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::Currency;

    #[test]
    fn every_currency_is_in_its_list() {
        let letters = || 'A'..='Z';
        let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))));
        let mut known = 0;
        for currency in codes.filter_map(|code| Currency::from_code(&code)) {
            known += 1;
            let quoted = format!("'{}'", currency.code());
            let listed = UNUSUAL_CURRENCIES.iter().find(|(_, codes)| codes.contains(&quoted));
            let exponent = listed.map_or(USUAL_EXPONENT, |(exponent, _)| *exponent);
            assert_eq!(exponent, currency.exponent(), "{currency}");
        }
        assert!(known > 150, "{known}");
    }
}

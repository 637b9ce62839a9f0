//! Tax rates and the groups that lines name. A group is an ordered list of rates; a compound rate is taken
//! on the base plus the taxes before it. Codes of categories: UNCL 5305 as EN 16931 uses it.

use crate::id::{TaxGroupId, TaxRateId};
use crate::money::{Rate, split};
use crate::party::Exemption;
use crate::refusal::Refusal;
use jiff::Timestamp;

/// Whether unit prices contain their tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceMode {
    Exclusive,
    Inclusive,
}

/// Where tax is rounded: once per group, or once per line and summed. A legal entity's setting, frozen on
/// each invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxRounding {
    PerGroup,
    PerLine,
}

/// EN 16931 tax category (BT-118, UNCL 5305).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxCategory {
    /// S
    Standard,
    /// Z
    Zero,
    /// E
    Exempt,
    /// AE
    ReverseCharge,
    /// K
    IntraCommunity,
    /// G
    Export,
    /// O
    OutOfScope,
}

/// One published rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    pub id: TaxRateId,
    pub name: String,
    pub rate: Rate,
    pub authority: String,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a line names: a category and an ordered list of rates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxGroup {
    pub id: TaxGroupId,
    pub name: String,
    pub category: TaxCategory,
    pub components: Vec<TaxComponent>,
    /// Printed when the category charges nothing.
    pub exemption: Option<Exemption>,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One rate within a group, as it stood when the line was made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaxComponent {
    pub rate_id: TaxRateId,
    pub name: String,
    pub rate: Rate,
    /// Taken on the base plus the taxes before it in the list.
    pub is_compound: bool,
}

impl TaxCategory {
    /// The code of UNCL 5305.
    pub const fn code(self) -> &'static str {
        match self {
            TaxCategory::Standard => "S",
            TaxCategory::Zero => "Z",
            TaxCategory::Exempt => "E",
            TaxCategory::ReverseCharge => "AE",
            TaxCategory::IntraCommunity => "K",
            TaxCategory::Export => "G",
            TaxCategory::OutOfScope => "O",
        }
    }

    /// Reads a code of UNCL 5305; `None` for codes that EN 16931 does not use here.
    pub fn from_code(code: &str) -> Option<TaxCategory> {
        Self::ALL.iter().copied().find(|category| category.code() == code)
    }

    /// Only the standard category may charge a rate above zero.
    pub const fn charges_tax(self) -> bool {
        matches!(self, TaxCategory::Standard)
    }
}

/// A chain of rates as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveRate {
    /// All components together, on the base.
    pub rate: Rate,
    /// What each component is on the base, in the chain's order; they add up to `rate`.
    pub shares: Vec<Rate>,
}

impl EffectiveRate {
    /// A simple component is taken on the base, a compound one on the base plus the taxes before it:
    /// 5 % and then 9.5 % compound are 5 % and 9.975 %. Exact at 1e-12, else `TaxRateTooPrecise`;
    /// `RateOutOfRange` for a negative component or a chain above 1,000 %.
    pub fn of(components: &[TaxComponent]) -> Result<EffectiveRate, Refusal> {
        let what = "tax rate";
        let one = i128::from(Rate::ONE.parts());
        let mut whole: i128 = 0;
        let mut shares = Vec::with_capacity(components.len());
        for component in components {
            if component.rate < Rate::ZERO || component.rate > Rate::MAX {
                return Err(Refusal::RateOutOfRange { what });
            }
            let rate = i128::from(component.rate.parts());
            let share = if component.is_compound {
                // Both factors are at most 11e12: far within 128 bits.
                let exact = rate * (one + whole);
                if exact % one != 0 {
                    return Err(Refusal::TaxRateTooPrecise);
                }
                exact / one
            } else {
                rate
            };
            whole += share;
            if whole > i128::from(Rate::MAX.parts()) {
                return Err(Refusal::RateOutOfRange { what });
            }
            shares.push(Rate(i64::try_from(share).expect("a share is at most the whole")));
        }
        Ok(EffectiveRate { rate: Rate(i64::try_from(whole).expect("at most the largest rate")), shares })
    }

    /// A group's tax split over the chain's components: largest remainder, ties by order. None for a group
    /// without components.
    pub fn split(&self, amount: i64) -> Vec<i64> {
        let weights: Vec<i64> = self.shares.iter().map(|share| share.parts()).collect();
        split::in_proportion(amount, &weights)
    }
}

/// A group as a client asks for it: `Invalid` when a category that charges nothing comes with a rate above
/// zero, then what [`EffectiveRate::of`] refuses.
pub fn check_group(category: TaxCategory, components: &[TaxComponent]) -> Result<EffectiveRate, Refusal> {
    if !category.charges_tax() && components.iter().any(|component| !component.rate.is_zero()) {
        return Err(Refusal::Invalid { what: "tax category" });
    }
    EffectiveRate::of(components)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(percent: &str, is_compound: bool) -> TaxComponent {
        let percent = crate::money::Decimal::parse(percent).expect("a decimal");
        let rate = Rate::from_percent(percent).expect("a rate");
        TaxComponent { rate_id: TaxRateId(1), name: String::new(), rate, is_compound }
    }

    #[track_caller]
    fn check(chain: &[(&str, bool)], expected: Result<(&str, &[&str]), Refusal>) {
        let components: Vec<_> = chain.iter().map(|&(percent, compound)| component(percent, compound)).collect();
        let found = EffectiveRate::of(&components).map(|effective| {
            (effective.rate.percent_text(), effective.shares.iter().map(|s| s.percent_text()).collect::<Vec<_>>())
        });
        let expected = expected.map(|(rate, shares)| (rate.to_owned(), shares.iter().map(|&s| s.to_owned()).collect()));
        assert_eq!(found, expected);
    }

    #[test]
    fn chains_have_one_exact_rate() {
        let out_of_range = || Err(Refusal::RateOutOfRange { what: "tax rate" });
        check(&[], Ok(("0", &[])));
        check(&[("8.87525", false)], Ok(("8.87525", &["8.87525"])));
        check(&[("4", false), ("4.5", false), ("0.375", false)], Ok(("8.875", &["4", "4.5", "0.375"])));
        check(&[("5", false), ("9.5", true)], Ok(("14.975", &["5", "9.975"])));
        check(&[("5", true), ("5", true), ("5", true)], Ok(("15.7625", &["5", "5.25", "5.5125"])));
        check(&[("0.0000000001", false), ("1", true)], Err(Refusal::TaxRateTooPrecise));
        check(&[("500", false), ("500", false)], Ok(("1000", &["500", "500"])));
        check(&[("500", false), ("500", false), ("0.0000000001", false)], out_of_range());
        check(&[("1000", false), ("1000", true)], out_of_range());
        let negative = TaxComponent { rate: Rate(-1), ..component("1", false) };
        assert_eq!(EffectiveRate::of(&[negative]), Err(Refusal::RateOutOfRange { what: "tax rate" }));
    }

    #[test]
    fn components_share_one_rounding() {
        let chain = [component("4", false), component("4.5", false), component("0.375", false)];
        let effective = EffectiveRate::of(&chain).expect("exact");
        for amount in [0, 1, 8, 9, 887, 888, -888] {
            assert_eq!(effective.split(amount).iter().sum::<i64>(), amount);
        }
        assert_eq!(effective.split(888), [400, 450, 38]);
    }

    #[test]
    fn categories_have_their_codes() {
        for (category, code) in [
            (TaxCategory::Standard, "S"),
            (TaxCategory::Zero, "Z"),
            (TaxCategory::Exempt, "E"),
            (TaxCategory::ReverseCharge, "AE"),
            (TaxCategory::IntraCommunity, "K"),
            (TaxCategory::Export, "G"),
            (TaxCategory::OutOfScope, "O"),
        ] {
            assert_eq!((category.code(), TaxCategory::from_code(code)), (code, Some(category)));
        }
        assert_eq!(TaxCategory::from_code("L"), None);
        let charged = check_group(TaxCategory::Exempt, &[component("1", false)]);
        assert_eq!(charged, Err(Refusal::Invalid { what: "tax category" }));
        assert!(check_group(TaxCategory::Exempt, &[component("0", false)]).is_ok());
        assert!(check_group(TaxCategory::Standard, &[component("19", false)]).is_ok());
    }
}

//! Prices of quantities: every scheme against its formula written out in whole 128-bit numbers, and what must hold
//! whatever the list.

use crate::sample::{currency, rounded};
use domain::catalogue::{Bracket, PriceModel, PricingScheme};
use domain::money::rounding::line_gross;
use domain::money::{Currency, Decimal};
use proptest::prelude::*;

/// A list in thousandths: widths of its brackets, prices and flats, and whether the last is open.
#[derive(Clone, Debug)]
struct List {
    steps: Vec<(i64, i64, i64)>,
    is_open: bool,
}

fn list() -> impl Strategy<Value = List> {
    let step = (1_i64..50_000, 0_i64..20_000, 0_i64..5_000);
    (proptest::collection::vec(step, 1..6), any::<bool>()).prop_map(|(steps, is_open)| List { steps, is_open })
}

fn thousandths(number: i64) -> Decimal {
    Decimal::from_parts(number, 3_i64).expect("three decimals")
}

impl List {
    /// Upper bounds in thousandths.
    fn bounds(&self) -> Vec<i64> {
        let mut upper = 0;
        let add = |(width, _, _): &(i64, i64, i64)| {
            upper += width;
            upper
        };
        self.steps.iter().map(add).collect()
    }

    fn model(&self, scheme: PricingScheme) -> PriceModel {
        let bounds = self.bounds();
        let is_package = scheme == PricingScheme::Package;
        let last = self.steps.len() - 1;
        let brackets = self.steps.iter().zip(&bounds).enumerate().map(|(at, ((_, price, flat), bound))| Bracket {
            up_to: (is_package || at < last || !self.is_open).then(|| thousandths(*bound)),
            price: thousandths(*price),
            flat: if is_package { Decimal::ZERO } else { thousandths(*flat) },
        });
        PriceModel::new(scheme, brackets.collect(), Decimal::ZERO).expect("a list ascends")
    }

    /// Whether the list says what this quantity costs.
    fn holds(&self, quantity: i64) -> bool {
        self.is_open || quantity <= *self.bounds().last().expect("a list has steps")
    }

    /// In millionths of a unit of the currency.
    fn volume(&self, quantity: i64) -> i128 {
        let at = self.bounds().iter().position(|bound| quantity <= *bound).unwrap_or(self.steps.len() - 1);
        let (_, price, flat) = self.steps[at];
        i128::from(quantity) * i128::from(price) + i128::from(flat) * 1_000
    }

    fn tier(&self, quantity: i64) -> i128 {
        let bounds = self.bounds();
        let mut sum = 0;
        for (at, (_, price, flat)) in self.steps.iter().enumerate() {
            let lower = if at == 0 { 0 } else { bounds[at - 1] };
            let upper = if at == bounds.len() - 1 { quantity } else { bounds[at].min(quantity) };
            if quantity > lower {
                sum += i128::from(upper - lower) * i128::from(*price) + i128::from(*flat) * 1_000;
            }
        }
        sum
    }

    fn package(&self, quantity: i64) -> i128 {
        let bounds = self.bounds();
        let largest = bounds[bounds.len() - 1];
        let mut sum = i128::from(quantity / largest) * i128::from(self.steps[bounds.len() - 1].1);
        if quantity % largest > 0 {
            let at = bounds.iter().position(|bound| quantity % largest <= *bound).expect("the largest holds it");
            sum += i128::from(self.steps[at].1);
        }
        sum * 1_000
    }
}

fn minor(millionths: i128, currency: Currency) -> i64 {
    rounded(millionths * 10_i128.pow(u32::from(currency.exponent())), 1_000_000)
}

proptest! {
    #![proptest_config(crate::cases())]

    #[test]
    fn schemes_are_their_formulas(list in list(), quantity in 1_i64..300_000, currency in currency()) {
        let of = |scheme| list.model(scheme).amount(thousandths(quantity), currency).ok();
        let within = |millionths| list.holds(quantity).then(|| minor(millionths, currency));
        prop_assert_eq!(of(PricingScheme::Volume), within(list.volume(quantity)));
        prop_assert_eq!(of(PricingScheme::Tier), within(list.tier(quantity)));
        prop_assert_eq!(of(PricingScheme::Package), Some(minor(list.package(quantity), currency)));
    }

    #[test]
    fn one_bracket_is_a_price_per_unit(quantity in 0_i64..1_000_000, price in 0_i64..1_000_000, currency in currency()) {
        let (quantity, price) = (thousandths(quantity), thousandths(price));
        let unit = PriceModel::per_unit(price).expect("a model").amount(quantity, currency);
        prop_assert_eq!(&unit, &line_gross(quantity, price, currency));
        for scheme in [PricingScheme::Volume, PricingScheme::Tier] {
            let one = PriceModel::new(scheme, vec![Bracket::new(None, price)], Decimal::ZERO).expect("a model");
            prop_assert_eq!(&one.amount(quantity, currency), &unit);
        }
    }

    #[test]
    fn more_never_costs_less_in_tiers_and_packages(list in list(), a in 0_i64..200_000, b in 0_i64..200_000, currency in currency()) {
        let list = List { is_open: true, ..list };
        let (less, more) = (thousandths(a.min(b)), thousandths(a.max(b)));
        let tier = list.model(PricingScheme::Tier);
        prop_assert!(tier.increment(less, more, currency).expect("fits") >= 0);
        let one = List { steps: list.steps[..1].to_vec(), is_open: true }.model(PricingScheme::Package);
        prop_assert!(one.increment(less, more, currency).expect("fits") >= 0);
    }

    #[test]
    fn increments_add_to_the_whole(list in list(), mut at in proptest::collection::vec(0_i64..200_000, 1..8), currency in currency()) {
        let list = List { is_open: true, ..list };
        at.sort_unstable();
        for scheme in [PricingScheme::Volume, PricingScheme::Tier, PricingScheme::Package] {
            let model = list.model(scheme);
            let mut before = Decimal::ZERO;
            let mut sum = 0;
            for after in at.iter().map(|quantity| thousandths(*quantity)) {
                sum += model.increment(before, after, currency).expect("fits");
                before = after;
            }
            prop_assert_eq!(Ok(sum), model.amount(before, currency));
        }
    }

    #[test]
    fn one_line_and_its_parts_show_the_whole(list in list(), quantity in 1_i64..300_000, currency in currency()) {
        let list = List { is_open: true, ..list };
        for scheme in [PricingScheme::Volume, PricingScheme::Tier, PricingScheme::Package] {
            let model = list.model(scheme);
            let quantity = thousandths(quantity);
            let whole = model.amount(quantity, currency).expect("fits");
            let unit_price = model.unit_price_for(quantity, currency).expect("a price");
            prop_assert_eq!(line_gross(quantity, unit_price, currency), Ok(whole), "{:?} at {}", scheme, unit_price);
            let parts = model.parts(quantity).expect("parts");
            let exact: i128 = parts
                .iter()
                .map(|part| {
                    let scale = u32::from(part.quantity.scale()) + u32::from(part.unit_price.scale());
                    i128::from(part.quantity.mantissa())
                        * i128::from(part.unit_price.mantissa())
                        * 10_i128.pow(6 - scale)
                })
                .sum();
            prop_assert_eq!(minor(exact, currency), whole);
        }
    }

    #[test]
    fn no_numbers_make_a_model_panic(mantissa in any::<i64>(), scale in 0_u8..=12, price in 0_i64.., size in 1_i64..,
            share in (any::<i64>(), any::<i64>()), currency in currency()) {
        let quantity = Decimal::new(mantissa, scale).expect("a decimal");
        let price = Decimal::new(price, scale).expect("a decimal");
        let size = Some(Decimal::new(size, 12 - scale).expect("a decimal"));
        for scheme in [PricingScheme::Flat, PricingScheme::Unit, PricingScheme::Volume, PricingScheme::Tier, PricingScheme::Package] {
            let up_to = if scheme == PricingScheme::Package { size } else { None };
            let model = PriceModel::new(scheme, vec![Bracket::new(up_to, price)], Decimal::ZERO).expect("a model");
            let _ = (model.amount(quantity, currency), model.increment(price, quantity, currency));
            let _ = (model.amount_prorated(quantity, share, currency), model.unit_price_for(quantity, currency));
        }
    }
}

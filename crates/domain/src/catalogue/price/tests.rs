//! Examples of each scheme, worked by hand.

use super::*;

fn of(text: &str) -> Decimal {
    Decimal::parse(text).expect("a decimal")
}

/// `up_to price [flat]`, separated by commas; `-` is open.
fn model(scheme: PricingScheme, list: &str) -> Result<PriceModel, Refusal> {
    let brackets = list.split(',').filter(|text| !text.is_empty()).map(|text| {
        let mut words = text.split_whitespace();
        let up_to = words.next().filter(|word| *word != "-").map(of);
        let price = of(words.next().expect("a price"));
        Bracket { up_to, price, flat: words.next().map_or(Decimal::ZERO, of) }
    });
    PriceModel::new(scheme, brackets.collect(), Decimal::ZERO)
}

#[track_caller]
fn costs(model: &PriceModel, quantity: &str, expected: Result<i64, Refusal>) {
    assert_eq!(model.amount(of(quantity), Currency::USD), expected, "{quantity}");
}

#[test]
fn flat_and_per_unit() {
    let flat = PriceModel::flat(of("99.99")).expect("a model");
    costs(&flat, "1", Ok(9_999));
    costs(&flat, "250", Ok(9_999));
    costs(&flat, "0", Ok(0));
    let unit = PriceModel::per_unit(of("0.0000000125")).expect("a model");
    costs(&unit, "10000000000", Ok(12_500));
    costs(&unit, "1", Ok(0));
    costs(&unit, "-1", Err(Refusal::Negative { what: "quantity" }));
}

#[test]
fn volume_prices_the_whole_by_its_bracket() {
    let volume = model(PricingScheme::Volume, "50 10,100 8,- 5 20").expect("a model");
    costs(&volume, "50", Ok(50_000));
    costs(&volume, "50.5", Ok(40_400));
    costs(&volume, "51", Ok(40_800));
    costs(&volume, "100", Ok(80_000));
    costs(&volume, "200", Ok(102_000));
    let closed = model(PricingScheme::Volume, "50 10,100 8").expect("a model");
    costs(&closed, "100.000001", Err(Refusal::TooLarge { what: "quantity" }));
}

#[test]
fn tiers_are_graduated() {
    let tier = model(PricingScheme::Tier, "50 10,100 8,- 5 20").expect("a model");
    costs(&tier, "50", Ok(50_000));
    costs(&tier, "50.5", Ok(50_400));
    costs(&tier, "60", Ok(58_000));
    costs(&tier, "100", Ok(90_000));
    // 500 + 400 + 20 on entering + 5
    costs(&tier, "101", Ok(92_500));
    let closed = model(PricingScheme::Tier, "50 10").expect("a model");
    costs(&closed, "51", Err(Refusal::TooLarge { what: "quantity" }));
}

#[test]
fn packages_are_whole() {
    let one = model(PricingScheme::Package, "10 5").expect("a model");
    for (quantity, expected) in [("0", 0), ("0.5", 500), ("10", 500), ("10.01", 1_000), ("25", 1_500)] {
        costs(&one, quantity, Ok(expected));
    }
    let several = model(PricingScheme::Package, "10 5,20 9").expect("a model");
    for (quantity, expected) in [("10", 500), ("11", 900), ("20", 900), ("21", 1_400), ("40", 1_800), ("51", 2_700)] {
        costs(&several, quantity, Ok(expected));
    }
    let brackets = vec![Bracket::new(Some(of("100")), of("3"))];
    let some_free = PriceModel::new(PricingScheme::Package, brackets, of("50")).expect("a model");
    for (quantity, expected) in [("50", 0), ("51", 300), ("150", 300), ("151", 600)] {
        costs(&some_free, quantity, Ok(expected));
    }
}

#[test]
fn proration_and_price_are_one_rounding() {
    let unit = PriceModel::per_unit(of("0.005")).expect("a model");
    assert_eq!(unit.amount_prorated(of("1"), (1, 2), Currency::USD), Ok(0));
    let tier = model(PricingScheme::Tier, "1 0.004,- 0.001").expect("a model");
    // 0.004 + 0.001 is half a cent: the tiers are not rounded one by one.
    costs(&tier, "2", Ok(1));
    assert_eq!(
        tier.amount_prorated(of("2"), (1, 0), Currency::USD),
        Err(Refusal::RateOutOfRange { what: "proration" })
    );
    assert_eq!(tier.increment(of("2"), of("1"), Currency::USD), Ok(-1));
}

#[test]
fn one_line_shows_the_whole() {
    let tier = model(PricingScheme::Tier, "2 10,- 7").expect("a model");
    // 27 over 3 is 9; 34 over 4 is 8.5; 20.00 + 8 * 7 = 76 over 10.
    for (quantity, price) in [("1", "10"), ("2", "10"), ("3", "9"), ("4", "8.5"), ("10", "7.6"), ("0", "10")] {
        assert_eq!(tier.unit_price_for(of(quantity), Currency::USD), Ok(of(price)), "{quantity}");
    }
    let flat = PriceModel::flat(of("100")).expect("a model");
    let third = flat.unit_price_for(of("3"), Currency::USD).expect("a price");
    assert_eq!(third, of("33.333333333333"));
    assert_eq!(line_gross(of("3"), third, Currency::USD), Ok(10_000));
    let yen = flat.unit_price_for(of("3"), Currency::JPY).expect("a price");
    assert_eq!(line_gross(of("3"), yen, Currency::JPY), Ok(100));
}

#[test]
fn models_are_checked_once() {
    let invalid = Err(Refusal::Invalid { what: "price_brackets" });
    for (scheme, list) in [
        (PricingScheme::Unit, ""),
        (PricingScheme::Unit, "1 1"),
        (PricingScheme::Flat, "5 1,- 2"),
        (PricingScheme::Flat, "- 1 2"),
        (PricingScheme::Tier, "- 1,5 2"),
        (PricingScheme::Tier, "5 1,5 2"),
        (PricingScheme::Volume, "0 1"),
        (PricingScheme::Package, "- 1"),
        (PricingScheme::Package, "5 1 1"),
    ] {
        assert_eq!(model(scheme, list), invalid, "{scheme:?} {list}");
    }
    assert_eq!(model(PricingScheme::Unit, "- -1"), Err(Refusal::Negative { what: "price" }));
    let many = vec!["- 1"; 101].join(",");
    assert_eq!(model(PricingScheme::Tier, &many), invalid);
    let open = vec![Bracket::new(None, of("1"))];
    assert_eq!(PriceModel::new(PricingScheme::Unit, open.clone(), of("1")), invalid);
    assert_eq!(PriceModel::new(PricingScheme::Unit, open, of("-1")), Err(Refusal::Negative { what: "free quantity" }));
}

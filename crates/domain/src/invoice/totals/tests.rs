//! Every worked number of the rules, and the limits.

use super::*;
use crate::id::TaxRateId;
use crate::invoice::DiscountBy;
use crate::money::{MAX_MINOR, Rate};
use crate::party::Exemption;
use crate::tax::{TaxCategory, TaxComponent};
use PriceMode::{Exclusive, Inclusive};
use TaxRounding::{PerGroup, PerLine};

fn percent(text: &str) -> Rate {
    Rate::from_percent(Decimal::parse(text).expect("a decimal")).expect("a rate")
}

fn taxed(rates: &[(&str, bool)]) -> LineTax {
    let components = (1..)
        .zip(rates)
        .map(|(id, &(rate, is_compound))| TaxComponent {
            rate_id: TaxRateId(id),
            name: rate.to_owned(),
            rate: percent(rate),
            is_compound,
        })
        .collect();
    LineTax { category: TaxCategory::Standard, components, ..LineTax::untaxed() }
}

fn line(quantity: &str, price: &str, rate: &str) -> DraftLine {
    let of = |text| Decimal::parse(text).expect("a decimal");
    DraftLine::new("thing", of(quantity), of(price), taxed(&[(rate, false)]))
}

fn off(by: DiscountBy) -> Discount {
    Discount { name: "less".to_owned(), code: None, by, priority: 0 }
}

fn fixed(minor: i64) -> Discount {
    off(DiscountBy::Fixed(minor))
}

fn share(text: &str) -> Discount {
    off(DiscountBy::Percent(percent(text)))
}

fn input(mode: PriceMode, rounding: TaxRounding, lines: Vec<DraftLine>) -> DraftInput {
    DraftInput { currency: Currency::USD, price_mode: mode, tax_rounding: rounding, lines, allowances: Vec::new() }
}

fn less(mut input: DraftInput, discount: Discount) -> DraftInput {
    input.allowances.push((false, discount, None));
    input
}

fn plus(mut input: DraftInput, discount: Discount, tax: Option<LineTax>) -> DraftInput {
    input.allowances.push((true, discount, tax));
    input
}

/// net, allowances, charges, ex_tax, tax, total
#[track_caller]
fn check(input: &DraftInput, expected: [i64; 6]) -> Computed {
    let computed = compute(input).expect("computes");
    let t = computed.totals;
    assert_eq!([t.net, t.allowances, t.charges, t.ex_tax, t.tax, t.total], expected);
    assert_eq!(computed.taxes.iter().map(|tax| tax.base).sum::<i64>(), t.ex_tax);
    for tax in &computed.taxes {
        assert_eq!(tax.components.iter().sum::<i64>(), if tax.tax.components.is_empty() { 0 } else { tax.amount });
    }
    computed
}

fn column(computed: &Computed, of: impl Fn(&LineAmounts) -> i64) -> Vec<i64> {
    computed.lines.iter().map(|(_, amounts)| of(amounts)).collect()
}

#[test]
fn exclusive_document_discount_comes_off_before_tax() {
    let lines = vec![line("1", "100", "20"), line("1", "100", "20")];
    let computed =
        check(&less(input(Exclusive, PerGroup, lines), fixed(2000)), [20_000, 2_000, 0, 18_000, 3_600, 21_600]);
    assert_eq!(column(&computed, |a| a.allowance), [1000, 1000]);
    assert_eq!(column(&computed, |a| a.taxable), [9000, 9000]);
    assert_eq!(column(&computed, |a| a.tax), [1800, 1800]);
    assert_eq!(computed.allowances[0].amount, 2000);
}

#[test]
fn inclusive_gross_never_changes() {
    let lines = vec![line("1", "1", "10"), line("1", "1", "10"), line("1", "1", "10")];
    let computed = check(&less(input(Inclusive, PerGroup, lines), fixed(10)), [273, 9, 0, 264, 26, 290]);
    assert_eq!(column(&computed, |a| a.gross), [100, 100, 100]);
    assert_eq!(column(&computed, |a| a.net), [91, 91, 91]);
    assert_eq!(column(&computed, |a| a.allowance).iter().sum::<i64>(), 9);
    assert_eq!(column(&computed, |a| a.taxable + a.tax), [96, 97, 97]);
    assert_eq!((computed.taxes[0].base, computed.taxes[0].amount), (264, 26));
    assert_eq!(computed.allowances[0].amount, 9);
}

#[test]
fn inclusive_lines_keep_their_price() {
    // Two lines of 0.05 at 10 %: tax 0.01 in all. Each line's taxable and tax still add to its price.
    let computed =
        check(&input(Inclusive, PerGroup, vec![line("1", "0.05", "10"), line("1", "0.05", "10")]), [9, 0, 0, 9, 1, 10]);
    assert_eq!(column(&computed, |a| a.taxable + a.tax), [5, 5]);
    assert_eq!(column(&computed, |a| a.net), column(&computed, |a| a.taxable));
    assert_eq!(column(&computed, |a| a.tax), [1, 0]);
}

#[test]
fn per_line_rounding_sums_rounded_lines() {
    let lines = || vec![line("1", "0.05", "10"), line("1", "0.05", "10"), line("1", "0.05", "10")];
    // 0.005 rounds up three times; as a group 0.015 rounds up once.
    check(&input(Exclusive, PerLine, lines()), [15, 0, 0, 15, 3, 18]);
    let computed = check(&input(Exclusive, PerGroup, lines()), [15, 0, 0, 15, 2, 17]);
    assert_eq!(column(&computed, |a| a.tax), [1, 1, 0]);
    // 0.05 * 10/110 is 0.0045: no tax on any line; in the group 0.0136.
    check(&input(Inclusive, PerLine, lines()), [15, 0, 0, 15, 0, 15]);
    check(&input(Inclusive, PerGroup, lines()), [14, 0, 0, 14, 1, 15]);
}

#[test]
fn discounts_go_percentage_first_then_priority_then_order() {
    let mut discounted = line("1", "100", "0");
    discounted.discounts = vec![
        fixed(1000),
        share("50"),
        Discount { priority: -1, ..share("10") },
        Discount { priority: -1, ..fixed(500) },
    ];
    let computed = check(&input(Exclusive, PerGroup, vec![discounted]), [3_000, 0, 0, 3_000, 0, 3_000]);
    let amounts: Vec<i64> = computed.lines[0].0.iter().map(|applied| applied.amount).collect();
    assert_eq!(amounts, [1000, 4500, 1000, 500]);
}

#[test]
fn discounts_stop_at_zero() {
    let mut discounted = line("1", "10", "20");
    discounted.discounts = vec![fixed(700), fixed(700)];
    let computed = check(&input(Exclusive, PerGroup, vec![discounted]), [0, 0, 0, 0, 0, 0]);
    assert_eq!(computed.lines[0].0[1].amount, 300);
    let all = less(less(input(Exclusive, PerGroup, vec![line("1", "10", "20")]), fixed(1001)), share("50"));
    let computed = check(&all, [1000, 1000, 0, 0, 0, 0]);
    assert_eq!(computed.allowances.iter().map(|a| a.amount).collect::<Vec<_>>(), [500, 500]);
}

#[test]
fn negative_lines_lower_the_total_but_take_no_allowance() {
    let lines = vec![line("1", "100", "20"), line("-1", "40", "20"), line("1", "0.01", "20")];
    let computed = check(&less(input(Exclusive, PerGroup, lines), fixed(101)), [6001, 101, 0, 5900, 1180, 7080]);
    assert_eq!(column(&computed, |a| a.allowance), [101, 0, 0]);
    assert_eq!(column(&computed, |a| a.tax).iter().sum::<i64>(), 1180);
    let stored = Line::from_draft(LineId(1), 1, line("-1", "40", "20"), computed.lines[1].clone());
    assert_eq!(stored.kind, LineKind::Adjustment);
    assert_eq!(DraftLine::from(&stored).quantity, Decimal::from_whole(-1));
}

#[test]
fn groups_that_sum_to_zero_still_display_line_taxes() {
    let lines = vec![line("1", "0.33", "10"), line("-1", "0.33", "10")];
    let computed = check(&input(Exclusive, PerGroup, lines.clone()), [0, 0, 0, 0, 0, 0]);
    assert_eq!(column(&computed, |a| a.tax).iter().sum::<i64>(), 0);
    let computed = check(&input(Inclusive, PerGroup, lines), [0, 0, 0, 0, 0, 0]);
    assert_eq!(column(&computed, |a| a.taxable + a.tax), [33, -33]);
}

#[test]
fn a_total_below_zero_is_refused() {
    let below = |cents: &str| input(Exclusive, PerGroup, vec![line("1", "1", "20"), line("-1", cents, "20")]);
    assert!(compute(&below("1")).is_ok());
    assert_eq!(compute(&below("1.01")), Err(Refusal::NegativeTotal));
}

#[test]
fn charges_enter_their_own_group() {
    let base = || input(Exclusive, PerGroup, vec![line("1", "100", "20")]);
    let computed =
        check(&plus(base(), fixed(1000), Some(taxed(&[("20", false)]))), [10_000, 0, 1_000, 11_000, 2_200, 13_200]);
    assert_eq!(computed.taxes.len(), 1);
    assert_eq!(column(&computed, |a| a.tax), [2000]);
    let computed = check(&plus(base(), share("10"), None), [10_000, 0, 1_000, 11_000, 2_000, 13_000]);
    assert_eq!(computed.taxes.len(), 2);
    assert_eq!(computed.allowances[0].tax, Some(LineTax::untaxed()));
    let inclusive = input(Inclusive, PerGroup, vec![line("1", "120", "20")]);
    check(&plus(inclusive, fixed(1200), Some(taxed(&[("20", false)]))), [10_000, 0, 1_000, 11_000, 2_200, 13_200]);
}

/// Found by the laws: a unit of the allowance must not land on what nothing was taken off.
#[test]
fn inclusive_allowances_stay_off_charges_and_negative_lines() {
    let dinar = |input: DraftInput| DraftInput { currency: Currency::BHD, ..input };
    let lines = vec![line("3.478", "26.49986", "8.87525")];
    let allowed = less(dinar(input(Inclusive, PerGroup, lines)), share("21.5303022758"));
    let charged = plus(allowed, fixed(1319), Some(taxed(&[("8.87525", false)])));
    let computed = compute(&charged).expect("computes");
    assert_eq!(column(&computed, |a| a.allowance), [computed.totals.allowances]);
    assert_eq!(computed.allowances[1].amount, computed.totals.charges);

    let lines = vec![line("2.04", "198.29", "0"), line("-4", "44.375", "8.875"), line("3", "72.5", "8.875")];
    let yen = DraftInput { currency: Currency::JPY, ..less(input(Inclusive, PerGroup, lines), share("66")) };
    let computed = compute(&yen).expect("computes");
    assert_eq!(column(&computed, |a| a.allowance)[1], 0);
    assert_eq!(column(&computed, |a| a.allowance).iter().sum::<i64>(), computed.totals.allowances);
}

#[test]
fn groups_differ_by_category_exemption_and_chain() {
    let exempt = |code: &str| LineTax {
        category: TaxCategory::Exempt,
        exemption: Some(Exemption { code: code.to_owned(), reason: String::new() }),
        ..LineTax::untaxed()
    };
    let treatments = [
        taxed(&[("5", false), ("9.5", true)]),
        taxed(&[("5", false), ("9.5", false)]),
        taxed(&[("9.5", false), ("5", false)]),
        exempt("VATEX-EU-AE"),
        exempt("NGO"),
        taxed(&[("5", false), ("9.5", true)]),
    ];
    let lines = treatments
        .into_iter()
        .map(|tax| DraftLine::new("thing", Decimal::ONE, Decimal::from_whole(100), tax))
        .collect();
    let computed = check(&input(Exclusive, PerGroup, lines), [60_000, 0, 0, 60_000, 5_895, 65_895]);
    assert_eq!(computed.taxes.len(), 5);
    // 200 at 5 % and 9.975 %: one rounding, shared by largest remainder.
    assert_eq!((computed.taxes[0].amount, computed.taxes[0].components.as_slice()), (2995, &[1000, 1995][..]));
}

#[test]
fn a_compound_chain_is_one_rounding() {
    let tax = taxed(&[("5", false), ("9.975", false)]);
    let lines = vec![DraftLine::new("thing", Decimal::ONE, Decimal::parse("0.13").expect("a decimal"), tax)];
    // 0.13 * 14.975 % is 0.0194675.
    let computed = check(&input(Exclusive, PerGroup, lines), [13, 0, 0, 13, 2, 15]);
    assert_eq!(computed.taxes[0].components, [1, 1]);
}

#[test]
fn currencies_without_and_with_three_decimals() {
    let yen = DraftInput { currency: Currency::JPY, ..input(Exclusive, PerGroup, vec![line("3", "33.5", "10")]) };
    check(&yen, [101, 0, 0, 101, 10, 111]);
    let dinar = DraftInput { currency: Currency::BHD, ..input(Exclusive, PerGroup, vec![line("1", "0.0005", "10")]) };
    check(&dinar, [1, 0, 0, 1, 0, 1]);
}

#[test]
fn limits_plus_and_minus_one() {
    let many = |count| input(Exclusive, PerGroup, vec![line("1", "0.01", "0"); count]);
    assert_eq!(compute(&many(MAX_LINES)).map(|c| c.totals.total), Ok(10_000));
    assert_eq!(compute(&many(MAX_LINES + 1)), Err(Refusal::TooManyLines { limit: MAX_LINES }));

    let of = |price: &str| input(Exclusive, PerGroup, vec![line("1", price, "0")]);
    assert_eq!(compute(&of("90071992547409.91")).map(|c| c.totals.total), Ok(MAX_MINOR));
    assert_eq!(compute(&of("90071992547409.92")), Err(Refusal::TooLarge { what: "line amount" }));
    let two = input(Exclusive, PerGroup, vec![line("1", "90071992547409.91", "0"), line("1", "0.01", "0")]);
    assert!(matches!(compute(&two), Err(Refusal::TooLarge { .. })));
    let taxed = input(Exclusive, PerGroup, vec![line("1", "90071992547409.91", "20")]);
    assert!(matches!(compute(&taxed), Err(Refusal::TooLarge { .. })));

    let with = |discount: Discount| {
        let mut discounted = line("1", "10", "0");
        discounted.discounts = vec![discount];
        compute(&input(Exclusive, PerGroup, vec![discounted])).map(|c| c.totals.total)
    };
    assert_eq!(with(share("100")), Ok(0));
    assert_eq!(with(share("100.0000000001")), Err(Refusal::RateOutOfRange { what: "discount" }));
    assert_eq!(with(off(DiscountBy::Percent(Rate(-1)))), Err(Refusal::RateOutOfRange { what: "discount" }));
    assert_eq!(with(fixed(0)), Ok(1000));
    assert_eq!(with(fixed(-1)), Err(Refusal::Negative { what: "discount" }));
    assert_eq!(with(fixed(MAX_MINOR)), Ok(0));
    assert_eq!(with(fixed(MAX_MINOR + 1)), Err(Refusal::TooLarge { what: "discount" }));
}

#[test]
fn refused_lines() {
    let mut reversed = line("1", "10", "0");
    let day = jiff::civil::date(2026, 1, 1);
    reversed.period = Some(Period { from: day, until: day });
    let lines = vec![line("1", "10", "0"), reversed];
    assert_eq!(compute(&input(Exclusive, PerGroup, lines)), Err(Refusal::PeriodReversed { line: 1 }));
    let mut negative = line("-1", "10", "0");
    negative.discounts = vec![fixed(0), share("0")];
    let with = |line: DraftLine| compute(&input(Exclusive, PerGroup, vec![super::tests::line("1", "20", "0"), line]));
    assert!(with(negative.clone()).is_ok());
    negative.discounts = vec![fixed(1)];
    assert_eq!(with(negative), Err(Refusal::DiscountTooLarge { what: "discount" }));
}

#[test]
fn proration_is_part_of_the_one_rounding() {
    let mut half = line("1", "100", "0");
    half.prorate = Some((15, 31));
    check(&input(Exclusive, PerGroup, vec![half]), [4839, 0, 0, 4839, 0, 4839]);
}

#[test]
fn nothing_at_all_comes_to_nothing() {
    check(&input(Exclusive, PerGroup, Vec::new()), [0; 6]);
    let only_charge = plus(input(Inclusive, PerGroup, Vec::new()), fixed(110), Some(taxed(&[("10", false)])));
    check(&only_charge, [0, 0, 100, 100, 10, 110]);
    check(&less(input(Exclusive, PerGroup, Vec::new()), fixed(500)), [0; 6]);
}

#[test]
fn cash_rounding_stands_apart() {
    let totals = Totals { total: 1003, ..Totals::ZERO };
    assert_eq!(totals.cash_rounding(5), Ok(2));
    assert_eq!(Totals { total: 1002, ..totals }.cash_rounding(5), Ok(-2));
    assert_eq!(Totals { rounding: 2, ..totals }.payable(), Ok(1005));
    assert_eq!(totals.cash_rounding(0), Err(Refusal::NotPositive { what: "cash step" }));
}

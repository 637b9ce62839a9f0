//! Amounts read and print exactly; splits and slices lose nothing.

use crate::sample::{currency, rounded};
use domain::fx::{Pot, refund_base};
use domain::money::rounding::{div_round_half_away, line_gross, mul_div, telescoped};
use domain::money::split::{by_largest_remainder, in_proportion};
use domain::money::{Amount, Currency, Decimal, MAX_MINOR, Money, Rate};
use proptest::prelude::*;

proptest! {
    #![proptest_config(crate::cases())]

    #[test]
    fn money_reads_what_it_prints(minor in -MAX_MINOR..=MAX_MINOR, currency in currency()) {
        let money = Money { minor, currency };
        for text in [money.to_plain(), money.to_fixed(), format!("{}e0", money)] {
            let read = Amount::parse(&text).expect("an amount").to_money(currency, "amount");
            prop_assert_eq!(read, Ok(money));
        }
        let plain = money.to_plain();
        prop_assert!(!plain.contains('.') || !plain.ends_with(['0', '.']), "{}", plain);
    }

    #[test]
    fn decimals_and_rates_read_what_they_print(mantissa in any::<i64>(), scale in 0_u8..=12, parts in 0..=Rate::MAX.parts()) {
        let decimal = Decimal::new(mantissa, scale).expect("a decimal");
        prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
        prop_assert_eq!(Decimal::from_parts(decimal.mantissa(), decimal.scale()), Some(decimal));
        let rate = Rate(parts);
        let read = Amount::parse(&rate.percent_text()).expect("an amount").to_rate_percent("rate");
        prop_assert_eq!(read, Ok(rate));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[-+0-9.eE]{0,42}|\\PC{0,12}") {
        if let Ok(amount) = Amount::parse(&text) {
            prop_assert_eq!(Amount::parse(&amount.to_string()).ok().filter(|_| amount.to_string().len() <= 40),
                Some(amount).filter(|_| amount.to_string().len() <= 40));
            for currency in [Currency::JPY, Currency::USD, Currency::BHD] {
                let _ = amount.to_money(currency, "amount");
            }
            let _ = (amount.to_decimal(), amount.to_rate_percent("rate"));
        }
    }

    #[test]
    fn rounding_is_symmetric_and_to_the_nearest(n in any::<i64>(), d in 1_i64..) {
        let (n, d) = (i128::from(n), i128::from(d));
        let whole = div_round_half_away(n, d);
        prop_assert_eq!(div_round_half_away(-n, d), -whole);
        prop_assert!(2 * (n - whole * d).abs() <= d);
        prop_assert_eq!(i128::from(rounded(n, d)), whole);
    }

    #[test]
    fn wide_products_round_like_narrow_ones(a in any::<i64>(), b in any::<i64>(), d in 1_i64.., k in 1_i128..1 << 60) {
        // The same fraction, made too wide for 128 bits.
        let (a, b, d) = (i128::from(a), i128::from(b), i128::from(d));
        prop_assert_eq!(mul_div(a * k, b, d * k, "test"), mul_div(a, b, d, "test"));
        let prime = 170_141_183_460_469_231_731_687_303_715_884_105_727_i128;
        if b != 0 {
            prop_assert_eq!(mul_div(prime, b, prime, "test").is_ok(), b.abs() <= i128::from(MAX_MINOR));
        }
    }

    #[test]
    fn gross_is_within_half_a_unit(quantity in -1_000_000_000_i64..1_000_000_000, price in 0_i64..1_000_000_000,
            scales in (0_u8..=12, 0_u8..=12), currency in currency()) {
        let (q, p) = (Decimal::new(quantity, scales.0).expect("a decimal"), Decimal::new(price, scales.1).expect("a decimal"));
        let d = 10_i128.pow(u32::from(scales.0) + u32::from(scales.1));
        let n = i128::from(quantity) * i128::from(price) * 10_i128.pow(u32::from(currency.exponent()));
        match line_gross(q, p, currency) {
            Ok(gross) => prop_assert_eq!(gross, rounded(n, d)),
            Err(_) => prop_assert!(n.abs() / d >= i128::from(MAX_MINOR)),
        }
    }

    #[test]
    fn a_split_loses_no_unit(total in -1_000_000_i64..1_000_000, weights in proptest::collection::vec(0_i64..1_000, 1..20)) {
        let parts = in_proportion(total, &weights);
        prop_assert_eq!(parts.iter().sum::<i64>(), total);
        let whole: i64 = weights.iter().sum();
        if whole > 0 {
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((part * whole - total * weight).abs() < whole, "{} of {:?}", part, weights);
            }
        }
    }

    #[test]
    fn rounded_sums_split_within_one_unit(numerators in proptest::collection::vec(-100_000_i128..100_000, 1..20), d in 1_i128..10_000) {
        let total = rounded(numerators.iter().sum(), d);
        let parts = by_largest_remainder(total, &numerators, d);
        prop_assert_eq!(parts.iter().sum::<i64>(), total);
        for (part, n) in parts.iter().zip(&numerators) {
            prop_assert!((i128::from(*part) * d - n).abs() <= d);
        }
    }

    #[test]
    fn slices_telescope(whole in -MAX_MINOR / 2..MAX_MINOR / 2, mut cuts in proptest::collection::vec(0_i64..=366, 0..10)) {
        cuts.extend([0, 366]);
        cuts.sort_unstable();
        let sum: i64 = cuts.windows(2).map(|w| telescoped(whole, w[0], w[1], 366, "test").expect("fits")).sum();
        prop_assert_eq!(sum, whole);
    }

    #[test]
    fn base_amounts_close_in_any_order(total in 1_i64..1_000_000, base in 0_i64..1_000_000_000,
            steps in proptest::collection::vec((any::<u8>(), 0_i64..300_000), 0..30)) {
        let mut pot = Pot { total, base, used: 0, base_used: 0 };
        let (mut rows, mut refunded, mut refunded_base) = (Vec::new(), 0, 0);
        for (kind, amount) in steps {
            let left = total - refunded - pot.used;
            match kind % 4 {
                0 if !rows.is_empty() => {
                    let (amount, part): (i64, i64) = rows.remove(usize::from(kind) % rows.len());
                    pot.used -= amount;
                    pot.base_used -= part;
                }
                1 => {
                    let amount = amount.min(left);
                    refunded_base += refund_base(total, base, refunded, amount).expect("fits");
                    refunded += amount;
                }
                _ => {
                    let amount = amount.min(left);
                    let part = pot.next(amount).expect("fits");
                    prop_assert!(part >= 0);
                    rows.push((amount, part));
                    pot.used += amount;
                    pot.base_used += part;
                }
            }
        }
        pot.base_used += pot.next(total - refunded - pot.used).expect("fits");
        // Exact without refunds; a refund after a reversal may leave that reversal's rounding.
        prop_assert!((pot.base_used + refunded_base - base).abs() <= 30);
        if refunded == 0 {
            prop_assert_eq!(pot.base_used, base);
        }
    }
}

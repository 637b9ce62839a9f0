//! Totals add up in every mode.

use crate::sample::{draft, issued, rate_of, rounded};
use domain::Refusal;
use domain::check;
use domain::invoice::totals::{Computed, DraftInput, compute};
use domain::tax::{PriceMode, TaxRounding};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

const ONE: i128 = 1_000_000_000_000;

/// One group's parts: (gross left before and after document allowances, taxable, tax), charges as `None`.
fn groups(input: &DraftInput, computed: &Computed) -> Result<(), TestCaseError> {
    let has_charge = input.allowances.iter().any(|allowance| allowance.0);
    for total in &computed.taxes {
        let members: Vec<_> = input
            .lines
            .iter()
            .zip(&computed.lines)
            .filter(|(line, _)| line.tax.is_same_group(&total.tax))
            .map(|(_, (_, amounts))| *amounts)
            .collect();
        let rate = rate_of(&total.tax);
        let (base, tax) = (i128::from(total.base), total.amount);
        match (input.price_mode, input.tax_rounding) {
            (PriceMode::Exclusive, TaxRounding::PerGroup) => {
                prop_assert_eq!(tax, rounded(base * rate, ONE));
            }
            (PriceMode::Inclusive, TaxRounding::PerGroup) => {
                let gross = base + i128::from(tax);
                prop_assert_eq!(tax, rounded(gross * rate, ONE + rate));
                if !has_charge {
                    let before: i64 = members.iter().map(|a| a.gross - a.discount).sum();
                    let net: i64 = members.iter().map(|a| a.net).sum();
                    prop_assert_eq!(net, before - rounded(i128::from(before) * rate, ONE + rate));
                }
            }
            (PriceMode::Exclusive, TaxRounding::PerLine) => {
                for amounts in &members {
                    prop_assert_eq!(amounts.tax, rounded(i128::from(amounts.taxable) * rate, ONE));
                }
            }
            (PriceMode::Inclusive, TaxRounding::PerLine) => {
                for amounts in &members {
                    let gross = i128::from(amounts.taxable + amounts.tax);
                    prop_assert_eq!(amounts.tax, rounded(gross * rate, ONE + rate));
                    let before = amounts.gross - amounts.discount;
                    prop_assert_eq!(amounts.net, before - rounded(i128::from(before) * rate, ONE + rate));
                }
            }
        }
        if !has_charge {
            prop_assert_eq!(members.iter().map(|a| a.tax).sum::<i64>(), tax);
            prop_assert_eq!(members.iter().map(|a| i128::from(a.taxable)).sum::<i128>(), base);
        }
        // Displayed line taxes are within a unit of the exact ones.
        for amounts in &members {
            let (n, d) = match input.price_mode {
                PriceMode::Exclusive => (i128::from(amounts.taxable) * rate, ONE),
                PriceMode::Inclusive => (i128::from(amounts.taxable + amounts.tax) * rate, ONE + rate),
            };
            prop_assert!((i128::from(amounts.tax) * d - n).abs() <= d);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases())]

    #[test]
    fn totals_add_up(input in draft(false)) {
        let computed = match compute(&input) {
            Ok(computed) => computed,
            Err(refusal) => {
                prop_assert_eq!(refusal, Refusal::NegativeTotal);
                return Ok(());
            }
        };
        prop_assert_eq!(&compute(&input), &Ok(computed.clone()), "the same input gives the same result");
        groups(&input, &computed)?;
        let found = check::document(&issued(&input, computed));
        prop_assert_eq!(found, Vec::new());
    }

    #[test]
    fn allowances_never_exceed(input in draft(false)) {
        let Ok(computed) = compute(&input) else { return Ok(()) };
        for (line, (discounts, amounts)) in input.lines.iter().zip(&computed.lines) {
            if line.quantity.is_negative() {
                prop_assert_eq!((amounts.discount, amounts.allowance), (0, 0));
            } else {
                prop_assert!(discounts.iter().all(|applied| applied.amount >= 0));
                prop_assert!((0..=amounts.gross).contains(&amounts.discount));
                prop_assert!((0..=amounts.net).contains(&amounts.allowance));
                prop_assert!(amounts.taxable >= 0 && amounts.tax >= 0);
            }
        }
        for allowance in &computed.allowances {
            prop_assert!(allowance.amount >= 0);
        }
    }

    #[test]
    fn inclusive_gross_never_changes(mut input in draft(true)) {
        input.price_mode = PriceMode::Inclusive;
        let computed = compute(&input).expect("computes");
        let gross: i64 = computed.lines.iter().map(|(_, a)| a.gross - a.discount).sum();
        let whole: i64 = computed.lines.iter().map(|(_, a)| a.taxable + a.tax).sum();
        prop_assert_eq!(whole, computed.totals.total);
        prop_assert!(whole <= gross);
        if input.allowances.is_empty() {
            for (_, amounts) in &computed.lines {
                prop_assert_eq!(amounts.taxable + amounts.tax, amounts.gross - amounts.discount);
                prop_assert_eq!(amounts.net, amounts.taxable);
            }
        }
    }
}

//! Discounts: percentage before fixed, then by priority, then in the order given; each on what remains,
//! which never falls below zero.

use super::AskedAllowance;
use crate::invoice::{AppliedDiscount, Discount, DiscountBy};
use crate::money::rounding::mul_div;
use crate::money::{MAX_MINOR, Rate, sum};
use crate::refusal::Refusal;

/// `RateOutOfRange` outside 0 to 100 %, `Negative` or `TooLarge` for a fixed amount.
pub(super) fn check(discounts: &[Discount]) -> Result<(), Refusal> {
    let what = "discount";
    for discount in discounts {
        match discount.by {
            DiscountBy::Percent(rate) if rate < Rate::ZERO || rate > Rate::ONE => {
                return Err(Refusal::RateOutOfRange { what });
            }
            DiscountBy::Fixed(minor) if minor < 0 => return Err(Refusal::Negative { what }),
            DiscountBy::Fixed(minor) if minor > MAX_MINOR => return Err(Refusal::TooLarge { what }),
            DiscountBy::Percent(_) | DiscountBy::Fixed(_) => {}
        }
    }
    Ok(())
}

/// Line discounts with the amounts they came to, in the order given. A negative line takes none:
/// `DiscountTooLarge`.
pub(super) fn on_line(discounts: &[Discount], gross: i64) -> Result<Vec<AppliedDiscount>, Refusal> {
    let is_given = |discount: &Discount| match discount.by {
        DiscountBy::Percent(rate) => !rate.is_zero(),
        DiscountBy::Fixed(minor) => minor != 0,
    };
    if gross < 0 && discounts.iter().any(is_given) {
        return Err(Refusal::DiscountTooLarge { what: "discount" });
    }
    let wanted: Vec<&Discount> = discounts.iter().collect();
    let amounts = take(&wanted, gross.max(0))?;
    Ok(discounts
        .iter()
        .zip(amounts)
        .map(|(discount, amount)| AppliedDiscount { discount: discount.clone(), amount })
        .collect())
}

/// Amounts by the position asked at; `None` where the other kind stands.
pub(super) type ByPosition = Vec<Option<i64>>;

/// Amounts taken off the document and amounts put on it, by the position asked at. Percentages of allowances
/// are of what remains of the lines together, those of charges of the lines before allowances. Allowances
/// come to at most the positive lines.
pub(super) fn on_document(asked: &[AskedAllowance], before: &[i64]) -> Result<(ByPosition, ByPosition), Refusal> {
    let mut off = vec![None; asked.len()];
    let mut on = vec![None; asked.len()];
    let lines = sum(before.iter().copied(), "net")?.max(0);
    let mut positions = Vec::new();
    let mut wanted = Vec::new();
    for (position, (is_charge, discount, _)) in asked.iter().enumerate() {
        check(std::slice::from_ref(discount))?;
        if *is_charge {
            on[position] = Some(match discount.by {
                DiscountBy::Percent(rate) => percent(lines, rate)?,
                DiscountBy::Fixed(minor) => minor,
            });
        } else {
            positions.push(position);
            wanted.push(discount);
        }
    }
    for (position, amount) in positions.into_iter().zip(take(&wanted, lines)?) {
        off[position] = Some(amount);
    }
    Ok((off, on))
}

/// What each discount takes from `whole`, in the order given.
fn take(discounts: &[&Discount], whole: i64) -> Result<Vec<i64>, Refusal> {
    let mut order: Vec<usize> = (0..discounts.len()).collect();
    order.sort_by_key(|&i| (matches!(discounts[i].by, DiscountBy::Fixed(_)), discounts[i].priority));
    let mut remaining = whole;
    let mut amounts = vec![0; discounts.len()];
    for i in order {
        let wanted = match discounts[i].by {
            DiscountBy::Percent(rate) => percent(remaining, rate)?,
            DiscountBy::Fixed(minor) => minor,
        };
        amounts[i] = wanted.min(remaining);
        remaining -= amounts[i];
    }
    Ok(amounts)
}

fn percent(of: i64, rate: Rate) -> Result<i64, Refusal> {
    mul_div(i128::from(of), i128::from(rate.parts()), i128::from(Rate::ONE.parts()), "discount")
}

//! Foreign currency: a document's amounts in the base currency of its legal entity's books.
//!
//! Rate, source and date are stored with the document and its base amount is posted once. What is taken from
//! it telescopes, so that the parts of a document that is used up add to its base amount exactly; where an
//! invoice and what settles it carry different rates, the difference is realised gain or loss.

use crate::invoice::FxRate;
use crate::money::rounding::mul_div;
use crate::money::{Currency, sub, within_wide};
use crate::refusal::Refusal;

const WHAT: &str = "base amount";

/// `minor` of `currency` in minor units of `base`, rounded once. In base currency the amount itself, whatever
/// rate stands beside it; else `RateMissing` without a rate, `RateOutOfRange` for one not above zero.
pub fn to_base(minor: i64, currency: Currency, fx: Option<&FxRate>, base: Currency) -> Result<i64, Refusal> {
    if currency == base {
        return Ok(minor);
    }
    let rate = fx.ok_or(Refusal::RateMissing { currency, base })?.rate;
    if !rate.is_positive() {
        return Err(Refusal::RateOutOfRange { what: "exchange rate" });
    }
    let up = 10_i128.pow(u32::from(base.exponent()));
    let down = 10_i128.pow(u32::from(currency.exponent()) + u32::from(rate.scale()));
    // At most 2^63 * 10^4.
    mul_div(i128::from(minor), i128::from(rate.mantissa()) * up, down, WHAT)
}

/// A document's amount in both currencies, and what was taken from it so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pot {
    /// Minor units of the document's currency, not negative.
    pub total: i64,
    /// The same in base currency, as posted.
    pub base: i64,
    pub used: i64,
    /// Base amounts of what was used: the sum of the stored rows, reversals included.
    pub base_used: i64,
}

impl Pot {
    /// Base amount of the next `amount` taken: `round(base * cumulated / total)` less what the rows before
    /// carry. Without reversals this is the telescoped difference; after reversals, which repeat their stored
    /// amounts, it still closes at `base` exactly when everything is used.
    pub fn next(&self, amount: i64) -> Result<i64, Refusal> {
        if self.total == 0 {
            return Ok(0);
        }
        let cumulated = i128::from(self.used) + i128::from(amount);
        let reached = mul_div(i128::from(self.base), cumulated, i128::from(self.total), WHAT)?;
        Ok(sub(reached, self.base_used, WHAT)?.max(0))
    }
}

/// Base amount of a part of a stored row: `round(stored * until / whole) - round(stored * from / whole)`.
/// Reversing a row in parts gives back its stored base amount exactly.
pub(crate) fn part_of_row(stored: i64, from: i64, until: i64, whole: i64) -> Result<i64, Refusal> {
    if whole == 0 {
        return Ok(0);
    }
    crate::money::rounding::telescoped(stored, from, until, whole, WHAT)
}

/// Base amount of a refund from a source: refunds take from the far end, so that applications (from the near
/// end) and refunds together close at `base` in any order. After a reversal in between, which repeats its stored
/// amounts, a refund that empties the source may leave the reversal's unit of rounding on it.
pub fn refund_base(total: i64, base: i64, refunded_before: i64, refund: i64) -> Result<i64, Refusal> {
    if total == 0 {
        return Ok(0);
    }
    let left = |refunded: i128| mul_div(i128::from(base), i128::from(total) - refunded, i128::from(total), WHAT);
    let before = i128::from(refunded_before);
    sub(left(before)?, left(before + i128::from(refund))?, WHAT)
}

/// Gain (positive) or loss that an application realises: what the source was worth less what the receivable
/// was carried at, in base currency.
pub fn realised_gain(receivable_base: i64, source_base: i64) -> Result<i64, Refusal> {
    within_wide(i128::from(source_base) - i128::from(receivable_base), WHAT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Decimal;

    fn at(rate: &str) -> FxRate {
        let rate = Decimal::parse(rate).expect("a decimal");
        FxRate { rate, source: "ECB".to_owned(), on: jiff::civil::date(2026, 1, 2) }
    }

    #[track_caller]
    fn check(minor: i64, from: Currency, rate: &str, to: Currency, expected: Result<i64, Refusal>) {
        assert_eq!(to_base(minor, from, Some(&at(rate)), to), expected);
    }

    #[test]
    fn conversion_rounds_once_across_exponents() {
        check(10_000, Currency::USD, "0.9173", Currency::EUR, Ok(9173));
        check(1, Currency::USD, "0.5", Currency::EUR, Ok(1));
        check(-1, Currency::USD, "0.5", Currency::EUR, Ok(-1));
        check(10_000, Currency::JPY, "0.00617", Currency::EUR, Ok(6170));
        check(6170, Currency::EUR, "162.07", Currency::JPY, Ok(10_000));
        check(1_000, Currency::BHD, "2.65", Currency::USD, Ok(265));
        check(265, Currency::USD, "0.377358490566", Currency::BHD, Ok(1000));
        check(5, Currency::EUR, "7", Currency::EUR, Ok(5));
        check(5, Currency::USD, "0", Currency::EUR, Err(Refusal::RateOutOfRange { what: "exchange rate" }));
        check(1 << 52, Currency::USD, "1000", Currency::EUR, Err(Refusal::TooLarge { what: WHAT }));
        let missing = Refusal::RateMissing { currency: Currency::USD, base: Currency::EUR };
        assert_eq!(to_base(5, Currency::USD, None, Currency::EUR), Err(missing));
        assert_eq!(to_base(5, Currency::EUR, None, Currency::EUR), Ok(5));
    }

    #[test]
    fn applications_telescope() {
        let mut pot = Pot { total: 10_000, base: 9173, used: 0, base_used: 0 };
        let mut parts = Vec::new();
        for amount in [3333, 3333, 3334] {
            let part = pot.next(amount).expect("fits");
            pot.used += amount;
            pot.base_used += part;
            parts.push(part);
        }
        assert_eq!(parts, [3057, 3058, 3058]);
        assert_eq!(pot.base_used, pot.base);
    }

    #[test]
    fn a_reversal_in_the_middle_still_closes() {
        let mut pot = Pot { total: 3, base: 200, used: 0, base_used: 0 };
        let take = |amount: i64, pot: &mut Pot| {
            let part = pot.next(amount).expect("fits");
            pot.used += amount;
            pot.base_used += part;
            part
        };
        let first = take(1, &mut pot);
        take(1, &mut pot);
        pot.used -= 1;
        pot.base_used -= first;
        take(2, &mut pot);
        assert_eq!((pot.used, pot.base_used), (3, 200));
    }

    #[test]
    fn refunds_and_applications_meet_in_the_middle() {
        let pot = Pot { total: 10_000, base: 9173, used: 0, base_used: 0 };
        let refunds =
            refund_base(10_000, 9173, 0, 1111).expect("fits") + refund_base(10_000, 9173, 1111, 2222).expect("fits");
        assert_eq!(pot.next(10_000 - 3333).expect("fits") + refunds, 9173);
        assert_eq!(realised_gain(100, 90), Ok(-10));
    }
}

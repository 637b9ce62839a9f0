//! Rounding, in one place: half away from zero, once, from exact inputs.

use super::{Currency, Decimal, within_wide};
use crate::refusal::Refusal;
use ethnum::I256;

/// `10^power` while it fits.
pub(crate) fn pow10(power: u32) -> Option<i128> {
    10_i128.checked_pow(power)
}

/// `n / d` rounded half away from zero. `d` must be positive.
pub fn div_round_half_away(n: i128, d: i128) -> i128 {
    debug_assert!(d > 0, "a divisor is positive");
    let (quotient, remainder) = (n / d, n % d);
    // Twice the remainder against the divisor, without the doubling that could overflow.
    if remainder.unsigned_abs() >= d.unsigned_abs() - remainder.unsigned_abs() {
        quotient + n.signum()
    } else {
        quotient
    }
}

/// `a * b / d` rounded half away from zero, exact before the rounding: a checked 128-bit product after
/// cancelling common factors, else 256 bits. `TooLarge` when the result is beyond 2^53 - 1. `d` positive.
pub fn mul_div(a: i128, b: i128, d: i128, what: &'static str) -> Result<i64, Refusal> {
    debug_assert!(d > 0, "a divisor is positive");
    let (a, d) = cancel(a, d);
    let (b, d) = cancel(b, d);
    if let Some(product) = a.checked_mul(b) {
        return within_wide(div_round_half_away(product, d), what);
    }
    let product = I256::from(a).checked_mul(I256::from(b)).ok_or(Refusal::TooLarge { what })?;
    wide_div(product, I256::from(d), what)
}

pub(crate) fn wide_div(n: I256, d: I256, what: &'static str) -> Result<i64, Refusal> {
    let (quotient, remainder) = (n / d, (n % d).abs());
    let rounded = if remainder >= d - remainder { quotient + n.signum() } else { quotient };
    i128::try_from(rounded).map_err(|_| Refusal::TooLarge { what }).and_then(|wide| within_wide(wide, what))
}

/// `n` and `d` without their common factors.
fn cancel(n: i128, d: i128) -> (i128, i128) {
    let (mut a, mut b) = (n.unsigned_abs(), d.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    match i128::try_from(a) {
        Ok(common) if common > 1 => (n / common, d / common),
        _ => (n, d),
    }
}

/// Gross of a line in minor units: `quantity * unit_price`, rounded once.
pub fn line_gross(quantity: Decimal, unit_price: Decimal, currency: Currency) -> Result<i64, Refusal> {
    line_gross_prorated(quantity, unit_price, (1, 1), currency)
}

/// Gross of a line that bills `num / den` of its price: pricing and proration are one rounding.
/// `RateOutOfRange` when `den` is not positive or `num` is negative.
pub fn line_gross_prorated(
    quantity: Decimal,
    unit_price: Decimal,
    (num, den): (i64, i64),
    currency: Currency,
) -> Result<i64, Refusal> {
    let what = "line amount";
    if den <= 0 || num < 0 {
        return Err(Refusal::RateOutOfRange { what: "proration" });
    }
    // The product of two i64 always fits.
    let price = i128::from(quantity.mantissa()) * i128::from(unit_price.mantissa());
    let scale = u32::from(quantity.scale()) + u32::from(unit_price.scale());
    let exponent = u32::from(currency.exponent());
    let up = 10_i128.pow(exponent.saturating_sub(scale));
    let down = 10_i128.pow(scale.saturating_sub(exponent));
    match i128::from(den).checked_mul(down) {
        Some(d) => mul_div(price, i128::from(num) * up, d, what),
        // 2^126 * 2^63 * 10^4 over 2^63 * 10^24: both sides fit 256 bits.
        None => {
            wide_div(I256::from(price) * I256::from(num) * I256::from(up), I256::from(den) * I256::from(down), what)
        }
    }
}

/// `C(until) - C(from)` with `C(x) = round(whole * x / d)`: slices that tile `[0, d)` add up to `whole`.
/// Source: DOMAIN section 5, proration telescopes. `d` positive.
pub fn telescoped(whole: i64, from: i64, until: i64, d: i64, what: &'static str) -> Result<i64, Refusal> {
    let at = |x: i64| mul_div(i128::from(whole), i128::from(x), i128::from(d), what);
    super::sub(at(until)?, at(from)?, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::MAX_MINOR;

    /// Rounding must not depend on the sign: -0.5 is as far from zero as 0.5.
    #[test]
    fn rounding_asymmetric_around_zero_india_compliance_4763() {
        for (n, d, rounded) in
            [(5, 10, 1), (4, 10, 0), (15, 10, 2), (25, 10, 3), (14, 10, 1), (10, 4, 3), (1, 3, 0), (2, 3, 1), (0, 7, 0)]
        {
            assert_eq!(div_round_half_away(n, d), rounded, "{n}/{d}");
            assert_eq!(div_round_half_away(-n, d), -rounded, "-{n}/{d}");
            assert_eq!(mul_div(n, 1, d, "test"), Ok(i64::try_from(rounded).expect("small")));
            assert_eq!(mul_div(-n, 1, d, "test"), Ok(-i64::try_from(rounded).expect("small")));
        }
        assert_eq!(div_round_half_away(i128::MAX, i128::MAX), 1);
        assert_eq!(div_round_half_away(i128::MIN, 1), i128::MIN);
    }

    #[track_caller]
    fn gross(quantity: &str, price: &str, currency: Currency, expected: Result<i64, Refusal>) {
        let of = |text| Decimal::parse(text).expect("a decimal");
        assert_eq!(line_gross(of(quantity), of(price), currency), expected, "{quantity} x {price}");
    }

    #[test]
    fn lines_are_exact_at_both_ends() {
        let too_large = || Err(Refusal::TooLarge { what: "line amount" });
        gross("3", "1", Currency::USD, Ok(300));
        gross("1.005", "1", Currency::USD, Ok(101));
        gross("-1.005", "1", Currency::USD, Ok(-101));
        gross("0.5", "1", Currency::JPY, Ok(1));
        gross("0.4999", "1", Currency::JPY, Ok(0));
        gross("1", "1.2345", Currency::BHD, Ok(1235));
        gross("0.000000000001", "1000000000000", Currency::USD, Ok(100));
        gross("123456.123456789012", "0.000000000001", Currency::USD, Ok(0));
        gross("10000000000", "0.0000000125", Currency::USD, Ok(12_500));
        gross("10000000000", "9007.19", Currency::USD, Ok(9_007_190_000_000_000));
        gross("90071992547409.91", "1", Currency::USD, Ok(MAX_MINOR));
        gross("90071992547409.915", "1", Currency::USD, too_large());
        gross("9007199254740991", "1", Currency::JPY, Ok(MAX_MINOR));
        gross("9007199254740992", "1", Currency::JPY, too_large());
        gross("9223372036854775807", "9223372036854775807", Currency::USD, too_large());
        gross("9223372.036854775807", "9223372.036854775807", Currency::USD, Ok(8_507_059_173_023_462));
    }

    #[test]
    fn proration_and_price_are_one_rounding() {
        let of = |text| Decimal::parse(text).expect("a decimal");
        let share = |num, den| line_gross_prorated(Decimal::ONE, of("100"), (num, den), Currency::USD);
        assert_eq!(share(1, 3), Ok(3333));
        assert_eq!(share(2, 3), Ok(6667));
        assert_eq!(share(0, 3), Ok(0));
        assert_eq!(share(3, 3), Ok(10_000));
        assert_eq!(share(1, 0), Err(Refusal::RateOutOfRange { what: "proration" }));
        assert_eq!(share(-1, 3), Err(Refusal::RateOutOfRange { what: "proration" }));
        // 0.005 * 1/2 is 0.0025: rounding the price first would have billed a cent.
        assert_eq!(line_gross_prorated(Decimal::ONE, of("0.005"), (1, 2), Currency::USD), Ok(0));
        // Beyond 128 bits on both sides.
        let small = of("0.000000000001");
        let large = Decimal::from_parts(i64::MAX, 12_i64).expect("a decimal");
        let den = i64::MAX;
        assert_eq!(line_gross_prorated(large, large, (den, den), Currency::USD), Ok(8_507_059_173_023_462));
        assert_eq!(line_gross_prorated(small, small, (1, den), Currency::USD), Ok(0));
    }

    #[test]
    fn slices_of_a_whole_telescope() {
        for whole in [10_000, 9_999, 1, -7, 0] {
            let slices = [(0, 11), (11, 12), (12, 29), (29, 31)];
            let parts = slices.map(|(from, until)| telescoped(whole, from, until, 31, "test").expect("fits"));
            assert_eq!(parts.iter().sum::<i64>(), whole);
        }
    }
}

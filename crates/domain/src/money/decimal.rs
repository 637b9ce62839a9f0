//! Unit prices and quantities: an exact decimal of an i64 mantissa and 0 to 12 decimals.
//!
//! One fixed scale fails at both ends: 1e-12 overflows at 9.2 million units, 1e-6 cannot hold
//! USD 0.0000000125 per token.

use super::amount::{Amount, NotAnAmount};
use crate::refusal::Refusal;
use std::cmp::Ordering;
use std::fmt;

/// `mantissa / 10^scale`, normalised: no trailing zero decimals, so that equal values are equal structs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
}

impl Decimal {
    pub const MAX_SCALE: u8 = 12;
    pub const ZERO: Decimal = Decimal { mantissa: 0, scale: 0 };
    pub const ONE: Decimal = Decimal { mantissa: 1, scale: 0 };

    /// `Invalid` when more than 12 decimals remain after trailing zeros are dropped.
    pub fn new(mantissa: i64, scale: u8) -> Result<Decimal, Refusal> {
        Decimal::from_parts(mantissa, scale).ok_or(Refusal::Invalid { what: "decimal" })
    }

    /// The value as the store keeps it, in two columns; `None` when the parts are not a decimal.
    pub fn from_parts(mantissa: i64, scale: impl Into<i64>) -> Option<Decimal> {
        let (mut mantissa, mut scale) = (mantissa, scale.into());
        if mantissa == 0 && scale >= 0 {
            return Some(Decimal::ZERO);
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        let scale = u8::try_from(scale).ok().filter(|&scale| scale <= Self::MAX_SCALE)?;
        Some(Decimal { mantissa, scale })
    }

    pub const fn from_whole(units: i64) -> Decimal {
        Decimal { mantissa: units, scale: 0 }
    }

    /// Reads a wire token; `NotAnAmount` also for more than 12 decimals or a mantissa beyond 64 bits.
    pub fn parse(text: &str) -> Result<Decimal, NotAnAmount> {
        Amount::parse(text)?.to_decimal().map_err(|_| NotAnAmount)
    }

    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    pub const fn scale(self) -> u8 {
        self.scale
    }

    pub const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    pub const fn is_positive(self) -> bool {
        self.mantissa > 0
    }

    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The value when it has no decimals.
    pub const fn whole(self) -> Option<i64> {
        if self.scale == 0 { Some(self.mantissa) } else { None }
    }

    /// The same value with the other sign; `TooLarge` only for the smallest mantissa.
    pub fn checked_neg(self) -> Result<Decimal, Refusal> {
        let mantissa = self.mantissa.checked_neg().ok_or(Refusal::TooLarge { what: "decimal" })?;
        Ok(Decimal { mantissa, scale: self.scale })
    }

    /// Exact sum; `TooLarge` when it needs more than 64 bits.
    pub fn checked_add(self, other: Decimal) -> Result<Decimal, Refusal> {
        let scale = self.scale.max(other.scale);
        let exact = self.at_scale(scale) + other.at_scale(scale);
        Amount::from_parts(exact, scale).to_decimal().map_err(|_| Refusal::TooLarge { what: "decimal" })
    }

    /// Exact difference; `TooLarge` when it needs more than 64 bits.
    pub fn checked_sub(self, other: Decimal) -> Result<Decimal, Refusal> {
        let scale = self.scale.max(other.scale);
        let exact = self.at_scale(scale) - other.at_scale(scale);
        Amount::from_parts(exact, scale).to_decimal().map_err(|_| Refusal::TooLarge { what: "decimal" })
    }

    /// The mantissa at a scale not below its own; `scale` at most 12.
    pub(crate) fn at_scale(self, scale: u8) -> i128 {
        i128::from(self.mantissa) * 10_i128.pow(u32::from(scale - self.scale))
    }
}

impl From<i64> for Decimal {
    fn from(units: i64) -> Decimal {
        Decimal::from_whole(units)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at_scale(Self::MAX_SCALE).cmp(&other.at_scale(Self::MAX_SCALE))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_plain(i128::from(self.mantissa), u32::from(self.scale), f)
    }
}

impl std::fmt::Debug for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// `mantissa / 10^scale` with exactly `scale` decimals.
pub(crate) fn fixed(mantissa: i128, scale: u32) -> String {
    Digits::of(mantissa, scale).as_str().to_owned()
}

/// `mantissa / 10^scale` as the shortest decimal: whole numbers without a point, no trailing zeros.
pub(crate) fn plain(mantissa: i128, scale: u32) -> String {
    Digits::of(mantissa, scale).without_trailing_zeros().to_owned()
}

/// [`plain`] straight into what is being written: an answer prints dozens of amounts.
pub(crate) fn write_plain(mantissa: i128, scale: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(Digits::of(mantissa, scale).without_trailing_zeros())
}

/// A decimal as text on the stack, written from its last digit to its first.
struct Digits {
    text: [u8; Self::ROOM],
    start: usize,
    scale: usize,
}

impl Digits {
    /// 39 digits of an i128, a point, a sign, and the zeros of the largest scale that a u8 holds.
    const ROOM: usize = 300;

    fn of(mantissa: i128, scale: u32) -> Self {
        let scale = scale as usize;
        let mut digits = Self { text: [b'0'; Self::ROOM], start: Self::ROOM, scale };
        let mut rest = mantissa.unsigned_abs();
        let mut written = 0;
        loop {
            if written == scale && scale > 0 {
                digits.push(b'.');
            }
            // Almost every amount fits 64 bits, where division is ten times cheaper.
            let digit = match u64::try_from(rest) {
                Ok(small) => {
                    rest = u128::from(small / 10);
                    small % 10
                }
                Err(_) => {
                    let digit = rest % 10;
                    rest /= 10;
                    u64::try_from(digit).unwrap_or_default()
                }
            };
            digits.push(b'0' + u8::try_from(digit).unwrap_or_default());
            written += 1;
            if rest == 0 && written > scale {
                break;
            }
        }
        if mantissa < 0 {
            digits.push(b'-');
        }
        digits
    }

    fn push(&mut self, byte: u8) {
        self.start -= 1;
        self.text[self.start] = byte;
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[self.start..]).expect("digits, a point and a sign are ASCII")
    }

    fn without_trailing_zeros(&self) -> &str {
        match self.scale {
            0 => self.as_str(),
            _ => self.as_str().trim_end_matches('0').trim_end_matches('.'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, canonical: Option<&str>) {
        assert_eq!(Decimal::parse(text).ok().map(|d| d.to_string()).as_deref(), canonical, "{text}");
    }

    #[test]
    fn digits_stand_where_they_belong() {
        for (mantissa, scale, fixed_text, plain_text) in [
            (0, 0, "0", "0"),
            (0, 2, "0.00", "0"),
            (5, 2, "0.05", "0.05"),
            (-5, 1, "-0.5", "-0.5"),
            (-100, 0, "-100", "-100"),
            (-1200, 2, "-12.00", "-12"),
            (i128::from(u64::MAX) + 1, 3, "18446744073709551.616", "18446744073709551.616"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728", "-1.70141183460469231731687303715884105728"),
        ] {
            assert_eq!(fixed(mantissa, scale), fixed_text);
            assert_eq!(plain(mantissa, scale), plain_text);
        }
        assert_eq!(fixed(1, 255).len(), 257);
    }

    #[test]
    fn decimals_are_normalised_and_bounded() {
        check("12.50", Some("12.5"));
        check("-0.000", Some("0"));
        check("0.0000000125", Some("0.0000000125"));
        check("0.000000000001", Some("0.000000000001"));
        check("0.0000000000001", None);
        check("0.0000000000010", Some("0.000000000001"));
        check("9223372036854775807", Some("9223372036854775807"));
        check("9223372036854775808", None);
        check("1e3", Some("1000"));
        check("abc", None);
        assert_eq!(Decimal::new(100, 2), Ok(Decimal::ONE));
        assert_eq!(Decimal::new(1, 13), Err(Refusal::Invalid { what: "decimal" }));
        assert_eq!(Decimal::from_parts(10, 13_i64), Decimal::from_parts(1, 12_i64));
        assert_eq!(Decimal::from_parts(1, -1_i64), None);
        assert_eq!(Decimal::from_parts(0, 99_i64), Some(Decimal::ZERO));
    }

    #[test]
    fn order_is_by_value() {
        let of = |text: &str| Decimal::parse(text).expect("a decimal");
        assert!(of("1.5") < of("1.50000000001"));
        assert!(of("-2") < of("-1.999"));
        assert!(of("9223372036854775807") > of("0.999999999999"));
        assert_eq!(of("3").whole(), Some(3));
        assert_eq!(of("3.5").whole(), None);
        assert_eq!(of("0.1").checked_add(of("0.25")), Ok(of("0.35")));
        assert_eq!(of("0.1").checked_sub(of("0.1")), Ok(Decimal::ZERO));
        let most = Decimal::from_whole(i64::MAX);
        assert_eq!(most.checked_add(Decimal::ONE), Err(Refusal::TooLarge { what: "decimal" }));
        assert_eq!(Decimal::from_whole(i64::MIN).checked_neg(), Err(Refusal::TooLarge { what: "decimal" }));
    }
}

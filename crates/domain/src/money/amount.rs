//! A number as it stands in a request: exact, without a currency.

use super::rounding::{div_round_half_away, pow10};
use super::{Currency, Decimal, Money, Rate, decimal};
use crate::refusal::Refusal;

/// An exact decimal, `mantissa / 10^scale`, normalised. Lives only between the wire and [`Money`],
/// [`Decimal`] or [`Rate`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    mantissa: i128,
    scale: u8,
}

/// The token is not a decimal number, or longer than any amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAmount;

impl std::fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an amount")
    }
}

impl std::error::Error for NotAnAmount {}

/// Characters of a token; every amount that fits and its float noise is shorter.
const MAX_CHARS: usize = 40;
/// Magnitude of an exponent; `1e400` is a client's mistake, not an amount.
const MAX_EXPONENT: i32 = 40;

impl Amount {
    pub const ZERO: Amount = Amount { mantissa: 0, scale: 0 };

    /// Reads an optional sign, digits, an optional fraction and an optional exponent. `370`, `161.50`, `-3`,
    /// `1.5e3`; not `.5`, `5.`, `NaN` or blanks.
    pub fn parse(text: &str) -> Result<Amount, NotAnAmount> {
        if text.len() > MAX_CHARS {
            return Err(NotAnAmount);
        }
        let (is_negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (number, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (number, None),
        };
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !fraction.is_none_or(is_digits) {
            return Err(NotAnAmount);
        }
        let fraction = fraction.unwrap_or("");
        let mut mantissa: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa
                .checked_mul(10)
                .and_then(|shifted| shifted.checked_add(i128::from(byte - b'0')))
                .ok_or(NotAnAmount)?;
        }
        if is_negative {
            mantissa = -mantissa;
        }
        // A fraction has fewer than 40 digits and the exponent is bounded, so this stays small.
        let scale = i32::try_from(fraction.len()).map_err(|_| NotAnAmount)? - exponent;
        if mantissa == 0 {
            return Ok(Amount::ZERO);
        }
        match u8::try_from(scale) {
            Ok(scale) => Ok(Amount::from_parts(mantissa, scale)),
            Err(_) => pow10(scale.unsigned_abs())
                .and_then(|power| mantissa.checked_mul(power))
                .map(|mantissa| Amount { mantissa, scale: 0 })
                .ok_or(NotAnAmount),
        }
    }

    /// `mantissa / 10^scale`.
    pub fn from_parts(mantissa: i128, scale: u8) -> Amount {
        let (mut mantissa, mut scale) = (mantissa, scale);
        if mantissa == 0 {
            return Amount::ZERO;
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Amount { mantissa, scale }
    }

    pub const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The amount in `currency`. More decimals than the currency has are accepted only within 1e-6 minor
    /// unit of a whole one (a client's float noise, 3.3000000000000003); else `TooPrecise`. `TooLarge` beyond
    /// 2^53 - 1 minor units.
    pub fn to_money(self, currency: Currency, what: &'static str) -> Result<Money, Refusal> {
        let exponent = u32::from(currency.exponent());
        let scale = u32::from(self.scale);
        let minor = if scale <= exponent {
            pow10(exponent - scale)
                .and_then(|power| self.mantissa.checked_mul(power))
                .ok_or(Refusal::TooLarge { what })?
        } else {
            let too_precise = Refusal::TooPrecise { what, currency };
            let decimals = scale - exponent;
            match pow10(decimals) {
                Some(divisor) => {
                    let whole = div_round_half_away(self.mantissa, divisor);
                    let noise = (self.mantissa - whole * divisor).unsigned_abs();
                    if noise > divisor.unsigned_abs() / 1_000_000 {
                        return Err(too_precise);
                    }
                    whole
                }
                // Beyond 38 decimals the value is below one minor unit: noise around zero, or too precise.
                None => match pow10(decimals - 6) {
                    Some(noise) if self.mantissa.unsigned_abs() > noise.unsigned_abs() => return Err(too_precise),
                    _ => 0,
                },
            }
        };
        Ok(Money { minor: super::within_wide(minor, what)?, currency })
    }

    /// The greatest whole number of minor units that is not above the amount, in a currency of so many decimals;
    /// what does not fit is the nearest that does. For comparing, not for reckoning.
    pub fn minor_units_below(self, exponent: u8) -> i64 {
        self.minor_units(exponent, i128::div_euclid)
    }

    /// As [`Amount::minor_units_below`], the least that is not below the amount.
    pub fn minor_units_above(self, exponent: u8) -> i64 {
        self.minor_units(exponent, |units, one| -(-units).div_euclid(one))
    }

    fn minor_units(self, exponent: u8, divide: fn(i128, i128) -> i128) -> i64 {
        let (scale, exponent) = (u32::from(self.scale), u32::from(exponent));
        let bound = if self.is_negative() { i64::MIN } else { i64::MAX };
        let exact = match scale.checked_sub(exponent) {
            // More decimals than there are digits: between zero and one unit.
            Some(decimals) => Some(
                pow10(decimals).map_or_else(|| divide(self.mantissa.signum(), 2), |one| divide(self.mantissa, one)),
            ),
            None => pow10(exponent - scale).and_then(|power| self.mantissa.checked_mul(power)),
        };
        exact.and_then(|units| i64::try_from(units).ok()).unwrap_or(bound)
    }

    /// A unit price or quantity, never cut: `Invalid` beyond 12 decimals, `TooLarge` beyond 64 bits.
    pub fn to_decimal(self) -> Result<Decimal, Refusal> {
        let what = "decimal";
        if self.scale > Decimal::MAX_SCALE {
            return Err(Refusal::Invalid { what });
        }
        let mantissa = i64::try_from(self.mantissa).map_err(|_| Refusal::TooLarge { what })?;
        Decimal::new(mantissa, self.scale)
    }

    /// A rate given in percent: 8.87525 means 8.87525 %. `RateOutOfRange` below 0 or above 1,000 %,
    /// `Invalid` beyond 10 decimals.
    pub fn to_rate_percent(self, what: &'static str) -> Result<Rate, Refusal> {
        if self.is_negative() {
            return Err(Refusal::RateOutOfRange { what });
        }
        if self.scale > Rate::PERCENT_DECIMALS {
            return Err(Refusal::Invalid { what });
        }
        pow10(u32::from(Rate::PERCENT_DECIMALS - self.scale))
            .and_then(|power| self.mantissa.checked_mul(power))
            .and_then(|parts| i64::try_from(parts).ok())
            .map(Rate)
            .filter(|rate| *rate <= Rate::MAX)
            .ok_or(Refusal::RateOutOfRange { what })
    }
}

fn parse_exponent(text: &str) -> Result<i32, NotAnAmount> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAnAmount);
    }
    let exponent: i32 = text.parse().map_err(|_| NotAnAmount)?;
    if exponent.abs() <= MAX_EXPONENT { Ok(exponent) } else { Err(NotAnAmount) }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        decimal::write_plain(self.mantissa, u32::from(self.scale), f)
    }
}

impl std::fmt::Debug for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, canonical: Option<&str>) {
        assert_eq!(Amount::parse(text).ok().map(|amount| amount.to_string()).as_deref(), canonical, "{text}");
    }

    #[test]
    fn tokens() {
        check("370", Some("370"));
        check("161.50", Some("161.5"));
        check("-3", Some("-3"));
        check("+3", Some("3"));
        check("-0", Some("0"));
        check("0e40", Some("0"));
        check("1.5e3", Some("1500"));
        check("1E-3", Some("0.001"));
        check("1e40", None);
        check("1e38", Some("100000000000000000000000000000000000000"));
        check("1e-40", Some("0.0000000000000000000000000000000000000001"));
        check("1e-41", None);
        check("1e400", None);
        check(&"9".repeat(39), None);
        check(&"9".repeat(38), Some(&"9".repeat(38)));
        check(&"0".repeat(40), Some("0"));
        check(&"0".repeat(41), None);
        for text in [
            "", "-", "+", ".", ".5", "5.", "1..2", "1.2.3", "NaN", "inf", " 1", "1 ", "1,5", "0x1", "1e", "1e+", "--1",
            "1e1.5", "\u{661}", "e5", "1_000",
        ] {
            check(text, None);
        }
    }

    #[track_caller]
    fn money(text: &str, currency: Currency, expected: Result<i64, Refusal>) {
        let amount = Amount::parse(text).expect("a token");
        assert_eq!(amount.to_money(currency, "amount").map(Money::minor), expected, "{text}");
    }

    #[test]
    fn money_accepts_float_noise_and_nothing_more() {
        let too_precise = |currency| Err(Refusal::TooPrecise { what: "amount", currency });
        let too_large = || Err(Refusal::TooLarge { what: "amount" });
        money("3.3000000000000003", Currency::USD, Ok(330));
        money("3.2999999999999998", Currency::USD, Ok(330));
        money("-3.3000000000000003", Currency::USD, Ok(-330));
        money("3.305", Currency::USD, too_precise(Currency::USD));
        money("3.30000001", Currency::USD, Ok(330));
        money("3.30000002", Currency::USD, too_precise(Currency::USD));
        money("3.30000000999", Currency::USD, Ok(330));
        money("0.5", Currency::JPY, too_precise(Currency::JPY));
        money("100.0000001", Currency::JPY, Ok(100));
        money("1.234", Currency::BHD, Ok(1234));
        money("1.2345", Currency::BHD, too_precise(Currency::BHD));
        money("1e-40", Currency::USD, Ok(0));
        money("1.23456789012345678901234567890123456e-6", Currency::USD, too_precise(Currency::USD));
        money("90071992547409.91", Currency::USD, Ok(super::super::MAX_MINOR));
        money("90071992547409.92", Currency::USD, too_large());
        money("-90071992547409.92", Currency::USD, too_large());
        money("1e38", Currency::USD, too_large());
    }

    #[test]
    fn minor_units_on_both_sides() {
        for (text, exponent, below, above) in [
            ("100", 2, 10_000, 10_000),
            ("100.005", 2, 10_000, 10_001),
            ("-100.005", 2, -10_001, -10_000),
            ("100.5", 0, 100, 101),
            ("1.2345", 3, 1234, 1235),
            ("0", 4, 0, 0),
            ("1e-40", 2, 0, 1),
            ("-1e-40", 2, -1, 0),
            ("1e38", 2, i64::MAX, i64::MAX),
            ("-1e38", 4, i64::MIN, i64::MIN),
        ] {
            let amount = Amount::parse(text).expect("a token");
            let found = (amount.minor_units_below(exponent), amount.minor_units_above(exponent));
            assert_eq!(found, (below, above), "{text}");
        }
    }

    #[test]
    fn rates_are_percent() {
        let rate = |text: &str| Amount::parse(text).expect("a token").to_rate_percent("rate");
        assert_eq!(rate("8.87525"), Ok(Rate(88_752_500_000)));
        assert_eq!(rate("100"), Ok(Rate(1_000_000_000_000)));
        assert_eq!(rate("0.0000000001"), Ok(Rate(1)));
        assert_eq!(rate("0.00000000001"), Err(Refusal::Invalid { what: "rate" }));
        assert_eq!(rate("-1"), Err(Refusal::RateOutOfRange { what: "rate" }));
        assert_eq!(rate("1000"), Ok(Rate::MAX));
        assert_eq!(rate("1000.0000000001"), Err(Refusal::RateOutOfRange { what: "rate" }));
        assert_eq!(rate("1e38"), Err(Refusal::RateOutOfRange { what: "rate" }));
    }
}

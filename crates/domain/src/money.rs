//! Numbers of money. [`Amount`] is what arrives on a wire: an exact decimal without a currency. [`Money`] is
//! minor units of one currency. Unit prices and quantities are [`Decimal`], rates are [`Rate`]. No float
//! ever touches any of them.

mod amount;
mod currency;
mod decimal;
mod rate;
pub mod rounding;
pub mod split;

pub use amount::{Amount, NotAnAmount};
pub use currency::Currency;
pub use decimal::Decimal;
pub use rate::Rate;

use crate::id::MAX_SAFE_INTEGER;
use crate::refusal::Refusal;

/// The largest amount in minor units: 2^53 - 1, which every JSON reader holds exactly.
pub const MAX_MINOR: i64 = MAX_SAFE_INTEGER;

/// An amount of one currency in its minor units (cents, fils, whole yen).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    /// `TooLarge` when `minor` is beyond [`MAX_MINOR`] in magnitude.
    pub fn new(minor: i64, currency: Currency) -> Result<Money, Refusal> {
        Ok(Money { minor: within(minor, "amount")?, currency })
    }

    pub const fn zero(currency: Currency) -> Money {
        Money { minor: 0, currency }
    }

    pub const fn minor(self) -> i64 {
        self.minor
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// `CurrencyMismatch` first, then `TooLarge`.
    pub fn checked_add(self, other: Money) -> Result<Money, Refusal> {
        self.same_currency(other)?;
        Ok(Money { minor: add(self.minor, other.minor, "amount")?, currency: self.currency })
    }

    /// `CurrencyMismatch` first, then `TooLarge`.
    pub fn checked_sub(self, other: Money) -> Result<Money, Refusal> {
        self.same_currency(other)?;
        Ok(Money { minor: sub(self.minor, other.minor, "amount")?, currency: self.currency })
    }

    /// The same amount with the other sign.
    pub const fn neg(self) -> Money {
        Money { minor: -self.minor, currency: self.currency }
    }

    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The shortest decimal in major units: `370`, `161.5`, `0.05`, `-3`. Never an exponent.
    pub fn to_plain(self) -> String {
        decimal::plain(i128::from(self.minor), u32::from(self.currency.exponent()))
    }

    /// All decimals of the currency: `370.00`, `161.50`; in yen `370`.
    pub fn to_fixed(self) -> String {
        decimal::fixed(i128::from(self.minor), u32::from(self.currency.exponent()))
    }

    fn same_currency(self, other: Money) -> Result<(), Refusal> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(Refusal::CurrencyMismatch { expected: self.currency, given: other.currency })
        }
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        decimal::write_plain(i128::from(self.minor), u32::from(self.currency.exponent()), f)
    }
}

/// `minor` itself, or `TooLarge` beyond [`MAX_MINOR`].
pub(crate) fn within(minor: i64, what: &'static str) -> Result<i64, Refusal> {
    if minor.unsigned_abs() <= MAX_MINOR.unsigned_abs() { Ok(minor) } else { Err(Refusal::TooLarge { what }) }
}

/// `value` as minor units, or `TooLarge` beyond [`MAX_MINOR`].
pub(crate) fn within_wide(value: i128, what: &'static str) -> Result<i64, Refusal> {
    i64::try_from(value).map_err(|_| Refusal::TooLarge { what }).and_then(|minor| within(minor, what))
}

/// Checked sum of minor units.
pub(crate) fn add(a: i64, b: i64, what: &'static str) -> Result<i64, Refusal> {
    within_wide(i128::from(a) + i128::from(b), what)
}

/// Checked difference of minor units.
pub(crate) fn sub(a: i64, b: i64, what: &'static str) -> Result<i64, Refusal> {
    within_wide(i128::from(a) - i128::from(b), what)
}

/// Checked sum of many; only the result has to fit.
pub(crate) fn sum(parts: impl IntoIterator<Item = i64>, what: &'static str) -> Result<i64, Refusal> {
    within_wide(parts.into_iter().map(i128::from).sum(), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(minor: i64, code: &str, plain: &str, fixed: &str) {
        let money = Money::new(minor, Currency::from_code(code).expect("a code")).expect("fits");
        assert_eq!((money.to_plain().as_str(), money.to_fixed().as_str()), (plain, fixed));
        assert_eq!(money.to_string(), plain);
    }

    #[test]
    fn money_prints_short_and_fixed() {
        check(37000, "USD", "370", "370.00");
        check(16150, "USD", "161.5", "161.50");
        check(5, "USD", "0.05", "0.05");
        check(-300, "USD", "-3", "-3.00");
        check(-5, "EUR", "-0.05", "-0.05");
        check(0, "EUR", "0", "0.00");
        check(370, "JPY", "370", "370");
        check(1500, "BHD", "1.5", "1.500");
        check(1, "CLF", "0.0001", "0.0001");
        check(MAX_MINOR, "USD", "90071992547409.91", "90071992547409.91");
    }

    #[test]
    fn money_is_checked_at_its_limit() {
        assert!(Money::new(MAX_MINOR, Currency::USD).is_ok());
        assert!(Money::new(-MAX_MINOR, Currency::USD).is_ok());
        let too_large = Err(Refusal::TooLarge { what: "amount" });
        assert_eq!(Money::new(MAX_MINOR + 1, Currency::USD), too_large);
        assert_eq!(Money::new(-MAX_MINOR - 1, Currency::USD), too_large);
        assert_eq!(Money::new(i64::MIN, Currency::USD), too_large);
        let one = Money { minor: 1, currency: Currency::USD };
        let most = Money { minor: MAX_MINOR, currency: Currency::USD };
        assert_eq!(most.checked_add(one), too_large);
        assert_eq!(most.neg().checked_sub(one), too_large);
        assert_eq!(most.checked_sub(one).map(Money::minor), Ok(MAX_MINOR - 1));
        let euro = Money { minor: 1, currency: Currency::EUR };
        let mismatch = Err(Refusal::CurrencyMismatch { expected: Currency::USD, given: Currency::EUR });
        assert_eq!(most.checked_add(euro), mismatch);
        assert_eq!(one.checked_sub(euro), mismatch);
    }
}

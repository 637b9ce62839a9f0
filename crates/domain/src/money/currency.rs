//! The currency table (ISO 4217), narrowed to currencies that have minor units.

/// A currency with 0, 2, 3 or 4 decimals. Metals, funds without decimals and test codes are not money here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub const USD: Currency = Currency(iso_currency::Currency::USD);
    pub const EUR: Currency = Currency(iso_currency::Currency::EUR);
    pub const GBP: Currency = Currency(iso_currency::Currency::GBP);
    pub const CHF: Currency = Currency(iso_currency::Currency::CHF);
    pub const INR: Currency = Currency(iso_currency::Currency::INR);
    /// No decimals.
    pub const JPY: Currency = Currency(iso_currency::Currency::JPY);
    /// Three decimals.
    pub const BHD: Currency = Currency(iso_currency::Currency::BHD);
    /// Three decimals.
    pub const KWD: Currency = Currency(iso_currency::Currency::KWD);

    /// Reads an upper-case ISO 4217 code; `None` for anything else and for codes without minor units (XAU).
    pub fn from_code(code: &str) -> Option<Currency> {
        let currency = iso_currency::Currency::from_code(code)?;
        matches!(currency.exponent(), Some(0 | 2 | 3 | 4)).then_some(Currency(currency))
    }

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of the minor unit: 0, 2, 3 or 4.
    pub fn exponent(self) -> u8 {
        match self.0.exponent() {
            Some(0) => 0,
            Some(3) => 3,
            Some(4) => 4,
            _ => 2,
        }
    }

    /// How the currency is written before or behind an amount: `$`, `€`; `¤` when it has no sign of its own.
    pub fn symbol(self) -> String {
        self.0.symbol().symbol
    }

    /// ISO 4217 numeric code.
    pub fn numeric(self) -> u16 {
        self.0.numeric()
    }

    /// English name.
    pub fn name(&self) -> &str {
        self.0.name()
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_upper_case_and_have_minor_units() {
        for (code, exponent) in [("USD", 2), ("JPY", 0), ("BHD", 3), ("KWD", 3), ("CLF", 4), ("ISK", 0)] {
            let currency = Currency::from_code(code).expect("known");
            assert_eq!((currency.code(), currency.exponent()), (code, exponent));
            assert_eq!(format!("{currency:?} {currency}"), format!("{code} {code}"));
        }
        for code in ["usd", "US", "USDD", "", "AAA", "XAU", "XXX", "XTS", "\u{20ac}"] {
            assert_eq!(Currency::from_code(code), None, "{code}");
        }
        assert_eq!(Currency::EUR.symbol(), "\u{20ac}");
        assert_eq!(Currency::EUR.numeric(), 978);
        assert_eq!(Currency::EUR.name(), "Euro");
    }
}

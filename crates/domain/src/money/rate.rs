//! Rates as parts of 1e-12 of a fraction: 8.87525 % is exact.

use super::{Amount, Decimal, decimal};
use crate::refusal::Refusal;

/// 1e-12 of a fraction: `Rate(200_000_000_000)` is 20 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(pub i64);

impl Rate {
    pub const ZERO: Rate = Rate(0);
    /// Parts of a whole.
    pub const ONE: Rate = Rate(1_000_000_000_000);
    /// 1,000 %: above any rate of tax.
    pub const MAX: Rate = Rate(10_000_000_000_000);
    /// Decimals of a percentage that are exact.
    pub const PERCENT_DECIMALS: u8 = 10;

    /// 20 means 20 %. `RateOutOfRange` below 0 or above 1,000 %, `Invalid` beyond 10 decimals.
    pub fn from_percent(percent: Decimal) -> Result<Rate, Refusal> {
        Amount::from_parts(i128::from(percent.mantissa()), percent.scale()).to_rate_percent("rate")
    }

    pub const fn parts(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The percentage as a decimal: 8.87525.
    pub fn percent(self) -> Decimal {
        Decimal::from_parts(self.0, Self::PERCENT_DECIMALS).expect("ten decimals are within twelve")
    }

    /// `8.87525`, without a sign of percent.
    pub fn percent_text(self) -> String {
        decimal::plain(i128::from(self.0), u32::from(Self::PERCENT_DECIMALS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_round_trips() {
        for text in ["0", "8.87525", "20", "0.0000000001", "100", "1000"] {
            let rate = Rate::from_percent(Decimal::parse(text).expect("a decimal")).expect("a rate");
            assert_eq!((rate.percent_text().as_str(), rate.percent().to_string().as_str()), (text, text));
        }
        assert_eq!(Rate::from_percent(Decimal::from_whole(100)), Ok(Rate::ONE));
        assert_eq!(Rate::from_percent(Decimal::from_whole(-1)), Err(Refusal::RateOutOfRange { what: "rate" }));
        assert_eq!(Rate::from_percent(Decimal::new(1, 11).expect("a decimal")), Err(Refusal::Invalid { what: "rate" }));
    }
}

//! Amounts as the texts that travel: computed here from integers, never through a float or a face's own code.

use domain::money::{Decimal, Money};
use testkit::wire::Json;

/// The amount in major units, in the shortest form that every face prints.
pub fn plain(amount: Money) -> String {
    decimal(amount).to_string()
}

/// The amount in major units with all decimals of its currency, as the native face prints it.
pub fn fixed(amount: Money) -> String {
    let places = usize::from(amount.currency().exponent());
    let digits = format!("{:0width$}", amount.minor().unsigned_abs(), width = places + 1);
    let sign = if amount.minor() < 0 { "-" } else { "" };
    match places {
        0 => format!("{sign}{digits}"),
        places => format!("{sign}{}.{}", &digits[..digits.len() - places], &digits[digits.len() - places..]),
    }
}

pub fn decimal(amount: Money) -> Decimal {
    Decimal::new(amount.minor(), amount.currency().exponent()).expect("a currency has few decimals")
}

pub fn add(a: Decimal, b: Decimal) -> Decimal {
    a.checked_add(b).expect("sums of a test fit")
}

pub fn sub(a: Decimal, b: Decimal) -> Decimal {
    a.checked_sub(b).expect("differences of a test fit")
}

pub fn sum(parts: impl IntoIterator<Item = Decimal>) -> Decimal {
    parts.into_iter().fold(Decimal::ZERO, add)
}

/// The token of a JSON number, which a string is not.
#[track_caller]
pub fn number<'j>(object: &'j Json, key: &str) -> &'j str {
    match object.get(key) {
        Json::Number(token) => token,
        other => panic!("{key} is no number: {other:?}"),
    }
}

/// A JSON number as an exact decimal.
#[track_caller]
pub fn exact(object: &Json, key: &str) -> Decimal {
    Decimal::parse(number(object, key)).unwrap_or_else(|_| panic!("{key} is no decimal: {:?}", object.get(key)))
}

/// A JSON string.
#[track_caller]
pub fn text<'j>(object: &'j Json, key: &str) -> &'j str {
    match object.get(key) {
        Json::Text(text) => text,
        other => panic!("{key} is no text: {other:?}"),
    }
}

#[test]
fn amounts_in_major_units() {
    use domain::money::Currency;
    for (minor, currency, short, long) in [
        (37_000, Currency::USD, "370", "370.00"),
        (16_150, Currency::USD, "161.5", "161.50"),
        (-5, Currency::USD, "-0.05", "-0.05"),
        (0, Currency::USD, "0", "0.00"),
        (1_234, Currency::JPY, "1234", "1234"),
        (1_005, Currency::KWD, "1.005", "1.005"),
        (12, Currency::KWD, "0.012", "0.012"),
    ] {
        let amount = Money::new(minor, currency).expect("an amount");
        assert_eq!((plain(amount), fixed(amount)), (short.to_owned(), long.to_owned()));
    }
}

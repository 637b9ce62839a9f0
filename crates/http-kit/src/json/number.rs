//! Decimals that pass through serde without ever being a float.

use std::fmt;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::text::{NumberParts, is_plain_decimal};

/// The raw token of a JSON number, or of a JSON string that holds one: `123.4500`, `"123.45"`
/// and `1e3` are kept as `123.4500`, `123.45` and `1e3`. An exact parser judges it further.
///
/// Works with serde_json only, and not below `#[serde(flatten)]` or an untagged enum.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

/// [`Number`] without a copy, for bodies that stay in memory while they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawNumber<'a>(&'a str);

/// Characters of a number that come as a string; as many as a bare one may have.
const STRING_CHARS: usize = 40;

/// The numeric text of a raw JSON token.
fn numeric_text(raw: &str) -> Option<&str> {
    let text = match raw.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').filter(|text| text.len() <= STRING_CHARS)?,
        None => raw,
    };
    NumberParts::of(text).map(|_| text)
}

const EXPECTED: &str = "expected a number, or a string that holds one";

impl Number {
    /// The token without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The token without quotes.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<'a> RawNumber<'a> {
    /// The token without quotes.
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RawNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match numeric_text(raw.get()) {
            Some(text) => Ok(Self(text.to_owned())),
            None => Err(D::Error::custom(EXPECTED)),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawNumber<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        numeric_text(raw.get()).map(Self).ok_or_else(|| D::Error::custom(EXPECTED))
    }
}

/// A preformatted decimal that serializes as a bare JSON number: `450`, `-0.5`, `100.99`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal(String);

/// The text is not `-?digits` with an optional fraction, or has a leading zero or an exponent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a plain decimal")]
pub struct NotADecimal;

impl Decimal {
    /// Takes the text of a decimal as it shall be printed.
    ///
    /// # Errors
    /// [`NotADecimal`] for anything JSON would not read back as the same plain decimal.
    pub fn new(text: impl Into<String>) -> Result<Self, NotADecimal> {
        let text = text.into();
        if is_plain_decimal(&text) { Ok(Self(text)) } else { Err(NotADecimal) }
    }

    /// The text as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(body: &str, expected: &str) {
        let number: Number = serde_json::from_str(body).expect("a number");
        let raw: RawNumber<'_> = serde_json::from_str(body).expect("a number");
        assert_eq!((number.as_str(), raw.as_str()), (expected, expected));
    }

    #[track_caller]
    fn refuses(body: &str) {
        serde_json::from_str::<Number>(body).expect_err(body);
        serde_json::from_str::<RawNumber<'_>>(body).expect_err(body);
    }

    #[test]
    fn keeps_the_token() {
        reads("123.4500", "123.4500");
        reads("\"123.45\"", "123.45");
        reads("1E+3", "1E+3");
        reads("-0.10", "-0.10");
        reads("\"007\"", "007");
        reads("99999999999999999999.999999999999", "99999999999999999999.999999999999");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for body in ["true", "null", "{}", "[1]", "\"\"", "\"1,5\"", "\" 1\"", "\"NaN\"", "\"1\\u0030\""] {
            refuses(body);
        }
        refuses(&format!("\"{}\"", "1".repeat(41)));
    }

    #[test]
    fn an_absent_number_is_none() {
        #[derive(Deserialize)]
        struct Line<'a> {
            price: Option<Number>,
            #[serde(borrow)]
            quantity: Option<RawNumber<'a>>,
            rate: Option<Number>,
        }
        let line: Line<'_> = serde_json::from_str(r#"{"price":null,"quantity":"2.5"}"#).expect("a line");
        assert_eq!(line.price, None);
        assert_eq!(line.quantity.expect("given").as_str(), "2.5");
        assert_eq!(line.rate, None);
    }

    #[test]
    fn decimals_print_bare() {
        #[derive(Serialize)]
        struct Row {
            total: Decimal,
        }
        let row = Row { total: Decimal::new("12345678901234567890.10").expect("a decimal") };
        assert_eq!(serde_json::to_string(&row).expect("json"), r#"{"total":12345678901234567890.10}"#);
        for text in ["", "1e3", "01", "+1", ".5", "5.", "1_000", "NaN", "1 "] {
            assert_eq!(Decimal::new(text), Err(NotADecimal), "{text}");
        }
        for text in ["0", "-0.5", "370", "100.99"] {
            assert_eq!(Decimal::new(text).expect("a decimal").as_str(), text);
        }
    }
}

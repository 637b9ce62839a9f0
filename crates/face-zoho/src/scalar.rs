//! Values as Zoho's clients spell them: `92612`, `"92612"` and `true`, `"true"` are the same to Zoho.

use domain::money::{Amount, Decimal};
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::errors::Fault;
use crate::wire;

/// A string, a number or a boolean as text, without the blanks around it. A number keeps its spelling, so that no
/// digit is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::of(raw.get()).ok_or_else(|| D::Error::custom("expected a string, a number or a boolean"))
    }
}

impl Scalar {
    fn of(raw: &str) -> Option<Self> {
        match raw.as_bytes().first()? {
            b'"' => serde_json::from_str::<String>(raw).ok().map(|text| Self(text.trim().to_owned())),
            b'{' | b'[' | b'n' => None,
            _ => Some(Self(raw.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a client gave that is not blank; Zoho's samples send `" "` for nothing.
pub(crate) fn filled(scalar: Option<&Scalar>) -> Option<&str> {
    scalar.map(Scalar::as_str).filter(|text| !text.is_empty())
}

/// The text that was given, blank or not.
pub(crate) fn text(scalar: Option<Scalar>) -> Option<String> {
    scalar.map(Scalar::into_string)
}

/// An amount in some currency.
pub(crate) fn amount(field: &str, scalar: Option<&Scalar>) -> Result<Option<Amount>, Fault> {
    filled(scalar).map(|text| Amount::parse(text).map_err(|_| Fault::invalid(field))).transpose()
}

/// A price or a quantity.
pub(crate) fn decimal(field: &str, scalar: Option<&Scalar>) -> Result<Option<Decimal>, Fault> {
    let found = amount(field, scalar)?.map(|amount| amount.to_decimal().map_err(|_| Fault::invalid(field)));
    found.transpose()
}

/// A whole number.
pub(crate) fn whole(field: &str, scalar: Option<&Scalar>) -> Result<Option<i64>, Fault> {
    let read = |text: &str| Decimal::parse(text).ok().and_then(Decimal::whole).ok_or_else(|| Fault::invalid(field));
    filled(scalar).map(read).transpose()
}

/// `true` or `false`.
pub(crate) fn flag(field: &str, scalar: Option<&Scalar>) -> Result<Option<bool>, Fault> {
    filled(scalar)
        .map(|text| match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Fault::invalid(field)),
        })
        .transpose()
}

/// `2016-06-05`.
pub(crate) fn day(field: &str, scalar: Option<&Scalar>) -> Result<Option<Date>, Fault> {
    filled(scalar).map(|text| wire::parse_day(text).ok_or_else(|| Fault::invalid(field))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[track_caller]
    fn read(json: &str) -> Option<Scalar> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn scalars_are_texts() {
        for (json, text) in [
            ("92612", "92612"),
            (r#""92612""#, "92612"),
            (r#"" a\u00e9 ""#, "aé"),
            ("1.50", "1.50"),
            ("12345678901234567890.12", "12345678901234567890.12"),
            ("true", "true"),
            (r#""""#, ""),
        ] {
            assert_eq!(read(json).expect("a scalar").as_str(), text);
        }
        for json in ["{}", "[]", "null", "[1]"] {
            assert_eq!(read(json), None, "{json}");
        }
        assert_eq!(serde_json::from_str::<Option<Scalar>>("null").expect("nothing"), None);
    }

    #[test]
    fn texts_are_values() {
        let scalar = |text: &str| Some(Scalar(text.to_owned()));
        let is_fault = |fault: Option<Fault>| assert_eq!(fault, Some(Fault::invalid("x")));
        assert_eq!(amount("x", scalar("1.5e1").as_ref()).expect("an amount"), Amount::parse("15").ok());
        assert_eq!(amount("x", scalar("").as_ref()).expect("none"), None);
        is_fault(amount("x", scalar("1,5").as_ref()).err());
        assert_eq!(decimal("x", scalar("0.0125").as_ref()).expect("a price"), Decimal::parse("0.0125").ok());
        is_fault(decimal("x", scalar("0.0000000000001").as_ref()).err());
        assert_eq!(whole("x", scalar("15.0").as_ref()).expect("a number"), Some(15));
        is_fault(whole("x", scalar("1.5").as_ref()).err());
        assert_eq!(flag("x", scalar("True").as_ref()).expect("a flag"), Some(true));
        is_fault(flag("x", scalar("1").as_ref()).err());
        assert_eq!(day("x", scalar("2016-06-05").as_ref()).expect("a day"), Some(date(2016, 6, 5)));
        is_fault(day("x", scalar("05-06-2016").as_ref()).err());
    }
}

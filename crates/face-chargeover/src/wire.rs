//! ChargeOver's scalars: ids, texts, days, instants, and the values that a field can have.

use std::borrow::Cow;

use billing::read::Names;
use domain::id::{MAX_SAFE_INTEGER, parse_digits};
use domain::money::{Decimal, Money};
use http_kit::json::Object;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The digits of an id, as they stand in paths, filters and (bare) in JSON.
///
/// # Panics
/// For a number that is no id: ids are positive and at most [`MAX_SAFE_INTEGER`].
pub fn spell(id: i64) -> String {
    assert!((1..=MAX_SAFE_INTEGER).contains(&id), "{id} is not an id");
    id.to_string()
}

/// The native id that a text spells: the inverse of [`spell`]. None for a sign, a blank, a leading zero or
/// anything beyond [`MAX_SAFE_INTEGER`]. An import asks it whether a foreign id collides with a native one.
pub fn unspell(text: &str) -> Option<i64> {
    parse_digits(text)
}

/// The id to print: the one that an import kept, when a JSON integer can spell it, else the native one.
pub(crate) fn id_of(names: &Names, kind: &str, native: i64) -> i64 {
    names.get(kind, native).and_then(unspell).unwrap_or(native)
}

/// What one field can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// A decimal as it is printed: shortest form, never an exponent (contract 3.5).
    Number(String),
    Text(Cow<'a, str>),
}

impl Value<'_> {
    pub(crate) fn write(&self, name: &str, out: &mut Object<'_>) {
        match self {
            Self::Null => out.null(name),
            Self::Bool(value) => out.bool(name, *value),
            Self::Int(value) => out.int(name, *value),
            Self::Number(value) => out.dec(name, value),
            Self::Text(value) => out.str(name, value),
        };
    }
}

/// Absent text is null, and so is an empty one (contract 3.5).
pub(crate) fn text(value: &str) -> Value<'_> {
    if value.is_empty() { Value::Null } else { Value::Text(Cow::Borrowed(value)) }
}

pub(crate) fn opt_text(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Null, text)
}

pub(crate) fn opt_int<'a>(value: Option<i64>) -> Value<'a> {
    value.map_or(Value::Null, Value::Int)
}

/// Major units, printed minimally: 100.99, 0, 4500.
pub(crate) fn money<'a>(value: Money) -> Value<'a> {
    Value::Number(value.to_plain())
}

pub(crate) fn decimal<'a>(value: Decimal) -> Value<'a> {
    Value::Number(value.to_string())
}

/// `YYYY-MM-DD`.
pub(crate) fn day<'a>(value: Date) -> Value<'a> {
    Value::Text(Cow::Owned(value.to_string()))
}

pub(crate) fn opt_day<'a>(value: Option<Date>) -> Value<'a> {
    value.map_or(Value::Null, day)
}

/// `YYYY-MM-DD HH:MM:SS` on the zone's clocks, without an offset.
pub(crate) fn instant<'a>(value: Timestamp, zone: &TimeZone) -> Value<'a> {
    let local = value.to_zoned(zone.clone());
    Value::Text(Cow::Owned(local.strftime("%Y-%m-%d %H:%M:%S").to_string()))
}

pub(crate) fn opt_instant<'a>(value: Option<Timestamp>, zone: &TimeZone) -> Value<'a> {
    value.map_or(Value::Null, |value| instant(value, zone))
}

/// Reads `YYYY-MM-DD`, and the same with a midnight behind it, which some clients send for a day.
pub(crate) fn parse_day(given: &str) -> Option<Date> {
    let (day, time) = given.split_once(' ').unwrap_or((given, "00:00:00"));
    if time != "00:00:00" || day.len() != 10 {
        return None;
    }
    day.parse().ok()
}

/// Reads `YYYY-MM-DD HH:MM:SS` (or a day: its midnight) on the zone's clocks, as the first instant of that
/// second and of the next. An hour that the clocks skip or repeat is read as most calendars do (RFC 5545).
pub(crate) fn parse_second(given: &str, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let local: DateTime = match given.split_once(' ') {
        Some((day, time)) if day.len() == 10 && time.len() == 8 => {
            day.parse::<Date>().ok()?.to_datetime(time.parse().ok()?)
        }
        Some(_) => return None,
        None => parse_day(given)?.at(0, 0, 0, 0),
    };
    let begins = zone.to_timestamp(local).ok()?;
    let ends = begins.checked_add(jiff::SignedDuration::from_secs(1)).ok()?;
    Some((begins, ends))
}

/// A legal entity's zone; UTC should its name be unknown to this build's time zone data.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_spell_and_read_back() {
        let few = (0..53).flat_map(|bit| {
            let power = 1_i64 << bit;
            [power - 1, power, power + 1]
        });
        for id in few.chain(1..2000).chain([MAX_SAFE_INTEGER]).filter(|id| *id > 0) {
            assert_eq!(unspell(&spell(id)), Some(id));
        }
        for text in ["", "0", "007", "-1", "+1", " 1", "1 ", "1.0", "1e3", "\u{0661}", "9007199254740992"] {
            assert_eq!(unspell(text), None, "{text:?}");
        }
    }

    #[test]
    fn empty_text_is_null() {
        assert_eq!(text(""), Value::Null);
        assert_eq!(opt_text(Some("")), Value::Null);
        assert_eq!(text("a"), Value::Text("a".into()));
    }

    #[test]
    fn days_and_seconds() {
        let berlin = zone("Europe/Berlin");
        let second = |text: &str| parse_second(text, &berlin).map(|(from, to)| (from.to_string(), to.to_string()));
        let of = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(second("2015-06-01 12:30:59"), of("2015-06-01T10:30:59Z", "2015-06-01T10:31:00Z"));
        assert_eq!(second("2015-12-01"), of("2015-11-30T23:00:00Z", "2015-11-30T23:00:01Z"));
        // 02:30 does not exist on this day: clocks go from 02:00 to 03:00.
        assert_eq!(second("2015-03-29 02:30:00"), of("2015-03-29T01:30:00Z", "2015-03-29T01:30:01Z"));
        for text in ["", "2015", "2015-13-01", "2015-06-01T10:00:00", "2015-06-01 10:00", "2015-06-01 10:00:00Z"] {
            assert_eq!(second(text), None, "{text:?}");
        }
        assert_eq!(parse_day("2015-02-28 00:00:00"), parse_day("2015-02-28"));
        for text in ["2015-02-29", "2015-02-28 10:00:00", "20150228", "15-02-28", "", " "] {
            assert_eq!(parse_day(text), None, "{text:?}");
        }
        let at: Timestamp = "2015-06-01T10:30:59.9Z".parse().expect("an instant");
        assert_eq!(instant(at, &berlin), Value::Text("2015-06-01 12:30:59".into()));
        assert_eq!(zone("Nowhere/Else"), TimeZone::UTC);
    }
}

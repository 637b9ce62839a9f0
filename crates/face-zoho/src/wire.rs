//! Zoho's scalars: ids, dates, instants, amounts.

use std::fmt::Display;

use billing::read::Names;
use domain::id::MAX_SAFE_INTEGER;
use domain::money::Currency;
use http_kit::Answer;
use http_kit::json::{Object, Style, object};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::errors::CONTENT_TYPE;
use crate::mount::Types;

/// Added to a native id, so that it looks like one of Zoho's: 16 or 17 digits.
const ID_OFFSET: i64 = 4_600_000_000_000_000;

/// The most digits an id of Zoho has; longer texts are no ids.
const MAX_ID_DIGITS: usize = 19;

/// The native id in Zoho's alphabet: a string of digits.
pub fn spell(id: i64) -> String {
    (ID_OFFSET + id).to_string()
}

/// The native id that a text spells; `None` for anything that [`spell`] does not make.
pub fn unspell(text: &str) -> Option<i64> {
    if !is_id(text) || text.starts_with('0') {
        return None;
    }
    let id = text.parse::<i64>().ok()?.checked_sub(ID_OFFSET)?;
    (1..=MAX_SAFE_INTEGER).contains(&id).then_some(id)
}

/// The native id that an imported id would be taken for; an import registers it so that it is never given out.
pub fn collides_with(foreign_id: &str) -> Option<i64> {
    unspell(foreign_id)
}

/// Whether the text can be an id of Zoho at all: 1 to 19 digits.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=MAX_ID_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A success: code 0, the message, and what `fill` adds.
pub(crate) fn success(message: &str, fill: impl FnOnce(&mut Object<'_>)) -> Answer {
    let body = object(Style::COMPACT, |o| {
        o.int("code", 0).str("message", message);
        fill(o);
    });
    Answer::with_body(200, CONTENT_TYPE, body)
}

/// As [`success`], of an operation that made something: HTTP 201 (contract Zoho 4.3).
pub(crate) fn created(message: &str, fill: impl FnOnce(&mut Object<'_>)) -> Answer {
    let mut answer = success(message, fill);
    answer.status = 201;
    answer
}

/// How an object is called here: the id that an import kept, else its native id spelled.
pub(crate) fn id_of(names: &Names, kind: &str, id: i64) -> String {
    names.get(kind, id).map_or_else(|| spell(id), str::to_owned)
}

/// As [`id_of`]; empty for what is not there.
pub(crate) fn opt_id_of(names: &Names, kind: &str, id: Option<i64>) -> String {
    id.map_or_else(String::new, |id| id_of(names, kind, id))
}

/// `2016-06-05`; empty for none.
pub(crate) fn opt_day(day: Option<Date>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
}

/// Reads `YYYY-MM-DD`, nothing else.
pub(crate) fn parse_day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let day = text.parse().ok()?;
    is_shaped.then_some(day)
}

/// A zone by its IANA name; UTC when this machine's table does not have it.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// `2016-06-05T02:15:15-0700`: the offset has no colon.
pub(crate) fn instant(at: Timestamp, zone: &TimeZone) -> String {
    // By hand: an invoice prints several, and a format string is read anew each time.
    let offset = zone.to_offset(at);
    let local = offset.to_datetime(at);
    let (date, time) = (local.date(), local.time());
    let (year, month, day) = (date.year(), date.month(), date.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let shift = offset.seconds().abs() / 60;
    let sign = if offset.seconds() < 0 { '-' } else { '+' };
    let (hours, minutes) = (shift / 60, shift % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{hours:02}{minutes:02}")
}

/// `2:50 AM`, as comments have it.
pub(crate) fn clock_time(at: Timestamp, zone: &TimeZone) -> String {
    let time = zone.to_datetime(at).time();
    let half = if time.hour() < 12 { "AM" } else { "PM" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    format!("{hour}:{:02} {half}", time.minute())
}

/// The currency's sign; its code when it has none of its own.
pub(crate) fn symbol(currency: Currency) -> String {
    let symbol = currency.symbol();
    if symbol == "¤" { currency.code().to_owned() } else { symbol }
}

/// `###,##0.00`: how Zoho writes amounts of a currency with so many decimals.
pub(crate) fn currency_format(currency: Currency) -> String {
    match usize::from(currency.exponent()) {
        0 => "###,##0".to_owned(),
        decimals => format!("###,##0.{}", "0".repeat(decimals)),
    }
}

/// An amount that the seed prints bare and the OpenAPI declares as a string.
pub(crate) fn put_amount(object: &mut Object<'_>, types: Types, key: &str, amount: impl Display) {
    match types {
        Types::Seed => object.dec(key, amount),
        Types::OpenApi => object.text(key, amount),
    };
}

/// A `zip` or `fax`: the seed prints digits as a number. A leading zero, anything but digits, or a number
/// beyond 2^53 - 1 would not survive that, so they stay text.
pub(crate) fn put_digits(object: &mut Object<'_>, types: Types, key: &str, text: &str) {
    let number = domain::id::parse_digits(text).filter(|_| types == Types::Seed);
    match number {
        Some(number) => object.int(key, number),
        None => object.str(key, text),
    };
}

/// A flag or a number that the samples print bare and the OpenAPI declares as a string.
pub(crate) fn put_bare(object: &mut Object<'_>, types: Types, key: &str, json: impl Display) {
    match types {
        Types::Seed => object.raw(key, &json.to_string()),
        Types::OpenApi => object.text(key, json),
    };
}

/// `5.3 KB`: a size as Zoho shows it, with one decimal, rounded half up.
pub(crate) fn file_size(bytes: i64) -> String {
    const UNITS: [&str; 3] = ["KB", "MB", "GB"];
    let mut unit = 1024_i128;
    let bytes = i128::from(bytes.max(0));
    if bytes < unit {
        return format!("{bytes} bytes");
    }
    let mut name = UNITS[0];
    for larger in &UNITS[1..] {
        if bytes < unit * 1024 {
            break;
        }
        unit *= 1024;
        name = larger;
    }
    let tenths = (bytes * 20 + unit) / (unit * 2);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {name}"),
        (whole, tenth) => format!("{whole}.{tenth} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back() {
        let mut id = 1;
        while id <= MAX_SAFE_INTEGER {
            for id in [id - 1, id, id + 1, MAX_SAFE_INTEGER - id] {
                let back = (1..=MAX_SAFE_INTEGER).contains(&id).then_some(id);
                assert_eq!(unspell(&spell(id)), back, "{id}");
            }
            id *= 3;
        }
        assert_eq!(spell(1), "4600000000000001");
        assert_eq!(unspell(&spell(MAX_SAFE_INTEGER)), Some(MAX_SAFE_INTEGER));
        assert_eq!(unspell(&spell(MAX_SAFE_INTEGER + 1)), None);
    }

    #[test]
    fn texts_spell_one_id_or_none() {
        for text in [
            "",
            "0",
            "903000000079426",
            "4600000000000000",
            "04600000000000001",
            "+4600000000000001",
            "4600000000000001 ",
            "46000000000000010000",
            "9223372036854775808",
            "inv_1",
        ] {
            assert_eq!(unspell(text), None, "{text}");
        }
        for text in ["4600000000000001", "13607199254740991"] {
            let id = unspell(text).expect("an id");
            assert_eq!(spell(id), text);
            assert_eq!(collides_with(text), Some(id));
        }
    }

    #[test]
    fn days_are_strict() {
        assert_eq!(parse_day("2016-06-05"), Some(jiff::civil::date(2016, 6, 5)));
        for text in [
            "",
            "2016-6-5",
            "2016-02-30",
            "20160605",
            "05-06-2016",
            "2016-06-05T00:00:00",
            "-016-06-05",
            "2016-06-05 ",
            "２016-06-05",
        ] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn instants_are_told_in_their_zone() {
        let at: Timestamp = "2016-06-05T09:15:15Z".parse().expect("an instant");
        let los_angeles = zone("America/Los_Angeles");
        assert_eq!(instant(at, &los_angeles), "2016-06-05T02:15:15-0700");
        assert_eq!(clock_time(at, &los_angeles), "2:15 AM");
        assert_eq!(instant(at, &zone("Asia/Kolkata")), "2016-06-05T14:45:15+0530");
        assert_eq!(clock_time(at, &zone("Asia/Kolkata")), "2:45 PM");
        assert_eq!(instant(at, &zone("No/Where")), "2016-06-05T09:15:15+0000");
        let midnight: Timestamp = "2016-06-05T00:05:00Z".parse().expect("an instant");
        assert_eq!(clock_time(midnight, &TimeZone::UTC), "12:05 AM");
    }

    #[track_caller]
    fn check_digits(text: &str, seed: &str, openapi: &str) {
        for (types, expected) in [(Types::Seed, seed), (Types::OpenApi, openapi)] {
            let json = object(Style::COMPACT, |o| put_digits(o, types, "zip", text));
            assert_eq!(String::from_utf8_lossy(&json), expected);
        }
    }

    #[test]
    fn digits_are_numbers_where_they_survive_it() {
        check_digits("92612", r#"{"zip":92612}"#, r#"{"zip":"92612"}"#);
        check_digits("01234", r#"{"zip":"01234"}"#, r#"{"zip":"01234"}"#);
        check_digits("SW1A 1AA", r#"{"zip":"SW1A 1AA"}"#, r#"{"zip":"SW1A 1AA"}"#);
        check_digits("", r#"{"zip":""}"#, r#"{"zip":""}"#);
        check_digits("9007199254740991", r#"{"zip":9007199254740991}"#, r#"{"zip":"9007199254740991"}"#);
        check_digits("9007199254740992", r#"{"zip":"9007199254740992"}"#, r#"{"zip":"9007199254740992"}"#);
    }

    #[test]
    fn sizes_have_one_decimal() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (5447, "5.3 KB"),
            (1_048_576, "1 MB"),
            (1_600_000, "1.5 MB"),
            (5_368_709_120, "5 GB"),
        ] {
            assert_eq!(file_size(bytes), text);
        }
    }

    #[test]
    fn currencies() {
        assert_eq!(symbol(Currency::USD), "$");
        assert_eq!(currency_format(Currency::USD), "###,##0.00");
        assert_eq!(currency_format(Currency::JPY), "###,##0");
        assert_eq!(currency_format(Currency::BHD), "###,##0.000");
    }
}

//! Checks of free text and plain values that every verb shares. Each refuses by name; none changes a value.

use domain::Refusal;
use domain::party::{Address, Exemption};

pub(crate) const SHORT: usize = 100;
pub(crate) const LINE: usize = 255;
pub(crate) const LONG: usize = 10_000;
/// Labels of one document.
const MAX_TAGS: usize = 50;

/// A text that must say something.
pub(crate) fn required(text: &str, what: &'static str, limit: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Blank { what });
    }
    optional(text, what, limit)
}

/// A text that may be empty: of bounded length, without a card number in it.
pub(crate) fn optional(text: &str, what: &'static str, limit: usize) -> Result<(), Refusal> {
    if text.chars().count() > limit {
        return Err(Refusal::TooLong { what, limit });
    }
    if text.contains('\0') {
        return Err(Refusal::Invalid { what });
    }
    if holds_card_number(text) {
        return Err(Refusal::CardNumber { what });
    }
    Ok(())
}

/// The labels of a document: at most 50, each short and saying something.
pub(crate) fn tags(tags: &[String]) -> Result<(), Refusal> {
    if tags.len() > MAX_TAGS {
        return Err(Refusal::Invalid { what: "tags" });
    }
    tags.iter().try_for_each(|tag| required(tag, "tag", SHORT))
}

/// A vendor's id: kept as it is, whatever its digits; not blank and of bounded length. (About one in ten ids of
/// 13 to 19 digits passes the Luhn check without being a card number.)
pub(crate) fn foreign_id(text: &str) -> Result<(), Refusal> {
    let what = "foreign id";
    if text.trim().is_empty() {
        return Err(Refusal::Blank { what });
    }
    if text.chars().count() > SHORT {
        return Err(Refusal::TooLong { what, limit: SHORT });
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::Invalid { what });
    }
    Ok(())
}

pub(crate) fn optional_some(text: Option<&str>, what: &'static str, limit: usize) -> Result<(), Refusal> {
    text.map_or(Ok(()), |text| required(text, what, limit))
}

/// An address as RFC 5321 could deliver to: one `@` with something on both sides, no blanks.
pub(crate) fn email(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.is_empty() {
        return Ok(());
    }
    optional(text, what, LINE)?;
    let fits = text
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(Refusal::Invalid { what }) }
}

pub(crate) fn address(address: &Address, what: &'static str) -> Result<(), Refusal> {
    for part in [
        &address.attention,
        &address.line1,
        &address.line2,
        &address.line3,
        &address.city,
        &address.state,
        &address.postcode,
        &address.country,
        &address.phone,
        &address.fax,
    ] {
        optional(part, what, LINE)?;
    }
    Ok(())
}

pub(crate) fn exemption(exemption: Option<&Exemption>) -> Result<(), Refusal> {
    match exemption {
        Some(exemption) => {
            required(&exemption.code, "exemption code", SHORT)?;
            optional(&exemption.reason, "exemption reason", LINE)
        }
        None => Ok(()),
    }
}

pub(crate) fn time_zone(name: &str) -> Result<(), Refusal> {
    match jiff::tz::TimeZone::get(name) {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::Invalid { what: "time zone" }),
    }
}

/// A BCP 47 language such as `de` or `pt-BR`.
pub(crate) fn language(tag: &str) -> Result<(), Refusal> {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if fits { Ok(()) } else { Err(Refusal::Invalid { what: "language" }) }
}

/// Whether a text carries a card number: a run of 13 to 19 digits (blanks and dashes between them allowed)
/// that passes the Luhn check (ISO/IEC 7812-1) and is not all one digit.
pub(crate) fn holds_card_number(text: &str) -> bool {
    let mut run: Vec<u8> = Vec::new();
    for byte in text.bytes().chain([b'x']) {
        match byte {
            b'0'..=b'9' => run.push(byte - b'0'),
            b' ' | b'-' if !run.is_empty() => {}
            _ => {
                if (13..=19).contains(&run.len()) && luhn(&run) {
                    return true;
                }
                run.clear();
            }
        }
    }
    false
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let digit = u32::from(digit);
            match place % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn card(text: &str, expected: bool) {
        assert_eq!(holds_card_number(text), expected, "{text}");
    }

    #[test]
    fn card_numbers_are_found_in_free_text() {
        card("4111 1111 1111 1111", true);
        card("pay with 4242-4242-4242-4242 please", true);
        card("4111111111111112", false);
        card("0000000000000000", false);
        card("invoice 2024-0001", false);
        card("12345678901234567890123", false);
    }

    #[test]
    fn emails() {
        assert!(email("a@b.example", "email").is_ok());
        assert!(email("", "email").is_ok());
        for bad in ["a", "@b", "a@", "a@b@c", "a b@c"] {
            assert!(email(bad, "email").is_err(), "{bad}");
        }
    }
}

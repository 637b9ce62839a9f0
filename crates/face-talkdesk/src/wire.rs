//! Talkdesk's scalars: ids, dates, periods.
//!
//! Ids that an import kept are printed and read as they were. All others are spelled from the native id,
//! reversibly: a row as 32 hexadecimal digits, an account as 24 (seed 003). Only lower-case digits are read.

use billing::read::Names;
use domain::id::{CustomerId, LineId, MAX_SAFE_INTEGER};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const ROW_DIGITS: usize = 32;
const ACCOUNT_DIGITS: usize = 24;

/// A native line's id on the wire.
pub fn spell_row(id: LineId) -> String {
    format!("{:0ROW_DIGITS$x}", id.0)
}

/// The native line that a text spells, if any.
pub fn unspell_row(text: &str) -> Option<LineId> {
    unspell(text, ROW_DIGITS).map(LineId)
}

/// A native account's id on the wire.
pub fn spell_account(id: CustomerId) -> String {
    format!("{:0ACCOUNT_DIGITS$x}", id.0)
}

/// The native account that a text spells, if any.
pub fn unspell_account(text: &str) -> Option<CustomerId> {
    unspell(text, ACCOUNT_DIGITS).map(CustomerId)
}

/// The native id that an imported text of this kind (`line`, `customer`) would be read as, for the import's
/// check of collisions.
pub fn unspell_any(kind: &str, text: &str) -> Option<i64> {
    match kind {
        LineId::WORD => unspell_row(text).map(i64::from),
        CustomerId::WORD => unspell_account(text).map(i64::from),
        _ => None,
    }
}

fn unspell(text: &str, digits: usize) -> Option<i64> {
    let is_ours = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_ours {
        return None;
    }
    let value = u128::from_str_radix(text, 16).ok()?;
    i64::try_from(value).ok().filter(|id| (1..=MAX_SAFE_INTEGER).contains(id))
}

/// The id that an import kept, else the native one spelled.
pub(crate) fn row_id(names: &Names, id: LineId) -> String {
    names.get(LineId::WORD, id.0).map_or_else(|| spell_row(id), str::to_owned)
}

/// The id that an import kept, else the native one spelled.
pub(crate) fn account_id(names: &Names, id: CustomerId) -> String {
    names.get(CustomerId::WORD, id.0).map_or_else(|| spell_account(id), str::to_owned)
}

/// A civil day as the vendor prints it: midnight UTC with milliseconds.
pub(crate) fn instant(day: Date) -> String {
    format!("{day}T00:00:00.000Z")
}

/// `08/16/2023 - 09/15/2023`, both days included; `until` is the day after the last.
pub(crate) fn period(from: Date, until: Date) -> String {
    let last = until.yesterday().unwrap_or(until).max(from);
    let american = |day: Date| format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year());
    format!("{} - {}", american(from), american(last))
}

/// `2024-08-31`, or an instant with its zone, of which the day in UTC counts.
pub(crate) fn day(text: &str) -> Option<Date> {
    if text.len() > 10 {
        let at: Timestamp = text.parse().ok()?;
        return Some(at.to_zoned(TimeZone::UTC).date());
    }
    let is_shaped = text.len() == 10 && text.as_bytes()[4] == b'-';
    if is_shaped { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ids_read_back() {
        let mut ids: Vec<i64> =
            (0..53).flat_map(|bit| [1_i64 << bit, (1_i64 << bit) | 1, (1_i64 << bit) ^ 0x5a5a]).collect();
        ids.extend((0..5000).map(|step| 1 + step * (MAX_SAFE_INTEGER / 5000)));
        ids.push(MAX_SAFE_INTEGER);
        ids.retain(|id| (1..=MAX_SAFE_INTEGER).contains(id));
        for id in ids {
            let (row, account) = (spell_row(LineId(id)), spell_account(CustomerId(id)));
            assert_eq!((row.len(), account.len()), (32, 24));
            assert_eq!((unspell_row(&row), unspell_account(&account)), (Some(LineId(id)), Some(CustomerId(id))));
            assert_eq!((unspell_row(&account), unspell_account(&row)), (None, None));
            assert_eq!((unspell_any("line", &row), unspell_any("customer", &account)), (Some(id), Some(id)));
            assert_eq!(unspell_any("invoice", &row), None);
        }
    }

    #[test]
    fn the_vendors_own_ids_are_nobody() {
        let beyond = format!("{:024x}", MAX_SAFE_INTEGER + 1);
        for text in ["", "0", "5ea75fe7aa224700012eae40", &"0".repeat(24), &beyond, "00000000000000000000000A"] {
            assert_eq!(unspell_account(text), None, "{text}");
        }
        assert_eq!(unspell_row("8f3e643c16671acaf60e8bceddbc1877"), None);
        assert_eq!(unspell_row(&format!("+{:031x}", 5)), None);
    }

    #[test]
    fn periods_include_their_last_day() {
        assert_eq!(period(date(2023, 8, 16), date(2023, 9, 16)), "08/16/2023 - 09/15/2023");
        assert_eq!(period(date(2024, 2, 29), date(2024, 3, 1)), "02/29/2024 - 02/29/2024");
        assert_eq!(period(date(2024, 3, 1), date(2024, 3, 1)), "03/01/2024 - 03/01/2024");
    }

    #[test]
    fn days() {
        assert_eq!(instant(date(2024, 8, 31)), "2024-08-31T00:00:00.000Z");
        assert_eq!(day("2024-08-31"), Some(date(2024, 8, 31)));
        assert_eq!(day("2024-08-31T00:00:00.000Z"), Some(date(2024, 8, 31)));
        assert_eq!(day("2024-08-31T23:30:00-02:00"), Some(date(2024, 9, 1)));
        for text in
            ["", "20240831", "2024-8-31", "2024-02-30", "31/08/2024", "2024-08-31T00:00:00", "yesterday", "é123456789"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }
}

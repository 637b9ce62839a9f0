//! Zoom's scalars: ids, dates, quantities.
//!
//! Ids that an import kept are printed and read as they were. All others are spelled from the native id,
//! reversibly: an invoice as 32 hexadecimal digits that begin with `2c92`, as the vendor's do; an account
//! as 22 characters, `ac` and 20 hexadecimal digits. Only the one spelling with lower-case digits is read.

use billing::read::Names;
use domain::id::{CustomerId, InvoiceId, MAX_SAFE_INTEGER};
use domain::money::Decimal;
use jiff::civil::Date;

const INVOICE_PREFIX: &str = "2c92";
const INVOICE_DIGITS: usize = 28;
const ACCOUNT_PREFIX: &str = "ac";
const ACCOUNT_DIGITS: usize = 20;

/// A native invoice's id on the wire.
pub fn spell_invoice(id: InvoiceId) -> String {
    format!("{INVOICE_PREFIX}{:0INVOICE_DIGITS$x}", id.0)
}

/// The native invoice that a text spells, if any.
pub fn unspell_invoice(text: &str) -> Option<InvoiceId> {
    unspell(text, INVOICE_PREFIX, INVOICE_DIGITS).map(InvoiceId)
}

/// A native account's id on the wire.
pub fn spell_account(id: CustomerId) -> String {
    format!("{ACCOUNT_PREFIX}{:0ACCOUNT_DIGITS$x}", id.0)
}

/// The native account that a text spells, if any.
pub fn unspell_account(text: &str) -> Option<CustomerId> {
    unspell(text, ACCOUNT_PREFIX, ACCOUNT_DIGITS).map(CustomerId)
}

/// The native id that an imported text of this kind (`invoice`, `customer`) would be read as, for the
/// import's check of collisions.
pub fn unspell_any(kind: &str, text: &str) -> Option<i64> {
    match kind {
        InvoiceId::WORD => unspell_invoice(text).map(i64::from),
        CustomerId::WORD => unspell_account(text).map(i64::from),
        _ => None,
    }
}

fn unspell(text: &str, prefix: &str, digits: usize) -> Option<i64> {
    let hex = text.strip_prefix(prefix)?;
    let is_ours = hex.len() == digits && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_ours {
        return None;
    }
    // 20 digits of zeros and more are beyond what i64 can take, but never beyond u128.
    let value = u128::from_str_radix(hex, 16).ok()?;
    i64::try_from(value).ok().filter(|id| (1..=MAX_SAFE_INTEGER).contains(id))
}

/// The id that an import kept, else the native one spelled.
pub(crate) fn invoice_id(names: &Names, id: InvoiceId) -> String {
    names.get(InvoiceId::WORD, id.0).map_or_else(|| spell_invoice(id), str::to_owned)
}

/// The number; of a draft that has none a reference that says so and names the draft.
pub(crate) fn invoice_number(number: Option<&str>, id: InvoiceId) -> String {
    number.map_or_else(|| format!("DRAFT-{:X}", id.0), str::to_owned)
}

/// Clients read the quantity as an integer and take anything else for 0 without a word (contract 1.2), so
/// a part is sent as 1: the amount carries the price.
pub(crate) fn quantity(quantity: Decimal) -> i64 {
    quantity.whole().unwrap_or(1)
}

/// Exactly `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_shaped { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [i64; 8] = [1, 2, 9, 10, 4096, 1_000_000_007, MAX_SAFE_INTEGER - 1, MAX_SAFE_INTEGER];

    #[test]
    fn ids_read_back() {
        let mut ids: Vec<i64> = IDS.into();
        // A walk over the whole range, with all its lengths.
        ids.extend((0..53).flat_map(|bit| [1_i64 << bit, (1_i64 << bit) | 1, (1_i64 << bit) ^ 0x5a5a]));
        ids.extend((0..5000).map(|step| 1 + step * (MAX_SAFE_INTEGER / 5000)));
        ids.retain(|id| (1..=MAX_SAFE_INTEGER).contains(id));
        for id in ids {
            let invoice = spell_invoice(InvoiceId(id));
            assert_eq!((invoice.len(), &invoice[..4]), (32, "2c92"));
            assert_eq!(unspell_invoice(&invoice), Some(InvoiceId(id)));
            assert_eq!(unspell_any("invoice", &invoice), Some(id));
            let account = spell_account(CustomerId(id));
            assert_eq!(account.len(), 22);
            assert!(account.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert_eq!(unspell_account(&account), Some(CustomerId(id)));
            assert_eq!(unspell_any("customer", &account), Some(id));
            assert_eq!(unspell_account(&invoice), None);
            assert_eq!(unspell_invoice(&account), None);
            assert_eq!(unspell_any("line", &invoice), None);
        }
    }

    #[test]
    fn every_other_text_is_nobody() {
        let zero = spell_invoice(InvoiceId(0));
        let beyond = format!("2c92{:028x}", MAX_SAFE_INTEGER + 1);
        let huge = format!("2c92{}", "f".repeat(28));
        let upper = spell_invoice(InvoiceId(0xabc)).to_uppercase();
        let signed = format!("2c92+{:027x}", 5);
        for text in ["", "2c92", "2c92fghvb0580", ":invoiceId", "me", &zero, &beyond, &huge, &upper, &signed] {
            assert_eq!(unspell_invoice(text), None, "{text}");
        }
        for text in ["", "me", ":accountId", "ac", "ac0000000000000000000", "ac000000000000000000G1"] {
            assert_eq!(unspell_account(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_ten_characters() {
        assert_eq!(date("2020-08-07"), Some(jiff::civil::date(2020, 8, 7)));
        for text in ["", "2020-8-7", "20200807", "2020-08-07T00:00:00Z", "2020-02-30", "2020-13-01", "2020/08/07"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn parts_are_one() {
        let of = |text: &str| quantity(Decimal::parse(text).expect("a decimal"));
        assert_eq!([of("10"), of("10.0"), of("2.5"), of("0.1"), of("0"), of("-3")], [10, 10, 1, 1, 0, -3]);
    }

    #[test]
    fn a_draft_says_so() {
        assert_eq!(invoice_number(None, InvoiceId(0x1f4a)), "DRAFT-1F4A");
        assert_eq!(invoice_number(Some("Shjmr5INV00000001"), InvoiceId(1)), "Shjmr5INV00000001");
    }
}

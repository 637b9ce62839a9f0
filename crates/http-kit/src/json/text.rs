//! Tokens: strings and numbers, scanned, validated and escaped.

use std::borrow::Cow;

use super::JsonFaultKind as Kind;

/// Reads the string whose opening quote is at `start`: the offset behind its closing quote, and
/// its unescaped text when `keep` asks for it.
///
/// # Errors
/// The kind of fault and its offset.
pub(super) fn scan_string(text: &str, start: usize, keep: bool) -> Result<(usize, Cow<'_, str>), (Kind, usize)> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    let mut plain_from = at;
    let mut unescaped: Option<String> = None;
    loop {
        match bytes.get(at) {
            None => return Err((Kind::Truncated, at)),
            Some(b'"') => {
                let rest = &text[plain_from..at];
                let value = match unescaped {
                    Some(mut value) => {
                        value.push_str(rest);
                        Cow::Owned(value)
                    }
                    None => Cow::Borrowed(rest),
                };
                return Ok((at + 1, value));
            }
            Some(b'\\') => {
                let (character, end) = scan_escape(bytes, at)?;
                if keep {
                    let value = unescaped.get_or_insert_default();
                    value.push_str(&text[plain_from..at]);
                    value.push(character);
                    plain_from = end;
                }
                at = end;
            }
            Some(..0x20) => return Err((Kind::ControlCharacter, at)),
            Some(_) => at += 1,
        }
    }
}

/// Reads the escape whose backslash is at `at`: its character, and the offset behind it.
fn scan_escape(bytes: &[u8], at: usize) -> Result<(char, usize), (Kind, usize)> {
    let Some(letter) = bytes.get(at + 1) else {
        return Err((Kind::Truncated, at));
    };
    let plain = match letter {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return scan_unicode(bytes, at),
        _ => return Err((Kind::BadEscape, at)),
    };
    Ok((plain, at + 2))
}

fn scan_unicode(bytes: &[u8], at: usize) -> Result<(char, usize), (Kind, usize)> {
    let high = hex4(bytes, at + 2).map_err(|kind| (kind, at))?;
    if high == 0 {
        return Err((Kind::NulCharacter, at));
    }
    if let Some(character) = char::from_u32(high) {
        return Ok((character, at + 6));
    }
    // A surrogate: only a high one followed by a low one is a character.
    if high >= 0xdc00 {
        return Err((Kind::LoneSurrogate, at));
    }
    match (bytes.get(at + 6), bytes.get(at + 7)) {
        (None, _) | (Some(b'\\'), None) => return Err((Kind::Truncated, at)),
        (Some(b'\\'), Some(b'u')) => {}
        _ => return Err((Kind::LoneSurrogate, at)),
    }
    let low = hex4(bytes, at + 8).map_err(|kind| (kind, at + 6))?;
    if !(0xdc00..0xe000).contains(&low) {
        return Err((Kind::LoneSurrogate, at));
    }
    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    char::from_u32(code).map(|character| (character, at + 12)).ok_or((Kind::LoneSurrogate, at))
}

fn hex4(bytes: &[u8], start: usize) -> Result<u32, Kind> {
    let mut code = 0;
    for at in start..start + 4 {
        let byte = *bytes.get(at).ok_or(Kind::Truncated)?;
        let digit = char::from(byte).to_digit(16).ok_or(Kind::BadEscape)?;
        code = code * 16 + digit;
    }
    Ok(code)
}

/// A number token taken apart: `-12.50e+3` is `12`, `50`, `+3`.
pub(super) struct NumberParts<'a> {
    whole: &'a str,
    exponent: Option<&'a str>,
}

impl<'a> NumberParts<'a> {
    /// Reads `-?digits(.digits)?([eE][+-]?digits)?` and nothing else. Leading zeros pass here:
    /// JSON refuses them, numeric strings may have them.
    pub(super) fn of(token: &'a str) -> Option<Self> {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let unsigned = token.strip_prefix('-').unwrap_or(token);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let whole = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => whole,
            Some(_) => return None,
            None => mantissa,
        };
        let exponent_fits = exponent.is_none_or(|text| is_digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
        (is_digits(whole) && exponent_fits).then_some(Self { whole, exponent })
    }

    pub(super) fn has_leading_zero(&self) -> bool {
        self.whole.len() > 1 && self.whole.starts_with('0')
    }

    /// The exponent's absolute value, 0 without one; None when it does not even fit a u32.
    pub(super) fn exponent(&self) -> Option<u32> {
        let Some(text) = self.exponent else {
            return Some(0);
        };
        let digits = text.trim_start_matches(['+', '-']).trim_start_matches('0');
        if digits.is_empty() { Some(0) } else { digits.parse().ok() }
    }

    pub(super) fn has_exponent(&self) -> bool {
        self.exponent.is_some()
    }
}

/// Whether `token` is a plain decimal as JSON has it: no exponent, no leading zero.
pub(super) fn is_plain_decimal(token: &str) -> bool {
    NumberParts::of(token).is_some_and(|parts| !parts.has_exponent() && !parts.has_leading_zero())
}

/// Which bytes never stand in a JSON string as they are, by their value.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    special[b'"' as usize] = true;
    special[b'\\' as usize] = true;
    special
};

/// Appends `text` as a JSON string with its quotes. `slashes` escapes `/`, `ascii` everything
/// above U+007F, as PHP's json_encode does unless told otherwise.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str, slashes: bool, ascii: bool) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    write_escaped(out, text, slashes, ascii);
    out.push(b'"');
}

/// As [`write_string`], without the quotes.
pub(super) fn write_escaped(out: &mut Vec<u8>, text: &str, slashes: bool, ascii: bool) {
    let bytes = text.as_bytes();
    if !slashes && !ascii && !bytes.iter().any(|byte| SPECIAL[usize::from(*byte)]) {
        out.extend_from_slice(bytes);
        return;
    }
    let mut plain_from = 0;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let (width, short) = match byte {
            b'"' | b'\\' => (1, Some(byte)),
            b'/' if slashes => (1, Some(b'/')),
            0x8 => (1, Some(b'b')),
            0xc => (1, Some(b'f')),
            b'\n' => (1, Some(b'n')),
            b'\r' => (1, Some(b'r')),
            b'\t' => (1, Some(b't')),
            ..0x20 => (1, None),
            0x80.. if ascii => (text[at..].chars().next().map_or(1, char::len_utf8), None),
            _ => {
                at += 1;
                continue;
            }
        };
        out.extend_from_slice(&bytes[plain_from..at]);
        match short {
            Some(letter) => out.extend_from_slice(&[b'\\', letter]),
            None => {
                let mut units = [0_u16; 2];
                for character in text[at..at + width].chars() {
                    for unit in character.encode_utf16(&mut units) {
                        out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                    }
                }
            }
        }
        at += width;
        plain_from = at;
    }
    out.extend_from_slice(&bytes[plain_from..]);
}

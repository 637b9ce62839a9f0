//! JSON out: keys in the order they are written, decimals as their own text, no floats.

use std::fmt;
use std::io::Write as _;

use super::text::{is_plain_decimal, write_escaped, write_string};
use super::{Limits, check};

/// How the text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    is_pretty: bool,
    escapes_slashes: bool,
    escapes_non_ascii: bool,
}

impl Style {
    /// No blanks at all.
    pub const COMPACT: Self = Self { is_pretty: false, escapes_slashes: false, escapes_non_ascii: false };
    /// Four blanks of indentation, `"key": value`.
    pub const PRETTY: Self = Self { is_pretty: true, escapes_slashes: false, escapes_non_ascii: false };
    /// As PHP's `json_encode` with `JSON_PRETTY_PRINT`: [`Style::PRETTY`], and `/` and all
    /// non-ASCII characters escaped. ChargeOver's recorded answers look like this.
    pub const PHP_PRETTY: Self = Self { is_pretty: true, escapes_slashes: true, escapes_non_ascii: true };
}

/// Writes one object.
pub fn object(style: Style, fill: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut out = Out { text: Vec::with_capacity(512), style, depth: 0 };
    out.object(fill);
    out.text
}

/// Writes one array.
pub fn array(style: Style, fill: impl FnOnce(&mut Array<'_>)) -> Vec<u8> {
    let mut out = Out { text: Vec::with_capacity(512), style, depth: 0 };
    out.array(fill);
    out.text
}

struct Out {
    text: Vec<u8>,
    style: Style,
    depth: usize,
}

impl Out {
    fn object(&mut self, fill: impl FnOnce(&mut Object<'_>)) {
        self.text.push(b'{');
        self.depth += 1;
        let mut object = Object { out: self, is_empty: true };
        fill(&mut object);
        let is_empty = object.is_empty;
        self.close(b'}', is_empty);
    }

    fn array(&mut self, fill: impl FnOnce(&mut Array<'_>)) {
        self.text.push(b'[');
        self.depth += 1;
        let mut array = Array { out: self, is_empty: true };
        fill(&mut array);
        let is_empty = array.is_empty;
        self.close(b']', is_empty);
    }

    fn close(&mut self, closing: u8, is_empty: bool) {
        self.depth -= 1;
        if !is_empty {
            self.new_line();
        }
        self.text.push(closing);
    }

    /// Stands where the next member begins.
    fn next(&mut self, is_empty: &mut bool) {
        if !std::mem::replace(is_empty, false) {
            self.text.push(b',');
        }
        self.new_line();
    }

    fn new_line(&mut self) {
        if self.style.is_pretty {
            self.text.push(b'\n');
            for _ in 0..self.depth {
                self.text.extend_from_slice(b"    ");
            }
        }
    }

    fn string(&mut self, text: &str) {
        write_string(&mut self.text, text, self.style.escapes_slashes, self.style.escapes_non_ascii);
    }

    /// A string made by `Display`, escaped while it is made.
    fn text(&mut self, value: impl fmt::Display) {
        struct Escaped<'o>(&'o mut Out);
        impl fmt::Write for Escaped<'_> {
            fn write_str(&mut self, part: &str) -> fmt::Result {
                let Style { escapes_slashes, escapes_non_ascii, .. } = self.0.style;
                write_escaped(&mut self.0.text, part, escapes_slashes, escapes_non_ascii);
                Ok(())
            }
        }
        self.text.push(b'"');
        fmt::Write::write_fmt(&mut Escaped(self), format_args!("{value}")).expect("writing to memory does not fail");
        self.text.push(b'"');
    }

    fn display(&mut self, value: impl fmt::Display) {
        write!(self.text, "{value}").expect("writing to memory does not fail");
    }

    /// Prints a decimal bare. A text that is none would break the whole answer; it is printed
    /// as a string instead, and tests stop at it.
    fn decimal(&mut self, value: impl fmt::Display) {
        let start = self.text.len();
        self.display(value);
        let is_fine = std::str::from_utf8(&self.text[start..]).is_ok_and(is_plain_decimal);
        debug_assert!(is_fine, "a decimal is preformatted");
        if !is_fine {
            let text = String::from_utf8_lossy(&self.text[start..]).into_owned();
            tracing::error!("a decimal was not preformatted; it is sent as a string");
            self.text.truncate(start);
            self.string(&text);
        }
    }

    /// Inserts stored JSON as it is. What is not JSON is left out as null, and tests stop at it.
    fn raw(&mut self, json: &str) {
        let limits = Limits { number_chars: usize::MAX, exponent: u32::MAX, ..Limits::default() };
        let is_fine = check(json.as_bytes(), &limits).is_ok();
        debug_assert!(is_fine, "raw JSON is valid");
        if is_fine {
            self.text.extend_from_slice(json.trim().as_bytes());
        } else {
            tracing::error!("stored JSON was not valid; null is sent");
            self.text.extend_from_slice(b"null");
        }
    }
}

/// An object being written. Each method writes one member.
pub struct Object<'w> {
    out: &'w mut Out,
    is_empty: bool,
}

impl Object<'_> {
    fn key(&mut self, key: &str) -> &mut Out {
        self.out.next(&mut self.is_empty);
        self.out.string(key);
        self.out.text.extend_from_slice(if self.out.style.is_pretty { b": " } else { b":" });
        self.out
    }

    /// A string.
    pub fn str(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key).string(value);
        self
    }

    /// A string, or null.
    pub fn opt_str(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.str(key, value),
            None => self.null(key),
        }
    }

    /// A string from anything that prints: ids, dates.
    pub fn text(&mut self, key: &str, value: impl fmt::Display) -> &mut Self {
        self.key(key).text(value);
        self
    }

    /// An integer.
    pub fn int(&mut self, key: &str, value: impl Into<i128>) -> &mut Self {
        self.key(key).display(value.into());
        self
    }

    /// An integer, or null.
    pub fn opt_int(&mut self, key: &str, value: Option<impl Into<i128>>) -> &mut Self {
        match value {
            Some(value) => self.int(key, value),
            None => self.null(key),
        }
    }

    /// A bare number from a preformatted plain decimal (`450`, `-0.5`).
    pub fn dec(&mut self, key: &str, value: impl fmt::Display) -> &mut Self {
        self.key(key).decimal(value);
        self
    }

    /// A bare number, or null.
    pub fn opt_dec(&mut self, key: &str, value: Option<impl fmt::Display>) -> &mut Self {
        match value {
            Some(value) => self.dec(key, value),
            None => self.null(key),
        }
    }

    /// true or false.
    pub fn bool(&mut self, key: &str, value: bool) -> &mut Self {
        self.key(key).display(value);
        self
    }

    /// null.
    pub fn null(&mut self, key: &str) -> &mut Self {
        self.key(key).display("null");
        self
    }

    /// Stored JSON, inserted as it is.
    pub fn raw(&mut self, key: &str, json: &str) -> &mut Self {
        self.key(key).raw(json);
        self
    }

    /// A nested object.
    pub fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        self.key(key).object(fill);
        self
    }

    /// An array of objects, one per item.
    pub fn array<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(T, &mut Object<'_>),
    ) -> &mut Self {
        self.list(key, |list| {
            for item in items {
                list.object(|object| fill(item, object));
            }
        })
    }

    /// An array of strings.
    pub fn array_of_strs<T: AsRef<str>>(&mut self, key: &str, items: impl IntoIterator<Item = T>) -> &mut Self {
        self.list(key, |list| {
            for item in items {
                list.str(item.as_ref());
            }
        })
    }

    /// An array of anything.
    pub fn list(&mut self, key: &str, fill: impl FnOnce(&mut Array<'_>)) -> &mut Self {
        self.key(key).array(fill);
        self
    }
}

/// An array being written. Each method writes one element.
pub struct Array<'w> {
    out: &'w mut Out,
    is_empty: bool,
}

impl Array<'_> {
    fn next(&mut self) -> &mut Out {
        self.out.next(&mut self.is_empty);
        self.out
    }

    /// A string.
    pub fn str(&mut self, value: &str) -> &mut Self {
        self.next().string(value);
        self
    }

    /// An integer.
    pub fn int(&mut self, value: impl Into<i128>) -> &mut Self {
        self.next().display(value.into());
        self
    }

    /// A bare number from a preformatted plain decimal.
    pub fn dec(&mut self, value: impl fmt::Display) -> &mut Self {
        self.next().decimal(value);
        self
    }

    /// true or false.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.next().display(value);
        self
    }

    /// null.
    pub fn null(&mut self) -> &mut Self {
        self.next().display("null");
        self
    }

    /// Stored JSON, inserted as it is.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.next().raw(json);
        self
    }

    /// An object.
    pub fn object(&mut self, fill: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        self.next().object(fill);
        self
    }

    /// A nested array.
    pub fn list(&mut self, fill: impl FnOnce(&mut Array<'_>)) -> &mut Self {
        self.next().array(fill);
        self
    }
}

#[cfg(test)]
mod tests;

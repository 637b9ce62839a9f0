//! Pages: `?limit=` (1 to 200, 50 unless given) and `&cursor=`, the opaque `next_cursor` of the page before.

use crate::call::Call;
use crate::errors::Fault;
use crate::routes::Parameter;
use crate::schema::{Components, Schema};
use billing::query::Cursor;
use domain::id::InvoiceId;
use http_kit::Answer;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) const DEFAULT_LIMIT: u32 = 50;
pub(crate) const MAX_LIMIT: u32 = 200;

/// `?limit=`.
pub(crate) const LIMIT: Parameter = Parameter { name: "limit", about: "Rows of a page.", schema: limit_schema };

/// `?cursor=`.
pub(crate) const CURSOR: Parameter =
    Parameter { name: "cursor", about: "The next_cursor of the page before.", schema: String::schema };

fn limit_schema(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT})
}

/// What every list answers.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T: Schema> Schema for Page<T> {
    fn schema(all: &mut Components) -> Value {
        json!({
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": T::schema(all)},
                "next_cursor": {
                    "type": ["string", "null"],
                    "description": "Where the next page begins; null on the last one.",
                },
            },
            "required": ["data", "next_cursor"],
        })
    }
}

impl<T: Serialize> Page<T> {
    /// The page's answer.
    pub(crate) fn into_answer(self) -> Answer {
        crate::answers::json(200, &self)
    }

    /// A page of a short list that is always answered whole.
    pub(crate) fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }
}

/// A page of a list in the order of its ids.
pub(crate) struct ById {
    prefix: &'static str,
    /// The last id of the page before; 0 on the first.
    pub(crate) after: i64,
    limit: u32,
}

impl ById {
    /// Reads the page's place. `prefix` names the list, so that a cursor of another is refused.
    pub(crate) fn of(call: &Call, prefix: &'static str) -> Result<Self, Fault> {
        let limit = limit(call)?;
        let after = match call.parameter("cursor") {
            None => 0,
            Some(text) => text
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix('.'))
                .and_then(parse_hex)
                .filter(|after| *after > 0)
                .ok_or_else(not_a_cursor)?,
        };
        Ok(Self { prefix, after, limit })
    }

    /// How many rows to ask for: one more than are shown, to know whether there is another page.
    pub(crate) fn wanted(&self) -> u32 {
        self.limit + 1
    }

    /// The page of `rows`, each with its id.
    pub(crate) fn page<R, T>(&self, mut rows: Vec<R>, id: impl Fn(&R) -> i64, to_wire: impl Fn(R) -> T) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| has_more).map(id);
        Page {
            next_cursor: last.map(|id| format!("{}.{id:x}", self.prefix)),
            data: rows.into_iter().map(to_wire).collect(),
        }
    }
}

/// The page's size.
pub(crate) fn limit(call: &Call) -> Result<u32, Fault> {
    let Some(text) = call.parameter("limit") else { return Ok(DEFAULT_LIMIT) };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().ok().filter(|limit| is_plain && (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| Fault::parameter("limit", format!("a page has 1 to {MAX_LIMIT} rows")))
}

/// Where a page of invoices begins: the last row before it, newest first.
pub(crate) fn invoice_cursor(call: &Call) -> Result<Option<Cursor>, Fault> {
    call.parameter("cursor").map(|text| read_cursor(text).ok_or_else(not_a_cursor)).transpose()
}

fn read_cursor(text: &str) -> Option<Cursor> {
    let (created_at, id) = text.strip_prefix(INVOICES)?.strip_prefix('.')?.split_once('.')?;
    Some(Cursor {
        created_at: Timestamp::from_microsecond(parse_hex(created_at)?).ok()?,
        id: InvoiceId(parse_hex(id).filter(|id| *id > 0)?),
    })
}

pub(crate) fn spell_cursor(cursor: &Cursor) -> String {
    format!("{INVOICES}.{:x}.{:x}", cursor.created_at.as_microsecond(), cursor.id.0)
}

const INVOICES: &str = InvoiceId::PREFIX;

/// Hexadecimal digits of an i64 as `{:x}` prints them (two's complement).
fn parse_hex(text: &str) -> Option<i64> {
    let is_plain = (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_plain { u64::from_str_radix(text, 16).ok().map(u64::cast_signed) } else { None }
}

fn not_a_cursor() -> Fault {
    Fault::parameter("cursor", "take the next_cursor of the page before, as it is")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back() {
        for micros in [0, 1_700_000_000_000_000, -5] {
            let created_at = Timestamp::from_microsecond(micros).expect("an instant");
            let cursor = Cursor { created_at, id: InvoiceId(77) };
            assert_eq!(read_cursor(&spell_cursor(&cursor)), Some(cursor));
        }
        for text in
            ["", "inv", "inv.1", "inv.1.0", "inv.1.x", "cus.1.2", "inv.1.2.3", "inv.+1.2", "inv.ffffffffffffffff0.1"]
        {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }
}

//! What an invoice prints: one table, a row per field of the seed in the seed's order (seed 004).
//!
//! A row says the field's name, its JSON shape, its unit, where the value comes from and when it is null; the
//! sources that no vendor's text explains are decisions of contract 3.4. Amounts are in major units of the
//! invoice's currency. The tables of the three objects lie beside this file.

mod header;
mod line;
mod schedule;

pub(crate) use header::{Header, write_detail, write_row};

/// The JSON type of a field when it is not null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Integer,
    Number,
    Text,
    Boolean,
}

/// What a field means, for readers and for the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    pub name: &'static str,
    pub shape: Shape,
    /// `id`, `money`, `day`, `local time`, `days`, `percent`, ... or empty.
    pub unit: &'static str,
    pub source: &'static str,
    /// When the field is null: `never`, `empty`, `always`, or the case.
    pub null_when: &'static str,
}

/// Every field: the object it belongs to (`invoice`, `line_items`, `schedule`) and its meaning, in the order
/// printed.
pub fn meanings() -> impl Iterator<Item = (&'static str, Meaning)> {
    let header = header::HEADER.iter().chain(header::BEHIND).map(|field| ("invoice", field.meaning));
    let line = line::LINE.iter().map(|field| ("line_items", field.meaning));
    let schedule = schedule::SCHEDULE.iter().map(|meaning| ("schedule", *meaning));
    header.chain(line).chain(schedule)
}

/// A row with a reader: `name: Shape [unit] "source", null "when" => |object| value;`
macro_rules! fields {
    ($object:ident; $($name:literal: $shape:ident [$unit:literal] $source:literal, null $when:literal => $read:expr;)+) => {
        &[$($crate::invoice::fields::$object {
            meaning: $crate::invoice::fields::Meaning {
                name: $name,
                shape: $crate::invoice::fields::Shape::$shape,
                unit: $unit,
                source: $source,
                null_when: $when,
            },
            read: $read,
        }),+]
    };
}
use fields;

use crate::wire::Value;

/// A field of the header.
pub(crate) struct HeaderField {
    pub(crate) meaning: Meaning,
    pub(crate) read: for<'a> fn(&'a Header<'_>) -> Value<'a>,
}

/// A field of a line.
pub(crate) struct LineField {
    pub(crate) meaning: Meaning,
    pub(crate) read: for<'a> fn(&'a line::Row<'_>) -> Value<'a>,
}

/// The value of the custom field with this index; null when it has none.
fn custom(values: &[domain::invoice::view::CustomFieldValue], index: i64) -> Value<'_> {
    let found = values.iter().find(|value| value.index == index);
    found.map_or(Value::Null, |found| crate::wire::text(&found.value))
}

#[cfg(test)]
mod tests;

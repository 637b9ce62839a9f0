//! Schemas of plain values with their bounds, for `field: Type as SCHEMA` in requests. The verbs judge the values;
//! these say beforehand what they will accept, never more narrowly than the verbs do.

use super::{Components, Value, json};

/// A text that must say something, of at most 100 characters.
pub(crate) fn short(_: &mut Components) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 100, "example": "Standard"})
}

/// A text of at most 100 characters.
pub(crate) fn short_or_empty(_: &mut Components) -> Value {
    json!({"type": "string", "maxLength": 100})
}

/// A text that must say something, of at most 255 characters.
pub(crate) fn line(_: &mut Components) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 255, "example": "Example"})
}

/// A text of at most 255 characters.
pub(crate) fn line_or_empty(_: &mut Components) -> Value {
    json!({"type": "string", "maxLength": 255})
}

/// A text of at most 10,000 characters.
pub(crate) fn long_or_empty(_: &mut Components) -> Value {
    json!({"type": "string", "maxLength": 10_000})
}

/// A list of short texts.
pub(crate) fn shorts(_: &mut Components) -> Value {
    json!({"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 100}})
}

/// Labels of a document.
pub(crate) fn tags(_: &mut Components) -> Value {
    json!({"type": "array", "maxItems": 50, "items": {"type": "string", "minLength": 1, "maxLength": 100}})
}

/// An e-mail address, or nothing.
pub(crate) fn email(_: &mut Components) -> Value {
    json!({
        "type": "string",
        "maxLength": 255,
        "pattern": "^$|^[^@ \\t\\r\\n]+@[^@ \\t\\r\\n]+$",
        "example": "billing@example.com",
    })
}

/// An IANA name.
pub(crate) fn time_zone(_: &mut Components) -> Value {
    json!({"type": "string", "minLength": 1, "example": "Europe/Berlin"})
}

/// A language of BCP 47.
pub(crate) fn language(_: &mut Components) -> Value {
    json!({"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "example": "pt-BR"})
}

/// Days of payment terms.
pub(crate) fn term_days(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": 3_660, "example": 30})
}

/// The year in which a card is last good.
pub(crate) fn expiry_year(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 2_000, "maximum": 9_999, "example": 2030})
}

/// The month in which a card is last good.
pub(crate) fn expiry_month(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 12, "example": 9})
}

/// The last digits of a number, or nothing.
pub(crate) fn four_digits(_: &mut Components) -> Value {
    json!({"type": "string", "pattern": "^([0-9]{4})?$", "example": "2145"})
}

/// Intervals, cycles.
pub(crate) fn count(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 3_660, "example": 1})
}

/// A whole number above zero.
pub(crate) fn positive(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_i64, "example": 50})
}

/// Least digits of a number.
pub(crate) fn number_width(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 12, "example": 6})
}

/// A place among 99.
pub(crate) fn field_index(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 99, "example": 1})
}

/// Characters of a custom field.
pub(crate) fn field_length(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 10_000, "example": 255})
}

/// A kind of object that has custom fields.
pub(crate) fn field_object(_: &mut Components) -> Value {
    json!({"type": "string", "enum": domain::custom_field::OBJECT_KINDS})
}

/// A place in a list, from 0.
pub(crate) fn place(_: &mut Components) -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": 10_000, "example": 0})
}

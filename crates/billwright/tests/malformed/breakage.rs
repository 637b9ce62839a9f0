//! Ways to break a body that was valid.

use super::values;
use fastrand::Rng;
use serde_json::Value;

/// Breaks a JSON value, or leaves it whole now and then.
pub fn body(random: &mut Rng, valid: &Value) -> Vec<u8> {
    let text = valid.to_string();
    match random.u8(..24) {
        0 => text.into_bytes(),
        1 => truncated(random, text),
        2 => Vec::new(),
        3 => values::one(random, &[" ", "\n", "null", "[]", "\"\"", "0", "true", "{}", "[{}]", "\u{feff}{}"]).into(),
        4 => values::token(random).into_bytes(),
        5 => values::deep(random).into_bytes(),
        6 => doubled_key(random, &text),
        7 => format!("{text}{}", values::one(random, &["}", "x", "{}", ",", "\0", "\u{feff}", "// end", "/* */"]))
            .into_bytes(),
        8 => flipped(random, text),
        9 => with_byte(random, text, &[0x00, 0x01, 0x1f, 0x7f, 0xff, 0xc0, 0xed, 0xf8]),
        10 => text.replace('"', "'").into_bytes(),
        11 => text.replace(',', ",,").into_bytes(),
        12 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        13 => {
            let size = random.usize(1..3) * (1 << 20) + random.usize(..1_000);
            format!("{{\"note\":\"{}\"}}", "x".repeat(size)).into_bytes()
        }
        _ => changed(random, valid).into_bytes(),
    }
}

fn truncated(random: &mut Rng, text: String) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    bytes.truncate(random.usize(..=bytes.len()));
    bytes
}

fn flipped(random: &mut Rng, text: String) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..bytes.len());
        bytes[at] ^= 1 << random.u8(..8);
    }
    bytes
}

fn with_byte(random: &mut Rng, text: String, bytes: &[u8]) -> Vec<u8> {
    let mut whole = text.into_bytes();
    whole.insert(random.usize(..=whole.len()), bytes[random.usize(..bytes.len())]);
    whole
}

/// `{"a":1,"b":2}` with one member said twice.
fn doubled_key(random: &mut Rng, text: &str) -> Vec<u8> {
    let first = text.strip_prefix('{').and_then(|rest| rest.split_once(':')).map(|(key, _)| key).unwrap_or("\"a\"");
    let again = format!("{{{first}:{},", values::token(random));
    let whole = match text.strip_prefix('{') {
        Some("}") => format!("{again}{first}:1}}"),
        Some(rest) => format!("{again}{rest}"),
        None => format!("{again}{first}:1}}"),
    };
    whole.into_bytes()
}

/// One value, somewhere, becomes another; or a member goes or comes.
fn changed(random: &mut Rng, valid: &Value) -> String {
    let mut places = 0;
    count(valid, &mut places);
    let mut at = random.usize(..places.max(1));
    let mut text = String::new();
    // A token that serde_json would not print is put in place of a mark.
    write(valid, &mut at, random, &mut text);
    text
}

fn count(value: &Value, places: &mut usize) {
    *places += 1;
    match value {
        Value::Object(members) => members.values().for_each(|inner| count(inner, places)),
        Value::Array(rows) => rows.iter().for_each(|inner| count(inner, places)),
        _ => {}
    }
}

fn write(value: &Value, at: &mut usize, random: &mut Rng, text: &mut String) {
    let is_here = *at == 0;
    *at = at.wrapping_sub(1);
    match value {
        _ if is_here && random.u8(..4) > 0 => text.push_str(&replaced(value, random)),
        Value::Object(members) => {
            text.push('{');
            let gone =
                if is_here && random.bool() { members.keys().nth(random.usize(..members.len().max(1))) } else { None };
            let kept = members.iter().filter(|(name, _)| Some(*name) != gone);
            for (place, (name, inner)) in kept.enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                text.push_str(&format!("{}:", Value::from(name.as_str())));
                write(inner, at, random, text);
            }
            if is_here && gone.is_none() {
                text.push_str(if members.is_empty() { "" } else { "," });
                text.push_str(&format!("{}:{}", Value::from(values::text(random)), values::token(random)));
            }
            text.push('}');
        }
        Value::Array(rows) => {
            text.push('[');
            let times = if is_here { random.usize(2..2_000) } else { 1 };
            for (place, inner) in rows.iter().chain(rows.first().into_iter().cycle().take(times - 1)).enumerate() {
                text.push_str(if place == 0 { "" } else { "," });
                write(inner, at, random, text);
            }
            text.push(']');
        }
        _ => text.push_str(&value.to_string()),
    }
}

/// Something else in place of a value, often of its own type.
fn replaced(value: &Value, random: &mut Rng) -> String {
    match value {
        Value::String(_) if random.bool() => values::quoted(random),
        Value::Number(_) if random.bool() => values::number(random),
        // A number's text: what is read as a decimal must bear it.
        Value::String(_) if random.bool() => Value::from(values::number(random)).to_string(),
        _ => values::token(random),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_breakage_can_be_made() {
        let mut random = Rng::with_seed(7);
        for valid in [json!({"a": {"b": [1, "x", null]}, "c": "d"}), json!({}), json!([]), json!(1)] {
            for _ in 0..2_000 {
                body(&mut random, &valid);
            }
        }
    }

    #[test]
    fn a_key_is_doubled() {
        let mut random = Rng::with_seed(7);
        let text = String::from_utf8_lossy(&doubled_key(&mut random, r#"{"a":1,"b":2}"#)).into_owned();
        assert_eq!(text.matches("\"a\":").count(), 2);
        assert!(text.ends_with("\"a\":1,\"b\":2}"));
    }
}

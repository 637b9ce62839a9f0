//! Compares an answer with a vendor's sample: the sample's keys as an ordered prefix of every object, the same
//! JSON types, the same values. Numbers are compared as they are written, so that `2039` is not `2039.0`.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON text that keeps the order of keys and the spelling of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// The token as written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a JSON text.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn parse(text: &str) -> Json {
        match read(text) {
            Ok(json) => json,
            Err(error) => panic!("not JSON: {error}\n{text}"),
        }
    }

    /// The value of a key of an object, or of an index of a list: `get("invoice_items").get("0")`.
    ///
    /// # Panics
    /// When it is not there.
    #[track_caller]
    pub fn get(&self, key: &str) -> &Json {
        let found = match self {
            Json::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Json::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
        found.unwrap_or_else(|| panic!("no {key} in {self:?}"))
    }

    /// Whether an object has the key.
    pub fn has(&self, key: &str) -> bool {
        matches!(self, Json::Object(members) if members.iter().any(|(name, _)| name == key))
    }

    /// The text of a string, or the token of a number.
    ///
    /// # Panics
    /// When it is neither.
    #[track_caller]
    pub fn text(&self) -> &str {
        match self {
            Json::Text(text) | Json::Number(text) => text,
            other => panic!("neither a string nor a number: {other:?}"),
        }
    }

    /// The items of a list.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            other => panic!("not a list: {other:?}"),
        }
    }

    /// The keys of an object in their order.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn keys(&self) -> Vec<&str> {
        match self {
            Json::Object(members) => members.iter().map(|(name, _)| name.as_str()).collect(),
            other => panic!("not an object: {other:?}"),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

/// An object's members in order, their values unread.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

fn read(text: &str) -> serde_json::Result<Json> {
    let text = text.trim();
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let members: Members = serde_json::from_str(text)?;
            let read_one = |(name, raw): (String, Box<RawValue>)| Ok((name, read(raw.get())?));
            Json::Object(members.0.into_iter().map(read_one).collect::<serde_json::Result<_>>()?)
        }
        Some(b'[') => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(text)?;
            Json::List(items.iter().map(|raw| read(raw.get())).collect::<serde_json::Result<_>>()?)
        }
        Some(b'"') => Json::Text(serde_json::from_str(text)?),
        Some(b't' | b'f') => Json::Bool(serde_json::from_str(text)?),
        Some(b'n') => {
            let () = serde_json::from_str(text)?;
            Json::Null
        }
        _ => {
            let number: Box<RawValue> = serde_json::from_str(text)?;
            Json::Number(number.get().to_owned())
        }
    })
}

/// Checks that `answer` prints what `seed` prints: in every object the seed's keys first and in its order (more
/// may follow), in every list as many items, everywhere the same JSON type and value.
///
/// # Panics
/// At the first difference, with its place.
#[track_caller]
pub fn assert_prefix(seed: &str, answer: &str) {
    if let Err(difference) = compare(&Json::parse(seed), &Json::parse(answer), "$") {
        panic!("{difference}\nanswer: {answer}");
    }
}

fn compare(seed: &Json, answer: &Json, place: &str) -> Result<(), String> {
    match (seed, answer) {
        (Json::Object(wanted), Json::Object(found)) => {
            for (at, (name, value)) in wanted.iter().enumerate() {
                let Some((found_name, found_value)) = found.get(at) else {
                    return Err(format!("{place}: key {name} is missing"));
                };
                if found_name != name {
                    return Err(format!("{place}: key {at} is {found_name}, the sample has {name}"));
                }
                compare(value, found_value, &format!("{place}.{name}"))?;
            }
            Ok(())
        }
        (Json::List(wanted), Json::List(found)) => {
            if wanted.len() != found.len() {
                return Err(format!("{place}: {} items, the sample has {}", found.len(), wanted.len()));
            }
            wanted
                .iter()
                .zip(found)
                .enumerate()
                .try_for_each(|(at, (wanted, found))| compare(wanted, found, &format!("{place}[{at}]")))
        }
        _ if seed == answer => Ok(()),
        _ => Err(format!("{place}: {answer:?} ({}), the sample has {seed:?} ({})", answer.kind(), seed.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seed: &str, answer: &str, difference: Option<&str>) {
        let found = compare(&Json::parse(seed), &Json::parse(answer), "$");
        match (found, difference) {
            (Ok(()), None) => {}
            (Err(found), Some(wanted)) => assert!(found.starts_with(wanted), "{found}"),
            (found, wanted) => panic!("{found:?}, wanted {wanted:?}"),
        }
    }

    #[test]
    fn prefixes() {
        check(r#"{"a":1,"b":[{"c":"x"}]}"#, r#"{"a":1,"b":[{"c":"x","d":null}],"e":2}"#, None);
        check(r#"{"a":1}"#, r#"{"b":2,"a":1}"#, Some("$: key 0 is b"));
        check(r#"{"a":1,"b":2}"#, r#"{"a":1}"#, Some("$: key b is missing"));
        check(r#"{"a":2039}"#, r#"{"a":2039.0}"#, Some("$.a: Number"));
        check(r#"{"a":"1"}"#, r#"{"a":1}"#, Some("$.a: Number"));
        check(r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, Some("$.a: 2 items"));
        check(r#"[true,null," x"]"#, r#"[true,null," x"]"#, None);
        check(r#"[true]"#, r#"[false]"#, Some("$[0]: Bool"));
    }
}

//! Values that fit a JSON Schema: the bodies that are then broken, and now and then left whole.

use super::values;
use fastrand::Rng;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Ids that were seen, by the prefix of their spelling (`inv`), or by the name of the face.
pub type Ids = BTreeMap<String, Vec<String>>;

/// Makes values for the schemas of one OpenAPI document.
pub struct Sampler<'d> {
    pub document: &'d Value,
    pub ids: &'d Ids,
    /// Take what the schema still admits and nobody expects.
    pub is_wild: bool,
}

impl Sampler<'_> {
    /// A value that the schema admits, as far as it says so itself.
    pub fn value(&self, schema: &Value, random: &mut Rng) -> Value {
        self.at(schema, random, 0)
    }

    fn at(&self, schema: &Value, random: &mut Rng, depth: usize) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            let target = self.document.pointer(name.trim_start_matches('#')).unwrap_or(&Value::Null);
            return self.at(target, random, depth);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(list) = schema[choice].as_array().filter(|list| !list.is_empty()) {
                return self.at(&list[random.usize(..list.len())], random, depth);
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            let mut merged = Map::new();
            for part in all {
                if let Value::Object(members) = self.at(part, random, depth) {
                    merged.extend(members);
                }
            }
            return Value::Object(merged);
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(words) = schema["enum"].as_array().filter(|words| !words.is_empty()) {
            return words[random.usize(..words.len())].clone();
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = if kinds.is_empty() { "" } else { kinds[random.usize(..kinds.len())] };
        match kind {
            "object" => self.object(schema, random, depth),
            "array" => {
                let most = if depth > 4 { 0 } else { 3 };
                let count = random.usize(usize::from(depth < 4)..=most);
                Value::Array((0..count).map(|_| self.at(&schema["items"], random, depth + 1)).collect())
            }
            "integer" => {
                let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
                if self.is_wild {
                    let ends = [least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX), 0, 1, 36_500, 1 << 53];
                    return json!(ends[random.usize(..ends.len())]);
                }
                let least = least.unwrap_or(0).max(-5);
                let most = most.unwrap_or(100).min(least.saturating_add(100));
                json!(random.i64(least..=most.max(least)))
            }
            "number" => json!(random.u32(1..500)),
            "boolean" => json!(random.bool()),
            "null" => Value::Null,
            "string" => self.string(schema, random),
            _ => schema.get("example").cloned().unwrap_or_else(|| json!({})),
        }
    }

    fn object(&self, schema: &Value, random: &mut Rng, depth: usize) -> Value {
        let needed: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        let chance = if depth > 3 { 0 } else { random.u8(..160) };
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            if needed.contains(&name.as_str()) || random.u8(..) < chance {
                object.insert(name.clone(), self.at(inner, random, depth + 1));
            }
        }
        Value::Object(object)
    }

    fn string(&self, schema: &Value, random: &mut Rng) -> Value {
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        if let Some(prefix) = pattern.strip_prefix('^').and_then(|rest| rest.split_once('_')).map(|(prefix, _)| prefix)
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
        {
            return json!(known(self.ids, prefix, random).unwrap_or_else(|| format!("{prefix}_100200")));
        }
        if pattern.contains("[0-9]+") && self.is_wild {
            return json!(values::one(
                random,
                &[
                    "0",
                    "0.00",
                    "-1.00",
                    "-0.01",
                    "90071992547409.91",
                    "90071992547409.92",
                    "9007199254740991",
                    "1.00",
                    "999999999999",
                    "0.000000000001",
                    "0.005",
                    "3.3000000000000003",
                    "92233720368547758.07",
                    "10.00",
                    "0000000000000001.50",
                    "9223372036854775807",
                    "100",
                ],
            ));
        }
        if schema["format"] == "date" && self.is_wild {
            return json!(values::one(
                random,
                &["0001-01-01", "9999-12-31", "1970-01-01", "2026-11-22", "2000-02-29", "-000001-01-01", "9999-01-01"],
            ));
        }
        if schema.get("format").is_none() && self.is_wild && pattern.is_empty() && random.bool() {
            return json!(values::text(random));
        }
        if pattern.contains("[0-9]+") {
            return json!(values::one(random, &["1.00", "10.00", "0.50", "100", "7.25", "19.99", "2"]));
        }
        if schema["format"] == "date" {
            return json!(values::one(random, &["2026-01-31", "2026-11-22", "2027-03-01", "2020-02-29"]));
        }
        match schema.get("example") {
            Some(example) if random.u8(..) < 240 => example.clone(),
            _ => json!(values::one(random, &["text", "Net 30", "Acme Ltd", "note é", "REF-1", "Europe/Berlin"])),
        }
    }
}

/// One of the ids seen under a name.
pub fn known(ids: &Ids, name: &str, random: &mut Rng) -> Option<String> {
    let list = ids.get(name)?;
    (!list.is_empty()).then(|| list[random.usize(..list.len())].clone())
}

/// Remembers the ids in an answer: everything that is spelled `inv_5`, and what stands under a name that ends in
/// `id` for the face that printed it.
pub fn harvest(ids: &mut Ids, face: &str, answer: &Value) {
    match answer {
        Value::Object(members) => {
            for (name, value) in members {
                let is_id = name.to_ascii_lowercase().ends_with("id");
                match value {
                    Value::Number(number) if is_id => remember(ids, face, &number.to_string()),
                    Value::String(text) if is_id => {
                        remember(ids, face, text);
                        let prefix = text.split_once('_').map_or("", |(prefix, _)| prefix);
                        if (2..=4).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_lowercase()) {
                            remember(ids, prefix, text);
                        }
                    }
                    inner => harvest(ids, face, inner),
                }
            }
        }
        Value::Array(rows) => rows.iter().for_each(|row| harvest(ids, face, row)),
        _ => {}
    }
}

/// Remembers the ids of the rows of a collection, or of the one object that was made in it, under its path.
pub fn harvest_rows(ids: &mut Ids, path: &str, answer: &Value) {
    let rows = answer["data"].as_array();
    for row in rows.into_iter().flatten().chain([answer]) {
        if let Some(id) = row["id"].as_str() {
            remember(ids, path, id);
        }
    }
}

fn remember(ids: &mut Ids, name: &str, id: &str) {
    const MOST: usize = 200;
    let list = ids.entry(name.to_owned()).or_default();
    if list.len() < MOST && !id.is_empty() && !list.iter().any(|known| known == id) {
        list.push(id.to_owned());
    }
}

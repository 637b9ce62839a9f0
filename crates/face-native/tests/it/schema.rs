//! Checks answers against the OpenAPI document: the status is documented and the body fits its schema. Knows the
//! keywords that the document uses, and stops at any other.

use serde_json::Value;

/// The document, parsed once per check.
pub fn document() -> Value {
    serde_json::from_str(face_native::openapi_document()).expect("the document is JSON")
}

/// The operation of a request, found by its path.
pub fn operation<'d>(document: &'d Value, method: &str, path: &str) -> Option<&'d Value> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = document["paths"].as_object().expect("paths");
    // A path without parameters is meant before one with them.
    let mut fitting: Vec<&String> = paths.keys().filter(|template| fits(template, path)).collect();
    fitting.sort_by_key(|template| template.matches('{').count());
    paths[*fitting.first()?].get(method.to_ascii_lowercase())
}

fn fits(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted.iter().zip(&given).all(|(wanted, given)| wanted == given || wanted.starts_with('{'))
}

/// Stops when an answer is not as documented.
#[track_caller]
pub fn check_answer(method: &str, path: &str, status: u16, content_type: Option<&str>, body: &str) {
    let document = document();
    let Some(operation) = operation(&document, method, path) else { return };
    let documented = operation["responses"].get(status.to_string());
    let response = documented.unwrap_or_else(|| panic!("{method} {path}: {status} is not documented: {body}"));
    let response = resolve(&document, response);
    let Some(content) = response.get("content").and_then(Value::as_object) else {
        assert_eq!(body, "", "{method} {path}: {status} has no body");
        return;
    };
    let (kind, media) = content.iter().next().expect("a media type");
    assert_eq!(content_type, Some(kind.as_str()), "{method} {path}: {status}");
    let body: Value = serde_json::from_str(body).expect("a JSON body");
    if let Err(difference) = check(&document, &media["schema"], &body, "$") {
        panic!("{method} {path} {status}: {difference}\n{body}");
    }
}

fn resolve<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(target) => {
            let pointer = target.strip_prefix('#').expect("a reference within the document");
            document.pointer(pointer).unwrap_or_else(|| panic!("nothing at {target}"))
        }
        None => schema,
    }
}

const KNOWN: [&str; 19] = [
    "$ref",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "oneOf",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "description",
    "example",
    "default",
    "title",
    "examples",
];

/// Whether a value fits a schema; the first difference with its place.
pub fn check(document: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let members = schema.as_object().ok_or_else(|| format!("{place}: no schema"))?;
    if let Some(unknown) = members.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("{place}: the keyword {unknown} is not checked"));
    }
    if members.contains_key("$ref") {
        check(document, resolve(document, schema), value, place)?;
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let fitting = choices.iter().filter(|choice| check(document, choice, value, place).is_ok()).count();
        if fitting != 1 {
            return Err(format!("{place}: {value} fits {fitting} of {choices:?}"));
        }
    }
    match schema.get("type") {
        Some(Value::String(only)) if !is(only, value) => return Err(format!("{place}: {value} is no {only}")),
        Some(Value::Array(some)) if !some.iter().any(|one| one.as_str().is_some_and(|one| is(one, value))) => {
            return Err(format!("{place}: {value} is none of {some:?}"));
        }
        _ => {}
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        return Err(format!("{place}: {value} is none of {words:?}"));
    }
    if let Some(object) = value.as_object() {
        check_members(document, schema, object, place)?;
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (at, item) in list.iter().enumerate() {
            check(document, items, item, &format!("{place}[{at}]"))?;
        }
    }
    Ok(())
}

fn check_members(
    document: &Value,
    schema: &Value,
    object: &serde_json::Map<String, Value>,
    place: &str,
) -> Result<(), String> {
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            return Err(format!("{place}: {name} is missing"));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, member) in object {
        match properties.and_then(|properties| properties.get(name)) {
            Some(property) => check(document, property, member, &format!("{place}.{name}"))?,
            // Answers print nothing that is not declared; stored JSON is an object without declared members.
            None if properties.is_some() => return Err(format!("{place}: {name} is not declared")),
            None => {}
        }
    }
    Ok(())
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

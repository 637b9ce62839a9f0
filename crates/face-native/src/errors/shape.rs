//! What is wrong with a body: not JSON at all (400), or JSON of another shape than the operation's (422).

use super::{Telling, echo, upper};
use http_kit::json::{JsonFault, JsonFaultKind};

/// The codes that this face's own scalars give their errors (`crate::wire::wrong`).
const OWN: [&str; 7] = [
    "invalid_id",
    "invalid_amount",
    "invalid_decimal",
    "invalid_currency",
    "invalid_date",
    "invalid_word",
    "invalid_instant",
];

/// The problem of a JSON fault.
pub(crate) fn of_json(fault: &JsonFault) -> Telling {
    let JsonFaultKind::Shape(words) = &fault.kind else {
        let place = if fault.path.is_empty() { String::new() } else { format!(" in {}", fault.path) };
        let detail = format!("The body is not usable JSON: {} at byte {}{place}.", fault.kind, fault.offset);
        let telling = Telling::new(400, "malformed_json", detail);
        return telling.with_error(fault.path.clone(), "malformed_json", upper(&fault.kind.to_string()));
    };
    let (code, field, detail) = shape(words, &fault.path);
    let at = if field.is_empty() { "The body".to_owned() } else { format!("The field {field}") };
    let words = format!("{at} cannot be used: {detail}.");
    Telling::new(422, code, words).with_error(field, code, upper(&detail))
}

/// Code, pointer and sentence of serde's words.
fn shape<'w>(words: &'w str, path: &str) -> (&'w str, String, String) {
    if let Some((code, detail)) = words.split_once(": ")
        && OWN.contains(&code)
    {
        return (code, path.to_owned(), detail.to_owned());
    }
    if let Some(rest) = words.strip_prefix("unknown field `") {
        let (name, known) = rest.rsplit_once("`, expected ").unwrap_or((rest.trim_end_matches('`'), ""));
        // Names of ours have no backticks, so a name with one is the client's up to the last list of ours.
        let (name, known) = match rest.split_once("`, expected ") {
            Some((name, known)) => (name, known),
            None => (name, known),
        };
        let known = known.trim_start_matches("one of ").replace('`', "");
        let detail = if known.is_empty() || known == "there are no fields" {
            "there is no such field here".to_owned()
        } else {
            format!("there is no such field here; known are {known}")
        };
        return ("unknown_field", pointer(path, name), detail);
    }
    if let Some(name) = words.strip_prefix("missing field `") {
        let name = name.trim_end_matches('`');
        return ("missing_field", pointer(path, name), "it is required".to_owned());
    }
    ("invalid_type", path.to_owned(), echo(words))
}

/// The pointer to a member, also when the path ends with it already.
fn pointer(path: &str, name: &str) -> String {
    let shown: String = name.chars().take(100).collect();
    let last = format!("/{}", shown.replace('~', "~0").replace('/', "~1"));
    if path.ends_with(&last) { path.to_owned() } else { format!("{path}{last}") }
}

//! The codes of our own problem documents: what the source gives, and what `docs/errors.md` says of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::routes::{root, rust_files, source};

/// A problem: code, status, meaning.
pub type Problem = (String, u16, String);

/// Those that are no refusal by a rule.
const OTHERS: [(&str, u16, &str); 38] = [
    ("bad_request", 400, "The request is malformed before any operation saw it, such as an encoding in its path."),
    ("body_broken", 400, "The body ended before its announced length."),
    (
        "invalid_idempotency_key",
        400,
        "The `Idempotency-Key` is empty, too long, or has other characters than visible ASCII.",
    ),
    ("invalid_parameter", 400, "A query parameter has a value that makes no sense; `errors` names it."),
    ("invalid_query", 400, "The query string is too long, or has too many parameters."),
    ("malformed_json", 400, "The body is not JSON; the detail says at which byte and why."),
    ("repeated_parameter", 400, "A query parameter is given twice."),
    ("unknown_parameter", 400, "The operation has no such query parameter; the detail lists those it has."),
    ("unauthorized", 401, "There is no credential, or none that counts now."),
    ("forbidden", 403, "The credential lacks the scope, or acts for a customer where staff is needed."),
    ("not_found", 404, "No such object for this caller, or no such path."),
    ("method_not_allowed", 405, "The path has other methods; `Allow` lists them."),
    ("body_too_slow", 408, "The body came too slowly."),
    ("conflict", 409, "Another change came first; nothing was changed. Read again and retry."),
    ("idempotency_key_in_progress", 409, "A request with this key is still being worked on; ask again in a moment."),
    ("secret_key_missing", 409, "The server has no secret key to keep a secret with; who runs it can name one."),
    ("body_too_large", 413, "The body is larger than the server takes."),
    ("url_too_long", 414, "Path and query are longer than the server takes."),
    ("unsupported_media_type", 415, "The body is of another type than `application/json`."),
    ("field_not_allowed", 422, "The field makes no sense beside the others that are given."),
    ("idempotency_key_reused", 422, "The key came with another request before. A key belongs to one request."),
    ("invalid_amount", 422, "An amount is expected, such as \"100.00\" or 100.00."),
    ("invalid_currency", 422, "An ISO 4217 code in upper case is expected, such as USD."),
    ("invalid_date", 422, "A day is expected, such as 2026-01-31."),
    ("invalid_decimal", 422, "A decimal of at most 12 places is expected."),
    ("invalid_id", 422, "An id of the right kind is expected, such as cus_100200."),
    ("invalid_instant", 422, "An instant of RFC 3339 is expected, such as 2026-01-31T09:30:00Z."),
    ("invalid_type", 422, "The field is of another JSON type."),
    ("invalid_word", 422, "The field takes one of few words; the detail lists them."),
    ("missing_field", 422, "A field that is needed is not there."),
    ("out_of_range", 422, "The field is outside its range; the detail says which."),
    ("unknown_field", 422, "There is no such field; the detail lists those there are."),
    ("too_many_requests", 429, "Over the rate limit; `Retry-After` says when the next request passes."),
    ("headers_too_large", 431, "The headers are larger or more than the server takes."),
    ("internal", 500, "A failure of the server; its log has the reason under the `request_id`."),
    ("busy", 503, "Too busy now; retry after `Retry-After`, with the same `Idempotency-Key`."),
    (
        "outcome_unknown",
        504,
        "A charge was submitted and the gateway has not said what came of it; nothing is charged twice.",
    ),
    ("storage_full", 507, "The disk is full; nothing was changed."),
];

pub fn others() -> Vec<Problem> {
    OTHERS.iter().map(|(code, status, meaning)| ((*code).to_owned(), *status, (*meaning).to_owned())).collect()
}

/// What the rules refuse: the codes and sentences of the one match that words them, in its order. What a sentence
/// fills in stands in braces.
pub fn refusals() -> Vec<Problem> {
    let text = source("crates/face-native/src/errors/refusals.rs");
    let told = text.split("fn told(").nth(1).expect("refusals.rs words refusals in `told`");
    let told = told.split("\n}\n").next().expect("`told` has an end");
    let of_status = text.split("fn status(").nth(1).and_then(|rest| rest.split("\n}\n").next()).expect("`status`");
    let mut problems = Vec::new();
    for arm in told.split("Refusal::").skip(1) {
        let variant: String = arm.chars().take_while(char::is_ascii_alphanumeric).collect();
        let texts = literals(arm);
        let [code, sentence] = texts.as_slice() else {
            panic!("Refusal::{variant} has not one code and one sentence: {texts:?}")
        };
        let status = if of_status.contains(&format!("Refusal::{variant}")) { 409 } else { 422 };
        problems.push((code.clone(), status, sentence.replace("{}", "…")));
    }
    problems
}

/// The texts of string literals.
fn literals(code: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '/' && letters.peek() == Some(&'/') {
            while letters.next_if(|letter| *letter != '\n').is_some() {}
            continue;
        }
        if letter != '"' {
            continue;
        }
        let mut text = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => match letters.next() {
                    Some('\n') => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                    Some(other) => text.push(other),
                    None => {}
                },
                other => text.push(other),
            }
        }
        texts.push(text);
    }
    texts
}

/// The arguments of a call, from behind its opening parenthesis.
fn arguments(code: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut is_text, mut is_escaped) = (0, false, false);
    for letter in code.chars() {
        if !is_text {
            match letter {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    arguments.push(String::new());
                    continue;
                }
                _ => {}
            }
        }
        if letter == '"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = is_text && letter == '\\' && !is_escaped;
        arguments.last_mut().expect("one at least").push(letter);
    }
    arguments.iter().map(|argument| argument.trim().to_owned()).collect()
}

/// `"code"` as code.
fn as_code(argument: Option<&String>) -> Option<String> {
    let code = argument?.strip_prefix('"')?.strip_suffix('"')?;
    let is_code = !code.is_empty() && code.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_');
    is_code.then(|| code.to_owned())
}

#[test]
fn every_code_is_documented_with_its_status() {
    let mut statuses: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    let mut texts = BTreeSet::new();
    for file in rust_files(&root().join("crates/face-native/src")) {
        let text = std::fs::read_to_string(&file).expect("a source file can be read");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        texts.extend(literals(code));
        for (call, at, status) in
            [("::new(", 1, None), ("::field(", 1, Some(422)), ("parameter_as(", 0, Some(400)), ("wrong(", 0, Some(422))]
        {
            for rest in code.split(call).skip(1) {
                let given = arguments(rest);
                let said = status.or_else(|| given.first().and_then(|first| first.parse().ok()));
                if let (Some(status), Some(code)) = (said, as_code(given.get(at))) {
                    statuses.entry(code).or_default().insert(status);
                }
            }
        }
    }
    let documented: BTreeMap<String, u16> =
        others().into_iter().chain(refusals()).map(|(code, status, _)| (code, status)).collect();
    for (code, found) in &statuses {
        let known = documented.get(code).unwrap_or_else(|| panic!("add {code} ({found:?}) to the documented codes"));
        assert_eq!(found, &BTreeSet::from([*known]), "{code}");
    }
    for (code, _, _) in others() {
        assert!(texts.contains(&code), "{code} is documented but in no source");
    }
    // One code, one meaning.
    assert_eq!(documented.len(), others().len() + refusals().len());
    let enumerated = source("crates/domain/src/refusal.rs");
    let enumerated = enumerated.split("pub enum Refusal {").nth(1).and_then(|rest| rest.split("\n}").next());
    let variants = enumerated.expect("the enum").lines().filter(|line| {
        line.strip_prefix("    ").and_then(|rest| rest.chars().next()).is_some_and(|letter| letter.is_ascii_uppercase())
    });
    assert_eq!(refusals().len(), variants.count(), "a code for each refusal");
}

#[test]
fn literals_and_arguments() {
    assert_eq!(literals("(\"a\", format!(\"b \\\"c\\\" \\\n   d\")) // \"no\"\n"), ["a", "b \"c\" d"]);
    assert_eq!(arguments("422, &f(\"x, y\"), [1, 2]) rest"), ["422", "&f(\"x, y\")", "[1, 2]"]);
}

//! The envelope of every answer: `{code, status, message, details, response}` (seed 004, contract 3.1).

use http_kit::Answer;
use http_kit::json::{Array, Object, Style, object};

/// As recorded: without a charset.
const CONTENT_TYPE: &str = "application/json";

/// A 200 whose response `fill` writes under the given key.
pub(crate) fn ok(fill: impl FnOnce(&mut Object<'_>, &str)) -> Answer {
    answer(200, None, fill)
}

/// A 200 with an object.
pub(crate) fn ok_object(fill: impl FnOnce(&mut Object<'_>)) -> Answer {
    ok(|out, key| {
        out.object(key, fill);
    })
}

/// A 200 with an array.
pub(crate) fn ok_list(fill: impl FnOnce(&mut Array<'_>)) -> Answer {
    ok(|out, key| {
        out.list(key, fill);
    })
}

/// A 200 with an integer.
pub(crate) fn ok_int(value: i64) -> Answer {
    ok(|out, key| {
        out.int(key, value);
    })
}

/// What stands under `response` of an error (contract 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoResponse {
    Null,
    False,
}

pub(crate) fn error(code: u16, message: &str, response: NoResponse) -> Answer {
    answer(code, Some(message), |out, key| {
        match response {
            NoResponse::Null => out.null(key),
            NoResponse::False => out.bool(key, false),
        };
    })
}

fn answer(code: u16, message: Option<&str>, fill: impl FnOnce(&mut Object<'_>, &str)) -> Answer {
    let body = object(Style::PHP_PRETTY, |out| {
        out.int("code", code);
        out.str("status", if code < 400 { "OK" } else { "Error" });
        out.opt_str("message", message);
        // Always there: the vendor's PHP client reads it of every error, and PHP warns when it is missing.
        out.object("details", |_| {});
        fill(out, "response");
    });
    Answer::with_body(code, CONTENT_TYPE, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: &Answer) -> &str {
        std::str::from_utf8(&answer.body).expect("text")
    }

    #[test]
    fn looks_like_recorded_traffic() {
        let answer = ok_object(|out| {
            out.str("url", "https://x/\u{e9}");
        });
        assert_eq!((answer.status, answer.get("content-type")), (200, Some("application/json")));
        let expected = r#"{
    "code": 200,
    "status": "OK",
    "message": null,
    "details": {},
    "response": {
        "url": "https:\/\/x\/\u00e9"
    }
}"#;
        assert_eq!(text(&answer), expected);
    }

    #[test]
    fn errors_have_details_too() {
        let answer = error(401, "No.", NoResponse::False);
        let expected = "{\n    \"code\": 401,\n    \"status\": \"Error\",\n    \"message\": \"No.\",\n    \
                        \"details\": {},\n    \"response\": false\n}";
        assert_eq!((answer.status, text(&answer)), (401, expected));
        assert!(text(&error(404, "No.", NoResponse::Null)).ends_with("\"response\": null\n}"));
        assert!(text(&ok_int(7)).ends_with("\"response\": 7\n}"));
        assert!(text(&ok_list(|_| {})).ends_with("\"response\": []\n}"));
    }
}

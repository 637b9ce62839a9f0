//! Answers of this face: JSON, made once, and the same bytes again for the same idempotency key.

use billing::Answer as Stored;
use http_kit::Answer;
use serde::Serialize;
use std::borrow::Cow;

pub(crate) const JSON: &str = "application/json";

/// A JSON answer.
pub(crate) fn json(status: u16, body: &impl Serialize) -> Answer {
    let bytes = serde_json::to_vec(body).expect("answers have text keys and no floats");
    Answer::with_body(status, JSON, bytes)
}

/// 201 with where the new object is read.
pub(crate) fn created(location: String, body: &impl Serialize) -> Answer {
    json(201, body).header("location", location)
}

/// 204.
pub(crate) fn nothing() -> Answer {
    Answer::new(204)
}

/// As billing keeps it.
pub(crate) fn to_stored(answer: Answer) -> Stored {
    Stored {
        status: answer.status,
        headers: answer.headers.into_iter().map(|(name, value)| (name.into_owned(), value)).collect(),
        body: String::from_utf8(answer.body.to_vec()).expect("answers of this face are JSON or empty"),
    }
}

/// As billing kept it.
pub(crate) fn from_stored(stored: Stored) -> Answer {
    Answer {
        status: stored.status,
        headers: stored.headers.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect(),
        body: stored.body.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_being_kept() {
        for answer in [created("/v1/items/itm_1".to_owned(), &[1, 2]), nothing()] {
            assert_eq!(from_stored(to_stored(answer.clone())), answer);
        }
    }
}

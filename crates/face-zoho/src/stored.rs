//! Answers as billing keeps them beside an idempotency key, and back.

use std::borrow::Cow;

use billing::Answer as Stored;
use http_kit::Answer;

pub(crate) fn from_answer(answer: Answer) -> Stored {
    Stored {
        status: answer.status,
        headers: answer.headers.into_iter().map(|(name, value)| (name.into_owned(), value)).collect(),
        body: String::from_utf8(answer.body.to_vec()).expect("answers of writes are JSON"),
    }
}

pub(crate) fn to_answer(stored: Stored) -> Answer {
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
        let answer = crate::wire::created("The invoice has been created.", |_| {});
        assert_eq!(to_answer(from_answer(answer.clone())), answer);
    }
}

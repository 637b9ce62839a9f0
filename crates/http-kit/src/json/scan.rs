//! The scanner behind `json::check`. It keeps its own stack, so that nesting costs no call
//! stack, and knows at every byte which value it stands in.

use std::borrow::Cow;
use std::collections::HashSet;

use super::fault::push_segment;
use super::{JsonFault, JsonFaultKind as Kind, text};

/// What a JSON text may contain.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Levels of objects and arrays. Keep it below 128, where serde_json stops.
    pub depth: usize,
    /// Characters of one number token.
    pub number_chars: usize,
    /// The absolute value of an exponent.
    pub exponent: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, number_chars: 40, exponent: 40 }
    }
}

/// Checks that `body` is one JSON value within `limits`.
///
/// # Errors
/// The first fault from the left, except that invalid UTF-8 anywhere comes first.
pub fn check(body: &[u8], limits: &Limits) -> Result<(), JsonFault> {
    let text = std::str::from_utf8(body).map_err(|error| JsonFault {
        kind: if error.error_len().is_some() { Kind::NotUtf8 } else { Kind::Truncated },
        offset: error.valid_up_to(),
        path: String::new(),
    })?;
    Scanner::new(text, limits).run()
}

/// Above this many keys an object's keys move from a list to a set.
const KEYS_BY_LIST: usize = 16;

enum Frame<'a> {
    Array { index: usize },
    Object { keys: Vec<Cow<'a, str>>, set: Option<HashSet<Cow<'a, str>>> },
}

struct Scanner<'a, 'l> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    frames: Vec<Frame<'a>>,
    limits: &'l Limits,
}

impl<'a, 'l> Scanner<'a, 'l> {
    fn new(text: &'a str, limits: &'l Limits) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, frames: Vec::new(), limits }
    }

    fn run(mut self) -> Result<(), JsonFault> {
        self.blank();
        if self.at == self.bytes.len() {
            return Err(self.fault(Kind::Empty));
        }
        loop {
            if self.value()? {
                continue;
            }
            // A value has just ended: go on behind it, or climb.
            loop {
                self.blank();
                let Some(frame) = self.frames.last_mut() else {
                    if self.at < self.bytes.len() {
                        return Err(self.fault(Kind::TrailingData));
                    }
                    return Ok(());
                };
                match (frame, self.bytes.get(self.at)) {
                    (_, None) => return Err(self.fault(Kind::Truncated)),
                    (Frame::Array { index }, Some(b',')) => {
                        *index += 1;
                        self.at += 1;
                        break;
                    }
                    (Frame::Object { .. }, Some(b',')) => {
                        self.at += 1;
                        self.blank();
                        self.key()?;
                        break;
                    }
                    (Frame::Array { .. }, Some(b']')) | (Frame::Object { .. }, Some(b'}')) => {
                        self.at += 1;
                        self.frames.pop();
                    }
                    (_, Some(_)) => return Err(self.fault(Kind::Unexpected)),
                }
            }
        }
    }

    /// Reads a scalar or an empty container whole (false), or opens a container and stands
    /// before its first value (true).
    fn value(&mut self) -> Result<bool, JsonFault> {
        self.blank();
        match self.bytes.get(self.at) {
            None => return Err(self.fault(Kind::Truncated)),
            Some(b'{') => {
                self.open(Frame::Object { keys: Vec::new(), set: None })?;
                if self.closes(b'}') {
                    return Ok(false);
                }
                self.key()?;
                return Ok(true);
            }
            Some(b'[') => {
                self.open(Frame::Array { index: 0 })?;
                return Ok(!self.closes(b']'));
            }
            Some(b'"') => {
                self.string(false)?;
            }
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'N') if self.text[self.at..].starts_with("NaN") => {
                return Err(self.fault(Kind::NotFinite));
            }
            Some(b'I') if self.text[self.at..].starts_with("Infinity") => {
                return Err(self.fault(Kind::NotFinite));
            }
            Some(_) => return Err(self.fault(Kind::Unexpected)),
        }
        Ok(false)
    }

    fn open(&mut self, frame: Frame<'a>) -> Result<(), JsonFault> {
        if self.frames.len() >= self.limits.depth {
            return Err(self.fault(Kind::TooDeep { limit: self.limits.depth }));
        }
        self.at += 1;
        self.frames.push(frame);
        Ok(())
    }

    /// Closes a container that was just opened, if it is empty.
    fn closes(&mut self, closing: u8) -> bool {
        self.blank();
        if self.bytes.get(self.at) != Some(&closing) {
            return false;
        }
        self.at += 1;
        self.frames.pop();
        true
    }

    fn key(&mut self) -> Result<(), JsonFault> {
        match self.bytes.get(self.at) {
            Some(b'"') => {}
            Some(_) => return Err(self.fault(Kind::Unexpected)),
            None => return Err(self.fault(Kind::Truncated)),
        }
        let start = self.at;
        let key = self.string(true)?;
        let Some(Frame::Object { keys, set }) = self.frames.last_mut() else {
            return Err(self.fault(Kind::Unexpected));
        };
        let is_new = match set {
            Some(set) => set.insert(key.clone()),
            None => {
                let is_new = !keys.contains(&key);
                if keys.len() >= KEYS_BY_LIST {
                    *set = Some(keys.iter().cloned().chain([key.clone()]).collect());
                }
                is_new
            }
        };
        keys.push(key.clone());
        if !is_new {
            self.at = start;
            return Err(self.fault(Kind::DuplicateKey(key.into_owned())));
        }
        self.blank();
        match self.bytes.get(self.at) {
            Some(b':') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.fault(Kind::Unexpected)),
            None => Err(self.fault(Kind::Truncated)),
        }
    }

    /// Reads a string; `keep` asks for its unescaped text.
    fn string(&mut self, keep: bool) -> Result<Cow<'a, str>, JsonFault> {
        let (end, value) = text::scan_string(self.text, self.at, keep).map_err(|(kind, at)| {
            self.at = at;
            self.fault(kind)
        })?;
        self.at = end;
        Ok(value)
    }

    fn word(&mut self, word: &str) -> Result<(), JsonFault> {
        for byte in word.bytes() {
            match self.bytes.get(self.at) {
                Some(found) if *found == byte => self.at += 1,
                Some(_) => return Err(self.fault(Kind::Unexpected)),
                None => return Err(self.fault(Kind::Truncated)),
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonFault> {
        let start = self.at;
        if self.text[start..].starts_with("-Infinity") {
            return Err(self.fault(Kind::NotFinite));
        }
        let length = self.bytes[start..]
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .count();
        if length > self.limits.number_chars {
            return Err(self.fault(Kind::NumberTooLong { limit: self.limits.number_chars }));
        }
        let token = &self.text[start..start + length];
        let at_end = start + length == self.bytes.len();
        let Some(parts) = text::NumberParts::of(token) else {
            let may_go_on = at_end && token.ends_with(['-', '+', '.', 'e', 'E']);
            return Err(self.fault(if may_go_on { Kind::Truncated } else { Kind::BadNumber }));
        };
        if parts.has_leading_zero() {
            return Err(self.fault(Kind::BadNumber));
        }
        if parts.exponent().is_none_or(|exponent| exponent > self.limits.exponent) {
            return Err(self.fault(Kind::ExponentTooLarge { limit: self.limits.exponent }));
        }
        self.at += length;
        Ok(())
    }

    fn blank(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fault(&self, kind: Kind) -> JsonFault {
        JsonFault { kind, offset: self.at, path: self.path() }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.frames {
            match frame {
                Frame::Array { index } => push_segment(&mut path, &index.to_string()),
                Frame::Object { keys, .. } => {
                    if let Some(key) = keys.last() {
                        push_segment(&mut path, key);
                    }
                }
            }
        }
        path
    }
}

#[cfg(test)]
mod tests;

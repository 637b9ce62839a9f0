//! What can be wrong with a JSON text, and where.

use std::fmt;

/// The first fault of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// What is wrong.
    pub kind: JsonFaultKind,
    /// Bytes before the fault.
    pub offset: usize,
    /// A JSON pointer (RFC 6901) to the value at fault; empty for the whole text. Cut off after
    /// about 200 characters.
    pub path: String,
}

/// The kinds of fault, from the outside in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFaultKind {
    /// Nothing but blanks.
    Empty,
    /// The text ends inside a value.
    Truncated,
    /// Text after the value.
    TrailingData,
    /// A byte that cannot stand here.
    Unexpected,
    /// Not UTF-8.
    NotUtf8,
    /// A key that the same object already has, compared after unescaping.
    DuplicateKey(String),
    /// Nested deeper than the limit.
    TooDeep { limit: usize },
    /// A raw character below U+0020 in a string.
    ControlCharacter,
    /// U+0000 in a string: a database text cannot hold it.
    NulCharacter,
    /// An escape JSON does not have.
    BadEscape,
    /// Half of a surrogate pair (`\ud800`).
    LoneSurrogate,
    /// NaN or Infinity.
    NotFinite,
    /// A number JSON does not have (`01`, `1.`, `-`).
    BadNumber,
    /// More characters than the limit.
    NumberTooLong { limit: usize },
    /// An exponent further from zero than the limit.
    ExponentTooLarge { limit: u32 },
    /// Good JSON of the wrong shape: serde's words, without the position.
    Shape(String),
}

impl fmt::Display for JsonFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the body is empty"),
            Self::Truncated => f.write_str("the text ends too early"),
            Self::TrailingData => f.write_str("there is text after the value"),
            Self::Unexpected => f.write_str("unexpected character"),
            Self::NotUtf8 => f.write_str("the text is not UTF-8"),
            Self::DuplicateKey(_) => f.write_str("the key is given twice"),
            Self::TooDeep { limit } => write!(f, "nested deeper than {limit} levels"),
            Self::ControlCharacter => f.write_str("control character in a string"),
            Self::NulCharacter => f.write_str("character U+0000 in a string"),
            Self::BadEscape => f.write_str("unknown escape in a string"),
            Self::LoneSurrogate => f.write_str("half of a surrogate pair in a string"),
            Self::NotFinite => f.write_str("NaN and Infinity are not numbers in JSON"),
            Self::BadNumber => f.write_str("malformed number"),
            Self::NumberTooLong { limit } => write!(f, "number longer than {limit} characters"),
            Self::ExponentTooLarge { limit } => write!(f, "exponent larger than {limit}"),
            Self::Shape(words) => f.write_str(words),
        }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        write!(f, " (byte {})", self.offset)
    }
}

impl std::error::Error for JsonFault {}

impl JsonFault {
    /// serde's refusal of a text that is JSON. The offset is only near the value: serde stops
    /// behind it.
    pub(super) fn of_shape(body: &[u8], error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        use serde_path_to_error::Segment;
        let mut path = String::new();
        for segment in error.path().iter() {
            match segment {
                Segment::Seq { index } => push_segment(&mut path, &index.to_string()),
                Segment::Map { key } => push_segment(&mut path, key),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        let error = error.into_inner();
        let line_start: usize =
            body.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default().to_owned();
        let offset = (line_start + error.column()).min(body.len());
        Self { kind: JsonFaultKind::Shape(words), offset, path }
    }
}

/// Adds one segment to a JSON pointer (RFC 6901), until the pointer is long enough.
pub(super) fn push_segment(path: &mut String, segment: &str) {
    if path.len() > 200 {
        if !path.ends_with("/...") {
            path.push_str("/...");
        }
        return;
    }
    path.push('/');
    let shown: String = segment.chars().take(100).collect();
    path.push_str(&shown.replace('~', "~0").replace('/', "~1"));
}

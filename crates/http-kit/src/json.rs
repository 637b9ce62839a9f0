//! JSON in and out, without floats.
//!
//! In: [`check`] refuses what serde would let through or misread (duplicate keys, deep nesting,
//! lone surrogates, U+0000, absurd numbers) and names the place; [`read`] checks and then
//! deserializes. Amounts are read as [`Number`] or [`RawNumber`], which keep the raw token.
//!
//! Out: [`object`] and [`array`] write keys in the order they are given; numbers are integers or
//! preformatted decimals. serde types that must print a decimal use [`Decimal`].

mod fault;
mod number;
mod scan;
mod text;
mod writer;

pub use fault::{JsonFault, JsonFaultKind};
pub use number::{Decimal, NotADecimal, Number, RawNumber};
pub use scan::{Limits, check};
pub use writer::{Array, Object, Style, array, object};

/// Checks `body` with `limits`, then reads it into `T`.
///
/// # Errors
/// The first [`JsonFault`]: of syntax from [`check`], or of shape (a missing field, a wrong type)
/// with the path of the value that did not fit.
pub fn read<'a, T: serde::Deserialize<'a>>(body: &'a [u8], limits: &Limits) -> Result<T, JsonFault> {
    check(body, limits)?;
    serde_json::from_slice(body).or_else(|_| {
        // Reading again costs only those who err, and finds the path.
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| JsonFault::of_shape(body, error))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Line {
        #[expect(dead_code, reason = "only its presence matters")]
        price: Number,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Invoice {
        #[expect(dead_code, reason = "only its shape matters")]
        lines: Vec<Line>,
    }

    #[track_caller]
    fn check_shape(body: &str, path: &str, words: &str) {
        let fault = read::<Invoice>(body.as_bytes(), &Limits::default()).expect_err("a fault");
        assert_eq!(fault.path, path, "{fault}");
        assert!(fault.to_string().contains(words), "{fault}");
        assert!(!fault.to_string().contains("line 1"), "{fault}");
    }

    #[test]
    fn a_wrong_shape_names_its_place() {
        check_shape(r#"{"lines":[{"price":1},{"price":true}]}"#, "/lines/1/price", "number");
        check_shape(r#"{"lines":[{"price":1},{}]}"#, "/lines/1", "missing field `price`");
        check_shape("{\n \"lines\" :\n 7 }", "/lines", "invalid type");
        check_shape("{}", "", "missing field `lines`");
        check_shape(r#"{"lines":[{"price":"x"}],"~/":[]}"#, "/lines/0/price", "number");
        check_shape("[[[]]]", "/0/0", "invalid length");
    }

    /// serde_json/arbitrary_precision would accept this number, and would break RawValue
    /// adapters of other crates in the same build.
    #[test]
    fn arbitrary_precision_is_off() {
        assert!(serde_json::from_str::<serde_json::Value>("1e400").is_err());
    }
}

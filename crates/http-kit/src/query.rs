//! A lenient query string: order and repetition are kept, unknown names are harmless.

use std::borrow::Cow;

/// Parameters of one query.
pub const MAX_PARAMETERS: usize = 200;
/// Bytes of one query string.
pub const MAX_BYTES: usize = 16 * 1024;

/// One `name=value`. A parameter without `=` has an empty value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Percent-decoded, `+` as a blank.
    pub name: String,
    /// Percent-decoded, `+` as a blank.
    pub value: String,
    /// As it was sent.
    pub raw_value: String,
}

/// The parameters in the order they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    parameters: Vec<Parameter>,
}

/// Why a query cannot be read. Names are decoded as far as they can be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryFault {
    /// Longer than [`MAX_BYTES`].
    #[error("the query is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// More than [`MAX_PARAMETERS`].
    #[error("the query has more than {MAX_PARAMETERS} parameters")]
    TooMany,
    /// A `%` without two hexadecimal digits.
    #[error("{name} has a broken percent-encoding")]
    BadPercent {
        /// The parameter.
        name: String,
    },
    /// Bytes that are not UTF-8 once decoded, or U+0000.
    #[error("{name} is not text")]
    NotText {
        /// The parameter.
        name: String,
    },
    /// Not an integer that fits 64 bits.
    #[error("{name} is not an integer")]
    NotAnInteger {
        /// The parameter.
        name: String,
    },
}

impl Query {
    /// Reads the text behind the `?`.
    ///
    /// # Errors
    /// The first [`QueryFault`] but `NotAnInteger`.
    pub fn parse(raw: &str) -> Result<Self, QueryFault> {
        if raw.len() > MAX_BYTES {
            return Err(QueryFault::TooLong);
        }
        let mut parameters = Vec::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            if parameters.len() == MAX_PARAMETERS {
                return Err(QueryFault::TooMany);
            }
            let (raw_name, raw_value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(raw_name).map_err(|flaw| flaw.of(raw_name))?;
            let value = decode(raw_value).map_err(|flaw| flaw.of(&name))?;
            parameters.push(Parameter { name, value, raw_value: raw_value.to_owned() });
        }
        Ok(Self { parameters })
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// All values of `name`, in order.
    pub fn get_all<'q, 'n>(&'q self, name: &'n str) -> impl Iterator<Item = &'q str> + use<'q, 'n> {
        self.iter().filter(move |found| found.name == name).map(|found| found.value.as_str())
    }

    /// The first value of `name` as an integer; None when it is absent or empty.
    ///
    /// # Errors
    /// [`QueryFault::NotAnInteger`].
    pub fn int(&self, name: &str) -> Result<Option<i64>, QueryFault> {
        match self.get(name).map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(QueryFault::NotAnInteger { name: name.to_owned() }),
            },
        }
    }

    /// All parameters, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Parameter> {
        self.parameters.iter()
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }
}

enum Flaw {
    Percent,
    Text,
}

impl Flaw {
    fn of(self, name: &str) -> QueryFault {
        let name = name.chars().take(100).collect();
        match self {
            Self::Percent => QueryFault::BadPercent { name },
            Self::Text => QueryFault::NotText { name },
        }
    }
}

fn decode(raw: &str) -> Result<String, Flaw> {
    let is_hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = raw.as_bytes();
    for (at, _) in raw.match_indices('%') {
        if !(is_hex(bytes.get(at + 1)) && is_hex(bytes.get(at + 2))) {
            return Err(Flaw::Percent);
        }
    }
    let spaced: Cow<'_, str> = if raw.contains('+') { Cow::Owned(raw.replace('+', " ")) } else { Cow::Borrowed(raw) };
    let text = percent_encoding::percent_decode_str(&spaced).decode_utf8().map_err(|_| Flaw::Text)?;
    if text.contains('\0') { Err(Flaw::Text) } else { Ok(text.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &[(&str, &str)]) {
        let query = Query::parse(raw).expect("a query");
        let found: Vec<_> = query.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check_fault(raw: &str, expected: QueryFault) {
        assert_eq!(Query::parse(raw), Err(expected));
    }

    #[test]
    fn keeps_order_and_repetition() {
        check("", &[]);
        check("&&", &[]);
        check("a=1&b=2&a=3", &[("a", "1"), ("b", "2"), ("a", "3")]);
        check("a&b=&=c&d==e", &[("a", ""), ("b", ""), ("", "c"), ("d", "=e")]);
        check("n=a+b%2Bc%20%C3%A9&%6e=1", &[("n", "a b+c é"), ("n", "1")]);
        let query = Query::parse("a=1&b=2&a=3&_dummy=1").expect("a query");
        assert_eq!(query.get("a"), Some("1"));
        assert_eq!(query.get_all("a").collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(query.get("c"), None);
    }

    /// What the PHP and Ruby clients of ChargeOver really send (contract 3.3).
    #[test]
    fn keeps_the_raw_value() {
        let query = Query::parse("where=a%3AEQUALS%3Ax%5C%2Cy,b:IS:NULL").expect("a query");
        let found = query.iter().next().expect("one");
        assert_eq!(found.value, r"a:EQUALS:x\,y,b:IS:NULL");
        assert_eq!(found.raw_value, "a%3AEQUALS%3Ax%5C%2Cy,b:IS:NULL");
        check(
            "limit=1&order=invoice_date:DESClimit=1?offset=0&where=x",
            &[("limit", "1"), ("order", "invoice_date:DESClimit=1?offset=0"), ("where", "x")],
        );
    }

    #[test]
    fn reads_integers() {
        let query = Query::parse("a=12&b=&c=x&d=-3&e=99999999999999999999").expect("a query");
        assert_eq!(query.int("a"), Ok(Some(12)));
        assert_eq!(query.int("b"), Ok(None));
        assert_eq!(query.int("none"), Ok(None));
        assert_eq!(query.int("d"), Ok(Some(-3)));
        for name in ["c", "e"] {
            assert_eq!(query.int(name), Err(QueryFault::NotAnInteger { name: name.into() }));
        }
    }

    #[test]
    fn names_what_is_broken() {
        check_fault("a=1&b=100%", QueryFault::BadPercent { name: "b".into() });
        check_fault("b=%2", QueryFault::BadPercent { name: "b".into() });
        check_fault("b=%zz", QueryFault::BadPercent { name: "b".into() });
        check_fault("%=1", QueryFault::BadPercent { name: "%".into() });
        check_fault("b=%ff", QueryFault::NotText { name: "b".into() });
        check_fault("b=%00", QueryFault::NotText { name: "b".into() });
    }

    #[test]
    fn is_bounded() {
        check_fault(&"a".repeat(MAX_BYTES + 1), QueryFault::TooLong);
        check_fault(&"a&".repeat(MAX_PARAMETERS + 1), QueryFault::TooMany);
        assert_eq!(Query::parse(&"a&".repeat(MAX_PARAMETERS)).expect("fits").iter().len(), 200);
    }

    proptest::proptest! {
        #[test]
        fn any_query_is_judged(raw in "[%a-f0-9=&+é\\\\,:]{0,40}") {
            if let Ok(query) = Query::parse(&raw) {
                proptest::prop_assert!(query.iter().all(|one| !one.value.contains('\0')));
            }
        }
    }
}

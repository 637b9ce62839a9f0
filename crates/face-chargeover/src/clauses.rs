//! The grammar of `where` (contract 3.3): `field:OPERATOR:value`, joined by commas that all must hold.
//!
//! The text is percent-decoded before it comes here. A comma inside a value is written `\,`; a backslash
//! before anything else is itself, because the vendor's PHP client escapes commas only. Only the first two
//! colons separate: the others belong to the value (`write_datetime:GT:2015-01-01 10:00:00`).

/// The most clauses of one request. The store's own limit of filters is smaller still for some of them:
/// see [`crate::invoice::filters`].
pub(crate) const MAX_CLAUSES: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operator {
    Equals,
    NotEquals,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Contains,
    /// `IS:NULL`
    Null,
    /// `ISNOT:NULL`
    NotNull,
}

impl Operator {
    /// As clients write it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Equals => "EQUALS",
            Self::NotEquals => "NOTEQUALS",
            Self::Greater => "GT",
            Self::Less => "LT",
            Self::GreaterOrEqual => "GTE",
            Self::LessOrEqual => "LTE",
            Self::Contains => "CONTAINS",
            Self::Null => "IS",
            Self::NotNull => "ISNOT",
        }
    }

    const ALL: [Self; 9] = [
        Self::Equals,
        Self::NotEquals,
        Self::Greater,
        Self::Less,
        Self::GreaterOrEqual,
        Self::LessOrEqual,
        Self::Contains,
        Self::Null,
        Self::NotNull,
    ];
}

/// One condition. `value` is empty for `IS:NULL` and `ISNOT:NULL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub field: String,
    pub operator: Operator,
    pub value: String,
}

/// Why a `where` cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClauseFault {
    #[error("a clause is written field:OPERATOR:value, not {0:?}")]
    Shape(String),
    #[error("the operator {0:?} is unknown")]
    Operator(String),
    #[error("{0} goes with NULL only")]
    NotNull(&'static str),
    #[error("there are more than {MAX_CLAUSES} clauses")]
    TooMany,
}

/// Reads all clauses; empty ones (a trailing comma) are skipped.
pub(crate) fn parse(text: &str) -> Result<Vec<Clause>, ClauseFault> {
    let mut clauses = Vec::new();
    for piece in split(text).into_iter().filter(|piece| !piece.trim().is_empty()) {
        if clauses.len() == MAX_CLAUSES {
            return Err(ClauseFault::TooMany);
        }
        clauses.push(clause(&piece)?);
    }
    Ok(clauses)
}

/// Cuts at the commas that are not escaped, and takes the escapes away.
fn split(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        let current = pieces.last_mut().expect("there is always a piece");
        match next {
            '\\' if rest.peek() == Some(&',') => {
                rest.next();
                current.push(',');
            }
            ',' => pieces.push(String::new()),
            other => current.push(other),
        }
    }
    pieces
}

fn clause(piece: &str) -> Result<Clause, ClauseFault> {
    let mut parts = piece.splitn(3, ':');
    let (Some(field), Some(word), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(ClauseFault::Shape(excerpt(piece)));
    };
    let (field, word) = (field.trim(), word.trim());
    if field.is_empty() {
        return Err(ClauseFault::Shape(excerpt(piece)));
    }
    let operator = Operator::ALL
        .into_iter()
        .find(|known| known.word().eq_ignore_ascii_case(word))
        .ok_or_else(|| ClauseFault::Operator(excerpt(word)))?;
    let value = match operator {
        Operator::Null | Operator::NotNull if value.trim().eq_ignore_ascii_case("NULL") => "",
        Operator::Null | Operator::NotNull => return Err(ClauseFault::NotNull(operator.word())),
        _ => value,
    };
    Ok(Clause { field: field.to_owned(), operator, value: value.to_owned() })
}

/// The beginning of a client's text, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Operator, &str)]) {
        let expected: Vec<Clause> = expected
            .iter()
            .map(|(field, operator, value)| Clause {
                field: (*field).to_owned(),
                operator: *operator,
                value: (*value).to_owned(),
            })
            .collect();
        assert_eq!(parse(text), Ok(expected), "{text}");
    }

    #[test]
    fn reads_what_clients_send() {
        use Operator::*;
        check("", &[]);
        check(",, ,", &[]);
        check("customer_id:EQUALS:5", &[("customer_id", Equals, "5")]);
        check("a:GT:1,b:LTE:2,", &[("a", Greater, "1"), ("b", LessOrEqual, "2")]);
        check("custom_1:EQUALS:Smith\\, John,x:LT:3", &[("custom_1", Equals, "Smith, John"), ("x", Less, "3")]);
        check("write_datetime:GTE:2015-01-01 10:20:30", &[("write_datetime", GreaterOrEqual, "2015-01-01 10:20:30")]);
        check("token:IS:NULL,refnumber:ISNOT:null", &[("token", Null, ""), ("refnumber", NotNull, "")]);
        check(" memo : contains :  x ", &[("memo", Contains, "  x ")]);
        check("a:NOTEQUALS:", &[("a", NotEquals, "")]);
        check("a:EQUALS:c:\\dir", &[("a", Equals, "c:\\dir")]);
    }

    #[test]
    fn names_what_is_wrong() {
        let fault = |text: &str| parse(text).expect_err(text);
        assert_eq!(fault("customer_id=5"), ClauseFault::Shape("customer_id=5".to_owned()));
        assert_eq!(fault("a:EQUALS"), ClauseFault::Shape("a:EQUALS".to_owned()));
        assert_eq!(fault(":EQUALS:5"), ClauseFault::Shape(":EQUALS:5".to_owned()));
        assert_eq!(fault("a:LIKE:5"), ClauseFault::Operator("LIKE".to_owned()));
        assert_eq!(fault("a:IS:5"), ClauseFault::NotNull("IS"));
        assert_eq!(fault("a:ISNOT:"), ClauseFault::NotNull("ISNOT"));
        assert_eq!(parse(&"a:LT:1,".repeat(MAX_CLAUSES)).map(|found| found.len()), Ok(MAX_CLAUSES));
        assert_eq!(fault(&"a:LT:1,".repeat(MAX_CLAUSES + 1)), ClauseFault::TooMany);
        assert!(fault(&"\u{e9}".repeat(500)).to_string().len() < 300);
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn arbitrary_clauses_never_panic(text in "[a-z:,\\\\]{0,40}(IS|GT|ISNOT|EQUALS)?[:,\\\\a-z]{0,40}") {
            let _ = parse(&text);
        }

        /// A backslash at the very end of a value cannot be told from an escape of the separator behind it.
        #[test]
        fn escaped_values_come_back(values in proptest::collection::vec("([^\\\\]|\\\\[^\\\\]){0,20}", 1..MAX_CLAUSES)) {
            let written: Vec<String> =
                values.iter().map(|value| format!("custom_1:EQUALS:{}", value.replace(',', "\\,"))).collect();
            let read = parse(&written.join(",")).expect("clauses");
            let read: Vec<String> = read.into_iter().map(|clause| clause.value).collect();
            prop_assert_eq!(read, values);
        }
    }
}

//! Fields that a seller adds to its objects: their definitions, and the rule of what a value may be. Values are
//! texts; a definition says which texts.

use crate::Refusal;
use crate::id::CustomFieldId;
use crate::money::Decimal;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// The kinds of objects that may have fields of their own: the words of their ids.
pub const OBJECT_KINDS: &[&str] = &[
    "invoice",
    "line",
    "customer",
    "item",
    "product",
    "plan",
    "addon",
    "subscription",
    "payment",
    "credit_note",
    "estimate",
];

/// The place of a field among those of its kind of object; ChargeOver's `custom_N` is place N.
pub const MAX_INDEX: i64 = 99;
/// Characters of a value where the definition sets no limit.
pub const DEFAULT_LENGTH: i64 = 2_000;
/// The most characters that a definition may allow.
pub const MAX_LENGTH: i64 = 10_000;
/// Choices of one field.
pub const MAX_CHOICES: usize = 200;
/// Characters of a choice.
const CHOICE_LENGTH: usize = 100;
/// Digits of a whole number: what 64 bits hold whatever the digits.
const WHOLE_DIGITS: usize = 18;
/// Stands between the chosen values of a multiple choice.
pub const CHOICE_SEPARATOR: char = ',';

/// What texts a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    Text,
    /// A whole number.
    Number,
    Decimal,
    /// A decimal that people read as money in the currency of the books.
    Amount,
    /// A decimal; 12.5 is 12.5 %.
    Percent,
    /// `2026-03-10`
    Date,
    /// `2026-03-10T14:30`, with seconds or an offset where they are known.
    DateTime,
    /// `true` or `false`
    Checkbox,
    /// One of the choices.
    Dropdown,
    /// Some of the choices, with commas between them.
    Multiselect,
    /// An address that begins with `http://` or `https://`.
    Url,
    Email,
    Phone,
}

/// What data protection law makes of a field's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PiiType {
    #[default]
    NonPii,
    /// Names a person.
    Pii,
    /// Of a kind that law protects more: health, belief and the like.
    Sensitive,
}

/// A field that a tenant added to one kind of object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    pub id: CustomFieldId,
    /// One of [`OBJECT_KINDS`].
    pub object_kind: String,
    /// From 1; ChargeOver's `custom_N` is index N.
    pub index: i64,
    pub label: String,
    pub data_type: FieldType,
    /// What a dropdown or a multiple choice offers; else empty.
    pub choices: Vec<String>,
    /// An object is not made without a value, and the value is not cleared.
    pub is_mandatory: bool,
    pub pii_type: PiiType,
    /// Characters of a value.
    pub max_length: Option<i64>,
    pub help_text: String,
    /// Shown in an empty input.
    pub placeholder: String,
    pub show_in_portal: bool,
    /// The customer may change it in the portal.
    pub edit_in_portal: bool,
    pub show_in_pdf: bool,
    pub show_on_pages: bool,
    /// On hosted pages it must be filled in.
    pub is_mandatory_on_pages: bool,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl FieldType {
    /// Whether a definition of this type lists choices.
    pub const fn has_choices(self) -> bool {
        matches!(self, Self::Dropdown | Self::Multiselect)
    }

    /// What a value of this type is, for people.
    const fn wants(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a whole number",
            Self::Decimal => "a decimal number",
            Self::Amount => "an amount",
            Self::Percent => "a percentage",
            Self::Date => "a day such as 2026-03-10",
            Self::DateTime => "a time such as 2026-03-10T14:30",
            Self::Checkbox => "true or false",
            Self::Dropdown => "one of its choices",
            Self::Multiselect => "some of its choices, with commas between them",
            Self::Url => "an address that begins with http:// or https://",
            Self::Email => "an e-mail address",
            Self::Phone => "a telephone number",
        }
    }
}

impl CustomField {
    /// A definition as a whole: `Invalid` for an unknown kind of object, an index outside 1 to 99, a length
    /// outside 1 to 10,000, and for choices that are missing, doubled, blank or given to a type without any.
    pub fn check(&self) -> Result<(), Refusal> {
        if !OBJECT_KINDS.contains(&self.object_kind.as_str()) {
            return Err(Refusal::Invalid { what: "object kind" });
        }
        if !(1..=MAX_INDEX).contains(&self.index) {
            return Err(Refusal::Invalid { what: "index" });
        }
        if self.max_length.is_some_and(|length| !(1..=MAX_LENGTH).contains(&length)) {
            return Err(Refusal::Invalid { what: "max_length" });
        }
        let fits = if self.data_type.has_choices() {
            (1..=MAX_CHOICES).contains(&self.choices.len())
                && self.choices.iter().enumerate().all(|(at, choice)| {
                    !choice.trim().is_empty()
                        && choice.trim() == choice
                        && choice.chars().count() <= CHOICE_LENGTH
                        && !(self.data_type == FieldType::Multiselect && choice.contains(CHOICE_SEPARATOR))
                        && !self.choices[..at].contains(choice)
                })
        } else {
            self.choices.is_empty()
        };
        if fits { Ok(()) } else { Err(Refusal::Invalid { what: "choices" }) }
    }

    /// A value that is to be set; empty clears it. `CustomFieldBlank` when a mandatory one would be cleared,
    /// `CustomFieldValue` for a text of another type or length.
    pub fn check_value(&self, value: &str) -> Result<(), Refusal> {
        if value.trim().is_empty() {
            return if self.is_mandatory {
                Err(Refusal::CustomFieldBlank { label: self.label.clone() })
            } else {
                Ok(())
            };
        }
        let limit = self.max_length.unwrap_or(DEFAULT_LENGTH);
        if i64::try_from(value.chars().count()).unwrap_or(i64::MAX) > limit {
            return Err(self.refuse(&format!("at most {limit} characters")));
        }
        if self.takes(value) { Ok(()) } else { Err(self.refuse(self.data_type.wants())) }
    }

    fn refuse(&self, wants: &str) -> Refusal {
        Refusal::CustomFieldValue { label: self.label.clone(), wants: wants.to_owned() }
    }

    fn takes(&self, value: &str) -> bool {
        let is_choice = |text: &str| self.choices.iter().any(|choice| choice == text);
        match self.data_type {
            FieldType::Text => true,
            FieldType::Number => {
                let digits = value.strip_prefix('-').unwrap_or(value);
                (1..=WHOLE_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
            }
            FieldType::Decimal | FieldType::Amount | FieldType::Percent => Decimal::parse(value).is_ok(),
            FieldType::Date => value.len() == 10 && value.parse::<Date>().is_ok(),
            FieldType::DateTime => {
                // jiff would also take a bare day.
                value.len() > 10 && (value.parse::<DateTime>().is_ok() || value.parse::<Timestamp>().is_ok())
            }
            FieldType::Checkbox => matches!(value, "true" | "false"),
            FieldType::Dropdown => is_choice(value),
            FieldType::Multiselect => {
                let chosen: Vec<&str> = value.split(CHOICE_SEPARATOR).collect();
                chosen.iter().enumerate().all(|(at, choice)| is_choice(choice) && !chosen[..at].contains(choice))
            }
            FieldType::Url => {
                ["http://", "https://"]
                    .iter()
                    .any(|scheme| value.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
                    && !value.chars().any(|c| c.is_whitespace() || c.is_control())
            }
            FieldType::Email => {
                value
                    .split_once('@')
                    .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
                    && !value.chars().any(|c| c.is_whitespace() || c.is_control())
            }
            FieldType::Phone => {
                value.bytes().any(|byte| byte.is_ascii_digit())
                    && value.bytes().all(|byte| byte.is_ascii_digit() || b"+-() ./x#".contains(&byte))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(data_type: FieldType) -> CustomField {
        let choices = if data_type.has_choices() { vec!["red".to_owned(), "dark blue".to_owned()] } else { Vec::new() };
        CustomField {
            id: CustomFieldId(1),
            object_kind: "customer".to_owned(),
            index: 1,
            label: "Colour".to_owned(),
            data_type,
            choices,
            is_mandatory: false,
            pii_type: PiiType::NonPii,
            max_length: None,
            help_text: String::new(),
            placeholder: String::new(),
            show_in_portal: false,
            edit_in_portal: false,
            show_in_pdf: false,
            show_on_pages: false,
            is_mandatory_on_pages: false,
            is_active: true,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[track_caller]
    fn check(data_type: FieldType, taken: &[&str], refused: &[&str]) {
        let field = field(data_type);
        assert_eq!(field.check(), Ok(()));
        for value in taken.iter().chain(&["", "  "]) {
            assert_eq!(field.check_value(value), Ok(()), "{data_type:?} {value}");
        }
        for value in refused {
            let wants = data_type.wants().to_owned();
            let refusal = Refusal::CustomFieldValue { label: "Colour".to_owned(), wants };
            assert_eq!(field.check_value(value), Err(refusal), "{data_type:?} {value}");
        }
    }

    #[test]
    fn values_are_of_their_type() {
        check(FieldType::Text, &["anything, at all"], &[]);
        check(FieldType::Number, &["0", "-12", "999999999999999999"], &["1.5", "x", "-", "+1", "1e3", "９"]);
        for decimal in [FieldType::Decimal, FieldType::Amount, FieldType::Percent] {
            check(decimal, &["0", "-12.5", "0.000000000001"], &["1,5", "x", "0.0000000000001", "."]);
        }
        check(
            FieldType::Date,
            &["2024-02-29"],
            &["2023-02-29", "29.02.2024", "2024-2-9", "20240229", "2024-02-29T10:00"],
        );
        check(
            FieldType::DateTime,
            &["2024-02-29T10:00", "2024-02-29 10:00:30", "2024-02-29T10:00:30Z", "2024-02-29T10:00:30+05:30"],
            &["2024-02-29", "2024-02-29T25:00", "noon"],
        );
        check(FieldType::Checkbox, &["true", "false"], &["yes", "1", "True"]);
        check(FieldType::Dropdown, &["red", "dark blue"], &["Red", "red,dark blue", "green"]);
        check(FieldType::Multiselect, &["red", "red,dark blue"], &["red,red", "red,", "red, dark blue", "green"]);
        check(
            FieldType::Url,
            &["http://a", "https://a.example/b?c"],
            &["a.example", "https://", "ftp://a", "http://a b"],
        );
        check(FieldType::Email, &["a@b"], &["a", "@b", "a@", "a@b@c", "a @b"]);
        check(FieldType::Phone, &["+49 (30) 123-45", "5551234x12"], &["call me", "+", "12a"]);
    }

    #[test]
    fn lengths_are_characters() {
        let short = CustomField { max_length: Some(3), ..field(FieldType::Text) };
        assert_eq!(short.check_value("äöü"), Ok(()));
        let wants = "at most 3 characters".to_owned();
        let refusal = Refusal::CustomFieldValue { label: "Colour".to_owned(), wants };
        assert_eq!(short.check_value("äöüß"), Err(refusal));
        let default = field(FieldType::Text);
        assert_eq!(default.check_value(&"x".repeat(2_000)), Ok(()));
        assert!(default.check_value(&"x".repeat(2_001)).is_err());
    }

    #[test]
    fn what_is_mandatory_is_not_cleared() {
        let mandatory = CustomField { is_mandatory: true, ..field(FieldType::Number) };
        let blank = Refusal::CustomFieldBlank { label: "Colour".to_owned() };
        assert_eq!(mandatory.check_value(""), Err(blank.clone()));
        assert_eq!(mandatory.check_value("  "), Err(blank));
        assert_eq!(mandatory.check_value("7"), Ok(()));
    }

    #[test]
    fn definitions_are_whole() {
        let refused = |field: CustomField, what| assert_eq!(field.check(), Err(Refusal::Invalid { what }));
        let text = || field(FieldType::Text);
        refused(CustomField { object_kind: "tenant".to_owned(), ..text() }, "object kind");
        refused(CustomField { index: 0, ..text() }, "index");
        refused(CustomField { index: 100, ..text() }, "index");
        refused(CustomField { max_length: Some(0), ..text() }, "max_length");
        refused(CustomField { max_length: Some(10_001), ..text() }, "max_length");
        refused(CustomField { choices: vec!["a".to_owned()], ..text() }, "choices");
        for choices in [vec![], vec!["a", "a"], vec![" a"], vec![""], vec!["a,b"]] {
            let choices = choices.into_iter().map(str::to_owned).collect();
            refused(CustomField { choices, ..field(FieldType::Multiselect) }, "choices");
        }
        let comma = CustomField { choices: vec!["a,b".to_owned()], ..field(FieldType::Dropdown) };
        assert_eq!((comma.check(), comma.check_value("a,b")), (Ok(()), Ok(())));
    }
}

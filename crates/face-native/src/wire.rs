//! The scalars of this face: how amounts, decimals, ids, days, instants, currencies and words are read and
//! written. An amount is a decimal string with all decimals of its currency, and its object names the currency
//! beside it; what is read may also be a JSON number, which is taken by its digits, never as a float.

mod words;

pub(crate) use words::{Vocabulary, Word};

use crate::schema::{Components, Schema};
use domain::id::{
    AddonId, ApplicationId, CancellationReasonId, ContactId, CouponId, CredentialId, CreditNoteId, CreditNoteLineId,
    CustomFieldId, CustomerId, EntityId, EventId, InvoiceId, ItemId, LineId, PaymentAttemptId, PaymentId,
    PaymentIntentId, PaymentMethodId, PlanId, PlanVersionId, ProductId, RefundId, SalespersonId, SeriesId,
    TaxAuthorityId, TaxExemptionId, TaxGroupId, TaxRateId, TenantId, TermsId, UnbilledChargeId, UnbilledChargeLineId,
    WriteOffId,
};
use domain::money::{Amount, Currency, Decimal, Money, Rate};
use http_kit::json::Number;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// An error of a value, with the code that the problem document shows: `invalid_date: ...`.
pub(crate) fn wrong<E: serde::de::Error>(code: &str, detail: impl std::fmt::Display) -> E {
    E::custom(format_args!("{code}: {detail}"))
}

/// An id that is spelled `inv_100200`.
pub(crate) trait NativeId: Copy + std::fmt::Display {
    const PREFIX: &'static str;
    const WORD: &'static str;
    fn parse(text: &str) -> Option<Self>;
}

macro_rules! native_ids {
    ($($name:ident),* $(,)?) => {$(
        impl NativeId for $name {
            const PREFIX: &'static str = $name::PREFIX;
            const WORD: &'static str = $name::WORD;
            fn parse(text: &str) -> Option<Self> {
                $name::parse(text)
            }
        }
    )*

        /// The native spelling of an id whose noun is known by its word only (events, audit rows). Nouns that
        /// are not listed are spelled with their word.
        pub(crate) fn spell(word: &str, id: i64) -> String {
            match word {
                $($name::WORD => $name(id).to_string(),)*
                other => format!("{other}_{id}"),
            }
        }

        /// The schema of an id whose noun is known by its word only (parameters of paths).
        pub(crate) fn id_schema(word: &str) -> Option<Value> {
            match word {
                $($name::WORD => Some(of_prefix($name::PREFIX)),)*
                _ => None,
            }
        }
    };
}

native_ids!(
    ApplicationId,
    ContactId,
    CreditNoteId,
    CreditNoteLineId,
    CredentialId,
    CustomFieldId,
    CustomerId,
    EntityId,
    EventId,
    InvoiceId,
    ItemId,
    LineId,
    PaymentAttemptId,
    PaymentId,
    PaymentIntentId,
    PaymentMethodId,
    RefundId,
    SalespersonId,
    SeriesId,
    TaxAuthorityId,
    TaxExemptionId,
    TaxGroupId,
    TaxRateId,
    TenantId,
    TermsId,
    CancellationReasonId,
    UnbilledChargeId,
    UnbilledChargeLineId,
    WriteOffId,
    AddonId,
    CouponId,
    PlanId,
    PlanVersionId,
    ProductId,
);

/// An id on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id<T>(pub(crate) T);

impl<T: NativeId> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: NativeId> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::parse(&text).map(Self).ok_or_else(|| {
            let noun = T::WORD.replace('_', " ");
            wrong("invalid_id", format_args!("the id of a {noun} looks like {}_100200", T::PREFIX))
        })
    }
}

impl<T: NativeId> Schema for Id<T> {
    fn schema(_: &mut Components) -> Value {
        of_prefix(T::PREFIX)
    }
}

fn of_prefix(prefix: &str) -> Value {
    json!({
        "type": "string",
        "pattern": format!("^{prefix}_[1-9][0-9]{{0,15}}$"),
        "example": format!("{prefix}_100200"),
    })
}

/// An amount that is written: all decimals of its currency.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AmountOut(pub(crate) Money);

impl Serialize for AmountOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_fixed())
    }
}

impl Schema for AmountOut {
    fn schema(all: &mut Components) -> Value {
        all.named("Amount", |_| {
            json!({
                "type": "string",
                "pattern": r"^-?[0-9]+(\.[0-9]{2,4})?$",
                "description": "A decimal with all decimals of the currency that its object names.",
                "example": "100.00",
            })
        })
    }
}

/// What numbers look like when they are read.
fn number_in(about: &str) -> Value {
    json!({
        "oneOf": [
            {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$", "maxLength": 40},
            {"type": "number"},
        ],
        "description": about,
        "example": "100.00",
    })
}

/// An amount that is read. It becomes money in the currency of what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AmountIn(pub(crate) Amount);

impl<'de> Deserialize<'de> for AmountIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let not_one = || wrong("invalid_amount", "expected an amount such as \"100.00\" or 100.00");
        let number = Number::deserialize(deserializer).map_err(|_| not_one())?;
        Amount::parse(number.as_str()).map(Self).map_err(|_| not_one())
    }
}

impl Schema for AmountIn {
    fn schema(all: &mut Components) -> Value {
        all.named("AmountInput", |_| {
            number_in("An amount as a decimal string, or as a number that is read by its digits.")
        })
    }
}

/// A unit price, a quantity or a rate: at most 12 decimals, never cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DecimalIn(pub(crate) Decimal);

impl<'de> Deserialize<'de> for DecimalIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let not_one = || wrong("invalid_decimal", "expected a decimal of at most 12 places such as \"0.0125\"");
        let number = Number::deserialize(deserializer).map_err(|_| not_one())?;
        Decimal::parse(number.as_str()).map(Self).map_err(|_| not_one())
    }
}

impl Schema for DecimalIn {
    fn schema(all: &mut Components) -> Value {
        all.named("DecimalInput", |_| {
            number_in("A decimal of at most 12 places as a string, or as a number that is read by its digits.")
        })
    }
}

/// A decimal that is written: the shortest that says the value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecimalOut(pub(crate) Decimal);

impl Serialize for DecimalOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Schema for DecimalOut {
    fn schema(all: &mut Components) -> Value {
        all.named("Decimal", |_| {
            json!({
                "type": "string",
                "pattern": r"^-?[0-9]+(\.[0-9]{1,12})?$",
                "description": "An exact decimal: a unit price, a quantity, a percentage, an exchange rate.",
                "example": "0.0125",
            })
        })
    }
}

impl From<Rate> for DecimalOut {
    /// In percent: 20 for 20 %.
    fn from(rate: Rate) -> Self {
        Self(rate.percent())
    }
}

/// An ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CurrencyCode(pub(crate) Currency);

impl Serialize for CurrencyCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl<'de> Deserialize<'de> for CurrencyCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = Currency::from_code(&text).map(Self);
        known.ok_or_else(|| wrong("invalid_currency", "expected an upper-case ISO 4217 code such as USD"))
    }
}

impl Schema for CurrencyCode {
    fn schema(all: &mut Components) -> Value {
        all.named("Currency", |_| {
            json!({
                "type": "string",
                "enum": codes(),
                "description": "An ISO 4217 code. Amounts of the object are in this currency.",
                "example": "USD",
            })
        })
    }
}

/// Every currency that is money here.
fn codes() -> Vec<String> {
    let letters = || (b'A'..=b'Z').map(char::from);
    let words = letters().flat_map(|one| letters().map(move |two| (one, two)));
    let words = words.flat_map(|(one, two)| letters().map(move |three| String::from_iter([one, two, three])));
    words.filter(|word| Currency::from_code(word).is_some()).collect()
}

/// Reads `2026-01-31` and nothing else.
pub(crate) fn parse_day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_shaped { text.parse().ok() } else { None }
}

/// A civil day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_day(&text).map(Self).ok_or_else(|| wrong("invalid_date", "expected a day such as 2026-01-31"))
    }
}

impl Schema for Day {
    fn schema(_: &mut Components) -> Value {
        json!({"type": "string", "format": "date", "example": "2026-01-31"})
    }
}

/// Reads an instant of RFC 3339.
pub(crate) fn parse_instant(text: &str) -> Option<Timestamp> {
    // jiff reads more than RFC 3339: a zone in brackets, a comma.
    if text.contains(['[', ',']) { None } else { text.parse().ok() }
}

/// An instant in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Schema for Instant {
    fn schema(_: &mut Components) -> Value {
        json!({"type": "string", "format": "date-time", "example": "2026-01-31T09:30:00Z"})
    }
}

/// JSON that is passed on as it was stored.
#[derive(Clone, Debug)]
pub(crate) struct Raw(Box<serde_json::value::RawValue>);

impl Raw {
    /// Stored text; what is not JSON becomes null.
    pub(crate) fn of(text: String) -> Self {
        let null = || serde_json::value::RawValue::NULL.to_owned();
        Self(serde_json::value::RawValue::from_string(text).unwrap_or_else(|_| null()))
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Schema for Raw {
    fn schema(_: &mut Components) -> Value {
        json!({"type": "object"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(body: &str, expected: Option<T>) {
        assert_eq!(serde_json::from_str(body).ok(), expected, "{body}");
    }

    fn amount(text: &str) -> Option<AmountIn> {
        Some(AmountIn(Amount::parse(text).expect("an amount")))
    }

    #[test]
    fn amounts_are_strings_or_exact_numbers() {
        reads("\"100.00\"", amount("100"));
        reads("100.10", amount("100.1"));
        reads("9007199254740993", amount("9007199254740993"));
        reads("0.1000000000000000055511151231257827", amount("0.1000000000000000055511151231257827"));
        for body in ["\"1,5\"", "\"\"", "true", "null", "[1]", "\"NaN\"", "\"1e41\""] {
            reads::<AmountIn>(body, None);
        }
        let money = Money::new(10_000, Currency::USD).expect("an amount");
        assert_eq!(serde_json::to_string(&AmountOut(money)).expect("JSON"), "\"100.00\"");
    }

    #[test]
    fn decimals_are_never_cut() {
        reads("\"0.000000000001\"", Some(DecimalIn(Decimal::new(1, 12).expect("a decimal"))));
        reads::<DecimalIn>("\"0.0000000000001\"", None);
        let price = DecimalOut(Decimal::parse("12.50").expect("a decimal"));
        assert_eq!(serde_json::to_string(&price).expect("JSON"), "\"12.5\"");
    }

    #[test]
    fn ids_are_of_their_kind() {
        reads("\"inv_100200\"", Some(Id(InvoiceId(100_200))));
        for body in ["\"cus_100200\"", "\"inv_0\"", "\"inv_\"", "\"inv_1x\"", "100200", "\"inv_99999999999999999\""] {
            reads::<Id<InvoiceId>>(body, None);
        }
        assert_eq!(spell("invoice", 5), "inv_5");
        assert_eq!(spell("unheard", 5), "unheard_5");
    }

    #[test]
    fn days_and_instants_are_strict() {
        reads("\"2026-02-28\"", Some(Day(jiff::civil::date(2026, 2, 28))));
        for body in
            ["\"2026-02-29\"", "\"2026-2-28\"", "\"20260228\"", "\"2026-02-28T00:00:00\"", "\"+002026-02-28\"", "1"]
        {
            reads::<Day>(body, None);
        }
        assert!(parse_instant("2026-01-31T09:30:00Z").is_some());
        assert!(parse_instant("2026-01-31T09:30:00+02:00").is_some());
        for text in ["2026-01-31", "2026-01-31T09:30:00", "2026-01-31T09:30:00Z[UTC]", "now"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn currencies_are_known_codes() {
        reads("\"USD\"", Some(CurrencyCode(Currency::USD)));
        for body in ["\"usd\"", "\"XAU\"", "\"US\"", "840"] {
            reads::<CurrencyCode>(body, None);
        }
    }
}

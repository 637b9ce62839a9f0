//! Small closed vocabularies: the same words as the domain stores.

use super::wrong;
use crate::schema::{Components, Schema};
use domain::catalogue::{AddonKind, CouponStatus, IntervalUnit, PricingScheme};
use domain::custom_field::{FieldType, PiiType};
use domain::invoice::view::Standing;
use domain::invoice::void::IfSettled;
use domain::invoice::{InvoiceKind, LineKind, NumberOrigin, State};
use domain::item::ItemKind;
use domain::numbering::{SeriesKind, SeriesReset};
use domain::party::{ClosedBooksPolicy, IssuedPolicy, ServiceLevel};
use domain::payment::intent::{AttemptState, IntentState};
use domain::payment::method::{Funding, MethodKind, MethodStatus};
use domain::payment::{PaymentMode, RefundKind, ReversalKind};
use domain::seller::ExemptionKind;
use domain::tax::{PriceMode, TaxCategory, TaxRounding};
use domain::unbilled_charge::ChargeStatus;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// Values that travel as one of a few words.
pub(crate) trait Vocabulary: Copy + 'static {
    /// The schema's name.
    const NAME: &'static str;
    /// Every value.
    const ALL: &'static [Self];
    fn word(self) -> &'static str;

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }

    /// All words, for people.
    fn listed() -> String {
        Self::ALL.iter().map(|value| value.word()).collect::<Vec<_>>().join(", ")
    }
}

macro_rules! vocabularies {
    ($($name:ident),* $(,)?) => {$(
        impl Vocabulary for $name {
            const NAME: &'static str = stringify!($name);
            const ALL: &'static [Self] = $name::ALL;
            fn word(self) -> &'static str {
                $name::word(self)
            }
        }
    )*};
}

vocabularies!(
    State,
    Standing,
    InvoiceKind,
    NumberOrigin,
    LineKind,
    PriceMode,
    TaxRounding,
    TaxCategory,
    PaymentMode,
    ChargeStatus,
    ReversalKind,
    RefundKind,
    MethodKind,
    MethodStatus,
    Funding,
    IntentState,
    AttemptState,
    ItemKind,
    ServiceLevel,
    IssuedPolicy,
    ClosedBooksPolicy,
    SeriesKind,
    SeriesReset,
    PricingScheme,
    IntervalUnit,
    AddonKind,
    CouponStatus,
    FieldType,
    PiiType,
    ExemptionKind,
);

impl Vocabulary for IfSettled {
    const NAME: &'static str = "IfSettled";
    const ALL: &'static [Self] = &[Self::Refuse, Self::Detach];

    fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Detach => "detach",
        }
    }
}

/// One word of a vocabulary on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Vocabulary> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = T::from_word(&text).map(Self);
        known.ok_or_else(|| wrong("invalid_word", format_args!("expected one of {}", T::listed())))
    }
}

impl<T: Vocabulary> Schema for Word<T> {
    fn schema(all: &mut Components) -> Value {
        all.named(T::NAME, |_| {
            let words: Vec<&str> = T::ALL.iter().map(|value| value.word()).collect();
            json!({"type": "string", "enum": words})
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        let mode: Word<PaymentMode> = serde_json::from_str("\"bank_transfer\"").expect("a word");
        assert_eq!(mode, Word(PaymentMode::BankTransfer));
        assert_eq!(serde_json::to_string(&mode).expect("JSON"), "\"bank_transfer\"");
        let error = serde_json::from_str::<Word<IfSettled>>("\"Refuse\"").expect_err("no word").to_string();
        assert!(error.starts_with("invalid_word: expected one of refuse, detach"), "{error}");
    }
}

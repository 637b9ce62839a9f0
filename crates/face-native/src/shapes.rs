//! Shapes that several resources have: addresses, terms, exchange rates, exemptions, custom field values.

use crate::schema::{answer, request, texts};
use crate::wire::{Day, DecimalIn, DecimalOut, Id};
use billing::custom_fields::{FieldRef, FieldValue};
use domain::id::CustomFieldId;
use domain::invoice::FxRate;
use domain::invoice::view::CustomFieldValue;
use domain::party;

request! {
    /// A postal address. What is left out is empty.
    AddressInput {
    } optional {
        /// For the attention of.
        attention: String as texts::line_or_empty,
        /// The first line.
        line1: String as texts::line_or_empty,
        /// The second line.
        line2: String as texts::line_or_empty,
        /// The third line.
        line3: String as texts::line_or_empty,
        /// City.
        city: String as texts::line_or_empty,
        /// State or region.
        state: String as texts::line_or_empty,
        /// Postal code.
        postcode: String as texts::line_or_empty,
        /// A name or an ISO 3166 code, as given.
        country: String as texts::line_or_empty,
        /// Telephone.
        phone: String as texts::line_or_empty,
        /// Fax.
        fax: String as texts::line_or_empty,
    }
}

answer! {
    /// A postal address; every part may be empty.
    Address {
        /// For the attention of.
        attention: String,
        /// The first line.
        line1: String,
        /// The second line.
        line2: String,
        /// The third line.
        line3: String,
        /// City.
        city: String,
        /// State or region.
        state: String,
        /// Postal code.
        postcode: String,
        /// A name or an ISO 3166 code, as given.
        country: String,
        /// Telephone.
        phone: String,
        /// Fax.
        fax: String,
    }
}

impl AddressInput {
    pub(crate) fn from_wire(self) -> party::Address {
        party::Address {
            attention: self.attention.unwrap_or_default(),
            line1: self.line1.unwrap_or_default(),
            line2: self.line2.unwrap_or_default(),
            line3: self.line3.unwrap_or_default(),
            city: self.city.unwrap_or_default(),
            state: self.state.unwrap_or_default(),
            postcode: self.postcode.unwrap_or_default(),
            country: self.country.unwrap_or_default(),
            phone: self.phone.unwrap_or_default(),
            fax: self.fax.unwrap_or_default(),
        }
    }
}

impl Address {
    pub(crate) fn to_wire(address: &party::Address) -> Self {
        Self {
            attention: address.attention.clone(),
            line1: address.line1.clone(),
            line2: address.line2.clone(),
            line3: address.line3.clone(),
            city: address.city.clone(),
            state: address.state.clone(),
            postcode: address.postcode.clone(),
            country: address.country.clone(),
            phone: address.phone.clone(),
            fax: address.fax.clone(),
        }
    }
}

request! {
    /// Payment terms.
    TermsInput {
        /// Days from the document's date to its due date, 0 to 3660.
        days: i64 as texts::term_days,
    } optional {
        /// As printed; `Net 30` for 30 days unless given.
        name: String as texts::short,
    }
}

answer! {
    /// Payment terms.
    Terms {
        /// As printed.
        name: String,
        /// Days from the document's date to its due date.
        days: i64,
    }
}

impl TermsInput {
    pub(crate) fn from_wire(self) -> party::Terms {
        let name = self.name.unwrap_or_else(|| format!("Net {}", self.days));
        party::Terms { id: None, name, days: self.days }
    }
}

impl Terms {
    pub(crate) fn to_wire(terms: &party::Terms) -> Self {
        Self { name: terms.name.clone(), days: terms.days }
    }
}

request! {
    /// A rate into the base currency of the legal entity.
    ExchangeRateInput {
        /// Base units per one unit of the document's currency.
        rate: DecimalIn,
        /// The day the rate is of.
        on: Day,
    } optional {
        /// Where it is from, such as `ECB`.
        source: String,
    }
}

answer! {
    /// A rate into the base currency of the legal entity.
    ExchangeRate {
        /// Base units per one unit of the document's currency.
        rate: DecimalOut,
        /// Where it is from.
        source: String,
        /// The day the rate is of.
        on: Day,
    }
}

impl ExchangeRate {
    pub(crate) fn to_wire(fx: &FxRate) -> Self {
        Self { rate: DecimalOut(fx.rate), source: fx.source.clone(), on: Day(fx.on) }
    }
}

impl ExchangeRateInput {
    pub(crate) fn from_wire(self) -> FxRate {
        FxRate { rate: self.rate.0, source: self.source.unwrap_or_default(), on: self.on.0 }
    }
}

request! {
    /// Why no tax is charged.
    ExemptionInput {
        /// Such as `VATEX-EU-AE`, or a code of your own.
        code: String as texts::short,
    } optional {
        /// As documents print it.
        reason: String as texts::line_or_empty,
    }
}

answer! {
    /// Why no tax is charged.
    Exemption {
        /// Such as `VATEX-EU-AE`.
        code: String,
        /// As documents print it.
        reason: String,
    }
}

impl ExemptionInput {
    pub(crate) fn from_wire(self) -> party::Exemption {
        party::Exemption { code: self.code, reason: self.reason.unwrap_or_default() }
    }
}

impl Exemption {
    pub(crate) fn to_wire(exemption: &party::Exemption) -> Self {
        Self { code: exemption.code.clone(), reason: exemption.reason.clone() }
    }
}

request! {
    /// The value of a custom field.
    CustomFieldInput {
        /// The field's definition.
        custom_field_id: Id<CustomFieldId>,
        /// The value as text.
        value: String,
    } optional {
    }
}

answer! {
    /// The value of a custom field.
    CustomFieldOutput {
        /// The field's definition.
        custom_field_id: Id<CustomFieldId>,
        /// The field's place among those of its kind of object, from 1.
        index: i64,
        /// As people know it.
        label: String,
        /// What its values are, such as `text` or `date`.
        data_type: String,
        /// The value as text.
        value: String,
    }
}

impl CustomFieldOutput {
    pub(crate) fn to_wire(value: &CustomFieldValue) -> Self {
        Self {
            custom_field_id: Id(value.field_id),
            index: value.index,
            label: value.label.clone(),
            data_type: value.data_type.clone(),
            value: value.value.clone(),
        }
    }
}

/// Values as verbs take them.
pub(crate) fn custom_fields(values: Option<Vec<CustomFieldInput>>) -> Vec<(CustomFieldId, String)> {
    values.unwrap_or_default().into_iter().map(|field| (field.custom_field_id.0, field.value)).collect()
}

/// The same, for verbs that take fields by any of their names.
pub(crate) fn field_values(values: Option<Vec<CustomFieldInput>>) -> Vec<FieldValue> {
    custom_fields(values).into_iter().map(|(id, value)| (FieldRef::Id(id), value)).collect()
}

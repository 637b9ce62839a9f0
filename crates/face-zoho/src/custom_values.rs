//! `custom_fields` of a request: each names its field by id, label or place, and says its value.

use std::collections::HashMap;

use billing::custom_fields::{FieldRef, FieldValue};
use domain::custom_field::CHOICE_SEPARATOR;
use domain::id::CustomFieldId;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::call::{Call, spelled};
use crate::errors::{Failure, Fault};
use crate::scalar::{Scalar, filled, whole};
use crate::wire;

/// A field and its value. Without a value, or with a blank one, the field is cleared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ValueBody {
    pub customfield_id: Option<Scalar>,
    pub label: Option<Scalar>,
    pub index: Option<Scalar>,
    pub value: Option<Given>,
}

/// One value, or the list that a multiple choice has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given(String);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('[') {
            let list: Vec<Scalar> = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
            let texts: Vec<&str> = list.iter().map(Scalar::as_str).collect();
            return Ok(Self(texts.join(&CHOICE_SEPARATOR.to_string())));
        }
        let scalar: Scalar = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        Ok(Self(scalar.into_string()))
    }
}

/// The values as verbs take them; ids are looked up at once.
pub(crate) async fn read(call: &Call, bodies: &[ValueBody]) -> Result<Vec<FieldValue>, Failure> {
    let texts: Vec<&str> = bodies.iter().filter_map(|body| filled(body.customfield_id.as_ref())).collect();
    if !texts.iter().all(|text| wire::is_id(text)) {
        return Err(Fault::invalid("customfield_id").into());
    }
    let found = call.native_ids(texts.iter().map(|text| spelled::<CustomFieldId>(text)).collect()).await?;
    let ids: HashMap<&str, CustomFieldId> =
        texts.into_iter().zip(found).filter_map(|(text, id)| Some((text, CustomFieldId(id?)))).collect();
    let name = |body: &ValueBody| -> Result<FieldRef, Failure> {
        if let Some(text) = filled(body.customfield_id.as_ref()) {
            let id = ids.get(text).copied();
            return Ok(FieldRef::Id(id.ok_or_else(|| billing::Error::missing(CustomFieldId::WORD, text))?));
        }
        if let Some(label) = filled(body.label.as_ref()) {
            return Ok(FieldRef::Label(label.to_owned()));
        }
        Ok(FieldRef::Index(whole("index", body.index.as_ref())?.ok_or_else(|| Fault::invalid("label"))?))
    };
    bodies.iter().map(|body| Ok((name(body)?, body.value.clone().unwrap_or_default().0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, value: Option<&str>) {
        let body: Option<ValueBody> = serde_json::from_str(json).ok();
        let found = body.map(|body| body.value.unwrap_or_default().0);
        assert_eq!(found.as_deref(), value, "{json}");
    }

    #[test]
    fn values_are_texts() {
        check(r#"{"label":"a","value":129890}"#, Some("129890"));
        check(r#"{"label":"a","value":" x "}"#, Some("x"));
        check(r#"{"label":"a","value":true}"#, Some("true"));
        check(r#"{"label":"a","value":["red","dark blue"]}"#, Some("red,dark blue"));
        check(r#"{"label":"a","value":[]}"#, Some(""));
        check(r#"{"label":"a","value":null}"#, Some(""));
        check(r#"{"label":"a"}"#, Some(""));
        check(r#"{"label":"a","value":{}}"#, None);
        check(r#"{"label":"a","value":[[]]}"#, None);
    }
}

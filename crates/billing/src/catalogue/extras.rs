//! What hangs on something offered beside its own fields: custom fields, tags, and the fields that only one face
//! has.

use crate::caller::FaceName;
use crate::custom_fields::{FieldValue, set, set_first};
use crate::verb::{Cx, Verb};
use crate::{Error, check};
use domain::Refusal;
use domain::id::ItemId;
use domain::invoice::view::LineTag;
use domain::item::Item;
use serde_json::{Map, Value};
use store::names::Tag;

/// `None` and what is not named stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    pub custom_fields: Vec<FieldValue>,
    pub tags: Option<Vec<LineTag>>,
    /// Members that are written over those that a face keeps beside the object.
    pub side_car: Option<(FaceName, Map<String, Value>)>,
}

/// Members of a side-car, and the longest text in it.
const MAX_SIDE_CAR: usize = 20_000;

impl Extras {
    /// Writes them beside an object of this kind; the names of what was given. A new object needs a value of every
    /// mandatory field.
    pub(super) async fn write(
        &self,
        cx: &mut Cx<'_, '_>,
        kind: &'static str,
        object: i64,
        is_new: bool,
    ) -> Result<Vec<&'static str>, Error> {
        let mut changed = Vec::new();
        if is_new {
            set_first(cx, kind, object, &self.custom_fields).await?;
        } else if !self.custom_fields.is_empty() {
            set(cx, kind, object, &self.custom_fields).await?;
            changed.push("custom_fields");
        }
        if let Some(tags) = &self.tags {
            if tags.len() > 50 {
                return Err(Refusal::Invalid { what: "tags" }.into());
            }
            let tag = |tag: &LineTag| Tag {
                object_id: object,
                label: String::new(),
                tag_id: tag.tag_id,
                option_id: tag.option_id,
            };
            let tags: Vec<Tag> = tags.iter().map(tag).collect();
            store::names::set_tags(cx.tx, kind, object, &tags).await?;
            changed.push("tags");
        }
        if let Some((face, members)) = &self.side_car
            && !members.is_empty()
        {
            let kept = store::names::side_cars(cx.tx, kind, &[object]).await?;
            let kept = kept.into_iter().find(|car| car.face == face.word());
            let mut content: Map<String, Value> =
                kept.and_then(|car| serde_json::from_str(&car.content).ok()).unwrap_or_default();
            for (name, value) in members {
                content.insert(name.clone(), value.clone());
            }
            let content = Value::Object(content).to_string();
            check::optional(&content, "fields of the vendor", MAX_SIDE_CAR)?;
            store::names::set_side_car(cx.tx, face.word(), kind, object, &content).await?;
            changed.push("side_car");
        }
        Ok(changed)
    }
}

/// Runs a verb about an item, and hangs these on it.
#[derive(Clone, Debug)]
pub struct WithExtras<V> {
    pub verb: V,
    pub extras: Extras,
    /// A new item needs a value of every mandatory field.
    pub is_new: bool,
}

impl<V: Verb<Outcome = Item>> Verb for WithExtras<V> {
    type Outcome = ItemId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<ItemId, Error> {
        let item = self.verb.run(cx).await?;
        self.extras.write(cx, ItemId::WORD, item.id.0, self.is_new).await?;
        Ok(item.id)
    }
}

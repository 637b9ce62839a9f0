//! Custom fields and a face's own fields of an object, together with the change that they came with.

use crate::Error;
use crate::custom_fields::{FieldValue, set, set_first};
use crate::verb::{Cx, Verb};
use domain::id::Id;

/// Runs a verb that makes or changes one object, and sets the object's custom fields.
#[derive(Clone, Debug)]
pub struct WithFields<V> {
    pub verb: V,
    pub fields: Vec<FieldValue>,
    /// A new object needs a value of every mandatory field.
    pub is_new: bool,
    /// A JSON object of fields that only the caller's face has, in place of the one before.
    pub side_car: Option<String>,
}

impl<V> WithFields<V> {
    /// Of an object that the verb makes.
    pub fn made(verb: V, fields: Vec<FieldValue>) -> Self {
        Self { verb, fields, is_new: true, side_car: None }
    }

    /// Of an object that is there.
    pub fn changed(verb: V, fields: Vec<FieldValue>) -> Self {
        Self { verb, fields, is_new: false, side_car: None }
    }
}

impl<V: Verb> Verb for WithFields<V>
where
    V::Outcome: Id + Into<i64>,
{
    type Outcome = V::Outcome;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<V::Outcome, Error> {
        let id = self.verb.run(cx).await?;
        let (kind, object) = (<V::Outcome as Id>::WORD, id.into());
        if self.is_new {
            set_first(cx, kind, object, &self.fields).await?;
        } else {
            set(cx, kind, object, &self.fields).await?;
        }
        if let Some(content) = &self.side_car {
            store::names::set_side_car(cx.tx, cx.caller.face.word(), kind, object, content).await?;
        }
        Ok(id)
    }
}

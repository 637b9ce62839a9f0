//! The names of objects that no other read answers with.

use super::invoice::Names;
use crate::{Billing, Caller, Error};
use std::collections::HashMap;

/// A text of a face's that names an object of this kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    pub kind: &'static str,
    pub text: String,
    /// The native id that the text spells in the face's alphabet, if any.
    pub native: Option<i64>,
}

impl Billing {
    /// What the caller's face calls these objects, as far as an import kept it. Ids of any kind may be mixed.
    pub async fn names(&self, caller: &Caller, ids: Vec<i64>) -> Result<Names, Error> {
        let caller = caller.clone();
        self.read(caller.tenant, move |tx| {
            let (caller, ids) = (caller.clone(), ids.clone());
            Box::pin(async move { Names::load(tx, &caller, &ids).await })
        })
        .await
    }

    /// The native ids that these texts name, in their order: the id that an import kept, else the one that the
    /// text spells, whether there is such an object or not. One query, whatever their number.
    pub async fn native_ids(&self, caller: &Caller, asked: Vec<Spelled>) -> Result<Vec<Option<i64>>, Error> {
        if asked.is_empty() || !caller.has_foreign_ids {
            return Ok(asked.into_iter().map(|spelled| spelled.native).collect());
        }
        let face = caller.face;
        self.read(caller.tenant, move |tx| {
            let asked = asked.clone();
            Box::pin(async move {
                let texts = asked.iter().map(|spelled| spelled.text.clone()).collect();
                let kept = store::names::find_foreign_ids(tx, face.word(), texts).await?;
                let kept: HashMap<(&str, &str), i64> =
                    kept.iter().map(|name| ((name.kind.as_str(), name.foreign_id.as_str()), name.id)).collect();
                let id_of =
                    |spelled: &Spelled| kept.get(&(spelled.kind, spelled.text.as_str())).copied().or(spelled.native);
                Ok(asked.iter().map(id_of).collect())
            })
        })
        .await
    }
}

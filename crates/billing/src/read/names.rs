//! The names of objects that no other read answers with.

use super::invoice::Names;
use crate::{Billing, Caller, Error};

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
}

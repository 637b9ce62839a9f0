//! What this face adds to billing's verbs, still in one transaction.

use billing::{Cx, Error, Verb};

/// Runs a verb and names the object that is to be read back, when the verb's own outcome does not.
#[derive(Clone, Debug)]
pub(crate) struct Giving<V, T> {
    pub(crate) verb: V,
    pub(crate) gives: T,
}

impl<V: Verb, T: Copy + Send + Sync + 'static> Verb for Giving<V, T> {
    type Outcome = T;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<T, Error> {
        self.verb.run(cx).await?;
        Ok(self.gives)
    }
}

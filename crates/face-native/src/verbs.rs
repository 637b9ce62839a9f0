//! Verbs that only this face puts together out of billing's, each still one transaction.

use billing::invoices::create::UpdateDraft;
use billing::invoices::details::EditDetails;
use billing::invoices::issue::IssueMany;
use billing::{Cx, Error, Verb};
use domain::id::InvoiceId;

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

/// Replaces a draft. Tags that are given as an empty list are taken away, which `UpdateDraft` leaves as they are.
#[derive(Clone, Debug)]
pub(crate) struct ReplaceDraft {
    pub(crate) update: UpdateDraft,
    pub(crate) clears_tags: bool,
}

impl Verb for ReplaceDraft {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let id = self.update.run(cx).await?;
        if self.clears_tags {
            EditDetails { tags: Some(Vec::new()), ..EditDetails::of(id) }.run(cx).await?;
        }
        Ok(id)
    }
}

/// Makes and issues many invoices with their tags and custom fields.
#[derive(Clone, Debug)]
pub(crate) struct IssueBulk {
    pub(crate) many: IssueMany,
}

impl Verb for IssueBulk {
    type Outcome = Vec<InvoiceId>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<InvoiceId>, Error> {
        let ids = self.many.run(cx).await?;
        for (id, spec) in ids.iter().zip(&self.many.specs) {
            if spec.tags.is_empty() && spec.custom_fields.is_empty() {
                continue;
            }
            let details = EditDetails {
                tags: Some(spec.tags.clone()),
                custom_fields: spec.custom_fields.clone(),
                ..EditDetails::of(*id)
            };
            details.run(cx).await?;
        }
        Ok(ids)
    }
}

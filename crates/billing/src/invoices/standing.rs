//! What a client says of an invoice as a whole: that it was sent, that it is still a draft, that it is there at all.

use super::create::lock;
use super::details::MarkSent;
use super::issue::IssueInvoice;
use crate::Error;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::InvoiceId;
use domain::invoice::State;

/// Marks an invoice as sent; a draft is issued first.
#[derive(Clone, Copy, Debug)]
pub struct MarkAsSent {
    pub invoice: InvoiceId,
}

impl Verb for MarkAsSent {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let invoice = lock(cx, self.invoice).await?;
        match invoice.state {
            State::Draft => {
                IssueInvoice { invoice: self.invoice }.run(cx).await?;
            }
            State::Issued => {}
            State::Void => return Err(Refusal::AlreadyVoid { invoice: self.invoice }.into()),
        }
        MarkSent { invoice: self.invoice }.run(cx).await
    }
}

/// Nothing on a draft; what was issued never is one again: `AlreadyIssued`, `AlreadyVoid`.
#[derive(Clone, Copy, Debug)]
pub struct RemainDraft {
    pub invoice: InvoiceId,
}

impl Verb for RemainDraft {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let invoice = self.invoice;
        match lock(cx, invoice).await?.state {
            State::Draft => Ok(invoice),
            State::Issued => Err(Refusal::AlreadyIssued { invoice }.into()),
            State::Void => Err(Refusal::AlreadyVoid { invoice }.into()),
        }
    }
}

/// A verb about an invoice that its client can still see: one that was withdrawn through a vendor's DELETE is
/// `Missing` for all that comes after.
#[derive(Clone, Debug)]
pub struct Present<V> {
    pub invoice: InvoiceId,
    pub then: V,
}

impl<V: Verb> Verb for Present<V> {
    type Outcome = V::Outcome;
    const CHANGES_ACCESS: bool = V::CHANGES_ACCESS;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<V::Outcome, Error> {
        if lock(cx, self.invoice).await?.withdrawn_at.is_some() {
            return Err(Error::missing(InvoiceId::WORD, self.invoice));
        }
        self.then.run(cx).await
    }
}

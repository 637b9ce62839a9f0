//! Voids an issued invoice: it keeps its number and total, owes nothing, and is never reopened.

use super::create::renumber;
use super::issue::IssueInvoice;
use crate::Error;
use crate::settle::{Settlement, entity_of, post_cancelled_write_offs, post_draft};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::InvoiceId;
use domain::invoice::State;
use domain::invoice::void::{IfSettled, void};
use domain::journal::post;
use jiff::civil::Date;
use serde_json::json;

#[derive(Clone, Debug)]
pub struct VoidInvoice {
    pub invoice: InvoiceId,
    pub if_settled: IfSettled,
    /// The day the void is dated; today when `None`.
    pub voided_on: Option<Date>,
    /// A draft is issued first, in the same transaction (Zoho voids drafts); else it is refused.
    pub issue_draft: bool,
    /// Deleted through a vendor's DELETE: that face answers as if it were gone.
    pub withdraw: bool,
    pub reason: String,
}

impl VoidInvoice {
    pub fn of(invoice: InvoiceId, if_settled: IfSettled) -> Self {
        Self { invoice, if_settled, voided_on: None, issue_draft: false, withdraw: false, reason: String::new() }
    }
}

impl Verb for VoidInvoice {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        crate::check::optional(&self.reason, "reason", crate::check::LINE)?;
        let id = self.invoice;
        let mut settlement = Settlement::lock(cx, &[id], &[], &[], true).await?;
        if self.issue_draft && settlement.invoice(id)?.state == State::Draft {
            IssueInvoice { invoice: id }.run(cx).await?;
            settlement = Settlement::lock(cx, &[id], &[], &[], true).await?;
        }
        let entity = entity_of(cx, settlement.invoice(id)?.entity_id).await?;
        let note = store::credit_notes::on_invoice(cx.tx, id).await?.first().map(|note| note.id);
        let on = self.voided_on.unwrap_or_else(|| cx.today(&entity));
        let mut live = std::mem::take(&mut settlement.live);
        let booked = settlement.invoices.get_mut(&id).ok_or_else(|| Error::missing(InvoiceId::WORD, id))?;
        let voided = void(booked, &mut live, &mut settlement.sources, note, self.if_settled, &entity, (on, cx.now))?;
        if self.withdraw {
            booked.noun.withdrawn_at = Some(cx.now);
        }
        let draft = post::invoice_voided(&booked.noun, entity.base_currency)?;
        let number = booked.noun.number.clone();
        let new = voided.reversals.iter().map(|reversal| reversal.application.clone()).collect();
        let rows = settlement.store_applications(cx, new, on, voided.posted_on).await?;
        post_cancelled_write_offs(cx, &settlement, &voided.reversals, &rows, entity.base_currency, voided.posted_on)?;
        post_draft(cx, draft, voided.posted_on)?;
        settlement.save(cx, &entity).await?;
        let detail = json!({"number": number, "reason": self.reason, "withdrawn": self.withdraw});
        cx.change.record("invoice.voided", InvoiceId::WORD, id.0, "voided", detail);
        Ok(id)
    }
}

/// Deletes as vendors' clients mean it: a draft is deleted, an issued invoice with nothing applied is voided
/// and withdrawn, a void one withdrawn; its number stays used.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawInvoice {
    pub invoice: InvoiceId,
}

impl Verb for WithdrawInvoice {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let mut invoice = super::create::lock(cx, self.invoice).await?;
        match invoice.state {
            State::Draft => super::create::DeleteDraft { invoice: invoice.id }.run(cx).await,
            State::Issued => {
                let void = VoidInvoice { withdraw: true, ..VoidInvoice::of(invoice.id, IfSettled::Refuse) };
                void.run(cx).await.map(drop)
            }
            State::Void if invoice.withdrawn_at.is_some() => Err(Refusal::AlreadyVoid { invoice: invoice.id }.into()),
            State::Void => {
                invoice.withdrawn_at = Some(cx.now);
                invoice.updated_at = cx.now;
                store::invoices::settle(cx.tx, &invoice).await?;
                cx.change.record("invoice.withdrawn", InvoiceId::WORD, invoice.id.0, "withdrawn", json!({}));
                Ok(())
            }
        }
    }
}

/// Gives a draft a number of the client's own, or takes it away.
#[derive(Clone, Debug)]
pub struct SetDraftNumber {
    pub invoice: InvoiceId,
    pub number: Option<String>,
}

impl Verb for SetDraftNumber {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        crate::check::optional_some(self.number.as_deref(), "number", crate::check::SHORT)?;
        let mut invoice = super::create::lock(cx, self.invoice).await?;
        domain::invoice::state::decide_delete(&invoice)?;
        invoice.number.clone_from(&self.number);
        invoice.number_origin = self.number.as_ref().map(|_| domain::invoice::NumberOrigin::External);
        renumber(cx, &invoice).await?;
        invoice.updated_at = cx.now;
        store::invoices::replace(cx.tx, &invoice).await?;
        cx.change.record("invoice.updated", InvoiceId::WORD, invoice.id.0, "updated", json!({"fields": ["number"]}));
        Ok(invoice.id)
    }
}

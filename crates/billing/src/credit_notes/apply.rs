//! Puts credit notes on invoices, and takes an application back.

use super::NoteShare;
use crate::Error;
use crate::parties::entities;
use crate::settle::{Settlement, family_of};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::credit_note::apply::{NoteWish, apply_notes};
use domain::id::{ApplicationId, CreditNoteId, InvoiceId};
use domain::payment::Source;
use domain::payment::allocate::unapply;
use jiff::civil::Date;

/// Puts what notes have left on invoices. A note named twice is drawn down twice, never overspent.
#[derive(Clone, Debug)]
pub struct ApplyCreditNotes {
    pub shares: Vec<NoteShare>,
    /// Today when `None`.
    pub on: Option<Date>,
}

impl Verb for ApplyCreditNotes {
    /// The applications made, in the order of the shares.
    type Outcome = Vec<ApplicationId>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<ApplicationId>, Error> {
        let Some(first) = self.shares.first() else {
            return Err(Refusal::Blank { what: "shares" }.into());
        };
        let invoices: Vec<InvoiceId> = self.shares.iter().map(|share| share.invoice).collect();
        let notes: Vec<CreditNoteId> = self.shares.iter().map(|share| share.note).collect();
        let mut settlement = Settlement::lock(cx, &invoices, &notes, &[], false).await?;
        let payer = settlement
            .sources
            .notes
            .get(&first.note)
            .map(|booked| (booked.noun.customer_id, booked.noun.entity_id))
            .ok_or_else(|| Error::missing(CreditNoteId::WORD, first.note))?;
        let family = family_of(cx, payer.0).await?;
        let entity = entities::load(cx, Some(payer.1)).await?;
        let on = self.on.unwrap_or_else(|| cx.today(&entity));
        let posted_on = entity.posting_day(on)?;
        let mut wishes = Vec::with_capacity(self.shares.len());
        for share in &self.shares {
            let currency = settlement.invoice(share.invoice)?.currency;
            let amount = share.amount.to_money(currency, "amount")?.minor;
            wishes.push(NoteWish { note: share.note, invoice: share.invoice, amount });
        }
        let base = entity.base_currency;
        let mut booked = std::mem::take(&mut settlement.invoices);
        let done = apply_notes(&mut settlement.sources.notes, &mut booked, &wishes, &family, base, on);
        settlement.invoices = booked;
        let rows = settlement.store_applications(cx, done?, on, posted_on).await?;
        settlement.save(cx, &entity).await?;
        Ok(rows.iter().map(|row| row.id).collect())
    }
}

/// Takes all that a note has put on one invoice off again.
#[derive(Clone, Copy, Debug)]
pub struct UnapplyCreditNote {
    pub note: CreditNoteId,
    pub invoice: InvoiceId,
}

impl Verb for UnapplyCreditNote {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let mut settlement = Settlement::lock(cx, &[self.invoice], &[self.note], &[], true).await?;
        let entity = entities::load(cx, Some(settlement.invoice(self.invoice)?.entity_id)).await?;
        let on = cx.today(&entity);
        let posted_on = entity.posting_day(on)?;
        let mut live = std::mem::take(&mut settlement.live);
        let booked =
            settlement.invoices.get_mut(&self.invoice).ok_or_else(|| Error::missing(InvoiceId::WORD, self.invoice))?;
        let mut new = Vec::new();
        for application in
            live.iter_mut().filter(|live| live.row.source == Source::CreditNote(self.note) && live.left() != 0)
        {
            new.push(unapply(booked, &mut settlement.sources, application, on)?.application);
        }
        if new.is_empty() {
            return Err(Refusal::AlreadyReversed.into());
        }
        settlement.store_applications(cx, new, on, posted_on).await?;
        settlement.save(cx, &entity).await
    }
}

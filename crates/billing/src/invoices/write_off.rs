//! Gives up what an invoice still owes, and takes that back.

use crate::Error;
use crate::settle::{Settlement, entity_of, post_cancelled_write_offs, post_draft};
use crate::verb::{Cx, Verb};
use domain::id::{InvoiceId, WriteOffId};
use domain::invoice::write_off::{cancel, write_off};
use domain::journal::post;
use jiff::civil::Date;

/// Writes off the remaining balance.
#[derive(Clone, Debug)]
pub struct WriteOffInvoice {
    pub invoice: InvoiceId,
    pub reason: String,
    /// Today when `None`.
    pub on: Option<Date>,
}

impl Verb for WriteOffInvoice {
    type Outcome = WriteOffId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<WriteOffId, Error> {
        crate::check::optional(&self.reason, "reason", crate::check::LINE)?;
        let id = cx.id(WriteOffId)?;
        let mut settlement = Settlement::lock(cx, &[self.invoice], &[], &[], true).await?;
        let entity = entity_of(cx, settlement.invoice(self.invoice)?.entity_id).await?;
        let on = self.on.unwrap_or_else(|| cx.today(&entity));
        let posted_on = entity.posting_day(on)?;
        let live_relief = settlement
            .sources
            .write_offs
            .values()
            .map(|earlier| earlier.tax_relief - earlier.tax_relief_cancelled)
            .sum();
        let booked =
            settlement.invoices.get_mut(&self.invoice).ok_or_else(|| Error::missing(InvoiceId::WORD, self.invoice))?;
        let given_up = write_off(booked, id, live_relief, entity.write_off_relieves_tax, entity.base_currency, on)?;
        let row = given_up.row(&booked.noun, &self.reason, on, cx.now);
        store::applications::insert_write_off(cx.tx, &row).await?;
        let rows = settlement.store_applications(cx, vec![given_up.application.clone()], on, posted_on).await?;
        let draft = post::written_off(&row, &rows[0], settlement.invoice(self.invoice)?, entity.base_currency)?;
        post_draft(cx, draft, posted_on)?;
        settlement.save(cx, &entity).await?;
        Ok(id)
    }
}

/// Cancels every live write-off of the invoice, which owes it again.
#[derive(Clone, Debug)]
pub struct CancelWriteOff {
    pub invoice: InvoiceId,
    /// Today when `None`.
    pub on: Option<Date>,
}

impl Verb for CancelWriteOff {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let mut settlement = Settlement::lock(cx, &[self.invoice], &[], &[], true).await?;
        let entity = entity_of(cx, settlement.invoice(self.invoice)?.entity_id).await?;
        let on = self.on.unwrap_or_else(|| cx.today(&entity));
        let posted_on = entity.posting_day(on)?;
        let mut live = std::mem::take(&mut settlement.live);
        let booked =
            settlement.invoices.get_mut(&self.invoice).ok_or_else(|| Error::missing(InvoiceId::WORD, self.invoice))?;
        let reversals = cancel(booked, &mut live, &mut settlement.sources, on)?;
        let new = reversals.iter().map(|reversal| reversal.application.clone()).collect();
        let rows = settlement.store_applications(cx, new, on, posted_on).await?;
        post_cancelled_write_offs(cx, &settlement, &reversals, &rows, entity.base_currency, posted_on)?;
        settlement.save(cx, &entity).await?;
        Ok(self.invoice)
    }
}

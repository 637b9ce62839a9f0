//! Pays money back, in the three ways of the field. The caller says which; nothing guesses.

use crate::Error;
use crate::check;
use crate::credit_notes::create::{insert_issued, note_header};
use crate::parties::entities;
use crate::settle::{Settlement, post_draft};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::credit_note::totals::credit_total;
use domain::id::{CreditNoteId, InvoiceId, PaymentId, RefundId};
use domain::journal::post;
use domain::money::{Amount, Currency};
use domain::party::LegalEntity;
use domain::payment::refund::{check_by_credit_note, reverse_and_owe_again};
use domain::payment::{PaymentMode, Refund, RefundKind, Source};
use domain::settlement::LiveApplication;
use jiff::civil::Date;
use serde_json::json;

/// Which of the three refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundOf {
    /// (a) What the payment settled is reversed, newest application first (or on one invoice only), and the
    /// invoices owe again.
    Reverse { payment: PaymentId, invoice: Option<InvoiceId> },
    /// (b) Unapplied money.
    Unapplied { payment: PaymentId },
    /// (b) What remains of a credit note.
    Note { note: CreditNoteId },
    /// (c) A credit note is made on the invoice's lines and paid out; the payment stays applied.
    ByCreditNote { payment: PaymentId, invoice: InvoiceId },
}

#[derive(Clone, Debug)]
pub struct RefundMoney {
    pub of: RefundOf,
    pub amount: Amount,
    pub mode: PaymentMode,
    /// Today when `None`.
    pub on: Option<Date>,
    pub reference: String,
    pub description: String,
}

impl Verb for RefundMoney {
    type Outcome = RefundId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<RefundId, Error> {
        check::optional(&self.reference, "reference", check::LINE)?;
        check::optional(&self.description, "description", check::LONG)?;
        match self.of {
            RefundOf::Reverse { payment, invoice } => self.reverse(cx, payment, invoice).await,
            RefundOf::Unapplied { payment } => self.unapplied(cx, payment).await,
            RefundOf::Note { note } => self.note(cx, note).await,
            RefundOf::ByCreditNote { payment, invoice } => self.by_note(cx, payment, invoice).await,
        }
    }
}

/// Days and issuer of a refund.
struct At {
    entity: LegalEntity,
    on: Date,
    posted_on: Date,
}

impl RefundMoney {
    async fn at(&self, cx: &mut Cx<'_, '_>, entity: domain::id::EntityId) -> Result<At, Error> {
        let entity = entities::load(cx, Some(entity)).await?;
        let on = self.on.unwrap_or_else(|| cx.today(&entity));
        let posted_on = entity.posting_day(on)?;
        Ok(At { entity, on, posted_on })
    }

    fn minor(&self, currency: Currency) -> Result<i64, Refusal> {
        Ok(self.amount.to_money(currency, "amount")?.minor)
    }

    async fn reverse(
        &self,
        cx: &mut Cx<'_, '_>,
        payment: PaymentId,
        only: Option<InvoiceId>,
    ) -> Result<RefundId, Error> {
        // The invoices are locked before the payment, so which they are is read first and read again after.
        let invoices = match only {
            Some(only) => vec![only],
            None => invoices_of(cx, payment).await?,
        };
        let mut settlement = Settlement::lock(cx, &invoices, &[], &[payment], true).await?;
        let noun = settlement
            .sources
            .payments
            .get(&payment)
            .map(|booked| booked.noun.clone())
            .ok_or_else(|| Error::missing(PaymentId::WORD, payment))?;
        if only.is_none() && invoices_of(cx, payment).await? != invoices {
            return Err(Error::Conflict { what: "the payment was applied elsewhere meanwhile" });
        }
        let at = self.at(cx, noun.entity_id).await?;
        let amount = self.minor(noun.currency)?;
        let mut live = std::mem::take(&mut settlement.live);
        let mut booked = std::mem::take(&mut settlement.invoices);
        let base = at.entity.base_currency;
        let done = reverse_and_owe_again(payment, &mut booked, &mut settlement.sources, &mut live, amount, base, at.on);
        settlement.invoices = booked;
        let done = done?;
        settlement.store_applications(cx, done.reversals, at.on, at.posted_on).await?;
        let refund = self.row(cx, RefundKind::ReverseAndOweAgain, &noun, at.on, amount)?;
        let refund = Refund { invoice_id: only, ..refund };
        self.keep(cx, &refund, done.refund_base, at.posted_on).await?;
        settlement.save(cx, &at.entity).await?;
        Ok(refund.id)
    }

    async fn unapplied(&self, cx: &mut Cx<'_, '_>, payment: PaymentId) -> Result<RefundId, Error> {
        let mut settlement = Settlement::lock(cx, &[], &[], &[payment], false).await?;
        let booked =
            settlement.sources.payments.get_mut(&payment).ok_or_else(|| Error::missing(PaymentId::WORD, payment))?;
        let at = self.at(cx, booked.noun.entity_id).await?;
        let amount = self.minor(booked.noun.currency)?;
        let refund_base = booked.noun.refund_unapplied(amount, at.entity.base_currency)?;
        let refund = self.row(cx, RefundKind::Unapplied, &booked.noun, at.on, amount)?;
        self.keep(cx, &refund, refund_base, at.posted_on).await?;
        settlement.save(cx, &at.entity).await?;
        Ok(refund.id)
    }

    async fn note(&self, cx: &mut Cx<'_, '_>, note: CreditNoteId) -> Result<RefundId, Error> {
        let mut settlement = Settlement::lock(cx, &[], &[note], &[], false).await?;
        let booked = settlement.sources.notes.get_mut(&note).ok_or_else(|| Error::missing(CreditNoteId::WORD, note))?;
        let at = self.at(cx, booked.noun.entity_id).await?;
        let amount = self.minor(booked.noun.currency)?;
        let refund_base = booked.noun.refund_remaining(amount, at.entity.base_currency)?;
        let refund = Refund {
            id: cx.id(RefundId)?,
            kind: RefundKind::Unapplied,
            customer_id: booked.noun.customer_id,
            entity_id: booked.noun.entity_id,
            currency: booked.noun.currency,
            payment_id: None,
            credit_note_id: Some(note),
            invoice_id: booked.noun.invoice_id,
            amount,
            refunded_on: at.on,
            mode: self.mode,
            reference: self.reference.clone(),
            description: self.description.clone(),
            created_at: cx.now,
        };
        self.keep(cx, &refund, refund_base, at.posted_on).await?;
        settlement.save(cx, &at.entity).await?;
        Ok(refund.id)
    }

    async fn by_note(&self, cx: &mut Cx<'_, '_>, payment: PaymentId, invoice: InvoiceId) -> Result<RefundId, Error> {
        let mut settlement = Settlement::lock(cx, &[invoice], &[], &[payment], true).await?;
        let noun = settlement
            .sources
            .payments
            .get(&payment)
            .map(|booked| booked.noun.clone())
            .ok_or_else(|| Error::missing(PaymentId::WORD, payment))?;
        let at = self.at(cx, noun.entity_id).await?;
        let amount = self.minor(noun.currency)?;
        let earlier: i64 = store::applications::refunds_of_payments(cx.tx, &[payment])
            .await?
            .iter()
            .filter(|refund| refund.kind == RefundKind::ByCreditNote && refund.invoice_id == Some(invoice))
            .map(|refund| refund.amount)
            .sum();
        check_by_credit_note(&noun, invoice, &settlement.live, earlier, amount)?;
        let document = crate::invoices::correct::load(cx, invoice).await?;
        let notes = crate::credit_notes::create::earlier(cx, invoice).await?;
        let computed = credit_total(&document, &notes, amount)?;
        let mut note = note_header(cx, &document, at.on)?;
        note.reason.clone_from(&self.description);
        let note = insert_issued(cx, &at.entity, note, computed, &document).await?;
        let note_id = note.id;
        settlement.add_note(note);
        let booked =
            settlement.sources.notes.get_mut(&note_id).ok_or_else(|| Error::missing(CreditNoteId::WORD, note_id))?;
        let refund_base = booked.noun.refund_remaining(amount, at.entity.base_currency)?;
        let refund = self.row(cx, RefundKind::ByCreditNote, &noun, at.on, amount)?;
        let refund = Refund { credit_note_id: Some(note_id), invoice_id: Some(invoice), ..refund };
        self.keep(cx, &refund, refund_base, at.posted_on).await?;
        settlement.save(cx, &at.entity).await?;
        Ok(refund.id)
    }

    fn row(
        &self,
        cx: &mut Cx<'_, '_>,
        kind: RefundKind,
        payment: &domain::payment::Payment,
        on: Date,
        amount: i64,
    ) -> Result<Refund, Error> {
        Ok(Refund {
            id: cx.id(RefundId)?,
            kind,
            customer_id: payment.customer_id,
            entity_id: payment.entity_id,
            currency: payment.currency,
            payment_id: Some(payment.id),
            credit_note_id: None,
            invoice_id: None,
            amount,
            refunded_on: on,
            mode: self.mode,
            reference: self.reference.clone(),
            description: self.description.clone(),
            created_at: cx.now,
        })
    }

    async fn keep(&self, cx: &mut Cx<'_, '_>, refund: &Refund, refund_base: i64, posted_on: Date) -> Result<(), Error> {
        store::applications::insert_refund(cx.tx, refund).await?;
        post_draft(cx, post::refunded(refund, refund_base), posted_on)?;
        let amount = domain::money::Money { minor: refund.amount, currency: refund.currency };
        let detail = json!({
            "kind": refund.kind.word(),
            "amount": amount.to_plain(),
            "currency": refund.currency.code(),
            "payment_id": refund.payment_id.map(|id| id.to_string()),
            "credit_note_id": refund.credit_note_id.map(|id| id.to_string()),
        });
        cx.change.record("refund.made", RefundId::WORD, refund.id.0, "made", detail);
        Ok(())
    }
}

/// Invoices on which something of the payment is still applied, ids ascending.
pub(super) async fn invoices_of(cx: &mut Cx<'_, '_>, payment: PaymentId) -> Result<Vec<InvoiceId>, Error> {
    let rows = store::applications::of_source(cx.tx, Source::Payment(payment)).await?;
    let mut ids: Vec<InvoiceId> = LiveApplication::fold(&rows)
        .into_iter()
        .filter(|live| live.left() != 0)
        .map(|live| live.row.invoice_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

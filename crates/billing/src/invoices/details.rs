//! Changes that are always allowed, each audited: addresses (a new revision of an issued document), memo,
//! terms text, the day payment is expected, tags and custom fields.

use super::correct::{keep_revision, load};
use super::create::{set_custom_fields, set_tags};
use super::{content_hash, content_text};
use crate::Error;
use crate::check;
use crate::verb::{Cx, Verb};
use domain::id::{CustomFieldId, InvoiceId};
use domain::invoice::State;
use domain::party::Address;
use jiff::civil::Date;
use serde_json::json;

/// `None` leaves a field as it is.
#[derive(Clone, Debug)]
pub struct EditDetails {
    pub invoice: InvoiceId,
    pub bill_to: Option<Address>,
    pub ship_to: Option<Address>,
    pub memo: Option<String>,
    pub terms_text: Option<String>,
    pub payment_expected_on: Option<Option<Date>>,
    pub tags: Option<Vec<String>>,
    pub custom_fields: Vec<(CustomFieldId, String)>,
}

impl EditDetails {
    pub fn of(invoice: InvoiceId) -> Self {
        Self {
            invoice,
            bill_to: None,
            ship_to: None,
            memo: None,
            terms_text: None,
            payment_expected_on: None,
            tags: None,
            custom_fields: Vec::new(),
        }
    }
}

impl Verb for EditDetails {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        for address in self.bill_to.iter().chain(&self.ship_to) {
            check::address(address, "address")?;
        }
        check::optional(self.memo.as_deref().unwrap_or_default(), "memo", check::LONG)?;
        check::optional(self.terms_text.as_deref().unwrap_or_default(), "terms_text", check::LONG)?;
        check::tags(self.tags.as_deref().unwrap_or_default())?;
        let before = load(cx, self.invoice).await?;
        let mut after = before.clone();
        let invoice = &mut after.invoice;
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if let Some(value) = &self.$field
                    && invoice.$field != *value
                {
                    invoice.$field = value.clone();
                    changed.push(stringify!($field));
                }
            )*};
        }
        take!(bill_to, ship_to, memo, terms_text, payment_expected_on);
        let is_new_revision = invoice.state != State::Draft
            && (invoice.bill_to != before.invoice.bill_to || invoice.ship_to != before.invoice.ship_to);
        if is_new_revision {
            invoice.revision += 1;
        }
        invoice.updated_at = cx.now;
        store::invoices::replace(cx.tx, invoice).await?;
        if is_new_revision {
            keep_revision(cx, &before, "address").await?;
            let (_, base_total) = store::invoices::content(cx.tx, self.invoice).await?;
            let hash = content_hash(&content_text(&after));
            store::invoices::set_content(cx.tx, self.invoice, &hash, base_total).await?;
        }
        if let Some(tags) = &self.tags {
            set_tags(cx, self.invoice, tags).await?;
            changed.push("tags");
        }
        if !self.custom_fields.is_empty() {
            set_custom_fields(cx, InvoiceId::WORD, self.invoice.0, &self.custom_fields).await?;
            changed.push("custom_fields");
        }
        let detail = json!({"fields": changed});
        cx.change.record("invoice.updated", InvoiceId::WORD, self.invoice.0, "updated", detail);
        Ok(self.invoice)
    }
}

/// Marks an issued invoice as sent, without sending anything.
#[derive(Clone, Copy, Debug)]
pub struct MarkSent {
    pub invoice: InvoiceId,
}

impl Verb for MarkSent {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        let mut invoice = super::create::lock(cx, self.invoice).await?;
        if invoice.state != State::Issued {
            return Err(domain::Refusal::NotIssued { invoice: invoice.id }.into());
        }
        if invoice.sent_at.is_none() {
            invoice.sent_at = Some(cx.now);
            invoice.updated_at = cx.now;
            store::invoices::replace(cx.tx, &invoice).await?;
            cx.change.record("invoice.sent", InvoiceId::WORD, invoice.id.0, "sent", json!({}));
        }
        Ok(invoice.id)
    }
}

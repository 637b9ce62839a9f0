//! `POST /invoices/{invoice_id}/credits`: several credit notes, and payments that have something left, at once.

use billing::invoices::apply::{Applied, ApplyToInvoice};
use billing::invoices::standing::Present;
use billing::read::{Named, Names};
use domain::id::{ApplicationId, CreditNoteId, Id, InvoiceId, PaymentId};
use domain::money::Amount;
use domain::payment::Source;
use http_kit::Answer;
use http_kit::json::Object;
use serde::Deserialize;

use super::{of_body, present_id};
use crate::call::{Call, spelled};
use crate::errors::{Failure, Fault};
use crate::routes::Handling;
use crate::scalar::{Scalar, amount, filled};
use crate::wire;

const MESSAGE: &str = "Credits have been applied to the invoice(s).";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Credits {
    apply_creditnotes: Option<Vec<Share>>,
    /// Zoho Books' twin of this operation takes payments too.
    invoice_payments: Option<Vec<Share>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Share {
    creditnote_id: Option<Scalar>,
    payment_id: Option<Scalar>,
    amount_applied: Option<Scalar>,
}

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let verb = from_wire(&call).await?;
        call.write(verb, |applied| to_wire(&applied)).await.map_err(of_body)
    })
}

async fn from_wire(call: &Call) -> Result<Present<ApplyToInvoice>, Failure> {
    let invoice = present_id(call).await?;
    let body: Credits = call.read()?;
    let notes = body.apply_creditnotes.unwrap_or_default();
    let payments = body.invoice_payments.unwrap_or_default();
    if notes.is_empty() && payments.is_empty() {
        return Err(Fault::invalid("apply_creditnotes").into());
    }
    let notes = shares::<CreditNoteId>(call, notes, "creditnote_id", |share| &share.creditnote_id).await?;
    let payments = shares::<PaymentId>(call, payments, "payment_id", |share| &share.payment_id).await?;
    Ok(Present { invoice, then: ApplyToInvoice { invoice, notes, payments, on: None } })
}

/// So much of each, in order; one query for all their ids.
async fn shares<T: Id>(
    call: &Call,
    shares: Vec<Share>,
    field: &str,
    id: fn(&Share) -> &Option<Scalar>,
) -> Result<Vec<(T, Amount)>, Failure> {
    let mut asked = Vec::with_capacity(shares.len());
    let mut amounts = Vec::with_capacity(shares.len());
    for share in &shares {
        let text = filled(id(share).as_ref()).filter(|text| wire::is_id(text)).ok_or_else(|| Fault::invalid(field))?;
        asked.push(spelled::<T>(text));
        let given = amount("amount_applied", share.amount_applied.as_ref())?;
        amounts.push(given.ok_or_else(|| Fault::invalid("amount_applied"))?);
    }
    let texts: Vec<String> = asked.iter().map(|asked| asked.text.clone()).collect();
    let found = call.native_ids(asked).await?;
    let ids = found
        .into_iter()
        .zip(texts)
        .map(|(id, text)| id.map(T::of).ok_or_else(|| Failure::from(billing::Error::missing(T::WORD, text))));
    ids.zip(amounts).map(|(id, amount)| Ok((id?, amount))).collect()
}

fn to_wire(applied: &Named<Vec<Applied>>) -> Answer {
    let (rows, names) = (&applied.value, &applied.names);
    let is_note = |applied: &&Applied| matches!(applied.row.source, Source::CreditNote(_));
    let payments: Vec<&Applied> = rows.iter().filter(|applied| !is_note(applied)).collect();
    wire::success(MESSAGE, |o| {
        o.array("apply_creditnotes", rows.iter().filter(is_note), |applied, o| {
            row(applied, names, "creditnotes_invoice_id", "creditnote_id", o);
        });
        if !payments.is_empty() {
            o.array("invoice_payments", payments, |applied, o| {
                row(applied, names, "invoice_payment_id", "payment_id", o);
            });
        }
    })
}

fn row(applied: &Applied, names: &Names, own_key: &str, source_key: &str, o: &mut Object<'_>) {
    let row = &applied.row;
    let source = match row.source {
        Source::CreditNote(id) => wire::id_of(names, CreditNoteId::WORD, id.0),
        Source::Payment(id) => wire::id_of(names, PaymentId::WORD, id.0),
        Source::WriteOff(id) => wire::spell(id.0),
    };
    o.str(own_key, &wire::id_of(names, ApplicationId::WORD, row.id.0))
        .str(source_key, &source)
        .str("invoice_id", &wire::id_of(names, InvoiceId::WORD, row.invoice_id.0))
        .dec("amount_applied", applied.amount)
        .text("date", row.applied_on)
        .str("date_formatted", &row.applied_on.strftime("%d %b %Y").to_string());
}

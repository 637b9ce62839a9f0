//! A payment as a client asks for it, in `POST /payments` and `PUT /payments/{payment_id}`. The accounts that Zoho
//! lets a client choose (`account_id`, `tax_account_id`) are passed over: the books have one for cash.

use billing::custom_fields::FieldValue;
use billing::payments::Share;
use domain::id::{CustomerId, InvoiceId};
use domain::invoice::FxRate;
use domain::money::Amount;
use domain::payment::PaymentMode;
use jiff::civil::Date;
use serde::Deserialize;

use super::mode;
use crate::call::{Call, spelled};
use crate::custom_values::{self, ValueBody};
use crate::errors::{Failure, Fault};
use crate::scalar::{Scalar, amount, day, decimal, filled, text};
use crate::wire;

/// Who said what a rate is.
pub(crate) const RATE_SOURCE: &str = "client";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PaymentBody {
    pub customer_id: Option<Scalar>,
    pub payment_mode: Option<Scalar>,
    pub amount: Option<Scalar>,
    pub date: Option<Scalar>,
    pub reference_number: Option<Scalar>,
    pub description: Option<Scalar>,
    pub invoices: Option<Vec<ShareBody>>,
    pub exchange_rate: Option<Scalar>,
    pub bank_charges: Option<Scalar>,
    pub custom_fields: Option<Vec<ValueBody>>,
}

/// So much of it for one invoice.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ShareBody {
    pub invoice_id: Option<Scalar>,
    pub amount_applied: Option<Scalar>,
}

/// The body with what it names looked up.
pub(super) struct Asked {
    pub customer: Option<CustomerId>,
    pub mode: Option<PaymentMode>,
    pub amount: Option<Amount>,
    pub bank_charges: Option<Amount>,
    pub fx: Option<FxRate>,
    pub received_on: Option<Date>,
    pub reference: Option<String>,
    pub description: Option<String>,
    pub shares: Option<Vec<Share>>,
    pub fields: Vec<FieldValue>,
}

impl PaymentBody {
    /// `today`: the day of a rate whose payment has no date.
    pub async fn from_wire(self, call: &Call, today: Date) -> Result<Asked, Failure> {
        let customer = match filled(self.customer_id.as_ref()) {
            Some(text) => Some(call.field_id::<CustomerId>("customer_id", text).await.map_err(super::of_body)?),
            None => None,
        };
        let received_on = day("date", self.date.as_ref())?;
        let shares = match self.invoices {
            Some(bodies) => Some(shares(call, &bodies).await?),
            None => None,
        };
        let fields = custom_values::read(call, self.custom_fields.as_deref().unwrap_or_default()).await?;
        Ok(Asked {
            customer,
            mode: mode("payment_mode", self.payment_mode.as_ref())?,
            amount: amount("amount", self.amount.as_ref())?,
            bank_charges: amount("bank_charges", self.bank_charges.as_ref())?,
            fx: rate(self.exchange_rate.as_ref(), received_on.unwrap_or(today))?,
            received_on,
            reference: text(self.reference_number),
            description: text(self.description),
            shares,
            fields,
        })
    }
}

/// What a client says of the rate into the currency of the books.
pub(crate) fn rate(given: Option<&Scalar>, on: Date) -> Result<Option<FxRate>, Fault> {
    match decimal("exchange_rate", given)? {
        None => Ok(None),
        Some(rate) if !rate.is_positive() => Err(Fault::invalid("exchange_rate")),
        Some(rate) => Ok(Some(FxRate { rate, source: RATE_SOURCE.to_owned(), on })),
    }
}

/// The shares with their invoices, looked up by one query.
pub(crate) async fn shares(call: &Call, bodies: &[ShareBody]) -> Result<Vec<Share>, Failure> {
    let mut asked = Vec::with_capacity(bodies.len());
    let mut amounts = Vec::with_capacity(bodies.len());
    for body in bodies {
        let text = filled(body.invoice_id.as_ref()).filter(|text| wire::is_id(text));
        asked.push(spelled::<InvoiceId>(text.ok_or_else(|| Fault::invalid("invoice_id"))?));
        let given = amount("amount_applied", body.amount_applied.as_ref())?;
        amounts.push(given.ok_or_else(|| Fault::invalid("amount_applied"))?);
    }
    let texts: Vec<String> = asked.iter().map(|asked| asked.text.clone()).collect();
    let found = call.native_ids(asked).await?;
    let mut shares = Vec::with_capacity(amounts.len());
    for ((id, text), amount) in found.into_iter().zip(texts).zip(amounts) {
        let id = id.ok_or_else(|| billing::Error::missing(InvoiceId::WORD, text))?;
        shares.push(Share { invoice: InvoiceId(id), amount });
    }
    Ok(shares)
}

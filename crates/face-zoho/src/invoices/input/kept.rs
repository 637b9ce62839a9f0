//! What Zoho's clients say of an invoice and its lines that changes no amount: fields of Zoho's editions, templates
//! and mails. They are kept in the side-cars, key by key, and told again.

use serde_json::{Map, Value, json};

use super::{ContactPerson, InvoiceBody, ItemBody};
use crate::errors::Fault;
use crate::scalar::{Scalar, flag};
use crate::side_car::PaymentGateway;
use crate::wire;

/// Characters of a word or a number.
const MAX_SHORT: usize = 100;
/// Characters of a mail's text.
const MAX_LONG: usize = 10_000;

fn put(fields: &mut Map<String, Value>, name: &str, given: Option<&Scalar>, limit: usize) -> Result<(), Fault> {
    let Some(given) = given else { return Ok(()) };
    if given.as_str().chars().count() > limit {
        return Err(Fault::too_long(name, limit));
    }
    fields.insert(name.to_owned(), Value::from(given.as_str()));
    Ok(())
}

fn json_of(fields: Map<String, Value>) -> Option<String> {
    (!fields.is_empty()).then(|| Value::Object(fields).to_string())
}

/// The keys of [`InvoiceExtras`](crate::side_car::InvoiceExtras) that the body names; `None` when it names none.
pub(crate) fn kept_of_invoice(body: &InvoiceBody) -> Result<Option<String>, Fault> {
    let mut fields = Map::new();
    for (name, given, limit) in [
        ("place_of_supply", &body.place_of_supply, MAX_SHORT),
        ("vat_treatment", &body.vat_treatment, MAX_SHORT),
        ("gst_treatment", &body.gst_treatment, MAX_SHORT),
        ("tax_treatment", &body.tax_treatment, MAX_SHORT),
        ("cfdi_usage", &body.cfdi_usage, MAX_SHORT),
        ("gst_no", &body.gst_no, MAX_SHORT),
        ("vat_reg_no", &body.vat_reg_no, MAX_SHORT),
        ("template_id", &body.template_id, MAX_SHORT),
        ("invoiced_estimate_id", &body.invoiced_estimate_id, MAX_SHORT),
        ("custom_subject", &body.custom_subject, MAX_LONG),
        ("custom_body", &body.custom_body, MAX_LONG),
    ] {
        put(&mut fields, name, given.as_ref(), limit)?;
    }
    if let Some(persons) = &body.contact_persons {
        if persons.len() > MAX_SHORT {
            return Err(Fault::invalid("contact_persons"));
        }
        let ids: Vec<&str> = persons.iter().map(|ContactPerson(id)| id.as_str()).filter(|id| !id.is_empty()).collect();
        if !ids.iter().all(|id| wire::is_id(id)) {
            return Err(Fault::invalid("contactperson_id"));
        }
        fields.insert("contact_persons".to_owned(), json!(ids));
    }
    if let Some(allows) = flag("allow_partial_payments", body.allow_partial_payments.as_ref())? {
        fields.insert("allow_partial_payments".to_owned(), Value::from(allows));
    }
    if let Some(raw) = &body.payment_options {
        let options =
            serde_json::from_str::<PaymentOptions>(raw.get()).map_err(|_| Fault::invalid("payment_options"))?;
        let gateways = options.payment_gateways;
        if gateways.len() > MAX_SHORT || gateways.iter().any(PaymentGateway::is_too_long) {
            return Err(Fault::invalid("payment_gateways"));
        }
        let gateways = serde_json::to_value(&gateways).expect("plain fields serialise");
        fields.insert("payment_gateways".to_owned(), gateways);
    }
    Ok(json_of(fields))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct PaymentOptions {
    payment_gateways: Vec<PaymentGateway>,
}

/// The keys of [`LineExtras`](crate::side_car::LineExtras) that the member names; `None` when it names none.
pub(crate) fn kept_of_line(item: &ItemBody) -> Result<Option<String>, Fault> {
    let mut fields = Map::new();
    for (name, given) in [
        ("tax_exemption_id", &item.tax_exemption_id),
        ("product_type", &item.product_type),
        ("hsn_or_sac", &item.hsn_or_sac),
        ("sat_item_key_code", &item.sat_item_key_code),
        ("unitkey_code", &item.unitkey_code),
    ] {
        put(&mut fields, name, given.as_ref(), MAX_SHORT)?;
    }
    Ok(json_of(fields))
}

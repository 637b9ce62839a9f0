//! An invoice as a client asks for it, in `POST /invoices` and `PUT /invoices/{invoice_id}`: Zoho's field names, and
//! what each comes to. A field that would change money and that we cannot honour is refused by its name; fields of
//! Zoho's editions and templates are kept beside the invoice and told again.

mod item;
mod kept;

pub(super) use item::{ItemBody, line_edits};

use std::collections::HashMap;

use billing::custom_fields::{FieldRef, FieldValue};
use billing::invoices::asked::{AddressEdit, AllowanceEdit, HeaderEdit, Seller};
use billing::invoices::{AllowanceSpec, DiscountAmount, DiscountSpec};
use domain::id::{CustomFieldId, CustomerId, SalespersonId};
use domain::money::{Amount, Decimal};
use domain::party::Terms;
use domain::tax::PriceMode;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::call::{Call, spelled};
use crate::errors::{Failure, Fault};
use crate::scalar::{Scalar, amount, day, decimal, filled, flag, text, whole};
use crate::wire;

/// The name of a discount that carries no code, on an item and on the whole invoice.
pub(super) const DISCOUNT: &str = "Discount";
/// The codes by which the charges of an invoice are told apart.
pub(super) const SHIPPING: &str = "shipping";
pub(super) const ADJUSTMENT: &str = "adjustment";
/// Who said what a rate is.
const RATE_SOURCE: &str = "client";
/// Ten years, as the domain has it.
const MAX_TERM_DAYS: i64 = 3_660;

/// The body. Zoho sends and takes more; what is not here is not known to Zoho's own OpenAPI either.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InvoiceBody {
    pub customer_id: Option<Scalar>,
    pub contact_persons: Option<Vec<ContactPerson>>,
    pub invoice_number: Option<Scalar>,
    pub reference_number: Option<Scalar>,
    pub place_of_supply: Option<Scalar>,
    pub vat_treatment: Option<Scalar>,
    pub gst_treatment: Option<Scalar>,
    pub tax_treatment: Option<Scalar>,
    pub cfdi_usage: Option<Scalar>,
    pub gst_no: Option<Scalar>,
    pub vat_reg_no: Option<Scalar>,
    pub template_id: Option<Scalar>,
    pub date: Option<Scalar>,
    pub payment_terms: Option<Scalar>,
    pub payment_terms_label: Option<Scalar>,
    pub due_date: Option<Scalar>,
    pub payment_expected_date: Option<Scalar>,
    pub discount: Option<Scalar>,
    pub is_discount_before_tax: Option<Scalar>,
    pub discount_type: Option<Scalar>,
    pub is_inclusive_tax: Option<Scalar>,
    pub exchange_rate: Option<Scalar>,
    pub invoiced_estimate_id: Option<Scalar>,
    pub salesperson_id: Option<Scalar>,
    pub salesperson_name: Option<Scalar>,
    pub custom_fields: Option<Vec<FieldBody>>,
    pub project_id: Option<Scalar>,
    pub invoice_items: Option<Vec<ItemBody>>,
    pub payment_options: Option<Box<RawValue>>,
    pub allow_partial_payments: Option<Scalar>,
    pub custom_body: Option<Scalar>,
    pub custom_subject: Option<Scalar>,
    pub notes: Option<Scalar>,
    pub terms: Option<Scalar>,
    pub shipping_charge: Option<Scalar>,
    pub adjustment: Option<Scalar>,
    pub adjustment_description: Option<Scalar>,
    pub reason: Option<Scalar>,
    pub tax_authority_id: Option<Scalar>,
    pub tax_exemption_id: Option<Scalar>,
    pub tax_exemption_code: Option<Scalar>,
    pub avatax_use_code: Option<Scalar>,
    pub avatax_tax_code: Option<Scalar>,
    pub avatax_exempt_no: Option<Scalar>,
    pub billing_address: Option<AddressBody>,
    pub shipping_address: Option<AddressBody>,
}

/// An id, bare or in an object: Zoho's pages show both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContactPerson(pub String);

impl<'de> Deserialize<'de> for ContactPerson {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Named {
            contactperson_id: Scalar,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let read = if raw.get().starts_with('{') {
            serde_json::from_str::<Named>(raw.get()).map(|named| named.contactperson_id)
        } else {
            serde_json::from_str::<Scalar>(raw.get())
        };
        read.map(|id| Self(id.into_string())).map_err(serde::de::Error::custom)
    }
}

/// A custom field's value; the field is named by its id, its label or its place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FieldBody {
    pub customfield_id: Option<Scalar>,
    pub label: Option<Scalar>,
    pub index: Option<Scalar>,
    pub value: Option<Scalar>,
}

/// `billing_address` and `shipping_address`; a part that is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AddressBody {
    pub attention: Option<Scalar>,
    pub street: Option<Scalar>,
    pub city: Option<Scalar>,
    pub state: Option<Scalar>,
    pub zip: Option<Scalar>,
    pub country: Option<Scalar>,
    pub fax: Option<Scalar>,
    pub phone: Option<Scalar>,
}

impl AddressBody {
    /// A street of several lines is three lines, the last of which takes the rest.
    pub(super) fn from_wire(self) -> AddressEdit {
        let street = text(self.street);
        let line = |at: usize| {
            let mut lines = street.as_deref()?.splitn(3, '\n').map(str::trim);
            Some(lines.nth(at).unwrap_or_default().replace('\n', ", "))
        };
        AddressEdit {
            attention: text(self.attention),
            line1: line(0),
            line2: line(1),
            line3: line(2),
            city: text(self.city),
            state: text(self.state),
            postcode: text(self.zip),
            country: text(self.country),
            phone: text(self.phone),
            fax: text(self.fax),
        }
    }
}

/// A discount as Zoho spells it: `10` is an amount, `"10%"` a part of what it is taken from.
pub(super) fn discount(field: &str, given: Option<&Scalar>) -> Result<Option<(DiscountSpec, bool)>, Fault> {
    let Some(text) = filled(given) else {
        return Ok(None);
    };
    let (number, is_percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let number = Amount::parse(number).map_err(|_| Fault::invalid(field))?;
    let by = if is_percent { DiscountAmount::Percent(number) } else { DiscountAmount::Fixed(number) };
    let spec = DiscountSpec { name: DISCOUNT.to_owned(), code: None, by, priority: 0 };
    Ok(Some((spec, number.is_zero())))
}

/// Fields that we have no way to honour, and whose honour would change what is owed.
fn refuse_strange(body: &InvoiceBody) -> Result<(), Fault> {
    for (field, given) in [
        ("tax_authority_id", &body.tax_authority_id),
        ("avatax_use_code", &body.avatax_use_code),
        ("avatax_tax_code", &body.avatax_tax_code),
        ("avatax_exempt_no", &body.avatax_exempt_no),
        ("project_id", &body.project_id),
    ] {
        refuse_filled(field, given.as_ref())?;
    }
    Ok(())
}

/// Refuses a field by its name, unless it is blank.
pub(super) fn refuse_filled(field: &str, given: Option<&Scalar>) -> Result<(), Fault> {
    match filled(given) {
        Some(_) => Err(Fault::not_supported(field)),
        None => Ok(()),
    }
}

/// The ids of custom fields that a request names, looked up at once.
pub(super) async fn field_ids<'b>(
    call: &Call,
    fields: impl Iterator<Item = &'b FieldBody>,
) -> Result<HashMap<String, CustomFieldId>, Failure> {
    let mut texts: Vec<String> =
        fields.filter_map(|field| filled(field.customfield_id.as_ref())).map(str::to_owned).collect();
    texts.sort_unstable();
    texts.dedup();
    if !texts.iter().all(|text| wire::is_id(text)) {
        return Err(Fault::invalid("customfield_id").into());
    }
    let found = call.native_ids(texts.iter().map(|text| spelled::<CustomFieldId>(text)).collect()).await?;
    Ok(texts.into_iter().zip(found).filter_map(|(text, id)| Some((text, CustomFieldId(id?)))).collect())
}

/// Values of custom fields, each with the name of its field.
pub(super) fn field_values(
    ids: &HashMap<String, CustomFieldId>,
    fields: Vec<FieldBody>,
) -> Result<Vec<FieldValue>, Fault> {
    let name = |field: &FieldBody| {
        if let Some(text) = filled(field.customfield_id.as_ref()) {
            return ids.get(text).copied().map(FieldRef::Id).ok_or_else(|| Fault::invalid("customfield_id"));
        }
        if let Some(label) = filled(field.label.as_ref()) {
            return Ok(FieldRef::Label(label.to_owned()));
        }
        whole("index", field.index.as_ref())?.map(FieldRef::Index).ok_or_else(|| Fault::invalid("label"))
    };
    fields.into_iter().map(|field| Ok((name(&field)?, text(field.value).unwrap_or_default()))).collect()
}

/// The header, without its customer and its number, which need a look at what is there.
pub(super) async fn header(call: &Call, body: &mut InvoiceBody) -> Result<HeaderEdit, Failure> {
    refuse_strange(body)?;
    let dated_on = day("date", body.date.as_ref())?;
    let custom_fields = match body.custom_fields.take() {
        Some(fields) => field_values(&field_ids(call, fields.iter()).await?, fields)?,
        None => Vec::new(),
    };
    Ok(HeaderEdit {
        customer: None,
        number: None,
        dated_on,
        due_on: day("due_date", body.due_date.as_ref())?,
        terms: terms(body)?,
        exchange_rate: exchange_rate(body)?.map(|rate| (rate, RATE_SOURCE)),
        price_mode: flag("is_inclusive_tax", body.is_inclusive_tax.as_ref())?
            .map(|is_inclusive| if is_inclusive { PriceMode::Inclusive } else { PriceMode::Exclusive }),
        payment_expected_on: match &body.payment_expected_date {
            Some(given) if given.is_blank() => Some(None),
            given => day("payment_expected_date", given.as_ref())?.map(Some),
        },
        reference: text(body.reference_number.take()),
        memo: text(body.notes.take()),
        terms_text: text(body.terms.take()),
        seller: seller(call, body).await?,
        bill_to: body.billing_address.take().map(AddressBody::from_wire),
        ship_to: body.shipping_address.take().map(AddressBody::from_wire),
        allowances: allowances(body)?,
        custom_fields,
        side_car: kept::kept_of_invoice(body)?,
    })
}

fn exchange_rate(body: &InvoiceBody) -> Result<Option<Decimal>, Fault> {
    let rate = decimal("exchange_rate", body.exchange_rate.as_ref())?;
    match rate {
        Some(rate) if !rate.is_positive() => Err(Fault::invalid("exchange_rate")),
        rate => Ok(rate),
    }
}

/// `payment_terms` are days; the label is what they are called.
fn terms(body: &InvoiceBody) -> Result<Option<Terms>, Fault> {
    let label = filled(body.payment_terms_label.as_ref());
    let Some(days) = whole("payment_terms", body.payment_terms.as_ref())? else {
        // A label renames terms; it makes none.
        return label.map_or(Ok(None), |_| Err(Fault::invalid("payment_terms")));
    };
    if !(0..=MAX_TERM_DAYS).contains(&days) {
        return Err(Fault::invalid("payment_terms"));
    }
    let name = match (label, days) {
        (Some(label), _) => label.to_owned(),
        (None, 0) => "Due on Receipt".to_owned(),
        (None, days) => format!("Net {days}"),
    };
    Ok(Some(Terms { id: None, name, days }))
}

async fn seller(call: &Call, body: &InvoiceBody) -> Result<Option<Seller>, Failure> {
    match (&body.salesperson_id, &body.salesperson_name) {
        (Some(id), _) if !id.is_blank() => {
            let id: SalespersonId = call.field_id("salesperson_id", id.as_str()).await?;
            Ok(Some(Seller::Known(id)))
        }
        (_, Some(name)) if !name.is_blank() => Ok(Some(Seller::Named(name.as_str().to_owned()))),
        (None, None) => Ok(None),
        _ => Ok(Some(Seller::Nobody)),
    }
}

/// What is taken off and put on the whole invoice. Zoho can take a discount off after tax, and take an adjustment
/// off; ours come before tax and off what is sold, so those are refused.
fn allowances(body: &InvoiceBody) -> Result<Vec<AllowanceEdit>, Fault> {
    let mut edits = Vec::new();
    let is_by_item = match filled(body.discount_type.as_ref()) {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("item_level") => Some(true),
        Some(word) if word.eq_ignore_ascii_case("entity_level") => Some(false),
        Some(_) => return Err(Fault::invalid("discount_type")),
    };
    if let Some((spec, is_zero)) = discount("discount", body.discount.as_ref())? {
        if !is_zero && is_by_item == Some(true) {
            return Err(Fault::invalid("discount"));
        }
        if !is_zero && flag("is_discount_before_tax", body.is_discount_before_tax.as_ref())? == Some(false) {
            return Err(Fault::not_supported("is_discount_before_tax"));
        }
        let asked = AllowanceSpec { is_charge: false, discount: spec, tax_group: None };
        edits.push(AllowanceEdit { asked, is_gone: is_zero });
    }
    let description = filled(body.adjustment_description.as_ref()).unwrap_or("Adjustment");
    for (field, given, name, code) in [
        ("shipping_charge", &body.shipping_charge, "Shipping charge", SHIPPING),
        ("adjustment", &body.adjustment, description, ADJUSTMENT),
    ] {
        let Some(amount) = amount(field, given.as_ref())? else { continue };
        if amount.is_negative() {
            return Err(Fault::not_supported(&format!("a negative {field}")));
        }
        let by = DiscountAmount::Fixed(amount);
        let discount = DiscountSpec { name: name.to_owned(), code: Some(code.to_owned()), by, priority: 0 };
        let asked = AllowanceSpec { is_charge: true, discount, tax_group: None };
        edits.push(AllowanceEdit { asked, is_gone: amount.is_zero() });
    }
    Ok(edits)
}

/// The customer that the body names. Zoho has an answer of its own for one that is not there.
pub(super) async fn customer(call: &Call, given: Option<&Scalar>) -> Result<Option<CustomerId>, Failure> {
    let Some(text) = filled(given) else { return Ok(None) };
    if !wire::is_id(text) {
        return Err(Fault::unknown_customer().into());
    }
    let found = call.native_ids(vec![spelled::<CustomerId>(text)]).await?;
    let id = found.into_iter().next().flatten();
    id.map(|id| Some(CustomerId(id))).ok_or_else(|| Fault::unknown_customer().into())
}

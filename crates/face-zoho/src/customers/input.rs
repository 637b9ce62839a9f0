//! A customer as a client sends it, in `POST /customers` and `PUT /customers/{customer_id}`. What is left out stays
//! as it is; a blank text clears.

mod change;

use billing::Error;
use billing::custom_fields::FieldValue;
use billing::invoices::asked::AddressEdit;
use billing::parties::contacts::ContactChanges;
use billing::parties::customers::CustomerFields;
use domain::Refusal;
use domain::id::{CustomFieldId, TaxAuthorityId, TaxExemptionId, TaxGroupId};
use domain::money::Currency;
use domain::party::Exemption;
use domain::seller::ExemptionKind;
use serde::Deserialize;

pub(super) use change::Change;
use change::{ExtrasChange, Slot};

use super::{CRM_ACCOUNT, CRM_CONTACT};
use crate::call::Call;
use crate::custom_values::{self, ValueBody};
use crate::errors::{Failure, Fault};
use crate::scalar::{Scalar, filled, flag, text, whole};

/// Ten years, as the domain has it.
const MAX_TERM_DAYS: i64 = 3_660;
/// Characters of a text that only Zoho knows.
const MAX_EXTRA_CHARS: usize = 100;
/// Zoho's words for the treatments of its editions for India, Britain and Mexico.
const GST_TREATMENTS: [&str; 4] = ["business_gst", "business_none", "consumer", "overseas"];
const VAT_TREATMENTS: [&str; 5] = ["uk", "eu_vat_registered", "eu_vat_not_registered", "non_eu", "overseas"];
const TAX_TREATMENTS: [&str; 3] = ["home_country_mexico", "border_region_mexico", "non_mexico"];

/// The body, by Zoho's names. `default_templates` is passed over: there is one template for all customers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CustomerBody {
    display_name: Option<Scalar>,
    salutation: Option<Scalar>,
    first_name: Option<Scalar>,
    last_name: Option<Scalar>,
    email: Option<Scalar>,
    tags: Option<Vec<TagBody>>,
    company_name: Option<Scalar>,
    phone: Option<Scalar>,
    mobile: Option<Scalar>,
    fax: Option<Scalar>,
    department: Option<Scalar>,
    designation: Option<Scalar>,
    website: Option<Scalar>,
    billing_address: Option<AddressBody>,
    shipping_address: Option<AddressBody>,
    payment_terms: Option<Scalar>,
    payment_terms_label: Option<Scalar>,
    currency_code: Option<Scalar>,
    language_code: Option<Scalar>,
    ach_supported: Option<Scalar>,
    twitter: Option<Scalar>,
    facebook: Option<Scalar>,
    skype: Option<Scalar>,
    notes: Option<Scalar>,
    is_portal_enabled: Option<Scalar>,
    gst_no: Option<Scalar>,
    gst_treatment: Option<Scalar>,
    place_of_contact: Option<Scalar>,
    vat_treatment: Option<Scalar>,
    vat_reg_no: Option<Scalar>,
    tax_reg_no: Option<Scalar>,
    tds_tax_id: Option<Scalar>,
    tax_treatment: Option<Scalar>,
    tax_regime: Option<Scalar>,
    is_tds_registered: Option<Scalar>,
    is_taxable: Option<Scalar>,
    tax_id: Option<Scalar>,
    tax_authority_id: Option<Scalar>,
    tax_authority_name: Option<Scalar>,
    tax_exemption_id: Option<Scalar>,
    tax_exemption_code: Option<Scalar>,
    zcrm_account_id: Option<Scalar>,
    zcrm_contact_id: Option<Scalar>,
    custom_fields: Option<Vec<ValueBody>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TagBody {
    tag_id: Option<Scalar>,
    tag_option_id: Option<Scalar>,
}

/// A part that is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AddressBody {
    attention: Option<Scalar>,
    street: Option<Scalar>,
    street2: Option<Scalar>,
    city: Option<Scalar>,
    state: Option<Scalar>,
    state_code: Option<Scalar>,
    zip: Option<Scalar>,
    country: Option<Scalar>,
    fax: Option<Scalar>,
    phone: Option<Scalar>,
}

impl AddressBody {
    /// A street of several lines is three lines, the last of which takes the rest.
    fn from_wire(self) -> (AddressEdit, Option<String>) {
        let street = text(self.street);
        let line = |at: usize| {
            let mut lines = street.as_deref()?.splitn(3, '\n').map(str::trim);
            Some(lines.nth(at).unwrap_or_default().replace('\n', ", "))
        };
        let edit = AddressEdit {
            attention: text(self.attention),
            line1: line(0),
            line2: text(self.street2).or_else(|| line(1)),
            line3: line(2),
            city: text(self.city),
            state: text(self.state),
            postcode: text(self.zip),
            country: text(self.country),
            phone: text(self.phone),
            fax: text(self.fax),
        };
        (edit, text(self.state_code))
    }
}

fn one_of(field: &str, given: Option<&Scalar>, words: &[&str]) -> Result<(), Fault> {
    match filled(given) {
        Some(word) if !words.contains(&word) => Err(Fault::invalid(field)),
        _ => Ok(()),
    }
}

impl CustomerBody {
    /// The first field that makes no sense is the fault; what it names is looked up.
    pub async fn from_wire(mut self, call: &Call) -> Result<Change, Failure> {
        let currency = match filled(self.currency_code.as_ref()) {
            Some(code) => Some(Currency::from_code(code).ok_or_else(|| Fault::invalid("currency_code"))?),
            None => None,
        };
        let terms_days = whole("payment_terms", self.payment_terms.as_ref())?;
        if terms_days.is_some_and(|days| !(0..=MAX_TERM_DAYS).contains(&days)) {
            return Err(Fault::invalid("payment_terms").into());
        }
        let terms_label = filled(self.payment_terms_label.as_ref()).map(str::to_owned);
        let known_terms = if terms_days.is_some() || terms_label.is_some() {
            call.billing.terms(&call.caller).await?
        } else {
            Vec::new()
        };
        let (is_taxable, exemption) = self.exemption(call).await?;
        let tax_group_id = match filled(self.tax_id.as_ref()) {
            Some(_) if is_taxable == Some(false) => return Err(Fault::invalid("tax_id").into()),
            Some(text) => Some(Some(call.field_id::<TaxGroupId>("tax_id", text).await?)),
            // A blank one takes it away.
            None => self.tax_id.as_ref().map(|_| None),
        };
        let tax_authority_id = self.authority(call).await?;
        let custom_fields: Vec<FieldValue> =
            custom_values::read(call, &self.custom_fields.take().unwrap_or_default()).await?;
        let extras = self.extras()?;
        let references = [(CRM_ACCOUNT, self.zcrm_account_id.take()), (CRM_CONTACT, self.zcrm_contact_id.take())];
        let fields = CustomerFields {
            language: text(self.language_code.take()).map(|code| Some(code).filter(|code| !code.is_empty())),
            tags: self.tags.take().map(tags).transpose()?,
            is_portal_enabled: flag("is_portal_enabled", self.is_portal_enabled.as_ref())?,
            references: references.into_iter().filter_map(|(system, id)| Some((system, text(id)?))).collect(),
            primary: self.person(),
            display_name: text(self.display_name),
            company_name: text(self.company_name),
            email: text(self.email),
            phone: text(self.phone),
            notes: text(self.notes),
            website: text(self.website),
            tax_group_id,
            tax_authority_id,
            custom_fields,
            ..CustomerFields::default()
        };
        Ok(Change {
            currency,
            fields,
            billing: self.billing_address.map(AddressBody::from_wire),
            shipping: self.shipping_address.map(AddressBody::from_wire),
            terms_days,
            terms_label,
            known_terms,
            extras,
            is_taxable,
            exemption,
        })
    }

    /// The customer as a person is its primary contact.
    fn person(&mut self) -> Option<ContactChanges> {
        let person = ContactChanges {
            salutation: text(self.salutation.take()),
            first_name: text(self.first_name.take()),
            last_name: text(self.last_name.take()),
            email: text(self.email.clone()),
            phone: text(self.phone.clone()),
            mobile: text(self.mobile.take()),
            fax: text(self.fax.take()),
            department: text(self.department.take()),
            designation: text(self.designation.take()),
            is_primary: None,
        };
        (person != ContactChanges::default()).then_some(person)
    }

    /// Whether it is taxed, and why not. One that is taxed has no exemption.
    async fn exemption(&self, call: &Call) -> Result<(Option<bool>, Option<Exemption>), Failure> {
        let is_taxable = flag("is_taxable", self.is_taxable.as_ref())?;
        let (id, code) = (filled(self.tax_exemption_id.as_ref()), filled(self.tax_exemption_code.as_ref()));
        let (field, given) = match (id, code) {
            (None, None) => return Ok((is_taxable, None)),
            (Some(id), _) => ("tax_exemption_id", id),
            (None, Some(code)) => ("tax_exemption_code", code),
        };
        if is_taxable == Some(true) {
            return Err(Fault::invalid(field).into());
        }
        let wanted = match id {
            Some(text) => Some(call.field_id::<TaxExemptionId>("tax_exemption_id", text).await?),
            None => None,
        };
        let known = call.billing.tax_exemptions(&call.caller).await?.value;
        let found = known.into_iter().find(|known| match wanted {
            Some(id) => known.id == id && code.is_none_or(|code| known.code == code),
            None => known.code == given,
        });
        let found = found.ok_or_else(|| Fault::invalid(field))?;
        if found.kind != ExemptionKind::Customer {
            return Err(Fault::invalid(field).into());
        }
        Ok((Some(false), Some(Exemption { code: found.code, reason: found.reason })))
    }

    /// "Either tax_authority_id or tax_authority_name can be given."
    async fn authority(&self, call: &Call) -> Result<Option<Option<TaxAuthorityId>>, Failure> {
        if let Some(text) = filled(self.tax_authority_id.as_ref()) {
            return Ok(Some(Some(call.field_id("tax_authority_id", text).await?)));
        }
        let Some(name) = filled(self.tax_authority_name.as_ref()) else {
            let is_cleared = self.tax_authority_id.is_some() || self.tax_authority_name.is_some();
            return Ok(is_cleared.then_some(None));
        };
        let known = call.billing.tax_authorities(&call.caller).await?.value;
        let found = known.into_iter().find(|known| known.name == name).map(|known| known.id);
        Ok(Some(Some(found.ok_or_else(|| Fault::invalid("tax_authority_name"))?)))
    }

    fn extras(&mut self) -> Result<ExtrasChange, Fault> {
        one_of("gst_treatment", self.gst_treatment.as_ref(), &GST_TREATMENTS)?;
        one_of("vat_treatment", self.vat_treatment.as_ref(), &VAT_TREATMENTS)?;
        one_of("tax_treatment", self.tax_treatment.as_ref(), &TAX_TREATMENTS)?;
        // "with length should be between 2 and 12 characters" (Zoho's OpenAPI).
        if filled(self.vat_reg_no.as_ref()).is_some_and(|text| !(2..=12).contains(&text.chars().count())) {
            return Err(Fault::invalid("vat_reg_no"));
        }
        let given: [(&str, Option<Scalar>, Slot); 11] = [
            ("twitter", self.twitter.take(), |extras| &mut extras.twitter),
            ("facebook", self.facebook.take(), |extras| &mut extras.facebook),
            ("skype", self.skype.take(), |extras| &mut extras.skype),
            ("gst_no", self.gst_no.take(), |extras| &mut extras.gst_no),
            ("gst_treatment", self.gst_treatment.take(), |extras| &mut extras.gst_treatment),
            ("place_of_contact", self.place_of_contact.take(), |extras| &mut extras.place_of_contact),
            ("vat_treatment", self.vat_treatment.take(), |extras| &mut extras.vat_treatment),
            ("vat_reg_no", self.vat_reg_no.take(), |extras| &mut extras.vat_reg_no),
            ("tax_reg_no", self.tax_reg_no.take(), |extras| &mut extras.tax_reg_no),
            ("tds_tax_id", self.tds_tax_id.take(), |extras| &mut extras.tds_tax_id),
            ("tax_treatment", self.tax_treatment.take(), |extras| &mut extras.tax_treatment),
        ];
        let regime: (&str, Option<Scalar>, Slot) =
            ("tax_regime", self.tax_regime.take(), |extras| &mut extras.tax_regime);
        let mut texts = Vec::new();
        for (field, scalar, slot) in given.into_iter().chain([regime]) {
            let Some(text) = text(scalar) else { continue };
            if text.chars().count() > MAX_EXTRA_CHARS {
                return Err(Fault::too_long(field, MAX_EXTRA_CHARS));
            }
            texts.push((slot, text));
        }
        Ok(ExtrasChange {
            ach_supported: flag("ach_supported", self.ach_supported.as_ref())?,
            is_tds_registered: flag("is_tds_registered", self.is_tds_registered.as_ref())?,
            texts,
        })
    }
}

fn tags(bodies: Vec<TagBody>) -> Result<Vec<(i64, i64)>, Fault> {
    let number = |field: &str, given: Option<&Scalar>| {
        whole(field, given)?.filter(|number| *number > 0).ok_or_else(|| Fault::invalid(field))
    };
    bodies
        .iter()
        .map(|tag| Ok((number("tag_id", tag.tag_id.as_ref())?, number("tag_option_id", tag.tag_option_id.as_ref())?)))
        .collect()
}

/// What billing refuses about a body, by Zoho's names of its fields: an object that the body names and that is not
/// there is an invalid value, not a missing page.
pub(super) fn of_body(failure: Failure) -> Failure {
    let Failure::Told(error) = failure else { return failure };
    match error {
        Error::Missing { kind: TaxGroupId::WORD, .. } => Fault::invalid("tax_id").into(),
        Error::Missing { kind: TaxAuthorityId::WORD, .. } => Fault::invalid("tax_authority_id").into(),
        Error::Missing { kind: TaxExemptionId::WORD, .. } => Fault::invalid("tax_exemption_id").into(),
        Error::Missing { kind: CustomFieldId::WORD, given } => {
            let given: String = given.chars().take(MAX_EXTRA_CHARS).collect();
            Fault::invalid(&format!("custom_fields: {given}")).into()
        }
        Error::Refused(Refusal::TooLong { what, limit }) => Fault::too_long(field(what), limit).into(),
        Error::Refused(Refusal::Invalid { what } | Refusal::Blank { what }) => Fault::invalid(field(what)).into(),
        other => Failure::Told(other),
    }
}

/// Zoho's name of what the domain calls so.
fn field(what: &'static str) -> &'static str {
    match what {
        "bill_to" => "billing_address",
        "ship_to" => "shipping_address",
        "language" => "language_code",
        "terms" => "payment_terms_label",
        "tax id" => "tax_reg_no",
        other => other,
    }
}

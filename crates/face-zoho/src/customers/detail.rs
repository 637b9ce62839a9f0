//! One customer, whole: what `GET`, `POST` and `PUT` of `/customers` answer.

use billing::read::{CustomerView, Named};
use domain::id::{ContactId, CustomFieldId, CustomerId, TaxAuthorityId, TaxExemptionId, TaxGroupId};
use domain::party::Address;
use domain::seller::{ExemptionKind, TaxAuthority, TaxExemption};
use http_kit::json::Object;

use super::{CRM_ACCOUNT, CRM_CONTACT};
use crate::call::Call;
use crate::mount::Types;
use crate::sellers::Sellers;
use crate::side_car::{self, CustomerExtras};
use crate::wire;

/// What an answer needs besides the customer: the seller's lists as they are when it is asked for.
pub(super) struct Desk {
    types: Types,
    sellers: Sellers,
    authorities: Named<Vec<TaxAuthority>>,
    exemptions: Named<Vec<TaxExemption>>,
    /// The answer is that of `PUT`, in which Zoho's OpenAPI declares a list where the others have an object.
    is_update: bool,
}

/// Zoho tells customers that an application made from those that an import brought; ours are made by users.
const SOURCE: &str = "user";

impl Desk {
    pub async fn load(call: &Call) -> Result<Self, billing::Error> {
        Ok(Self {
            types: call.mount.types(),
            sellers: Sellers::load(call).await?,
            authorities: call.billing.tax_authorities(&call.caller).await?,
            exemptions: call.billing.tax_exemptions(&call.caller).await?,
            is_update: false,
        })
    }

    /// For the answer of `PUT`.
    pub fn of_update(self) -> Self {
        Self { is_update: true, ..self }
    }

    /// The keys of the OpenAPI in the order of its answer to `POST`, which has them all; then what a request may say
    /// and no answer of the OpenAPI repeats.
    pub fn customer(&self, found: &Named<CustomerView>, o: &mut Object<'_>) {
        let (view, names) = (&found.value, &found.names);
        let customer = &view.customer;
        let extras: CustomerExtras = side_car::read(&view.side_cars);
        let zone = self.sellers.zone(customer.entity_id);
        let primary = view.primary();
        let of_primary = |part: fn(&domain::party::Contact) -> &String| primary.map_or("", |contact| part(contact));
        let (account, contact) = (view.reference(CRM_ACCOUNT), view.reference(CRM_CONTACT));
        o.str("customer_id", &wire::id_of(names, CustomerId::WORD, customer.id.0))
            .str("display_name", &customer.display_name)
            .str("salutation", of_primary(|contact| &contact.salutation))
            .str("first_name", of_primary(|contact| &contact.first_name))
            .str("last_name", of_primary(|contact| &contact.last_name))
            .str("email", &customer.email);
        self.tags(view, o);
        o.str("company_name", &customer.company_name)
            .str("phone", &customer.phone)
            .str("mobile", of_primary(|contact| &contact.mobile))
            .str("website", &customer.website)
            .bool("is_portal_enabled", customer.is_portal_enabled)
            .str("department", of_primary(|contact| &contact.department))
            .str("designation", of_primary(|contact| &contact.designation))
            .object("billing_address", |o| self.address(&customer.bill_to, &extras.billing_state_code, o))
            .object("shipping_address", |o| self.address(&customer.ship_to, &extras.shipping_state_code, o))
            .str("currency_code", customer.currency.code())
            // Currencies have no ids here; their codes are theirs.
            .str("currency_id", "")
            .bool("ach_supported", extras.ach_supported)
            .str("twitter", &extras.twitter)
            .str("facebook", &extras.facebook)
            .str("skype", &extras.skype)
            .str("notes", &customer.notes)
            .str("gst_no", &extras.gst_no)
            .str("gst_treatment", &extras.gst_treatment)
            .str("tax_reg_no", &extras.tax_reg_no)
            .str("tds_tax_id", &extras.tds_tax_id)
            .str("tax_treatment", &extras.tax_treatment)
            .str("tax_regime", &extras.tax_regime)
            .bool("is_tds_registered", extras.is_tds_registered)
            .str("place_of_contact", &extras.place_of_contact)
            .int("price_precision", i64::from(customer.currency.exponent()))
            .dec("unused_credits", view.unused_credit)
            .dec("outstanding", view.outstanding)
            .str("status", status_word(customer.is_active))
            .array("custom_fields", &view.custom_fields, |field, o| {
                o.int("index", field.index)
                    .str("value", &field.value)
                    .str("data_type", &field.data_type)
                    .str("label", &field.label)
                    .str("customfield_id", &wire::id_of(names, CustomFieldId::WORD, field.field_id.0));
            })
            .str("zcrm_account_id", account)
            .str("zcrm_contact_id", contact)
            .str("updated_time", &wire::instant(customer.updated_at, &zone))
            .str("created_time", &wire::instant(customer.created_at, &zone))
            .str("source", SOURCE);
        let terms = customer.terms.as_ref().or_else(|| self.sellers.terms(customer.entity_id));
        o.int("payment_terms", terms.map_or(0, |terms| terms.days))
            .str("payment_terms_label", terms.map_or("", |terms| terms.name.as_str()))
            .bool("is_linked_with_zohocrm", !(account.is_empty() && contact.is_empty()))
            .str("primary_contactperson_id", &wire::opt_id_of(names, ContactId::WORD, primary.map(|who| who.id.0)))
            .bool("can_add_card", customer.is_active)
            .bool("can_add_bank_account", customer.is_active && extras.ach_supported);
        if self.is_update && self.types == Types::OpenApi {
            o.list("default_templates", |list| {
                list.object(templates);
            });
        } else {
            o.object("default_templates", templates);
        }
        // No files hang on customers.
        o.list("documents", |_| {})
            .str("language_code", customer.language.as_deref().unwrap_or_default())
            .str("fax", of_primary(|contact| &contact.fax))
            .str("vat_treatment", &extras.vat_treatment)
            .str("vat_reg_no", &extras.vat_reg_no);
        self.taxes(found, o);
    }

    fn tags(&self, view: &CustomerView, o: &mut Object<'_>) {
        // Tags have numbers and no names here, and none is mandatory.
        o.array("tags", &view.tags, |tag, o| {
            o.int("tag_option_id", tag.option_id);
            wire::put_bare(o, self.types, "is_tag_mandatory", false);
            o.str("tag_name", "").int("tag_id", tag.tag_id).str("tag_option_name", "");
        });
    }

    fn address(&self, address: &Address, state_code: &str, o: &mut Object<'_>) {
        let lines = [&address.line1, &address.line2, &address.line3];
        let street: Vec<&str> = lines.into_iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
        o.str("attention", &address.attention)
            .str("street", &street.join("\n"))
            .str("city", &address.city)
            .str("state", &address.state);
        wire::put_digits(o, self.types, "zip", &address.postcode);
        o.str("country", &address.country).str("state_code", state_code);
        wire::put_digits(o, self.types, "fax", &address.fax);
        o.str("street2", &address.line2).str("phone", &address.phone);
    }

    fn taxes(&self, found: &Named<CustomerView>, o: &mut Object<'_>) {
        let customer = &found.value.customer;
        let exemption = customer.tax_exemption.as_ref();
        wire::put_bare(o, self.types, "is_taxable", exemption.is_none());
        let authority = customer.tax_authority_id;
        let authority_name = self.authorities.value.iter().find(|known| Some(known.id) == authority);
        let listed = exemption.and_then(|exemption| {
            let mut listed = self.exemptions.value.iter();
            listed.find(|known| known.code == exemption.code && known.kind == ExemptionKind::Customer)
        });
        let tax_group = customer.tax_group_id.map(i64::from);
        o.str("tax_id", &wire::opt_id_of(&found.names, TaxGroupId::WORD, tax_group))
            .str("tax_authority_id", &wire::opt_id_of(&found.names, TaxAuthorityId::WORD, authority.map(i64::from)))
            .str("tax_authority_name", authority_name.map_or("", |known| known.name.as_str()))
            .str(
                "tax_exemption_id",
                &wire::opt_id_of(&self.exemptions.names, TaxExemptionId::WORD, listed.map(|known| known.id.0)),
            )
            .str("tax_exemption_code", exemption.map_or("", |exemption| exemption.code.as_str()));
    }
}

/// There is one template for all: no customer has its own.
fn templates(o: &mut Object<'_>) {
    o.str("invoice_template_id", "").str("creditnote_template_id", "");
}

pub(super) fn status_word(is_active: bool) -> &'static str {
    if is_active { "active" } else { "inactive" }
}

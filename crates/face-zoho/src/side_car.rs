//! Fields that only Zoho has: JSON that the store keeps beside our objects for this face alone. An import
//! writes them with these structs, the face reads them back.

use std::collections::HashMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use billing::FaceName;

/// Beside an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvoiceExtras {
    pub ach_payment_initiated: bool,
    /// Zoho's trail from before the import; ours follows it.
    pub comments: Vec<ForeignComment>,
    /// By the payment's id in Zoho.
    pub autotransactions: HashMap<String, Autotransaction>,
    /// The contacts that it goes to, by their ids in Zoho.
    pub contact_persons: Vec<String>,
    /// What Zoho's editions for India, Mexico and Britain ask for.
    pub place_of_supply: String,
    pub vat_treatment: String,
    pub gst_treatment: String,
    pub tax_treatment: String,
    pub cfdi_usage: String,
    pub gst_no: String,
    pub vat_reg_no: String,
    pub template_id: String,
    pub invoiced_estimate_id: String,
    /// Of the mail with which it goes out.
    pub custom_subject: String,
    pub custom_body: String,
    /// Whether its page takes a part of what is owed; it does unless told otherwise.
    pub allow_partial_payments: Option<bool>,
    pub payment_gateways: Vec<PaymentGateway>,
}

/// One that the page of an invoice offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentGateway {
    pub configured: bool,
    pub additional_field1: String,
    pub gateway_name: String,
}

impl PaymentGateway {
    pub(crate) fn is_too_long(&self) -> bool {
        [&self.additional_field1, &self.gateway_name].iter().any(|text| text.chars().count() > 100)
    }
}

/// Beside a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineExtras {
    /// Zoho gives exemptions an id; for us they are a code and a reason.
    pub tax_exemption_id: String,
    /// `goods` or `service`, as Zoho's edition for Britain asks.
    pub product_type: String,
    pub hsn_or_sac: String,
    pub sat_item_key_code: String,
    pub unitkey_code: String,
}

/// Beside a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerExtras {
    pub ach_supported: bool,
    pub twitter: String,
    pub facebook: String,
    pub skype: String,
    /// What Zoho's editions for India, Britain and Mexico ask for.
    pub gst_no: String,
    pub gst_treatment: String,
    pub place_of_contact: String,
    pub vat_treatment: String,
    pub vat_reg_no: String,
    pub tax_reg_no: String,
    pub tds_tax_id: String,
    pub tax_treatment: String,
    pub tax_regime: String,
    pub is_tds_registered: bool,
    pub billing_state_code: String,
    pub shipping_state_code: String,
}

impl CustomerExtras {
    /// Those that documents print among the customer's tax ids, each once.
    pub(crate) fn tax_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for id in [&self.vat_reg_no, &self.gst_no, &self.tax_reg_no] {
            if !id.is_empty() && !ids.contains(&id.as_str()) {
                ids.push(id);
            }
        }
        ids
    }
}

/// A comment that Zoho's own trail had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ForeignComment {
    pub comment_id: String,
    pub description: String,
    pub commented_by_id: String,
    pub commented_by: String,
    pub comment_type: String,
    pub time: String,
    pub operation_type: String,
    pub transaction_id: String,
    pub transaction_type: String,
}

/// What Zoho says of a payment that a gateway made, beyond the gateway and its transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Autotransaction {
    pub autotransaction_id: String,
    pub gateway_error_message: String,
    pub account_id: String,
}

/// This face's side-car of an object; the default when there is none.
pub(crate) fn read<T: Default + DeserializeOwned>(side_cars: &[(String, String)]) -> T {
    let ours = side_cars.iter().find(|(face, _)| face == FaceName::Zoho.word());
    let Some((_, content)) = ours else {
        return T::default();
    };
    serde_json::from_str(content).unwrap_or_else(|error| {
        tracing::error!(%error, "a side-car of Zoho cannot be read and is left out");
        T::default()
    })
}

/// A side-car as the store keeps it.
pub(crate) fn write<T: Serialize>(extras: &T) -> String {
    serde_json::to_string(extras).expect("texts and flags always serialise")
}

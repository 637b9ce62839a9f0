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
}

/// Beside a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineExtras {
    /// Zoho gives exemptions an id; for us they are a code and a reason.
    pub tax_exemption_id: String,
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

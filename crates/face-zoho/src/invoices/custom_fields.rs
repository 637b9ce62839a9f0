//! `POST /invoices/{invoice_id}/customfields` and `PUT /invoice/{invoice_id}/customfields`. Zoho's pages give the one
//! an object and labels, the other a list and ids; each takes both.

use billing::invoices::fields::SetInvoiceFields;
use billing::invoices::standing::Present;
use billing::read::Names;
use domain::custom_field::{CustomField, DEFAULT_LENGTH, FieldType};
use domain::id::CustomFieldId;
use http_kit::json::Object;
use serde::Deserialize;

use super::input::{self, FieldBody};
use super::{of_body, present_id};
use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::routes::Handling;
use crate::wire;

const MESSAGE: &str = "Custom Fields Updated Successfully";

/// Tells all fields.
pub(crate) fn set(call: Call) -> Handling {
    Box::pin(async move {
        let verb = from_wire(&call).await?;
        let set = call.write(verb, |found| {
            wire::success(MESSAGE, |o| {
                o.array("custom_fields", &found.value, |(field, value), o| to_wire(field, value, &found.names, o));
            })
        });
        set.await.map_err(of_body)
    })
}

/// Tells that it is done.
pub(crate) fn set_by_id(call: Call) -> Handling {
    Box::pin(async move {
        let verb = from_wire(&call).await?;
        call.write(verb, |_| wire::success(MESSAGE, |_| {})).await.map_err(of_body)
    })
}

#[derive(Debug, Deserialize)]
struct Listed {
    custom_fields: Vec<FieldBody>,
}

async fn from_wire(call: &Call) -> Result<Present<SetInvoiceFields>, Failure> {
    let invoice = present_id(call).await?;
    let fields: Vec<FieldBody> = match call.body.trim_ascii().first() {
        Some(b'[') => call.read()?,
        _ => call.read::<Listed>()?.custom_fields,
    };
    if fields.is_empty() {
        return Err(Fault::invalid("custom_fields").into());
    }
    if fields.iter().any(|field| field.value.is_none()) {
        return Err(Fault::invalid("value").into());
    }
    let ids = input::field_ids(call, fields.iter()).await?;
    Ok(Present { invoice, then: SetInvoiceFields { invoice, values: input::field_values(&ids, fields)? } })
}

/// 21 keys, in the seed's order; the id is a number here and nowhere else.
fn to_wire(field: &CustomField, value: &str, names: &Names, o: &mut Object<'_>) {
    let id = wire::id_of(names, CustomFieldId::WORD, field.id.0);
    match id.parse::<i64>() {
        Ok(id) => o.int("customfield_id", id),
        Err(_) => o.str("customfield_id", &id),
    };
    o.bool("show_in_store", field.show_in_portal)
        .bool("is_active", field.is_active)
        .int("index", field.index)
        .bool("show_in_hp", field.show_on_pages)
        .bool("is_mandatory", field.is_mandatory)
        .str("label", &field.label)
        .bool("is_custom_field", true)
        // Of fields of items, which these are not.
        .bool("is_mandatory_in_sales_item", false)
        .bool("is_mandatory_in_hp", field.is_mandatory_on_pages)
        .bool("edit_on_store", field.edit_in_portal)
        .bool("show_in_all_pdf", field.show_in_pdf)
        .str("search_entity", "invoice")
        .str("data_type", type_word(field.data_type))
        .str("pii_type", field.pii_type.word())
        .str("placeholder", &placeholder(field))
        .bool("is_inherited_value", false)
        .str("value", value)
        .bool("is_dependent_field", false)
        .int("max_length", field.max_length.unwrap_or(DEFAULT_LENGTH))
        .str("help_text", &field.help_text);
}

/// Zoho's word for a text is `string`.
fn type_word(data_type: FieldType) -> &'static str {
    match data_type {
        FieldType::Text => "string",
        other => other.word(),
    }
}

/// `cf_test_field`: how mails and templates name the field.
fn placeholder(field: &CustomField) -> String {
    if !field.placeholder.is_empty() {
        return field.placeholder.clone();
    }
    let plain = |letter: char| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    format!("cf_{}", field.label.chars().map(plain).collect::<String>())
}

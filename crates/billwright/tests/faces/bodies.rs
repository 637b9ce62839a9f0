//! The smallest body that the native OpenAPI document admits for an operation: required fields only.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Ids that are there, by their prefix (`cus`).
pub type Known = BTreeMap<String, String>;

/// The digits of an id that nothing has.
pub const NOBODY: &str = "987654321";

/// A native id that nothing has.
pub fn unknown(prefix: &str) -> String {
    format!("{prefix}_{NOBODY}")
}

/// The prefix of the ids that a path parameter takes: `inv` of `invoice_id`.
pub fn prefix_of(parameter: &str) -> &'static str {
    use domain::id::*;
    let kinds = [
        (EntityId::WORD, EntityId::PREFIX),
        (CustomerId::WORD, CustomerId::PREFIX),
        (ContactId::WORD, ContactId::PREFIX),
        (ItemId::WORD, ItemId::PREFIX),
        (TaxRateId::WORD, TaxRateId::PREFIX),
        (TaxGroupId::WORD, TaxGroupId::PREFIX),
        (CustomFieldId::WORD, CustomFieldId::PREFIX),
        (InvoiceId::WORD, InvoiceId::PREFIX),
        (PaymentId::WORD, PaymentId::PREFIX),
        (CreditNoteId::WORD, CreditNoteId::PREFIX),
        (RefundId::WORD, RefundId::PREFIX),
        (AddonId::WORD, AddonId::PREFIX),
        (CancellationReasonId::WORD, CancellationReasonId::PREFIX),
        (CouponId::WORD, CouponId::PREFIX),
        (PaymentIntentId::WORD, PaymentIntentId::PREFIX),
        (PaymentMethodId::WORD, PaymentMethodId::PREFIX),
        (PlanId::WORD, PlanId::PREFIX),
        (ProductId::WORD, ProductId::PREFIX),
        (SalespersonId::WORD, SalespersonId::PREFIX),
        (TaxAuthorityId::WORD, TaxAuthorityId::PREFIX),
        (TaxExemptionId::WORD, TaxExemptionId::PREFIX),
        (TermsId::WORD, TermsId::PREFIX),
        (UnbilledChargeId::WORD, UnbilledChargeId::PREFIX),
    ];
    let word = parameter.strip_suffix("_id").unwrap_or(parameter);
    let found = kinds.iter().find(|(known, _)| *known == word);
    found.unwrap_or_else(|| panic!("the coverage does not know the parameter {parameter}")).1
}

/// Bodies of operations that rules need more of than their schema says.
const RULED: [(&str, &str, &str); 1] = [("POST", "/v1/customers/{customer_id}/contacts", r#"{"first_name":"Ann"}"#)];

pub struct Document(Value);

impl Document {
    pub fn native() -> Document {
        Document(serde_json::from_str(face_native::openapi_document()).expect("the document is JSON"))
    }

    fn operation(&self, method: &str, path: &str) -> &Value {
        let found = &self.0["paths"][path][method.to_ascii_lowercase()];
        assert!(found.is_object(), "{method} {path} is not in the document");
        found
    }

    /// A body for the operation, if it needs one. Ids in it are known ones.
    pub fn body(&self, method: &str, path: &str, known: &Known) -> Option<String> {
        if let Some((_, _, body)) = RULED.iter().find(|(at, below, _)| (*at, *below) == (method, path)) {
            return Some((*body).to_owned());
        }
        let body = self.operation(method, path).get("requestBody")?;
        let schema = &body["content"]["application/json"]["schema"];
        Some(self.value(schema, known).to_string())
    }

    fn value(&self, schema: &Value, known: &Known) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            return self
                .value(self.0.pointer(name.trim_start_matches('#')).expect("a reference leads somewhere"), known);
        }
        if let Some(first) = schema["oneOf"].get(0).or(schema["anyOf"].get(0)) {
            return self.value(first, known);
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        let kind = schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or_default();
        match kind {
            "object" => {
                let names = schema["required"].as_array().cloned().unwrap_or_default();
                let members = names.iter().filter_map(Value::as_str).map(|name| {
                    let value = self.value(&schema["properties"][name], known);
                    (name.to_owned(), value)
                });
                Value::Object(members.collect::<Map<String, Value>>())
            }
            "array" => json!([self.value(&schema["items"], known)]),
            "integer" => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
            "boolean" => json!(false),
            "string" => match prefix(schema) {
                Some(prefix) => json!(known.get(prefix).cloned().unwrap_or_else(|| unknown(prefix))),
                // Amounts and decimals are texts of digits.
                None if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("[0-9]")) => json!("1"),
                None => schema.get("example").cloned().unwrap_or_else(|| json!("text")),
            },
            _ => schema.get("example").cloned().unwrap_or_else(|| json!({})),
        }
    }
}

/// `inv` of `^inv_[1-9][0-9]{0,15}$`.
fn prefix(schema: &Value) -> Option<&str> {
    let (prefix, rest) = schema["pattern"].as_str()?.strip_prefix('^')?.split_once('_')?;
    let is_id = rest.starts_with("[1-9]") && prefix.bytes().all(|letter| letter.is_ascii_lowercase());
    is_id.then_some(prefix)
}

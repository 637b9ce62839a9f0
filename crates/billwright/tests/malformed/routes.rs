//! Every route of every face, with what its body looks like when it is right.

use super::shape::Face;
use serde_json::{Value, json};

/// One operation.
#[derive(Clone, Debug)]
pub struct Route {
    pub face: Face,
    pub method: String,
    /// Absolute, with `{}` around parameters.
    pub path: String,
    /// Names of query parameters it knows.
    pub query: Vec<String>,
    /// The schema of its body.
    pub body: Option<Value>,
    /// Its path parameters' schemas, by name.
    pub parameters: Vec<(String, Value)>,
}

const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

/// The operations of an OpenAPI document.
pub fn of_document(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    let server = document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
    let base = server.split_once("://").map_or(server, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let path = format!("{}{path}", base.trim_end_matches('/'));
            let given = [&operations["parameters"], &operation["parameters"]];
            let parameters: Vec<&Value> = given
                .into_iter()
                .filter_map(Value::as_array)
                .flatten()
                .map(|parameter| match parameter["$ref"].as_str() {
                    Some(name) => document.pointer(name.trim_start_matches('#')).unwrap_or(parameter),
                    None => parameter,
                })
                .collect();
            let name_of = |parameter: &Value| parameter["name"].as_str().unwrap_or_default().to_owned();
            let of_kind = |kind: &'static str| parameters.iter().filter(move |parameter| parameter["in"] == kind);
            routes.push(Route {
                face: Face::of_path(&path),
                method: method.to_uppercase(),
                query: of_kind("query").map(|parameter| name_of(parameter)).collect(),
                body: operation.pointer("/requestBody/content/application~1json/schema").cloned(),
                parameters: of_kind("path")
                    .map(|parameter| (name_of(parameter), parameter["schema"].clone()))
                    .collect(),
                path,
            });
        }
    }
    routes
}

/// The vendors' routes that are served or will be: a route that is not there yet must say so in its face's shape.
pub fn of_vendors() -> Vec<Route> {
    let zoho: Vec<(&str, &str)> = face_zoho::operations()
        .map(|operation| (operation.method, operation.path))
        .chain([
            ("POST", "/invoices/{id}/void"),
            ("POST", "/invoices/{id}/converttoopen"),
            ("POST", "/invoices/{id}/credits"),
            ("POST", "/invoices/{id}/writeoff"),
            ("POST", "/invoices/{id}/lineitems"),
            ("POST", "/payments/{id}/refunds"),
            ("PUT", "/invoices/{id}/customfields"),
            ("DELETE", "/invoices/{id}"),
        ])
        .collect();
    let zoho_query = [
        "page",
        "per_page",
        "filter_by",
        "sort_column",
        "sort_order",
        "customer_id",
        "subscription_id",
        "organization_id",
    ];
    let chargeover = [
        ("GET", "/invoice"),
        ("GET", "/invoice/_count"),
        ("GET", "/invoice/{id}"),
        ("POST", "/invoice"),
        ("PUT", "/invoice/{id}"),
        ("DELETE", "/invoice/{id}"),
        ("POST", "/invoice/{id}?action=void"),
        ("POST", "/invoice/{id}/_action/void"),
        ("POST", "/transaction?action=refund"),
    ];
    let zoom = [
        ("GET", "/accounts/{id}/billing/invoices"),
        ("GET", "/accounts/{id}/billing/invoices/{id}"),
        ("GET", "/accounts/me/billing/invoices"),
        ("GET", "/api/download/billing/invoices/{id}"),
    ];
    let mut routes = Vec::new();
    let mut add = |face: Face, table: &[(&str, &str)], query: &[&str]| {
        for prefix in face.prefixes() {
            for (method, path) in table {
                let has_body = matches!(*method, "POST" | "PUT" | "PATCH");
                routes.push(Route {
                    face,
                    method: (*method).to_owned(),
                    path: format!("{prefix}{path}"),
                    query: query.iter().map(|&name| name.to_owned()).collect(),
                    body: has_body.then(|| json!({"$ref": "#/components/schemas/Vendor"})),
                    parameters: Vec::new(),
                });
            }
        }
    };
    add(Face::Zoho, &zoho, &zoho_query);
    add(Face::ChargeOver, &chargeover, &["where", "order", "limit", "offset", "_dummy"]);
    add(Face::Zoom, &zoom, &["from", "to", "page_size", "next_page_token", "page_number"]);
    add(Face::Talkdesk, &[("GET", "/invoices")], &["page", "per_page", "account_ids", "from", "to"]);
    let front = [
        ("GET", "/"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/_test/clock"),
        ("GET", "/openapi/native.json"),
    ];
    add(Face::Front, &front, &["tenant"]);
    routes
}

/// The schema of what vendors' clients send to their writing routes.
pub fn vendor_schema() -> Value {
    let amount = json!({"type": ["number", "string"], "pattern": "^-?[0-9]+$"});
    json!({
        "type": "object",
        "required": ["customer_id", "line_items"],
        "properties": {
            "customer_id": {"type": "string", "example": "4600000000100200"},
            "amount": amount,
            "date": {"type": "string", "format": "date"},
            "reason": {"type": "string"},
            "apply_creditnotes": {"type": "array", "items": {
                "type": "object", "required": ["creditnote_id", "amount_applied"],
                "properties": {"creditnote_id": {"type": "string"}, "amount_applied": amount},
            }},
            "line_items": {"type": "array", "items": {
                "type": "object", "required": ["name", "price", "quantity"],
                "properties": {
                    "name": {"type": "string"}, "price": amount, "quantity": amount, "tax_id": {"type": "string"},
                },
            }},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read() {
        let document = json!({
            "servers": [{"url": "/"}],
            "paths": {"/v1/invoices/{invoice}": {
                "parameters": [{"name": "invoice", "in": "path", "schema": {"type": "string"}}],
                "patch": {
                    "parameters": [{"name": "limit", "in": "query"}],
                    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                },
            }},
        });
        let routes = of_document(&document);
        assert_eq!(routes.len(), 1);
        assert_eq!((routes[0].method.as_str(), routes[0].path.as_str()), ("PATCH", "/v1/invoices/{invoice}"));
        assert_eq!((routes[0].query.len(), routes[0].parameters.len()), (1, 1));
        assert!(routes[0].body.is_some());
    }
}

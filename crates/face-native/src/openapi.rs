//! The OpenAPI 3.1 document, made from the route table and the schemas of what travels.

use crate::errors;
use crate::routes::routes as table;
use crate::routes::{Gives, Route, Scope, Takes};
use crate::schema::{Components, Schema as _};
use crate::wire::id_schema;
use axum::Router;
use axum::routing::get;
use http_kit::Answer;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Serves the document, without a credential.
pub(crate) fn routes() -> Router {
    let serve = || std::future::ready(Answer::with_body(200, crate::answers::JSON, document()));
    Router::new().route("/openapi/native.json", get(serve)).route("/v1/openapi.json", get(serve))
}

/// The document's text.
pub(crate) fn document() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| value().to_string());
    &TEXT
}

/// The document.
pub(crate) fn value() -> Value {
    let mut all = Components::default();
    let problem = errors::Problem::schema(&mut all);
    let mut paths = Map::new();
    for route in table() {
        let operation = operation(route, &mut all);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Billwright",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0 OR MIT"},
            "description": ABOUT,
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": all.into_value(),
            "responses": {
                "Problem": {
                    "description": "A problem document; `code` says which.",
                    "content": {"application/problem+json": {"schema": problem}},
                },
                "Unauthorized": {
                    "description": "No credential, or none that counts.",
                    "headers": {"WWW-Authenticate": {"required": true, "schema": {"type": "string"}}},
                    "content": {"application/problem+json": {"schema": problem}},
                },
                "Later": {
                    "description": "Not now; the same request may be sent again after `Retry-After` seconds.",
                    "headers": {"Retry-After": {"required": true, "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
                    "content": {"application/problem+json": {"schema": problem}},
                },
            },
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": false,
                    "description": "1 to 255 visible ASCII characters. The same key with the same request is answered \
                                    with the same bytes and has one effect; with another request it is refused.",
                    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                },
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A credential's token, `bw_...`. Scopes: `read`, `write`; `*` is both.",
                },
            },
        },
    })
}

const ABOUT: &str = "Billwright's own API. Amounts are decimal strings beside the currency of their object; ids are \
    `inv_100200`, days `2026-01-31`, instants RFC 3339 in UTC. Unknown fields and query parameters are refused by \
    name. Errors are RFC 9457 problem documents with a stable `code`.";

fn tags() -> Value {
    let mut tags: Vec<&str> = Vec::new();
    for route in table() {
        if !tags.contains(&route.tag()) {
            tags.push(route.tag());
        }
    }
    tags.into_iter().map(|tag| json!({"name": tag})).collect()
}

fn operation(route: &'static Route, all: &mut Components) -> Value {
    let needs = match route.scope {
        Scope::Any => "Any credential.",
        Scope::Read => "Needs the scope `read`.",
        Scope::StaffRead => "Needs the scope `read` of a staff credential.",
        Scope::Write => "Needs the scope `write` of a staff credential.",
    };
    let mut operation = json!({
        "operationId": route.id,
        "tags": [route.tag()],
        "summary": route.summary,
        "description": needs,
        "parameters": parameters(route, all),
        "responses": responses(route, all),
    });
    let body = match route.takes {
        Takes::Nothing => None,
        Takes::Body(schema) => Some((schema, true)),
        Takes::OptionalBody(schema) => Some((schema, false)),
    };
    if let Some((schema, required)) = body {
        operation["requestBody"] =
            json!({"required": required, "content": {"application/json": {"schema": schema(all)}}});
    }
    operation
}

fn parameters(route: &Route, all: &mut Components) -> Vec<Value> {
    let in_path = route.path_parameters().map(|name| {
        let id = name.strip_suffix("_id").and_then(id_schema);
        json!({"name": name, "in": "path", "required": true, "schema": id.unwrap_or_else(|| json!({"type": "string"}))})
    });
    let mut parameters: Vec<Value> = in_path.collect();
    for parameter in route.query {
        parameters.push(json!({
            "name": parameter.name,
            "in": "query",
            "required": false,
            "description": parameter.about,
            "schema": (parameter.schema)(all),
        }));
    }
    if route.is_write() {
        parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
    }
    parameters
}

fn responses(route: &'static Route, all: &mut Components) -> Value {
    let (status, about, schema) = match route.gives {
        Gives::Object(schema) => ("200", "Done.", Some(schema)),
        Gives::Created(schema) | Gives::Made(schema) => ("201", "Made.", Some(schema)),
        Gives::Nothing => ("204", "Done.", None),
    };
    let mut success = json!({"description": about});
    if let Some(schema) = schema {
        success["content"] = json!({"application/json": {"schema": schema(all)}});
    }
    if let Gives::Created(_) = route.gives {
        success["headers"] = json!({"Location": {"required": true, "schema": {"type": "string"}}});
    }
    let links = links(route);
    if !links.is_empty() {
        success["links"] = links.into();
    }
    let mut responses = Map::new();
    responses.insert(status.to_owned(), success);
    for status in problems(route) {
        let kind = match status {
            401 => "Unauthorized",
            429 | 503 | 504 => "Later",
            _ => "Problem",
        };
        responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{kind}")}));
    }
    responses.into()
}

/// Every status of a problem that the operation may answer.
fn problems(route: &Route) -> Vec<u16> {
    let has_body = !matches!(route.takes, Takes::Nothing);
    let mut statuses = vec![400, 401, 403, 404, 414, 429, 431, 500, 503];
    if route.is_write() {
        statuses.extend([408, 409, 413, 415, 422, 507]);
    } else if has_body {
        statuses.extend([408, 413, 415, 422]);
    }
    // A gateway may not say what came of a charge.
    if route.path.ends_with("/collect") {
        statuses.push(504);
    }
    statuses.sort_unstable();
    statuses
}

/// What can be done next with the object that was answered: every operation whose path has a place for its id.
fn links(route: &'static Route) -> Map<String, Value> {
    let Some(names) = route.names else { return Map::new() };
    let id = "$response.body#/id";
    let mut links = Map::new();
    for target in table() {
        if target.id == route.id || !target.path_parameters().any(|name| name == names) {
            continue;
        }
        let values: Option<Map<String, Value>> = target
            .path_parameters()
            .map(|name| match name {
                name if name == names => Some((name.to_owned(), id.into())),
                name => {
                    let has_it = route.path_parameters().any(|known| known == name);
                    has_it.then(|| (name.to_owned(), format!("$request.path.{name}").into()))
                }
            })
            .collect();
        if let Some(values) = values {
            let link = json!({"operationId": target.id, "description": target.summary, "parameters": values});
            links.insert(target.id.to_owned(), link);
        }
    }
    links
}

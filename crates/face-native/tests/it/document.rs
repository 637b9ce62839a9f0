//! The OpenAPI document and the route table agree.

use crate::schema;
use crate::support::World;
use serde_json::Value;
use std::collections::BTreeSet;
use store::Db;

#[test]
fn every_route_is_documented_and_nothing_else() {
    let document = schema::document();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            documented.insert((method.to_uppercase(), path.clone(), id.to_owned()));
        }
    }
    let routed: BTreeSet<_> = face_native::routes()
        .iter()
        .map(|route| (route.method.to_owned(), route.path.to_owned(), route.id.to_owned()))
        .collect();
    assert_eq!(documented, routed);
    let ids: BTreeSet<&str> = face_native::routes().iter().map(|route| route.id).collect();
    assert_eq!(ids.len(), face_native::routes().len(), "operation ids are unique");
}

#[test]
fn every_reference_and_link_leads_somewhere() {
    let document = schema::document();
    let ids: BTreeSet<&str> = face_native::routes().iter().map(|route| route.id).collect();
    let mut references = 0;
    let mut links = 0;
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    let pointer = target.strip_prefix('#').expect("within the document");
                    assert!(document.pointer(pointer).is_some_and(|found| !found.is_null()), "{target}");
                    references += 1;
                }
                for link in members.get("links").and_then(Value::as_object).into_iter().flat_map(|links| links.values())
                {
                    assert!(link["operationId"].as_str().is_some_and(|id| ids.contains(id)), "{link}");
                    links += 1;
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    assert!(references > 200 && links > 100, "{references} references, {links} links");
}

/// Whoever makes ids by the document makes ids that could be there.
#[test]
fn ids_in_paths_have_the_shape_of_their_noun() {
    let document = schema::document();
    let mut count = 0;
    for route in face_native::routes() {
        let operation = schema::operation(&document, route.method, route.path).expect("an operation");
        let parameters = operation["parameters"].as_array().expect("parameters");
        let in_path = parameters.iter().filter(|one| one["in"] == "path");
        for parameter in in_path {
            let name = parameter["name"].as_str().expect("a name");
            if !name.ends_with("_id") {
                continue;
            }
            let (pattern, example) = (&parameter["schema"]["pattern"], &parameter["schema"]["example"]);
            let prefix = example.as_str().and_then(|example| example.strip_suffix("_100200"));
            let prefix = prefix.unwrap_or_else(|| panic!("{}: {name} has no shape: {parameter}", route.id));
            assert_eq!(pattern, &format!("^{prefix}_[1-9][0-9]{{0,15}}$"), "{}", route.id);
            count += 1;
        }
    }
    assert!(count > 40, "only {count} ids");
}

testkit::on_both_databases! {
    /// An id that is not there and a text that is no id get the same answer, which the document knows.
    async fn what_is_no_id_is_not_found_either(db: Db) {
        let world = World::open(db).await;
        let document = schema::document();
        for route in face_native::routes().iter().filter(|route| route.method == "GET") {
            let parameters: Vec<&str> = route.path_parameters().collect();
            let [name] = parameters.as_slice() else { continue };
            let operation = schema::operation(&document, route.method, route.path).expect("an operation");
            assert!(operation["responses"].get("404").is_some(), "{}", route.id);
            let example = operation["parameters"][0]["schema"]["example"].as_str().unwrap_or("inv_100200");
            for id in [example.replace("100200", "9007199254740991").as_str(), "x", "inv_0", "1"] {
                let path = route.path.replace(&format!("{{{name}}}"), id);
                let answer = world.get(&path).await;
                assert_eq!((answer.0.status, answer.code().as_str()), (404, "not_found"), "{path}");
            }
        }
    }
}

#[test]
fn a_new_invoice_leads_to_what_can_be_done_with_it() {
    let document = schema::document();
    let links = document["paths"]["/v1/invoices"]["post"]["responses"]["201"]["links"].as_object().expect("links");
    for id in
        ["getInvoice", "replaceDraft", "editInvoice", "deleteDraft", "issueInvoice", "voidInvoice", "writeOffInvoice"]
    {
        assert_eq!(links[id]["parameters"]["invoice_id"], "$response.body#/id", "{id}");
    }
    let contact = &document["paths"]["/v1/customers/{customer_id}/contacts"]["post"]["responses"]["201"]["links"];
    let parameters = &contact["removeContact"]["parameters"];
    assert_eq!(parameters["customer_id"], "$request.path.customer_id");
    assert_eq!(parameters["contact_id"], "$response.body#/id");
}

#[test]
fn writes_take_idempotency_keys_and_say_what_may_go_wrong() {
    let document = schema::document();
    for route in face_native::routes() {
        let operation = schema::operation(&document, route.method, route.path).expect("an operation");
        let parameters = operation["parameters"].as_array().expect("parameters");
        let takes_key = parameters.iter().any(|one| one["$ref"] == "#/components/parameters/IdempotencyKey");
        assert_eq!(takes_key, route.method != "GET", "{}", route.id);
        for status in ["400", "401", "403", "404", "500", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{} {status}", route.id);
        }
        let in_path = parameters.iter().filter(|one| one["in"] == "path").count();
        assert_eq!(in_path, route.path_parameters().count(), "{}", route.id);
    }
}

testkit::on_both_databases! {
    async fn the_document_is_served_to_anyone(db: Db) {
        let world = World::new(db).await;
        for path in ["/openapi/native.json", "/v1/openapi.json"] {
            let reply = world.server.get(path).send().await;
            assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
            assert_eq!(reply.body, face_native::openapi_document());
        }
        assert_eq!(schema::document()["openapi"], "3.1.0");
    }
}

//! Walks the route table: who may not, what is not there, which methods, which bodies.

use crate::support::World;
use domain::id::CustomerId;
use face_native::{Route, Scope, routes};
use store::Db;
use testkit::server::Reply;

/// The route's path with an id of the right kind that names nothing.
fn with_unknown_ids(route: &Route) -> String {
    with_ids(route, |name| {
        let prefix = match name {
            "invoice_id" => "inv",
            "customer_id" => "cus",
            "contact_id" => "con",
            "item_id" => "itm",
            "product_id" => "prd",
            "plan_id" => "pln",
            "addon_id" => "adn",
            "coupon_id" => "cpn",
            "tax_rate_id" => "txr",
            "tax_group_id" => "txg",
            "custom_field_id" => "cfd",
            "salesperson_id" => "slp",
            "terms_id" => "trm",
            "tax_authority_id" => "txa",
            "tax_exemption_id" => "txe",
            "cancellation_reason_id" => "car",
            "legal_entity_id" => "ent",
            "payment_id" => "pay",
            "payment_method_id" => "pmt",
            "payment_intent_id" => "pin",
            "credit_note_id" => "crn",
            "refund_id" => "ref",
            "unbilled_charge_id" => "ubc",
            other => panic!("no prefix for {other}"),
        };
        format!("{prefix}_9007199254740991")
    })
}

fn with_ids(route: &Route, id: impl Fn(&str) -> String) -> String {
    let parts =
        route.path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => id(name),
            None => part.to_owned(),
        });
    parts.collect::<Vec<_>>().join("/")
}

/// A body that fits the route's schema. Ids in it name nothing.
fn body(route: &Route) -> Option<&'static str> {
    Some(match route.id {
        "createLegalEntity" => r#"{"name": "A", "base_currency": "USD"}"#,
        "createCustomer" => r#"{"display_name": "A"}"#,
        "addContact" => r#"{"email": "a@example.com"}"#,
        "createItem" | "createProduct" => r#"{"name": "A"}"#,
        "createPlan" => {
            r#"{"product_id": "prd_5", "code": "a", "name": "A", "interval": 1,
                "price": {"scheme": "unit", "brackets": [{"price": "1"}]}}"#
        }
        "createAddon" => {
            r#"{"product_id": "prd_5", "code": "a", "name": "A",
                "price": {"scheme": "unit", "brackets": [{"price": "1"}]}}"#
        }
        "createCoupon" => r#"{"product_id": "prd_5", "code": "A", "name": "A", "percent": "20"}"#,
        "createTaxRate" => r#"{"name": "A", "percent": "20"}"#,
        "createTaxGroup" => r#"{"name": "A", "category": "zero"}"#,
        "createSalesperson" | "createTaxAuthority" => r#"{"name": "A"}"#,
        "createPaymentTerms" => r#"{"name": "A", "days": 1}"#,
        "createTaxExemption" => r#"{"code": "A"}"#,
        "createCancellationReason" => r#"{"label": "A"}"#,
        "createCustomField" => r#"{"object_kind": "invoice", "index": 1, "label": "A"}"#,
        "createInvoice" | "replaceDraft" => r#"{"customer_id": "cus_5", "lines": []}"#,
        "issueInvoices" => r#"{"invoices": [{"customer_id": "cus_5", "lines": []}]}"#,
        "correctInvoice" => r#"{"invoice": {"customer_id": "cus_5", "lines": []}}"#,
        "addPaymentMethod" => r#"{"kind": "card", "token": "sandbox_ok"}"#,
        "collectInvoice" => r#"{"payment_method_id": "pmt_5"}"#,
        "correctPayment" => r#"{"reference": "A"}"#,
        "createUnbilledCharge" => r#"{"customer_id": "cus_5", "lines": []}"#,
        "invoiceUnbilledCharges" => r#"{"unbilled_charge_ids": ["ubc_5"]}"#,
        "recordPayment" => r#"{"customer_id": "cus_5", "amount": "1"}"#,
        "applyPayment" | "applyCreditNote" => r#"{"applications": [{"invoice_id": "inv_5", "amount": "1"}]}"#,
        "unapplyPayment" | "unapplyCreditNote" => r#"{"invoice_id": "inv_5"}"#,
        "createCreditNote" => r#"{"kind": "whole_invoice", "invoice_id": "inv_5"}"#,
        "refundMoney" => r#"{"kind": "unapplied", "payment_id": "pay_5", "amount": "1"}"#,
        _ if matches!(route.method, "POST" | "PUT" | "PATCH") => "{}",
        _ => return None,
    })
}

#[track_caller]
fn check(route: &Route, reply: &Reply, status: u16, code: &str) {
    let found = serde_json::from_str::<serde_json::Value>(&reply.body).unwrap_or_default();
    let found = (reply.status, found["code"].as_str().unwrap_or_default());
    assert_eq!(found, (status, code), "{} {}: {}", route.method, route.path, reply.body);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{}", route.id);
}

testkit::on_both_databases! {
    async fn without_a_credential_nothing_is_told(db: Db) {
        let world = World::open(db).await;
        for route in routes() {
            let path = with_unknown_ids(route);
            let bare = world.server.request(route.method, &path);
            for request in [bare.clone(), bare.clone().bearer("bw_wrong"), bare.clone().header("authorization", "Basic eDp5")] {
                let reply = request.send().await;
                check(route, &reply, 401, "unauthorized");
                assert!(reply.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
            }
        }
    }

    async fn scopes_and_customers_are_kept_to(db: Db) {
        let world = World::open(db).await;
        let customer = CustomerId::parse(&world.customer("Customer").await).expect("an id");
        let none = world.token_for(world.tenant, &[], None).await;
        let read = world.token_for(world.tenant, &["read"], None).await;
        let bound = world.token_for(world.tenant, &["read", "write"], Some(customer)).await;
        for route in routes() {
            let path = with_unknown_ids(route);
            let told = world.send_with(&none, route.method, &path, body(route), &[]).await;
            match route.scope {
                Scope::Any => assert_eq!(told.0.status, 200),
                Scope::Read | Scope::StaffRead | Scope::Write => check(route, &told.0, 403, "forbidden"),
            }
            let told = world.send_with(&read, route.method, &path, body(route), &[]).await;
            assert_eq!(told.0.status == 403, route.scope == Scope::Write, "{}", route.id);
            let told = world.send_with(&bound, route.method, &path, body(route), &[]).await;
            let is_staffs = matches!(route.scope, Scope::StaffRead | Scope::Write);
            assert_eq!(told.0.status == 403, is_staffs, "{}: {}", route.id, told.0.body);
        }
    }

    async fn what_is_not_there_is_404(db: Db) {
        let world = World::open(db).await;
        for route in routes().iter().filter(|route| route.path.contains('{')) {
            let others_kind = with_ids(route, |_| "apl_5".to_owned());
            let garbage = with_ids(route, |_| "x%20y".to_owned());
            let huge = with_ids(route, |_| "inv_99999999999999999999".to_owned());
            for path in [with_unknown_ids(route), others_kind, garbage, huge] {
                let told = world.send(route.method, &path, body(route)).await;
                // Taking an application off looks for the invoice first.
                check(route, &told.0, 404, "not_found");
            }
        }
        let reply = world.get("/v1/unheard").await;
        assert_eq!((reply.0.status, reply.code().as_str()), (404, "not_found"));
    }

    async fn other_methods_are_405_with_allow(db: Db) {
        let world = World::open(db).await;
        for route in routes() {
            let of_path: Vec<&str> =
                routes().iter().filter(|other| other.path == route.path).map(|other| other.method).collect();
            let other = ["DELETE", "PUT", "PATCH", "POST"].into_iter().find(|method| !of_path.contains(method));
            let Some(other) = other else { continue };
            // POST /v1/invoices/bulk lies beside /v1/invoices/{invoice_id}.
            let reply = world.server.request(other, &with_unknown_ids(route)).bearer(&world.token).send().await;
            check(route, &reply, 405, "method_not_allowed");
            let allow = reply.header("allow").expect("Allow");
            assert!(of_path.iter().all(|method| allow.contains(method)), "{allow} {of_path:?}");
        }
    }

    async fn unusable_bodies_are_named(db: Db) {
        let world = World::open(db).await;
        for route in routes() {
            let Some(good) = body(route) else { continue };
            let path = with_unknown_ids(route);
            let send = async |text: &str, kind: &str| {
                world.send_with(&world.token, route.method, &path, Some(text), &[("content-type", kind)]).await.0
            };
            let json = "application/json";
            check(route, &send(good, "text/plain").await, 415, "unsupported_media_type");
            check(route, &send(good, "application/x-www-form-urlencoded").await, 415, "unsupported_media_type");
            check(route, &send("{\"a\":", json).await, 400, "malformed_json");
            check(route, &send("{\"a\":1,\"a\":2}", json).await, 400, "malformed_json");
            check(route, &send("{\"a\":\"\\u0000\"}", json).await, 400, "malformed_json");
            check(route, &send(&"[".repeat(200), json).await, 400, "malformed_json");
            check(route, &send("[]", json).await, 422, "invalid_type");
            check(route, &send("7", json).await, 422, "invalid_type");
            let unknown = good.replacen('{', "{\"colour\": \"red\",", 1).replace(",}", "}");
            let reply = send(&unknown, json).await;
            check(route, &reply, 422, "unknown_field");
            assert!(reply.body.contains("\"/colour\""), "{}", reply.body);
        }
        let reply = world.post("/v1/customers", "{\"display_name\": \"A\" \"email\": 1}").await;
        let problem = reply.expect(400);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("byte 21")), "{problem}");
    }

    async fn unknown_parameters_are_refused_everywhere(db: Db) {
        let world = World::open(db).await;
        for route in routes() {
            let path = format!("{}?colour=red", with_unknown_ids(route));
            let told = world.send(route.method, &path, body(route)).await;
            check(route, &told.0, 400, "unknown_parameter");
        }
    }

    async fn idempotency_keys_are_judged(db: Db) {
        let world = World::open(db).await;
        let long = "k".repeat(256);
        for route in routes().iter().filter(|route| route.scope == Scope::Write) {
            for key in [long.as_str(), "a b"] {
                let path = with_unknown_ids(route);
                let told = world.send_with(&world.token, route.method, &path, body(route), &[("idempotency-key", key)]).await;
                check(route, &told.0, 400, "invalid_idempotency_key");
            }
        }
    }
}

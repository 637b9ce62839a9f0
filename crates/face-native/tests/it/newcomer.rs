//! The first hour: from nothing to a half-paid invoice.

use crate::support::World;
use http_kit::Edge;
use http_kit::limits::PerSecond;
use serde_json::json;
use store::Db;
use testkit::server::TestServer;

testkit::on_both_databases! {
    async fn from_nothing_to_a_half_paid_invoice(db: Db) {
        let world = World::new(db).await;
        let me = world.get("/v1/me").await.expect(200);
        assert_eq!((me["tenant_name"].as_str(), &me["customer_id"]), (Some("Example Seller"), &json!(null)));

        let body = r#"{"name": "Example Inc.", "base_currency": "USD", "time_zone": "Europe/Berlin",
            "address": {"line1": "Main Street 1", "city": "Springfield", "country": "US"}}"#;
        let entity = world.post("/v1/legal-entities", body).await.expect(201);
        assert_eq!((&entity["is_default"], &entity["default_terms"]["days"]), (&json!(true), &json!(30)));

        let rate = world.made("/v1/tax-rates", r#"{"name": "VAT", "percent": 20}"#).await;
        let body = format!(r#"{{"name": "VAT 20", "category": "standard", "rates": [{{"tax_rate_id": "{rate}"}}]}}"#);
        let group = world.made("/v1/tax-groups", &body).await;
        let body = format!(
            r#"{{"name": "Seat", "unit": "seat", "unit_price": "12.50", "currency": "USD", "tax_group_id": "{group}"}}"#
        );
        let item = world.made("/v1/items", &body).await;
        let customer = world.customer("Customer Ltd.").await;

        let body = format!(
            r#"{{"customer_id": "{customer}", "reference": "PO-7", "lines": [
                {{"item_id": "{item}", "quantity": 10}},
                {{"name": "Set-up", "unit_price": 100.00, "is_untaxed": true, "discounts": [{{"percent": "10"}}]}}
            ]}}"#
        );
        let draft = world.post("/v1/invoices", &body).await.expect(201);
        let id = draft["id"].as_str().expect("an id");
        let path = format!("/v1/invoices/{id}");
        assert_eq!((&draft["status"], &draft["number"], &draft["total"]), (&json!("draft"), &json!(null), &json!("240.00")));
        assert_eq!((&draft["tax_total"], &draft["currency"]), (&json!("25.00"), &json!("USD")));
        assert_eq!(draft["lines"][1]["discounts"][0]["amount"], "10.00");
        assert_eq!(draft["lines"][0]["unit_price"], "12.5");

        let issued = world.post(&format!("{path}/issue"), "").await.expect(200);
        assert_eq!((&issued["status"], &issued["number"]), (&json!("open"), &json!("INV-000001")));
        assert_eq!((&issued["dated_on"], &issued["due_on"]), (&json!("2026-01-31"), &json!("2026-03-02")));

        let body = format!(
            r#"{{"customer_id": "{customer}", "amount": "120", "bank_charges": "2.5", "mode": "card",
                "applications": [{{"invoice_id": "{id}", "amount": "120"}}]}}"#
        );
        let payment = world.post("/v1/payments", &body).await.expect(201);
        assert_eq!((&payment["applied"], &payment["unapplied"]), (&json!("120.00"), &json!("0.00")));

        let read = world.get(&path).await.expect(200);
        assert_eq!((&read["status"], &read["balance"]), (&json!("partly_paid"), &json!("120.00")));
        assert_eq!(read["payments"][0]["payment_id"], payment["id"]);
        let owing = world.get("/v1/invoices?status=owing&currency=USD&reference=PO-7").await.expect(200);
        assert_eq!((owing["data"][0]["id"].as_str(), &owing["next_cursor"]), (Some(id), &json!(null)));
        assert!(owing["data"][0].get("lines").is_none(), "lists print headers only");
        let whole = world.get(&format!("/v1/customers/{customer}")).await.expect(200);
        assert_eq!(whole["balances"][0]["outstanding"], "120.00");

        let feed = world.get("/v1/events?after=0&limit=200").await.expect(200);
        let types: Vec<&str> = feed["data"].as_array().expect("events").iter().filter_map(|e| e["type"].as_str()).collect();
        for wanted in ["customer.created", "invoice.created", "invoice.issued", "payment.received"] {
            assert!(types.contains(&wanted), "{types:?}");
        }
        let next = world.get(&format!("/v1/events?after={}", feed["next_after"])).await.expect(200);
        assert_eq!((&next["data"], &next["next_after"]), (&json!([]), &feed["next_after"]));
    }

    async fn answers_carry_the_id_of_the_request(db: Db) {
        let world = World::new(db).await;
        let reply = world
            .send_with(&world.token, "GET", "/v1/invoices/inv_1", None, &[("x-request-id", "mine-1")])
            .await;
        assert_eq!(reply.0.header("x-request-id"), Some("mine-1"));
        let problem = reply.expect(404);
        assert_eq!((&problem["request_id"], &problem["code"]), (&json!("mine-1"), &json!("not_found")));
        assert_eq!(problem["type"], "urn:billwright:problem:not_found");
        assert_eq!(problem["detail"], "There is no invoice inv_1.");
    }

    async fn too_many_and_too_large(db: Db) {
        let world = World::new(db).await;
        let body = format!(r#"{{"display_name": "{}"}}"#, "x".repeat(1_100_000));
        let problem = world.post("/v1/customers", &body).await.expect(413);
        assert_eq!(problem["code"], "body_too_large");

        let settings = face_native::Settings { rate: Some(PerSecond { rate: 1, burst: 2 }) };
        let router = face_native::router(world.billing.clone(), settings);
        let server = TestServer::start(http_kit::assemble(face_native::Native, router, [], &Edge::default())).await;
        let ask = async || server.get("/v1/me").bearer(&world.token).send().await;
        let statuses = [ask().await.status, ask().await.status];
        assert_eq!(statuses, [200, 200]);
        let reply = ask().await;
        assert_eq!((reply.status, reply.header("retry-after")), (429, Some("1")));
        assert!(reply.body.contains("\"too_many_requests\""), "{}", reply.body);
    }
}

//! Charging over HTTP: what each outcome of the gateway is answered with, and that the intent tells the rest.

use crate::support::World;
use serde_json::json;
use store::Db;

async fn card(world: &World, customer: &str, token: &str) -> String {
    let body = format!(r#"{{"kind": "card", "token": "{token}", "last_four": "0042", "first_name": "Ann"}}"#);
    world.made(&format!("/v1/customers/{customer}/payment-methods"), &body).await
}

testkit::on_both_databases! {
    async fn an_invoice_is_charged_to_a_card(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer").await;
        let invoice = world.issued(&customer, "100").await;
        let good = card(&world, &customer, "sandbox_ok").await;
        let method = world.get(&format!("/v1/customers/{customer}/payment-methods/{good}")).await.expect(200);
        assert_eq!((&method["last_four"], &method["status"], &method["gateway"]), (&json!("0042"), &json!("active"), &json!("sandbox")));
        assert!(method.get("token").is_none(), "a token is never shown again");

        let collect = format!("/v1/invoices/{invoice}/collect");
        let with = |method: &str| format!(r#"{{"payment_method_id": "{method}"}}"#);
        let bad = card(&world, &customer, "sandbox_decline").await;
        let told = world.refused("POST", &collect, &with(&bad), 422, "declined").await.json();
        assert!(told["detail"].as_str().is_some_and(|detail| detail.contains("declined by the issuer")), "{told}");

        // A lost answer: nothing is known, so nobody charges again until the gateway says.
        let slow = card(&world, &customer, "sandbox_timeout").await;
        let pending = world.post(&collect, &with(&slow)).await;
        assert_eq!((pending.0.status, pending.0.header("retry-after"), pending.code().as_str()), (504, Some("5"), "outcome_unknown"));
        world.refused("POST", &collect, &with(&good), 409, "payment_pending").await;
        let intents = world.get(&format!("/v1/invoices/{invoice}/payment-intents")).await.expect(200);
        let states: Vec<&str> = intents["data"].as_array().expect("rows").iter().filter_map(|row| row["state"].as_str()).collect();
        assert_eq!(states, ["failed", "pending"]);
        let round = world.billing.reconcile_all(None).await.expect("a round");
        assert_eq!(round.paid, 1);
        let intent = intents["data"][1]["id"].as_str().expect("an id");
        let found = world.get(&format!("/v1/payment-intents/{intent}")).await.expect(200);
        assert_eq!((&found["state"], &found["attempts"][0]["state"]), (&json!("succeeded"), &json!("succeeded")));
        let payment = world.get(&format!("/v1/payments/{}", found["payment_id"].as_str().expect("paid"))).await.expect(200);
        assert_eq!((&payment["applied"], &payment["mode"]), (&json!("100.00"), &json!("automatic")));
        assert_eq!(payment["gateway_transaction_id"], found["attempts"][0]["gateway_transaction_id"]);
        world.refused("POST", &collect, &with(&good), 422, "nothing_owed").await;
        let void = format!("/v1/payments/{}/void", payment["id"].as_str().expect("an id"));
        let off = format!(r#"{{"invoice_id": "{invoice}"}}"#);
        world.post(&void.replace("/void", "/unapply"), &off).await.expect(200);
        world.refused("POST", &void, "{}", 422, "payment_charged").await;
    }

    async fn what_cannot_be_charged_is_named(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer").await;
        let methods = format!("/v1/customers/{customer}/payment-methods");
        for (body, code) in [
            (r#"{"kind": "card", "token": "4111111111111111"}"#, "card_number"),
            (r#"{"kind": "card", "token": "t", "last_four": "4111 1111 1111 1111"}"#, "card_number"),
            (r#"{"kind": "card", "token": "t", "last_four": "42"}"#, "invalid"),
            (r#"{"kind": "card", "token": "t", "expiry": {"year": 2030, "month": 13}}"#, "invalid"),
            (r#"{"kind": "card", "token": " "}"#, "blank"),
            (r#"{"kind": "gold", "token": "t"}"#, "invalid_word"),
        ] {
            world.refused("POST", &methods, body, 422, code).await;
        }
        let invoice = world.issued(&customer, "5").await;
        let collect = format!("/v1/invoices/{invoice}/collect");
        let elsewhere = world.made(&methods, r#"{"kind": "bank_account", "token": "t", "gateway": "acme"}"#).await;
        let with = |method: &str| format!(r#"{{"payment_method_id": "{method}"}}"#);
        world.refused("POST", &collect, &with(&elsewhere), 422, "gateway_missing").await;
        let good = card(&world, &customer, "sandbox_ok").await;
        world.send("PATCH", &format!("{methods}/{good}"), Some(r#"{"is_active": false}"#)).await.expect(200);
        world.refused("POST", &collect, &with(&good), 422, "payment_method_inactive").await;
        let stranger = world.customer("Stranger").await;
        let theirs = card(&world, &stranger, "sandbox_ok").await;
        world.refused("POST", &collect, &with(&theirs), 422, "customer_mismatch").await;
        world.refused("POST", &collect, &with("pmt_5"), 404, "not_found").await;
        assert_eq!(world.send("DELETE", &format!("{methods}/{theirs}"), None).await.0.status, 404);
        let whole = format!(r#"{{"payment_method_id": "{theirs}", "amount": "6"}}"#);
        let own = world.issued(&stranger, "5").await;
        world.refused("POST", &format!("/v1/invoices/{own}/collect"), &whole, 422, "exceeds_balance").await;
        let intents = world.get(&format!("/v1/invoices/{invoice}/payment-intents")).await.expect(200);
        assert_eq!(intents["data"], json!([]), "a refusal leaves nothing");
    }
}

//! Charges that wait for their invoice, payments that are said anew, credit notes that are opened again.

use serde_json::json;
use store::Db;

use crate::support::World;

async fn charge(world: &World, customer: &str, more: &str) -> serde_json::Value {
    let body = format!(
        r#"{{"customer_id": "{customer}"{more}, "lines": [
            {{"name": "Usage", "quantity": 3, "unit_price": "1.10", "discounts": [{{"name": "Ten", "code": "TEN", "percent": 10}}]}},
            {{"name": "Set-up", "unit_price": 100}}
        ]}}"#
    );
    world.post("/v1/unbilled-charges", &body).await.expect(201)
}

testkit::on_both_databases! {
    async fn charges_become_one_invoice(db: Db) {
        let world = World::open(db).await;
        let (customer, other) = (world.customer("Customer").await, world.customer("Other").await);
        let one = charge(&world, &customer, r#", "reference": "PO-7", "dated_on": "2026-01-15""#).await;
        assert_eq!((&one["number"], &one["status"], &one["invoice_id"]), (&json!("UNBILL-000001"), &json!("unbilled"), &json!(null)));
        assert_eq!((&one["total"], &one["dated_on"], &one["reference"]), (&json!("102.97"), &json!("2026-01-15"), &json!("PO-7")));
        let line = &one["lines"][0];
        assert_eq!((&line["gross"], &line["discount"], &line["net"]), (&json!("3.30"), &json!("0.33"), &json!("2.97")));
        assert_eq!(line["discounts"][0]["code"], "TEN");
        let two = charge(&world, &customer, "").await;
        let theirs = charge(&world, &other, "").await;
        let id = |charge: &serde_json::Value| charge["id"].as_str().expect("an id").to_owned();
        let ask = |ids: &[String]| format!(r#"{{"unbilled_charge_ids": {}, "dated_on": "2026-01-31"}}"#, json!(ids));

        let open = format!("/v1/unbilled-charges?status=unbilled&customer_id={customer}");
        assert_eq!(world.get(&open).await.expect(200)["data"].as_array().map(Vec::len), Some(2));
        let path = "/v1/unbilled-charges/invoice";
        world.refused("POST", path, &ask(&[id(&one), id(&theirs)]), 422, "customer_mismatch").await;
        world.refused("POST", path, &ask(&[]), 422, "blank").await;
        world.refused("POST", path, &ask(&["ubc_5".to_owned()]), 404, "not_found").await;
        let invoice = world.post(path, &ask(&[id(&two), id(&one)])).await.expect(201);
        assert_eq!((&invoice["total"], &invoice["status"]), (&json!("205.94"), &json!("open")));
        assert_eq!(invoice["lines"].as_array().map(Vec::len), Some(4));
        world.refused("POST", path, &ask(&[id(&one)]), 422, "charge_invoiced").await;
        let billed = world.get(&format!("/v1/unbilled-charges/{}", id(&one))).await.expect(200);
        assert_eq!((&billed["status"], &billed["invoice_id"]), (&json!("invoiced"), &invoice["id"]));
        assert_eq!(world.get(&open).await.expect(200)["data"], json!([]));

        let gone = format!("/v1/unbilled-charges/{}", id(&theirs));
        assert_eq!(world.send("DELETE", &gone, None).await.0.status, 204);
        world.refused("GET", &gone, "", 404, "not_found").await;
        world.refused("DELETE", &format!("/v1/unbilled-charges/{}", id(&two)), "", 422, "charge_invoiced").await;
        world.refused("POST", "/v1/unbilled-charges", &format!(r#"{{"customer_id": "{other}", "lines": []}}"#), 422, "blank").await;
        world.refused("GET", "/v1/unbilled-charges?status=open", "", 400, "invalid_parameter").await;
    }

    async fn a_payment_is_said_anew(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer").await;
        let (one, two) = (world.issued(&customer, "100").await, world.issued(&customer, "50").await);
        let id = world.payment(&customer, "100", &[(&one, "100")]).await;
        let path = format!("/v1/payments/{id}");
        let body = format!(
            r#"{{"amount": "120", "bank_charges": "1", "mode": "check", "reference": "CHK-1",
                "applications": [{{"invoice_id": "{two}", "amount": "50"}}, {{"invoice_id": "{one}", "amount": "60"}}]}}"#
        );
        let payment = world.send("PATCH", &path, Some(&body)).await.expect(200);
        assert_eq!((&payment["amount"], &payment["applied"], &payment["unapplied"]), (&json!("120.00"), &json!("110.00"), &json!("10.00")));
        assert_eq!((&payment["mode"], &payment["reference"]), (&json!("check"), &json!("CHK-1")));
        assert_eq!(world.get(&format!("/v1/invoices/{one}")).await.expect(200)["balance"], "40.00");
        world.refused("PATCH", &path, r#"{"amount": "109"}"#, 422, "exceeds_unapplied").await;
        let refund = format!(r#"{{"kind": "unapplied", "payment_id": "{id}", "amount": "10"}}"#);
        world.post("/v1/refunds", &refund).await.expect(201);
        world.refused("PATCH", &path, r#"{"applications": []}"#, 422, "payment_refunded").await;
        world.send("PATCH", &path, Some(r#"{"description": "kept"}"#)).await.expect(200);
    }

    async fn a_void_credit_note_is_opened_again(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer").await;
        let body = format!(
            r#"{{"kind": "own_lines", "customer_id": "{customer}", "issue": true, "memo": "With our regrets",
                "terms_text": "One year", "lines": [{{"name": "Goodwill", "unit_price": 5}}]}}"#
        );
        let note = world.post("/v1/credit-notes", &body).await.expect(201);
        assert_eq!((&note["memo"], &note["terms_text"]), (&json!("With our regrets"), &json!("One year")));
        let path = format!("/v1/credit-notes/{}", note["id"].as_str().expect("an id"));
        world.refused("POST", &format!("{path}/reopen"), "", 422, "credit_note_not_void").await;
        world.post(&format!("{path}/void"), "").await.expect(200);
        let opened = world.post(&format!("{path}/reopen"), "").await.expect(200);
        assert_eq!((&opened["state"], &opened["remaining"]), (&json!("issued"), &json!("5.00")));
        assert_eq!(opened["number"], note["number"]);
    }
}

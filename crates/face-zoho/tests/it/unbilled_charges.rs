//! Unbilled charges over Zoho's API.

use billing::invoices::{DiscountAmount, DiscountSpec, LineSpec};
use billing::unbilled_charges::ChargeSpec;
use billing::unbilled_charges::create::CreateUnbilledCharge;
use domain::money::Decimal;
use serde_json::{Value, json};
use testkit::TestDb;

use crate::house::{AsValue, BOWMAN, EVERYTHING, amount, assert_shape, zoho_id};
use crate::invoices_desk::Desk;
use crate::payments::books_are_sound;

/// Two of the basic plan, one of them given away.
async fn raised(desk: &Desk) -> String {
    let by = DiscountAmount::Fixed(amount("50"));
    let name = "Flat 50".to_owned();
    let line = LineSpec {
        item: Some(desk.basic),
        name: None,
        unit_price: None,
        description: Some("Usage charges for last month".to_owned()),
        discounts: vec![DiscountSpec { name, code: Some("THANKSGIVING20".to_owned()), by, priority: 0 }],
        ..LineSpec::of("", Decimal::from_whole(2), Decimal::ONE)
    };
    let spec = ChargeSpec::to(desk.house.bowman, vec![line]);
    zoho_id(desk.does(CreateUnbilledCharge { spec }).await.0)
}

async fn listed(desk: &Desk, query: &str) -> Vec<Value> {
    let reply = desk.send("GET", &format!("/unbilledcharges?{query}"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let rows = reply.value()["unbilled_charges"].as_array().expect("a list").clone();
    rows.iter().map(|row| row["number"].clone()).collect()
}

testkit::on_both_databases! {
    async fn a_charge_becomes_an_invoice_once(db: TestDb) {
        let desk = Desk::open(db).await;
        let id = raised(&desk).await;
        let path = format!("/billing/v1/unbilledcharges/{id}");
        let reply = desk.send("GET", &path, "").await;
        assert_shape(include_str!("../wire/unbilledcharge.json"), &reply.body);
        let charge = reply.value()["unbilled_charge"].clone();
        for (pointer, value) in [
            ("/number", json!("UNBILL-000001")),
            ("/status", json!("open")),
            ("/unbilled_charge_date", json!("2016-06-20")),
            ("/customer_id", json!(BOWMAN)),
            ("/unbilled_charge_items/0/code", json!("basic-monthly")),
            ("/unbilled_charge_items/0/product_id", json!(zoho_id(desk.basic.0))),
            ("/unbilled_charge_items/0/price", json!("50")),
            ("/unbilled_charge_items/0/quantity", json!(2)),
            ("/unbilled_charge_items/0/discount_amount", json!(50)),
            ("/unbilled_charge_items/0/item_total", json!(50)),
            ("/unbilled_charge_items/0/tax_id", json!(zoho_id(desk.vat.0))),
            ("/coupons/0/coupon_code", json!("THANKSGIVING20")),
            ("/coupons/0/discount_amount", json!(50)),
            ("/total", json!(56.25)),
            ("/billing_address/street", json!("Harrington Bay Street")),
        ] {
            assert_eq!(charge.pointer(pointer), Some(&value), "{pointer}");
        }
        let seed = desk.send("GET", &format!("/unbilledcharges/{id}"), "").await.value();
        assert_eq!(seed["unbilled_charge"]["unbilled_charge_items"][0]["price"], json!(50), "a number as the seed has");

        let made = desk.send("POST", &format!("{path}/createinvoice"), "").await;
        assert_eq!((made.status, made.value()["message"].as_str()), (201, Some("Unbilled Charges have been invoiced.")));
        let invoice = made.value()["invoice"].clone();
        assert_eq!((&invoice["total"], &invoice["balance"], &invoice["customer_id"]), (&json!(56.25), &json!(56.25), &json!(BOWMAN)));
        assert_eq!(invoice["coupons"][0]["coupon_code"], json!("THANKSGIVING20"));
        assert_eq!(invoice["invoice_items"][0]["description"], json!("Usage charges for last month"));
        let read = format!("/billing/v1/invoices/{}", invoice["invoice_id"].as_str().expect("an id"));
        assert_eq!(desk.send("GET", &read, "").await.value()["invoice"], invoice);
        assert_eq!(desk.send("GET", &path, "").await.value()["unbilled_charge"]["status"], json!("invoiced"));
        for (method, path) in [("POST", format!("{path}/createinvoice")), ("DELETE", path.clone())] {
            let reply = desk.send(method, &path, "").await;
            assert_eq!((reply.status, reply.value()["code"].as_i64()), (400, Some(4601)), "{reply:?}");
        }
        books_are_sound(&desk).await;
    }

    async fn charges_are_listed_and_deleted(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let first = raised(&desk).await;
        house.clock.set(house.clock.now() + jiff::SignedDuration::from_mins(1));
        let second = raised(&desk).await;
        desk.send("POST", &format!("/unbilledcharges/{first}/createinvoice"), "").await;
        assert_eq!(listed(&desk, "").await, ["UNBILL-000002", "UNBILL-000001"]);
        assert_eq!(listed(&desk, "filter_by=Status.Open").await, ["UNBILL-000002"]);
        assert_eq!(listed(&desk, "filter_by=invoiced").await, ["UNBILL-000001"]);
        assert_eq!(listed(&desk, "number_contains=001&search_text=bowman").await, ["UNBILL-000001"]);
        assert_eq!(listed(&desk, "per_page=1&page=2").await, ["UNBILL-000001"]);
        let reply = desk.send("DELETE", &format!("/unbilledcharges/{second}"), "").await;
        assert_eq!(reply.value(), json!({"code": 0, "message": "The unbilled charges have been deleted."}));
        for (method, path) in [
            ("GET", format!("/unbilledcharges/{second}")),
            ("DELETE", format!("/unbilledcharges/{second}")),
            ("POST", "/unbilledcharges/1/createinvoice".to_owned()),
        ] {
            let reply = desk.send(method, &path, "").await;
            let body = r#"{"code":1002,"message":"Unbilled charge does not exist."}"#;
            assert_eq!((reply.status, reply.body.as_str()), (404, body), "{path}");
        }
        let theirs = house.token(&[EVERYTHING], Some(house.bowman)).await;
        assert_eq!(house.get(&theirs, &format!("/api/v1/unbilledcharges/{first}")).await.status, 401);
        books_are_sound(&desk).await;
    }
}

//! Invoices of what the catalogue sells, from the first call of a client on.

use billing::query::InvoiceRef;
use domain::id::InvoiceId;
use domain::invoice::LineKind;
use serde_json::{Value, json};
use testkit::TestDb;

use crate::house::AsValue;
use crate::invoices_desk::Desk;

testkit::on_both_databases! {
    /// A product, a plan and an add-on of it, a customer, an invoice of all of them: names, prices and what recurs
    /// come from the catalogue, what the client says goes before.
    async fn plans_and_add_ons_are_sold_by_their_codes(db: TestDb) {
        let desk = Desk::open(db).await;
        let post = async |path: &str, body: Value| {
            let reply = desk.send("POST", path, &body.to_string()).await;
            assert_eq!((reply.status, &reply.value()["code"]), (201, &json!(0)), "{path}: {reply:?}");
            reply.value()
        };
        let product = post("/products", json!({"name": "Hosting"})).await["product"]["product_id"].clone();
        let plan = json!({
            "plan_code": "hosting-monthly", "name": "Hosting, monthly", "product_id": product,
            "recurring_price": 40.5, "interval": 1, "interval_unit": "months",
        });
        post("/plans", plan).await;
        let addon = json!({
            "addon_code": "backup", "name": "Backup", "unit_name": "copy", "product_id": product, "type": "recurring",
            "pricing_scheme": "unit", "interval_unit": "monthly", "price_brackets": [{"price": 5}],
            "applicable_to_all_plans": true,
        });
        post("/addons", addon).await;
        let customer = json!({"display_name": "Harbour Inn", "email": "desk@harbour.example"});
        let customer = post("/customers", customer).await["customer"]["customer_id"].clone();
        let body = json!({
            "customer_id": customer,
            "date": "2016-06-20",
            "invoice_items": [
                {"code": "hosting-monthly", "quantity": 2},
                {"code": "backup", "quantity": 3, "price": 4, "name": "Backup, reduced", "product_id": product},
                {"code": "UsageAddon", "quantity": "1.5"},
            ],
        });
        let made = post("/invoices", body).await;
        let items = made["invoice"]["invoice_items"].as_array().expect("items").clone();
        let told: Vec<Value> =
            items.iter().map(|item| json!([item["code"], item["name"], item["price"], item["item_total"]])).collect();
        assert_eq!(told, [
            json!(["hosting-monthly", "Hosting, monthly", 40.5, 81]),
            json!(["backup", "Backup, reduced", 4, 12]),
            json!(["UsageAddon", "Usage", 10, 15]),
        ]);
        assert_eq!(made["invoice"]["total"], 108);
        let id = made["invoice"]["invoice_id"].as_str().expect("an id");
        let native = face_zoho::wire::unspell(id).map(InvoiceId).expect("an id of ours");
        let staff = billing::Caller::system(desk.house.tenant);
        let found = desk.house.billing.invoice(&staff, None, &InvoiceRef::Id(native)).await.expect("the invoice");
        let kinds: Vec<LineKind> = found.value.lines.iter().map(|line| line.kind).collect();
        assert_eq!(kinds, [LineKind::Recurring, LineKind::Recurring, LineKind::OneTime]);

        // What is not sold any more cannot be put on it, and what is on it stays.
        post_done(&desk, "/plans/hosting-monthly/markasinactive").await;
        let more = json!({"invoice_items": [{"code": "hosting-monthly", "quantity": 1}]});
        assert_eq!(desk.refused("POST", &format!("/invoices/{id}/lineitems"), &more).await, (400, 4504));
        let same: Vec<Value> = items.iter().map(|item| json!({"item_id": item["item_id"], "code": item["code"]})).collect();
        let kept = json!({"customer_id": customer, "invoice_items": same});
        let message = "Invoice information has been updated.";
        let kept = desk.done("PUT", &format!("/invoices/{id}"), &kept, message).await.value();
        assert_eq!((&kept["invoice"]["total"], &kept["invoice"]["invoice_items"]), (&json!(108), &json!(items)));
        desk.done("POST", &format!("/invoices/{id}/converttoopen"), &Value::Null, "Status of the invoice has been changed to open.").await;
        desk.books_are_sound().await;
    }
}

async fn post_done(desk: &Desk, path: &str) {
    let reply = desk.send("POST", path, "").await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
}

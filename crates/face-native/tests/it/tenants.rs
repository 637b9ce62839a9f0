//! Who sees what: other sellers' objects do not exist, and a customer's credential reads its own subtree.

use crate::support::{ALL, World};
use domain::id::CustomerId;
use serde_json::Value;
use store::Db;

fn without_names(problem: &Value, ids: &[&str]) -> String {
    let mut text = problem["detail"].as_str().expect("a detail").to_owned();
    for id in ids {
        text = text.replace(id, "ID");
    }
    format!("{} {} {text}", problem["status"], problem["code"])
}

testkit::on_both_databases! {
    async fn anothers_id_is_answered_like_an_unknown_one(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let invoice = world.issued(&customer, "100").await;
        let payment = world.payment(&customer, "10", &[]).await;
        let note = format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "5", "issue": true}}"#);
        let note = world.made("/v1/credit-notes", &note).await;
        let refund = format!(r#"{{"kind": "unapplied", "payment_id": "{payment}", "amount": 1}}"#);
        let refund = world.made("/v1/refunds", &refund).await;
        let item = world.made("/v1/items", r#"{"name": "Item"}"#).await;
        let rate = world.made("/v1/tax-rates", r#"{"name": "VAT", "percent": "20"}"#).await;
        let entities = world.get("/v1/legal-entities").await.expect(200);
        let entity = entities["data"][0]["id"].as_str().expect("an id").to_owned();

        let other = world.billing.create_tenant("Other Seller").await.expect("a tenant");
        let token = world.token_for(other, ALL, None).await;
        let nothing = "inv_9007199254740991";
        for (path, id) in [
            ("/v1/invoices/", &invoice),
            ("/v1/customers/", &customer),
            ("/v1/payments/", &payment),
            ("/v1/credit-notes/", &note),
            ("/v1/refunds/", &refund),
            ("/v1/items/", &item),
            ("/v1/tax-rates/", &rate),
            ("/v1/legal-entities/", &entity),
        ] {
            world.get(&format!("{path}{id}")).await.expect(200);
            let unknown = format!("{}_{}", id.split('_').next().unwrap_or_default(), &nothing[4..]);
            let foreign = world.send_with(&token, "GET", &format!("{path}{id}"), None, &[]).await.expect(404);
            let missing = world.send_with(&token, "GET", &format!("{path}{unknown}"), None, &[]).await.expect(404);
            let ids = [id.as_str(), unknown.as_str()];
            assert_eq!(without_names(&foreign, &ids), without_names(&missing, &ids));
        }
        for path in ["/v1/invoices", "/v1/customers", "/v1/payments", "/v1/items", "/v1/legal-entities"] {
            let page = world.send_with(&token, "GET", path, None, &[]).await.expect(200);
            assert_eq!(page["data"], serde_json::json!([]), "{path}");
        }
        let void = world.send_with(&token, "POST", &format!("/v1/invoices/{invoice}/void"), Some("{}"), &[]).await;
        void.expect(404);
        world.get(&format!("/v1/invoices/{invoice}")).await.expect(200);
        let shares = format!(r#"{{"customer_id": "{customer}", "amount": "1"}}"#);
        assert_eq!(world.send_with(&token, "POST", "/v1/payments", Some(&shares), &[]).await.expect(404)["code"], "not_found");
    }

    async fn keys_belong_to_one_seller(db: Db) {
        let world = World::open(db).await;
        let other = world.billing.create_tenant("Other Seller").await.expect("a tenant");
        let token = world.token_for(other, ALL, None).await;
        let key = [("idempotency-key", "same")];
        let one = r#"{"name": "One"}"#;
        world.send_with(&world.token, "POST", "/v1/items", Some(one), &key).await.expect(201);
        let made = world.send_with(&token, "POST", "/v1/items", Some(r#"{"name": "Two"}"#), &key).await.expect(201);
        assert_eq!(made["name"], "Two");
    }

    async fn a_customers_credential_reads_its_own(db: Db) {
        let world = World::open(db).await;
        let above = world.customer("Above").await;
        let below = format!(r#"{{"display_name": "Below", "parent_id": "{above}", "notes": "slow payer"}}"#);
        let below = world.made("/v1/customers", &below).await;
        let other = world.customer("Other").await;
        let (mine, others) = (world.issued(&below, "100").await, world.issued(&other, "100").await);
        let draft = world.draft(&above, "5").await;
        let payment = world.payment(&below, "10", &[(&mine, "10")]).await;
        let root = CustomerId::parse(&above).expect("an id");
        let token = world.token_for(world.tenant, &["*"], Some(root)).await;
        let get = async |path: String| world.send_with(&token, "GET", &path, None, &[]).await;

        assert_eq!(get("/v1/me".to_owned()).await.expect(200)["customer_id"], above.as_str());
        let page = get("/v1/invoices".to_owned()).await.expect(200);
        assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(page["data"][0]["id"], mine.as_str());
        get(format!("/v1/invoices/{mine}")).await.expect(200);
        get(format!("/v1/invoices/{others}")).await.expect(404);
        get(format!("/v1/invoices/{draft}")).await.expect(404);
        get(format!("/v1/payments/{payment}")).await.expect(200);
        get(format!("/v1/payments?customer_id={other}")).await.expect(404);
        let read = get(format!("/v1/customers/{below}")).await.expect(200);
        assert!(read.get("notes").is_none(), "notes are for staff");
        get(format!("/v1/customers/{other}")).await.expect(404);
        let names: Vec<Value> = get("/v1/customers".to_owned()).await.expect(200)["data"].as_array().cloned().unwrap_or_default();
        assert_eq!(names.len(), 2);
    }
}

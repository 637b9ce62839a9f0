//! GET `/invoice/{id}` and `/invoice/token:{token}`.

use crate::world::{OTHER_TENANT, PARENT, World};
use store::Db;
use testkit::wire::{Json, assert_prefix};

const INVOICE: &str = include_str!("../wire/invoice.json");
const NOT_THERE: &str = include_str!("../wire/invoice_404.json");
const SEED: &str = include_str!("../wire/seed_004_fields.json");

/// What type a value has in the seed's words; None for null, which any field may be.
fn fits(value: &Json, word: &str) -> bool {
    match (value, word) {
        (Json::Null, _) => true,
        (Json::Number(token), "integer") => token.parse::<i64>().is_ok(),
        (Json::Number(_), "float")
        | (Json::Text(_), "string" | "date")
        | (Json::Bool(_), "boolean")
        | (Json::List(_), "list") => true,
        _ => false,
    }
}

#[track_caller]
fn check_object(object: &Json, seed: &Json) {
    let keys = object.keys();
    for (at, field) in seed.items().iter().enumerate() {
        let (name, word) = (field.get("0").text(), field.get("1").text());
        assert_eq!(keys.get(at), Some(&name), "key {at}");
        assert!(fits(object.get(name), word), "{name} is no {word}: {:?}", object.get(name));
    }
}

testkit::on_both_databases! {
    async fn a_whole_invoice(db: Db) {
        let world = World::new(db).await;
        let reply = world.get("/invoice/10005").send().await;
        assert_prefix(INVOICE, reply.expect(200));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert!(reply.body.starts_with("{\n    \"code\": 200,\n"), "{}", reply.body);

        let (json, seed) = (reply.json(), Json::parse(SEED));
        let invoice = json.get("response");
        check_object(invoice, seed.get("invoice"));
        for line in invoice.get("line_items").items() {
            check_object(line, seed.get("line_items"));
        }
    }
}

testkit::on_both_databases! {
    async fn the_same_by_token_and_with_stray_signs(db: Db) {
        let world = World::new(db).await;
        let by_id = world.get("/invoice/10005").send().await;
        for path in [
            "/invoice/token:token0010005",
            "/invoice/token%3Atoken0010005",
            "/invoice/10005/",
            "/invoice%20/10005%20",
            "/invoice/10005?_dummy=1&unknown=x",
        ] {
            let reply = world.get(path).send().await;
            assert_eq!(reply.expect(200), by_id.body, "{path}");
        }
    }
}

testkit::on_both_databases! {
    async fn what_is_not_there(db: Db) {
        let world = World::new(db).await;
        // Unknown, no id at all, withdrawn through an API, and an id with a leading zero.
        for path in ["/invoice/99", "/invoice/abc", "/invoice/10011", "/invoice/token:nobody", "/invoice/010005",
            "/invoice/token:", "/invoice/-1", "/invoice/9999999999999999999999"] {
            let reply = world.get(path).send().await;
            assert_eq!(reply.expect(404), NOT_THERE.trim_end(), "{path}");
        }
        let reply = world.get_as(OTHER_TENANT, "/invoice/10005").send().await;
        assert_eq!(reply.expect(404), NOT_THERE.trim_end());
    }
}

testkit::on_both_databases! {
    async fn a_customer_sees_what_is_below_it(db: Db) {
        let world = World::new(db).await;
        for (path, status) in [
            ("/invoice/10005", 200),
            ("/invoice/10008", 200),
            // A draft that is not shared, and another customer's, by id and by token.
            ("/invoice/10007", 404),
            ("/invoice/2688", 404),
            ("/invoice/token:token0010010", 404),
        ] {
            world.get_as(PARENT, path).send().await.expect(status);
        }
    }
}

testkit::on_both_databases! {
    async fn ids_that_an_import_kept(db: Db) {
        let world = World::new(db).await;
        let reply = world.get("/invoice/2688").send().await;
        let json = Json::parse(reply.expect(200));
        let invoice = json.get("response");
        assert_eq!(invoice.get("invoice_id"), &Json::Number("2688".to_owned()));
        assert_eq!(invoice.get("customer_id"), &Json::Number("9001".to_owned()));
        assert_eq!(invoice.get("brand_id"), &Json::Number("1".to_owned()));
        assert_eq!(invoice.get("line_items").get("0").get("invoice_id").text(), "2688");
        // No JSON integer spells this one: it is read by its own name, and prints ours.
        for path in ["/invoice/legacy-5", "/invoice/10012"] {
            let json = world.get(path).send().await.json();
            assert_eq!(json.get("response").get("invoice_id"), &Json::Number("10012".to_owned()), "{path}");
        }
    }
}

testkit::on_both_databases! {
    async fn statuses_and_their_facts(db: Db) {
        let world = World::new(db).await;
        let told = |id: &'static str, facts: &'static [(&'static str, &'static str)]| {
            let request = world.get(&format!("/invoice/{id}"));
            async move {
                let reply = request.send().await;
                let body = reply.expect(200);
                for (name, value) in facts {
                    assert!(body.contains(&format!("\n        \"{name}\": {value},\n")), "{id} {name}: {body}");
                }
            }
        };
        told("10006", &[("refnumber", "\"10006\""), ("invoice_status_name", "\"Unpaid\""),
            ("invoice_status_str", "\"open-unpaid\""), ("invoice_status_state", "\"o\""), ("is_paid", "false"),
            ("balance", "100"), ("overdue", "0"), ("days_overdue", "0"), ("currency_id", "978"),
            ("currency_symbol", "\"\\u20ac\""), ("bill_block", "\"\""), ("bill_addr1", "null")]).await;
        told("10007", &[("refnumber", "\"DRAFT-10007\""), ("invoice_status_name", "\"Unapproved\""),
            ("invoice_status_str", "\"open-unapproved\""), ("invoice_status_state", "\"o\""),
            ("is_paid", "false"), ("balance", "100")]).await;
        told("10009", &[("invoice_status_name", "\"Void\""), ("invoice_status_str", "\"closed-void\""),
            ("invoice_status_state", "\"c\""), ("is_void", "true"), ("is_paid", "true"), ("balance", "0"),
            ("total", "100"), ("void_datetime", "\"2026-11-21 23:51:03\"")]).await;
        told("2688", &[("refnumber", "\"A,9\""), ("invoice_status_name", "\"Paid\""),
            ("invoice_status_str", "\"closed-paid\""), ("is_paid", "true"), ("paid_date", "\"2026-11-01\""),
            ("credits", "100"), ("payments", "0"), ("applied", "100"), ("balance", "0")]).await;
        told("10012", &[("refnumber", "\"OLD-5\"")]).await;
    }
}

//! Products, plans with their versions, add-ons and coupons.

use crate::support::World;
use serde_json::json;
use store::Db;

const TIERS: &str = r#"{"scheme": "tier", "brackets": [{"up_to": "50", "price": "10"}, {"price": 7.5, "flat": "1"}]}"#;

async fn product(world: &World) -> String {
    // Its legal entity's base currency is that of prices without one.
    world.made("/v1/products", r#"{"name": "Hosting", "email_ids": ["a@example.com"]}"#).await
}

testkit::on_both_databases! {
    async fn other_terms_are_another_version(db: Db) {
        let world = World::open(db).await;
        let product = product(&world).await;
        let body = format!(
            r#"{{"product_id": "{product}", "code": "basic", "name": "Basic", "interval": 1, "setup_fee": "99.50",
                "price": {{"scheme": "unit", "brackets": [{{"price": "40"}}]}}, "billing_cycles": 12}}"#
        );
        let plan = world.made("/v1/plans", &body).await;
        let path = format!("/v1/plans/{plan}");
        let changed = format!(r#"{{"price": {TIERS}, "billing_cycles": null, "currency": "EUR"}}"#);
        let changed = world.send("PATCH", &path, Some(&changed)).await.expect(200);
        let version = &changed["version"];
        assert_eq!((&version["number"], &version["currency"], &version["billing_cycles"]), (&json!(2), &json!("EUR"), &json!(null)));
        let second = json!({"up_to": null, "price": "7.5", "flat": "1"});
        assert_eq!((&version["price"]["scheme"], &version["price"]["brackets"][1]), (&json!("tier"), &second));
        world.send("PATCH", &path, Some(r#"{"name": "Basic plan"}"#)).await.expect(200);
        let versions = world.get(&format!("{path}/versions?limit=1")).await.expect(200);
        assert_eq!(versions["data"][0]["setup_fee"], "99.5");
        let cursor = versions["next_cursor"].as_str().expect("another page");
        let next = world.get(&format!("{path}/versions?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!((&next["data"][0]["id"], &next["next_cursor"]), (&version["id"], &json!(null)));
        let off = world.post(&format!("{path}/deactivate"), "{}").await.expect(200);
        assert_eq!((&off["is_active"], &off["version"]["number"], &off["name"]), (&json!(false), &json!(2), &json!("Basic plan")));
        world.post(&format!("{path}/activate"), "").await.expect(200);
        assert_eq!(world.get("/v1/plans").await.expect(200)["data"][0]["id"], plan.as_str());

        world.refused("POST", "/v1/plans", &body, 409, "duplicate").await;
        world.refused("PATCH", &path, r#"{"interval": 0}"#, 422, "invalid").await;
        world.refused("PATCH", &path, r#"{"price": {"scheme": "unit", "brackets": []}}"#, 422, "invalid").await;
        world.refused("PATCH", &path, r#"{"price": {"scheme": "unit", "brackets": [{"price": "-1"}]}}"#, 422, "negative").await;
        world.refused("PATCH", &path, r#"{"tax_group_id": "txg_5"}"#, 404, "not_found").await;
        world.refused("DELETE", &format!("/v1/products/{product}"), "", 422, "in_use").await;
        world.send("DELETE", &path, None).await.expect(204);
        world.send("DELETE", &format!("/v1/products/{product}"), None).await.expect(204);
    }

    async fn addons_and_coupons_name_what_they_go_with(db: Db) {
        let world = World::open(db).await;
        let product = product(&world).await;
        let plan = format!(
            r#"{{"product_id": "{product}", "code": "basic", "name": "Basic", "interval": 1,
                "price": {{"scheme": "flat", "brackets": [{{"price": "40"}}]}}}}"#
        );
        let plan = world.made("/v1/plans", &plan).await;
        let addon = format!(
            r#"{{"product_id": "{product}", "code": "mail", "name": "Mail", "price": {TIERS}, "plan_ids": ["{plan}"],
                "interval_unit": "months"}}"#
        );
        let addon = world.made("/v1/addons", &addon).await;
        assert_eq!(world.get(&format!("/v1/plans/{plan}")).await.expect(200)["addon_ids"], json!([addon]));
        let path = format!("/v1/addons/{addon}");
        let all = world.send("PATCH", &path, Some(r#"{"plan_ids": null}"#)).await.expect(200);
        assert_eq!((&all["plan_ids"], &all["interval_unit"]), (&json!(null), &json!("months")));
        let once = r#"{"kind": "one_time", "interval_unit": null, "plan_ids": []}"#;
        let once = world.send("PATCH", &path, Some(once)).await.expect(200);
        assert_eq!((&once["plan_ids"], &once["kind"]), (&json!([]), &json!("one_time")));
        world.refused("PATCH", &path, r#"{"interval_unit": "years"}"#, 422, "invalid").await;

        let coupon = format!(
            r#"{{"product_id": "{product}", "code": "TEN", "name": "Ten", "amount": "10", "duration": "duration", "cycles": 3,
                "plan_ids": ["{plan}"], "addons": "select", "addon_ids": ["{addon}"], "expires_on": "2999-12-31"}}"#
        );
        let made = world.post("/v1/coupons", &coupon).await.expect(201);
        let given = (&made["amount"], &made["currency"], &made["percent"], &made["status"], &made["cycles"]);
        assert_eq!(given, (&json!("10.00"), &json!("USD"), &json!(null), &json!("active"), &json!(3)));
        assert_eq!((&made["plan_ids"], &made["addon_ids"]), (&json!([plan]), &json!([addon])));
        let path = format!("/v1/coupons/{}", made["id"].as_str().expect("an id"));
        let over = world.send("PATCH", &path, Some(r#"{"expires_on": "2020-01-01", "max_redemptions": 5}"#)).await.expect(200);
        assert_eq!((&over["status"], &over["max_redemptions"]), (&json!("expired"), &json!(5)));
        assert_eq!(world.post(&format!("{path}/deactivate"), "").await.expect(200)["status"], "inactive");
        assert_eq!(world.get("/v1/coupons").await.expect(200)["data"][0]["code"], "TEN");
        for (change, code) in [
            (r#""percent": "20", "currency": "USD""#, "field_not_allowed"),
            (r#""percent": "20", "amount": "1""#, "field_not_allowed"),
            (r#""description": "free""#, "missing_field"),
            (r#""percent": "20", "duration": "duration""#, "missing_field"),
            (r#""percent": "20", "cycles": 2"#, "field_not_allowed"),
            (r#""percent": "20", "addon_ids": []"#, "field_not_allowed"),
            (r#""percent": "100.5""#, "rate_out_of_range"),
            (r#""amount": "0""#, "not_positive"),
        ] {
            let body = format!(r#"{{"product_id": "{product}", "code": "X", "name": "X", {change}}}"#);
            world.refused("POST", "/v1/coupons", &body, 422, code).await;
        }
        world.send("DELETE", &path, None).await.expect(204);
        world.send("DELETE", &format!("/v1/addons/{addon}"), None).await.expect(204);
    }
}

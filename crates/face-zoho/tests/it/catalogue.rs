//! Products, plans, add-ons, items and coupons as Zoho's clients make, list, change and delete them. Keys and types
//! are those of Zoho's OpenAPI; what follows them is ours.

use serde_json::{Value, json};
use testkit::TestDb;

use crate::house::{AsValue as _, EVERYTHING, House};

const MOUNT: &str = "/billing/v1";

/// A client with every scope.
struct Client {
    house: House,
    token: String,
}

impl Client {
    async fn of(db: TestDb) -> Self {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        Self { house, token }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let authorization = format!("Zoho-oauthtoken {}", self.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.house.ask(method, &format!("{MOUNT}{path}"), &headers, &body).await;
        assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"), "{reply:?}");
        (reply.status, reply.value())
    }

    /// What was made, after its message.
    #[track_caller]
    fn told(reply: (u16, Value), status: u16, message: &str) -> Value {
        assert_eq!(
            (reply.0, reply.1["code"].as_i64(), reply.1["message"].as_str()),
            (status, Some(0), Some(message)),
            "{}",
            reply.1
        );
        reply.1
    }

    async fn post(&self, path: &str, body: Value, message: &str) -> Value {
        Self::told(self.send("POST", path, &body).await, 201, message)
    }

    async fn put(&self, path: &str, body: Value, message: &str) -> Value {
        Self::told(self.send("PUT", path, &body).await, 200, message)
    }

    async fn get(&self, path: &str) -> Value {
        Self::told(self.send("GET", path, &Value::Null).await, 200, "success")
    }

    async fn done(&self, method: &str, path: &str, message: &str) {
        let told = Self::told(self.send(method, path, &Value::Null).await, 200, message);
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(2), "{told}");
    }

    async fn refused(&self, method: &str, path: &str, body: Value, expected: (u16, i64, &str)) {
        let (status, told) = self.send(method, path, &body).await;
        let found = (status, told["code"].as_i64().unwrap_or_default(), told["message"].as_str().unwrap_or_default());
        assert_eq!(found, expected, "{method} {path} {body}");
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(2), "{told}");
    }

    async fn product(&self) -> String {
        let made = self.post("/products", json!({"name": "PiperHost"}), "The product has been created").await;
        made["product"]["product_id"].as_str().expect("an id").to_owned()
    }

    async fn plan(&self, product: &str, code: &str) -> Value {
        let body =
            json!({"plan_code": code, "name": "Basic", "recurring_price": 400, "interval": 1, "product_id": product});
        self.post("/plans", body, "The plan has been created.").await["plan"].clone()
    }

    async fn addon(&self, product: &str, code: &str) -> Value {
        let body = json!({
            "addon_code": code, "name": "Email addon", "unit_name": "Email", "product_id": product,
            "price_brackets": [{"price": 10}], "applicable_to_all_plans": true,
        });
        self.post("/addons", body, "The addon has been created").await["addon"].clone()
    }

    async fn codes(&self, path: &str, list: &str, key: &str) -> Vec<String> {
        let rows = self.get(path).await[list].as_array().expect("a list").clone();
        rows.iter().map(|row| row[key].as_str().expect("a code").to_owned()).collect()
    }
}

/// `key:type` of the OpenAPI: `s`tring, `i`nteger, `n`umber, `b`oolean, `a`rray. Each is there, of its type.
#[track_caller]
fn shaped(object: &Value, keys: &str) {
    for (key, kind) in keys.split_whitespace().filter_map(|word| word.split_once(':')) {
        let value = &object[key];
        let fits = match kind {
            "s" => value.is_string(),
            "i" => value.is_i64(),
            "n" => value.is_number(),
            "b" => value.is_boolean(),
            "a" => value.is_array(),
            other => panic!("no type {other}"),
        };
        assert!(fits, "{key} is {value}, not {kind}");
    }
}

const PRODUCT: &str =
    "product_id:s name:s description:s email_ids:s redirect_url:s status:s created_time:s updated_time:s";
const PLAN: &str = "plan_code:s name:s description:s store_markup_description:s status:s product_id:s account_id:s \
    account_name:s tax_id:s trial_period:i setup_fee:n setup_fee_account_id:s setup_fee_account_name:s tags:a \
    custom_fields:a recurring_price:n unit:s interval:i interval_unit:s billing_cycles:i product_type:s hsn_or_sac:s \
    sat_item_key_code:s unitkey_code:s item_tax_preferences:a addons:a url:s created_time:s updated_time:s \
    can_charge_setup_fee_immediately:b";
const PLAN_ROW: &str = "plan_code:s name:s recurring_price:n unit:s interval:i interval_unit:s billing_cycles:i \
    trial_period:i setup_fee:n setup_fee_account_id:s setup_fee_account_name:s product_id:s tax_id:s product_type:s \
    hsn_or_sac:s sat_item_key_code:s unitkey_code:s item_tax_preferences:a description:s store_markup_description:s \
    status:s addons:a created_time:s updated_time:s";
const ADDON: &str = "addon_code:s name:s unit:s unit_name:s pricing_scheme:s price_brackets:a type:s interval_unit:s \
    tags:a custom_fields:a applicable_to_all_plans:b plans:a status:s product_id:s description:s \
    store_markup_description:s product_type:s hsn_or_sac:s sat_item_key_code:s unitkey_code:s item_tax_preferences:a \
    tax_id:s created_time:s updated_time:s";
const ITEM: &str = "item_id:s name:s status:s description:s rate:n unit:s tax_id:s tax_name:s tax_percentage:s tax_type:s \
    sku:s product_type:s hsn_or_sac:s sat_item_key_code:s unitkey_code:s item_tax_preferences:a custom_fields:a";
const COUPON: &str = "coupon_code:s name:s description:s type:s duration:i status:s discount_by:s discount_value:n \
    product_id:s max_redemption:i redemption_count:i expiry_at:s apply_to_plans:s plans:a apply_to_addons:s addons:a \
    created_time:s updated_time:s";

testkit::on_both_databases! {
    async fn products(db: TestDb) {
        let client = Client::of(db).await;
        let body = json!({
            "name": "PiperHost", "description": "Dedicated server for web hosting",
            "email_ids": "piper@zillum.com, pied@zillum.com", "redirect_url": "http://www.zillum.com/products/piperhost",
        });
        let made = client.post("/products", body, "The product has been created").await["product"].clone();
        shaped(&made, PRODUCT);
        assert_eq!((made["email_ids"].as_str(), made["status"].as_str()), (Some("piper@zillum.com,pied@zillum.com"), Some("active")));
        let id = made["product_id"].as_str().expect("an id");
        let path = format!("/products/{id}");
        assert_eq!(client.get(&path).await["product"], made);
        let changed = client.put(&path, json!({"name": "Pied"}), "The product details have been updated.").await;
        assert_eq!((&changed["product"]["name"], &changed["product"]["description"]), (&json!("Pied"), &made["description"]));
        client.done("POST", &format!("{path}/markasinactive"), "The product has been marked as inactive.").await;
        let listed = client.get("/products?filter_by=ProductStatus.INACTIVE").await;
        assert_eq!(listed["products"][0]["product_id"], made["product_id"]);
        let context = &listed["page_context"];
        assert_eq!((&context["applied_filter"], &context["report_name"]), (&json!("ProductStatus.INACTIVE"), &json!("Products")));
        assert_eq!(client.get("/products?filter_by=ProductStatus.ACTIVE").await["products"], json!([]));
        client.done("POST", &format!("{path}/markasactive"), "The product has been marked as active.").await;
        client.refused("POST", "/products", json!({"name": " "}), (400, 2, "Invalid value passed for name")).await;
        client.refused("PUT", &path, json!({"email_ids": "no mail"}), (400, 2, "Invalid value passed for email_ids")).await;
        client.refused("GET", "/products/903000000045027", Value::Null, (400, 2006, "Invalid Product ID.")).await;
        client.refused("GET", "/products?filter_by=x", Value::Null, (400, 2, "Invalid value passed for filter_by")).await;
        client.plan(id, "basic").await;
        client.refused("DELETE", &path, Value::Null, (400, 4506, "The product is in use.")).await;
        client.done("DELETE", "/plans/basic", "The plan has been deleted.").await;
        client.done("DELETE", &path, "The product has been deleted.").await;
        client.refused("DELETE", &path, Value::Null, (400, 2006, "Invalid Product ID.")).await;
    }

    async fn plans(db: TestDb) {
        let client = Client::of(db).await;
        let product = client.product().await;
        let body = json!({
            "plan_code": "basic-monthly", "name": "Basic", "recurring_price": 400.5, "unit": "kg", "interval": 1,
            "interval_unit": "months", "billing_cycles": -1, "trial_period": 1, "setup_fee": 100,
            "setup_fee_account_id": "903000987009903", "tags": [{"tag_id": "460000000054182", "tag_option_id": 460000000054280_i64}],
            "product_id": product, "product_type": "goods", "hsn_or_sac": "74191010", "sat_item_key_code": "71121206",
            "unitkey_code": "E48", "description": "Basic monthly plan.", "store_markup_description": "Mailbox",
            "item_tax_preferences": [{"tax_specification": "intra", "tax_name": "GST", "tax_percentage": 10, "tax_id": "903000000065300"}],
            "can_charge_setup_fee_immediately": true,
        });
        let made = client.post("/plans", body.clone(), "The plan has been created.").await["plan"].clone();
        shaped(&made, PLAN);
        for key in ["plan_code", "name", "recurring_price", "unit", "interval", "interval_unit", "billing_cycles", "trial_period",
            "setup_fee", "setup_fee_account_id", "product_id", "product_type", "hsn_or_sac", "unitkey_code",
            "description", "store_markup_description", "item_tax_preferences", "can_charge_setup_fee_immediately"] {
            assert_eq!(made[key], body[key], "{key}");
        }
        assert_eq!((&made["tags"][0]["tag_id"], &made["status"]), (&json!(460_000_000_054_182_i64), &json!("active")));
        assert_eq!(client.get("/plans/basic-monthly").await["plan"], made);

        let changed = json!({"recurring_price": 500, "billing_cycles": 12, "hsn_or_sac": "1"});
        let changed = client.put("/plans/basic-monthly", changed, "The plan details has been updated.").await["plan"].clone();
        assert_eq!((&changed["recurring_price"], &changed["billing_cycles"]), (&json!(500), &json!(12)));
        assert_eq!((&changed["hsn_or_sac"], &changed["unitkey_code"], &changed["unit"]), (&json!("1"), &json!("E48"), &json!("kg")));
        client.addon(&product, "Email-basic").await;
        let some = json!({"addon_code": "some", "name": "Some", "unit_name": "x", "product_id": product, "plans": [],
            "pricing_scheme": "tier", "price_brackets": [{"start_quantity": 1, "end_quantity": 50, "price": 10}]});
        client.post("/addons", some, "The addon has been created").await;
        let joined = json!({"addons": [{"addon_code": "some", "name": "Some"}]});
        let joined = client.put("/plans/basic-monthly", joined, "The plan details has been updated.").await["plan"].clone();
        let codes: Vec<&str> = joined["addons"].as_array().expect("addons").iter().filter_map(|addon| addon["addon_code"].as_str()).collect();
        assert_eq!(codes, ["Email-basic", "some"]);

        let tiers = json!({"pricing_scheme": "tier", "price_brackets": [{"end_quantity": 10, "price": 9}, {"price": 8}]});
        let tiers = client.put("/plans/basic-monthly", tiers, "The plan details has been updated.").await["plan"].clone();
        assert_eq!((&tiers["recurring_price"], &tiers["pricing_scheme"]), (&json!(9), &json!("tier")));
        let same = json!({"recurring_price": 9, "name": "Basic"});
        let same = client.put("/plans/basic-monthly", same, "The plan details has been updated.").await["plan"].clone();
        assert_eq!(same["price_brackets"], tiers["price_brackets"]);
        let other = json!({"recurring_price": 10});
        client.refused("PUT", "/plans/basic-monthly", other, (400, 2, "Invalid value passed for price_brackets")).await;
        client.plan(&product, "second").await;
        let row = &client.get("/plans").await["plans"];
        assert_eq!(row.as_array().map(Vec::len), Some(2));
        shaped(&row[0], PLAN_ROW);
        client.done("POST", "/plans/second/markasinactive", "The plan has been marked as inactive.").await;
        assert_eq!(client.codes("/plans?filter_by=PlanStatus.ACTIVE", "plans", "plan_code").await, ["basic-monthly"]);
        assert_eq!(client.codes("/plans?filter_by=PlanStatus.INACTIVE", "plans", "plan_code").await, ["second"]);
        assert_eq!(client.codes(&format!("/plans?product_id={product}&per_page=1&page=2"), "plans", "plan_code").await.len(), 1);
        assert!(client.codes("/plans?product_id=903000000045027", "plans", "plan_code").await.is_empty());
        client.done("POST", "/plans/second/markasactive", "The plan has been marked as active.").await;
        client.done("DELETE", "/plans/second", "The plan has been deleted.").await;

        client.refused("GET", "/plans/second", Value::Null, (400, 101_002, "Invalid PlanCode.")).await;
        client.refused("DELETE", "/plans/second", Value::Null, (400, 101_002, "Invalid PlanCode.")).await;
        client.refused("POST", "/plans", body, (400, 4508, "The plan_code already exists.")).await;
        let nowhere = json!({"plan_code": "x", "name": "X", "recurring_price": 1, "interval": 1, "product_id": "12"});
        client.refused("POST", "/plans", nowhere, (400, 2006, "Invalid Product ID.")).await;
        for (field, wrong) in [("interval", json!(0)), ("interval_unit", json!("fortnights")), ("recurring_price", json!("much")),
            ("billing_cycles", json!(0)), ("product_type", json!("gold")), ("tax_id", json!("x"))] {
            let message = format!("Invalid value passed for {field}");
            client.refused("PUT", "/plans/basic-monthly", json!({field: wrong}), (400, 2, &message)).await;
        }
        client.refused("PUT", "/plans/basic-monthly", json!({"addons": [{"addon_code": "none"}]}), (400, 102_001, "Invalid AddonCode.")).await;
    }

    async fn addons(db: TestDb) {
        let client = Client::of(db).await;
        let product = client.product().await;
        client.plan(&product, "basic-monthly").await;
        let body = json!({
            "addon_code": "Email-basic", "name": "Email addon", "unit_name": "Email", "pricing_scheme": "tier",
            "price_brackets": [{"start_quantity": 1, "end_quantity": 50, "price": 10}, {"start_quantity": 51, "end_quantity": 100, "price": 7.5}],
            "type": "recurring", "interval_unit": "monthly", "applicable_to_all_plans": false,
            "plans": [{"plan_code": "basic-monthly"}], "product_id": product, "description": "More email",
        });
        let made = client.post("/addons", body.clone(), "The addon has been created").await["addon"].clone();
        shaped(&made, ADDON);
        for key in ["addon_code", "name", "unit_name", "pricing_scheme", "price_brackets", "type", "interval_unit",
            "applicable_to_all_plans", "product_id", "description"] {
            assert_eq!(made[key], body[key], "{key}");
        }
        assert_eq!(made["plans"], json!([{"plan_code": "basic-monthly", "name": "Basic"}]));
        assert_eq!(client.get("/addons/Email-basic").await["addon"], made);
        let changed = json!({"price_brackets": [{"end_quantity": 10, "price": 3}], "pricing_scheme": "package",
            "type": "one_time", "applicable_to_all_plans": true});
        let changed = client.put("/addons/Email-basic", changed, "The addon details have been updated.").await["addon"].clone();
        assert_eq!((&changed["type"], &changed["interval_unit"], &changed["plans"]), (&json!("one_time"), &json!(""), &json!([])));
        assert_eq!(changed["price_brackets"], json!([{"start_quantity": 1, "end_quantity": 10, "price": 3}]));
        let dearer = json!({"price_brackets": [{"end_quantity": 10, "price": 4}]});
        let dearer = client.put("/addons/Email-basic", dearer, "The addon details have been updated.").await["addon"].clone();
        assert_eq!((&dearer["pricing_scheme"], &dearer["price_brackets"][0]["price"]), (&json!("package"), &json!(4)));
        client.addon(&product, "second").await;
        for (filter, expected) in [("All", 2), ("ACTIVE", 2), ("INACTIVE", 0), ("ONETIME", 1), ("RECURRING", 1)] {
            let found = client.codes(&format!("/addons?filter_by=AddonStatus.{filter}"), "addons", "addon_code").await;
            assert_eq!(found.len(), expected, "{filter}: {found:?}");
        }
        client.done("POST", "/addons/second/markasinactive", "The addon has been marked as inactive.").await;
        assert_eq!(client.codes("/addons?filter_by=AddonStatus.INACTIVE", "addons", "addon_code").await, ["second"]);
        client.done("POST", "/addons/second/markasactive", "The addon has been marked as active.").await;
        client.done("DELETE", "/addons/second", "The addon has been deleted.").await;
        client.refused("GET", "/addons/second", Value::Null, (400, 102_001, "Invalid AddonCode.")).await;
        client.refused("POST", "/addons", body, (400, 4508, "The addon_code already exists.")).await;
        client.refused("PUT", "/addons/Email-basic", json!({"plans": [{"plan_code": "none"}]}), (400, 101_002, "Invalid PlanCode.")).await;
        let gap = json!({"pricing_scheme": "tier", "price_brackets": [{"start_quantity": 2, "end_quantity": 5, "price": 1}]});
        client.refused("PUT", "/addons/Email-basic", gap, (400, 2, "Invalid value passed for start_quantity")).await;
    }

    async fn items(db: TestDb) {
        let client = Client::of(db).await;
        let body = json!({"name": "Hard Drive", "rate": 120, "description": "500GB", "sku": "s12345", "product_type": "goods", "hsn_or_sac": "85"});
        let made = client.post("/items", body.clone(), "The item has been added.").await["item"].clone();
        shaped(&made, ITEM);
        for key in ["name", "rate", "description", "sku", "product_type", "hsn_or_sac"] {
            assert_eq!(made[key], body[key], "{key}");
        }
        let path = format!("/items/{}", made["item_id"].as_str().expect("an id"));
        assert_eq!(client.get(&path).await["item"], made);
        let changed = client.put(&path, json!({"name": "Drive", "rate": "99.5"}), "Item details have been saved.").await["item"].clone();
        assert_eq!((&changed["name"], &changed["rate"], &changed["sku"], &changed["hsn_or_sac"]), (&json!("Drive"), &json!(99.5), &json!("s12345"), &json!("85")));
        for (name, rate) in [("Cable", "9.99"), ("Adapter", "100"), ("Zip drive", "1000")] {
            client.post("/items", json!({"name": name, "rate": rate}), "The item has been added.").await;
        }
        for (query, expected) in [
            ("sort_column=name", vec!["Adapter", "Cable", "Drive", "Zip drive"]),
            ("sort_column=rate", vec!["Cable", "Drive", "Adapter", "Zip drive"]),
            ("sort_column=rate&sort_order=D&per_page=2", vec!["Zip drive", "Adapter"]),
            ("sort_column=tax_name&sort_order=A", vec!["Drive", "Cable", "Adapter", "Zip drive"]),
            ("name=cable", vec!["Cable"]),
            ("name_startswith=Z", vec!["Zip drive"]),
            ("name_contains=drive&sort_column=name", vec!["Drive", "Zip drive"]),
            ("description_contains=500", vec!["Drive"]),
            ("search_text=s123", vec!["Drive"]),
            ("rate=100.00", vec!["Adapter"]),
            ("rate_less_than=99.5&sort_column=name", vec!["Cable"]),
            ("rate_less_equals=99.5&sort_column=name", vec!["Cable", "Drive"]),
            ("rate_greater_than=100", vec!["Zip drive"]),
            ("rate_greater_equals=100&sort_column=name", vec!["Adapter", "Zip drive"]),
            ("rate_greater_than=9.989999999999&rate_less_equals=9.99", vec!["Cable"]),
            ("tax_id=903000000045027", vec![]),
            ("filter_by=Status.Inactive", vec![]),
        ] {
            let mut found = client.codes(&format!("/items?{query}"), "items", "name").await;
            if query.starts_with("sort_column=tax_name") {
                found.sort_by_key(|name| expected.iter().position(|known| known == name));
            }
            assert_eq!(found, expected, "{query}");
        }
        client.done("POST", &format!("{path}/inactive"), "The item has been marked Inactive.").await;
        assert_eq!(client.codes("/items?filter_by=Status.Inactive", "items", "name").await, ["Drive"]);
        client.done("POST", &format!("{path}/active"), "The item has been marked Active.").await;
        client.done("DELETE", &path, "The item has been deleted.").await;
        client.refused("GET", &path, Value::Null, (404, 1002, "Item does not exist.")).await;
        client.refused("POST", "/items", json!({"name": "x"}), (400, 2, "Invalid value passed for rate")).await;
        client.refused("POST", "/items", json!({"name": "x", "rate": -1}), (400, 2, "Invalid value passed for rate")).await;
        let long = "x".repeat(101);
        let words = "Please ensure that the name has less than 100 characters.";
        client.refused("POST", "/items", json!({"name": long, "rate": 1}), (400, 15, words)).await;
        client.refused("GET", "/items?sort_column=color", Value::Null, (400, 2, "Invalid value passed for sort_column")).await;
    }

    async fn coupons(db: TestDb) {
        let client = Client::of(db).await;
        let product = client.product().await;
        client.plan(&product, "basic-monthly").await;
        client.addon(&product, "Email-basic").await;
        let body = json!({
            "coupon_code": "THANKSGIVING20", "name": "Thanksgiving 20 percent offer", "description": "Twenty percent",
            "type": "duration", "duration": 2, "discount_by": "percentage", "discount_value": 20, "product_id": product,
            "max_redemption": 50, "expiry_at": "2016-08-28", "apply_to_plans": "select",
            "plans": [{"plan_code": "basic-monthly"}], "apply_to_addons": "all_recurring", "addons": [],
        });
        let made = client.post("/coupons", body.clone(), "The coupon has been created").await["coupon"].clone();
        shaped(&made, COUPON);
        for key in ["coupon_code", "name", "type", "duration", "discount_by", "discount_value", "product_id", "max_redemption",
            "expiry_at", "apply_to_plans", "apply_to_addons"] {
            assert_eq!(made[key], body[key], "{key}");
        }
        assert_eq!((&made["status"], &made["redemption_count"]), (&json!("active"), &json!(0)));
        assert_eq!(made["plans"], json!([{"plan_code": "basic-monthly", "name": "Basic"}]));
        assert_eq!(client.get("/coupons/THANKSGIVING20").await["coupon"], made);
        let flat = json!({
            "coupon_code": "FIVE", "name": "Five off", "type": "forever", "discount_by": "flat", "discount_value": "5.25",
            "product_id": product, "addons": [{"addon_code": "Email-basic"}],
        });
        let flat = client.post("/coupons", flat, "The coupon has been created").await["coupon"].clone();
        assert_eq!((&flat["discount_value"], &flat["duration"], &flat["max_redemption"]), (&json!(5.25), &json!(-1), &json!(-1)));
        assert_eq!((&flat["apply_to_plans"], &flat["apply_to_addons"], &flat["expiry_at"]), (&json!("all"), &json!("select"), &json!("")));
        let changed = json!({"name": "Thanks", "max_redemption": 10, "expiry_at": "2016-06-10"});
        let changed = client.put("/coupons/THANKSGIVING20", changed, "The coupon details have been updated.").await["coupon"].clone();
        assert_eq!((&changed["name"], &changed["max_redemption"], &changed["status"]), (&json!("Thanks"), &json!(10), &json!("expired")));
        client.done("POST", "/coupons/FIVE/markasinactive", "The coupon has been marked as inactive.").await;
        for (filter, expected) in [("ACTIVE", vec![]), ("INACTIVE", vec!["FIVE"]), ("EXPIRED", vec!["THANKSGIVING20"])] {
            assert_eq!(client.codes(&format!("/coupons?filter_by=CouponStatus.{filter}"), "coupons", "coupon_code").await, expected);
        }
        assert_eq!(client.codes(&format!("/coupons?product_id={product}"), "coupons", "coupon_code").await.len(), 2);
        client.done("POST", "/coupons/FIVE/markasactive", "The coupon has been marked as active.").await;
        client.done("DELETE", "/coupons/FIVE", "The coupon has been deleted.").await;
        client.refused("GET", "/coupons/FIVE", Value::Null, (404, 1002, "Coupon does not exist.")).await;
        let mut wrong = body.clone();
        wrong["discount_value"] = json!(101);
        wrong["coupon_code"] = json!("MUCH");
        client.refused("POST", "/coupons", wrong.clone(), (400, 2, "Invalid value passed for discount_value")).await;
        wrong["discount_by"] = json!("luck");
        client.refused("POST", "/coupons", wrong, (400, 2, "Invalid value passed for discount_by")).await;
        client.refused("POST", "/coupons", body, (400, 4508, "The coupon_code already exists.")).await;
    }

    async fn writes_are_idempotent_and_scoped(db: TestDb) {
        let client = Client::of(db).await;
        let reader = client.house.token(&["ZohoSubscriptions.products.READ"], None).await;
        let body = json!({"name": "PiperHost"}).to_string();
        let send = async |token: &str| {
            let authorization = format!("Bearer {token}");
            let headers = [("authorization", authorization.as_str()), ("idempotency-key", "once")];
            client.house.ask("POST", "/api/v1/products", &headers, &body).await
        };
        assert_eq!(send(&reader).await.status, 401);
        let (first, again) = (send(&client.token).await, send(&client.token).await);
        assert_eq!((first.status, &first.body), (201, &again.body));
        assert_eq!(client.codes("/products", "products", "name").await, ["PiperHost"]);
    }
}

//! Every write once more with its idempotency key: the same bytes, one effect; and another request with that key
//! is refused.

mod offers;

use crate::schema;
use crate::support::{Told, World, one_line};
use serde_json::Value;
use std::collections::BTreeSet;
use store::Db;

struct Scribe {
    world: World,
    seen: BTreeSet<String>,
}

/// What of an answer is kept: everything but what belongs to one delivery.
fn kept(told: &Told) -> (u16, Vec<(String, String)>, String) {
    let delivery = ["date", "x-request-id", "connection"];
    let headers = told.0.headers.iter().filter(|(name, _)| !delivery.contains(&name.as_str())).cloned();
    (told.0.status, headers.collect(), told.0.body.clone())
}

impl Scribe {
    async fn write(&mut self, method: &str, path: &str, body: &str) -> Value {
        let key = format!("key-{}", self.seen.len() + path.len() * 1000 + body.len());
        let key = format!("{key}-{}", path.replace('/', "_"));
        let headers = [("idempotency-key", key.as_str())];
        let given = (method != "DELETE").then_some(body);
        let world = &self.world;
        let first = world.send_with(&world.token, method, path, given, &headers).await;
        assert!((200..300).contains(&first.0.status), "{method} {path}: {}", first.0.body);
        let again = world.send_with(&world.token, method, path, given, &headers).await;
        assert_eq!(kept(&again), kept(&first), "{method} {path}");
        let quoted = format!("\"{key}\"");
        let quoted = world.send_with(&world.token, method, path, given, &[("idempotency-key", &quoted)]).await;
        assert_eq!(kept(&quoted), kept(&first), "{method} {path}");
        let other = if method == "DELETE" {
            world.send_with(&world.token, method, "/v1/items/itm_5", None, &headers).await
        } else {
            world
                .send_with(
                    &world.token,
                    method,
                    path,
                    Some(&format!("{} ", if body.is_empty() { "{}" } else { body })),
                    &headers,
                )
                .await
        };
        assert_eq!((other.0.status, other.code().as_str()), (422, "idempotency_key_reused"), "{method} {path}");
        let document = schema::document();
        let operation = schema::operation(&document, method, path).expect("an operation");
        self.seen.insert(operation["operationId"].as_str().expect("an id").to_owned());
        first.json()
    }

    async fn make(&mut self, path: &str, body: &str) -> String {
        self.write("POST", path, body).await["id"].as_str().expect("an id").to_owned()
    }

    async fn count(&self, path: &str) -> usize {
        self.world.get(path).await.expect(200)["data"].as_array().expect("rows").len()
    }
}

testkit::on_both_databases! {
    async fn every_write_is_repeated_with_one_effect(db: Db) {
        let mut scribe = Scribe { world: World::new(db).await, seen: BTreeSet::new() };

        let entity = scribe.make("/v1/legal-entities", r#"{"name": "Example Inc.", "base_currency": "USD"}"#).await;
        let changed = scribe.write("PATCH", &format!("/v1/legal-entities/{entity}"), r#"{"language": "de"}"#).await;
        assert_eq!(changed["language"], "de");

        let customer = scribe.make("/v1/customers", r#"{"display_name": "Customer Ltd.", "email": "a@example.com"}"#).await;
        assert_eq!(scribe.count("/v1/customers").await, 1);
        let body = r#"{"phone": "123", "terms": {"days": 14}, "external_key": null}"#;
        let changed = scribe.write("PATCH", &format!("/v1/customers/{customer}"), body).await;
        assert_eq!((&changed["phone"], &changed["terms"]["name"]), (&"123".into(), &"Net 14".into()));
        let contacts = format!("/v1/customers/{customer}/contacts");
        let contact = scribe.make(&contacts, r#"{"first_name": "Ann", "is_primary": true}"#).await;
        let read = scribe.world.get(&format!("/v1/customers/{customer}")).await.expect(200);
        assert_eq!((read["contacts"].as_array().map(Vec::len), &read["contacts"][0]["id"]), (Some(1), &contact.as_str().into()));
        let body = r#"{"designation": "CEO", "fax": "9", "is_primary": false}"#;
        let changed = scribe.write("PATCH", &format!("{contacts}/{contact}"), body).await;
        assert_eq!((&changed["first_name"], &changed["designation"], &changed["is_primary"]), (&"Ann".into(), &"CEO".into(), &false.into()));
        scribe.write("DELETE", &format!("{contacts}/{contact}"), "").await;
        let other = scribe.make("/v1/customers", r#"{"display_name": "Nobody"}"#).await;
        scribe.write("DELETE", &format!("/v1/customers/{other}"), "").await;
        scribe.world.get(&format!("/v1/customers/{other}")).await.expect(404);

        let rate = scribe.make("/v1/tax-rates", r#"{"name": "VAT", "percent": "19.5"}"#).await;
        let body = format!(r#"{{"name": "VAT", "category": "standard", "rates": [{{"tax_rate_id": "{rate}"}}]}}"#);
        let group = scribe.make("/v1/tax-groups", &body).await;
        for (path, id) in [("/v1/tax-rates", &rate), ("/v1/tax-groups", &group)] {
            scribe.write("POST", &format!("{path}/{id}/retire"), "{}").await;
            assert_eq!(scribe.world.get(&format!("{path}/{id}")).await.expect(200)["is_active"], false);
            scribe.write("POST", &format!("{path}/{id}/revive"), "{}").await;
            assert_eq!(scribe.world.get(&format!("{path}/{id}")).await.expect(200)["is_active"], true);
        }

        let item = scribe.make("/v1/items", r#"{"name": "Item", "unit_price": 7, "currency": "USD", "code": "I"}"#).await;
        let changed = scribe.write("PATCH", &format!("/v1/items/{item}"), r#"{"unit_price": null, "code": null}"#).await;
        assert_eq!((&changed["unit_price"], &changed["currency"], &changed["code"]), (&Value::Null, &Value::Null, &Value::Null));
        scribe.write("DELETE", &format!("/v1/items/{item}"), "").await;

        let body = r#"{"object_kind": "invoice", "index": 1, "label": "Cost centre"}"#;
        let field = scribe.make("/v1/custom-fields", body).await;
        let read = scribe.world.get(&format!("/v1/custom-fields/{field}")).await.expect(200);
        assert_eq!((&read["label"], &read["data_type"], scribe.count("/v1/custom-fields").await), (&"Cost centre".into(), &"text".into(), 1));

        scribe.lists(&customer).await;
        scribe.invoices(&customer, &field).await;
        scribe.money(&customer).await;
        scribe.charges(&customer).await;
        scribe.offers().await;
        scribe.unbilled(&customer).await;
        scribe.said_anew(&customer).await;

        let writes: BTreeSet<String> =
            face_native::routes().iter().filter(|route| route.is_write()).map(|route| route.id.to_owned()).collect();
        assert_eq!(scribe.seen, writes);
    }
}

impl Scribe {
    async fn invoices(&mut self, customer: &str, field: &str) {
        let draft = self.make("/v1/invoices", &one_line(customer, "100")).await;
        let path = format!("/v1/invoices/{draft}");
        let body = format!(
            r#"{{"customer_id": "{customer}", "lines": [{{"name": "Work", "quantity": "1.5", "unit_price": "10.001"}},
                {{"name": "Half", "unit_price": 9, "proration": {{"billed_days": 15, "full_days": 30}},
                  "period": {{"from_on": "2026-01-01", "until_on": "2026-01-16"}}}}],
                "allowances": [{{"name": "Friend", "amount": "1.50"}}, {{"is_charge": true, "name": "Freight", "amount": 5}}],
                "tags": ["a", "b"], "custom_fields": [{{"custom_field_id": "{field}", "value": "CC-1"}}]}}"#
        );
        let replaced = self.write("PUT", &path, &body).await;
        assert_eq!((&replaced["net_total"], &replaced["total"]), (&"19.50".into(), &"23.00".into()));
        assert_eq!(
            (&replaced["lines"][1]["until_on"], &replaced["custom_fields"][0]["value"]),
            (&"2026-01-16".into(), &"CC-1".into())
        );
        assert_eq!(replaced["tags"], serde_json::json!(["a", "b"]));
        let cleared = body.replace(r#"["a", "b"]"#, "[]");
        assert_eq!(self.write("PUT", &path, &cleared).await["tags"], serde_json::json!([]));

        assert_eq!(self.write("POST", &format!("{path}/issue"), "{}").await["number"], "INV-000001");
        assert!(self.write("POST", &format!("{path}/mark-sent"), "").await["sent_at"].is_string());
        let body = r#"{"memo": "Thanks", "bill_to": {"city": "Springfield"}, "payment_expected_on": "2026-02-10", "tags": ["c"]}"#;
        let edited = self.write("PATCH", &path, body).await;
        assert_eq!(
            (&edited["memo"], &edited["revision"], &edited["tags"][0]),
            (&"Thanks".into(), &2.into(), &"c".into())
        );
        let kept = edited["lines"][0]["id"].as_str().expect("a line");
        let body = format!(
            r#"{{"reason": "wrong price", "invoice": {{"customer_id": "{customer}", "lines": [
                {{"line_id": "{kept}", "name": "Work", "quantity": 2, "unit_price": 10}}, {{"name": "New", "unit_price": 1}}]}}}}"#
        );
        let corrected = self.write("POST", &format!("{path}/correct"), &body).await;
        assert_eq!(
            (&corrected["number"], &corrected["revision"], &corrected["total"]),
            (&"INV-000001".into(), &3.into(), &"21.00".into())
        );
        assert_eq!(corrected["lines"][0]["id"], kept);
        let revisions = self.world.get(&format!("{path}/revisions")).await.expect(200);
        assert_eq!(
            (revisions["data"].as_array().map(Vec::len), &revisions["data"][1]["reason"]),
            (Some(2), &"wrong price".into())
        );
        let content: Value =
            serde_json::from_str(revisions["data"][0]["content"].as_str().expect("text")).expect("JSON");
        assert_eq!((&content["revision"], &content["number"]), (&1.into(), &"INV-000001".into()));

        let written_off = self.write("POST", &format!("{path}/write-off"), r#"{"reason": "gone"}"#).await;
        assert_eq!((&written_off["status"], &written_off["write_offs_total"]), (&"paid".into(), &"21.00".into()));
        let owing = self.write("POST", &format!("{path}/cancel-write-off"), "").await;
        assert_eq!((&owing["status"], &owing["balance"]), (&"open".into(), &"21.00".into()));
        self.write("POST", &format!("{path}/write-off"), "").await;
        let voided =
            self.write("POST", &format!("{path}/void"), r#"{"if_settled": "detach", "reason": "mistake"}"#).await;
        assert_eq!(
            (&voided["status"], &voided["balance"], &voided["number"]),
            (&"void".into(), &"0.00".into(), &"INV-000001".into())
        );

        let draft = self.make("/v1/invoices", &one_line(customer, "3")).await;
        self.write("DELETE", &format!("/v1/invoices/{draft}"), "").await;
        self.world.get(&format!("/v1/invoices/{draft}")).await.expect(404);

        let one = one_line(customer, "3");
        let tagged = one.replacen('{', r#"{"tags": ["bulk"], "#, 1);
        let bulk = self.write("POST", "/v1/invoices/bulk", &format!(r#"{{"invoices": [{one}, {tagged}]}}"#)).await;
        let second = bulk["data"][1]["id"].as_str().expect("an id");
        let second = self.world.get(&format!("/v1/invoices/{second}")).await.expect(200);
        assert_eq!(
            (&second["number"], &second["tags"][0], &second["status"]),
            (&"INV-000003".into(), &"bulk".into(), &"open".into())
        );
        assert_eq!(self.count("/v1/invoices").await, 3);
    }

    /// The seller's small lists, and the fields that it adds to its objects.
    async fn lists(&mut self, customer: &str) {
        for (path, made, change, name, value) in [
            ("/v1/salespersons", r#"{"name": "Ada", "email": "ada@example.com"}"#, r#"{"name": "Eve"}"#, "name", "Eve"),
            ("/v1/terms", r#"{"name": "Week", "days": 7}"#, r#"{"name": "Ten days", "days": 10}"#, "name", "Ten days"),
            (
                "/v1/tax-authorities",
                r#"{"name": "State"}"#,
                r#"{"description": "The state"}"#,
                "description",
                "The state",
            ),
            ("/v1/tax-exemptions", r#"{"code": "NGO"}"#, r#"{"kind": "item", "reason": "Food"}"#, "kind", "item"),
            (
                "/v1/cancellation-reasons",
                r#"{"label": "Moving"}"#,
                r#"{"label": "Left", "position": 3}"#,
                "label",
                "Left",
            ),
            (
                "/v1/custom-fields",
                r#"{"object_kind": "customer", "label": "Colour", "data_type": "dropdown", "choices": ["red"]}"#,
                r#"{"choices": ["red", "blue"], "max_length": 4, "is_mandatory_on_pages": true}"#,
                "data_type",
                "dropdown",
            ),
        ] {
            let before = self.count(path).await;
            let id = self.make(path, made).await;
            let one = format!("{path}/{id}");
            let changed = self.write("PATCH", &one, change).await;
            assert_eq!(changed[name], value, "{path}");
            assert_eq!(self.world.get(&one).await.expect(200), changed, "{path}");
            assert_eq!(self.count(path).await, before + 1, "{path}");
            if path == "/v1/custom-fields" {
                let (customer, field) =
                    (format!("/v1/customers/{customer}"), format!(r#"{{"custom_field_id": "{id}", "value": "#));
                let body =
                    |value: &str| format!(r#"{{"website": "a.example", "custom_fields": [{field}"{value}"}}]}}"#);
                self.world.refused("PATCH", &customer, &body("green"), 422, "custom_field_value").await;
                self.write("PATCH", &customer, &body("blue")).await;
                let read = self.world.get(&customer).await.expect(200);
                assert_eq!(
                    (&read["website"], &read["custom_fields"][0]["value"]),
                    (&"a.example".into(), &"blue".into())
                );
                self.world.refused("DELETE", &one, "", 422, "in_use").await;
                self.write("PATCH", &customer, &body("")).await;
            }
            self.write("DELETE", &one, "").await;
            self.world.get(&one).await.expect(404);
            assert_eq!(self.count(path).await, before, "{path}");
        }
    }

    async fn charges(&mut self, customer: &str) {
        let invoice = self.world.issued(customer, "100").await;
        let path = format!("/v1/customers/{customer}/payment-methods");
        let body =
            r#"{"kind": "card", "token": "sandbox_ok", "last_four": "2145", "expiry": {"year": 2030, "month": 9}}"#;
        let card = self.make(&path, body).await;
        let changed = self.write("PATCH", &format!("{path}/{card}"), r#"{"brand": "visa", "expiry": null}"#).await;
        assert_eq!((&changed["brand"], &changed["expiry"]), (&"visa".into(), &Value::Null));
        let body = format!(r#"{{"payment_method_id": "{card}", "amount": "40"}}"#);
        let intent = self.make(&format!("/v1/invoices/{invoice}/collect"), &body).await;
        let read = self.world.get(&format!("/v1/payment-intents/{intent}")).await.expect(200);
        assert_eq!((&read["state"], &read["amount"]), (&"succeeded".into(), &"40.00".into()));
        assert_eq!(self.world.get(&format!("/v1/invoices/{invoice}")).await.expect(200)["balance"], "60.00");
        assert_eq!(
            self.count(&format!("/v1/invoices/{invoice}/payment-intents")).await,
            1,
            "one charge, however often asked"
        );
        self.write("DELETE", &format!("{path}/{card}"), "").await;
        assert_eq!(self.count(&path).await, 0);
    }

    async fn money(&mut self, customer: &str) {
        let one = self.world.issued(customer, "100").await;
        let two = self.world.issued(customer, "50").await;
        let body = format!(
            r#"{{"customer_id": "{customer}", "amount": "200", "bank_charges": "0.50", "reference": "R", "mode": "cash",
                "applications": [{{"invoice_id": "{two}", "amount": "50"}}, {{"invoice_id": "{one}", "amount": 60}}]}}"#
        );
        let payment = self.make("/v1/payments", &body).await;
        assert_eq!(self.count("/v1/payments").await, 1);
        let path = format!("/v1/payments/{payment}");
        let applied = self.write("POST", &format!("{path}/apply"), &shares(&one, "40")).await;
        assert_eq!((&applied["applied"], &applied["unapplied"]), (&"150.00".into(), &"50.00".into()));
        let off = self.write("POST", &format!("{path}/unapply"), &format!(r#"{{"invoice_id": "{one}"}}"#)).await;
        assert_eq!((&off["unapplied"], off["applications"].as_array().map(Vec::len)), (&"150.00".into(), Some(5)));

        let body = format!(r#"{{"kind": "unapplied", "payment_id": "{payment}", "amount": "30", "mode": "check"}}"#);
        let refund = self.make("/v1/refunds", &body).await;
        assert_eq!(self.world.get(&format!("/v1/refunds/{refund}")).await.expect(200)["mode"], "check");
        let spare = self.world.payment(customer, "1", &[]).await;
        assert_eq!(self.write("POST", &format!("/v1/payments/{spare}/void"), "{}").await["is_void"], true);

        let read = self.world.get(&format!("/v1/invoices/{one}")).await.expect(200);
        let line = read["lines"][0]["id"].as_str().expect("a line");
        let body = format!(
            r#"{{"kind": "invoice_lines", "invoice_id": "{one}", "reason": "late",
                "credited_lines": [{{"line_id": "{line}", "amount": "25"}}]}}"#
        );
        let note = self.make("/v1/credit-notes", &body).await;
        let path = format!("/v1/credit-notes/{note}");
        assert_eq!(self.write("POST", &format!("{path}/issue"), "").await["number"], "CN-000001");
        let applied = self.write("POST", &format!("{path}/apply"), &shares(&one, "20")).await;
        assert_eq!((&applied["applied"], &applied["remaining"]), (&"20.00".into(), &"5.00".into()));
        let off = self.write("POST", &format!("{path}/unapply"), &format!(r#"{{"invoice_id": "{one}"}}"#)).await;
        assert_eq!(off["remaining"], "25.00");
        assert_eq!(self.write("POST", &format!("{path}/void"), "{}").await["state"], "void");
        let body = format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "5"}}"#);
        let draft = self.make("/v1/credit-notes", &body).await;
        self.write("DELETE", &format!("/v1/credit-notes/{draft}"), "").await;
    }
}

fn shares(invoice: &str, amount: &str) -> String {
    format!(r#"{{"applications": [{{"invoice_id": "{invoice}", "amount": "{amount}"}}]}}"#)
}

testkit::on_both_databases! {
    async fn credit_notes_of_all_kinds(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let rate = world.made("/v1/tax-rates", r#"{"name": "VAT", "percent": 20}"#).await;
        let group = format!(r#"{{"name": "VAT", "category": "standard", "rates": [{{"tax_rate_id": "{rate}"}}]}}"#);
        let group = world.made("/v1/tax-groups", &group).await;
        let taxed = format!(r#"{{"name": "Work", "quantity": 10, "unit_price": 10, "tax_group_id": "{group}"}}"#);
        let body = format!(r#"{{"customer_id": "{customer}", "lines": [{taxed}]}}"#);
        let invoice = world.made("/v1/invoices", &body).await;
        let issued = world.post(&format!("/v1/invoices/{invoice}/issue"), "{}").await.expect(200);
        let line = issued["lines"][0]["id"].as_str().expect("a line");
        let note = async |body: String| {
            let made = world.post("/v1/credit-notes", &body).await.expect(201);
            (made["total"].as_str().unwrap_or_default().to_owned(), made["tax_total"].as_str().unwrap_or_default().to_owned())
        };
        let told = |total: &str, tax: &str| (total.to_owned(), tax.to_owned());
        let of = format!(r#""invoice_id": "{invoice}", "issue": true"#);
        let lines = |how: &str| format!(r#"{{"kind": "invoice_lines", {of}, "credited_lines": [{{"line_id": "{line}"{how}}}]}}"#);
        assert_eq!(note(lines(r#", "quantity": 2"#)).await, told("24.00", "4.00"));
        assert_eq!(note(lines(r#", "amount": "10""#)).await, told("12.00", "2.00"));
        assert_eq!(note(format!(r#"{{"kind": "invoice_total", {of}, "amount": "36"}}"#)).await, told("36.00", "6.00"));
        assert_eq!(note(format!(r#"{{"kind": "whole_invoice", {of}}}"#)).await, told("48.00", "8.00"));
        let own = format!(r#"{{"kind": "own_lines", "customer_id": "{customer}", "lines": [{taxed}]}}"#);
        assert_eq!(note(own).await, told("120.00", "20.00"));
        let amount = format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "7.25"}}"#);
        assert_eq!(note(amount).await, told("7.25", "0.00"));
    }

    async fn refunds_of_all_kinds(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let invoice = world.issued(&customer, "100").await;
        let payment = world.payment(&customer, "130", &[(&invoice, "100")]).await;
        let note = format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "9", "issue": true}}"#);
        let note = world.made("/v1/credit-notes", &note).await;
        for (body, balance) in [
            (format!(r#"{{"kind": "unapplied", "payment_id": "{payment}", "amount": "30"}}"#), "0.00"),
            (format!(r#"{{"kind": "unapplied", "credit_note_id": "{note}", "amount": "9"}}"#), "0.00"),
            (format!(r#"{{"kind": "by_credit_note", "payment_id": "{payment}", "invoice_id": "{invoice}", "amount": "20"}}"#), "0.00"),
            (format!(r#"{{"kind": "reverse_and_owe_again", "payment_id": "{payment}", "invoice_id": "{invoice}", "amount": "10"}}"#), "10.00"),
            (format!(r#"{{"kind": "reverse_and_owe_again", "payment_id": "{payment}", "amount": "5"}}"#), "15.00"),
        ] {
            world.post("/v1/refunds", &body).await.expect(201);
            let read = world.get(&format!("/v1/invoices/{invoice}")).await.expect(200);
            assert_eq!(read["balance"], balance, "{body}");
        }
        let read = world.get(&format!("/v1/payments/{payment}")).await.expect(200);
        assert_eq!((&read["unapplied"], read["refunds"].as_array().map(Vec::len)), (&"0.00".into(), Some(4)));
    }

    async fn a_written_off_invoice_is_recovered_when_asked(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let invoice = world.issued(&customer, "100").await;
        world.post(&format!("/v1/invoices/{invoice}/write-off"), "").await.expect(200);
        let body = format!(
            r#"{{"customer_id": "{customer}", "amount": "60", "recover_written_off": true,
                "applications": [{{"invoice_id": "{invoice}", "amount": "60"}}]}}"#
        );
        let payment = world.post("/v1/payments", &body).await.expect(201);
        assert_eq!(payment["applied"], "60.00");
        let read = world.get(&format!("/v1/invoices/{invoice}")).await.expect(200);
        assert_eq!((&read["write_offs_total"], &read["payments_total"], &read["balance"]), (&"40.00".into(), &"60.00".into(), &"0.00".into()));
    }

    async fn a_refusal_is_not_kept(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let empty = world.made("/v1/invoices", &format!(r#"{{"customer_id": "{customer}", "lines": []}}"#)).await;
        let path = format!("/v1/invoices/{empty}");
        let key = [("idempotency-key", "k")];
        let issue = async || world.send_with(&world.token, "POST", &format!("{path}/issue"), Some("{}"), &key).await;
        assert_eq!(issue().await.expect(422)["code"], "no_lines");
        world.send("PUT", &path, Some(&one_line(&customer, "5"))).await.expect(200);
        issue().await.expect(200);
    }
}

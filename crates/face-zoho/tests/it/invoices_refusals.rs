//! What Zoho's face refuses of an invoice: by its state (contract Zoho 4.6), and by what a body says.

use serde_json::{Value, json};
use testkit::TestDb;

use crate::house::{AsValue, BOWMAN, zoho_id};
use crate::invoices_desk::Desk;

/// One operation on an invoice in every state: the codes of its refusals, 0 where it is done.
struct Rule {
    method: &'static str,
    rest: &'static str,
    /// draft, sent, overdue, partly paid, paid, void
    codes: [i64; 6],
}

const fn rule(method: &'static str, rest: &'static str, codes: [i64; 6]) -> Rule {
    Rule { method, rest, codes }
}

/// 4105 no draft, 4106 not sent, 4107 void, 4108 sent already, 4110 settled, 4111 void while settled, 4208 nothing owed,
/// 4401 nothing to write off, 4402 not written off.
const RULES: [Rule; 15] = [
    rule("POST", "/status/draft", [0, 4108, 4108, 4108, 4108, 4107]),
    rule("POST", "/lineitems", [0, 4105, 4105, 4105, 4105, 4107]),
    rule("DELETE", "/lineitems/{line}", [0, 4105, 4105, 4105, 4105, 4107]),
    rule("POST", "/credits", [4106, 0, 0, 0, 4208, 4107]),
    rule("POST", "/writeoff/cancel", [4106, 4402, 4402, 4402, 4402, 4107]),
    rule("POST", "/writeoff", [4106, 0, 0, 0, 4401, 4107]),
    rule("POST", "/cancelwriteoff", [4106, 0, 0, 0, 4402, 4107]),
    rule("PUT", "/address", [0, 0, 0, 0, 0, 0]),
    rule("POST", "/customfields", [0, 0, 0, 0, 0, 0]),
    rule("PUT", "", [0, 4110, 4110, 4110, 4110, 4107]),
    rule("POST", "/sent", [0, 0, 0, 0, 0, 4107]),
    rule("POST", "/converttoopen", [4108, 4108, 4108, 4108, 4108, 4107]),
    rule("DELETE", "", [0, 4111, 4111, 4111, 4111, 0]),
    rule("POST", "/status/void", [0, 0, 0, 0, 0, 4107]),
    rule("POST", "/void", [4107, 4107, 4107, 4107, 4107, 4107]),
];

testkit::on_both_databases! {
    /// Each rule in turn on invoices of every state. What one does, the next finds: a draft has lost its line and is
    /// sent, and so on.
    async fn states_are_kept(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let invoices = [house.draft, house.sent, house.overdue, house.partly, house.paid, house.void].map(|id| zoho_id(id.0));
        let mut lines = Vec::new();
        for id in &invoices {
            let line = desk.invoice(id).await["invoice_items"][0]["item_id"].as_str().expect("an id").to_owned();
            lines.push(line);
        }
        let note = {
            use billing::credit_notes::{CreditWhat, create::CreateCreditNote};
            let amount = crate::house::amount("10");
            let mut create = CreateCreditNote::of(CreditWhat::AmountOnly { amount });
            create.customer = Some(house.bowman);
            zoho_id(desk.does(create).await.0)
        };
        for Rule { method, rest, codes } in RULES {
            for (at, code) in codes.into_iter().enumerate() {
                // A draft that was deleted is not there for what follows, nor is a void one.
                let deleted_before = ["/status/void", "/void"].contains(&rest) && (at == 0 || at == 5);
                let body = match rest {
                    "/lineitems" => json!({"invoice_items": [{"name": "More", "price": 1, "quantity": 1}]}),
                    "/credits" => json!({"apply_creditnotes": [{"creditnote_id": note, "amount_applied": 1}]}),
                    "/address" => json!({"billing_address": {"city": "Elsewhere"}}),
                    "/customfields" => json!({"custom_fields": [{"label": "Test_field", "value": "x"}]}),
                    "" if method == "PUT" => json!({"invoice_items": [{"name": "Another", "price": 7, "quantity": 1}]}),
                    _ => Value::Null,
                };
                let path = format!("/invoices/{}{}", invoices[at], rest.replace("{line}", &lines[at]));
                let text = if body.is_null() { String::new() } else { body.to_string() };
                let reply = desk.send(method, &path, &text).await;
                let place = format!("{method} {rest} on {at}: {}", reply.body);
                let expected = match code {
                    _ if deleted_before => (404, 1002),
                    0 => (200, 0),
                    code => (400, code),
                };
                assert_eq!((reply.status, reply.value()["code"].as_i64().unwrap_or(-1)), expected, "{place}");
            }
        }
        desk.books_are_sound().await;
    }

    /// A refusal changes nothing: no number is taken, no line is kept, no note is drawn down.
    async fn all_or_nothing(db: TestDb) {
        let desk = Desk::open(db).await;
        use billing::credit_notes::{CreditWhat, create::CreateCreditNote};
        let mut create = CreateCreditNote::of(CreditWhat::AmountOnly { amount: crate::house::amount("10") });
        create.customer = Some(desk.house.bowman);
        let note = zoho_id(desk.does(create).await.0);
        let sent = zoho_id(desk.house.sent.0);
        let path = format!("/invoices/{sent}/credits");
        let share = |amount: &str| json!({"creditnote_id": note, "amount_applied": amount});
        let too_much = json!({"apply_creditnotes": [share("6"), share("4.01")]});
        assert_eq!(desk.refused("POST", &path, &too_much).await, (400, 4206), "the same note twice");
        let nobody = json!({"apply_creditnotes": [share("6"), {"creditnote_id": "1", "amount_applied": 1}]});
        assert_eq!(desk.refused("POST", &path, &nobody).await, (404, 1002));
        for bad in [
            json!({}),
            json!({"apply_creditnotes": []}),
            json!({"apply_creditnotes": [share("0")]}),
            json!({"apply_creditnotes": [share("-1")]}),
            json!({"apply_creditnotes": [share("0.001")]}),
            json!({"apply_creditnotes": [share("x")]}),
            json!({"apply_creditnotes": [{"creditnote_id": note}]}),
            json!({"apply_creditnotes": [{"amount_applied": 1}]}),
            json!({"invoice_payments": [{"payment_id": "abc", "amount_applied": 1}]}),
        ] {
            assert_eq!(desk.refused("POST", &path, &bad).await, (400, 2), "{bad}");
        }
        let untouched = desk.invoice(&sent).await;
        assert_eq!((&untouched["balance"], &untouched["credits"]), (&json!(55), &json!([])));

        let draft = zoho_id(desk.house.draft.0);
        let lines = json!({"invoice_items": [
            {"name": "Good", "price": 1, "quantity": 1},
            {"name": "Bad", "price": 1, "quantity": 1, "item_custom_fields": [{"label": "Size", "value": "XL"}]},
        ]});
        assert_eq!(desk.refused("POST", &format!("/invoices/{draft}/lineitems"), &lines).await, (400, 2));
        assert_eq!(desk.invoice(&draft).await["invoice_items"].as_array().map(Vec::len), Some(1));
        desk.books_are_sound().await;
    }

    /// Every field that is wrong, or that cannot be honoured and would change what is owed, is refused by its name.
    async fn bodies_are_judged_by_name(db: TestDb) {
        let desk = Desk::open(db).await;
        let good = json!({
            "customer_id": BOWMAN,
            "date": "2016-06-05",
            "invoice_items": [{"product_id": zoho_id(desk.basic.0), "quantity": 1}],
        });
        let item = |name: &str, value: Value| json!({"invoice_items": [{"product_id": zoho_id(desk.basic.0), name: value}]});
        let invalid = |name: &str| (400, 2, format!("Invalid value passed for {name}"));
        let refused = |name: &str| (400, 4001, format!("This server cannot honour {name}; leave it out."));
        let product = || (400, 2006, "Invalid Product ID.".to_owned());
        let customer = || (400, 3004, "Please enter a valid reference for the customer".to_owned());
        let cases: Vec<(Value, (u16, i64, String))> = vec![
            (json!({"customer_id": null}), invalid("customer_id")),
            (json!({"customer_id": "nobody"}), customer()),
            (json!({"customer_id": "1"}), customer()),
            (json!({"customer_id": zoho_id(9_000_000)}), customer()),
            (json!({"date": null}), invalid("date")),
            (json!({"date": "05-06-2016"}), invalid("date")),
            (json!({"invoice_items": null}), invalid("invoice_items")),
            (json!({"invoice_items": []}), invalid("invoice_items")),
            (json!({"invoice_items": "x"}), invalid("invoice_items")),
            (json!({"due_date": "2016-06-04"}), (400, 4115, "The due date lies before the invoice date.".to_owned())),
            (json!({"payment_terms": -1}), invalid("payment_terms")),
            (json!({"payment_terms_label": "Net 9"}), invalid("payment_terms")),
            (json!({"discount": "x"}), invalid("discount")),
            (json!({"discount": 5, "discount_type": "item_level"}), invalid("discount")),
            (json!({"discount": 5, "discount_type": "cheap"}), invalid("discount_type")),
            (json!({"discount": "101%"}), invalid("discount")),
            (json!({"discount": 5, "is_discount_before_tax": false}), refused("is_discount_before_tax")),
            (json!({"is_inclusive_tax": "maybe"}), invalid("is_inclusive_tax")),
            (json!({"exchange_rate": 0}), invalid("exchange_rate")),
            (json!({"exchange_rate": 2}), invalid("exchange_rate")),
            (json!({"shipping_charge": "-1"}), refused("a negative shipping_charge")),
            (json!({"adjustment": -0.4}), refused("a negative adjustment")),
            (json!({"adjustment": 0.001}), invalid("discount")),
            (json!({"salesperson_id": "1"}), (404, 1002, "Salesperson does not exist.".to_owned())),
            (json!({"custom_fields": [{"label": "Nothing", "value": "x"}]}), invalid("custom_fields: Nothing")),
            (json!({"custom_fields": [{"value": "x"}]}), invalid("label")),
            (json!({"contact_persons": ["me"]}), invalid("contactperson_id")),
            (json!({"project_id": "1"}), refused("project_id")),
            (json!({"tax_authority_id": "1"}), refused("tax_authority_id")),
            (json!({"avatax_use_code": "A"}), refused("avatax_use_code")),
            (item("product_id", json!("1")), product()),
            (item("product_id", json!("abc")), product()),
            (item("product_id", json!(zoho_id(9_000_000))), product()),
            (item("code", json!("nothing")), (400, 102_001, "Invalid AddonCode.".to_owned())),
            (item("price", json!("1,5")), invalid("price")),
            (item("quantity", json!("many")), invalid("quantity")),
            (item("tax_id", json!("1")), invalid("tax_id")),
            (item("tax_name", json!("GST")), invalid("tax_name")),
            (item("tax_percentage", json!(5)), invalid("tax_percentage")),
            (item("tax_exemption_id", json!("none")), invalid("tax_exemption_id")),
            (item("tds_tax_id", json!("1")), refused("tds_tax_id")),
            (item("expense_id", json!("1")), refused("expense_id")),
            (item("time_entry_ids", json!(["1"])), refused("time_entry_ids")),
            (item("tags", json!([{"tag_id": "x", "tag_option_id": 1}])), invalid("tag_id")),
            (item("discount", json!("-5")), invalid("discount")),
            (item("line_item_id", json!("1")), (404, 1002, "Item does not exist.".to_owned())),
            (json!({"invoice_items": [{"name": "No price", "quantity": 1}]}), invalid("price")),
            (json!({"invoice_items": [{"price": 1, "quantity": 1}]}), invalid("name")),
        ];
        for (changes, (status, code, message)) in cases {
            let mut body = good.clone();
            for (key, value) in changes.as_object().expect("an object") {
                body[key] = value.clone();
            }
            let reply = desk.send("POST", "/billing/v1/invoices", &body.to_string()).await;
            let answer = reply.value();
            let found = (reply.status, answer["code"].as_i64().unwrap_or(-1), answer["message"].as_str().unwrap_or("").to_owned());
            assert_eq!(found, (status, code, message), "{changes}");
        }
        for (method, path, body) in [
            ("POST", "/invoices?send=perhaps", good.clone()),
            ("PUT", "/address", json!({"field1": "value1"})),
            ("PUT", "/address", json!([])),
            ("POST", "/customfields", json!({"field1": "value1", "field2": "value2"})),
            ("POST", "/customfields", json!({"custom_fields": [{"label": "Test_field"}]})),
            ("POST", "/customfields", json!([{"customfield_id": "x", "value": "1"}])),
            ("POST", "/lineitems", json!({"field1": "value1"})),
            ("POST", "/writeoff", json!({"reason": {}})),
            ("PUT", "", json!({"invoice_items": []})),
        ] {
            let whole = if path.starts_with("/invoices") { path.to_owned() } else { format!("/invoices/{}{path}", zoho_id(desk.house.sent.0)) };
            assert_eq!(desk.refused(method, &whole, &body).await, (400, 2), "{method} {path} {body}");
        }
        let listed = desk.house.listed("").await;
        assert_eq!(listed.len(), 6, "nothing was made: {listed:?}");
        desk.books_are_sound().await;
    }
}

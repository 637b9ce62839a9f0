//! Credit notes over Zoho's API: made, put on invoices, paid out, voided, opened again, deleted, listed.

use billing::Caller;
use billing::credit_notes::CreditWhat;
use billing::credit_notes::create::CreateCreditNote;
use domain::id::InvoiceId;
use serde_json::{Value, json};
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, BOWMAN, amount, assert_shape, zoho_id};
use crate::invoices_desk::Desk;
use crate::payments::{balance, books_are_sound, on_account};

#[track_caller]
fn refused(reply: &Reply, status: u16, code: i64) {
    assert_eq!((reply.status, reply.value()["code"].as_i64()), (status, Some(code)), "{reply:?}");
}

#[track_caller]
fn done(reply: &Reply, message: &str) {
    let body = json!({"code": 0, "message": message});
    assert_eq!((reply.status, reply.value()), (200, body), "{reply:?}");
}

/// A note of so much usage, without tax.
fn usage(price: Value) -> Value {
    json!({
        "customer_id": BOWMAN,
        "date": "2016-06-19",
        "creditnote_number": "CN-29",
        "reference_number": "R-1",
        "creditnote_items": [{"code": "UsageAddon", "quantity": 1, "price": price}],
    })
}

async fn made(desk: &Desk, body: &Value) -> String {
    let reply = desk.send("POST", "/creditnotes", &body.to_string()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.value()["credit_note"]["creditnote_id"].as_str().expect("an id").to_owned()
}

async fn read(desk: &Desk, id: &str) -> Value {
    let reply = desk.send("GET", &format!("/creditnotes/{id}"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.value()["credit_note"].clone()
}

fn shares(shares: &[(InvoiceId, i64)]) -> String {
    let shares: Vec<Value> =
        shares.iter().map(|(id, amount)| json!({"invoice_id": zoho_id(id.0), "amount_applied": amount})).collect();
    json!({"invoices": shares}).to_string()
}

async fn listed(desk: &Desk, query: &str) -> Vec<String> {
    let reply = desk.send("GET", &format!("/creditnotes?{query}"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let rows = reply.value()["creditnotes"].as_array().expect("a list").clone();
    rows.iter().map(|row| row["reference_number"].as_str().expect("a text").to_owned()).collect()
}

testkit::on_both_databases! {
    async fn a_note_has_the_openapis_shape(db: TestDb) {
        let desk = Desk::open(db).await;
        let body = json!({
            "customer_id": BOWMAN,
            "contact_persons": ["903000006532"],
            "date": "2016-06-19",
            "exchange_rate": "5.5",
            "creditnote_items": [
                {
                    "description": "prorated amount for items",
                    "code": "basic-monthly",
                    "account_id": "903000000000388",
                    "quantity": 2,
                    "tags": [{"tag_id": 3, "tag_option_id": 7}],
                    "item_custom_fields": [{"label": "Color", "value": "red"}],
                    "tax_id": zoho_id(desk.vat.0),
                    "price": 10.05,
                    "unitkey_code": "E48",
                },
                {"code": "UsageAddon", "quantity": 0.5, "price": 3},
            ],
            "creditnote_number": "CN-29",
            "ignore_auto_number_generation": false,
            "reference_number": "INV-384",
            "notes": "Offer for the referral",
            "terms": "None",
            "template_id": "90300000001336",
        });
        let reply = desk.send("POST", "/billing/v1/creditnotes", &body.to_string()).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        assert_shape(include_str!("../wire/creditnote.json"), &reply.body);
        let note = reply.value()["credit_note"].clone();
        for (pointer, value) in [
            ("/status", json!("open")),
            ("/date", json!("2016-06-19")),
            ("/customer_id", json!(BOWMAN)),
            ("/customer_name", json!("Bowman Furniture")),
            ("/reference_number", json!("INV-384")),
            // 20.10 and 12.5 % of it, and 1.50 untaxed.
            ("/total", json!(24.11)),
            ("/balance", json!(24.11)),
            ("/creditnote_items/0/name", json!("Basic")),
            ("/creditnote_items/0/description", json!("prorated amount for items")),
            ("/creditnote_items/0/tags/0/tag_option_id", json!(7)),
            ("/creditnote_items/0/item_custom_fields/0/value", json!("red")),
            ("/creditnote_items/0/account_id", json!("903000000000388")),
            ("/creditnote_items/0/quantity", json!(2)),
            ("/creditnote_items/0/price", json!(10.05)),
            ("/creditnote_items/0/item_total", json!(20.1)),
            ("/creditnote_items/0/unitkey_code", json!("E48")),
            ("/creditnote_items/1/code", json!("UsageAddon")),
            ("/creditnote_items/1/quantity", json!(0.5)),
            ("/creditnote_items/1/item_total", json!(1.5)),
            ("/creditnote_items/1/tags", json!([])),
            ("/taxes/0/tax_name", json!("VAT")),
            ("/taxes/0/tax_amount", json!("2.51")),
            ("/template_id", json!("90300000001336")),
            ("/notes", json!("Offer for the referral")),
            ("/terms", json!("None")),
            ("/invoices", json!([])),
        ] {
            assert_eq!(note.pointer(pointer), Some(&value), "{pointer}");
        }
        // The number is the series' own: the client's counts only when the series is passed over.
        assert_ne!(note["creditnote_number"], json!("CN-29"));
        let id = note["creditnote_id"].as_str().expect("an id");
        assert_eq!(read(&desk, id).await, note);

        let mut own = usage(json!(5));
        own["ignore_auto_number_generation"] = json!(true);
        let id = made(&desk, &own).await;
        assert_eq!(read(&desk, &id).await["creditnote_number"], json!("CN-29"));
        refused(&desk.send("POST", "/creditnotes", &own.to_string()).await, 400, 4117);
        books_are_sound(&desk).await;
    }

    async fn what_is_wrong_is_named(db: TestDb) {
        let desk = Desk::open(db).await;
        let with = |field: &str, value: Value| {
            let mut body = usage(json!(5));
            body[field] = value;
            body.to_string()
        };
        let item = |item: Value| with("creditnote_items", json!([item]));
        for (body, code, named) in [
            ("{}".to_owned(), 2, "customer_id"),
            (with("customer_id", json!("4600000000000001")), 3004, "reference"),
            (with("date", json!("")), 2, "date"),
            (with("creditnote_items", json!([])), 2, "creditnote_items"),
            (item(json!({"quantity": 1, "price": 1})), 2, "code"),
            (item(json!({"code": "nothing", "quantity": 1, "price": 1})), 102_001, "AddonCode"),
            (item(json!({"code": "UsageAddon", "price": 1})), 2, "quantity"),
            (item(json!({"code": "UsageAddon", "quantity": 0, "price": 1})), 2, "quantity"),
            (item(json!({"code": "UsageAddon", "quantity": 1})), 2, "price"),
            (item(json!({"code": "UsageAddon", "quantity": 1, "price": 0})), 2, "price"),
            (item(json!({"code": "UsageAddon", "quantity": 1, "price": -5})), 4103, "negative"),
            (item(json!({"code": "UsageAddon", "quantity": 1, "price": 1, "tax_id": "1"})), 2, "tax_id"),
            (item(json!({"code": "UsageAddon", "quantity": 1, "price": 1, "tags": [{"tag_id": 1}]})), 2, "tag_option_id"),
            (with("ignore_auto_number_generation", json!("perhaps")), 2, "ignore_auto_number_generation"),
            (with("custom_fields", json!([{"label": "Nobody", "value": "x"}])), 2, "Nobody"),
            (with("reference_number", json!("x".repeat(256))), 15, "reference_number"),
            (with("exchange_rate", json!("much")), 2, "exchange_rate"),
        ] {
            let reply = desk.send("POST", "/creditnotes", &body).await;
            refused(&reply, 400, code);
            let message = reply.value()["message"].as_str().expect("a message").to_owned();
            assert!(message.contains(named), "{body}: {message}");
        }
        assert_eq!(listed(&desk, "").await, Vec::<String>::new());
        books_are_sound(&desk).await;
    }

    async fn a_note_is_put_on_invoices_until_it_is_closed(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let id = made(&desk, &usage(json!(100))).await;
        let path = format!("/creditnotes/{id}/invoices");
        let reply = desk.send("POST", &path, &shares(&[(house.overdue, 30), (house.sent, 55)])).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.value(), json!({
            "code": 0,
            "message": "Credits have been applied to the invoice(s).",
            "invoices": [
                {"invoice_id": zoho_id(house.overdue.0), "amount_applied": 30},
                {"invoice_id": zoho_id(house.sent.0), "amount_applied": 55},
            ],
        }));
        assert_eq!((balance(&desk, house.overdue).await, balance(&desk, house.sent).await), (json!(70), json!(0)));
        let note = read(&desk, &id).await;
        assert_eq!((&note["status"], &note["balance"]), (&json!("open"), &json!(15)));
        assert_eq!(note["invoices"][1], json!({
            "invoice_id": zoho_id(house.sent.0),
            "invoice_number": note["invoices"][1]["invoice_number"],
            "amount": 55,
        }));
        refused(&desk.send("POST", &path, &shares(&[(house.overdue, 10), (house.overdue, 6)])).await, 400, 4206);
        assert_eq!(balance(&desk, house.overdue).await, json!(70), "a refusal changes nothing");
        refused(&desk.send("POST", &path, r#"{"invoices":[]}"#).await, 400, 2);
        refused(&desk.send("POST", &path, &shares(&[(InvoiceId(1), 1)])).await, 404, 1002);
        let reply = desk.send("POST", &path, &shares(&[(house.overdue, 10), (house.overdue, 5)])).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let note = read(&desk, &id).await;
        assert_eq!((&note["status"], &note["balance"]), (&json!("closed"), &json!(0)));
        assert_eq!(note["invoices"][0]["amount"], json!(45));
        // What is used is neither voided nor deleted.
        refused(&desk.send("POST", &format!("/creditnotes/{id}/void"), "").await, 400, 4304);
        refused(&desk.send("DELETE", &format!("/creditnotes/{id}"), "").await, 400, 4304);
        books_are_sound(&desk).await;
    }

    async fn a_note_is_voided_and_opened_again(db: TestDb) {
        let desk = Desk::open(db).await;
        let id = made(&desk, &usage(json!(40))).await;
        let before = read(&desk, &id).await;
        let (void, open) = (format!("/creditnotes/{id}/void"), format!("/creditnotes/{id}/converttoopen"));
        refused(&desk.send("POST", &open, "").await, 400, 4305);
        done(&desk.send("POST", &void, "").await, "The credit note has been marked as void.");
        let note = read(&desk, &id).await;
        assert_eq!((&note["status"], &note["balance"], &note["total"]), (&json!("void"), &json!(0), &json!(40)));
        refused(&desk.send("POST", &void, "").await, 400, 4303);
        assert_eq!(on_account(&desk, "credit_note_liability").await, 0);
        let opened = "Status of the credit note has been changed to open.";
        done(&desk.send("POST", &open, "null").await, opened);
        let note = read(&desk, &id).await;
        assert_eq!((&note["status"], &note["balance"]), (&json!("open"), &json!(40)));
        assert_eq!(note["creditnote_number"], before["creditnote_number"]);
        assert_eq!(on_account(&desk, "credit_note_liability").await, -4_000);
        // A draft that was made elsewhere is issued by the same call.
        let draft = CreateCreditNote {
            customer: Some(desk.house.bowman),
            issue: false,
            ..CreateCreditNote::of(CreditWhat::AmountOnly { amount: amount("7") })
        };
        let draft = desk.house.billing.perform(&Caller::system(desk.house.tenant), draft).await.expect("a draft");
        let draft = zoho_id(draft.0);
        assert_eq!(read(&desk, &draft).await["status"], json!("draft"));
        done(&desk.send("POST", &format!("/creditnotes/{draft}/converttoopen"), "").await, opened);
        assert_eq!(read(&desk, &draft).await["status"], json!("open"));
        refused(&desk.send("POST", "/creditnotes/1/converttoopen", "").await, 404, 1002);
        books_are_sound(&desk).await;
    }

    async fn a_deleted_note_is_gone(db: TestDb) {
        let desk = Desk::open(db).await;
        let id = made(&desk, &usage(json!(40))).await;
        let path = format!("/creditnotes/{id}");
        done(&desk.send("DELETE", &path, "").await, "The credit note has been deleted.");
        for (method, path, body) in [
            ("GET", path.clone(), String::new()),
            ("DELETE", path.clone(), String::new()),
            ("POST", format!("{path}/converttoopen"), String::new()),
        ] {
            refused(&desk.send(method, &path, &body).await, 404, 1002);
        }
        let apply = shares(&[(desk.house.overdue, 1)]);
        refused(&desk.send("POST", &format!("{path}/invoices"), &apply).await, 400, 4303);
        assert_eq!(listed(&desk, "filter_by=Status.Void").await, Vec::<String>::new());
        books_are_sound(&desk).await;
    }

    async fn a_note_is_paid_out(db: TestDb) {
        let desk = Desk::open(db).await;
        let id = made(&desk, &usage(json!(40))).await;
        let path = format!("/creditnotes/{id}/refunds");
        let cash = on_account(&desk, "cash").await;
        let body = r#"{"amount":15,"description":"Refund for discount Offer","refund_mode":"cash","date":"2016-06-20"}"#;
        let reply = desk.send("POST", &path, body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        assert_shape(include_str!("../wire/refund.json"), &reply.body);
        let refund = reply.value()["refund"].clone();
        assert_eq!((&refund["refund_mode"], &refund["date"]), (&json!("cash"), &json!("2016-06-20")));
        assert_eq!(refund["creditnote"]["creditnote_id"], json!(id));
        assert_eq!(refund["creditnote"]["amount"], json!(40));
        assert_eq!(refund["creditnote"]["balance_amount"], json!(25));
        assert_eq!(on_account(&desk, "cash").await - cash, -1_500);
        refused(&desk.send("POST", &path, r#"{"amount":25.01}"#).await, 400, 4206);
        refused(&desk.send("POST", &path, r#"{"amount":0}"#).await, 400, 2);
        refused(&desk.send("POST", "/creditnotes/1/refunds", r#"{"amount":1}"#).await, 404, 1002);
        let reply = desk.send("POST", &path, r#"{"amount":"25"}"#).await;
        assert_eq!(reply.value()["refund"]["refund_mode"], json!("others"));
        assert_eq!(read(&desk, &id).await["status"], json!("closed"));
        books_are_sound(&desk).await;
    }

    async fn notes_are_listed_by_status(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let mut ids = Vec::new();
        for (reference, price) in [("R-open", 40), ("R-closed", 10), ("R-void", 20)] {
            house.clock.set(house.clock.now() + jiff::SignedDuration::from_mins(1));
            let mut body = usage(json!(price));
            body["reference_number"] = json!(reference);
            ids.push(made(&desk, &body).await);
        }
        desk.send("POST", &format!("/creditnotes/{}/invoices", ids[1]), &shares(&[(house.overdue, 10)])).await;
        desk.send("POST", &format!("/creditnotes/{}/void", ids[2]), "").await;
        for (query, expected) in [
            ("", vec!["R-void", "R-closed", "R-open"]),
            ("filter_by=Status.Open", vec!["R-open"]),
            ("filter_by=closed", vec!["R-closed"]),
            ("filter_by=status.void", vec!["R-void"]),
            ("filter_by=Status.Draft", vec![]),
            ("sort_column=total&sort_order=A", vec!["R-closed", "R-void", "R-open"]),
            ("reference_number_contains=O&total_greater_than=10", vec!["R-void", "R-open"]),
            ("customer_name_startswith=bowman&date=2016-06-19&sort_column=creditnote_number&sort_order=A",
                vec!["R-open", "R-closed", "R-void"]),
        ] {
            assert_eq!(listed(&desk, query).await, expected, "{query}");
        }
        let reply = desk.send("GET", "/creditnotes?per_page=1", "").await.value();
        assert_eq!(reply["page_context"]["has_more_page"], json!(true));
        assert_eq!(reply["page_context"]["report_name"], json!("Credit Notes"));
        let row = reply["creditnotes"][0].clone();
        assert_eq!(row, read(&desk, &ids[2]).await, "a row of the list is the whole note");
        books_are_sound(&desk).await;
    }
}

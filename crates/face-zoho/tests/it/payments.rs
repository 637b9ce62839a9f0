//! Payments over Zoho's API: made, said anew, taken back, paid back, listed.

use billing::audit::Scope;
use billing::custom_fields::{DefineCustomField, FieldChanges};
use domain::custom_field::FieldType;
use domain::id::InvoiceId;
use serde_json::{Value, json};
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, BOWMAN, PAID, READ, assert_shape, zoho_id};
use crate::invoices_desk::Desk;

#[track_caller]
fn refused(reply: &Reply, status: u16, code: i64) {
    assert_eq!((reply.status, reply.value()["code"].as_i64()), (status, Some(code)), "{reply:?}");
}

/// The balance that an invoice's answer shows.
pub async fn balance(desk: &Desk, invoice: InvoiceId) -> Value {
    let reply = desk.send("GET", &format!("/invoices/{}", zoho_id(invoice.0)), "").await;
    reply.value()["invoice"]["balance"].clone()
}

/// What the journal holds on an account, in minor units; debit positive.
pub async fn on_account(desk: &Desk, account: &str) -> i64 {
    let sql = format!(
        "SELECT COALESCE(SUM(amount_minor), 0) FROM audit_v1_journal WHERE tenant_id = {} AND account = '{account}'",
        desk.house.tenant.0
    );
    desk.house.db.rows(&sql).await[0][0].parse().expect("a sum")
}

/// Every invariant holds, recomputed from raw rows.
pub async fn books_are_sound(desk: &Desk) {
    let report = desk.house.billing.audit(Scope::All).await.expect("the audit runs");
    assert!(report.is_clean, "{report}");
}

/// The payment's id.
async fn paid(desk: &Desk, body: &Value) -> String {
    let reply = desk.send("POST", "/payments", &body.to_string()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.value()["payment"]["payment_id"].as_str().expect("an id").to_owned()
}

fn shares(shares: &[(InvoiceId, i64)]) -> Value {
    shares.iter().map(|(id, amount)| json!({"invoice_id": zoho_id(id.0), "amount_applied": amount})).collect()
}

async fn listed(desk: &Desk, query: &str) -> Vec<String> {
    let reply = desk.send("GET", &format!("/payments?{query}"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let rows = reply.value()["payments"].as_array().expect("a list").clone();
    rows.iter().map(|row| row["reference_number"].as_str().expect("a text").to_owned()).collect()
}

testkit::on_both_databases! {
    /// One payment over two invoices; the bank kept some of it.
    async fn a_payment_settles_several_invoices(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        desk.does(DefineCustomField {
            object_kind: "payment".to_owned(),
            index: Some(1),
            data_type: FieldType::Text,
            label: "Branch".to_owned(),
            changes: FieldChanges::default(),
        })
        .await;
        let cash = on_account(&desk, "cash").await;
        let body = json!({
            "customer_id": BOWMAN,
            "payment_mode": "check",
            "amount": 160.5,
            "date": "2016-06-19",
            "reference_number": "CHK-1",
            "description": "By post",
            "invoices": shares(&[(house.overdue, 100), (house.sent, 55)]),
            "exchange_rate": 1,
            "bank_charges": 10,
            "custom_fields": [{"label": "Branch", "value": "North"}],
        });
        for mount in ["/subscriptions/v1", "/billing/v1", "/api/v1"] {
            let reply = desk.send("POST", &format!("{mount}/payments"), &body.to_string()).await;
            if mount == "/subscriptions/v1" {
                assert_eq!(reply.status, 201, "{reply:?}");
                assert_shape(include_str!("../wire/payment.json"), &reply.body);
                let id = reply.value()["payment"]["payment_id"].as_str().expect("an id").to_owned();
                let read = desk.send("GET", &format!("/billing/v1/payments/{id}"), "").await;
                assert_eq!(read.value()["payment"], reply.value()["payment"]);
                let payment = read.value()["payment"].clone();
                for (pointer, value) in [
                    ("/payment_mode", json!("check")),
                    ("/amount", json!(160.5)),
                    ("/amount_refunded", json!(0)),
                    ("/bank_charges", json!(10)),
                    ("/date", json!("2016-06-19")),
                    ("/status", json!("success")),
                    ("/customer_id", json!(BOWMAN)),
                    ("/customer_name", json!("Bowman Furniture")),
                    ("/invoices/0/invoice_id", json!(zoho_id(house.overdue.0))),
                    ("/invoices/0/invoice_number", json!("INV-000002")),
                    ("/invoices/0/invoice_amount", json!(100)),
                    ("/invoices/0/amount_applied", json!(100)),
                    ("/invoices/0/balance_amount", json!(0)),
                    ("/invoices/1/amount_applied", json!(55)),
                    ("/custom_fields/0/value", json!("North")),
                    ("/custom_fields/0/label", json!("Branch")),
                    ("/unused_amount", json!(5.5)),
                ] {
                    assert_eq!(payment.pointer(pointer), Some(&value), "{pointer}");
                }
            } else {
                // Paid already: the second and third find nothing owed.
                refused(&reply, 400, 4208);
            }
        }
        assert_eq!(on_account(&desk, "cash").await - cash, 15_050);
        assert_eq!(on_account(&desk, "bank_charges").await, 1_000);
        assert_eq!(balance(&desk, house.overdue).await, json!(0));
        books_are_sound(&desk).await;
    }

    async fn what_is_wrong_is_named(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let good = json!({"customer_id": BOWMAN, "payment_mode": "cash", "amount": 10});
        let with = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body.to_string()
        };
        for (body, code, named) in [
            ("{}".to_owned(), 2, "customer_id"),
            (with("customer_id", json!("4600000000000001")), 3004, "reference"),
            (with("customer_id", json!("Bowman")), 2, "customer_id"),
            (with("payment_mode", json!("shells")), 2, "payment_mode"),
            (with("payment_mode", json!("")), 2, "payment_mode"),
            (with("amount", json!(0)), 2, "amount"),
            (with("amount", json!(-1)), 2, "amount"),
            (with("amount", json!("ten")), 2, "amount"),
            (with("amount", json!(10.001)), 2, "amount"),
            (with("date", json!("19-06-2016")), 2, "date"),
            (with("bank_charges", json!(-1)), 2, "bank_charges"),
            (with("bank_charges", json!(10.01)), 4209, "exceed"),
            (with("exchange_rate", json!(0)), 2, "exchange_rate"),
            (with("invoices", json!([{"amount_applied": 1}])), 2, "invoice_id"),
            (with("invoices", json!([{"invoice_id": PAID}])), 2, "amount_applied"),
            (with("invoices", shares(&[(house.sent, 11)])), 4205, "unused"),
            (with("invoices", shares(&[(house.draft, 1)])), 4106, "draft"),
            (with("invoices", shares(&[(house.void, 1)])), 4107, "void"),
            (with("custom_fields", json!([{"label": "Nobody", "value": "x"}])), 2, "Nobody"),
            (with("reference_number", json!("x".repeat(256))), 15, "reference_number"),
            (with("description", json!("4111 1111 1111 1111")), 4507, "description"),
        ] {
            let reply = desk.send("POST", "/payments", &body).await;
            refused(&reply, 400, code);
            let message = reply.value()["message"].as_str().expect("a message").to_owned();
            assert!(message.contains(named), "{body}: {message}");
        }
        let unknown = desk.send("POST", "/payments", &with("invoices", shares(&[(InvoiceId(1), 1)]))).await;
        refused(&unknown, 404, 1002);
        assert_eq!(listed(&desk, "reference_number=x").await, Vec::<String>::new());
        books_are_sound(&desk).await;
    }

    /// The same key makes one payment, and the answer is the same to the byte.
    async fn a_payment_is_made_once_per_key(db: TestDb) {
        let desk = Desk::open(db).await;
        let body = json!({"customer_id": BOWMAN, "payment_mode": "cash", "amount": 10, "reference_number": "ONCE"});
        let key = [("Idempotency-Key", "k-1")];
        let first = desk.send_with("POST", "/payments", &key, &body.to_string()).await;
        let again = desk.send_with("POST", "/payments", &key, &body.to_string()).await;
        assert_eq!((first.status, &first.body), (201, &again.body));
        let other = body.to_string().replace("10", "11");
        refused(&desk.send_with("POST", "/payments", &key, &other).await, 422, 4022);
        assert_eq!(listed(&desk, "search_text=once").await, ["ONCE"]);
    }

    async fn a_payment_is_said_anew(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let id = paid(&desk, &json!({
            "customer_id": BOWMAN, "payment_mode": "cash", "amount": 100, "date": "2016-06-18",
            "invoices": shares(&[(house.overdue, 100)]),
        }))
        .await;
        let path = format!("/payments/{id}");
        let body = json!({
            "customer_id": BOWMAN, "payment_mode": "banktransfer", "amount": 110, "bank_charges": 5,
            "date": "2016-06-19", "reference_number": "WIRE", "description": "as the bank says",
            "invoices": shares(&[(house.sent, 55), (house.overdue, 40)]),
        });
        let reply = desk.send("PUT", &path, &body.to_string()).await;
        assert_eq!((reply.status, reply.value()["message"].as_str()), (200, Some("The payment details have been updated.")));
        let payment = reply.value()["payment"].clone();
        assert_eq!(payment["payment_mode"], json!("banktransfer"));
        assert_eq!(payment["invoices"].as_array().map(Vec::len), Some(2));
        assert_eq!(payment["unused_amount"], json!(15));
        assert_eq!(balance(&desk, house.overdue).await, json!(60));
        assert_eq!(balance(&desk, house.sent).await, json!(0));
        assert_eq!(on_account(&desk, "bank_charges").await, 500);
        books_are_sound(&desk).await;

        // What is left out stays.
        let reply = desk.send("PUT", &path, r#"{"reference_number":"WIRE-2"}"#).await;
        let after = reply.value()["payment"].clone();
        assert_eq!((&after["reference_number"], &after["invoices"]), (&json!("WIRE-2"), &payment["invoices"]));
        let too_much = json!({"invoices": shares(&[(house.overdue, 100), (house.sent, 55)])});
        refused(&desk.send("PUT", &path, &too_much.to_string()).await, 400, 4205);
        let stranger = json!({"customer_id": zoho_id(house.other.0)});
        refused(&desk.send("PUT", &path, &stranger.to_string()).await, 400, 4203);
        refused(&desk.send("PUT", "/payments/1", &body.to_string()).await, 404, 1002);
        let read = desk.send("GET", &path, "").await.value();
        assert_eq!(read["payment"]["invoices"], payment["invoices"], "a refusal changes nothing");
        books_are_sound(&desk).await;
    }

    async fn a_deleted_payment_is_gone(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let id = paid(&desk, &json!({
            "customer_id": BOWMAN, "payment_mode": "cash", "amount": 100, "reference_number": "GONE",
            "invoices": shares(&[(house.overdue, 100)]),
        }))
        .await;
        let path = format!("/payments/{id}");
        let reply = desk.send("DELETE", &path, "").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"code":0,"message":"The payment has been deleted."}"#));
        assert_eq!(balance(&desk, house.overdue).await, json!(100));
        for method in ["GET", "DELETE"] {
            refused(&desk.send(method, &path, "").await, 404, 1002);
        }
        refused(&desk.send("PUT", &path, r#"{"amount":5}"#).await, 404, 1002);
        refused(&desk.send("POST", &format!("{path}/refunds"), r#"{"amount":5}"#).await, 404, 1002);
        assert_eq!(listed(&desk, "search_text=gone").await, Vec::<String>::new());
        books_are_sound(&desk).await;
    }

    /// The seed's story: paid 370, refunded 50, balance 0.
    async fn a_refund_leaves_the_invoice_paid(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let invoice = desk.send("GET", &format!("/invoices/{PAID}"), "").await.value()["invoice"].clone();
        let payment = invoice["payments"][0]["payment_id"].as_str().expect("an id").to_owned();
        let body = r#"{"amount":50,"description":"Refund for discount Offer"}"#;
        let reply = desk.send("POST", &format!("/payments/{payment}/refunds"), body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        assert_shape(include_str!("../wire/refund.json"), &reply.body);
        let refund = reply.value()["refund"].clone();
        for (pointer, value) in [
            ("/amount", json!(50)),
            ("/description", json!("Refund for discount Offer")),
            ("/refund_mode", json!("banktransfer")),
            ("/status", json!("success")),
            ("/customer_id", json!(BOWMAN)),
            ("/creditnote/amount", json!(50)),
            ("/creditnote/refund_amount", json!(50)),
            ("/creditnote/balance_amount", json!(0)),
        ] {
            assert_eq!(refund.pointer(pointer), Some(&value), "{pointer}");
        }
        let id = refund["refund_id"].as_str().expect("an id");
        for path in [format!("/creditnotes/refunds/{id}"), format!("/billing/v1/refunds/{id}")] {
            assert_eq!(desk.send("GET", &path, "").await.value()["refund"], refund, "{path}");
        }
        let note = refund["creditnote"]["creditnote_id"].as_str().expect("an id");
        let note = desk.send("GET", &format!("/creditnotes/{note}"), "").await.value()["credit_note"].clone();
        assert_eq!((&note["status"], &note["total"], &note["balance"]), (&json!("closed"), &json!(50), &json!(0)));
        let invoice = desk.send("GET", &format!("/invoices/{PAID}"), "").await.value()["invoice"].clone();
        assert_eq!((&invoice["status"], &invoice["balance"]), (&json!("paid"), &json!(0)));
        assert_eq!(invoice["payments"][0]["amount_refunded"], json!(50));
        let read = desk.send("GET", &format!("/payments/{payment}"), "").await.value()["payment"].clone();
        assert_eq!(read["amount_refunded"], json!(50));

        refused(&desk.send("DELETE", &format!("/payments/{payment}"), "").await, 400, 4218);
        refused(&desk.send("PUT", &format!("/payments/{payment}"), r#"{"invoices":[]}"#).await, 400, 4218);
        refused(&desk.send("POST", &format!("/payments/{payment}/refunds"), r#"{"amount":320.01}"#).await, 400, 4207);
        refused(&desk.send("POST", &format!("/payments/{payment}/refunds"), "{}").await, 400, 2);
        refused(&desk.send("GET", "/refunds/1", "").await, 404, 1002);
        assert_eq!(house.listed("filter_by=Status.Paid").await.len(), 1);
        books_are_sound(&desk).await;
    }

    async fn payments_are_listed_and_searched(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        for (at, (mode, amount, day)) in [("cash", 30, "2016-06-11"), ("check", 10, "2016-06-13"), ("cash", 20, "2016-06-12")]
            .into_iter()
            .enumerate()
        {
            house.clock.set(house.clock.now() + jiff::SignedDuration::from_mins(1));
            paid(&desk, &json!({
                "customer_id": BOWMAN, "payment_mode": mode, "amount": amount, "date": day,
                "reference_number": format!("R-{at}"), "description": "100% paid",
                "invoices": shares(&[(house.overdue, 1)]),
            }))
            .await;
        }
        let ours = "reference_number_startswith=r-";
        for (query, expected) in [
            (ours, vec!["R-2", "R-1", "R-0"]),
            ("reference_number_startswith=R-&sort_order=A", vec!["R-0", "R-1", "R-2"]),
            ("reference_number_startswith=R-&sort_column=amount&sort_order=A", vec!["R-1", "R-2", "R-0"]),
            ("reference_number_startswith=R-&sort_column=date", vec!["R-1", "R-2", "R-0"]),
            ("reference_number=R-1", vec!["R-1"]),
            ("search_text=100%25", vec!["R-2", "R-1", "R-0"]),
            ("date_start=2016-06-12&date_before=2016-06-13", vec!["R-2"]),
            ("amount_greater_equals=20&amount_less_than=30.00", vec!["R-2"]),
            ("filter_by=PaymentType.Check", vec!["R-1"]),
            ("filter_by=status.failure", vec![]),
            ("customer_id=1", vec![]),
        ] {
            assert_eq!(listed(&desk, query).await, expected, "{query}");
        }
        let of_overdue = listed(&desk, &format!("invoice_id={}", zoho_id(house.overdue.0))).await;
        assert_eq!(of_overdue, ["R-2", "R-1", "R-0"]);
        let theirs = listed(&desk, &format!("customer_id={}", zoho_id(house.other.0))).await;
        assert_eq!(theirs, Vec::<String>::new());
        let page = desk.send("GET", &format!("/payments?{ours}&per_page=2"), "").await.value();
        assert_eq!(page["page_context"], json!({
            "page": 1, "per_page": 2, "has_more_page": true, "report_name": "Payments",
            "applied_filter": "PaymentType.All", "sort_column": "created_time", "sort_order": "D",
        }));
        let page = desk.send("GET", &format!("/payments?{ours}&per_page=2&page=2"), "").await.value();
        assert_eq!(page["page_context"]["has_more_page"], json!(false));
        assert_eq!(page["payments"].as_array().map(Vec::len), Some(1));
        for (query, name) in [
            ("filter_by=PaymentType.Shells", "filter_by"),
            ("sort_column=color", "sort_column"),
            ("amount=ten", "amount"),
            ("date=12-06-2016", "date"),
            ("invoice_id=x", "invoice_id"),
        ] {
            let reply = desk.send("GET", &format!("/payments?{query}"), "").await;
            let body = format!(r#"{{"code":2,"message":"Invalid value passed for {name}"}}"#);
            assert_eq!((reply.status, reply.body), (400, body), "{query}");
        }
    }

    /// A customer's token reads its own payments, and the scope of invoices is not that of payments.
    async fn payments_are_seen_by_whom_they_concern(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let invoice = desk.send("GET", &format!("/invoices/{PAID}"), "").await.value()["invoice"].clone();
        let path = format!("/api/v1/payments/{}", invoice["payments"][0]["payment_id"].as_str().expect("an id"));
        let scope = "ZohoSubscriptions.payments.READ";
        let own = house.token(&[scope], Some(house.bowman)).await;
        let theirs = house.token(&[scope], Some(house.other)).await;
        let invoices_only = house.token(&[READ], None).await;
        assert_eq!(house.get(&own, &path).await.status, 200);
        refused(&house.get(&theirs, &path).await, 404, 1002);
        refused(&house.get(&invoices_only, &path).await, 401, 57);
        let rows = house.get(&own, "/api/v1/payments").await.value();
        assert_eq!(rows["payments"].as_array().map(Vec::len), Some(2));
        let rows = house.get(&theirs, "/api/v1/payments").await.value();
        assert_eq!(rows["payments"], json!([]));
    }
}

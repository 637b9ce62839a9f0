//! Events over Zoho's API: what happened, as Zoho calls it.

use serde_json::{Value, json};
use testkit::TestDb;

use crate::house::{AsValue, BOWMAN, EVERYTHING, READ, assert_shape, zoho_id};
use crate::invoices_desk::Desk;

async fn listed(desk: &Desk, query: &str) -> Vec<Value> {
    let reply = desk.send("GET", &format!("/events?{query}"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.value()["events"].as_array().expect("a list").clone()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event_type"].as_str().expect("a type")).collect()
}

/// The event with its payload read.
async fn read(desk: &Desk, event: &Value) -> (Value, Value) {
    let id = event["event_id"].as_str().expect("an id");
    let reply = desk.send("GET", &format!("/events/{id}"), "").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_shape(include_str!("../wire/event.json"), &reply.body);
    let event = reply.value()["event"].clone();
    let payload = serde_json::from_str(event["payload"].as_str().expect("a text")).expect("JSON");
    (event, payload)
}

testkit::on_both_databases! {
    async fn a_client_reads_what_it_did(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let before = listed(&desk, "").await.len();
        assert_eq!(before, 7, "five invoices were issued and two paid");
        let body = json!({
            "customer_id": BOWMAN, "payment_mode": "cash", "amount": 55,
            "invoices": [{"invoice_id": zoho_id(house.sent.0), "amount_applied": 55}],
        });
        let payment = desk.send("POST", "/payments", &body.to_string()).await.value()["payment"].clone();
        let id = payment["payment_id"].as_str().expect("an id");
        let refund = desk.send("POST", &format!("/payments/{id}/refunds"), r#"{"amount":5}"#).await.value();
        let events = listed(&desk, "").await;
        assert_eq!(types(&events)[..4], ["payment_refunded", "creditnote_added", "payment_thankyou", "invoice_created"]);

        let (event, payload) = read(&desk, &events[0]).await;
        assert_eq!(event["event_type"], events[0]["event_type"]);
        assert_eq!(event["event_time"], events[0]["event_time"]);
        assert_eq!(event["webhooks"], json!([]));
        assert_eq!(payload["event_id"], events[0]["event_id"]);
        assert_eq!(payload["event_type"], json!("payment_refunded"));
        assert_eq!(payload["data"]["refund"], refund["refund"]);
        let note = refund["refund"]["creditnote"]["creditnote_id"].as_str().expect("an id");
        let note = desk.send("GET", &format!("/creditnotes/{note}"), "").await.value()["credit_note"].clone();
        assert_eq!(read(&desk, &events[1]).await.1["data"]["creditnote"], note);
        let told = read(&desk, &events[2]).await.1["data"]["payment"].clone();
        assert_eq!((&told["payment_id"], &told["amount_refunded"]), (&json!(id), &json!(5)), "as it is now");
        let told = read(&desk, &events[3]).await.1["data"]["invoice"].clone();
        assert_eq!((&told["invoice_id"], &told["status"]), (&json!(zoho_id(house.sent.0)), &json!("paid")));
    }

    async fn pages_follow_each_other(db: TestDb) {
        let desk = Desk::open(db).await;
        let all = listed(&desk, "").await;
        let mut paged = Vec::new();
        for page in 1.. {
            let reply = desk.send("GET", &format!("/events?per_page=3&page={page}"), "").await.value();
            paged.extend(reply["events"].as_array().expect("a list").clone());
            let context = &reply["page_context"];
            assert_eq!((&context["page"], &context["report_name"]), (&json!(page), &json!("Events")));
            if context["has_more_page"] == json!(false) {
                break;
            }
        }
        assert_eq!(paged, all);
        let invoice = desk.house.issued(desk.house.bowman, "1", jiff::civil::date(2016, 6, 19), jiff::civil::date(2016, 6, 19));
        invoice.await;
        assert_eq!(listed(&desk, "").await.len(), all.len() + 1);
    }

    async fn what_zoho_has_no_name_for_is_not_told(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        // The feed's first event is the seller itself.
        let feed = house.billing.events(&billing::Caller::system(house.tenant), 0, 1).await.expect("the feed");
        let untold = zoho_id(feed[0].id.0);
        for id in [untold.as_str(), "1", "abc", "4600000000000001"] {
            let reply = desk.send("GET", &format!("/events/{id}"), "").await;
            assert_eq!((reply.status, reply.body.as_str()), (404, r#"{"code":1002,"message":"Event does not exist."}"#));
        }
        let customers = house.token(&[EVERYTHING], Some(house.bowman)).await;
        assert_eq!(house.get(&customers, "/api/v1/events").await.status, 401, "the feed is the seller's");
        let invoices = house.token(&[READ], None).await;
        assert_eq!(house.get(&invoices, "/api/v1/events").await.status, 401);
        let webhooks = house.token(&["ZohoSubscriptions.webhooks.READ"], None).await;
        assert_eq!(house.get(&webhooks, "/api/v1/events").await.status, 200);
    }
}

//! The vendors' own sample documents, answered by the whole server: the texts below are the faces' fixtures, which
//! are copied from the vendors' pages.

use billing::FaceName;
use samples::vendors::{chargeover, zoho, zoom};
use store::Db;
use testkit::wire::{Json, assert_prefix};

use crate::exact::{number, text};
use crate::world::{World, present};

const ZOOM: &str = include_str!("../../../face-zoom/tests/wire/get_invoice_details.json");
const ZOHO: &str = include_str!("../../../face-zoho/tests/wire/invoice.json");
const ZOHO_LIST: &str = include_str!("../../../face-zoho/tests/wire/invoices.json");
const TALKDESK_ROW: &str = include_str!("../../../face-talkdesk/tests/wire/get_invoices_row.json");
const TALKDESK_ENVELOPE: &str = include_str!("../../../face-talkdesk/tests/wire/get_invoices_envelope.json");
const CHARGEOVER_FIELDS: &str = include_str!("../../../face-chargeover/tests/wire/seed_004_fields.json");

/// The same JSON without blanks between its tokens: keys in their order, numbers as they are written.
fn compacted(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut is_text, mut is_escaped) = (false, false);
    for letter in text.chars() {
        if is_text || !letter.is_ascii_whitespace() {
            compact.push(letter);
        }
        match letter {
            '"' if !is_escaped => is_text = !is_text,
            _ => {}
        }
        is_escaped = is_text && letter == '\\' && !is_escaped;
    }
    compact
}

/// Where an answer is not the sample: another value, another type, another length, or not the sample's keys first
/// and in its order.
fn differences(sample: &Json, answer: &Json, place: &str, found: &mut Vec<String>) {
    match (sample, answer) {
        (Json::Object(wanted), Json::Object(given)) => {
            for (at, (name, value)) in wanted.iter().enumerate() {
                let place = format!("{place}.{name}");
                match given.get(at) {
                    Some((given_name, given_value)) if given_name == name => {
                        differences(value, given_value, &place, found);
                    }
                    _ => found.push(format!("{place}: key {at} is another")),
                }
            }
        }
        (Json::List(wanted), Json::List(given)) => {
            if wanted.len() != given.len() {
                found.push(format!("{place}: {} items instead of {}", given.len(), wanted.len()));
            }
            for (at, (wanted, given)) in wanted.iter().zip(given).enumerate() {
                differences(wanted, given, &format!("{place}[{at}]"), found);
            }
        }
        _ if sample == answer => {}
        (Json::Number(wanted), Json::Number(given)) => found.push(format!("{place}: {given} instead of {wanted}")),
        (Json::Text(wanted), Json::Text(given)) => found.push(format!("{place}: {given:?} instead of {wanted:?}")),
        (Json::Bool(_), Json::Bool(_)) => found.push(format!("{place}: another value")),
        _ => found.push(format!("{place}: another type")),
    }
}

/// What the page prints and cannot be: 50 less 80 is not 400, and a credit of 15 is not on an invoice that 370 of
/// payments settle. Instants are the import's, our trail follows the vendor's own, and there is no room for
/// attachments yet.
const ZOHO_DIFFERS: [&str; 8] = [
    "$.invoice.invoice_items[0].price: 450 instead of 50",
    "$.invoice.invoice_items[0].item_total: 370 instead of 400",
    "$.invoice.credits: 0 items instead of 1",
    "$.invoice.created_time: \"2026-07-01T05:00:00-0700\" instead of \"2016-06-05T02:15:15-0700\"",
    "$.invoice.updated_time: \"2026-07-01T05:00:00-0700\" instead of \"2016-06-05T02:15:15-0700\"",
    "$.invoice.comments: 8 items instead of 1",
    "$.invoice.can_send_in_mail: another value",
    "$.invoice.documents: 0 items instead of 1",
];

const ZOHO_LIST_DIFFERS: [&str; 3] = [
    "$.invoices[0].has_attachment: another value",
    "$.invoices[0].created_time: \"2026-07-01T05:00:00-0700\" instead of \"2016-06-05T02:15:15-0700\"",
    "$.invoices[0].updated_time: \"2026-07-01T05:00:00-0700\" instead of \"2016-06-05T02:15:15-0700\"",
];

testkit::on_both_databases! {
    async fn zohos_sample_differs_where_it_cannot_be(db: Db) {
        let world = World::open(db).await;
        samples::vendors::load(&world.billing, world.tenant).await.expect("the samples load");
        let answer = world.read(FaceName::Zoho, &format!("/subscriptions/v1/invoices/{}", zoho::INVOICE)).await;
        let mut found = Vec::new();
        differences(&Json::parse(ZOHO), &answer, "$", &mut found);
        assert_eq!(found, ZOHO_DIFFERS);
        let path = "/subscriptions/v1/invoices?customer_id=903000000000099";
        let mut found = Vec::new();
        differences(&Json::parse(ZOHO_LIST), &world.read(FaceName::Zoho, path).await, "$", &mut found);
        assert_eq!(found, ZOHO_LIST_DIFFERS);
    }

    async fn zooms_sample_byte_for_byte(db: Db) {
        let world = World::open(db).await;
        let loaded = samples::vendors::load(&world.billing, world.tenant).await.expect("the samples load");
        let key = world.key_for(FaceName::Zoom, loaded.zoom.account).await;
        let path = format!("/v2/accounts/me/billing/invoices/{}", zoom::INVOICE);
        let reply = present(world.server.get(&path), FaceName::Zoom, &key).send().await;
        assert_eq!(reply.expect(200), compacted(ZOOM));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        // The same as staff, who name the account.
        let account = face_zoom::wire::spell_account(loaded.zoom.account);
        let path = format!("/v2/accounts/{account}/billing/invoices/{}", zoom::INVOICE);
        assert_eq!(world.get(FaceName::Zoom, &path).await.expect(200), compacted(ZOOM));
    }

    async fn zohos_sample_with_the_vendors_ids(db: Db) {
        let world = World::open(db).await;
        samples::vendors::load(&world.billing, world.tenant).await.expect("the samples load");
        for prefix in ["/subscriptions/v1", "/billing/v1", "/api/v1"] {
            let reply = world.get(FaceName::Zoho, &format!("{prefix}/invoices/{}", zoho::INVOICE)).await;
            let answer = Json::parse(reply.expect(200));
            assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
            let invoice = answer.get("invoice");
            // What the page prints and what adds up: see the sample's own documentation.
            for (key, value) in [
                ("invoice_id", zoho::INVOICE),
                ("number", zoho::NUMBER),
                ("status", "paid"),
                ("invoice_date", "2016-06-05"),
                ("customer_id", zoho::CUSTOMER),
                ("customer_name", "Bowman Furniture"),
                ("salesperson_id", zoho::SALESPERSON),
            ] {
                assert_eq!(text(invoice, key), value, "{prefix}: {key}");
            }
            for (key, value) in [("total", "370"), ("payment_made", "370"), ("balance", "0"), ("credits_applied", "0")] {
                assert_eq!(number(invoice, key), value, "{prefix}: {key}");
            }
            let item = invoice.get("invoice_items").get("0");
            assert_eq!((text(item, "item_id"), text(item, "tax_id")), (zoho::LINE, zoho::TAX), "{prefix}");
            assert_eq!((number(item, "discount_amount"), number(item, "item_total")), ("80", "370"), "{prefix}");
            let payment = invoice.get("payments").get("0");
            assert_eq!((text(payment, "payment_id"), number(payment, "amount_refunded")), (zoho::PAYMENT, "50"));
        }
    }

    async fn talkdesks_sample_is_on_page_two_of_nine(db: Db) {
        let world = World::open(db).await;
        let loaded = samples::vendors::load(&world.billing, world.tenant).await.expect("the samples load");
        let key = world.key_for(FaceName::Talkdesk, loaded.talkdesk.organization).await;
        let path = "/express/invoices?page=2&per_page=50";
        let reply = present(world.server.get(path), FaceName::Talkdesk, &key).send().await;
        let (answer, kept) = (Json::parse(reply.expect(200)), Json::parse(TALKDESK_ENVELOPE));
        assert_eq!(answer.keys(), kept.keys());
        for name in ["count", "page", "per_page", "total", "total_pages"] {
            assert_eq!(number(&answer, name), number(&kept, name), "{name}");
        }
        // The vendor's host is another, the rest of every link is the same.
        for (name, at) in [("first", 1), ("last", 9), ("next", 3), ("prev", 1), ("self", 2)] {
            let link = text(answer.get("_links").get(name), "href");
            assert_eq!(link, world.server.url(&format!("/express/invoices?page={at}&per_page=50")), "{name}");
        }
        let row = compacted(TALKDESK_ROW);
        assert!(reply.body.contains(&row), "{row} is not in {}", reply.body);
    }

    async fn chargeovers_fields_in_their_order(db: Db) {
        let world = World::open(db).await;
        samples::vendors::load(&world.billing, world.tenant).await.expect("the samples load");
        let reply = world.get(FaceName::ChargeOver, &format!("/api/v3/invoice/{}", chargeover::INVOICE)).await;
        let (answer, fields) = (Json::parse(reply.expect(200)), Json::parse(CHARGEOVER_FIELDS));
        assert_prefix(r#"{"code":200,"status":"OK","message":null,"details":{}}"#, &reply.body);
        let invoice = answer.get("response");
        let mut objects = vec![(invoice, "invoice")];
        objects.extend(invoice.get("line_items").items().iter().map(|line| (line, "line_items")));
        for (object, name) in objects {
            let wanted: Vec<&str> = fields.get(name).items().iter().map(|field| field.get("0").text()).collect();
            assert_eq!(object.keys()[..wanted.len()], wanted, "{name}");
            for field in fields.get(name).items() {
                let (key, kind) = (field.get("0").text(), field.get("1").text());
                let is_right = match object.get(key) {
                    Json::Null => true,
                    Json::Number(token) => kind == "float" || kind == "integer" && token.parse::<i64>().is_ok(),
                    Json::Text(_) => matches!(kind, "string" | "date"),
                    Json::Bool(_) => kind == "boolean",
                    Json::List(_) => kind == "list",
                    Json::Object(_) => false,
                };
                assert!(is_right, "{name}.{key} is no {kind}: {:?}", object.get(key));
            }
        }
        // Something of every field that can have a value today.
        for (key, value) in [("total", "562.86"), ("applied", "462.86"), ("balance", "100"), ("refunds", "100")] {
            assert_eq!(number(invoice, key), value, "{key}");
        }
    }
}

#[test]
fn blanks_inside_texts_stay() {
    assert_eq!(compacted("{ \"a b\" : [1, \"c \\\" d\"] }"), "{\"a b\":[1,\"c \\\" d\"]}");
}

//! The life of an invoice as Zoho's page tells it: made, filled, opened, corrected, settled, written off, voided and
//! deleted, each answer compared with the vendor's sample.

use billing::credit_notes::CreditWhat;
use billing::credit_notes::create::CreateCreditNote;
use billing::payments::record::RecordPayment;
use domain::id::{CreditNoteId, PaymentId};
use serde_json::{Value, json};
use testkit::TestDb;

use crate::house::{AsValue, BOWMAN, amount, assert_shape, zoho_id};
use crate::invoices_desk::Desk;

const CREATED: &str = "The invoice has been created.";
const UPDATED: &str = "Invoice information has been updated.";
const OPEN: &str = "Status of the invoice has been changed to open.";
const VOID: &str = "Invoice status has been changed to Void.";
const WRITTEN_OFF: &str = "Invoice has been written off..";
const NOT_WRITTEN_OFF: &str = "The write off done for this invoice has been cancelled.";
const APPLIED: &str = "Credits have been applied to the invoice(s).";
const FIELDS: &str = "Custom Fields Updated Successfully";

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}")).to_owned()
}

#[track_caller]
fn has(value: &Value, expected: &[(&str, Value)]) {
    for (pointer, expected) in expected {
        assert_eq!(value.pointer(pointer), Some(expected), "{pointer} in {value}");
    }
}

async fn note(desk: &Desk, units: &str) -> CreditNoteId {
    let mut create = CreateCreditNote::of(CreditWhat::AmountOnly { amount: amount(units) });
    create.customer = Some(desk.house.bowman);
    desk.does(create).await
}

async fn payment(desk: &Desk, units: &str) -> PaymentId {
    desk.does(RecordPayment::from(desk.house.bowman, amount(units), Vec::new())).await
}

fn new_invoice(desk: &Desk) -> Value {
    json!({
        "customer_id": BOWMAN,
        "contact_persons": [{"contactperson_id": "982000000567003"}],
        "date": "2016-06-05",
        "payment_terms": 15,
        "payment_terms_label": "Net 15",
        "reference_number": "PO-7",
        "salesperson_name": "Bowman",
        "custom_fields": [{"label": "Test_field", "value": "first"}],
        "is_inclusive_tax": false,
        "exchange_rate": 1,
        "gst_treatment": "business_gst",
        "invoice_items": [
            {
                "product_id": zoho_id(desk.basic.0),
                "quantity": 2,
                "discount": "10%",
                "hsn_or_sac": "74191010",
                "product_type": "goods",
                "tags": [{"tag_id": 3, "tag_option_id": "4"}],
                "item_custom_fields": [{"label": "Color", "value": "red"}],
            },
            {"name": "Set-up", "price": "25.50", "quantity": "1", "tax_id": ""},
        ],
        "shipping_charge": "10",
        "adjustment": 0.25,
        "adjustment_description": "Rounding off",
        "payment_options": {"payment_gateways": [{"configured": true, "gateway_name": "stripe"}]},
        "allow_partial_payments": false,
        "notes": "Looking forward for your business.",
        "terms": "Terms & Conditions apply",
        "template_id": "982000000000143",
    })
}

testkit::on_both_databases! {
    async fn an_invoice_lives(db: TestDb) {
        let desk = Desk::open(db).await;

        // Made.
        let made = desk.done("POST", "/billing/v1/invoices", &new_invoice(&desk), CREATED).await;
        assert_eq!(made.status, 201);
        assert_shape(include_str!("../wire/invoice.written.billing.json"), &made.body);
        let made = made.value();
        let id = text(&made, "/invoice/invoice_id");
        has(&made, &[
            ("/invoice/status", json!("draft")),
            ("/invoice/due_date", json!("2016-06-20")),
            ("/invoice/payment_terms", json!(15)),
            ("/invoice/payment_terms_label", json!("Net 15")),
            ("/invoice/gst_treatment", json!("business_gst")),
            ("/invoice/contact_persons/0/contactperson_id", json!("982000000567003")),
            ("/invoice/allow_partial_payments", json!(false)),
            ("/invoice/payment_options/payment_gateways/0/gateway_name", json!("stripe")),
            ("/invoice/template_id", json!("982000000000143")),
            ("/invoice/custom_fields", json!(["first"])),
            ("/invoice/salesperson_name", json!("Bowman")),
            ("/invoice/shipping_charge", json!("10")),
            ("/invoice/adjustment", json!(0.25)),
            ("/invoice/adjustment_description", json!("Rounding off")),
            ("/invoice/sub_total", json!(115.5)),
            ("/invoice/tax_total", json!(11.25)),
            ("/invoice/total", json!(137)),
            ("/invoice/taxes", json!([{"tax_name": "VAT", "tax_amount": 11.25}])),
            ("/invoice/invoice_items/0/price", json!("50")),
            ("/invoice/invoice_items/0/discount_amount", json!(10)),
            ("/invoice/invoice_items/0/item_total", json!(90)),
            ("/invoice/invoice_items/0/tax_percentage", json!(12.5)),
            ("/invoice/invoice_items/0/tags", json!([{"tag_id": 3, "tag_option_id": 4}])),
            ("/invoice/invoice_items/1/tax_id", json!("")),
            ("/invoice/notes", json!("Looking forward for your business.")),
        ]);
        let first = text(&made, "/invoice/invoice_items/0/item_id");
        let set_up = text(&made, "/invoice/invoice_items/1/item_id");

        // Filled, as Zoho's sample does.
        let usage = json!({"invoice_items": [{
            "code": "UsageAddon",
            "product_id": "90300000079226",
            "name": "usage charge",
            "description": "Usage charges for last month",
            "price": 10,
            "quantity": 1,
            "tax_id": zoho_id(desk.vat.0),
        }]});
        let filled = desk.done("POST", &format!("/invoices/{id}/lineitems"), &usage, UPDATED).await;
        assert_shape(include_str!("../wire/invoice.line_items.json"), &filled.body);
        has(&filled.value(), &[
            ("/invoice/total", json!(148.25)),
            ("/invoice/invoice_items/0/item_id", json!(first)),
            ("/invoice/invoice_items/0/hsn_or_sac", json!("74191010")),
            ("/invoice/invoice_items/2/name", json!("usage charge")),
            ("/invoice/invoice_items/2/code", json!("UsageAddon")),
        ]);
        assert_eq!(filled.value()["invoice"].get("documents"), None);
        desk.done("DELETE", &format!("/invoices/{id}/lineitems/{set_up}"), &Value::Null, UPDATED).await;
        let draft = desk.invoice(&id).await;
        has(&draft, &[("/total", json!(122.75)), ("/invoice_items/0/item_id", json!(first))]);
        assert_eq!(draft["invoice_items"].as_array().map(Vec::len), Some(2));
        let gone = desk.refused("DELETE", &format!("/invoices/{id}/lineitems/{set_up}"), &Value::Null).await;
        assert_eq!(gone, (404, 1002));

        // A line that is left out is deleted; what else is left out stays.
        let edit = json!({"customer_id": BOWMAN, "invoice_items": [{"item_id": first, "quantity": 1}]});
        let edited = desk.done("PUT", &format!("/billing/v1/invoices/{id}"), &edit, UPDATED).await;
        assert_shape(&include_str!("../wire/invoice.written.billing.json").replace(CREATED, UPDATED), &edited.body);
        has(&edited.value(), &[
            ("/invoice/total", json!(60.88)),
            ("/invoice/invoice_items/0/item_id", json!(first)),
            ("/invoice/invoice_items/0/hsn_or_sac", json!("74191010")),
            ("/invoice/invoice_items/0/tags", json!([{"tag_id": 3, "tag_option_id": 4}])),
            ("/invoice/invoice_items/0/item_custom_fields", json!([{"label": "Color", "value": "red"}])),
            ("/invoice/reference_number", json!("PO-7")),
            ("/invoice/shipping_charge", json!("10")),
            ("/invoice/custom_fields", json!(["first"])),
        ]);

        // Open, then corrected: the number, the id and the line stay.
        desk.done("POST", &format!("/invoices/{id}/converttoopen"), &Value::Null, OPEN).await;
        let open = desk.invoice(&id).await;
        has(&open, &[("/status", json!("sent")), ("/number", json!("INV-000006"))]);
        let edit = json!({"customer_id": BOWMAN, "invoice_items": [{"item_id": first, "price": 100}], "reason": "price"});
        let edited = desk.done("PUT", &format!("/invoices/{id}"), &edit, UPDATED).await.value();
        has(&edited, &[
            ("/invoice/invoice_number", json!("INV-000006")),
            ("/invoice/total", json!(111.5)),
            ("/invoice/balance", json!(111.5)),
            ("/invoice/invoice_items/0/item_id", json!(first)),
            ("/invoice/invoice_items/0/price", json!(100)),
        ]);

        // Settled by several credits and a payment at once.
        let (one, two, paid) = (note(&desk, "15").await, note(&desk, "20").await, payment(&desk, "30").await);
        let credits = json!({
            "apply_creditnotes": [
                {"creditnote_id": zoho_id(one.0), "amount_applied": 15},
                {"creditnote_id": zoho_id(two.0), "amount_applied": "5.5"},
                {"creditnote_id": zoho_id(two.0), "amount_applied": 1},
            ],
            "invoice_payments": [{"payment_id": zoho_id(paid.0), "amount_applied": 10}],
        });
        let applied = desk.done("POST", &format!("/invoices/{id}/credits"), &credits, APPLIED).await;
        assert_shape(include_str!("../wire/invoice.credits.json"), &applied.body);
        has(&applied.value(), &[
            ("/apply_creditnotes/0/creditnote_id", json!(zoho_id(one.0))),
            ("/apply_creditnotes/0/invoice_id", json!(id)),
            ("/apply_creditnotes/1/amount_applied", json!(5.5)),
            ("/apply_creditnotes/2/date_formatted", json!("20 Jun 2016")),
            ("/invoice_payments/0/payment_id", json!(zoho_id(paid.0))),
        ]);
        let partly = desk.invoice(&id).await;
        has(&partly, &[
            ("/status", json!("partially_paid")),
            ("/balance", json!(80)),
            ("/credits_applied", json!(21.5)),
            ("/payment_made", json!(10)),
        ]);
        let payments = desk.done("GET", &format!("/invoices/{id}/payments"), &Value::Null, "success").await;
        assert_shape(include_str!("../wire/invoice.payments.json"), &payments.body);
        has(&payments.value(), &[
            ("/payments/0/amount", json!(10)),
            ("/payments/0/is_single_invoice_payment", json!(false)),
        ]);
        let taken = desk.done("GET", &format!("/invoices/{id}/creditsapplied"), &Value::Null, "success").await;
        assert_shape(include_str!("../wire/invoice.creditsapplied.json"), &taken.body);
        assert_eq!(taken.value()["credits"].as_array().map(Vec::len), Some(3));

        // Addresses and fields may change whatever is applied.
        let addresses = json!({
            "billing_address": {"city": "Salt Lake City", "state": "CA", "zip": 92612, "country": "U.S.A", "fax": 4_527_389},
            "shipping_address": {"street": "Harrington Bay Street\nFloor 2", "city": "Bay", "zip": "01234"},
        });
        let moved = desk.done("PUT", &format!("/invoices/{id}/address"), &addresses, "Invoice address updated").await;
        let fixture = include_str!("../wire/invoice.address.json");
        assert_eq!(moved.value()["invoice_address"]["shipping_address"]["zip"], "01234", "a leading zero is kept");
        let usual = json!({"shipping_address": {"zip": 92612}});
        let moved = desk.done("PUT", &format!("/invoices/{id}/address"), &usual, "Invoice address updated").await;
        assert_shape(fixture, &moved.body);
        has(&moved.value(), &[
            ("/invoice_address/billing_address/street", json!("Harrington Bay Street")),
            ("/invoice_address/shipping_address/street", json!("Harrington Bay Street\nFloor 2")),
            ("/invoice_address/shipping_address/city", json!("Bay")),
            ("/invoice_address/shipping_address/country", json!("U.S.A")),
        ]);
        let fields = json!({"custom_fields": [{"label": "Test_field", "value": "Test_value"}]});
        let set = desk.done("POST", &format!("/invoices/{id}/customfields"), &fields, FIELDS).await;
        assert_shape(include_str!("../wire/invoice.custom_fields.json"), &set.body);
        let set = set.value();
        assert_eq!(set["custom_fields"][0].as_object().map(serde_json::Map::len), Some(21));
        has(&set, &[("/custom_fields/0/value", json!("Test_value")), ("/custom_fields/0/placeholder", json!("cf_test_field"))]);
        let by_id = json!([{"customfield_id": set["custom_fields"][0]["customfield_id"], "value": "by id"}]);
        desk.done("PUT", &format!("/invoice/{id}/customfields"), &by_id, FIELDS).await;
        has(&desk.invoice(&id).await, &[("/custom_fields/0/value", json!("by id"))]);

        // Written off and back.
        let reason = json!({"reason": "The customer moved away."});
        desk.done("POST", &format!("/invoices/{id}/writeoff"), &reason, WRITTEN_OFF).await;
        let given_up = desk.invoice(&id).await;
        has(&given_up, &[("/status", json!("paid")), ("/write_off_amount", json!(80)), ("/balance", json!(0))]);
        desk.done("POST", &format!("/invoices/{id}/writeoff/cancel"), &Value::Null, NOT_WRITTEN_OFF).await;
        desk.done("POST", &format!("/invoices/{id}/writeoff"), &Value::Null, WRITTEN_OFF).await;
        desk.done("POST", &format!("/billing/v1/invoices/{id}/cancelwriteoff"), &Value::Null, NOT_WRITTEN_OFF).await;
        has(&desk.invoice(&id).await, &[("/status", json!("partially_paid")), ("/balance", json!(80))]);
        assert_eq!(desk.refused("DELETE", &format!("/invoices/{id}"), &Value::Null).await, (400, 4111));

        // Void: everything goes back to where it came from.
        desk.done("POST", &format!("/invoices/{id}/status/void"), &Value::Null, VOID).await;
        let void = desk.invoice(&id).await;
        has(&void, &[
            ("/status", json!("void")),
            ("/balance", json!(0)),
            ("/payments", json!([])),
            ("/credits", json!([])),
        ]);
        let back = desk.house.billing.payment(&billing::Caller::system(desk.house.tenant), paid).await.expect("a payment");
        assert_eq!(back.value.payment.unapplied, 3_000);

        // Deleted: gone for this face, its number used for ever.
        desk.done("DELETE", &format!("/invoices/{id}"), &Value::Null, "The invoice has been deleted.").await;
        for (method, rest, body) in [
            ("GET", "", Value::Null),
            ("PUT", "", edit),
            ("DELETE", "", Value::Null),
            ("POST", "/converttoopen", Value::Null),
            ("POST", "/void", Value::Null),
            ("POST", "/sent", Value::Null),
            ("POST", "/status/draft", Value::Null),
            ("POST", "/writeoff", Value::Null),
            ("POST", "/cancelwriteoff", Value::Null),
            ("PUT", "/address", addresses),
            ("POST", "/customfields", fields),
            ("POST", "/credits", credits),
            ("POST", "/lineitems", usage),
            ("GET", "/payments", Value::Null),
            ("GET", "/creditsapplied", Value::Null),
        ] {
            let gone = desk.refused(method, &format!("/invoices/{id}{rest}"), &body).await;
            assert_eq!(gone, (404, 1002), "{method} {rest}");
        }
        desk.books_are_sound().await;
    }

    /// What is made may be sent at once, under a number of the seller's own.
    async fn an_invoice_is_made_and_sent(db: TestDb) {
        let desk = Desk::open(db).await;
        let mut body = json!({
            "customer_id": zoho_id(desk.house.bowman.0),
            "date": "2016-06-20",
            "invoice_number": "WEB-1",
            "discount": 5,
            "discount_type": "entity_level",
            "is_inclusive_tax": "true",
            "invoice_items": [
                {"item_order": 2, "name": "Second", "price": 9, "quantity": 1},
                {"item_order": 1, "code": "basic-monthly", "price": 45, "quantity": 1},
            ],
        });
        assert_eq!(desk.refused("POST", "/invoices?send=true", &body).await, (400, 4002), "its own number, unasked");
        let path = "/invoices?send=true&ignore_auto_number_generation=true";
        let made = desk.done("POST", path, &body, CREATED).await.value();
        has(&made, &[
            ("/invoice/invoice_number", json!("WEB-1")),
            ("/invoice/status", json!("sent")),
            ("/invoice/is_inclusive_tax", json!(true)),
            ("/invoice/discount", json!(5)),
            ("/invoice/discount_type", json!("entity_level")),
            ("/invoice/total", json!(49)),
            ("/invoice/invoice_items/0/name", json!("Basic")),
            ("/invoice/invoice_items/0/item_total", json!(45)),
            ("/invoice/custom_fields", json!([])),
        ]);
        assert_eq!(desk.refused("POST", path, &body).await, (400, 4117), "the number is taken");
        body["invoice_number"] = json!("INV-000099");
        assert_eq!(desk.refused("POST", path, &body).await, (400, 4117), "the series will give it");
        body["invoice_number"] = json!("");
        assert_eq!(desk.refused("POST", path, &body).await, (400, 2), "the parameter makes it mandatory");
        desk.books_are_sound().await;
    }

    /// A client that sends back what it read changes nothing, even of a paid invoice.
    async fn what_was_read_is_sent_back(db: TestDb) {
        let desk = Desk::open(db).await;
        let made = desk.done("POST", "/billing/v1/invoices", &new_invoice(&desk), CREATED).await.value();
        let id = text(&made, "/invoice/invoice_id");
        let path = format!("/billing/v1/invoices/{id}");
        let sums = |answer: &Value| {
            let invoice = &answer["invoice"];
            ["total", "tax_total", "adjustment", "shipping_charge", "invoice_number", "notes", "terms"]
                .map(|key| invoice[key].clone())
        };
        let ids = |answer: &Value| -> Vec<Value> {
            let items = answer["invoice"]["invoice_items"].as_array().expect("items").clone();
            items.into_iter().map(|item| item["item_id"].clone()).collect()
        };
        let mut echo = made["invoice"].clone();
        // The OpenAPI answers with texts what it asks for as objects.
        echo["custom_fields"] = json!([{"label": "Test_field", "value": "first"}]);
        let same = desk.done("PUT", &path, &echo, UPDATED).await.value();
        assert_eq!((sums(&same), ids(&same)), (sums(&made), ids(&made)));

        desk.done("POST", &format!("/invoices/{id}/sent"), &Value::Null, "Invoice status has been changed to Sent.").await;
        let sent = desk.done("GET", &path, &Value::Null, "success").await.value();
        let paid = payment(&desk, "137").await;
        let credits = json!({"invoice_payments": [{"payment_id": zoho_id(paid.0), "amount_applied": 137}]});
        desk.done("POST", &format!("/invoices/{id}/credits"), &credits, APPLIED).await;
        let mut echo = sent["invoice"].clone();
        echo["notes"] = json!("Thank you.");
        let thanked = desk.done("PUT", &path, &echo, UPDATED).await.value();
        has(&thanked, &[("/invoice/status", json!("paid")), ("/invoice/notes", json!("Thank you."))]);
        assert_eq!(ids(&thanked), ids(&made));
        echo["invoice_items"][0]["quantity"] = json!(3);
        assert_eq!(desk.refused("PUT", &path, &echo).await, (400, 4110), "the claim of a paid invoice stays");
        desk.books_are_sound().await;
    }

    /// The answer of the first time, whatever happened since; another request under the key is refused.
    async fn a_key_makes_one_invoice(db: TestDb) {
        let desk = Desk::open(db).await;
        let body = new_invoice(&desk).to_string();
        let key = [("idempotency-key", "order-7")];
        let first = desk.send_with("POST", "/invoices", &key, &body).await;
        assert_eq!(first.status, 201, "{first:?}");
        let id = text(&first.value(), "/invoice/invoice_id");
        desk.done("DELETE", &format!("/invoices/{id}"), &Value::Null, "The invoice has been deleted.").await;
        let again = desk.send_with("POST", "/invoices", &key, &body).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        let other = desk.send_with("POST", "/invoices", &key, &body.replace("PO-7", "PO-8")).await;
        assert_eq!((other.status, &other.value()["code"]), (422, &json!(4022)));
        let refused = desk.send_with("POST", &format!("/invoices/{id}/void"), &[("idempotency-key", "v")], "").await;
        assert_eq!(refused.status, 404);
        let listed = desk.house.listed("filter_by=Status.Draft").await;
        assert_eq!(listed.len(), 1, "only the house's own: {listed:?}");
    }

    /// Two clients fill one draft at the same moment: both lines are there.
    async fn a_draft_is_filled_by_two(db: TestDb) {
        let desk = Desk::open(db).await;
        let id = zoho_id(desk.house.draft.0);
        let path = format!("/invoices/{id}/lineitems");
        let line = |name: &str| json!({"invoice_items": [{"name": name, "price": 1, "quantity": 1}]});
        let (one, two) = (line("One").to_string(), line("Two").to_string());
        let (first, second) = tokio::join!(desk.send("POST", &path, &one), desk.send("POST", &path, &two));
        assert_eq!((first.status, second.status), (200, 200));
        let draft = desk.invoice(&id).await;
        assert_eq!((draft["invoice_items"].as_array().map(Vec::len), &draft["total"]), (Some(3), &json!(14)));
        desk.books_are_sound().await;
    }
}

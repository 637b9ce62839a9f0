use super::*;
use crate::invoices::{reference, sample};
use billing::query::InvoiceRef;
use domain::payment::ReversalKind;
use http_kit::json::{Style, object};
use serde_json::{Value, json};

fn answer(found: &Named<View>, types: Types) -> String {
    let body = object(Style::COMPACT, |o| {
        o.int("code", 0).str("message", "success");
        o.object("invoice", |o| to_wire(found, types, Sample::Retrieve, o));
    });
    String::from_utf8(body).expect("text")
}

fn invoice(found: &Named<View>) -> Value {
    let answer: Value = serde_json::from_str(&answer(found, Types::Seed)).expect("JSON");
    answer["invoice"].clone()
}

#[test]
fn an_invoice_is_the_seeds() {
    let seed = include_str!("../../../tests/wire/invoice.json");
    testkit::wire::assert_prefix(seed, &answer(&sample::view(), Types::Seed));
}

#[test]
fn an_invoice_has_the_openapis_types_on_billing() {
    let openapi = include_str!("../../../tests/wire/invoice.billing.json");
    let answer = answer(&sample::view(), Types::OpenApi);
    testkit::wire::assert_prefix(openapi, &answer);
    assert!(answer.contains(r#""product_id":"4600000000000017""#), "{answer}");
}

#[test]
fn an_empty_draft_has_all_keys() {
    let mut found = sample::view();
    let view = &mut found.value;
    view.summary.salesperson = None;
    view.summary.payment_expected_on = None;
    view.summary.bill_to = Address::default();
    view.side_cars.clear();
    for list in [&mut view.custom_fields, &mut view.lines[0].custom_fields] {
        list.clear();
    }
    view.lines[0].item = None;
    view.lines[0].item_code = None;
    view.lines[0].tax_treatment.group_id = None;
    view.lines[0].tax_treatment.exemption = None;
    view.lines[0].side_cars.clear();
    view.attachments.clear();
    let invoice = invoice(&found);
    for (path, value) in [
        ("/salesperson_id", json!("")),
        ("/salesperson_name", json!("")),
        ("/payment_expected_date", json!("")),
        ("/ach_payment_initiated", json!(false)),
        ("/billing_address/zip", json!("")),
        ("/billing_address/fax", json!("")),
        ("/invoice_items/0/code", json!("")),
        ("/invoice_items/0/tax_id", json!("")),
        ("/invoice_items/0/tax_exemption_id", json!("")),
        ("/invoice_items/0/tax_exemption_code", json!("")),
        ("/payments/0/autotransaction/payment_gateway", json!("payflow_pro")),
        ("/payments/0/autotransaction/account_id", json!("")),
        ("/comments", json!([])),
        ("/can_send_in_mail", json!(false)),
        ("/documents", json!([])),
    ] {
        assert_eq!(invoice.pointer(path), Some(&value), "{path}");
    }
}

#[test]
fn payments_taken_back_are_gone() {
    let mut found = sample::view();
    for kind in ReversalKind::ALL {
        found.value.payments[0].reversed = Some(*kind);
        assert_eq!(invoice(&found)["payments"], json!([]));
    }
}

#[test]
fn our_trail_follows_the_imported_one() {
    let mut found = sample::view();
    found.value.comments = vec![
        sample::trail("issued", "Invoice has been marked as sent", "2016-06-06T21:05:00Z"),
        sample::trail("updated", "Invoice updated", "2016-06-07T07:30:00Z"),
    ];
    let comments = invoice(&found)["comments"].clone();
    assert_eq!(comments[0]["comment_id"], "9030000003133");
    assert_eq!(
        comments[1],
        json!({
            "comment_id": "4600000000000009",
            "description": "Invoice has been marked as sent",
            "commented_by_id": "4600000000000005",
            "commented_by": "Back office",
            "comment_type": "system",
            "date": null,
            "time": "2:05 PM",
            "operation_type": "Added",
            "transaction_id": "903000000079426",
            "transaction_type": "invoice",
        })
    );
    assert_eq!(comments[2]["operation_type"], "Updated");
    assert_eq!(comments[2]["time"], "12:30 AM");
}

#[test]
fn a_broken_side_car_is_left_out() {
    let mut found = sample::view();
    found.value.side_cars = vec![("zoho".to_owned(), "{".to_owned())];
    assert_eq!(invoice(&found)["ach_payment_initiated"], json!(false));
    found.value.side_cars = vec![("zoom".to_owned(), r#"{"ach_payment_initiated":true}"#.to_owned())];
    assert_eq!(invoice(&found)["ach_payment_initiated"], json!(false));
}

#[test]
fn streets_have_lines() {
    let mut found = sample::view();
    let address = &mut found.value.summary.ship_to;
    address.line2 = "Floor 3".to_owned();
    assert_eq!(invoice(&found)["shipping_address"]["street"], "Harrington Bay Street\nFloor 3");
    assert_eq!(invoice(&found)["billing_address"]["street"], "");
}

#[track_caller]
fn check_accept(query: &str, accept: Option<&str>, expected: Result<(), Fault>) {
    let mut headers = HeaderMap::new();
    if let Some(accept) = accept {
        headers.insert(ACCEPT, accept.parse().expect("a value"));
    }
    let query = Query::parse(query).expect("a query");
    assert_eq!(wants_json(&query, &headers), expected, "{query:?} {accept:?}");
}

#[test]
fn json_is_the_only_format() {
    for accept in [
        "",
        "*/*",
        "application/json",
        "Application/JSON;charset=UTF-8",
        "text/html, application/*;q=0.8",
        "text/html,application/xhtml+xml,*/*;q=0.001",
    ] {
        check_accept("", Some(accept), Ok(()));
    }
    check_accept("", None, Ok(()));
    check_accept("accept=JSON", Some("application/pdf"), Ok(()));
    for accept in ["application/pdf", "text/html", "application/json;q=0", "*/*; q=0.000"] {
        check_accept("", Some(accept), Err(Fault::not_acceptable()));
    }
    check_accept("accept=pdf", None, Err(Fault::not_acceptable()));
    check_accept("accept=html", Some("*/*"), Err(Fault::not_acceptable()));
    check_accept("accept=xls", None, Err(Fault::invalid("accept")));
}

#[test]
fn what_is_no_id_names_no_invoice() {
    for text in ["", "abc", "-1", "12345678901234567890", "1%2"] {
        assert_eq!(reference(text), Err(Fault::missing("Invoice")), "{text}");
    }
    let native = Some(InvoiceId(7));
    let text = wire::spell(7);
    assert_eq!(reference(&text), Ok(InvoiceRef::Spelled { text, native }));
    let text = "903000000079426".to_owned();
    assert_eq!(reference(&text), Ok(InvoiceRef::Spelled { text, native: None }));
}

//! Refusals of payments, credit notes, refunds and write-offs, seen as their codes.

use crate::support::{World, one_line};
use store::Db;

fn payment(customer: &str, amount: &str, more: &str) -> String {
    format!(r#"{{"customer_id": "{customer}", "amount": {amount}{more}}}"#)
}

fn shares(invoice: &str, amount: &str) -> String {
    format!(r#"{{"applications": [{{"invoice_id": "{invoice}", "amount": "{amount}"}}]}}"#)
}

testkit::on_both_databases! {
    async fn of_payments(db: Db) {
        let world = World::open(db).await;
        let (customer, other) = (world.customer("Customer").await, world.customer("Other").await);
        let (one, two) = (world.issued(&customer, "100").await, world.issued(&other, "100").await);
        let draft = world.draft(&customer, "100").await;
        let on = |invoice: &str, amount: &str| format!(r#", "applications": [{{"invoice_id": "{invoice}", "amount": "{amount}"}}]"#);
        let euro = r#", "currency": "EUR""#;
        let rate = r#", "exchange_rate": {"rate": "1.1", "on": "2026-01-31", "source": "ECB"}"#;
        for (body, code) in [
            (payment(&customer, "0", ""), "not_positive"),
            (payment(&customer, "-5", ""), "not_positive"),
            (payment(&customer, "\"90071992547409.92\"", ""), "too_large"),
            (payment(&customer, "1.001", ""), "too_precise"),
            (payment(&customer, "5", r#", "bank_charges": -1"#), "negative"),
            (payment(&customer, "5", r#", "bank_charges": 6"#), "bank_charges_exceed_amount"),
            (payment(&customer, "5", euro), "exchange_rate_missing"),
            (payment(&customer, "5", &format!("{euro}{rate}{}", on(&one, "5"))), "currency_mismatch"),
            (payment(&customer, "5", &on(&two, "5")), "customer_mismatch"),
            (payment(&customer, "5", &on(&draft, "5")), "not_issued"),
            (payment(&customer, "101", &on(&one, "101")), "exceeds_balance"),
            (payment(&customer, "5", &on(&one, "6")), "exceeds_unapplied"),
            (payment(&customer, "5", &on(&one, "0")), "not_positive"),
        ] {
            world.refused("POST", "/v1/payments", &body, 422, code).await;
        }
        world.refused("POST", "/v1/payments", &payment(&customer, "5", &on("inv_5", "5")), 404, "not_found").await;
        assert_eq!(world.get("/v1/payments").await.expect(200)["data"], serde_json::json!([]), "a 4xx changed nothing");

        // Only exact digits decide: as a float this would be 100.00.
        let exact = payment(&customer, "100.00000000000000000001", &on(&one, "100"));
        let id = world.post("/v1/payments", &exact).await.made();
        let path = format!("/v1/payments/{id}");
        world.refused("POST", &format!("{path}/apply"), &shares(&one, "1"), 422, "nothing_owed").await;
        world.refused("POST", &format!("{path}/apply"), r#"{"applications": []}"#, 422, "blank").await;
        world.refused("POST", &format!("{path}/void"), "{}", 422, "payment_in_use").await;
        let off = format!(r#"{{"invoice_id": "{two}"}}"#);
        world.refused("POST", &format!("{path}/unapply"), &off, 422, "not_applied").await;
        world.refused("POST", &format!("/v1/invoices/{one}/write-off"), "", 422, "nothing_to_write_off").await;

        let spare = world.payment(&customer, "3", &[]).await;
        let spare = format!("/v1/payments/{spare}");
        world.post(&format!("{spare}/void"), "").await.expect(200);
        world.refused("POST", &format!("{spare}/void"), "", 422, "payment_void").await;
        let three = world.issued(&customer, "10").await;
        world.refused("POST", &format!("{spare}/apply"), &shares(&three, "1"), 422, "payment_void").await;
        world.post(&format!("/v1/invoices/{three}/void"), "").await.expect(200);
        let rest = world.payment(&customer, "3", &[]).await;
        world.refused("POST", &format!("/v1/payments/{rest}/apply"), &shares(&three, "1"), 422, "already_void").await;
    }

    async fn of_legal_entities(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer").await;
        let second = world.made("/v1/legal-entities", r#"{"name": "Second", "base_currency": "USD"}"#).await;
        let invoice = world.issued(&customer, "100").await;
        let body = payment(&customer, "5", &format!(r#", "legal_entity_id": "{second}", "applications": [{{"invoice_id": "{invoice}", "amount": "5"}}]"#));
        world.refused("POST", "/v1/payments", &body, 422, "legal_entity_mismatch").await;
        let euro = one_line(&customer, "1").replacen('{', r#"{"currency": "EUR", "#, 1);
        let draft = world.made("/v1/invoices", &euro).await;
        let path = format!("/v1/invoices/{draft}/issue");
        world.refused("POST", &path, "", 422, "exchange_rate_missing").await;
        let fx = euro.replacen('{', r#"{"exchange_rate": {"rate": 1.25, "on": "2026-01-30"}, "#, 1);
        world.send("PUT", &format!("/v1/invoices/{draft}"), Some(&fx)).await.expect(200);
        let issued = world.post(&path, "").await.expect(200);
        assert_eq!((&issued["exchange_rate"], &issued["currency"]), (&"1.25".into(), &"EUR".into()));
    }

    async fn of_credit_notes(db: Db) {
        let world = World::open(db).await;
        let (customer, other) = (world.customer("Customer").await, world.customer("Other").await);
        let issued = world.issued(&customer, "100").await;
        let foreign = world.issued(&other, "100").await;
        let draft = world.draft(&customer, "100").await;
        let read = world.get(&format!("/v1/invoices/{issued}")).await.expect(200);
        let line = read["lines"][0]["id"].as_str().expect("a line");
        let lines = |how: &str| format!(r#"{{"kind": "invoice_lines", "invoice_id": "{issued}", "credited_lines": [{how}]}}"#);
        for (body, code) in [
            (lines(&format!(r#"{{"line_id": "{line}", "amount": "100.01"}}"#)), "exceeds_creditable"),
            (lines(r#"{"line_id": "lin_5"}"#), "unknown_line"),
            (lines(&format!(r#"{{"line_id": "{line}", "amount": "1", "quantity": 1}}"#)), "field_not_allowed"),
            (lines(""), "missing_field"),
            (format!(r#"{{"kind": "whole_invoice", "invoice_id": "{draft}"}}"#), "not_issued"),
            (format!(r#"{{"kind": "whole_invoice", "customer_id": "{customer}"}}"#), "field_not_allowed"),
            (r#"{"kind": "whole_invoice"}"#.to_owned(), "missing_field"),
            (format!(r#"{{"kind": "amount", "customer_id": "{customer}"}}"#), "missing_field"),
            (r#"{"kind": "amount", "amount": "1"}"#.to_owned(), "missing_field"),
            (format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "0"}}"#), "not_positive"),
            (format!(r#"{{"kind": "own_lines", "customer_id": "{customer}", "lines": []}}"#), "blank"),
        ] {
            world.refused("POST", "/v1/credit-notes", &body, 422, code).await;
        }
        let amount = |amount: &str| format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "{amount}"}}"#);
        let note = world.made("/v1/credit-notes", &amount("50")).await;
        let path = format!("/v1/credit-notes/{note}");
        world.refused("POST", &format!("{path}/apply"), &shares(&issued, "1"), 422, "credit_note_not_issued").await;
        world.refused("POST", &format!("{path}/void"), "", 422, "credit_note_not_issued").await;
        world.post(&format!("{path}/issue"), "").await.expect(200);
        world.refused("POST", &format!("{path}/issue"), "", 422, "credit_note_not_draft").await;
        assert_eq!(world.send("DELETE", &path, None).await.expect(422)["code"], "credit_note_not_draft");
        world.refused("POST", &format!("{path}/apply"), &shares(&issued, "50.01"), 422, "exceeds_remaining").await;
        world.refused("POST", &format!("{path}/apply"), &shares(&foreign, "1"), 422, "customer_mismatch").await;
        // Named twice in one request it is drawn down twice, never overspent.
        let twice = format!(r#"{{"applications": [{{"invoice_id": "{issued}", "amount": "30"}}, {{"invoice_id": "{issued}", "amount": "30"}}]}}"#);
        world.refused("POST", &format!("{path}/apply"), &twice, 422, "exceeds_remaining").await;
        world.post(&format!("{path}/apply"), &shares(&issued, "30")).await.expect(200);
        world.refused("POST", &format!("{path}/void"), "", 422, "credit_note_in_use").await;
        let off = format!(r#"{{"invoice_id": "{issued}"}}"#);
        world.post(&format!("{path}/unapply"), &off).await.expect(200);
        world.refused("POST", &format!("{path}/unapply"), &off, 422, "already_reversed").await;
    }

    async fn of_refunds_and_write_offs(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer").await;
        let invoice = world.issued(&customer, "100").await;
        let paid = world.payment(&customer, "60", &[(&invoice, "50")]).await;
        let note = format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "5", "issue": true}}"#);
        let note = world.made("/v1/credit-notes", &note).await;
        let refund = |kind: &str, of: &str, amount: &str| format!(r#"{{"kind": "{kind}", {of}"amount": "{amount}"}}"#);
        let of_payment = format!(r#""payment_id": "{paid}", "#);
        let of_note = format!(r#""credit_note_id": "{note}", "#);
        let on = format!(r#""invoice_id": "{invoice}", "#);
        for (body, code) in [
            (refund("unapplied", &of_payment, "10.01"), "exceeds_unapplied"),
            (refund("unapplied", &of_note, "5.01"), "exceeds_remaining"),
            (refund("reverse_and_owe_again", &of_payment, "50.01"), "exceeds_applied"),
            (refund("by_credit_note", &format!("{of_payment}{on}"), "50.01"), "exceeds_applied"),
            (refund("unapplied", &of_payment, "0"), "not_positive"),
            (refund("unapplied", "", "1"), "missing_field"),
            (refund("unapplied", &format!("{of_payment}{of_note}"), "1"), "field_not_allowed"),
            (refund("unapplied", &format!("{of_payment}{on}"), "1"), "field_not_allowed"),
            (refund("reverse_and_owe_again", &of_note, "1"), "missing_field"),
            (refund("by_credit_note", &of_payment, "1"), "missing_field"),
            (refund("everything", &of_payment, "1"), "invalid_word"),
        ] {
            world.refused("POST", "/v1/refunds", &body, 422, code).await;
        }
        let path = format!("/v1/invoices/{invoice}");
        let problem = world.refused("POST", &format!("{path}/cancel-write-off"), "", 422, "not_written_off").await.json();
        assert_eq!(problem["detail"], format!("Nothing of invoice {invoice} is written off."));
        world.post(&format!("{path}/write-off"), "").await.expect(200);
        world.refused("POST", &format!("{path}/write-off"), "", 422, "nothing_to_write_off").await;
    }
}

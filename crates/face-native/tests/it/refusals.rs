//! Refusals of parties, documents and values, seen as their codes.

use crate::support::{World, one_line};
use store::Db;

testkit::on_both_databases! {
    async fn of_drafts_and_their_values(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let lines = |lines: &str, more: &str| format!(r#"{{"customer_id": "{customer}", "lines": [{lines}]{more}}}"#);
        let many = vec![r#"{"name": "A", "unit_price": 1}"#; 10_001].join(",");
        let one = r#"{"name": "A", "unit_price": "10"}"#;
        for (body, code) in [
            (lines(r#"{"name": "A", "unit_price": "9223372036854775807", "quantity": 100}"#, ""), "too_large"),
            (lines(r#"{"name": "A", "unit_price": "10", "discounts": [{"amount": "0.001"}]}"#, ""), "too_precise"),
            (lines(r#"{"name": "A", "unit_price": "10", "discounts": [{"amount": "-1"}]}"#, ""), "negative"),
            (lines(r#"{"name": "A", "unit_price": "10", "discounts": [{"percent": "101"}]}"#, ""), "rate_out_of_range"),
            (lines(r#"{"name": "A", "unit_price": -10, "discounts": [{"amount": 1}]}"#, ""), "discount_too_large"),
            (lines(r#"{"name": "A", "unit_price": "-10"}"#, ""), "negative_total"),
            (lines(r#"{"name": "A", "unit_price": 1, "period": {"from_on": "2026-01-02", "until_on": "2026-01-01"}}"#, ""), "period_reversed"),
            (lines(&many, ""), "too_many_lines"),
            (lines(one, r#", "dated_on": "2026-01-02", "due_on": "2026-01-01""#), "due_before_date"),
            (lines(r#"{"unit_price": 1}"#, ""), "blank"),
            (lines(r#"{"name": "A"}"#, ""), "blank"),
            (lines(one, &format!(r#", "memo": "{}""#, "x".repeat(10_001))), "too_long"),
            (lines(one, r#", "memo": "4111 1111 1111 1111""#), "card_number"),
            (lines(one, r#", "terms": {"days": -1}"#), "invalid"),
        ] {
            world.refused("POST", "/v1/invoices", &body, 422, code).await;
        }
        for (body, pointer, code) in [
            (lines(r#"{"name": "A", "unit_price": 1, "discounts": [{}]}"#, ""), "/lines/0/discounts/0", "missing_field"),
            (lines(r#"{"name": "A", "unit_price": 1, "discounts": [{"percent": 1, "amount": 1}]}"#, ""), "/lines/0/discounts/0", "field_not_allowed"),
            (lines(r#"{"name": "A", "unit_price": 1, "line_id": "lin_5"}"#, ""), "/lines/0/line_id", "field_not_allowed"),
            (lines(r#"{"name": "A", "unit_price": 1, "proration": {"billed_days": 1, "full_days": 0}}"#, ""), "/lines/0/proration", "out_of_range"),
            (lines(r#"{"name": "A", "unit_price": 1, "is_untaxed": true, "tax_group_id": "txg_5"}"#, ""), "/lines/0/tax_group_id", "field_not_allowed"),
            (lines(one, r#", "allowances": [{"amount": 1, "tax_group_id": "txg_5"}]"#), "/allowances/0/tax_group_id", "field_not_allowed"),
            (lines(r#"{"name": "A", "unit_price": "ten"}"#, ""), "/lines/0/unit_price", "invalid_decimal"),
            (lines(r#"{"name": "A", "unit_price": "1e3", "quantity": true}"#, ""), "/lines/0/quantity", "invalid_decimal"),
            (lines(r#"{"name": "A", "price": 1}"#, ""), "/lines/0/price", "unknown_field"),
            (lines(r#"["A", 1]"#, ""), "/lines/0", "invalid_type"),
            (lines(one, r#", "dated_on": "31.01.2026""#), "/dated_on", "invalid_date"),
            (lines(one, r#", "currency": "usd""#), "/currency", "invalid_currency"),
            (lines(one, r#", "kind": "quote""#), "/kind", "invalid_word"),
            (lines(one, r#", "legal_entity_id": "cus_5""#), "/legal_entity_id", "invalid_id"),
            (lines(one, r#", "memo": 5"#), "/memo", "invalid_type"),
            (r#"{"lines": []}"#.to_owned(), "/customer_id", "missing_field"),
        ] {
            let problem = world.refused("POST", "/v1/invoices", &body, 422, code).await.json();
            assert_eq!(problem["errors"][0]["field"], pointer, "{problem}");
        }
        for (body, id) in [
            (one_line("cus_5", "1"), "customer cus_5"),
            (lines(one, r#", "legal_entity_id": "ent_5""#), "legal entity ent_5"),
            (lines(r#"{"item_id": "itm_5"}"#, ""), "item itm_5"),
            (lines(r#"{"name": "A", "unit_price": 1, "tax_group_id": "txg_5"}"#, ""), "tax group txg_5"),
            (lines(one, r#", "salesperson_id": "slp_5""#), "salesperson slp_5"),
            (lines(one, r#", "custom_fields": [{"custom_field_id": "cfd_5", "value": ""}]"#), "custom field cfd_5"),
        ] {
            let problem = world.refused("POST", "/v1/invoices", &body, 404, "not_found").await.json();
            assert_eq!(problem["detail"], format!("There is no {id}."));
        }
        let bulk = format!(r#"{{"invoices": [{}, {}]}}"#, lines(one, ""), lines("", ""));
        world.refused("POST", "/v1/invoices/bulk", &bulk, 422, "no_lines").await;
        world.refused("POST", "/v1/invoices/bulk", r#"{"invoices": []}"#, 422, "out_of_range").await;
        assert_eq!(world.get("/v1/invoices").await.expect(200)["data"], serde_json::json!([]), "a 4xx changed nothing");
    }

    async fn of_states(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let draft = format!("/v1/invoices/{}", world.draft(&customer, "10").await);
        let issued = world.issued(&customer, "10").await;
        let path = format!("/v1/invoices/{issued}");
        let body = one_line(&customer, "11");
        let correction = format!(r#"{{"invoice": {body}}}"#);
        for verb in ["mark-sent", "write-off", "void"] {
            world.refused("POST", &format!("{draft}/{verb}"), "{}", 422, "not_issued").await;
        }
        world.refused("POST", &format!("{draft}/correct"), &correction, 422, "not_issued").await;
        world.refused("PUT", &path, &body, 422, "not_draft").await;
        let told = world.send("DELETE", &path, None).await;
        assert_eq!(told.expect(422)["code"], "not_draft");
        world.refused("POST", &format!("{path}/issue"), "{}", 422, "already_issued").await;
        let unknown = correction.replace(r#"{"name""#, r#"{"line_id": "lin_5", "name""#);
        world.refused("POST", &format!("{path}/correct"), &unknown, 422, "unknown_line").await;
        let numbered = correction.replace(r#"{"customer_id""#, r#"{"number": "N-1", "customer_id""#);
        world.refused("POST", &format!("{path}/correct"), &numbered, 422, "number_fixed").await;
        world.refused("POST", &format!("{path}/cancel-write-off"), "{}", 422, "not_written_off").await;

        let payment = world.payment(&customer, "4", &[(&issued, "4")]).await;
        world.refused("POST", &format!("{path}/correct"), &correction, 422, "settled").await;
        let problem = world.refused("POST", &format!("{path}/void"), "{}", 422, "void_while_settled").await.json();
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.starts_with("4.00 USD")), "{problem}");
        world.post(&format!("/v1/payments/{payment}/unapply"), &format!(r#"{{"invoice_id": "{issued}"}}"#)).await.expect(200);

        let note = format!(r#"{{"kind": "invoice_total", "invoice_id": "{issued}", "amount": "1", "issue": true}}"#);
        let note = world.made("/v1/credit-notes", &note).await;
        world.refused("POST", &format!("{path}/correct"), &correction, 422, "credited_by_note").await;
        world.refused("POST", &format!("{path}/void"), "", 422, "credited_by_note").await;
        world.post(&format!("/v1/credit-notes/{note}/void"), "").await.expect(200);

        world.post(&format!("{path}/void"), "").await.expect(200);
        world.refused("POST", &format!("{path}/void"), "{}", 422, "already_void").await;
        world.refused("POST", &format!("{path}/issue"), "{}", 422, "already_void").await;
    }

    async fn of_legal_entities(db: Db) {
        let world = World::new(db).await;
        let body = r#"{"name": "A", "base_currency": "USD", "invoice_series": {"prefix": "{year}-", "reset": "yearly"}}"#;
        let entity = format!("/v1/legal-entities/{}", world.made("/v1/legal-entities", body).await);
        let customer = world.customer("Customer Ltd.").await;
        let issued = world.issued(&customer, "10").await;
        let path = format!("/v1/invoices/{issued}/correct");
        let later = one_line(&customer, "11").replacen('{', r#"{"dated_on": "2027-01-01", "#, 1);
        world.refused("POST", &path, &format!(r#"{{"invoice": {later}}}"#), 422, "date_leaves_series").await;
        let same = one_line(&customer, "11").replacen('{', r#"{"number": "2026-000001", "#, 1);
        let told = world.post(&path, &format!(r#"{{"invoice": {same}}}"#)).await;
        assert_eq!(told.expect(200)["number"], "2026-000001", "a correction may name the number that stays");
        world.send("PATCH", &entity, Some(r#"{"issued_policy": "locked"}"#)).await.expect(200);
        let correction = format!(r#"{{"invoice": {}}}"#, one_line(&customer, "11"));
        world.refused("POST", &path, &correction, 422, "locked").await;

        let closed = world.send("PATCH", &entity, Some(r#"{"books_closed_through": "2026-01-31"}"#)).await.expect(200);
        assert_eq!(closed["books_closed_through"], "2026-01-31");
        world.refused("PATCH", &entity, r#"{"books_closed_through": "2026-01-30"}"#, 422, "invalid").await;
        let draft = world.draft(&customer, "5").await;
        world.refused("POST", &format!("/v1/invoices/{draft}/issue"), "", 422, "books_closed").await;
        let payment = format!(r#"{{"customer_id": "{customer}", "amount": "1"}}"#);
        world.refused("POST", "/v1/payments", &payment, 422, "books_closed").await;
        world.refused("PATCH", &entity, r#"{"time_zone": "Mars/Base"}"#, 422, "invalid").await;
        world.refused("PATCH", &entity, r#"{"base_currency": "EUR"}"#, 422, "unknown_field").await;
        world.refused("PATCH", &entity, r#"{"name": null}"#, 422, "invalid_type").await;
    }

    async fn of_parties_and_the_catalogue(db: Db) {
        let world = World::open(db).await;
        let above = world.made("/v1/customers", r#"{"display_name": "Above", "external_key": "k"}"#).await;
        let below = format!(r#"{{"display_name": "Below", "parent_id": "{above}"}}"#);
        let below = world.made("/v1/customers", &below).await;
        world.refused("POST", "/v1/customers", r#"{"display_name": "B", "external_key": "k"}"#, 409, "duplicate").await;
        let path = format!("/v1/customers/{above}");
        world.refused("PATCH", &path, &format!(r#"{{"parent_id": "{below}"}}"#), 422, "parent_is_descendant").await;
        world.refused("POST", "/v1/customers", r#"{"display_name": " "}"#, 422, "blank").await;
        world.refused("POST", "/v1/customers", r#"{"display_name": "A", "email": "x"}"#, 422, "invalid").await;
        world.refused("POST", &format!("{path}/contacts"), "{}", 422, "blank").await;

        let item = world.made("/v1/items", r#"{"name": "I", "code": "c", "unit_price": 1, "currency": "EUR"}"#).await;
        world.refused("POST", "/v1/items", r#"{"name": "J", "code": "c"}"#, 409, "duplicate").await;
        for body in [r#"{"name": "J", "unit_price": 1}"#, r#"{"name": "J", "currency": "USD"}"#] {
            world.refused("POST", "/v1/items", body, 422, "missing_field").await;
        }
        let line = |line: &str| format!(r#"{{"customer_id": "{above}", "lines": [{line}]}}"#);
        let of_item = line(&format!(r#"{{"item_id": "{item}"}}"#));
        world.refused("POST", "/v1/invoices", &of_item, 422, "currency_mismatch").await;
        let used = line(&format!(r#"{{"item_id": "{item}", "unit_price": 1}}"#));
        let draft = world.made("/v1/invoices", &used).await;
        assert_eq!(world.send("DELETE", &format!("/v1/items/{item}"), None).await.expect(422)["code"], "in_use");
        assert_eq!(world.send("DELETE", &path, None).await.expect(422)["code"], "customer_in_use");
        world.send("PATCH", &format!("/v1/items/{item}"), Some(r#"{"is_active": false}"#)).await.expect(200);
        world.refused("POST", "/v1/invoices", &used, 422, "item_inactive").await;
        world.send("DELETE", &format!("/v1/invoices/{draft}"), None).await.expect(204);
        world.send("PATCH", &path, Some(r#"{"is_active": false}"#)).await.expect(200);
        world.refused("POST", "/v1/invoices", &one_line(&above, "1"), 422, "customer_inactive").await;

        let rate = world.made("/v1/tax-rates", r#"{"name": "Tiny", "percent": "0.0000000001"}"#).await;
        for (body, code) in [
            (r#"{"name": "A", "percent": "101"}"#, "rate_out_of_range"),
            (r#"{"name": "A", "percent": "-1"}"#, "rate_out_of_range"),
            (r#"{"name": "A", "percent": "0.00000000001"}"#, "invalid"),
        ] {
            world.refused("POST", "/v1/tax-rates", body, 422, code).await;
        }
        let chain = format!(r#"{{"tax_rate_id": "{rate}", "is_compound": true}}"#);
        let group = |category: &str, rates: &str| format!(r#"{{"name": "G", "category": "{category}", "rates": [{rates}]}}"#);
        world.refused("POST", "/v1/tax-groups", &group("standard", &format!("{chain}, {chain}")), 422, "tax_rate_too_precise").await;
        world.refused("POST", "/v1/tax-groups", &group("exempt", &chain), 422, "invalid").await;
        world.refused("POST", "/v1/tax-groups", &group("standard", r#"{"tax_rate_id": "txr_5"}"#), 404, "not_found").await;
        let retired = world.made("/v1/tax-groups", &group("standard", &chain)).await;
        world.post(&format!("/v1/tax-groups/{retired}/retire"), "").await.expect(204);
        let taxed = one_line(&below, "1").replace(r#"{"name""#, &format!(r#"{{"tax_group_id": "{retired}", "name""#));
        world.refused("POST", "/v1/invoices", &taxed, 422, "tax_group_inactive").await;

        world.made("/v1/custom-fields", r#"{"object_kind": "item", "index": 1, "label": "A"}"#).await;
        for (body, status, code) in [
            (r#"{"object_kind": "item", "index": 1, "label": "B"}"#, 409, "duplicate"),
            (r#"{"object_kind": "planet", "index": 2, "label": "B"}"#, 422, "invalid"),
            (r#"{"object_kind": "item", "index": 100, "label": "B"}"#, 422, "invalid"),
            (r#"{"object_kind": "item", "index": 2.5, "label": "B"}"#, 422, "invalid_type"),
            (r#"{"object_kind": "item", "index": 2, "label": "B", "max_length": 0}"#, 422, "out_of_range"),
        ] {
            world.refused("POST", "/v1/custom-fields", body, status, code).await;
        }
        let numbered = one_line(&below, "1").replacen('{', r#"{"number": "N-1", "#, 1);
        world.made("/v1/invoices", &numbered).await;
        world.refused("POST", "/v1/invoices", &numbered, 409, "number_taken").await;
    }
}

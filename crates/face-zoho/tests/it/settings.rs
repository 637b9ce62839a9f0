//! The seller's lists and its custom fields, by HTTP.

use billing::parties::seller::{CreateCancellationReason, UpdateCancellationReason};
use billing::parties::tax_lists::{CreateTaxAuthority, CreateTaxExemption, UpdateTaxAuthority};
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate, SetTaxActive};
use billing::parties::tenants::SetSetting;
use domain::id::TaxGroupId;
use domain::money::{Decimal, Rate};
use domain::seller::ExemptionKind;
use domain::tax::TaxCategory;
use serde_json::{Value, json};
use testkit::TestDb;

use crate::customers::Client;
use crate::house::zoho_id;

const FIELDS: &str = "/api/v1/settings/preferences/customfields";

impl Client {
    async fn rate(&self, name: &str, percent: &str, authority: &str) -> domain::id::TaxRateId {
        let rate = Rate::from_percent(Decimal::parse(percent).expect("a decimal")).expect("a rate");
        self.does(CreateTaxRate { name: name.to_owned(), rate, authority: authority.to_owned() }).await.id
    }
}

testkit::on_both_databases! {
    async fn taxes_and_who_collects_them(db: TestDb) {
        let client = Client::of(db).await;
        assert_eq!(client.get("/billing/v1/settings/taxes").await["taxes"], json!([]));
        let gst = client.tax("GST", "5", "CRA").await;
        let (five, qst) = (client.rate("GST", "5", "CRA").await, client.rate("QST", "9.975", "Revenu Québec").await);
        let category = TaxCategory::Standard;
        let both = CreateTaxGroup { name: "GST + QST".to_owned(), category, rates: vec![(five, false), (qst, false)], exemption: None };
        let both = client.does(both).await.id;
        let gone = CreateTaxGroup { name: "Old".to_owned(), category, rates: vec![(five, false)], exemption: None };
        let gone: TaxGroupId = client.does(gone).await.id;
        client.does(SetTaxActive::Group(gone, false)).await;

        let authorities = client.get("/subscriptions/v1/settings/taxauthorities").await["tax_authorities"].clone();
        let names: Vec<&Value> = authorities.as_array().expect("a list").iter().map(|one| &one["tax_authority_name"]).collect();
        assert_eq!(names, ["CRA", "Revenu Québec"], "each is there once, made by the first rate that names it");
        let cra = authorities[0]["tax_authority_id"].clone();
        let taxes = client.get("/subscriptions/v1/settings/taxes").await["taxes"].clone();
        assert_eq!(taxes, json!([
            {"is_default_tax": false, "is_editable": false, "tax_authority_id": cra, "tax_authority_name": "CRA",
                "tax_id": gst, "tax_name": "GST", "tax_percentage": 5, "tax_type": "tax"},
            {"is_default_tax": false, "is_editable": false, "tax_authority_id": "", "tax_authority_name": "",
                "tax_id": zoho_id(both.0), "tax_name": "GST + QST", "tax_percentage": 14.975, "tax_type": "tax_group"},
        ]));
        let today = client.get("/billing/v1/settings/taxes").await["taxes"][1].clone();
        assert_eq!((&today["tax_percentage"], &today["is_editable"]), (&json!("14.975"), &json!("false")));

        let authority = domain::id::TaxAuthorityId(
            face_zoho::wire::unspell(cra.as_str().expect("an id")).expect("an id of ours"));
        let rename = UpdateTaxAuthority { authority, name: Some("Revenue".to_owned()), description: Some("Canada".to_owned()) };
        client.does(rename).await;
        let taxes = client.get("/billing/v1/settings/taxes").await["taxes"][0].clone();
        assert_eq!((&taxes["tax_authority_id"], &taxes["tax_authority_name"]), (&cra, &json!("Revenue")));
        let twice = CreateTaxAuthority { name: "Revenue".to_owned(), description: String::new() };
        assert!(client.house.billing.perform(&client.staff(), twice).await.is_err());

        // What a customer is taxed by is what lines without a tax of their own get.
        let body = json!({"display_name": "Taxed", "email": "a@b.example", "tax_id": gst});
        let made = client.send("POST", "/billing/v1/customers", &body).await;
        let id = Client::told(&made, 201, "The customer has been created")["customer"]["customer_id"].clone();
        let customer = domain::id::CustomerId(face_zoho::wire::unspell(id.as_str().expect("an id")).expect("an id of ours"));
        let day = jiff::civil::date(2016, 6, 20);
        let invoice = client.house.issued(customer, "100", day, day).await;
        let owed = client.get(&format!("/billing/v1/customers/{}", id.as_str().expect("an id"))).await;
        assert_eq!(owed["customer"]["outstanding"], json!(105), "{invoice}");
    }

    async fn reasons_to_charge_no_tax_and_to_cancel(db: TestDb) {
        let client = Client::of(db).await;
        for (code, reason, kind) in [
            ("NGO", "Non-Profit Organization", ExemptionKind::Customer),
            ("FOOD", "Basic food", ExemptionKind::Item),
        ] {
            client.does(CreateTaxExemption { code: code.to_owned(), reason: reason.to_owned(), kind }).await;
        }
        let list = client.get("/billing/v1/settings/taxexemptions").await["tax_exemptions"].clone();
        let rows: Vec<Value> = list.as_array().expect("a list").iter()
            .map(|row| json!([row["description"], row["tax_exemption_code"], row["type"]]))
            .collect();
        assert_eq!(rows, [json!(["Basic food", "FOOD", "item"]), json!(["Non-Profit Organization", "NGO", "customer"])]);

        let path = "/subscriptions/v1/settings/preferences/churnmessages";
        let none = json!({"is_advanced_version": false, "is_reason_mandatory": false, "churn_messages": []});
        assert_eq!(client.get(path).await["churn_messages_settings"], none);
        let first = CreateCancellationReason { label: "Too dear".to_owned(), position: None };
        let first = client.does(first).await;
        client.does(CreateCancellationReason { label: "Moving".to_owned(), position: None }).await;
        client.does(UpdateCancellationReason { reason: first.id, label: None, position: Some(5) }).await;
        let setting = SetSetting { name: "cancellation_reason_mandatory".to_owned(), value: "true".to_owned() };
        client.does(setting).await;
        let told = client.get(path).await["churn_messages_settings"].clone();
        assert_eq!((&told["is_advanced_version"], &told["is_reason_mandatory"]), (&json!(true), &json!(true)));
        let rows: Vec<Value> = told["churn_messages"].as_array().expect("a list").iter()
            .map(|row| json!([row["label"], row["index"]]))
            .collect();
        assert_eq!(rows, [json!(["Moving", 1]), json!(["Too dear", 5])]);
        assert_eq!(told["churn_messages"][1]["churn_message_id"], json!(zoho_id(first.id.0)));
    }

    /// As a published client of Zoho's platform does it.
    async fn custom_fields_are_defined_and_deleted(db: TestDb) {
        let client = Client::of(db).await;
        let said = json!({"entity": "item", "show_on_pdf": false, "label": "text-field-test", "data_type": "string",
            "is_basecurrency_amount": true, "is_mandatory": true, "pii_type": "non_pii"});
        let reply = client.send("POST", FIELDS, &said).await;
        let made = Client::told(&reply, 201, "The custom field has been created.")["custom_field"].clone();
        let id = made["customfield_id"].as_str().expect("an id").to_owned();
        for key in ["entity", "show_on_pdf", "label", "data_type", "is_mandatory", "pii_type"] {
            assert_eq!(made[key], said[key], "{key}");
        }
        assert_eq!((&made["index"], &made["max_length"]), (&json!(1), &json!(2_000)));
        assert_eq!(client.get(FIELDS).await["custom_fields"], json!([made]));
        assert_eq!(client.get(&format!("{FIELDS}?entity=item")).await["customfields"], json!([made]));
        assert_eq!(client.get(&format!("{FIELDS}?entity=contact")).await["customfields"], json!([]));

        let change = json!({"label": "renamed", "is_mandatory": false, "help_text": "Ask", "placeholder": "...",
            "max_length": 5, "show_in_store": true, "edit_on_store": true, "show_in_hp": true,
            "is_mandatory_in_hp": true, "show_in_all_pdf": true, "pii_type": "pii", "is_active": false});
        let reply = client.send("PUT", &format!("{FIELDS}/{id}"), &change).await;
        let changed = Client::told(&reply, 200, "The custom field has been updated.")["custom_field"].clone();
        for (key, value) in change.as_object().expect("fields") {
            assert_eq!(changed[key], *value, "{key}");
        }
        let reply = client.send("DELETE", &format!("{FIELDS}/{id}"), &Value::Null).await;
        Client::told(&reply, 200, "Custom Field has been deleted.");
        assert_eq!(client.refused("DELETE", &format!("{FIELDS}/{id}"), Value::Null, 404).await,
            (1002, "Custom field does not exist.".to_owned()));
    }

    async fn values_are_what_their_definitions_say(db: TestDb) {
        let client = Client::of(db).await;
        let body = json!({"display_name": "Acme", "email": "a@b.example"});
        let made = client.send("POST", "/api/v1/customers", &body).await;
        let id = Client::told(&made, 201, "The customer has been created")["customer"]["customer_id"].clone();
        let path = format!("/api/v1/customers/{}", id.as_str().expect("an id"));
        let mut fields = Vec::new();
        for (data_type, good, bad) in [
            ("string", json!("anything"), json!("far too long")),
            ("number", json!(-12), json!("1.5")),
            ("decimal", json!(12.5), json!("1,5")),
            ("amount", json!("99.95"), json!("dear")),
            ("percent", json!("12.5"), json!("12.5%")),
            ("date", json!("2016-02-29"), json!("2015-02-29")),
            ("date_time", json!("2016-02-29T10:30"), json!("2016-02-29")),
            ("check_box", json!(true), json!("yes")),
            ("dropdown", json!("red"), json!("blue")),
            ("multiselect", json!(["red", "green"]), json!(["red", "red"])),
            ("url", json!("https://a.example"), json!("a.example")),
            ("email", json!("a@b.example"), json!("a.example")),
            ("phone", json!("+1 (555) 12"), json!("call me")),
        ] {
            let choices = if ["dropdown", "multiselect"].contains(&data_type) { json!([{"name": "red", "order": 1}, "green"]) } else { json!([]) };
            let max_length = if data_type == "string" { 8 } else { 100 };
            let field = json!({"entity": "contact", "label": data_type, "data_type": data_type, "values": choices, "max_length": max_length});
            let reply = client.send("POST", FIELDS, &field).await;
            let made = Client::told(&reply, 201, "The custom field has been created.")["custom_field"].clone();
            assert_eq!((&made["entity"], &made["data_type"]), (&json!("customer"), &json!(data_type)));
            let refused = json!({"custom_fields": [{"label": data_type, "value": bad}]});
            let (code, message) = client.refused("PUT", &path, refused, 400).await;
            assert!(code == 4512 && message.starts_with(&format!("The value of {data_type} must be ")), "{message}");
            let by_id = json!({"custom_fields": [{"customfield_id": made["customfield_id"], "value": good}]});
            Client::told(&client.send("PUT", &path, &by_id).await, 200, "The customer details have been updated.");
            let stored = match &good {
                Value::Array(list) => Value::from(list.iter().map(|one| one.as_str().expect("a text")).collect::<Vec<_>>().join(",")),
                Value::String(text) => json!(text),
                other => json!(other.to_string()),
            };
            fields.push((made["customfield_id"].clone(), stored));
        }
        let values = client.get(&path).await["customer"]["custom_fields"].clone();
        let values: Vec<(Value, Value)> = values.as_array().expect("values").iter()
            .map(|field| (field["customfield_id"].clone(), field["value"].clone()))
            .collect();
        assert_eq!(values, fields);

        // One that has values stays, and an inactive one takes no more.
        let one = format!("{FIELDS}/{}", fields[0].0.as_str().expect("an id"));
        assert_eq!(client.refused("DELETE", &one, Value::Null, 400).await, (4506, "The custom field is in use.".to_owned()));
        Client::told(&client.send("PUT", &one, &json!({"is_active": false})).await, 200, "The custom field has been updated.");
        let again = json!({"custom_fields": [{"label": "string", "value": "x"}]});
        assert_eq!(client.refused("PUT", &path, again, 400).await, (2, "Invalid value passed for custom_fields: string".to_owned()));

        for (body, code, message) in [
            (json!({"label": "a", "data_type": "string"}), 2, "Invalid value passed for entity"),
            (json!({"entity": "boat", "label": "a", "data_type": "string"}), 2, "Invalid value passed for entity"),
            (json!({"entity": "item", "data_type": "string"}), 2, "Invalid value passed for label"),
            (json!({"entity": "item", "label": "a", "data_type": "lookup"}), 2, "Invalid value passed for data_type"),
            (json!({"entity": "item", "label": "a", "data_type": "dropdown"}), 2, "Invalid value passed for choices"),
            (json!({"entity": "item", "label": "a", "data_type": "string", "index": 100}), 2, "Invalid value passed for index"),
            (json!({"entity": "item", "label": "a", "data_type": "string", "max_length": 10_001}), 2, "Invalid value passed for max_length"),
            (json!({"entity": "item", "label": "a", "data_type": "string", "pii_type": "x"}), 2, "Invalid value passed for pii_type"),
            (json!({"entity": "customer", "label": "number", "data_type": "string"}), 4508, "The custom field already exists."),
            (json!({"entity": "customer", "label": "other", "data_type": "string", "index": 2}), 4508, "The custom field already exists."),
        ] {
            assert_eq!(client.refused("POST", FIELDS, body.clone(), 400).await, (code, message.to_owned()), "{body}");
        }
    }
}

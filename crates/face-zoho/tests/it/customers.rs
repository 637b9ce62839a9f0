//! Customers, their contact persons and what passed between them and the seller, by HTTP.

use billing::Caller;
use billing::custom_fields::{DefineCustomField, FieldChanges};
use billing::parties::seller::CreateTerms;
use billing::parties::tax_lists::CreateTaxExemption;
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate};
use billing::query::CustomerRef;
use domain::custom_field::FieldType;
use domain::id::CustomerId;
use domain::money::{Decimal, Rate};
use domain::seller::ExemptionKind;
use domain::tax::TaxCategory;
use serde_json::{Value, json};
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, BOWMAN, EVERYTHING, House, zoho_id};

/// A house with a token that may do everything.
pub struct Client {
    pub house: House,
    pub token: String,
}

impl Client {
    pub async fn of(db: TestDb) -> Self {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        Self { house, token }
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.send_with(method, path, body, &[]).await
    }

    pub async fn send_with(&self, method: &str, path: &str, body: &Value, more: &[(&str, &str)]) -> Reply {
        let authorization = format!("Zoho-oauthtoken {}", self.token);
        let mut headers = vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        headers.extend(more);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.house.ask(method, path, &headers, &body).await
    }

    /// The answer of a request that succeeds with this status and message.
    #[track_caller]
    pub fn told(reply: &Reply, status: u16, message: &str) -> Value {
        let value = reply.value();
        assert_eq!(
            (reply.status, &value["code"], &value["message"]),
            (status, &json!(0), &json!(message)),
            "{reply:?}"
        );
        value
    }

    pub async fn get(&self, path: &str) -> Value {
        Self::told(&self.send("GET", path, &Value::Null).await, 200, "success")
    }

    /// The code and message of a request that is refused with this status.
    pub async fn refused(&self, method: &str, path: &str, body: Value, status: u16) -> (i64, String) {
        let reply = self.send(method, path, &body).await;
        assert_eq!(reply.status, status, "{reply:?}");
        let value = reply.value();
        (value["code"].as_i64().expect("a code"), value["message"].as_str().expect("a message").to_owned())
    }

    pub fn staff(&self) -> Caller {
        Caller::system(self.house.tenant)
    }

    pub async fn does<V: billing::Verb>(&self, verb: V) -> V::Outcome {
        self.house.billing.perform(&self.staff(), verb).await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn define(&self, label: &str, data_type: FieldType, is_mandatory: bool) {
        let changes = FieldChanges { is_mandatory: Some(is_mandatory), ..FieldChanges::default() };
        let object_kind = "customer".to_owned();
        self.does(DefineCustomField { object_kind, index: None, data_type, label: label.to_owned(), changes }).await;
    }

    /// A tax of this percentage, as Zoho's clients name it.
    pub async fn tax(&self, name: &str, percent: &str, authority: &str) -> String {
        let rate = Rate::from_percent(Decimal::parse(percent).expect("a decimal")).expect("a rate");
        let rate = CreateTaxRate { name: name.to_owned(), rate, authority: authority.to_owned() };
        let rate = self.does(rate).await.id;
        let category = TaxCategory::Standard;
        let group = CreateTaxGroup { name: name.to_owned(), category, rates: vec![(rate, false)], exemption: None };
        zoho_id(self.does(group).await.id.0)
    }

    async fn made(&self, body: Value) -> String {
        let reply = self.send("POST", "/billing/v1/customers", &body).await;
        let made = Self::told(&reply, 201, "The customer has been created");
        made["customer"]["customer_id"].as_str().expect("an id").to_owned()
    }

    /// The names of a list of customers, in order.
    async fn listed(&self, query: &str) -> Vec<String> {
        let list = self.get(&format!("/subscriptions/v1/customers?{query}")).await;
        let rows = list["customers"].as_array().expect("a list").clone();
        rows.iter().map(|row| row["display_name"].as_str().expect("a name").to_owned()).collect()
    }
}

fn id_of(text: &str) -> CustomerId {
    CustomerId(face_zoho::wire::unspell(text).expect("an id of ours"))
}

testkit::on_both_databases! {
    /// Every field that Zoho's OpenAPI lets a client say is stored and given back.
    async fn a_customer_is_given_back_whole(db: TestDb) {
        let client = Client::of(db).await;
        client.define("Segment", FieldType::Text, false).await;
        client.define("Seats", FieldType::Number, true).await;
        let tax = client.tax("GST", "10", "ATO").await;
        let exemption = CreateTaxExemption {
            code: "GST FREE".to_owned(),
            reason: "Non-Profit Organization".to_owned(),
            kind: ExemptionKind::Customer,
        };
        let exemption = zoho_id(client.does(exemption).await.id.0);
        client.does(CreateTerms { name: "Two weeks".to_owned(), days: 14 }).await;
        let address = |city: &str, zip: Value| json!({
            "attention": "Benjamin George", "street": "Harrington Bay Street\nBlock 3", "city": city, "state": "Utah",
            "state_code": "UT", "zip": zip, "country": "U.S.A", "fax": 4527389, "phone": "23467278",
        });
        let said = json!({
            "display_name": "Bowman & Sons", "salutation": "Mr.", "first_name": "Benjamin", "last_name": "George",
            "email": "benjamin.george@bowman.example", "tags": [{"tag_id": 460_000_000_054_182_i64, "tag_option_id": 7}],
            "company_name": "Bowman Furniture", "phone": 23_467_278, "mobile": "938237475", "fax": "99",
            "department": "Marketing", "designation": "Evangelist", "website": "www.bowman.example",
            "billing_address": address("Salt Lake City", json!(92_612)),
            "shipping_address": address("Provo", json!("01234")),
            "payment_terms": 14, "currency_code": "EUR", "ach_supported": true, "twitter": "BowmanT",
            "facebook": "BowmanF", "skype": "Bowman S", "notes": "A short note", "is_portal_enabled": true,
            "gst_no": "33AAAAA0000A1Z5", "gst_treatment": "business_gst", "place_of_contact": "TN",
            "vat_treatment": "overseas", "vat_reg_no": "51423456782", "tax_reg_no": "XAXX010101000",
            "tds_tax_id": "982000000557012", "tax_treatment": "home_country_mexico",
            "tax_regime": "general_legal_person", "is_tds_registered": true, "is_taxable": true, "tax_id": tax,
            "tax_authority_name": "ATO", "language_code": "pt-BR", "zcrm_account_id": "903000800069001",
            "default_templates": {"invoice_template_id": "90300000311340"},
            "custom_fields": [{"label": "Seats", "value": 12}, {"index": 1, "value": "enterprise"}],
            "unheard_of": {"a": [1]},
        });
        let reply = client.send("POST", "/subscriptions/v1/customers", &said).await;
        let made = Client::told(&reply, 201, "The customer has been created")["customer"].clone();
        let id = made["customer_id"].as_str().expect("an id").to_owned();
        for key in [
            "display_name", "salutation", "first_name", "last_name", "email", "company_name", "mobile", "fax",
            "department", "designation", "website", "currency_code", "ach_supported", "twitter", "facebook", "skype",
            "notes", "is_portal_enabled", "gst_no", "gst_treatment", "place_of_contact", "vat_treatment", "vat_reg_no",
            "tax_reg_no", "tds_tax_id", "tax_treatment", "tax_regime", "is_tds_registered", "is_taxable", "tax_id",
            "tax_authority_name", "language_code", "zcrm_account_id", "payment_terms",
        ] {
            assert_eq!(made[key], said[key], "{key}");
        }
        assert_eq!(made["phone"], json!("23467278"));
        assert_eq!(made["payment_terms_label"], json!("Two weeks"));
        assert_eq!(made["default_templates"], json!({"invoice_template_id": "", "creditnote_template_id": ""}));
        assert_eq!(
            made["tags"],
            json!([{"tag_option_id": 7, "is_tag_mandatory": false, "tag_name": "", "tag_id": 460_000_000_054_182_i64,
                "tag_option_name": ""}])
        );
        let mut billing = said["billing_address"].clone();
        billing["street2"] = json!("Block 3");
        assert_eq!(made["billing_address"], billing);
        assert_eq!(made["shipping_address"]["zip"], json!("01234"));
        let fields: Vec<Value> = made["custom_fields"].as_array().expect("fields").iter()
            .map(|field| json!([field["index"], field["label"], field["value"], field["data_type"]]))
            .collect();
        assert_eq!(fields, [json!([1, "Segment", "enterprise", "text"]), json!([2, "Seats", "12", "number"])]);
        assert_eq!((&made["status"], &made["price_precision"], &made["is_linked_with_zohocrm"]),
            (&json!("active"), &json!(2), &json!(true)));
        assert_eq!((&made["outstanding"], &made["unused_credits"]), (&json!(0), &json!(0)));
        assert_eq!(made["created_time"], json!("2016-06-20T12:00:00-0700"));
        assert_ne!(made["primary_contactperson_id"], json!(""));

        // Read, it is the same; today's documentation declares digits as strings.
        assert_eq!(client.get(&format!("/api/v1/customers/{id}")).await["customer"], made);
        let today = client.get(&format!("/billing/v1/customers/{id}")).await["customer"].clone();
        assert_eq!((&today["billing_address"]["zip"], &today["is_taxable"]), (&json!("92612"), &json!("true")));
        for kind in ["", "?reference_id_type=zcrm_account_id"] {
            let found = client.get(&format!("/api/v1/customers/reference/903000800069001{kind}")).await;
            assert_eq!(found["customer"], made);
        }
        let missing = client.refused("GET",
            "/api/v1/customers/reference/903000800069001?reference_id_type=zcrm_contact_id", Value::Null, 404).await;
        assert_eq!(missing, (1002, "Customer does not exist.".to_owned()));

        // What documents print of it.
        let view = client.house.billing.customer(&client.staff(), &CustomerRef::Id(id_of(&id))).await.expect("a customer");
        let customer = &view.value.customer;
        assert_eq!(customer.tax_ids, ["51423456782", "33AAAAA0000A1Z5", "XAXX010101000"]);
        assert_eq!((customer.bill_to.line1.as_str(), customer.bill_to.line2.as_str()), ("Harrington Bay Street", "Block 3"));

        // A part of it is changed; all else stays.
        let change = json!({
            "first_name": "Ben", "email": "ben@bowman.example", "billing_address": {"city": "Ogden"}, "skype": "",
            "vat_reg_no": "99", "tax_id": "", "is_taxable": "false", "tax_exemption_id": exemption,
            "custom_fields": [{"label": "Segment", "value": ""}], "payment_terms_label": "Sixty days",
            "payment_terms": 60, "tags": [],
        });
        let reply = client.send("PUT", &format!("/subscriptions/v1/customers/{id}"), &change).await;
        let changed = Client::told(&reply, 200, "The customer details have been updated.")["customer"].clone();
        let mut expected = made.clone();
        for (key, value) in [
            ("first_name", json!("Ben")), ("email", json!("ben@bowman.example")), ("skype", json!("")),
            ("vat_reg_no", json!("99")), ("tax_id", json!("")), ("is_taxable", json!(false)),
            ("tax_exemption_id", json!(exemption)), ("tax_exemption_code", json!("GST FREE")),
            ("payment_terms", json!(60)), ("payment_terms_label", json!("Sixty days")), ("tags", json!([])),
        ] {
            expected[key] = value;
        }
        expected["billing_address"]["city"] = json!("Ogden");
        expected["custom_fields"] = json!([made["custom_fields"][1]]);
        expected["updated_time"] = changed["updated_time"].clone();
        assert_eq!(changed, expected);
        let view = client.house.billing.customer(&client.staff(), &CustomerRef::Id(id_of(&id))).await.expect("a customer");
        assert_eq!(view.value.customer.tax_ids, ["99", "33AAAAA0000A1Z5", "XAXX010101000"]);
        let listed = client.get(&format!("/billing/v1/customers/{id}/contactpersons")).await;
        assert_eq!(listed["contact_persons"][0]["email"], json!("ben@bowman.example"));
    }

    async fn what_makes_no_sense_changes_nothing(db: TestDb) {
        let client = Client::of(db).await;
        client.define("Seats", FieldType::Number, true).await;
        let item_only = CreateTaxExemption { code: "ITEM".to_owned(), reason: String::new(), kind: ExemptionKind::Item };
        client.does(item_only).await;
        let before = client.listed("").await;
        let seats = json!([{"label": "Seats", "value": 1}]);
        let with = |field: &str, value: Value| {
            let mut body = json!({"display_name": "A", "email": "a@b.example", "custom_fields": seats});
            body[field] = value;
            body
        };
        for (body, status, code, message) in [
            (json!({"email": "a@b.example"}), 400, 2, "Invalid value passed for display_name"),
            (json!({"display_name": " ", "email": "a@b.example"}), 400, 2, "Invalid value passed for display_name"),
            (json!({"display_name": "A"}), 400, 2, "Invalid value passed for email"),
            (json!({"field1": "value1", "field2": "value2"}), 400, 2, "Invalid value passed for display_name"),
            (with("email", json!("nobody")), 400, 2, "Invalid value passed for email"),
            (with("display_name", json!({})), 400, 2, "Invalid value passed for display_name"),
            (with("currency_code", json!("XXY")), 400, 2, "Invalid value passed for currency_code"),
            (with("payment_terms", json!(-1)), 400, 2, "Invalid value passed for payment_terms"),
            (with("payment_terms", json!(1.5)), 400, 2, "Invalid value passed for payment_terms"),
            (with("payment_terms_label", json!("Unheard")), 400, 2, "Invalid value passed for payment_terms_label"),
            (with("gst_treatment", json!("lenient")), 400, 2, "Invalid value passed for gst_treatment"),
            (with("vat_reg_no", json!("1")), 400, 2, "Invalid value passed for vat_reg_no"),
            (with("ach_supported", json!("perhaps")), 400, 2, "Invalid value passed for ach_supported"),
            (with("tags", json!([{"tag_id": 1}])), 400, 2, "Invalid value passed for tag_option_id"),
            (with("is_taxable", json!(false)), 400, 2, "Invalid value passed for tax_exemption_id"),
            (with("tax_exemption_code", json!("NONE")), 400, 2, "Invalid value passed for tax_exemption_code"),
            (with("tax_exemption_code", json!("ITEM")), 400, 2, "Invalid value passed for tax_exemption_code"),
            (with("tax_id", json!("903000002345")), 400, 2, "Invalid value passed for tax_id"),
            (with("tax_id", json!("x")), 400, 2, "Invalid value passed for tax_id"),
            (with("tax_authority_name", json!("Nobody")), 400, 2, "Invalid value passed for tax_authority_name"),
            (with("language_code", json!("english!")), 400, 2, "Invalid value passed for language_code"),
            (with("skype", json!("x".repeat(101))), 400, 15, "Please ensure that the skype has less than 100 characters."),
            (with("notes", json!("4111 1111 1111 1111")), 400, 4507, "Card numbers are not accepted: notes."),
            (with("custom_fields", json!([])), 400, 4511, "Seats cannot be blank."),
            (with("custom_fields", json!([{"label": "Seats", "value": ""}])), 400, 4511, "Seats cannot be blank."),
            (with("custom_fields", json!([{"label": "Seats", "value": "many"}])), 400, 4512,
                "The value of Seats must be a whole number."),
            (with("custom_fields", json!([{"label": "Chairs", "value": "1"}])), 400, 2, "Invalid value passed for custom_fields: Chairs"),
            (with("custom_fields", json!([{"value": "1"}])), 400, 2, "Invalid value passed for label"),
            (with("custom_fields", json!([seats[0], {"index": 1, "value": 2}])), 400, 4508, "The custom field already exists."),
        ] {
            let told = client.refused("POST", "/billing/v1/customers", body.clone(), status).await;
            assert_eq!(told, (code, message.to_owned()), "{body}");
        }
        let reply = client.send("POST", "/billing/v1/customers", &Value::Null).await;
        assert_eq!(reply.status, 400, "{reply:?}");
        assert_eq!(client.listed("").await, before);

        let euros = json!({"currency_code": "EUR"});
        let told = client.refused("PUT", &format!("/billing/v1/customers/{BOWMAN}"), euros, 400).await;
        assert_eq!(told, (4201, "The currency is EUR, not USD.".to_owned()));
        let nobody = client.refused("PUT", "/billing/v1/customers/903000000000000", json!({}), 404).await;
        assert_eq!(nobody, (1002, "Customer does not exist.".to_owned()));
    }

    async fn lists_are_filtered_sorted_and_paged(db: TestDb) {
        let client = Client::of(db).await;
        let body = |name: &str, more: Value| {
            let mut body = json!({"display_name": name, "email": "x@y.example"});
            for (key, value) in more.as_object().expect("fields") {
                body[key] = value.clone();
            }
            body
        };
        client.made(body("Zebra", json!({"first_name": "Ada", "last_name": "Quine", "is_portal_enabled": true}))).await;
        let yak = client.made(body("Yak", json!({"first_name": "Kurt", "zcrm_contact_id": "7", "currency_code": "EUR"}))).await;
        let reply = client.send("POST", &format!("/billing/v1/customers/{yak}/markasinactive"), &Value::Null).await;
        Client::told(&reply, 200, "The customer has been marked as inactive.");

        assert_eq!(client.listed("sort_column=display_name&sort_order=A").await,
            ["Bowman Branch", "Bowman Furniture", "Yak", "Zebra", "Östra 100% Shop"]);
        assert_eq!(client.listed("filter_by=Status.Inactive").await, ["Yak"]);
        assert_eq!(client.listed("filter_by=CustomerStatus.Active&display_name_startswith=Z").await, ["Zebra"]);
        assert_eq!(client.listed("filter_by=Status.PortalEnabled").await, ["Zebra"]);
        assert_eq!(client.listed("filter_by=Status.PortalDisabled&currency_code=EUR").await, ["Yak"]);
        assert_eq!(client.listed("filter_by=Status.Crm").await, ["Yak"]);
        assert_eq!(client.listed("filter_by=Status.Gapps").await, Vec::<String>::new());
        assert_eq!(client.listed("search_text=100%25").await, ["Östra 100% Shop"]);
        assert_eq!(client.listed("search_text=quine").await, ["Zebra"]);
        assert_eq!(client.listed("first_name=Kurt").await, ["Yak"]);
        assert_eq!(client.listed("sort_column=outstanding&per_page=1").await, ["Bowman Furniture"]);
        assert_eq!(client.listed("sort_column=first_name&per_page=2").await, ["Yak", "Zebra"]);

        let page = client.get("/billing/v1/customers?sort_column=display_name&sort_order=A&per_page=2&page=2").await;
        let names: Vec<&Value> = page["customers"].as_array().expect("rows").iter().map(|row| &row["display_name"]).collect();
        assert_eq!(names, ["Yak", "Zebra"]);
        let context = json!({"page": 2, "per_page": 2, "has_more_page": true, "report_name": "Customers",
            "applied_filter": "Status.All", "sort_column": "display_name", "sort_order": "A"});
        assert_eq!(page["page_context"], context);
        let row = &page["customers"][1];
        assert_eq!((&row["first_name"], &row["last_name"], &row["status"]), (&json!("Ada"), &json!("Quine"), &json!("active")));

        // What Bowman owes: overdue 100, partly paid 50.25, sent 55. What an application detached is left over.
        let bowman = client.get("/billing/v1/customers?display_name=Bowman%20Furniture").await["customers"][0].clone();
        assert_eq!((&bowman["customer_id"], &bowman["outstanding"]), (&json!(BOWMAN), &json!(205.25)));

        // A customer's own token sees itself and what is below it.
        let own = client.house.token(&[EVERYTHING], Some(client.house.bowman)).await;
        let reply = client.house.get(&own, "/billing/v1/customers?sort_column=display_name&sort_order=A").await;
        let names: Vec<Value> = reply.value()["customers"].as_array().expect("rows").iter().map(|row| row["display_name"].clone()).collect();
        assert_eq!(names, ["Bowman Branch", "Bowman Furniture"]);
        let other = client.house.get(&own, &format!("/billing/v1/customers/{}", zoho_id(client.house.other.0))).await;
        assert_eq!(other.status, 404);
    }

    async fn a_customer_with_documents_stays(db: TestDb) {
        let client = Client::of(db).await;
        let told = client.refused("DELETE", &format!("/billing/v1/customers/{BOWMAN}"), Value::Null, 400).await;
        assert_eq!(told, (4502, "The customer has transactions.".to_owned()));
        client.define("Seats", FieldType::Number, false).await;
        let body = json!({"display_name": "Gone", "email": "a@b.example", "zcrm_account_id": "5", "skype": "s",
            "tags": [{"tag_id": 1, "tag_option_id": 2}], "custom_fields": [{"label": "Seats", "value": 3}]});
        let id = client.made(body.clone()).await;
        let path = format!("/billing/v1/customers/{id}");
        let reply = client.send("DELETE", &path, &Value::Null).await;
        Client::told(&reply, 200, "The customer has been deleted.");
        assert_eq!(client.refused("GET", &path, Value::Null, 404).await.0, 1002);
        assert_eq!(client.refused("DELETE", &path, Value::Null, 404).await.0, 1002);
        // Nothing of it is left that would be in the way of another.
        client.made(body).await;

        // An inactive customer gets no invoices.
        let (path, back) = (format!("/billing/v1/customers/{BOWMAN}/markasinactive"), format!("/billing/v1/customers/{BOWMAN}/markasactive"));
        Client::told(&client.send("POST", &path, &Value::Null).await, 200, "The customer has been marked as inactive.");
        assert_eq!(client.get(&format!("/billing/v1/customers/{BOWMAN}")).await["customer"]["status"], json!("inactive"));
        Client::told(&client.send("POST", &back, &json!({})).await, 200, "The customer has been marked as active.");
        let reply = client.send("POST", "/billing/v1/customers/903000000000000/markasactive", &Value::Null).await;
        assert_eq!(reply.status, 404);
        let report = client.house.billing.audit(billing::audit::Scope::All).await.expect("an audit");
        assert!(report.is_clean, "{report}");
    }

    async fn the_same_key_makes_one_customer(db: TestDb) {
        let client = Client::of(db).await;
        let body = json!({"display_name": "Once", "email": "a@b.example"});
        let key = [("idempotency-key", "k-1")];
        let first = client.send_with("POST", "/billing/v1/customers", &body, &key).await;
        let again = client.send_with("POST", "/billing/v1/customers", &body, &key).await;
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        assert_eq!(client.listed("display_name=Once").await, ["Once"]);
    }

    async fn people_at_a_customer(db: TestDb) {
        let client = Client::of(db).await;
        let id = client.made(json!({"display_name": "Acme", "email": "first@acme.example", "first_name": "Fay", "phone": "1"})).await;
        let all = format!("/subscriptions/v1/customers/{id}/contactpersons");
        let body = json!({"first_name": "Mark", "last_name": "Cruizer", "email": "mark@acme.example",
            "mobile": 786_663_728, "phone": "0417254482", "fax": 4_527_389});
        let reply = client.send("POST", &all, &body).await;
        let mark = Client::told(&reply, 201, "The contactperson has been Created")["contact_person"].clone();
        let mark_id = mark["contactperson_id"].as_str().expect("an id");
        let expected = json!({"contactperson_id": mark_id, "first_name": "Mark", "last_name": "Cruizer",
            "email": "mark@acme.example", "mobile": "786663728", "phone": "0417254482", "fax": 4_527_389,
            "customer_id": id, "created_time": "2016-06-20T12:00:00-0700", "updated_time": "2016-06-20T12:00:00-0700",
            "salutation": "", "department": "", "designation": "", "is_primary_contact": false});
        assert_eq!(mark, expected);
        let one = format!("{all}/{mark_id}");
        assert_eq!(client.get(&one).await["contact_person"], expected);
        assert_eq!(client.refused("POST", &all, json!({"first_name": "No"}), 400).await,
            (2, "Invalid value passed for email".to_owned()));
        let people = client.get(&all).await["contact_persons"].clone();
        assert_eq!(people.as_array().expect("a list").iter().map(|who| &who["first_name"]).collect::<Vec<_>>(), ["Fay", "Mark"]);
        let fay = format!("{all}/{}", people[0]["contactperson_id"].as_str().expect("an id"));

        // The customer's own address follows its primary contact person.
        let reply = client.send("PUT", &fay, &json!({"email": "fay@acme.example", "last_name": "Wray"})).await;
        Client::told(&reply, 200, "The contactperson details has been updated.");
        let acme = client.get(&format!("/billing/v1/customers/{id}")).await["customer"].clone();
        assert_eq!((&acme["email"], &acme["last_name"], &acme["phone"]), (&json!("fay@acme.example"), &json!("Wray"), &json!("1")));
        assert_eq!(client.refused("DELETE", &fay, Value::Null, 400).await, (4506, "The primary contact person is in use.".to_owned()));

        // Another one takes its place.
        let reply = client.send("PUT", &one, &json!({"is_primary_contact": true})).await;
        Client::told(&reply, 200, "The contactperson details has been updated.");
        let acme = client.get(&format!("/billing/v1/customers/{id}")).await["customer"].clone();
        assert_eq!((&acme["first_name"], &acme["primary_contactperson_id"]), (&json!("Mark"), &json!(mark_id)));
        let reply = client.send("DELETE", &fay, &Value::Null).await;
        Client::told(&reply, 200, "The contact person has been deleted.");
        assert_eq!(client.refused("GET", &fay, Value::Null, 404).await, (1002, "Contact person does not exist.".to_owned()));
        // A person is found at its own customer only.
        let elsewhere = format!("/billing/v1/customers/{BOWMAN}/contactpersons/{mark_id}");
        for method in ["GET", "PUT", "DELETE"] {
            assert_eq!(client.refused(method, &elsewhere, json!({}), 404).await.0, 1002);
        }
        assert_eq!(client.get(&all).await["contact_persons"].as_array().expect("a list").len(), 1);
    }

    async fn transactions_are_one_list(db: TestDb) {
        let client = Client::of(db).await;
        let path = format!("/billing/v1/transactions?customer_id={BOWMAN}");
        let list = client.get(&path).await;
        let rows: Vec<Value> = list["transactions"].as_array().expect("a list").iter()
            .map(|row| json!([row["date"], row["type"], row["status"], row["amount"]]))
            .collect();
        let expected = [
            json!(["2016-06-09", "invoice", "draft", "12.00"]),
            json!(["2016-06-08", "invoice", "sent", "55.00"]),
            json!(["2016-06-07", "invoice", "void", "20.00"]),
            json!(["2016-06-06", "invoice", "partially_paid", "80.50"]),
            json!(["2016-06-05", "payment", "success", "30.25"]),
            json!(["2016-06-05", "invoice", "overdue", "100.00"]),
            json!(["2016-06-05", "payment", "success", "370.00"]),
            json!(["2016-06-05", "invoice", "paid", "370.00"]),
        ];
        assert_eq!(rows, expected);
        let paid = &list["transactions"][7];
        assert_eq!((&paid["transaction_id"], &paid["customer_id"]), (&json!(crate::house::PAID), &json!(BOWMAN)));
        assert_eq!(list["page_context"]["applied_filter"], json!("TransactionType.All"));

        let payments = client.get(&format!("{path}&filter_by=TransactionType.PAYMENT&per_page=1&page=2")).await;
        assert_eq!(payments["transactions"].as_array().expect("a list").len(), 1);
        assert_eq!(payments["transactions"][0]["amount"], json!("370.00"));
        assert_eq!(payments["page_context"]["has_more_page"], json!(false));
        for none in ["CREDIT", "REFUND"] {
            let list = client.get(&format!("{path}&filter_by=TransactionType.{none}")).await;
            assert_eq!(list["transactions"], json!([]));
        }
        let bare = client.get("/subscriptions/v1/transactions?filter_by=INVOICE&per_page=2").await;
        assert_eq!(bare["transactions"][0]["amount"], json!(12.00));
        assert_eq!(bare["page_context"]["has_more_page"], json!(true));
        let far = client.get("/billing/v1/transactions?page=18446744073709551615").await;
        assert_eq!(far["transactions"], json!([]));
        let told = client.refused("GET", "/billing/v1/transactions?filter_by=TransactionType.GIFT", Value::Null, 400).await;
        assert_eq!(told, (2, "Invalid value passed for filter_by".to_owned()));
        let told = client.refused("GET", "/billing/v1/transactions?customer_id=903000000000000", Value::Null, 404).await;
        assert_eq!(told, (1002, "Customer does not exist.".to_owned()));

        // A customer's own token sees its own, and no drafts.
        let own = client.house.token(&[EVERYTHING], Some(client.house.bowman)).await;
        let rows = client.house.get(&own, "/billing/v1/transactions").await.value()["transactions"].clone();
        assert_eq!(rows.as_array().expect("a list").len(), 7);
        let other = zoho_id(client.house.other.0);
        let reply = client.house.get(&own, &format!("/billing/v1/transactions?customer_id={other}")).await;
        assert_eq!(reply.status, 404);
    }
}

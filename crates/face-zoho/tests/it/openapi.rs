//! Clients generated from Zoho's own OpenAPI documents against the whole face: every described operation that is
//! served is called through them, every answer is judged by its schema, and what deviates is listed with its reason
//! in `tests/openapi/deviations.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use billing::custom_fields::{DefineCustomField, FieldChanges};
use billing::invoices::LineSpec;
use billing::parties::seller::CreateCancellationReason;
use billing::parties::tax_lists::CreateTaxExemption;
use billing::parties::taxes::CreateTaxRate;
use billing::payments::methods::{AddPaymentMethod, MethodFields};
use billing::unbilled_charges::ChargeSpec;
use billing::unbilled_charges::create::CreateUnbilledCharge;
use domain::custom_field::FieldType;
use domain::money::{Decimal, Rate};
use domain::payment::method::MethodKind;
use domain::seller::ExemptionKind;
use serde_json::{Value, json};
use testkit::TestDb;
use testkit::databases::Kind;

use crate::clients::{python, told_by};
use crate::house::{BOWMAN, EVERYTHING, ORGANIZATION, zoho_id};
use crate::invoices_desk::Desk;
use crate::openapi_document;

/// The generator, what judges the answers, and what reads the documents.
const PACKAGES: [&str; 3] = ["openapi-python-client==0.29.1", "jsonschema==4.26.0", "pyyaml==6.0.3"];

/// The seller's lists, payment methods, references and charges, which no operation of Zoho's makes.
async fn there(desk: &Desk) -> Value {
    let rate = Rate::from_percent(Decimal::from_whole(5)).expect("a rate");
    desk.does(CreateTaxRate { name: "GST".to_owned(), rate, authority: "CRA".to_owned() }).await;
    let (code, reason) = ("NGO".to_owned(), "Non-Profit Organization".to_owned());
    desk.does(CreateTaxExemption { code, reason, kind: ExemptionKind::Customer }).await;
    desk.does(CreateCancellationReason { label: "Too dear".to_owned(), position: None }).await;
    let object_kind = "customer".to_owned();
    let (label, changes) = ("Segment".to_owned(), FieldChanges::default());
    desk.does(DefineCustomField { object_kind, index: None, data_type: FieldType::Text, label, changes }).await;
    let (customer, mut methods) = (desk.house.bowman, Vec::new());
    for kind in [MethodKind::Card, MethodKind::Card, MethodKind::BankAccount] {
        let fields = MethodFields {
            last_four: Some("2145".to_owned()),
            expiry: Some(Some((2030, 9)).filter(|_| kind == MethodKind::Card)),
            first_name: Some("benjamin".to_owned()),
            ..MethodFields::default()
        };
        let (gateway, token) = ("sandbox".to_owned(), "sandbox_ok".to_owned());
        let method = desk.does(AddPaymentMethod { customer, kind, gateway, token, fields }).await;
        methods.push(zoho_id(method.0));
    }
    let mut charges = Vec::new();
    for quantity in ["2", "2", "1.25"] {
        let quantity = Decimal::parse(quantity).expect("a quantity");
        let line = LineSpec { item: Some(desk.usage), name: None, ..LineSpec::of("", quantity, Decimal::ONE) };
        let charge = desk.does(CreateUnbilledCharge { spec: ChargeSpec::to(customer, vec![line]) }).await;
        charges.push(zoho_id(charge.0));
    }
    json!({
        "customer": BOWMAN, "tax": zoho_id(desk.vat.0), "item": zoho_id(desk.basic.0), "code": "UsageAddon",
        "card": methods[0], "spare_card": methods[1], "account": methods[2], "charges": charges,
    })
}

/// Every documented deviation: where and what, and the operations that have it.
fn documented(kind: &str) -> BTreeMap<Vec<String>, BTreeSet<String>> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi/deviations.json");
    let all = std::fs::read_to_string(list).expect("the list is there");
    let all: Value = serde_json::from_str(&all).expect("the list is JSON");
    let mut found = BTreeMap::new();
    for reason in all[kind].as_array().expect("a list of reasons") {
        assert!(reason["why"].as_str().is_some_and(|why| why.len() > 10), "a deviation has a reason: {reason}");
        for row in reason["found"].as_array().expect("a list") {
            let (key, operations) = keyed(row);
            assert_eq!(found.insert(key.clone(), operations), None, "listed twice: {key:?}");
        }
    }
    found
}

/// A row of the script: the parts of its key, and last the operations.
fn keyed(row: &Value) -> (Vec<String>, BTreeSet<String>) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (operations, key) = row.as_array().and_then(|row| row.split_last()).expect("a row");
    (key.iter().map(text).collect(), operations.as_array().expect("operations").iter().map(text).collect())
}

/// Both ways: what is not documented, and what is documented and no longer so.
fn compare(told: &Value, kind: &str, faults: &mut Vec<String>) {
    let documented = documented(kind);
    let found: BTreeMap<_, _> = told[kind].as_array().expect("a list").iter().map(keyed).collect();
    for (key, operations) in &found {
        let known = documented.get(key);
        for operation in operations.iter().filter(|operation| !known.is_some_and(|known| known.contains(*operation))) {
            faults.push(format!("{kind}: {operation} at {key:?} deviates and is not documented"));
        }
    }
    for (key, operations) in &documented {
        let still = found.get(key);
        for operation in operations.iter().filter(|operation| !still.is_some_and(|still| still.contains(*operation))) {
            faults.push(format!("{kind}: {operation} at {key:?} is documented and does not occur any more"));
        }
    }
}

#[test]
fn clients_generated_from_zohos_documents() {
    testkit::databases::run(Kind::Sqlite, async |db: TestDb| {
        let desk = Desk::open(db).await;
        let there = there(&desk).await;
        let token = desk.house.token(&[EVERYTHING], None).await;
        let url = desk.house.server.url("/billing/v1");
        let run = move || {
            let python = python("openapi-python-client-0.29.1", &[&PACKAGES]);
            let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi");
            let clients = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zoho-openapi-clients");
            let (documents, clients) = (documents.to_string_lossy(), clients.to_string_lossy());
            told_by(
                &python,
                "openapi/story.py",
                &[&url, &token, ORGANIZATION, &documents, &clients, &there.to_string()],
            )
        };
        let told = tokio::task::spawn_blocking(run).await.expect("the clients run");
        if let Some(file) = std::env::var_os("BILLWRIGHT_ZOHO_OPENAPI_TOLD") {
            std::fs::write(file, told.to_string()).expect("the answer can be kept");
        }
        let mut faults = Vec::new();
        for kind in ["violations", "fractions", "older", "strange", "missing"] {
            compare(&told, kind, &mut faults);
        }
        openapi_document::check(&told, &mut faults);
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
        desk.books_are_sound().await;
    });
}

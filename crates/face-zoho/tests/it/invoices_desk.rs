//! A desk of the seller's, from which invoices are changed over HTTP.

use billing::custom_fields::{DefineCustomField, FieldChanges};
use billing::parties::items::{CreateItem, ItemFields};
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate};
use billing::{Caller, Verb};
use domain::custom_field::FieldType;
use domain::id::{ItemId, TaxGroupId};
use domain::money::{Currency, Decimal, Rate};
use domain::tax::TaxCategory;
use serde_json::Value;
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, EVERYTHING, House};

pub struct Desk {
    pub house: House,
    authorization: String,
    /// 50 each, 12.5 % VAT.
    pub basic: ItemId,
    /// 10 each, without tax.
    pub usage: ItemId,
    pub vat: TaxGroupId,
}

impl Desk {
    pub async fn open(db: TestDb) -> Self {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let mut desk = Self {
            house,
            authorization: format!("Zoho-oauthtoken {token}"),
            basic: ItemId(0),
            usage: ItemId(0),
            vat: TaxGroupId(0),
        };
        let percent = Decimal::parse("12.5").expect("a percentage");
        let rate = Rate::from_percent(percent).expect("a rate");
        let rate = desk.does(CreateTaxRate { name: "VAT".to_owned(), rate, authority: String::new() }).await;
        let group = CreateTaxGroup {
            name: "VAT".to_owned(),
            category: TaxCategory::Standard,
            rates: vec![(rate.id, false)],
            exemption: None,
        };
        desk.vat = desk.does(group).await.id;
        desk.basic = desk.item("Basic", "basic-monthly", 50, Some(desk.vat)).await;
        desk.usage = desk.item("Usage", "UsageAddon", 10, None).await;
        for (kind, label) in [("invoice", "Test_field"), ("line", "Color")] {
            let changes = FieldChanges { max_length: Some(Some(255)), ..FieldChanges::default() };
            let define = DefineCustomField {
                object_kind: kind.to_owned(),
                index: Some(1),
                data_type: FieldType::Text,
                label: label.to_owned(),
                changes,
            };
            desk.does(define).await;
        }
        desk
    }

    pub async fn does<V: Verb>(&self, verb: V) -> V::Outcome {
        self.house.billing.perform(&Caller::system(self.house.tenant), verb).await.expect("the verb does it")
    }

    async fn item(&self, name: &str, code: &str, price: i64, tax: Option<TaxGroupId>) -> ItemId {
        let fields = ItemFields {
            name: Some(name.to_owned()),
            code: Some(Some(code.to_owned())),
            unit_price: Some(Some((Decimal::from_whole(price), Currency::USD))),
            tax_group_id: Some(tax),
            ..ItemFields::default()
        };
        self.does(CreateItem { fields }).await.id
    }

    /// One request below the prefix of Zoho's older pages, or of another that the path begins with.
    pub async fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        self.send_with(method, path, &[], body).await
    }

    pub async fn send_with(&self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Reply {
        let path = if path.contains("/v1/") { path.to_owned() } else { format!("/subscriptions/v1{path}") };
        let mut headers = vec![("authorization", self.authorization.as_str())];
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        headers.extend(more);
        self.house.ask(method, &path, &headers, body).await
    }

    /// A request that is done: the whole answer, its message checked.
    pub async fn done(&self, method: &str, path: &str, body: &Value, message: &str) -> Reply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.send(method, path, &body).await;
        assert!(matches!(reply.status, 200 | 201), "{method} {path}: {reply:?}");
        let answer = reply.value();
        assert_eq!((&answer["code"], answer["message"].as_str()), (&Value::from(0), Some(message)), "{method} {path}");
        reply
    }

    /// A request that is refused: its status and code.
    pub async fn refused(&self, method: &str, path: &str, body: &Value) -> (u16, i64) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.send(method, path, &body).await;
        let answer = reply.value();
        assert_eq!(answer.as_object().expect("an object").len(), 2, "{method} {path}: {reply:?}");
        (reply.status, answer["code"].as_i64().expect("a code"))
    }

    /// The invoice as it is read.
    pub async fn invoice(&self, id: &str) -> Value {
        self.done("GET", &format!("/invoices/{id}"), &Value::Null, "success").await.value()["invoice"].clone()
    }

    /// The books agree with themselves: every rule, the journal among them.
    pub async fn books_are_sound(&self) {
        let scope = billing::audit::Scope::Tenant(self.house.tenant);
        let report = self.house.billing.audit(scope).await.expect("an audit");
        assert!(report.is_clean, "{report}");
        assert!(report.checked["journal_entries"] > 0, "{report}");
    }
}

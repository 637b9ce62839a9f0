//! The sample's organization with its 425 lines, served.

use billing::credentials::CreateCredential;
use billing::invoices::issue::IssueMany;
use billing::invoices::{InvoiceSpec, LineSpec};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::parties::tenants::SetSetting;
use billing::{Billing, Caller, FaceName, SystemClock};
use domain::id::{CustomerId, InvoiceId};
use domain::money::Decimal;
use face_talkdesk::{ENTITLEMENT, INVOICES_SCOPE};
use http_kit::Edge;
use http_kit::edge::EdgeConfig;
use http_kit::url::{BaseUrl, PublicUrl};
use jiff::Timestamp;
use samples::vendors::Talkdesk;
use testkit::TestDb;
use testkit::server::{Reply, TestServer};

/// The vendor's host, so that links are those of the sample.
pub const BASE: &str = "https://api.talkdeskapp.com";

pub struct World {
    pub billing: Billing,
    pub clock: SystemClock,
    pub system: Caller,
    pub server: TestServer,
    pub sample: Talkdesk,
    /// A customer outside of the organization.
    pub stranger: CustomerId,
    /// Acts for the organization, entitled.
    pub token: String,
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).expect("a decimal")
}

impl World {
    pub async fn open(db: &TestDb) -> World {
        let clock = SystemClock::fixed(at("2024-12-01T12:00:00Z"));
        let billing = Billing::new((**db).clone(), clock.clone());
        let tenant = billing.create_tenant("Seller").await.expect("a tenant");
        let system = Caller::system(tenant);
        let sample = samples::vendors::load_talkdesk(&billing, tenant).await.expect("the sample loads");
        let edge = Edge::new(EdgeConfig {
            public_url: PublicUrl { configured: BaseUrl::parse(BASE).ok(), trusts_proxy: false },
            ..EdgeConfig::default()
        });
        let server = TestServer::start(face_talkdesk::router(billing.clone(), &edge)).await;
        let mut world = World { billing, clock, system, server, sample, stranger: CustomerId(0), token: String::new() };
        world.stranger = world.customer("Stranger", None).await;
        let organization = world.sample.organization;
        world.token = world.token_for(Some(organization), &[INVOICES_SCOPE], &[ENTITLEMENT]).await;
        world
    }

    pub async fn token_for(&self, customer: Option<CustomerId>, scopes: &[&str], entitlements: &[&str]) -> String {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let verb = CreateCredential {
            face: FaceName::Talkdesk,
            label: "test".to_owned(),
            customer,
            scopes: owned(scopes),
            entitlements: owned(entitlements),
            expires_at: None,
            given: None,
        };
        self.billing.perform(&self.system, verb).await.expect("a credential").1.token
    }

    pub async fn customer(&self, name: &str, parent: Option<CustomerId>) -> CustomerId {
        let fields = CustomerFields {
            display_name: Some(name.to_owned()),
            parent_id: Some(parent),
            ..CustomerFields::default()
        };
        self.billing.perform(&self.system, CreateCustomer { currency: None, fields }).await.expect("a customer").id
    }

    pub async fn set(&self, name: &str, value: &str) {
        let verb = SetSetting { name: name.to_owned(), value: value.to_owned() };
        self.billing.perform(&self.system, verb).await.expect("a setting");
    }

    /// An issued invoice of these lines.
    pub async fn issued(&self, customer: CustomerId, lines: Vec<LineSpec>) -> InvoiceId {
        let specs = vec![InvoiceSpec::to(customer, lines)];
        self.billing.perform(&self.system, IssueMany { specs }).await.expect("issued")[0]
    }

    /// GET `/express/invoices` with a query, as the organization.
    pub async fn list(&self, query: &str) -> Reply {
        self.list_as(&self.token, query).await
    }

    pub async fn list_as(&self, token: &str, query: &str) -> Reply {
        self.server.get(&format!("/express/invoices{query}")).bearer(token).send().await
    }
}

#[track_caller]
pub fn says(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.body.as_str()), (status, body));
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

/// Code and status of an error, after its shape was checked.
#[track_caller]
pub fn refused(reply: &Reply) -> (u16, String) {
    let error = reply.json();
    let keys = error.keys();
    assert!(keys == ["code", "message", "description", "fields"] || keys == ["code", "message", "fields"], "{keys:?}");
    assert!(!error.get("message").text().is_empty());
    for field in error.get("fields").items() {
        assert_eq!(field.keys(), ["name", "description"]);
    }
    assert_eq!(reply.header("content-type"), Some("application/json"));
    (reply.status, error.get("code").text().to_owned())
}

/// The names of the fields that an error complains of.
#[track_caller]
pub fn fields(reply: &Reply) -> Vec<String> {
    reply.json().get("fields").items().iter().map(|field| field.get("name").text().to_owned()).collect()
}

//! A seller with a tree of accounts, served.

use billing::credentials::{CreateCredential, RevokeCredential};
use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::{InvoiceSpec, LineSpec};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::parties::entities::CreateEntity;
use billing::parties::tenants::SetSetting;
use billing::{Billing, Caller, FaceName, SystemClock};
use domain::id::{CredentialId, CustomerId, InvoiceId};
use domain::money::{Currency, Decimal};
use domain::party::ServiceLevel;
use face_zoom::wire::{spell_account, spell_invoice};
use http_kit::Edge;
use jiff::Timestamp;
use jiff::civil::Date;
use testkit::TestDb;
use testkit::server::{Reply, TestServer};

/// The document of the vendor's page (seeds 000, 001).
pub const SAMPLE: &str = include_str!("../wire/get_invoice_details.json");

/// That document in a world, and how to ask for it.
pub struct Sample {
    pub token: String,
    pub account: String,
    pub invoice: String,
    /// Days between which the list shows it.
    pub range: (&'static str, &'static str),
}

pub struct World {
    pub billing: Billing,
    pub clock: SystemClock,
    pub system: Caller,
    pub server: TestServer,
    /// The master account, a sub account below it, and a customer outside of the tree.
    pub master: CustomerId,
    pub sub: CustomerId,
    pub stranger: CustomerId,
    /// Acts for `master` with the scope.
    pub token: String,
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).expect("a decimal")
}

impl World {
    /// It is noon on 2026-05-30.
    pub async fn open(db: &TestDb) -> World {
        World::open_at(db, "2026-05-30T12:00:00Z").await
    }

    pub async fn open_at(db: &TestDb, now: &str) -> World {
        let clock = SystemClock::fixed(at(now));
        let billing = Billing::new((**db).clone(), clock.clone());
        let tenant = billing.create_tenant("Seller").await.expect("a tenant");
        let system = Caller::system(tenant);
        billing.perform(&system, CreateEntity::named("Seller Inc.", Currency::USD)).await.expect("an entity");
        let master = customer(&billing, &system, "Master", None).await;
        let sub = customer(&billing, &system, "Sub", Some(master)).await;
        let stranger = customer(&billing, &system, "Stranger", None).await;
        let server = TestServer::start(face_zoom::router(billing.clone(), &Edge::default())).await;
        let mut world = World { billing, clock, system, server, master, sub, stranger, token: String::new() };
        world.token = world.token_for(Some(master), &[face_zoom::SCOPE]).await;
        world
    }

    /// The vendor's sample document, imported.
    pub async fn sample(&self) -> Sample {
        let loaded = samples::vendors::load_zoom(&self.billing, self.system.tenant).await.expect("the sample loads");
        Sample {
            token: self.token_for(Some(loaded.account), &[face_zoom::SCOPE]).await,
            account: account(loaded.account),
            invoice: "2c92fghvb0580".to_owned(),
            range: ("2020-01-01", "2020-12-31"),
        }
    }

    pub async fn token_for(&self, customer: Option<CustomerId>, scopes: &[&str]) -> String {
        self.credential(customer, scopes, None).await.1
    }

    pub async fn credential(
        &self,
        customer: Option<CustomerId>,
        scopes: &[&str],
        expires_at: Option<Timestamp>,
    ) -> (CredentialId, String) {
        let verb = CreateCredential {
            face: FaceName::Zoom,
            label: "test".to_owned(),
            customer,
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            entitlements: Vec::new(),
            expires_at,
            given: None,
        };
        let (made, secrets) = self.billing.perform(&self.system, verb).await.expect("a credential");
        (made.id, secrets.token)
    }

    pub async fn revoke(&self, credential: CredentialId) {
        self.billing.perform(&self.system, RevokeCredential { credential }).await.expect("it is there");
    }

    pub async fn set(&self, name: &str, value: &str) {
        let verb = SetSetting { name: name.to_owned(), value: value.to_owned() };
        self.billing.perform(&self.system, verb).await.expect("a setting");
    }

    pub async fn customer(&self, fields: CustomerFields, currency: Option<Currency>) -> CustomerId {
        self.billing.perform(&self.system, CreateCustomer { currency, fields }).await.expect("a customer").id
    }

    pub async fn free_account(&self) -> CustomerId {
        let fields = CustomerFields {
            display_name: Some("Free".to_owned()),
            service_level: Some(ServiceLevel::Free),
            parent_id: Some(Some(self.master)),
            ..CustomerFields::default()
        };
        self.customer(fields, None).await
    }

    pub async fn draft(
        &self,
        customer: CustomerId,
        dated_on: Date,
        change: impl FnOnce(&mut InvoiceSpec),
    ) -> InvoiceId {
        let lines = vec![LineSpec::of("Seats", decimal("10"), decimal("5"))];
        let mut spec = InvoiceSpec::to(customer, lines);
        spec.dated_on = Some(dated_on);
        change(&mut spec);
        self.billing.perform(&self.system, CreateInvoice { spec }).await.expect("a draft")
    }

    pub async fn issued(&self, customer: CustomerId, dated_on: Date) -> InvoiceId {
        let invoice = self.draft(customer, dated_on, |_| {}).await;
        self.billing.perform(&self.system, IssueInvoice { invoice }).await.expect("it can be issued")
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.server.get(path).bearer(token).send().await
    }

    /// The detail of an invoice, asked for with the master's token.
    pub async fn detail(&self, account: &str, invoice: &str) -> Reply {
        self.get(&detail_path(account, invoice), &self.token).await
    }

    /// The list of an account with a query, asked for with the master's token.
    pub async fn list(&self, account: &str, query: &str) -> Reply {
        self.get(&format!("/v2/accounts/{account}/billing/invoices{query}"), &self.token).await
    }
}

async fn customer(billing: &Billing, system: &Caller, name: &str, parent: Option<CustomerId>) -> CustomerId {
    let fields = CustomerFields {
        display_name: Some(name.to_owned()),
        service_level: Some(ServiceLevel::Pro),
        parent_id: Some(parent),
        ..CustomerFields::default()
    };
    billing.perform(system, CreateCustomer { currency: None, fields }).await.expect("a customer").id
}

pub fn detail_path(account: &str, invoice: &str) -> String {
    format!("/v2/accounts/{account}/billing/invoices/{invoice}")
}

/// How the API names an account.
pub fn account(id: CustomerId) -> String {
    spell_account(id)
}

/// How the API names an invoice.
pub fn invoice(id: InvoiceId) -> String {
    spell_invoice(id)
}

#[track_caller]
pub fn says(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.body.as_str()), (status, body));
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

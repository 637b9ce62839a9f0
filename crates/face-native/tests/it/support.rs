//! A seller with a server, and a client that checks each answer against the document.

use billing::credentials::{CreateCredential, Secrets};
use billing::{Billing, Caller, FaceName, SystemClock};
use connectors::sandbox::Sandbox;
use domain::id::{CustomerId, TenantId};
use http_kit::Edge;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::Db;
use testkit::server::{Reply, TestServer};

use crate::schema;

/// One seller, 2026-01-31 in the morning.
pub struct World {
    pub server: TestServer,
    pub billing: Billing,
    pub tenant: TenantId,
    /// The staff's token, with both scopes.
    pub token: String,
    tokens: AtomicU32,
}

/// A credential with both scopes.
pub const ALL: &[&str] = &["read", "write"];

impl World {
    pub async fn new(db: Db) -> World {
        let now = "2026-01-31T09:30:00Z".parse().expect("an instant");
        let clock = SystemClock::fixed(now);
        let sandbox = Sandbox::new(db.clone(), clock.clone(), 0);
        let billing = Billing::new(db, clock).with_gateway(Arc::new(sandbox));
        let router = face_native::router(billing.clone(), face_native::Settings::default());
        let router = http_kit::assemble(face_native::Native, router, [], &Edge::default());
        let server = TestServer::start(router).await;
        let tenant = billing.create_tenant("Example Seller").await.expect("a tenant");
        let mut world = World { server, billing, tenant, token: String::new(), tokens: AtomicU32::new(0) };
        world.token = world.token_for(tenant, ALL, None).await;
        world
    }

    /// With a legal entity of the house, in dollars.
    pub async fn open(db: Db) -> World {
        let world = World::new(db).await;
        let body = r#"{"name": "Example Inc.", "base_currency": "USD"}"#;
        world.post("/v1/legal-entities", body).await.expect(201);
        world
    }

    /// A new credential of a tenant.
    pub async fn token_for(&self, tenant: TenantId, scopes: &[&str], customer: Option<CustomerId>) -> String {
        let count = self.tokens.fetch_add(1, Ordering::Relaxed);
        let token = format!("bw_test_{}_{count}", tenant.0);
        let verb = CreateCredential {
            face: FaceName::Native,
            label: "test".to_owned(),
            customer,
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            entitlements: Vec::new(),
            expires_at: None,
            given: Some(Secrets { token: token.clone(), private_key: None }),
        };
        self.billing.perform(&Caller::system(tenant), verb).await.expect("a credential");
        token
    }

    /// Sends as the staff and checks the answer against the document.
    pub async fn send(&self, method: &str, path: &str, body: Option<&str>) -> Told {
        self.send_with(&self.token, method, path, body, &[]).await
    }

    pub async fn send_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Told {
        let mut request = self.server.request(method, path).bearer(token);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            if headers.iter().all(|(name, _)| *name != "content-type") {
                request = request.header("content-type", "application/json");
            }
            request = request.body(body);
        }
        let reply = request.send().await;
        schema::check_answer(method, path, reply.status, reply.header("content-type"), &reply.body);
        Told(reply)
    }

    pub async fn get(&self, path: &str) -> Told {
        self.send("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Told {
        self.send("POST", path, Some(body)).await
    }

    /// Makes something and gives its id.
    pub async fn made(&self, path: &str, body: &str) -> String {
        self.post(path, body).await.made()
    }

    pub async fn customer(&self, name: &str) -> String {
        self.made("/v1/customers", &format!(r#"{{"display_name": "{name}"}}"#)).await
    }

    /// A draft of one line at a price.
    pub async fn draft(&self, customer: &str, price: &str) -> String {
        self.made("/v1/invoices", &one_line(customer, price)).await
    }

    /// An issued invoice of one line at a price.
    pub async fn issued(&self, customer: &str, price: &str) -> String {
        let id = self.draft(customer, price).await;
        self.post(&format!("/v1/invoices/{id}/issue"), "{}").await.expect(200);
        id
    }

    /// A payment, with what it is for.
    pub async fn payment(&self, customer: &str, amount: &str, shares: &[(&str, &str)]) -> String {
        let shares: Vec<String> = shares
            .iter()
            .map(|(invoice, amount)| format!(r#"{{"invoice_id": "{invoice}", "amount": "{amount}"}}"#))
            .collect();
        let shares = shares.join(", ");
        let body = format!(r#"{{"customer_id": "{customer}", "amount": "{amount}", "applications": [{shares}]}}"#);
        self.made("/v1/payments", &body).await
    }

    /// Sends and expects this refusal.
    #[track_caller]
    pub fn refused<'w>(
        &'w self,
        method: &'w str,
        path: &'w str,
        body: &'w str,
        status: u16,
        code: &'w str,
    ) -> impl Future<Output = Told> + 'w {
        let caller = std::panic::Location::caller();
        async move {
            let told = self.send(method, path, Some(body)).await;
            let problem = told.json();
            let found = (told.0.status, problem["code"].as_str().unwrap_or_default());
            assert_eq!(found, (status, code), "at {caller}: {method} {path} {body}: {problem}");
            told
        }
    }
}

pub fn one_line(customer: &str, price: &str) -> String {
    format!(r#"{{"customer_id": "{customer}", "lines": [{{"name": "Service", "unit_price": "{price}"}}]}}"#)
}

/// An answer.
#[derive(Debug)]
pub struct Told(pub Reply);

impl Told {
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.0.status, status, "{}", self.0.body);
        self.json()
    }

    /// The body; null when there is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        if self.0.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.0.body).expect("a JSON body")
    }

    /// The id of what was made, which can be read where the answer says.
    #[track_caller]
    pub fn made(self) -> String {
        let location = self.0.header("location").unwrap_or_default().to_owned();
        let id = self.expect(201)["id"].as_str().expect("an id").to_owned();
        assert!(location.ends_with(&id), "{location}");
        id
    }

    #[track_caller]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().expect("a code").to_owned()
    }
}

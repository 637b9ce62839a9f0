//! The books of `books.rs` behind a running server.

use crate::books::{fill, fill_other, now};
use billing::credentials::{CreateCredential, Secrets};
use billing::secrets::SecretBox;
use billing::{Billing, Caller, FaceName, SystemClock};
use domain::id::{CustomerId, TenantId};
use face_chargeover::Settings;
use http_kit::Edge;
use http_kit::edge::EdgeConfig;
use http_kit::url::{BaseUrl, PublicUrl};
use store::{Db, Tx};
use testkit::server::{Request, TestServer};

pub const TENANT: TenantId = TenantId(1);
pub const PUBLIC_URL: &str = "http://127.0.0.1:18932";
/// 2026-11-22 04:51:03 UTC, still the 21st in New York: eighty seconds after the contract's vector was signed.
pub const NOW: i64 = 1_795_322_983 + 80;

/// Staff, a customer with another below it, and a second tenant.
pub const STAFF: (&str, &str) = ("user", "pass");
pub const PARENT: (&str, &str) = ("parent", "parent-secret");
pub const OTHER_TENANT: (&str, &str) = ("elsewhere", "elsewhere-secret");

pub struct World {
    pub server: TestServer,
    pub billing: Billing,
}

async fn credential(billing: &Billing, tenant: TenantId, keys: (&str, &str), customer: Option<CustomerId>) {
    let create = CreateCredential {
        face: FaceName::ChargeOver,
        label: "test".to_owned(),
        customer,
        scopes: Vec::new(),
        entitlements: Vec::new(),
        expires_at: None,
        given: Some(Secrets { token: keys.0.to_owned(), private_key: Some(keys.1.to_owned()) }),
    };
    billing.perform(&Caller::system(tenant), create).await.expect("a credential");
}

impl World {
    pub async fn new(db: Db) -> World {
        Self::with(db, Settings::default()).await
    }

    pub async fn with(db: Db, settings: Settings) -> World {
        db.write(TENANT, store::body(|tx: &mut Tx<'_>| Box::pin(fill(tx)))).await.expect("the books");
        let second = store::body(|tx: &mut Tx<'_>| Box::pin(fill_other(tx)));
        db.write(TenantId(2), second).await.expect("the other books");
        let billing = Billing::new(db, SystemClock::fixed(now())).with_secrets(SecretBox::throw_away());
        credential(&billing, TENANT, STAFF, None).await;
        credential(&billing, TENANT, PARENT, Some(CustomerId(44))).await;
        credential(&billing, TenantId(2), OTHER_TENANT, None).await;
        let configured = Some(BaseUrl::parse(PUBLIC_URL).expect("a URL"));
        let edge = Edge::new(EdgeConfig {
            public_url: PublicUrl { configured, trusts_proxy: false },
            ..EdgeConfig::default()
        });
        let router = face_chargeover::router(billing.clone(), settings, &edge);
        World { server: TestServer::start(router).await, billing }
    }

    /// A GET of a path below the prefix, as staff.
    pub fn get(&self, path: &str) -> Request {
        self.get_as(STAFF, path)
    }

    pub fn get_as(&self, keys: (&str, &str), path: &str) -> Request {
        self.server.get(&format!("/api/v3{path}")).header("authorization", &basic(keys))
    }

    /// The ids of a list, in its order.
    pub async fn ids(&self, keys: (&str, &str), path: &str) -> Vec<String> {
        let reply = self.get_as(keys, path).send().await;
        reply.expect(200);
        let json = reply.json();
        json.get("response").items().iter().map(|row| row.get("invoice_id").text().to_owned()).collect()
    }
}

pub fn basic((user, password): (&str, &str)) -> String {
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {pair}")
}

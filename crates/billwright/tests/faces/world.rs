//! A server with every face, wired by the binary's own code, and a credential for each face.

use billing::credentials::{CreateCredential, Secrets};
use billing::secrets::SecretBox;
use billing::{Billing, Caller, FaceName, SystemClock};
use billwright::app;
use billwright::config::Config;
use domain::id::{CustomerId, TenantId};
use jiff::Timestamp;
use store::Db;
use testkit::server::{Reply, Request, TestServer};
use testkit::wire::Json;

/// The only origin whose scripts may call.
pub const ORIGIN: &str = "https://app.example.com";

pub struct World {
    pub server: TestServer,
    pub billing: Billing,
    pub tenant: TenantId,
    pub keys: Keys,
}

/// What staff presents to each face: every scope, every entitlement.
pub struct Keys {
    pub native: Secrets,
    pub zoho: Secrets,
    pub zoom: Secrets,
    pub talkdesk: Secrets,
    pub chargeover: Secrets,
}

impl Keys {
    pub fn of(&self, face: FaceName) -> &Secrets {
        match face {
            FaceName::Native => &self.native,
            FaceName::Zoho => &self.zoho,
            FaceName::Zoom => &self.zoom,
            FaceName::Talkdesk => &self.talkdesk,
            FaceName::ChargeOver => &self.chargeover,
        }
    }
}

/// The moment of every test here.
pub fn now() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

impl World {
    /// One tenant without anything.
    pub async fn open(db: Db) -> World {
        let billing = Billing::new(db, SystemClock::fixed(now())).with_secrets(SecretBox::throw_away());
        let tenant = billing.create_tenant("Seller").await.expect("a tenant");
        let flags = vec![("allow_origin", ORIGIN.to_owned())];
        let config = Config::load(flags, None).unwrap_or_else(|failure| panic!("the configuration: {failure}"));
        let server = TestServer::start(app::router(&billing, &config)).await;
        let keys = Keys {
            native: credential(&billing, tenant, FaceName::Native, None).await,
            zoho: credential(&billing, tenant, FaceName::Zoho, None).await,
            zoom: credential(&billing, tenant, FaceName::Zoom, None).await,
            talkdesk: credential(&billing, tenant, FaceName::Talkdesk, None).await,
            chargeover: credential(&billing, tenant, FaceName::ChargeOver, None).await,
        };
        World { server, billing, tenant, keys }
    }

    /// A credential of this face that acts for a customer and those below it.
    pub async fn key_for(&self, face: FaceName, customer: CustomerId) -> Secrets {
        credential(&self.billing, self.tenant, face, Some(customer)).await
    }

    pub fn staff(&self) -> Caller {
        Caller::system(self.tenant)
    }

    /// A GET of a whole path as staff.
    pub async fn get(&self, face: FaceName, path: &str) -> Reply {
        present(self.server.get(path), face, self.keys.of(face)).send().await
    }

    /// As [`World::get`], of what is there.
    pub async fn read(&self, face: FaceName, path: &str) -> Json {
        let reply = self.get(face, path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.json()
    }
}

/// The request with a credential in the way of its face.
pub fn present(request: Request, face: FaceName, secrets: &Secrets) -> Request {
    let token = &secrets.token;
    match face {
        FaceName::Zoho => request.header("authorization", &format!("Zoho-oauthtoken {token}")),
        FaceName::Native | FaceName::Zoom | FaceName::Talkdesk => request.bearer(token),
        FaceName::ChargeOver => {
            let pair = format!("{token}:{}", secrets.private_key.as_deref().unwrap_or_default());
            request.header("authorization", &format!("Basic {}", base64(pair.as_bytes())))
        }
    }
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let sextet = (bits >> (18 - 6 * at)) & 63;
            let letter = char::from(ALPHABET[usize::try_from(sextet).expect("six bits")]);
            text.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

async fn credential(billing: &Billing, tenant: TenantId, face: FaceName, customer: Option<CustomerId>) -> Secrets {
    let info = billwright::faces::find(face).unwrap_or_else(|failure| panic!("{failure}"));
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let create = CreateCredential {
        face,
        label: "test".to_owned(),
        customer,
        scopes: owned(info.default_scopes),
        entitlements: owned(info.default_entitlements),
        expires_at: None,
        given: None,
    };
    billing.perform(&Caller::system(tenant), create).await.expect("a credential").1
}

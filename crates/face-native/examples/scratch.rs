use billing::credentials::{CreateCredential, Secrets};
use billing::{Billing, Caller, FaceName, SystemClock};
use http_kit::Edge;
#[tokio::main]
async fn main() {
    let kind =
        if std::env::args().nth(1).as_deref() == Some("pg") { testkit::Kind::Postgres } else { testkit::Kind::Sqlite };
    let db = testkit::TestDb::migrated(kind).await;
    let billing = Billing::new((*db).clone(), SystemClock::Machine);
    let router = face_native::router(billing.clone(), face_native::Settings::default());
    let router = http_kit::assemble(face_native::Native, router, [], &Edge::default());
    let tenant = billing.create_tenant("S").await.unwrap();
    let verb = CreateCredential {
        face: FaceName::Native,
        label: "t".into(),
        customer: None,
        scopes: vec!["*".into()],
        entitlements: vec![],
        expires_at: None,
        given: Some(Secrets { token: "bw_t".into(), private_key: None }),
    };
    billing.perform(&Caller::system(tenant), verb).await.unwrap();
    let server = testkit::server::TestServer::start(router).await;
    println!("{}", server.address());
    tokio::time::sleep(std::time::Duration::from_secs(3000)).await;
}

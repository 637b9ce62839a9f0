//! Who may say yes to a client, and that nobody can forge what was asked.

use super::{App, CALLBACK, CHALLENGE, READ, VERIFIER};
use billing::FaceName;
use billing::credentials::CreateCredential;
use billing::oauth::consent::{AuthorizationRequest, NotApproved};
use billing::oauth::pkce::Challenge;
use billing::oauth::tokens::CodeProof;
use domain::id::CustomerId;
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

async fn staff_token(world: &World, scopes: &[&str], customer: Option<CustomerId>) -> String {
    let credential = CreateCredential {
        face: FaceName::Native,
        label: "Ann".to_owned(),
        customer,
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        entitlements: Vec::new(),
        expires_at: None,
        given: None,
    };
    world.does(credential).await.1.token
}

fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        redirect_uri: CALLBACK.to_owned(),
        scopes: vec![READ.to_owned()],
        state: Some("s&1".to_owned()),
        is_offline: true,
        challenge: Challenge::read(Some(CHALLENGE), Some("S256")).expect("a challenge"),
    }
}

on_both_databases! {
    async fn only_staff_who_may_says_yes(db: TestDb) {
        let app = App::open(&db).await;
        let (world, client) = (&app.world, app.known().await);
        let neighbour = world.neighbour().await;
        let needs = ["write", "read"];
        let says = async |token: &str| {
            let told = world.billing.approve(&client, request(), token, &needs, "req").await;
            told.expect("the store works").map(|issued| issued.code)
        };
        assert_eq!(says("bw_nonsense").await, Err(NotApproved::Token));
        assert_eq!(says("").await, Err(NotApproved::Token));
        let theirs = staff_token(&neighbour, &["*"], None).await;
        assert_eq!(says(&theirs).await, Err(NotApproved::Token), "another tenant's");
        let customers = staff_token(world, &["*"], Some(world.customer)).await;
        assert_eq!(says(&customers).await, Err(NotApproved::Token), "a customer's");
        assert_eq!(says(&staff_token(world, &["read"], None).await).await, Err(NotApproved::Lacks("write")));
        assert_eq!(says(&staff_token(world, &["write"], None).await).await, Err(NotApproved::Lacks("read")));
        let (access, _) = app.tokens().await;
        assert_eq!(says(&access).await, Err(NotApproved::Token), "a client cannot approve itself");
        for scopes in [&["*"][..], &["read", "write"]] {
            let code = says(&staff_token(world, scopes, None).await).await.expect("they may");
            let proof = CodeProof { code: &code, redirect_uri: Some(CALLBACK), verifier: Some(VERIFIER) };
            assert!(app.brings_from(world, proof).await.is_ok());
        }
        let grants = world.billing.oauth_grants(world.tenant).await.expect("a list");
        assert_eq!(grants.iter().filter(|grant| grant.approved_by == "Ann").count(), 2, "{grants:?}");
    }

    async fn a_consent_page_cannot_be_forged(db: TestDb) {
        let app = App::open(&db).await;
        let stranger = App::of(&app.world).await;
        let (world, client) = (&app.world, app.known().await);
        let signed = client.sign(&request(), world.billing.now());
        let read = async |text: &str| {
            let found = world.billing.read_consent(text).await.expect("the store works");
            found.map(|(client, request)| (client.id(), request))
        };
        assert_eq!(read(&signed).await, Some((app.id, request())));
        let (text, signature) = signed.split_once('.').expect("two parts");
        let theirs = stranger.known().await.sign(&request(), world.billing.now());
        let (their_text, their_signature) = theirs.split_once('.').expect("two parts");
        for forged in [
            String::new(),
            ".".to_owned(),
            text.to_owned(),
            format!("{text}."),
            format!("{text}.{}", "0".repeat(64)),
            format!("{text}.{their_signature}"),
            format!("{their_text}.{signature}"),
            format!("{text}A.{signature}"),
            format!("{text}.{}", &signature[..62]),
        ] {
            assert_eq!(read(&forged).await, None, "{forged}");
        }
        world.at("2026-03-10T12:09:59Z");
        assert!(read(&signed).await.is_some());
        world.at("2026-03-10T12:10:00Z");
        assert_eq!(read(&signed).await, None, "too old");
    }
}

//! OAuth: what a code is worth, to whom, for how long, and what ends it.

mod consent;

use billing::credentials::{AuthError, CreateCredential, Rejected};
use billing::oauth::clients::{ClientSecrets, CreateOauthClient, KnownClient, RevokeOauthClient};
use billing::oauth::codes::IssueCode;
use billing::oauth::pkce::Challenge;
use billing::oauth::revoke::RevokeOauthGrant;
use billing::oauth::tokens::{ClientProof, CodeProof, Denied, Tokens};
use billing::{Caller, Error, FaceName};
use domain::Refusal;
use domain::id::OauthClientId;
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

const CALLBACK: &str = "https://app.example/callback";
const READ: &str = "ZohoSubscriptions.invoices.READ";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client with its secrets, and the short way to ask for it. A world begins at 2026-03-10T12:00:00Z.
struct App {
    world: World,
    id: OauthClientId,
    secrets: ClientSecrets,
}

impl App {
    async fn of(world: &World) -> App {
        let verb = CreateOauthClient {
            name: "Shop".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            scopes: vec![READ.to_owned()],
        };
        let (info, secrets) = world.does(verb).await;
        App { world: world.clone(), id: info.id, secrets }
    }

    async fn open(db: &TestDb) -> App {
        let world = World::open(db).await;
        // Books to be found sound at the end.
        world.owes("1").await;
        App::of(&world).await
    }

    fn asks(&self) -> IssueCode {
        IssueCode {
            client: self.id,
            scopes: vec![READ.to_owned()],
            is_offline: true,
            redirect_uri: Some(CALLBACK.to_owned()),
            challenge: None,
            seconds: 120,
        }
    }

    async fn code(&self) -> String {
        self.world.does(self.asks()).await.code
    }

    fn proof(&self) -> ClientProof<'_> {
        ClientProof { client_id: &self.secrets.client_id, client_secret: &self.secrets.client_secret }
    }

    async fn brings_from(&self, world: &World, proof: CodeProof<'_>) -> Result<Tokens, Denied> {
        world.billing.exchange_code(self.proof(), proof, "req-1").await.expect("the store works")
    }

    async fn brings(&self, code: &str) -> Result<Tokens, Denied> {
        self.brings_from(&self.world, CodeProof { code, redirect_uri: Some(CALLBACK), verifier: None }).await
    }

    /// A fresh pair: the access token, the refresh token.
    async fn tokens(&self) -> (String, String) {
        let tokens = self.brings(&self.code().await).await.expect("a fresh code");
        (tokens.access_token, tokens.refresh_token.expect("offline"))
    }

    async fn refreshes(&self, token: &str) -> Result<Tokens, Denied> {
        self.world.billing.refresh_access(self.proof(), token, "req-2").await.expect("the store works")
    }

    async fn known(&self) -> KnownClient {
        let found = self.world.billing.oauth_client(&self.secrets.client_id).await.expect("the store works");
        found.expect("it is live")
    }

    async fn revokes(&self, token: &str) -> bool {
        self.world.billing.revoke_token(token, "req-3").await.expect("the store works")
    }
}

async fn enter(world: &World, token: &str) -> Result<Caller, Rejected> {
    match world.billing.authenticate(FaceName::Zoho, token, None, "req-1").await {
        Ok(caller) => Ok(caller),
        Err(AuthError::Rejected(rejected)) => Err(rejected),
        Err(AuthError::Failed(error)) => panic!("{error}"),
    }
}

on_both_databases! {
    async fn a_code_gives_tokens_that_open_the_face(db: TestDb) {
        let app = App::open(&db).await;
        let (access, refresh) = app.tokens().await;
        let caller = enter(&app.world, &access).await.expect("it is accepted");
        assert_eq!((caller.tenant, caller.actor.as_str()), (app.world.tenant, "Shop"));
        assert_eq!(caller.scopes, [READ]);
        for token in [&access, &refresh] {
            let parts: Vec<&str> = token.split('.').collect();
            assert!(parts.len() == 3 && parts[0] == "1000" && parts[1].len() == 32 && parts[2].len() == 32, "{token}");
        }
        assert_eq!(enter(&app.world, &refresh).await.err(), Some(Rejected::Unknown), "a refresh token opens nothing");

        app.world.at("2026-03-10T12:59:59Z");
        let again = app.refreshes(&refresh).await.expect("it holds");
        assert_eq!(again.refresh_token, None);
        assert!(enter(&app.world, &access).await.is_ok());
        app.world.at("2026-03-10T13:00:00Z");
        assert_eq!(enter(&app.world, &access).await.err(), Some(Rejected::Expired));
        assert!(enter(&app.world, &again.access_token).await.is_ok());
        let listed = app.world.billing.credentials(app.world.tenant).await.expect("a list");
        assert!(listed.is_empty(), "access tokens are listed with their grants: {listed:?}");
        assert_eq!(app.world.billing.oauth_grants(app.world.tenant).await.expect("a list").len(), 1);
        app.world.books_are_sound().await;
    }

    async fn a_code_that_comes_twice_ends_what_it_gave(db: TestDb) {
        let app = App::open(&db).await;
        let (other_access, _) = app.tokens().await;
        let code = app.code().await;
        let first = app.brings(&code).await.expect("a fresh code");
        let refresh = first.refresh_token.expect("offline");
        let second = app.refreshes(&refresh).await.expect("it holds").access_token;
        // Long after the code expired, too.
        app.world.at("2026-03-10T12:10:00Z");
        assert_eq!(app.brings(&code).await, Err(Denied::Code));
        for token in [&first.access_token, &second] {
            assert_eq!(enter(&app.world, token).await.err(), Some(Rejected::Revoked));
        }
        assert_eq!(app.refreshes(&refresh).await, Err(Denied::Code));
        assert!(enter(&app.world, &other_access).await.is_ok(), "another grant goes on");
        app.world.books_are_sound().await;
    }

    async fn what_is_denied_changes_nothing(db: TestDb) {
        let app = App::open(&db).await;
        let stranger = App::of(&app.world).await;
        let challenge = Challenge::read(Some(CHALLENGE), Some("S256")).expect("a challenge");
        let code = app.world.does(IssueCode { challenge, ..app.asks() }).await.code;
        let right = CodeProof { code: &code, redirect_uri: Some(CALLBACK), verifier: Some(VERIFIER) };
        let billing = &app.world.billing;

        for (id, secret) in [
            (app.secrets.client_id.as_str(), "wrong"),
            (app.secrets.client_id.as_str(), ""),
            ("1000.NOBODY", app.secrets.client_secret.as_str()),
            ("", ""),
            ("a\0b", "x"),
            (app.secrets.client_id.as_str(), stranger.secrets.client_secret.as_str()),
        ] {
            let proof = ClientProof { client_id: id, client_secret: secret };
            let told = billing.exchange_code(proof, right, "req").await.expect("the store works");
            assert_eq!(told, Err(Denied::Client), "{id} {secret}");
            let told = billing.refresh_access(proof, "1000.a.b", "req").await.expect("the store works");
            assert_eq!(told, Err(Denied::Client), "{id} {secret}");
        }
        assert_eq!(stranger.brings_from(&app.world, right).await, Err(Denied::Code), "another client's code");
        for (proof, why) in [
            (CodeProof { code: "1000.a.b", ..right }, Denied::Code),
            (CodeProof { code: "", ..right }, Denied::Code),
            (CodeProof { redirect_uri: Some("https://app.example/callback/"), ..right }, Denied::RedirectUri),
            (CodeProof { redirect_uri: None, ..right }, Denied::RedirectUri),
            (CodeProof { verifier: None, ..right }, Denied::Code),
            (CodeProof { verifier: Some(CHALLENGE), ..right }, Denied::Code),
        ] {
            assert_eq!(app.brings_from(&app.world, proof).await, Err(why));
        }
        let tokens = app.brings_from(&app.world, right).await.expect("it is still good");
        assert!(enter(&app.world, &tokens.access_token).await.is_ok());
        // A verifier for a code that was asked for without a challenge: the challenge was taken away.
        let plain = app.code().await;
        let proof = CodeProof { code: &plain, redirect_uri: Some(CALLBACK), verifier: Some(VERIFIER) };
        assert_eq!(app.brings_from(&app.world, proof).await, Err(Denied::Code));
        assert!(app.brings(&plain).await.is_ok());
        let refresh = tokens.refresh_token.expect("offline");
        assert_eq!(stranger.refreshes(&refresh).await, Err(Denied::Code), "another client's refresh token");
        assert!(app.refreshes(&refresh).await.is_ok());
    }

    async fn codes_expire(db: TestDb) {
        let app = App::open(&db).await;
        let (last, late) = (app.code().await, app.code().await);
        app.world.at("2026-03-10T12:01:59Z");
        assert!(app.brings(&last).await.is_ok());
        app.world.at("2026-03-10T12:02:00Z");
        assert_eq!(app.brings(&late).await, Err(Denied::Code));
        for seconds in [59, 601] {
            let refused = app.world.tried(IssueCode { seconds, ..app.asks() }).await;
            assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid { what: "code lifetime" }))), "{refused:?}");
        }
    }

    async fn online_access_has_no_refresh_token(db: TestDb) {
        let app = App::open(&db).await;
        // As printed by the command line: sent nowhere, so whatever a script names is right.
        let asks = IssueCode { is_offline: false, redirect_uri: None, ..app.asks() };
        let code = app.world.does(asks).await.code;
        let proof = CodeProof { code: &code, redirect_uri: Some("https://whatever.example"), verifier: None };
        let tokens = app.brings_from(&app.world, proof).await.expect("a fresh code");
        assert_eq!(tokens.refresh_token, None);
        assert!(enter(&app.world, &tokens.access_token).await.is_ok());
        assert!(app.world.billing.oauth_grants(app.world.tenant).await.expect("a list").is_empty());
    }

    async fn tokens_are_revoked_by_whoever_has_them(db: TestDb) {
        let app = App::open(&db).await;
        let (access, refresh) = app.tokens().await;
        let other = app.refreshes(&refresh).await.expect("it holds").access_token;
        assert!(enter(&app.world, &access).await.is_ok());
        assert!(app.revokes(&access).await);
        assert_eq!(enter(&app.world, &access).await.err(), Some(Rejected::Revoked), "at once in this server");
        assert!(!app.revokes(&access).await, "it stands for nothing any more");
        assert!(enter(&app.world, &other).await.is_ok(), "the grant goes on");

        assert!(app.revokes(&refresh).await);
        assert_eq!(enter(&app.world, &other).await.err(), Some(Rejected::Revoked));
        assert_eq!(app.refreshes(&refresh).await, Err(Denied::Code));
        assert!(!app.revokes(&refresh).await);
        for nothing in ["", "1000.a.b", "bw_x"] {
            assert!(!app.revokes(nothing).await, "{nothing}");
        }
        // A token that was made by hand is not ended by the endpoint of OAuth.
        let by_hand = CreateCredential {
            face: FaceName::Zoho,
            label: "By hand".to_owned(),
            customer: None,
            scopes: vec![READ.to_owned()],
            entitlements: Vec::new(),
            expires_at: None,
            given: None,
        };
        let by_hand = app.world.does(by_hand).await.1.token;
        assert!(!app.revokes(&by_hand).await);
        assert!(enter(&app.world, &by_hand).await.is_ok());
        app.world.books_are_sound().await;
    }

    async fn the_staff_ends_grants_and_clients(db: TestDb) {
        let app = App::open(&db).await;
        let (access, refresh) = app.tokens().await;
        let grant = app.world.billing.oauth_grants(app.world.tenant).await.expect("a list")[0].id;
        app.world.does(RevokeOauthGrant { grant }).await;
        assert_eq!(enter(&app.world, &access).await.err(), Some(Rejected::Revoked));
        assert_eq!(app.refreshes(&refresh).await, Err(Denied::Code));
        assert!(matches!(app.world.tried(RevokeOauthGrant { grant }).await, Err(Error::Missing { .. })));

        let (access, refresh) = app.tokens().await;
        let waiting = app.code().await;
        let neighbour = app.world.neighbour().await;
        let foreign = neighbour.tried(RevokeOauthClient { client: app.id }).await;
        assert!(matches!(foreign, Err(Error::Missing { .. })), "{foreign:?}");
        assert!(enter(&app.world, &access).await.is_ok());
        app.world.does(RevokeOauthClient { client: app.id }).await;
        assert_eq!(enter(&app.world, &access).await.err(), Some(Rejected::Revoked));
        assert_eq!(app.refreshes(&refresh).await, Err(Denied::Client));
        assert_eq!(app.brings(&waiting).await, Err(Denied::Client));
        let found = app.world.billing.oauth_client(&app.secrets.client_id).await.expect("the store works");
        assert!(found.is_none());
        let refused = app.world.tried(app.asks()).await;
        assert!(matches!(refused, Err(Error::Missing { kind: "oauth_client", .. })), "{refused:?}");
        app.world.books_are_sound().await;
    }

    async fn clients_must_make_sense(db: TestDb) {
        let world = World::open(&db).await;
        let sound = CreateOauthClient {
            name: "Shop".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            scopes: vec![READ.to_owned()],
        };
        for (verb, wrong) in [
            (CreateOauthClient { name: " ".to_owned(), ..sound.clone() }, Refusal::Blank { what: "name" }),
            (CreateOauthClient { name: "a\u{7}".to_owned(), ..sound.clone() }, Refusal::Invalid { what: "name" }),
            (
                CreateOauthClient { redirect_uris: vec!["http://app.example/".to_owned()], ..sound.clone() },
                Refusal::Invalid { what: "redirect URI" },
            ),
            (
                CreateOauthClient { redirect_uris: vec![CALLBACK.to_owned(); 21], ..sound.clone() },
                Refusal::Invalid { what: "redirect URI" },
            ),
            (CreateOauthClient { scopes: Vec::new(), ..sound.clone() }, Refusal::Invalid { what: "scopes" }),
        ] {
            let refused = world.tried(verb.clone()).await;
            assert!(matches!(&refused, Err(Error::Refused(refusal)) if *refusal == wrong), "{verb:?}: {refused:?}");
        }
        assert!(world.billing.oauth_clients(world.tenant).await.expect("a list").is_empty());
        let (info, secrets) = world.does(sound).await;
        assert!(info.client_id.starts_with("1000.") && info.client_id.len() == 35, "{}", info.client_id);
        assert_eq!(secrets.client_secret.len(), 64);
        assert!(!format!("{secrets:?}").contains(&secrets.client_secret));
    }

    /// Whoever is first gets tokens; that the others came ends them.
    async fn of_many_that_bring_one_code_one_is_the_first(db: TestDb) {
        let app = std::sync::Arc::new(App::open(&db).await);
        let second = app.world.second_server().await;
        let code = app.code().await;
        let mut racers = tokio::task::JoinSet::new();
        for number in 0..8 {
            let (app, code) = (app.clone(), code.clone());
            let world = if number % 2 == 0 { app.world.clone() } else { second.clone() };
            racers.spawn(async move {
                let proof = CodeProof { code: &code, redirect_uri: Some(CALLBACK), verifier: None };
                app.brings_from(&world, proof).await
            });
        }
        let told = racers.join_all().await;
        let given: Vec<&Tokens> = told.iter().flatten().collect();
        assert_eq!(given.len(), 1, "{told:?}");
        assert_eq!(enter(&app.world, &given[0].access_token).await.err(), Some(Rejected::Revoked));
        app.world.books_are_sound().await;
    }

    async fn what_ended_long_ago_is_forgotten(db: TestDb) {
        let app = App::open(&db).await;
        let (access, refresh) = app.tokens().await;
        app.code().await;
        let ended = app.tokens().await.1;
        assert!(app.revokes(&ended).await);
        let forget = async || app.world.billing.forget_old(app.world.billing.now()).await.expect("the store works");
        app.world.at("2026-03-12T12:30:00Z");
        assert_eq!(forget().await, 2, "the code that nobody used, the grant that was revoked");
        app.world.at("2026-03-12T13:00:01Z");
        assert_eq!(forget().await, 4, "two access tokens, each with its link");
        assert_eq!(enter(&app.world, &access).await.err(), Some(Rejected::Unknown));
        let again = app.refreshes(&refresh).await.expect("grants hold until they are revoked");
        assert!(enter(&app.world, &again.access_token).await.is_ok());
        assert_eq!(forget().await, 0);
        app.world.books_are_sound().await;
    }
}

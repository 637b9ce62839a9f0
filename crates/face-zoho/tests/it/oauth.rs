//! `/oauth/v2` as a browser and a client see it.

use billing::FaceName;
use billing::credentials::CreateCredential;
use billing::oauth::clients::{ClientSecrets, CreateOauthClient};
use serde_json::json;
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, EVERYTHING, House, READ};

const CALLBACK: &str = "https://app.example/callback?shop=1";
const CALLBACK_IN_QUERY: &str = "https%3A%2F%2Fapp.example%2Fcallback%3Fshop%3D1";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const ITEMS: &str = "ZohoSubscriptions.items.READ";

pub async fn client(house: &House, redirect_uri: &str, scopes: &[&str]) -> ClientSecrets {
    let verb = CreateOauthClient {
        name: "Shop & <Co>".to_owned(),
        redirect_uris: vec![redirect_uri.to_owned()],
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
    };
    house.billing.perform(&billing::Caller::system(house.tenant), verb).await.expect("a client").1
}

pub async fn native_token(house: &House, scopes: &[&str]) -> String {
    let verb = CreateCredential {
        face: FaceName::Native,
        label: "Ann".to_owned(),
        customer: None,
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        entitlements: Vec::new(),
        expires_at: None,
        given: None,
    };
    house.billing.perform(&billing::Caller::system(house.tenant), verb).await.expect("a credential").1.token
}

/// A client, a person with a token, and a browser between them.
struct Story {
    house: House,
    secrets: ClientSecrets,
    person: String,
}

impl Story {
    async fn of(db: TestDb) -> Story {
        let house = House::build(db).await;
        let secrets = client(&house, CALLBACK, &[READ, ITEMS]).await;
        let person = native_token(&house, &["*"]).await;
        Story { house, secrets, person }
    }

    /// Opens the page that the client sends the browser to; `more` overrides nothing, it is added.
    async fn opens(&self, more: &str) -> Reply {
        let id = &self.secrets.client_id;
        let path = format!(
            "/oauth/v2/auth?client_id={id}&redirect_uri={CALLBACK_IN_QUERY}&response_type=code&state=a%26b%3Dc{more}"
        );
        self.house.ask("GET", &path, &[], "").await
    }

    async fn answers(&self, page: &Reply, decision: &str, token: &str) -> Reply {
        let request = hidden(page);
        let body = format!("request={request}&decision={decision}&token={token}");
        self.house.ask("POST", "/oauth/v2/auth", &[FORM], &body).await
    }

    /// The code that the browser brings back.
    async fn code(&self, more: &str) -> String {
        let page = self.opens(more).await;
        assert_eq!(page.status, 200, "{page:?}");
        let sent = self.answers(&page, "approve", &self.person).await;
        assert_eq!(sent.status, 303, "{sent:?}");
        parameter(&sent, "code")
    }

    async fn gives(&self, parameters: &str) -> Reply {
        let ClientSecrets { client_id, client_secret } = &self.secrets;
        let body = format!("client_id={client_id}&client_secret={client_secret}&{parameters}");
        self.house.ask("POST", "/oauth/v2/token", &[FORM], &body).await
    }

    async fn brings(&self, code: &str) -> Reply {
        self.gives(&format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK_IN_QUERY}")).await
    }

    async fn refreshes(&self, token: &str) -> Reply {
        self.gives(&format!("grant_type=refresh_token&refresh_token={token}")).await
    }

    async fn reads(&self, token: &str, what: &str) -> u16 {
        self.house.get(token, &format!("/billing/v1/{what}")).await.status
    }
}

/// The signed request that the page carries.
#[track_caller]
fn hidden(page: &Reply) -> &str {
    let (_, rest) = page.body.split_once("name=\"request\" value=\"").unwrap_or_else(|| panic!("{page:?}"));
    rest.split_once('"').expect("it is quoted").0
}

/// A parameter of the address that a browser is sent to, as it stands there.
#[track_caller]
fn parameter(reply: &Reply, name: &str) -> String {
    let location = reply.header("location").unwrap_or_else(|| panic!("{reply:?}"));
    let found = location.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("no {name} in {location}")).to_owned()
}

#[track_caller]
fn text(reply: &Reply, name: &str) -> String {
    reply.value()[name].as_str().unwrap_or_else(|| panic!("no {name}: {reply:?}")).to_owned()
}

#[track_caller]
fn check_token_answer(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.body.as_str()), (status, body), "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

testkit::on_both_databases! {
    async fn a_client_gets_in_and_out_again(db: TestDb) {
        let story = Story::of(db).await;
        let page = story.opens(&format!("&scope={READ}&access_type=offline&prompt=consent")).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = "default-src 'none'; style-src 'self'; form-action 'self' https://app.example; base-uri 'none'; \
                      frame-ancestors 'none'";
        assert_eq!(page.header("content-security-policy"), Some(policy));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        for words in ["Shop &amp; &lt;Co&gt; asks", "Read invoices", READ, "until you revoke it", "https://app.example<"] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(!page.body.contains("<script"), "{}", page.body);
        assert_eq!(story.house.ask("GET", "/oauth/v2/auth/style.css", &[], "").await.status, 200);

        let wrong = story.answers(&page, "approve", "bw_wrong").await;
        assert_eq!(wrong.status, 403);
        assert!(wrong.body.contains("role=\"alert\"") && !wrong.body.contains("bw_wrong"), "{}", wrong.body);
        // Again, on the page that told of the fault.
        let sent = story.answers(&wrong, "approve", &story.person).await;
        assert_eq!(sent.status, 303, "{sent:?}");
        let location = sent.header("location").expect("a location");
        assert!(location.starts_with("https://app.example/callback?shop=1&state=a%26b%3Dc&code=1000."), "{location}");
        assert!(!location.contains(&story.person), "{location}");
        assert!(parameter(&sent, "accounts-server").starts_with("http%3A%2F%2F127.0.0.1%3A"), "{location}");

        let given = story.brings(&parameter(&sent, "code")).await;
        assert_eq!(given.status, 200, "{given:?}");
        assert_eq!(given.header("content-type"), Some("application/json;charset=UTF-8"));
        assert_eq!(given.header("cache-control"), Some("no-store"));
        let (access, refresh) = (text(&given, "access_token"), text(&given, "refresh_token"));
        let api_domain = story.house.server.url("");
        let expected = format!(
            r#"{{"access_token":"{access}","refresh_token":"{refresh}","api_domain":"{api_domain}","token_type":"Bearer","expires_in":3600}}"#
        );
        assert_eq!(given.body, expected);
        assert_eq!(story.reads(&access, "invoices").await, 200);
        assert_eq!(story.reads(&access, "organizations").await, 200);

        let again = story.refreshes(&refresh).await;
        let second = text(&again, "access_token");
        let expected =
            format!(r#"{{"access_token":"{second}","api_domain":"{api_domain}","token_type":"Bearer","expires_in":3600}}"#);
        assert_eq!(again.body, expected);
        assert_ne!(second, access);

        let revoked = story.house.ask("POST", &format!("/oauth/v2/token/revoke?token={access}"), &[], "").await;
        check_token_answer(&revoked, 200, r#"{"status":"success"}"#);
        assert_eq!((story.reads(&access, "invoices").await, story.reads(&second, "invoices").await), (401, 200));
        let body = format!("token={refresh}");
        let revoked = story.house.ask("POST", "/oauth/v2/revoke/token", &[FORM], &body).await;
        check_token_answer(&revoked, 200, r#"{"status":"success"}"#);
        assert_eq!(story.reads(&second, "invoices").await, 401);
        check_token_answer(&story.refreshes(&refresh).await, 200, r#"{"error":"invalid_code"}"#);
        let none = story.house.ask("POST", &format!("/oauth/v2/token/revoke?token={refresh}"), &[], "").await;
        check_token_answer(&none, 400, r#"{"error":"invalid_token"}"#);
    }

    async fn a_token_opens_what_was_approved_only(db: TestDb) {
        let story = Story::of(db).await;
        let given = story.brings(&story.code(&format!("&scope={ITEMS}")).await).await;
        assert_eq!(given.value().get("refresh_token"), None, "online is the default");
        let access = text(&given, "access_token");
        assert_eq!(story.reads(&access, "invoices").await, 401);
        assert_eq!(story.reads(&access, "organizations").await, 200);
    }

    async fn a_person_denies(db: TestDb) {
        let story = Story::of(db).await;
        let page = story.opens(&format!("&scope={READ}")).await;
        for decision in ["deny", "", "yes"] {
            let sent = story.answers(&page, decision, &story.person).await;
            let location = "https://app.example/callback?shop=1&error=access_denied&state=a%26b%3Dc";
            assert_eq!((sent.status, sent.header("location")), (303, Some(location)), "{decision}");
        }
        let reader = native_token(&story.house, &["read"]).await;
        let refused = story.answers(&page, "approve", &reader).await;
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("lacks the scope"), "{}", refused.body);
        let nobody = story.answers(&page, "approve", "").await;
        assert_eq!(nobody.status, 403);
    }

    async fn nothing_is_sent_where_nobody_registered(db: TestDb) {
        let story = Story::of(db).await;
        let id = &story.secrets.client_id;
        for (query, word) in [
            (String::new(), "invalid_client"),
            (format!("client_id=1000.X&redirect_uri={CALLBACK_IN_QUERY}"), "invalid_client"),
            (format!("client_id={id}"), "invalid_redirect_uri"),
            (format!("client_id={id}&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"), "invalid_redirect_uri"),
            (format!("client_id={id}&redirect_uri=https%3A%2F%2Fevil.example%2F"), "invalid_redirect_uri"),
            (format!("client_id={id}&redirect_uri={CALLBACK_IN_QUERY}%2F"), "invalid_redirect_uri"),
            ("client_id=%zz".to_owned(), "invalid_request"),
        ] {
            let reply = story.house.ask("GET", &format!("/oauth/v2/auth?{query}&response_type=code&scope={READ}"), &[], "").await;
            assert_eq!((reply.status, reply.header("location")), (400, None), "{query}: {reply:?}");
            assert!(reply.body.contains(&format!("<code>{word}</code>")), "{query}: {}", reply.body);
            assert!(reply.header("content-security-policy").is_some_and(|policy| policy.contains("form-action 'none'")));
        }
    }

    async fn other_faults_are_told_to_the_client(db: TestDb) {
        let story = Story::of(db).await;
        let with_state = "&state=a%26b%3Dc";
        for (more, word, state) in [
            ("&scope=ZohoSubscriptions.ledgers.READ", "invalid_scope", with_state),
            ("&scope=", "invalid_scope", with_state),
            ("", "invalid_scope", with_state),
            (&format!("&scope={READ},x"), "invalid_scope", with_state),
            (&format!("&scope={EVERYTHING}"), "invalid_scope", with_state),
            ("&scope=ZohoSubscriptions.invoices.ALL", "invalid_scope", with_state),
            (&format!("&scope={READ}&access_type=sometimes"), "invalid_request", with_state),
            (&format!("&scope={READ}&code_challenge=short"), "invalid_request", with_state),
            (&format!("&scope={READ}&code_challenge_method=S256"), "invalid_request", with_state),
        ] {
            let reply = story.opens(more).await;
            let location = format!("https://app.example/callback?shop=1&error={word}{state}");
            assert_eq!((reply.status, reply.header("location")), (302, Some(location.as_str())), "{more}");
        }
        let id = &story.secrets.client_id;
        let start = format!("/oauth/v2/auth?client_id={id}&redirect_uri={CALLBACK_IN_QUERY}&scope={READ}");
        let token = story.house.ask("GET", &format!("{start}&response_type=token"), &[], "").await;
        let location = "https://app.example/callback?shop=1&error=unsupported_response_type";
        assert_eq!((token.status, token.header("location")), (302, Some(location)));
        let long = "a".repeat(2_001);
        let long = story.house.ask("GET", &format!("{start}&response_type=code&state={long}"), &[], "").await;
        let location = "https://app.example/callback?shop=1&error=invalid_request";
        assert_eq!((long.status, long.header("location")), (302, Some(location)));
    }

    async fn a_form_of_somebody_else_does_nothing(db: TestDb) {
        let story = Story::of(db).await;
        let page = story.opens(&format!("&scope={READ}")).await;
        let person = &story.person;
        for body in [
            String::new(),
            format!("decision=approve&token={person}"),
            format!("request=abc.def&decision=approve&token={person}"),
            format!("request={}0&decision=approve&token={person}", hidden(&page)),
        ] {
            let reply = story.house.ask("POST", "/oauth/v2/auth", &[FORM], &body).await;
            assert_eq!((reply.status, reply.header("location")), (400, None), "{body}: {reply:?}");
        }
        // A token in the URL is not looked at.
        let request = hidden(&page);
        let path = format!("/oauth/v2/auth?request={request}&decision=approve&token={person}");
        assert_eq!(story.house.ask("POST", &path, &[FORM], "").await.status, 400);
    }

    async fn bad_grants_are_told_with_200(db: TestDb) {
        let story = Story::of(db).await;
        let code = story.code(&format!("&scope={READ}&access_type=offline")).await;
        let ClientSecrets { client_id, client_secret } = &story.secrets;
        let grant = format!("grant_type=authorization_code&code={code}");
        let sent = format!("redirect_uri={CALLBACK_IN_QUERY}");
        for (body, word) in [
            (format!("client_id={client_id}&client_secret={client_secret}&code={code}&{sent}"), "unsupported_grant_type"),
            (format!("client_id={client_id}&client_secret={client_secret}&grant_type=password"), "unsupported_grant_type"),
            (format!("client_id={client_id}&client_secret=wrong&{grant}&{sent}"), "invalid_client"),
            (format!("client_id={client_id}&{grant}&{sent}"), "invalid_client"),
            (format!("client_secret={client_secret}&{grant}&{sent}"), "invalid_client"),
            (format!("client_id=1000.X&client_secret={client_secret}&{grant}&{sent}"), "invalid_client"),
            (format!("client_id={client_id}&client_secret={client_secret}&{grant}"), "invalid_redirect_uri"),
            (format!("client_id={client_id}&client_secret={client_secret}&{grant}&redirect_uri=x"), "invalid_redirect_uri"),
            (format!("client_id={client_id}&client_secret={client_secret}&{grant}0&{sent}"), "invalid_code"),
            (format!("client_id={client_id}&client_secret={client_secret}&{grant}&{sent}&code_verifier=x"), "invalid_code"),
            (format!("client_id={client_id}&client_secret={client_secret}&grant_type=refresh_token"), "invalid_code"),
        ] {
            let expected = json!({"error": word}).to_string();
            check_token_answer(&story.house.ask("POST", "/oauth/v2/token", &[FORM], &body).await, 200, &expected);
            // The same in the query, as Zoho's samples have it.
            let path = format!("/oauth/v2/token?{body}");
            check_token_answer(&story.house.ask("POST", &path, &[], "").await, 200, &expected);
        }
        let given = story.brings(&code).await;
        let (access, refresh) = (text(&given, "access_token"), text(&given, "refresh_token"));
        assert_eq!(story.reads(&access, "invoices").await, 200);
        check_token_answer(&story.brings(&code).await, 200, r#"{"error":"invalid_code"}"#);
        assert_eq!(story.reads(&access, "invoices").await, 401, "a code that comes twice ends what it gave");
        check_token_answer(&story.refreshes(&refresh).await, 200, r#"{"error":"invalid_code"}"#);

        let late = story.code(&format!("&scope={READ}")).await;
        let later = story.house.clock.now() + jiff::SignedDuration::from_secs(120);
        story.house.clock.set(later);
        check_token_answer(&story.brings(&late).await, 200, r#"{"error":"invalid_code"}"#);
    }

    async fn parameters_come_in_every_way(db: TestDb) {
        let story = Story::of(db).await;
        let ClientSecrets { client_id, client_secret } = &story.secrets;
        let ask = async |path: &str, headers: &[(&str, &str)], body: &str| {
            let reply = story.house.ask("POST", path, headers, body).await;
            (reply.status, reply.value().get("access_token").is_some())
        };
        let code = story.code(&format!("&scope={READ}&access_type=offline")).await;
        let grant = format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK_IN_QUERY}");
        let in_query = format!("/oauth/v2/token?client_id={client_id}&client_secret={client_secret}&{grant}");
        assert_eq!(ask(&in_query, &[], "").await, (200, true));

        let code = story.code(&format!("&scope={READ}")).await;
        let parts = [
            ("client_id", client_id.as_str()),
            ("client_secret", client_secret),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ];
        let part = |(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let body = parts.map(part).concat() + "--b--\r\n";
        let multipart = [("content-type", "multipart/form-data; boundary=b")];
        assert_eq!(ask("/oauth/v2/token", &multipart, &body).await, (200, true));

        // PKCE, and the client as Basic, as RFC 6749 has it. RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let code = story.code(&format!("&scope={READ}{challenge}")).await;
        let grant = format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK_IN_QUERY}");
        let basic = format!("Basic {}", base64(&format!("{client_id}:{client_secret}")));
        let headers = [FORM, ("authorization", basic.as_str())];
        assert_eq!(ask("/oauth/v2/token", &headers, &grant).await, (200, false), "without the verifier");
        let other = format!("{grant}&code_verifier={verifier}&client_id=1000.OTHER");
        assert_eq!(ask("/oauth/v2/token", &headers, &other).await, (200, false), "two clients at once");
        let right = format!("{grant}&code_verifier={verifier}&client_id={client_id}");
        assert_eq!(ask("/oauth/v2/token", &headers, &right).await, (200, true));
    }

    async fn around_the_endpoints(db: TestDb) {
        let house = House::build(db).await;
        for (method, path, status) in [
            ("GET", "/oauth/v2/token", 405),
            ("PUT", "/oauth/v2/auth", 405),
            ("GET", "/oauth/v2/nothing", 404),
            ("POST", "/oauth/v2/token?code=%zz", 400),
            ("POST", "/oauth/v2/token/revoke?token=%zz", 400),
        ] {
            let reply = house.ask(method, path, &[], "").await;
            check_token_answer(&reply, status, r#"{"error":"invalid_request"}"#);
        }
        let none = house.ask("POST", "/oauth/v2/token/revoke", &[], "").await;
        check_token_answer(&none, 400, r#"{"error":"invalid_token"}"#);
    }
}

/// Base64 of ASCII, for one header.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[usize::try_from(bits & 63).expect("six bits")]);
    let encoded = text.as_bytes().chunks(3).map(|three| {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let all: String = [bits >> 18, bits >> 12, bits >> 6, bits].into_iter().map(digit).collect();
        format!("{:=<4}", &all[..three.len() + 1])
    });
    encoded.collect()
}

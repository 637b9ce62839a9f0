//! OAuth from the command line: a client, a code for a script, tokens from a running server, and their end.

use crate::support::{Reply, ask, run_in, serve, text};
use std::net::SocketAddr;

const READ: &str = "ZohoSubscriptions.invoices.READ";

fn token_endpoint(server: SocketAddr, parameters: &str) -> Reply {
    ask(server, "POST", &format!("/oauth/v2/token?{parameters}"), &[], "")
}

fn invoices(server: SocketAddr, token: &str) -> u16 {
    let authorization = format!("Authorization: Zoho-oauthtoken {token}");
    ask(server, "GET", "/billing/v1/invoices", &[authorization], "").status
}

#[test]
fn a_script_gets_its_tokens() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let server = serve(&data).start();
    let at = server.address();
    run_in(&data, &["tenant", "create", "Acme Ltd", "--currency", "EUR"]).expect(0);

    let create = ["oauth", "client", "create", "--name", "Export", "--scope", READ, "--json"];
    let client = run_in(&data, &create).json();
    let (client_id, secret) = (text(&client, "client_id").to_owned(), text(&client, "client_secret").to_owned());
    let list = run_in(&data, &["oauth", "client", "list"]);
    assert!(list.expect(0).contains("Export") && !list.stdout.contains(&secret), "{}", list.stdout);

    let asks = ["oauth", "code", "--client", "Export", "--scope", READ, "--expires-in", "60", "--json"];
    let code = run_in(&data, &asks).json();
    let proof = format!("client_id={client_id}&client_secret={secret}");
    let grant = format!("{proof}&grant_type=authorization_code&code={}", text(&code, "code"));
    let given = token_endpoint(at, &grant).json();
    let refresh = text(&given, "refresh_token").to_owned();
    assert_eq!(invoices(at, text(&given, "access_token")), 200);
    let again = token_endpoint(at, &format!("{proof}&grant_type=refresh_token&refresh_token={refresh}")).json();
    let access = text(&again, "access_token").to_owned();
    assert_eq!(invoices(at, &access), 200);

    // What ended is refused by the running server within a second.
    let grants = run_in(&data, &["oauth", "grant", "list", "--json"]).json();
    let id = text(&grants[0], "id").to_owned();
    assert_eq!(text(&grants[0], "approved_by"), "billwright");
    run_in(&data, &["oauth", "grant", "revoke", &id]).expect(0);
    run_in(&data, &["oauth", "grant", "revoke", &id]).refuses(3, &["no live grant", &id]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while invoices(at, &access) != 401 {
        assert!(std::time::Instant::now() < deadline, "revoked in the running server too");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let ended = token_endpoint(at, &format!("{proof}&grant_type=refresh_token&refresh_token={refresh}"));
    assert_eq!((ended.status, ended.body.as_str()), (200, r#"{"error":"invalid_code"}"#));
    run_in(&data, &["oauth", "client", "revoke", &client_id]).expect(0);
    assert_eq!(token_endpoint(at, &grant).body, r#"{"error":"invalid_client"}"#);
    run_in(&data, &["oauth", "client", "revoke", "Export"]).refuses(3, &["no live client Export"]);
}

#[test]
fn what_makes_no_sense_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path();
    run_in(data, &["db", "migrate"]).expect(0);
    run_in(data, &["tenant", "create", "Acme Ltd"]).expect(0);
    let create = |more: &[&str]| run_in(data, &[&["oauth", "client", "create", "--name", "Shop"], more].concat());
    create(&["--scope", "ZohoBooks.invoices.READ"]).refuses(2, &["ZohoBooks.invoices.READ", "no scope"]);
    create(&["--redirect-uri", "http://shop.example/cb"]).refuses(2, &["http://shop.example/cb", "https://HOST/PATH"]);
    create(&["--scope", READ, "--redirect-uri", "https://shop.example/cb"]).expect(0);
    let code = |scope: &str| run_in(data, &["oauth", "code", "--client", "Shop", "--scope", scope]);
    code("ZohoSubscriptions.items.READ").refuses(4, &["Shop may not ask for", "it may ask for", READ]);
    run_in(data, &["oauth", "code", "--client", "Nobody", "--scope", READ]).refuses(3, &["no live client Nobody"]);
    run_in(data, &["oauth", "code", "--client", "Shop", "--scope", READ, "--expires-in", "601"]).expect(2);
    run_in(data, &["oauth", "grant", "revoke", "inv_1"]).refuses(2, &["oag_100300"]);
    create(&[]).expect(0);
    code(READ).refuses(2, &["several clients are called Shop"]);
}

#[test]
fn limits_are_settings_of_a_tenant() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let server = serve(&data).start();
    run_in(&data, &["tenant", "create", "Acme Ltd", "--currency", "EUR"]).expect(0);
    run_in(&data, &["tenant", "set", "zoho.limit", "free"]).refuses(2, &["no setting", "zoho.limits.per_day"]);
    run_in(&data, &["tenant", "set", "zoho.limits", "gold"]).refuses(2, &["cannot be", "free, standard"]);
    run_in(&data, &["tenant", "set", "zoho.limits", "free"]).expect(0);
    run_in(&data, &["tenant", "set", "zoho.limits.per_day", "2"]).expect(0);
    let settings = run_in(&data, &["tenant", "settings", "--json"]).json();
    let limits = settings.as_array().expect("rows").iter().find(|row| row["name"] == "zoho.limits").expect("a row");
    assert_eq!((text(limits, "value"), text(limits, "default")), ("free", "off"));

    let token = run_in(&data, &["credential", "create", "--face", "zoho", "--json"]).json();
    let token = text(&token, "token");
    let statuses = [200, 200, 429].map(|expected| (invoices(server.address(), token), expected));
    assert!(statuses.iter().all(|(status, expected)| status == expected), "{statuses:?}");
}

//! Tokens, scopes, organizations, unknown URLs and methods: each answered in Zoho's shape.

use face_zoho::{Mount, Needs, operations};
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, EVERYTHING, House, ORGANIZATION, PAID};

const UNAUTHORIZED: &str = r#"{"code":57,"message":"You are not authorized to perform this operation"}"#;

#[track_caller]
fn check(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.body.as_str()), (status, body), "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
}

/// The path of an operation with what exists in place of its parameters, and with what does not.
fn paths(path: &str) -> (String, String) {
    let filled = |organization: &str, invoice: &str| {
        path.replace("{organization_id}", organization).replace("{invoice_id}", invoice)
    };
    (filled(ORGANIZATION, PAID), filled("1", "1"))
}

testkit::on_both_databases! {
    /// Walks the table: no operation answers without a token, with a wrong one, or with one that lacks its
    /// scope; each answers with its own scope and with the one that holds all.
    async fn every_operation_demands_its_scope(db: TestDb) {
        let house = House::build(db).await;
        let all = house.token(&[EVERYTHING], None).await;
        let none = house.token(&["ZohoSubscriptions.none.READ"], None).await;
        for operation in operations() {
            let own = match operation.needs {
                Needs::AnyToken => house.token(&[], None).await,
                Needs::Scope(scope) => house.token(&[scope], None).await,
            };
            for mount in Mount::ALL {
                let (path, missing) = paths(&format!("{}{}", mount.prefix(), operation.path));
                let ask = async |token: &str, path: &str| {
                    let authorization = format!("Bearer {token}");
                    let headers = [("authorization", authorization.as_str())];
                    house.ask(operation.method, path, &headers, "").await
                };
                let without = house.ask(operation.method, &path, &[], "").await;
                check(&without, 401, UNAUTHORIZED);
                check(&ask("1000.41d9.8fcc", &path).await, 401, UNAUTHORIZED);
                for token in [&own, &all] {
                    let reply = ask(token, &path).await;
                    assert_eq!(reply.status, 200, "{} {path}: {reply:?}", operation.name);
                    assert!(reply.body.starts_with(r#"{"code":0,"message":"#), "{reply:?}");
                }
                match operation.needs {
                    Needs::AnyToken => assert_eq!(ask(&none, &path).await.status, 200),
                    Needs::Scope(_) => check(&ask(&none, &path).await, 401, UNAUTHORIZED),
                }
                if missing != path {
                    let reply = ask(&own, &missing).await;
                    assert_eq!((reply.status, reply.value()["code"].as_i64()), (404, Some(1002)));
                }
            }
        }
    }

    async fn tokens_come_in_three_schemes(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let path = "/subscriptions/v1/invoices";
        for scheme in ["Zoho-oauthtoken", "zoho-OAUTHTOKEN", "Zoho-authtoken", "Bearer", "bearer"] {
            let authorization = format!("{scheme} {token}");
            let reply = house.ask("GET", path, &[("Authorization", &authorization)], "").await;
            assert_eq!(reply.status, 200, "{scheme}: {reply:?}");
        }
        let old = house.ask("GET", path, &[("authorization", "Zoho-authtoken none")], "").await;
        check(&old, 401, r#"{"code":14,"message":"Invalid auth token"}"#);
        for authorization in ["Zoho-oauthtoken none", "Basic YTpi", "none", "Bearer", "Bearer a b"] {
            let reply = house.ask("GET", path, &[("authorization", authorization)], "").await;
            check(&reply, 401, UNAUTHORIZED);
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
    }

    async fn the_organization_is_the_tokens_own(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let authorization = format!("Zoho-oauthtoken {token}");
        let ask = async |given: &[&str]| {
            let name = "X-com-zoho-subscriptions-organizationid";
            let mut headers = vec![("authorization", authorization.as_str())];
            headers.extend(given.iter().map(|value| (name, *value)));
            house.ask("GET", "/subscriptions/v1/invoices", &headers, "").await
        };
        let native = face_zoho::wire::spell(house.tenant.0);
        for given in [&[][..], &[ORGANIZATION], &[native.as_str()], &[""]] {
            assert_eq!(ask(given).await.status, 200, "{given:?}");
        }
        let neighbour = face_zoho::wire::spell(house.tenant.0 + 1);
        for given in ["1", "<CompanyID>", neighbour.as_str()] {
            let words = format!(
                r#"{{"code":6041,"message":"This user is not associated with the CompanyID/CompanyName: {given}."}}"#
            );
            check(&ask(&[given]).await, 400, &words);
        }
        assert_eq!(ask(&[ORGANIZATION, "1"]).await.status, 400);
        assert_eq!(ask(&[ORGANIZATION, ORGANIZATION]).await.status, 400);
        assert_eq!(ask(&["\u{e9}"]).await.status, 400);
    }

    async fn unknown_urls_and_methods(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let unknown = r#"{"code":5,"message":"Invalid URL Passed"}"#;
        for mount in Mount::ALL {
            for path in ["", "/", "/subscriptions", "/hostedpages/newsubscription", "/customers/1", "/invoices/1/x"] {
                let path = format!("{}{path}", mount.prefix());
                check(&house.get(&token, &path).await, 404, unknown);
                check(&house.ask("GET", &path, &[], "").await, 404, unknown);
            }
            for path in ["/organizations", "/invoices"] {
                let path = format!("{}{path}", mount.prefix());
                let reply = house.ask("DELETE", &path, &[], "").await;
                let words = "The HTTP method is not allowed for the requested resource";
                check(&reply, 405, &format!(r#"{{"code":37,"message":"{words}"}}"#));
                assert_eq!(reply.header("allow"), Some("GET,HEAD"));
            }
        }
        let broken = house.get(&token, "/api/v1/invoices/%ff").await;
        check(&broken, 400, r#"{"code":4000,"message":"The request is malformed."}"#);
        let long = format!("/api/v1/invoices?x={}", "y".repeat(40_000));
        assert_eq!(house.get(&token, &long).await.value()["code"], 4000);
    }

    /// The PyPI client sends `null` as the body of every GET (contract Zoho 4.1).
    async fn bodies_of_gets_are_ignored(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let authorization = format!("Zoho-authtoken {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        for body in ["null", r#"{"query":{"accept":"pdf"}}"#, "{", "\u{0}"] {
            let path = format!("/api/v1/invoices/{PAID}");
            let reply = house.ask("GET", &path, &headers, body).await;
            assert_eq!(reply.status, 200, "{reply:?}");
        }
    }
}

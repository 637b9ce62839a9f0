//! What no handler answers, in the envelope too.

use crate::world::{STAFF, World, basic};
use store::Db;
use testkit::server::Reply;
use testkit::wire::Json;

const NO_ROUTE: &str = include_str!("../wire/404_route.json");
const NO_METHOD: &str = include_str!("../wire/405.json");

#[track_caller]
fn check(reply: &Reply, code: u16) {
    let json = Json::parse(reply.expect(code));
    assert_eq!(json.keys(), ["code", "status", "message", "details", "response"]);
    assert_eq!(json.get("code"), &Json::Number(code.to_string()));
    assert_eq!(json.get("status").text(), "Error");
    assert!(!json.get("message").text().is_empty());
    assert_eq!(json.get("details"), &Json::Object(Vec::new()));
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

testkit::on_both_databases! {
    async fn routes_and_methods(db: Db) {
        let world = World::new(db).await;
        for path in ["/api/v3", "/api/v3/", "/api/v3/customer", "/api/v3/customer/5", "/api/v3/transaction?action=pay",
            "/api/v3/invoice/5/lines", "/api/v3/Invoice"] {
            let reply = world.server.get(path).header("authorization", &basic(STAFF)).send().await;
            check(&reply, 404);
            assert_eq!(reply.body, NO_ROUTE.trim_end(), "{path}");
        }
        for (method, path) in [("DELETE", "/invoice"), ("PATCH", "/invoice/10005"), ("PUT", "/invoice/_count")] {
            let request = world.server.request(method, &format!("/api/v3{path}"));
            let reply = request.header("authorization", &basic(STAFF)).send().await;
            check(&reply, 405);
            assert_eq!(reply.body, NO_METHOD.trim_end(), "{method} {path}");
            assert_eq!(reply.header("allow"), Some("GET,HEAD"));
        }
    }
}

testkit::on_both_databases! {
    async fn malformed_requests(db: Db) {
        let world = World::new(db).await;
        let large = "x".repeat(2 * 1024 * 1024);
        let reply = world.server.post("/api/v3/invoice", &large).header("authorization", &basic(STAFF)).send().await;
        check(&reply, 413);
        check(&world.get("/invoice/%ff").send().await, 400);
        for path in ["/invoice/%00", "/invoice/1%00", "/invoice/token:%00"] {
            check(&world.get(path).send().await, 404);
        }
        check(&world.get(&format!("/invoice?x={}", "y".repeat(20_000))).send().await, 400);
        check(&world.get(&format!("/invoice?{}", "a=1&".repeat(300))).send().await, 400);
        check(&world.get(&format!("/invoice?x={}", "y".repeat(40_000))).send().await, 414);
        check(&world.get("/invoice").header("x-long", &"y".repeat(70_000)).send().await, 431);
        // A body of a GET is ignored.
        world.get("/invoice/10005").body("null").send().await.expect(200);
        let reply = world.server.request("HEAD", "/api/v3/invoice/10005").header("authorization", &basic(STAFF));
        assert_eq!(reply.send().await.expect(200), "");
    }
}

testkit::on_both_databases! {
    async fn a_store_that_fails(db: Db) {
        let world = World::new(db.clone()).await;
        db.close().await;
        let reply = world.get("/invoice/10005").header("x-request-id", "trace-7").send().await;
        check(&reply, reply.status);
        assert!(reply.status >= 500, "{}", reply.body);
        assert_eq!(reply.header("x-request-id"), Some("trace-7"));
        assert!(!reply.body.to_lowercase().contains("sql"), "{}", reply.body);
    }
}

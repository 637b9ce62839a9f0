//! Who is let in, and in which order the refusals come.

use crate::support::{World, account, at, detail_path, invoice, says};
use domain::id::InvoiceId;
use jiff::civil::date;
use testkit::{TestDb, on_both_databases};

const NO_TOKEN: &str = r#"{"code":124,"message":"Invalid access token."}"#;
const NO_SCOPE: &str = r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[billing:master]."}"#;

on_both_databases! {
    async fn without_a_good_token_nothing_is_told(db: TestDb) {
        let world = World::open(&db).await;
        let id = world.issued(world.master, date(2026, 5, 1)).await;
        let (_, stale) = world.credential(Some(world.master), &[face_zoom::SCOPE], Some(at("2026-05-30T11:59:59Z"))).await;
        let (revoked_id, revoked) = world.credential(Some(world.master), &[face_zoom::SCOPE], None).await;
        world.revoke(revoked_id).await;
        for path in [
            detail_path("me", &invoice(id)),
            detail_path(":accountId", ":invoiceId"),
            "/v2/accounts/me/billing/invoices".to_owned(),
            "/v2/accounts/:accountId/billing/invoices?from=x".to_owned(),
        ] {
            says(&world.server.get(&path).send().await, 401, NO_TOKEN);
            for token in ["<access_token>", "wrong", &stale, &revoked] {
                let reply = world.get(&path, token).await;
                says(&reply, 401, NO_TOKEN);
                assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            }
            let basic = world.server.get(&path).header("authorization", "Basic eDp5").send().await;
            says(&basic, 401, NO_TOKEN);
        }
    }

    async fn the_scope_comes_before_the_account(db: TestDb) {
        let world = World::open(&db).await;
        let id = world.issued(world.master, date(2026, 5, 1)).await;
        let none = world.token_for(Some(world.master), &[]).await;
        let other = world.token_for(Some(world.master), &["user:read"]).await;
        for token in [&none, &other] {
            says(&world.get(&detail_path(":accountId", ":invoiceId"), token).await, 400, NO_SCOPE);
            says(&world.get("/v2/accounts/nobody/billing/invoices", token).await, 400, NO_SCOPE);
        }
        for scope in [
            "billing:read:list_invoices:admin",
            "billing:read:list_invoices:master",
            "billing:read:invoice:admin",
            "billing:read:invoice:master",
        ] {
            let token = world.token_for(Some(world.master), &["user:read", scope]).await;
            world.get(&detail_path("me", &invoice(id)), &token).await.expect(200);
            world.get("/v2/accounts/me/billing/invoices", &token).await.expect(200);
        }
    }

    /// README "Order of refusals at the edge": the seed program with a valid token and the literal ids.
    async fn unknown_and_foreign_accounts_are_the_same(db: TestDb) {
        let world = World::open(&db).await;
        let own = invoice(world.issued(world.master, date(2026, 5, 1)).await);
        let theirs = invoice(world.issued(world.stranger, date(2026, 5, 1)).await);
        let stranger = account(world.stranger);
        for name in [":accountId", "nobody", "ac00000000000000000000", &stranger, "ME"] {
            let refused = format!(r#"{{"code":2001,"message":"Account does not exist: {name}."}}"#);
            for id in [":invoiceId", &own, &theirs] {
                says(&world.detail(name, id).await, 400, &refused);
            }
            says(&world.list(name, "?from=x").await, 400, &refused);
        }
        // A path segment with everything in it is echoed as text.
        let reply = world.detail("%22%3Cb%3E%0A", "x").await;
        says(&reply, 400, r#"{"code":2001,"message":"Account does not exist: \"<b>\n."}"#);
    }

    async fn the_invoice_must_be_of_that_account(db: TestDb) {
        let world = World::open(&db).await;
        let of_master = invoice(world.issued(world.master, date(2026, 5, 1)).await);
        let of_sub = invoice(world.issued(world.sub, date(2026, 5, 1)).await);
        let of_stranger = invoice(world.issued(world.stranger, date(2026, 5, 1)).await);
        let (master, sub) = (account(world.master), account(world.sub));
        for (name, id) in [("me", &of_master), (master.as_str(), &of_master), (sub.as_str(), &of_sub)] {
            let reply = world.detail(name, id).await;
            reply.expect(200);
            assert_eq!(reply.json().get("id").text(), id);
        }
        let nobody = invoice(InvoiceId(9_007_199_254_740_991));
        let zero = "2c920000000000000000000000000000".to_owned();
        for (name, id) in [
            ("me", &of_sub),
            ("me", &of_stranger),
            (sub.as_str(), &of_master),
            (sub.as_str(), &of_stranger),
            ("me", &nobody),
            ("me", &zero),
            ("me", &":invoiceId".to_owned()),
        ] {
            says(
                &world.detail(name, id).await,
                400,
                &format!(r#"{{"code":2001,"message":"InvoiceId does not exist: {id}."}}"#),
            );
        }
        // The sub account's own credential sees itself only.
        let token = world.token_for(Some(world.sub), &[face_zoom::SCOPE]).await;
        world.get(&detail_path("me", &of_sub), &token).await.expect(200);
        world.get(&detail_path(&sub, &of_sub), &token).await.expect(200);
        let up = world.get(&detail_path(&master, &of_master), &token).await;
        says(&up, 400, &format!(r#"{{"code":2001,"message":"Account does not exist: {master}."}}"#));
    }

    async fn staff_sees_every_account_but_has_none(db: TestDb) {
        let world = World::open(&db).await;
        let staff = world.token_for(None, &[face_zoom::SCOPE]).await;
        let theirs = invoice(world.issued(world.stranger, date(2026, 5, 1)).await);
        let refused = r#"{"code":2001,"message":"Account does not exist: me."}"#;
        says(&world.get(&detail_path("me", &theirs), &staff).await, 400, refused);
        says(&world.get("/v2/accounts/me/billing/invoices", &staff).await, 400, refused);
        world.get(&detail_path(&account(world.stranger), &theirs), &staff).await.expect(200);
        world.get(&detail_path(&account(world.master), &theirs), &staff).await.expect(400);
    }

    /// Tenants count their ids apart, so the same text may name things of both.
    async fn another_tenants_things_are_unknown(db: TestDb) {
        let world = World::open(&db).await;
        let other = World::open(&db).await;
        let staff = other.token_for(None, &[face_zoom::SCOPE]).await;
        let only_here = world.free_account().await;
        let id = invoice(world.issued(only_here, date(2026, 5, 1)).await);
        let name = account(only_here);
        world.detail(&name, &id).await.expect(200);
        for token in [&other.token, &staff] {
            for path in [detail_path(&name, &id), format!("/v2/accounts/{name}/billing/invoices")] {
                let refused = format!(r#"{{"code":2001,"message":"Account does not exist: {name}."}}"#);
                says(&world.get(&path, token).await, 400, &refused);
            }
        }
        let refused = format!(r#"{{"code":2001,"message":"InvoiceId does not exist: {id}."}}"#);
        says(&other.detail("me", &id).await, 400, &refused);
    }

    async fn free_accounts_are_refused_where_the_tenant_says_so(db: TestDb) {
        let world = World::open(&db).await;
        let free = world.free_account().await;
        let id = invoice(world.issued(free, date(2026, 5, 1)).await);
        let name = account(free);
        world.detail(&name, &id).await.expect(200);
        world.list(&name, "").await.expect(200);
        world.set("zoom.free_accounts", "refuse").await;
        let refused =
            r#"{"code":200,"message":"No permission. The account must be enrolled in a Pro or a higher plan."}"#;
        says(&world.detail(&name, &id).await, 403, refused);
        says(&world.detail(&name, "nothing").await, 403, refused);
        says(&world.list(&name, "?from=x").await, 403, refused);
        world.list("me", "").await.expect(200);
        world.set("zoom.free_accounts", "allow").await;
        world.detail(&name, &id).await.expect(200);
    }

    async fn whatever_goes_wrong_is_json(db: TestDb) {
        let world = World::open(&db).await;
        for path in [
            "/v2",
            "/v2/",
            "/v2/nothing",
            "/v2/accounts/me/billing",
            "/v2/accounts/me/billing/invoices/",
        ] {
            says(&world.get(path, &world.token).await, 404, r#"{"code":404,"message":"The API endpoint does not exist."}"#);
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for path in ["/v2/accounts/me/billing/invoices", "/v2/accounts/me/billing/invoices/x"] {
                let reply = world.server.request(method, path).bearer(&world.token).body("{").send().await;
                says(&reply, 405, r#"{"code":405,"message":"The request method is not supported. Use GET,HEAD."}"#);
                assert_eq!(reply.header("allow"), Some("GET,HEAD"));
            }
        }
        let nameless = world.get("/v2/accounts//billing/invoices", &world.token).await;
        says(&nameless, 400, r#"{"code":2001,"message":"Account does not exist: ."}"#);
        let malformed = world.get("/v2/accounts/%ff/billing/invoices/%fe", &world.token).await;
        assert_eq!((malformed.status, malformed.json().get("code").text()), (400, "300"));
        let long = world.get(&format!("/v2/{}", "x".repeat(40_000)), &world.token).await;
        assert_eq!((long.status, long.json().get("code").text()), (414, "414"));
        let big = "x".repeat(2_000_000);
        let body = world.server.request("POST", "/v2/accounts/me/billing/invoices").body(&big).send().await;
        assert_eq!((body.status, body.json().get("code").text()), (413, "413"));
    }
}

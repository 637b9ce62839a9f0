//! Who is let in, and in which order the refusals come.

use crate::support::{World, at, refused, says};
use face_talkdesk::wire::spell_account;
use face_talkdesk::{ENTITLEMENT, INVOICES_SCOPE};
use testkit::{TestDb, on_both_databases};

const SAMPLE_ACCOUNT: &str = "5ea75fe7aa224700012eae40";

on_both_databases! {
    async fn without_a_good_token_nothing_is_told(db: TestDb) {
        let world = World::open(&db).await;
        let body = r#"{"code":"0120001","message":"Unauthorized.","description":"The access token is missing, wrong, expired or revoked.","fields":[]}"#;
        for query in ["", "?page=0", "?account_ids=x"] {
            let path = format!("/express/invoices{query}");
            says(&world.server.get(&path).send().await, 401, body);
            says(&world.list_as("wrong", query).await, 401, body);
            let basic = world.server.get(&path).header("authorization", "Basic eDp5").send().await;
            says(&basic, 401, body);
            assert_eq!(basic.header("www-authenticate"), Some("Bearer"));
        }
    }

    async fn the_scope_comes_first_then_the_entitlement(db: TestDb) {
        let world = World::open(&db).await;
        let organization = Some(world.sample.organization);
        let neither = world.token_for(organization, &["express-accounts:read"], &[]).await;
        says(
            &world.list_as(&neither, "?account_ids=x&page=0").await,
            403,
            r#"{"code":"0120002","message":"Forbidden.","description":"The access token lacks the scope express-accounts-invoices:read.","fields":[]}"#,
        );
        let unentitled = world.token_for(organization, &[INVOICES_SCOPE], &["other"]).await;
        says(
            &world.list_as(&unentitled, "?account_ids=x&page=0").await,
            403,
            r#"{"code":"0120004","message":"Forbidden.","description":"Resellers need the entitlement billing-insights.","fields":[]}"#,
        );
        // An account without accounts below it is no reseller, and staff is none either.
        let plain = world.token_for(Some(world.sample.account), &[INVOICES_SCOPE], &[]).await;
        world.list_as(&plain, "").await.expect(200);
        let staff = world.token_for(None, &[INVOICES_SCOPE], &[]).await;
        world.list_as(&staff, "").await.expect(200);
        world.customer("Below", Some(world.sample.account)).await;
        assert_eq!(refused(&world.list_as(&plain, "").await), (403, "0120004".to_owned()));
        let entitled = world.token_for(Some(world.sample.account), &[INVOICES_SCOPE], &[ENTITLEMENT]).await;
        world.list_as(&entitled, "").await.expect(200);
    }

    /// Seed 003: "A 403 error is returned if the specified accounts are not under the organization".
    async fn one_foreign_account_refuses_all(db: TestDb) {
        let world = World::open(&db).await;
        let stranger = spell_account(world.stranger);
        let own = spell_account(world.sample.accounts[1]);
        for named in [
            stranger.as_str(),
            "nobody",
            "000000000000000000000001",
            &format!("{SAMPLE_ACCOUNT},{stranger}"),
            &format!("{stranger},{SAMPLE_ACCOUNT}"),
            &format!("{own},{SAMPLE_ACCOUNT},nobody"),
            &format!("{own}&account_ids={stranger}"),
            &format!("{own}&account_id=nobody&page=0"),
        ] {
            let reply = world.list(&format!("?account_ids={named}")).await;
            assert_eq!(refused(&reply), (403, "0120003".to_owned()), "{named}");
        }
        let reply = world.list(&format!("?account_ids={stranger}")).await;
        let body = format!(
            r#"{{"code":"0120003","message":"This caller is not authorized to query the given accounts.","description":"The accounts specified are not under the organization owning the current authentication token.","fields":[{{"name":"account_ids","description":"{stranger}"}}]}}"#
        );
        says(&reply, 403, &body);
        let staff = world.token_for(None, &[INVOICES_SCOPE], &[]).await;
        world.list_as(&staff, &format!("?account_ids={SAMPLE_ACCOUNT},{stranger}")).await.expect(200);
        assert_eq!(refused(&world.list_as(&staff, "?account_ids=nobody").await), (403, "0120003".to_owned()));
    }

    async fn another_tenants_accounts_are_unknown(db: TestDb) {
        let world = World::open(&db).await;
        let other = World::open(&db).await;
        let only_here = world.customer("Only here", Some(world.sample.organization)).await;
        let query = format!("?account_ids={}", spell_account(only_here));
        world.list(&query).await.expect(200);
        assert_eq!(refused(&other.list(&query).await), (403, "0120003".to_owned()));
        let staff = other.token_for(None, &[INVOICES_SCOPE], &[]).await;
        assert_eq!(refused(&other.list_as(&staff, &query).await), (403, "0120003".to_owned()));
        assert_eq!(other.list_as(&staff, "").await.json().get("total").text(), "425", "its own lines only");
    }

    async fn too_many_requests(db: TestDb) {
        let world = World::open(&db).await;
        world.set("talkdesk.requests_per_second", "2").await;
        let other = world.token_for(Some(world.sample.account), &[INVOICES_SCOPE], &[]).await;
        world.list("").await.expect(200);
        world.list("").await.expect(200);
        let reply = world.list("").await;
        assert_eq!(refused(&reply), (429, "0120008".to_owned()));
        assert_eq!(reply.header("retry-after"), Some("1"));
        world.list_as(&other, "").await.expect(200);
        world.clock.set(at("2024-12-01T12:00:01Z"));
        world.list("").await.expect(200);
        world.set("talkdesk.requests_per_second", "off").await;
        world.list("").await.expect(200);
        world.list("").await.expect(200);
    }

    async fn whatever_goes_wrong_has_the_vendors_shape(db: TestDb) {
        let world = World::open(&db).await;
        for path in ["/express", "/express/", "/express/accounts", "/express/invoices/x"] {
            let reply = world.server.get(path).bearer(&world.token).send().await;
            let body = r#"{"code":"0120006","message":"The requested resource does not exist.","fields":[]}"#;
            says(&reply, 404, body);
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let reply = world.server.request(method, "/express/invoices").bearer(&world.token).body("{").send().await;
            assert_eq!(refused(&reply), (405, "0120007".to_owned()));
            assert_eq!(reply.header("allow"), Some("GET,HEAD"));
        }
        let long = world.list(&format!("?number={}", "x".repeat(40_000))).await;
        assert_eq!(refused(&long), (414, "0120009".to_owned()));
        let long = world.list(&format!("?number={}", "x".repeat(20_000))).await;
        assert_eq!(refused(&long), (400, "0120005".to_owned()));
        let broken = world.list("?number=%zz").await;
        assert_eq!(refused(&broken), (400, "0120005".to_owned()));
        let big = "x".repeat(2_000_000);
        let reply = world.server.request("POST", "/express/invoices").body(&big).send().await;
        assert_eq!(refused(&reply), (413, "0120009".to_owned()));
    }
}

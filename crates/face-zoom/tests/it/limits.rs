//! Zoom's limits: advice by default, refusals where the tenant wants them.

use crate::support::{World, account, at, detail_path, invoice, says};
use jiff::civil::date;
use testkit::server::Reply;
use testkit::{TestDb, on_both_databases};

fn limits(reply: &Reply) -> [Option<&str>; 4] {
    [
        reply.header("x-ratelimit-category"),
        reply.header("x-ratelimit-type"),
        reply.header("x-ratelimit-limit"),
        reply.header("x-ratelimit-remaining"),
    ]
}

fn daily<'a>(limit: &'a str, remaining: &'a str) -> [Option<&'a str>; 4] {
    [Some("Heavy"), Some("Daily-limit"), Some(limit), Some(remaining)]
}

const TOO_SOON: &str = r#"{"code":429,"message":"You have reached the maximum request rate limit for this API: one request every 30 minutes. Try again later."}"#;

on_both_databases! {
    async fn advice_is_the_default(db: TestDb) {
        let world = World::open(&db).await;
        let id = invoice(world.issued(world.master, date(2026, 5, 1)).await);
        for remaining in ["99", "98", "97"] {
            let reply = world.detail("me", &id).await;
            reply.expect(200);
            assert_eq!(limits(&reply), daily("100", remaining));
        }
        for remaining in ["5", "4", "3", "2", "1", "0", "0"] {
            let reply = world.list("me", "").await;
            reply.expect(200);
            assert_eq!(limits(&reply), daily("6", remaining));
            assert_eq!(reply.header("retry-after"), None);
        }
        let refused = world.detail("me", "nothing").await;
        refused.expect(400);
        assert_eq!(limits(&refused), [None; 4], "only answers are counted");
        assert_eq!(limits(&world.detail("me", &id).await), daily("100", "96"));
    }

    async fn off_neither_counts_nor_tells(db: TestDb) {
        let world = World::open(&db).await;
        let id = invoice(world.issued(world.master, date(2026, 5, 1)).await);
        world.set("zoom.limits", "off").await;
        let writes = world.billing.db().stats().jobs;
        for _ in 0..3 {
            let reply = world.detail("me", &id).await;
            reply.expect(200);
            assert_eq!(limits(&reply), [None; 4]);
            world.list("me", "").await.expect(200);
        }
        assert_eq!(world.billing.db().stats().jobs, writes, "reads write nothing");
        world.set("zoom.limits", "advise").await;
        assert_eq!(limits(&world.detail("me", &id).await), daily("100", "99"));
    }

    async fn one_read_of_an_invoice_in_thirty_minutes(db: TestDb) {
        let world = World::open(&db).await;
        let first = invoice(world.issued(world.master, date(2026, 5, 1)).await);
        let second = invoice(world.issued(world.master, date(2026, 5, 2)).await);
        let of_sub = invoice(world.issued(world.sub, date(2026, 5, 2)).await);
        world.set("zoom.limits", "enforce").await;
        assert_eq!(limits(&world.detail("me", &first).await), daily("100", "99"));
        let own_name = account(world.master);
        for name in ["me", &own_name] {
            let refused = world.detail(name, &first).await;
            says(&refused, 429, TOO_SOON);
            assert_eq!(limits(&refused), [Some("Heavy"), Some("QPS"), Some("1"), Some("0")]);
            assert_eq!(refused.header("retry-after"), None);
        }
        assert_eq!(limits(&world.detail("me", &second).await), daily("100", "98"));
        assert_eq!(limits(&world.detail(&account(world.sub), &of_sub).await), daily("100", "99"));
        let other = world.token_for(Some(world.master), &[face_zoom::SCOPE]).await;
        let reply = world.get(&detail_path("me", &first), &other).await;
        assert_eq!(limits(&reply), daily("100", "97"), "another credential has windows of its own");
        // What is wrong otherwise is said first.
        world.detail("me", "nothing").await.expect(400);
        world.clock.set(at("2026-05-30T12:29:59Z"));
        world.detail("me", &first).await.expect(429);
        world.clock.set(at("2026-05-30T12:30:00Z"));
        world.detail("me", &first).await.expect(200);
    }

    async fn one_list_in_five_minutes_and_six_a_day(db: TestDb) {
        let world = World::open(&db).await;
        world.set("zoom.limits", "enforce").await;
        for (minute, remaining) in [(0, "5"), (5, "4"), (10, "3"), (15, "2"), (20, "1"), (25, "0")] {
            world.clock.set(at(&format!("2026-05-30T12:{minute:02}:00Z")));
            let reply = world.list("me", "").await;
            reply.expect(200);
            assert_eq!(limits(&reply), daily("6", remaining));
            if remaining != "0" {
                let refused = world.list("me", "?from=2026-01-01").await;
                let message = refused.json().get("message").text().to_owned();
                assert_eq!((refused.status, message.contains("every 5 minutes")), (429, true), "{message}");
            }
        }
        world.clock.set(at("2026-05-30T20:00:00Z"));
        let refused = world.list("me", "").await;
        says(
            &refused,
            429,
            r#"{"code":429,"message":"You have reached the daily limit of 6 requests for this API. You may resume these requests at GMT 00:00:00."}"#,
        );
        assert_eq!(limits(&refused), daily("6", "0"));
        assert_eq!(refused.header("retry-after"), Some("2026-05-31T00:00:00Z"));
        // The day is the account's, whoever asks.
        let other = world.token_for(Some(world.master), &[face_zoom::SCOPE]).await;
        world.get("/v2/accounts/me/billing/invoices", &other).await.expect(429);
        world.list(&account(world.sub), "").await.expect(200);
        world.clock.set(at("2026-05-31T00:00:00Z"));
        assert_eq!(limits(&world.list("me", "").await), daily("6", "5"));
    }
}

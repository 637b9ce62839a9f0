//! Zoho's limits of an organization's calls: off by default, and as Zoho words them.

use billing::parties::tenants::SetSetting;
use billing::{Billing, Caller};
use testkit::TestDb;
use testkit::server::{Reply, TestServer};

use crate::house::{EVERYTHING, House, router};

const PER_MINUTE: &str = r#"{"code":44,"message":"For security reasons your organization has been blocked as it have exceeded the maximum number of requests per minute that can originate from an organization."}"#;
const PER_DAY: &str =
    r#"{"code":45,"message":"The API call for this organization has exceeded the maximum call rate limit of 4."}"#;
const AT_A_TIME: &str = r#"{"code":1070,"message":"You have reached the maximum number of in process requests allowed. Kindly try again after some time."}"#;

async fn set(house: &House, settings: &[(&str, &str)]) {
    for (name, value) in settings {
        let verb = SetSetting { name: (*name).to_owned(), value: (*value).to_owned() };
        house.billing.perform(&Caller::system(house.tenant), verb).await.expect("a setting");
    }
}

fn later(house: &House, seconds: i64) {
    let at = house.clock.now() + jiff::SignedDuration::from_secs(seconds);
    house.clock.set(at);
}

#[track_caller]
fn check_refused(reply: &Reply, body: &str, retry_after: Option<&str>) {
    assert_eq!((reply.status, reply.body.as_str()), (429, body), "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
    assert_eq!(reply.header("retry-after"), retry_after);
}

testkit::on_both_databases! {
    async fn without_a_setting_nothing_is_refused(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        for _ in 0..110 {
            assert_eq!(house.get(&token, "/billing/v1/organizations").await.status, 200);
        }
    }

    /// Of all prefixes, tokens and paths together.
    async fn a_minute_has_so_many_calls(db: TestDb) {
        let house = House::build(db).await;
        set(&house, &[("zoho.limits", "free"), ("zoho.limits.per_minute", "3")]).await;
        let (one, two) = (house.token(&[EVERYTHING], None).await, house.token(&[EVERYTHING], None).await);
        assert_eq!(house.get(&one, "/billing/v1/organizations").await.status, 200);
        later(&house, 10);
        assert_eq!(house.get(&two, "/api/v1/invoices").await.status, 200);
        // What is not let in is not counted: no token, no scope, another organization.
        let poor = house.token(&[], None).await;
        for reply in [house.get("1000.a.b", "/api/v1/invoices").await, house.get(&poor, "/api/v1/invoices").await] {
            assert_eq!(reply.status, 401);
        }
        assert_eq!(house.get(&one, "/subscriptions/v1/invoices/1").await.status, 404, "a call that fails is a call");
        check_refused(&house.get(&one, "/billing/v1/organizations").await, PER_MINUTE, Some("50"));
        check_refused(&house.get(&two, "/subscriptions/v1/invoices").await, PER_MINUTE, Some("50"));
        later(&house, 50);
        assert_eq!(house.get(&one, "/billing/v1/organizations").await.status, 200, "the first call left the minute");
        check_refused(&house.get(&one, "/billing/v1/organizations").await, PER_MINUTE, Some("10"));
    }

    async fn a_day_has_so_many_calls_on_all_servers(db: TestDb) {
        let house = House::build(db).await;
        set(&house, &[("zoho.limits", "premium"), ("zoho.limits.per_day", "4")]).await;
        let token = house.token(&[EVERYTHING], None).await;
        let second = Billing::new(house.db.second_handle().await, house.clock.clone());
        let second = TestServer::start(router(&second)).await;
        let authorization = format!("Bearer {token}");
        let ask_second =
            async || second.get("/billing/v1/organizations").header("authorization", &authorization).send().await;
        for _ in 0..2 {
            assert_eq!(house.get(&token, "/billing/v1/organizations").await.status, 200);
            assert_eq!(ask_second().await.status, 200);
        }
        // 2016-06-20T19:00:00Z: five hours are left of the day.
        check_refused(&house.get(&token, "/billing/v1/organizations").await, PER_DAY, Some("18000"));
        check_refused(&ask_second().await, PER_DAY, Some("18000"));
        // As after a restart.
        let third = TestServer::start(router(&house.billing)).await;
        let reply = third.get("/billing/v1/organizations").header("authorization", &authorization).send().await;
        check_refused(&reply, PER_DAY, Some("18000"));
        later(&house, 18_000);
        assert_eq!(house.get(&token, "/billing/v1/organizations").await.status, 200, "another day");
    }

    /// As many calls as there may be are let through; of those that come meanwhile each is refused. Whatever the
    /// timing, no call stays in process.
    async fn calls_in_process_are_counted(db: TestDb) {
        let house = House::build(db).await;
        let limits = [("zoho.limits", "free"), ("zoho.limits.at_a_time", "1"), ("zoho.limits.per_minute", "1000")];
        set(&house, &limits).await;
        let token = house.token(&[EVERYTHING], None).await;
        let authorization = format!("Bearer {token}");
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let request = house.server.get("/billing/v1/invoices").header("authorization", &authorization);
            calls.spawn(request.send());
        }
        let replies = calls.join_all().await;
        assert!(replies.iter().any(|reply| reply.status == 200));
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            check_refused(reply, AT_A_TIME, Some("1"));
        }
        assert_eq!(house.get(&token, "/billing/v1/invoices").await.status, 200);
    }
}

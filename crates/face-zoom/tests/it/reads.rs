//! What the two calls tell.

use crate::support::{SAMPLE, World, account, decimal, detail_path, invoice, says};
use billing::FaceName;
use billing::import::KeepForeignId;
use billing::invoices::LineSpec;
use billing::invoices::create::DeleteDraft;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::void::VoidInvoice;
use billing::parties::customers::CustomerFields;
use billing::parties::tenants::MoveBusinessClock;
use domain::id::{CustomerId, InvoiceId};
use domain::invoice::void::IfSettled;
use domain::money::Currency;
use face_zoom::wire::unspell_any;
use jiff::civil::date;
use testkit::server::Reply;
use testkit::wire::{Json, assert_prefix};
use testkit::{TestDb, on_both_databases};

/// The list's shape (contract 1.2) with the sample document in it.
const LIST: &str = include_str!("../wire/list_invoices.json");

fn ids(reply: &Reply) -> Vec<String> {
    reply.json().get("invoices").items().iter().map(|row| row.get("id").text().to_owned()).collect()
}

fn spelled(ids: &[InvoiceId]) -> Vec<String> {
    ids.iter().map(|id| invoice(*id)).collect()
}

on_both_databases! {
    async fn the_sample_document_over_http(db: TestDb) {
        let world = World::open_at(&db, "2020-08-20T12:00:00Z").await;
        let sample = world.sample().await;
        for account in ["me", &sample.account] {
            let reply = world.get(&detail_path(account, &sample.invoice), &sample.token).await;
            assert_prefix(SAMPLE, reply.expect(200));
            assert_eq!(reply.json(), Json::parse(SAMPLE), "no key more");
            assert_eq!(reply.header("content-type"), Some("application/json"));
            assert!(reply.header("x-request-id").is_some());
        }
        let (from, to) = sample.range;
        let list = format!("/v2/accounts/me/billing/invoices?from={from}&to={to}");
        assert_prefix(LIST, world.get(&list, &sample.token).await.expect(200));
    }

    /// An account's imported id is the one it answers to, and the one that is asked for.
    async fn imported_accounts_keep_their_ids(db: TestDb) {
        let world = World::open(&db).await;
        let foreign_id = "7ZCCRbwrQBmtISkGx-NYaQ".to_owned();
        let keep = KeepForeignId {
            face: FaceName::Zoom,
            kind: CustomerId::WORD,
            id: world.sub.0,
            collides_with: unspell_any(CustomerId::WORD, &foreign_id),
            foreign_id: foreign_id.clone(),
        };
        world.billing.perform(&world.system, keep).await.expect("it is kept");
        let id = invoice(world.issued(world.sub, date(2026, 5, 1)).await);
        world.detail(&foreign_id, &id).await.expect(200);
        assert_eq!(ids(&world.list(&foreign_id, "").await), [id]);
        let stranger = world.token_for(Some(world.stranger), &[face_zoom::SCOPE]).await;
        let refused = format!(r#"{{"code":2001,"message":"Account does not exist: {foreign_id}."}}"#);
        says(&world.get(&detail_path(&foreign_id, "x"), &stranger).await, 400, &refused);
    }

    async fn a_head_has_the_status_alone(db: TestDb) {
        let world = World::open(&db).await;
        let id = invoice(world.issued(world.master, date(2026, 5, 1)).await);
        for (path, status) in [(detail_path("me", &id), 200), (detail_path("me", "x"), 400)] {
            let head = world.server.request("HEAD", &path).bearer(&world.token).send().await;
            assert_eq!((head.status, head.body.as_str()), (status, ""));
        }
    }

    async fn drafts_are_seen_when_shared(db: TestDb) {
        let world = World::open(&db).await;
        let hidden = world.draft(world.master, date(2026, 5, 1), |_| {}).await;
        let shared = world.draft(world.master, date(2026, 5, 2), |spec| spec.is_shared = true).await;
        says(
            &world.detail("me", &invoice(hidden)).await,
            400,
            &format!(r#"{{"code":2001,"message":"InvoiceId does not exist: {}."}}"#, invoice(hidden)),
        );
        let reply = world.detail("me", &invoice(shared)).await;
        reply.expect(200);
        let answer = reply.json();
        assert_eq!(answer.get("status").text(), "Draft");
        assert_eq!(answer.get("invoice_number").text(), format!("DRAFT-{:X}", shared.0));
        assert_eq!(answer.get("balance").text(), "50");
        assert_eq!(ids(&world.list("me", "").await), spelled(&[shared]));
        let staff = world.token_for(None, &[face_zoom::SCOPE]).await;
        let list = world.get(&format!("/v2/accounts/{}/billing/invoices", account(world.master)), &staff).await;
        assert_eq!(ids(&list), spelled(&[shared, hidden]));
    }

    async fn the_status_follows_the_facts(db: TestDb) {
        let world = World::open(&db).await;
        let draft = world.draft(world.master, date(2026, 5, 1), |spec| spec.is_shared = true).await;
        let status = async || {
            let reply = world.detail("me", &invoice(draft)).await;
            let answer = reply.json();
            let of = |key: &str| answer.get(key).text().to_owned();
            [of("status"), of("total_amount"), of("balance"), of("invoice_number")]
        };
        assert_eq!(status().await, ["Draft", "50", "50", &format!("DRAFT-{:X}", draft.0)]);
        world.billing.perform(&world.system, IssueInvoice { invoice: draft }).await.expect("issued");
        assert_eq!(status().await, ["Posted", "50", "50", "INV-000001"]);
        world.billing.perform(&world.system, VoidInvoice::of(draft, IfSettled::Refuse)).await.expect("void");
        assert_eq!(status().await, ["Canceled", "50", "0", "INV-000001"]);
        assert_eq!(ids(&world.list("me", "").await), spelled(&[draft]), "a canceled invoice stays listed");
    }

    async fn the_list_is_newest_first_within_its_range(db: TestDb) {
        let world = World::open(&db).await;
        let january = world.issued(world.master, date(2026, 1, 31)).await;
        let may = world.issued(world.master, date(2026, 5, 30)).await;
        let march = world.issued(world.master, date(2026, 3, 15)).await;
        let old = world.issued(world.master, date(2024, 6, 1)).await;
        let next_week = world.issued(world.master, date(2026, 6, 5)).await;
        world.issued(world.sub, date(2026, 3, 1)).await;
        world.issued(world.stranger, date(2026, 3, 1)).await;
        for (query, expected) in [
            ("", vec![may, march, january]),
            ("?from=2026-01-31&to=2026-03-15", vec![march, january]),
            ("?from=2026-02-01&to=2026-03-14", vec![]),
            ("?from=2024-06-01&to=2025-06-01", vec![old]),
            ("?from=2024-06-01", vec![old]),
            ("?to=2026-03-15", vec![march, january]),
            ("?from=2026-03-01&to=2026-12-31&page_size=1&unknown=x", vec![next_week, may, march]),
        ] {
            let reply = world.list("me", query).await;
            reply.expect(200);
            assert_eq!(ids(&reply), spelled(&expected), "{query}");
        }
        let reply = world.list("me", "?from=2026-05-30&to=2026-05-30").await;
        let wanted = format!(
            r#"{{"currency":"USD","invoices":[{{"id":"{}","invoice_number":"INV-000002","total_amount":50,"tax_amount":0,"balance":50,"due_date":"2026-06-29","invoice_date":"2026-05-30","target_date":"2026-05-30","status":"Posted","currency":"USD"}}]}}"#,
            invoice(may)
        );
        says(&reply, 200, &wanted);
        assert_eq!(world.list("me", "?from=2026-02-01&to=2026-03-14").await.body, r#"{"currency":"USD","invoices":[]}"#);
    }

    async fn more_than_one_chunk_is_one_answer(db: TestDb) {
        let world = World::open(&db).await;
        let specs = (0..1_003)
            .map(|number: i64| {
                let lines = vec![LineSpec::of("Seat", decimal("1"), decimal("1"))];
                let mut spec = billing::invoices::InvoiceSpec::to(world.master, lines);
                spec.dated_on = Some(date(2026, 1, 1).saturating_add(jiff::ToSpan::days(number % 28)));
                spec
            })
            .collect();
        let made = world.billing.perform(&world.system, billing::invoices::issue::IssueMany { specs }).await;
        let mut made = spelled(&made.expect("issued"));
        let reply = world.list("me", "").await;
        let mut found = ids(&reply);
        let answer = reply.json();
        let dates: Vec<&str> = answer.get("invoices").items().iter().map(|row| row.get("invoice_date").text()).collect();
        assert!(dates.is_sorted_by(|a, b| a >= b), "newest first");
        found.sort();
        made.sort();
        assert_eq!(found, made, "every invoice once");
    }

    async fn ranges_that_cannot_be(db: TestDb) {
        let world = World::open(&db).await;
        for (query, field, words) in [
            ("?from=2026-13-01", "from", "The date must be in yyyy-mm-dd format."),
            ("?to=yesterday", "to", "The date must be in yyyy-mm-dd format."),
            ("?from=2026-05-02&to=2026-05-01", "to", "The end date must not be before the start date."),
            ("?from=2025-01-01&to=2026-01-02", "to", "The date range must not exceed one year."),
            ("?from=2023-05-29&to=2023-06-30", "from", "The date range must be within the past three years."),
        ] {
            says(
                &world.list("me", query).await,
                400,
                &format!(
                    r#"{{"code":300,"message":"Validation Failed.","errors":[{{"field":"{field}","message":"{words}"}}]}}"#
                ),
            );
        }
        let both = world.list("me", "?from=a&to=b").await;
        assert_eq!(both.json().get("errors").items().len(), 2);
        world.list("me", "?from=2023-05-30&to=2023-06-30").await.expect(200);
        // "Today" is the business clock's.
        let to = crate::support::at("2027-05-30T12:00:00Z");
        world.billing.perform(&world.system, MoveBusinessClock { to }).await.expect("it moves forward");
        world.list("me", "?from=2023-05-30&to=2023-06-30").await.expect(400);
    }

    async fn the_currency_at_the_top(db: TestDb) {
        let world = World::open(&db).await;
        let fields = CustomerFields {
            display_name: Some("Berlin".to_owned()),
            parent_id: Some(Some(world.master)),
            ..CustomerFields::default()
        };
        let berlin = world.customer(fields, Some(Currency::EUR)).await;
        let name = account(berlin);
        let currencies = async || {
            let reply = world.list(&name, "").await;
            reply.expect(200);
            let answer = reply.json();
            let rows = answer.get("invoices").items();
            let rows: Vec<String> = rows.iter().map(|row| row.get("currency").text().to_owned()).collect();
            (answer.get("currency").text().to_owned(), rows)
        };
        assert_eq!(currencies().await, ("EUR".to_owned(), vec![]));
        let shared = |currency: Currency| {
            move |spec: &mut billing::invoices::InvoiceSpec| {
                spec.currency = Some(currency);
                spec.is_shared = true;
            }
        };
        let first = world.draft(berlin, date(2026, 5, 1), shared(Currency::JPY)).await;
        assert_eq!(currencies().await, ("JPY".to_owned(), vec!["JPY".to_owned()]));
        world.draft(berlin, date(2026, 5, 2), shared(Currency::USD)).await;
        assert_eq!(currencies().await, ("EUR".to_owned(), vec!["USD".to_owned(), "JPY".to_owned()]));
        world.billing.perform(&world.system, DeleteDraft { invoice: first }).await.expect("deleted");
        assert_eq!(currencies().await, ("USD".to_owned(), vec!["USD".to_owned()]));
    }
}

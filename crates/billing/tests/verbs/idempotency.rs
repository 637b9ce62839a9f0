//! The same key: the same bytes, one effect, one tenant.

use billing::payments::record::RecordPayment;
use billing::{Answer, Billing, Caller, Error, Key};
use domain::id::PaymentId;
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

fn key(key: &str, body: &str) -> Option<Key> {
    Some(Key { key: key.to_owned(), request_hash: body.to_owned() })
}

fn render(payment: PaymentId) -> Answer {
    let headers = vec![("location".to_owned(), format!("/payments/{payment}"))];
    Answer { status: 201, headers, body: format!("{{\"payment\": \"{payment}\"}}") }
}

async fn ask(billing: &Billing, caller: &Caller, key: Option<Key>, verb: RecordPayment) -> Result<Answer, Error> {
    billing.answer(caller, key, verb, render).await
}

/// Payments of the tenant.
async fn payments(world: &World) -> usize {
    world.billing.payments(&world.caller, None, 0, 1_000).await.expect("a list").len()
}

on_both_databases! {
    async fn a_repeated_request_is_answered_with_the_same_bytes(db: TestDb) {
        let world = World::open(&db).await;
        let pay = || world.pay("10").verb();
        let ask = |key| ask(&world.billing, &world.caller, key, pay());
        let first = ask(key("k", "body")).await.expect("it is recorded");
        world.at("2026-03-11T11:59:00Z");
        assert_eq!(ask(key("k", "body")).await.expect("it is replayed"), first);
        assert!(matches!(ask(key("k", "other body")).await, Err(Error::KeyReused)));
        assert_eq!(payments(&world).await, 1);
        assert_ne!(ask(key("k2", "body")).await.expect("another key"), first);
        assert_ne!(ask(None).await.expect("no key"), first);
        assert_eq!(payments(&world).await, 3);
        world.books_are_sound().await;
    }

    async fn a_refusal_is_judged_anew(db: TestDb) {
        let world = World::open(&db).await;
        let draft = world.invoice().line("Service", "1", "10").draft().await;
        let pay = || world.pay("10").on(draft, "10").verb();
        let ask = |key| ask(&world.billing, &world.caller, key, pay());
        assert!(matches!(ask(key("k", "body")).await, Err(Error::Refused(_))));
        assert_eq!(payments(&world).await, 0, "a refusal changed nothing");
        world.does(billing::invoices::issue::IssueInvoice { invoice: draft }).await;
        let first = ask(key("k", "body")).await.expect("now it may");
        assert_eq!(ask(key("k", "body")).await.expect("and is replayed"), first);
        assert_eq!(world.balance(draft).await, "0.00");
        world.books_are_sound().await;
    }

    async fn keys_belong_to_one_tenant(db: TestDb) {
        let world = World::open(&db).await;
        let neighbour = world.neighbour().await;
        let here = ask(&world.billing, &world.caller, key("k", "body"), world.pay("10").verb()).await;
        let there = ask(&world.billing, &neighbour.caller, key("k", "other"), neighbour.pay("10").verb()).await;
        assert!(here.is_ok() && there.is_ok(), "{here:?} {there:?}");
        assert_eq!((payments(&world).await, payments(&neighbour).await), (1, 1));
    }

    async fn twins_at_the_same_moment_have_one_effect(db: TestDb) {
        let world = World::open(&db).await;
        let second = world.second_server().await;
        let mut twins = tokio::task::JoinSet::new();
        for number in 0..16 {
            let of = if number % 2 == 0 { world.clone() } else { second.clone() };
            twins.spawn(async move { ask(&of.billing, &of.caller, key("k", "body"), of.pay("10").verb()).await });
        }
        let answers: Vec<Answer> =
            twins.join_all().await.into_iter().map(|answer| answer.expect("every twin is answered")).collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(payments(&world).await, 1);
        world.books_are_sound().await;
    }
}

//! Verbs at the same moment, with the exact counts that must come of them.

use billing::Error;
use billing::invoices::void::VoidInvoice;
use billing::payments::PaymentShare;
use billing::payments::apply::ApplyPayments;
use billing::payments::record::RecordPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use domain::Refusal;
use domain::invoice::State;
use domain::invoice::void::IfSettled;
use domain::payment::PaymentMode;
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};
use tokio::task::JoinSet;

/// Two servers on the same books.
async fn servers(db: &TestDb) -> [World; 2] {
    let world = World::open(db).await;
    let second = world.second_server().await;
    [world, second]
}

on_both_databases! {
    /// InvoicePlane#1705: two gateway callbacks passed one balance check and the invoice was paid twice.
    async fn two_callbacks_passing_one_balance_check_invoiceplane_1705(db: TestDb) {
        let servers = servers(&db).await;
        let world = &servers[0];
        let invoice = world.owes("450").await;
        let mut racers = JoinSet::new();
        for number in 0..16 {
            let world = servers[number % 2].clone();
            racers.spawn(async move { world.pay("100").on(invoice, "100").tried().await });
        }
        let told = racers.join_all().await;
        let leaves_fifty = |told: &Result<_, Error>| match told {
            Err(Error::Refused(Refusal::ExceedsBalance { balance, .. })) => balance.minor == 5_000,
            _ => false,
        };
        let refused = told.iter().filter(|told| leaves_fifty(told)).count();
        assert_eq!((told.iter().filter(|told| told.is_ok()).count(), refused), (4, 12), "{told:?}");
        assert_eq!(world.balance(invoice).await, "50.00");
        assert_eq!(world.standing(world.customer).await, (5_000, 0));
        assert_eq!(world.billing.payments(&world.caller, None, 0, 100).await.expect("a list").len(), 4);
        world.books_are_sound().await;
    }

    async fn payments_over_the_same_invoices_in_both_orders_never_deadlock(db: TestDb) {
        let servers = servers(&db).await;
        let world = &servers[0];
        for _ in 0..50 {
            let (three, seven) = (world.owes("3").await, world.owes("7").await);
            let pay = |of: &World, first, second| {
                let verb = RecordPayment { shares: of.shares(&[first, second]), ..of.pay("10").verb() };
                let of = of.clone();
                async move { of.tried(verb).await }
            };
            let one = pay(&servers[0], (seven, "4"), (three, "1"));
            let other = pay(&servers[1], (three, "2"), (seven, "3"));
            let (one, other) = tokio::join!(one, other);
            assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
            assert_eq!((world.balance(three).await.as_str(), world.balance(seven).await.as_str()), ("0.00", "0.00"));
        }
        for server in &servers {
            assert_eq!(server.billing.db().stats().retries, 0, "locks were taken in one order");
        }
        world.books_are_sound().await;
    }

    async fn one_payment_is_never_spent_twice(db: TestDb) {
        let servers = servers(&db).await;
        let world = &servers[0];
        let payment = world.pay("100").recorded().await;
        let mut racers = JoinSet::new();
        for number in 0..12 {
            let of = servers[number % 2].clone();
            let invoice = world.owes("30").await;
            racers.spawn(async move {
                let shares = vec![PaymentShare { payment, invoice, amount: amount("30") }];
                of.tried(ApplyPayments { shares, recover: false, on: None }).await
            });
        }
        let told = racers.join_all().await;
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 3, "{told:?}");
        assert_eq!(world.payment(payment).await.payment.unapplied, 1_000);
        world.books_are_sound().await;
    }

    async fn an_invoice_is_voided_once_and_never_paid_after(db: TestDb) {
        let servers = servers(&db).await;
        let world = &servers[0];
        for _ in 0..5 {
            let invoice = world.owes("10").await;
            let mut racers = JoinSet::new();
            for number in 0..4 {
                let of = servers[number % 2].clone();
                racers.spawn(async move { of.tried(VoidInvoice::of(invoice, IfSettled::Refuse)).await.is_ok() });
                let of = servers[number % 2].clone();
                racers.spawn(async move { of.pay("10").on(invoice, "10").tried().await.is_ok() });
            }
            let told = racers.join_all().await;
            assert_eq!(told.iter().filter(|done| **done).count(), 1, "either voided or paid: {told:?}");
            let summary = world.view(invoice).await.summary;
            assert_eq!(summary.balance.minor, 0);
            assert_eq!(summary.state == State::Void, summary.payments.minor == 0);
        }
        world.books_are_sound().await;
    }

    async fn notes_never_give_back_more_than_the_invoice(db: TestDb) {
        let servers = servers(&db).await;
        let world = &servers[0];
        let vat = world.tax("19").await;
        let invoice = world.invoice().line("Service", "1", "100").taxed(vat).issued().await;
        let mut racers = JoinSet::new();
        for number in 0..10 {
            let of = servers[number % 2].clone();
            racers.spawn(async move { of.credit(invoice).total("40").tried().await.is_ok() });
        }
        let told = racers.join_all().await;
        assert_eq!(told.iter().filter(|done| **done).count(), 2, "119 less 2 x 40");
        world.books_are_sound().await;
    }

    async fn money_goes_back_once(db: TestDb) {
        let servers = servers(&db).await;
        let world = &servers[0];
        let invoice = world.owes("100").await;
        let payment = world.pay("100").on(invoice, "100").recorded().await;
        let mut racers = JoinSet::new();
        for number in 0..9 {
            let of = servers[number % 2].clone();
            let kind = match number % 3 {
                0 => RefundOf::Reverse { payment, invoice: None },
                1 => RefundOf::Reverse { payment, invoice: Some(invoice) },
                _ => RefundOf::Unapplied { payment },
            };
            racers.spawn(async move {
                let verb = RefundMoney {
                    of: kind,
                    amount: amount("60"),
                    mode: PaymentMode::Other,
                    on: None,
                    reference: String::new(),
                    description: String::new(),
                };
                of.tried(verb).await.is_ok()
            });
        }
        let told = racers.join_all().await;
        assert_eq!(told.iter().filter(|done| **done).count(), 1, "{told:?}");
        assert_eq!(world.balance(invoice).await, "60.00");
        world.books_are_sound().await;
    }

    /// django-plans#118: two servers gave two invoices one number.
    async fn number_duplicates_under_concurrency_django_plans_118(db: TestDb) {
        let servers = servers(&db).await;
        let world = &servers[0];
        let count: usize = match std::env::var("BILLWRIGHT_NUMBERS") {
            Ok(count) => count.parse().expect("BILLWRIGHT_NUMBERS is a number"),
            Err(_) => 400,
        };
        let mut racers = JoinSet::new();
        for number in 0..16 {
            let of = servers[number % 2].clone();
            racers.spawn(async move {
                for _ in 0..count / 16 {
                    of.owes("1").await;
                }
            });
        }
        racers.join_all().await;
        let count = count / 16 * 16;
        let numbers = world
            .db
            .rows(&format!(
                "SELECT number FROM audit_v1_number WHERE tenant_id = {} ORDER BY series_value",
                world.tenant.0
            ))
            .await;
        let expected: Vec<Vec<String>> = (1..=count).map(|value| vec![format!("INV-{value:06}")]).collect();
        assert_eq!(numbers, expected);
        world.books_are_sound().await;
    }
}

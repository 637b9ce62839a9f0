//! Money that comes in, what it is put on, and what stays unapplied.

use billing::payments::PaymentShare;
use billing::payments::apply::{ApplyPayments, UnapplyPayment};
use billing::payments::record::VoidPayment;
use domain::Refusal;
use domain::id::{InvoiceId, PaymentId};
use domain::invoice::view::Standing;
use domain::money::{Currency, Money};
use testkit::builders::{World, amount, day};
use testkit::{TestDb, on_both_databases};

fn usd(minor: i64) -> Money {
    Money { minor, currency: Currency::USD }
}

fn apply(shares: &[(PaymentId, InvoiceId, &str)]) -> ApplyPayments {
    let share = |&(payment, invoice, share): &(PaymentId, InvoiceId, &str)| PaymentShare {
        payment,
        invoice,
        amount: amount(share),
    };
    ApplyPayments { shares: shares.iter().map(share).collect(), recover: false, on: None }
}

on_both_databases! {
    async fn an_invoice_is_paid_in_parts(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("370").await;
        world.pay("100").on(invoice, "100").received("2026-03-08").recorded().await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.standing, summary.balance), (Standing::PartlyPaid, usd(27_000)));
        let refused = world.refuses(world.pay("271").on(invoice, "270.01").verb()).await;
        assert_eq!(refused, Refusal::ExceedsBalance { invoice, balance: usd(27_000), asked: usd(27_001) });
        world.pay("270").on(invoice, "270").received("2026-03-09").recorded().await;
        assert_eq!(world.view(invoice).await.summary.paid_on, Some(day("2026-03-09")));
        let refused = world.refuses(world.pay("1").on(invoice, "1").verb()).await;
        assert_eq!(refused, Refusal::NothingOwed { invoice });
        world.books_are_sound().await;
    }

    async fn one_payment_over_several_invoices_leaves_the_rest_unapplied(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second) = (world.owes("100").await, world.owes("200").await);
        let payment = world.pay("350").on(second, "200").on(first, "100").recorded().await;
        assert_eq!(world.payment(payment).await.payment.unapplied, 5_000);
        assert_eq!(world.standing(world.customer).await, (0, 5_000));

        let third = world.owes("80").await;
        let unapplied = usd(5_000);
        let refused = world.refuses(apply(&[(payment, third, "50.01")])).await;
        assert_eq!(refused, Refusal::ExceedsUnapplied { payment, unapplied, asked: usd(5_001) });
        world.does(apply(&[(payment, third, "50")])).await;
        assert_eq!(world.balance(third).await, "30.00");
        assert_eq!(world.standing(world.customer).await, (3_000, 0));
        world.books_are_sound().await;
    }

    async fn a_payment_named_twice_is_drawn_down_twice(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second) = (world.owes("100").await, world.owes("100").await);
        let payment = world.pay("150").recorded().await;
        let unapplied = usd(5_000);
        let refused = world.refuses(apply(&[(payment, first, "100"), (payment, second, "60")])).await;
        assert_eq!(refused, Refusal::ExceedsUnapplied { payment, unapplied, asked: usd(6_000) });
        assert_eq!(world.balance(first).await, "100.00", "a refusal changed nothing");
        world.does(apply(&[(payment, first, "60"), (payment, first, "40"), (payment, second, "50")])).await;
        assert_eq!((world.balance(first).await.as_str(), world.balance(second).await.as_str()), ("0.00", "50.00"));
        world.books_are_sound().await;
    }

    async fn bank_charges_are_not_cash(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("370").await;
        world.pay("370").bank_charges("10").on(invoice, "370").recorded().await;
        assert_eq!(world.balance(invoice).await, "0.00");
        assert_eq!(world.on_account("cash", "USD").await, (36_000, 36_000));
        assert_eq!(world.on_account("bank_charges", "USD").await, (1_000, 1_000));
        assert_eq!(world.on_account("unapplied", "USD").await, (0, 0));
        let refused = world.refuses(world.pay("10").bank_charges("10.01").verb()).await;
        assert_eq!(refused, Refusal::BankChargesExceedAmount { amount: usd(1_000), charges: usd(1_001) });
        world.books_are_sound().await;
    }

    async fn an_application_is_taken_back(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let payment = world.pay("100").on(invoice, "60").recorded().await;
        world.does(apply(&[(payment, invoice, "40")])).await;
        world.does(UnapplyPayment { payment, invoice }).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.balance, summary.payments, summary.paid_on), (usd(10_000), usd(0), None));
        assert_eq!(world.payment(payment).await.payment.unapplied, 10_000);
        let refused = world.refuses(UnapplyPayment { payment, invoice }).await;
        assert_eq!(refused, Refusal::NotApplied { payment, invoice });
        world.does(apply(&[(payment, invoice, "100")])).await;
        assert_eq!(world.balance(invoice).await, "0.00");
        world.books_are_sound().await;
    }

    async fn only_an_unused_payment_is_voided(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let payment = world.pay("100").on(invoice, "100").recorded().await;
        assert_eq!(world.refuses(VoidPayment { payment }).await, Refusal::PaymentInUse { payment });
        world.does(UnapplyPayment { payment, invoice }).await;
        world.does(VoidPayment { payment }).await;
        assert_eq!(world.refuses(VoidPayment { payment }).await, Refusal::PaymentVoid { payment });
        assert_eq!(world.refuses(apply(&[(payment, invoice, "1")])).await, Refusal::PaymentVoid { payment });
        assert_eq!(world.standing(world.customer).await, (10_000, 0));
        assert_eq!(world.on_account("cash", "USD").await, (0, 0));
        world.books_are_sound().await;
    }

    async fn money_stays_within_entity_currency_and_family(db: TestDb) {
        let world = World::open(&db).await;
        let branch = world.seller("Branch", Currency::USD).created().await;
        let here = world.owes("100").await;
        let there = world.invoice().by(branch).line("Service", "1", "100").issued().await;
        let refused = world.refuses(world.pay("200").on(here, "100").on(there, "100").verb()).await;
        assert_eq!(refused, Refusal::EntityMismatch);
        let euros = world.invoice().line("Service", "1", "100").in_currency(Currency::EUR, "1.08").issued().await;
        let refused = world.refuses(world.pay("200").on(here, "100").on(euros, "100").verb()).await;
        assert_eq!(refused, Refusal::CurrencyMismatch { expected: Currency::EUR, given: Currency::USD });

        let child = world.customer("Store 12").below(world.customer).created().await;
        let childs = world.invoice().to(child).line("Service", "1", "100").issued().await;
        let (parent, given) = (world.customer, child);
        let refused = world.refuses(world.pay("100").from(child).on(here, "100").verb()).await;
        assert_eq!(refused, Refusal::CustomerMismatch { expected: parent, given });
        world.pay("200").on(childs, "100").on(here, "100").recorded().await;
        assert_eq!(world.balance(childs).await, "0.00", "a parent pays for what stands below it");
        world.books_are_sound().await;
    }

    async fn amounts_are_exact_or_refused(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("3.30").await;
        let refused = world.refuses(world.pay("3.305").on(invoice, "3.30").verb()).await;
        assert_eq!(refused, Refusal::TooPrecise { what: "amount", currency: Currency::USD });
        assert_eq!(world.refuses(world.pay("0").verb()).await, Refusal::NotPositive { what: "amount" });
        assert_eq!(world.refuses(world.pay("-1").verb()).await, Refusal::NotPositive { what: "amount" });
        assert_eq!(world.refuses(world.pay("90071992547409.92").verb()).await, Refusal::TooLarge { what: "amount" });
        world.pay("3.3000000000000003").on(invoice, "3.3000000000000003").recorded().await;
        assert_eq!(world.balance(invoice).await, "0.00", "a client's float noise is no fraction of a cent");
        world.books_are_sound().await;
    }
}

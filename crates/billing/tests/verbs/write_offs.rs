//! Write-offs, their cancellation, and late money on written-off invoices.

use billing::invoices::void::VoidInvoice;
use billing::invoices::write_off::{CancelWriteOff, WriteOffInvoice};
use billing::payments::PaymentShare;
use billing::payments::apply::ApplyPayments;
use domain::Refusal;
use domain::id::InvoiceId;
use domain::invoice::void::IfSettled;
use domain::money::{Currency, Money};
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};

fn give_up(invoice: InvoiceId) -> WriteOffInvoice {
    WriteOffInvoice { invoice, reason: "insolvent".to_owned(), on: None }
}

fn cancel(invoice: InvoiceId) -> CancelWriteOff {
    CancelWriteOff { invoice, on: None }
}

on_both_databases! {
    async fn the_rest_is_given_up_and_taken_back(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("370").await;
        world.pay("100").on(invoice, "100").recorded().await;
        world.does(give_up(invoice)).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.write_offs.minor, summary.balance.minor, summary.is_paid), (27_000, 0, true));
        assert_eq!(world.on_account("bad_debt", "USD").await, (27_000, 27_000));
        assert_eq!(world.refuses(give_up(invoice)).await, Refusal::NothingToWriteOff { invoice });
        world.does(cancel(invoice)).await;
        assert_eq!(world.balance(invoice).await, "270.00");
        assert_eq!(world.on_account("bad_debt", "USD").await, (0, 0));
        assert_eq!(world.refuses(cancel(invoice)).await, Refusal::NotWrittenOff { invoice });
        world.does(give_up(invoice)).await;
        world.does(VoidInvoice::of(invoice, IfSettled::Detach)).await;
        assert_eq!(world.standing(world.customer).await, (0, 10_000));
        world.books_are_sound().await;
    }

    async fn tax_is_relieved_in_proportion_and_comes_back(db: TestDb) {
        let world = World::of(&db, |seller| seller.relieving_tax()).await;
        let vat = world.tax("20").await;
        let invoice = world.invoice().line("Service", "1", "100").taxed(vat).issued().await;
        world.pay("40").on(invoice, "40").recorded().await;
        world.does(give_up(invoice)).await;
        assert_eq!(world.on_account("bad_debt", "USD").await.0, 6_667, "80 less the tax in it");
        assert_eq!(world.on_account("tax_payable", "USD").await.0, -667);
        world.pay("30").recovering().on(invoice, "30").recorded().await;
        let (lost, tax) = (world.on_account("bad_debt", "USD").await.0, world.on_account("tax_payable", "USD").await.0);
        assert_eq!(lost + tax + 2_000, 5_000, "what is still written off, with the tax relieved in it");
        world.does(cancel(invoice)).await;
        assert_eq!(world.on_account("tax_payable", "USD").await.0, -2_000);
        assert_eq!(world.balance(invoice).await, "50.00");
        world.books_are_sound().await;
    }

    async fn late_money_recovers_only_when_asked_to(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("370").await;
        world.does(give_up(invoice)).await;
        let payment = world.pay("100").on(invoice, "100").recorded().await;
        assert_eq!(world.payment(payment).await.payment.unapplied, 10_000, "it stays unapplied");
        assert_eq!(world.view(invoice).await.summary.write_offs.minor, 37_000);

        let share = PaymentShare { payment, invoice, amount: amount("100") };
        world.does(ApplyPayments { shares: vec![share], recover: true, on: None }).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.payments.minor, summary.write_offs.minor, summary.balance.minor), (10_000, 27_000, 0));

        let usd = |minor| Money { minor, currency: Currency::USD };
        let refused = world.refuses(world.pay("300").recovering().on(invoice, "270.01").verb()).await;
        assert_eq!(refused, Refusal::ExceedsBalance { invoice, balance: usd(27_000), asked: usd(27_001) });
        world.pay("300").recovering().on(invoice, "70").on(invoice, "200").recorded().await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.payments.minor, summary.write_offs.minor), (37_000, 0));
        assert_eq!(world.standing(world.customer).await, (0, 3_000));
        world.books_are_sound().await;
    }
}

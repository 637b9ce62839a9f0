//! The three refunds.

use billing::payments::refund::{RefundMoney, RefundOf};
use domain::Refusal;
use domain::id::{InvoiceId, PaymentId};
use domain::money::{Currency, Money};
use domain::payment::{PaymentMode, RefundKind};
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};

fn refund(of: RefundOf, total: &str) -> RefundMoney {
    RefundMoney {
        of,
        amount: amount(total),
        mode: PaymentMode::BankTransfer,
        on: None,
        reference: String::new(),
        description: String::new(),
    }
}

fn usd(minor: i64) -> Money {
    Money { minor, currency: Currency::USD }
}

async fn paid(world: &World, total: &str) -> (InvoiceId, PaymentId) {
    let invoice = world.owes(total).await;
    (invoice, world.pay(total).on(invoice, total).recorded().await)
}

on_both_databases! {
    /// The vendor's own example: paid 370, refunded 50, balance 0.
    async fn a_refund_by_credit_note_leaves_the_invoice_paid(db: TestDb) {
        let world = World::open(&db).await;
        let (invoice, payment) = paid(&world, "370").await;
        let of = RefundOf::ByCreditNote { payment, invoice };
        let made = world.does(refund(of, "50")).await;
        let made = world.billing.refund(&world.caller, made).await.expect("the refund is there");
        assert_eq!((made.kind, made.amount), (RefundKind::ByCreditNote, 5_000));
        let view = world.payment(payment).await;
        assert_eq!((view.payment.applied, view.payment.refunded, view.refunds.len()), (37_000, 0, 1));
        assert_eq!(world.balance(invoice).await, "0.00");
        let note = world.note(made.credit_note_id.expect("it was made by a note")).await.document.note;
        assert_eq!((note.total, note.refunded, note.remaining), (5_000, 5_000, 0));
        assert_eq!(world.on_account("cash", "USD").await.0, 32_000);
        assert_eq!(world.standing(world.customer).await, (0, 0));

        let refused = world.refuses(refund(of, "320.01")).await;
        assert_eq!(refused, Refusal::ExceedsApplied { payment, applied: usd(32_000), asked: usd(32_001) });
        world.does(refund(of, "320")).await;
        assert_eq!(world.balance(invoice).await, "0.00");
        world.books_are_sound().await;
    }

    async fn reversed_money_is_owed_again_newest_first(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second) = (world.owes("100").await, world.owes("100").await);
        let payment = world.pay("200").on(first, "100").received("2026-03-08").on(second, "100").recorded().await;
        let reverse = |invoice| RefundOf::Reverse { payment, invoice };
        world.does(refund(reverse(Some(first)), "30")).await;
        assert_eq!((world.balance(first).await.as_str(), world.balance(second).await.as_str()), ("30.00", "0.00"));
        let summary = world.view(first).await.summary;
        assert_eq!((summary.payments, summary.refunds, summary.paid_on), (usd(10_000), usd(3_000), None));
        world.does(refund(reverse(None), "120")).await;
        let left = world.payment(payment).await.payment;
        assert_eq!((left.applied, left.refunded, left.unapplied), (5_000, 15_000, 0));
        assert_eq!(world.standing(world.customer).await, (15_000, 0));
        let refused = world.refuses(refund(reverse(None), "50.01")).await;
        assert_eq!(refused, Refusal::ExceedsApplied { payment, applied: usd(5_000), asked: usd(5_001) });
        world.pay("100").on(first, "30").on(second, "70").recorded().await;
        world.books_are_sound().await;
    }

    async fn unapplied_money_and_notes_are_paid_back(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let payment = world.pay("150").on(invoice, "100").recorded().await;
        let refused = world.refuses(refund(RefundOf::Unapplied { payment }, "50.01")).await;
        assert_eq!(refused, Refusal::ExceedsUnapplied { payment, unapplied: usd(5_000), asked: usd(5_001) });
        world.does(refund(RefundOf::Unapplied { payment }, "50")).await;
        assert_eq!(world.balance(invoice).await, "0.00", "the invoice is untouched");

        let note = world.credit(invoice).total("40").issued().await;
        world.does(refund(RefundOf::Note { note }, "15")).await;
        let left = world.note(note).await.document.note;
        assert_eq!((left.refunded, left.remaining), (1_500, 2_500));
        let refused = world.refuses(refund(RefundOf::Note { note }, "25.01")).await;
        assert_eq!(refused, Refusal::ExceedsRemaining { note, remaining: usd(2_500), asked: usd(2_501) });
        assert_eq!(world.standing(world.customer).await, (0, 2_500));
        assert_eq!(world.on_account("cash", "USD").await.0, 15_000 - 5_000 - 1_500);
        world.books_are_sound().await;
    }

    async fn refunds_by_note_keep_to_the_tax_of_the_lines(db: TestDb) {
        for inclusive in [false, true] {
            let world = World::of(&db, |seller| if inclusive { seller.inclusive() } else { seller }).await;
            let (vat, reduced) = (world.tax("19").await, world.tax("7").await);
            let invoice = world
                .invoice()
                .line("One", "3", "33.33").taxed(vat)
                .line("Two", "1", "9.99").taxed(reduced)
                .issued()
                .await;
            let total = world.view(invoice).await.summary.total;
            let payment = world.pay(&total.to_plain()).on(invoice, &total.to_plain()).recorded().await;
            let of = RefundOf::ByCreditNote { payment, invoice };
            for part in ["0.01", "10", "33.33"] {
                world.does(refund(of, part)).await;
            }
            let rest = usd(total.minor - 4_334).to_plain();
            world.does(refund(of, &rest)).await;
            assert_eq!(world.on_account("tax_payable", "USD").await, (0, 0), "all of the tax went back");
            assert_eq!(world.on_account("revenue", "USD").await, (0, 0));
            world.books_are_sound().await;
        }
    }
}

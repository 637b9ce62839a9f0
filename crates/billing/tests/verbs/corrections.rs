//! Payments that are said anew, taken back, and paid back.

use super::till::Till;
use billing::Error;
use billing::parties::entities::UpdateEntity;
use billing::payments::correct::CorrectPayment;
use billing::payments::give_back::GiveBackPayment;
use billing::payments::record::VoidPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use billing::payments::withdraw::WithdrawPayment;
use billing::query::{Condition, Direction, DocumentQuery, Match, Operand, PaymentColumn};
use domain::Refusal;
use domain::id::{InvoiceId, PaymentId};
use domain::money::{Currency, Money};
use domain::payment::{PaymentMode, RefundKind};
use testkit::builders::{World, amount, day};
use testkit::{TestDb, on_both_databases};

fn usd(minor: i64) -> Money {
    Money { minor, currency: Currency::USD }
}

fn put_on(world: &World, payment: PaymentId, shares: &[(InvoiceId, &str)]) -> CorrectPayment {
    CorrectPayment { shares: Some(world.shares(shares)), ..CorrectPayment::of(payment) }
}

fn give_back(payment: PaymentId, total: &str) -> GiveBackPayment {
    let description = String::new();
    GiveBackPayment { payment, amount: amount(total), mode: None, on: None, reference: None, description }
}

on_both_databases! {
    async fn texts_change_without_touching_money(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let payment = world.pay("100").on(invoice, "100").recorded().await;
        let before = world.payment(payment).await;
        world.does(CorrectPayment {
            reference: Some("CHK-7".to_owned()),
            description: Some("by post".to_owned()),
            mode: Some(PaymentMode::Check),
            shares: Some(world.shares(&[(invoice, "100")])),
            amount: Some(amount("100.00")),
            ..CorrectPayment::of(payment)
        })
        .await;
        let after = world.payment(payment).await;
        let described = (after.payment.reference.as_str(), after.payment.description.as_str(), after.payment.mode);
        assert_eq!(described, ("CHK-7", "by post", PaymentMode::Check));
        assert_eq!(after.applications, before.applications, "nothing was reversed");
        assert_eq!(after.payment.version, before.payment.version + 1);
        world.books_are_sound().await;
    }

    async fn shares_move_in_one_step(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second, third) = (world.owes("100").await, world.owes("100").await, world.owes("50").await);
        let payment = world.pay("150").on(first, "100").on(second, "50").received("2026-03-08").recorded().await;
        world.does(put_on(&world, payment, &[(second, "60"), (third, "50"), (second, "40")])).await;
        let balances = [world.balance(first).await, world.balance(second).await, world.balance(third).await];
        assert_eq!(balances, ["100.00", "0.00", "0.00"]);
        assert_eq!(world.view(third).await.summary.paid_on, Some(day("2026-03-08")));
        assert_eq!(world.standing(world.customer).await, (10_000, 0));

        let (before, owed) = (world.payment(payment).await, world.standing(world.customer).await);
        let refused = world.refuses(put_on(&world, payment, &[(first, "100"), (second, "51")])).await;
        assert_eq!(refused, Refusal::ExceedsUnapplied { payment, unapplied: usd(5_000), asked: usd(5_100) });
        assert_eq!(world.payment(payment).await.applications, before.applications, "a refusal changed nothing");
        assert_eq!(world.standing(world.customer).await, owed);
        world.does(put_on(&world, payment, &[])).await;
        assert_eq!(world.payment(payment).await.payment.unapplied, 15_000);
        world.books_are_sound().await;
    }

    async fn the_money_itself_is_said_anew(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("370").await;
        let payment = world.pay("360").on(invoice, "360").received("2026-03-01").recorded().await;
        world.does(CorrectPayment {
            amount: Some(amount("370")),
            bank_charges: Some(amount("10")),
            received_on: Some(day("2026-03-02")),
            shares: Some(world.shares(&[(invoice, "370")])),
            ..CorrectPayment::of(payment)
        })
        .await;
        assert_eq!(world.balance(invoice).await, "0.00");
        assert_eq!(world.view(invoice).await.summary.paid_on, Some(day("2026-03-02")));
        assert_eq!(world.on_account("cash", "USD").await, (36_000, 36_000));
        assert_eq!(world.on_account("bank_charges", "USD").await, (1_000, 1_000));
        assert_eq!(world.on_account("unapplied", "USD").await, (0, 0));
        // The shares stay when nothing is said of them.
        world.does(CorrectPayment { amount: Some(amount("400")), ..CorrectPayment::of(payment) }).await;
        let paid = world.payment(payment).await.payment;
        assert_eq!((paid.applied, paid.unapplied, paid.bank_charges), (37_000, 3_000, 1_000));
        let less = CorrectPayment { amount: Some(amount("369.99")), ..CorrectPayment::of(payment) };
        let refused = world.refuses(less).await;
        assert_eq!(refused, Refusal::ExceedsUnapplied { payment, unapplied: usd(36_999), asked: usd(37_000) });
        let stranger = world.customer("Stranger").created().await;
        let theirs = CorrectPayment { customer: Some(stranger), ..CorrectPayment::of(payment) };
        let mismatch = Refusal::CustomerMismatch { expected: world.customer, given: stranger };
        assert_eq!(world.refuses(theirs).await, mismatch);
        world.books_are_sound().await;
    }

    async fn a_rate_is_said_anew(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("Service", "1", "100").in_currency(Currency::EUR, "1.08").issued().await;
        let payment = world.pay("100").in_currency(Currency::EUR, "1.10").on(invoice, "100").recorded().await;
        assert_eq!(world.on_account("realised_fx", "EUR").await.1, -200);
        let before = world.payment(payment).await.payment;
        let mut fx = before.fx.expect("a rate");
        fx.rate = testkit::builders::decimal("1.07");
        world.does(CorrectPayment { fx: Some(fx), ..CorrectPayment::of(payment) }).await;
        assert_eq!(world.on_account("realised_fx", "EUR").await.1, 100);
        assert_eq!(world.on_account("cash", "EUR").await, (10_000, 10_700));
        assert_eq!(world.balance(invoice).await, "0.00");
        world.books_are_sound().await;
    }

    /// The books agree with the gateway about the amount, whatever else is said anew.
    async fn what_a_gateway_took_is_not_said_anew(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let (first, second) = (world.owes("100").await, world.owes("40").await);
        let payment = till.collect(first, card).await.expect("it is paid").value.payment.payment.id;
        let more = CorrectPayment { amount: Some(amount("101")), ..CorrectPayment::of(payment) };
        let charged = Refusal::PaymentCharged { payment };
        assert_eq!(world.refuses(more).await, charged);
        world.does(CorrectPayment { bank_charges: Some(amount("3")), ..put_on(world, payment, &[(second, "40")]) }).await;
        assert_eq!((world.balance(first).await.as_str(), world.balance(second).await.as_str()), ("100.00", "0.00"));
        let detail = world.billing.payment_detail(&world.caller, payment).await.expect("a payment").value;
        assert_eq!(detail.charge.expect("a charge").method.id, card);
        assert_eq!(world.refuses(WithdrawPayment { payment }).await, charged);
        world.books_are_sound().await;
    }

    async fn a_withdrawn_payment_never_came(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second) = (world.owes("100").await, world.owes("100").await);
        let payment = world.pay("250").on(first, "100").on(second, "80").recorded().await;
        world.does(WithdrawPayment { payment }).await;
        assert_eq!((world.balance(first).await.as_str(), world.balance(second).await.as_str()), ("100.00", "100.00"));
        assert_eq!(world.standing(world.customer).await, (20_000, 0));
        for account in ["cash", "unapplied"] {
            assert_eq!(world.on_account(account, "USD").await, (0, 0), "{account}");
        }
        let paid = world.payment(payment).await.payment;
        assert_eq!((paid.is_void, paid.applied, paid.unapplied), (true, 0, 0));
        assert_eq!(world.refuses(WithdrawPayment { payment }).await, Refusal::PaymentVoid { payment });
        let refused = world.refuses(put_on(&world, payment, &[(first, "1")])).await;
        assert_eq!(refused, Refusal::PaymentVoid { payment });
        let unknown = world.tried(WithdrawPayment { payment: PaymentId(1) }).await;
        assert!(matches!(unknown, Err(Error::Missing { kind: "payment", .. })), "{unknown:?}");
        world.books_are_sound().await;
    }

    /// Money that went back in any of the ways keeps the payment where it is.
    async fn a_refunded_payment_stays_as_it_is(db: TestDb) {
        let world = World::open(&db).await;
        for kind in RefundKind::ALL {
            let invoice = world.owes("100").await;
            let payment = world.pay("120").on(invoice, "100").recorded().await;
            let of = match kind {
                RefundKind::ReverseAndOweAgain => RefundOf::Reverse { payment, invoice: None },
                RefundKind::Unapplied => RefundOf::Unapplied { payment },
                RefundKind::ByCreditNote => RefundOf::ByCreditNote { payment, invoice },
            };
            world.does(RefundMoney {
                of,
                amount: amount("5"),
                mode: PaymentMode::Cash,
                on: None,
                reference: String::new(),
                description: String::new(),
            })
            .await;
            let refunded = Refusal::PaymentRefunded { payment };
            assert_eq!(world.refuses(WithdrawPayment { payment }).await, refunded);
            assert_eq!(world.refuses(put_on(&world, payment, &[])).await, refunded);
            let more = CorrectPayment { amount: Some(amount("121")), ..CorrectPayment::of(payment) };
            assert_eq!(world.refuses(more).await, refunded);
            assert_eq!(world.refuses(VoidPayment { payment }).await, Refusal::PaymentInUse { payment });
            let described = CorrectPayment { reference: Some("kept".to_owned()), ..CorrectPayment::of(payment) };
            world.does(described).await;
            assert_eq!(world.payment(payment).await.payment.reference, "kept");
        }
        world.books_are_sound().await;
    }

    async fn closed_books_keep_their_receipts(db: TestDb) {
        let world = World::open(&db).await;
        let payment = world.pay("100").received("2026-02-01").recorded().await;
        let closed = UpdateEntity { books_closed_through: Some(day("2026-02-28")), ..UpdateEntity::default() };
        world.does(closed).await;
        let moved = CorrectPayment { received_on: Some(day("2026-03-02")), ..CorrectPayment::of(payment) };
        let closed = Refusal::BooksClosed { on: day("2026-02-01"), closed_through: day("2026-02-28") };
        assert_eq!(world.refuses(moved).await, closed);
        let described = CorrectPayment { reference: Some("kept".to_owned()), ..CorrectPayment::of(payment) };
        world.does(described).await;
        world.does(WithdrawPayment { payment }).await;
        world.books_are_sound().await;
    }

    async fn money_goes_back_where_it_was_put_last(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second) = (world.owes("200").await, world.owes("100").await);
        let payment = world.pay("330").on(first, "200").on(second, "100").recorded().await;
        let made = world.does(give_back(payment, "60")).await;
        let made = world.billing.refund(&world.caller, made).await.expect("the refund is there");
        assert_eq!((made.kind, made.invoice_id, made.amount), (RefundKind::ByCreditNote, Some(second), 6_000));
        // The second has only 40 left, so the first gives.
        let made = world.does(give_back(payment, "50")).await;
        let made = world.billing.refund(&world.caller, made).await.expect("the refund is there");
        assert_eq!((made.kind, made.invoice_id), (RefundKind::ByCreditNote, Some(first)));
        let refused = world.refuses(give_back(payment, "150.01")).await;
        assert_eq!(refused, Refusal::ExceedsApplied { payment, applied: usd(15_000), asked: usd(15_001) });
        assert_eq!(world.refuses(give_back(payment, "0")).await, Refusal::NotPositive { what: "amount" });
        assert_eq!((world.balance(first).await.as_str(), world.balance(second).await.as_str()), ("0.00", "0.00"));

        let loose = world.pay("30").recorded().await;
        let made = world.does(give_back(loose, "30")).await;
        let made = world.billing.refund(&world.caller, made).await.expect("the refund is there");
        assert_eq!(made.kind, RefundKind::Unapplied);
        world.books_are_sound().await;
    }

    async fn payments_are_listed_by_what_they_are(db: TestDb) {
        let world = World::open(&db).await;
        let (first, second) = (world.owes("100").await, world.owes("100").await);
        let mut paid = Vec::new();
        for (at, total) in ["10", "30", "20"].into_iter().enumerate() {
            world.at(&format!("2026-03-10T12:0{at}:00Z"));
            let invoice = if at == 1 { second } else { first };
            paid.push(world.pay(total).on(invoice, total).recorded().await);
        }
        world.does(WithdrawPayment { payment: paid[2] }).await;
        let query = |conditions: Vec<Condition<PaymentColumn>>, order| {
            DocumentQuery { conditions, order, offset: 0, limit: 2 }
        };
        let list = async |query| {
            let page = world.billing.payment_list(&world.caller, query).await.expect("a list").value;
            (page.rows.iter().map(|row| row.payment.id).collect::<Vec<_>>(), page.has_more)
        };
        let newest = (PaymentColumn::CreatedAt, Direction::Descending);
        assert_eq!(list(query(Vec::new(), newest)).await, (vec![paid[2], paid[1]], true));
        let live = Condition::Is(PaymentColumn::IsVoid, Match::Equals(Operand::Int(0)));
        assert_eq!(list(query(vec![live.clone()], newest)).await, (vec![paid[1], paid[0]], false));
        let on_first = Condition::Is(PaymentColumn::Invoice, Match::Equals(Operand::Int(first.0)));
        assert_eq!(list(query(vec![on_first], newest)).await, (vec![paid[2], paid[0]], false));
        let by_amount = (PaymentColumn::BaseAmount, Direction::Descending);
        assert_eq!(list(query(vec![live], by_amount)).await, (vec![paid[1], paid[0]], false));
        assert_eq!(list(query(vec![Condition::Never], newest)).await, (Vec::new(), false));
        let detail = world.billing.payment_detail(&world.caller, paid[1]).await.expect("a payment").value;
        assert_eq!(detail.settles.len(), 1);
        assert_eq!((detail.settles[0].amount, detail.settles[0].balance), (usd(3_000), usd(7_000)));
        world.books_are_sound().await;
    }
}

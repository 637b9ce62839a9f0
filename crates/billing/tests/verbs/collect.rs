//! Charging through a gateway: what comes of each outcome, of crashes between the two transactions, of callbacks in
//! any number and order, and of everybody at once. Whatever happens, the gateway charges once and the money counts
//! once.

use super::till::{Dying, Till, declined, key, succeeded};
use billing::Error;
use billing::invoices::void::VoidInvoice;
use billing::payments::charge::{CollectInvoice, CollectLater, RecordGatewayCallback};
use domain::Refusal;
use domain::id::InvoiceId;
use domain::invoice::void::IfSettled;
use domain::payment::PaymentMode;
use domain::payment::intent::{AttemptState, Cause, IntentState, Learned};
use testkit::builders::amount;
use testkit::{TestDb, on_both_databases};
use tokio::task::JoinSet;

on_both_databases! {
    async fn a_charge_that_succeeds_is_a_payment_on_the_invoice(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("450").await;
        let collected = till.collect(invoice, card).await.expect("it is paid").value;
        let payment = &collected.payment.payment;
        assert_eq!((payment.amount, payment.applied, payment.unapplied), (45_000, 45_000, 0));
        assert_eq!((payment.mode, payment.gateway.as_deref()), (PaymentMode::Automatic, Some("sandbox")));
        assert_eq!(payment.gateway_transaction_id, collected.charge.attempt.transaction);
        assert_eq!(payment.reference, "INV-000001");
        assert_eq!(collected.charge.attempt.state, AttemptState::Succeeded);
        assert_eq!(collected.charge.intent.state, IntentState::Succeeded);
        assert_eq!(collected.invoice.summary.balance.minor, 0);
        assert_eq!(world.on_account("cash", "USD").await, (45_000, 45_000));
        let events = world.billing.events(&world.caller, 0, 100).await.expect("a feed");
        let types: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
        for wanted in ["payment_intent.created", "payment.received", "invoice.payment_applied", "payment_intent.succeeded"] {
            assert_eq!(types.iter().filter(|found| **found == wanted).count(), 1, "{wanted}: {types:?}");
        }
        assert_eq!(till.charges().await, 1);
        assert_eq!(till.view_rows().await, [["succeeded", "45000", "1"]]);
        world.books_are_sound().await;
    }

    async fn a_decline_changes_no_books_and_another_card_may_be_tried(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, bad, good) = (&till.world, till.card("sandbox_decline").await, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        let refused = till.refuses(invoice, bad).await;
        let Refusal::Declined { intent, code, message } = refused else { panic!("{refused:?}") };
        assert_eq!((code.as_str(), message.as_str()), ("declined", "The payment was declined by the issuer."));
        let told = till.intent(intent).await;
        assert_eq!((told.intent.state, told.attempts[0].state), (IntentState::Failed, AttemptState::Failed));
        assert_eq!(world.balance(invoice).await, "10.00");
        assert!(matches!(till.refuses(invoice, bad).await, Refusal::Declined { .. }), "yesterday's decline blocks nobody");
        till.collect(invoice, good).await.expect("the other card is good");
        assert_eq!(till.payments().await.len(), 1);
        assert_eq!(till.charges().await, 1);
        world.books_are_sound().await;
    }

    async fn a_lost_answer_is_found_by_asking(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_timeout").await);
        let invoice = world.owes("10").await;
        let intent = till.pends(invoice, card).await;
        assert_eq!(till.intent(intent).await.attempts[0].state, AttemptState::Unknown);
        assert_eq!(world.balance(invoice).await, "10.00", "nothing counts before the gateway says so");
        let refused = till.refuses(invoice, till.card("sandbox_ok").await).await;
        assert_eq!(refused, Refusal::PaymentPending { invoice, intent });
        assert_eq!(till.reconcile().await.asked, 0, "it was asked just now");
        till.wait(5);
        let round = till.reconcile().await;
        assert_eq!((round.asked, round.paid, round.unknown), (1, 1, 0));
        assert_eq!(world.balance(invoice).await, "0.00");
        assert_eq!(till.reconcile().await, Default::default(), "nothing is left to ask");
        assert_eq!((till.charges().await, till.payments().await.len()), (1, 1));
        world.books_are_sound().await;
    }

    async fn a_callback_that_comes_twice_counts_once(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_duplicate").await);
        let invoice = world.owes("10").await;
        till.collect(invoice, card).await.expect("it is paid");
        let round = till.reconcile().await;
        assert_eq!((round.callbacks, round.paid), (2, 0));
        assert_eq!(till.reconcile().await.callbacks, 0, "both were taken in");
        assert_eq!((till.charges().await, till.payments().await.len()), (1, 1));
        world.books_are_sound().await;
    }

    /// killbill#1015: a success that came after an unknown outcome was lost.
    async fn late_success_after_unknown_killbill_1015(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_late").await);
        let [paid, voided, owing] = [world.owes("10").await, world.owes("20").await, world.owes("30").await];
        for invoice in [paid, voided, owing] {
            till.pends(invoice, card).await;
        }
        till.wait(1);
        assert_eq!(till.reconcile().await, Default::default(), "too early to ask, and nothing is called back");
        world.pay("4").on(paid, "4").recorded().await;
        world.does(VoidInvoice::of(voided, IfSettled::Refuse)).await;
        till.wait(2);
        let round = till.reconcile().await;
        assert_eq!((round.callbacks, round.paid), (3, 3));
        assert_eq!([world.balance(paid).await, world.balance(owing).await], ["0.00", "0.00"]);
        let mut left: Vec<(i64, i64)> =
            till.payments().await.iter().map(|payment| (payment.amount, payment.unapplied)).collect();
        left.sort_unstable();
        // Never lost, never over-applied: what the invoice no longer takes is the customer's.
        assert_eq!(left, [(400, 0), (1_000, 400), (2_000, 2_000), (3_000, 0)]);
        assert_eq!(world.standing(world.customer).await, (0, 2_400));
        assert_eq!(till.charges().await, 3);
        world.books_are_sound().await;
    }

    /// InvoicePlane#1705: two gateway callbacks passed one balance check and the invoice was paid twice.
    async fn two_callbacks_of_one_charge_invoiceplane_1705(db: TestDb) {
        let till = Till::open(&db).await;
        let second = till.second_server().await;
        let world = &till.world;
        let invoice = world.owes("10").await;
        let intent = till.pends(invoice, till.card("sandbox_late").await).await;
        let mut racers = JoinSet::new();
        for number in 0..16 {
            let of = if number % 2 == 0 { till.world.clone() } else { second.world.clone() };
            let verb = RecordGatewayCallback { gateway: "sandbox".to_owned(), intent, outcome: succeeded("T1") };
            racers.spawn(async move { of.tried(verb).await.expect("it is taken in") });
        }
        let told = racers.join_all().await;
        assert_eq!(told.iter().filter(|learned| **learned == Learned::Paid).count(), 1, "{told:?}");
        assert_eq!(told.iter().filter(|learned| **learned == Learned::Nothing).count(), 15, "{told:?}");
        assert_eq!(till.payments().await.len(), 1);
        assert_eq!((world.balance(invoice).await.as_str(), world.standing(world.customer).await), ("0.00", (0, 0)));
        world.books_are_sound().await;
    }

    async fn money_taken_twice_for_one_intent_is_not_lost(db: TestDb) {
        let till = Till::open(&db).await;
        let world = &till.world;
        let invoice = world.owes("10").await;
        let intent = till.pends(invoice, till.card("sandbox_late").await).await;
        let says = |outcome| RecordGatewayCallback { gateway: "sandbox".to_owned(), intent, outcome };
        assert_eq!(world.does(says(succeeded("T1"))).await, Learned::Paid);
        assert_eq!(world.does(says(declined())).await, Learned::Nothing, "a failure undoes no money");
        assert_eq!(world.does(says(succeeded("T2"))).await, Learned::PaidAgain);
        assert_eq!(world.does(says(succeeded("T2"))).await, Learned::Nothing);
        assert_eq!(world.does(says(succeeded("T1"))).await, Learned::Nothing);
        assert_eq!(world.refuses(says(succeeded(" "))).await, Refusal::Blank { what: "transaction" });
        let foreign = RecordGatewayCallback { gateway: "other".to_owned(), ..says(succeeded("T3")) };
        assert!(matches!(world.tried(foreign).await, Err(Error::Missing { .. })), "one gateway never speaks of another's");
        assert_eq!(till.intent(intent).await.attempts.len(), 2);
        assert_eq!(world.standing(world.customer).await, (0, 1_000), "the second ten are the customer's");
        world.books_are_sound().await;
    }

    async fn a_server_that_dies_before_the_call_has_charged_nothing(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        till.dies(Dying::BeforeTheCharge, invoice, card, None).await;
        let refused = till.refuses(invoice, card).await;
        let Refusal::PaymentPending { intent, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(till.intent(intent).await.attempts[0].state, AttemptState::Submitted, "it was stored before the call");
        till.wait(14);
        assert_eq!(till.reconcile().await.asked, 0, "a call may be under way");
        till.wait(1);
        assert_eq!(till.reconcile().await.failed, 1, "the gateway never saw it");
        assert_eq!(till.intent(intent).await.attempts[0].code, "never_received");
        assert_eq!(till.charges().await, 0);
        // It saw it after all: a failure that was told does not lose the money.
        let verb = RecordGatewayCallback { gateway: "sandbox".to_owned(), intent, outcome: succeeded("T1") };
        assert_eq!(world.does(verb).await, Learned::Paid);
        assert_eq!(world.balance(invoice).await, "0.00");
        assert_eq!(till.intent(intent).await.intent.state, IntentState::Succeeded);
        world.books_are_sound().await;
    }

    async fn a_server_that_dies_after_the_call_has_charged_once(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        till.dies(Dying::AfterTheCharge, invoice, card, key("k", "body")).await;
        assert_eq!((till.charges().await, till.payments().await.len()), (1, 0));
        let twin = till.ask(key("k", "body"), invoice, card).await;
        assert!(matches!(twin, Err(Error::Conflict { what: "key in progress" })), "a call may be under way: {twin:?}");
        till.wait(15);
        let first = till.ask(key("k", "body"), invoice, card).await.expect("the same request ends it by asking");
        assert_eq!(till.ask(key("k", "body"), invoice, card).await.expect("and is replayed"), first);
        assert_eq!((till.charges().await, till.payments().await.len()), (1, 1));
        assert_eq!(world.balance(invoice).await, "0.00");
        world.books_are_sound().await;
    }

    async fn a_key_charges_once(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        let first = till.ask(key("k", "body"), invoice, card).await.expect("it is paid");
        assert_eq!(till.ask(key("k", "body"), invoice, card).await.expect("a replay"), first);
        assert!(matches!(till.ask(key("k", "other"), invoice, card).await, Err(Error::KeyReused)));
        let refused = till.ask(key("k2", "body"), invoice, card).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NothingOwed { .. }))), "{refused:?}");

        // One intent per key: its decline is told again, and not asked for again.
        let (bad, owed) = (till.card("sandbox_decline").await, world.owes("20").await);
        let declined = |told| match told {
            Err(Error::Refused(Refusal::Declined { intent, .. })) => intent,
            other => panic!("{other:?}"),
        };
        let once = declined(till.ask(key("bad", "body"), owed, bad).await);
        assert_eq!(declined(till.ask(key("bad", "body"), owed, bad).await), once);
        assert_ne!(declined(till.ask(key("bad again", "body"), owed, bad).await), once);

        // A refusal kept nothing: the key is judged anew.
        let draft = world.invoice().line("Service", "1", "5").draft().await;
        assert!(matches!(till.ask(key("d", "body"), draft, card).await, Err(Error::Refused(Refusal::NotIssued { .. }))));
        world.does(billing::invoices::issue::IssueInvoice { invoice: draft }).await;
        till.ask(key("d", "body"), draft, card).await.expect("now it may");

        // A timeout under a key ends with the payment, whoever found out.
        let slow = till.card("sandbox_timeout").await;
        assert!(matches!(till.ask(key("slow", "body"), owed, slow).await, Err(Error::Pending { .. })));
        till.wait(5);
        till.reconcile().await;
        let found = till.ask(key("slow", "body"), owed, slow).await.expect("it is paid meanwhile");
        assert_eq!(till.ask(key("slow", "body"), owed, slow).await.expect("a replay"), found);
        assert_eq!((till.charges().await, till.payments().await.len()), (3, 3));

        // Keys are forgotten after two days; the same text is then another cause.
        let later = world.owes("7").await;
        till.wait(3 * 24 * 3_600);
        world.billing.forget_old(world.billing.now()).await.expect("old keys go");
        assert_ne!(till.ask(key("k", "body"), later, card).await.expect("a new charge"), first);
        assert_eq!((till.charges().await, till.payments().await.len()), (4, 4));
        world.books_are_sound().await;
    }

    async fn everybody_at_once_charges_once(db: TestDb) {
        let till = Till::open(&db).await;
        let servers = [till.clone(), till.second_server().await];
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        for round in 1..=3 {
            let invoice = world.owes("10").await;
            let mut racers = JoinSet::new();
            for number in 0..12 {
                let of = servers[number % 2].clone();
                racers.spawn(async move { of.collect(invoice, card).await.map(drop) });
            }
            let told = racers.join_all().await;
            assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1, "{told:?}");
            let is_named = |told: &Result<(), Error>| {
                matches!(told, Ok(()) | Err(Error::Refused(Refusal::PaymentPending { .. } | Refusal::NothingOwed { .. })))
            };
            assert!(told.iter().all(is_named), "{told:?}");
            assert_eq!(till.charges().await, round);
        }
        // Twins of one key: one charge, one answer.
        let invoice = world.owes("10").await;
        let mut twins = JoinSet::new();
        for number in 0..12 {
            let of = servers[number % 2].clone();
            twins.spawn(async move { of.ask(key("k", "body"), invoice, card).await });
        }
        let told = twins.join_all().await;
        let answers: Vec<_> = told.iter().filter_map(|told| told.as_ref().ok()).collect();
        assert!(!answers.is_empty() && answers.iter().all(|answer| *answer == answers[0]), "{told:?}");
        let waits = |told: &Result<_, Error>| matches!(told, Ok(_) | Err(Error::Conflict { what: "key in progress" }));
        assert!(told.iter().all(waits), "{told:?}");
        assert_eq!((till.charges().await, till.payments().await.len()), (4, 4));
        world.books_are_sound().await;
    }

    async fn reconcilers_at_once_count_once(db: TestDb) {
        let till = Till::open(&db).await;
        let servers = [till.clone(), till.second_server().await];
        let (world, card) = (&till.world, till.card("sandbox_timeout").await);
        let mut invoices: Vec<InvoiceId> = Vec::new();
        for _ in 0..5 {
            let invoice = world.owes("10").await;
            till.pends(invoice, card).await;
            invoices.push(invoice);
        }
        till.wait(60);
        let mut racers = JoinSet::new();
        for number in 0..6 {
            let of = servers[number % 2].clone();
            racers.spawn(async move { of.reconcile().await.paid });
        }
        assert_eq!(racers.join_all().await.iter().sum::<u64>(), 5);
        for invoice in invoices {
            assert_eq!(world.balance(invoice).await, "0.00");
        }
        assert_eq!((till.charges().await, till.payments().await.len()), (5, 5));
        world.books_are_sound().await;
    }

    async fn each_cause_is_charged_once(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("100").await;
        let entry = |name: &str| CollectInvoice {
            amount: Some(amount("50")),
            cause: Cause::Schedule(name.to_owned()),
            ..CollectInvoice::of(invoice, card)
        };
        let first = till.charge(entry("1")).await.expect("it is paid").value;
        let again = till.charge(entry("1")).await.expect("it was paid").value;
        assert_eq!(again.payment.payment.id, first.payment.payment.id, "the same entry is not charged again");
        till.charge(entry("2")).await.expect("two scheduled payments of 50 on one card are two causes");
        assert_eq!(world.balance(invoice).await, "0.00");
        assert_eq!(till.charges().await, 2);

        // What a job stored in its own transaction is submitted by the worker.
        let owed = world.owes("30").await;
        let later = CollectInvoice { cause: Cause::Dunning("case 1, step 2".to_owned()), ..CollectInvoice::of(owed, card) };
        let intent = world.does(CollectLater(later.clone())).await;
        assert_eq!(world.does(CollectLater(later)).await, intent);
        assert_eq!(till.intent(intent).await.attempts[0].state, AttemptState::Created);
        assert_eq!(till.reconcile().await.paid, 1);
        assert_eq!((world.balance(owed).await.as_str(), till.charges().await), ("0.00", 3));

        // A method that was removed meanwhile is not charged.
        let (gone, unpaid) = (till.card("sandbox_ok").await, world.owes("5").await);
        let later = CollectInvoice { cause: Cause::Dunning("case 2".to_owned()), ..CollectInvoice::of(unpaid, gone) };
        let intent = world.does(CollectLater(later)).await;
        till.remove(gone).await;
        assert_eq!(till.reconcile().await.failed, 1);
        assert_eq!(till.intent(intent).await.attempts[0].code, "payment_method_inactive");
        assert_eq!((world.balance(unpaid).await.as_str(), till.charges().await), ("5.00", 3));
        world.books_are_sound().await;
    }
}

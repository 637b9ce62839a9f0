//! What customers pay with, and what may not be charged.

use super::till::Till;
use billing::Error;
use billing::invoices::void::VoidInvoice;
use billing::parties::entities::UpdateEntity;
use billing::payments::apply::UnapplyPayment;
use billing::payments::charge::CollectInvoice;
use billing::payments::correct::CorrectPayment;
use billing::payments::methods::{AddPaymentMethod, MethodFields, RemovePaymentMethod, UpdatePaymentMethod};
use billing::payments::record::VoidPayment;
use billing::payments::withdraw::WithdrawPayment;
use billing::query::CustomerRef;
use billing::read::{MethodRef, MethodView};
use domain::Refusal;
use domain::id::{PaymentMethodId, TenantId};
use domain::invoice::void::IfSettled;
use domain::money::{Currency, Money};
use domain::payment::method::{Funding, MethodKind, MethodStatus};
use testkit::builders::{World, amount, day};
use testkit::{TestDb, on_both_databases};

fn add(world: &World, token: &str) -> AddPaymentMethod {
    AddPaymentMethod {
        customer: world.customer,
        kind: MethodKind::BankAccount,
        gateway: "sandbox".to_owned(),
        token: token.to_owned(),
        fields: MethodFields::default(),
    }
}

on_both_databases! {
    async fn a_method_is_added_changed_and_removed(db: TestDb) {
        let world = World::open(&db).await;
        let fields = MethodFields {
            last_four: Some("4242".to_owned()),
            brand: Some("visa".to_owned()),
            funding: Some(Some(Funding::Credit)),
            expiry: Some(Some((2026, 3))),
            first_name: Some("Benjamin".to_owned()),
            ..MethodFields::default()
        };
        let method = world.does(AddPaymentMethod { kind: MethodKind::Card, fields, ..add(&world, "tok_1") }).await;
        let other = world.does(add(&world, "tok_2")).await;
        let which = MethodRef::Id(method);
        let read = || world.billing.payment_method(&world.caller, None, &which);
        let found = read().await.expect("it is there").value;
        assert_eq!((found.method.last_four.as_str(), found.method.brand.as_str()), ("4242", "visa"));
        assert_eq!((found.status, found.method.created_by.as_str()), (MethodStatus::Active, "billwright"));
        world.at("2026-04-01T12:00:00Z");
        assert_eq!(read().await.expect("it is there").value.status, MethodStatus::Expired);

        let renewed = MethodFields { expiry: Some(Some((2029, 3))), is_active: Some(false), ..MethodFields::default() };
        world.does(UpdatePaymentMethod { method, of: None, fields: renewed }).await;
        let found = read().await.expect("it is there").value;
        assert_eq!((found.status, found.method.token.as_str()), (MethodStatus::Inactive, "tok_1"));

        let customer = CustomerRef::Id(world.customer);
        let list = || world.billing.payment_methods(&world.caller, &customer, 0, 10);
        let ids = |found: Vec<MethodView>| found.iter().map(|view| view.method.id).collect::<Vec<_>>();
        assert_eq!(ids(list().await.expect("a list").value), [method, other]);
        let stranger = world.customer("Stranger").created().await;
        let of_another = RemovePaymentMethod { method, of: Some(stranger), kind: None };
        assert!(matches!(world.tried(of_another).await, Err(Error::Missing { .. })));
        world.does(RemovePaymentMethod { method, of: Some(world.customer), kind: None }).await;
        assert!(matches!(read().await, Err(Error::Missing { kind: PaymentMethodId::WORD, .. })));
        assert!(matches!(world.tried(RemovePaymentMethod { method, of: None, kind: None }).await, Err(Error::Missing { .. })));
        assert_eq!(ids(list().await.expect("a list").value), [other]);
        let kept = format!("SELECT token FROM payment_methods WHERE id = {}", method.0);
        assert_eq!(world.db.rows(&kept).await, [[""]], "its token is forgotten");
    }

    async fn a_card_number_is_refused_wherever_it_stands(db: TestDb) {
        let world = World::open(&db).await;
        let number = "4111 1111 1111 1111";
        assert_eq!(world.refuses(add(&world, number)).await, Refusal::CardNumber { what: "token" });
        let fields = |last_four: &str, first_name: &str| MethodFields {
            last_four: Some(last_four.to_owned()),
            first_name: Some(first_name.to_owned()),
            ..MethodFields::default()
        };
        let with = |fields| AddPaymentMethod { fields, ..add(&world, "tok") };
        let refused = world.refuses(with(fields("4111111111111111", ""))).await;
        assert_eq!(refused, Refusal::CardNumber { what: "last four digits" });
        assert_eq!(world.refuses(with(fields("", number))).await, Refusal::CardNumber { what: "first name" });
        for digits in ["411", "41111", "abcd"] {
            let refused = world.refuses(with(fields(digits, ""))).await;
            assert_eq!(refused, Refusal::Invalid { what: "last four digits" }, "{digits}");
        }
        assert_eq!(world.refuses(add(&world, " ")).await, Refusal::Blank { what: "token" });
        let expiry = MethodFields { expiry: Some(Some((2026, 13))), ..MethodFields::default() };
        assert_eq!(world.refuses(with(expiry)).await, Refusal::Invalid { what: "expiry" });
        assert_eq!(world.db.rows("SELECT COUNT(*) FROM payment_methods").await, [["0"]]);
    }

    async fn what_may_not_be_charged_is_refused_and_leaves_nothing(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let draft = world.invoice().line("Service", "1", "5").draft().await;
        assert_eq!(till.refuses(draft, card).await, Refusal::NotIssued { invoice: draft });
        let invoice = world.owes("10").await;
        let stranger = world.customer("Stranger").created().await;
        let theirs = world.does(AddPaymentMethod { customer: stranger, ..add(world, "sandbox_ok") }).await;
        let (expected, given) = (world.customer, stranger);
        assert_eq!(till.refuses(invoice, theirs).await, Refusal::CustomerMismatch { expected, given });
        let elsewhere = world.does(AddPaymentMethod { gateway: "acme".to_owned(), ..add(world, "tok") }).await;
        assert_eq!(till.refuses(invoice, elsewhere).await, Refusal::GatewayMissing { gateway: "acme".to_owned() });
        let off = MethodFields { is_active: Some(false), ..MethodFields::default() };
        let inactive = till.card("sandbox_ok").await;
        world.does(UpdatePaymentMethod { method: inactive, of: None, fields: off }).await;
        assert_eq!(till.refuses(invoice, inactive).await, Refusal::PaymentMethodInactive { method: inactive });
        let too_much = CollectInvoice { amount: Some(amount("10.01")), ..CollectInvoice::of(invoice, card) };
        let usd = |minor| Money { minor, currency: Currency::USD };
        let refused = Refusal::ExceedsBalance { invoice, balance: usd(1_000), asked: usd(1_001) };
        assert!(matches!(till.charge(too_much).await, Err(Error::Refused(told)) if told == refused));
        let missing = till.collect(invoice, PaymentMethodId(999_999)).await;
        assert!(matches!(missing, Err(Error::Missing { kind: PaymentMethodId::WORD, .. })));
        world.does(VoidInvoice::of(invoice, IfSettled::Refuse)).await;
        assert_eq!(till.refuses(invoice, card).await, Refusal::AlreadyVoid { invoice });
        assert_eq!(world.db.rows("SELECT COUNT(*) FROM payment_intents").await, [["0"]]);
        assert_eq!(till.charges().await, 0);

        // Without a gateway nothing is charged, and the error says so.
        let without = World::open(&db).await;
        let (owed, method) = (without.owes("10").await, without.does(add(&without, "sandbox_ok")).await);
        let told = without.billing.charge(&without.caller, CollectInvoice::of(owed, method)).await;
        assert!(matches!(told, Err(Error::Refused(Refusal::GatewayMissing { gateway })) if gateway == "sandbox"));
        world.books_are_sound().await;
    }

    async fn money_that_a_gateway_took_is_not_undone_by_saying_so(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        let payment = till.collect(invoice, card).await.expect("it is paid").value.payment.payment.id;
        let charged = Refusal::PaymentCharged { payment };
        assert_eq!(world.refuses(WithdrawPayment { payment }).await, charged);
        let more = CorrectPayment { amount: Some(amount("11")), ..CorrectPayment::of(payment) };
        assert_eq!(world.refuses(more).await, charged);
        let renamed = CorrectPayment { reference: Some("other".to_owned()), ..CorrectPayment::of(payment) };
        world.does(renamed).await;
        world.does(UnapplyPayment { payment, invoice }).await;
        assert_eq!(world.refuses(VoidPayment { payment }).await, charged);
        assert_eq!(world.standing(world.customer).await, (1_000, 1_000), "it may be put elsewhere");
        world.books_are_sound().await;
    }

    async fn methods_and_intents_stay_within_their_tenant(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        let intent = till.collect(invoice, card).await.expect("it is paid").value.charge.intent.id;
        let neighbour = Till::at(world.neighbour().await);
        let theirs = neighbour.world.owes("10").await;
        let told = neighbour.collect(theirs, card).await;
        assert!(matches!(told, Err(Error::Missing { kind: PaymentMethodId::WORD, .. })), "{told:?}");
        let read = neighbour.world.billing.payment_intent(&neighbour.world.caller, intent).await;
        assert!(matches!(read, Err(Error::Missing { .. })), "{read:?}");
        let read = neighbour.world.billing.payment_method(&neighbour.world.caller, None, &MethodRef::Id(card)).await;
        assert!(matches!(read, Err(Error::Missing { .. })), "{read:?}");
        assert_eq!(till.sandbox.charges(TenantId(neighbour.world.tenant.0)).await, Ok(0));
    }

    async fn foreign_money_is_worth_what_the_invoice_says(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.invoice().line("Service", "1", "100").in_currency(Currency::EUR, "1.08").issued().await;
        till.collect(invoice, card).await.expect("it is paid");
        assert_eq!(world.on_account("cash", "EUR").await, (10_000, 10_800));
        assert_eq!(world.on_account("realised_fx", "EUR").await, (0, 0), "nobody else named a rate");
        world.books_are_sound().await;
    }

    async fn closed_books_are_told_before_the_charge(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        let closed = UpdateEntity { books_closed_through: Some(day("2026-03-10")), ..UpdateEntity::default() };
        world.does(closed).await;
        assert!(matches!(till.refuses(invoice, card).await, Refusal::BooksClosed { .. }));
        assert_eq!(till.charges().await, 0);
    }

    async fn the_audit_names_a_charge_without_its_payment(db: TestDb) {
        let till = Till::open(&db).await;
        let (world, card) = (&till.world, till.card("sandbox_ok").await);
        let invoice = world.owes("10").await;
        let charge = till.collect(invoice, card).await.expect("it is paid").value.charge;
        till.pends(world.owes("20").await, till.card("sandbox_late").await).await;
        world.books_are_sound().await;
        let attempt = charge.attempt.id.0;
        for (harm, repair) in [
            ("payment_id = NULL", format!("payment_id = {}", charge.attempt.payment_id.expect("paid").0)),
            ("transaction_id = 'T0'", format!("transaction_id = '{}'", charge.attempt.transaction.expect("paid"))),
            ("state = 'failed'", "state = 'succeeded'".to_owned()),
            ("gateway = 'other'", "gateway = 'sandbox'".to_owned()),
        ] {
            world.db.raw(&format!("UPDATE payment_attempts SET {harm} WHERE id = {attempt}")).await;
            let report = world.audit().await;
            assert!(report.violations.iter().any(|v| v.rule == "charges" && v.object.id == attempt), "{harm}: {report}");
            assert!(report.violations.iter().all(|v| v.rule == "charges"), "{harm}: {report}");
            world.db.raw(&format!("UPDATE payment_attempts SET {repair} WHERE id = {attempt}")).await;
            world.books_are_sound().await;
        }
        world.db.raw("UPDATE payment_intents SET state = 'failed' WHERE state = 'pending'").await;
        assert_eq!(world.audit().await.by_rule["charges"], 1);
    }
}

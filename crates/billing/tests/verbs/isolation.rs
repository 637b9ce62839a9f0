//! One tenant never sees another: a foreign id is answered like one that does not exist.

use billing::credit_notes::NoteShare;
use billing::credit_notes::apply::{ApplyCreditNotes, UnapplyCreditNote};
use billing::credit_notes::issue::{DeleteCreditNote, IssueCreditNote, VoidCreditNote};
use billing::invoices::correct::CorrectInvoice;
use billing::invoices::create::{CreateInvoice, DeleteDraft, UpdateDraft};
use billing::invoices::details::{EditDetails, MarkSent};
use billing::invoices::issue::{IssueInvoice, IssueMany};
use billing::invoices::void::{SetDraftNumber, VoidInvoice, WithdrawInvoice};
use billing::invoices::write_off::{CancelWriteOff, WriteOffInvoice};
use billing::parties::customers::{CustomerFields, DeleteCustomer, UpdateCustomer};
use billing::payments::PaymentShare;
use billing::payments::apply::{ApplyPayments, UnapplyPayment};
use billing::payments::record::VoidPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use billing::query::{CustomerRef, InvoiceRef};
use billing::{Error, Verb};
use domain::id::{CreditNoteId, CustomerId, EntityId, InvoiceId, PaymentId, RefundId};
use domain::invoice::void::IfSettled;
use domain::money::Currency;
use domain::payment::PaymentMode;
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};

/// Two tenants whose objects have different ids: ids are given out per tenant, so the first objects of both would have
/// the same.
async fn apart(db: &TestDb) -> (World, World) {
    let world = World::open(db).await;
    let mut theirs = world.neighbour().await;
    for number in 0..40 {
        theirs.customer = theirs.customer(&format!("Customer {number}")).created().await;
    }
    (world, theirs)
}

/// The verb on a foreign object and on one that never was: both missing, told alike.
async fn is_missing<V: Verb>(world: &World, foreign: V, nowhere: V) {
    let name = std::any::type_name::<V>();
    for verb in [foreign, nowhere] {
        match world.tried(verb).await {
            Err(Error::Missing { .. }) => {}
            Err(error) => panic!("{name}: {error}"),
            Ok(_) => panic!("{name} reached another tenant"),
        }
    }
}

fn refund(of: RefundOf) -> RefundMoney {
    RefundMoney {
        of,
        amount: amount("1"),
        mode: PaymentMode::Other,
        on: None,
        reference: String::new(),
        description: String::new(),
    }
}

fn missing<T>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Missing { .. }))
}

on_both_databases! {
    /// CVE-2026-55610: an object's id was enough to read it from another tenant.
    async fn cross_tenant_reads_cve_2026_55610(db: TestDb) {
        let (world, theirs) = apart(&db).await;
        let invoice = theirs.owes("100").await;
        let payment = theirs.pay("100").on(invoice, "50").recorded().await;
        let note = theirs.credit_of("10").issued().await;
        let paid_back = theirs.does(refund(RefundOf::Unapplied { payment })).await;
        let token = theirs.view(invoice).await.summary.token;
        let (billing, caller) = (&world.billing, &world.caller);
        for id in [invoice, InvoiceId(1)] {
            assert!(missing(billing.invoice(caller, None, &InvoiceRef::Id(id)).await));
            assert!(missing(billing.revisions(caller, id).await));
        }
        for token in [token, "nothing".to_owned()] {
            assert!(missing(billing.invoice(caller, None, &InvoiceRef::Token(token)).await));
        }
        for id in [payment, PaymentId(1)] {
            assert!(missing(billing.payment(caller, id).await));
        }
        for id in [note, CreditNoteId(1)] {
            assert!(missing(billing.credit_note(caller, id).await));
        }
        for id in [paid_back, RefundId(1)] {
            assert!(missing(billing.refund(caller, id).await));
        }
        for id in [theirs.customer, CustomerId(1)] {
            assert!(missing(billing.customer(caller, &CustomerRef::Id(id)).await));
        }
        assert!(billing.payments(caller, None, 0, 100).await.expect("a list").is_empty());
        assert!(billing.payments(caller, Some(theirs.customer), 0, 100).await.expect("a list").is_empty());
        assert!(billing.credit_notes(caller, None, 0, 100).await.expect("a list").is_empty());
        assert!(billing.refunds(caller, 0, 100).await.expect("a list").is_empty());
        let own = billing.customers(caller, 0, 100).await.expect("a list");
        assert_eq!(own.iter().map(|customer| customer.id).collect::<Vec<_>>(), [world.customer]);
        let named = billing.customers_by_id(caller, vec![theirs.customer, world.customer]).await.expect("a list");
        assert_eq!(named.len(), 1);
        let events = billing.events(caller, 0, 100).await.expect("a feed");
        assert!(events.iter().all(|event| event.object_id != invoice.0 || event.object_kind != "invoice"));
        theirs.books_are_sound().await;
    }

    /// CVE-2026-28685: a write named an object of another tenant and was done.
    async fn cross_tenant_writes_cve_2026_28685(db: TestDb) {
        let (world, theirs) = apart(&db).await;
        let (mine, my_money) = (world.owes("100").await, world.pay("100").recorded().await);
        let my_note = world.credit_of("100").issued().await;
        let invoice = theirs.owes("100").await;
        let draft = theirs.invoice().line("Service", "1", "1").draft().await;
        let payment = theirs.pay("100").recorded().await;
        let note = theirs.credit_of("100").issued().await;
        let draft_note = theirs.credit(invoice).total("1").draft().await;
        let before = (theirs.view(invoice).await, theirs.view(draft).await);

        let spec = || world.invoice().line("Service", "1", "1").spec();
        let nowhere = InvoiceId(1);
        is_missing(&world, IssueInvoice { invoice: draft }, IssueInvoice { invoice: nowhere }).await;
        is_missing(&world, DeleteDraft { invoice: draft }, DeleteDraft { invoice: nowhere }).await;
        let update = |invoice| UpdateDraft { invoice, spec: spec() };
        is_missing(&world, update(draft), update(nowhere)).await;
        let number = |invoice| SetDraftNumber { invoice, number: Some("X".to_owned()) };
        is_missing(&world, number(draft), number(nowhere)).await;
        let void = |invoice| VoidInvoice::of(invoice, IfSettled::Detach);
        is_missing(&world, void(invoice), void(nowhere)).await;
        is_missing(&world, WithdrawInvoice { invoice }, WithdrawInvoice { invoice: nowhere }).await;
        let correct = |invoice| CorrectInvoice { invoice, spec: spec(), keeps: Vec::new(), reason: String::new() };
        is_missing(&world, correct(invoice), correct(nowhere)).await;
        is_missing(&world, EditDetails::of(invoice), EditDetails::of(nowhere)).await;
        is_missing(&world, MarkSent { invoice }, MarkSent { invoice: nowhere }).await;
        let give_up = |invoice| WriteOffInvoice { invoice, reason: String::new(), on: None };
        is_missing(&world, give_up(invoice), give_up(nowhere)).await;
        let cancel = |invoice| CancelWriteOff { invoice, on: None };
        is_missing(&world, cancel(invoice), cancel(nowhere)).await;

        let to = |customer| IssueMany { specs: vec![world.invoice().to(customer).line("Service", "1", "1").spec()] };
        is_missing(&world, to(theirs.customer), to(CustomerId(1))).await;
        let by = |entity| CreateInvoice { spec: world.invoice().by(entity).line("Service", "1", "1").spec() };
        let their_branch = theirs.seller("Branch", Currency::USD).created().await;
        is_missing(&world, by(their_branch), by(EntityId(1))).await;

        let pay = |invoice| world.pay("1").on(invoice, "1").verb();
        is_missing(&world, pay(invoice), pay(nowhere)).await;
        let share = |payment, invoice| ApplyPayments {
            shares: vec![PaymentShare { payment, invoice, amount: amount("1") }],
            recover: false,
            on: None,
        };
        is_missing(&world, share(payment, mine), share(PaymentId(1), mine)).await;
        is_missing(&world, share(my_money, invoice), share(my_money, nowhere)).await;
        let unapply = |payment, invoice| UnapplyPayment { payment, invoice };
        is_missing(&world, unapply(payment, mine), unapply(PaymentId(1), mine)).await;
        is_missing(&world, VoidPayment { payment }, VoidPayment { payment: PaymentId(1) }).await;
        let unapplied = |payment| refund(RefundOf::Unapplied { payment });
        is_missing(&world, unapplied(payment), unapplied(PaymentId(1))).await;
        is_missing(&world, refund(RefundOf::Note { note }), refund(RefundOf::Note { note: CreditNoteId(1) })).await;
        let by_note = |payment, invoice| refund(RefundOf::ByCreditNote { payment, invoice });
        is_missing(&world, by_note(my_money, invoice), by_note(my_money, nowhere)).await;

        let share = |note, invoice| ApplyCreditNotes {
            shares: vec![NoteShare { note, invoice, amount: amount("1") }],
            on: None,
        };
        is_missing(&world, share(note, mine), share(CreditNoteId(1), mine)).await;
        is_missing(&world, share(my_note, invoice), share(my_note, nowhere)).await;
        let unapply = |note, invoice| UnapplyCreditNote { note, invoice };
        is_missing(&world, unapply(note, mine), unapply(CreditNoteId(1), mine)).await;
        is_missing(&world, VoidCreditNote { note }, VoidCreditNote { note: CreditNoteId(1) }).await;
        is_missing(&world, IssueCreditNote { note: draft_note }, IssueCreditNote { note: CreditNoteId(1) }).await;
        is_missing(&world, DeleteCreditNote { note: draft_note }, DeleteCreditNote { note: CreditNoteId(1) }).await;
        let credit = |invoice| world.credit(invoice).verb();
        is_missing(&world, credit(invoice), credit(nowhere)).await;

        let delete = |customer| DeleteCustomer { customer };
        is_missing(&world, delete(theirs.customer), delete(CustomerId(1))).await;
        let adopt = |parent| UpdateCustomer {
            customer: world.customer,
            fields: CustomerFields { parent_id: Some(Some(parent)), ..CustomerFields::default() },
        };
        is_missing(&world, adopt(theirs.customer), adopt(CustomerId(1))).await;

        assert_eq!((theirs.view(invoice).await, theirs.view(draft).await), before);
        theirs.books_are_sound().await;
    }
}

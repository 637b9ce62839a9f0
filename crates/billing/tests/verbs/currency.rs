//! Invoices in foreign currency: base amounts are posted once, telescope, and what differs is realised.

use billing::Error;
use billing::credit_notes::NoteShare;
use billing::credit_notes::apply::ApplyCreditNotes;
use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::void::VoidInvoice;
use billing::invoices::write_off::{CancelWriteOff, WriteOffInvoice};
use billing::payments::apply::UnapplyPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use domain::Refusal;
use domain::invoice::void::IfSettled;
use domain::money::Currency;
use domain::payment::PaymentMode;
use testkit::builders::{InvoiceBuilder, World, amount};
use testkit::{TestDb, on_both_databases};

/// An invoice of 100.00 EUR, carried at 91.73 USD.
fn euros(world: &World) -> InvoiceBuilder {
    world.invoice().line("Service", "1", "100").in_currency(Currency::EUR, "0.9173")
}

on_both_databases! {
    async fn a_rate_that_moved_is_realised(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = euros(&world).issued().await;
        assert_eq!(world.on_account("receivable", "EUR").await, (10_000, 9_173));
        let payment = world.pay("100").in_currency(Currency::EUR, "0.95").on(invoice, "100").recorded().await;
        assert_eq!(world.on_account("receivable", "EUR").await, (0, 0));
        assert_eq!(world.on_account("unapplied", "EUR").await, (0, 0));
        assert_eq!(world.on_account("realised_fx", "EUR").await, (0, -327));
        world.does(UnapplyPayment { payment, invoice }).await;
        assert_eq!(world.on_account("realised_fx", "EUR").await, (0, 0), "a reversal repeats what was stored");
        world.books_are_sound().await;
    }

    async fn parts_telescope_to_the_whole(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = euros(&world).issued().await;
        for share in ["33.33", "33.33", "33.34"] {
            world.pay(share).in_currency(Currency::EUR, "0.9173").on(invoice, share).recorded().await;
        }
        assert_eq!(world.on_account("receivable", "EUR").await, (0, 0));
        assert_eq!(world.on_account("unapplied", "EUR").await, (0, 0));
        world.books_are_sound().await;
    }

    async fn undoing_in_the_middle_still_closes(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = euros(&world).issued().await;
        let pay = |share: &str| world.pay(share).in_currency(Currency::EUR, "0.9377").on(invoice, share);
        let first = pay("0.01").recorded().await;
        pay("33.32").recorded().await;
        let second = pay("11.11").recorded().await;
        world.does(UnapplyPayment { payment: first, invoice }).await;
        let part = RefundMoney {
            of: RefundOf::Reverse { payment: second, invoice: Some(invoice) },
            amount: amount("3.33"),
            mode: PaymentMode::Other,
            on: None,
            reference: String::new(),
            description: String::new(),
        };
        world.does(part.clone()).await;
        world.does(RefundMoney { amount: amount("7.78"), ..part }).await;
        world.books_are_sound().await;
        pay("66.68").recorded().await;
        assert_eq!(world.balance(invoice).await, "0.00");
        assert_eq!(world.on_account("receivable", "EUR").await, (0, 0));
        world.books_are_sound().await;
    }

    async fn notes_write_offs_and_voids_give_back_what_was_posted(db: TestDb) {
        let world = World::of(&db, |seller| seller.relieving_tax()).await;
        let vat = world.tax("20").await;
        let invoice = world
            .invoice()
            .line("Service", "1", "83.33").taxed(vat)
            .in_currency(Currency::EUR, "0.9173")
            .issued()
            .await;
        let standing = world.credit_of("20").in_currency(Currency::EUR, "0.88").issued().await;
        let share = NoteShare { note: standing, invoice, amount: amount("13.37") };
        world.does(ApplyCreditNotes { shares: vec![share], on: None }).await;
        let give_up = WriteOffInvoice { invoice, reason: String::new(), on: None };
        world.does(give_up.clone()).await;
        assert_eq!(world.on_account("receivable", "EUR").await, (0, 0));
        world.pay("10.01").in_currency(Currency::EUR, "0.97").recovering().on(invoice, "10.01").recorded().await;
        world.books_are_sound().await;
        world.does(CancelWriteOff { invoice, on: None }).await;
        world.does(give_up).await;
        world.books_are_sound().await;
        world.does(VoidInvoice::of(invoice, IfSettled::Detach)).await;
        for account in ["receivable", "revenue", "tax_payable", "bad_debt", "realised_fx"] {
            let (posted, base) = world.on_account(account, "EUR").await;
            let of_note = if account == "revenue" { (2_000, 1_760) } else { (0, 0) };
            assert_eq!((posted, base), of_note, "{account}");
        }
        world.books_are_sound().await;
    }

    async fn refunds_take_from_the_far_end(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = euros(&world).issued().await;
        let payment = world.pay("120.07").in_currency(Currency::EUR, "0.9377").on(invoice, "100").recorded().await;
        let refund = |of, total: &str| RefundMoney {
            of,
            amount: amount(total),
            mode: PaymentMode::Other,
            on: None,
            reference: String::new(),
            description: String::new(),
        };
        world.does(refund(RefundOf::Unapplied { payment }, "7.03")).await;
        world.does(refund(RefundOf::Unapplied { payment }, "13.04")).await;
        assert_eq!(world.on_account("unapplied", "EUR").await, (0, 0));
        world.does(refund(RefundOf::ByCreditNote { payment, invoice }, "50")).await;
        assert_eq!(world.on_account("credit_note_liability", "EUR").await, (0, 0));
        world.books_are_sound().await;
    }

    async fn a_foreign_document_needs_a_rate(db: TestDb) {
        let world = World::open(&db).await;
        let mut spec = euros(&world).spec();
        spec.fx = None;
        let invoice = world.does(CreateInvoice { spec }).await;
        let missing = Refusal::RateMissing { currency: Currency::EUR, base: Currency::USD };
        assert_eq!(world.refuses(IssueInvoice { invoice }).await, missing);
        let issued = euros(&world).issued().await;
        let refused = world.pay("100").on(issued, "100").tried().await;
        assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal == missing));
        world.books_are_sound().await;
    }

    async fn currencies_with_other_decimals(db: TestDb) {
        let world = World::open(&db).await;
        let yen = world.invoice().line("Service", "1", "10000").in_currency(Currency::JPY, "0.00617").issued().await;
        assert_eq!(world.on_account("receivable", "JPY").await, (10_000, 6_170));
        let dinars = world.invoice().line("Service", "1", "1.001").in_currency(Currency::BHD, "2.65").issued().await;
        assert_eq!(world.on_account("receivable", "BHD").await, (1_001, 265));
        world.pay("3333").in_currency(Currency::JPY, "0.0065").on(yen, "3333").recorded().await;
        world.pay("0.5").in_currency(Currency::BHD, "2.66").on(dinars, "0.5").recorded().await;
        let refused = world.refuses(world.pay("3333.5").in_currency(Currency::JPY, "0.0065").verb()).await;
        assert_eq!(refused, Refusal::TooPrecise { what: "amount", currency: Currency::JPY });
        world.books_are_sound().await;
    }
}

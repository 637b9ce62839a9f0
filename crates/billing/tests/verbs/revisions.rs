//! Corrections and details of issued invoices: complete revisions, the old ones kept.

use billing::invoices::InvoiceSpec;
use billing::invoices::correct::CorrectInvoice;
use billing::invoices::create::CreateInvoice;
use billing::invoices::details::{EditDetails, MarkSent};
use billing::invoices::issue::IssueInvoice;
use billing::payments::apply::UnapplyPayment;
use domain::Refusal;
use domain::id::{InvoiceId, LineId};
use domain::invoice::NumberOrigin;
use domain::money::{Currency, Money};
use domain::party::Address;
use testkit::builders::{World, day};
use testkit::{TestDb, on_both_databases};

fn correct(invoice: InvoiceId, spec: InvoiceSpec, keeps: &[Option<LineId>]) -> CorrectInvoice {
    CorrectInvoice { invoice, spec, keeps: keeps.to_vec(), reason: "wrong hours".to_owned() }
}

fn address(line1: &str) -> Address {
    Address { line1: line1.to_owned(), ..Address::default() }
}

on_both_databases! {
    async fn a_correction_is_a_new_revision_with_the_same_number(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("20").await;
        let invoice = world
            .invoice()
            .line("Hours", "2", "100").taxed(vat)
            .line("Travel", "1", "50")
            .issued()
            .await;
        let lines = world.lines(invoice).await;
        let spec = world.invoice().line("Phone", "1", "5").line("Hours", "3", "100").taxed(vat).spec();
        world.does(correct(invoice, spec, &[None, Some(lines[0])])).await;

        let view = world.view(invoice).await;
        let summary = &view.summary;
        assert_eq!((summary.revision, summary.number.as_deref()), (2, Some("INV-000001")));
        assert_eq!((summary.total.minor, summary.balance.minor), (36_500, 36_500));
        assert_eq!(view.lines[0].id, lines[0], "a kept line keeps its id and its place");
        assert!(!lines.contains(&view.lines[1].id), "a new line has a new id");
        assert_eq!(world.standing(world.customer).await, (36_500, 0));
        assert_eq!(world.on_account("tax_payable", "USD").await.0, -6_000);

        let kept = world.billing.revisions(&world.caller, invoice).await.expect("revisions");
        assert_eq!((kept.len(), kept[0].revision, kept[0].reason.as_str()), (1, 1, "wrong hours"));
        assert!(kept[0].content.contains("Travel") && !kept[0].content.contains("Phone"), "the old one, whole");

        let strange = LineId(1);
        let spec = world.invoice().line("Hours", "1", "1").spec();
        let refused = world.refuses(correct(invoice, spec, &[Some(strange)])).await;
        assert_eq!(refused, Refusal::UnknownLine { line: strange });
        world.books_are_sound().await;
    }

    async fn a_correction_to_another_customer_moves_what_is_owed(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let other = world.customer("The right one").created().await;
        let spec = world.invoice().to(other).line("Service", "1", "120").spec();
        world.does(correct(invoice, spec, &[])).await;
        assert_eq!((world.standing(world.customer).await, world.standing(other).await), ((0, 0), (12_000, 0)));
        let mut spec = world.invoice().to(other).line("Service", "1", "80").spec();
        spec.currency = Some(Currency::EUR);
        let missing = Refusal::RateMissing { currency: Currency::EUR, base: Currency::USD };
        assert_eq!(world.refuses(correct(invoice, spec, &[])).await, missing);
        let spec = world.invoice().to(other).line("Service", "1", "80").in_currency(Currency::EUR, "1.1").spec();
        world.does(correct(invoice, spec, &[])).await;
        assert_eq!(world.on_account("receivable", "USD").await, (0, 0));
        assert_eq!(world.on_account("receivable", "EUR").await, (8_000, 8_800));
        world.books_are_sound().await;
    }

    async fn a_correction_stays_with_its_legal_entity(db: TestDb) {
        let world = World::open(&db).await;
        let branch = world.seller("Branch", Currency::USD).created().await;
        let invoice = world.owes("100").await;
        let spec = world.invoice().by(branch).line("Service", "1", "100").spec();
        assert_eq!(world.refuses(correct(invoice, spec, &[])).await, Refusal::EntityMismatch);
        world.books_are_sound().await;
    }

    async fn what_is_settled_credited_or_locked_is_not_corrected(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("100").await;
        let spec = || world.invoice().line("Service", "1", "90").spec();
        let payment = world.pay("10").on(invoice, "10").recorded().await;
        let applied = Money { minor: 1_000, currency: Currency::USD };
        let refused = world.refuses(correct(invoice, spec(), &[])).await;
        assert_eq!(refused, Refusal::Settled { invoice, applied });
        world.does(UnapplyPayment { payment, invoice }).await;
        let note = world.credit(invoice).total("1").issued().await;
        assert_eq!(world.refuses(correct(invoice, spec(), &[])).await, Refusal::CreditedByNote { invoice, note });

        let locked = World::of(&db, |seller| seller.locked()).await;
        let invoice = locked.owes("100").await;
        let spec = locked.invoice().line("Service", "1", "90").spec();
        assert_eq!(locked.refuses(correct(invoice, spec, &[])).await, Refusal::Locked { invoice });
        let draft = locked.invoice().line("Service", "1", "90").draft().await;
        let spec = locked.invoice().line("Service", "1", "80").spec();
        assert_eq!(locked.refuses(correct(draft, spec, &[])).await, Refusal::NotIssued { invoice: draft });
        locked.books_are_sound().await;
    }

    async fn a_date_stays_within_its_series_year(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_yearly()).await;
        let invoice = world.invoice().line("Service", "1", "1").dated("2026-01-05").issued().await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on).spec();
        let refused = world.refuses(correct(invoice, dated("2025-12-31"), &[])).await;
        assert_eq!(refused, Refusal::DateLeavesSeries { invoice });
        world.does(correct(invoice, dated("2026-12-31"), &[])).await;
        assert_eq!(world.view(invoice).await.summary.number.as_deref(), Some("2026-000001"));
        world.books_are_sound().await;
    }

    async fn a_date_stays_in_the_order_of_its_series(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_by_date()).await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on);
        let mut issued = Vec::new();
        for on in ["2026-03-03", "2026-03-05", "2026-03-07"] {
            issued.push(dated(on).issued().await);
        }
        let [first, second, third] = issued[..] else { panic!("three were issued") };
        let (earliest, latest) = (Some(day("2026-03-03")), Some(day("2026-03-07")));
        for on in ["2026-03-02", "2026-03-08"] {
            let refused = world.refuses(correct(second, dated(on).spec(), &[])).await;
            assert_eq!(refused, Refusal::DateOutOfOrder { dated_on: day(on), earliest, latest });
        }
        for on in ["2026-03-03", "2026-03-07", "2026-03-06"] {
            world.does(correct(second, dated(on).spec(), &[])).await;
        }
        let (dated_on, latest) = (day("2026-03-07"), Some(day("2026-03-06")));
        let refused = world.refuses(correct(first, dated("2026-03-07").spec(), &[])).await;
        assert_eq!(refused, Refusal::DateOutOfOrder { dated_on, earliest: None, latest });
        world.does(correct(first, dated("2025-01-01").spec(), &[])).await;

        // What comes next follows the last document as it is dated now, later or earlier than it was.
        world.does(correct(third, dated("2026-03-20").spec(), &[])).await;
        let (dated_on, earliest) = (day("2026-03-19"), Some(day("2026-03-20")));
        let draft = dated("2026-03-19").draft().await;
        let refused = world.refuses(IssueInvoice { invoice: draft }).await;
        assert_eq!(refused, Refusal::DateOutOfOrder { dated_on, earliest, latest: None });
        world.does(correct(third, dated("2026-03-06").spec(), &[])).await;
        world.does(IssueInvoice { invoice: draft }).await;
        assert_eq!(world.view(draft).await.summary.number.as_deref(), Some("INV-000004"));

        // A number of the client's own stands in no series.
        let own = dated("2026-03-01").numbered("A-1").issued().await;
        world.does(correct(own, dated("2020-01-01").spec(), &[])).await;
        world.books_are_sound().await;
    }

    async fn neighbours_corrected_at_once_stay_in_order(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_by_date()).await;
        let other_server = world.second_server().await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on);
        let first = dated("2026-03-05").issued().await;
        let second = dated("2026-03-09").issued().await;
        for _ in 0..10 {
            // Each alone would be in order.
            let (one, other) = tokio::join!(
                world.tried(correct(first, dated("2026-03-08").spec(), &[])),
                other_server.tried(correct(second, dated("2026-03-06").spec(), &[])),
            );
            assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
            world.does(correct(first, dated("2026-03-05").spec(), &[])).await;
            world.does(correct(second, dated("2026-03-09").spec(), &[])).await;
        }
        world.books_are_sound().await;
    }

    async fn a_correction_keeps_the_number(db: TestDb) {
        let world = World::open(&db).await;
        let own = world.owes("100").await;
        let given = world.invoice().line("Service", "1", "100").numbered("A-1").issued().await;
        let spec = |number: &str| world.invoice().line("Service", "1", "90").numbered(number).spec();
        for (invoice, number) in [(own, "INV-000001"), (given, "A-1")] {
            for other in ["A-2", "INV-000002", if invoice == own { "A-1" } else { "INV-000001" }] {
                let refused = world.refuses(correct(invoice, spec(other), &[])).await;
                assert_eq!(refused, Refusal::NumberFixed { invoice });
            }
            world.does(correct(invoice, spec(number), &[])).await;
            let summary = world.view(invoice).await.summary;
            assert_eq!((summary.number.as_deref(), summary.revision), (Some(number), 2));
        }
        assert_eq!(world.view(given).await.summary.number_origin, Some(NumberOrigin::External));
        world.books_are_sound().await;
    }

    async fn an_invoice_has_at_most_fifty_labels(db: TestDb) {
        let world = World::open(&db).await;
        let tags = |count: usize| (1..=count).map(|number| format!("label {number}")).collect::<Vec<String>>();
        let mut spec = world.invoice().line("Service", "1", "100").spec();
        spec.tags = tags(51);
        let refusal = Refusal::Invalid { what: "tags" };
        assert_eq!(world.refuses(CreateInvoice { spec: spec.clone() }).await, refusal);
        spec.tags = tags(50);
        let invoice = world.does(CreateInvoice { spec }).await;
        let edit = |tags| EditDetails { tags: Some(tags), ..EditDetails::of(invoice) };
        assert_eq!(world.refuses(edit(tags(51))).await, refusal);
        assert_eq!(world.refuses(edit(vec![String::new()])).await, Refusal::Blank { what: "tag" });
        assert_eq!(world.view(invoice).await.tags, tags(50), "a refusal changed nothing");
        world.does(edit(tags(50)[1..].to_vec())).await;
        assert_eq!(world.view(invoice).await.tags.len(), 49);
        world.does(edit(tags(50))).await;
        world.does(IssueInvoice { invoice }).await;
        world.does(edit(Vec::new())).await;
        assert_eq!(world.view(invoice).await.tags, Vec::<String>::new());
        world.books_are_sound().await;
    }

    async fn an_address_makes_a_revision_and_a_memo_does_not(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("Service", "1", "100").draft().await;
        world.does(EditDetails { bill_to: Some(address("Old street")), ..EditDetails::of(invoice) }).await;
        assert_eq!(world.view(invoice).await.summary.revision, 1, "a draft has no revisions");
        world.does(IssueInvoice { invoice }).await;
        world.pay("100").on(invoice, "100").recorded().await;

        let memo = Some("Thank you".to_owned());
        let expected = Some(Some(day("2026-05-01")));
        world.does(EditDetails { memo, payment_expected_on: expected, ..EditDetails::of(invoice) }).await;
        assert_eq!(world.view(invoice).await.summary.revision, 1);
        world.does(EditDetails { bill_to: Some(address("New street")), ..EditDetails::of(invoice) }).await;
        world.does(MarkSent { invoice }).await;
        let view = world.view(invoice).await;
        assert_eq!((view.summary.revision, view.summary.bill_to.line1.as_str()), (2, "New street"));
        assert_eq!((view.summary.memo.as_str(), view.summary.balance.minor), ("Thank you", 0));
        let kept = world.billing.revisions(&world.caller, invoice).await.expect("revisions");
        assert!(kept[0].content.contains("Old street"));
        world.books_are_sound().await;
    }
}

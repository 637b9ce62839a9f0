//! Invoices changed as the vendors' clients change them: sent back with a few fields changed, lines added and taken
//! away, several credits and payments put on one at once.

use billing::invoices::address::EditAddresses;
use billing::invoices::apply::ApplyToInvoice;
use billing::invoices::asked::{AddressEdit, DiscountEdit, HeaderEdit, LineEdit, LinesEdit, Seller};
use billing::invoices::edit::EditInvoice;
use billing::invoices::make::MakeInvoice;
use billing::invoices::standing::{MarkAsSent, Present, RemainDraft};
use billing::invoices::void::WithdrawInvoice;
use billing::invoices::{DiscountAmount, DiscountSpec};
use billing::parties::items::{CreateItem, ItemFields, UpdateItem};
use billing::{Error, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, LineId};
use domain::invoice::State;
use domain::money::Currency;
use testkit::builders::{World, amount, day, decimal};
use testkit::{TestDb, on_both_databases};

fn going_on(line: LineId) -> LineEdit {
    LineEdit { line: Some(line), ..LineEdit::default() }
}

fn fresh(name: &str, price: &str) -> LineEdit {
    LineEdit { name: Some(name.to_owned()), unit_price: Some(decimal(price)), ..LineEdit::default() }
}

fn edit(invoice: InvoiceId, header: HeaderEdit, lines: LinesEdit) -> EditInvoice {
    EditInvoice { invoice, header, lines, only_drafts: false, reason: String::new() }
}

async fn tried_missing<V: Verb>(world: &World, verb: V) -> bool {
    matches!(world.tried(verb).await, Err(Error::Missing { .. }))
}

on_both_databases! {
    /// Lines that go on keep what they were decided to be: a share of a price, a tax, an item that is not sold any more.
    async fn lines_that_go_on_stay_as_they_are(db: TestDb) {
        let world = World::open(&db).await;
        let tax = world.tax("20").await;
        let fields = ItemFields {
            name: Some("Seat".to_owned()),
            unit_price: Some(Some((decimal("10"), Currency::USD))),
            ..ItemFields::default()
        };
        let item = world.does(CreateItem { fields }).await.id;
        let mut spec = world.invoice().line("A third of it", "1", "100").taxed(tax).line("Seats", "3", "10").spec();
        spec.lines[0].prorate = Some((10, 30));
        spec.lines[1].item = Some(item);
        let invoice = world.does(billing::invoices::create::CreateInvoice { spec }).await;
        let before = world.view(invoice).await;
        assert_eq!(before.summary.total.minor, 3_333 + 667 + 3_000);
        world.does(UpdateItem { item, fields: ItemFields { is_active: Some(false), ..ItemFields::default() } }).await;

        world.does(EditInvoice::lines_of_draft(invoice, LinesEdit::Add(vec![fresh("More", "1")]))).await;
        let after = world.view(invoice).await;
        assert_eq!(after.summary.total.minor, before.summary.total.minor + 100);
        assert_eq!(after.lines[..2], before.lines[..], "their ids, places and amounts");
        let refused = world.refuses(edit(invoice, HeaderEdit::default(), LinesEdit::Add(vec![LineEdit {
            item: Some(item),
            ..LineEdit::default()
        }])));
        assert_eq!(refused.await, Refusal::ItemInactive, "a fresh line sells what is sold");

        let more = LineEdit { quantity: Some(decimal("2")), ..going_on(after.lines[0].id) };
        let keeps = LinesEdit::Replace(vec![going_on(after.lines[1].id), more]);
        world.does(edit(invoice, HeaderEdit::default(), keeps)).await;
        let last = world.view(invoice).await;
        let ids: Vec<LineId> = last.lines.iter().map(|line| line.id).collect();
        assert_eq!(ids, [after.lines[1].id, after.lines[0].id], "in the order asked for");
        assert_eq!(last.lines[1].gross.minor, 20_000, "another quantity is priced anew, without the share");
        world.does(EditInvoice::lines_of_draft(invoice, LinesEdit::Remove(ids[1]))).await;
        assert_eq!(world.lines(invoice).await, [ids[0]]);
        let unknown = EditInvoice::lines_of_draft(invoice, LinesEdit::Remove(ids[1]));
        assert_eq!(world.refuses(unknown).await, Refusal::UnknownLine { line: ids[1] });
        let twice = LinesEdit::Replace(vec![going_on(ids[0]), going_on(ids[0])]);
        let refused = world.refuses(edit(invoice, HeaderEdit::default(), twice)).await;
        assert_eq!(refused, Refusal::UnknownLine { line: ids[0] });
        world.does(MarkAsSent { invoice }).await;
        let add = EditInvoice::lines_of_draft(invoice, LinesEdit::Add(vec![fresh("Late", "1")]));
        assert_eq!(world.refuses(add).await, Refusal::NotDraft { invoice });
        world.books_are_sound().await;
    }

    /// An issued invoice gets a new revision when its claim changes, and none when it does not.
    async fn issued_invoices_are_revised(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("One", "1", "10").line("Two", "1", "20").less_on_all("3").issued().await;
        let [one, two] = world.lines(invoice).await[..] else { panic!("two lines") };
        let note = HeaderEdit { memo: Some("Thank you".to_owned()), ..HeaderEdit::default() };
        let same = LinesEdit::Replace(vec![going_on(one), going_on(two)]);
        world.pay("27").on(invoice, "27").recorded().await;
        world.does(edit(invoice, note, same)).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.memo.as_str(), summary.revision, summary.total.minor), ("Thank you", 1, 2_700));
        let applied = summary.total;
        let dearer = LineEdit { unit_price: Some(decimal("11")), ..going_on(one) };
        let change = edit(invoice, HeaderEdit::default(), LinesEdit::Replace(vec![dearer.clone()]));
        assert_eq!(world.refuses(change.clone()).await, Refusal::Settled { invoice, applied });

        let other = world.invoice().line("One", "1", "10").line("Two", "1", "20").less_on_all("3").issued().await;
        let [one, two] = world.lines(other).await[..] else { panic!("two lines") };
        let lines = LinesEdit::Replace(vec![fresh("Three", "5"), LineEdit { line: Some(one), ..dearer }]);
        let header = HeaderEdit { seller: Some(Seller::Named(" Ada ".to_owned())), ..HeaderEdit::default() };
        world.does(edit(other, header, lines)).await;
        let view = world.view(other).await;
        assert_eq!((view.summary.revision, view.summary.total.minor), (2, 1_100 + 500 - 300));
        assert_eq!((view.lines[0].id, view.lines[0].position), (one, 1), "what goes on keeps its place");
        assert_eq!(view.lines[1].position, 3, "what is new comes behind every place ever used");
        assert!(view.lines.iter().all(|line| line.id != two));
        let sold_by = view.summary.salesperson.expect("a salesperson");
        let again = HeaderEdit { seller: Some(Seller::Named("ADA".to_owned())), ..HeaderEdit::default() };
        world.does(edit(other, again, LinesEdit::Keep)).await;
        assert_eq!(world.view(other).await.summary.salesperson, Some(sold_by), "known by name, whatever its case");
        world.books_are_sound().await;
    }

    async fn days_discounts_and_parts_of_addresses(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("One", "1", "100").dated("2026-03-01").due("2026-03-09").draft().await;
        let line = world.lines(invoice).await[0];
        let terms = domain::party::Terms { id: None, name: "Net 10".to_owned(), days: 10 };
        world.does(edit(invoice, HeaderEdit { terms: Some(terms.clone()), ..HeaderEdit::default() }, LinesEdit::Keep)).await;
        assert_eq!(world.view(invoice).await.summary.due_on, day("2026-03-11"), "new terms move the day");
        let due = HeaderEdit { due_on: Some(day("2026-03-20")), ..HeaderEdit::default() };
        world.does(edit(invoice, due, LinesEdit::Keep)).await;
        let again = HeaderEdit { terms: Some(terms), memo: Some("x".to_owned()), ..HeaderEdit::default() };
        world.does(edit(invoice, again, LinesEdit::Keep)).await;
        assert_eq!(world.view(invoice).await.summary.due_on, day("2026-03-20"), "the same terms do not");

        let off = |name: &str, code: Option<&str>, units: &str| DiscountSpec {
            name: name.to_owned(),
            code: code.map(str::to_owned),
            by: DiscountAmount::Fixed(amount(units)),
            priority: 0,
        };
        for (asked, is_gone, total) in [
            (off("Coupon", Some("SPRING"), "10"), false, 9_000),
            (off("Discount", None, "5"), false, 8_500),
            (off("Discount", None, "7"), false, 8_300),
            (off("Discount", None, "0"), true, 9_000),
        ] {
            let discount = Some(DiscountEdit { asked, is_gone });
            let lines = LinesEdit::Replace(vec![LineEdit { discount, ..going_on(line) }]);
            world.does(edit(invoice, HeaderEdit::default(), lines)).await;
            assert_eq!(world.view(invoice).await.summary.total.minor, total);
        }
        let city = AddressEdit { city: Some("Bay".to_owned()), ..AddressEdit::default() };
        let street = AddressEdit { line1: Some("1 Street".to_owned()), ..AddressEdit::default() };
        world.does(EditAddresses { invoice, bill_to: street, ship_to: AddressEdit::default() }).await;
        world.does(EditAddresses { invoice, bill_to: city, ship_to: AddressEdit::default() }).await;
        let bill_to = world.view(invoice).await.summary.bill_to;
        assert_eq!((bill_to.line1.as_str(), bill_to.city.as_str()), ("1 Street", "Bay"));
    }

    /// What a parent and a child have left goes on the child's invoice at once; a stranger's does not.
    async fn several_sources_settle_one_invoice(db: TestDb) {
        let world = World::open(&db).await;
        let child = world.customer("Branch").below(world.customer).created().await;
        let stranger = world.customer("Stranger").created().await;
        let invoice = world.invoice().to(child).line("Service", "1", "100").issued().await;
        let parents = world.pay("40").recorded().await;
        let childs = world.pay("40").from(child).recorded().await;
        let strangers = world.pay("40").from(stranger).recorded().await;
        let note = world.credit_of("30").to(child).issued().await;
        let apply = |notes: &[(&str, _)], payments: &[(&str, _)]| ApplyToInvoice {
            invoice,
            notes: notes.iter().map(|(units, note)| (*note, amount(units))).collect(),
            payments: payments.iter().map(|(units, payment)| (*payment, amount(units))).collect(),
            on: None,
        };
        let refused = world.refuses(apply(&[("30", note)], &[("40", parents), ("1", strangers)])).await;
        assert!(matches!(refused, Refusal::CustomerMismatch { .. }), "{refused}");
        assert_eq!(world.balance(invoice).await, "100.00", "nothing of a refused request is kept");
        let applied = world.does(apply(&[("10", note), ("20", note)], &[("40", parents), ("30", childs)])).await;
        let amounts: Vec<i64> = applied.value.iter().map(|applied| applied.amount.minor).collect();
        assert_eq!(amounts, [1_000, 2_000, 4_000, 3_000], "in the order asked for");
        assert_eq!(world.balance(invoice).await, "0.00");
        assert_eq!(world.payment(childs).await.payment.unapplied, 1_000);
        assert_eq!(world.refuses(apply(&[], &[("1", childs)])).await, Refusal::NothingOwed { invoice });

        let written_off = world.invoice().to(child).line("Service", "1", "5").issued().await;
        let write_off = billing::invoices::write_off::WriteOffInvoice { invoice: written_off, reason: String::new(), on: None };
        world.does(write_off).await;
        let late = ApplyToInvoice { invoice: written_off, ..apply(&[], &[("1", childs)]) };
        assert_eq!(world.refuses(late).await, Refusal::NothingOwed { invoice: written_off }, "the money is not left aside unsaid");
        world.books_are_sound().await;
    }

    async fn rates_are_of_foreign_documents(db: TestDb) {
        let world = World::open(&db).await;
        let make = |currency, rate: &str| {
            let mut spec = world.invoice().in_currency(currency, rate).spec();
            spec.lines.clear();
            MakeInvoice { spec, lines: vec![fresh("Service", "10")], custom_fields: Vec::new(), seller: None, side_car: None, is_sent: true }
        };
        assert_eq!(world.refuses(make(Currency::USD, "2")).await, Refusal::Invalid { what: "exchange_rate" });
        world.does(make(Currency::USD, "1")).await;
        let euros = world.does(make(Currency::EUR, "1.5")).await;
        let dearer = HeaderEdit { exchange_rate: Some((decimal("1.25"), "client")), ..HeaderEdit::default() };
        world.does(edit(euros, dearer, LinesEdit::Keep)).await;
        let summary = world.view(euros).await.summary;
        assert_eq!((summary.exchange_rate, summary.revision), (decimal("1.25"), 2));
        let again = HeaderEdit { exchange_rate: Some((decimal("1.25"), "someone")), ..HeaderEdit::default() };
        world.does(edit(euros, again, LinesEdit::Keep)).await;
        assert_eq!(world.view(euros).await.summary.revision, 2, "a rate that is told again is the same");
        world.books_are_sound().await;
    }

    async fn what_was_withdrawn_is_missing(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.owes("10").await;
        world.does(billing::invoices::void::VoidInvoice::of(invoice, domain::invoice::void::IfSettled::Refuse)).await;
        assert_eq!(world.refuses(RemainDraft { invoice }).await, Refusal::AlreadyVoid { invoice });
        world.does(Present { invoice, then: WithdrawInvoice { invoice } }).await;
        let summary = world.view(invoice).await.summary;
        assert_eq!((summary.state, summary.withdrawn_at.is_some()), (State::Void, true));
        assert!(tried_missing(&world, Present { invoice, then: WithdrawInvoice { invoice } }).await);
        assert!(tried_missing(&world, Present { invoice, then: RemainDraft { invoice } }).await);
        world.books_are_sound().await;
    }
}

//! Numbering: gapless own series, unique numbers of clients.

use billing::Error;
use billing::credit_notes::issue::VoidCreditNote;
use billing::invoices::create::{CreateInvoice, UpdateDraft};
use billing::invoices::issue::{IssueInvoice, IssueMany};
use billing::invoices::void::{SetDraftNumber, VoidInvoice, WithdrawInvoice};
use billing::parties::entities::{CreateEntity, SeriesSpec, UpdateEntity};
use domain::Refusal;
use domain::id::InvoiceId;
use domain::invoice::void::IfSettled;
use domain::money::Currency;
use domain::numbering::{SeriesKind, SeriesReset};
use testkit::builders::{World, day};
use testkit::{TestDb, on_both_databases};
use tokio::task::JoinSet;

async fn number(world: &World, invoice: InvoiceId) -> String {
    world.view(invoice).await.summary.number.unwrap_or_default()
}

on_both_databases! {
    /// erpnext#8765: a number was lost when its document was cancelled, deleted or not saved after all.
    async fn gaps_erpnext_8765(db: TestDb) {
        let world = World::open(&db).await;
        let first = world.owes("1").await;
        let voided = world.owes("2").await;
        world.does(VoidInvoice::of(voided, IfSettled::Refuse)).await;
        let withdrawn = world.owes("3").await;
        world.does(WithdrawInvoice { invoice: withdrawn }).await;

        let closed = UpdateEntity { books_closed_through: Some(day("2026-01-31")), ..UpdateEntity::default() };
        world.does(closed).await;
        let refused = world.invoice().line("Late", "1", "1").dated("2026-01-31").draft().await;
        world.refuses(IssueInvoice { invoice: refused }).await;
        let specs = vec![
            world.invoice().line("Good", "1", "1").spec(),
            world.invoice().line("Late", "1", "1").dated("2026-01-31").spec(),
        ];
        world.refuses(IssueMany { specs }).await;

        let last = world.owes("4").await;
        let mut numbers = Vec::new();
        for invoice in [first, voided, withdrawn, last] {
            numbers.push(number(&world, invoice).await);
        }
        assert_eq!(numbers, ["INV-000001", "INV-000002", "INV-000003", "INV-000004"]);
        world.books_are_sound().await;
    }

    async fn each_legal_entity_and_kind_has_its_own_series(db: TestDb) {
        let world = World::open(&db).await;
        let branch = world.seller("Branch", Currency::USD).created().await;
        let mine = world.owes("10").await;
        let theirs = world.invoice().by(branch).line("Service", "1", "10").issued().await;
        for invoice in [mine, theirs] {
            assert_eq!(number(&world, invoice).await, "INV-000001");
        }
        let note = world.credit(mine).issued().await;
        assert_eq!(world.note(note).await.document.note.number.as_deref(), Some("CN-000001"));
        world.does(VoidCreditNote { note }).await;
        let note = world.credit(mine).issued().await;
        assert_eq!(world.note(note).await.document.note.number.as_deref(), Some("CN-000002"));
        world.books_are_sound().await;
    }

    async fn a_yearly_series_counts_each_year_on_its_own(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_yearly()).await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on);
        let mut numbers = Vec::new();
        for on in ["2026-12-30", "2026-12-31", "2027-01-01", "2026-12-31", "2025-06-01", "2027-01-01", "2026-01-01"] {
            numbers.push(number(&world, dated(on).issued().await).await);
        }
        let expected = [
            "2026-000001", "2026-000002", "2027-000001", "2026-000003", "2025-000001", "2027-000002", "2026-000004",
        ];
        assert_eq!(numbers, expected);
        let entities = world.billing.legal_entities(&world.caller).await.expect("a list").value;
        let invoices = &entities[0].series[0];
        assert_eq!((invoices.kind, invoices.year, invoices.last), (SeriesKind::Invoice, 2027, 2), "the latest year");

        // A draft of last year that is not issued after all leaves no gap there.
        let closed = UpdateEntity { books_closed_through: Some(day("2025-12-31")), ..UpdateEntity::default() };
        world.does(closed).await;
        let draft = dated("2025-12-31").draft().await;
        world.refuses(IssueInvoice { invoice: draft }).await;
        let next = dated("2026-02-01").issued().await;
        assert_eq!(number(&world, next).await, "2026-000005");
        world.books_are_sound().await;
    }

    async fn a_yearly_series_of_credit_notes(db: TestDb) {
        let world = World::open(&db).await;
        let mut verb = CreateEntity::named("Branch", Currency::USD);
        let prefix = "C{year}-".to_owned();
        verb.credit_note_series = SeriesSpec { prefix, reset: SeriesReset::Yearly, ..SeriesSpec::plain("") };
        let branch = world.does(verb).await.id;
        let invoice = world.invoice().by(branch).line("Service", "1", "100").dated("2025-11-01").issued().await;
        let mut numbers = Vec::new();
        for on in ["2026-03-01", "2025-12-01", "2026-03-02", "2025-12-02"] {
            let note = world.credit(invoice).total("10").dated(on).issued().await;
            numbers.push(world.note(note).await.document.note.number.unwrap_or_default());
        }
        assert_eq!(numbers, ["C2026-000001", "C2025-000001", "C2026-000002", "C2025-000002"]);
        world.books_are_sound().await;
    }

    async fn one_batch_of_several_years(db: TestDb) {
        let days = ["2027-01-01", "2026-12-31", "2025-05-05", "2027-01-02", "2026-12-31"];
        let numbers = async |world: &World| {
            let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on).spec();
            let mut numbers = Vec::new();
            for invoice in world.does(IssueMany { specs: days.map(dated).to_vec() }).await {
                numbers.push(number(world, invoice).await);
            }
            numbers
        };
        let world = World::of(&db, |seller| seller.numbering_yearly()).await;
        let expected = ["2027-000001", "2026-000001", "2025-000001", "2027-000002", "2026-000002"];
        assert_eq!(numbers(&world).await, expected);
        let expected = ["2027-000003", "2026-000003", "2025-000002", "2027-000004", "2026-000004"];
        assert_eq!(numbers(&world).await, expected);
        world.books_are_sound().await;

        // A series that never resets follows the order of the batch, whatever the years.
        let world = World::open(&db).await;
        let expected = ["INV-000001", "INV-000002", "INV-000003", "INV-000004", "INV-000005"];
        assert_eq!(numbers(&world).await, expected);
        world.books_are_sound().await;
    }

    async fn two_servers_number_two_years_without_gaps(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_yearly()).await;
        let servers = [world.clone(), world.second_server().await];
        let mut racers = JoinSet::new();
        for racer in 0..8_usize {
            let of = servers[racer % 2].clone();
            racers.spawn(async move {
                let dated = |year: &str| of.invoice().line("Service", "1", "1").dated(&format!("{year}-05-05"));
                for _ in 0..5 {
                    // Both orders of the years in one batch, beside single documents.
                    let mut specs = vec![dated("2025").spec(), dated("2026").spec(), dated("2025").spec()];
                    if racer % 4 < 2 {
                        specs.reverse();
                    }
                    of.does(IssueMany { specs }).await;
                    dated(if racer % 2 == 0 { "2024" } else { "2026" }).issued().await;
                }
            });
        }
        racers.join_all().await;
        for (year, count) in [(2024, 20), (2025, 80), (2026, 60)] {
            let sql = format!(
                "SELECT number FROM audit_v1_number WHERE tenant_id = {} AND series_year = {year} \
                 AND series_year_last_value = {count} AND series_last_year = 2026 ORDER BY series_value",
                world.tenant.0
            );
            let expected: Vec<Vec<String>> = (1..=count).map(|value| vec![format!("{year}-{value:06}")]).collect();
            assert_eq!(world.db.rows(&sql).await, expected);
        }
        for server in &servers {
            assert_eq!(server.billing.db().stats().retries, 0, "locks were taken in one order");
        }
        world.books_are_sound().await;
    }

    async fn a_series_by_date_refuses_earlier_documents(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_by_date()).await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on);
        dated("2026-03-05").issued().await;
        dated("2026-03-05").issued().await;
        let early = |dated_on: &str, earliest: &str| {
            let earliest = Some(day(earliest));
            Refusal::DateOutOfOrder { dated_on: day(dated_on), earliest, latest: None }
        };
        let draft = dated("2026-03-04").draft().await;
        assert_eq!(world.refuses(IssueInvoice { invoice: draft }).await, early("2026-03-04", "2026-03-05"));
        let specs = |days: [&str; 2]| IssueMany { specs: days.map(|on| dated(on).spec()).to_vec() };
        for (days, refusal) in [
            (["2026-03-04", "2026-03-06"], early("2026-03-04", "2026-03-05")),
            (["2026-03-07", "2026-03-06"], early("2026-03-06", "2026-03-07")),
        ] {
            assert_eq!(world.refuses(specs(days)).await, refusal, "{days:?}");
        }
        let issued = world.does(specs(["2026-03-06", "2027-03-07"])).await;
        assert_eq!(number(&world, issued[1]).await, "INV-000004");
        let specs = specs(["2027-03-08", "2026-12-31"]);
        assert_eq!(world.refuses(specs).await, early("2026-12-31", "2027-03-08"), "one period for all years");
        world.books_are_sound().await;
    }

    async fn a_yearly_series_by_date_keeps_the_order_within_each_year(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_yearly().numbering_by_date()).await;
        let dated = |on: &str| world.invoice().line("Service", "1", "1").dated(on);
        for (on, expected) in [("2026-03-05", "2026-000001"), ("2025-12-30", "2025-000001")] {
            assert_eq!(number(&world, dated(on).issued().await).await, expected);
        }
        let (dated_on, earliest) = (day("2025-12-29"), Some(day("2025-12-30")));
        let spec = dated("2025-12-29").spec();
        let refused = world.refuses(IssueMany { specs: vec![spec] }).await;
        assert_eq!(refused, Refusal::DateOutOfOrder { dated_on, earliest, latest: None });
        let specs = ["2026-03-05", "2025-12-31", "2026-03-06"].map(|on| dated(on).spec()).to_vec();
        let issued = world.does(IssueMany { specs }).await;
        assert_eq!(number(&world, issued[1]).await, "2025-000002");
        world.books_are_sound().await;
    }

    async fn numbers_of_clients_are_unique_and_take_none_of_a_series(db: TestDb) {
        let world = World::open(&db).await;
        let given = world.invoice().line("Service", "1", "1").numbered("2016/384").issued().await;
        let own = world.owes("1").await;
        assert_eq!(number(&world, given).await, "2016/384");
        assert_eq!(number(&world, own).await, "INV-000001");
        let taken = Refusal::NumberTaken { number: "2016/384".to_owned() };
        let twin = world.invoice().line("Service", "1", "1").numbered("2016/384");
        let free = world.invoice().line("Service", "1", "1").numbered("2016/383");
        assert_eq!(world.refuses(CreateInvoice { spec: twin.clone().spec() }).await, taken);
        let specs = vec![free.clone().spec(), twin.clone().spec()];
        assert_eq!(world.refuses(IssueMany { specs }).await, taken, "the one that is taken is named");
        let specs = vec![free.clone().spec(), free.clone().spec()];
        assert_eq!(world.refuses(IssueMany { specs }).await, Refusal::NumberTaken { number: "2016/383".to_owned() });
        let mut keyed = free.spec();
        keyed.external_key = Some("order-7".to_owned());
        world.does(CreateInvoice { spec: keyed.clone() }).await;
        keyed.number = None;
        let refused = world.refuses(CreateInvoice { spec: keyed }).await;
        assert_eq!(refused, Refusal::Duplicate { what: "external_key" }, "a key is no number");
        let draft = world.invoice().line("Service", "1", "1").draft().await;
        let set = |number: Option<&str>| SetDraftNumber { invoice: draft, number: number.map(str::to_owned) };
        assert_eq!(world.refuses(set(Some("2016/384"))).await, taken);
        assert_eq!(world.refuses(UpdateDraft { invoice: draft, spec: twin.spec() }).await, taken);
        world.does(set(Some("2016/385"))).await;
        world.does(set(Some("2016/385"))).await;
        world.does(set(None)).await;
        world.does(IssueInvoice { invoice: draft }).await;
        assert_eq!(number(&world, draft).await, "INV-000002");
        world.invoice().line("Service", "1", "1").numbered("2016/385").issued().await;

        let neighbour = world.neighbour().await;
        let there = neighbour.invoice().line("Service", "1", "1").numbered("2016/384").issued().await;
        assert_eq!(number(&neighbour, there).await, "2016/384", "another tenant has numbers of its own");

        let note = world.credit(own).total("0.1").numbered("G-1");
        note.clone().issued().await;
        assert_eq!(world.refuses(note.verb()).await, Refusal::NumberTaken { number: "G-1".to_owned() });
        world.books_are_sound().await;
    }

    async fn of_many_who_give_one_number_at_once_one_gets_it(db: TestDb) {
        let world = World::open(&db).await;
        let servers = [world.clone(), world.second_server().await];
        let mut racers = JoinSet::new();
        for racer in 0..8_usize {
            let of = servers[racer % 2].clone();
            racers.spawn(async move { of.invoice().line("Service", "1", "1").numbered("2016/384").tried().await });
        }
        let told = racers.join_all().await;
        let is_named = |told: &&Result<InvoiceId, Error>| match told {
            Err(Error::Refused(Refusal::NumberTaken { number })) => number == "2016/384",
            _ => false,
        };
        let refused = told.iter().filter(is_named).count();
        assert_eq!((told.iter().filter(|told| told.is_ok()).count(), refused), (1, 7), "{told:?}");
        world.books_are_sound().await;
    }

    async fn a_client_may_not_give_a_number_that_the_series_will(db: TestDb) {
        let world = World::open(&db).await;
        world.owes("1").await;
        for taken in ["INV-000001", "INV-000002", "INV-1234567"] {
            let refused = Refusal::NumberTaken { number: taken.to_owned() };
            let spec = world.invoice().line("Service", "1", "1").numbered(taken).spec();
            assert_eq!(world.refuses(CreateInvoice { spec }).await, refused);
            let draft = world.invoice().line("Service", "1", "1").draft().await;
            let set = SetDraftNumber { invoice: draft, number: Some(taken.to_owned()) };
            assert_eq!(world.refuses(set).await, refused);
        }
        for free in ["INV-384", "INV-0000001", "inv-000001", "INV-000001a"] {
            world.invoice().line("Service", "1", "1").numbered(free).issued().await;
        }
        let next = world.owes("1").await;
        assert_eq!(number(&world, next).await, "INV-000002");
        let note = world.credit(next).numbered("CN-000001").tried().await;
        assert!(matches!(note, Err(Error::Refused(Refusal::NumberTaken { .. }))));
        world.books_are_sound().await;
    }
}

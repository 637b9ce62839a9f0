//! The same invoices through the filters of every face: what is draft, unpaid, overdue, paid and void is one
//! question, asked in each vendor's words.

use std::collections::{BTreeMap, BTreeSet};

use billing::FaceName;
use domain::id::{CustomerId, InvoiceId};
use domain::invoice::State;
use domain::invoice::view::{Standing, View};
use face_zoho::Mount;
use samples::vendors::{chargeover, zoho, zoom};
use store::Db;
use testkit::wire::Json;

use crate::books::Books;
use crate::exact::{number, plain, text};
use crate::world::{World, present};
use crate::{chargeover as co, native, zoho as zo, zoom as zm};

/// Which standings a filter selects.
type Selects = &'static [Standing];

const ALL: Selects = &[
    Standing::Draft,
    Standing::Open,
    Standing::PartlyPaid,
    Standing::Overdue,
    Standing::PartlyPaidOverdue,
    Standing::Paid,
    Standing::Void,
];
const OWING: Selects = &[Standing::Open, Standing::PartlyPaid, Standing::Overdue, Standing::PartlyPaidOverdue];

const ZOHO: [(&str, Selects); 8] = [
    ("Status.All", ALL),
    ("Status.Draft", &[Standing::Draft]),
    ("Status.Sent", &[Standing::Open]),
    ("Status.Unpaid", OWING),
    // A partly paid one is not among them, however late.
    ("Status.OverDue", &[Standing::Overdue]),
    ("Status.PartiallyPaid", &[Standing::PartlyPaid, Standing::PartlyPaidOverdue]),
    ("Status.Paid", &[Standing::Paid]),
    ("Status.Void", &[Standing::Void]),
];

const CHARGEOVER: [(&str, Selects); 8] = [
    ("", ALL),
    ("invoice_status_str:EQUALS:open-unapproved", &[Standing::Draft]),
    ("invoice_status_str:EQUALS:open-unpaid", &[Standing::Open, Standing::PartlyPaid]),
    ("invoice_status_str:EQUALS:open-overdue", &[Standing::Overdue, Standing::PartlyPaidOverdue]),
    ("invoice_status_str:EQUALS:closed-paid", &[Standing::Paid]),
    ("invoice_status_str:EQUALS:closed-void", &[Standing::Void]),
    ("invoice_status_state:EQUALS:c", &[Standing::Paid, Standing::Void]),
    ("invoice_status_str:CONTAINS:open,invoice_status_str:NOTEQUALS:open-unapproved", OWING),
];

/// The ids that a face prints, imported ones as their vendor had them.
fn printed(books: &Books, face: FaceName, id: InvoiceId) -> String {
    match face {
        FaceName::Zoho if id == books.vendors.zoho.invoice => zoho::INVOICE.to_owned(),
        FaceName::Zoho => face_zoho::wire::spell(id.0),
        FaceName::Zoom if id == books.vendors.zoom.invoice => zoom::INVOICE.to_owned(),
        FaceName::Zoom => face_zoom::wire::spell_invoice(id),
        FaceName::ChargeOver if id == books.vendors.chargeover.invoice => chargeover::INVOICE.to_string(),
        FaceName::ChargeOver => face_chargeover::spell(id.0),
        FaceName::Native | FaceName::Talkdesk => id.to_string(),
    }
}

fn expected(books: &Books, face: FaceName, is_wanted: impl Fn(&View) -> bool) -> BTreeSet<String> {
    books.all().filter(|view| is_wanted(view)).map(|view| printed(books, face, view.summary.id)).collect()
}

/// Every row of a list by its id. `page` reads the rows of a page, from 0, and whether another follows.
async fn collect(id: &str, mut page: impl AsyncFnMut(usize) -> (Vec<Json>, bool)) -> BTreeMap<String, Json> {
    let mut rows = BTreeMap::new();
    for at in 0.. {
        let (found, has_more) = page(at).await;
        for row in found {
            let name = row.get(id).text().to_owned();
            assert!(rows.insert(name, row.clone()).is_none(), "listed twice: {row:?}");
        }
        if !has_more {
            break;
        }
    }
    rows
}

async fn zoho_rows(world: &World, mount: Mount, query: &str) -> BTreeMap<String, Json> {
    collect("invoice_id", async |at| {
        let path = format!("{}/invoices?per_page=70&page={}&{query}", mount.prefix(), at + 1);
        let page = world.read(FaceName::Zoho, &path).await;
        let has_more = page.get("page_context").get("has_more_page") == &Json::Bool(true);
        (page.get("invoices").items().to_vec(), has_more)
    })
    .await
}

async fn chargeover_rows(world: &World, clauses: &str) -> BTreeMap<String, Json> {
    const LIMIT: usize = 90;
    collect("invoice_id", async |at| {
        let path = format!("/api/v3/invoice?limit={LIMIT}&offset={}&where={clauses}", at * LIMIT);
        let rows = world.read(FaceName::ChargeOver, &path).await.get("response").items().to_vec();
        let has_more = rows.len() == LIMIT;
        (rows, has_more)
    })
    .await
}

/// What Zoom lists of an account within three years, which is as far as it goes.
async fn zoom_rows(world: &World, account: CustomerId) -> BTreeMap<String, Json> {
    const YEARS: [(&str, &str); 3] =
        [("2023-07-01", "2024-06-30"), ("2024-07-01", "2025-06-30"), ("2025-07-01", "2026-07-01")];
    let account = face_zoom::wire::spell_account(account);
    collect("id", async |at| {
        let (from, to) = YEARS[at];
        let path = format!("/v2/accounts/{account}/billing/invoices?from={from}&to={to}");
        let rows = world.read(FaceName::Zoom, &path).await.get("invoices").items().to_vec();
        (rows, at + 1 < YEARS.len())
    })
    .await
}

fn keys(rows: &BTreeMap<String, Json>) -> BTreeSet<String> {
    rows.keys().cloned().collect()
}

testkit::on_both_databases! {
    async fn filters_select_the_same_invoices(db: Db) {
        let world = World::open(db).await;
        let books = Books::load(&world).await;
        for (filter, selects) in ZOHO {
            let wanted = expected(&books, FaceName::Zoho, |view| selects.contains(&view.summary.standing));
            assert!(!wanted.is_empty(), "{filter}");
            for mount in Mount::ALL {
                let rows = zoho_rows(&world, mount, &format!("filter_by={filter}")).await;
                assert_eq!(keys(&rows), wanted, "{filter} on {}", mount.prefix());
            }
        }
        for (clauses, selects) in CHARGEOVER {
            let wanted = expected(&books, FaceName::ChargeOver, |view| selects.contains(&view.summary.standing));
            assert!(!wanted.is_empty(), "{clauses}");
            assert_eq!(keys(&chargeover_rows(&world, clauses).await), wanted, "{clauses}");
            let count = world.read(FaceName::ChargeOver, &format!("/api/v3/invoice/_count?where={clauses}")).await;
            assert_eq!(number(&count, "response"), wanted.len().to_string(), "{clauses}");
        }
        native::filters_select(&world, &books).await;
        zoom_selects(&world, &books).await;
        rows_are_the_invoices(&world, &books).await;
    }

    async fn a_customer_sees_the_same_everywhere(db: Db) {
        let world = World::open(db).await;
        let books = Books::load(&world).await;
        let (root, family) = family(&world, &books).await;
        let sees = |view: &View| {
            let is_shown = view.summary.state != State::Draft || view.summary.is_shared;
            is_shown && family.contains(&view.summary.customer_id)
        };
        let is_hidden = |view: &&View| family.contains(&view.summary.customer_id) && !sees(view);
        let hidden = books.all().find(is_hidden).expect("a draft of the family");
        let foreign = books.company.iter().find(|view| !family.contains(&view.summary.customer_id)).expect("another's");

        for (face, list, rows_at, id, status) in [
            (FaceName::Zoho, "/billing/v1/invoices?per_page=200", vec!["invoices"], "invoice_id", 404),
            (FaceName::ChargeOver, "/api/v3/invoice?limit=500", vec!["response"], "invoice_id", 404),
            (FaceName::Native, "/v1/invoices?limit=200", vec!["data"], "id", 404),
        ] {
            let key = world.key_for(face, root).await;
            let reply = present(world.server.get(list), face, &key).send().await;
            let json = Json::parse(reply.expect(200));
            let rows = rows_at.iter().fold(&json, |json, name| json.get(name)).items();
            let seen: BTreeSet<String> = rows.iter().map(|row| row.get(id).text().to_owned()).collect();
            assert_eq!(seen, expected(&books, face, sees), "{face:?}");
            let base = list.split('?').next().unwrap_or_default();
            for unseen in [hidden, foreign] {
                let path = format!("{base}/{}", printed(&books, face, unseen.summary.id));
                let reply = present(world.server.get(&path), face, &key).send().await;
                assert_eq!(reply.status, status, "{path}: {}", reply.body);
            }
        }

        let key = world.key_for(FaceName::Zoom, root).await;
        let ask = async |path: &str| present(world.server.get(path), FaceName::Zoom, &key).send().await;
        let own = ask("/v2/accounts/me/billing/invoices?from=2025-07-01&to=2026-07-01").await.json();
        let seen: BTreeSet<String> = own.get("invoices").items().iter().map(|row| text(row, "id").to_owned()).collect();
        let is_recent = |view: &View| view.summary.dated_on >= jiff::civil::date(2025, 7, 1);
        let of_root = |view: &View| sees(view) && view.summary.customer_id == root && is_recent(view);
        assert_eq!(seen, expected(&books, FaceName::Zoom, of_root));
        for unseen in [hidden, foreign] {
            assert_eq!(ask(&zm::path(unseen)).await.status, 400, "{}", unseen.summary.id);
        }

        let key = world.key_for(FaceName::Talkdesk, root).await;
        let reply = present(world.server.get("/express/invoices"), FaceName::Talkdesk, &key).send().await;
        let lines = books.all().filter(|view| sees(view) && view.summary.state != State::Draft);
        let lines: usize = lines.map(|view| view.lines.len()).sum();
        assert_eq!(number(&Json::parse(reply.expect(200)), "total"), lines.to_string());
    }
}

/// Zoom has no filter by status: its rows say what they are.
async fn zoom_selects(world: &World, books: &Books) {
    let accounts: BTreeSet<CustomerId> = books.all().map(|view| view.summary.customer_id).collect();
    let mut rows = BTreeMap::new();
    for account in accounts {
        rows.extend(zoom_rows(world, account).await);
    }
    let is_near = |view: &View| view.summary.dated_on >= jiff::civil::date(2023, 7, 1);
    assert_eq!(keys(&rows), expected(books, FaceName::Zoom, is_near));
    for (word, is_owing, selects) in [
        ("Draft", true, &[Standing::Draft] as Selects),
        ("Posted", true, OWING),
        ("Posted", false, &[Standing::Paid]),
        ("Canceled", false, &[Standing::Void]),
    ] {
        let is_one = |row: &Json| text(row, "status") == word && (number(row, "balance") != "0") == is_owing;
        let found: BTreeSet<String> = rows.iter().filter(|(_, row)| is_one(row)).map(|(id, _)| id.clone()).collect();
        let wanted = |view: &View| is_near(view) && selects.contains(&view.summary.standing);
        assert_eq!(found, expected(books, FaceName::Zoom, wanted), "{word}");
    }
    for view in books.company.iter() {
        zm::compare_head(view, &rows[&printed(books, FaceName::Zoom, view.summary.id)]);
    }
}

/// What rows tell is what the invoices tell.
async fn rows_are_the_invoices(world: &World, books: &Books) {
    for mount in Mount::ALL {
        let rows = zoho_rows(world, mount, "").await;
        for view in books.all() {
            let row = &rows[&printed(books, FaceName::Zoho, view.summary.id)];
            let told = [text(row, "status"), number(row, "total"), number(row, "balance"), text(row, "currency_code")];
            let head = &view.summary;
            let wanted = [zo::word(view), &plain(head.total), &plain(head.balance), head.currency.code()];
            assert_eq!(told, wanted, "{} on {}", head.id, mount.prefix());
        }
    }
    let rows = chargeover_rows(world, "").await;
    for view in books.all() {
        let row = &rows[&printed(books, FaceName::ChargeOver, view.summary.id)];
        let told =
            [text(row, "invoice_status_str"), number(row, "total"), number(row, "balance"), number(row, "applied")];
        let head = &view.summary;
        let wanted = [co::word(head.standing), &plain(head.total), &plain(head.balance), &plain(head.applied)];
        assert_eq!(told, wanted, "{}", head.id);
    }
}

/// A customer of the company with one below it and with a draft, and both of them.
async fn family(world: &World, books: &Books) -> (CustomerId, Vec<CustomerId>) {
    let customers = world.billing.customers(&world.staff(), 0, 500).await.expect("customers");
    let has_draft = |id: CustomerId| {
        let is_one = |view: &&View| view.summary.customer_id == id && view.summary.state == State::Draft;
        books.company.iter().find(is_one).is_some()
    };
    for root in customers.iter().filter(|customer| customer.parent_id.is_none()) {
        let below: Vec<CustomerId> = customers
            .iter()
            .filter(|customer| customer.parent_id == Some(root.id))
            .map(|customer| customer.id)
            .collect();
        let family: Vec<CustomerId> = [root.id].into_iter().chain(below).collect();
        let is_of_company = books.customers.contains(&root.id);
        if is_of_company && family.len() > 1 && family.iter().any(|id| has_draft(*id)) {
            return (root.id, family);
        }
    }
    panic!("no family of the company has a draft");
}

//! What our own API prints of an invoice: every amount as text, with all decimals of its currency.

use std::collections::{BTreeMap, BTreeSet};

use billing::FaceName;
use domain::invoice::State;
use domain::invoice::view::{Standing, View};
use domain::money::Decimal;
use domain::tax::PriceMode;
use testkit::wire::Json;

use crate::books::Books;
use crate::exact::{add, decimal, fixed, sub, sum, text};
use crate::world::World;

/// The words of the filter by status, and what each selects.
const FILTERS: [(&str, &[Standing]); 8] = [
    ("draft", &[Standing::Draft]),
    ("open", &[Standing::Open]),
    ("partly_paid", &[Standing::PartlyPaid, Standing::PartlyPaidOverdue]),
    ("overdue", &[Standing::Overdue, Standing::PartlyPaidOverdue]),
    ("owing", &[Standing::Open, Standing::PartlyPaid, Standing::Overdue, Standing::PartlyPaidOverdue]),
    ("paid", &[Standing::Paid]),
    ("void", &[Standing::Void]),
    ("paid,void", &[Standing::Paid, Standing::Void]),
];

pub fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Draft => "draft",
        Standing::Open => "open",
        Standing::PartlyPaid => "partly_paid",
        Standing::Overdue => "overdue",
        Standing::PartlyPaidOverdue => "partly_paid_overdue",
        Standing::Paid => "paid",
        Standing::Void => "void",
    }
}

pub async fn check(world: &World, view: &View) {
    compare(view, &world.read(FaceName::Native, &format!("/v1/invoices/{}", view.summary.id)).await);
}

/// What list and detail have in common.
pub fn compare_head(view: &View, invoice: &Json) {
    let head = &view.summary;
    let id = head.id;
    assert_eq!(text(invoice, "id"), id.to_string());
    assert_eq!(text(invoice, "status"), word(head.standing), "{id}");
    assert_eq!(text(invoice, "currency"), head.currency.code(), "{id}");
    assert_eq!(text(invoice, "dated_on"), head.dated_on.to_string(), "{id}");
    assert_eq!(text(invoice, "due_on"), head.due_on.to_string(), "{id}");
    for (key, amount) in [
        ("net_total", head.net),
        ("allowance_total", head.allowances),
        ("charge_total", head.charges),
        ("total_ex_tax", head.ex_tax),
        ("tax_total", head.tax),
        ("total", head.total),
        ("payments_total", head.payments),
        ("credits_total", head.credits),
        ("write_offs_total", head.write_offs),
        ("refunds_total", head.refunds),
        ("balance", head.balance),
    ] {
        assert_eq!(text(invoice, key), fixed(amount), "{id}: {key}");
    }
    let of = |key: &str| exact_text(invoice, key);
    assert_eq!(add(sub(of("net_total"), of("allowance_total")), of("charge_total")), of("total_ex_tax"), "{id}");
    assert_eq!(add(of("total_ex_tax"), of("tax_total")), of("total"), "{id}");
    let taken = sum(["payments_total", "credits_total", "write_offs_total"].map(of));
    assert_eq!(sub(taken, of("refunds_total")), of("applied_total"), "{id}");
    if head.state != State::Void {
        assert_eq!(sub(of("total"), of("applied_total")), of("balance"), "{id}");
    }
}

/// An amount that is printed as text.
#[track_caller]
fn exact_text(object: &Json, key: &str) -> Decimal {
    Decimal::parse(text(object, key)).unwrap_or_else(|_| panic!("{key} is no decimal: {:?}", object.get(key)))
}

fn compare(view: &View, invoice: &Json) {
    compare_head(view, invoice);
    let id = view.summary.id;
    let lines = invoice.get("lines").items();
    assert_eq!(lines.len(), view.lines.len(), "{id}");
    for (line, row) in view.lines.iter().zip(lines) {
        let place = format!("{id} line {}", line.position);
        assert_eq!(text(row, "unit_price"), line.unit_price.to_string(), "{place}");
        assert_eq!(text(row, "quantity"), line.quantity.to_string(), "{place}");
        for (key, amount) in [
            ("gross", line.gross),
            ("discount_total", line.discount),
            ("net", line.net),
            ("allowance_share", line.allowance),
            ("taxable", line.taxable),
            ("tax", line.tax),
        ] {
            assert_eq!(text(row, key), fixed(amount), "{place}: {key}");
        }
        let of = |key: &str| exact_text(row, key);
        // Prices that contain tax make a gross that does.
        if view.summary.price_mode == PriceMode::Exclusive {
            assert_eq!(sub(of("gross"), of("discount_total")), of("net"), "{place}");
        }
        assert_eq!(sub(of("net"), of("allowance_share")), of("taxable"), "{place}");
        assert_eq!(add(of("taxable"), of("tax")), of("total"), "{place}");
    }
    let all = |key: &str| sum(lines.iter().map(|row| exact_text(row, key)));
    assert_eq!(all("net"), exact_text(invoice, "net_total"), "{id}");
    assert_eq!(all("allowance_share"), exact_text(invoice, "allowance_total"), "{id}");
    let taxes = invoice.get("taxes").items();
    assert_eq!(sum(taxes.iter().map(|tax| exact_text(tax, "amount"))), exact_text(invoice, "tax_total"), "{id}");
    assert_eq!(sum(taxes.iter().map(|tax| exact_text(tax, "base"))), exact_text(invoice, "total_ex_tax"), "{id}");
    let live = invoice.get("payments").items().iter().filter(|payment| payment.get("reversal") == &Json::Null);
    let paid = sub(decimal(view.summary.payments), decimal(view.summary.refunds));
    assert_eq!(sum(live.map(|payment| exact_text(payment, "amount"))), paid, "{id}: payments");
}

/// Every row of a list by its id.
pub async fn rows(world: &World, query: &str) -> BTreeMap<String, Json> {
    let mut rows = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = world.read(FaceName::Native, &format!("/v1/invoices?limit=70&{query}{cursor}")).await;
        for row in page.get("data").items() {
            assert!(rows.insert(text(row, "id").to_owned(), row.clone()).is_none(), "listed twice: {row:?}");
        }
        match page.get("next_cursor") {
            Json::Text(next) => cursor = format!("&cursor={next}"),
            _ => return rows,
        }
    }
}

pub async fn filters_select(world: &World, books: &Books) {
    for (filter, selects) in FILTERS {
        let wanted: BTreeSet<String> = books
            .all()
            .filter(|view| selects.contains(&view.summary.standing))
            .map(|view| view.summary.id.to_string())
            .collect();
        assert!(!wanted.is_empty(), "{filter}");
        let found: BTreeSet<String> = rows(world, &format!("status={filter}")).await.into_keys().collect();
        assert_eq!(found, wanted, "{filter}");
    }
    let rows = rows(world, "").await;
    for view in books.all() {
        compare_head(view, &rows[&view.summary.id.to_string()]);
    }
}

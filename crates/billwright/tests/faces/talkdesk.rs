//! What Talkdesk lists: one row per line of an issued invoice (DOMAIN 8), its amount the taxable one. Void ones
//! keep their rows with nothing on them, and so do lines that a correction dropped.

use std::collections::BTreeMap;

use billing::FaceName;
use domain::invoice::State;
use domain::invoice::view::{LineView, View};
use face_talkdesk::wire::{spell_account, spell_row};
use testkit::wire::Json;

use crate::exact::{number, plain, text};
use crate::world::World;

/// Every row that staff can list, by id, found by following the links.
pub async fn rows(world: &World) -> BTreeMap<String, Json> {
    let mut rows = BTreeMap::new();
    let base = world.server.url("");
    let mut path = "/express/invoices".to_owned();
    loop {
        let page = world.read(FaceName::Talkdesk, &path).await;
        for row in page.get("_embedded").get("invoices").items() {
            let is_new = rows.insert(text(row, "id").to_owned(), row.clone()).is_none();
            assert!(is_new, "listed twice: {row:?}");
        }
        let links = page.get("_links");
        if !links.has("next") {
            assert_eq!(number(&page, "total"), rows.len().to_string());
            return rows;
        }
        let next = text(links.get("next"), "href");
        path = next.strip_prefix(&base).expect("links are absolute").to_owned();
    }
}

/// The lines that must be listed: of whatever was issued.
pub fn listed<'v>(views: impl Iterator<Item = &'v View>) -> impl Iterator<Item = (&'v View, &'v LineView)> {
    views
        .filter(|view| view.summary.state != State::Draft)
        .flat_map(|view| view.lines.iter().map(move |line| (view, line)))
}

pub fn compare(view: &View, line: &LineView, rows: &BTreeMap<String, Json>) {
    let head = &view.summary;
    let place = format!("{} line {}", head.id, line.position);
    let row = rows.get(&spell_row(line.id)).unwrap_or_else(|| panic!("{place} is not listed"));
    assert_eq!(text(row, "account_id"), spell_account(head.customer_id), "{place}");
    assert_eq!(Some(text(row, "number")), head.number.as_deref(), "{place}");
    assert_eq!(text(row, "currency"), head.currency.code(), "{place}");
    assert_eq!(text(row, "date"), format!("{}T00:00:00.000Z", head.dated_on), "{place}");
    assert_eq!(number(row, "rate"), line.unit_price.to_string(), "{place}");
    let (total, quantity, amount) = match head.state {
        State::Void => ("0".to_owned(), "0".to_owned(), "0".to_owned()),
        State::Draft | State::Issued => (plain(head.total), line.quantity.to_string(), plain(line.taxable)),
    };
    assert_eq!(number(row, "total_invoice_amount"), total, "{place}");
    assert_eq!(number(row, "quantity"), quantity, "{place}");
    assert_eq!(number(row, "amount"), amount, "{place}");
}

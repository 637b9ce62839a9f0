//! What Zoom prints of an invoice (DOMAIN 8): a line's `total_amount` is its taxable amount, its tax stands beside
//! it; the header's `total_amount` contains the tax.

use billing::FaceName;
use domain::invoice::State;
use domain::invoice::view::View;
use face_zoom::wire::{spell_account, spell_invoice};
use testkit::wire::Json;

use crate::exact::{add, exact, number, plain, sum, text};
use crate::world::World;

pub fn word(view: &View) -> &'static str {
    match view.summary.state {
        State::Draft => "Draft",
        State::Issued => "Posted",
        State::Void => "Canceled",
    }
}

pub fn path(view: &View) -> String {
    let (account, invoice) = (spell_account(view.summary.customer_id), spell_invoice(view.summary.id));
    format!("/v2/accounts/{account}/billing/invoices/{invoice}")
}

pub async fn check(world: &World, view: &View) {
    compare(view, &world.read(FaceName::Zoom, &path(view)).await);
}

/// What list and detail have in common.
pub fn compare_head(view: &View, invoice: &Json) {
    let head = &view.summary;
    let id = head.id;
    assert_eq!(text(invoice, "status"), word(view), "{id}");
    assert_eq!(number(invoice, "total_amount"), plain(head.total), "{id}");
    assert_eq!(number(invoice, "tax_amount"), plain(head.tax), "{id}");
    assert_eq!(number(invoice, "balance"), plain(head.balance), "{id}");
    assert_eq!(text(invoice, "invoice_date"), head.dated_on.to_string(), "{id}");
    assert_eq!(text(invoice, "due_date"), head.due_on.to_string(), "{id}");
}

fn compare(view: &View, invoice: &Json) {
    compare_head(view, invoice);
    let id = view.summary.id;
    assert_eq!(text(invoice, "currency"), view.summary.currency.code(), "{id}");
    let items = invoice.get("invoice_items").items();
    assert_eq!(items.len(), view.lines.len(), "{id}");
    for (line, item) in view.lines.iter().zip(items) {
        let place = format!("{id} line {}", line.position);
        assert_eq!(text(item, "charge_name"), line.name, "{place}");
        assert_eq!(number(item, "total_amount"), plain(line.taxable), "{place}");
        assert_eq!(number(item, "tax_amount"), plain(line.tax), "{place}");
        // Clients read an integer; a part of a unit is sent as one.
        let units = line.quantity.whole().map_or("1".to_owned(), |whole| whole.to_string());
        assert_eq!(number(item, "quantity"), units, "{place}");
    }
    // Charges on the document are on no line.
    if view.summary.charges.is_zero() {
        let lines = items.iter().map(|item| add(exact(item, "total_amount"), exact(item, "tax_amount")));
        assert_eq!(sum(lines), exact(invoice, "total_amount"), "{id}: the lines with their taxes");
    }
}

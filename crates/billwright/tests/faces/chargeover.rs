//! What ChargeOver prints of an invoice (DOMAIN 8): `line_subtotal` is the taxable amount, `line_total` that and
//! its tax; `applied = payments + credits + writeoffs - refunds`; sums by kind of line.

use billing::FaceName;
use domain::invoice::view::{Standing, View};
use domain::invoice::{LineKind, State};
use face_chargeover::spell;
use testkit::wire::Json;

use crate::exact::{add, decimal, exact, number, plain, sub, sum, text};
use crate::world::World;

pub fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Draft => "open-unapproved",
        Standing::Open | Standing::PartlyPaid => "open-unpaid",
        Standing::Overdue | Standing::PartlyPaidOverdue => "open-overdue",
        Standing::Paid => "closed-paid",
        Standing::Void => "closed-void",
    }
}

pub async fn check(world: &World, view: &View) {
    let answer = world.read(FaceName::ChargeOver, &format!("/api/v3/invoice/{}", spell(view.summary.id.0))).await;
    compare(view, answer.get("response"));
}

fn compare(view: &View, invoice: &Json) {
    let head = &view.summary;
    let id = head.id;
    assert_eq!(text(invoice, "invoice_status_str"), word(head.standing), "{id}");
    assert_eq!(invoice.get("is_void"), &Json::Bool(head.state == State::Void), "{id}");
    assert_eq!(text(invoice, "currency_iso4217"), head.currency.code(), "{id}");
    assert_eq!(text(invoice, "date"), head.dated_on.to_string(), "{id}");
    assert_eq!(text(invoice, "due_date"), head.due_on.to_string(), "{id}");
    for (key, amount) in [
        ("total", head.total),
        ("subtotal", head.ex_tax),
        ("taxes", head.tax),
        ("balance", head.balance),
        ("payments", head.payments),
        ("credits", head.credits),
        ("writeoffs", head.write_offs),
        ("refunds", head.refunds),
    ] {
        assert_eq!(number(invoice, key), plain(amount), "{id}: {key}");
    }
    assert_eq!(add(exact(invoice, "subtotal"), exact(invoice, "taxes")), exact(invoice, "total"), "{id}");
    let taken = sum(["payments", "credits", "writeoffs"].map(|key| exact(invoice, key)));
    let applied = sub(taken, exact(invoice, "refunds"));
    assert_eq!(number(invoice, "applied"), applied.to_string(), "{id}");
    if head.standing != Standing::Void {
        assert_eq!(sub(exact(invoice, "total"), applied), exact(invoice, "balance"), "{id}");
    }
    let is_late = text(invoice, "due_date") < view_today(view).as_str();
    let owes = head.state == State::Issued && head.balance.is_positive();
    assert_eq!(invoice.get("is_overdue"), &Json::Bool(owes && is_late), "{id}");
    let overdue = if owes && is_late { number(invoice, "balance") } else { "0" };
    assert_eq!(number(invoice, "overdue"), overdue, "{id}");

    let lines = invoice.get("line_items").items();
    assert_eq!(lines.len(), view.lines.len(), "{id}");
    for (line, row) in view.lines.iter().zip(lines) {
        let place = format!("{id} line {}", line.position);
        assert_eq!(text(row, "item_name"), line.name, "{place}");
        assert_eq!(number(row, "line_rate"), line.unit_price.to_string(), "{place}");
        assert_eq!(number(row, "line_quantity"), line.quantity.to_string(), "{place}");
        assert_eq!(number(row, "line_subtotal"), plain(line.taxable), "{place}");
        assert_eq!(number(row, "tax_total"), plain(line.tax), "{place}");
        let total = add(decimal(line.taxable), decimal(line.tax));
        assert_eq!(number(row, "line_total"), total.to_string(), "{place}");
    }
    let of_kind = |is_wanted: fn(LineKind) -> bool| {
        let rows = view.lines.iter().zip(lines).filter(|(line, _)| is_wanted(line.kind));
        sum(rows.map(|(_, row)| exact(row, "line_subtotal"))).to_string()
    };
    let is_base = |kind| matches!(kind, LineKind::Recurring | LineKind::Minimum | LineKind::Proration);
    assert_eq!(number(invoice, "sum_base"), of_kind(is_base), "{id}");
    assert_eq!(number(invoice, "sum_usage"), of_kind(|kind| kind == LineKind::Usage), "{id}");
    let is_other = |kind: LineKind| {
        !matches!(kind, LineKind::Recurring | LineKind::Minimum | LineKind::Proration | LineKind::Usage)
    };
    assert_eq!(number(invoice, "sum_onetime"), of_kind(is_other), "{id}");
    // Charges on the document are on no line.
    let parts = sum(["sum_base", "sum_usage", "sum_onetime"].map(|key| exact(invoice, key)));
    assert_eq!(add(parts, decimal(head.charges)), exact(invoice, "subtotal"), "{id}");
}

/// The day in the invoice's legal entity, as text; days compare as texts do.
fn view_today(view: &View) -> String {
    billing::clock::day_in(crate::world::now(), &view.time_zone).to_string()
}

//! What Zoho prints of an invoice (DOMAIN 8): `item_total = gross - discount`, header amounts as they are.

use billing::FaceName;
use domain::invoice::view::{Standing, View};
use domain::money::Decimal;
use face_zoho::Mount;
use face_zoho::wire::spell;
use testkit::wire::Json;

use crate::exact::{decimal, exact, number, plain, sub, sum, text};
use crate::world::World;

/// The word of a standing. A renewal's draft is pending.
pub fn word(view: &View) -> &'static str {
    match view.summary.standing {
        Standing::Draft if view.summary.transaction_type == "renewal" => "pending",
        Standing::Draft => "draft",
        Standing::Open => "sent",
        Standing::Overdue => "overdue",
        Standing::PartlyPaid | Standing::PartlyPaidOverdue => "partially_paid",
        Standing::Paid => "paid",
        Standing::Void => "void",
    }
}

/// Reads one invoice under all three prefixes and compares it.
pub async fn check(world: &World, view: &View) {
    for mount in Mount::ALL {
        let path = format!("{}/invoices/{}", mount.prefix(), spell(view.summary.id.0));
        let answer = world.read(FaceName::Zoho, &path).await;
        compare(view, answer.get("invoice"), mount);
    }
}

/// A price, which one mount prints as a string.
fn price<'j>(object: &'j Json, key: &str, mount: Mount) -> &'j str {
    match mount {
        Mount::Billing => text(object, key),
        Mount::Subscriptions | Mount::Api => number(object, key),
    }
}

fn compare(view: &View, invoice: &Json, mount: Mount) {
    let head = &view.summary;
    let id = head.id;
    assert_eq!(text(invoice, "status"), word(view), "{id}");
    assert_eq!(text(invoice, "currency_code"), head.currency.code(), "{id}");
    assert_eq!(text(invoice, "invoice_date"), head.dated_on.to_string(), "{id}");
    assert_eq!(text(invoice, "due_date"), head.due_on.to_string(), "{id}");
    if let Some(given) = &head.number {
        assert_eq!(text(invoice, "number"), given, "{id}");
    }
    assert_eq!(number(invoice, "total"), plain(head.total), "{id}");
    assert_eq!(number(invoice, "balance"), plain(head.balance), "{id}");
    assert_eq!(number(invoice, "credits_applied"), plain(head.credits), "{id}");
    assert_eq!(number(invoice, "write_off_amount"), plain(head.write_offs), "{id}");
    // What was paid and not taken back so that it is owed again.
    let paid = sub(decimal(head.payments), decimal(head.refunds));
    assert_eq!(number(invoice, "payment_made"), paid.to_string(), "{id}");
    let settled = [paid, exact(invoice, "credits_applied"), exact(invoice, "write_off_amount")];
    if head.standing != Standing::Void {
        assert_eq!(sub(exact(invoice, "total"), sum(settled)), exact(invoice, "balance"), "{id}");
    }
    let parts = invoice.get("payments").items();
    assert_eq!(sum(parts.iter().map(|payment| exact(payment, "amount"))), paid, "{id}: payments");
    let credits = invoice.get("credits").items();
    let credited = credits.iter().map(|credit| Decimal::parse(price(credit, "credited_amount", mount)));
    assert_eq!(sum(credited.map(|amount| amount.expect("a decimal"))), decimal(head.credits), "{id}: credits");

    let items = invoice.get("invoice_items").items();
    assert_eq!(items.len(), view.lines.len(), "{id}");
    for (line, item) in view.lines.iter().zip(items) {
        let place = format!("{id} line {} on {}", line.position, mount.prefix());
        assert_eq!(text(item, "name"), line.name, "{place}");
        assert_eq!(price(item, "price", mount), line.unit_price.to_string(), "{place}");
        assert_eq!(number(item, "quantity"), line.quantity.to_string(), "{place}");
        assert_eq!(number(item, "discount_amount"), plain(line.discount), "{place}");
        // In the terms of the price, with tax where that includes it.
        let total = sub(decimal(line.gross), decimal(line.discount));
        assert_eq!(number(item, "item_total"), total.to_string(), "{place}");
    }
}

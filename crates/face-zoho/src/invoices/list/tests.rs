use super::*;
use crate::invoices::sample;
use domain::invoice::State;
use domain::invoice::view::Standing;
use http_kit::json::{Style, object};
use jiff::civil::date;

fn summary() -> Summary {
    Summary::from_invoice(sample::header(), date(2016, 6, 20), true)
}

fn answer(invoice: &Summary, types: Types) -> String {
    let zone = wire::zone("America/Los_Angeles");
    let body = object(Style::COMPACT, |o| {
        o.int("code", 0).str("message", "success");
        o.array("invoices", [invoice], |invoice, o| {
            to_wire(invoice, &Names::default(), &zone, types, o);
        });
    });
    String::from_utf8(body).expect("text")
}

#[test]
fn a_row_is_the_seeds() {
    let seed = include_str!("../../../tests/wire/invoices.json");
    testkit::wire::assert_prefix(seed, &answer(&summary(), Types::Seed));
    assert!(!answer(&summary(), Types::Seed).contains("invoice_number"));
}

#[test]
fn a_row_has_both_name_pairs_on_billing() {
    let openapi = include_str!("../../../tests/wire/invoices.billing.json");
    testkit::wire::assert_prefix(openapi, &answer(&summary(), Types::OpenApi));
}

#[track_caller]
fn check_number(invoice: &Summary, number: &str) {
    assert!(answer(invoice, Types::Seed).contains(&format!(r#""number":"{number}""#)));
}

#[test]
fn drafts_have_a_number_to_show() {
    let mut draft = summary();
    draft.state = State::Draft;
    draft.standing = Standing::Draft;
    draft.number = None;
    draft.reference = "INV-9".to_owned();
    check_number(&draft, "INV-9");
    draft.is_imported = false;
    check_number(&draft, "DRAFT-903000000079426");
    draft.is_imported = true;
    draft.reference = String::new();
    check_number(&draft, "DRAFT-903000000079426");
}

#[test]
fn statuses_are_derived() {
    for (standing, transaction_type, word) in [
        (Standing::Draft, "", "draft"),
        (Standing::Draft, "renewal", "pending"),
        (Standing::Open, "renewal", "sent"),
        (Standing::Overdue, "", "overdue"),
        (Standing::PartlyPaid, "", "partially_paid"),
        (Standing::PartlyPaidOverdue, "", "partially_paid"),
        (Standing::Paid, "renewal", "paid"),
        (Standing::Void, "renewal", "void"),
    ] {
        let mut invoice = summary();
        invoice.standing = standing;
        invoice.transaction_type = transaction_type.to_owned();
        assert!(answer(&invoice, Types::Seed).contains(&format!(r#""status":"{word}""#)), "{word}");
    }
}

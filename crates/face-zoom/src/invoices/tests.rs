//! The sample document made of facts prints as the sample.

use super::detail::to_wire;
use crate::wire::spell_invoice;
use billing::read::Names;
use domain::id::{CustomerId, EntityId, InvoiceId, LineId};
use domain::invoice::view::{Parts, View};

use domain::invoice::{Document, Invoice, Line, LineAmounts, LineKind, LineTax, Period};
use domain::money::{Currency, Decimal};
use domain::tax::TaxCategory;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use testkit::wire::{Json, assert_prefix};

const SAMPLE: &str = include_str!("../../tests/wire/get_invoice_details.json");
const DATED: Date = date(2020, 8, 7);

fn line(id: i64, name: &str, quantity: &str, unit_price: &str, taxable: i64) -> Line {
    Line {
        id: LineId(id),
        position: id,
        kind: LineKind::Recurring,
        item_id: None,
        item_code: None,
        name: name.to_owned(),
        description: String::new(),
        unit: String::new(),
        quantity: Decimal::parse(quantity).expect("a decimal"),
        unit_price: Decimal::parse(unit_price).expect("a decimal"),
        period: None,
        charge_number: None,
        purchase_order: None,
        partner_sku: None,
        gl_code: None,
        tax: LineTax {
            group_id: None,
            group_name: String::new(),
            category: TaxCategory::OutOfScope,
            components: Vec::new(),
            exemption: None,
        },
        discounts: Vec::new(),
        amounts: LineAmounts { gross: taxable, net: taxable, taxable, ..LineAmounts::default() },
    }
}

fn sample_lines() -> Vec<Line> {
    let mut annual = line(1, "Standard Biz Annual", "10", "199.9", 199_900);
    annual.period = Some(Period { from: DATED, until: date(2021, 8, 7) });
    annual.charge_number = Some("C-00000004".to_owned());
    annual.purchase_order = Some("1234556".to_owned());
    annual.partner_sku = Some("PAR1-PRO-BASE-NH2Y".to_owned());
    let mut recording = line(2, "Cloud Recording 100 GB", "1", "40", 4_000);
    recording.period = Some(Period { from: DATED, until: date(2020, 9, 7) });
    recording.charge_number = Some("C-00000005".to_owned());
    recording.purchase_order = Some("1234567".to_owned());
    recording.partner_sku = Some("PAR-PAYONGO-INCL".to_owned());
    vec![annual, recording]
}

fn view(lines: Vec<Line>, total: i64, currency: Currency, tell: impl FnOnce(&mut Invoice)) -> View {
    let mut invoice =
        Invoice::draft(InvoiceId(77), (EntityId(1), CustomerId(2)), currency, DATED, Timestamp::UNIX_EPOCH);
    invoice.totals.net = total;
    invoice.totals.ex_tax = total;
    invoice.totals.total = total;
    invoice.settled.balance = total;
    tell(&mut invoice);
    let document = Document { invoice, lines, taxes: Vec::new(), allowances: Vec::new() };
    View::assemble(Parts::of(document, DATED))
}

fn print(view: &View) -> String {
    String::from_utf8(to_wire(view, &Names::default())).expect("text")
}

#[test]
fn the_sample_document() {
    let view = view(sample_lines(), 203_900, Currency::USD, |invoice| {
        invoice.number = Some("Shjmr5INV00000001".to_owned());
        invoice.target_on = Some(DATED);
    });
    let sample = SAMPLE.replace("2c92fghvb0580", &spell_invoice(InvoiceId(77)));
    assert_prefix(&sample, &print(&view));
    assert_eq!(Json::parse(&print(&view)), Json::parse(&sample), "no key more");
}

/// What the sample does not show: a part of a unit, no period, no words, cents, tax beside the amount.
#[test]
fn a_plain_line() {
    let mut plain = line(1, "Consulting", "2.5", "99.98", 24_995);
    plain.kind = LineKind::OneTime;
    plain.amounts.tax = 4_749;
    let view = view(vec![plain], 29_744, Currency::EUR, |invoice| invoice.totals.tax = 4_749);
    let wanted = r#"{"id":"2c92000000000000000000000000004d","invoice_number":"DRAFT-4D","total_amount":297.44,
        "tax_amount":47.49,"balance":297.44,"due_date":"2020-08-07","invoice_date":"2020-08-07",
        "target_date":"2020-08-07","status":"Draft","invoice_items":[{"charge_name":"Consulting",
        "charge_type":"OneTime","charge_number":"","total_amount":249.95,"tax_amount":47.49,"quantity":1,
        "start_date":"","end_date":"","purchase_order_number":"","partner_sku":""}],"currency":"EUR"}"#;
    assert_eq!(Json::parse(&print(&view)), Json::parse(wanted));
}

#[test]
fn currencies_without_cents_and_with_mills() {
    for (currency, minor, printed) in [
        (Currency::JPY, 2_039, "2039"),
        (Currency::KWD, 2_039, "2.039"),
        (Currency::USD, 100_000_000_000_000, "1000000000000"),
        (Currency::USD, 10, "0.1"),
        (Currency::USD, 0, "0"),
    ] {
        let view = view(vec![line(1, "x", "1", "1", minor)], minor, currency, |_| {});
        let answer = Json::parse(&print(&view));
        assert_eq!(answer.get("total_amount"), &Json::Number(printed.to_owned()), "{currency}");
        assert_eq!(answer.get("invoice_items").get("0").get("total_amount"), &Json::Number(printed.to_owned()));
    }
}

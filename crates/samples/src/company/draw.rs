//! Draws one invoice: its day, its lines with discounts and periods, its allowances, charges and exchange rate.

use super::buyers::{Buyer, Treatment};
use super::fates::Fate;
use super::goods::{BIG, GOODS, Good, minor, price};
use super::sellers::Seller;
use crate::literal::{amount, decimal, net, some};
use billing::invoices::{AllowanceSpec, DiscountAmount, DiscountSpec, InvoiceSpec, LineSpec, TaxChoice};
use domain::id::{ItemId, TaxGroupId};
use domain::invoice::{FxRate, LineKind, Period};
use domain::money::{Amount, Currency, Decimal};
use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The invoice's day: recent ones are not due yet, old ones are.
pub(super) fn day(rng: &mut Rng, fate: Fate, today: Date) -> Date {
    let days_ago = if fate.is_recent() { rng.i64(0..=9) } else { rng.i64(60..=400) };
    today.saturating_sub(days_ago.days())
}

pub(super) fn invoice(
    rng: &mut Rng,
    seller: &Seller,
    buyer: &Buyer,
    items: &[ItemId],
    fate: Fate,
    dated_on: Date,
) -> InvoiceSpec {
    let (currency, rate) = buyer.currency;
    let terms = net([14, 30, 30, 45][rng.usize(..4)]);
    let big = rng.usize(..BIG);
    let mut lines = vec![line(rng, seller, buyer, big, items, dated_on)];
    for _ in 0..rng.usize(..5) {
        let good = rng.usize(..GOODS.len());
        lines.push(line(rng, seller, buyer, good, items, dated_on));
    }
    // A note on all lines settles an invoice only if lines are all there is to it.
    let allowances = if fate == Fate::Credited { Vec::new() } else { allowances(rng, seller, buyer) };
    let fx = (currency != seller.base).then(|| fx(rng, rate, dated_on));
    InvoiceSpec {
        entity: Some(seller.entity),
        currency: Some(currency),
        fx,
        dated_on: Some(dated_on),
        target_on: Some(dated_on),
        terms: Some(terms),
        reference: format!("PO {}", rng.u32(10_000..99_999)),
        memo: if rng.bool() { "Thank you for your order.".to_owned() } else { String::new() },
        transaction_type: if rng.bool() { "renewal".to_owned() } else { String::new() },
        allowances,
        ..InvoiceSpec::to(buyer.customer, lines)
    }
}

/// The day's rate: at most one percent off the usual one.
pub(super) fn fx(rng: &mut Rng, usual: &str, on: Date) -> FxRate {
    let usual = decimal(usual);
    let rate = Decimal::new(usual.mantissa() * rng.i64(990..=1_010), usual.scale() + 3);
    FxRate { rate: rate.expect("three more digits fit"), source: "Reference rate".to_owned(), on }
}

fn line(rng: &mut Rng, seller: &Seller, buyer: &Buyer, place: usize, items: &[ItemId], dated_on: Date) -> LineSpec {
    let good = &GOODS[place];
    let currency = buyer.currency.0;
    let quantity = good.count.draw(rng);
    let mut line = LineSpec {
        kind: good.line,
        item: Some(items[place]),
        tax: TaxChoice::Group(tax(rng, seller, buyer)),
        ..LineSpec::of(good.name, quantity, price(good, currency))
    };
    let month = dated_on.first_of_month();
    let next = month.saturating_add(1.month());
    match good.line {
        LineKind::Recurring | LineKind::Minimum => {
            line.period = Some(Period { from: month, until: next });
            line.charge_number = Some(format!("C-{:08}", rng.u32(1..100_000)));
            line.purchase_order = rng.bool().then(|| rng.u32(1_000_000..9_999_999).to_string());
            prorate(rng, &mut line, month, next);
        }
        LineKind::Usage => line.period = Some(Period { from: month.saturating_sub(1.month()), until: month }),
        _ => {}
    }
    line.discounts = discounts(rng, good, currency);
    line
}

/// Now and then only the rest of the month is billed.
fn prorate(rng: &mut Rng, line: &mut LineSpec, month: Date, next: Date) {
    if line.kind == LineKind::Recurring && rng.u8(..8) == 0 {
        let skipped = rng.i8(3..20);
        let days = i64::from(month.days_in_month());
        line.kind = LineKind::Proration;
        line.prorate = Some((days - i64::from(skipped), days));
        line.period = Some(Period { from: month.saturating_add(i64::from(skipped).days()), until: next });
    }
}

fn tax(rng: &mut Rng, seller: &Seller, buyer: &Buyer) -> TaxGroupId {
    let taxes = &seller.taxes;
    match buyer.treatment {
        Treatment::ReverseCharge => taxes.reverse_charge,
        Treatment::Export => taxes.export,
        Treatment::Taxed | Treatment::Exempt => match rng.u8(..10) {
            0 => taxes.compound,
            1..=3 => taxes.reduced,
            _ => taxes.standard,
        },
    }
}

fn discounts(rng: &mut Rng, good: &Good, currency: Currency) -> Vec<DiscountSpec> {
    let percent = DiscountSpec {
        name: "Volume".to_owned(),
        code: None,
        by: DiscountAmount::Percent(amount(["5", "10", "12.5", "33.3"][rng.usize(..4)])),
        priority: 1,
    };
    let fixed = DiscountSpec {
        name: "Welcome".to_owned(),
        code: some("WELCOME5"),
        by: DiscountAmount::Fixed(money(minor(5, currency), currency)),
        priority: 2,
    };
    match (rng.u8(..8), good.line) {
        (0, _) => vec![percent],
        (1, LineKind::Recurring) => vec![fixed],
        (2, LineKind::Recurring) => vec![percent, fixed],
        _ => Vec::new(),
    }
}

fn allowances(rng: &mut Rng, seller: &Seller, buyer: &Buyer) -> Vec<AllowanceSpec> {
    let currency = buyer.currency.0;
    let on_document = |is_charge, name: &str, by, tax_group| AllowanceSpec {
        is_charge,
        discount: DiscountSpec { name: name.to_owned(), code: None, by, priority: 1 },
        tax_group,
    };
    let fixed = |dollars| DiscountAmount::Fixed(money(minor(dollars, currency), currency));
    let loyalty = on_document(false, "Loyalty", DiscountAmount::Percent(amount("2.5")), None);
    let voucher = on_document(false, "Voucher", fixed(7), None);
    let freight = on_document(true, "Freight", fixed(12), Some(tax(rng, seller, buyer)));
    match rng.u8(..10) {
        0 => vec![loyalty],
        1 => vec![voucher],
        2 => vec![freight],
        3 => vec![loyalty, voucher, freight],
        _ => Vec::new(),
    }
}

/// Minor units as an amount in major ones.
pub(super) fn money(minor: i64, currency: Currency) -> Amount {
    Amount::from_parts(i128::from(minor), currency.exponent())
}

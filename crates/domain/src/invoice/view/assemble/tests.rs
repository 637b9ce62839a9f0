//! What a view derives.

use super::*;
use crate::id::{EntityId, RefundId};
use crate::invoice::totals::{DraftInput, DraftLine, compute};
use crate::invoice::{LineTax, Period};
use crate::money::Currency;
use crate::payment::allocate::{Wish, allocate, unapply};
use crate::payment::{PaymentMode, ReversalKind};
use crate::tax::{PriceMode, TaxRounding};
use crate::testing::{Settling, day, invoice, payment};
use jiff::Timestamp;

#[track_caller]
fn check(balance: i64, today: Date, expected: Standing, overdue: i64, days: i64) {
    let mut noun = invoice(1, 370);
    noun.due_on = day(2026, 2, 14);
    noun.settled.credits = 370 - balance;
    noun.recompute_balance();
    let summary = Summary::from_invoice(noun.clone(), today, false);
    assert_eq!((summary.standing, summary.overdue.minor, summary.days_overdue), (expected, overdue, days));
    assert_eq!(summary.is_overdue, overdue > 0);
    assert_eq!(summary.is_paid, balance == 0);
    assert_eq!((summary.applied.minor, summary.balance.minor), (370 - balance, balance));
}

#[test]
fn standing_is_derived_from_balance_and_day() {
    let (due, after) = (day(2026, 2, 14), day(2026, 2, 15));
    check(370, due, Standing::Open, 0, 0);
    check(370, after, Standing::Overdue, 370, 1);
    check(70, due, Standing::PartlyPaid, 0, 0);
    check(70, day(2026, 4, 15), Standing::PartlyPaidOverdue, 70, 60);
    check(0, after, Standing::Paid, 0, 0);
    for (state, expected) in [(State::Draft, Standing::Draft), (State::Void, Standing::Void)] {
        let noun = Invoice { state, ..invoice(1, 370) };
        let summary = Summary::from_invoice(noun.clone(), day(2030, 1, 1), true);
        assert_eq!((summary.standing, summary.is_overdue, summary.is_paid), (expected, false, false));
    }
}

#[test]
fn a_view_adds_up_and_shows_what_settled_it() {
    let kinds = [LineKind::Recurring, LineKind::Usage, LineKind::OneTime, LineKind::Shipping, LineKind::Minimum];
    let input = DraftInput {
        currency: Currency::USD,
        price_mode: PriceMode::Exclusive,
        tax_rounding: TaxRounding::PerGroup,
        lines: (1..)
            .zip(kinds)
            .map(|(price, kind)| DraftLine {
                kind,
                period: Some(Period { from: day(2026, 1, 1), until: day(2026, 2, 1) }),
                ..DraftLine::new("x", Decimal::ONE, Decimal::from_whole(price), LineTax::untaxed())
            })
            .collect(),
        allowances: Vec::new(),
    };
    let computed = compute(&input).expect("computes");
    let mut noun = invoice(1, 1500);
    noun.totals = computed.totals;
    let mut set = Settling::new(noun, vec![payment(1, 800), payment(2, 700)], Vec::new());
    let wishes =
        [(0, 800), (1, 700)].map(|(index, amount)| Wish { payment: set.payment_id(index), invoice: set.id, amount });
    let on = day(2026, 2, 1);
    let done = allocate(&mut set.sources.payments, &mut set.invoices, &wishes, &[], Currency::USD, on);
    set.store(done.expect("applies").applications);
    let mut live = set.live();
    let booked = set.invoices.get_mut(&set.id).expect("there");
    let back = unapply(booked, &mut set.sources, &mut live[1], on).expect("reverses");
    set.store(vec![back.application]);

    let lines: Vec<Line> = (1..)
        .zip(input.lines)
        .zip(computed.lines)
        .map(|((id, draft), done)| Line::from_draft(LineId(id), id, draft, done))
        .collect();
    let document =
        Document { invoice: set.invoice().noun.clone(), lines, taxes: computed.taxes, allowances: computed.allowances };
    let refund = Refund {
        id: RefundId(1),
        kind: RefundKind::ByCreditNote,
        customer_id: document.invoice.customer_id,
        entity_id: EntityId(1),
        currency: Currency::USD,
        payment_id: Some(set.payment_id(0)),
        credit_note_id: Some(CreditNoteId(1)),
        invoice_id: Some(set.id),
        amount: 50,
        refunded_on: on,
        mode: PaymentMode::Cash,
        reference: String::new(),
        description: String::new(),
        created_at: Timestamp::UNIX_EPOCH,
    };
    let mut parts = Parts::of(document, on);
    parts.applications = set.rows.clone();
    parts.payments = set.sources.payments.values().map(|booked| (booked.noun.id, booked.noun.clone())).collect();
    parts.refunds = vec![refund];
    let view = View::assemble(parts);
    assert_eq!((view.recurring_total.minor, view.usage_total.minor, view.one_time_total.minor), (600, 200, 700));
    assert_eq!(view.lines[0].last_on, Some(day(2026, 1, 31)));
    assert_eq!(view.lines[0].total.to_plain(), "1");
    assert_eq!((view.summary.payments.minor, view.summary.balance.minor), (800, 700));
    let shown: Vec<_> = view.payments.iter().map(|p| (p.amount.minor, p.amount_refunded.minor, p.reversed)).collect();
    assert_eq!(shown, [(800, 50, None), (700, 0, Some(ReversalKind::Undone))]);
}

/// A code on several lines and on the document is one coupon; discounts without a code and charges are none.
#[test]
fn coupons_add_up_per_code() {
    use crate::invoice::{Discount, DiscountBy};
    let discount = |code: Option<&str>, cents| Discount {
        name: "Off".to_owned(),
        code: code.map(str::to_owned),
        by: DiscountBy::Fixed(cents),
        priority: 0,
    };
    let one = Decimal::ONE;
    let mut line = DraftLine::new("Seat", one, Decimal::from_whole(50), LineTax::untaxed());
    line.discounts = vec![discount(Some("TEN"), 1_000), discount(None, 300)];
    let input = DraftInput {
        currency: Currency::USD,
        price_mode: PriceMode::Exclusive,
        tax_rounding: TaxRounding::PerGroup,
        lines: vec![line.clone(), line],
        allowances: vec![(false, discount(Some("TEN"), 500), None), (true, discount(Some("FEE"), 200), None)],
    };
    let computed = compute(&input).expect("computes");
    let lines = (1_i64..)
        .zip(input.lines)
        .zip(computed.lines)
        .map(|((position, draft), amounts)| Line::from_draft(LineId(position), position, draft, amounts))
        .collect();
    let mut noun = invoice(1, computed.totals.total);
    noun.totals = computed.totals;
    let document = Document { invoice: noun, lines, taxes: computed.taxes, allowances: computed.allowances };
    let found = coupons(&document);
    let found: Vec<(&str, i64)> = found.iter().map(|coupon| (coupon.code.as_str(), coupon.amount.minor)).collect();
    assert_eq!(found, [("TEN", 2_500)]);
}

/// What is left after a line's discounts is in the terms of its price; the net has no tax in it in either mode.
#[test]
fn a_discounted_line_keeps_the_terms_of_its_price() {
    use crate::id::TaxRateId;
    use crate::invoice::{Discount, DiscountBy};
    use crate::money::Rate;
    use crate::tax::{TaxCategory, TaxComponent};
    let rate = Rate::from_percent(Decimal::from_whole(20)).expect("a rate");
    for (price_mode, net, tax) in [(PriceMode::Exclusive, 10_800, 2_160), (PriceMode::Inclusive, 9_000, 1_800)] {
        let mut line = DraftLine::new("Seat", Decimal::ONE, Decimal::from_whole(120), LineTax::untaxed());
        line.tax.category = TaxCategory::Standard;
        line.tax.components =
            vec![TaxComponent { rate_id: TaxRateId(1), name: "VAT".to_owned(), rate, is_compound: false }];
        let by = DiscountBy::Fixed(1_200);
        line.discounts = vec![Discount { name: "Off".to_owned(), code: None, by, priority: 0 }];
        let input = DraftInput {
            currency: Currency::USD,
            price_mode,
            tax_rounding: TaxRounding::PerGroup,
            lines: vec![line.clone()],
            allowances: Vec::new(),
        };
        let mut computed = compute(&input).expect("computes");
        let mut noun = invoice(1, computed.totals.total);
        noun.totals = computed.totals;
        let lines = vec![Line::from_draft(LineId(1), 1, line, computed.lines.remove(0))];
        let document = Document { invoice: noun, lines, taxes: computed.taxes, allowances: computed.allowances };
        let view = View::assemble(Parts::of(document, day(2026, 2, 1)));
        let shown = &view.lines[0];
        assert_eq!((shown.gross.minor, shown.discount.minor, shown.discounted.minor), (12_000, 1_200, 10_800));
        assert_eq!((shown.net.minor, shown.tax.minor), (net, tax));
    }
}

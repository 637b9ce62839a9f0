//! Generated drafts, and the documents they become.

use domain::id::{CustomerId, EntityId, InvoiceId, LineId, TaxRateId};
use domain::invoice::totals::{AskedAllowance, Computed, DraftInput, DraftLine};
use domain::invoice::{Discount, DiscountBy, Document, Invoice, Line, LineTax, State};
use domain::money::{Currency, Decimal, Rate};
use domain::tax::{PriceMode, TaxCategory, TaxComponent, TaxRounding};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;

pub const DAY: Date = date(2026, 1, 15);
pub const PARTIES: (EntityId, CustomerId) = (EntityId(1), CustomerId(1));

/// Half without or with three decimals.
pub fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![
        Just(Currency::JPY),
        Just(Currency::BHD),
        Just(Currency::KWD),
        Just(Currency::USD),
        Just(Currency::EUR),
        Just(Currency::CHF),
    ]
}

pub fn mode() -> impl Strategy<Value = (PriceMode, TaxRounding)> {
    (any::<bool>(), any::<bool>()).prop_map(|(inclusive, per_line)| {
        (
            if inclusive { PriceMode::Inclusive } else { PriceMode::Exclusive },
            if per_line { TaxRounding::PerLine } else { TaxRounding::PerGroup },
        )
    })
}

/// Treatments with rates as they are found: none, whole, broken, chained, compound, high.
fn treatment() -> impl Strategy<Value = LineTax> {
    prop_oneof![
        Just(&[][..]),
        Just(&[("0", false)][..]),
        Just(&[("20", false)][..]),
        Just(&[("8.87525", false)][..]),
        Just(&[("4", false), ("4.5", false), ("0.375", false)][..]),
        Just(&[("5", false), ("9.5", true)][..]),
        Just(&[("150", false)][..]),
    ]
    .prop_map(|chain: &[(&str, bool)]| {
        let components = (0..)
            .zip(chain)
            .map(|(id, &(percent, is_compound))| TaxComponent {
                rate_id: TaxRateId(id),
                name: percent.to_owned(),
                rate: Rate::from_percent(Decimal::parse(percent).expect("a decimal")).expect("a rate"),
                is_compound,
            })
            .collect();
        let category = if chain.is_empty() { TaxCategory::OutOfScope } else { TaxCategory::Standard };
        LineTax { category, components, ..LineTax::untaxed() }
    })
}

fn discount() -> impl Strategy<Value = Discount> {
    let by = prop_oneof![
        (0_i64..=1_000_000_000_000).prop_map(|parts| DiscountBy::Percent(Rate(parts))),
        (0_i64..=100).prop_map(|percent| DiscountBy::Percent(Rate(percent * 10_000_000_000))),
        (0_i64..5_000).prop_map(DiscountBy::Fixed),
    ];
    (by, 0_i64..3).prop_map(|(by, priority)| Discount { name: String::new(), code: None, by, priority })
}

fn line(may_be_negative: bool) -> impl Strategy<Value = DraftLine> {
    let quantity =
        prop_oneof![(1_i64..5).prop_map(|units| (units, 0)), (1_i64..5_000).prop_map(|thousandths| (thousandths, 3)),];
    let price = prop_oneof![
        (0_i64..20_000).prop_map(|cents| (cents, 2)),
        (0_i64..20_000_000).prop_map(|parts| (parts, 5)),
        (0_i64..50).prop_map(|units| (units, 0)),
    ];
    let sign = if may_be_negative { 0..10 } else { 1..10 };
    (quantity, price, treatment(), proptest::collection::vec(discount(), 0..3), sign).prop_map(
        |((quantity, quantity_scale), (price, price_scale), tax, discounts, sign)| {
            let is_negative = sign == 0;
            let quantity = Decimal::from_parts(if is_negative { -quantity } else { quantity }, quantity_scale);
            let price = Decimal::from_parts(price, price_scale);
            let draft = DraftLine::new("x", quantity.expect("a decimal"), price.expect("a decimal"), tax);
            DraftLine { discounts: if is_negative { Vec::new() } else { discounts }, ..draft }
        },
    )
}

/// Any document; `plain` has no negative lines and no charges, so that its lines are all of it.
pub fn draft(plain: bool) -> impl Strategy<Value = DraftInput> {
    let allowance = (any::<bool>(), discount(), treatment()).prop_map(
        move |(is_charge, discount, tax): (bool, Discount, LineTax)| -> AskedAllowance {
            if is_charge && !plain { (true, discount, Some(tax)) } else { (false, discount, None) }
        },
    );
    (currency(), mode(), proptest::collection::vec(line(!plain), 1..8), proptest::collection::vec(allowance, 0..3))
        .prop_map(|(currency, (price_mode, tax_rounding), lines, allowances)| DraftInput {
            currency,
            price_mode,
            tax_rounding,
            lines,
            allowances,
        })
}

/// The issued document of a computed draft; line ids are positions from 1.
pub fn issued(input: &DraftInput, computed: Computed) -> Document {
    let mut invoice = Invoice::draft(InvoiceId(1), PARTIES, input.currency, DAY, Timestamp::UNIX_EPOCH);
    invoice.price_mode = input.price_mode;
    invoice.tax_rounding = input.tax_rounding;
    invoice.totals = computed.totals;
    invoice.state = State::Issued;
    invoice.settle_on(DAY);
    let lines = (1..)
        .zip(input.lines.clone())
        .zip(computed.lines)
        .map(|((id, draft), done)| Line::from_draft(LineId(id), id, draft, done))
        .collect();
    Document { invoice, lines, taxes: computed.taxes, allowances: computed.allowances }
}

/// The effective rate in parts of 1e-12, on its own arithmetic.
pub fn rate_of(tax: &LineTax) -> i128 {
    let one = 1_000_000_000_000_i128;
    tax.components.iter().fold(0, |whole, component| {
        let rate = i128::from(component.rate.parts());
        whole + if component.is_compound { rate * (one + whole) / one } else { rate }
    })
}

/// Half away from zero, written out another way than the crate's: floor of the doubled, shifted magnitude.
pub fn rounded(n: i128, d: i128) -> i64 {
    let magnitude = (2 * n.abs() + d) / (2 * d);
    i64::try_from(if n < 0 { -magnitude } else { magnitude }).expect("small")
}

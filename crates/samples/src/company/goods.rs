//! What the company sells, and at which prices in which currency.

use crate::literal::some;
use billing::parties::items::{CreateItem, ItemFields};
use billing::{Cx, Error, Verb};
use domain::id::ItemId;
use domain::invoice::LineKind;
use domain::item::ItemKind;
use domain::money::{Currency, Decimal};
use fastrand::Rng;

/// How much of a thing a line has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    /// Whole units.
    Whole(i64),
    /// Up to so many thousandths of a unit: measured, so never whole on purpose.
    Measured(i64),
    /// Halves of a unit.
    Halves(i64),
}

impl Count {
    pub(super) fn draw(self, rng: &mut Rng) -> Decimal {
        let (mantissa, scale) = match self {
            Self::Whole(most) => (rng.i64(1..=most), 0),
            Self::Measured(most) => (rng.i64(1_000..=most), 3),
            Self::Halves(most) => (rng.i64(1..=most) * 5, 1),
        };
        Decimal::new(mantissa, scale).expect("a few digits are a decimal")
    }
}

/// A thing of the catalogue. `price` in 1e-4 US dollars.
pub(super) struct Good {
    pub(super) name: &'static str,
    code: &'static str,
    unit: &'static str,
    price: i64,
    kind: ItemKind,
    pub(super) line: LineKind,
    pub(super) count: Count,
}

macro_rules! goods {
    ($($name:literal $code:literal $unit:literal $price:literal $kind:ident $line:ident $count:expr;)*) => {
        &[$(Good {
            name: $name, code: $code, unit: $unit, price: $price,
            kind: ItemKind::$kind, line: LineKind::$line, count: $count,
        }),*]
    };
}

/// The first [`BIG`] cost enough that an invoice which has one of them can be paid in parts in any currency.
pub(super) static GOODS: &[Good] = goods! {
    "Platform, team plan" "PLT-TEAM" "seat" 290_000 Service Recurring Count::Whole(40);
    "Platform, site licence" "PLT-SITE" "site" 4_990_000 Service Recurring Count::Whole(3);
    "Maintenance" "MNT-YEAR" "device" 480_000 Service Recurring Count::Whole(12);
    "Gateway" "HW-GW-2" "piece" 2_490_000 Product OneTime Count::Whole(4);
    "Sensor, indoor" "HW-SEN-1" "piece" 899_500 Product OneTime Count::Whole(20);
    "Installation" "SVC-INST" "hour" 950_000 Service OneTime Count::Halves(16);
    "Storage" "STO-GB" "GB" 1_150 Service Usage Count::Measured(4_000_000);
    "Interface calls" "API-1K" "1,000 calls" 3_475 Service Usage Count::Measured(900_000);
    "Data transfer" "NET-GB" "GB" 875 Service Usage Count::Measured(2_500_000);
    "Minimum commitment" "PLT-MIN" "" 350_000 Service Minimum Count::Whole(1);
    "Shipping" "SHIP" "parcel" 145_000 Service Shipping Count::Whole(2);
    "Late fee" "FEE-LATE" "" 150_000 Service LateFee Count::Whole(1);
};

pub(super) const BIG: usize = 6;

/// Puts the catalogue into the books; its items in the order of [`GOODS`].
pub(super) struct StockUp;

impl Verb for StockUp {
    type Outcome = Vec<ItemId>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<ItemId>, Error> {
        let mut items = Vec::with_capacity(GOODS.len());
        for good in GOODS {
            let fields = ItemFields {
                kind: Some(good.kind),
                name: some(good.name),
                code: Some(some(good.code)),
                unit: some(good.unit),
                unit_price: Some(Some((price(good, Currency::USD), Currency::USD))),
                ..ItemFields::default()
            };
            items.push(CreateItem { fields }.run(cx).await?.id);
        }
        Ok(items)
    }
}

/// What one US dollar is in a currency, as mantissa and scale: how prices are set, not an exchange rate.
fn dollar(currency: Currency) -> (i64, u8) {
    match currency.code() {
        "EUR" => (92, 2),
        "GBP" => (79, 2),
        "CHF" => (88, 2),
        "CAD" => (136, 2),
        "JPY" => (150, 0),
        "KWD" => (307, 3),
        "BHD" => (376, 3),
        _ => (1, 0),
    }
}

/// The unit price in a currency, with all its decimals.
pub(super) fn price(good: &Good, currency: Currency) -> Decimal {
    let (mantissa, scale) = dollar(currency);
    Decimal::new(good.price * mantissa, 4 + scale).expect("a few digits are a decimal")
}

/// So many US dollars in minor units of a currency.
pub(super) fn minor(dollars: i64, currency: Currency) -> i64 {
    let (mantissa, scale) = dollar(currency);
    dollars * mantissa * 10_i64.pow(u32::from(currency.exponent())) / 10_i64.pow(u32::from(scale))
}

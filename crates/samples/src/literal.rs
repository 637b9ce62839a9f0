//! Numbers and texts that stand in the source of this crate.

use domain::money::{Amount, Decimal};
use domain::party::Terms;

/// # Panics
/// When the literal is no decimal.
pub(crate) fn decimal(literal: &str) -> Decimal {
    Decimal::parse(literal).expect("a literal of the source is a decimal")
}

/// # Panics
/// When the literal is no amount.
pub(crate) fn amount(literal: &str) -> Amount {
    Amount::parse(literal).expect("a literal of the source is an amount")
}

pub(crate) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Terms without an id of their own.
pub(crate) fn net(days: i64) -> Terms {
    let name = if days == 0 { "Due on receipt".to_owned() } else { format!("Net {days}") };
    Terms { id: None, name, days }
}

//! What is sold.

use crate::id::{ItemId, TaxGroupId};
use crate::money::{Currency, Decimal};
use jiff::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Service,
    Product,
    Discount,
}

/// A thing with a price. Its price is only a default: each line stores its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: ItemId,
    pub kind: ItemKind,
    pub name: String,
    pub description: String,
    /// The seller's code for it (Zoho's `code`, Talkdesk's `product_id`), unique per tenant when given.
    pub code: Option<String>,
    pub external_key: Option<String>,
    pub accounting_sku: Option<String>,
    pub token: String,
    /// What one is called: `seat`, `minute`.
    pub unit: String,
    /// Price per unit, at full precision, and its currency; `None` when only lines know.
    pub unit_price: Option<(Decimal, Currency)>,
    pub tax_group_id: Option<TaxGroupId>,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

//! Verbs about what was sold and is not on an invoice yet.

pub mod create;
pub mod delete;
pub mod invoice;

use crate::invoices::LineSpec;
use domain::id::{CustomerId, EntityId};
use domain::invoice::FxRate;
use domain::money::Currency;
use jiff::civil::Date;

/// An unbilled charge as asked for. What is `None` comes from the customer, its legal entity, or today.
#[derive(Clone, Debug)]
pub struct ChargeSpec {
    pub customer: CustomerId,
    pub entity: Option<EntityId>,
    pub currency: Option<Currency>,
    /// For the invoice; not read in base currency.
    pub fx: Option<FxRate>,
    pub dated_on: Option<Date>,
    pub reference: String,
    pub lines: Vec<LineSpec>,
}

impl ChargeSpec {
    /// These lines, everything else by default.
    pub fn to(customer: CustomerId, lines: Vec<LineSpec>) -> Self {
        Self { customer, entity: None, currency: None, fx: None, dated_on: None, reference: String::new(), lines }
    }
}

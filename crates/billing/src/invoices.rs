//! Verbs about invoices, and what a client says of one.

pub mod address;
pub mod apply;
pub mod asked;
mod build;
mod content;
pub mod correct;
pub mod create;
pub mod details;
pub mod edit;
pub mod fields;
pub mod issue;
pub mod make;
mod merge;
pub mod standing;
pub mod void;
pub mod write_off;

pub(crate) use build::standalone_input;
pub(crate) use content::{content_hash, content_text};
pub(crate) use create::set_custom_fields;

use domain::id::{CustomFieldId, CustomerId, EntityId, ItemId, SalespersonId, TaxGroupId};
use domain::invoice::{FxRate, InvoiceKind, LineKind, Period};
use domain::money::{Amount, Currency, Decimal};
use domain::party::{Address, Terms};
use domain::tax::PriceMode;
use jiff::civil::Date;

/// A discount as asked for. Amounts are naked: they become money in the invoice's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountSpec {
    pub name: String,
    pub code: Option<String>,
    pub by: DiscountAmount,
    pub priority: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscountAmount {
    /// 12.5 means 12.5 %.
    Percent(Amount),
    Fixed(Amount),
}

/// An allowance or a charge on the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowanceSpec {
    pub is_charge: bool,
    pub discount: DiscountSpec,
    /// A charge's own tax; without one it is untaxed.
    pub tax_group: Option<TaxGroupId>,
}

/// Which tax group a line names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaxChoice {
    /// The item's, else the customer's, else none.
    #[default]
    FromItem,
    Group(TaxGroupId),
    None,
}

/// One line as asked for. What is `None` comes from the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineSpec {
    pub kind: LineKind,
    pub item: Option<ItemId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub unit: Option<String>,
    pub quantity: Decimal,
    pub unit_price: Option<Decimal>,
    pub period: Option<Period>,
    pub charge_number: Option<String>,
    pub purchase_order: Option<String>,
    pub partner_sku: Option<String>,
    pub gl_code: Option<String>,
    pub tax: TaxChoice,
    pub discounts: Vec<DiscountSpec>,
    /// Billed days of the full period's days.
    pub prorate: Option<(i64, i64)>,
}

impl LineSpec {
    /// A line of its own at a price.
    pub fn of(name: &str, quantity: Decimal, unit_price: Decimal) -> Self {
        Self {
            kind: LineKind::OneTime,
            item: None,
            name: Some(name.to_owned()),
            description: None,
            unit: None,
            quantity,
            unit_price: Some(unit_price),
            period: None,
            charge_number: None,
            purchase_order: None,
            partner_sku: None,
            gl_code: None,
            tax: TaxChoice::FromItem,
            discounts: Vec::new(),
            prorate: None,
        }
    }
}

/// An invoice as asked for. What is `None` comes from the customer, its legal entity, or today.
#[derive(Clone, Debug)]
pub struct InvoiceSpec {
    pub customer: CustomerId,
    pub entity: Option<EntityId>,
    pub kind: InvoiceKind,
    pub currency: Option<Currency>,
    pub fx: Option<FxRate>,
    pub price_mode: Option<PriceMode>,
    pub dated_on: Option<Date>,
    pub due_on: Option<Date>,
    pub terms: Option<Terms>,
    pub target_on: Option<Date>,
    pub payment_expected_on: Option<Date>,
    pub reference: String,
    pub external_key: Option<String>,
    /// A number of the client's own: unique, takes none of a series.
    pub number: Option<String>,
    pub lines: Vec<LineSpec>,
    pub allowances: Vec<AllowanceSpec>,
    pub bill_to: Option<Address>,
    pub ship_to: Option<Address>,
    pub memo: String,
    pub terms_text: String,
    pub transaction_type: String,
    pub salesperson: Option<SalespersonId>,
    pub is_shared: bool,
    pub tags: Vec<String>,
    pub custom_fields: Vec<(CustomFieldId, String)>,
}

impl InvoiceSpec {
    /// An invoice to a customer with everything else at its default.
    pub fn to(customer: CustomerId, lines: Vec<LineSpec>) -> Self {
        Self {
            customer,
            entity: None,
            kind: InvoiceKind::Invoice,
            currency: None,
            fx: None,
            price_mode: None,
            dated_on: None,
            due_on: None,
            terms: None,
            target_on: None,
            payment_expected_on: None,
            reference: String::new(),
            external_key: None,
            number: None,
            lines,
            allowances: Vec::new(),
            bill_to: None,
            ship_to: None,
            memo: String::new(),
            terms_text: String::new(),
            transaction_type: String::new(),
            salesperson: None,
            is_shared: false,
            tags: Vec::new(),
            custom_fields: Vec::new(),
        }
    }
}

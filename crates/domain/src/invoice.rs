//! The claim: an invoice, its lines, taxes, allowances and what settles it.
//!
//! `Invoice`, `Line`, `TaxTotal`, ... are facts as stored. [`view::View`] is what faces and documents read.

mod settle;
pub mod state;
pub mod totals;
pub mod view;
pub mod void;
pub mod write_off;

use crate::id::{CustomerId, EntityId, InvoiceId, ItemId, LineId, SalespersonId, TaxGroupId};
use crate::money::{Currency, Decimal, Rate};
use crate::party::{Address, Exemption, Terms};
use crate::tax::{PriceMode, TaxCategory, TaxComponent, TaxRounding};
use jiff::Timestamp;
use jiff::civil::Date;

/// `draft -> issued -> void`; nothing else is stored as a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Issued,
    Void,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceKind {
    Invoice,
    DebitNote,
}

/// Where an invoice's number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberOrigin {
    /// Taken from an own, gapless series at issue.
    Own,
    /// Given by a client or an import: unique, no gap rule.
    External,
}

/// An exchange rate into the legal entity's base currency, with where and when it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FxRate {
    /// Base units per one unit of the document's currency.
    pub rate: Decimal,
    pub source: String,
    pub on: Date,
}

/// The invoice's header as stored. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub entity_id: EntityId,
    pub customer_id: CustomerId,
    pub kind: InvoiceKind,
    pub state: State,
    pub number: Option<String>,
    pub number_origin: Option<NumberOrigin>,
    /// The client's own reference (purchase order, Zoho's reference_number).
    pub reference: String,
    pub external_key: Option<String>,
    /// Twelve characters of `[a-z0-9]`: the unguessable part of links.
    pub token: String,
    pub currency: Currency,
    pub fx: Option<FxRate>,
    pub price_mode: PriceMode,
    pub tax_rounding: TaxRounding,
    pub dated_on: Date,
    pub due_on: Date,
    /// Day up to which charges were billed (Zoom's target date).
    pub target_on: Option<Date>,
    /// Day the journal carries, apart from the document's date.
    pub posted_on: Option<Date>,
    pub terms: Terms,
    pub totals: Totals,
    pub settled: Settled,
    /// Day the balance reached zero.
    pub paid_on: Option<Date>,
    pub payment_expected_on: Option<Date>,
    pub sent_at: Option<Timestamp>,
    pub issued_at: Option<Timestamp>,
    pub voided_at: Option<Timestamp>,
    /// Deleted through a vendor's DELETE after issue: void, and that face answers 404.
    pub withdrawn_at: Option<Timestamp>,
    /// Shown to customer-bound credentials although a draft.
    pub is_shared: bool,
    /// Made by an import: keeps the vendor's amounts and ids.
    pub is_imported: bool,
    pub customer_name: String,
    pub customer_email: String,
    pub bill_to: Address,
    pub ship_to: Address,
    pub memo: String,
    pub terms_text: String,
    /// Why the invoice was made, a vendor-neutral word such as `renewal`; empty when none.
    pub transaction_type: String,
    pub salesperson: Option<(SalespersonId, String)>,
    pub revision: i64,
    /// Grows with every committed change of the invoice or what settles it.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What `totals::compute` decided once. Minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sum of line nets (BT-106).
    pub net: i64,
    /// Document allowances (BT-107).
    pub allowances: i64,
    /// Document charges (BT-108).
    pub charges: i64,
    /// `net - allowances + charges` (BT-109).
    pub ex_tax: i64,
    /// Sum of the groups' taxes (BT-110).
    pub tax: i64,
    /// `ex_tax + tax` (BT-112).
    pub total: i64,
    /// Cash rounding (BT-114), never in lines or taxes.
    pub rounding: i64,
}

/// The projected sums of the applications on the invoice. Minor units, none negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub payments_gross: i64,
    /// Payment applications reversed so that the invoice owes again (DOMAIN: refund of kind a).
    pub refunds: i64,
    pub credits: i64,
    pub write_offs: i64,
    /// `total - payments_gross - credits - write_offs + refunds` while issued; 0 when void; the total of a draft.
    pub balance: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Recurring,
    Usage,
    OneTime,
    Minimum,
    Proration,
    Adjustment,
    LateFee,
    Shipping,
    Rounding,
}

/// A half-open stretch of civil days, `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub until: Date,
}

/// A discount asked for on a line or on the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    pub name: String,
    pub code: Option<String>,
    pub by: DiscountBy,
    /// Lower goes first among discounts of the same scope and kind.
    pub priority: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscountBy {
    Percent(Rate),
    /// Minor units.
    Fixed(i64),
}

/// A discount with the amount it came to, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedDiscount {
    pub discount: Discount,
    pub amount: i64,
}

/// One row of the claim, as stored. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: LineId,
    /// From 1, in the order printed.
    pub position: i64,
    pub kind: LineKind,
    pub item_id: Option<ItemId>,
    pub item_code: Option<String>,
    pub name: String,
    pub description: String,
    pub unit: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub period: Option<Period>,
    /// `C-00000004`: which subscription item the line bills.
    pub charge_number: Option<String>,
    pub purchase_order: Option<String>,
    pub partner_sku: Option<String>,
    pub gl_code: Option<String>,
    pub tax: LineTax,
    pub discounts: Vec<AppliedDiscount>,
    pub amounts: LineAmounts,
}

/// The tax treatment frozen on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTax {
    pub group_id: Option<TaxGroupId>,
    pub group_name: String,
    pub category: TaxCategory,
    pub components: Vec<TaxComponent>,
    pub exemption: Option<Exemption>,
}

/// DOMAIN: gross g, line discount d, net g - d (BT-131), allocated document allowance a, taxable net - a,
/// displayed tax t. In inclusive mode g and d contain tax; `net` and `taxable` do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineAmounts {
    pub gross: i64,
    pub discount: i64,
    pub net: i64,
    pub allowance: i64,
    pub taxable: i64,
    pub tax: i64,
}

/// Tax of one group (category and chain of rates) on the document. Minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxTotal {
    pub tax: LineTax,
    pub base: i64,
    pub amount: i64,
    /// The group's tax split over its components, in their order; they add up to `amount`.
    pub components: Vec<i64>,
}

/// An allowance (discount) or charge on the document. `amount` in minor units, never negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub is_charge: bool,
    pub discount: Discount,
    /// Tax treatment of a charge; allowances follow the lines they are allocated to.
    pub tax: Option<LineTax>,
    pub amount: i64,
}

/// Everything an issued invoice keeps per revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub invoice: Invoice,
    pub lines: Vec<Line>,
    pub taxes: Vec<TaxTotal>,
    pub allowances: Vec<Allowance>,
}

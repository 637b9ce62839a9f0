//! The one plain struct that every face and document reads. Every derived number is computed here, once; a
//! face adds no two amounts. Lists read [`Summary`], which [`View`] contains, so the two cannot differ.

mod assemble;

pub use assemble::{LineExtras, Parts, standing};

use super::{Allowance, InvoiceKind, LineKind, NumberOrigin, State, TaxTotal};
use crate::id::{
    ApplicationId, AttachmentId, CreditNoteId, CustomFieldId, CustomerId, EntityId, InvoiceId, ItemId, LineId,
    PaymentId, RefundId, SalespersonId, WriteOffId,
};
use crate::money::{Currency, Decimal, Money};
use crate::party::{Address, Terms};
use crate::payment::{PaymentMode, ReversalKind};
use crate::tax::{PriceMode, TaxRounding};
use jiff::Timestamp;
use jiff::civil::Date;

/// Whether and how far an issued invoice is settled; derived, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Draft,
    /// Issued, owing all of it, not yet due.
    Open,
    /// Issued, owing part of it, not yet due.
    PartlyPaid,
    /// Issued, owing all of it, past due.
    Overdue,
    /// Issued, owing part of it, past due.
    PartlyPaidOverdue,
    /// Issued, owing nothing.
    Paid,
    Void,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub id: InvoiceId,
    pub entity_id: EntityId,
    pub customer_id: CustomerId,
    pub customer_name: String,
    pub customer_email: String,
    pub kind: InvoiceKind,
    pub state: State,
    pub standing: Standing,
    pub number: Option<String>,
    pub number_origin: Option<NumberOrigin>,
    pub reference: String,
    pub external_key: Option<String>,
    pub token: String,
    pub currency: Currency,
    pub price_mode: PriceMode,
    pub tax_rounding: TaxRounding,
    pub dated_on: Date,
    pub due_on: Date,
    pub target_on: Option<Date>,
    pub posted_on: Option<Date>,
    pub paid_on: Option<Date>,
    pub payment_expected_on: Option<Date>,
    pub terms: Terms,
    pub net: Money,
    pub allowances: Money,
    pub charges: Money,
    pub ex_tax: Money,
    pub tax: Money,
    pub total: Money,
    pub payments: Money,
    /// payments - refunds: what payments still settle.
    pub payments_net: Money,
    pub credits: Money,
    pub write_offs: Money,
    pub refunds: Money,
    /// payments + credits + write-offs - refunds.
    pub applied: Money,
    pub balance: Money,
    /// The balance when past due, else zero.
    pub overdue: Money,
    pub is_overdue: bool,
    pub days_overdue: i64,
    pub is_paid: bool,
    /// Exchange rate into base currency at issue; 1 in base currency.
    pub exchange_rate: Decimal,
    pub bill_to: Address,
    pub ship_to: Address,
    pub memo: String,
    pub terms_text: String,
    pub transaction_type: String,
    pub salesperson: Option<(SalespersonId, String)>,
    pub has_attachment: bool,
    pub sent_at: Option<Timestamp>,
    pub issued_at: Option<Timestamp>,
    pub voided_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
    pub is_shared: bool,
    pub is_imported: bool,
    pub revision: i64,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An invoice with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub summary: Summary,
    pub lines: Vec<LineView>,
    pub taxes: Vec<TaxView>,
    pub allowances: Vec<Allowance>,
    /// Sums of the lines' taxable amounts by kind (ChargeOver's sum_base, sum_usage, sum_onetime).
    pub recurring_total: Money,
    pub usage_total: Money,
    pub one_time_total: Money,
    /// Sum of line discounts.
    pub line_discounts: Money,
    /// Discounts that carry a code, on lines and on the document, summed per code in order of appearance.
    pub coupons: Vec<Coupon>,
    pub payments: Vec<PaymentApplied>,
    pub credits: Vec<CreditApplied>,
    pub write_offs: Vec<WriteOffApplied>,
    pub custom_fields: Vec<CustomFieldValue>,
    pub tags: Vec<String>,
    pub comments: Vec<Comment>,
    pub attachments: Vec<AttachmentView>,
    pub entity_name: String,
    pub time_zone: String,
    /// The vendors' own fields: (face, JSON text), handed to that face only.
    pub side_cars: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineView {
    pub id: LineId,
    pub position: i64,
    pub kind: LineKind,
    pub item: Option<ItemBrief>,
    /// The item's code as it stood when the line was made.
    pub item_code: Option<String>,
    pub name: String,
    pub description: String,
    pub unit: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub gross: Money,
    pub discount: Money,
    /// gross - discount, as prices were entered: with tax where they include it, while `net` never has tax in it.
    pub discounted: Money,
    pub net: Money,
    pub allowance: Money,
    pub taxable: Money,
    pub tax: Money,
    /// taxable + tax.
    pub total: Money,
    pub from_on: Option<Date>,
    /// Exclusive end of the service period; faces with inclusive ends read `last_on`.
    pub until_on: Option<Date>,
    /// The last day of the service period.
    pub last_on: Option<Date>,
    pub charge_number: Option<String>,
    pub purchase_order: Option<String>,
    pub partner_sku: Option<String>,
    pub gl_code: Option<String>,
    pub tax_treatment: super::LineTax,
    pub discounts: Vec<super::AppliedDiscount>,
    pub custom_fields: Vec<CustomFieldValue>,
    pub tags: Vec<LineTag>,
    /// The vendors' own fields of this line: (face, JSON text).
    pub side_cars: Vec<(String, String)>,
}

/// What one discount code took off the invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    pub code: String,
    pub name: String,
    pub amount: Money,
}

/// The item behind a line, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemBrief {
    pub id: ItemId,
    pub name: String,
    pub kind: crate::item::ItemKind,
    pub code: Option<String>,
    pub external_key: Option<String>,
    pub accounting_sku: Option<String>,
    pub token: String,
    pub unit: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTag {
    pub tag_id: i64,
    pub option_id: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxView {
    pub total: TaxTotal,
    pub base: Money,
    pub amount: Money,
}

/// A payment's live part on this invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentApplied {
    pub application_id: ApplicationId,
    pub payment_id: PaymentId,
    pub mode: PaymentMode,
    /// What is applied to this invoice.
    pub amount: Money,
    /// The whole payment.
    pub payment_amount: Money,
    pub amount_refunded: Money,
    pub bank_charges: Money,
    pub exchange_rate: Decimal,
    pub received_on: Date,
    pub applied_on: Date,
    pub reference: String,
    pub description: String,
    pub gateway: Option<String>,
    pub gateway_transaction_id: Option<String>,
    /// Set when this row was reversed.
    pub reversed: Option<ReversalKind>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditApplied {
    pub application_id: ApplicationId,
    pub credit_note_id: CreditNoteId,
    pub number: Option<String>,
    pub amount: Money,
    pub applied_on: Date,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOffApplied {
    pub write_off_id: WriteOffId,
    /// What is still written off.
    pub amount: Money,
    pub reason: String,
    pub written_off_on: Date,
}

/// Refunds that concern this invoice are read through their payments and notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundBrief {
    pub refund_id: RefundId,
    pub amount: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomFieldValue {
    pub field_id: CustomFieldId,
    /// Position in its list; ChargeOver's `custom_N` is index N.
    pub index: i64,
    pub label: String,
    pub value: String,
    /// `text`, `number`, `date`, ...
    pub data_type: String,
}

/// A line of the object's history, read from the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: i64,
    pub text: String,
    pub by_id: Option<i64>,
    pub by_name: String,
    /// `system` or `client`.
    pub is_system: bool,
    pub operation: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentView {
    pub id: AttachmentId,
    pub file_name: String,
    pub file_type: String,
    pub size_bytes: i64,
    pub order: i64,
    pub can_send_in_mail: bool,
}

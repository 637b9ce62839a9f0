//! The rules say no, with a reason. One flat enum; variants carry ids and amounts, never prose. `Display` is
//! for logs: faces word their own messages from the fields. The order in which a verb checks is documented
//! at the verb and tested.

use crate::catalogue::CouponStatus;
use crate::id::{
    CouponId, CreditNoteId, CustomerId, InvoiceId, LineId, PaymentId, PaymentIntentId, PaymentMethodId,
    UnbilledChargeId, WriteOffId,
};
use crate::money::{Currency, Money};
use jiff::civil::Date;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    // numbers
    /// A result does not fit its type (amounts: 2^53 - 1 minor units).
    TooLarge {
        what: &'static str,
    },
    /// More decimals than the currency has, by more than a client's float noise.
    TooPrecise {
        what: &'static str,
        currency: Currency,
    },
    /// Negative or zero where that makes no sense.
    NotPositive {
        what: &'static str,
    },
    Negative {
        what: &'static str,
    },
    /// A percentage above 100 or a rate outside its range.
    RateOutOfRange {
        what: &'static str,
    },
    /// A compound chain of rates that has no exact value at 1e-12.
    TaxRateTooPrecise,
    // documents
    NoLines {
        invoice: InvoiceId,
    },
    TooManyLines {
        limit: usize,
    },
    NegativeTotal,
    /// A discount or allowance larger than what it is taken from.
    DiscountTooLarge {
        what: &'static str,
    },
    NotDraft {
        invoice: InvoiceId,
    },
    NotIssued {
        invoice: InvoiceId,
    },
    AlreadyVoid {
        invoice: InvoiceId,
    },
    AlreadyIssued {
        invoice: InvoiceId,
    },
    /// The entity is `Locked`: only void and credit notes change an issued invoice.
    Locked {
        invoice: InvoiceId,
    },
    /// Something is applied: no correction while it is.
    Settled {
        invoice: InvoiceId,
        applied: Money,
    },
    /// `if_settled: refuse`.
    VoidWhileSettled {
        invoice: InvoiceId,
        applied: Money,
    },
    /// An issued credit note refers to the invoice's lines.
    CreditedByNote {
        invoice: InvoiceId,
        note: CreditNoteId,
    },
    BooksClosed {
        on: Date,
        closed_through: Date,
    },
    /// The corrected date leaves the period of the number's series.
    DateLeavesSeries {
        invoice: InvoiceId,
    },
    /// The series gives its numbers in the order of the documents' dates, and this date is not between those of
    /// the numbers before and after it.
    DateOutOfOrder {
        dated_on: Date,
        earliest: Option<Date>,
        latest: Option<Date>,
    },
    DueBeforeDate {
        dated_on: Date,
        due_on: Date,
    },
    PeriodReversed {
        line: usize,
    },
    UnknownLine {
        line: LineId,
    },
    NumberTaken {
        number: String,
    },
    /// An issued invoice keeps its number, whatever is corrected.
    NumberFixed {
        invoice: InvoiceId,
    },
    // settlement
    CurrencyMismatch {
        expected: Currency,
        given: Currency,
    },
    EntityMismatch,
    CustomerMismatch {
        expected: CustomerId,
        given: CustomerId,
    },
    ExceedsBalance {
        invoice: InvoiceId,
        balance: Money,
        asked: Money,
    },
    ExceedsUnapplied {
        payment: PaymentId,
        unapplied: Money,
        asked: Money,
    },
    ExceedsRemaining {
        note: CreditNoteId,
        remaining: Money,
        asked: Money,
    },
    ExceedsApplied {
        payment: PaymentId,
        applied: Money,
        asked: Money,
    },
    /// More credited on a line than it has left.
    ExceedsCreditable {
        line: LineId,
        left: Money,
        asked: Money,
    },
    NothingOwed {
        invoice: InvoiceId,
    },
    BankChargesExceedAmount {
        amount: Money,
        charges: Money,
    },
    PaymentVoid {
        payment: PaymentId,
    },
    PaymentInUse {
        payment: PaymentId,
    },
    /// Some of it went back to the customer: its money and what it settled stay as they are.
    PaymentRefunded {
        payment: PaymentId,
    },
    NotApplied {
        payment: PaymentId,
        invoice: InvoiceId,
    },
    AlreadyReversed,
    // charging through a gateway
    /// The method is switched off or removed.
    PaymentMethodInactive {
        method: PaymentMethodId,
    },
    /// A charge of the invoice was submitted and its outcome is not known yet.
    PaymentPending {
        invoice: InvoiceId,
        intent: PaymentIntentId,
    },
    /// This server has no gateway of this name; empty: none at all.
    GatewayMissing {
        gateway: String,
    },
    /// A gateway took this money: it is not undone by saying otherwise, only refunded.
    PaymentCharged {
        payment: PaymentId,
    },
    /// The gateway did not take the money.
    Declined {
        intent: PaymentIntentId,
        /// The gateway's word and sentence.
        code: String,
        message: String,
    },
    // credit notes
    NoteNotDraft {
        note: CreditNoteId,
    },
    NoteNotIssued {
        note: CreditNoteId,
    },
    NoteInUse {
        note: CreditNoteId,
    },
    /// Only a void note is opened again.
    NoteNotVoid {
        note: CreditNoteId,
    },
    // write-off
    NothingToWriteOff {
        invoice: InvoiceId,
    },
    NotWrittenOff {
        invoice: InvoiceId,
    },
    WriteOffSpent {
        write_off: WriteOffId,
    },
    // foreign currency
    RateMissing {
        currency: Currency,
        base: Currency,
    },
    // unbilled charges
    /// The charge is on an invoice already.
    ChargeInvoiced {
        charge: UnbilledChargeId,
    },
    // parties
    ParentIsDescendant {
        customer: CustomerId,
    },
    CustomerInUse {
        customer: CustomerId,
    },
    CustomerInactive {
        customer: CustomerId,
    },
    ItemInactive,
    /// Switched off, expired or used up.
    CouponUnusable {
        coupon: CouponId,
        status: CouponStatus,
    },
    TaxGroupInactive,
    InUse {
        what: &'static str,
    },
    /// A custom field that must have a value would have none.
    CustomFieldBlank {
        label: String,
    },
    /// A custom field's value of another type or length than its definition says.
    CustomFieldValue {
        label: String,
        /// What a value is, for people: `a whole number`.
        wants: String,
    },
    Blank {
        what: &'static str,
    },
    TooLong {
        what: &'static str,
        limit: usize,
    },
    /// A value that is not one of the allowed words, a bad time zone, e-mail, ...
    Invalid {
        what: &'static str,
    },
    /// A card number where only a gateway's token may stand.
    CardNumber {
        what: &'static str,
    },
    Duplicate {
        what: &'static str,
    },
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused: {self:?}")
    }
}

impl std::error::Error for Refusal {}

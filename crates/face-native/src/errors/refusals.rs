//! Each refusal of the domain with its stable code and a sentence that says what was asked, what is there and
//! what to do. One exhaustive match: a new refusal does not compile until it is answered here.

use domain::Refusal;
use domain::money::Money;
use jiff::civil::Date;

/// 409 where something else has what was asked for, else 422.
pub(super) fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::NumberTaken { .. } | Refusal::Duplicate { .. } | Refusal::PaymentPending { .. } => 409,
        _ => 422,
    }
}

/// Code and sentence.
pub(super) fn told(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        // numbers
        Refusal::TooLarge { what } => {
            ("too_large", format!("The {what} is too large: amounts hold up to 9,007,199,254,740,991 minor units."))
        }
        Refusal::TooPrecise { what, currency } => (
            "too_precise",
            format!("The {what} has more decimals than {currency} has ({}); round it first.", currency.exponent()),
        ),
        Refusal::NotPositive { what } => ("not_positive", format!("The {what} must be greater than zero.")),
        Refusal::Negative { what } => ("negative", format!("The {what} must not be negative.")),
        Refusal::RateOutOfRange { what } => ("rate_out_of_range", format!("The {what} is outside its range.")),
        Refusal::TaxRateTooPrecise => (
            "tax_rate_too_precise",
            "The compound rates together have no exact value at 12 decimals; use rates with fewer decimals.".to_owned(),
        ),
        // documents
        Refusal::NoLines { invoice } => {
            ("no_lines", format!("Invoice {invoice} has no lines; add at least one before it is issued."))
        }
        Refusal::TooManyLines { limit } => ("too_many_lines", format!("At most {limit} lines or shares are allowed.")),
        Refusal::NegativeTotal => {
            ("negative_total", "The total would be negative; give money back with a credit note instead.".to_owned())
        }
        Refusal::DiscountTooLarge { what } => (
            "discount_too_large",
            format!("The {what} is more than what it is taken from; a negative line takes none."),
        ),
        Refusal::NotDraft { invoice } => {
            ("not_draft", format!("Invoice {invoice} is not a draft any more; void it, correct it or credit it."))
        }
        Refusal::NotIssued { invoice } => ("not_issued", format!("Invoice {invoice} is a draft; issue it first.")),
        Refusal::AlreadyVoid { invoice } => (
            "already_void",
            format!("Invoice {invoice} is void, and a void invoice is never reopened; make a new one."),
        ),
        Refusal::AlreadyIssued { invoice } => ("already_issued", format!("Invoice {invoice} is issued already.")),
        Refusal::Locked { invoice } => (
            "locked",
            format!("Invoice {invoice} is locked: its legal entity allows only voids and credit notes after issue."),
        ),
        Refusal::Settled { invoice, applied } => (
            "settled",
            format!(
                "{} is applied to invoice {invoice}; take it off before the invoice is corrected.",
                money(*applied)
            ),
        ),
        Refusal::VoidWhileSettled { invoice, applied } => (
            "void_while_settled",
            format!(
                "{} is applied to invoice {invoice}; take it off, or void with if_settled \"detach\".",
                money(*applied)
            ),
        ),
        Refusal::CreditedByNote { invoice, note } => (
            "credited_by_note",
            format!("Credit note {note} refers to lines of invoice {invoice}; void the credit note first."),
        ),
        Refusal::BooksClosed { on, closed_through } => (
            "books_closed",
            format!("The books are closed through {closed_through} and the date is {on}; use a later one."),
        ),
        Refusal::DateLeavesSeries { invoice } => (
            "date_leaves_series",
            format!("The new date of invoice {invoice} is outside the year that its number belongs to."),
        ),
        Refusal::DateOutOfOrder { dated_on, earliest, latest } => (
            "date_out_of_order",
            format!(
                "The numbers of this series follow the dates of its documents; {dated_on} is not {}.",
                within(*earliest, *latest)
            ),
        ),
        Refusal::DueBeforeDate { dated_on, due_on } => {
            ("due_before_date", format!("The invoice is dated {dated_on} and would be due before that, on {due_on}."))
        }
        Refusal::PeriodReversed { line } => {
            ("period_reversed", format!("The period of line {line} ends on or before the day it begins."))
        }
        Refusal::UnknownLine { line } => ("unknown_line", format!("The invoice has no line {line}.")),
        Refusal::NumberTaken { number } => {
            ("number_taken", format!("The number {number} belongs to another document."))
        }
        Refusal::NumberFixed { invoice } => {
            ("number_fixed", format!("Invoice {invoice} is issued and keeps its number; leave the number out."))
        }
        // settlement
        Refusal::CurrencyMismatch { expected, given } => {
            ("currency_mismatch", format!("The currency is {given} where {expected} is needed."))
        }
        Refusal::EntityMismatch => (
            "legal_entity_mismatch",
            "The two belong to different legal entities; money is applied only within one.".to_owned(),
        ),
        Refusal::CustomerMismatch { expected, given } => {
            ("customer_mismatch", format!("It belongs to customer {expected}, which is neither {given} nor below it."))
        }
        Refusal::ExceedsBalance { invoice, balance, asked } => (
            "exceeds_balance",
            format!(
                "{} was asked for, and invoice {invoice} owes {}; apply at most that.",
                money(*asked),
                money(*balance)
            ),
        ),
        Refusal::ExceedsUnapplied { payment, unapplied, asked } => (
            "exceeds_unapplied",
            format!("{} was asked for, and payment {payment} has {} unapplied.", money(*asked), money(*unapplied)),
        ),
        Refusal::ExceedsRemaining { note, remaining, asked } => (
            "exceeds_remaining",
            format!("{} was asked for, and credit note {note} has {} left.", money(*asked), money(*remaining)),
        ),
        Refusal::ExceedsApplied { payment, applied, asked } => (
            "exceeds_applied",
            format!("{} was asked for, and payment {payment} has {} applied there.", money(*asked), money(*applied)),
        ),
        Refusal::ExceedsCreditable { line, left, asked } => (
            "exceeds_creditable",
            format!("{} was asked for, and line {line} has {} left to credit.", money(*asked), money(*left)),
        ),
        Refusal::NothingOwed { invoice } => ("nothing_owed", format!("Invoice {invoice} owes nothing.")),
        Refusal::BankChargesExceedAmount { amount, charges } => (
            "bank_charges_exceed_amount",
            format!("The bank's charges are {} of a payment of {}.", money(*charges), money(*amount)),
        ),
        Refusal::PaymentVoid { payment } => ("payment_void", format!("Payment {payment} is void.")),
        Refusal::PaymentInUse { payment } => {
            ("payment_in_use", format!("Payment {payment} is applied or refunded; unapply it before it is voided."))
        }
        Refusal::PaymentRefunded { payment } => (
            "payment_refunded",
            format!("Some of payment {payment} was refunded; its money and what it settled stay as they are."),
        ),
        Refusal::NotApplied { payment, invoice } => {
            ("not_applied", format!("Nothing of payment {payment} is applied to invoice {invoice}."))
        }
        Refusal::AlreadyReversed => ("already_reversed", "Nothing of it is applied there any more.".to_owned()),
        // charging through a gateway
        Refusal::PaymentMethodInactive { method } => {
            ("payment_method_inactive", format!("Payment method {method} is inactive or removed; use another."))
        }
        Refusal::PaymentPending { invoice, intent } => (
            "payment_pending",
            format!("Payment intent {intent} on invoice {invoice} has no known outcome yet; wait until it has."),
        ),
        Refusal::GatewayMissing { gateway } => (
            "gateway_missing",
            format!("This server cannot charge: it has no payment gateway of the name \"{gateway}\"."),
        ),
        Refusal::PaymentCharged { payment } => {
            ("payment_charged", format!("A gateway took the money of payment {payment}; refund it instead."))
        }
        Refusal::Declined { intent, code, message } => {
            ("declined", format!("The gateway declined payment intent {intent}: {message} ({code})"))
        }
        // credit notes
        Refusal::NoteNotDraft { note } => {
            ("credit_note_not_draft", format!("Credit note {note} is not a draft any more."))
        }
        Refusal::NoteNotIssued { note } => ("credit_note_not_issued", format!("Credit note {note} is not issued.")),
        Refusal::NoteInUse { note } => (
            "credit_note_in_use",
            format!("Credit note {note} is applied or refunded; unapply it before it is voided."),
        ),
        Refusal::NoteNotVoid { note } => {
            ("credit_note_not_void", format!("Credit note {note} is not void; only a void one is opened again."))
        }
        // write-offs
        Refusal::NothingToWriteOff { invoice } => {
            ("nothing_to_write_off", format!("Invoice {invoice} owes nothing that could be written off."))
        }
        Refusal::NotWrittenOff { invoice } => {
            ("not_written_off", format!("Nothing of invoice {invoice} is written off."))
        }
        Refusal::WriteOffSpent { write_off } => {
            ("write_off_spent", format!("Write-off {write_off} was cancelled already."))
        }
        // unbilled charges
        Refusal::ChargeInvoiced { charge } => {
            ("charge_invoiced", format!("Unbilled charge {charge} is on an invoice already."))
        }
        // foreign currency
        Refusal::RateMissing { currency, base } => (
            "exchange_rate_missing",
            format!("The document is in {currency} and the books are in {base}; give an exchange_rate."),
        ),
        // parties
        Refusal::ParentIsDescendant { customer } => {
            ("parent_is_descendant", format!("Customer {customer} cannot stand below itself."))
        }
        Refusal::CustomerInUse { customer } => (
            "customer_in_use",
            format!("Documents name customer {customer}; it cannot be deleted. Set is_active to false instead."),
        ),
        Refusal::CustomerInactive { customer } => ("customer_inactive", format!("Customer {customer} is inactive.")),
        Refusal::ItemInactive => ("item_inactive", "The item is inactive; choose another or activate it.".to_owned()),
        Refusal::CouponUnusable { coupon, status } => {
            ("coupon_unusable", format!("Coupon {coupon} cannot be redeemed: it is {}.", status.word()))
        }
        Refusal::TaxGroupInactive => ("tax_group_inactive", "The tax group is retired; choose another.".to_owned()),
        Refusal::CustomFieldBlank { label } => {
            ("custom_field_blank", format!("The custom field {label} must have a value."))
        }
        Refusal::CustomFieldValue { label, wants } => {
            ("custom_field_value", format!("A value of the custom field {label} is {wants}."))
        }
        Refusal::InUse { what } => ("in_use", format!("The {what} is in use and cannot be deleted.")),
        // texts
        Refusal::Blank { what } => ("blank", format!("The {what} must be given.")),
        Refusal::TooLong { what, limit } => ("too_long", format!("The {what} has more than {limit} characters.")),
        Refusal::Invalid { what } => ("invalid", format!("The {what} is not valid.")),
        Refusal::CardNumber { what } => (
            "card_number",
            format!("The {what} holds what looks like a card number; card numbers are not accepted anywhere."),
        ),
        Refusal::Duplicate { what } => {
            ("duplicate", format!("The {what} belongs to another object; it must be unique."))
        }
    }
}

/// `on or after 2026-03-01 and on or before 2026-03-05`, or one of the two.
fn within(earliest: Option<Date>, latest: Option<Date>) -> String {
    let ends = [earliest.map(|day| format!("on or after {day}")), latest.map(|day| format!("on or before {day}"))];
    ends.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// `370.00 USD`.
fn money(value: Money) -> String {
    format!("{} {}", value.to_fixed(), value.currency())
}

//! Verbs about money that came in and went back.

pub mod apply;
pub mod charge;
pub mod collect;
pub mod correct;
pub mod give_back;
pub mod methods;
pub mod record;
pub mod refund;
pub mod withdraw;

use domain::id::{InvoiceId, PaymentId};
use domain::money::Amount;

/// So much of a payment for one invoice; the amount becomes money in the invoice's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub invoice: InvoiceId,
    pub amount: Amount,
}

/// So much of an existing payment for one invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentShare {
    pub payment: PaymentId,
    pub invoice: InvoiceId,
    pub amount: Amount,
}

//! The small lists that a seller keeps beside its books: who sells, who collects its taxes, why some customers and
//! items pay none, and why subscriptions are cancelled.

use crate::id::{CancellationReasonId, SalespersonId, TaxAuthorityId, TaxExemptionId};
use jiff::Timestamp;

/// Who sold: named on invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salesperson {
    pub id: SalespersonId,
    pub name: String,
    pub email: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Who collects a tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxAuthority {
    pub id: TaxAuthorityId,
    /// Unique; tax rates name it.
    pub name: String,
    pub description: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What an exemption is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExemptionKind {
    Customer,
    Item,
}

/// A reason to charge no tax that the seller uses again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxExemption {
    pub id: TaxExemptionId,
    /// Unique: `NGO`.
    pub code: String,
    /// As documents print it.
    pub reason: String,
    pub kind: ExemptionKind,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A reason that customers are offered when they cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancellationReason {
    pub id: CancellationReasonId,
    pub label: String,
    /// From 0, in the order in which they are offered.
    pub position: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

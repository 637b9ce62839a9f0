//! What a list of invoices may ask for, in neutral words. Faces translate their parameters into this; the
//! store turns it into SQL. Every field here has an index or is documented as a scan within one tenant.

use domain::id::{CustomerId, InvoiceId};
pub use store::document_list::{ChargeColumn, Condition, NoteColumn, PaymentColumn};
pub use store::invoice_list::{
    AmountField, Comparison, Cursor, Direction, Field, Filter, LineQuery, LineRow, Match, Operand, Order, Status,
};

/// A page by offset (vendors) or by cursor (native).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paging {
    Offset {
        offset: u64,
        limit: u32,
    },
    /// Rows after the cursor in the query's order.
    Keyset {
        after: Option<Cursor>,
        limit: u32,
    },
}

/// Filters are joined by AND.
#[derive(Clone, Debug)]
pub struct InvoiceQuery {
    pub filters: Vec<Filter>,
    pub order: Vec<(Order, Direction)>,
    pub paging: Paging,
    /// Withdrawn invoices (deleted through a vendor's DELETE) are left out unless asked for.
    pub with_withdrawn: bool,
}

/// A list of customers; filters are joined by AND.
#[derive(Clone, Debug)]
pub struct CustomerQuery {
    pub filters: Vec<customers::Filter>,
    pub order: (customers::Order, Direction),
    pub offset: u64,
    pub limit: u32,
}

/// What a list of customers may ask for.
pub mod customers {
    pub use store::customer_list::{Field, Filter, Order};
}

/// A page of rows; `has_more` is known by reading one row further.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub has_more: bool,
    /// Where the next page starts, for keyset paging.
    pub next: Option<Cursor>,
}

/// A page by offset of payments, credit notes or unbilled charges. Conditions are joined by AND.
#[derive(Clone, Debug)]
pub struct DocumentQuery<C> {
    pub conditions: Vec<Condition<C>>,
    pub order: (C, Direction),
    pub offset: u64,
    pub limit: u32,
}

/// How a caller names an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvoiceRef {
    Id(InvoiceId),
    /// A face's text: the foreign id an import kept, else the native id it spells, if any.
    Spelled {
        text: String,
        native: Option<InvoiceId>,
    },
    Token(String),
}

/// How a caller names a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerRef {
    /// The customer the credential acts for (`me`).
    Own,
    Id(CustomerId),
    Spelled {
        text: String,
        native: Option<CustomerId>,
    },
}

//! Who sells and who owes: the tenant, its legal entities, the customers with their contacts and addresses.

use crate::id::{CustomerId, EntityId, TaxAuthorityId, TaxGroupId, TenantId, TermsId};
use crate::money::Currency;
use crate::tax::{PriceMode, TaxRounding};
use jiff::Timestamp;
use jiff::civil::Date;

/// The seller running the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    /// Business clock frozen or moved by a test clock; `None` follows the system clock.
    pub business_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What may happen to an issued invoice of a legal entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuedPolicy {
    /// Only void and credit notes.
    Locked,
    /// While nothing is applied, an edit makes a complete new revision with the same number.
    Correctable,
}

/// What happens to a void or correction dated on or before `books_closed_through`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBooksPolicy {
    Refuse,
    /// The reversal is posted on the first open day; the posting date is stored apart from the document's.
    PostNextOpenDay,
}

/// The issuer of invoices: one currency of the books, one time zone, one set of numbering series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalEntity {
    pub id: EntityId,
    pub name: String,
    pub address: Address,
    /// Tax ids as printed, for example `DE811907980`.
    pub tax_ids: Vec<String>,
    pub email: String,
    pub base_currency: Currency,
    /// IANA name; "today" is the civil day here.
    pub time_zone: String,
    pub language: String,
    pub tax_rounding: TaxRounding,
    pub price_mode: PriceMode,
    pub issued_policy: IssuedPolicy,
    pub closed_books_policy: ClosedBooksPolicy,
    pub books_closed_through: Option<Date>,
    /// Write-offs relieve tax in proportion (bad debt relief), where the law allows.
    pub write_off_relieves_tax: bool,
    pub default_terms: Terms,
    pub is_default: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Payment terms: `due_on = dated_on + days`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub id: Option<TermsId>,
    pub name: String,
    pub days: i64,
}

/// A postal address; every part may be empty. Snapshots on documents use the same shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub attention: String,
    pub line1: String,
    pub line2: String,
    pub line3: String,
    pub city: String,
    pub state: String,
    pub postcode: String,
    /// As given: a name or an ISO 3166 code.
    pub country: String,
    pub phone: String,
    pub fax: String,
}

impl Address {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A service level decides what a vendor's API grants an account (Zoom: free accounts have no billing).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceLevel {
    Free,
    Pro,
    Business,
}

/// Who owes. Customers form a tree: a sub-account's parent is a customer of the same tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    pub parent_id: Option<CustomerId>,
    pub display_name: String,
    pub company_name: String,
    pub email: String,
    pub phone: String,
    pub currency: Currency,
    /// Entity that issues by default; `None` takes the tenant's default one.
    pub entity_id: Option<EntityId>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
    pub terms: Option<Terms>,
    pub bill_to: Address,
    pub ship_to: Address,
    pub tax_ids: Vec<String>,
    /// Set when the customer is exempt from tax: the code and the reason that documents print.
    pub tax_exemption: Option<Exemption>,
    pub service_level: ServiceLevel,
    pub external_key: Option<String>,
    pub token: String,
    pub is_active: bool,
    pub notes: String,
    pub website: String,
    /// Taken by lines whose item has no tax of its own.
    pub tax_group_id: Option<TaxGroupId>,
    /// Who grants the customer's exemption.
    pub tax_authority_id: Option<TaxAuthorityId>,
    pub is_portal_enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Why no tax is charged: a code (`VATEX-EU-AE`, or a seller's own such as `NGO`) and its printed reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    pub code: String,
    pub reason: String,
}

/// A person at a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: crate::id::ContactId,
    pub customer_id: CustomerId,
    pub salutation: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub mobile: String,
    pub fax: String,
    pub department: String,
    pub designation: String,
    /// At most one of a customer's contacts: who stands for the customer as a person.
    pub is_primary: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

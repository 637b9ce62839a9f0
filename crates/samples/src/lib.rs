//! Owns the sample documents of the vendors' documentation, a generated company and bulk data, and credentials
//! for a demo. Does not own rules, SQL or any vendor's wire shapes: everything here goes through billing's verbs.
//!
//! Every loader works on a tenant that exists already (`Billing::create_tenant`) and adds legal entities of its
//! own to it; the first one that a tenant gets is its default. Business dates are given explicitly, so they are
//! in the past where the documents are. Instants (`created_at`, `issued_at`, the faces' "created time") are the
//! import's: they come from the [`billing::SystemClock`] of the `Billing` that the caller passes, which a test
//! fixes.

pub mod bulk;
pub mod company;
pub mod credentials;
mod literal;
mod look;
pub mod vendors;

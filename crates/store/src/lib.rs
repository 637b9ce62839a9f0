//! Owns all SQL, both databases, transactions, ids, leases and migrations. Does not own rules: what may be saved is
//! decided by the domain, when by the verbs.

pub mod check;
pub mod clock;
mod config;
mod db;
pub mod dialect;
mod error;
mod ids;
pub mod lease;
mod lite;
pub mod migrate;
mod pg;
mod row;
pub mod sql;
mod stats;
mod tx;
mod value;

pub use config::{Config, Synchronous, Url};
pub use db::{Body, Db, Work, body};
pub use dialect::Dialect;
pub use error::{Error, Result};
#[doc(hidden)]
pub use inventory;
pub use migrate::{Migrated, Migration, SchemaStatus};
pub use row::{Row, Rows};
pub use sql::{Insert, Sql};
pub use stats::Stats;
pub use tx::Tx;
pub use value::{Batch, Value};

// nouns
pub mod access;
pub mod addons;
pub mod applications;
pub mod audit;
pub mod catalogue;
mod columns;
pub mod contacts;
pub mod coupons;
pub mod credit_notes;
pub mod custom_fields;
pub mod customer_list;
pub mod customers;
pub mod document_list;
pub mod entities;
pub mod housekeeping;
pub mod hung;
pub mod intents;
pub mod invoice_list;
pub mod invoice_parts;
pub mod invoices;
pub mod item_list;
pub mod ledger;
pub mod names;
pub mod oauth;
pub mod offers;
pub mod payment_methods;
pub mod payments;
pub mod plans;
pub mod products;
pub mod sandbox;
pub mod sealed;
pub mod seller;
pub mod series;
mod snapshots;
pub mod tenants;
pub mod trail;
pub mod transactions;
pub mod unbilled_charges;

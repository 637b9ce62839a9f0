//! Verbs about who sells, who owes and what is sold.

pub mod contacts;
pub mod customers;
pub mod entities;
pub mod items;
pub mod seller;
pub mod tax_lists;
pub mod taxes;
pub mod tenants;

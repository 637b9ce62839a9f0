//! Verbs about who sells, who owes and what is sold.

pub mod customers;
pub mod entities;
pub mod items;
pub mod taxes;
pub mod tenants;

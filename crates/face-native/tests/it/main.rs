//! The face over HTTP, on both databases. Every answer is checked against the OpenAPI document as it comes.

mod catalogue;
mod charging;
mod document;
mod newcomer;
mod pages;
mod refusals;
mod refusals_of_money;
mod schema;
mod support;
mod table;
mod tenants;
mod unbilled_charges;
mod writes;

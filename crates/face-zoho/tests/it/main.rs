//! Zoho's API by HTTP, on both databases.

#![recursion_limit = "256"]

mod catalogue;
mod clients;
mod collect;
mod credit_notes;
mod customers;
mod edge;
mod events;
mod house;
mod invoices;
mod invoices_catalogue;
mod invoices_desk;
mod invoices_life;
mod invoices_lists;
mod invoices_refusals;
mod invoices_samples;
mod limits;
mod oauth;
mod openapi;
mod openapi_document;
mod organizations;
mod payments;
mod scopes;
mod settings;
mod unbilled_charges;

//! Zoho's API by HTTP, on both databases.

mod clients;
mod edge;
mod house;
mod invoices;
mod organizations;

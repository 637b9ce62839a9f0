//! Owns Zoho Billing's API (Zoho Subscriptions v1) under its three prefixes: its routes and scopes, its words,
//! ids, dates, envelopes and error codes. Does not own any rule of money (domain), any transaction (billing)
//! or any SQL (store).
//!
//! A request travels: [`routes`] finds the operation in its table, checks the token, the scope and the
//! organization, and calls the handler; the handler's file is named after its URL. Whatever no handler saw is
//! answered by [`ZohoFace`].

#![expect(clippy::wrong_self_convention, reason = "from_wire is the house's word, and a shape is read by taking it")]

mod addons;
mod call;
mod catalogue;
mod coupons;
mod credit_notes;
mod custom_values;
mod customers;
mod errors;
mod events;
mod face;
mod filters;
mod invoices;
mod items;
mod limits;
mod mount;
mod oauth;
mod organizations;
mod paging;
mod payments;
mod plans;
mod price_brackets;
mod products;
mod refunds;
mod routes;
mod scalar;
pub mod scopes;
mod sellers;
mod settings;
pub mod side_car;
mod status;
mod stored;
mod unbilled_charges;
pub mod wire;

pub use face::ZohoFace;
pub use mount::Mount;
pub use routes::{Needs, Operation, operations};

use axum::Router;
use billing::Billing;
use http_kit::Edge;

/// Zoho's API under all its prefixes and the endpoints of its OAuth, ready to be merged into a server.
pub fn mounts(billing: &Billing, edge: &Edge) -> Vec<Router> {
    // An organization's calls count together, whichever prefix they take.
    let limits = limits::CallLimits::default();
    let api = |mount: Mount| http_kit::mount(ZohoFace, mount.prefix(), routes::router(billing, &limits, mount), edge);
    Mount::ALL.map(api).into_iter().chain([oauth::mount(billing, edge)]).collect()
}

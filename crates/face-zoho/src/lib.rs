//! Owns Zoho Billing's API (Zoho Subscriptions v1) under its three prefixes: its routes and scopes, its words,
//! ids, dates, envelopes and error codes. Does not own any rule of money (domain), any transaction (billing)
//! or any SQL (store).
//!
//! A request travels: [`routes`] finds the operation in its table, checks the token, the scope and the
//! organization, and calls the handler; the handler's file is named after its URL. Whatever no handler saw is
//! answered by [`ZohoFace`].

mod call;
mod errors;
mod face;
mod invoices;
mod mount;
mod organizations;
mod paging;
mod routes;
pub mod side_car;
mod status;
mod stored;
pub mod wire;

pub use face::ZohoFace;
pub use mount::Mount;
pub use routes::{Needs, Operation, operations};

use axum::Router;
use billing::Billing;
use http_kit::Edge;

/// Zoho's API under all its prefixes, ready to be merged into a server.
pub fn mounts(billing: &Billing, edge: &Edge) -> [Router; 3] {
    Mount::ALL.map(|mount| http_kit::mount(ZohoFace, mount.prefix(), router(billing.clone(), mount), edge))
}

/// The routes of one mount, without their prefix and edge.
pub fn router(billing: Billing, mount: Mount) -> Router {
    routes::router(&billing, mount)
}

//! Owns Talkdesk's billing insights (`/express`): its paging envelope, rows, ids and errors over our reads.
//! Does not own rules of money (domain) or what a caller may see (billing).
//!
//! | method, path | answer |
//! |---|---|
//! | GET `/express/invoices` | [`invoices`]: one row per line of an issued invoice |
//!
//! Refusals come in one order: the token (401), its rate (429), its scope (403), its entitlement (403), the
//! accounts (403), the other parameters (400).

mod access;
mod errors;
mod face;
pub mod invoices;
mod paging;
pub mod wire;

use axum::Router;
use axum::routing::get;
use billing::Billing;
use domain::id::CredentialId;
use http_kit::limits::PerSecondLimiter;
use http_kit::{Edge, mount};
use std::sync::Arc;

/// Where the face is mounted.
pub const PREFIX: &str = "/express";

/// The scope of `/express/invoices`.
pub const INVOICES_SCOPE: &str = "express-accounts-invoices:read";

/// What a reseller's credential needs beside its scope.
pub const ENTITLEMENT: &str = "billing-insights";

/// Credentials whose rate is remembered at once.
const MAX_CREDENTIALS: usize = 100_000;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub billing: Billing,
    pub limiter: Arc<PerSecondLimiter<CredentialId>>,
}

/// The face's routes under [`PREFIX`].
pub fn router(billing: Billing, edge: &Edge) -> Router {
    let shared = Shared { billing, limiter: Arc::new(PerSecondLimiter::new(MAX_CREDENTIALS)) };
    let routes = Router::new().route("/invoices", get(invoices::handle)).with_state(shared);
    mount(face::Talkdesk, PREFIX, routes, edge)
}

//! Owns Zoom's billing API (`/v2`): its paths, ids, status words, limits and errors over our reads.
//! Does not own rules of money (domain), what a caller may see (billing), or the counters behind the
//! limits (billing and the store).
//!
//! | method, path | answer |
//! |---|---|
//! | GET `/v2/accounts/{accountId}/billing/invoices` | [`invoices::list`] |
//! | GET `/v2/accounts/{accountId}/billing/invoices/{invoiceId}` | [`invoices::detail`] |
//!
//! Refusals come in one order: the token (401/124), its scope (400/4711), the account (400/2001), its
//! service level (403/200), the parameters (400/300), the invoice (400/2001), the limits (429/429).

mod access;
mod errors;
mod face;
pub mod invoices;
mod limits;
mod settings;
mod status;
pub mod wire;

use axum::Router;
use axum::routing::get;
use billing::Billing;
use http_kit::{Edge, mount};

/// Where the face is mounted.
pub const PREFIX: &str = "/v2";

/// The scope that opens everything here; the granular ones are in the contract's section 1.3.
pub const SCOPE: &str = access::SCOPE;

/// The face's routes under [`PREFIX`].
pub fn router(billing: Billing, edge: &Edge) -> Router {
    let routes = Router::new()
        .route("/accounts/{account}/billing/invoices", get(invoices::list::handle))
        .route("/accounts/{account}/billing/invoices/{invoice}", get(invoices::detail::handle))
        .with_state(billing);
    mount(face::Zoom, PREFIX, routes, edge)
}

//! Owns our own API under `/v1`: its URLs, its JSON, its problem documents and its OpenAPI document. Does not own
//! any rule of money (domain), any transaction (billing), any SQL (store), or where it is mounted.
//!
//! [`routes`] is the table of operations; the router and the document are made from it and nothing else. A
//! request travels: `call.rs` authenticates and checks the scope and the names of query parameters, the handler's
//! file is named after its URL and reads top to bottom as request, answer, handler, from_wire, to_wire.
//!
//! The manners, everywhere the same:
//! - `Authorization: Bearer bw_...`. The scopes are `read` and `write`; `*` is both. A credential bound to a
//!   customer reads that customer's documents and those of the customers below it, and writes nothing.
//! - Amounts are decimal strings with all decimals of their currency (`"100.00"`), and their object names its
//!   `currency` once. What is read may also be a JSON number, taken by its digits.
//! - Ids are `inv_100200`, days `2026-01-31`, instants RFC 3339 in UTC. Unknown fields and parameters are refused
//!   by name.
//! - `Idempotency-Key` on every write: the answer is kept with the change and given again byte for byte.
//! - Lists answer `{"data": [...], "next_cursor": ...}`, see `paging.rs`. Errors are RFC 9457 problem documents
//!   with a stable `code`, see `errors.rs`.

#![expect(clippy::wrong_self_convention, reason = "from_wire is the house's word, and a shape is read by taking it")]

mod addons;
mod answers;
mod call;
mod cancellation_reasons;
mod coupons;
mod credit_notes;
mod custom_fields;
mod customers;
mod errors;
mod events;
mod face;
mod invoices;
mod items;
mod legal_entities;
mod me;
mod openapi;
mod paging;
mod payment_intents;
mod payment_methods;
mod payments;
mod plans;
mod prices;
mod products;
mod refunds;
mod routes;
mod salespersons;
mod schema;
mod shapes;
mod tax_authorities;
mod tax_exemptions;
mod tax_groups;
mod tax_rates;
mod terms;
mod unbilled_charges;
mod verbs;
mod wire;

pub use face::Native;
pub use routes::{Route, Scope, routes};

use axum::Router;
use billing::{Billing, Caller};
use errors::Fault;
use http_kit::limits::{PerSecond, PerSecondLimiter};
use std::sync::Arc;

/// What an installation may choose.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Requests per second of one credential; None does not limit.
    pub rate: Option<PerSecond>,
}

/// All routes of this face, to be given to [`http_kit::assemble`] together with [`Native`]: paths are absolute
/// (`/v1/...`, `/openapi/native.json`).
pub fn router(billing: Billing, settings: Settings) -> Router {
    let desk = Desk { billing, settings, limiter: Arc::new(PerSecondLimiter::new(LIMITED_CREDENTIALS)) };
    openapi::routes().merge(routes::router(&desk))
}

/// The OpenAPI 3.1 document as JSON, as it is served at `/openapi/native.json` and `/v1/openapi.json`.
pub fn openapi_document() -> &'static str {
    openapi::document()
}

/// Credentials that the rate limiter remembers.
const LIMITED_CREDENTIALS: usize = 100_000;

/// What every handler of this face shares.
#[derive(Clone)]
struct Desk {
    billing: Billing,
    settings: Settings,
    limiter: Arc<PerSecondLimiter<i64>>,
}

impl Desk {
    fn limit(&self, caller: &Caller) -> Result<(), Fault> {
        let Some(rate) = self.settings.rate else { return Ok(()) };
        let now = self.billing.now();
        let decision = self.limiter.check(&caller.credential.map_or(0, i64::from), rate, "", now);
        if decision.is_refused {
            return Err(Fault::too_many(decision.retry_after_seconds(now).unwrap_or(1)));
        }
        Ok(())
    }
}

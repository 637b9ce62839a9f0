//! Owns ChargeOver's API v3 as a translation of our reads: its URLs, envelope, status words, filters and
//! refusals. Does not own any rule of money, any SQL, or where the face is mounted.
//!
//! | method, path under `/api/v3` | file |
//! |---|---|
//! | GET `/invoice`, `/invoice/_count`, `/invoice/{id}`, `/invoice/token:{token}` | `invoice.rs` |
//!
//! What an invoice, a line and a scheduled payment print is one table, a row per field: `invoice/fields.rs`.
//! Changes (POST, PUT, DELETE and the actions) join `invoice.rs` beside the reads: `call.rs` already
//! holds the body back until the signature over it is verified, and `errors.rs` words every refusal.

mod call;
mod clauses;
mod envelope;
mod errors;
mod invoice;
mod paging;
mod status;
mod wire;

pub use invoice::fields::{Meaning, Shape, meanings};
pub use wire::{spell, unspell};

use axum::Router;
use billing::Billing;
use http_kit::limits::PerSecond;
use http_kit::{Answer, BodyFault, Edge, Face, HeadFault};

/// Where the vendor's clients look for it.
pub const PREFIX: &str = "/api/v3";

/// What an installation may choose.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Requests per second of one credential. None does not limit: the vendor publishes no figures.
    pub rate: Option<PerSecond>,
}

/// The routes, below [`PREFIX`] and within the edge that speaks this face.
pub fn router(billing: Billing, settings: Settings, edge: &Edge) -> Router {
    let desk = call::Desk::new(billing, settings);
    http_kit::mount(ChargeOver, PREFIX, invoice::routes().with_state(desk), edge)
}

/// ChargeOver's answers to what no handler sees.
#[derive(Clone, Copy, Debug)]
pub struct ChargeOver;

impl Face for ChargeOver {
    fn name(&self) -> &'static str {
        "chargeover"
    }

    fn not_found(&self, _path: &str) -> Answer {
        errors::no_route()
    }

    fn method_not_allowed(&self, allow: &str) -> Answer {
        errors::no_method(allow)
    }

    fn bad_head(&self, fault: &HeadFault) -> Answer {
        errors::bad_head(fault)
    }

    fn bad_body(&self, fault: &BodyFault) -> Answer {
        errors::bad_body(fault)
    }

    fn bad_request(&self, message: &str) -> Answer {
        errors::bad_request(message)
    }

    fn unavailable(&self, retry_after_seconds: u32) -> Answer {
        errors::unavailable(u64::from(retry_after_seconds))
    }

    fn internal(&self, request_id: &str) -> Answer {
        errors::internal(request_id)
    }

    /// The vendor's C# client really sends `/invoice ` and `/invoice/5/?action=void` (contract 3.3).
    fn route_path(&self, path: &str) -> Option<String> {
        let tidy = tidy(path);
        (tidy != path).then_some(tidy)
    }
}

/// The path without blanks around its segments and without empty segments.
fn tidy(path: &str) -> String {
    let mut tidy = String::with_capacity(path.len());
    for segment in path.split('/').map(without_blanks).filter(|segment| !segment.is_empty()) {
        tidy.push('/');
        tidy.push_str(segment);
    }
    if tidy.is_empty() {
        tidy.push('/');
    }
    tidy
}

/// A percent-encoded segment without the blanks around it.
fn without_blanks(mut segment: &str) -> &str {
    while let Some(shorter) = segment.strip_prefix("%20").or_else(|| segment.strip_suffix("%20")) {
        segment = shorter;
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_blanks_and_slashes() {
        for (sent, routed) in [
            ("/invoice%20", "/invoice"),
            ("/invoice%20%20/5", "/invoice/5"),
            ("/invoice/5/", "/invoice/5"),
            ("//invoice//5", "/invoice/5"),
            ("/%20/", "/"),
        ] {
            assert_eq!(ChargeOver.route_path(sent).as_deref(), Some(routed), "{sent}");
        }
        for sent in ["/invoice", "/invoice/5", "/invoice/a%20b", "/"] {
            assert_eq!(ChargeOver.route_path(sent), None, "{sent}");
        }
    }
}

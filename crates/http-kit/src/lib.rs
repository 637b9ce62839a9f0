//! Owns what all faces share and none owns: the accept loop and its timeouts, TLS, bodies,
//! strict JSON in and ordered JSON out, queries, request ids, CORS, per-second limits, metrics,
//! stored answers, the presented credential and the public URL.
//! Does not own any vendor's words (each face implements [`face::Face`]), the lookup of
//! credentials, stored idempotency keys or window and day counters (billing and the store).
//!
//! How a request travels: [`server`] accepts and times the connection; [`face::assemble`] picks
//! the face by prefix; the face's [`edge`] gives it a request id, answers CORS preflights, checks
//! the head, reads the body, runs the handler under a timeout and a panic guard, and makes sure
//! that whatever goes wrong is answered in the face's own shape.

pub mod answer;
pub mod auth;
pub mod body;
pub mod cors;
pub mod edge;
pub mod face;
pub mod idempotency;
pub mod json;
pub mod limits;
pub mod metrics;
pub mod query;
pub mod request_id;
pub mod secret;
pub mod server;
pub mod tls;
pub mod url;

pub use answer::Answer;
pub use body::{BodyFault, BodyLimits};
pub use edge::Edge;
pub use face::{Face, HeadFault, assemble, mount};
pub use query::Query;
pub use request_id::RequestId;
pub use secret::Secret;

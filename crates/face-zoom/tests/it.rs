//! The face over HTTP, on both databases.

mod support;

#[path = "it/edge.rs"]
mod edge;
#[path = "it/limits.rs"]
mod limits;
#[path = "it/reads.rs"]
mod reads;

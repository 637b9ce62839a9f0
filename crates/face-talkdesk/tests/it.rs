//! The face over HTTP, on both databases.

mod support;

#[path = "it/edge.rs"]
mod edge;
#[path = "it/filters.rs"]
mod filters;
#[path = "it/pages.rs"]
mod pages;
#[path = "it/rows.rs"]
mod rows;

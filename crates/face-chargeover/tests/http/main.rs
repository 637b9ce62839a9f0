//! The face over HTTP, on both databases.

mod auth;
mod books;
mod edge;
mod list;
mod one;
mod world;

//! The server and its faces over real sockets. Tests assert outcomes, never speed: short
//! timeouts are configured, and every wait of a client has a generous deadline of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod connections;
mod cors;
mod faces;
mod kit;
mod logs;
mod shutdown;
mod tls;

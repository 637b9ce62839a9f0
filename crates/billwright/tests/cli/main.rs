//! The built program, run as people and scripts run it.

mod audit;
mod config;
mod demo;
mod first_run;
mod invoices;
mod oauth;
mod postgres;
#[path = "../../../testkit/src/process.rs"]
#[expect(dead_code, reason = "the helper is shared with other tests, which use the rest of it")]
mod process;
mod secret_key;
mod serve;
mod support;

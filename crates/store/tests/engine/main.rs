//! The engine below the nouns, on both databases.

mod counters;
mod ids;
mod leases;
mod migrations;
mod postgres;
mod support;
mod tls;
mod values;
mod writes;

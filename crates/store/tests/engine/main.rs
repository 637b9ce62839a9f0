//! The engine below the nouns, on both databases.

mod ids;
mod leases;
mod migrations;
mod postgres;
mod support;
mod values;
mod writes;

//! One file per noun of the command line.

pub mod audit;
pub mod config;
pub mod credential;
pub mod db;
pub mod doctor;
pub mod face;
pub mod invoice;
pub mod oauth;
pub mod payment;
pub mod seed;
mod setting;
pub mod tenant;
pub mod version;

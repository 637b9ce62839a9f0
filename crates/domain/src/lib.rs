//! Owns the nouns and the rules of money: what an invoice is, what it comes to, and what may happen to it.
//! Does not own IO, async, clocks, SQL or JSON. The only room with arithmetic on money.

#![deny(clippy::float_arithmetic)]

pub mod catalogue;
pub mod check;
pub mod credit_note;
pub mod custom_field;
pub mod fx;
pub mod id;
pub mod invoice;
pub mod item;
pub mod journal;
pub mod money;
pub mod numbering;
pub mod party;
pub mod payment;
pub mod refusal;
pub mod seller;
pub mod settlement;
pub mod tax;
#[cfg(test)]
mod testing;
pub mod unbilled_charge;
mod words;

pub use refusal::Refusal;

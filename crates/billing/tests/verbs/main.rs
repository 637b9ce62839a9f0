//! Stories of the verbs, each on both databases, and races between them. Every story ends with sound books.

mod access;
mod corruption;
mod credit_notes;
mod currency;
mod entities;
mod events;
mod housekeeping;
mod idempotency;
mod invoices;
mod isolation;
mod modes;
mod numbers;
mod parties;
mod payments;
mod races;
mod refunds;
mod revisions;
mod seals;
mod views;
mod write_offs;

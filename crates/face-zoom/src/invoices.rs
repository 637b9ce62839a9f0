//! `/accounts/{accountId}/billing/invoices` and below.

pub mod detail;
pub mod list;

#[cfg(test)]
mod tests;

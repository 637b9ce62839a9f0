//! Laws of money, on generated documents and histories. `BILLWRIGHT_PROPERTY_CASES` sets the cases per law
//! (2,000 unless told; 100,000 for a full run). Half of them are in currencies with no or three decimals.

mod credit_notes;
mod documents;
mod numbers;
mod pricing;
mod sample;
mod settlement;

use proptest::test_runner::Config;

/// Configuration of every law here.
fn cases() -> Config {
    let cases = std::env::var("BILLWRIGHT_PROPERTY_CASES")
        .ok()
        .map_or(2_000, |text| text.parse().expect("BILLWRIGHT_PROPERTY_CASES is a number"));
    Config { cases, failure_persistence: None, ..Config::default() }
}

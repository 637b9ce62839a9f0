//! Ways to make the database worse than it may be, for checks that must be able to fail: a server that does not wait
//! for the disk, and one whose disk is full. Honoured only beside `--test-clock`, which no real server has.

use store::Synchronous;

/// `off` or `normal`: SQLite promises what a power cut can take back.
const SYNCHRONOUS: &str = "BILLWRIGHT_TEST_SYNCHRONOUS";
/// The most pages that the database file may have.
const MAX_PAGES: &str = "BILLWRIGHT_TEST_MAX_PAGES";

/// Applies what the environment asks for; what is not understood is left out, which is the safe side.
pub fn spoil(config: &mut store::Config) {
    let set = |name: &str| std::env::var(name).ok();
    let synchronous = match set(SYNCHRONOUS).as_deref() {
        Some("off") => Some(Synchronous::Off),
        Some("normal") => Some(Synchronous::Normal),
        _ => None,
    };
    if let Some(synchronous) = synchronous {
        tracing::warn!("{SYNCHRONOUS}: a power cut loses acknowledged writes");
        config.synchronous = synchronous;
    }
    if let Some(pages) = set(MAX_PAGES).and_then(|text| text.parse().ok()) {
        tracing::warn!("{MAX_PAGES}: the database holds {pages} pages at most");
        config.max_page_count = Some(pages);
    }
}

//! Ways to make the database worse than it may be, for checks that must be able to fail: a server that does not wait
//! for the disk, and one whose disk is full. Compiled only with the feature `failpoints`; even then only the program
//! `billwright-failpoints` heeds them, and only beside `--test-clock`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use store::Synchronous;

use crate::config::Config;

/// `off` or `normal`: SQLite promises what a power cut can take back.
const SYNCHRONOUS: &str = "BILLWRIGHT_TEST_SYNCHRONOUS";
/// The most pages that the database file may have.
const MAX_PAGES: &str = "BILLWRIGHT_TEST_MAX_PAGES";

static IS_ARMED: AtomicBool = AtomicBool::new(false);

/// The program `billwright-failpoints`.
pub fn main() -> ExitCode {
    IS_ARMED.store(true, Ordering::Relaxed);
    crate::main()
}

/// Applies what the environment asks for; what is not understood is left out, which is the safe side.
pub(crate) fn spoil(config: &Config, store: &mut store::Config) {
    if !IS_ARMED.load(Ordering::Relaxed) || !config.has_test_clock {
        return;
    }
    let set = |name: &str| std::env::var(name).ok();
    let synchronous = match set(SYNCHRONOUS).as_deref() {
        Some("off") => Some(Synchronous::Off),
        Some("normal") => Some(Synchronous::Normal),
        _ => None,
    };
    if let Some(synchronous) = synchronous {
        tracing::warn!("{SYNCHRONOUS}: a power cut loses acknowledged writes");
        store.synchronous = synchronous;
    }
    if let Some(pages) = set(MAX_PAGES).and_then(|text| text.parse().ok()) {
        tracing::warn!("{MAX_PAGES}: the database holds {pages} pages at most");
        store.max_page_count = Some(pages);
    }
}

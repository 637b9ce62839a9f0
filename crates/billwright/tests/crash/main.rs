//! What is left when the server, its disk or its twin gets in the way of a write.

mod full_disk;
mod kills;
mod two_servers;

use std::path::PathBuf;
use testkit::drive::Site;

/// The program that heeds `BILLWRIGHT_TEST_MAX_PAGES` and `BILLWRIGHT_TEST_SYNCHRONOUS`.
const WITH_FAILPOINTS: &str = env!("CARGO_BIN_EXE_billwright-failpoints");

/// The built program on an empty directory, which is removed when the first value is dropped.
fn site() -> (tempfile::TempDir, Site) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let data_dir: PathBuf = directory.path().join("data");
    std::fs::create_dir(&data_dir).expect("a new directory");
    let site = Site::new(env!("CARGO_BIN_EXE_billwright"), data_dir);
    (directory, site)
}

/// The real program does not know the switches, not even with a test clock.
#[test]
fn only_the_tests_program_can_be_made_to_fail() {
    let (directory, site) = site();
    assert_eq!(site.run(&["db", "migrate"]).exit, Some(0));
    let synchronous = |site: &Site| {
        let switched = site.clone().with("BILLWRIGHT_TEST_SYNCHRONOUS", "off").with("BILLWRIGHT_TEST_CLOCK", "true");
        let findings = switched.run(&["doctor", "--json"]);
        assert!(!findings.stdout.is_empty(), "{}", findings.stderr);
        let findings: serde_json::Value = serde_json::from_str(&findings.stdout).expect("JSON");
        let of = |finding: &&serde_json::Value| finding["check"] == "synchronous";
        let finding = findings.as_array().and_then(|rows| rows.iter().find(of)).expect("doctor looks at it");
        finding["verdict"].clone()
    };
    assert_eq!(synchronous(&site), "ok");
    assert_eq!(synchronous(&site.clone().run_by(WITH_FAILPOINTS)), "fail");
    drop(directory);
}

//! What is left when the server, its disk or its twin gets in the way of a write.

mod full_disk;
mod kills;
mod two_servers;

use std::path::PathBuf;
use testkit::drive::Site;

/// The built program on an empty directory, which is removed when the first value is dropped.
fn site() -> (tempfile::TempDir, Site) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let data_dir: PathBuf = directory.path().join("data");
    std::fs::create_dir(&data_dir).expect("a new directory");
    let site = Site::new(env!("CARGO_BIN_EXE_billwright"), data_dir);
    (directory, site)
}

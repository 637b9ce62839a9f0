//! Virtual environments for the checks that run Python programs: one folder each under `target/venv`.

use crate::check::succeed;
use crate::root;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// The `bin` folder of an environment with these packages (`name==version`), made once per list.
pub fn venv(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let home = root().join("target/venv").join(name);
    let stamp = home.join("packages.txt");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(home.join("bin"));
    }
    if home.exists() {
        std::fs::remove_dir_all(&home)?;
    }
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    succeed(Command::new(home.join("bin/pip")).args(["install", "--quiet"]).args(packages))?;
    std::fs::write(stamp, wanted)?;
    Ok(home.join("bin"))
}

//! What the compiler cannot check: lengths of files, directions between crates, where SQL, floats and
//! arithmetic on amounts may stand, and that every refusal is seen in a test.

use crate::root;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Warn above the first, fail above the second.
const LONG: usize = 400;
const TOO_LONG: usize = 600;

/// Files above 600 lines, with the reason.
const ALLOWED_LONG: &[(&str, &str)] = &[];

/// What each crate may name as a dependency among our own; everything else is a wrong turn.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("billing", &["domain", "store"]),
    ("connectors", &["domain", "store", "billing"]),
    ("http-kit", &["domain"]),
    ("face-native", &["domain", "billing", "http-kit"]),
    ("face-zoho", &["domain", "billing", "http-kit"]),
    ("face-zoom", &["domain", "billing", "http-kit"]),
    ("face-talkdesk", &["domain", "billing", "http-kit"]),
    ("face-chargeover", &["domain", "billing", "http-kit"]),
    ("samples", &["domain", "billing"]),
];

struct Tidy {
    faults: Vec<String>,
    warnings: Vec<String>,
}

pub fn run() -> Result<()> {
    let mut tidy = Tidy { faults: Vec::new(), warnings: Vec::new() };
    let root = root();
    let sources = rust_files(&root.join("crates"))?;
    tidy.lengths(&root, &sources)?;
    tidy.directions(&root)?;
    tidy.places(&root, &sources)?;
    tidy.refusals(&root, &sources)?;
    for warning in &tidy.warnings {
        println!("warning: {warning}");
    }
    for fault in &tidy.faults {
        println!("fault: {fault}");
    }
    if tidy.faults.is_empty() {
        println!("tidy: {} files, {} warnings", sources.len(), tidy.warnings.len());
        Ok(())
    } else {
        bail!("tidy found {} faults", tidy.faults.len())
    }
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn name_of(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The part of a file before its unit tests.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

impl Tidy {
    fn lengths(&mut self, root: &Path, sources: &[PathBuf]) -> Result<()> {
        for path in sources {
            let lines = fs::read_to_string(path)?.lines().count();
            let name = name_of(root, path);
            let reason = ALLOWED_LONG.iter().find(|(allowed, _)| *allowed == name);
            if lines > TOO_LONG && reason.is_none() {
                self.faults.push(format!("{name}: {lines} lines, more than {TOO_LONG}"));
            } else if lines > LONG {
                self.warnings.push(format!("{name}: {lines} lines"));
            }
        }
        Ok(())
    }

    fn directions(&mut self, root: &Path) -> Result<()> {
        let ours: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
        for (name, may_use) in MAY_USE {
            let manifest = root.join("crates").join(name).join("Cargo.toml");
            let text = fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
            let dependencies = text.split("[dependencies]").nth(1).unwrap_or_default();
            let dependencies = dependencies.split("\n[").next().unwrap_or_default();
            for line in dependencies.lines() {
                let used = line.split(['.', ' ', '=']).next().unwrap_or_default();
                if ours.contains(&used) && !may_use.contains(&used) {
                    self.faults.push(format!("crates/{name} may not use {used}"));
                }
            }
        }
        Ok(())
    }

    fn places(&mut self, root: &Path, sources: &[PathBuf]) -> Result<()> {
        for path in sources {
            let name = name_of(root, path);
            if name.contains("/tests/") || name.starts_with("crates/xtask/") {
                continue;
            }
            let whole = fs::read_to_string(path)?;
            let text = without_tests(&whole);
            let in_store = name.starts_with("crates/store/") || name.starts_with("crates/testkit/");
            let is_face = name.starts_with("crates/face-");
            let is_money = is_face
                || ["crates/domain/", "crates/store/", "crates/billing/"].iter().any(|room| name.starts_with(room));
            for (number, line) in (1..).zip(text.lines()) {
                let code = line.split("//").next().unwrap_or_default();
                let at = format!("{name}:{number}");
                let says = |words: &[&str]| words.iter().any(|word| code.contains(word));
                if !in_store
                    && !name.starts_with("crates/bench/")
                    && says(&["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM "])
                {
                    self.faults.push(format!("{at}: SQL outside the store"));
                }
                if is_money && says(&[": f64", ": f32", "as f64", "as f32", "f64::", "f32::"]) {
                    self.faults.push(format!("{at}: a float near money"));
                }
                // A face's wire.rs may reckon with ids; nothing in a face reckons with amounts.
                let adds_money = !name.ends_with("/wire.rs") && says(&["checked_add", "checked_sub"]);
                if is_face && (adds_money || says(&[".minor +", ".minor -", ".minor *", ".minor +="])) {
                    self.faults.push(format!("{at}: a face adds no two amounts"));
                }
                if says(&["todo!(", "unimplemented!(", "FIXME"]) {
                    self.faults.push(format!("{at}: unfinished"));
                }
            }
        }
        Ok(())
    }

    /// Every refusal is named in some test.
    fn refusals(&mut self, root: &Path, sources: &[PathBuf]) -> Result<()> {
        let text = fs::read_to_string(root.join("crates/domain/src/refusal.rs"))?;
        let variants = text
            .split("pub enum Refusal {")
            .nth(1)
            .and_then(|rest| rest.split("\n}").next())
            .context("refusal.rs has no enum Refusal")?;
        let mut seen: BTreeMap<&str, bool> = variants
            .lines()
            .map(str::trim)
            .filter(|line| line.chars().next().is_some_and(char::is_uppercase))
            .map(|line| (line.split([' ', ',', '(', '{']).next().unwrap_or_default(), false))
            .collect();
        for path in sources {
            let name = name_of(root, path);
            let whole = fs::read_to_string(path)?;
            let tests = if name.contains("/tests/") {
                whole.as_str()
            } else {
                whole.find("#[cfg(test)]").map_or("", |at| &whole[at..])
            };
            for (variant, is_seen) in &mut seen {
                *is_seen =
                    *is_seen || tests.contains(&format!("Refusal::{variant}")) || tests.contains(&snake(variant));
            }
        }
        for (variant, is_seen) in seen {
            if !is_seen {
                self.warnings.push(format!("Refusal::{variant} is named in no test"));
            }
        }
        Ok(())
    }
}

/// `ExceedsBalance` as its code on the wire: `exceeds_balance`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}

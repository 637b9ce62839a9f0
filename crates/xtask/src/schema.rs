//! Schemathesis over the native OpenAPI document and over Zoho's own: no 5xx, and every answer validates against its
//! schema.

use crate::check::{cargo, succeed};
use crate::python::venv;
use crate::root;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The version the check was written against.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Examples per operation in CI, and in full.
const NATIVE: (u32, u32) = (15, 100);
const ZOHO: (u32, u32) = (3, 60);

/// Both documents, in CI's size or in full.
pub fn check(full: bool) -> Result<()> {
    let size = |(ci, all): (u32, u32)| Some(if full { all } else { ci });
    native(size(NATIVE))?;
    zoho(size(ZOHO))
}

/// Our own API, by the document that it serves.
pub fn native(examples: Option<u32>) -> Result<()> {
    let (bin, demo) = ready()?;
    let authorization = format!("Bearer {}", demo.token("native")?);
    let document = format!("{}/openapi/native.json", demo.url);
    schemathesis(&bin, &document, &demo.url, &authorization, examples.unwrap_or(NATIVE.0))
}

/// Zoho's face, by Zoho's own documents: of what is served, no answer but those they describe and the refusals of
/// the face's own table.
pub fn zoho(examples: Option<u32>) -> Result<()> {
    let (bin, demo) = ready()?;
    let face = root().join("crates/face-zoho");
    let document = root().join("target/zoho-served.json");
    let (url, token) = (format!("{}/billing/v1", demo.url), demo.token("zoho")?);
    let mut merge = Command::new(bin.join("python"));
    merge.arg(face.join("tests/clients/openapi/merged.py"));
    merge.args([face.join("tests/openapi"), face.join("src"), root().join("docs/zoho-operations.md")]);
    merge.args([&url, &token]).arg(&document);
    // Nothing is left beside the scripts, and no proxy stands between them and this machine.
    merge.envs([("PYTHONDONTWRITEBYTECODE", "1"), ("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")]);
    succeed(&mut merge)?;
    let authorization = format!("Zoho-oauthtoken {token}");
    schemathesis(&bin, &document.to_string_lossy(), &url, &authorization, examples.unwrap_or(ZOHO.0))
}

/// The `bin` folder of Schemathesis's environment, and a running demo of what was built now.
fn ready() -> Result<(PathBuf, Demo)> {
    cargo(&["build", "--package", "billwright"], &[])?;
    Ok((venv("schemathesis", &[SCHEMATHESIS])?, Demo::start()?))
}

fn schemathesis(bin: &Path, document: &str, url: &str, authorization: &str, examples: u32) -> Result<()> {
    let status = Command::new(bin.join("schemathesis"))
        .args(["run", document, "--url", url, "--header"])
        .arg(format!("Authorization: {authorization}"))
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args(["--max-examples", &examples.to_string()])
        .args(["--phases", "examples,coverage,fuzzing"])
        // One worker: CPython 3.11's `ast.parse`, which the generator calls, is not safe in several threads.
        .args(["--generation-deterministic", "--workers", "1"])
        .current_dir(root().join("target"))
        .status()
        .context("cannot start schemathesis")?;
    if status.success() { Ok(()) } else { bail!("schemathesis found failures ({status})") }
}

/// A demo server of the built binary, stopped when dropped.
struct Demo {
    child: Child,
    url: String,
    ready: serde_json::Value,
}

impl Demo {
    fn start() -> Result<Self> {
        let mut child = Command::new(root().join("target/debug/billwright"))
            .args(["demo", "--listen", "127.0.0.1:0", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the demo")?;
        let stdout = child.stdout.take().context("the demo has no output")?;
        let mut text = String::new();
        let mut lines = BufReader::new(stdout).lines();
        // The demo prints one JSON document and goes on running.
        let ready: serde_json::Value = loop {
            let line = lines.next().context("the demo ended")??;
            text.push_str(&line);
            if let Ok(ready) = serde_json::from_str(&text) {
                break ready;
            }
        };
        let url = ready["base_url"].as_str().context("no base_url")?.to_owned();
        Ok(Self { child, url, ready })
    }

    /// What the demo's own client of this face presents.
    fn token(&self, face: &str) -> Result<String> {
        let face = self.ready["faces"].as_array().and_then(|faces| faces.iter().find(|found| found["face"] == face));
        Ok(face.and_then(|face| face["token"].as_str()).context("the demo told no token")?.to_owned())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // The demo may have ended by itself; either way there is nothing more to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

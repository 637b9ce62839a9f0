//! Schemathesis over the native OpenAPI document: no 5xx, and every answer validates against its schema.

use crate::check::cargo;
use crate::python::venv;
use crate::root;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The version the check was written against.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

pub fn run(examples: u32) -> Result<()> {
    cargo(&["build", "--package", "billwright"], &[])?;
    let bin = venv("schemathesis", &[SCHEMATHESIS])?;
    let demo = Demo::start()?;
    let examples = examples.to_string();
    let status = Command::new(bin.join("schemathesis"))
        .arg("run")
        .arg(format!("{}/openapi/native.json", demo.url))
        .arg("--url")
        .arg(&demo.url)
        .arg("--header")
        .arg(format!("Authorization: Bearer {}", demo.token))
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args(["--max-examples", &examples])
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
    token: String,
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
        let native = ready["faces"].as_array().and_then(|faces| faces.iter().find(|face| face["face"] == "native"));
        let token = native.and_then(|face| face["token"].as_str()).context("no native token")?.to_owned();
        let url = ready["base_url"].as_str().context("no base_url")?.to_owned();
        Ok(Self { child, url, token })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // The demo may have ended by itself; either way there is nothing more to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

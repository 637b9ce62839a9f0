//! Clients that others published, unchanged, against `/api/v1`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use testkit::{Kind, TestDb};

use crate::house::{EVERYTHING, House, ORGANIZATION};

/// The package with the dependencies that its code imports. Its own metadata pins releases that no current
/// Python can build, so it is installed without them.
const PACKAGE: &str = "zoho-subscriptions==1.0.1";
const IMPORTED: [&str; 2] = ["requests>=2.31,<3", "cachetools>=5,<7"];

/// Runs a command to its end; says what it said when it fails.
fn run(what: &str, command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{what}: {command:?} cannot run: {error}"));
    assert!(
        output.status.success(),
        "{what}: {command:?} failed\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The Python of a virtual environment below `target/` that has the package; made once.
fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zoho-subscriptions-1.0.1");
    let python = home.join("bin").join("python");
    let is_done = home.join("installed");
    if !is_done.exists() {
        let advice = "this test needs python3 with venv, and pip with a package index or local wheels";
        run(advice, Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(advice, Command::new(&python).args(pip).args(["--no-deps", PACKAGE]));
        run(advice, Command::new(&python).args(pip).args(IMPORTED));
        std::fs::write(&is_done, PACKAGE).expect("target/ can be written");
    }
    python
}

fn read_with_package(base_url: &str, token: &str) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/zoho_subscriptions.py");
    let mut command = Command::new(python());
    command.arg(script).args([base_url, token, ORGANIZATION]);
    // A proxy of the surroundings has no business between the client and this machine.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let output = run("the client", &mut command);
    // The package greets on the first lines when it finds no configuration of its own.
    let text = String::from_utf8(output.stdout).expect("text");
    let answer = text.lines().last().expect("an answer");
    serde_json::from_str(answer).expect("JSON")
}

#[test]
fn zoho_subscriptions_from_pypi_reads_invoices() {
    testkit::databases::run(Kind::Sqlite, async |db: TestDb| {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let url = house.server.url("");
        let read = tokio::task::spawn_blocking(move || read_with_package(&url, &token));
        let answer = read.await.expect("the client runs");

        let listed = answer["of_customer"].as_array().expect("a list");
        assert_eq!(listed.len(), 6, "{answer}");
        assert_eq!(listed[5]["number"], "INV-000001");
        assert_eq!(listed[5]["balance"], 0);
        assert_eq!(answer["of_nobody"], json!([]));
        assert_eq!(answer["one"]["invoice_id"], "903000000079426");
        assert_eq!(answer["one"]["status"], "paid");
        assert_eq!(answer["one"]["total"], 370);
        // What goes wrong reaches its users as the message.
        assert_eq!(answer["missing"], "Invoice does not exist.");
        assert_eq!(answer["stranger"], "Invalid auth token");
        let no_pdf = "The requested format is not available. Allowed value for accept is json.";
        assert_eq!(answer["pdf"], no_pdf);
    });
}

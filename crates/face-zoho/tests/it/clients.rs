//! Clients and libraries that others published, unchanged, against the API and its OAuth.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use testkit::{Kind, TestDb};

use crate::house::{EVERYTHING, House, ORGANIZATION, READ};
use crate::oauth::{client, native_token};

/// The package with the dependencies that its code imports. Its own metadata pins releases that no current
/// Python can build, so it is installed without them.
const PACKAGE: &str = "zoho-subscriptions==1.0.1";
const IMPORTED: [&str; 2] = ["requests>=2.31,<3", "cachetools>=5,<7"];
/// The two OAuth libraries that most Python programs use.
const OAUTH: [&str; 3] = ["requests>=2.31,<3", "authlib>=1.3,<2", "requests-oauthlib>=2,<3"];

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

/// The Python of a virtual environment below `target/` with what these lines of arguments install; made once.
pub fn python(name: &str, installs: &[&[&str]]) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = home.join("bin").join("python");
    let is_done = home.join("installed");
    if !is_done.exists() {
        let advice = "this test needs python3 with venv, and pip with a package index or local wheels";
        run(advice, Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        for packages in installs {
            run(advice, Command::new(&python).args(pip).args(*packages));
        }
        std::fs::write(&is_done, name).expect("target/ can be written");
    }
    python
}

fn read_with_package(base_url: &str, token: &str) -> Value {
    let python = python("zoho-subscriptions-1.0.1", &[&["--no-deps", PACKAGE], &IMPORTED]);
    told_by(&python, "zoho_subscriptions.py", &[base_url, token, ORGANIZATION])
}

/// What a script of `tests/clients` prints on its last line.
pub fn told_by(python: &Path, script: &str, arguments: &[&str]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let mut command = Command::new(python);
    command.arg(script).args(arguments);
    // A proxy of the surroundings has no business between the client and this machine.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    // Nothing is left beside the scripts.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
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

#[test]
fn oauth_libraries_from_pypi_get_tokens() {
    testkit::databases::run(Kind::Sqlite, async |db: TestDb| {
        let house = House::build(db).await;
        // requests-oauthlib takes no answer at an address that is not https.
        let callback = "https://app.example/callback";
        let secrets = client(&house, callback, &[READ]).await;
        let person = native_token(&house, &["*"]).await;
        let url = house.server.url("");
        let run = move || {
            let arguments = [&url, &secrets.client_id, &secrets.client_secret, callback, READ, &person];
            told_by(&python("oauth-libraries", &[&OAUTH]), "oauth.py", &arguments)
        };
        let answer = tokio::task::spawn_blocking(run).await.expect("the libraries run");
        let authlib = json!({
            "denied": "invalid_code", "expires_in": 3600, "statuses": [200, 200, 401], "is_new": true,
        });
        assert_eq!(answer["authlib_basic"], authlib, "{answer}");
        assert_eq!(answer["authlib_post"], authlib, "{answer}");
        assert_eq!(answer["requests_oauthlib"], json!({"token_type": "Bearer", "statuses": [200, 200]}), "{answer}");
    });
}

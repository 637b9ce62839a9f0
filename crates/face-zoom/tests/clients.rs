//! Real clients, unchanged but for the base URL, the token and the ids: the vendor's published Python sample
//! with its library (chilkat2), and the crate zoom-api. `cargo test -p face-zoom --test clients` runs
//! them; the plain test run does not, since they fetch from their package registries the first time. What they
//! install is kept under target/clients.

#[expect(dead_code, reason = "shared with the tests in it.rs, which use more of it")]
mod support;

use std::path::PathBuf;
use std::process::{Command, Output};
use support::{SAMPLE, Sample, World, account};
use testkit::TestDb;
use testkit::databases::Kind;
use testkit::wire::Json;

const CHILKAT: &str = "chilkat2==11.6.1";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn installed() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("clients")
}

/// Runs a program to its end; a program that cannot be started, or `must` succeed and does not, fails the
/// test with what it said.
#[track_caller]
fn run(what: &str, must: bool, command: &mut Command) -> Output {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{what} cannot be started ({error}): is it installed? {command:?}"),
    };
    if must && !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{what} failed: {}\n{said}\n{command:?}", output.status);
    }
    output
}

/// The Python of an environment of its own that has the vendor's library.
fn python() -> PathBuf {
    let environment = installed().join("chilkat");
    let python = environment.join("bin/python");
    let has_it = || {
        let version = CHILKAT.rsplit('=').next().expect("a version");
        let ask = format!("import chilkat2, importlib.metadata as m; assert m.version('chilkat2') == '{version}'");
        Command::new(&python).args(["-c", &ask]).output().is_ok_and(|output| output.status.success())
    };
    if !has_it() {
        std::fs::create_dir_all(&environment).expect("target can be written");
        run(
            "python3 -m venv (Python 3 with venv)",
            true,
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment),
        );
        let what = format!("pip install {CHILKAT} (the Python package index must be reachable)");
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", CHILKAT];
        run(&what, true, Command::new(&python).args(pip));
        assert!(has_it(), "{CHILKAT} was installed but cannot be imported");
    }
    python
}

/// What the sample program printed, and what was seen of it besides.
struct Told {
    printed: String,
    assigned: Vec<(String, String)>,
    status: String,
    /// What its library received.
    body: String,
}

impl Told {
    /// Every value that a variable was given, in order; numbers as their tokens.
    fn values(&self, name: &str) -> Vec<&str> {
        self.assigned.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The JSON that it printed between "Response Body:" and the status line.
    #[track_caller]
    fn printed_body(&self) -> Json {
        let (_, rest) = self.printed.split_once("Response Body:").expect("a body was printed");
        let (body, _) = rest.split_once("Response Status Code").expect("a status was printed");
        Json::parse(body)
    }
}

async fn sample_program(base_url: String, token: &str, account: &str, invoice: &str) -> Told {
    let arguments = [base_url, token.to_owned(), account.to_owned(), invoice.to_owned()];
    let output = tokio::task::spawn_blocking(move || {
        let python = python();
        let mut command = Command::new(python);
        command.arg("-B").arg(root().join("tests/clients/zoom/run.py")).args(arguments);
        run("the sample program", true, &mut command)
    });
    let output = output.await.expect("the program was run");
    let text = String::from_utf8(output.stdout).expect("it prints text");
    let (printed, seen) = text.split_once("--- seen ---\n").expect("run.py prints its mark");
    let seen = Json::parse(seen);
    let pair = |pair: &Json| (pair.get("0").text().to_owned(), pair.get("1").text().to_owned());
    Told {
        printed: printed.to_owned(),
        assigned: seen.get("assignments").items().iter().map(pair).collect(),
        status: seen.get("status").text().to_owned(),
        body: seen.get("body").text().to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_sample_program() {
    let db = TestDb::migrated(Kind::Sqlite).await;
    let world = World::open_at(&db, "2020-08-20T12:00:00Z").await;
    let sample = world.sample().await;
    let base = || world.server.url("/v2");

    let told = sample_program(base(), &sample.token, &sample.account, &sample.invoice).await;
    assert!(told.printed.contains("\nResponse Status Code = 200\n"), "{}", told.printed);
    assert_eq!(told.status, "200");
    assert_eq!(told.printed_body(), Json::parse(SAMPLE), "the printed body is the vendor's document");
    let invoice = sample.invoice.as_str();
    for (name, values) in [
        ("id", vec![invoice]),
        ("invoice_number", vec!["Shjmr5INV00000001"]),
        // The header's, then each item's: the program uses one name for both.
        ("total_amount", vec!["2039", "1999", "40"]),
        ("tax_amount", vec!["0", "0", "0"]),
        ("balance", vec!["2039"]),
        ("due_date", vec!["2020-08-07"]),
        ("invoice_date", vec!["2020-08-07"]),
        ("target_date", vec!["2020-08-07"]),
        ("status", vec!["Draft"]),
        ("v_currency", vec!["USD"]),
        ("count_i", vec!["2"]),
        ("charge_name", vec!["Standard Biz Annual", "Cloud Recording 100 GB"]),
        ("charge_type", vec!["Recurring", "Recurring"]),
        ("charge_number", vec!["C-00000004", "C-00000005"]),
        ("quantity", vec!["10", "1"]),
        ("start_date", vec!["2020-08-07", "2020-08-07"]),
        ("end_date", vec!["2021-08-06", "2020-09-06"]),
        ("purchase_order_number", vec!["1234556", "1234567"]),
        ("partner_sku", vec!["PAR1-PRO-BASE-NH2Y", "PAR-PAYONGO-INCL"]),
    ] {
        assert_eq!(told.values(name), values, "{name}");
    }

    // README of the contracts, "Order of refusals at the edge".
    let no_scope = world.token_for(None, &[]).await;
    for (token, account, invoice, status, code, message) in [
        (
            sample.token.as_str(),
            sample.account.as_str(),
            "nothing",
            "400",
            "2001",
            "InvoiceId does not exist: nothing.",
        ),
        (&sample.token, ":accountId", ":invoiceId", "400", "2001", "Account does not exist: :accountId."),
        ("<access_token>", ":accountId", ":invoiceId", "401", "124", "Invalid access token."),
        (
            &no_scope,
            ":accountId",
            ":invoiceId",
            "400",
            "4711",
            "Invalid access token, does not contain scopes:[billing:master].",
        ),
    ] {
        let told = sample_program(base(), token, account, invoice).await;
        assert_eq!(told.status, status, "{}", told.printed);
        // The library calls a status from 400 on a failure, so the program prints the library's log and ends.
        assert!(told.printed.contains(&format!("statusCode: {status}\n")), "{}", told.printed);
        let body = Json::parse(&told.body);
        assert_eq!((body.get("code").text(), body.get("message").text()), (code, message));
        assert_eq!(told.values("invoice_number"), [""; 0], "nothing is read from a refusal");
    }
}

/// What the crate zoom-api reads from both calls.
async fn zoom_api(base_url: String, token: &str, account: &str, (from, to): (&str, &str), invoice: &str) -> Json {
    let arguments = [base_url, token.into(), account.into(), from.into(), to.into(), invoice.into()];
    let output = tokio::task::spawn_blocking(move || {
        let manifest = root().join("tests/clients/zoom-api/Cargo.toml");
        let target = installed().join("zoom-api");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(&target);
        // What the outer cargo set for its own workspace.
        build.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
        run("cargo build of the zoom-api client (the crate registry must be reachable)", true, &mut build);
        let program = target.join("debug/zoom-api-client");
        run("the zoom-api client", true, Command::new(program).args(arguments))
    });
    let output = output.await.expect("the program was run");
    Json::parse(std::str::from_utf8(&output.stdout).expect("it prints text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_crate_zoom_api() {
    let db = TestDb::migrated(Kind::Sqlite).await;
    let world = World::open_at(&db, "2020-08-20T12:00:00Z").await;
    let sample = world.sample().await;
    let Sample { token, account: name, invoice, .. } = &sample;
    let base = || world.server.url("/v2");

    let told = zoom_api(base(), token, name, sample.range, invoice).await;
    let list = told.get("list");
    assert_eq!(list.get("currency").text(), "USD");
    let [row] = list.get("invoices").items() else { panic!("one invoice: {list:?}") };
    for found in [row, told.get("invoice")] {
        for (key, value) in [
            ("id", invoice.as_str()),
            ("invoice_number", "Shjmr5INV00000001"),
            ("total_amount", "2039.0"),
            ("balance", "2039.0"),
            ("due_date", "2020-08-07"),
            ("invoice_date", "2020-08-07"),
            ("target_date", "2020-08-07"),
            ("status", "Draft"),
        ] {
            assert_eq!(found.get(key).text(), value, "{key}");
        }
    }
    assert_eq!(told.get("invoice").get("currency").text(), "USD");
    let items = told.get("invoice").get("invoice_items").items();
    assert_eq!(items.len(), 2);
    for (item, [charge, quantity, total, until]) in
        items.iter().zip([["C-00000004", "10", "1999.0", "2021-08-06"], ["C-00000005", "1", "40.0", "2020-09-06"]])
    {
        assert_eq!(item.get("charge_number").text(), charge);
        assert_eq!(item.get("quantity").text(), quantity);
        assert_eq!(item.get("total_amount").text(), total);
        assert_eq!(item.get("end_date").text(), until);
    }

    let stranger = account(world.stranger);
    let told = zoom_api(base(), token, &stranger, sample.range, invoice).await;
    for call in ["list", "invoice"] {
        let refused = told.get(call);
        assert_eq!(refused.get("status").text(), "400", "{refused:?}");
        assert!(refused.get("error").text().contains("Account does not exist"), "{refused:?}");
    }
}

//! Reading invoices in every format, here and from a server; filling a database.

use std::path::Path;

use serde_json::Value;

use crate::support::{run_in, serve, text};

const COLUMNS: &str = "id,number,status,customer_id,customer_name,dated_on,due_on,currency,total,balance";

fn seeded(data: &Path) {
    filled(data, 30);
}

fn filled(data: &Path, invoices: i64) {
    let count = invoices.to_string();
    let seed = ["seed", "--customers", "3", "--invoices", &count, "--lines", "2", "--seed", "7", "--json"];
    let made = run_in(data, &seed).json();
    assert_eq!((made[0]["invoices"].as_i64(), made.as_array().map(Vec::len)), (Some(invoices), Some(1)));
}

#[test]
fn the_same_invoices_in_every_format() {
    let directory = tempfile::tempdir().expect("a directory");
    seeded(directory.path());
    let list = |format: &str| run_in(directory.path(), &["invoice", "list", "--limit", "4", "--output", format]);

    let rows: Value = list("json").json();
    let rows = rows.as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    let keys: Vec<&str> = rows[0].as_object().expect("an object").keys().map(String::as_str).collect();
    let mut wanted: Vec<&str> = COLUMNS.split(',').collect();
    wanted.sort_unstable();
    assert_eq!(keys, wanted);

    let csv = list("csv");
    let lines: Vec<&str> = csv.expect(0).split_terminator("\r\n").collect();
    assert_eq!((lines[0], lines.len()), (COLUMNS, 5));
    let plain = list("plain");
    assert_eq!(plain.expect(0).lines().count(), 4);
    let table = list("table");
    assert!(table.expect(0).starts_with("ID "), "{}", table.stdout);
    for (at, row) in rows.iter().enumerate() {
        let spelled: Vec<&str> = COLUMNS.split(',').map(|name| text(row, name)).collect();
        assert_eq!(lines[at + 1], spelled.join(","));
        assert_eq!(plain.stdout.lines().nth(at), Some(spelled.join("\t").as_str()));
        assert!(table.stdout.lines().nth(at + 1).is_some_and(|line| line.starts_with(spelled[0])));
    }
    assert_eq!(list("json").stdout, list("json").stdout, "stable");
    assert_eq!(run_in(directory.path(), &["invoice", "list", "--json"]).json().as_array().map(Vec::len), Some(30));
}

#[test]
fn one_invoice_with_its_lines() {
    let directory = tempfile::tempdir().expect("a directory");
    seeded(directory.path());
    let rows = run_in(directory.path(), &["invoice", "list", "--limit", "1", "--json"]).json();
    let id = text(&rows[0], "id");
    let invoice = run_in(directory.path(), &["invoice", "get", id, "--json"]).json();
    for name in COLUMNS.split(',') {
        assert_eq!(invoice[name], rows[0][name], "{name}");
    }
    assert_eq!(invoice["lines"].as_array().map(Vec::len), Some(2));
    let shown = run_in(directory.path(), &["invoice", "get", id]);
    assert!(shown.expect(0).starts_with("id                inv_"), "{}", shown.stdout);
    assert!(shown.stdout.contains("\nlines\nNAME "), "{}", shown.stdout);
}

#[test]
fn a_server_tells_the_same() {
    let directory = tempfile::tempdir().expect("a directory");
    // More than one page of the native API.
    filled(directory.path(), 230);
    let server = serve(directory.path()).start();
    let made = run_in(directory.path(), &["credential", "create", "--face", "native", "--json"]).json();
    let token = text(&made, "token");
    let nowhere = tempfile::tempdir().expect("a directory");
    let ask = |arguments: &[&str], token: &str| {
        let remote = ["--json", "--server", server.base_url(), "--token", token];
        run_in(nowhere.path(), &[arguments, &remote].concat())
    };
    for limit in ["3", "200", "201", "1000"] {
        let here = run_in(directory.path(), &["invoice", "list", "--json", "--limit", limit]).json();
        assert_eq!(ask(&["invoice", "list", "--limit", limit], token).json(), here, "{limit}");
    }
    let rows = run_in(directory.path(), &["invoice", "list", "--json"]).json();
    for row in rows.as_array().expect("rows").iter().take(3) {
        let get = ["invoice", "get", text(row, "id")];
        assert_eq!(ask(&get, token).json(), run_in(directory.path(), &[&get[..], &["--json"]].concat()).json());
    }
    ask(&["invoice", "get", "inv_5"], token).refuses(3, &["answered 404"]);
    ask(&["invoice", "list"], "wrong").refuses(5, &["answered 401", "--token"]);
    let base = server.base_url().to_owned();
    run_in(nowhere.path(), &["invoice", "list", "--server", &base]).refuses(5, &["--token", "credential create"]);
    run_in(nowhere.path(), &["invoice", "list", "--server", "https://h", "--token", "t"])
        .refuses(2, &["TLS", "ssh -L"]);
    drop(server);
    run_in(nowhere.path(), &["invoice", "list", "--server", &base, "--token", token])
        .refuses(7, &["is the server running"]);
}

#[test]
fn the_same_seed_makes_the_same_invoices() {
    let of = || {
        let directory = tempfile::tempdir().expect("a directory");
        seeded(directory.path());
        let rows = run_in(directory.path(), &["invoice", "list", "--json"]).json();
        let mut told: Vec<String> = rows
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| format!("{} {} {}", text(row, "number"), text(row, "total"), text(row, "balance")))
            .collect();
        told.sort();
        told
    };
    assert_eq!(of(), of());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let directory = tempfile::tempdir().expect("a directory");
    seeded(directory.path());
    let mut child = crate::support::billwright()
        .data_dir(directory.path())
        .args(["invoice", "list", "--json"])
        .command()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &[][..]));
}

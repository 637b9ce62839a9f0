//! Each command the first time it is run, with its exit code and what it says.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{do_curl, run, run_in, serve, text};

#[test]
fn help_has_examples_everywhere() {
    let help = run(&["--help"]);
    for command in
        ["demo", "serve", "doctor", "tenant", "credential", "face", "invoice", "seed", "audit", "completions"]
    {
        assert!(help.expect(0).contains(command), "{command}");
    }
    assert!(help.stdout.contains("Exit codes: 0 ok"));
    for command in [
        &["serve"][..],
        &["demo"],
        &["seed"],
        &["audit"],
        &["tenant", "create"],
        &["credential", "create"],
        &["credential", "revoke"],
        &["face", "curl"],
        &["invoice", "list"],
        &["invoice", "get"],
        &["config", "example"],
        &["completions"],
    ] {
        let help = run(&[command, &["--help"]].concat());
        assert!(help.expect(0).contains("Examples:\n  billwright "), "{command:?}");
    }
}

#[test]
fn wrong_command_lines_have_code_2() {
    for arguments in
        [&[][..], &["bill"], &["serve", "--lisen", "x"], &["credential", "create"], &["completions", "cmd"]]
    {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains("Usage:") || ran.stderr.contains("possible values"), "{}", ran.stderr);
    }
    run(&["credential", "create", "--face", "stripe"])
        .refuses(2, &["stripe", "native, zoho, zoom, talkdesk, chargeover"]);
    run(&["invoice", "list", "--json", "--output", "csv"]).refuses(2, &["cannot be used with"]);
}

#[test]
fn versions_and_completions_need_nothing() {
    let version = run(&["version", "--json"]).json();
    assert_eq!(text(&version, "billwright"), env!("CARGO_PKG_VERSION"));
    assert!(version["schema_version"].as_i64().is_some_and(|version| version >= 1));
    assert_eq!(run(&["--version"]).expect(0), format!("billwright {}\n", env!("CARGO_PKG_VERSION")));
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell]).expect(0).contains("credential"), "{shell}");
    }
}

#[test]
fn nothing_is_made_by_looking() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("data");
    for arguments in [
        &["tenant", "list"][..],
        &["invoice", "list"],
        &["invoice", "get", "inv_1"],
        &["db", "status"],
        &["db", "check"],
        &["audit"],
        &["credential", "list"],
        &["tenant", "create", "Acme"],
    ] {
        let ran = run_in(&path, arguments);
        ran.refuses(3, &["there is no database in", "data", "--data-dir", "billwright serve"]);
        assert!(!path.exists(), "{arguments:?}");
    }
}

#[test]
fn from_an_empty_directory_to_a_working_curl() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let migrated = run_in(&data, &["db", "migrate"]);
    assert!(migrated.expect(0).starts_with("status   current\nversion  "), "{}", migrated.stdout);
    assert_eq!(data.metadata().expect("made").permissions().mode() & 0o777, 0o700);
    assert_eq!(run_in(&data, &["db", "status", "--json"]).json()["status"], "current");
    assert_eq!(run_in(&data, &["db", "check", "--json"]).json()["faults"].as_array().map(Vec::len), Some(0));

    let none = run_in(&data, &["tenant", "list"]);
    assert_eq!(none.expect(0), "");
    assert!(none.stderr.contains("billwright tenant create"), "{}", none.stderr);
    run_in(&data, &["credential", "list"]).refuses(3, &["there is no tenant yet", "billwright tenant create"]);

    run_in(&data, &["tenant", "create", "Acme Ltd", "--currency", "XX"])
        .refuses(2, &["\"XX\" is no currency", "ISO 4217"]);
    let zone = ["tenant", "create", "Acme Ltd", "--currency", "EUR", "--time-zone", "Mars/Base"];
    run_in(&data, &zone).refuses(2, &["\"Mars/Base\" is no time zone", "IANA"]);
    run_in(&data, &["tenant", "create", ""]).refuses(4, &["name"]);
    // The refused ones left nothing behind.
    assert_eq!(run_in(&data, &["tenant", "list", "--json"]).json().as_array().map(Vec::len), Some(0));
    let made = run_in(&data, &["tenant", "create", "Acme Ltd", "--currency", "EUR", "--json"]).json();
    let tenant = text(&made, "id").to_owned();
    assert!(tenant.starts_with("ten_"), "{tenant}");

    let server = serve(&data).start();
    let created = run_in(&data, &["credential", "create", "--face", "native", "--label", "Ann", "--json"]);
    let credential = created.json();
    assert!(created.stderr.contains("shown only now"), "{}", created.stderr);
    assert!(created.stderr.contains("curl -sS"), "{}", created.stderr);
    let secret = text(&credential, "token");
    let curl = ["face", "curl", "native", "get-me", "--base-url", server.base_url(), "--token", secret];
    let curl = run_in(&data, &curl);
    let me = do_curl(curl.expect(0));
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!((text(&me.json(), "tenant_id"), text(&me.json(), "label")), (tenant.as_str(), "Ann"));

    let list = run_in(&data, &["credential", "list"]);
    assert!(list.expect(0).contains("Ann") && !list.stdout.contains(secret), "{}", list.stdout);
    let id = text(&credential, "id");
    run_in(&data, &["credential", "revoke", id]).expect(0);
    run_in(&data, &["credential", "revoke", id]).refuses(3, &["no live credential", id]);
    run_in(&data, &["credential", "revoke", "inv_1"]).refuses(2, &["crd_100300"]);
    // A running server looks a credential up at most once a second.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while do_curl(&curl.stdout).status != 401 {
        assert!(std::time::Instant::now() < deadline, "revoked in the running server too");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    run_in(&data, &["credential", "create", "--face", "zoom", "--customer", "cus_5"]).refuses(3, &["customer cus_5"]);
    run_in(&data, &["invoice", "get", "inv_5"]).refuses(3, &["there is no invoice inv_5", &tenant]);
    run_in(&data, &["invoice", "get", "5x"]).refuses(2, &["inv_100200"]);
}

#[test]
fn several_tenants_must_be_told_apart() {
    let directory = tempfile::tempdir().expect("a directory");
    run_in(directory.path(), &["db", "migrate"]).expect(0);
    for name in ["One", "Two", "Two"] {
        run_in(directory.path(), &["tenant", "create", name]).expect(0);
    }
    run_in(directory.path(), &["invoice", "list"]).refuses(2, &["there are 3 tenants", "--tenant", "One", "Two"]);
    run_in(directory.path(), &["invoice", "list", "--tenant", "Two"]).refuses(2, &["several tenants are called Two"]);
    run_in(directory.path(), &["invoice", "list", "--tenant", "Six"]).refuses(3, &["there is no tenant Six", "One"]);
    assert_eq!(run_in(directory.path(), &["invoice", "list", "--tenant", "One"]).expect(0), "");
}

#[test]
fn faces_and_their_operations() {
    let list = run(&["face", "list"]);
    for face in ["native", "zoho", "zoom", "talkdesk", "chargeover"] {
        assert!(list.expect(0).lines().any(|line| line.starts_with(face)), "{face}: {}", list.stdout);
    }
    assert_eq!(
        run(&["face", "curl", "zoho", "list-invoices"]).expect(0),
        "curl -sS -H \"Authorization: Zoho-oauthtoken $TOKEN\" 'http://127.0.0.1:8080/subscriptions/v1/invoices'\n"
    );
    run(&["face", "curl", "zoom", "get-invoice"]).refuses(2, &["needs the parameter invoice", "--param invoice=VALUE"]);
    run(&["face", "curl", "zoom", "pay"]).refuses(3, &["no operation \"pay\"", "list-invoices"]);
}

#[test]
fn the_doctor_names_what_to_do() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let doctor = |arguments: &[&str]| run_in(&data, &[&["doctor", "--json"][..], arguments].concat());
    let verdict = |ran: &crate::support::Ran, check: &str| {
        let rows: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let rows = rows.as_array().expect("rows").clone();
        let row =
            rows.into_iter().find(|row| row["check"] == check).unwrap_or_else(|| panic!("{check}: {}", ran.stdout));
        (text(&row, "verdict").to_owned(), row["todo"].as_str().unwrap_or_default().to_owned())
    };
    let empty = doctor(&[]);
    empty.expect(0);
    assert_eq!(verdict(&empty, "data_dir").0, "warn");
    assert!(!data.exists());

    run_in(&data, &["db", "migrate"]).expect(0);
    let sound = doctor(&[]);
    sound.expect(0);
    for check in ["data_dir", "disk_space", "sqlite", "synchronous", "schema", "clock", "time_zones"] {
        assert_eq!(verdict(&sound, check).0, "ok", "{check}: {}", sound.stdout);
    }
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let (rights, todo) = verdict(&doctor(&[]), "data_dir");
    assert_eq!(rights, "warn");
    assert!(todo.starts_with("chmod 0700 "), "{todo}");
    std::fs::write(data.join("billwright.db"), "no database at all").expect("ours");
    let broken = doctor(&[]);
    broken.expect(4);
    assert_eq!(verdict(&broken, "database").0, "fail");
    let table = run_in(&data, &["doctor"]);
    assert!(table.expect(4).starts_with("CHECK "), "{}", table.stdout);
}

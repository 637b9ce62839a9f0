//! Where settings come from.

use serde_json::Value;

use crate::support::{billwright, run, run_launch, text};

#[track_caller]
fn check(settings: &Value, name: &str, value: &str, origin: &str) {
    let rows = settings.as_array().expect("rows");
    let row = rows.iter().find(|row| row["setting"] == name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!((text(row, "value"), text(row, "origin")), (value, origin));
}

#[test]
fn flags_over_environment_over_file_over_defaults() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("billwright.toml");
    let text = "data_dir = \"from-file\"\nlisten = \"127.0.0.1:3\"\nlog = \"error\"\ntrust_proxy = true\n";
    std::fs::write(&file, text).expect("written");
    // Found in the working directory.
    let launch = billwright()
        .current_dir(directory.path())
        .env("BILLWRIGHT_LISTEN", "127.0.0.1:2")
        .env("BILLWRIGHT_LOG", "debug")
        .args(["config", "show", "--origin", "--json", "--log", "trace"]);
    let settings = run_launch(&launch).json();
    check(&settings, "log", "trace", "flag --log");
    check(&settings, "listen", "127.0.0.1:2", "environment BILLWRIGHT_LISTEN");
    check(&settings, "data_dir", "from-file", "file billwright.toml");
    check(&settings, "trust_proxy", "true", "file billwright.toml");
    check(&settings, "metrics_listen", "127.0.0.1:9464", "default");
    // Named.
    let launch = billwright().arg("--config").arg(&file).args(["config", "show", "--origin", "--json"]);
    let named = run_launch(&launch).json();
    check(&named, "listen", "127.0.0.1:3", &format!("file {}", file.display()));
    check(
        &named,
        "data_dir",
        &directory.path().join("from-file").display().to_string(),
        &format!("file {}", file.display()),
    );
}

#[test]
fn secrets_are_read_from_files_and_not_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let secret = directory.path().join("url");
    std::fs::write(&secret, "postgres://ann:opensesame@h/d\n").expect("written");
    let launch = billwright().env("BILLWRIGHT_DATABASE_URL_FILE", &secret).args(["config", "show", "--origin"]);
    let shown = run_launch(&launch);
    assert!(shown.expect(0).contains("postgres://ann:***@h/d"), "{}", shown.stdout);
    assert!(shown.stdout.contains("named by BILLWRIGHT_DATABASE_URL_FILE") && !shown.stdout.contains("opensesame"));
    let launch = billwright().env("BILLWRIGHT_DATABASE_URL_FILE", "/nowhere/at/all").args(["tenant", "list"]);
    run_launch(&launch).refuses(2, &["BILLWRIGHT_DATABASE_URL_FILE", "/nowhere/at/all"]);
}

#[test]
fn a_wrong_setting_is_named_with_its_origin() {
    let launch = billwright().env("BILLWRIGHT_LISTEN", "here").env("BILLWRIGHT_LISTN", "x").args(["config", "check"]);
    run_launch(&launch).refuses(
        2,
        &["listen = \"here\" (environment BILLWRIGHT_LISTEN)", "127.0.0.1:8080", "BILLWRIGHT_LISTN is no setting"],
    );
    let launch = billwright().args(["serve", "--tls-cert", "chain.pem"]);
    run_launch(&launch).refuses(2, &["tls_cert (flag --tls-cert) needs tls_key"]);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("b.toml");
    std::fs::write(&file, "lisen = \"127.0.0.1:1\"").expect("written");
    run(&["config", "check", "--config", file.to_str().expect("text")]).refuses(2, &["lisen", "config example"]);
    run(&["config", "check", "--config", "/nowhere.toml"]).refuses(2, &["/nowhere.toml cannot be read"]);
}

#[test]
fn the_example_can_be_used() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("billwright.toml");
    std::fs::write(&file, run(&["config", "example"]).expect(0)).expect("written");
    let checked = run_launch(&billwright().current_dir(directory.path()).args(["config", "check"]));
    checked.expect(0);
    assert!(checked.stderr.contains("can be used"), "{}", checked.stderr);
}

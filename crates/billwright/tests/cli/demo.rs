//! `billwright demo`: everything it prints works, and nothing of it stays.

use std::path::Path;

use crate::process::Launch;
use crate::support::{billwright, do_curl, get, run, run_in, run_launch, serve, text};

fn demo() -> Launch {
    billwright().args(["demo", "--listen", "127.0.0.1:0", "--customers", "8", "--invoices", "40"])
}

#[test]
fn every_curl_works_and_nothing_stays() {
    let server = demo().start();
    // The text is complete when the process ends; the same is known from a second demo's JSON below.
    assert_eq!(get(server.address(), "/readyz").status, 200);
    let ended = server.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let printed = ended.stdout.lines().filter(|line| line.starts_with("  curl -sS ")).count();
    assert_eq!(printed, 5, "{}", ended.stdout);
    let data = ended.stdout.lines().find_map(|line| line.strip_prefix("data ")).expect("a directory");
    let data = data.trim().strip_suffix(" (removed at the end)").expect("thrown away");
    assert!(!Path::new(data).exists(), "{data}");
}

#[test]
fn a_kept_demo_is_served_with_the_same_credentials() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("demo");
    let told = run_launch(&demo().arg("--once").arg("--json").data_dir(&data)).json();
    assert_eq!((told["is_kept"].as_bool(), text(&told, "data_dir")), (Some(true), data.to_str().expect("text")));
    let server = serve(&data).start();
    let faces = told["faces"].as_array().expect("faces");
    assert_eq!(faces.len(), 5);
    for face in faces {
        let curl = text(face, "curl").replace(text(&told, "base_url"), server.base_url());
        let reply = do_curl(&curl);
        assert_eq!(reply.status, 200, "{curl}: {}", reply.body);
        let name = text(face, "face");
        // What makes the vendor's own sample recognisable.
        let sample = match name {
            "zoom" => "\"2c92fghvb0580\"",
            "zoho" => "\"invoices\":[{",
            "talkdesk" => "\"total\":425",
            "chargeover" => "\"invoice_id\":",
            "native" => "\"data\":[{",
            other => panic!("a new face {other}"),
        };
        assert!(reply.body.contains(sample), "{name}: {}", reply.body);
        // With another token nothing is told.
        let refused = do_curl(&curl.replace(text(face, "token"), "wrong"));
        assert!(matches!(refused.status, 400 | 401), "{name}: {}", refused.status);
    }
    // A second demo would fill the same books twice.
    run_launch(&demo().arg("--once").data_dir(&data)).refuses(6, &["has a database already", "billwright serve"]);
    assert_eq!(run_in(&data, &["audit"]).expect(0).lines().last(), Some("all rules hold"));
}

#[test]
fn once_prints_and_leaves() {
    let ran = run_launch(&demo().arg("--once"));
    assert!(ran.expect(0).starts_with("listening on http://127.0.0.1:"), "{}", ran.stdout);
    for face in ["native: ", "zoho: ", "zoom: ", "talkdesk: ", "chargeover: "] {
        assert!(ran.stdout.contains(&format!("\n{face}")), "{face}: {}", ran.stdout);
    }
}

#[test]
fn tls_is_self_signed_on_request() {
    let ran = run_launch(&demo().args(["--once", "--tls"]));
    assert!(ran.expect(0).starts_with("listening on https://127.0.0.1:"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("curl -sS --insecure ").count(), 5, "{}", ran.stdout);
}

#[test]
fn it_never_touches_a_configured_database() {
    run(&["demo", "--once", "--database-url", "postgres://u@h/d"]).refuses(2, &["a database of its own"]);
    // A configured one is not looked at: this one could not be reached.
    let launch = demo().arg("--once").env("BILLWRIGHT_DATABASE_URL", "postgres://u@127.0.0.1:1/d");
    run_launch(&launch).expect(0);
}

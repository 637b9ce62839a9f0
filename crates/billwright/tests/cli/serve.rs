//! The server as a process: where it listens, when it is ready, how it stops, who may share its data.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use crate::support::{Reply, ask, billwright, connect, get, run_in, run_launch, serve, text};

#[test]
fn it_says_where_it_listens_is_ready_and_stops() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("new/data");
    let server = serve(&data).start();
    assert!(server.address().ip().is_loopback());
    assert_eq!(data.metadata().expect("made").permissions().mode() & 0o777, 0o700);
    let health = get(server.address(), "/healthz");
    assert_eq!((health.status, health.body.as_str()), (200, "{\"status\":\"ok\"}"));
    let ready = get(server.address(), "/readyz");
    assert_eq!((ready.status, text(&ready.json(), "status")), (200, "ready"));
    assert_eq!(get(server.address(), "/openapi/native.json").status, 200);
    let index = get(server.address(), "/").json();
    assert_eq!(index["faces"].as_array().map(Vec::len), Some(5));
    let nowhere = get(server.address(), "/nowhere");
    assert_eq!(nowhere.status, 404);
    assert!(nowhere.head.contains("content-type: application/problem+json"), "{}", nowhere.head);
    // Every vendor's face answers in its own words.
    for path in ["/billing/v1/invoices", "/v2/accounts/me/billing/invoices", "/express/invoices", "/api/v3/invoice"] {
        let refused = get(server.address(), path);
        assert!(matches!(refused.status, 400 | 401), "{path}: {} {}", refused.status, refused.body);
    }
    let ended = server.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
    assert!(ended.stderr.contains("finishing what was begun") && ended.stderr.contains("stopped"), "{}", ended.stderr);
}

#[test]
fn a_request_in_flight_is_finished() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = serve(directory.path()).arg("--test-clock").start();
    let made = run_in(directory.path(), &["tenant", "create", "Acme", "--json"]).json();
    let body = format!("{{\"tenant\":\"{}\",\"to\":\"2030-01-01T00:00:00Z\"}}", text(&made, "id"));
    let (early, late) = body.split_at(10);
    let mut stream = connect(server.address());
    let head = format!("POST /_test/clock HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{early}", body.len());
    stream.write_all(head.as_bytes()).expect("sent");
    // The head must have been read before the signal: until then nothing was begun.
    std::thread::sleep(Duration::from_millis(300));
    server.ask_to_stop();
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(late.as_bytes()).expect("the connection is still there");
    let reply = Reply::read(&mut stream);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(text(&reply.json(), "business_at"), "2030-01-01T00:00:00Z");
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let tenants = run_in(directory.path(), &["tenant", "list", "--json"]).json();
    assert_eq!(text(&tenants[0], "business_at"), "2030-01-01T00:00:00Z", "what was answered is stored");
}

#[test]
fn the_test_clock_is_there_only_when_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    let plain = serve(directory.path()).start();
    let made = run_in(directory.path(), &["tenant", "create", "Acme", "--json"]).json();
    let tenant = text(&made, "id");
    let clock = format!("/_test/clock?tenant={tenant}");
    for reply in [get(plain.address(), &clock), ask(plain.address(), "POST", "/_test/clock", &[], "{}")] {
        assert_eq!((reply.status, text(&reply.json(), "code")), (403, "no_test_clock"));
    }
    drop(plain);
    let server = serve(directory.path()).arg("--test-clock").start();
    let move_to = |to: &str| {
        let body = format!("{{\"tenant\":\"{tenant}\",\"to\":\"{to}\"}}");
        ask(server.address(), "POST", "/_test/clock", &[], &body)
    };
    assert_eq!(get(server.address(), &clock).json()["is_moved"], false);
    assert_eq!(move_to("2031-05-06T07:08:09Z").status, 200);
    assert_eq!(text(&get(server.address(), &clock).json(), "business_at"), "2031-05-06T07:08:09Z");
    assert_eq!(text(&move_to("2030-01-01T00:00:00Z").json(), "code"), "clock_moves_forward_only");
    assert_eq!(text(&move_to("tomorrow").json(), "code"), "invalid_instant");
    assert_eq!(get(server.address(), "/_test/clock?tenant=ten_5").status, 404);
    assert_eq!(get(server.address(), "/_test/clock").status, 400);
    let other =
        ask(server.address(), "POST", "/_test/clock", &[], "{\"tenant\":\"ten_5\",\"to\":\"2031-05-06T07:08:09Z\"}");
    assert_eq!(other.status, 404);
    assert_eq!(ask(server.address(), "POST", "/_test/clock", &[], "{\"tenant\":").status, 400);
}

#[test]
fn two_servers_never_share_a_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = serve(directory.path()).start();
    let refused = serve(directory.path()).try_start().expect_err("the directory is taken");
    assert_eq!((refused.status.code(), refused.stdout.as_str()), (Some(6), ""));
    let process = first.id().to_string();
    for word in ["another server", process.as_str(), "--data-dir", "--database-url"] {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    run_in(directory.path(), &["db", "migrate"]).refuses(6, &["another server"]);
    assert_eq!(get(first.address(), "/readyz").status, 200, "the first is unharmed");
    // The lock ends with its holder, however that ended.
    let second = first.again();
    assert_eq!(get(second.address(), "/readyz").status, 200);
}

#[test]
fn a_taken_port_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let launch = billwright().data_dir(directory.path()).args(["serve", "--listen", &address]);
    run_launch(&launch).refuses(6, &["cannot listen on", &address, "--listen"]);
}

#[test]
fn commands_write_beside_a_running_server() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = serve(directory.path()).arg("--test-clock").start();
    let made = run_in(directory.path(), &["tenant", "create", "Acme", "--json"]).json();
    let tenant = text(&made, "id");
    let address = server.address();
    // The server writes too, meanwhile.
    let writing = std::thread::spawn({
        let tenant = tenant.to_owned();
        move || {
            for second in 0..40 {
                let body = format!("{{\"tenant\":\"{tenant}\",\"to\":\"2040-01-01T00:00:{second:02}Z\"}}");
                assert_eq!(ask(address, "POST", "/_test/clock", &[], &body).status, 200);
            }
        }
    });
    let creating: Vec<_> = (0..4)
        .map(|at| {
            let data = directory.path().to_owned();
            std::thread::spawn(move || {
                let label = format!("client {at}");
                let create = ["credential", "create", "--face", "native", "--json", "--label", &label];
                let made = run_in(&data, &create).json();
                (text(&made, "id").to_owned(), text(&made, "token").to_owned())
            })
        })
        .collect();
    let made: Vec<(String, String)> = creating.into_iter().map(|one| one.join().expect("made")).collect();
    writing.join().expect("all answered");
    let mut ids: Vec<&str> = made.iter().map(|(id, _)| id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{made:?}");
    for (_, token) in &made {
        let me = ask(address, "GET", "/v1/me", &[format!("authorization: Bearer {token}")], "");
        assert_eq!(me.status, 200, "{}", me.body);
    }
    assert!(
        text(&run_in(directory.path(), &["tenant", "list", "--json"]).json()[0], "business_at").starts_with("2040")
    );
}

#[test]
fn metrics_have_a_listener_of_their_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
    let launch = billwright().data_dir(directory.path()).args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen"]);
    let server = launch.arg(free.to_string()).start();
    assert_eq!(get(server.address(), "/readyz").status, 200);
    assert_eq!(get(server.address(), "/metrics").status, 404, "not on the main listener");
    let metrics = get(free, "/metrics");
    assert_eq!(metrics.status, 200);
    assert!(metrics.head.contains("content-type: text/plain; version=0.0.4"), "{}", metrics.head);
    for line in [
        "http_requests_total{face=\"native\",route=\"/readyz\",method=\"GET\",status=\"200\"} 1",
        "store_batches_total ",
    ] {
        assert!(metrics.body.contains(line), "{line}: {}", metrics.body);
    }
    assert!(metrics.body.contains("http_request_seconds_bucket{"), "{}", metrics.body);
}

#[test]
fn logs_are_json_on_request() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = serve(directory.path()).args(["--log-format", "json"]).start();
    let ended = server.terminate();
    for line in ended.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line.get("level").is_some() && line.get("timestamp").is_some(), "{line}");
    }
    assert!(ended.stderr.lines().count() >= 2, "{}", ended.stderr);
}

#[test]
fn every_listed_operation_is_served() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = serve(directory.path()).start();
    let list = run_in(directory.path(), &["face", "list", "--json"]).json();
    let operations = list.as_array().expect("rows");
    assert!(operations.len() > 20, "{}", operations.len());
    for operation in operations {
        let (face, method) = (text(operation, "face"), text(operation, "method"));
        let path: Vec<&str> =
            text(operation, "path").split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let path = path.join("/");
        let body = if method == "GET" || method == "DELETE" { "" } else { "{}" };
        let reply = ask(server.address(), method, &path, &[], body);
        // Without a credential: a route that is not there would say 404 or 405 instead.
        assert!(matches!(reply.status, 400 | 401), "{face}: {method} {path}: {} {}", reply.status, reply.body);
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_before_anything_is_made() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let chain = directory.path().join("chain.pem");
    std::fs::write(&chain, "no certificate").expect("written");
    let chain = chain.to_str().expect("text");
    run_in(&data, &["serve", "--tls-cert", chain, "--tls-key", chain]).refuses(2, &["chain.pem holds no certificate"]);
    assert!(!data.exists());
}

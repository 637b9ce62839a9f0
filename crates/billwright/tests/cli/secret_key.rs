//! The server's secret key: made with the data directory, needed to read what it sealed, changed by a second line.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::postgres::{on, serve as serve_on, with_database};
use crate::support::{Ran, run_in, run_launch, serve, text};

const PAIR: [&str; 5] = ["credential", "create", "--face", "chargeover", "--json"];

/// 32 bytes in base64, other ones for each letter.
fn key(letter: char) -> String {
    format!("{}=", letter.to_string().repeat(42) + "A")
}

/// Starts a server and stops it, or says why it does not start.
fn started(launch: &crate::process::Launch) -> Result<(), (Option<i32>, String)> {
    match launch.try_start() {
        Ok(server) => {
            assert_eq!(server.terminate().status.code(), Some(0));
            Ok(())
        }
        Err(ended) => Err((ended.status.code(), ended.stderr)),
    }
}

#[track_caller]
fn refused(started: Result<(), (Option<i32>, String)>, words: &[&str]) {
    let (code, told) = started.expect_err("it does not start");
    assert_eq!(code, Some(4), "{told}");
    for word in words {
        assert!(told.contains(word), "{word:?} is not in: {told}");
    }
}

fn private_key(ran: &Ran) -> String {
    text(&ran.json(), "private_key").to_owned()
}

fn is_in_files(data: &Path, secret: &str) -> bool {
    let files = fs::read_dir(data).expect("the data directory is there");
    files.filter_map(Result::ok).any(|file| {
        let bytes = fs::read(file.path()).expect("it can be read");
        bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
    })
}

#[test]
fn the_first_start_makes_it_and_the_database_never_holds_what_it_seals() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    started(&serve(&data)).expect("the first start");
    let path = data.join("secret.key");
    let first = fs::read_to_string(&path).expect("it is there");
    assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
    run_in(&data, &["tenant", "create", "Acme"]).expect(0);
    let server = serve(&data).start();
    let secret = private_key(&run_in(&data, &PAIR));
    assert!(!is_in_files(&data, &secret));
    assert_eq!(server.terminate().status.code(), Some(0));
    assert!(!is_in_files(&data, &secret));
    assert_eq!(fs::read_to_string(&path).expect("it is there"), first, "it stays");
    // Lost, it is asked for and not made anew.
    fs::remove_file(&path).expect("removed");
    refused(started(&serve(&data)), &["secret.key is not there", "put the copy of it back"]);
    run_in(&data, &PAIR).refuses(4, &["secret.key is not there"]);
    assert!(!path.exists());
    // What needs no secret goes on.
    run_in(&data, &["credential", "create", "--face", "native"]).expect(0);
    run_in(&data, &["audit"]).expect(0);
}

#[test]
fn another_key_is_refused_until_it_takes_over() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    run_in(&data, &["db", "migrate"]).expect(0);
    run_in(&data, &["tenant", "create", "Acme"]).expect(0);
    run_in(&data, &PAIR).expect(0);
    let old = fs::read_to_string(data.join("secret.key")).expect("it is there");
    let other = directory.path().join("other.key");
    let named = || serve(&data).arg("--secret-key-file").arg(&other);
    fs::write(&other, key('b')).expect("written");
    refused(started(&named()), &["other.key holds the secret key", "sealed with", "second line"]);
    fs::write(&other, "secret").expect("written");
    let (code, told) = started(&named()).expect_err("no key");
    assert!(code == Some(2) && told.contains("other.key is no secret key: line 1 is no key"), "{told}");
    // Before the old one it seals everything anew, and is enough from then on.
    fs::write(&other, format!("{}\n{old}", key('b'))).expect("written");
    started(&named()).expect("both keys");
    fs::write(&other, key('b')).expect("written");
    started(&named()).expect("the new key");
    refused(started(&serve(&data)), &["secret.key holds the secret key", "sealed with"]);
}

#[test]
fn servers_of_one_postgres_are_given_theirs() {
    with_database(|dsn| {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("shared.key");
        fs::write(&path, key('c')).expect("written");
        let named = path.to_str().expect("text");
        on(dsn, &["db", "migrate"]).expect(0);
        on(dsn, &["tenant", "create", "Acme"]).expect(0);
        started(&serve_on(dsn)).expect("nothing needs a key yet");
        on(dsn, &PAIR).refuses(4, &["no secret key is named", "--secret-key-file", "the same for every server"]);
        let made = on(dsn, &[&PAIR[..], &["--secret-key-file", named]].concat());
        assert!(!private_key(&made).is_empty());
        refused(started(&serve_on(dsn)), &["the database keeps secrets", "--secret-key-file", "/dev/urandom"]);
        started(&serve_on(dsn).env("BILLWRIGHT_SECRET_KEY_FILE", named)).expect("the key is named");
        run_launch(&crate::support::billwright().database_url(dsn).args(["tenant", "list"])).expect(0);
    });
}

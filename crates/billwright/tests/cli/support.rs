//! Running commands and asking servers.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;

use crate::process::Launch;

const PROGRAM: &str = env!("CARGO_BIN_EXE_billwright");

/// `billwright serve` on a free port.
pub fn serve(data_dir: &Path) -> Launch {
    Launch::new(PROGRAM).data_dir(data_dir)
}

/// The program, with a home of its own.
pub fn billwright() -> Launch {
    Launch::bare(PROGRAM)
}

/// What a command did.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run_launch(launch: &Launch) -> Ran {
    let output = launch.command().output().expect("the program runs");
    Ran {
        code: output.status.code().expect("no signal ended it"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Runs `billwright --data-dir DIR ...`.
pub fn run_in(data_dir: &Path, arguments: &[&str]) -> Ran {
    run_launch(&billwright().data_dir(data_dir).args(arguments))
}

pub fn run(arguments: &[&str]) -> Ran {
    run_launch(&billwright().args(arguments))
}

impl Ran {
    /// Checks the exit code and gives stdout.
    #[track_caller]
    pub fn expect(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        &self.stdout
    }

    /// Checks that it worked, and reads stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.expect(0)).expect("JSON on stdout")
    }

    /// Checks that it failed with the code, said nothing on stdout, and each of the words on stderr.
    #[track_caller]
    pub fn refuses(&self, code: i32, words: &[&str]) {
        assert_eq!(self.expect(code), "");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in: {}", self.stderr);
        }
    }
}

/// The text of a member.
#[track_caller]
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no text {name} in {value}"))
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    #[track_caller]
    pub fn read(stream: &mut TcpStream) -> Reply {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {text:?}"));
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        Reply { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }
}

/// A connection that gives up after half a minute.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server accepts");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    stream
}

/// One request on a connection of its own. `headers` are whole lines.
pub fn ask(address: SocketAddr, method: &str, target: &str, headers: &[String], body: &str) -> Reply {
    let mut stream = connect(address);
    let mut request = format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for header in headers {
        request.push_str(&format!("{header}\r\n"));
    }
    if !body.is_empty() {
        request.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    request.push_str(&format!("\r\n{body}"));
    stream.write_all(request.as_bytes()).expect("sent");
    Reply::read(&mut stream)
}

pub fn get(address: SocketAddr, target: &str) -> Reply {
    ask(address, "GET", target, &[], "")
}

/// Does what a printed curl would do; understands what this program prints.
pub fn do_curl(command: &str) -> Reply {
    let mut words = words(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"), "{command}");
    let (mut headers, mut url) = (Vec::new(), String::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-sS" => {}
            "-H" => headers.push(words.next().expect("a header")),
            "-u" => {
                let pair = words.next().expect("a pair");
                let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
                headers.push(format!("Authorization: Basic {encoded}"));
            }
            other if other.starts_with("http://") => other.clone_into(&mut url),
            other => panic!("curl's {other} is not understood here: {command}"),
        }
    }
    let rest = url.strip_prefix("http://").expect("a URL");
    let (host, path) = rest.split_once('/').expect("a path");
    ask(host.parse().expect("an address"), "GET", &format!("/{path}"), &headers, "")
}

/// The words of a shell's command, single quotes only.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in command.trim().chars() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            other => words.last_mut().expect("one word at least").push(other),
        }
    }
    assert!(!is_quoted, "{command}");
    words.retain(|word| !word.is_empty());
    words
}

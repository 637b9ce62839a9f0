//! The README holds: its shell blocks are run as they stand, its tables and names are compared with the program.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use billwright::cli::Cli;
use billwright::config::settings::Setting;
use billwright::faces;
use clap::Parser as _;

/// The address that the README's commands call; the test's server has another port.
const ADDRESS: &str = "127.0.0.1:8080";

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the root").to_owned()
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("there is a README")
}

/// The fenced blocks of a language, in order.
fn blocks(language: &str) -> Vec<String> {
    let (text, open) = (readme(), format!("```{language}"));
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while lines.any(|line| line == open) {
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(block.join("\n"));
    }
    blocks
}

/// Bash where `billwright` is the built program and no setting of this machine has a say.
fn bash(directory: &Path, script: &str) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_billwright")).parent().expect("a program lies in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BILLWRIGHT_")) {
        command.env_remove(name);
    }
    command.env("PATH", format!("{}:{path}", program.display())).env("HOME", directory);
    command.current_dir(directory).stdin(Stdio::null()).args(["--noprofile", "--norc", "-c", script]);
    command
}

/// The server of the first block. Dropped, it is killed.
struct Server(Child);

impl Server {
    fn start(directory: &Path, block: &str) -> (Server, String) {
        let mut command = bash(directory, &format!("exec {block}"));
        command.env("BILLWRIGHT_LISTEN", "127.0.0.1:0").env("BILLWRIGHT_METRICS_LISTEN", "off");
        let log = std::fs::File::create(directory.join("server.log")).expect("a log");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("bash starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        let server = Server(child);
        BufReader::new(stdout).read_line(&mut line).expect("the server speaks");
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("it said {line:?}"));
        (server, address.to_owned())
    }

    fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()));
        assert!(self.0.wait().expect("the server is our child").success(), "the server did not end well");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_newcomers_path_works() {
    const MARK: &str = "=== block ";
    let directory = tempfile::tempdir().expect("a directory");
    let blocks = blocks("sh");
    let (serve, rest) = blocks.split_first().expect("the README has shell blocks");
    let (server, address) = Server::start(directory.path(), serve);
    let mut script = "set -eu\n".to_owned();
    for (at, block) in rest.iter().enumerate() {
        script.push_str(&format!("printf '\\n{MARK}%s\\n' {at}\n{}\n", block.replace(ADDRESS, &address)));
    }
    script.push_str(&format!("printf '\\n{MARK}ids\\n'\necho \"$CUSTOMER $ITEM $INVOICE\"\n"));
    let ran = bash(directory.path(), &script).output().expect("bash runs");
    let (told, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{}\n{told}\n{complained}", ran.status);
    let outputs: BTreeMap<&str, &str> = told.split(MARK).skip(1).filter_map(|part| part.split_once('\n')).collect();

    let expected: [(&str, &[&str]); 5] = [
        ("0", &["Acme Ltd", "ten_"]),
        (
            "2",
            &[
                r#""status":"open""#,
                r#""number":"INV-000001""#,
                r#""total":"100.00""#,
                r#""applied":"50.00""#,
                r#""status":"partly_paid""#,
                r#""balance":"50.00""#,
            ],
        ),
        (
            "3",
            &[
                r#""number":"INV-000001","status":"partially_paid""#,
                r#""balance":50,"total":100"#,
                r#""invoice_number":"INV-000001","total_amount":100,"tax_amount":0,"balance":50"#,
                r#""quantity":8,"rate":12.5,"amount":100"#,
                "\"balance\": 50,\n",
                "\"invoice_status_str\": \"open-unpaid\"",
            ],
        ),
        ("4", &["all rules hold"]),
        ("ids", &["cus_", "itm_", "inv_"]),
    ];
    assert_eq!(outputs.len(), rest.len() + 1);
    for (block, texts) in expected {
        for text in texts {
            assert!(outputs[block].contains(text), "block {block} lacks {text}:\n{}", outputs[block]);
        }
    }
    let ids: Vec<&str> = outputs["ids"].split_whitespace().collect();
    assert!(ids.iter().all(|id| id.len() > "inv_".len()), "{ids:?}");
    server.stop();
}

/// Secrets, ports and temporary folders are others at each run.
fn masked(line: &str) -> String {
    let mut masked = String::new();
    let mut word = String::new();
    for letter in line.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() || letter == '…' {
            word.push(letter);
            continue;
        }
        let is_secret = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        masked.push_str(if is_secret { "…" } else { &word });
        word.clear();
        masked.push(letter);
    }
    let masked = masked.trim_end().to_owned();
    match masked.split_once("/billwright-demo-") {
        Some((before, rest)) => {
            let after = rest.find(' ').map_or("", |at| &rest[at..]);
            let before = before.rfind(' ').map_or("", |at| &before[..=at]);
            format!("{before}…/billwright-demo-…{after}")
        }
        None => masked,
    }
}

#[test]
fn the_demo_says_what_the_readme_shows() {
    let directory = tempfile::tempdir().expect("a directory");
    let ran = bash(directory.path(), "billwright demo --once --listen 127.0.0.1:0").output().expect("bash runs");
    let (told, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{told}\n{complained}");
    let base =
        told.lines().next().and_then(|line| line.strip_prefix("listening on http://")).expect("where it listens");
    let told: Vec<String> = told.replace(base, ADDRESS).lines().map(masked).collect();
    let blocks = blocks("console");
    let shown: Vec<&str> = blocks[0].lines().skip_while(|line| *line != "$ billwright demo").skip(1).collect();
    assert!(shown.len() > 5);
    assert_eq!(shown, told[..shown.len()]);
}

#[test]
fn the_table_of_faces_is_the_programs() {
    let readme = readme();
    for face in faces::all() {
        let prefixes: Vec<String> = face.prefixes.iter().map(|prefix| format!("`{prefix}`")).collect();
        let cells = format!("| {} | {}", prefixes.join(", "), face.operations.len());
        assert!(readme.contains(&cells), "the README's table of faces lacks {cells:?}");
        let is_reading = face.operations.iter().all(|operation| operation.method == "GET");
        let words = if face.operations.len() == 1 { "read |" } else { "reads |" };
        let wanted = format!("{cells} {words}");
        assert_eq!(readme.contains(&wanted), is_reading, "{wanted:?}");
    }
}

#[test]
fn settings_and_commands_exist() {
    for block in blocks("toml") {
        for line in block.lines() {
            let Some((name, _)) = line.trim_start_matches("# ").split_once(" = ") else { continue };
            let name = name.trim();
            let secret = name.strip_suffix("_file").and_then(Setting::by_name).filter(|setting| setting.is_secret);
            assert!(Setting::by_name(name).or(secret).is_some(), "{name} is no setting");
        }
    }
    let readme = readme();
    let spans = readme.split('`').skip(1).step_by(2);
    let of_unit = blocks("ini").into_iter().flat_map(|block| {
        let start = block.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/")).map(str::to_owned);
        start.into_iter().collect::<Vec<String>>()
    });
    let commands: Vec<String> =
        spans.filter(|span| span.starts_with("billwright ")).map(str::to_owned).chain(of_unit).collect();
    assert!(commands.len() > 4, "{commands:?}");
    for command in commands {
        let parsed = Cli::try_parse_from(command.split_whitespace());
        assert!(parsed.is_ok(), "{command}: {:?}", parsed.err());
    }
}

#[test]
fn links_lead_somewhere() {
    let readme = readme();
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(root().join(link).exists(), "{link} is not there");
    }
    for test in ["xtask check", "xtask bench"] {
        assert!(readme.contains(&format!("cargo {test}")));
    }
}

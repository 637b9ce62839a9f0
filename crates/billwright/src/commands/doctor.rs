//! `billwright doctor`: looks at everything that keeps an installation from working, and says what to do.

use std::fs::File;
use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use billing::{Billing, SystemClock};
use jiff::{SignedDuration, Timestamp};
use store::{Db, SchemaStatus, Synchronous};

use crate::config::Config;
use crate::data_dir::{self, Lock};
use crate::exit::{Exit, Failure, Result};
use crate::output::{Cell, Printer, Record};

/// Below this a busy server fills the disk within a day.
const WARN_FREE_BYTES: u64 = 1 << 30;
const FAIL_FREE_BYTES: u64 = 64 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    todo: String,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Finding {
        Finding { check, verdict: Verdict::Ok, found: found.into(), todo: String::new() }
    }

    fn warn(check: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { check, verdict: Verdict::Warn, found: found.into(), todo: todo.into() }
    }

    fn fail(check: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { check, verdict: Verdict::Fail, found: found.into(), todo: todo.into() }
    }

    fn row(&self) -> Record {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        };
        let todo = Some(self.todo.as_str()).filter(|todo| !todo.is_empty());
        Record::default()
            .with("check", Cell::text(self.check))
            .with("verdict", Cell::text(verdict))
            .with("found", Cell::text(&self.found))
            .with("todo", Cell::maybe(todo))
    }
}

/// Exit 4 when something fails; a warning is none.
pub async fn run(config: &Config, printer: Printer) -> Result<()> {
    let mut findings = Vec::new();
    let is_sqlite = config.database_url.is_none();
    let is_running = is_sqlite && Lock::is_taken(&config.data_dir);
    if is_sqlite {
        findings.extend([rights(&config.data_dir), disk_space(&config.data_dir)]);
    }
    findings.extend(database(config).await);
    findings.extend([clock(config), time_zones()]);
    findings.push(port("port", "listen", config.listen, is_running));
    if let Some(address) = config.metrics_listen {
        findings.push(port("metrics_port", "metrics-listen", address, is_running));
    }
    let rows: Vec<Record> = findings.iter().map(Finding::row).collect();
    printer.list(&["check", "verdict", "found", "todo"], &rows)?;
    match findings.iter().any(|finding| finding.verdict == Verdict::Fail) {
        true => Err(Failure::silent(Exit::Refused)),
        false => Ok(()),
    }
}

fn rights(directory: &Path) -> Finding {
    let name = "data_dir";
    let shown = directory.display();
    let Ok(metadata) = std::fs::metadata(directory) else {
        return Finding::warn(name, format!("{shown} is not there"), "billwright serve or db migrate makes it");
    };
    let ours = rustix::process::geteuid().as_raw();
    if metadata.uid() != ours && ours != 0 {
        let found = format!("{shown} belongs to user {}, this is user {ours}", metadata.uid());
        return Finding::fail(name, found, "run as its owner");
    }
    match data_dir::foreign_rights(directory) {
        Ok(0) => Finding::ok(name, format!("{shown} is its owner's only")),
        Ok(rights) => Finding::warn(
            name,
            format!("{shown} has the rights {rights:03o} for others"),
            format!("chmod 0700 {shown}"),
        ),
        Err(error) => Finding::fail(name, format!("{shown}: {error}"), "run as a user that may read it"),
    }
}

fn disk_space(directory: &Path) -> Finding {
    let name = "disk_space";
    // The nearest directory that is there: the data directory may still have to be made.
    let Some(place) = directory.ancestors().find(|path| path.is_dir()) else {
        return Finding::warn(name, "unknown: no directory to ask", "");
    };
    let free_bytes = match rustix::fs::statvfs(place) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => return Finding::warn(name, format!("unknown: {error}"), ""),
    };
    let found = format!("{} MiB free", free_bytes >> 20);
    match free_bytes {
        ..FAIL_FREE_BYTES => Finding::fail(name, found, "free some space: writes will soon be refused"),
        FAIL_FREE_BYTES..WARN_FREE_BYTES => Finding::warn(name, found, "free some space"),
        _ => Finding::ok(name, found),
    }
}

async fn database(config: &Config) -> Vec<Finding> {
    if config.database_url.is_none() && !config.database_path().is_file() {
        let found = format!("no database in {}", config.data_dir.display());
        return vec![Finding::warn("database", found, "billwright serve or db migrate makes it")];
    }
    let settings = config.store();
    let db = match Db::open(&settings).await {
        Ok(db) => db,
        Err(error) => {
            let failure = Failure::from(error);
            let todo = match config.database_url {
                Some(_) => "is PostgreSQL running, the URL right, and fsync, full_page_writes, synchronous_commit on?",
                None => "is this a database of Billwright, and may this user write it?",
            };
            return vec![Finding::fail("database", failure.to_string(), todo)];
        }
    };
    let mut findings = vec![match config.database_url {
        // Opening it refuses a server that would lose acknowledged writes.
        Some(_) if config.allows_unsafe_postgres => Finding::warn(
            "postgres_settings",
            "not judged: allow_unsafe_postgres is set",
            "unset it, unless this is a test",
        ),
        Some(_) => Finding::ok(
            "postgres_settings",
            "13 or later, UTF8; fsync, full_page_writes and synchronous_commit are not off",
        ),
        None => sqlite_file(&config.database_path()),
    }];
    if config.database_url.is_none() {
        findings.push(match settings.synchronous {
            Synchronous::Full => Finding::ok("synchronous", "FULL: what is acknowledged survives a power loss"),
            other => Finding::fail("synchronous", format!("{other:?}"), "a power loss loses acknowledged writes"),
        });
    }
    let status = db.schema_status().await;
    if let Ok(SchemaStatus::Current { .. }) = status {
        findings.push(secret_key(&db, config).await);
    }
    findings.push(match status {
        Ok(SchemaStatus::Current { version }) => Finding::ok("schema", format!("version {version}, current")),
        Ok(SchemaStatus::Pending { version, pending }) => Finding::fail(
            "schema",
            format!("version {version}, {} migrations pending", pending.len()),
            "billwright db migrate",
        ),
        Ok(SchemaStatus::Newer { found, known }) => Finding::fail(
            "schema",
            format!("version {found}, this program knows {known}"),
            "use the newer program that migrated it",
        ),
        Err(error) => {
            Finding::fail("schema", error.to_string(), "restore the database, or use the program it was made by")
        }
    });
    db.close().await;
    findings
}

async fn secret_key(db: &Db, config: &Config) -> Finding {
    let billing = Billing::new(db.clone(), SystemClock::Machine);
    match crate::secret_key::look(&billing, config).await {
        Ok(found) => Finding::ok("secret_key", found),
        Err(failure) => Finding::fail("secret_key", failure.what(), failure.advice().unwrap_or_default()),
    }
}

/// What the head of the file says (https://www.sqlite.org/fileformat.html, "The Database Header"): offset 18 is 2
/// for a write-ahead log, offset 96 the version number of the library that wrote last.
fn sqlite_file(path: &Path) -> Finding {
    let name = "sqlite";
    let mut head = [0_u8; 100];
    if let Err(error) = File::open(path).and_then(|mut file| file.read_exact(&mut head)) {
        return Finding::fail(name, format!("{}: {error}", path.display()), "is this a database of Billwright?");
    }
    let number = u32::from_be_bytes([head[96], head[97], head[98], head[99]]);
    let version = format!("{}.{}.{}", number / 1_000_000, number / 1000 % 1000, number % 1000);
    match head[18] {
        2 => Finding::ok(name, format!("written by SQLite {version}, with a write-ahead log")),
        _ => Finding::fail(
            name,
            format!("written by SQLite {version}, without a write-ahead log"),
            "put the data directory on a local file system",
        ),
    }
}

/// A clock before anything that it has already stamped is wrong.
fn clock(config: &Config) -> Finding {
    let name = "clock";
    let now = store::clock::system_now();
    let known = "2025-01-01T00:00:00Z".parse::<Timestamp>().expect("an instant");
    if now < known {
        return Finding::fail(name, format!("{now:.0}: years behind"), "set the clock; use NTP");
    }
    let modified = std::fs::metadata(config.database_path()).and_then(|metadata| metadata.modified()).ok();
    let written = modified.and_then(|at| Timestamp::try_from(at).ok());
    match written.filter(|_| config.database_url.is_none()) {
        Some(written) if written.duration_since(now) > SignedDuration::from_mins(1) => Finding::fail(
            name,
            format!("{now:.0}, but the database was written at {written:.0}"),
            "set the clock; use NTP",
        ),
        _ => Finding::ok(name, format!("{now:.0}")),
    }
}

fn time_zones() -> Finding {
    match jiff::tz::TimeZone::get("Europe/Berlin") {
        Ok(_) => Finding::ok("time_zones", "the IANA database is there"),
        Err(error) => Finding::fail("time_zones", error.to_string(), "install tzdata"),
    }
}

fn port(name: &'static str, flag: &str, address: std::net::SocketAddr, is_running: bool) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(name, format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && is_running => {
            Finding::ok(name, format!("{address} is in use, and a server has this data directory"))
        }
        Err(error) => Finding::warn(
            name,
            format!("{address}: {error}"),
            format!("stop what has it, or name another with --{flag}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_told() {
        let directory = tempfile::tempdir().expect("a directory");
        let finding = disk_space(&directory.path().join("not/there/yet"));
        assert!(finding.found.ends_with("MiB free"), "{}", finding.found);
    }

    #[test]
    fn a_file_that_is_no_database() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert_eq!(sqlite_file(file.path()).verdict, Verdict::Fail);
        std::fs::write(file.path(), [0_u8; 100]).expect("written");
        assert_eq!(sqlite_file(file.path()).verdict, Verdict::Fail);
    }
}

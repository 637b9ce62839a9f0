//! An installation of the built program: where its data lies and how it is called.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::drive::Client;

/// How long a start may take, migrations and recovery included, on a busy machine.
const START: Duration = Duration::from_secs(120);

/// An installation. Clones are the same installation with further settings.
#[derive(Clone, Debug)]
pub struct Site {
    program: PathBuf,
    data_dir: PathBuf,
    database_url: Option<String>,
    environment: Vec<(String, String)>,
    flags: Vec<String>,
}

/// A command that ended.
#[derive(Clone, Debug)]
pub struct Finished {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// The output as JSON of a command that succeeded.
    ///
    /// # Panics
    /// When it failed.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.exit, Some(0), "{}{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

impl Site {
    /// `program` is the built binary (`env!("CARGO_BIN_EXE_billwright")`).
    pub fn new(program: impl Into<PathBuf>, data_dir: impl Into<PathBuf>) -> Site {
        Site {
            program: program.into(),
            data_dir: data_dir.into(),
            database_url: None,
            environment: Vec::new(),
            flags: Vec::new(),
        }
    }

    /// Keeps its books on a PostgreSQL of the tests.
    #[must_use]
    pub fn on_postgres(mut self, url: &str) -> Site {
        self.database_url = Some(url.to_owned());
        self
    }

    /// The same data with another program.
    #[must_use]
    pub fn run_by(mut self, program: impl Into<PathBuf>) -> Site {
        self.program = program.into();
        self
    }

    /// The same program on other data.
    #[must_use]
    pub fn at(&self, data_dir: &Path) -> Site {
        Site { data_dir: data_dir.to_owned(), ..self.clone() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Site {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A further flag of `serve`.
    #[must_use]
    pub fn flag(mut self, flag: &str) -> Site {
        self.flags.push(flag.to_owned());
        self
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BILLWRIGHT_")) {
            command.env_remove(name);
        }
        // No configuration file of this machine has a say.
        command.current_dir(&self.data_dir).stdin(Stdio::null());
        command.arg("--data-dir").arg(&self.data_dir);
        if let Some(url) = &self.database_url {
            command.args(["--database-url", url, "--allow-unsafe-postgres"]);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let output = self.command().args(arguments).output().expect("the program can be started");
        Finished {
            exit: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Recomputes every invariant.
    ///
    /// # Errors
    /// What the audit found, or why it could not be made.
    pub fn audit(&self) -> Result<(), String> {
        let audit = self.run(&["audit", "--json"]);
        match audit.exit {
            Some(0) => Ok(()),
            exit => Err(format!("audit ended with {exit:?}: {}{}", audit.stdout, audit.stderr)),
        }
    }

    /// Makes a tenant with a legal entity that keeps its books in this currency, and gives its id.
    pub fn create_tenant(&self, name: &str, currency: &str) -> String {
        let tenant = self.run(&["tenant", "create", name, "--currency", currency, "--json"]).json();
        tenant["id"].as_str().unwrap_or_else(|| panic!("a tenant has an id: {tenant}")).to_owned()
    }

    /// Makes a credential and gives what `credential create --json` says of it.
    pub fn create_credential(&self, face: &str, more: &[&str]) -> serde_json::Value {
        let arguments = [&["credential", "create", "--json", "--face", face], more].concat();
        self.run(&arguments).json()
    }

    /// Starts a server on a free port and waits until it is ready.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn serve(&self) -> Serving {
        self.try_serve().unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`Site::serve`].
    ///
    /// # Errors
    /// What the server said before it gave up.
    pub fn try_serve(&self) -> Result<Serving, String> {
        let log = self.data_dir.with_extension(format!("log-{:08x}", fastrand::u32(..)));
        let stderr = File::create(&log).expect("a log beside the data");
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"])
            .args(&self.flags)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the program can be started");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let (tell, told) = mpsc::channel();
        // Goes on reading, so that the server never waits for us.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(address) = listening(&line) {
                    // Nobody waits any more when the start took too long.
                    let _ = tell.send(address);
                }
            }
        });
        let address = told.recv_timeout(START);
        let serving = |address| Serving { child, address, log };
        match address {
            Ok(address) => {
                let serving = serving(address);
                serving.wait_until_ready().map(|()| serving)
            }
            Err(_) => {
                let mut failed = serving(SocketAddr::from(([127, 0, 0, 1], 0)));
                failed.end();
                Err(format!("the server did not start: {}", failed.log()))
            }
        }
    }
}

/// The address in `listening on http://127.0.0.1:12345`.
fn listening(line: &str) -> Option<SocketAddr> {
    let (_, url) = line.split_once("listening on ")?;
    let (_, address) = url.trim().split_once("://")?;
    address.trim_end_matches('/').parse().ok()
}

/// A running server. Dropped, it is killed.
pub struct Serving {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Serving {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// What it wrote to stderr.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let attempts = START.as_millis() / 50;
        for _ in 0..attempts {
            if self.client().get("/readyz").is_ok_and(|reply| reply.status == 200) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(format!("the server is not ready: {}", self.log()))
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// kill -9: the program has no say in it.
    pub fn kill(mut self) {
        self.end();
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Panics
    /// When it does not end, or not well.
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the server can be signalled");
        for _ in 0..1_200 {
            if let Some(status) = self.child.try_wait().expect("the server is our child") {
                assert!(status.success(), "the server ended with {status}: {}", self.log());
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not stop: {}", self.log());
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
        // A failed test shows the log by itself; nobody else reads it.
        let _ = std::fs::remove_file(&self.log);
    }
}

//! The built server as a process of its own: started, asked where it listens, stopped or killed. For tests of the
//! command line and of crashes.
//!
//! ```ignore
//! let mut server = Launch::new(env!("CARGO_BIN_EXE_billwright")).data_dir(directory.path()).start();
//! let url = server.url("/readyz");
//! server.kill();                                  // kill -9: nothing is finished
//! let server = server.again();                    // the same command on the same data
//! let ended = server.terminate();                 // SIGTERM: what was begun is finished
//! ```

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a start or a stop may take before its test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// What begins the line that names the address.
const LISTENING: &str = "listening on ";

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Launch {
    program: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
}

impl Launch {
    /// `program serve --listen 127.0.0.1:0 --metrics-listen off`, with nothing of this process's own settings.
    pub fn new(program: impl Into<PathBuf>) -> Launch {
        Launch::bare(program).args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"])
    }

    /// `program` alone, for any other command that prints `listening on URL`.
    pub fn bare(program: impl Into<PathBuf>) -> Launch {
        Launch { program: program.into(), arguments: Vec::new(), variables: Vec::new(), directory: None }
    }

    /// Adds `--data-dir`.
    pub fn data_dir(self, path: &Path) -> Launch {
        self.arg("--data-dir").arg(path)
    }

    /// Adds `--database-url`, for a test server without fsync.
    pub fn database_url(self, url: &str) -> Launch {
        self.arg("--database-url").arg(url).arg("--allow-unsafe-postgres")
    }

    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Launch {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    #[must_use]
    pub fn args(self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Launch {
        arguments.into_iter().fold(self, Launch::arg)
    }

    /// Sets an environment variable, such as a library to be preloaded.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Launch {
        self.variables.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Starts in this directory; otherwise in the system's temporary one, where no configuration lies.
    #[must_use]
    pub fn current_dir(mut self, path: &Path) -> Launch {
        self.directory = Some(path.to_owned());
        self
    }

    /// The command, without what this process's environment would say to it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("BILLWRIGHT_") || text == "RUST_LOG" {
                command.env_remove(&name);
            }
        }
        command
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.directory.clone().unwrap_or_else(std::env::temp_dir))
            .stdin(Stdio::null());
        command
    }

    /// Starts and waits for the address.
    ///
    /// # Panics
    /// When the process ends first, or says nothing in time; with what it had to say.
    #[track_caller]
    pub fn start(&self) -> ServerProcess {
        match self.try_start() {
            Ok(server) => server,
            Err(ended) => panic!("the server ended with {}: {}", ended.status, ended.stderr),
        }
    }

    /// As [`Launch::start`]; a process that ends instead of listening is no panic.
    ///
    /// # Panics
    /// When the program is not there, or says nothing in time.
    #[track_caller]
    pub fn try_start(&self) -> Result<ServerProcess, Ended> {
        let spawned = self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        let stdout = child.stdout.take().expect("it was piped");
        let stderr = child.stderr.take().expect("it was piped");
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            // Bytes that are no text end the log, not the test.
            let _ = BufReader::new(stderr).read_to_string(&mut text);
            text
        });
        let (said, heard) = mpsc::channel();
        let output = std::thread::spawn(move || {
            let mut text = String::new();
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(url) = line.strip_prefix(LISTENING) {
                    // A test that has its answer listens no longer.
                    let _ = said.send(url.trim().to_owned());
                }
                text.push_str(&line);
                text.push('\n');
            }
            text
        });
        let mut running = Running { child, output: Some(output), errors: Some(errors) };
        match heard.recv_timeout(PATIENCE) {
            Ok(url) => Ok(ServerProcess { launch: self.clone(), base_url: url, running }),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(running.ended()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = running.child.kill();
                panic!("the server said no address within {PATIENCE:?}: {}", running.ended().stderr)
            }
        }
    }
}

/// What a process left behind.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

#[derive(Debug)]
struct Running {
    child: Child,
    output: Option<JoinHandle<String>>,
    errors: Option<JoinHandle<String>>,
}

impl Running {
    fn ended(&mut self) -> Ended {
        let status = self.child.wait().expect("a child can be waited for");
        let text = |reader: &mut Option<JoinHandle<String>>| {
            reader.take().map_or_else(String::new, |reader| reader.join().expect("a reader does not panic"))
        };
        Ended { status, stdout: text(&mut self.output), stderr: text(&mut self.errors) }
    }

    /// Waits until it ends by itself.
    #[track_caller]
    fn ended_soon(&mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().expect("a child can be waited for").is_none() {
            if Instant::now() > deadline {
                let _ = self.child.kill();
                panic!("the process did not end within {PATIENCE:?}: {}", self.ended().stderr);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.ended()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended: nothing happens.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that listens. Dropped, it is killed.
#[derive(Debug)]
pub struct ServerProcess {
    launch: Launch,
    base_url: String,
    running: Running,
}

impl ServerProcess {
    /// `http://127.0.0.1:40123`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The absolute URL of a path that begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// # Panics
    /// When the URL names no address.
    pub fn address(&self) -> SocketAddr {
        let host = self.base_url.split_once("://").map_or("", |(_, rest)| rest);
        host.parse().unwrap_or_else(|_| panic!("no address in {}", self.base_url))
    }

    /// Of the process.
    pub fn id(&self) -> u32 {
        self.running.child.id()
    }

    /// Sends SIGTERM and returns at once.
    ///
    /// # Panics
    /// When the signal cannot be sent.
    pub fn ask_to_stop(&self) {
        self.signal("TERM");
    }

    /// Sends SIGTERM and waits for the end.
    ///
    /// # Panics
    /// When it does not end in time.
    #[track_caller]
    pub fn terminate(self) -> Ended {
        self.ask_to_stop();
        self.wait()
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When it does not come in time.
    #[track_caller]
    pub fn wait(mut self) -> Ended {
        self.running.ended_soon()
    }

    /// Ends it as `kill -9` does: at once, in the middle of whatever it was doing.
    pub fn kill(&mut self) {
        let _ = self.running.child.kill();
        let _ = self.running.child.wait();
    }

    /// Starts the same command again. Kills what still runs.
    #[track_caller]
    pub fn again(mut self) -> ServerProcess {
        self.kill();
        self.launch.clone().start()
    }

    /// Through the program of that name: the standard library sends no other signal than SIGKILL.
    fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -{name} {}", self.id());
    }
}

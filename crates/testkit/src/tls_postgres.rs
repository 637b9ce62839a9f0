//! A PostgreSQL of its own that speaks TLS on 127.0.0.1 and asks for a password, for tests of the connection itself.
//! All others share one server without network.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::postgres::{Owner, programs};

/// Of the user `postgres`.
pub const PASSWORD: &str = "opensesame";

/// A certificate with its private key, in PEM.
#[derive(Clone, Debug)]
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

/// Who signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// In PEM.
    pub certificate: String,
}

impl Authority {
    /// # Panics
    /// When rcgen fails, as below.
    pub fn new(name: &str) -> Authority {
        let params = authority(name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Authority { issuer: Issuer::new(params, key), certificate }
    }

    /// A certificate for one host.
    pub fn issue(&self, host: &str) -> Pair {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([host.to_owned()]).expect("a host's name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Pair { certificate, key: key.serialize_pem() }
    }
}

/// What `openssl req -x509` makes, as PostgreSQL's documentation tells: signed by itself and marked as an authority.
pub fn self_signed(host: &str) -> Pair {
    let mut params = authority(host);
    let named = CertificateParams::new([host.to_owned()]).expect("a host's name");
    params.subject_alt_names = named.subject_alt_names;
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate").pem();
    Pair { certificate, key: key.serialize_pem() }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A running server; dropped, it is stopped and removed.
pub struct TlsPostgres {
    process: Child,
    directory: tempfile::TempDir,
    programs: PathBuf,
    owner: Owner,
    port: u16,
}

impl TlsPostgres {
    /// Starts a server with this certificate, or without TLS.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(pair: Option<&Pair>) -> TlsPostgres {
        let (owner, programs) = (Owner::find(), programs());
        let directory = tempfile::Builder::new().prefix("billwright-tls-").tempdir().expect("a directory");
        let root = directory.path();
        fs::set_permissions(root, fs::Permissions::from_mode(0o711)).expect("it is ours");
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            fs::write(&path, text).expect("it can be written");
            // PostgreSQL takes no private key that others may read.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
            owner.give(&path);
            path
        };
        let password = write("password", PASSWORD);
        owner.give(root);
        let data = root.join("data");
        let made = owner
            .command(programs.join("initdb"))
            .args(["--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--no-instructions"])
            .arg("--pwfile")
            .arg(&password)
            .arg("--pgdata")
            .arg(&data)
            .current_dir(root)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let mut settings = vec!["listen_addresses=127.0.0.1".to_owned(), "fsync=off".to_owned()];
        if let Some(pair) = pair {
            let (certificate, key) = (write("server.crt", &pair.certificate), write("server.key", &pair.key));
            settings.push("ssl=on".to_owned());
            settings.push(format!("ssl_cert_file={}", certificate.display()));
            settings.push(format!("ssl_key_file={}", key.display()));
        }
        let port = free_port();
        settings.push(format!("port={port}"));
        settings.push(format!("unix_socket_directories={}", root.display()));
        let log = fs::File::create(root.join("server.log")).expect("a log");
        let process = owner
            .command(programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .current_dir(root)
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("postgres can be started");
        let mut server = TlsPostgres { process, directory, programs, owner, port };
        server.wait_until_ready();
        server
    }

    /// As a URL for this host's name, with more words of a query.
    pub fn url(&self, host: &str, query: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@{host}:{}/postgres?hostaddr=127.0.0.1&{query}", self.port)
    }

    /// A file of its own beside the server's.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path
    }

    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let is_ready = || {
            let mut ask = Command::new(self.programs.join("pg_isready"));
            ask.args(["--quiet", "--host=127.0.0.1", &format!("--port={}", self.port)]);
            ask.status().is_ok_and(|status| status.success())
        };
        while !is_ready() {
            let has_ended = self.process.try_wait().is_ok_and(|ended| ended.is_some());
            if has_ended || Instant::now() > deadline {
                let log = fs::read_to_string(self.directory.path().join("server.log")).unwrap_or_default();
                panic!("the test PostgreSQL does not answer: {log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for TlsPostgres {
    fn drop(&mut self) {
        let data = self.directory.path().join("data");
        // Its children and its shared memory go with it, unlike after a kill.
        let stopped = self
            .owner
            .command(self.programs.join("pg_ctl"))
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(&data)
            .current_dir(self.directory.path())
            .stderr(Stdio::null())
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            // It has ended, or must.
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

//! One PostgreSQL for all test binaries of a run.
//!
//! `BILLWRIGHT_TEST_POSTGRES` names a server whose user may create databases. Without it a server of our own is started
//! in the system's temporary directory from the installed programs, without network and without fsync. Each test process
//! holds a shared lock on a file while it lives; a small shell script beside the server stops it when nobody has held
//! that lock for half a minute, so that the next test binary finds it running and nothing stays behind.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use store::{Config, Db};
use tokio_postgres::{Client, NoTls};

const VARIABLE: &str = "BILLWRIGHT_TEST_POSTGRES";

/// A running server.
struct Server {
    /// How to reach its database `postgres`, as a user who may create databases.
    dsn: String,
    /// Held shared until this process ends.
    _user: Option<File>,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var(VARIABLE) {
        Ok(dsn) => Server { dsn, _user: None },
        Err(_) => own_server(),
    })
}

/// The connection string of one database on the server.
pub(crate) fn dsn(database: &str) -> String {
    with_database(&server().dsn, database)
}

fn with_database(dsn: &str, database: &str) -> String {
    if !dsn.contains("://") {
        // In the keyword form the last value counts.
        return format!("{dsn} dbname={database}");
    }
    let (address, query) = dsn.split_once('?').map_or((dsn, None), |(address, query)| (address, Some(query)));
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..].find('/').map_or(address.len(), |at| host + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{database}{query}", &address[..end])
}

async fn admin() -> Client {
    let (client, connection) = tokio_postgres::connect(&server().dsn, NoTls)
        .await
        .unwrap_or_else(|error| panic!("the test PostgreSQL cannot be reached: {error}"));
    tokio::spawn(connection);
    client
}

/// Does what autovacuum would do some minutes after a bulk load, so that a measurement does not meet it.
pub(crate) async fn settle(dsn: &str) {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await.expect("the test server accepts a client");
    let running = tokio::spawn(connection);
    client.batch_execute("VACUUM (ANALYZE)").await.expect("an own database may be vacuumed");
    client.batch_execute("CHECKPOINT").await.expect("the test server's owner may checkpoint");
    drop(client);
    let _ = running.await;
}

/// Creates a database with a new name, as a copy of another if one is named.
pub(crate) async fn create_database(template: Option<&str>) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{count}_{:08x}", std::process::id(), fastrand::u32(..));
    let template = template.unwrap_or("template0");
    admin()
        .await
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'"))
        .await
        .unwrap_or_else(|error| panic!("CREATE DATABASE {name}: {error:?}"));
    name
}

pub(crate) async fn drop_database(name: &str) {
    if let Err(error) = admin().await.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await {
        panic!("DROP DATABASE {name}: {error:?}");
    }
}

/// The name of a migrated database to copy, made once per schema and server.
pub(crate) async fn template() -> String {
    let mut digest = DefaultHasher::new();
    for migration in store::migrate::MIGRATIONS {
        migration.checksum().hash(&mut digest);
    }
    let name = format!("template_{:016x}", digest.finish());
    let admin = admin().await;
    let exists = async || {
        let found = admin.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await;
        found.expect("pg_database can be read").is_some()
    };
    if exists().await {
        return name;
    }
    let fresh = create_database(None).await;
    let mut config = Config::postgres(dsn(&fresh));
    config.allow_unsafe_postgres = true;
    let db = Db::open(&config).await.expect("a new database opens");
    db.migrate().await.expect("the migrations apply to PostgreSQL");
    db.close().await;
    // Another test binary may have been faster; then its template is as good.
    let renamed = admin.batch_execute(&format!("ALTER DATABASE {fresh} RENAME TO {name}")).await;
    if let Err(error) = renamed {
        drop_database(&fresh).await;
        assert!(exists().await, "no template database: {error:?}");
    }
    name
}

/// Starts the shared server, or joins it if it runs.
fn own_server() -> Server {
    let owner = Owner::find();
    let directory = std::env::temp_dir().join(format!("billwright-test-postgres-{}", owner.user));
    if !directory.exists()
        && let Err(error) = fs::DirBuilder::new().mode(0o711).create(&directory)
    {
        assert!(directory.exists(), "{}: {error}", directory.display());
    }
    owner.give(&directory);
    // One starter at a time; the lock ends with this function.
    let starter = lock_file(&directory.join("start.lock"));
    starter.lock().expect("the start lock");
    // Waits while a watcher that found nobody is stopping the server.
    let user = lock_file(&directory.join("users.lock"));
    user.lock_shared().expect("the users' lock");
    let programs = programs();
    if !is_ready(&programs, &directory) {
        start(&programs, &directory, &owner);
    }
    let dsn = format!("host={} user=postgres dbname=postgres", directory.display());
    Server { dsn, _user: Some(user) }
}

fn lock_file(path: &Path) -> File {
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let file = file.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // The watcher runs as another user and locks it too. Only its owner may say so, and has.
    let _ = file.set_permissions(fs::Permissions::from_mode(0o666));
    file
}

/// Where initdb and postgres are: the newest of Debian's versions, or the search path.
pub(crate) fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, path)| path.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, path)) = found.pop() {
        return path;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .find(|path| path.join("initdb").exists() && path.join("postgres").exists())
        .unwrap_or_else(|| {
            panic!("tests need PostgreSQL: install it (Debian: apt-get install postgresql) or set {VARIABLE}")
        })
}

fn is_ready(programs: &Path, directory: &Path) -> bool {
    Command::new(programs.join("pg_isready"))
        .args(["--quiet", "--host"])
        .arg(directory)
        .status()
        .is_ok_and(|status| status.success())
}

/// The user that the server runs as. PostgreSQL refuses to run as root.
pub(crate) struct Owner {
    user: u32,
    /// Set when this process is root and the server must be another.
    other: Option<(u32, u32)>,
}

impl Owner {
    pub(crate) fn find() -> Owner {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let user = std::os::unix::fs::MetadataExt::uid(&fs::metadata(directory.path()).expect("just made"));
        if user != 0 {
            return Owner { user, other: None };
        }
        let users = fs::read_to_string("/etc/passwd").expect("the list of users");
        let ids = |name: &str| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let (user, group) = ids("postgres").or_else(|| ids("nobody")).expect("a user postgres or nobody");
        Owner { user, other: Some((user, group)) }
    }

    pub(crate) fn give(&self, path: &Path) {
        if let Some((user, group)) = self.other {
            chown(path, Some(user), Some(group)).expect("root may give files away");
        }
    }

    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.other {
            command.uid(user).gid(group);
        }
        // The server must not hold the test's own output open, nor stop with its terminal.
        command.stdin(Stdio::null()).process_group(0);
        command
    }
}

const WATCHER: &str = r#"
directory=$1
programs=$2
cd "$directory" || exit 1
"$programs/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c max_connections=400 \
    -c shared_buffers=64MB -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c jit=off \
    -c deadlock_timeout=200ms > "$directory/server.log" 2>&1 &
server=$!
exec 9> "$directory/users.lock"
idle=0
while kill -0 "$server" 2> /dev/null; do
    sleep 1
    if flock --nonblock --exclusive 9; then
        idle=$((idle + 1))
        if [ "$idle" -ge 30 ]; then
            # The lock is kept until this script ends: a new test waits, then starts a server of its own.
            kill -INT "$server"
            wait "$server"
            rm -rf "$directory/data"
            exit 0
        fi
        flock --unlock 9
    else
        idle=0
    fi
done
"#;

fn start(programs: &Path, directory: &Path, owner: &Owner) {
    let data = directory.join("data");
    let _ = fs::remove_dir_all(&data);
    // A linguistic collation, so that a text whose order depends on the server's locale is found by the tests.
    let made = owner
        .command(programs.join("initdb"))
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"])
        .args(["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"])
        .arg("--pgdata")
        .arg(&data)
        .current_dir(directory)
        .output()
        .expect("initdb runs");
    assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
    let script = directory.join("watch.sh");
    File::create(&script).and_then(|mut file| file.write_all(WATCHER.as_bytes())).expect("the script is written");
    owner.give(&script);
    // The first shell ends at once, so that the watcher is nobody's child.
    let started = owner
        .command("sh")
        .args(["-c", r#"sh "$1" "$2" "$3" < /dev/null > /dev/null 2>&1 &"#, "sh"])
        .args([&script, directory, programs])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(started.is_ok_and(|status| status.success()), "the test PostgreSQL could not be started");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_ready(programs, directory) {
        if Instant::now() > deadline {
            let log = fs::read_to_string(directory.join("server.log")).unwrap_or_default();
            panic!("the test PostgreSQL does not answer: {log}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

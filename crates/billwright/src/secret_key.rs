//! The server's secret key: read from a file, made beside a new SQLite database, and judged against what the database
//! holds before anything is sealed or opened with it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use billing::Billing;
use billing::secrets::{InUse, SecretBox};

use crate::config::Config;
use crate::exit::{Failure, Result};

/// The usual key's file in a data directory.
const FILE_NAME: &str = "secret.key";

const HEAD: &str = "# The secret key of this Billwright. Whoever has it and the database reads the secrets kept there;\n\
    # without it they are lost. Keep a copy of it apart from the backups of the database.\n";

/// How to make one by hand.
const MAKE: &str = "(umask 077; head -c 32 /dev/urandom | base64 > /etc/billwright/secret.key)";

/// Gives the verbs the key that the configuration names, or the one beside SQLite, which is made when the database
/// holds nothing that an earlier one has sealed. On PostgreSQL there may be none as long as nothing needs it.
///
/// # Errors
/// A key that is not there, is no key, or is another one than the database's secrets were sealed with.
pub async fn attach(billing: Billing, config: &Config) -> Result<Billing> {
    let in_use = billing.secrets_in_use().await?;
    let Some(path) = place(config) else {
        return if in_use.is_nothing() { Ok(billing) } else { Err(missing("the database keeps secrets")) };
    };
    if config.secret_key_file.is_none() {
        make_first(&config.data_dir, &path, &in_use)?;
    }
    Ok(billing.with_secrets(judged(&path, &in_use)?))
}

/// What [`attach`] would find, in words. Makes nothing.
///
/// # Errors
/// As [`attach`].
pub async fn look(billing: &Billing, config: &Config) -> Result<String> {
    let in_use = billing.secrets_in_use().await?;
    let Some(path) = place(config) else {
        return match in_use.is_nothing() {
            true => Ok("none, and nothing needs one".to_owned()),
            false => Err(missing("the database keeps secrets")),
        };
    };
    if config.secret_key_file.is_none() && in_use.is_nothing() && !path.exists() {
        return Ok(format!("{} is made at the next start", path.display()));
    }
    let secrets = judged(&path, &in_use)?;
    Ok(format!("{} holds {}, and opens what is sealed", path.display(), secrets.name()))
}

/// Where the key is: the file that is named, or the one beside SQLite.
fn place(config: &Config) -> Option<PathBuf> {
    match (&config.secret_key_file, &config.database_url) {
        (Some(path), _) => Some(path.clone()),
        (None, None) => Some(config.data_dir.join(FILE_NAME)),
        (None, Some(_)) => None,
    }
}

/// Reads a key that opens everything that is sealed.
fn judged(path: &Path, in_use: &InUse) -> Result<SecretBox> {
    let secrets = read(path)?;
    let Some(lacking) = in_use.lacking(&secrets) else { return Ok(secrets) };
    let (shown, name) = (path.display(), secrets.name());
    let what = format!("{shown} holds the secret key {name}, but the database's secrets were sealed with {lacking}");
    Err(Failure::refused(what).todo(
        "name the right file with --secret-key-file (BILLWRIGHT_SECRET_KEY_FILE), or add the old key as a\n\
         second line of this one: at the next start everything is sealed with the first",
    ))
}

/// A key is needed and none is named.
pub fn missing(why: &str) -> Failure {
    Failure::refused(format!("{why}, and no secret key is named")).todo(format!(
        "name its file with --secret-key-file (BILLWRIGHT_SECRET_KEY_FILE), the same for every server of the\n\
         database; for a new one: {MAKE}"
    ))
}

/// Makes the key beside a SQLite database that has sealed nothing yet.
fn make_first(data_dir: &Path, path: &Path, in_use: &InUse) -> Result<()> {
    let is_there = path.try_exists().map_err(|error| cannot_read(path, &error))?;
    if is_there {
        return Ok(());
    }
    if !in_use.keys.is_empty() {
        let what = format!("{} is not there, and the database's secrets were sealed with it", path.display());
        return Err(Failure::refused(what).todo("put the copy of it back, or name it with --secret-key-file"));
    }
    let made = make(data_dir, path);
    made.map_err(|error| Failure::unavailable(format!("the secret key {} cannot be made: {error}", path.display())))?;
    tracing::info!("made the secret key {}: keep a copy apart from the backups", path.display());
    Ok(())
}

/// Whole or not at all, durable before anything is sealed with it, readable by its owner only. When another process was
/// faster, its key stays.
fn make(directory: &Path, path: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".secret-").tempfile_in(directory)?;
    file.write_all(format!("{HEAD}{}\n", SecretBox::new_key()).as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.error),
    }
    File::open(directory)?.sync_all()
}

fn read(path: &Path) -> Result<SecretBox> {
    let text = fs::read_to_string(path).map_err(|error| cannot_read(path, &error))?;
    // A group may share it, as container runtimes do; everybody may not.
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0) {
        tracing::warn!("{0} can be read by every user of this machine: chmod 0600 {0}", path.display());
    }
    SecretBox::parse(&text).map_err(|fault| {
        Failure::usage(format!("{} is no secret key: {fault}", path.display()))
            .todo(format!("name another file with --secret-key-file; for a new one: {MAKE}"))
    })
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("the secret key {} cannot be read: {error}", path.display()))
        .todo("name a file that this user may read with --secret-key-file (BILLWRIGHT_SECRET_KEY_FILE)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_its_owners_only_and_stays() {
        let directory = tempfile::tempdir().expect("a directory");
        let nothing = InUse { readable: false, keys: Vec::new() };
        let path = directory.path().join(FILE_NAME);
        make_first(directory.path(), &path, &nothing).expect("made");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        let first = read(&path).expect("a key");
        make(directory.path(), &path).expect("the other was faster");
        assert_eq!(read(&path).expect("a key").name(), first.name());
        assert_eq!(fs::read_dir(directory.path()).expect("there").count(), 1, "nothing else is left");
    }

    #[test]
    fn a_lost_key_is_never_replaced() {
        let directory = tempfile::tempdir().expect("a directory");
        let sealed = InUse { readable: false, keys: vec!["0011223344556677".to_owned()] };
        let failure = make_first(directory.path(), &directory.path().join(FILE_NAME), &sealed).expect_err("it is lost");
        assert!(failure.to_string().contains("is not there"), "{failure}");
        assert_eq!(fs::read_dir(directory.path()).expect("there").count(), 0);
    }
}

//! The data directory: made for its owner only, and held by one server at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure, Result};

const LOCK_NAME: &str = "server.lock";

/// Makes the directory with the rights 0700 when it is not there; its parents get the usual ones.
pub fn create(path: &Path) -> Result<()> {
    let failed = |error: io::Error| {
        Failure::unavailable(format!("the data directory {} cannot be made: {error}", path.display()))
            .todo("name another with --data-dir")
    };
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// The rights of the directory beyond its owner's, such as 0o055.
pub fn foreign_rights(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o077)
}

/// The directory is ours until this is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// # Errors
    /// A conflict when another server has the directory.
    pub fn take(directory: &Path) -> Result<Lock> {
        let path = directory.join(LOCK_NAME);
        let cannot = |error: io::Error| Failure::unavailable(format!("cannot lock {}: {error}", path.display()));
        let mut file = open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(directory, &path)),
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        // For the message that the next one gets.
        let noted = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        noted.map_err(cannot)?;
        Ok(Lock { _file: file })
    }

    /// Whether a server has the directory now.
    pub fn is_taken(directory: &Path) -> bool {
        match File::open(directory.join(LOCK_NAME)) {
            Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
            Err(_) => false,
        }
    }
}

fn open(path: &PathBuf) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn taken(directory: &Path, path: &Path) -> Failure {
    let holder = fs::read_to_string(path).unwrap_or_default();
    let holder = match holder.trim() {
        "" => String::new(),
        process => format!(" (process {process})"),
    };
    let what = format!("another server{holder} has the data directory {}", directory.display());
    Failure::new(Exit::Conflict, what).todo(
        "stop it first, or name another directory with --data-dir;\n\
         several servers can share one database on PostgreSQL: --database-url",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_for_the_owner_and_held_once() {
        let parent = tempfile::tempdir().expect("a directory");
        let path = parent.path().join("a/b");
        create(&path).expect("made");
        create(&path).expect("there already");
        assert_eq!(foreign_rights(&path).expect("read"), 0);
        assert!(!Lock::is_taken(&path));
        let held = Lock::take(&path).expect("free");
        assert!(Lock::is_taken(&path));
        let refused = Lock::take(&path).expect_err("held");
        assert_eq!(refused.exit(), Exit::Conflict);
        assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
        drop(held);
        Lock::take(&path).expect("free again");
    }

    #[test]
    fn a_file_is_no_directory() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert_eq!(create(file.path()).expect_err("a file").exit(), Exit::Unavailable);
    }
}

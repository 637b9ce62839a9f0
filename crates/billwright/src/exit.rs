//! How a command fails: an exit code that scripts can rely on, what was asked and what is there, and what to do.

use std::fmt;
use std::process::ExitCode;

/// The exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Ok = 0,
    /// A fault of ours; the message is for a bug report.
    Internal = 1,
    /// The command line or the configuration makes no sense.
    Usage = 2,
    NotFound = 3,
    /// The rules say no, or a check did not hold.
    Refused = 4,
    /// The credential is not accepted, or may not do this.
    Auth = 5,
    /// Another change came first, or another server has the data directory.
    Conflict = 6,
    /// The database, the server or the disk cannot be used now; the same command may work later.
    Unavailable = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// What every command answers.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why a command ends early.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    /// What was asked and what is there. Empty: the reason was printed already.
    what: String,
    todo: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, what: impl Into<String>) -> Failure {
        Failure { exit, what: what.into(), todo: None }
    }

    pub fn usage(what: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, what)
    }

    pub fn not_found(what: impl Into<String>) -> Failure {
        Failure::new(Exit::NotFound, what)
    }

    pub fn refused(what: impl Into<String>) -> Failure {
        Failure::new(Exit::Refused, what)
    }

    pub fn unavailable(what: impl Into<String>) -> Failure {
        Failure::new(Exit::Unavailable, what)
    }

    /// The command has printed its findings itself; only the code is left to say.
    pub fn silent(exit: Exit) -> Failure {
        Failure::new(exit, "")
    }

    /// Adds what to do about it, as a sentence or a command.
    #[must_use]
    pub fn todo(mut self, text: impl Into<String>) -> Failure {
        self.todo = Some(text.into());
        self
    }

    /// Says what was being done, before what is there.
    #[must_use]
    pub fn during(mut self, doing: impl fmt::Display) -> Failure {
        self.what = format!("{doing}: {}", self.what);
        self
    }

    /// What was asked and what is there.
    pub fn what(&self) -> &str {
        &self.what
    }

    pub fn advice(&self) -> Option<&str> {
        self.todo.as_deref()
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }

    pub fn is_silent(&self) -> bool {
        self.what.is_empty()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.todo {
            Some(todo) => write!(f, "\n  {}", todo.replace('\n', "\n  ")),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<billing::Error> for Failure {
    fn from(error: billing::Error) -> Failure {
        use billing::Error;
        let exit = match &error {
            Error::Missing { .. } => Exit::NotFound,
            Error::Refused(_) | Error::KeyReused | Error::NoSecretKey => Exit::Refused,
            Error::Conflict { .. } => Exit::Conflict,
            Error::Forbidden { .. } => Exit::Auth,
            Error::Busy { .. } | Error::Pending { .. } | Error::Full => Exit::Unavailable,
            Error::Store(_) => Exit::Internal,
        };
        match error {
            Error::Store(error) => Failure::from(error),
            Error::Full => Failure::from(store::Error::Full),
            other => Failure::new(exit, other.to_string()),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        use store::Error;
        let what = error.to_string();
        match error {
            Error::Busy { .. } => {
                Failure::unavailable("the database is busy: nothing was changed").todo("run the same command again")
            }
            Error::Full => Failure::unavailable("the disk of the database is full: nothing was changed")
                .todo("free some space, then run the same command again"),
            Error::NewerSchema { found, known } => Failure::refused(format!(
                "the database is at schema version {found}, this program knows versions up to {known}"
            ))
            .todo("use the newer program that migrated it"),
            Error::Refused(_) => Failure::refused(what),
            Error::Schema(_) => Failure::refused(what).todo("restore the database, or use the program it was made by"),
            Error::NotFound(_) => Failure::not_found(what),
            Error::Conflict { .. } => Failure::new(Exit::Conflict, what),
            Error::Broken(_) | Error::Interrupted(_) => Failure::unavailable(what),
            Error::IdsExhausted | Error::Constraint { .. } | Error::Decode { .. } => {
                Failure::new(Exit::Internal, what).todo("this is a fault of Billwright: please report it")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_their_codes() {
        let code = |error: billing::Error| Failure::from(error).exit() as u8;
        assert_eq!(code(billing::Error::missing("invoice", "inv_1")), 3);
        assert_eq!(code(billing::Error::Conflict { what: "version" }), 6);
        assert_eq!(code(billing::Error::Forbidden { needs: "staff".to_owned() }), 5);
        assert_eq!(code(billing::Error::Busy { retry_after_seconds: 1 }), 7);
        assert_eq!(code(billing::Error::Full), 7);
        assert_eq!(code(billing::Error::Store(store::Error::NewerSchema { found: 2, known: 1 })), 4);
    }

    #[test]
    fn a_failure_says_what_to_do_on_its_own_lines() {
        let failure = Failure::not_found("no tenant").todo("billwright tenant create NAME\nor use another directory");
        assert_eq!(failure.to_string(), "no tenant\n  billwright tenant create NAME\n  or use another directory");
        assert!(Failure::silent(Exit::Refused).is_silent());
    }
}

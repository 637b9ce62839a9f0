//! The third layer of errors: what a verb or a read can answer. The last three are ours to mend; they are
//! logged once with the whole chain, and the caller gets only the request's id.

use domain::Refusal;
use domain::id::PaymentIntentId;

#[derive(Debug)]
pub enum Error {
    /// No such object, or one that this caller must not know of: the same answer.
    Missing { kind: &'static str, given: String },
    /// The rules say no.
    Refused(Refusal),
    /// Another change came first (a stale version, a taken key).
    Conflict { what: &'static str },
    /// The same idempotency key came with another request before.
    KeyReused,
    /// The credential may not do this.
    Forbidden { needs: String },
    /// Try again after so many seconds.
    Busy { retry_after_seconds: u64 },
    /// A charge was submitted and the gateway has not said what came of it. The intent is kept: the same request
    /// with the same key asks the gateway again and never charges twice.
    Pending { intent: PaymentIntentId },
    /// The disk is full: nothing was changed.
    Full,
    /// A secret was to be kept or read, and the server was started without a secret key.
    NoSecretKey,
    /// The store failed.
    Store(store::Error),
}

impl Error {
    pub fn missing(kind: &'static str, given: impl ToString) -> Self {
        Self::Missing { kind, given: given.to_string() }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl Error {
    /// What callers see of a store error: overload and full disks are theirs to know, the rest is ours.
    pub(crate) fn settle(self) -> Self {
        match self {
            Self::Store(store::Error::Busy { retry_after_seconds }) => {
                Self::Busy { retry_after_seconds: u64::from(retry_after_seconds) }
            }
            Self::Store(store::Error::Full) => Self::Full,
            other => other,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing { kind, given } => write!(f, "no {kind} {given}"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Conflict { what } => write!(f, "conflict: {what}"),
            Self::KeyReused => f.write_str("idempotency key was used for another request"),
            Self::Forbidden { needs } => write!(f, "forbidden: needs {needs}"),
            Self::Busy { retry_after_seconds } => write!(f, "busy, retry after {retry_after_seconds} s"),
            Self::Pending { intent } => write!(f, "the outcome of {intent} is not known yet"),
            Self::Full => f.write_str("the disk is full"),
            Self::NoSecretKey => f.write_str("the server has no secret key"),
            Self::Store(error) => write!(f, "store: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

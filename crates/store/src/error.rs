//! What can go wrong below the verbs, in words that mean the same on both databases.

/// The result of every call into the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the store. `Display` is for logs; faces word their own answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `Tx::one` found no row. Holds the name of the query.
    #[error("{0}: no such row")]
    NotFound(&'static str),

    /// Too much is asked at once, or a lock could not be had in time. Nothing was changed; the same call may be
    /// repeated.
    #[error("busy, retry after {retry_after_seconds} s")]
    Busy { retry_after_seconds: u32 },

    /// The disk, or the space the database may take, is full. Nothing was changed.
    #[error("the database's disk is full")]
    Full,

    /// The tenant's block of ids in memory is used up. `Db::write` takes a new block and runs the body again, so
    /// that a caller of `Db` never sees this.
    #[error("the block of ids is used up")]
    IdsExhausted,

    /// A row with this key exists. The name is that of the unique index; a primary key is called `<table>_pkey`, an
    /// unnamed UNIQUE of a table `<table>_<columns>_key`, on both databases.
    #[error("conflict with an existing row on {constraint}")]
    Conflict { constraint: String },

    /// A foreign key, a CHECK, a NOT NULL or a type said no.
    #[error("constraint violated: {constraint}: {reason}")]
    Constraint { constraint: String, reason: String },

    /// The database ended the transaction for another's sake (deadlock, serialization, a lost connection before
    /// COMMIT). Seen by bodies only: `Db` runs the body again and at last answers [`Error::Busy`].
    #[error("interrupted: {0}")]
    Interrupted(String),

    /// The database was migrated by a newer program than this one.
    #[error("the schema is at version {found}, this program knows {known}")]
    NewerSchema { found: i64, known: i64 },

    /// The schema differs from what the migrations of this program say.
    #[error("schema: {0}")]
    Schema(String),

    /// The server's settings would lose acknowledged writes (fsync off and the like), or it is too old.
    #[error("refused: {0}")]
    Refused(String),

    /// A column does not hold what the reader wants.
    #[error("{query}: column {column}: {reason}")]
    Decode { query: &'static str, column: usize, reason: String },

    /// Anything else: ours to fix. Whether a write happened is unknown only if the connection broke during COMMIT.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    /// A stored value that no reader understands.
    pub(crate) fn decode(column: usize, value: &str) -> Error {
        Error::Decode { query: "", column, reason: format!("not understood: {value}") }
    }

    pub(crate) fn busy() -> Error {
        Error::Busy { retry_after_seconds: 1 }
    }

    /// Whether running the same body again may succeed at once.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Interrupted(_))
    }
}

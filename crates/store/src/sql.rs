//! SQL texts as named statics. Each is registered, so that one test can prepare them all on both databases.

use std::sync::OnceLock;

use crate::dialect::{self, Dialect};
use crate::{Error, Result};

/// One statement, written once for both databases (see [`dialect`](crate::dialect) for the tokens).
#[derive(Debug)]
pub struct Sql {
    /// The name of the static, for errors and metrics.
    pub name: &'static str,
    /// The text as written.
    pub text: &'static str,
    /// Whether the text must name a tenant.
    pub kind: Kind,
    /// Whether ` FOR UPDATE` is appended on PostgreSQL (SQLite has one writer).
    pub locks: bool,
    lite: OnceLock<Result<String, String>>,
    pg: OnceLock<Result<String, String>>,
}

/// Whether a statement stays within one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tenant,
    Global,
}

impl Sql {
    #[doc(hidden)]
    pub const fn new(name: &'static str, text: &'static str, kind: Kind, locks: bool) -> Sql {
        Sql { name, text, kind, locks, lite: OnceLock::new(), pg: OnceLock::new() }
    }

    /// The text for one database, made once.
    pub fn text_for(&'static self, dialect: Dialect) -> Result<&'static str> {
        let slot = match dialect {
            Dialect::Sqlite => &self.lite,
            Dialect::Postgres => &self.pg,
        };
        let text = slot.get_or_init(|| {
            let mut text = dialect::query(dialect, self.text)?;
            if self.locks && dialect == Dialect::Postgres {
                text.push_str(" FOR UPDATE");
            }
            Ok(text)
        });
        match text {
            Ok(text) => Ok(text),
            Err(reason) => Err(Error::Broken(format!("{}: {reason}", self.name))),
        }
    }
}

/// A table with the columns that rows are inserted with, one by one or in bulk.
#[derive(Debug)]
pub struct Insert {
    pub name: &'static str,
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub kind: Kind,
    lite: OnceLock<String>,
    pg: OnceLock<String>,
    copy: OnceLock<String>,
}

impl Insert {
    #[doc(hidden)]
    pub const fn new(name: &'static str, table: &'static str, columns: &'static [&'static str], kind: Kind) -> Insert {
        Insert { name, table, columns, kind, lite: OnceLock::new(), pg: OnceLock::new(), copy: OnceLock::new() }
    }

    /// `INSERT INTO table (columns) VALUES (...)` with one row of parameters.
    pub fn text_for(&'static self, dialect: Dialect) -> &'static str {
        let (slot, sign) = match dialect {
            Dialect::Sqlite => (&self.lite, '?'),
            Dialect::Postgres => (&self.pg, '$'),
        };
        slot.get_or_init(|| {
            let numbers: Vec<String> = (1..=self.columns.len()).map(|number| format!("{sign}{number}")).collect();
            format!("INSERT INTO {} ({}) VALUES ({})", self.table, self.columns.join(", "), numbers.join(", "))
        })
    }

    /// The bulk form of PostgreSQL.
    pub(crate) fn copy_text(&'static self) -> &'static str {
        self.copy.get_or_init(|| format!("COPY {} ({}) FROM STDIN BINARY", self.table, self.columns.join(", ")))
    }
}

/// What the macros register.
#[doc(hidden)]
pub enum Registered {
    Sql(&'static Sql),
    Insert(&'static Insert),
}

inventory::collect!(Registered);

/// Every statement that is linked into this program, by name.
pub fn registered() -> (Vec<&'static Sql>, Vec<&'static Insert>) {
    let (mut texts, mut inserts) = (Vec::new(), Vec::new());
    for entry in inventory::iter::<Registered> {
        match entry {
            Registered::Sql(sql) => texts.push(*sql),
            Registered::Insert(insert) => inserts.push(*insert),
        }
    }
    texts.sort_by_key(|sql| sql.name);
    inserts.sort_by_key(|insert| insert.name);
    (texts, inserts)
}

/// Names SQL texts.
///
/// ```
/// store::sql! {
///     /// Comments and visibility are those of a static.
///     pub LOAD_TERMS = "SELECT name, days FROM terms WHERE tenant_id = $1 AND id = $2";
///     locks pub LOCK_TERMS = "SELECT name, days FROM terms WHERE tenant_id = $1 AND id = $2";
///     global pub COUNT_TENANTS = "SELECT count(*) FROM id_blocks";
/// }
/// ```
#[macro_export]
macro_rules! sql {
    () => {};
    ($(#[$meta:meta])* locks $vis:vis $name:ident = $text:expr; $($rest:tt)*) => {
        $crate::__sql_static!($(#[$meta])*, $vis, $name, $text, Tenant, true);
        $crate::sql! { $($rest)* }
    };
    ($(#[$meta:meta])* global locks $vis:vis $name:ident = $text:expr; $($rest:tt)*) => {
        $crate::__sql_static!($(#[$meta])*, $vis, $name, $text, Global, true);
        $crate::sql! { $($rest)* }
    };
    ($(#[$meta:meta])* global $vis:vis $name:ident = $text:expr; $($rest:tt)*) => {
        $crate::__sql_static!($(#[$meta])*, $vis, $name, $text, Global, false);
        $crate::sql! { $($rest)* }
    };
    ($(#[$meta:meta])* $vis:vis $name:ident = $text:expr; $($rest:tt)*) => {
        $crate::__sql_static!($(#[$meta])*, $vis, $name, $text, Tenant, false);
        $crate::sql! { $($rest)* }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __sql_static {
    ($(#[$meta:meta])*, $vis:vis, $name:ident, $text:expr, $kind:ident, $locks:expr) => {
        $(#[$meta])*
        $vis static $name: $crate::Sql =
            $crate::Sql::new(stringify!($name), $text, $crate::sql::Kind::$kind, $locks);
        $crate::inventory::submit! { $crate::sql::Registered::Sql(&$name) }
    };
}

/// Names tables that rows are inserted into, with the columns in the order of the values.
///
/// ```
/// store::insert! {
///     pub INSERT_TERMS = "terms" (tenant_id, id, name, days, created_at);
/// }
/// ```
#[macro_export]
macro_rules! insert {
    () => {};
    ($(#[$meta:meta])* global $vis:vis $name:ident = $table:literal ($($column:ident),* $(,)?); $($rest:tt)*) => {
        $crate::__insert_static!($(#[$meta])*, $vis, $name, $table, Global, $($column)*);
        $crate::insert! { $($rest)* }
    };
    ($(#[$meta:meta])* $vis:vis $name:ident = $table:literal ($($column:ident),* $(,)?); $($rest:tt)*) => {
        $crate::__insert_static!($(#[$meta])*, $vis, $name, $table, Tenant, $($column)*);
        $crate::insert! { $($rest)* }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __insert_static {
    ($(#[$meta:meta])*, $vis:vis, $name:ident, $table:literal, $kind:ident, $($column:ident)*) => {
        $(#[$meta])*
        $vis static $name: $crate::Insert = $crate::Insert::new(
            stringify!($name),
            $table,
            &[$(stringify!($column)),*],
            $crate::sql::Kind::$kind,
        );
        $crate::inventory::submit! { $crate::sql::Registered::Insert(&$name) }
    };
}

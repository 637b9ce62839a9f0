//! Looks at the database behind the server's back: whether a refused request changed anything.

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

/// What the server's own workers and its admission write: none of it is a change of the books.
const NOT_BOOKS: [&str; 6] = ["audit_seals", "feed_heads", "id_blocks", "leases", "nonces", "rate_counters"];
/// Written by workers after the commit.
const NOT_BOOKED: [&str; 2] = ["feed_seq", "seal_seq"];

/// A read-only connection to the server's database.
pub struct Books {
    connection: Connection,
    tables: Vec<(String, String)>,
    version: i64,
    digests: BTreeMap<String, (usize, u64)>,
}

impl Books {
    pub fn open(database: &Path) -> Books {
        let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
        connection.busy_timeout(std::time::Duration::from_secs(10)).expect("it can wait");
        let tables = names(&connection)
            .into_iter()
            .filter(|name| !NOT_BOOKS.contains(&name.as_str()))
            .map(|name| {
                let columns = columns(&connection, &name);
                let text = format!("SELECT {} FROM {name} ORDER BY 1, 2", columns.join(", "));
                (name, text)
            })
            .collect();
        let mut books = Books { connection, tables, version: -1, digests: BTreeMap::new() };
        books.changes();
        books
    }

    /// The tables that are other than when this was last asked.
    pub fn changes(&mut self) -> Vec<String> {
        let version = self.connection.query_row("PRAGMA data_version", [], |row| row.get(0)).expect("a version");
        if version == self.version {
            // Nobody has committed anything since.
            return Vec::new();
        }
        // One snapshot of all tables.
        self.connection.execute_batch("BEGIN").expect("a snapshot");
        let now: BTreeMap<String, (usize, u64)> =
            self.tables.iter().map(|(name, text)| (name.clone(), digest(&self.connection, text))).collect();
        self.connection.execute_batch("COMMIT").expect("a snapshot ends");
        let changed = now.iter().filter(|(name, digest)| self.digests.get(*name) != Some(digest));
        let changed = changed.map(|(name, _)| name.clone()).collect();
        // The version is that of before the snapshot, so that what came in between is looked at again.
        (self.version, self.digests) = (version, now);
        changed
    }
}

fn names(connection: &Connection) -> Vec<String> {
    let mut names = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .expect("a schema");
    names.query_map([], |row| row.get(0)).expect("it can be read").collect::<Result<_, _>>().expect("names")
}

fn columns(connection: &Connection, table: &str) -> Vec<String> {
    let mut names = connection.prepare("SELECT name FROM pragma_table_info(?1)").expect("a table");
    let names = names.query_map([table], |row| row.get::<_, String>(0)).expect("columns");
    names.map(|name| name.expect("a name")).filter(|name| !NOT_BOOKED.contains(&name.as_str())).collect()
}

/// Rows, and a hash of them.
fn digest(connection: &Connection, text: &str) -> (usize, u64) {
    let mut statement = connection.prepare_cached(text).expect("a query");
    let width = statement.column_count();
    let mut rows = statement.query([]).expect("rows");
    let mut hasher = DefaultHasher::new();
    let mut count = 0;
    while let Some(row) = rows.next().expect("a row") {
        count += 1;
        for column in 0..width {
            match row.get::<_, Value>(column).expect("a value") {
                Value::Null => 0_u8.hash(&mut hasher),
                Value::Integer(number) => number.hash(&mut hasher),
                Value::Real(number) => number.to_bits().hash(&mut hasher),
                Value::Text(text) => text.hash(&mut hasher),
                Value::Blob(bytes) => bytes.hash(&mut hasher),
            }
        }
    }
    (count, hasher.finish())
}

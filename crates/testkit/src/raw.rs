//! SQL past the store, for tests that corrupt a database on purpose or look at it as a stranger would.

use crate::databases::TestDb;
use crate::postgres;
use rusqlite::types::ValueRef;
use tokio_postgres::{NoTls, SimpleQueryMessage};

impl TestDb {
    /// Changes rows behind the store's back, without foreign keys (and on SQLite without CHECKs); how many changed.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn raw(&self, sql: &str) -> u64 {
        match self.server_name() {
            Some(name) => {
                let (client, connection) = connect(name).await;
                let changed = client.batch_execute("SET session_replication_role = replica").await;
                changed.expect("the test's user is a superuser");
                let changed = client.execute(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
                drop(client);
                connection.await.expect("the connection ends");
                changed
            }
            None => {
                let connection = self.open_file();
                let pragmas = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
                connection.execute_batch(pragmas).expect("pragmas");
                let changed = connection.execute(sql, []).unwrap_or_else(|error| panic!("{sql}: {error}"));
                u64::try_from(changed).expect("a count")
            }
        }
    }

    /// The rows of a query, each cell as text; NULL is `NULL`.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        match self.server_name() {
            Some(name) => {
                let (client, connection) = connect(name).await;
                let told = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
                drop(client);
                connection.await.expect("the connection ends");
                told.iter().filter_map(pg_cells).collect()
            }
            None => {
                let connection = self.open_file();
                let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
                let width = statement.column_count();
                let mut rows = statement.query([]).unwrap_or_else(|error| panic!("{sql}: {error}"));
                let mut found = Vec::new();
                while let Some(row) = rows.next().unwrap_or_else(|error| panic!("{sql}: {error}")) {
                    found.push((0..width).map(|column| lite_cell(row.get_ref(column).expect("a column"))).collect());
                }
                found
            }
        }
    }

    fn open_file(&self) -> rusqlite::Connection {
        let store::Url::Sqlite { path } = self.config().url else {
            unreachable!("a database without a server is a file");
        };
        let connection = rusqlite::Connection::open(path).expect("the file opens once more");
        connection.busy_timeout(std::time::Duration::from_secs(10)).expect("a timeout can be set");
        connection
    }
}

async fn connect(name: &str) -> (tokio_postgres::Client, tokio::task::JoinHandle<()>) {
    let (client, connection) = tokio_postgres::connect(&postgres::dsn(name), NoTls).await.expect("the database opens");
    let running = tokio::spawn(async move {
        // A broken connection shows in the query that was running.
        let _ = connection.await;
    });
    (client, running)
}

fn pg_cells(message: &SimpleQueryMessage) -> Option<Vec<String>> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    Some((0..row.len()).map(|column| row.get(column).unwrap_or("NULL").to_owned()).collect())
}

fn lite_cell(cell: ValueRef<'_>) -> String {
    match cell {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("\\x{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
    }
}

//! Prepares every registered statement, so that one test can show that all of them mean the same on both databases.

use crate::sql::{Kind, registered};
use crate::{Db, Dialect, Result};

/// What a database says about one prepared statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub name: &'static str,
    /// The number of parameters.
    pub params: usize,
    /// The names of the columns; empty if it answers no rows.
    pub columns: Vec<String>,
    /// What no statement may have, in the words of this database: a float, a parameter narrower than BIGINT.
    pub faults: Vec<String>,
}

/// Prepares all registered statements on this database. The error of a statement becomes its only fault.
pub async fn shapes(db: &Db) -> Result<Vec<Shape>> {
    let (texts, inserts) = registered();
    let dialect = db.dialect();
    let mut wanted: Vec<(&'static str, Result<&'static str>)> = Vec::new();
    wanted.extend(texts.iter().map(|sql| (sql.name, sql.text_for(dialect))));
    wanted.extend(inserts.iter().map(|insert| (insert.name, Ok(insert.text_for(dialect)))));
    let mut shapes = Vec::with_capacity(wanted.len());
    for (name, text) in wanted {
        let described = match text {
            Ok(text) => db.describe(name, text).await,
            Err(error) => Err(error),
        };
        shapes.push(described.unwrap_or_else(|error| Shape {
            name,
            params: 0,
            columns: Vec::new(),
            faults: vec![error.to_string()],
        }));
    }
    Ok(shapes)
}

/// Compares the shapes of both databases and applies the rules for texts. One line for each complaint.
pub fn complaints(lite: &[Shape], pg: &[Shape]) -> Vec<String> {
    let mut found = rules();
    for (lite, pg) in lite.iter().zip(pg) {
        let name = lite.name;
        found.extend(lite.faults.iter().map(|fault| format!("{name}: {}: {fault}", Dialect::Sqlite.word())));
        found.extend(pg.faults.iter().map(|fault| format!("{name}: {}: {fault}", Dialect::Postgres.word())));
        if !lite.faults.is_empty() || !pg.faults.is_empty() {
            continue;
        }
        if lite.params != pg.params {
            found.push(format!("{name}: {} parameters on SQLite, {} on PostgreSQL", lite.params, pg.params));
        }
        if lite.columns.len() != pg.columns.len() {
            found.push(format!("{name}: columns {:?} on SQLite, {:?} on PostgreSQL", lite.columns, pg.columns));
        }
    }
    if lite.len() != pg.len() {
        found.push(format!("{} statements on SQLite, {} on PostgreSQL", lite.len(), pg.len()));
    }
    found
}

/// What can be seen without a database: a tenant in every text, no transaction control, no name used twice.
fn rules() -> Vec<String> {
    let (texts, inserts) = registered();
    let mut found = Vec::new();
    for sql in &texts {
        let upper = sql.text.trim_start().to_ascii_uppercase();
        if sql.kind == Kind::Tenant && !sql.text.contains("tenant_id") {
            found.push(format!("{}: no tenant_id, and it is not marked global", sql.name));
        }
        if ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "END"].iter().any(|word| upper.starts_with(word)) {
            found.push(format!("{}: a body does not control its transaction", sql.name));
        }
        if upper.contains("FOR UPDATE") {
            found.push(format!("{}: write `locks` or @for_update instead of FOR UPDATE", sql.name));
        }
    }
    for insert in &inserts {
        if insert.kind == Kind::Tenant && !insert.columns.contains(&"tenant_id") {
            found.push(format!("{}: no tenant_id, and it is not marked global", insert.name));
        }
    }
    found
}

/// The shape of a SQLite statement.
pub(crate) fn on_lite(connection: &rusqlite::Connection, name: &'static str, text: &str) -> Result<Shape> {
    let statement = connection.prepare(text).map_err(|error| crate::lite::map_error(connection, name, &error))?;
    let columns = statement.column_names().map(str::to_owned).collect();
    Ok(Shape { name, params: statement.parameter_count(), columns, faults: Vec::new() })
}

/// The shape of a PostgreSQL statement.
pub(crate) async fn on_pg(client: &tokio_postgres::Client, name: &'static str, text: &str) -> Result<Shape> {
    use tokio_postgres::types::Type;
    let statement = client.prepare(text).await.map_err(|error| crate::pg::map_error(name, &error))?;
    let mut faults = Vec::new();
    for (index, ty) in statement.params().iter().enumerate() {
        let fits =
            matches!(*ty, Type::INT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA | Type::INT8_ARRAY | Type::TEXT_ARRAY);
        if !fits {
            faults.push(format!("${} is {ty}: write CAST(${} AS BIGINT) or AS TEXT", index + 1, index + 1));
        }
    }
    for column in statement.columns() {
        let fits =
            matches!(*column.type_(), Type::INT8 | Type::INT4 | Type::BOOL | Type::TEXT | Type::VARCHAR | Type::BYTEA);
        if !fits {
            faults.push(format!("column {} is {}: write CAST(... AS BIGINT)", column.name(), column.type_()));
        }
    }
    let columns = statement.columns().iter().map(|column| column.name().to_owned()).collect();
    Ok(Shape { name, params: statement.params().len(), columns, faults })
}

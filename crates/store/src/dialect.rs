//! Every difference between the two databases that shows in SQL text.
//!
//! Texts are written for PostgreSQL with `$1..$n` and these tokens:
//!
//! | token | PostgreSQL | SQLite |
//! |---|---|---|
//! | `@in($2)` | `= ANY($2)` | `IN (SELECT value FROM json_each(?2))` |
//! | `@not_in($2)` | `<> ALL($2)` | `NOT IN (SELECT value FROM json_each(?2))` |
//! | `@ilike(expr, $3)` | `expr ILIKE $3 ESCAPE '\'` | `expr LIKE ?3 ESCAPE '\'` |
//! | `@greatest(a, b)`, `@least(a, b)` (no NULLs) | `GREATEST(a, b)`, `LEAST(a, b)` | `max(a, b)`, `min(a, b)` |
//! | `@for_update` | `FOR UPDATE` | nothing: the writer is alone |
//! | `@skip_locked` | `FOR UPDATE SKIP LOCKED` | nothing |
//!
//! Migrations are written with `BIGINT`, `TEXT`, `BYTES`; a table ends with `) @table;` (STRICT on SQLite), a narrow
//! one of less than about 200 bytes a row with `) @narrow_table;` (WITHOUT ROWID too). TEXT columns get
//! `COLLATE "C"` on PostgreSQL, so that order, keyset paging and the case folding of `@ilike` (ASCII only) are those of
//! SQLite, whatever locale the server was made with.

/// Which database this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The word used in logs, metrics and test names.
    pub fn word(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }
}

/// Writes a query for one database. The error names the token that is not known.
pub(crate) fn query(dialect: Dialect, text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(skipped) = opaque(rest) {
            if !rest.starts_with("--") {
                out.push_str(&rest[..skipped]);
            }
            rest = &rest[skipped..];
        } else if next == '$' && dialect == Dialect::Sqlite {
            // SQLite numbers `$N` by first appearance, `?N` by its number.
            out.push('?');
            rest = &rest[1..];
        } else if next == '@' {
            rest = token(dialect, &rest[1..], &mut out)?;
        } else if next.is_whitespace() {
            // Texts are written over several lines; one blank says the same and hashes faster.
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
            rest = rest.trim_start();
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    Ok(out.trim_end().to_owned())
}

/// The length of the quoted text or comment that `text` begins with.
fn opaque(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    if quote == '\'' || quote == '"' {
        let end = text[1..].find(quote).map_or(text.len(), |at| at + 2);
        return Some(end);
    }
    text.starts_with("--").then(|| text.find('\n').unwrap_or(text.len()))
}

/// Writes the token after an `@` and gives the text behind it.
fn token<'t>(dialect: Dialect, text: &'t str, out: &mut String) -> Result<&'t str, String> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let postgres = dialect == Dialect::Postgres;
    match name {
        "for_update" | "skip_locked" => {
            if postgres {
                out.push_str(if name == "for_update" { "FOR UPDATE" } else { "FOR UPDATE SKIP LOCKED" });
            }
            return Ok(rest);
        }
        _ => {}
    }
    let (arguments, rest) = arguments(rest).ok_or_else(|| format!("@{name} wants arguments in parentheses"))?;
    let arguments: Vec<String> =
        arguments.into_iter().map(|argument| query(dialect, argument.trim())).collect::<Result<_, _>>()?;
    match (name, arguments.as_slice()) {
        ("in", [list]) if postgres => out.push_str(&format!("= ANY({list})")),
        ("in", [list]) => out.push_str(&format!("IN (SELECT value FROM json_each({list}))")),
        ("not_in", [list]) if postgres => out.push_str(&format!("<> ALL({list})")),
        ("not_in", [list]) => out.push_str(&format!("NOT IN (SELECT value FROM json_each({list}))")),
        ("ilike", [expression, pattern]) => {
            let operator = if postgres { "ILIKE" } else { "LIKE" };
            out.push_str(&format!("{expression} {operator} {pattern} ESCAPE '\\'"));
        }
        ("greatest" | "least", [left, right]) => {
            let function = match (name, postgres) {
                ("greatest", true) => "GREATEST",
                ("greatest", false) => "max",
                (_, true) => "LEAST",
                (_, false) => "min",
            };
            out.push_str(&format!("{function}({left}, {right})"));
        }
        _ => return Err(format!("@{name} with {} arguments is not known", arguments.len())),
    }
    Ok(rest)
}

/// Splits `(a, f(b, c)) rest` into its arguments and the rest.
fn arguments(text: &str) -> Option<(Vec<&str>, &str)> {
    if !text.starts_with('(') {
        return None;
    }
    let mut found = Vec::new();
    let (mut depth, mut from, mut at) = (0usize, 1, 0);
    while let Some(next) = text[at..].chars().next() {
        if let Some(skipped) = opaque(&text[at..]) {
            at += skipped;
            continue;
        }
        match next {
            '(' => depth += 1,
            ')' if depth == 1 => {
                found.push(&text[from..at]);
                return Some((found, &text[at + 1..]));
            }
            ')' => depth -= 1,
            ',' if depth == 1 => {
                found.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += next.len_utf8();
    }
    None
}

/// Splits a migration into its statements, each written for one database.
pub(crate) fn migration(dialect: Dialect, text: &str) -> Result<Vec<String>, String> {
    let mut statements = Vec::new();
    let mut words = Words::default();
    let mut statement = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = if let Some(skipped) = opaque(rest) {
            if !rest.starts_with("--") {
                statement.push_str(&rest[..skipped]);
            }
            skipped
        } else if next == ';' {
            finish(&mut statement, &mut statements);
            words = Words::default();
            1
        } else if next.is_ascii_alphabetic() || next == '_' || next == '@' {
            let end = rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(rest.len(), |at| at + 1);
            statement.push_str(&words.write(dialect, &rest[..end])?);
            end
        } else {
            statement.push(next);
            next.len_utf8()
        };
        rest = &rest[length..];
    }
    finish(&mut statement, &mut statements);
    Ok(statements)
}

fn finish(statement: &mut String, statements: &mut Vec<String>) {
    let text = statement.trim();
    if !text.is_empty() {
        statements.push(text.to_owned());
    }
    statement.clear();
}

/// The words of one statement of a migration, as far as they decide about the next.
#[derive(Default)]
struct Words {
    first: Option<String>,
    second: Option<String>,
    last: String,
}

impl Words {
    fn write(&mut self, dialect: Dialect, word: &str) -> Result<String, String> {
        if self.first.is_none() {
            self.first = Some(word.to_owned());
        } else if self.second.is_none() {
            self.second = Some(word.to_owned());
        }
        let of_table =
            matches!(self.first.as_deref(), Some("CREATE" | "ALTER")) && self.second.as_deref() == Some("TABLE");
        let after_as = self.last.eq_ignore_ascii_case("as");
        word.clone_into(&mut self.last);
        Ok(match (dialect, word) {
            (Dialect::Sqlite, "BIGINT") => "INTEGER".to_owned(),
            (Dialect::Sqlite, "BYTES") => "BLOB".to_owned(),
            (Dialect::Postgres, "BYTES") => "BYTEA".to_owned(),
            (Dialect::Postgres, "TEXT") if of_table && !after_as => "TEXT COLLATE \"C\"".to_owned(),
            (Dialect::Sqlite, "@table") => "STRICT".to_owned(),
            (Dialect::Sqlite, "@narrow_table") => "STRICT, WITHOUT ROWID".to_owned(),
            (Dialect::Postgres, "@table" | "@narrow_table") => String::new(),
            (_, token) if token.starts_with('@') => return Err(format!("{token} is not known in a migration")),
            (_, other) => other.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, sqlite: &str, postgres: &str) {
        assert_eq!(query(Dialect::Sqlite, text).as_deref(), Ok(sqlite));
        assert_eq!(query(Dialect::Postgres, text).as_deref(), Ok(postgres));
    }

    #[test]
    fn parameters_are_numbered_on_both() {
        check(
            "SELECT $2, '$1 @in', \"$1\" FROM t -- $1 and @nonsense\n WHERE a = $10",
            "SELECT ?2, '$1 @in', \"$1\" FROM t WHERE a = ?10",
            "SELECT $2, '$1 @in', \"$1\" FROM t WHERE a = $10",
        );
    }

    #[test]
    fn tokens_are_written_for_each() {
        check("id @in($2)", "id IN (SELECT value FROM json_each(?2))", "id = ANY($2)");
        check("id @not_in($2)", "id NOT IN (SELECT value FROM json_each(?2))", "id <> ALL($2)");
        check(
            "@ilike(trim(name, ')'), $3)",
            "trim(name, ')') LIKE ?3 ESCAPE '\\'",
            "trim(name, ')') ILIKE $3 ESCAPE '\\'",
        );
        check("@greatest(a, @least(b, $1))", "max(a, min(b, ?1))", "GREATEST(a, LEAST(b, $1))");
        check("SELECT 1 @for_update", "SELECT 1", "SELECT 1 FOR UPDATE");
        check("SELECT 1 @skip_locked", "SELECT 1", "SELECT 1 FOR UPDATE SKIP LOCKED");
    }

    #[test]
    fn unknown_tokens_are_errors() {
        assert!(query(Dialect::Sqlite, "a @inn($1)").is_err());
        assert!(query(Dialect::Sqlite, "a @in $1").is_err());
        assert!(query(Dialect::Sqlite, "@ilike(a)").is_err());
        assert!(migration(Dialect::Sqlite, "CREATE TABLE t (a BIGINT) @tabel;").is_err());
    }

    #[test]
    fn migrations_are_split_and_typed() {
        let text = "-- one; two\nCREATE TABLE t (a BIGINT, b TEXT DEFAULT 'x;y', c BYTES) @table;\n\
                    CREATE VIEW v AS SELECT CAST(a AS TEXT) AS d FROM t;\nCREATE TABLE n (a BIGINT) @narrow_table;";
        let sqlite = [
            "CREATE TABLE t (a INTEGER, b TEXT DEFAULT 'x;y', c BLOB) STRICT",
            "CREATE VIEW v AS SELECT CAST(a AS TEXT) AS d FROM t",
            "CREATE TABLE n (a INTEGER) STRICT, WITHOUT ROWID",
        ];
        let postgres = [
            "CREATE TABLE t (a BIGINT, b TEXT COLLATE \"C\" DEFAULT 'x;y', c BYTEA)",
            "CREATE VIEW v AS SELECT CAST(a AS TEXT) AS d FROM t",
            "CREATE TABLE n (a BIGINT)",
        ];
        assert_eq!(migration(Dialect::Sqlite, text).expect("written"), sqlite);
        assert_eq!(migration(Dialect::Postgres, text).expect("written"), postgres);
    }
}

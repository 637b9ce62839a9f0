//! One row of an answer, read by position.

use jiff::Timestamp;
use jiff::civil::Date;
use tokio_postgres::types::{FromSql, Type};

use crate::{Error, Result};

/// A row that is being read. Columns are counted from 0 in the order of the SELECT list.
pub struct Row<'r> {
    query: &'static str,
    source: Source<'r>,
}

#[derive(Clone, Copy)]
pub(crate) enum Source<'r> {
    Lite(&'r rusqlite::Row<'r>),
    /// A SQLite row kept after its statement was reset (`Tx::many`): its cells, and the texts of all rows.
    Kept(&'r [KeptCell], &'r [u8]),
    Pg(&'r tokio_postgres::Row),
}

/// What a column may hold. There are no floats.
enum Cell<'r> {
    Null,
    Int(i64),
    Text(&'r str),
    Bytes(&'r [u8]),
}

impl<'r> Row<'r> {
    pub(crate) fn new(query: &'static str, source: Source<'r>) -> Row<'r> {
        Row { query, source }
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        match self.source {
            Source::Lite(row) => row.as_ref().column_count(),
            Source::Kept(cells, _) => cells.len(),
            Source::Pg(row) => row.len(),
        }
    }

    pub fn int(&self, column: usize) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| self.unexpected(column, "NULL where a number is wanted"))
    }

    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(value)),
            _ => Err(self.unexpected(column, "not a number")),
        }
    }

    /// A 0 or 1.
    pub fn bool(&self, column: usize) -> Result<bool> {
        self.opt_bool(column)?.ok_or_else(|| self.unexpected(column, "NULL where 0 or 1 is wanted"))
    }

    pub fn opt_bool(&self, column: usize) -> Result<Option<bool>> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(other) => Err(self.unexpected(column, &format!("{other} where 0 or 1 is wanted"))),
        }
    }

    /// An id: `row.id(0, InvoiceId)?`.
    pub fn id<T>(&self, column: usize, make: fn(i64) -> T) -> Result<T> {
        self.int(column).map(make)
    }

    pub fn opt_id<T>(&self, column: usize, make: fn(i64) -> T) -> Result<Option<T>> {
        Ok(self.opt_int(column)?.map(make))
    }

    pub fn text(&self, column: usize) -> Result<String> {
        self.text_ref(column).map(str::to_owned)
    }

    pub fn text_ref(&self, column: usize) -> Result<&'r str> {
        self.opt_text_ref(column)?.ok_or_else(|| self.unexpected(column, "NULL where a text is wanted"))
    }

    pub fn opt_text(&self, column: usize) -> Result<Option<String>> {
        Ok(self.opt_text_ref(column)?.map(str::to_owned))
    }

    pub fn opt_text_ref(&self, column: usize) -> Result<Option<&'r str>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            _ => Err(self.unexpected(column, "not a text")),
        }
    }

    pub fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        self.bytes_ref(column).map(<[u8]>::to_vec)
    }

    pub fn bytes_ref(&self, column: usize) -> Result<&'r [u8]> {
        self.opt_bytes_ref(column)?.ok_or_else(|| self.unexpected(column, "NULL where bytes are wanted"))
    }

    pub fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>> {
        Ok(self.opt_bytes_ref(column)?.map(<[u8]>::to_vec))
    }

    pub fn opt_bytes_ref(&self, column: usize) -> Result<Option<&'r [u8]>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Bytes(bytes) => Ok(Some(bytes)),
            _ => Err(self.unexpected(column, "not bytes")),
        }
    }

    /// A civil day, stored as ISO text.
    pub fn date(&self, column: usize) -> Result<Date> {
        self.opt_date(column)?.ok_or_else(|| self.unexpected(column, "NULL where a day is wanted"))
    }

    pub fn opt_date(&self, column: usize) -> Result<Option<Date>> {
        let Some(text) = self.opt_text_ref(column)? else { return Ok(None) };
        match crate::value::read_iso_day(text) {
            Some(day) => Ok(Some(day)),
            None => text.parse().map(Some).map_err(|error| self.unexpected(column, &format!("{text:?}: {error}"))),
        }
    }

    /// An instant, stored as microseconds since 1970 (UTC).
    pub fn timestamp(&self, column: usize) -> Result<Timestamp> {
        self.opt_timestamp(column)?.ok_or_else(|| self.unexpected(column, "NULL where an instant is wanted"))
    }

    pub fn opt_timestamp(&self, column: usize) -> Result<Option<Timestamp>> {
        let Some(micros) = self.opt_int(column)? else { return Ok(None) };
        Timestamp::from_microsecond(micros).map(Some).map_err(|error| self.unexpected(column, &error.to_string()))
    }

    /// An error of this column, for readers that parse what they got (a state, a currency).
    pub fn unexpected(&self, column: usize, reason: &str) -> Error {
        Error::Decode { query: self.query, column, reason: reason.to_owned() }
    }

    fn cell(&self, column: usize) -> Result<Cell<'r>> {
        match self.source {
            Source::Lite(row) => {
                let value = row.get_ref(column).map_err(|error| self.unexpected(column, &error.to_string()))?;
                self.lite_cell(column, value)
            }
            Source::Kept(cells, texts) => {
                use rusqlite::types::ValueRef;
                let cell = *cells.get(column).ok_or_else(|| self.unexpected(column, "no such column"))?;
                let value = match cell {
                    KeptCell::Null => ValueRef::Null,
                    KeptCell::Int(number) => ValueRef::Integer(number),
                    KeptCell::Float => return Err(self.unexpected(column, "a float: no column may hold one")),
                    KeptCell::Text { start, end } => ValueRef::Text(&texts[start..end]),
                    KeptCell::Blob { start, end } => ValueRef::Blob(&texts[start..end]),
                };
                self.lite_cell(column, value)
            }
            Source::Pg(row) => row
                .try_get::<_, PgCell<'r>>(column)
                .map(|cell| cell.0)
                .map_err(|error| self.unexpected(column, &crate::pg::chain(&error))),
        }
    }

    fn lite_cell(&self, column: usize, value: rusqlite::types::ValueRef<'r>) -> Result<Cell<'r>> {
        use rusqlite::types::ValueRef;
        match value {
            ValueRef::Null => Ok(Cell::Null),
            ValueRef::Integer(number) => Ok(Cell::Int(number)),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Ok(Cell::Text(text)),
                Err(error) => Err(self.unexpected(column, &error.to_string())),
            },
            ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes)),
            ValueRef::Real(_) => Err(self.unexpected(column, "a float: no column may hold one")),
        }
    }
}

struct PgCell<'r>(Cell<'r>);

impl<'r> FromSql<'r> for PgCell<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(PgCell(match *ty {
            Type::INT8 => Cell::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Cell::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT2 => Cell::Int(i64::from(i16::from_sql(ty, raw)?)),
            Type::BOOL => Cell::Int(i64::from(bool::from_sql(ty, raw)?)),
            Type::BYTEA => Cell::Bytes(raw),
            _ => Cell::Text(<&str>::from_sql(ty, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(PgCell(Cell::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA)
            || <&str as FromSql<'_>>::accepts(ty)
    }
}

/// The rows of one query of `Tx::many`.
pub struct Rows {
    pub(crate) query: &'static str,
    pub(crate) kept: Kept,
}

pub(crate) enum Kept {
    Lite(KeptRows),
    Pg(Vec<tokio_postgres::Row>),
}

/// Cells of all rows in one vector, their texts in another: two allocations, whatever the number of cells.
#[derive(Default)]
pub(crate) struct KeptRows {
    width: usize,
    count: usize,
    cells: Vec<KeptCell>,
    texts: Vec<u8>,
}

/// A cell; a text by its place among the texts.
#[derive(Clone, Copy)]
pub(crate) enum KeptCell {
    Null,
    Int(i64),
    /// Refused when it is read.
    Float,
    Text {
        start: usize,
        end: usize,
    },
    Blob {
        start: usize,
        end: usize,
    },
}

impl KeptRows {
    pub(crate) fn of_width(width: usize) -> KeptRows {
        KeptRows { width, ..KeptRows::default() }
    }

    /// Keeps a row that SQLite is about to overwrite.
    pub(crate) fn push(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        use rusqlite::types::ValueRef;
        self.count += 1;
        for column in 0..self.width {
            let start = self.texts.len();
            let cell = match row.get_ref(column)? {
                ValueRef::Null => KeptCell::Null,
                ValueRef::Integer(number) => KeptCell::Int(number),
                ValueRef::Real(_) => KeptCell::Float,
                ValueRef::Text(text) => {
                    self.texts.extend_from_slice(text);
                    KeptCell::Text { start, end: self.texts.len() }
                }
                ValueRef::Blob(bytes) => {
                    self.texts.extend_from_slice(bytes);
                    KeptCell::Blob { start, end: self.texts.len() }
                }
            };
            self.cells.push(cell);
        }
        Ok(())
    }
}

impl Rows {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match &self.kept {
            Kept::Lite(kept) => kept.count,
            Kept::Pg(rows) => rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|index| {
            let source = match &self.kept {
                Kept::Lite(KeptRows { width, cells, texts, .. }) => {
                    Source::Kept(&cells[index * width..(index + 1) * width], texts)
                }
                Kept::Pg(rows) => Source::Pg(&rows[index]),
            };
            Row::new(self.query, source)
        })
    }

    /// Reads all rows.
    pub fn all<T>(&self, mut read: impl FnMut(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        self.iter().map(|row| read(&row)).collect()
    }

    /// Reads the only row, if there is one; more than one is an error.
    pub fn opt<T>(&self, mut read: impl FnMut(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        if self.len() > 1 {
            return Err(crate::tx::more_than_one(self.query));
        }
        self.iter().next().map(|row| read(&row)).transpose()
    }
}

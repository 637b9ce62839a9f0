//! Data on stdout in one of four formats, messages on stderr.
//!
//! | format | is |
//! |---|---|
//! | table | for people; the columns of a list, or a name and a value per line |
//! | json | an array of objects, or one object; keys and types are stable |
//! | csv | RFC 4180 with a header; texts that a spreadsheet would run as a formula get an apostrophe |
//! | plain | values separated by tabs, without a header: for `cut` and `while read` |

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use clap::ValueEnum;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::exit::{Exit, Failure, Result};

/// How data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Json,
    Csv,
    Plain,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    /// An exact decimal; a string in JSON, so that no reader makes a float of it.
    Amount(String),
    Int(i64),
    Flag(bool),
    Many(Vec<String>),
    /// Rows below a record, such as the lines of an invoice.
    Rows(Vec<Record>),
    Nothing,
}

impl Cell {
    pub fn text(value: impl Into<String>) -> Cell {
        Cell::Text(value.into())
    }

    /// The value's own spelling, or nothing.
    pub fn maybe(value: Option<impl ToString>) -> Cell {
        value.map_or(Cell::Nothing, |value| Cell::Text(value.to_string()))
    }

    /// An instant as the database keeps it: to the microsecond.
    pub fn instant(at: Option<jiff::Timestamp>) -> Cell {
        Cell::maybe(at.map(|at| jiff::Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)))
    }

    fn is_number(&self) -> bool {
        matches!(self, Cell::Amount(_) | Cell::Int(_))
    }

    fn spelled(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Amount(text) => text.clone(),
            Cell::Int(value) => value.to_string(),
            Cell::Flag(value) => (if *value { "yes" } else { "no" }).to_owned(),
            Cell::Many(values) => values.join(" "),
            Cell::Rows(rows) => rows.len().to_string(),
            Cell::Nothing => String::new(),
        }
    }

    fn csv(&self) -> String {
        let text = self.spelled();
        let is_formula = !self.is_number() && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let text = if is_formula { format!("'{text}") } else { text };
        match text.contains(['"', ',', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text,
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Cell::Text(text) | Cell::Amount(text) => serializer.serialize_str(text),
            Cell::Int(value) => serializer.serialize_i64(*value),
            Cell::Flag(value) => serializer.serialize_bool(*value),
            Cell::Many(values) => values.serialize(serializer),
            Cell::Rows(rows) => rows.serialize(serializer),
            Cell::Nothing => serializer.serialize_none(),
        }
    }
}

/// Named values in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record(pub Vec<(&'static str, Cell)>);

impl Record {
    #[must_use]
    pub fn with(mut self, name: &'static str, cell: Cell) -> Record {
        self.0.push((name, cell));
        self
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, cell) in &self.0 {
            map.serialize_entry(name, cell)?;
        }
        map.end()
    }
}

/// Writes what commands answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Printer {
    pub format: Format,
}

impl Printer {
    /// A list. `columns` are printed even when no row is there; every row has these names.
    pub fn list(self, columns: &[&'static str], rows: &[Record]) -> Result<()> {
        print(&self.render_list(columns, rows))
    }

    /// One object. Rows within it become tables of their own below it (in CSV only their count is told).
    pub fn record(self, record: &Record) -> Result<()> {
        print(&self.render_record(record))
    }

    fn render_list(self, columns: &[&'static str], rows: &[Record]) -> String {
        let cells = |record: &Record, spell: fn(&Cell) -> String| -> Vec<String> {
            record.0.iter().map(|(_, cell)| spell(cell)).collect()
        };
        let mut text = String::new();
        match self.format {
            Format::Json => text = json(&rows),
            Format::Table if rows.is_empty() => {}
            Format::Table => text = table(columns, rows),
            Format::Plain => {
                for row in rows {
                    let cells: Vec<String> = row.0.iter().map(|(_, cell)| flat(&cell.spelled())).collect();
                    text.push_str(&format!("{}\n", cells.join("\t")));
                }
            }
            Format::Csv => {
                text.push_str(&format!("{}\r\n", columns.join(",")));
                for row in rows {
                    text.push_str(&format!("{}\r\n", cells(row, Cell::csv).join(",")));
                }
            }
        }
        text
    }

    fn render_record(self, record: &Record) -> String {
        match self.format {
            Format::Json => json(record),
            Format::Csv => {
                let columns: Vec<&'static str> = record.0.iter().map(|(name, _)| *name).collect();
                self.render_list(&columns, std::slice::from_ref(record))
            }
            Format::Table | Format::Plain => {
                let width = record.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
                let mut text = String::new();
                for (name, cell) in &record.0 {
                    if matches!(cell, Cell::Rows(_)) {
                        continue;
                    }
                    let _ = match self.format {
                        Format::Plain => writeln!(text, "{name}\t{}", flat(&cell.spelled())),
                        _ => writeln!(text, "{}", format!("{name:width$}  {}", cell.spelled()).trim_end()),
                    };
                }
                for (name, cell) in &record.0 {
                    let Cell::Rows(rows) = cell else { continue };
                    let columns: Vec<&'static str> =
                        rows.first().map(|row| row.0.iter().map(|(name, _)| *name).collect()).unwrap_or_default();
                    let below = self.render_list(&columns, rows);
                    let _ = match self.format {
                        Format::Plain => write!(text, "{below}"),
                        _ if below.is_empty() => writeln!(text, "\n{name}: none"),
                        _ => write!(text, "\n{name}\n{below}"),
                    };
                }
                text
            }
        }
    }
}

fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("records hold texts, numbers and lists only");
    text.push('\n');
    text
}

/// One line, whatever the value.
fn flat(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

fn table(columns: &[&'static str], rows: &[Record]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // Only a terminal has a width to fit into; a file gets every column whole.
    if io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(columns.iter().map(|name| name.to_uppercase().replace('_', " ")));
    for row in rows {
        table.add_row(row.0.iter().map(|(_, cell)| flat(&cell.spelled())));
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        let cells = rows.iter().filter_map(|row| row.0.get(at)).map(|(_, cell)| cell);
        let mut told = cells.filter(|cell| **cell != Cell::Nothing).peekable();
        if told.peek().is_some() && told.all(Cell::is_number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 2));
    }
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Writes data to stdout. A reader that has seen enough (`| head`) ends the command without a complaint.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::silent(Exit::Ok)),
        Err(error) => Err(Failure::unavailable(format!("cannot write to standard output: {error}"))),
    }
}

/// Writes a message to stderr. When that is gone there is nobody left to tell.
pub fn note(message: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", message.as_ref());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Record> {
        let row = |name: &str, amount: &str, note: Cell| {
            Record::default()
                .with("name", Cell::text(name))
                .with("amount", Cell::Amount(amount.to_owned()))
                .with("note", note)
        };
        vec![row("Ann, \"A\"", "-12.50", Cell::text("=1+1")), row("Bob", "1234.00", Cell::Nothing)]
    }

    #[track_caller]
    fn check(format: Format, expected: &str) {
        assert_eq!(Printer { format }.render_list(&["name", "amount", "note"], &rows()), expected);
    }

    #[test]
    fn a_list_in_each_format() {
        check(Format::Table, "NAME       AMOUNT  NOTE\nAnn, \"A\"   -12.50  =1+1\nBob       1234.00\n");
        check(Format::Plain, "Ann, \"A\"\t-12.50\t=1+1\nBob\t1234.00\t\n");
        check(Format::Csv, "name,amount,note\r\n\"Ann, \"\"A\"\"\",-12.50,'=1+1\r\nBob,1234.00,\r\n");
        check(
            Format::Json,
            "[\n  {\n    \"name\": \"Ann, \\\"A\\\"\",\n    \"amount\": \"-12.50\",\n    \"note\": \"=1+1\"\n  },\n  \
             {\n    \"name\": \"Bob\",\n    \"amount\": \"1234.00\",\n    \"note\": null\n  }\n]\n",
        );
    }

    #[test]
    fn an_empty_list() {
        let of = |format| Printer { format }.render_list(&["a", "b"], &[]);
        assert_eq!([of(Format::Table), of(Format::Plain)], ["", ""]);
        assert_eq!([of(Format::Csv), of(Format::Json)], ["a,b\r\n", "[]\n"]);
    }

    #[test]
    fn a_record_with_rows() {
        let line = Record::default().with("name", Cell::text("seat")).with("quantity", Cell::Int(3));
        let record = Record::default().with("id", Cell::text("inv_1")).with("lines", Cell::Rows(vec![line]));
        let of = |format| Printer { format }.render_record(&record);
        assert_eq!(of(Format::Table), "id     inv_1\n\nlines\nNAME  QUANTITY\nseat         3\n");
        assert_eq!(of(Format::Plain), "id\tinv_1\nseat\t3\n");
        assert_eq!(of(Format::Csv), "id,lines\r\ninv_1,1\r\n");
    }
}

//! Numbering series. `own` series are gapless and taken last in the issuing transaction from a locked row;
//! numbers given by clients or imports live outside them: unique, no gap rule.

use crate::id::{EntityId, SeriesId};

/// Which documents a series numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesKind {
    Invoice,
    CreditNote,
}

/// When a series starts again at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesReset {
    Never,
    /// Each calendar year of the document's date; the year is part of the number.
    Yearly,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub id: SeriesId,
    pub entity_id: EntityId,
    pub kind: SeriesKind,
    /// Text before the digits; `{year}` stands for the document's year.
    pub prefix: String,
    /// Minimum digits, zero-padded.
    pub width: i64,
    pub reset: SeriesReset,
    /// The last number given out in `year`; 0 before the first.
    pub last: i64,
    /// The year `last` belongs to; 0 when the series never resets.
    pub year: i64,
    /// Refuse a document dated before the last one numbered.
    pub enforces_date_order: bool,
}

impl Series {
    /// The printed number of `value` in this series for a document of `year`.
    pub fn format(&self, value: i64, year: i16) -> String {
        let width = usize::try_from(self.width.clamp(1, 18)).expect("clamped to 1..=18");
        format!("{}{value:0width$}", self.prefix.replace("{year}", &year.to_string()))
    }
}

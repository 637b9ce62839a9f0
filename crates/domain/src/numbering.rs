//! Numbering series. `own` series are gapless and taken last in the issuing transaction from a locked row;
//! numbers given by clients or imports live outside them: unique, no gap rule.
//!
//! A series counts in each of its periods on its own: a yearly one in each calendar year of its documents' dates, so
//! that a document dated in an earlier year takes the next number of that year; one that never resets has one period.

use crate::id::{EntityId, SeriesId};
use crate::refusal::Refusal;
use jiff::civil::Date;

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
    /// The latest year with a number; 0 before the first and when the series never resets.
    pub year: i64,
    /// Refuse a document dated before the last one numbered in its period.
    pub enforces_date_order: bool,
}

/// The days of the documents that have the numbers just before and just after a document's own, in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    pub before: Option<Date>,
    pub after: Option<Date>,
}

impl Neighbours {
    /// Whether a document of this date keeps the numbers in the order of dates: `DateOutOfOrder`.
    pub fn admit(self, dated_on: Date) -> Result<(), Refusal> {
        let Neighbours { before: earliest, after: latest } = self;
        if earliest.is_some_and(|day| dated_on < day) || latest.is_some_and(|day| dated_on > day) {
            return Err(Refusal::DateOutOfOrder { dated_on, earliest, latest });
        }
        Ok(())
    }
}

impl Series {
    /// The period in which a document of this date is numbered: its year in a yearly series, else 0.
    pub fn period_of(&self, dated_on: Date) -> i64 {
        match self.reset {
            SeriesReset::Yearly => i64::from(dated_on.year()),
            SeriesReset::Never => 0,
        }
    }

    /// The printed number of `value` in this series for a document of `year`.
    pub fn format(&self, value: i64, year: i16) -> String {
        let width = usize::try_from(self.width.clamp(1, 18)).expect("clamped to 1..=18");
        format!("{}{value:0width$}", self.prefix.replace("{year}", &year.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    #[test]
    fn a_period_is_a_year_of_a_yearly_series() {
        let mut series = Series {
            id: SeriesId(1),
            entity_id: EntityId(1),
            kind: SeriesKind::Invoice,
            prefix: "{year}-".to_owned(),
            width: 3,
            reset: SeriesReset::Yearly,
            last: 0,
            year: 0,
            enforces_date_order: true,
        };
        assert_eq!(series.period_of(day(2025, 12, 31)), 2025);
        assert_eq!(series.format(7, 2025), "2025-007");
        series.reset = SeriesReset::Never;
        assert_eq!(series.period_of(day(2025, 12, 31)), 0);
    }

    #[test]
    fn a_date_stands_between_its_neighbours() {
        let (first, last) = (day(2026, 3, 5), day(2026, 3, 7));
        let between = Neighbours { before: Some(first), after: Some(last) };
        for (dated_on, fits) in [(4, false), (5, true), (6, true), (7, true), (8, false)] {
            let dated_on = day(2026, 3, dated_on);
            let refused = Refusal::DateOutOfOrder { dated_on, earliest: Some(first), latest: Some(last) };
            assert_eq!(between.admit(dated_on), if fits { Ok(()) } else { Err(refused) });
        }
        assert_eq!(Neighbours::default().admit(Date::MIN), Ok(()));
        assert!(Neighbours { before: Some(first), after: None }.admit(day(2026, 3, 4)).is_err());
        assert!(Neighbours { before: None, after: Some(last) }.admit(day(2026, 3, 8)).is_err());
    }
}

//! Numbers and vendors' ids.

use super::Auditor;
use domain::id::{CreditNoteId, InvoiceId, SeriesId};
use store::Tx;
use store::audit::names::{Numbered, Series};

pub(super) async fn check(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    for series in store::audit::names::series(tx).await? {
        let mut walk = Walk::over(&series);
        let mut count = 0;
        store::audit::names::numbers(tx, &series, |numbered| {
            count += 1;
            walk.step(auditor, &numbered);
        })
        .await?;
        walk.finish(auditor);
        auditor.counts("numbers", count);
    }
    for kind in [InvoiceId::WORD, CreditNoteId::WORD] {
        doubles(tx, auditor, kind).await?;
    }
    external(tx, auditor).await?;
    foreign(tx, auditor).await
}

/// One walk along a series, in the order of years and values.
struct Walk<'a> {
    series: &'a Series,
    year: Option<i64>,
    /// The last value seen of that year.
    last: i64,
    has_met_own_year: bool,
}

impl<'a> Walk<'a> {
    fn over(series: &'a Series) -> Self {
        Self { series, year: None, last: 0, has_met_own_year: false }
    }

    fn step(&mut self, auditor: &mut Auditor, numbered: &Numbered) {
        let document: &str = &self.series.kind;
        if self.year != Some(numbered.year) {
            self.end_year(auditor);
            self.year = Some(numbered.year);
            self.last = 0;
        }
        if numbered.value <= self.last {
            let text = format!("number {} of {} was given twice", numbered.value, numbered.year);
            auditor.violates("I9", document, numbered.id, text);
            return;
        }
        if numbered.value != self.last + 1 {
            let text = match numbered.value - self.last - 1 {
                1 => format!("number {} of {} is missing", self.last + 1, numbered.year),
                _ => format!("numbers {} to {} of {} are missing", self.last + 1, numbered.value - 1, numbered.year),
            };
            auditor.violates("I9", SeriesId::WORD, self.series.id, text);
        }
        self.last = numbered.value;
        let digits = numbered.value.to_string();
        if numbered.number.as_deref().is_none_or(|number| !number.ends_with(&digits)) {
            let text = format!("number {:?} is number {digits} of its series", numbered.number);
            auditor.violates("I9", document, numbered.id, text);
        }
    }

    /// The current year of a series ends at the last value given.
    fn end_year(&mut self, auditor: &mut Auditor) {
        if self.year == Some(self.series.year) {
            self.has_met_own_year = true;
            if self.last != self.series.last_value {
                let text =
                    format!("the last value given is {}, the documents end at {}", self.series.last_value, self.last);
                auditor.violates("I9", SeriesId::WORD, self.series.id, text);
            }
        } else if self.year.is_some_and(|year| !self.series.is_yearly || year > self.series.year) {
            let text = format!("documents of {} in a series of {}", self.year.unwrap_or(0), self.series.year);
            auditor.violates("I9", SeriesId::WORD, self.series.id, text);
        }
    }

    fn finish(mut self, auditor: &mut Auditor) {
        self.end_year(auditor);
        if !self.has_met_own_year && self.series.last_value != 0 {
            let text = format!("the last value given is {}, no document has a number", self.series.last_value);
            auditor.violates("I9", SeriesId::WORD, self.series.id, text);
        }
    }
}

/// No two documents of one kind and legal entity have the same number, wherever it came from.
async fn doubles(tx: &mut Tx<'_>, auditor: &mut Auditor, kind: &'static str) -> store::Result<()> {
    let mut before: (i64, i64, String) = (0, 0, String::new());
    store::audit::names::number_texts(tx, kind, |id, entity, number| {
        if (before.1, before.2.as_str()) == (entity, number) {
            auditor.violates("I9", kind, id, format!("number {number} is also that of {kind} {}", before.0));
        }
        before.0 = id;
        before.1 = entity;
        if before.2 != number {
            number.clone_into(&mut before.2);
        }
    })
    .await
}

async fn external(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let faults = store::audit::names::external_faults(tx).await?;
    for (kind, id, number) in faults.unclaimed {
        let number = number.unwrap_or_default();
        auditor.violates("I9", &kind, id, format!("external number {number:?} is not kept as its own"));
    }
    for (kind, id, number) in faults.idle {
        let number = number.unwrap_or_default();
        auditor.violates("I9", &kind, id, format!("external number {number:?} is kept for it, which it does not have"));
    }
    Ok(())
}

async fn foreign(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut count = 0;
    store::audit::names::foreign_ids(tx, |foreign, is_never_given_out| {
        count += 1;
        if is_never_given_out {
            let text = format!("{}'s id {:?} names an id that was never given out", foreign.face, foreign.foreign_id);
            auditor.violates("foreign_ids", &foreign.kind, foreign.id, text);
        }
    })
    .await?;
    auditor.counts("foreign_ids", count);
    for foreign in store::audit::names::collisions(tx).await? {
        let other = foreign.collides_with.unwrap_or(0);
        let text = format!("{}'s id {:?} also spells {} {other}", foreign.face, foreign.foreign_id, foreign.kind);
        auditor.violates("foreign_ids", &foreign.kind, foreign.id, text);
    }
    Ok(())
}

//! Numbers and vendors' ids.

use super::Auditor;
use domain::id::{CreditNoteId, InvoiceId, SeriesId};
use std::collections::BTreeMap;
use store::Tx;
use store::audit::names::{Counter, Numbered, Series};

pub(super) async fn check(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut counters: BTreeMap<i64, Vec<Counter>> = BTreeMap::new();
    for counter in store::audit::names::counters(tx).await? {
        counters.entry(counter.series_id).or_default().push(counter);
    }
    for series in store::audit::names::series(tx).await? {
        let mut walk = Walk::over(&series, counters.remove(&series.id).unwrap_or_default());
        let mut count = 0;
        store::audit::names::numbers(tx, &series, |numbered| {
            count += 1;
            walk.step(auditor, &numbered);
        })
        .await?;
        walk.finish(auditor);
        auditor.counts("numbers", count);
    }
    for id in counters.into_keys() {
        auditor.violates("I9", SeriesId::WORD, id, "numbers were counted, and there is no such series");
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
    /// Those of years that were not walked to the end yet.
    counters: Vec<Counter>,
    year: Option<i64>,
    /// The last value seen of that year, and the day of its document.
    last: i64,
    last_dated_on: String,
}

impl<'a> Walk<'a> {
    fn over(series: &'a Series, counters: Vec<Counter>) -> Self {
        Self { series, counters, year: None, last: 0, last_dated_on: String::new() }
    }

    fn step(&mut self, auditor: &mut Auditor, numbered: &Numbered<'_>) {
        let document: &str = &self.series.kind;
        let Numbered { id, year, value, number, dated_on } = *numbered;
        if self.year != Some(year) {
            self.end_year(auditor);
            self.year = Some(year);
            self.last = 0;
            self.last_dated_on.clear();
        }
        if value <= self.last {
            auditor.violates("I9", document, id, format!("number {value} of {year} was given twice"));
            return;
        }
        if value != self.last + 1 {
            let text = match value - self.last - 1 {
                1 => format!("number {} of {year} is missing", self.last + 1),
                _ => format!("numbers {} to {} of {year} are missing", self.last + 1, value - 1),
            };
            self.violates(auditor, text);
        }
        self.last = value;
        let digits = value.to_string();
        if number.is_none_or(|number| !number.ends_with(&digits)) {
            let text = format!("number {number:?} is number {digits} of its series");
            auditor.violates("I9", document, id, text);
        }
        if self.series.is_yearly && !dated_on.starts_with(&format!("{year:04}-")) {
            auditor.violates("I9", document, id, format!("it is dated {dated_on} and has a number of {year}"));
        }
        if self.series.enforces_date_order {
            // ISO days have the order of their texts.
            if *dated_on < *self.last_dated_on {
                let text = format!("it is dated {dated_on}, the number before it {}", self.last_dated_on);
                auditor.violates("I9", document, id, text);
            }
            dated_on.clone_into(&mut self.last_dated_on);
        }
    }

    /// Each year of a series ends at the last value given in it.
    fn end_year(&mut self, auditor: &mut Auditor) {
        let Some(year) = self.year else { return };
        if self.series.is_yearly == (year == 0) {
            self.violates(auditor, format!("documents of year {year}, yearly: {}", self.series.is_yearly));
        }
        let Some(at) = self.counters.iter().position(|counter| counter.year == year) else {
            self.violates(auditor, format!("documents of {year}, of which no number was given"));
            return;
        };
        let Counter { last_value, last_dated_on, .. } = self.counters.swap_remove(at);
        if self.last != last_value {
            let text = format!("the last value given of {year} is {last_value}, the documents end at {}", self.last);
            self.violates(auditor, text);
        }
        if self.series.enforces_date_order && self.last_dated_on != last_dated_on {
            let day = &self.last_dated_on;
            self.violates(auditor, format!("the last day of {year} is {last_dated_on}, the documents end on {day}"));
        }
    }

    fn finish(mut self, auditor: &mut Auditor) {
        self.end_year(auditor);
        for Counter { year, last_value, .. } in &self.counters {
            let text = format!("the last value given of {year} is {last_value}, no document has a number of it");
            self.violates(auditor, text);
        }
    }

    fn violates(&self, auditor: &mut Auditor, text: String) {
        auditor.violates("I9", SeriesId::WORD, self.series.id, text);
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

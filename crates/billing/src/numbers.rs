//! Numbers: the next ones of a legal entity's own series, and those that clients give. A given number may not be one
//! that an own series gave or will give, nor one that was given before: two documents would carry one number.

use crate::Error;
use crate::parties::tenants::taken;
use crate::verb::Cx;
use domain::Refusal;
use domain::id::{CreditNoteId, EntityId, InvoiceId};
use domain::invoice::{Invoice, NumberOrigin};
use domain::numbering::{Neighbours, Series, SeriesKind};
use jiff::civil::Date;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The series by which a legal entity numbers its documents of one kind.
pub(crate) async fn series_of(cx: &mut Cx<'_, '_>, entity: EntityId, kind: SeriesKind) -> Result<Series, Error> {
    let found = store::series::find(cx.tx, entity, kind).await?;
    Ok(found.ok_or(Refusal::Invalid { what: "number series" })?)
}

/// Takes a number for each of the days, which are of one period of the series, and gives the first; the others
/// follow it. `DateOutOfOrder` where the series enforces the order of dates.
pub(crate) async fn take(cx: &mut Cx<'_, '_>, series: &Series, days: &[Date]) -> Result<i64, Error> {
    if series.enforces_date_order {
        for pair in days.windows(2) {
            Neighbours { before: Some(pair[0]), after: None }.admit(pair[1])?;
        }
    }
    let first = *days.iter().min().expect("numbers are taken for documents");
    let last = *days.iter().max().expect("numbers are taken for documents");
    let count = i64::try_from(days.len()).expect("a batch fits an i64");
    if let Some(value) = store::series::take(cx.tx, series, (first, last), count).await? {
        return Ok(value - count + 1);
    }
    let earliest = store::series::last_dated_on(cx.tx, series, series.period_of(first)).await?;
    Err(Refusal::DateOutOfOrder { dated_on: first, earliest, latest: None }.into())
}

/// Where the own number of an invoice stands: its series and, where that enforces the order of dates, the days of
/// its neighbours, which nobody changes until this transaction ends.
pub(crate) async fn place_of(cx: &mut Cx<'_, '_>, invoice: &Invoice) -> Result<Option<(Series, Neighbours)>, Error> {
    if invoice.number_origin != Some(NumberOrigin::Own) {
        return Ok(None);
    }
    let series = series_of(cx, invoice.entity_id, SeriesKind::Invoice).await?;
    let neighbours = match series.enforces_date_order {
        true => {
            let period = series.period_of(invoice.dated_on);
            store::series::lock_neighbours(cx.tx, &series, period, invoice.id).await?
        }
        false => Neighbours::default(),
    };
    Ok(Some((series, neighbours)))
}

/// A number that a client gives to a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) entity: EntityId,
    pub(crate) number: &'a str,
    /// The document that is to have it, which may have it already.
    pub(crate) object: i64,
}

/// `NumberTaken` for the first number that an own series of its legal entity could print, that another document
/// was given, or that is given twice here.
pub(crate) async fn refuse_taken(cx: &mut Cx<'_, '_>, kind: SeriesKind, given: &[Given<'_>]) -> Result<(), Error> {
    if given.is_empty() {
        return Ok(());
    }
    let entities: BTreeSet<EntityId> = given.iter().map(|given| given.entity).collect();
    let entities: Vec<EntityId> = entities.into_iter().collect();
    let mut series = store::series::of_entities(cx.tx, &entities).await?;
    series.retain(|series| series.kind == kind);
    let numbers: Vec<&str> = given.iter().map(|given| given.number).collect();
    let others = store::invoices::external_numbers(cx.tx, word(kind), &numbers).await?;
    let others: HashMap<String, i64> = others.into_iter().collect();
    let mut seen = HashSet::new();
    for Given { entity, number, object } in given {
        let is_own = series.iter().any(|series| series.entity_id == *entity && could_print(series, number));
        if is_own || others.get(*number).is_some_and(|other| other != object) || !seen.insert(*number) {
            return Err(Refusal::NumberTaken { number: (*number).to_owned() }.into());
        }
    }
    Ok(())
}

/// The noun that a series numbers.
const fn word(kind: SeriesKind) -> &'static str {
    match kind {
        SeriesKind::Invoice => InvoiceId::WORD,
        SeriesKind::CreditNote => CreditNoteId::WORD,
    }
}

/// A unique key of the document is another's: the external key, or one of the numbers, which was free when
/// [`refuse_taken`] looked and was taken by someone else since.
pub(crate) fn number_or_key_taken<'a>(error: store::Error, given: impl IntoIterator<Item = &'a str>) -> Error {
    match &error {
        store::Error::Conflict { constraint } if constraint.contains("external_numbers") => {
            let mut given = given.into_iter();
            match (given.next(), given.next()) {
                (Some(number), None) => Refusal::NumberTaken { number: number.to_owned() }.into(),
                // Which of several it was, the next attempt is told.
                _ => Error::Conflict { what: "a number was given to another document at the same moment" },
            }
        }
        _ => taken(error, "external_key"),
    }
}

/// Whether the series prints this number for some value in some year.
fn could_print(series: &Series, number: &str) -> bool {
    let year = match series.prefix.split_once("{year}") {
        None => 0,
        Some((head, _)) => {
            let digits = number.strip_prefix(head).and_then(|rest| rest.get(..4));
            match digits.and_then(|digits| digits.parse().ok()) {
                Some(year) => year,
                None => return false,
            }
        }
    };
    let prefix = series.prefix.replace("{year}", &year.to_string());
    let value = number.strip_prefix(&prefix).and_then(|digits| digits.parse::<i64>().ok());
    value.is_some_and(|value| value > 0 && series.format(value, year) == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::SeriesId;
    use domain::numbering::SeriesReset;

    #[track_caller]
    fn check(prefix: &str, number: &str, expected: bool) {
        let series = Series {
            id: SeriesId(1),
            entity_id: EntityId(1),
            kind: SeriesKind::Invoice,
            prefix: prefix.to_owned(),
            width: 4,
            reset: SeriesReset::Never,
            last: 0,
            year: 0,
            enforces_date_order: false,
        };
        assert_eq!(could_print(&series, number), expected, "{prefix} {number}");
    }

    #[test]
    fn a_series_prints_its_own_pattern_only() {
        check("INV-", "INV-0001", true);
        check("INV-", "INV-12345", true);
        check("INV-", "INV-1", false);
        check("INV-", "INV-00001", false);
        check("INV-", "INV-0000", false);
        check("INV-", "INV--001", false);
        check("INV-", "INV-+001", false);
        check("INV-", "INV-99999999999999999999", false);
        check("", "0001", true);
        check("R{year}/", "R2026/0001", true);
        check("R{year}/", "R26/0001", false);
        check("R{year}/", "R", false);
        check("{year}", "20260001", true);
        check("{year}", "2026é001", false);
    }
}

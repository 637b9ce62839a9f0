//! Numbers that clients give. They may not be ones that the legal entity's own series gave or will give: two documents
//! would carry one number.

use crate::Error;
use crate::verb::Cx;
use domain::Refusal;
use domain::id::EntityId;
use domain::numbering::{Series, SeriesKind};
use std::collections::HashMap;

/// `NumberTaken` for the first number that an own series of its legal entity could print.
pub(crate) async fn refuse_own_numbers(
    cx: &mut Cx<'_, '_>,
    kind: SeriesKind,
    numbers: &[(EntityId, &String)],
) -> Result<(), Error> {
    let mut of_entity: HashMap<EntityId, Vec<Series>> = HashMap::new();
    for &(entity, number) in numbers {
        let series = match of_entity.entry(entity) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(unknown) => {
                unknown.insert(store::entities::series_of(cx.tx, entity).await?)
            }
        };
        if series.iter().any(|series| series.kind == kind && could_print(series, number)) {
            return Err(Refusal::NumberTaken { number: number.clone() }.into());
        }
    }
    Ok(())
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

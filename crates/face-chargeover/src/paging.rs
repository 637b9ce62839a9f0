//! `limit`, `offset` and `order` (contract 3.3).

use billing::query::{Direction, Order, Paging};
use http_kit::Query;

use crate::clauses::excerpt;
use crate::errors::Fault;

/// Rows when no limit is asked for: the default of the vendor's clients.
pub(crate) const DEFAULT_LIMIT: u32 = 10;
/// The vendor publishes no maximum. A larger limit is refused and not lowered: the PHP client stops at the
/// first page with fewer rows than it asked for, and would lose the others silently.
pub(crate) const MAX_LIMIT: u32 = 500;

pub(crate) fn paging(query: &Query) -> Result<Paging, Fault> {
    let limit = match query.int("limit").map_err(|fault| Fault::parameter("limit", fault))? {
        None => DEFAULT_LIMIT,
        Some(limit) => u32::try_from(limit)
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| Fault::parameter("limit", format!("it is from 1 to {MAX_LIMIT}")))?,
    };
    let offset = query.int("offset").map_err(|fault| Fault::parameter("offset", fault))?.unwrap_or(0);
    let offset = u64::try_from(offset).map_err(|_| Fault::parameter("offset", "it is not negative"))?;
    Ok(Paging::Offset { offset, limit })
}

/// Reads `field:DIR,field:DIR`; without one, ids ascending. The vendor's server takes garbage behind a
/// direction: a recorded client sends `invoice_date:DESClimit=1?offset=0`.
pub(crate) fn order(query: &Query) -> Result<Vec<(Order, Direction)>, Fault> {
    let mut order: Vec<(Order, Direction)> = Vec::new();
    let given = query.get_all("order").flat_map(|text| text.split(','));
    for key in given.map(str::trim).filter(|key| !key.is_empty()) {
        let (name, direction) = key.split_once(':').unwrap_or((key, ""));
        let field = field(name.trim())
            .ok_or_else(|| Fault::parameter("order", format!("{:?} is not a sort key", excerpt(name))))?;
        let direction = read_direction(direction)
            .ok_or_else(|| Fault::parameter("order", format!("{:?} is not a direction", excerpt(direction))))?;
        // A key that comes again decides nothing, and neither does any behind the id, which is unique.
        let is_decided = order.iter().any(|(known, _)| *known == field || *known == Order::Id);
        if !is_decided {
            order.push((field, direction));
        }
    }
    if order.is_empty() {
        order.push((Order::Id, Direction::Ascending));
    }
    Ok(order)
}

fn field(name: &str) -> Option<Order> {
    Some(match name {
        "invoice_id" | "id" => Order::Id,
        "date" | "invoice_date" => Order::DatedOn,
        "due_date" => Order::DueOn,
        "write_datetime" => Order::CreatedAt,
        "mod_datetime" => Order::UpdatedAt,
        "refnumber" => Order::Number,
        "total" => Order::Total,
        "balance" => Order::Balance,
        _ => return None,
    })
}

fn read_direction(text: &str) -> Option<Direction> {
    let text = text.trim().to_ascii_uppercase();
    if text.is_empty() || text.starts_with("ASC") {
        Some(Direction::Ascending)
    } else if text.starts_with("DESC") {
        Some(Direction::Descending)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Ascending, Descending};

    fn query(text: &str) -> Query {
        Query::parse(text).expect("a query")
    }

    #[track_caller]
    fn check_order(text: &str, expected: Result<&[(Order, Direction)], &str>) {
        let found = order(&query(text)).map_err(|fault| fault.to_string());
        match expected {
            Ok(expected) => assert_eq!(found.as_deref(), Ok(expected), "{text}"),
            Err(words) => assert!(found.as_ref().is_err_and(|found| found.contains(words)), "{found:?}"),
        }
    }

    #[test]
    fn orders() {
        check_order("", Ok(&[(Order::Id, Ascending)]));
        check_order("order=", Ok(&[(Order::Id, Ascending)]));
        check_order("order=date:DESC", Ok(&[(Order::DatedOn, Descending)]));
        check_order("order=invoice_date:DESClimit=1?offset=0", Ok(&[(Order::DatedOn, Descending)]));
        check_order("order=total:asc!,balance", Ok(&[(Order::Total, Ascending), (Order::Balance, Ascending)]));
        check_order("order=date:ASC,invoice_id:DESC", Ok(&[(Order::DatedOn, Ascending), (Order::Id, Descending)]));
        check_order("order=invoice_id:DESC,date:ASC", Ok(&[(Order::Id, Descending)]));
        check_order("order=date:ASC,date:DESC", Ok(&[(Order::DatedOn, Ascending)]));
        check_order("order=secret:ASC", Err("secret"));
        check_order("order=date:SIDEWAYS", Err("SIDEWAYS"));
    }

    #[track_caller]
    fn check_paging(text: &str, expected: Result<(u64, u32), &str>) {
        let found = paging(&query(text)).map_err(|fault| fault.to_string());
        match expected {
            Ok((offset, limit)) => assert_eq!(found, Ok(Paging::Offset { offset, limit }), "{text}"),
            Err(words) => assert!(found.as_ref().is_err_and(|found| found.contains(words)), "{found:?}"),
        }
    }

    #[test]
    fn pages() {
        check_paging("", Ok((0, 10)));
        check_paging("limit=&offset=", Ok((0, 10)));
        check_paging("limit=500&offset=20&_dummy=1", Ok((20, 500)));
        check_paging("offset=9223372036854775807", Ok((9_223_372_036_854_775_807, 10)));
        check_paging("limit=501", Err("limit"));
        check_paging("limit=0", Err("limit"));
        check_paging("limit=-1", Err("limit"));
        check_paging("limit=ten", Err("limit"));
        check_paging("offset=-1", Err("offset"));
        check_paging("offset=9223372036854775808", Err("offset"));
    }
}

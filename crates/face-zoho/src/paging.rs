//! Zoho's pages: `page` and `per_page` in, `page_context` out.

use billing::query::Paging;
use http_kit::Query;
use http_kit::json::Object;

use crate::errors::Fault;

const DEFAULT_PER_PAGE: u32 = 200;
const MAX_PER_PAGE: u32 = 200;

/// Which page of how many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1.
    page: u64,
    per_page: u32,
}

impl Page {
    /// `page` from 1 and `per_page` from 1; more than 200 rows are 200.
    pub fn from_wire(query: &Query) -> Result<Self, Fault> {
        let page = at_least_one(query, "page")?.unwrap_or(1);
        let per_page = at_least_one(query, "per_page")?
            .map_or(DEFAULT_PER_PAGE, |rows| u32::try_from(rows).map_or(MAX_PER_PAGE, |rows| rows.min(MAX_PER_PAGE)));
        Ok(Self { page, per_page })
    }

    pub fn paging(self) -> Paging {
        let offset = (self.page - 1).saturating_mul(u64::from(self.per_page));
        Paging::Offset { offset, limit: self.per_page }
    }

    /// The `page_context` of an answer.
    pub fn to_wire(self, object: &mut Object<'_>, has_more: bool, listing: &Listing) {
        object.object("page_context", |o| {
            o.int("page", self.page)
                .int("per_page", self.per_page)
                .bool("has_more_page", has_more)
                .str("report_name", listing.report_name)
                .str("applied_filter", listing.applied_filter)
                .str("sort_column", listing.sort_column)
                .str("sort_order", listing.sort_order);
        });
    }
}

/// What a list tells about itself in its `page_context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub report_name: &'static str,
    /// `Status.All`.
    pub applied_filter: &'static str,
    pub sort_column: &'static str,
    /// `A` or `D`.
    pub sort_order: &'static str,
}

fn at_least_one(query: &Query, name: &'static str) -> Result<Option<u64>, Fault> {
    match query.get(name).map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => {
            let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|&number| is_digits && number > 0);
            number.map(Some).ok_or_else(|| Fault::invalid(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: Option<(u64, u32)>) {
        let page = Page::from_wire(&Query::parse(query).expect("a query"));
        let found = page.ok().map(|page| match page.paging() {
            Paging::Offset { offset, limit } => (offset, limit),
            Paging::Keyset { .. } => unreachable!("pages have numbers"),
        });
        assert_eq!(found, expected, "{query}");
    }

    #[test]
    fn pages() {
        check("", Some((0, 200)));
        check("page=&per_page=", Some((0, 200)));
        check("page=3&per_page=25", Some((50, 25)));
        check("per_page=100000000000", Some((0, 200)));
        check("page=18446744073709551615", Some((u64::MAX, 200)));
        for bad in ["page=0", "page=-1", "page=x", "page=%2B1", "per_page=0", "per_page=1.5"] {
            check(bad, None);
        }
    }
}

//! The HAL envelope: counts, rows, links (seed 003, contract 2.2).
//!
//! Clients follow the links, so every link is absolute and carries all filters. `next` is absent on the
//! last page and behind it, `prev` on the first. An empty result has no pages, but `first` and `last` are
//! links to its first one, which is valid and empty.

use http_kit::json::{Object, Style, object};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Rows per page, unless fewer are asked for.
pub(crate) const MAX_PER_PAGE: i64 = 50;

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1.
    pub number: i64,
    /// 1 to [`MAX_PER_PAGE`].
    pub per_page: i64,
}

impl Page {
    /// Rows before the page.
    pub(crate) fn offset(self) -> i64 {
        self.number.saturating_sub(1).saturating_mul(self.per_page)
    }

    fn count_of(self, total: i64) -> i64 {
        total.saturating_add(self.per_page - 1) / self.per_page
    }
}

/// Where the links point: the list's URL and its filters as `name=value`, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Links {
    pub url: String,
    pub filters: Vec<(&'static str, String)>,
}

impl Links {
    fn to(&self, page: i64, per_page: i64) -> String {
        let mut link = format!("{}?", self.url);
        for (name, value) in &self.filters {
            link.push_str(name);
            link.push('=');
            link.extend(utf8_percent_encode(value, ESCAPED));
            link.push('&');
        }
        link.push_str(&format!("page={page}&per_page={per_page}"));
        link
    }
}

/// RFC 3986's unreserved characters stay as they are.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The whole answer. `fill` writes one row.
pub(crate) fn envelope<T>(
    page: Page,
    total: i64,
    links: &Links,
    key: &str,
    rows: &[T],
    fill: impl FnMut(&T, &mut Object<'_>),
) -> Vec<u8> {
    let pages = page.count_of(total);
    let last = pages.max(1);
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    object(Style::COMPACT, |answer| {
        answer
            .int("count", count)
            .int("page", page.number)
            .int("per_page", page.per_page)
            .int("total", total)
            .int("total_pages", pages)
            .object("_embedded", |embedded| {
                embedded.array(key, rows, fill);
            })
            .object("_links", |all| {
                let mut link = |name: &str, number: i64| {
                    all.object(name, |link| {
                        link.str("href", &links.to(number, page.per_page));
                    });
                };
                link("first", 1);
                link("last", last);
                if page.number < pages {
                    link("next", page.number + 1);
                }
                if page.number > 1 {
                    // From behind the end the way back is to the last page.
                    link("prev", (page.number - 1).min(last));
                }
                link("self", page.number);
            });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links {
            url: "https://x/express/invoices".to_owned(),
            filters: vec![("account_ids", "a,b".to_owned()), ("number", "INV 1&2/é".to_owned())],
        }
    }

    #[track_caller]
    fn check(number: i64, per_page: i64, total: i64, rows: usize, expected: &str) {
        let body = envelope(Page { number, per_page }, total, &links(), "rows", &vec![(); rows], |(), _| {});
        let body = String::from_utf8(body).expect("text");
        let filters = "https://x/express/invoices?account_ids=a%2Cb&number=INV%201%262%2F%C3%A9&page=";
        assert_eq!(body.replace(filters, "@"), expected);
    }

    #[test]
    fn envelopes() {
        check(
            1,
            50,
            0,
            0,
            r#"{"count":0,"page":1,"per_page":50,"total":0,"total_pages":0,"_embedded":{"rows":[]},"_links":{"first":{"href":"@1&per_page=50"},"last":{"href":"@1&per_page=50"},"self":{"href":"@1&per_page=50"}}}"#,
        );
        check(
            1,
            2,
            3,
            2,
            r#"{"count":2,"page":1,"per_page":2,"total":3,"total_pages":2,"_embedded":{"rows":[{},{}]},"_links":{"first":{"href":"@1&per_page=2"},"last":{"href":"@2&per_page=2"},"next":{"href":"@2&per_page=2"},"self":{"href":"@1&per_page=2"}}}"#,
        );
        check(
            2,
            2,
            3,
            1,
            r#"{"count":1,"page":2,"per_page":2,"total":3,"total_pages":2,"_embedded":{"rows":[{}]},"_links":{"first":{"href":"@1&per_page=2"},"last":{"href":"@2&per_page=2"},"prev":{"href":"@1&per_page=2"},"self":{"href":"@2&per_page=2"}}}"#,
        );
        check(
            9,
            2,
            4,
            0,
            r#"{"count":0,"page":9,"per_page":2,"total":4,"total_pages":2,"_embedded":{"rows":[]},"_links":{"first":{"href":"@1&per_page=2"},"last":{"href":"@2&per_page=2"},"prev":{"href":"@2&per_page=2"},"self":{"href":"@9&per_page=2"}}}"#,
        );
    }

    #[test]
    fn no_page_number_is_too_large() {
        let page = Page { number: i64::MAX, per_page: 50 };
        assert_eq!(page.offset(), i64::MAX);
        assert_eq!(page.count_of(i64::MAX), i64::MAX / 50);
    }
}

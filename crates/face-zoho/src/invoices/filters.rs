//! What `GET /invoices` may be asked: Zoho's parameters as neutral filters. Unknown parameters are harmless.

use billing::query::{AmountField, Comparison, Direction, Field, Filter, Match, Operand, Order, Status};
use domain::money::Amount;
use http_kit::Query;

use crate::errors::Fault;
use crate::paging::{Listing, Page};
use crate::wire;

/// The longest text to search for, in characters (Zoho's OpenAPI: 100).
const MAX_TEXT_CHARS: usize = 100;
/// At most so many conditions in one request; the store's limit leaves room for the caller's own.
const MAX_CONDITIONS: usize = 20;

/// Zoho's words of `filter_by`, as they are echoed in `applied_filter`. None: of no status, nothing matches.
const STATUSES: [(&str, Option<&[Status]>); 9] = [
    ("Status.All", None),
    ("Status.Sent", Some(&[Status::OpenUntouched])),
    ("Status.Draft", Some(&[Status::Draft])),
    // A partly paid one is not among them, however late (contract, "Which rows, in which order").
    ("Status.OverDue", Some(&[Status::OverdueUntouched])),
    ("Status.Paid", Some(&[Status::Paid])),
    ("Status.PartiallyPaid", Some(&[Status::PartlyPaid])),
    ("Status.Void", Some(&[Status::Void])),
    // Sent, overdue and partially paid.
    ("Status.Unpaid", Some(&[Status::Owing])),
    // Nobody is watched while reading an invoice, so none counts as viewed.
    ("Status.Viewed", Some(&[])),
];

const SORTS: [(&str, Order); 7] = [
    ("created_time", Order::CreatedAt),
    ("customer_name", Order::CustomerName),
    ("invoice_number", Order::Number),
    ("date", Order::DatedOn),
    ("due_date", Order::DueOn),
    ("total", Order::Total),
    ("balance", Order::Balance),
];

const TEXTS: [(&str, Field); 5] = [
    ("item_name", Field::LineName),
    ("item_description", Field::LineDescription),
    ("invoice_number", Field::Number),
    ("reference_number", Field::Reference),
    ("customer_name", Field::CustomerName),
];

const DAYS: [(&str, Field); 3] =
    [("date", Field::DatedOn), ("due_date", Field::DueOn), ("payment_expected_date", Field::PaymentExpectedOn)];

const AMOUNTS: [(&str, AmountField); 2] = [("total", AmountField::Total), ("balance", AmountField::Balance)];

/// The filter that is no status: invoices of which somebody said when payment is expected.
const EXPECTED: &str = "Date.PaymentExpectedDate";

type Compare = fn(Operand) -> Match;

/// `date_start` and `date_end` are inclusive, `date_before` and `date_after` are not.
const DAY_SUFFIXES: [(&str, Compare); 5] = [
    ("", Match::Equals),
    ("_start", Match::GreaterOrEqual),
    ("_end", Match::LessOrEqual),
    ("_before", Match::Less),
    ("_after", Match::Greater),
];

const AMOUNT_SUFFIXES: [(&str, Comparison); 5] = [
    ("", Comparison::Equal),
    ("_less_than", Comparison::Less),
    ("_less_equals", Comparison::LessOrEqual),
    ("_greater_than", Comparison::Greater),
    ("_greater_equals", Comparison::GreaterOrEqual),
];

/// A list as it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub filters: Vec<Filter>,
    /// Looked up by the handler.
    pub customer_id: Option<String>,
    pub order: (Order, Direction),
    pub page: Page,
    pub listing: Listing,
}

impl Ask {
    /// The first parameter whose value makes no sense is the fault.
    pub fn from_wire(query: &Query) -> Result<Self, Fault> {
        let page = Page::from_wire(query)?;
        let (sort_column, order) = sort(query)?;
        let (sort_order, direction) = direction(query)?;
        let mut filters = Vec::new();
        let applied_filter = status(query, &mut filters)?;
        let customer_id = id(query, "customer_id")?;
        if id(query, "subscription_id")?.is_some() {
            // There are no subscriptions yet, so no invoice is of one.
            filters.push(Filter::Never);
        }
        search(query, &mut filters)?;
        for (name, field) in TEXTS {
            texts(query, name, field, &mut filters)?;
        }
        for (name, field) in DAYS {
            days(query, name, field, &mut filters)?;
        }
        for (name, field) in AMOUNTS {
            amounts(query, name, field, &mut filters)?;
        }
        if filters.len() > MAX_CONDITIONS {
            let message = format!("At most {MAX_CONDITIONS} filters may be passed.");
            return Err(Fault::bad_request(message));
        }
        let listing = Listing { report_name: "Invoices", applied_filter, sort_column, sort_order };
        Ok(Self { filters, customer_id, order: (order, direction), page, listing })
    }
}

/// The value of a parameter; an empty one counts as absent.
fn given<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.get(name).map(str::trim).filter(|value| !value.is_empty())
}

fn status(query: &Query, filters: &mut Vec<Filter>) -> Result<&'static str, Fault> {
    let Some(given) = given(query, "filter_by") else {
        return Ok(STATUSES[0].0);
    };
    // Clients write Status.Overdue and status.partially_paid, and some leave `Status.` out.
    let plain = |text: &str| {
        let lower = text.to_ascii_lowercase().replace('_', "");
        lower.strip_prefix("status.").map(str::to_owned).unwrap_or(lower)
    };
    let wanted = plain(given);
    if wanted == plain(EXPECTED) {
        filters.push(Filter::Field(Field::PaymentExpectedOn, Match::NotNull));
        return Ok(EXPECTED);
    }
    let found = STATUSES.iter().find(|(word, _)| plain(word) == wanted);
    let (word, statuses) = found.ok_or_else(|| Fault::invalid("filter_by"))?;
    if let Some(statuses) = statuses {
        filters.push(Filter::Status(statuses.to_vec()));
    }
    Ok(word)
}

fn sort(query: &Query) -> Result<(&'static str, Order), Fault> {
    let wanted = given(query, "sort_column").unwrap_or(SORTS[0].0);
    let found = SORTS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.ok_or_else(|| Fault::invalid("sort_column"))
}

fn direction(query: &Query) -> Result<(&'static str, Direction), Fault> {
    match given(query, "sort_order") {
        None | Some("D" | "d") => Ok(("D", Direction::Descending)),
        Some("A" | "a") => Ok(("A", Direction::Ascending)),
        Some(_) => Err(Fault::invalid("sort_order")),
    }
}

fn id(query: &Query, name: &'static str) -> Result<Option<String>, Fault> {
    match given(query, name) {
        None => Ok(None),
        Some(text) if wire::is_id(text) => Ok(Some(text.to_owned())),
        Some(_) => Err(Fault::invalid(name)),
    }
}

fn text<'q>(query: &'q Query, name: &str) -> Result<Option<&'q str>, Fault> {
    let text = given(query, name);
    if text.is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
        return Err(Fault::too_long(name, MAX_TEXT_CHARS));
    }
    Ok(text)
}

/// `search_text` looks at the invoice number, the purchase order (our reference) and the customer's name
/// (Zoho's OpenAPI).
fn search(query: &Query, filters: &mut Vec<Filter>) -> Result<(), Fault> {
    if let Some(wanted) = text(query, "search_text")? {
        let fields = [Field::Number, Field::Reference, Field::CustomerName];
        let any = fields.map(|field| (field, Match::Contains(wanted.to_owned())));
        filters.push(Filter::AnyOf(any.into()));
    }
    Ok(())
}

fn texts(query: &Query, name: &str, field: Field, filters: &mut Vec<Filter>) -> Result<(), Fault> {
    type Make = fn(String) -> Match;
    let makes: [(&str, Make); 3] = [
        ("", |text| Match::Equals(Operand::Text(text))),
        ("_startswith", Match::StartsWith),
        ("_contains", Match::Contains),
    ];
    for (suffix, make) in makes {
        if let Some(text) = text(query, &format!("{name}{suffix}"))? {
            filters.push(Filter::Field(field, make(text.to_owned())));
        }
    }
    Ok(())
}

fn days(query: &Query, name: &str, field: Field, filters: &mut Vec<Filter>) -> Result<(), Fault> {
    for (suffix, make) in DAY_SUFFIXES {
        let name = format!("{name}{suffix}");
        if let Some(text) = given(query, &name) {
            let day = wire::parse_day(text).ok_or_else(|| Fault::invalid(&name))?;
            filters.push(Filter::Field(field, make(Operand::Day(day))));
        }
    }
    Ok(())
}

/// In the currency of each invoice.
fn amounts(query: &Query, name: &str, field: AmountField, filters: &mut Vec<Filter>) -> Result<(), Fault> {
    for (suffix, comparison) in AMOUNT_SUFFIXES {
        let name = format!("{name}{suffix}");
        if let Some(text) = given(query, &name) {
            let amount = Amount::parse(text).map_err(|_| Fault::invalid(&name))?;
            filters.push(Filter::Amount(field, comparison, amount));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn ask(query: &str) -> Result<Ask, Fault> {
        Ask::from_wire(&Query::parse(query).expect("a query"))
    }

    #[track_caller]
    fn check_status(value: &str, applied: &str, filters: &[Filter]) {
        let ask = ask(&format!("filter_by={value}")).expect("a list");
        assert_eq!((ask.listing.applied_filter, ask.filters.as_slice()), (applied, filters));
    }

    #[test]
    fn statuses() {
        check_status("", "Status.All", &[]);
        check_status("Status.All", "Status.All", &[]);
        for (word, statuses) in STATUSES {
            let filters: Vec<Filter> = statuses.map(|statuses| Filter::Status(statuses.to_vec())).into_iter().collect();
            check_status(word, word, &filters);
            check_status(&word.to_uppercase(), word, &filters);
            check_status(&word.replace("Status.", ""), word, &filters);
        }
        let overdue = [Filter::Status(vec![Status::OverdueUntouched])];
        check_status("Status.Overdue", "Status.OverDue", &overdue);
        let partly = [Filter::Status(vec![Status::PartlyPaid])];
        check_status("status.partially_paid", "Status.PartiallyPaid", &partly);
    }

    #[track_caller]
    fn check(query: &str, expected: Filter) {
        assert_eq!(ask(query).expect("a list").filters, [expected], "{query}");
    }

    #[test]
    fn texts_and_days() {
        let text = |text: &str| text.to_owned();
        let day = Operand::Day(date(2016, 6, 5));
        check("invoice_number=INV-384", Filter::Field(Field::Number, Match::Equals(Operand::Text(text("INV-384")))));
        check(
            "item_description_startswith=Charges",
            Filter::Field(Field::LineDescription, Match::StartsWith(text("Charges"))),
        );
        check("item_name_contains=a%25b", Filter::Field(Field::LineName, Match::Contains(text("a%b"))));
        check("date=2016-06-05", Filter::Field(Field::DatedOn, Match::Equals(day.clone())));
        check("due_date_start=2016-06-05", Filter::Field(Field::DueOn, Match::GreaterOrEqual(day.clone())));
        check("date_end=2016-06-05", Filter::Field(Field::DatedOn, Match::LessOrEqual(day.clone())));
        check("date_before=2016-06-05", Filter::Field(Field::DatedOn, Match::Less(day.clone())));
        check("due_date_after=2016-06-05", Filter::Field(Field::DueOn, Match::Greater(day)));
        check("subscription_id=90300000001", Filter::Never);
        let search = |field| (field, Match::Contains(text("bow")));
        check(
            "search_text=bow",
            Filter::AnyOf([Field::Number, Field::Reference, Field::CustomerName].map(search).into()),
        );
        assert_eq!(ask("").expect("a list").filters, []);
        assert_eq!(ask("unknown=1&filter=x&date_ends=x").expect("a list").filters, []);
    }

    #[test]
    fn amounts_and_expected_payments() {
        let amount = Amount::parse("100.5").expect("an amount");
        for (name, field) in AMOUNTS {
            for (suffix, comparison) in AMOUNT_SUFFIXES {
                check(&format!("{name}{suffix}=100.5"), Filter::Amount(field, comparison, amount));
            }
        }
        for word in ["Date.PaymentExpectedDate", "date.payment_expected_date"] {
            check_status(word, EXPECTED, &[Filter::Field(Field::PaymentExpectedOn, Match::NotNull)]);
        }
    }

    #[track_caller]
    fn check_sort(query: &str, listing: (&str, &str), order: (Order, Direction)) {
        let ask = ask(query).expect("a list");
        assert_eq!((ask.listing.sort_column, ask.listing.sort_order), listing);
        assert_eq!(ask.order, order);
    }

    #[test]
    fn sorts() {
        check_sort("", ("created_time", "D"), (Order::CreatedAt, Direction::Descending));
        check_sort("sort_column=total", ("total", "D"), (Order::Total, Direction::Descending));
        check_sort(
            "sort_column=customer_name&sort_order=A",
            ("customer_name", "A"),
            (Order::CustomerName, Direction::Ascending),
        );
        for (name, order) in SORTS {
            let query = format!("sort_column={name}&sort_order=d");
            check_sort(&query, (name, "D"), (order, Direction::Descending));
        }
    }

    #[test]
    fn values_without_sense_are_named() {
        for (query, name) in [
            ("filter_by=Status.Lost", "filter_by"),
            ("filter_by=Date.Paid", "filter_by"),
            ("total_less_than=1,5", "total_less_than"),
            ("balance=x", "balance"),
            ("sort_column=color", "sort_column"),
            ("sort_order=up", "sort_order"),
            ("page=0", "page"),
            ("per_page=x", "per_page"),
            ("customer_id=abc", "customer_id"),
            ("subscription_id=12345678901234567890", "subscription_id"),
            ("date=05-06-2016", "date"),
            ("due_date_before=tomorrow", "due_date_before"),
        ] {
            assert_eq!(ask(query).expect_err("a fault"), Fault::invalid(name), "{query}");
        }
        let long = "x".repeat(101);
        let fault = ask(&format!("search_text={long}")).expect_err("a fault");
        assert_eq!(fault, Fault::too_long("search_text", 100));
        assert!(ask(&format!("item_name_contains={}", "é".repeat(100))).is_ok());
    }

    #[test]
    fn conditions_are_limited() {
        let texts: Vec<String> = TEXTS
            .iter()
            .flat_map(|(name, _)| ["", "_startswith", "_contains"].map(|suffix| format!("{name}{suffix}=x")))
            .collect();
        let days: Vec<String> = DAYS
            .iter()
            .flat_map(|(name, _)| DAY_SUFFIXES.map(|(suffix, _)| format!("{name}{suffix}=2016-06-05")))
            .collect();
        let all = [texts.as_slice(), &days[..5]].concat();
        assert_eq!(ask(&all.join("&")).expect("a list").filters.len(), MAX_CONDITIONS);
        assert!(ask(&[texts, days].concat().join("&")).is_err());
    }
}

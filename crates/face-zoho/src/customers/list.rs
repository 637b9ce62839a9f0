//! `GET /customers`. Unknown parameters are harmless.

use billing::query::customers::{Field, Filter, Order};
use billing::query::{CustomerQuery, Direction, Match, Operand, Paging};
use billing::read::{CustomerRow, Names};
use domain::id::CustomerId;
use http_kit::Query;
use http_kit::json::Object;

use super::detail::status_word;
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{Listing, Page};
use crate::routes::Handling;
use crate::sellers::Sellers;
use crate::wire;

/// The longest text to search for, in characters.
const MAX_TEXT_CHARS: usize = 100;
/// At most so many conditions in one request.
const MAX_CONDITIONS: usize = 20;

type Conditions = fn() -> Vec<Filter>;

/// Zoho's words of `filter_by` as they are echoed in `applied_filter`.
const FILTERS: [(&str, Conditions); 8] = [
    ("Status.All", Vec::new),
    ("Status.Active", || vec![Filter::Active(true)]),
    ("Status.Inactive", || vec![Filter::Active(false)]),
    // No customer comes from Google's directory.
    ("Status.Gapps", || vec![Filter::Never]),
    ("Status.Crm", || vec![Filter::Referenced(String::new())]),
    // There are no subscriptions yet, so no customer has one.
    ("Status.NonSubscribers", Vec::new),
    ("Status.PortalEnabled", || vec![Filter::PortalEnabled(true)]),
    ("Status.PortalDisabled", || vec![Filter::PortalEnabled(false)]),
];

const SORTS: [(&str, Order); 11] = [
    ("created_time", Order::CreatedAt),
    ("updated_time", Order::UpdatedAt),
    ("last_modified_time", Order::UpdatedAt),
    ("display_name", Order::DisplayName),
    ("customer_name", Order::DisplayName),
    ("company_name", Order::CompanyName),
    ("first_name", Order::FirstName),
    ("last_name", Order::LastName),
    ("email", Order::Email),
    ("outstanding", Order::Outstanding),
    ("unused_credits", Order::UnusedCredit),
];

const TEXTS: [(&str, Field); 9] = [
    ("display_name", Field::DisplayName),
    ("customer_name", Field::DisplayName),
    ("company_name", Field::CompanyName),
    ("first_name", Field::FirstName),
    ("last_name", Field::LastName),
    ("email", Field::Email),
    ("phone", Field::Phone),
    ("mobile", Field::Mobile),
    ("website", Field::Website),
];

const SEARCHED: [Field; 6] =
    [Field::DisplayName, Field::CompanyName, Field::Email, Field::Phone, Field::FirstName, Field::LastName];

pub(super) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let ask = Ask::from_wire(&call.query)?;
        let Paging::Offset { offset, limit } = ask.page.paging() else {
            unreachable!("pages have numbers");
        };
        let query = CustomerQuery { filters: ask.filters, order: ask.order, offset, limit };
        let found = call.billing.list_customers(&call.caller, query).await?;
        let sellers = Sellers::load(&call).await?;
        Ok(wire::success("success", |o| {
            o.array("customers", &found.value.rows, |row, o| to_wire(row, &found.names, &sellers, o));
            ask.page.to_wire(o, found.value.has_more, &ask.listing);
        }))
    })
}

/// The OpenAPI's keys in its order; what is needed to tell rows of a filtered list apart follows.
fn to_wire(row: &CustomerRow, names: &Names, sellers: &Sellers, o: &mut Object<'_>) {
    let customer = &row.customer;
    let zone = sellers.zone(customer.entity_id);
    let of_primary =
        |part: fn(&domain::party::Contact) -> &String| row.primary.as_ref().map_or("", |contact| part(contact));
    o.str("customer_id", &wire::id_of(names, CustomerId::WORD, customer.id.0))
        .str("display_name", &customer.display_name)
        .str("salutation", of_primary(|contact| &contact.salutation))
        .str("first_name", of_primary(|contact| &contact.first_name))
        .str("last_name", of_primary(|contact| &contact.last_name))
        .str("email", &customer.email)
        .array("tags", &row.tags, |tag, o| {
            o.int("tag_id", tag.tag_id).int("tag_option_id", tag.option_id);
        })
        .str("company_name", &customer.company_name)
        .str("phone", &customer.phone)
        .str("mobile", of_primary(|contact| &contact.mobile))
        .str("website", &customer.website)
        .str("department", of_primary(|contact| &contact.department))
        .str("designation", of_primary(|contact| &contact.designation))
        .str("currency_code", customer.currency.code())
        .dec("unused_credits", row.unused_credit)
        .dec("outstanding", row.outstanding)
        // No customer comes from Google's directory.
        .bool("is_gapps_customer", false)
        .str("updated_time", &wire::instant(customer.updated_at, &zone))
        .str("created_time", &wire::instant(customer.created_at, &zone))
        // No files hang on customers.
        .bool("has_attachment", false)
        .str("status", status_word(customer.is_active))
        .bool("is_portal_enabled", customer.is_portal_enabled);
}

/// A list as it was asked for.
#[derive(Clone, Debug)]
struct Ask {
    filters: Vec<Filter>,
    order: (Order, Direction),
    page: Page,
    listing: Listing,
}

impl Ask {
    /// The first parameter whose value makes no sense is the fault.
    fn from_wire(query: &Query) -> Result<Self, Fault> {
        let page = Page::from_wire(query)?;
        let wanted = given(query, "sort_column").unwrap_or(SORTS[0].0);
        let found = SORTS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let (sort_column, order) = found.ok_or_else(|| Fault::invalid("sort_column"))?;
        let (sort_order, direction) = match given(query, "sort_order") {
            None | Some("D" | "d") => ("D", Direction::Descending),
            Some("A" | "a") => ("A", Direction::Ascending),
            Some(_) => return Err(Fault::invalid("sort_order")),
        };
        let (applied_filter, mut filters) = status(query)?;
        if let Some(wanted) = text(query, "search_text")? {
            filters.push(Filter::AnyOf(SEARCHED.map(|field| (field, Match::Contains(wanted.to_owned()))).into()));
        }
        for (name, field) in TEXTS {
            texts(query, name, field, &mut filters)?;
        }
        if let Some(code) = text(query, "currency_code")? {
            filters.push(Filter::Field(Field::Currency, Match::Equals(Operand::Text(code.to_ascii_uppercase()))));
        }
        if filters.len() > MAX_CONDITIONS {
            return Err(Fault::bad_request(format!("At most {MAX_CONDITIONS} filters may be passed.")));
        }
        let listing = Listing { report_name: "Customers", applied_filter, sort_column, sort_order };
        Ok(Self { filters, order: (order, direction), page, listing })
    }
}

/// The value of a parameter; an empty one counts as absent.
fn given<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.get(name).map(str::trim).filter(|value| !value.is_empty())
}

fn text<'q>(query: &'q Query, name: &str) -> Result<Option<&'q str>, Fault> {
    let text = given(query, name);
    if text.is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
        return Err(Fault::too_long(name, MAX_TEXT_CHARS));
    }
    Ok(text)
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

/// `Status.Active`, `CustomerStatus.Active` and `Active` are the same.
fn status(query: &Query) -> Result<(&'static str, Vec<Filter>), Fault> {
    let Some(given) = given(query, "filter_by") else {
        return Ok((FILTERS[0].0, Vec::new()));
    };
    let word = given.rsplit('.').next().unwrap_or_default();
    let is_ours = match given.rsplit_once('.') {
        Some((prefix, _)) => ["Status", "CustomerStatus"].iter().any(|ours| ours.eq_ignore_ascii_case(prefix)),
        None => true,
    };
    let found = FILTERS
        .iter()
        .find(|(name, _)| is_ours && name.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case(word)));
    found.map(|(name, filters)| (*name, filters())).ok_or_else(|| Fault::invalid("filter_by"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<Ask, Fault> {
        Ask::from_wire(&Query::parse(query).expect("a query"))
    }

    #[test]
    fn statuses() {
        for (name, filters) in FILTERS {
            let word = name.rsplit('.').next().expect("a word");
            for spelled in [name.to_owned(), name.to_uppercase(), word.to_owned(), format!("CustomerStatus.{word}")] {
                let ask = ask(&format!("filter_by={spelled}")).expect("a list");
                assert_eq!((ask.listing.applied_filter, ask.filters), (name, filters()));
            }
        }
        assert_eq!(ask("").expect("a list").listing.applied_filter, "Status.All");
        for bad in ["Status.Lost", "InvoiceStatus.Active", "Status."] {
            assert_eq!(ask(&format!("filter_by={bad}")).expect_err("a fault"), Fault::invalid("filter_by"));
        }
    }

    #[test]
    fn sorts_and_texts() {
        let asked = ask("sort_column=display_name&sort_order=A&email_contains=%25&currency_code=usd").expect("a list");
        assert_eq!(asked.order, (Order::DisplayName, Direction::Ascending));
        let filters = [
            Filter::Field(Field::Email, Match::Contains("%".to_owned())),
            Filter::Field(Field::Currency, Match::Equals(Operand::Text("USD".to_owned()))),
        ];
        assert_eq!(asked.filters, filters);
        assert_eq!(ask("").expect("a list").order, (Order::CreatedAt, Direction::Descending));
        for (query, name) in [("sort_column=color", "sort_column"), ("sort_order=up", "sort_order"), ("page=0", "page")]
        {
            assert_eq!(ask(query).expect_err("a fault"), Fault::invalid(name), "{query}");
        }
        let long = "x".repeat(101);
        assert_eq!(ask(&format!("search_text={long}")).expect_err("a fault"), Fault::too_long("search_text", 100));
        let all: Vec<String> = TEXTS
            .iter()
            .flat_map(|(name, _)| ["", "_startswith", "_contains"].map(|suffix| format!("{name}{suffix}=x")))
            .collect();
        assert!(ask(&all.join("&")).is_err(), "conditions are limited");
    }
}

//! `GET /items`. Unknown parameters are harmless.

use billing::query::{Direction, Paging};
use billing::read::{ItemOrder, ItemQuery, PriceBound, TextMatch};
use domain::id::TaxGroupId;
use domain::money::Decimal;
use http_kit::Query;

use super::{put_common, put_custom_fields};
use crate::call::{Call, spelled};
use crate::catalogue::filter_by;
use crate::errors::{Failure, Fault};
use crate::paging::{Listing, Page};
use crate::routes::Handling;
use crate::wire;

/// "Maximum length [100]" of the texts that are looked for.
const MAX_TEXT_CHARS: usize = 100;

const FILTERS: &[(&str, Option<bool>)] =
    &[("Status.All", None), ("Status.Active", Some(true)), ("Status.Inactive", Some(false))];

const SORTS: [(&str, ItemOrder); 4] = [
    ("created_time", ItemOrder::CreatedAt),
    ("name", ItemOrder::Name),
    ("rate", ItemOrder::UnitPrice),
    ("tax_name", ItemOrder::TaxName),
];

pub(super) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let page = Page::from_wire(&call.query)?;
        let (query, listing) = ask(&call, page).await?;
        let limit = usize::try_from(query.limit - 1).unwrap_or(usize::MAX);
        let found = call.billing.item_list(&call.caller, query).await?;
        let rows = &found.value[..found.value.len().min(limit)];
        Ok(wire::success("success", |o| {
            o.array("items", rows, |view, o| {
                put_common(view, &found.names, o);
                put_custom_fields(view, &found.names, o);
            });
            page.to_wire(o, found.value.len() > limit, &listing);
        }))
    })
}

async fn ask(call: &Call, page: Page) -> Result<(ItemQuery, Listing), Failure> {
    let query = &call.query;
    let wanted = given(query, "sort_column").unwrap_or(SORTS[0].0);
    let sort = SORTS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let (sort_column, order) = sort.ok_or_else(|| Fault::invalid("sort_column"))?;
    let (sort_order, direction) = match given(query, "sort_order") {
        // Names are read from A to Z, dates from the newest.
        None if order == ItemOrder::CreatedAt => ("D", Direction::Descending),
        None => ("A", Direction::Ascending),
        Some("D" | "d") => ("D", Direction::Descending),
        Some("A" | "a") => ("A", Direction::Ascending),
        Some(_) => return Err(Fault::invalid("sort_order").into()),
    };
    let (applied_filter, is_active) = filter_by(query, FILTERS)?;
    let Paging::Offset { offset, limit } = page.paging() else { unreachable!("pages have numbers") };
    let asked = ItemQuery {
        is_active,
        name: text_match(query, "name")?,
        description: text_match(query, "description")?,
        search: text(query, "search_text")?.map(str::to_owned),
        code: text(query, "sku")?.map(str::to_owned),
        unit_price: rate(query, "rate")?,
        above: bound(query, "rate_greater_than", "rate_greater_equals")?,
        below: bound(query, "rate_less_than", "rate_less_equals")?,
        tax_group_id: tax(call).await?,
        order: (order, direction),
        offset: i64::try_from(offset).unwrap_or(i64::MAX),
        // One more tells whether there is another page.
        limit: i64::from(limit) + 1,
    };
    Ok((asked, Listing { report_name: "Items", applied_filter, sort_column, sort_order }))
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

/// The first of `x`, `x_startswith` and `x_contains` that is given.
fn text_match(query: &Query, name: &str) -> Result<Option<TextMatch>, Fault> {
    type Make = fn(String) -> TextMatch;
    let makes: [(&str, Make); 3] =
        [("", TextMatch::Is), ("_startswith", TextMatch::StartsWith), ("_contains", TextMatch::Contains)];
    for (suffix, make) in makes {
        if let Some(text) = text(query, &format!("{name}{suffix}"))? {
            return Ok(Some(make(text.to_owned())));
        }
    }
    Ok(None)
}

fn rate(query: &Query, name: &str) -> Result<Option<Decimal>, Fault> {
    given(query, name).map(|text| Decimal::parse(text).map_err(|_| Fault::invalid(name))).transpose()
}

/// One end of a range; of both its spellings the one without the price itself.
fn bound(query: &Query, without: &str, with: &str) -> Result<Option<PriceBound>, Fault> {
    let (without, with) = (rate(query, without)?, rate(query, with)?);
    let bound = |is_included| move |price| PriceBound { price, is_included };
    Ok(without.map(bound(false)).or(with.map(bound(true))))
}

/// A tax that there is not is on no item.
async fn tax(call: &Call) -> Result<Option<TaxGroupId>, Failure> {
    let Some(text) = given(&call.query, "tax_id") else { return Ok(None) };
    if !wire::is_id(text) {
        return Err(Fault::invalid("tax_id").into());
    }
    let found = call.native_ids(vec![spelled::<TaxGroupId>(text)]).await?.into_iter().next().flatten();
    Ok(Some(TaxGroupId(found.unwrap_or_default())))
}

//! Lists of invoices and of their lines.

use super::invoice::{Named, Names, business_now, header_ids};
use crate::caller::ActsFor;
use crate::clock::day_in;
use crate::query::{Cursor, InvoiceQuery, Page, Paging};
use crate::{Billing, Caller, Error};
use domain::id::{CustomerId, EntityId};
use domain::invoice::view::Summary;
use jiff::civil::Date;
use store::Tx;
use store::invoice_list::{Field, Filter, LineQuery, LineRow, ListQuery, Match};

/// Rows of a page are never more than this, whatever is asked.
pub(crate) const MAX_PAGE: u32 = 500;

/// A page of lines with the count of all of them.
#[derive(Clone, Debug)]
pub struct LinePage {
    pub rows: Vec<LineRow>,
    pub total: i64,
}

impl Billing {
    /// A page of headers; a constant number of queries whatever its length.
    pub async fn invoices(&self, caller: &Caller, query: InvoiceQuery) -> Result<Named<Page<Summary>>, Error> {
        let (caller, now) = (caller.clone(), self.now());
        self.scan(caller.tenant, move |tx| {
            let (caller, query) = (caller.clone(), query.clone());
            Box::pin(async move {
                let (mut list, limit) = prepare(tx, &caller, &query, now).await?;
                list.limit = i64::from(limit) + 1;
                let mut rows = store::invoice_list::list(tx, &list).await?;
                let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
                let has_more = rows.len() > wanted;
                rows.truncate(wanted);
                let next =
                    rows.last().filter(|_| has_more).map(|last| Cursor { created_at: last.created_at, id: last.id });
                let ids = header_ids(rows.iter().map(|row| (row.id, row.customer_id)));
                let names = Names::load(tx, &caller, &ids).await?;
                let rows = rows
                    .into_iter()
                    .map(|invoice| {
                        let today = day_of(&list.today, invoice.entity_id);
                        Summary::from_invoice(invoice, today, false)
                    })
                    .collect();
                Ok(Named { value: Page { rows, has_more, next }, names })
            })
        })
        .await
    }

    /// How many invoices the filters match; linear within the tenant.
    pub async fn count_invoices(&self, caller: &Caller, query: InvoiceQuery) -> Result<i64, Error> {
        let (caller, now) = (caller.clone(), self.now());
        self.scan(caller.tenant, move |tx| {
            let (caller, query) = (caller.clone(), query.clone());
            Box::pin(async move {
                let (list, _) = prepare(tx, &caller, &query, now).await?;
                Ok(store::invoice_list::count(tx, &list).await?)
            })
        })
        .await
    }

    /// Lines of issued invoices in issue order, with their count. `query.customers` must be covered by the
    /// caller: see [`Billing::covered_customers`].
    pub async fn invoice_lines(&self, caller: &Caller, query: LineQuery) -> Result<Named<LinePage>, Error> {
        let caller = caller.clone();
        self.scan(caller.tenant, move |tx| {
            let (caller, mut query) = (caller.clone(), query.clone());
            Box::pin(async move {
                query.limit = query.limit.min(i64::from(MAX_PAGE));
                let total = store::invoice_list::count_line_rows(tx, &query).await?;
                let rows = store::invoice_list::line_rows(tx, &query).await?;
                let mut ids: Vec<i64> = rows.iter().flat_map(|row| [row.id.0, row.customer_id.0]).collect();
                ids.sort_unstable();
                ids.dedup();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value: LinePage { rows, total }, names })
            })
        })
        .await
    }
}

fn day_of(today: &[(EntityId, Date)], entity: EntityId) -> Date {
    today.iter().find(|(id, _)| *id == entity).map_or(Date::MIN, |(_, day)| *day)
}

async fn prepare(
    tx: &mut Tx<'_>,
    caller: &Caller,
    query: &InvoiceQuery,
    now: jiff::Timestamp,
) -> Result<(ListQuery, u32), Error> {
    let mut list = ListQuery { filters: query.filters.clone(), order: query.order.clone(), ..ListQuery::default() };
    if !query.with_withdrawn {
        list.filters.push(Filter::NotWithdrawn);
    }
    if let ActsFor::Customer(root) = caller.acts_for {
        let covered: Vec<CustomerId> = store::customers::subtree(tx, root).await?;
        let covered = covered.into_iter().map(i64::from).collect();
        list.filters.push(Filter::Field(Field::CustomerId, Match::In(covered)));
        list.filters.push(Filter::VisibleToCustomer);
    }
    let business_at = business_now(tx, now).await?;
    list.today = store::entities::list(tx)
        .await?
        .into_iter()
        .map(|entity| (entity.id, day_in(business_at, &entity.time_zone)))
        .collect();
    let limit = match query.paging {
        Paging::Offset { offset, limit } => {
            list.offset = i64::try_from(offset).unwrap_or(i64::MAX);
            limit
        }
        Paging::Keyset { after, limit } => {
            list.after = after;
            list.order.clear();
            limit
        }
    };
    Ok((list, limit.min(MAX_PAGE)))
}

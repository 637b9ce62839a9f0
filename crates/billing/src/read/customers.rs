//! Customers as clients read them: one with all that hangs on it, pages of many, and what passed between them and
//! the seller.

use super::invoice::{Named, Names, business_now};
use super::resolve_customer;
use crate::caller::ActsFor;
use crate::clock::day_in;
use crate::query::{CustomerQuery, CustomerRef, Page};
use crate::{Billing, Caller, Cx, Error, FaceName, Verb};
use domain::id::{CustomerId, EntityId};
use domain::invoice::State;
use domain::invoice::view::{CustomFieldValue, LineTag, Standing};
use domain::money::Money;
use domain::party::{Contact, Customer};
use jiff::civil::Date;
use std::collections::HashMap;
use store::Tx;
use store::customer_list::{Field, Filter};
use store::invoice_list::Match;
use store::transactions::{Kind, Question, Transaction};

/// Rows of a page are never more than this, whatever is asked.
const MAX_PAGE: u32 = 500;
/// Rows beyond which no page begins: far more than any list has, and far from what a sum could not hold.
const MAX_OFFSET: i64 = 1 << 40;

/// A customer with its contacts, what it owes, and all that hangs on it.
#[derive(Clone, Debug)]
pub struct CustomerView {
    pub customer: Customer,
    pub contacts: Vec<Contact>,
    /// By legal entity and currency.
    pub balances: Vec<store::customers::Balance>,
    /// In its own currency, to all legal entities together.
    pub outstanding: Money,
    pub unused_credit: Money,
    pub custom_fields: Vec<CustomFieldValue>,
    pub tags: Vec<LineTag>,
    /// What other systems call it, by system.
    pub references: Vec<(String, String)>,
    /// Of the asking face.
    pub side_cars: Vec<(String, String)>,
}

impl CustomerView {
    /// The contact that stands for the customer as a person.
    pub fn primary(&self) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.is_primary)
    }

    /// The id by which another system knows the customer; empty for none.
    pub fn reference(&self, system: &str) -> &str {
        self.references.iter().find(|(known, _)| known == system).map_or("", |(_, reference)| reference)
    }

    pub(crate) async fn load(tx: &mut Tx<'_>, face: FaceName, customer: Customer) -> Result<Self, Error> {
        let id = customer.id;
        let standings = store::customers::standings(tx, &[id]).await?;
        let (outstanding, unused_credit) = own_standing(&customer, &standings);
        let values = store::names::values(tx, CustomerId::WORD, &[id.0]).await?;
        let tags = store::names::tags(tx, CustomerId::WORD, &[id.0]).await?;
        let references = store::customer_list::references(tx, &[id]).await?;
        let side_cars = store::names::side_cars(tx, CustomerId::WORD, &[id.0]).await?;
        Ok(Self {
            contacts: store::customers::contacts(tx, id).await?,
            balances: store::customers::balances(tx, id).await?,
            outstanding,
            unused_credit,
            custom_fields: values.into_iter().map(|(_, value)| value).collect(),
            tags: tags.into_iter().map(line_tag).collect(),
            references: references.into_iter().map(|known| (known.system, known.reference)).collect(),
            side_cars: side_cars
                .into_iter()
                .filter(|car| car.face == face.word())
                .map(|car| (car.face, car.content))
                .collect(),
            customer,
        })
    }

    /// Every id that an answer about this customer may print.
    fn ids(&self) -> Vec<i64> {
        let customer = &self.customer;
        let mut ids = vec![customer.id.0];
        ids.extend(customer.parent_id.map(i64::from));
        ids.extend(customer.tax_group_id.map(i64::from));
        ids.extend(customer.tax_authority_id.map(i64::from));
        ids.extend(self.contacts.iter().map(|contact| contact.id.0));
        ids.extend(self.custom_fields.iter().map(|value| value.field_id.0));
        ids
    }

    async fn named(tx: &mut Tx<'_>, caller: &Caller, customer: Customer) -> Result<Named<Self>, Error> {
        let view = Self::load(tx, caller.face, customer).await?;
        let names = Names::load(tx, caller, &view.ids()).await?;
        Ok(Named { value: view, names })
    }
}

fn line_tag(tag: store::names::Tag) -> LineTag {
    LineTag { tag_id: tag.tag_id, option_id: tag.option_id }
}

/// What a customer owes and has left over in its own currency.
fn own_standing(customer: &Customer, standings: &[store::customers::Standing]) -> (Money, Money) {
    let own =
        standings.iter().find(|standing| standing.customer_id == customer.id && standing.currency == customer.currency);
    let money = |minor| Money { minor, currency: customer.currency };
    (money(own.map_or(0, |own| own.outstanding)), money(own.map_or(0, |own| own.unused_credit)))
}

/// One row of a list of customers.
#[derive(Clone, Debug)]
pub struct CustomerRow {
    pub customer: Customer,
    pub primary: Option<Contact>,
    /// In its own currency.
    pub outstanding: Money,
    pub unused_credit: Money,
    pub tags: Vec<LineTag>,
}

/// One row of what passed between a customer and the seller.
#[derive(Clone, Debug)]
pub struct TransactionRow {
    pub id: i64,
    pub customer_id: CustomerId,
    /// The number of a document, the reference of a payment or refund; may be empty.
    pub number: String,
    pub dated_on: Date,
    pub amount: Money,
    pub state: TransactionState,
}

/// What a row of transactions is, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionState {
    Invoice(Standing),
    Payment { is_void: bool },
    CreditNote { state: State, is_used_up: bool },
    Refund,
}

/// Which transactions are asked for, newest first.
#[derive(Clone, Debug)]
pub struct TransactionQuery {
    /// Exactly this customer's; none: all that the caller may see.
    pub customer: Option<CustomerRef>,
    pub kind: Option<Kind>,
    pub offset: u64,
    pub limit: u32,
}

impl Billing {
    pub async fn customer(&self, caller: &Caller, which: &CustomerRef) -> Result<Named<CustomerView>, Error> {
        let (caller, which) = (caller.clone(), which.clone());
        self.read(caller.tenant, move |tx| {
            let (caller, which) = (caller.clone(), which.clone());
            Box::pin(async move {
                let id = resolve_customer(tx, &caller, &which).await?;
                let customer = load(tx, id).await?;
                CustomerView::named(tx, &caller, customer).await
            })
        })
        .await
    }

    /// The customer that one of these other systems calls so; the first of them that knows it.
    pub async fn customer_by_reference(
        &self,
        caller: &Caller,
        systems: Vec<String>,
        reference: &str,
    ) -> Result<Named<CustomerView>, Error> {
        let (caller, reference) = (caller.clone(), reference.to_owned());
        self.read(caller.tenant, move |tx| {
            let (caller, systems, reference) = (caller.clone(), systems.clone(), reference.clone());
            Box::pin(async move {
                let mut found = None;
                for system in systems {
                    found = store::customer_list::by_reference(tx, &system, &reference).await?;
                    if found.is_some() {
                        break;
                    }
                }
                let id = found.ok_or_else(|| Error::missing(CustomerId::WORD, &reference))?;
                let id = resolve_customer(tx, &caller, &CustomerRef::Id(id)).await?;
                let customer = load(tx, id).await?;
                CustomerView::named(tx, &caller, customer).await
            })
        })
        .await
    }

    /// A page of customers; a constant number of queries whatever its length.
    pub async fn list_customers(
        &self,
        caller: &Caller,
        query: CustomerQuery,
    ) -> Result<Named<Page<CustomerRow>>, Error> {
        let caller = caller.clone();
        self.scan(caller.tenant, move |tx| {
            let (caller, query) = (caller.clone(), query.clone());
            Box::pin(async move {
                let limit = query.limit.min(MAX_PAGE);
                let mut filters = query.filters;
                if let ActsFor::Customer(root) = caller.acts_for {
                    let covered = store::customers::subtree(tx, root).await?;
                    let covered = covered.into_iter().map(i64::from).collect();
                    filters.push(Filter::Field(Field::Id, Match::In(covered)));
                }
                let list = store::customer_list::ListQuery {
                    filters,
                    order: query.order,
                    offset: clamped(query.offset),
                    limit: i64::from(limit) + 1,
                };
                let mut customers = store::customer_list::list(tx, &list).await?;
                let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
                let has_more = customers.len() > wanted;
                customers.truncate(wanted);
                let rows = rows(tx, customers).await?;
                let ids: Vec<i64> = rows.iter().map(|row| row.customer.id.0).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value: Page { rows, has_more, next: None }, names })
            })
        })
        .await
    }

    /// Invoices, payments, credit notes and refunds in one list, newest day first.
    pub async fn transactions(
        &self,
        caller: &Caller,
        query: TransactionQuery,
    ) -> Result<Named<Page<TransactionRow>>, Error> {
        let (caller, now) = (caller.clone(), self.now());
        self.scan(caller.tenant, move |tx| {
            let (caller, query) = (caller.clone(), query.clone());
            Box::pin(async move {
                let customer = match (&query.customer, caller.acts_for) {
                    (Some(which), _) => Some(resolve_customer(tx, &caller, which).await?),
                    (None, ActsFor::Customer(root)) => Some(root),
                    (None, ActsFor::Staff) => None,
                };
                let limit = query.limit.min(MAX_PAGE);
                let question = Question {
                    customer,
                    kind: query.kind,
                    sees_drafts: caller.acts_for == ActsFor::Staff,
                    limit: i64::from(limit) + 1,
                    offset: clamped(query.offset),
                };
                let mut found = store::transactions::list(tx, &question).await?;
                let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
                let has_more = found.len() > wanted;
                found.truncate(wanted);
                let business_at = business_now(tx, now).await?;
                let today: HashMap<EntityId, Date> = store::entities::list(tx)
                    .await?
                    .into_iter()
                    .map(|entity| (entity.id, day_in(business_at, &entity.time_zone)))
                    .collect();
                let rows: Vec<TransactionRow> = found.into_iter().map(|row| transaction(row, &today)).collect();
                let ids: Vec<i64> = rows.iter().flat_map(|row| [row.id, row.customer_id.0]).collect();
                let names = Names::load(tx, &caller, &ids).await?;
                Ok(Named { value: Page { rows, has_more, next: None }, names })
            })
        })
        .await
    }
}

fn clamped(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(MAX_OFFSET).min(MAX_OFFSET)
}

async fn load(tx: &mut Tx<'_>, id: CustomerId) -> Result<Customer, Error> {
    store::customers::load(tx, id).await?.ok_or_else(|| Error::missing(CustomerId::WORD, id))
}

async fn rows(tx: &mut Tx<'_>, customers: Vec<Customer>) -> Result<Vec<CustomerRow>, Error> {
    let ids: Vec<CustomerId> = customers.iter().map(|customer| customer.id).collect();
    let raw: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut primaries: HashMap<CustomerId, Contact> = store::customers::primary_contacts(tx, &ids)
        .await?
        .into_iter()
        // The first of several, which older books may have.
        .rev()
        .map(|contact| (contact.customer_id, contact))
        .collect();
    let standings = store::customers::standings(tx, &ids).await?;
    let mut by_customer: HashMap<CustomerId, Vec<store::customers::Standing>> = HashMap::new();
    for standing in standings {
        by_customer.entry(standing.customer_id).or_default().push(standing);
    }
    let mut tags: HashMap<i64, Vec<LineTag>> = HashMap::new();
    for tag in store::names::tags(tx, CustomerId::WORD, &raw).await? {
        tags.entry(tag.object_id).or_default().push(line_tag(tag));
    }
    let rows = customers.into_iter().map(|customer| {
        let own = by_customer.remove(&customer.id).unwrap_or_default();
        let (outstanding, unused_credit) = own_standing(&customer, &own);
        CustomerRow {
            primary: primaries.remove(&customer.id),
            tags: tags.remove(&customer.id.0).unwrap_or_default(),
            customer,
            outstanding,
            unused_credit,
        }
    });
    Ok(rows.collect())
}

fn transaction(row: Transaction, today: &HashMap<EntityId, Date>) -> TransactionRow {
    let state = State::from_word(&row.state).unwrap_or(State::Issued);
    let state = match row.kind {
        Kind::Invoice => {
            let today = today.get(&row.entity_id).copied().unwrap_or(Date::MIN);
            let is_late = row.due_on.is_some_and(|due_on| due_on < today);
            TransactionState::Invoice(match (state, row.open == 0, row.open < row.amount, is_late) {
                (State::Draft, ..) => Standing::Draft,
                (State::Void, ..) => Standing::Void,
                (State::Issued, true, ..) => Standing::Paid,
                (State::Issued, false, true, true) => Standing::PartlyPaidOverdue,
                (State::Issued, false, true, false) => Standing::PartlyPaid,
                (State::Issued, false, false, true) => Standing::Overdue,
                (State::Issued, false, false, false) => Standing::Open,
            })
        }
        Kind::Payment => TransactionState::Payment { is_void: state == State::Void },
        Kind::CreditNote => TransactionState::CreditNote { state, is_used_up: row.open == 0 },
        Kind::Refund => TransactionState::Refund,
    };
    TransactionRow {
        id: row.id,
        customer_id: row.customer_id,
        number: row.number,
        dated_on: row.dated_on,
        amount: Money { minor: row.amount, currency: row.currency },
        state,
    }
}

/// Runs a verb about one customer and reads it back in the same transaction: what a client gets as the answer.
#[derive(Clone, Debug)]
pub struct ThenCustomer<V>(pub V);

impl<V: Verb<Outcome = Customer>> Verb for ThenCustomer<V> {
    type Outcome = Named<CustomerView>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Named<CustomerView>, Error> {
        let customer = self.0.run(cx).await?;
        cx.flush().await?;
        CustomerView::named(cx.tx, cx.caller, customer).await
    }
}

//! Many invoices fast: for load tests and for seeing lists with hundreds of thousands of rows. Set-based, in
//! chunks, so that time is linear and memory does not grow with the number of invoices.

use crate::literal::{decimal, some};
use billing::invoices::issue::IssueMany;
use billing::invoices::{InvoiceSpec, LineSpec, TaxChoice};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::parties::entities::CreateEntity;
use billing::parties::items::{CreateItem, ItemFields};
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate};
use billing::payments::Share;
use billing::payments::record::RecordPayment;
use billing::query::{Direction, Field, Filter, InvoiceQuery, Match, Order, Paging};
use billing::{Billing, Caller, Cx, Error, Verb};
use domain::id::{CustomerId, InvoiceId, ItemId, TaxGroupId, TenantId};
use domain::invoice::LineKind;
use domain::invoice::view::Summary;
use domain::money::{Amount, Currency, Decimal, Rate};
use domain::tax::TaxCategory;
use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// Objects of one transaction.
const CHUNK: usize = 500;
/// Consecutive invoices of one customer, so that one payment settles several.
const RUN: usize = 10;
const ITEMS: usize = 20;
/// Invoices are dated within this many days before today.
const DAYS: usize = 720;

/// How much.
#[derive(Clone, Copy)]
pub struct BulkPlan<'a> {
    pub tenants: usize,
    /// Of each tenant; at least one.
    pub customers: usize,
    /// Of each tenant.
    pub invoices: usize,
    /// At least one.
    pub lines_per_invoice: usize,
    /// Of a hundred invoices, so many are paid in full; the rest stays open.
    pub paid_percent: u8,
    pub seed: u64,
    /// Told the invoices done, of all.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// Makes tenants with customers and issued invoices. Amounts and dates follow from the seed and today.
pub async fn fill(billing: &Billing, plan: &BulkPlan<'_>) -> Result<Vec<TenantId>, Error> {
    let mut rng = Rng::with_seed(plan.seed);
    let all = plan.tenants * plan.invoices;
    let mut tenants = Vec::with_capacity(plan.tenants);
    for index in 0..plan.tenants {
        let tenant = billing.create_tenant(&format!("Bulk {}", index + 1)).await?;
        tenants.push(tenant);
        fill_tenant(billing, tenant, plan, &mut rng, &|done| (plan.progress)(index * plan.invoices + done, all))
            .await?;
    }
    Ok(tenants)
}

async fn fill_tenant(
    billing: &Billing,
    tenant: TenantId,
    plan: &BulkPlan<'_>,
    rng: &mut Rng,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<(), Error> {
    let caller = Caller::system(tenant);
    let books = billing.perform(&caller, OpenBooks).await?;
    let today = billing.legal_entities(&caller).await?.value.first().map(|view| view.today);
    let today = today.unwrap_or_else(|| billing::clock::day_in(billing.now(), "UTC"));
    let mut customers = Vec::with_capacity(plan.customers);
    while customers.len() < plan.customers.max(1) {
        let until = plan.customers.max(1).min(customers.len() + CHUNK);
        customers.extend(billing.perform(&caller, Register { from: customers.len(), until }).await?);
    }
    let mut done = 0;
    while done < plan.invoices {
        let until = plan.invoices.min(done + CHUNK);
        let specs: Vec<InvoiceSpec> = (done..until)
            .map(|index| {
                let customer = customers[index / RUN % customers.len()];
                // Older ones first: numbers follow dates.
                let days_ago = DAYS - index * DAYS / plan.invoices;
                spec(rng, &books, customer, plan.lines_per_invoice.max(1), before(today, days_ago))
            })
            .collect();
        let issued = billing.perform(&caller, IssueMany { specs }).await?;
        if plan.paid_percent > 0 {
            let paid = issued.into_iter().filter(|_| rng.u8(..100) < plan.paid_percent).collect();
            pay(billing, &caller, paid).await?;
        }
        done = until;
        progress(done);
    }
    Ok(())
}

fn before(today: Date, days: usize) -> Date {
    let days = i64::try_from(days).unwrap_or(0);
    today.saturating_sub(days.days())
}

/// What every invoice of a tenant draws from.
struct Books {
    tax: TaxGroupId,
    /// With their prices.
    items: Vec<(ItemId, Decimal)>,
}

struct OpenBooks;

impl Verb for OpenBooks {
    type Outcome = Books;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Books, Error> {
        CreateEntity::named("Bulk seller", Currency::USD).run(cx).await?;
        let rate = Rate::from_percent(decimal("8.25"))?;
        let rate = CreateTaxRate { name: "Sales tax".to_owned(), rate, authority: String::new() }.run(cx).await?;
        let tax = CreateTaxGroup {
            name: "Sales tax".to_owned(),
            category: TaxCategory::Standard,
            rates: vec![(rate.id, false)],
            exemption: None,
        };
        let tax = tax.run(cx).await?.id;
        let mut items = Vec::with_capacity(ITEMS);
        for (number, cents) in (1..=ITEMS).zip((499_i64..).step_by(1_250)) {
            let price = Decimal::new(cents, 2)?;
            let fields = ItemFields {
                name: Some(format!("Item {number}")),
                code: Some(Some(format!("ITEM-{number:03}"))),
                unit: some("piece"),
                unit_price: Some(Some((price, Currency::USD))),
                tax_group_id: Some(Some(tax)),
                ..ItemFields::default()
            };
            items.push((CreateItem { fields }.run(cx).await?.id, price));
        }
        Ok(Books { tax, items })
    }
}

/// Makes the customers of these places.
struct Register {
    from: usize,
    until: usize,
}

impl Verb for Register {
    type Outcome = Vec<CustomerId>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<CustomerId>, Error> {
        let mut customers = Vec::with_capacity(self.until - self.from);
        for index in self.from..self.until {
            let fields = CustomerFields {
                display_name: Some(format!("Customer {:06}", index + 1)),
                email: Some(format!("ap-{}@customers.example", index + 1)),
                ..CustomerFields::default()
            };
            customers.push(CreateCustomer { currency: Some(Currency::USD), fields }.run(cx).await?.id);
        }
        Ok(customers)
    }
}

fn spec(rng: &mut Rng, books: &Books, customer: CustomerId, lines: usize, dated_on: Date) -> InvoiceSpec {
    let lines = (0..lines)
        .map(|_| {
            let (item, price) = books.items[rng.usize(..books.items.len())];
            LineSpec {
                kind: LineKind::OneTime,
                item: Some(item),
                name: None,
                unit_price: Some(price),
                tax: TaxChoice::Group(books.tax),
                ..LineSpec::of("", Decimal::from_whole(rng.i64(1..=12)), price)
            }
        })
        .collect();
    InvoiceSpec { dated_on: Some(dated_on), ..InvoiceSpec::to(customer, lines) }
}

/// Pays invoices in full: one payment for each customer among them.
async fn pay(billing: &Billing, caller: &Caller, invoices: Vec<InvoiceId>) -> Result<(), Error> {
    if invoices.is_empty() {
        return Ok(());
    }
    let ids = invoices.iter().map(|id| id.0).collect();
    let query = InvoiceQuery {
        filters: vec![Filter::Field(Field::Id, Match::In(ids))],
        order: vec![(Order::Id, Direction::Ascending)],
        paging: Paging::Offset { offset: 0, limit: u32::try_from(CHUNK).unwrap_or(u32::MAX) },
        with_withdrawn: true,
    };
    let rows = billing.invoices(caller, query).await?.value.rows;
    let payments = rows.chunk_by(|one, next| one.customer_id == next.customer_id).map(payment).collect();
    billing.perform(caller, Deposit { payments }).await
}

fn payment(invoices: &[Summary]) -> RecordPayment {
    let owed = |row: &Summary| Amount::from_parts(i128::from(row.balance.minor), row.currency.exponent());
    let shares: Vec<Share> = invoices.iter().map(|row| Share { invoice: row.id, amount: owed(row) }).collect();
    let sum: i64 = invoices.iter().map(|row| row.balance.minor).sum();
    let first = &invoices[0];
    let amount = Amount::from_parts(i128::from(sum), first.currency.exponent());
    let received_on = invoices.iter().map(|row| row.due_on).min();
    RecordPayment { received_on, ..RecordPayment::from(first.customer_id, amount, shares) }
}

/// Several payments in one transaction.
struct Deposit {
    payments: Vec<RecordPayment>,
}

impl Verb for Deposit {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        for payment in &self.payments {
            payment.run(cx).await?;
        }
        Ok(())
    }
}

//! A generated company: three legal entities in three time zones and currencies, customers with sub-accounts,
//! and invoices with every fate that an invoice can have.
//!
//! It is drawn from a seed: the same seed, the same numbers of customers and invoices, and the same "today" of
//! the tenant's business clock give the same company but for ids and tokens. Amounts do not depend on the day,
//! only dates and the years in numbers do.

mod buyers;
mod draw;
mod fates;
mod goods;
mod offers;
mod sellers;

pub use fates::Fate;

use billing::{Billing, Caller, Error};
use buyers::Buyer;
use domain::id::{CustomerId, EntityId, InvoiceId, TenantId};
use fastrand::Rng;
use sellers::Seller;

/// Invoices of one transaction.
const CHUNK: usize = 100;

/// How large a company.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// Sub-accounts among them; at least one for each legal entity is made.
    pub customers: usize,
    /// From [`Fate::ALL`]`.len()` on every fate is there.
    pub invoices: usize,
    pub seed: u64,
    /// Told the invoices done, of all.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

impl Plan<'static> {
    /// 40 customers and 200 invoices.
    pub fn demo() -> Self {
        Self { customers: 40, invoices: 200, seed: 2026, progress: &|_, _| {} }
    }
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Company {
    pub entities: Vec<EntityId>,
    pub customers: Vec<CustomerId>,
    /// In the order of their dates.
    pub invoices: Vec<(InvoiceId, Fate)>,
}

/// Makes the company's legal entities, customers, invoices and offers in a tenant. Once per tenant: its items'
/// codes would be taken a second time.
pub async fn generate(billing: &Billing, tenant: TenantId, plan: &Plan<'_>) -> Result<Company, Error> {
    let caller = Caller::system(tenant);
    let mut rng = Rng::with_seed(plan.seed);
    let items = billing.perform(&caller, goods::StockUp).await?;
    let sellers = sellers::found(billing, &caller).await?;
    let buyers = buyers::draw(&mut rng, plan.customers, &sellers);
    let buyers = billing.perform(&caller, buyers).await?;

    let mut rows = rows(&mut rng, plan.invoices, &sellers, &buyers);
    // Numbers follow dates, as they would have.
    rows.sort_by_key(|row| row.dated_on);
    let mut invoices = Vec::with_capacity(rows.len());
    for rows in rows.chunks(CHUNK) {
        let rows: Vec<fates::Row> = rows
            .iter()
            .map(|row| {
                let (seller, buyer) = (&sellers[buyers[row.buyer].seller], &buyers[row.buyer]);
                let mut rng = Rng::with_seed(row.seed);
                let spec = draw::invoice(&mut rng, seller, buyer, &items, row.fate, row.dated_on);
                fates::Row { fate: row.fate, spec, base: seller.base, today: seller.today, seed: rng.u64(..) }
            })
            .collect();
        let told: Vec<Fate> = rows.iter().map(|row| row.fate).collect();
        let made = billing.perform(&caller, fates::Chunk { rows }).await?;
        invoices.extend(made.into_iter().zip(told));
        (plan.progress)(invoices.len(), plan.invoices);
    }
    // Last, so that what came before keeps its ids.
    billing.perform(&caller, offers::Offer).await?;
    Ok(Company {
        entities: sellers.iter().map(|seller| seller.entity).collect(),
        customers: buyers.iter().map(|buyer| buyer.customer).collect(),
        invoices,
    })
}

/// An invoice before its lines are drawn.
struct Planned {
    buyer: usize,
    fate: Fate,
    dated_on: jiff::civil::Date,
    seed: u64,
}

/// Fates in turn, so that each is there; buyers at random.
fn rows(rng: &mut Rng, count: usize, sellers: &[Seller], buyers: &[Buyer]) -> Vec<Planned> {
    (0..count)
        .map(|index| {
            let fate = Fate::ALL[index % Fate::ALL.len()];
            let buyer = rng.usize(..buyers.len());
            let today = sellers[buyers[buyer].seller].today;
            Planned { buyer, fate, dated_on: draw::day(rng, fate, today), seed: rng.u64(..) }
        })
        .collect()
}

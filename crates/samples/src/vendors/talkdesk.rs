//! Talkdesk's sample: the row and the envelope of "Get Invoices".
//!
//! The sample row stands on page 2 of 9 with 50 rows a page and 425 in all. So an organization with five
//! accounts has 425 lines on monthly invoices, in issue order; the sample's invoice of 161.5 lies on page 2.

use super::{keep, seller};
use crate::literal::{decimal, some};
use crate::look::invoice as look_at;
use billing::invoices::issue::IssueMany;
use billing::invoices::{InvoiceSpec, LineSpec};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::parties::items::{CreateItem, ItemFields};
use billing::{Billing, Caller, Cx, Error, FaceName, Verb};
use domain::id::{CustomerId, EntityId, InvoiceId, ItemId, LineId, TenantId};
use domain::invoice::{LineKind, Period};
use domain::money::Currency;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// The sample's ids.
pub const ACCOUNT: &str = "5ea75fe7aa224700012eae40";
pub const LINE: &str = "8f3e643c16671acaf60e8bceddbc1877";
pub const NUMBER: &str = "INV13098292";
/// Lines of all accounts together.
pub const LINES: usize = 425;

const SAMPLE_NUMBER: i64 = 13_098_292;
const SAMPLE_DATED: Date = date(2024, 8, 31);
const FIRST_MONTH: Date = date(2024, 6, 1);
const LINES_PER_INVOICE: usize = 6;

/// The account of the sample first.
const ACCOUNTS: [&str; 5] =
    ["Brightline Insurance", "Castell Travel", "Dunmore Energy", "Evergreen Clinics", "Fairway Retail"];

/// Code, name, unit, what so many of it cost a month. The sample's first.
const PRODUCTS: [(&str, &str, &str, &str, &str, LineKind); LINES_PER_INVOICE] = [
    ("TD-LIC-APP-RC-101910", "Workspace license", "seat", "10", "5", LineKind::Recurring),
    ("TD-USG-VOICE-200310", "Voice minutes", "minute", "3000", "0.0205", LineKind::Usage),
    ("TD-LIC-REC-101920", "Call recording", "seat", "10", "5", LineKind::Recurring),
    ("TD-NUM-LOCAL-300110", "Local numbers", "number", "4", "1.25", LineKind::Recurring),
    ("TD-USG-SMS-200420", "Messages", "message", "820", "0.0085", LineKind::Usage),
    ("TD-SVC-HOURS-400510", "Professional services", "hour", "2.5", "120", LineKind::OneTime),
];

/// What was loaded.
#[derive(Clone, Debug)]
pub struct Talkdesk {
    pub entity: EntityId,
    /// Above all accounts: a credential that acts for it sees all 425 lines.
    pub organization: CustomerId,
    /// The sample's account.
    pub account: CustomerId,
    /// All five, the sample's first.
    pub accounts: Vec<CustomerId>,
    pub invoice: InvoiceId,
    pub line: LineId,
}

/// The organization with its accounts and 425 lines.
pub async fn load(billing: &Billing, tenant: TenantId) -> Result<Talkdesk, Error> {
    billing.perform(&Caller::system(tenant), Load).await
}

struct Load;

impl Verb for Load {
    type Outcome = Talkdesk;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Talkdesk, Error> {
        let entity = seller(cx, "Cadence Contact Centers Inc.", "UTC", "CC", 30).await?;
        let organization = account(cx, "Larkspur Outsourcing", entity, None).await?;
        let mut accounts = Vec::with_capacity(ACCOUNTS.len());
        for name in ACCOUNTS {
            accounts.push(account(cx, name, entity, Some(organization)).await?);
        }
        let mut items = Vec::with_capacity(PRODUCTS.len());
        for (code, name, unit, _, price, _) in PRODUCTS {
            let fields = ItemFields {
                name: some(name),
                code: Some(some(code)),
                unit: some(unit),
                unit_price: Some(Some((decimal(price), Currency::USD))),
                ..ItemFields::default()
            };
            items.push(CreateItem { fields }.run(cx).await?.id);
        }
        let (specs, sample) = invoices(&accounts, &items);
        // One transaction, so that the order of the specs is the order of issue.
        let issued = IssueMany { specs }.run(cx).await?;
        let invoice = issued[sample];
        let line = look_at(cx, invoice).await?.lines[0].id;
        keep(cx, FaceName::Talkdesk, CustomerId::WORD, accounts[0].0, ACCOUNT, None).await?;
        keep(cx, FaceName::Talkdesk, LineId::WORD, line.0, LINE, None).await?;
        Ok(Talkdesk { entity, organization, account: accounts[0], accounts, invoice, line })
    }
}

async fn account(
    cx: &mut Cx<'_, '_>,
    name: &str,
    entity: EntityId,
    parent: Option<CustomerId>,
) -> Result<CustomerId, Error> {
    let fields = CustomerFields {
        parent_id: Some(parent),
        display_name: some(name),
        company_name: some(name),
        entity_id: Some(Some(entity)),
        ..CustomerFields::default()
    };
    Ok(CreateCustomer { currency: Some(Currency::USD), fields }.run(cx).await?.id)
}

/// The invoices in issue order, and which of them is the sample's: month by month one for each account, until
/// all lines are used up.
fn invoices(accounts: &[CustomerId], items: &[ItemId]) -> (Vec<InvoiceSpec>, usize) {
    let mut left = LINES;
    let mut sample = 0;
    let mut specs = Vec::new();
    let mut month = FIRST_MONTH;
    while left > 0 {
        for &account in accounts {
            let dated_on = month.last_of_month();
            let is_sample = dated_on == SAMPLE_DATED && account == accounts[0];
            // The sample's three lines make 161.5.
            let count = if is_sample { 3 } else { LINES_PER_INVOICE.min(left) };
            if is_sample {
                sample = specs.len();
            }
            if count > 0 {
                let period = if is_sample {
                    Period { from: date(2023, 8, 16), until: date(2023, 9, 16) }
                } else {
                    Period { from: month, until: month.saturating_add(1.month()) }
                };
                specs.push(spec(account, dated_on, lines(items, count, period)));
                left -= count;
            }
        }
        month = month.saturating_add(1.month());
    }
    for (index, spec) in (0_i64..).zip(&mut specs) {
        let before = i64::try_from(sample).expect("an index fits") - index;
        spec.number = Some(format!("INV{}", SAMPLE_NUMBER - before));
    }
    (specs, sample)
}

fn spec(account: CustomerId, dated_on: Date, lines: Vec<LineSpec>) -> InvoiceSpec {
    InvoiceSpec { dated_on: Some(dated_on), ..InvoiceSpec::to(account, lines) }
}

fn lines(items: &[ItemId], count: usize, period: Period) -> Vec<LineSpec> {
    let products = PRODUCTS.iter().zip(items).take(count);
    products
        .map(|((_, name, _, quantity, price, kind), item)| LineSpec {
            kind: *kind,
            item: Some(*item),
            period: Some(period),
            ..LineSpec::of(name, decimal(quantity), decimal(price))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_row_is_on_page_two() {
        let accounts: Vec<CustomerId> = (1..=5).map(CustomerId).collect();
        let items: Vec<ItemId> = (1..=6).map(ItemId).collect();
        let (specs, sample) = invoices(&accounts, &items);
        let lines = |specs: &[InvoiceSpec]| specs.iter().map(|spec| spec.lines.len()).sum::<usize>();
        assert_eq!(lines(&specs), LINES);
        let place = lines(&specs[..sample]);
        assert!((50..100).contains(&place), "{place}");
        assert_eq!(specs[sample].number.as_deref(), Some(NUMBER));
        assert_eq!(specs[sample].dated_on, Some(SAMPLE_DATED));
        assert!(specs.is_sorted_by_key(|spec| spec.dated_on));
    }
}

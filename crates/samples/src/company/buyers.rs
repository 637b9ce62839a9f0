//! The company's customers: roots and sub-accounts, each with a legal entity, a currency and a tax situation.

use super::sellers::Seller;
use crate::literal::{net, some};
use billing::parties::customers::{AddContact, ContactFields, CreateCustomer, CustomerFields};
use billing::{Cx, Error, Verb};
use domain::id::{CustomerId, EntityId};
use domain::money::Currency;
use domain::party::{Address, Exemption, ServiceLevel};
use fastrand::Rng;

/// How a customer's lines are taxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    Taxed,
    /// By its own exemption.
    Exempt,
    ReverseCharge,
    Export,
}

/// A customer as its invoices need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buyer {
    pub(super) customer: CustomerId,
    /// Which seller, by place.
    pub(super) seller: usize,
    /// Currency and base units per unit.
    pub(super) currency: (Currency, &'static str),
    pub(super) treatment: Treatment,
}

/// A customer that is not made yet.
#[derive(Clone, Debug)]
struct Drawn {
    seller: usize,
    entity: EntityId,
    currency: (Currency, &'static str),
    treatment: Treatment,
    /// The root above it, by place.
    parent: Option<usize>,
    name: String,
    address: Address,
    terms_days: i64,
    level: ServiceLevel,
    contact: (&'static str, &'static str),
}

const FIRST_WORDS: [&str; 12] = [
    "Alpine",
    "Beacon",
    "Cobalt",
    "Delta",
    "Emerald",
    "Falcon",
    "Granite",
    "Harvest",
    "Ivory",
    "Juniper",
    "Keystone",
    "Lighthouse",
];
const SECOND_WORDS: [&str; 10] =
    ["Bakery", "Clinics", "Dairy", "Engineering", "Freight", "Garden", "Hotels", "Optics", "Print", "Textiles"];
const BRANCHES: [&str; 6] = ["North", "South", "East", "West", "Harbor", "Airport"];
const FIRST_NAMES: [&str; 8] = ["Ada", "Bruno", "Chiyo", "Dana", "Emil", "Farah", "Goran", "Hana"];
const LAST_NAMES: [&str; 8] = ["Lindqvist", "Mori", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Sato"];
const STREETS: [&str; 6] = ["Mill Lane", "Canal Street", "Station Road", "High Street", "Oak Avenue", "Dock Row"];

/// Every fifth customer is a sub-account of the root before it.
const FAMILY: usize = 5;

/// The customers to make; performing them makes them, all in one transaction.
#[derive(Clone, Debug)]
pub(super) struct Drawing(Vec<Drawn>);

/// At least one customer for each seller.
pub(super) fn draw(rng: &mut Rng, count: usize, sellers: &[Seller]) -> Drawing {
    let mut drawn: Vec<Drawn> = Vec::new();
    let mut root = 0;
    for index in 0..count.max(sellers.len()) {
        let is_branch = index % FAMILY == FAMILY - 1;
        let next = if is_branch {
            let branch = BRANCHES[rng.usize(..BRANCHES.len())];
            let above = &drawn[root];
            let name = format!("{}, {branch} {index}", above.name);
            Drawn { parent: Some(root), name, address: address(rng, sellers[above.seller].country), ..above.clone() }
        } else {
            root = index;
            one(rng, index, sellers)
        };
        drawn.push(next);
    }
    Drawing(drawn)
}

fn one(rng: &mut Rng, index: usize, sellers: &[Seller]) -> Drawn {
    let seller = index % sellers.len();
    let of = &sellers[seller];
    // Half of them in the seller's own currency.
    let currency = if rng.bool() { of.currencies[0] } else { of.currencies[rng.usize(..of.currencies.len())] };
    let treatment = match rng.u8(..10) {
        0 => Treatment::Exempt,
        1 => Treatment::ReverseCharge,
        2 => Treatment::Export,
        _ => Treatment::Taxed,
    };
    let first = FIRST_WORDS[rng.usize(..FIRST_WORDS.len())];
    let second = SECOND_WORDS[rng.usize(..SECOND_WORDS.len())];
    Drawn {
        seller,
        entity: of.entity,
        currency,
        treatment,
        parent: None,
        name: format!("{first} {second} {}", index + 1),
        address: address(rng, of.country),
        terms_days: [14, 30, 30, 45][rng.usize(..4)],
        level: [ServiceLevel::Free, ServiceLevel::Pro, ServiceLevel::Business][rng.usize(..3)],
        contact: (FIRST_NAMES[rng.usize(..FIRST_NAMES.len())], LAST_NAMES[rng.usize(..LAST_NAMES.len())]),
    }
}

fn address(rng: &mut Rng, country: &str) -> Address {
    Address {
        line1: format!("{} {}", rng.u16(1..200), STREETS[rng.usize(..STREETS.len())]),
        city: format!("{}ville", FIRST_WORDS[rng.usize(..FIRST_WORDS.len())]),
        postcode: format!("{:05}", rng.u32(1_000..99_999)),
        country: country.to_owned(),
        ..Address::default()
    }
}

impl Drawn {
    fn fields(&self, parent: Option<CustomerId>) -> CustomerFields {
        let exemption = Exemption { code: "NGO".to_owned(), reason: "Charitable organization".to_owned() };
        let is_exempt = self.treatment == Treatment::Exempt;
        CustomerFields {
            parent_id: Some(parent),
            display_name: Some(self.name.clone()),
            company_name: Some(self.name.clone()),
            email: Some(self.email()),
            entity_id: Some(Some(self.entity)),
            terms: Some(Some(net(self.terms_days))),
            bill_to: Some(self.address.clone()),
            ship_to: Some(self.address.clone()),
            tax_exemption: Some(is_exempt.then_some(exemption)),
            service_level: Some(self.level),
            language: Some(some("en")),
            ..CustomerFields::default()
        }
    }

    /// The name in letters, digits and dashes, at a domain that no mail reaches.
    fn email(&self) -> String {
        let words: Vec<String> = self
            .name
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        format!("accounts@{}.example", words.join("-"))
    }
}

impl Verb for Drawing {
    type Outcome = Vec<Buyer>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<Buyer>, Error> {
        let mut buyers: Vec<Buyer> = Vec::with_capacity(self.0.len());
        for drawn in &self.0 {
            let parent = drawn.parent.map(|place| buyers[place].customer);
            let create = CreateCustomer { currency: Some(drawn.currency.0), fields: drawn.fields(parent) };
            let customer = create.run(cx).await?.id;
            let fields = ContactFields {
                first_name: drawn.contact.0.to_owned(),
                last_name: drawn.contact.1.to_owned(),
                email: drawn.email(),
                is_primary: true,
                ..ContactFields::default()
            };
            AddContact { customer, fields }.run(cx).await?;
            buyers.push(Buyer { customer, seller: drawn.seller, currency: drawn.currency, treatment: drawn.treatment });
        }
        Ok(buyers)
    }
}

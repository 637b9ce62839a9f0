//! Sellers, customers and taxes.

use super::{World, decimal};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::parties::entities::{CreateEntity, SeriesSpec};
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate};
use domain::id::{CustomerId, EntityId, TaxGroupId};
use domain::money::{Currency, Rate};
use domain::numbering::SeriesReset;
use domain::party::{ClosedBooksPolicy, IssuedPolicy};
use domain::tax::{PriceMode, TaxCategory, TaxRounding};

/// A legal entity in the making.
pub struct SellerBuilder {
    world: World,
    verb: CreateEntity,
}

impl SellerBuilder {
    /// Prices contain their tax.
    pub fn inclusive(mut self) -> Self {
        self.verb.price_mode = PriceMode::Inclusive;
        self
    }

    /// Tax is rounded on each line.
    pub fn rounding_per_line(mut self) -> Self {
        self.verb.tax_rounding = TaxRounding::PerLine;
        self
    }

    /// Issued invoices are never corrected.
    pub fn locked(mut self) -> Self {
        self.verb.issued_policy = IssuedPolicy::Locked;
        self
    }

    /// What falls into closed books is posted on the first open day.
    pub fn posting_next_open_day(mut self) -> Self {
        self.verb.closed_books_policy = ClosedBooksPolicy::PostNextOpenDay;
        self
    }

    /// Write-offs relieve tax.
    pub fn relieving_tax(mut self) -> Self {
        self.verb.write_off_relieves_tax = true;
        self
    }

    /// Invoice numbers begin anew each year.
    pub fn numbering_yearly(mut self) -> Self {
        self.verb.invoice_series =
            SeriesSpec { prefix: "{year}-".to_owned(), reset: SeriesReset::Yearly, ..SeriesSpec::plain("") };
        self
    }

    /// Invoice numbers follow the documents' dates.
    pub fn numbering_by_date(mut self) -> Self {
        self.verb.invoice_series.enforces_date_order = true;
        self
    }

    /// Its civil day is that of this zone.
    pub fn in_zone(mut self, zone: &str) -> Self {
        zone.clone_into(&mut self.verb.time_zone);
        self
    }

    pub async fn created(self) -> EntityId {
        self.world.does(self.verb).await.id
    }
}

/// A customer in the making.
pub struct CustomerBuilder {
    world: World,
    verb: CreateCustomer,
}

impl CustomerBuilder {
    /// A sub-account of another customer.
    pub fn below(mut self, parent: CustomerId) -> Self {
        self.verb.fields.parent_id = Some(Some(parent));
        self
    }

    pub fn owing_in(mut self, currency: Currency) -> Self {
        self.verb.currency = Some(currency);
        self
    }

    /// Billed by this legal entity.
    pub fn of(mut self, entity: EntityId) -> Self {
        self.verb.fields.entity_id = Some(Some(entity));
        self
    }

    pub async fn created(self) -> CustomerId {
        self.world.does(self.verb).await.id
    }
}

impl World {
    /// A legal entity: exclusive prices, tax per group, correctable, closed books refuse.
    pub fn seller(&self, name: &str, base: Currency) -> SellerBuilder {
        SellerBuilder { world: self.clone(), verb: CreateEntity::named(name, base) }
    }

    /// A customer of the default legal entity, in its currency.
    pub fn customer(&self, name: &str) -> CustomerBuilder {
        let fields = CustomerFields { display_name: Some(name.to_owned()), ..CustomerFields::default() };
        CustomerBuilder { world: self.clone(), verb: CreateCustomer { currency: None, fields } }
    }

    /// A tax group of one rate, in percent.
    pub async fn tax(&self, percent: &str) -> TaxGroupId {
        let rate = Rate::from_percent(decimal(percent)).expect("a rate");
        let rate = CreateTaxRate { name: format!("VAT {percent}"), rate, authority: String::new() };
        let rate = self.does(rate).await.id;
        let group = CreateTaxGroup {
            name: format!("VAT {percent} %"),
            category: TaxCategory::Standard,
            rates: vec![(rate, false)],
            exemption: None,
        };
        self.does(group).await.id
    }
}

//! The company's legal entities: each with its own currency, time zone, way of pricing and of rounding tax, and
//! its tax groups.

use crate::literal::{decimal, net};
use billing::parties::entities::{CreateEntity, SeriesSpec};
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate};
use billing::{Billing, Caller, Cx, Error, Verb};
use domain::id::{EntityId, TaxGroupId};
use domain::money::{Currency, Rate};
use domain::numbering::SeriesReset;
use domain::party::{Address, Exemption};
use domain::tax::{PriceMode, TaxCategory, TaxRounding};
use jiff::civil::Date;

/// A legal entity as its invoices need it.
#[derive(Clone, Debug)]
pub(super) struct Seller {
    pub(super) entity: EntityId,
    pub(super) base: Currency,
    pub(super) today: Date,
    /// What it invoices in, its own currency first, each with base units per unit.
    pub(super) currencies: Vec<(Currency, &'static str)>,
    pub(super) taxes: Taxes,
    pub(super) country: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Taxes {
    pub(super) standard: TaxGroupId,
    pub(super) reduced: TaxGroupId,
    /// Two rates, the second on the first.
    pub(super) compound: TaxGroupId,
    pub(super) reverse_charge: TaxGroupId,
    pub(super) export: TaxGroupId,
}

struct Charter {
    name: &'static str,
    base: Currency,
    zone: &'static str,
    language: &'static str,
    country: &'static str,
    city: &'static str,
    tax_id: &'static str,
    price_mode: PriceMode,
    tax_rounding: TaxRounding,
    prefix: &'static str,
    /// Name and percentage.
    standard: (&'static str, &'static str),
    reduced: (&'static str, &'static str),
    compound: [(&'static str, &'static str); 2],
    /// Code and base units per unit.
    foreign: &'static [(&'static str, &'static str)],
}

static CHARTERS: [Charter; 3] = [
    Charter {
        name: "Northwind Instruments Inc.",
        base: Currency::USD,
        zone: "America/New_York",
        language: "en",
        country: "United States",
        city: "Albany",
        tax_id: "14-1830447",
        price_mode: PriceMode::Exclusive,
        tax_rounding: TaxRounding::PerGroup,
        prefix: "NW-",
        standard: ("New York sales tax", "8.875"),
        reduced: ("New York local tax", "4.5"),
        compound: [("GST", "5"), ("QST on GST", "9.5")],
        foreign: &[("CAD", "0.7353"), ("KWD", "3.2573"), ("EUR", "1.087")],
    },
    Charter {
        name: "Nordwind Geräte GmbH",
        base: Currency::EUR,
        zone: "Europe/Berlin",
        language: "de",
        country: "Germany",
        city: "Kiel",
        tax_id: "DE811907980",
        price_mode: PriceMode::Inclusive,
        tax_rounding: TaxRounding::PerGroup,
        prefix: "RE-{year}-",
        standard: ("Umsatzsteuer", "19"),
        reduced: ("Umsatzsteuer, ermäßigt", "7"),
        compound: [("Abgabe", "2"), ("Umsatzsteuer auf Abgabe", "19")],
        foreign: &[("CHF", "1.0455"), ("GBP", "1.1646")],
    },
    Charter {
        name: "Kitakaze Seiki KK",
        base: Currency::JPY,
        zone: "Asia/Tokyo",
        language: "ja",
        country: "Japan",
        city: "Sapporo",
        tax_id: "T7430001022657",
        price_mode: PriceMode::Exclusive,
        tax_rounding: TaxRounding::PerLine,
        prefix: "KK-",
        standard: ("Consumption tax", "10"),
        reduced: ("Consumption tax, reduced", "8"),
        compound: [("Levy", "3"), ("Consumption tax on levy", "10")],
        foreign: &[("USD", "150.25"), ("BHD", "398.9")],
    },
];

/// Founds the legal entities and asks each for its today.
pub(super) async fn found(billing: &Billing, caller: &Caller) -> Result<Vec<Seller>, Error> {
    let mut sellers = billing.perform(caller, Found).await?;
    for seller in &mut sellers {
        seller.today = billing.legal_entity(caller, seller.entity).await?.today;
    }
    Ok(sellers)
}

struct Found;

impl Verb for Found {
    type Outcome = Vec<Seller>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<Seller>, Error> {
        let mut sellers = Vec::with_capacity(CHARTERS.len());
        for charter in &CHARTERS {
            sellers.push(charter.found(cx).await?);
        }
        Ok(sellers)
    }
}

impl Charter {
    async fn found(&self, cx: &mut Cx<'_, '_>) -> Result<Seller, Error> {
        let reset = if self.prefix.contains("{year}") { SeriesReset::Yearly } else { SeriesReset::Never };
        let entity = CreateEntity {
            address: Address {
                line1: "1 Harbor Square".to_owned(),
                city: self.city.to_owned(),
                country: self.country.to_owned(),
                ..Address::default()
            },
            tax_ids: vec![self.tax_id.to_owned()],
            time_zone: self.zone.to_owned(),
            language: self.language.to_owned(),
            tax_rounding: self.tax_rounding,
            price_mode: self.price_mode,
            // Bad debt relief, where tax was in the prices.
            write_off_relieves_tax: self.price_mode == PriceMode::Inclusive,
            default_terms: net(30),
            invoice_series: SeriesSpec { reset, ..SeriesSpec::plain(self.prefix) },
            // Not yearly, so that a seller has series of both kinds.
            credit_note_series: SeriesSpec::plain(&format!("{}C", self.prefix)),
            ..CreateEntity::named(self.name, self.base)
        };
        let entity = entity.run(cx).await?.id;
        let foreign = self.foreign.iter().filter_map(|&(code, rate)| Some((Currency::from_code(code)?, rate)));
        Ok(Seller {
            entity,
            base: self.base,
            today: Date::MIN,
            currencies: [(self.base, "1")].into_iter().chain(foreign).collect(),
            taxes: self.tax(cx).await?,
            country: self.country,
        })
    }

    async fn tax(&self, cx: &mut Cx<'_, '_>) -> Result<Taxes, Error> {
        let standard = self.rate(cx, self.standard).await?;
        let reduced = self.rate(cx, self.reduced).await?;
        let first = self.rate(cx, self.compound[0]).await?;
        let second = self.rate(cx, self.compound[1]).await?;
        let nothing = |name: &str, category, code: &str, reason: &str| CreateTaxGroup {
            name: name.to_owned(),
            category,
            rates: Vec::new(),
            exemption: Some(Exemption { code: code.to_owned(), reason: reason.to_owned() }),
        };
        let reverse = nothing("Reverse charge", TaxCategory::ReverseCharge, "VATEX-EU-AE", "Reverse charge");
        let export = nothing("Export", TaxCategory::Export, "VATEX-EU-G", "Export outside the union");
        let compound = format!("{} and {}", self.compound[0].0, self.compound[1].0);
        Ok(Taxes {
            standard: charging(self.standard.0, vec![(standard, false)]).run(cx).await?.id,
            reduced: charging(self.reduced.0, vec![(reduced, false)]).run(cx).await?.id,
            compound: charging(&compound, vec![(first, false), (second, true)]).run(cx).await?.id,
            reverse_charge: reverse.run(cx).await?.id,
            export: export.run(cx).await?.id,
        })
    }

    async fn rate(&self, cx: &mut Cx<'_, '_>, (name, percent): (&str, &str)) -> Result<domain::id::TaxRateId, Error> {
        let rate = Rate::from_percent(decimal(percent))?;
        let rate = CreateTaxRate { name: name.to_owned(), rate, authority: self.country.to_owned() };
        Ok(rate.run(cx).await?.id)
    }
}

fn charging(name: &str, rates: Vec<(domain::id::TaxRateId, bool)>) -> CreateTaxGroup {
    CreateTaxGroup { name: name.to_owned(), category: TaxCategory::Standard, rates, exemption: None }
}

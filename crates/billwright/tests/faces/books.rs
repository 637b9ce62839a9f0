//! The sample company and the vendors' sample documents in one tenant, with every invoice as billing reads it.

use std::collections::BTreeSet;

use billing::query::{Direction, InvoiceQuery, InvoiceRef, Order, Paging};
use domain::id::{CustomerId, InvoiceId};
use domain::invoice::view::{Standing, View};
use domain::tax::{PriceMode, TaxCategory, TaxRounding};
use samples::company::{self, Plan};
use samples::vendors::{self, Vendors};

use crate::world::World;

pub struct Books {
    pub vendors: Vendors,
    /// Those of the company.
    pub customers: Vec<CustomerId>,
    /// Every invoice of the company, in the order of their ids.
    pub company: Vec<View>,
    /// Every invoice of the vendors' samples, in the order of their ids.
    pub samples: Vec<View>,
}

impl Books {
    pub async fn load(world: &World) -> Books {
        let vendors = vendors::load(&world.billing, world.tenant).await.expect("the samples load");
        let samples = views(world, &all(world).await).await;
        let plan = Plan { customers: 40, invoices: 300, seed: 2026, progress: &|_, _| {} };
        let made = company::generate(&world.billing, world.tenant, &plan).await.expect("a company");
        let mut ids: Vec<InvoiceId> = made.invoices.iter().map(|(id, _)| *id).collect();
        ids.sort();
        let company = views(world, &ids).await;
        let books = Books { vendors, customers: made.customers, company, samples };
        books.assert_every_situation();
        books
    }

    pub fn all(&self) -> impl Iterator<Item = &View> {
        self.samples.iter().chain(&self.company)
    }

    /// Comparing faces says little about what is not in the books.
    fn assert_every_situation(&self) {
        let standings: BTreeSet<String> =
            self.company.iter().map(|view| format!("{:?}", view.summary.standing)).collect();
        assert_eq!(standings.len(), Standing::ALL.len(), "{standings:?}");
        let exponents: BTreeSet<u8> = self.company.iter().map(|view| view.summary.currency.exponent()).collect();
        assert!(exponents.is_superset(&BTreeSet::from([0, 2, 3])), "{exponents:?}");
        let modes: BTreeSet<(bool, bool)> = self
            .company
            .iter()
            .map(|view| {
                (view.summary.price_mode == PriceMode::Inclusive, view.summary.tax_rounding == TaxRounding::PerLine)
            })
            .collect();
        assert_eq!(modes.len(), 3, "prices with and without tax, tax by group and by line: {modes:?}");

        let lines = || self.company.iter().flat_map(|view| &view.lines);
        let has = |what: &str, found: bool| assert!(found, "the company has no {what}");
        for category in [TaxCategory::Standard, TaxCategory::ReverseCharge, TaxCategory::Export] {
            has("line of each tax category", lines().any(|line| line.tax_treatment.category == category));
        }
        has("exemption", lines().any(|line| line.tax_treatment.exemption.is_some()));
        has("compound tax", lines().any(|line| line.tax_treatment.components.len() > 1));
        has("line discount", lines().any(|line| line.discount.is_positive()));
        has("fraction of a unit", lines().any(|line| line.quantity.whole().is_none()));
        has("allowance", self.company.iter().any(|view| view.summary.allowances.is_positive()));
        has("charge", self.company.iter().any(|view| view.summary.charges.is_positive()));
        has("write-off", self.company.iter().any(|view| view.summary.write_offs.is_positive()));
        has("credit", self.company.iter().any(|view| view.summary.credits.is_positive()));
        has("refund", self.company.iter().any(|view| view.summary.refunds.is_positive()));
    }
}

/// The ids of every invoice of the tenant.
async fn all(world: &World) -> Vec<InvoiceId> {
    let query = InvoiceQuery {
        filters: Vec::new(),
        order: vec![(Order::Id, Direction::Ascending)],
        paging: Paging::Offset { offset: 0, limit: 500 },
        with_withdrawn: true,
    };
    let page = world.billing.invoices(&world.staff(), query).await.expect("a page").value;
    assert!(!page.has_more);
    page.rows.iter().map(|row| row.id).collect()
}

async fn views(world: &World, ids: &[InvoiceId]) -> Vec<View> {
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        let found = world.billing.invoice(&world.staff(), None, &InvoiceRef::Id(*id)).await;
        views.push(found.expect("the invoice is there").value);
    }
    views
}

use crate::books::{assert_balanced, billing, view};
use billing::query::{Direction, InvoiceQuery, Order, Paging};
use billing::read::OfferList;
use billing::{Billing, Caller};
use domain::id::TenantId;
use domain::invoice::view::{Standing, Summary};
use domain::tax::{PriceMode, TaxCategory, TaxRounding};
use samples::company::{self, Fate, Plan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::Db;

async fn all(billing: &Billing, tenant: TenantId) -> Vec<Summary> {
    let mut rows = Vec::new();
    loop {
        let query = InvoiceQuery {
            filters: Vec::new(),
            order: vec![(Order::Id, Direction::Ascending)],
            paging: Paging::Offset { offset: rows.len() as u64, limit: 500 },
            with_withdrawn: true,
        };
        let page = billing.invoices(&Caller::system(tenant), query).await.expect("a page").value;
        rows.extend(page.rows);
        if !page.has_more {
            return rows;
        }
    }
}

/// What every invoice of a fate looks like in the end: its standing, and whether something of each kind is on it
/// (payments, refunds, credits, write-offs).
fn told(fate: Fate) -> (Standing, [bool; 4]) {
    match fate {
        Fate::Draft => (Standing::Draft, [false; 4]),
        Fate::Open | Fate::Corrected => (Standing::Open, [false; 4]),
        Fate::PartlyPaid => (Standing::PartlyPaid, [true, false, false, false]),
        Fate::Overdue => (Standing::Overdue, [false; 4]),
        Fate::PartlyPaidOverdue => (Standing::PartlyPaidOverdue, [true, false, false, false]),
        Fate::Paid | Fate::Overpaid | Fate::Refunded => (Standing::Paid, [true, false, false, false]),
        Fate::Void | Fate::VoidRefunded => (Standing::Void, [false; 4]),
        Fate::WrittenOff => (Standing::Paid, [false, false, false, true]),
        Fate::Credited => (Standing::Paid, [false, false, true, false]),
        Fate::PartlyCredited => (Standing::PartlyPaidOverdue, [false, false, true, false]),
        Fate::RefundedAndOwed => (Standing::PartlyPaidOverdue, [true, true, false, false]),
    }
}

testkit::on_both_databases! {
    async fn every_fate_takes_place(db: Db) {
        let billing = billing(&db);
        let tenant = billing.create_tenant("Company").await.expect("a tenant");
        let steps = AtomicUsize::new(0);
        let progress = |done: usize, all: usize| {
            assert!(done <= all && all == 200);
            steps.fetch_add(1, Ordering::Relaxed);
        };
        let company = company::generate(&billing, tenant, &Plan { progress: &progress, ..Plan::demo() }).await;
        let company = company.expect("a company");
        assert_eq!(steps.load(Ordering::Relaxed), 2);
        assert_eq!((company.entities.len(), company.customers.len(), company.invoices.len()), (3, 40, 200));

        let mut counts: BTreeMap<Fate, usize> = BTreeMap::new();
        let mut standings: BTreeMap<String, usize> = BTreeMap::new();
        let rows: BTreeMap<_, _> = all(&billing, tenant).await.into_iter().map(|row| (row.id, row)).collect();
        for (id, fate) in &company.invoices {
            let row = &rows[id];
            let parts = [row.payments, row.refunds, row.credits, row.write_offs].map(|part| part.minor > 0);
            assert_eq!((row.standing, parts), told(*fate), "{fate:?}: {row:?}");
            assert_eq!(row.revision, if *fate == Fate::Corrected { 2 } else { 1 });
            assert_eq!(row.number.is_some(), *fate != Fate::Draft);
            assert_eq!(row.sent_at.is_some(), *fate == Fate::Open);
            *counts.entry(*fate).or_default() += 1;
            *standings.entry(format!("{:?}", row.standing)).or_default() += 1;
        }
        // 200 invoices over 15 fates in turn: 13 of each, 14 of the first five.
        for (place, fate) in Fate::ALL.into_iter().enumerate() {
            assert_eq!(counts[&fate], if place < 5 { 14 } else { 13 }, "{fate:?}");
        }
        let counted: Vec<(&str, usize)> = standings.iter().map(|(word, count)| (word.as_str(), *count)).collect();
        assert_eq!(counted, [
            ("Draft", 14),
            ("Open", 27),
            ("Overdue", 14),
            ("Paid", 65),
            ("PartlyPaid", 14),
            ("PartlyPaidOverdue", 40),
            ("Void", 26),
        ]);
        assert!(assert_balanced(&billing, tenant).await > 20);
    }

    async fn the_company_has_every_situation(db: Db) {
        let billing = billing(&db);
        let tenant = billing.create_tenant("Company").await.expect("a tenant");
        let company = company::generate(&billing, tenant, &Plan::demo()).await.expect("a company");
        let caller = Caller::system(tenant);
        let customers = billing.customers(&caller, 0, 500).await.expect("customers");
        assert_eq!(customers.iter().filter(|customer| customer.parent_id.is_some()).count(), 8);
        let zones: BTreeSet<String> = billing
            .legal_entities(&caller)
            .await
            .expect("entities")
            .value
            .into_iter()
            .map(|view| view.entity.time_zone)
            .collect();
        assert_eq!(zones.len(), 3);

        let mut exponents = BTreeSet::new();
        let mut modes = BTreeSet::new();
        let mut categories = BTreeSet::new();
        let (mut has_fx, mut has_compound, mut has_rates, mut has_exemption) = (false, false, false, false);
        let (mut has_discount, mut has_allowance, mut has_charge, mut has_fraction) = (false, false, false, false);
        let (mut has_proration, mut has_period) = (false, false);
        for (id, _) in &company.invoices {
            let view = view(&billing, tenant, *id).await;
            let head = &view.summary;
            exponents.insert(head.currency.exponent());
            modes.insert((head.price_mode == PriceMode::Inclusive, head.tax_rounding == TaxRounding::PerLine));
            categories.extend(view.taxes.iter().map(|tax| tax.total.tax.category));
            has_fx |= head.exchange_rate != domain::money::Decimal::ONE;
            has_compound |= view.taxes.iter().any(|tax| tax.total.tax.components.len() > 1);
            has_rates |= view.taxes.iter().filter(|tax| tax.amount.minor > 0).count() > 1;
            has_allowance |= view.allowances.iter().any(|allowance| !allowance.is_charge && allowance.amount > 0);
            has_charge |= view.allowances.iter().any(|allowance| allowance.is_charge && allowance.amount > 0);
            for line in &view.lines {
                has_exemption |= line.tax_treatment.exemption.as_ref().is_some_and(|why| why.code == "NGO");
                has_discount |= line.discount.minor > 0;
                has_fraction |= line.quantity.whole().is_none();
                has_proration |= line.kind == domain::invoice::LineKind::Proration;
                has_period |= line.last_on.is_some();
            }
        }
        assert_eq!(exponents, BTreeSet::from([0, 2, 3]));
        assert_eq!(modes, BTreeSet::from([(false, false), (true, false), (false, true)]));
        for category in
            [TaxCategory::Standard, TaxCategory::Exempt, TaxCategory::ReverseCharge, TaxCategory::Export]
        {
            assert!(categories.contains(&category), "{category:?}");
        }
        assert!(has_fx && has_compound && has_rates && has_exemption);
        assert!(has_discount && has_allowance && has_charge && has_fraction && has_proration && has_period);
    }

    async fn the_company_offers_every_scheme(db: Db) {
        let billing = billing(&db);
        let tenant = billing.create_tenant("Company").await.expect("a tenant");
        let plan = Plan { customers: 3, invoices: 15, ..Plan::demo() };
        company::generate(&billing, tenant, &plan).await.expect("a company");
        let caller = Caller::system(tenant);
        let all = OfferList::After { id: 0, limit: 100 };
        let plans = billing.plans(&caller, all).await.expect("plans").value;
        let addons = billing.addons(&caller, all, None).await.expect("add-ons").value;
        let schemes = plans.iter().map(|view| &view.plan.version.terms.price);
        let schemes = schemes.chain(addons.iter().map(|view| &view.addon.price));
        let mut schemes: Vec<&str> = schemes.map(|price| price.scheme().word()).collect();
        schemes.sort_unstable();
        assert_eq!(schemes, ["flat", "package", "tier", "unit", "unit", "volume"]);
        assert_eq!(plans.iter().map(|view| view.addons.len()).collect::<Vec<_>>(), [2, 3, 2]);
        let coupons = billing.coupons(&caller, all, None).await.expect("coupons").value;
        let coupons: Vec<_> = coupons.iter().map(|view| (view.coupon.code.as_str(), view.status.word())).collect();
        assert_eq!(coupons, [("WELCOME20", "active"), ("SPRING50", "inactive"), ("PARTNER", "active")]);
    }

    async fn the_same_seed_is_the_same_company(db: Db) {
        let billing = billing(&db);
        let mut told: Vec<Vec<(Option<String>, String, String)>> = Vec::new();
        for seed in [7, 7, 8] {
            let tenant = billing.create_tenant("Company").await.expect("a tenant");
            let plan = Plan { customers: 12, invoices: 60, seed, ..Plan::demo() };
            company::generate(&billing, tenant, &plan).await.expect("a company");
            let rows = all(&billing, tenant).await.into_iter();
            let mut rows: Vec<_> =
                rows.map(|row| (row.number, row.total.to_plain(), row.balance.to_plain())).collect();
            rows.sort();
            told.push(rows);
        }
        assert_eq!(told[0], told[1]);
        assert_ne!(told[0], told[2]);
    }
}

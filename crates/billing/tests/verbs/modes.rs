//! Exclusive, inclusive and per-line tax, with discounts and allowances: the examples of the domain, as stored.

use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

/// Net, allowances, tax and total in minor units.
async fn totals(world: &World, invoice: domain::id::InvoiceId) -> (i64, i64, i64, i64) {
    let summary = world.view(invoice).await.summary;
    (summary.net.minor, summary.allowances.minor, summary.tax.minor, summary.total.minor)
}

on_both_databases! {
    async fn tax_is_added_to_what_the_document_discount_leaves(db: TestDb) {
        let world = World::open(&db).await;
        let vat = world.tax("20").await;
        let invoice = world
            .invoice()
            .line("One", "1", "100").taxed(vat)
            .line("Two", "1", "100").taxed(vat)
            .less_on_all("20")
            .issued()
            .await;
        assert_eq!(totals(&world, invoice).await, (20_000, 2_000, 3_600, 21_600));
        world.books_are_sound().await;
    }

    async fn tax_is_taken_out_of_gross_prices(db: TestDb) {
        let world = World::of(&db, |seller| seller.inclusive()).await;
        let vat = world.tax("10").await;
        let invoice = world
            .invoice()
            .line("One", "1", "1").taxed(vat)
            .line("Two", "1", "1").taxed(vat)
            .line("Three", "1", "1").taxed(vat)
            .less_on_all("0.10")
            .issued()
            .await;
        assert_eq!(totals(&world, invoice).await, (273, 9, 26, 290));
        world.books_are_sound().await;
    }

    async fn tax_is_rounded_on_each_line_or_once(db: TestDb) {
        let once = World::open(&db).await;
        let each = World::of(&db, |seller| seller.rounding_per_line()).await;
        let mut taxes = Vec::new();
        for world in [&once, &each] {
            let vat = world.tax("20").await;
            let mut invoice = world.invoice();
            for name in ["One", "Two", "Three"] {
                invoice = invoice.line(name, "1", "0.03").taxed(vat);
            }
            let invoice = invoice.issued().await;
            taxes.push(totals(world, invoice).await.2);
        }
        assert_eq!(taxes, [2, 3], "round(0.018) once, round(0.006) three times");
        once.books_are_sound().await;
    }

    async fn discounts_charges_and_rates_of_many_kinds_add_up(db: TestDb) {
        for shape in 0..4 {
            let world = World::of(&db, |mut seller| {
                if shape % 2 == 1 {
                    seller = seller.inclusive();
                }
                if shape >= 2 {
                    seller = seller.rounding_per_line();
                }
                seller
            })
            .await;
            let (vat, reduced) = (world.tax("19").await, world.tax("8.87525").await);
            let invoice = world
                .invoice()
                .line("Hours", "7.25", "99.99").taxed(vat).less("13.37")
                .line("Books", "3", "19.95").taxed(reduced)
                .line("Untaxed", "11", "0.333333")
                .line("Adjustment", "1", "-17.77").taxed(vat)
                .less_on_all("33.33")
                .plus_on_all("4.90")
                .issued()
                .await;
            let payment = world.pay("1000").on(invoice, "123.45").recorded().await;
            assert_eq!(world.payment(payment).await.payment.unapplied, 87_655);
            world.books_are_sound().await;
        }
    }
}

//! Pages and filters.

use crate::support::World;
use serde_json::Value;
use store::Db;

/// Walks a list to its end; the ids page by page.
async fn walk(world: &World, path: &str, limit: u32) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let mark = if path.contains('?') { '&' } else { '?' };
        let page = world.get(&format!("{path}{mark}limit={limit}{cursor}")).await.expect(200);
        pages.push(ids(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

fn ids(page: &Value) -> Vec<String> {
    let rows = page["data"].as_array().expect("rows");
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

testkit::on_both_databases! {
    async fn lists_are_walked_without_gaps_or_repeats(db: Db) {
        let world = World::open(db).await;
        let customer = world.customer("Customer Ltd.").await;
        let mut made = [Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), vec![customer.clone()]];
        for count in 0..5 {
            let amount = format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "5", "issue": true}}"#);
            made[0].push(world.draft(&customer, "10").await);
            made[1].push(world.payment(&customer, "10", &[]).await);
            made[2].push(world.made("/v1/credit-notes", &amount).await);
            let unapplied = format!(r#"{{"kind": "unapplied", "payment_id": "{}", "amount": 1}}"#, made[1][count]);
            made[3].push(world.made("/v1/refunds", &unapplied).await);
            made[4].push(world.made("/v1/items", &format!(r#"{{"name": "Item {count}"}}"#)).await);
            made[5].push(world.made("/v1/tax-rates", &format!(r#"{{"name": "Rate", "percent": {count}}}"#)).await);
            made[6].push(world.customer("Another").await);
        }
        let paths = [
            "/v1/invoices", "/v1/payments", "/v1/credit-notes", "/v1/refunds", "/v1/items", "/v1/tax-rates", "/v1/customers",
        ];
        for (path, made) in paths.iter().zip(&mut made) {
            let pages = walk(&world, path, 2).await;
            assert_eq!(pages.iter().map(Vec::len).max(), Some(2), "{path}");
            let mut found = pages.concat();
            found.sort();
            made.sort();
            assert_eq!(found, *made, "{path}");
        }
        // A list whose last page is full ends without an empty one.
        assert_eq!(walk(&world, "/v1/items", 5).await.len(), 1);
    }

    async fn invoices_are_filtered(db: Db) {
        let world = World::open(db).await;
        let (one, two) = (world.customer("One").await, world.customer("Two").await);
        let invoice = |customer: &str, more: &str| {
            format!(r#"{{"customer_id": "{customer}", "lines": [{{"name": "Service", "unit_price": "100"}}]{more}}}"#)
        };
        let late = world.made("/v1/invoices", &invoice(&one, r#", "dated_on": "2025-11-01", "external_key": "k-1""#)).await;
        let open = world.made("/v1/invoices", &invoice(&one, r#", "reference": "r 1/2""#)).await;
        let paid = world.made("/v1/invoices", &invoice(&two, r#", "currency": "USD", "number": "N-9""#)).await;
        let draft = world.draft(&two, "5").await;
        for id in [&late, &open, &paid] {
            world.post(&format!("/v1/invoices/{id}/issue"), "{}").await.expect(200);
        }
        world.payment(&two, "100", &[(&paid, "100")]).await;
        world.payment(&one, "40", &[(&late, "40")]).await;
        let gone = world.issued(&two, "7").await;
        world.post(&format!("/v1/invoices/{gone}/void"), "").await.expect(200);

        for (query, expected) in [
            ("status=draft", vec![&draft]),
            ("status=open", vec![&open]),
            ("status=overdue", vec![&late]),
            ("status=partly_paid", vec![&late]),
            ("status=owing", vec![&late, &open]),
            ("status=paid,draft", vec![&paid, &draft]),
            ("status=void", vec![&gone]),
            ("number=N-9", vec![&paid]),
            ("reference=r+1%2F2", vec![&open]),
            ("external_key=k-1", vec![&late]),
            ("dated_from=2025-11-01&dated_to=2025-11-01", vec![&late]),
            ("due_to=2025-12-31", vec![&late]),
            ("due_from=2027-01-01", vec![]),
            ("updated_since=2027-01-01T00:00:00Z", vec![]),
            ("currency=EUR", vec![]),
            ("status=owing&dated_from=2026-01-01", vec![&open]),
        ] {
            let mut found = ids(&world.get(&format!("/v1/invoices?{query}")).await.expect(200));
            let mut expected: Vec<String> = expected.into_iter().cloned().collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{query}");
        }
        let found = ids(&world.get(&format!("/v1/invoices?customer_id={one}")).await.expect(200));
        assert_eq!(found.len(), 2);
        let since = world.get("/v1/invoices?updated_since=2026-01-01T00:00:00%2B01:00").await.expect(200);
        assert_eq!(ids(&since).len(), 5);
    }

    async fn unusable_parameters_are_refused_by_name(db: Db) {
        let world = World::open(db).await;
        for (query, name, code) in [
            ("limit=0", "limit", "invalid_parameter"),
            ("limit=201", "limit", "invalid_parameter"),
            ("limit=", "limit", "invalid_parameter"),
            ("limit=%2B5", "limit", "invalid_parameter"),
            ("limit=5&limit=6", "limit", "repeated_parameter"),
            ("cursor=cus.1", "cursor", "invalid_parameter"),
            ("cursor=", "cursor", "invalid_parameter"),
            ("page=2", "page", "unknown_parameter"),
            ("status=Paid", "status", "invalid_parameter"),
            ("status=", "status", "invalid_parameter"),
            ("customer_id=inv_5", "customer_id", "invalid_parameter"),
            ("number=", "number", "invalid_parameter"),
            ("dated_from=2026-02-30", "dated_from", "invalid_parameter"),
            ("due_to=tomorrow", "due_to", "invalid_parameter"),
            ("updated_since=2026-01-01", "updated_since", "invalid_parameter"),
            ("currency=usd", "currency", "invalid_parameter"),
            ("reference=%ff", "reference", "invalid_parameter"),
        ] {
            let problem = world.get(&format!("/v1/invoices?{query}")).await.expect(400);
            assert_eq!((&problem["code"], &problem["errors"][0]["field"]), (&code.into(), &name.into()), "{problem}");
        }
        let problem = world.get("/v1/events?after=-1").await.expect(400);
        assert_eq!(problem["errors"][0]["field"], "after");
    }
}

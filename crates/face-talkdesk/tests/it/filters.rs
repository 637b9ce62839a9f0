//! Filters, their synonyms, and that links carry them.

use crate::support::{BASE, World, fields, refused};
use face_talkdesk::wire::spell_account;
use testkit::wire::Json;
use testkit::{TestDb, on_both_databases};

const SAMPLE_ACCOUNT: &str = "5ea75fe7aa224700012eae40";

fn total(page: &Json) -> &str {
    page.get("total").text()
}

fn distinct(page: &Json, key: &str) -> Vec<String> {
    let rows = page.get("_embedded").get("invoices").items();
    let mut values: Vec<String> = rows.iter().map(|row| row.get(key).text().to_owned()).collect();
    values.sort();
    values.dedup();
    values
}

on_both_databases! {
    async fn accounts_in_every_spelling(db: TestDb) {
        let world = World::open(&db).await;
        let second = spell_account(world.sample.accounts[1]);
        let one = world.list(&format!("?account_ids={SAMPLE_ACCOUNT}")).await.json();
        assert_eq!(distinct(&one, "account_id"), [SAMPLE_ACCOUNT]);
        let both = world.list(&format!("?account_ids={SAMPLE_ACCOUNT},{second}")).await.json();
        let total_of_both = total(&both).to_owned();
        assert_eq!(distinct(&both, "account_id"), [second.as_str(), SAMPLE_ACCOUNT]);
        for query in [
            format!("?account_ids={SAMPLE_ACCOUNT}&account_ids={second}"),
            format!("?account_id={SAMPLE_ACCOUNT}&account_id={second}"),
            format!("?account_ids[]={SAMPLE_ACCOUNT}&account_ids%5B%5D={second}"),
            format!("?account_ids={SAMPLE_ACCOUNT},%20{second},,{second}"),
            format!("?account_ids={SAMPLE_ACCOUNT}%2C{second}"),
        ] {
            let page = world.list(&query).await.json();
            assert_eq!(total(&page), total_of_both, "{query}");
            let wanted = format!("{BASE}/express/invoices?account_ids={SAMPLE_ACCOUNT}%2C{second}&page=1&per_page=50");
            assert_eq!(page.get("_links").get("self").get("href").text(), wanted, "{query}");
        }
        assert_eq!(total(&world.list("?account_ids=").await.json()), "425");
        // The organization itself was billed nothing; an account means itself, not what is below it.
        let organization = spell_account(world.sample.organization);
        assert_eq!(total(&world.list(&format!("?account_ids={organization}")).await.json()), "0");
        let many: Vec<String> = (0..101).map(|n| format!("a{n}")).collect();
        let reply = world.list(&format!("?account_ids={}", many.join(","))).await;
        assert_eq!((refused(&reply), fields(&reply)), ((400, "0120005".to_owned()), vec!["account_ids".to_owned()]));
    }

    async fn numbers(db: TestDb) {
        let world = World::open(&db).await;
        let page = world.list("?number=INV13098292").await.json();
        assert_eq!((total(&page), distinct(&page, "number")), ("3", vec!["INV13098292".to_owned()]));
        let none = world.list("?number=INV13098292&account_ids=").await.json();
        assert_eq!(total(&none), "3");
        assert_eq!(total(&world.list("?number=inv").await.json()), "0");
        let odd = world.list("?number=a%26b%20%2F%C3%A9%22").await.json();
        let wanted = format!("{BASE}/express/invoices?number=a%26b%20%2F%C3%A9%22&page=1&per_page=50");
        assert_eq!(odd.get("_links").get("self").get("href").text(), wanted);
    }

    async fn dates_include_both_ends(db: TestDb) {
        let world = World::open(&db).await;
        let august = world.list("?from=2024-08-01&to=2024-08-31").await.json();
        assert_eq!(distinct(&august, "date"), ["2024-08-31T00:00:00.000Z"]);
        let count = total(&august).to_owned();
        assert_eq!(count, "27", "five accounts of six lines, the sample's of three");
        for query in [
            "?from=2024-08-31&to=2024-08-31",
            "?start_date=2024-08-31&end_date=2024-08-31",
            "?date_from=2024-08-31&date_to=2024-08-31",
            "?from=2024-08-31T00:00:00.000Z&to=2024-08-31T00:00:00.000Z",
            "?from=2024-08-31&end_date=2024-08-31&unknown=1&page",
        ] {
            let page = world.list(query).await.json();
            assert_eq!(total(&page), count, "{query}");
            let wanted = format!("{BASE}/express/invoices?from=2024-08-31&to=2024-08-31&page=1&per_page=50");
            assert_eq!(page.get("_links").get("self").get("href").text(), wanted, "{query}");
        }
        assert_eq!(total(&world.list("?from=2024-09-01&to=2024-09-29").await.json()), "0");
        for (query, names) in [
            ("?from=yesterday", vec!["from"]),
            ("?end_date=31/08/2024", vec!["to"]),
            ("?from=2024-02-30&to=2024-13-01", vec!["from", "to"]),
            ("?from=2024-09-01&to=2024-08-31", vec!["to"]),
            ("?from=2024-09-01&to=2024-08-31&page=0", vec!["to", "page"]),
        ] {
            let reply = world.list(query).await;
            assert_eq!(refused(&reply), (400, "0120005".to_owned()), "{query}");
            assert_eq!(fields(&reply), names, "{query}");
        }
    }

    async fn links_carry_all_filters(db: TestDb) {
        let world = World::open(&db).await;
        let page = world.list(&format!("?to=2024-12-31&from=2024-06-01&account_id={SAMPLE_ACCOUNT}&per_page=5&x=1")).await.json();
        let carried = format!("account_ids={SAMPLE_ACCOUNT}&from=2024-06-01&to=2024-12-31");
        for (name, number) in [("first", "1"), ("next", "2"), ("self", "1")] {
            let href = page.get("_links").get(name).get("href").text();
            assert_eq!(href, format!("{BASE}/express/invoices?{carried}&page={number}&per_page=5"), "{name}");
        }
        let next = page.get("_links").get("next").get("href").text().replace(BASE, "");
        let second = world.server.get(&next).bearer(&world.token).send().await.json();
        assert_eq!(total(&second), total(&page));
        assert_eq!(distinct(&second, "account_id"), [SAMPLE_ACCOUNT]);
    }
}

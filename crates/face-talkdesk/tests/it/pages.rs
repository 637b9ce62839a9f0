//! The envelope and its links, walked as clients are told to.

use crate::support::{BASE, World, fields, refused};
use face_talkdesk::INVOICES_SCOPE;
use testkit::wire::{Json, assert_prefix};
use testkit::{TestDb, on_both_databases};

/// The page's figures: 425 rows on 9 pages, of which the second is shown.
const ENVELOPE: &str = include_str!("../wire/get_invoices_envelope.json");

fn link<'a>(page: &'a Json, name: &str) -> &'a str {
    page.get("_links").get(name).get("href").text()
}

/// A link as a path on the test's own server.
fn below(link: &str) -> &str {
    link.strip_prefix(BASE).expect("links are absolute")
}

fn ids(page: &Json) -> Vec<String> {
    let rows = page.get("_embedded").get("invoices").items();
    rows.iter().map(|row| row.get("id").text().to_owned()).collect()
}

on_both_databases! {
    async fn page_two_of_nine(db: TestDb) {
        let world = World::open(&db).await;
        let reply = world.list("?page=2&per_page=50").await;
        let rows = reply.expect(200);
        // The sample's figures and links; its rows are one, shown apart.
        let page = reply.json();
        let kept = Json::parse(ENVELOPE);
        for key in ["count", "page", "per_page", "total", "total_pages", "_links"] {
            assert_eq!(page.get(key), kept.get(key), "{key}");
        }
        assert_eq!(page.keys(), kept.keys());
        assert_eq!(page.get("_embedded").keys(), ["invoices"]);
        assert_eq!(ids(&page).len(), 50);
        assert!(ids(&page).contains(&"8f3e643c16671acaf60e8bceddbc1877".to_owned()), "{rows}");
        assert_prefix(r#"{"count":50,"page":1,"per_page":50,"total":425,"total_pages":9}"#, world.list("").await.expect(200));
    }

    async fn following_next_shows_every_row_once(db: TestDb) {
        let world = World::open(&db).await;
        let first = world.list("?per_page=40").await.json();
        let mut path = below(link(&first, "self")).to_owned();
        let (mut rows, mut pages) = (Vec::new(), 0);
        loop {
            let page = world.server.get(&path).bearer(&world.token).send().await.json();
            rows.extend(ids(&page));
            pages += 1;
            assert_eq!(page.get("page").text(), pages.to_string());
            assert_eq!(link(&page, "first"), link(&first, "first"));
            assert_eq!(link(&page, "last"), link(&first, "last"));
            assert_eq!(page.get("_links").has("prev"), pages > 1);
            if !page.get("_links").has("next") {
                assert_eq!(link(&page, "self"), link(&page, "last"));
                break;
            }
            path = below(link(&page, "next")).to_owned();
        }
        assert_eq!((pages, rows.len()), (11, 425));
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), 425);
    }

    async fn pages_that_are_not_there(db: TestDb) {
        let world = World::open(&db).await;
        let behind = world.list("?page=10").await.json();
        assert_eq!((behind.get("count").text(), behind.get("total").text()), ("0", "425"));
        assert_eq!(behind.get("_embedded").get("invoices").items().len(), 0);
        assert_eq!(behind.get("_links").keys(), ["first", "last", "prev", "self"]);
        assert!(link(&behind, "prev").ends_with("?page=9&per_page=50"));
        let far = world.list("?page=9223372036854775807").await.json();
        assert_eq!((far.get("count").text(), far.get("page").text()), ("0", "9223372036854775807"));
        for (query, names) in [
            ("?page=0", vec!["page"]),
            ("?page=-1", vec!["page"]),
            ("?page=one", vec!["page"]),
            ("?page=1.5", vec!["page"]),
            ("?page=9223372036854775808", vec!["page"]),
            ("?per_page=0", vec!["per_page"]),
            ("?page=0&per_page=x", vec!["page", "per_page"]),
        ] {
            let reply = world.list(query).await;
            assert_eq!(refused(&reply), (400, "0120005".to_owned()), "{query}");
            assert_eq!(fields(&reply), names, "{query}");
        }
        world.list("?page=&per_page=").await.expect(200);
    }

    async fn fifty_rows_are_the_most(db: TestDb) {
        let world = World::open(&db).await;
        for (query, per_page, pages) in [("?per_page=51", "50", "9"), ("?per_page=100000", "50", "9"), ("?per_page=7", "7", "61")] {
            let page = world.list(query).await.json();
            assert_eq!((page.get("per_page").text(), page.get("total_pages").text()), (per_page, pages));
            assert_eq!(ids(&page).len().to_string(), per_page);
            assert!(link(&page, "next").ends_with(&format!("?page=2&per_page={per_page}")));
        }
    }

    async fn nothing_is_no_page(db: TestDb) {
        let world = World::open(&db).await;
        let token = world.token_for(Some(world.stranger), &[INVOICES_SCOPE], &[]).await;
        let reply = world.list_as(&token, "").await;
        let href = format!("{BASE}/express/invoices?page=1&per_page=50");
        let wanted = format!(
            r#"{{"count":0,"page":1,"per_page":50,"total":0,"total_pages":0,"_embedded":{{"invoices":[]}},"_links":{{"first":{{"href":"{href}"}},"last":{{"href":"{href}"}},"self":{{"href":"{href}"}}}}}}"#
        );
        assert_eq!((reply.status, reply.body), (200, wanted));
    }

    async fn without_a_configured_url_links_name_the_host_asked(db: TestDb) {
        let world = World::open(&db).await;
        let edge = http_kit::Edge::default();
        let server = testkit::server::TestServer::start(face_talkdesk::router(world.billing.clone(), &edge)).await;
        let page = server.get("/express/invoices?number=INV13098292").bearer(&world.token).send().await.json();
        assert_eq!(link(&page, "self"), server.url("/express/invoices?number=INV13098292&page=1&per_page=50"));
    }
}

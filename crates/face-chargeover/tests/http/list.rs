//! GET `/invoice` and `/invoice/_count`.

use crate::world::{OTHER_TENANT, PARENT, STAFF, World};
use store::Db;
use testkit::wire::{Json, assert_prefix};

const ROW: &str = include_str!("../wire/invoice_list.json");
const BAD_LIMIT: &str = include_str!("../wire/invoice_list_400.json");
const COUNT: &str = include_str!("../wire/invoice_count.json");

/// All that staff see, by our own ids ascending: 2688 is the imported 10010.
const ALL: [&str; 7] = ["10005", "10006", "10007", "10008", "10009", "2688", "10012"];

testkit::on_both_databases! {
    async fn a_page_without_lines(db: Db) {
        let world = World::new(db).await;
        let reply = world.get("/invoice?where=invoice_id:EQUALS:10005&_dummy=1").send().await;
        assert_prefix(ROW, reply.expect(200));
        let json = reply.json();
        let row = &json.get("response").items()[0];
        for name in ["line_items", "schedule", "tags"] {
            assert!(!row.has(name), "{name}");
        }
        // But for those, a list says what the invoice itself says.
        let whole = world.get("/invoice/10005").send().await.json();
        for key in row.keys() {
            assert_eq!(row.get(key), whole.get("response").get(key), "{key}");
        }
    }
}

testkit::on_both_databases! {
    async fn pages_and_orders(db: Db) {
        let world = World::new(db).await;
        let check = async |path: &str, expected: &[&str]| {
            assert_eq!(world.ids(STAFF, path).await, expected, "{path}");
        };
        check("/invoice", &ALL).await;
        check("/invoice%20", &ALL).await;
        check("/invoice/?order=", &ALL).await;
        check("/invoice?limit=2", &ALL[..2]).await;
        check("/invoice?limit=2&offset=5", &ALL[5..]).await;
        check("/invoice?limit=500&offset=7", &[]).await;
        check("/invoice?limit=1&order=invoice_id:DESC", &["10012"]).await;
        check("/invoice?limit=1&order=invoice_date:DESClimit=1?offset=0&where=", &["10006"]).await;
        check("/invoice?order=balance:DESC,date:ASC&limit=2", &["10005", "10007"]).await;
        assert!(world.ids(OTHER_TENANT, "/invoice").await.is_empty());
        assert_eq!(world.ids(PARENT, "/invoice").await, ["10005", "10006", "10008"]);
    }
}

testkit::on_both_databases! {
    async fn filters(db: Db) {
        let world = World::new(db).await;
        let check = async |clauses: &str, expected: &[&str]| {
            let found = world.ids(STAFF, &format!("/invoice?where={clauses}")).await;
            assert_eq!(found, expected, "{clauses}");
            let reply = world.get(&format!("/invoice/_count?where={clauses}")).send().await;
            let json = Json::parse(reply.expect(200));
            assert_eq!(json.get("response"), &Json::Number(expected.len().to_string()), "{clauses}");
        };
        check("", &ALL).await;
        // Ids, imported ones by their vendor's spelling.
        check("invoice_id:EQUALS:2688", &["2688"]).await;
        check("invoice_id:EQUALS:99", &[]).await;
        check("invoice_id:EQUALS:abc", &[]).await;
        check("invoice_id:NOTEQUALS:abc,invoice_id:LT:10006", &["10005"]).await;
        check("invoice_id:GT:10009", &["2688", "10012"]).await;
        check("invoice_id:IS:NULL", &[]).await;
        check("customer_id:EQUALS:44", &["10005", "10006"]).await;
        check("customer_id:EQUALS:9001", &["10009", "2688", "10012"]).await;
        check("customer_id:NOTEQUALS:9001,customer_id:NOTEQUALS:44", &["10007", "10008"]).await;
        check("line_items.item_id:EQUALS:31", &["10005"]).await;
        check("line_items.item_id:EQUALS:12", &["10005"]).await;
        check("line_items.item_id:NOTEQUALS:31,invoice_id:LTE:10006", &["10006"]).await;
        check("line_items.item_id:ISNOT:NULL", &["10005"]).await;
        check("transaction.transaction_id:EQUALS:77", &["10005"]).await;
        check("transaction.transaction_id:EQUALS:78", &[]).await;
        // Text, with commas escaped and percent-encoded as PHP does.
        check("refnumber:EQUALS:10005", &["10005"]).await;
        check("refnumber%3AEQUALS%3AA%5C%2C9", &["2688"]).await;
        check("refnumber:EQUALS:OLD-5", &["10012"]).await;
        check("refnumber:NOTEQUALS:OLD-5,customer_id:EQUALS:9001", &["10009", "2688"]).await;
        check("refnumber:CONTAINS:1000,invoice_id:LT:10007", &["10005", "10006"]).await;
        check("token:EQUALS:token0010006", &["10006"]).await;
        check("bill_state:EQUALS:CT,bill_country:CONTAINS:united", &["10005"]).await;
        check("bill_state:IS:NULL,customer_id:EQUALS:44", &["10006"]).await;
        check("ship_state:ISNOT:NULL", &[]).await;
        check("custom_1:EQUALS:Smith%5C,+John", &["10005"]).await;
        check("custom_20:ISNOT:NULL", &["10005"]).await;
        check("custom_20:IS:NULL,customer_id:EQUALS:44", &["10006"]).await;
        check("custom_2:EQUALS:last", &[]).await;
        check("line_items.custom_3:CONTAINS:rack", &["10005"]).await;
        // Statuses.
        check("invoice_status_str:EQUALS:open-overdue", &["10005"]).await;
        check("invoice_status_str:EQUALS:open-unpaid", &["10006"]).await;
        check("invoice_status_str:EQUALS:open-unapproved", &["10007", "10008", "10012"]).await;
        check("invoice_status_str:EQUALS:open-collections", &[]).await;
        check("invoice_status_state:EQUALS:c", &["10009", "2688"]).await;
        check("invoice_status_state:NOTEQUALS:o", &["10009", "2688"]).await;
        // Days and seconds, the latter on New York's clocks.
        check("date:GTE:2026-11-20", &["10006"]).await;
        check("date:EQUALS:2026-10-05,customer_id:EQUALS:44", &["10005"]).await;
        check("write_datetime:EQUALS:2026-10-05+12:30:15", &ALL).await;
        check("write_datetime:GT:2026-10-05+12:30:15", &[]).await;
        check("write_datetime:NOTEQUALS:2026-10-05+12:30:15", &[]).await;
        check("mod_datetime:GTE:2026-11-21+23:51:03,mod_datetime:LT:2026-11-21+23:51:04", &ALL).await;
        check("currency_id:EQUALS:978", &["10006"]).await;
        // What nothing has.
        check("package_id:EQUALS:5", &[]).await;
        check("package_id:IS:NULL", &ALL).await;
        check("quote.quote_id:NOTEQUALS:5,invoice_index:IS:NULL", &ALL).await;
        check("line_items.item.categories.item_category_id:EQUALS:1", &[]).await;
    }
}

/// Writes the clause with this number.
type Clause = fn(usize) -> String;

testkit::on_both_databases! {
    async fn many_conditions(db: Db) {
        let world = World::new(db).await;
        // Each kind of clause with the conditions it makes of the store's 21, and of 24 clauses at most.
        let kinds: [(Clause, usize); 3] = [
            (|at| format!("invoice_id:LT:{}", 20_000 + at), 1),
            (|at| format!("refnumber:NOTEQUALS:{at}"), 2),
            (|at| format!("write_datetime:NOTEQUALS:2020-01-01%2000:00:{at:02}"), 1),
        ];
        for (clause, conditions) in kinds {
            for count in [1, 10, 11, 21, 22, 24, 25, 40] {
                let clauses: Vec<String> = (0..count).map(clause).collect();
                let status = if count * conditions <= 21 { 200 } else { 400 };
                let path = format!("/invoice?where={}", clauses.join(","));
                world.get_as(PARENT, &path).send().await.expect(status);
            }
        }
        // The same clause again asks for nothing more.
        let path = format!("/invoice?where={}", vec!["customer_id:EQUALS:44"; 24].join(","));
        assert_eq!(world.ids(STAFF, &path).await, ["10005", "10006"]);
        let most: Vec<String> = (1..=21).map(|at| format!("invoice_id:LT:{}", 20_000 + at)).collect();
        let path = format!("/invoice?where={}", most.join(","));
        assert_eq!(world.ids(PARENT, &path).await, ["10005", "10006", "10008"]);
    }
}

testkit::on_both_databases! {
    async fn the_count(db: Db) {
        let world = World::new(db).await;
        let reply = world.get("/invoice/_count?where=customer_id:EQUALS:44").send().await;
        assert_eq!(reply.expect(200), COUNT.trim_end());
        let reply = world.get_as(PARENT, "/invoice/_count").send().await;
        assert_eq!(reply.json().get("response").text(), "3");
    }
}

testkit::on_both_databases! {
    async fn what_cannot_be_asked(db: Db) {
        let world = World::new(db).await;
        let reply = world.get("/invoice?limit=501").send().await;
        assert_eq!(reply.expect(400), BAD_LIMIT.trim_end());
        for (query, words) in [
            ("limit=0", "limit"),
            ("limit=x", "limit"),
            ("offset=-1", "offset"),
            ("order=secret:ASC", "secret"),
            ("order=date:UP", "UP"),
            ("where=secret:EQUALS:1", "secret"),
            ("where=date:LIKE:1", "LIKE"),
            ("where=nonsense", "nonsense"),
            ("where=date:EQUALS:soon", "soon"),
            ("where=invoice_id:GT:x", "invoice_id"),
            ("where=invoice_id:CONTAINS:1", "CONTAINS"),
            ("where=custom_1:CONTAINS:50%", "where"),
            ("where=token:EQUALS:%ff", "where"),
        ] {
            let reply = world.get(&format!("/invoice?{query}")).send().await;
            let json = Json::parse(reply.expect(400));
            let message = json.get("message").text();
            assert!(message.starts_with("Missing or invalid parameter: ") && message.contains(words), "{message}");
            assert_eq!(json.get("response"), &Json::Null);
        }
        world.get("/invoice/_count?where=secret:EQUALS:1").send().await.expect(400);
    }
}

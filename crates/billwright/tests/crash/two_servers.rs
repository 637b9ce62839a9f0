//! Two servers on one PostgreSQL: numbers without gap or double, and payments that race for one invoice.

use super::site;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use testkit::drive::database::Database;
use testkit::drive::workload::{Seller, all, id_of};
use testkit::drive::{Reply, Serving, Site, size};

/// Books, and two servers that write to them.
struct Twins {
    site: Site,
    seller: Seller,
    customer: String,
    servers: [Serving; 2],
    _directory: tempfile::TempDir,
    _database: Database,
}

impl Twins {
    fn start() -> Twins {
        let database = Database::new();
        let (directory, site) = site();
        let site = site.on_postgres(database.url());
        let seller = Seller::found(&site);
        let servers = [site.serve(), site.serve()];
        let customer = seller.customer(&mut seller.client(servers[0].address()), "both");
        Twins { site, seller, customer, servers, _directory: directory, _database: database }
    }

    fn addresses(&self) -> [SocketAddr; 2] {
        self.servers.each_ref().map(Serving::address)
    }

    /// Sends writes through both servers at once, with so many clients each, and gives all answers.
    fn race(&self, clients: usize, writes: Vec<(String, String, String)>) -> Vec<Reply> {
        let per_client = writes.len().div_ceil(clients * 2).max(1);
        std::thread::scope(|scope| {
            let running: Vec<_> = writes
                .chunks(per_client)
                .enumerate()
                .map(|(at, mine)| {
                    let mut client = self.seller.client(self.addresses()[at % 2]);
                    scope.spawn(move || {
                        mine.iter().map(|(path, key, body)| patiently(&mut client, path, key, body)).collect::<Vec<_>>()
                    })
                })
                .collect();
            running.into_iter().flat_map(|client| client.join().expect("a client does not panic")).collect()
        })
    }
}

/// Tries again while the server is too busy, as its Retry-After asks for.
fn patiently(client: &mut testkit::drive::Client, path: &str, key: &str, body: &str) -> Reply {
    for _ in 0..200 {
        let reply = client.post(path, key, body).expect("the server answers");
        if reply.status != 503 {
            return reply;
        }
        assert!(reply.header("retry-after").is_some(), "{}", reply.text());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{path} stays too busy");
}

/// Makes and issues one invoice.
const ISSUE: &str = "/v1/invoices/bulk";

fn invoice_body(customer: &str, price: &str, reference: &str) -> String {
    let lines = [json!({"name": "Seat", "quantity": "1", "unit_price": price})];
    let invoice = json!({"customer_id": customer, "reference": reference, "lines": lines});
    json!({"invoices": [invoice]}).to_string()
}

#[test]
fn numbers_have_no_gap_and_no_double() {
    let count = size("BILLWRIGHT_NUMBERS", 100);
    let twins = Twins::start();
    let writes = (0..count)
        .map(|at| {
            let key = format!("n{at}");
            (ISSUE.to_owned(), key.clone(), invoice_body(&twins.customer, "10.00", &key))
        })
        .collect();
    let replies = twins.race(4, writes);
    assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
    assert_eq!(replies.len(), count);
    let mut client = twins.seller.client(twins.addresses()[1]);
    let kept = all(&mut client, "/v1/invoices").expect("a list");
    assert_eq!(kept.len(), count);
    let mut numbers: BTreeMap<u64, usize> = BTreeMap::new();
    for invoice in &kept {
        *numbers.entry(number_of(invoice)).or_default() += 1;
    }
    assert!(numbers.values().all(|times| *times == 1), "a number is given twice");
    let (first, last) = (*numbers.keys().next().expect("a number"), *numbers.keys().last().expect("a number"));
    assert_eq!(last - first + 1, count as u64, "the numbers {first} to {last} have a gap");
    twins.site.audit().expect("the books are sound");
}

/// The digits at the end of an invoice's number.
fn number_of(invoice: &serde_json::Value) -> u64 {
    let number = invoice["number"].as_str().unwrap_or_else(|| panic!("an issued invoice has a number: {invoice}"));
    let digits = number.trim_start_matches(|c: char| !c.is_ascii_digit());
    let digits = digits.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or(digits);
    digits.parse().unwrap_or_else(|_| panic!("{number} ends with digits"))
}

#[test]
fn racing_payments_never_pay_twice() {
    let twins = Twins::start();
    let mut client = twins.seller.client(twins.addresses()[0]);
    for round in 0..size("BILLWRIGHT_NUMBERS", 100).div_ceil(100) {
        // 100.00 owed, twelve payments of 30.00 that must each be applied whole: three fit.
        let body = invoice_body(&twins.customer, "100.00", &format!("owed-{round}"));
        let made = client.post(ISSUE, &format!("owed-{round}"), &body).expect("the server answers");
        assert_eq!(made.status, 201, "{}", made.text());
        let invoice = id_of(&made.json()["data"][0]);
        let writes = (0..12)
            .map(|at| {
                let rows = [json!({"invoice_id": invoice, "amount": "30.00"})];
                let body = json!({"customer_id": twins.customer, "amount": "30.00", "applications": rows});
                ("/v1/payments".to_owned(), format!("p{round}-{at}"), body.to_string())
            })
            .collect();
        let replies = twins.race(3, writes);
        let paid = replies.iter().filter(|reply| reply.is_success()).count();
        let refused: Vec<&Reply> = replies.iter().filter(|reply| !reply.is_success()).collect();
        assert_eq!((paid, refused.len()), (3, 9), "{replies:?}");
        for reply in refused {
            assert_eq!(reply.json()["code"], "exceeds_balance", "{}", reply.text());
        }
        let read = client.get(&format!("/v1/invoices/{invoice}")).expect("the server answers").json();
        assert_eq!(read["balance"], "10.00", "{read}");
    }
    twins.site.audit().expect("the books are sound");
}

#[test]
fn one_key_at_both_servers_is_one_write() {
    let twins = Twins::start();
    for round in 0..5 {
        let key = format!("same-{round}");
        let body = invoice_body(&twins.customer, "5.00", &key);
        let writes = (0..8).map(|_| (ISSUE.to_owned(), key.clone(), body.clone())).collect();
        let replies = twins.race(4, writes);
        assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
        assert!(replies.iter().all(|reply| reply.body == replies[0].body), "{replies:?}");
    }
    let mut client = twins.seller.client(twins.addresses()[0]);
    assert_eq!(all(&mut client, "/v1/invoices").expect("a list").len(), 5);
}

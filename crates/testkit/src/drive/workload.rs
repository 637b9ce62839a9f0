//! Clients that write all kinds of changes at once, and the book-keeping of what they were promised.
//!
//! Each [`Hand`] is one client: it makes up one write after the other, each under an idempotency key of its own, and
//! notes what was answered. A write whose answer did not come is kept and sent again, with the same key, before
//! anything else. At the end [`check_replays`] and [`check_census`] hold the promises against the books.

mod census;
mod hand;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::drive::{Client, Reply, Site};

pub use census::{all, check_census};
pub use hand::{Hand, Kind, Write};

/// A seller that can be written to.
#[derive(Clone, Debug)]
pub struct Seller {
    pub tenant: String,
    /// A native credential of its staff.
    pub token: String,
}

impl Seller {
    /// Makes the database, a tenant with a legal entity and a credential. No server may run.
    pub fn found(site: &Site) -> Seller {
        let migrated = site.run(&["db", "migrate"]);
        assert_eq!(migrated.exit, Some(0), "{}{}", migrated.stdout, migrated.stderr);
        let tenant = site.create_tenant("Acme Ltd", "EUR");
        let credential = site.create_credential("native", &["--tenant", &tenant]);
        let token = credential["token"].as_str().unwrap_or_else(|| panic!("a credential has a token: {credential}"));
        Seller { tenant, token: token.to_owned() }
    }

    pub fn client(&self, address: SocketAddr) -> Client {
        Client::new(address).bearer(&self.token)
    }

    /// Makes a customer.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn customer(&self, client: &mut Client, name: &str) -> String {
        let body = json!({"display_name": name}).to_string();
        let made = client.post("/v1/customers", &format!("customer-{name}"), &body).expect("the server answers");
        assert_eq!(made.status, 201, "{}", made.text());
        id_of(&made.json())
    }

    /// Clients with two customers each, and one that all of them share.
    pub fn hands(&self, address: SocketAddr, count: usize, seed: u64) -> Vec<Hand> {
        let mut client = self.client(address);
        let shared = self.customer(&mut client, "shared");
        (0..count)
            .map(|at| {
                let own = ["a", "b"].map(|name| self.customer(&mut client, &format!("hand-{at}-{name}")));
                Hand::new(format!("h{at}"), vec![own[0].clone(), own[1].clone(), shared.clone()], seed + at as u64)
            })
            .collect()
    }
}

/// The id of an object.
#[track_caller]
pub fn id_of(object: &Value) -> String {
    object["id"].as_str().unwrap_or_else(|| panic!("no id: {object}")).to_owned()
}

/// A write that was answered with a 2xx.
#[derive(Clone, Debug)]
pub struct Promise {
    pub write: Write,
    pub reply: Reply,
    /// What `observe` said right after the answer had come.
    pub observed: u64,
}

/// How a round of writing ended for one hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop.
    Stopped,
    /// The connection broke: the server is gone.
    Broken,
    /// The disk is full.
    Full,
}

/// Lets all hands write until `stop`, or until their server is gone or full. `observe` is asked after every success.
pub fn write_at_once(
    seller: &Seller,
    servers: &[SocketAddr],
    hands: &mut [Hand],
    stop: &AtomicBool,
    observe: &(dyn Fn() -> u64 + Sync),
) -> Vec<Ended> {
    thread::scope(|scope| {
        let running: Vec<_> = hands
            .iter_mut()
            .enumerate()
            .map(|(at, hand)| {
                let mut client = seller.client(servers[at % servers.len()]);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        if let Err(ended) = hand.write(&mut client, observe) {
                            return ended;
                        }
                    }
                    Ended::Stopped
                })
            })
            .collect();
        running.into_iter().map(|hand| hand.join().expect("a hand does not panic")).collect()
    })
}

/// Sends again what nobody answered.
///
/// # Panics
/// When the server does not answer now either.
pub fn resolve(seller: &Seller, address: SocketAddr, hands: &mut [Hand]) {
    let mut client = seller.client(address);
    for hand in hands {
        while hand.has_pending() {
            let written = hand.write(&mut client, &|| 0);
            assert_eq!(written, Ok(()), "{}: the retry of {:?}", hand.name, hand.pending());
        }
    }
}

/// Checks that promised writes are there: the object can be read, and the same request under the same key gets the
/// same bytes.
///
/// # Errors
/// What is missing or other than promised.
pub fn check_replays<'p>(
    seller: &Seller,
    address: SocketAddr,
    promises: impl IntoIterator<Item = &'p Promise>,
) -> Result<usize, String> {
    let mut client = seller.client(address);
    let mut checked = 0;
    for promise in promises {
        let write = &promise.write;
        if let Some(path) = made_at(promise) {
            let read = client.get(&path).map_err(|error| format!("{path}: {error}"))?;
            if read.status != 200 {
                return Err(format!("{path} of {} is {}: {}", write.key, read.status, read.text()));
            }
        }
        let again = write.send(&mut client).map_err(|error| format!("{}: {error}", write.key))?;
        if (again.status, &again.body) != (promise.reply.status, &promise.reply.body) {
            return Err(format!(
                "{} {} was answered with {} {} and is now answered with {} {}",
                write.key,
                write.path,
                promise.reply.status,
                promise.reply.text(),
                again.status,
                again.text()
            ));
        }
        checked += 1;
    }
    Ok(checked)
}

/// Where an object that was made can be read.
fn made_at(promise: &Promise) -> Option<String> {
    if let Some(location) = promise.reply.header("location") {
        let path =
            location.split_once("://").map_or(location, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        return Some(path.to_owned());
    }
    (promise.write.kind == Kind::Invoices).then(|| format!("/v1/invoices/{}", id_of(&promise.reply.json()["data"][0])))
}

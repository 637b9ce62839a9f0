//! Holds everything in the books against everything that was promised.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;

use super::{Hand, Kind, Seller};
use crate::drive::Client;

/// Checks that what was made is exactly what was promised: nothing is missing, nothing is there twice, and nothing is
/// there that nobody was told of. No write may be pending.
///
/// # Errors
/// The first difference.
pub fn check_census(seller: &Seller, address: SocketAddr, hands: &[Hand]) -> Result<usize, String> {
    let mut client = seller.client(address);
    let mut seen = 0;
    for (kinds, path) in [
        (&[Kind::Invoices, Kind::Draft][..], "/v1/invoices"),
        (&[Kind::Payment], "/v1/payments"),
        (&[Kind::CreditNote], "/v1/credit-notes"),
    ] {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for object in all(&mut client, path)? {
            let reference = object["reference"].as_str().ok_or_else(|| format!("{path}: no reference: {object}"))?;
            *found.entry(reference.to_owned()).or_default() += 1;
        }
        let promises = hands.iter().flat_map(|hand| &hand.promises);
        let made =
            promises.filter(|promise| kinds.contains(&promise.write.kind)).flat_map(|promise| &promise.write.makes);
        for reference in made {
            match found.remove(reference) {
                Some(1) => seen += 1,
                Some(times) => return Err(format!("{path}: {reference} is there {times} times")),
                None => return Err(format!("{path}: {reference} was promised and is not there")),
            }
        }
        if let Some(reference) = found.keys().next() {
            return Err(format!("{path}: {reference} is there and nobody was told of it"));
        }
    }
    Ok(seen)
}

/// Every row of a list.
///
/// # Errors
/// When a page cannot be read.
pub fn all(client: &mut Client, path: &str) -> Result<Vec<Value>, String> {
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = match &cursor {
            None => format!("{path}?limit=200"),
            Some(cursor) => format!("{path}?limit=200&cursor={cursor}"),
        };
        let reply = client.get(&page).map_err(|error| format!("{page}: {error}"))?;
        if reply.status != 200 {
            return Err(format!("{page}: {} {}", reply.status, reply.text()));
        }
        let mut body = reply.json();
        let Value::Array(data) = body["data"].take() else { return Err(format!("{page}: no data")) };
        rows.extend(data);
        match body["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(rows),
        }
    }
}

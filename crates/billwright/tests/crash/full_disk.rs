//! A full disk: writers get 507, nothing is durable without its 2xx and no 2xx is lost, reads go on, and with more
//! room everything works again.

use super::{WITH_FAILPOINTS, site};
use std::sync::atomic::AtomicBool;
use testkit::drive::workload::{Ended, Seller, check_census, check_replays, resolve, write_at_once};
use testkit::drive::{seed, size};

#[test]
fn a_full_disk_loses_nothing_and_recovers() {
    let (directory, site) = site();
    let seller = Seller::found(&site);
    let server = site.serve();
    let mut hands = seller.hands(server.address(), 6, seed());
    server.stop();
    let database = site.data_dir().join("billwright.db");
    let pages = std::fs::metadata(&database).expect("the database is there").len() / 4096;
    let rounds = size("BILLWRIGHT_KILLS", 5).div_ceil(10).min(10) as u64;
    for round in 1..=rounds {
        // Room for some writes of each round, but not for many.
        let limit = (pages + round * 120).to_string();
        let small = site.clone().run_by(WITH_FAILPOINTS).with("BILLWRIGHT_TEST_MAX_PAGES", &limit).flag("--test-clock");
        let server = small.serve();
        let address = server.address();
        let ended = write_at_once(&seller, &[address], &mut hands, &AtomicBool::new(false), &|| 0);
        assert_eq!(ended, [Ended::Full; 6], "{}", server.log());
        // Every hand has one write that was refused for want of room. None of them is there, nothing else is missing.
        assert!(hands.iter().all(testkit::drive::workload::Hand::has_pending));
        let objects = check_census(&seller, address, &hands).expect("the books hold what was promised");
        let mut client = seller.client(address);
        assert_eq!(client.get("/readyz").expect("the server answers").status, 200);
        drop(server);
        site.audit().expect("the books are sound");
        println!("round {round}: full at {limit} pages with {objects} objects");
    }
    let server = site.serve();
    resolve(&seller, server.address(), &mut hands);
    check_replays(&seller, server.address(), hands.iter().flat_map(|hand| &hand.promises)).expect("no promise is lost");
    check_census(&seller, server.address(), &hands).expect("each retry had one effect");
    server.stop();
    site.audit().expect("the books are sound");
    drop(directory);
}

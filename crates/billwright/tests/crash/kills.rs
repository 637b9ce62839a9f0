//! kill -9 while clients write all kinds of changes: every 2xx stays true, and every retry has exactly one effect.

use super::site;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::drive::database::Database;
use testkit::drive::workload::{Ended, Hand, Promise, Seller, check_census, check_replays, resolve, write_at_once};
use testkit::drive::{Site, seed, size};

const HANDS: usize = 6;

/// So many kills happen to one set of books; then new ones are begun, so that audits stay short.
const PER_BOOKS: usize = 20;

#[test]
fn acknowledged_writes_survive_kills_on_sqlite() {
    let mut left = size("BILLWRIGHT_KILLS", 5);
    while left > 0 {
        let kills = left.min(PER_BOOKS);
        let (directory, site) = site();
        cycle(&site, kills, &|site| site.audit().expect("the books are sound"));
        drop(directory);
        left -= kills;
    }
}

#[test]
fn acknowledged_writes_survive_kills_on_postgres() {
    let kills = size("BILLWRIGHT_KILLS", 5).div_ceil(5).min(PER_BOOKS);
    let database = Database::new();
    let (directory, site) = site();
    // The database server stays: it ends the transactions of connections that are gone.
    cycle(&site.on_postgres(database.url()), kills, &|site| site.audit().expect("the books are sound"));
    drop(directory);
}

fn cycle(site: &Site, kills: usize, audit: &dyn Fn(&Site)) {
    let mut random = fastrand::Rng::with_seed(seed());
    let seller = Seller::found(site);
    let server = site.serve();
    let mut hands = seller.hands(server.address(), HANDS, random.u64(..));
    server.stop();
    for kill in 1..=kills {
        let server = site.serve();
        let address = server.address();
        // What the kill left open is sent again before anything new, under its first key.
        resolve(&seller, address, &mut hands);
        let known: Vec<usize> = hands.iter().map(|hand| hand.promises.len()).collect();
        let after = Duration::from_millis(random.u64(50..900));
        let ended = std::thread::scope(|scope| {
            let killer = scope.spawn(move || {
                std::thread::sleep(after);
                server.kill();
            });
            let ended = write_at_once(&seller, &[address], &mut hands, &AtomicBool::new(false), &|| 0);
            killer.join().expect("the killer does not panic");
            ended
        });
        assert!(ended.iter().all(|ended| *ended == Ended::Broken), "{ended:?}");
        audit(site);
        let server = site.serve();
        let fresh = hands.iter().zip(&known).flat_map(|(hand, known)| &hand.promises[*known..]);
        let fresh: Vec<&Promise> = fresh.collect();
        let older = sample(&hands, &known, &mut random);
        let count = fresh.len();
        check_replays(&seller, server.address(), fresh.into_iter().chain(older)).unwrap_or_else(|error| {
            panic!("after kill {kill}: {error}");
        });
        println!("kill {kill} after {after:?}: {count} new promises kept");
        drop(server);
    }
    finish(site, &seller, &mut hands);
}

/// Some promises of earlier rounds.
fn sample<'h>(hands: &'h [Hand], known: &[usize], random: &mut fastrand::Rng) -> Vec<&'h Promise> {
    let earlier = hands.iter().zip(known).flat_map(|(hand, known)| &hand.promises[..*known]);
    let mut earlier: Vec<&Promise> = earlier.collect();
    random.shuffle(&mut earlier);
    earlier.truncate(50);
    earlier
}

/// Everything at once, with nothing open.
fn finish(site: &Site, seller: &Seller, hands: &mut [Hand]) {
    let server = site.serve();
    resolve(seller, server.address(), hands);
    let promises = hands.iter().flat_map(|hand| &hand.promises);
    let kept = check_replays(seller, server.address(), promises).expect("every promise is kept");
    let objects = check_census(seller, server.address(), hands).expect("the books hold what was promised");
    server.stop();
    site.audit().expect("the books are sound");
    let refused: usize = hands.iter().map(|hand| hand.refused.len()).sum();
    println!("{kept} promises kept, {objects} objects, {refused} refused");
    // A load that is mostly refused would prove nothing.
    assert!(kept > 4 * refused, "{kept} writes succeeded, {refused} were refused");
}

/// The harness itself: a load that is stopped leaves nothing open.
#[test]
fn a_stopped_load_leaves_nothing_open() {
    let (directory, site) = site();
    let seller = Seller::found(&site);
    let server = site.serve();
    let mut hands = seller.hands(server.address(), 2, 1);
    let stop = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            stop.store(true, Ordering::Relaxed);
        });
        write_at_once(&seller, &[server.address()], &mut hands, &stop, &|| 0)
    });
    assert_eq!(ended, [Ended::Stopped; 2]);
    drop(server);
    finish(&site, &seller, &mut hands);
    drop(directory);
}

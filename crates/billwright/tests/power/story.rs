//! Records a server under load, cuts the power at many moments, and looks at what is left.

use crate::disk::{Disk, Luck, files_below};
use crate::record::{self, Entry, Log, Operation};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::drive::workload::{Ended, Hand, Promise, Seller, check_replays, write_at_once};
use testkit::drive::{Site, seed, size};

const HANDS: usize = 4;

/// A recorded run: what lay on the disk before it, what was done since, and what was promised.
struct Recording {
    directory: tempfile::TempDir,
    site: Site,
    seller: Seller,
    baseline: PathBuf,
    log: PathBuf,
    hands: Vec<Hand>,
}

impl Recording {
    /// Lets clients write in bursts: between them the server is idle and moves its log into the database. Without
    /// settings it is the real program that is recorded.
    fn make(bursts: usize, settings: &[(&str, &str)], seed: u64) -> Recording {
        let directory = tempfile::tempdir().expect("a temporary directory");
        // The recorder compares absolute paths without links.
        let root = fs::canonicalize(directory.path()).expect("the directory is there");
        let (data, baseline, log) = (root.join("data"), root.join("baseline"), root.join("record"));
        fs::create_dir(&data).expect("a new directory");
        let site = Site::new(env!("CARGO_BIN_EXE_billwright"), &data);
        let seller = Seller::found(&site);
        let server = site.serve();
        let mut hands = seller.hands(server.address(), HANDS, seed);
        server.stop();
        copy(&files_below(&data), &baseline);
        let recorder = record::build(&root);
        let mut recorded = site
            .clone()
            .with("LD_PRELOAD", text(&recorder))
            .with("BILLWRIGHT_TEST_RECORD_DIR", text(&data))
            .with("BILLWRIGHT_TEST_RECORD_LOG", text(&log))
            .flag("--test-clock");
        for (name, value) in settings {
            recorded = recorded.run_by(env!("CARGO_BIN_EXE_billwright-failpoints")).with(name, value);
        }
        let server = recorded.serve();
        for burst in 0..bursts {
            let stop = AtomicBool::new(false);
            let length = Duration::from_millis(150 + 100 * (burst as u64 % 3));
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(length);
                    stop.store(true, Ordering::Relaxed);
                });
                let observe = || fs::metadata(&log).expect("the server is being recorded").len();
                let ended = write_at_once(&seller, &[server.address()], &mut hands, &stop, &observe);
                assert!(ended.iter().all(|ended| *ended == Ended::Stopped), "{ended:?}: {}", server.log());
            });
            // Longer than the writer waits before it calls itself idle.
            std::thread::sleep(Duration::from_millis(250));
        }
        server.kill();
        Recording { site, seller, baseline, log, hands, directory }
    }

    fn promises(&self) -> Vec<&Promise> {
        let mut promises: Vec<&Promise> = self.hands.iter().flat_map(|hand| &hand.promises).collect();
        promises.sort_by_key(|promise| promise.observed);
        promises
    }

    /// The moments at which the power is cut, as lengths of the log, ascending.
    fn cuts(&self, count: usize, random: &mut fastrand::Rng) -> Vec<u64> {
        let promises = self.promises();
        let first = promises.first().expect("something was promised").observed;
        let entries: Vec<(u64, bool)> = Log::open(&self.log)
            .map(|entry| (entry.log_bytes, matches!(entry.operation, Operation::FlushBegan { .. })))
            .filter(|(log_bytes, _)| *log_bytes >= first)
            .collect();
        let flushes: Vec<u64> = entries.iter().filter(|(_, is_flush)| *is_flush).map(|(bytes, _)| *bytes).collect();
        let mut cuts: Vec<u64> = (0..count)
            .map(|_| match random.u8(..4) {
                // Right after a promise: the worst moment for whoever promised too early.
                0 => promises[random.usize(..promises.len())].observed,
                // While a flush runs.
                1 if !flushes.is_empty() => flushes[random.usize(..flushes.len())],
                _ => entries[random.usize(..entries.len())].0,
            })
            .collect();
        cuts.sort_unstable();
        cuts
    }

    /// Cuts the power and judges each image; gives the faults by cut.
    fn cut(&self, cuts: &[u64], lucks: Lucks, random: &mut fastrand::Rng) -> Vec<Result<usize, String>> {
        let mut disk = Disk::new(self.site.data_dir(), &self.baseline);
        let mut cuts = cuts.iter().peekable();
        let mut judged = Vec::new();
        for Entry { operation, log_bytes } in Log::open(&self.log) {
            while let Some(cut) = cuts.next_if(|cut| **cut < log_bytes) {
                judged.push(self.judge(&disk, *cut, lucks(random), random));
            }
            disk.replay(operation);
        }
        for cut in cuts {
            judged.push(self.judge(&disk, *cut, lucks(random), random));
        }
        judged
    }

    fn judge(&self, disk: &Disk, cut: u64, luck: Luck, random: &mut fastrand::Rng) -> Result<usize, String> {
        let image = self.directory.path().join("image");
        copy(&disk.after_a_cut(luck, random), &image);
        let judged = self.judge_image(&image, cut, random);
        fs::remove_dir_all(&image).expect("the image can be removed");
        let at = format!("cut at {cut} ({luck:?}, {} bytes unflushed)", disk.pending_bytes());
        println!("{at}: {judged:?}");
        judged.map_err(|error| format!("{at}: {error}"))
    }

    fn judge_image(&self, image: &Path, cut: u64, random: &mut fastrand::Rng) -> Result<usize, String> {
        let site = self.site.at(image);
        site.audit()?;
        let promises = self.promises();
        let promised = promises.partition_point(|promise| promise.observed <= cut);
        // The last ones are those at risk; of the older ones some are looked at each time.
        let (older, last) = promises[..promised].split_at(promised.saturating_sub(100));
        let older = older.iter().filter(|_| random.u8(..8) == 0).copied();
        let server = site.try_serve()?;
        check_replays(&self.seller, server.address(), older.chain(last.iter().copied()))
    }

    /// What was recorded is all that happened: replayed to its end it gives the files that the server left.
    fn check_complete(&self) {
        let mut disk = Disk::new(self.site.data_dir(), &self.baseline);
        let mut flushes = 0;
        for entry in Log::open(&self.log) {
            flushes += usize::from(matches!(entry.operation, Operation::FlushEnded { .. }));
            disk.replay(entry.operation);
        }
        let replayed = disk.after_a_cut(Luck::Everything, &mut fastrand::Rng::with_seed(0));
        let left = files_below(self.site.data_dir());
        assert!(replayed.keys().eq(left.keys()), "{:?} and {:?}", replayed.keys(), left.keys());
        for (name, bytes) in &left {
            assert!(replayed[name] == *bytes, "{} is not what was recorded", name.display());
        }
        println!("{} promises, {flushes} flushes recorded", self.promises().len());
    }
}

/// How lucky each cut is.
type Lucks = fn(&mut fastrand::Rng) -> Luck;

fn any_luck(random: &mut fastrand::Rng) -> Luck {
    match random.u8(..6) {
        0 => Luck::Nothing,
        1 => Luck::Everything,
        2 | 3 => Luck::Writes(random.u8(..)),
        _ => Luck::Sectors(random.u8(..)),
    }
}

/// For servers that must be found out: much of what was not flushed is gone.
fn bad_luck(random: &mut fastrand::Rng) -> Luck {
    match random.u8(..4) {
        0 | 1 => Luck::Nothing,
        2 => Luck::Writes(random.u8(..160)),
        _ => Luck::Sectors(random.u8(..160)),
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are text")
}

fn copy(files: &BTreeMap<PathBuf, Vec<u8>>, folder: &Path) {
    fs::create_dir_all(folder).expect("a new directory");
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("it lies below the folder")).expect("a new directory");
        fs::write(path, bytes).expect("the file can be written");
    }
}

#[test]
fn acknowledged_writes_survive_power_cuts() {
    let seed = seed();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut left = size("BILLWRIGHT_POWER_CUTS", 10);
    while left > 0 {
        let cuts = left.min(100);
        let recording = Recording::make(6, &[], random.u64(..));
        recording.check_complete();
        let at = recording.cuts(cuts, &mut random);
        let faults: Vec<String> =
            recording.cut(&at, any_luck, &mut random).into_iter().filter_map(Result::err).collect();
        assert!(faults.is_empty(), "{} of {cuts} cuts: {}", faults.len(), faults.join("\n"));
        left -= cuts;
    }
}

/// The check can fail: a server that does not wait for the disk loses what it promised.
#[test]
fn a_server_that_does_not_flush_is_found_out() {
    let mut random = fastrand::Rng::with_seed(seed());
    let cuts = size("BILLWRIGHT_POWER_CUTS", 10).div_ceil(10).max(4);
    let recording = Recording::make(3, &[("BILLWRIGHT_TEST_SYNCHRONOUS", "off")], random.u64(..));
    recording.check_complete();
    let at = recording.cuts(cuts, &mut random);
    let found_out = recording.cut(&at, bad_luck, &mut random).into_iter().filter(Result::is_err).count();
    assert!(found_out * 2 > cuts, "only {found_out} of {cuts} cuts showed that nothing was flushed");
}

/// Half a promise is none: the log is flushed only when it is moved into the database.
#[test]
fn a_server_that_flushes_now_and_then_is_found_out() {
    let mut random = fastrand::Rng::with_seed(seed());
    let cuts = size("BILLWRIGHT_POWER_CUTS", 10).div_ceil(10).max(4);
    let recording = Recording::make(3, &[("BILLWRIGHT_TEST_SYNCHRONOUS", "normal")], random.u64(..));
    recording.check_complete();
    let promises = recording.promises();
    // Right after promises, where the difference shows.
    let mut at: Vec<u64> = (0..cuts).map(|_| promises[random.usize(..promises.len())].observed).collect();
    at.sort_unstable();
    let found_out = recording.cut(&at, bad_luck, &mut random).into_iter().filter(Result::is_err).count();
    assert!(found_out > 0, "none of {cuts} cuts showed that too little was flushed");
}

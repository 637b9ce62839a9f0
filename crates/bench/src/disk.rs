//! What the disk can do: the latency of one fsync, printed beside every figure that depends on it.

use anyhow::Result;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Median of `rounds` appends of 4 KiB, each followed by fdatasync.
pub fn fsync_latency(folder: &Path, rounds: usize) -> Result<Duration> {
    let path = folder.join("fsync-probe");
    let mut file = File::create(&path)?;
    let block = [7_u8; 4096];
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        file.seek(SeekFrom::End(0))?;
        let began = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    std::fs::remove_file(path)?;
    Ok(times[times.len() / 2])
}

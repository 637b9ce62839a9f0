//! Owns the benchmarks. Each prints its reference from the same run, and the ratio to it: absolute figures of a
//! machine say little. Does not own any check: nothing here fails because it was slow.

mod disk;
mod issue;
mod load;
mod memory;
mod payments;
mod read;
mod world;

use clap::Parser;
use std::time::Duration;

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "bench", about = "Benchmarks with their references")]
struct Bench {
    /// Small sizes, to see that they run.
    #[arg(long)]
    smoke: bool,
    /// Invoices in the table, instead of the benchmark's own size.
    #[arg(long)]
    invoices: Option<usize>,
    /// Seconds of load, instead of the benchmark's own.
    #[arg(long)]
    seconds: Option<u64>,
    /// Only this database of a benchmark that has two: sqlite or postgres.
    #[arg(long)]
    database: Option<String>,
    /// One of read, payments, issue, memory; all when left out.
    name: Option<String>,
}

/// How large and how long a benchmark is.
#[derive(Clone, Copy)]
struct Size {
    invoices: usize,
    time: Duration,
}

impl Bench {
    /// The full size, or a small one for a smoke run; the command line wins over both.
    fn size(&self, invoices: usize, seconds: u64) -> Size {
        let (invoices, time) =
            if self.smoke { (400, Duration::from_millis(500)) } else { (invoices, Duration::from_secs(seconds)) };
        Size { invoices: self.invoices.unwrap_or(invoices), time: self.seconds.map_or(time, Duration::from_secs) }
    }
}

fn main() -> anyhow::Result<()> {
    let bench = Bench::parse();
    let wanted = |name: &str| bench.name.as_deref().is_none_or(|only| only == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if wanted("read") {
            read::run(bench.size(200_000, 8), bench.database.as_deref()).await?;
        }
        if wanted("payments") {
            payments::run(bench.size(20_000, 6)).await?;
        }
        if wanted("issue") {
            issue::run(bench.size(20_000, 0)).await?;
        }
        if wanted("memory") {
            memory::run(bench.size(200_000, 8)).await?;
        }
        Ok(())
    })
}

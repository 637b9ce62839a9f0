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

#[derive(Parser)]
#[command(name = "bench", about = "Benchmarks with their references")]
struct Bench {
    /// Small sizes, to see that they run.
    #[arg(long)]
    smoke: bool,
    /// One of read, payments, issue, memory; all when left out.
    name: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let bench = Bench::parse();
    let wanted = |name: &str| bench.name.as_deref().is_none_or(|only| only == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if wanted("read") {
            read::run(bench.smoke).await?;
        }
        if wanted("payments") {
            payments::run(bench.smoke).await?;
        }
        if wanted("issue") {
            issue::run(bench.smoke).await?;
        }
        if wanted("memory") {
            memory::run(bench.smoke).await?;
        }
        Ok(())
    })
}

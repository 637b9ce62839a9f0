//! Owns the house's own checks and how they are run: `cargo xtask check` is what CI runs and what README names.
//! Does not own any test: those live beside the code they test.

mod check;
mod python;
mod schema;
mod tidy;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The house's own checks")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything CI runs: format, clippy, tidy, all tests on both databases, real clients, crash checks, the
    /// OpenAPI check and a smoke run of the benchmarks.
    Check {
        /// The full sizes instead of CI's.
        #[arg(long)]
        full: bool,
        /// Only the steps whose name contains this.
        #[arg(long)]
        only: Option<String>,
    },
    /// File lengths, directions between crates, arithmetic in faces, words that do not belong here.
    Tidy,
    /// Schemathesis over the native OpenAPI document against a running demo.
    Schema {
        /// Over Zoho's own documents instead.
        #[arg(long)]
        zoho: bool,
        /// Examples per operation; CI's size without it.
        #[arg(long)]
        examples: Option<u32>,
    },
    /// Benchmarks, each with its reference from the same run; release build.
    Bench {
        /// Small sizes, to see that they run.
        #[arg(long)]
        smoke: bool,
        /// Only this one.
        name: Option<String>,
    },
}

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    match Xtask::parse().command {
        Command::Check { full, only } => check::run(full, only.as_deref()),
        Command::Tidy => tidy::run(),
        Command::Schema { zoho: false, examples } => schema::native(examples),
        Command::Schema { zoho: true, examples } => schema::zoho(examples),
        Command::Bench { smoke, name } => check::bench(smoke, name.as_deref()),
    }
}

/// The repository's root, from wherever cargo runs us.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/xtask lies two folders below the root")
        .to_owned()
}

//! The steps of `cargo xtask check`, in order, with the minutes each took.

use crate::root;
use anyhow::{Context, Result, bail};
use std::process::Command;
use std::time::{Duration, Instant};

struct Step {
    name: &'static str,
    run: fn(bool) -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "format", run: |_| cargo(&["fmt", "--all", "--check"], &[]) },
    Step { name: "tidy", run: |_| crate::tidy::run() },
    Step { name: "clippy", run: |_| cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[]) },
    Step { name: "build", run: |_| cargo(&["test", "--workspace", "--no-run"], &[]) },
    Step { name: "tests", run: tests },
    Step { name: "clients", run: |_| cargo(&["test", "--package", "face-zoom", "--test", "clients"], &[]) },
    Step { name: "schema", run: crate::schema::check },
    Step { name: "bench smoke", run: |_| bench(true, None) },
];

/// Sizes of the heavy checks: environment variable, CI's size, the full size.
const SIZES: &[(&str, &str, &str)] = &[
    ("BILLWRIGHT_PROPERTY_CASES", "4000", "100000"),
    ("BILLWRIGHT_NUMBERS", "400", "2000"),
    ("BILLWRIGHT_KILLS", "20", "200"),
    ("BILLWRIGHT_RACES", "3", "50"),
    ("BILLWRIGHT_MALFORMED", "2000", "10000"),
    ("BILLWRIGHT_POWER_CUTS", "60", "400"),
];

pub fn run(full: bool, only: Option<&str>) -> Result<()> {
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for step in STEPS.iter().filter(|step| only.is_none_or(|only| step.name.contains(only))) {
        println!("\n=== {}", step.name);
        let began = Instant::now();
        let done = (step.run)(full);
        times.push((step.name, began.elapsed()));
        if let Err(error) = done {
            print_times(&times);
            return Err(error.context(format!("step `{}` failed", step.name)));
        }
    }
    print_times(&times);
    Ok(())
}

fn print_times(times: &[(&str, Duration)]) {
    println!("\nminutes per step:");
    for (name, took) in times {
        let seconds = took.as_secs();
        println!("  {name:<14} {:>3}:{:02}", seconds / 60, seconds % 60);
    }
}

fn tests(full: bool) -> Result<()> {
    let sizes: Vec<(&str, &str)> = SIZES
        .iter()
        .map(|(name, ci, all)| (*name, if full { *all } else { *ci }))
        .filter(|(name, _)| std::env::var_os(name).is_none())
        .collect();
    cargo(&["test", "--workspace", "--no-fail-fast"], &sizes)
}

/// The benchmarks are a program of their own, built for release.
pub fn bench(smoke: bool, name: Option<&str>) -> Result<()> {
    let profile = if smoke { "dev" } else { "release" };
    cargo(&["build", "--profile", profile, "--package", "billwright", "--package", "bench"], &[])?;
    let mut arguments = vec!["run", "--profile", profile, "--package", "bench", "--quiet"];
    arguments.push("--");
    if smoke {
        arguments.push("--smoke");
    }
    arguments.extend(name);
    cargo(&arguments, &[])
}

pub fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    for (name, value) in environment {
        command.env(name, value);
    }
    succeed(&mut command)
}

pub fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if status.success() { Ok(()) } else { bail!("{command:?} ended with {status}") }
}

//! Logs to stderr, as text or as one JSON object per line.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use crate::exit::{Failure, Result};

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Starts logging. `filter` is a level (`info`) or directives (`warn,store=debug`).
pub fn start(filter: &str, format: LogFormat) -> Result<()> {
    let filter = filter_of(filter)?;
    // NO_COLOR with any value but an empty one: https://no-color.org
    let has_color =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(has_color);
    // A second start in one process (tests) keeps the first.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// Reads a filter, so that a wrong one is a usage error and not silence.
pub fn filter_of(text: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(text).map_err(|error| {
        Failure::usage(format!("the log filter {text:?} is not understood: {error}"))
            .todo("use a level (error, warn, info, debug, trace) or directives such as warn,store=debug")
    })
}

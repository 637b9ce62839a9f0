//! Prometheus' text on a listener of its own. The recorder is the process's; its text is made when it is asked for.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http_kit::Answer;
use http_kit::metrics::HTTP_REQUEST_SECONDS;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use store::{Db, Stats};

use crate::exit::{Exit, Failure, Result};

/// Seconds; from an answer out of memory to one that a client gives up on.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How often samples that nobody has scraped are folded, so that memory stays bounded.
const UPKEEP: Duration = Duration::from_secs(5);

/// Puts a recorder in place and describes what is recorded.
pub fn install() -> Result<PrometheusHandle> {
    let broken = |error: metrics_exporter_prometheus::BuildError| {
        Failure::new(Exit::Internal, format!("metrics cannot be recorded: {error}"))
    };
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(HTTP_REQUEST_SECONDS.to_owned()), &BUCKETS)
        .map_err(broken)?
        .install_recorder()
        .map_err(broken)?;
    http_kit::metrics::describe();
    describe_store();
    Ok(handle)
}

/// Keeps the recorder's memory bounded for as long as it is polled.
pub async fn upkeep(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}

/// `GET /metrics`.
pub fn router(handle: PrometheusHandle, db: Db) -> Router {
    Router::new().route("/metrics", get(render)).with_state((handle, db))
}

async fn render(State((handle, db)): State<(PrometheusHandle, Db)>) -> Answer {
    record_store(&db.stats());
    Answer::with_body(200, "text/plain; version=0.0.4; charset=utf-8", handle.render())
}

/// A metric's name, what it says, and where the store has it.
type StoreCounter = (&'static str, &'static str, fn(&Stats) -> u64);

/// The store counts by itself; its counters become metrics when they are asked for.
const STORE: [StoreCounter; 11] = [
    ("store_batches_total", "write transactions committed by the database", |stats| stats.batches),
    ("store_jobs_total", "changes committed; several share one transaction on SQLite", |stats| stats.jobs),
    ("store_jobs_failed_total", "changes refused or failed, and rolled back", |stats| stats.jobs_failed),
    ("store_batches_lost_total", "batches that failed as a whole", |stats| stats.batches_lost),
    ("store_commit_microseconds_total", "time spent in COMMIT", |stats| stats.commit_micros),
    ("store_reads_total", "reads", |stats| stats.reads),
    ("store_busy_total", "calls answered busy", |stats| stats.busy),
    ("store_retries_total", "changes run again after a deadlock or a lost race", |stats| stats.retries),
    ("store_id_blocks_total", "blocks of ids taken", |stats| stats.id_blocks),
    ("store_reprepares_total", "statements that SQLite compiled again", |stats| stats.reprepares),
    ("store_connections_total", "connections to PostgreSQL opened", |stats| stats.connections),
];

fn describe_store() {
    for (name, about, _) in STORE {
        metrics::describe_counter!(name, about);
    }
}

fn record_store(stats: &Stats) {
    for (name, _, read) in STORE {
        metrics::counter!(name).absolute(read(stats));
    }
}

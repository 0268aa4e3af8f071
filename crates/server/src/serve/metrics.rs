//! Prometheus metrics, on a listener of their own.

use crate::config::Config;
use crate::failure::Failed;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use countersign_store_sqlite::SqliteStore;
use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::Arc;

/// Bounds of the buckets of request durations, in seconds: a poll takes about one millisecond.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Begins to count when metrics are asked for; the router serves them.
pub(super) fn start(config: &Config, store: &Arc<SqliteStore>) -> Result<Option<Router>, Failed> {
    if config.settings.metrics_listen.is_none() {
        return Ok(None);
    }
    let broken = |error: &dyn std::fmt::Display| {
        Failed::new(format!("metrics cannot be counted ({error}); please report it"))
    };
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Full("http_request_duration_seconds".to_owned()),
            &SECONDS,
        )
        .map_err(|error| broken(&error))?
        .install_recorder()
        .map_err(|error| broken(&error))?;
    countersign_http::describe_metrics();
    describe();
    gauge!("countersign_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    let store = Arc::clone(store);
    let render = move || {
        std::future::ready((
            [(CONTENT_TYPE, "text/plain; version=0.0.4")],
            render(&recorder, &store),
        ))
    };
    Ok(Some(Router::new().route("/metrics", get(render))))
}

fn describe() {
    describe_gauge!("countersign_info", "The version that runs, always 1.");
    describe_counter!(
        "database_commits_total",
        "Groups of writes that were flushed to disk together."
    );
    describe_counter!("database_writes_total", "Writes in them.");
    describe_counter!(
        "database_rolled_back_total",
        "Writes that met a fault and were undone."
    );
    describe_counter!(
        "database_failed_groups_total",
        "Groups that could not be flushed; nothing of them was kept."
    );
    describe_gauge!("database_file_bytes", Unit::Bytes, "Size of the database file.");
    describe_gauge!("database_wal_bytes", Unit::Bytes, "Size of the write-ahead log.");
}

fn render(recorder: &PrometheusHandle, store: &SqliteStore) -> String {
    let counts = store.counters();
    counter!("database_commits_total").absolute(counts.commits);
    counter!("database_writes_total").absolute(counts.works);
    counter!("database_rolled_back_total").absolute(counts.rolled_back);
    counter!("database_failed_groups_total").absolute(counts.failed_groups);
    match store.stats() {
        Ok(stats) => {
            gauge!("database_file_bytes").set(as_f64(stats.file_bytes));
            gauge!("database_wal_bytes").set(as_f64(stats.wal_bytes));
        }
        Err(error) => tracing::warn!(%error, "the size of the database is not known"),
    }
    recorder.run_upkeep();
    recorder.render()
}

/// Sizes fit the 53 bits that are exact.
#[expect(
    clippy::cast_precision_loss,
    reason = "a size in bytes for a graph; exact up to 8 PiB"
)]
fn as_f64(bytes: u64) -> f64 {
    bytes as f64
}

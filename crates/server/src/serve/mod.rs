//! `countersign serve`: the server, from its configuration to its last finished request.

mod connection;
mod door;
pub(crate) mod log;
mod metrics;
mod notify;
mod signals;
pub(crate) mod tls;
mod workers;

use crate::config::Config;
use crate::data::DataDir;
use crate::failure::Failed;
use crate::open::Opened;
use countersign_http::{AppState, Settings};
use door::{Door, Guests};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tls::Tls;
use tokio_util::sync::CancellationToken;

const EXAMPLES: &str = "\
Examples:
  countersign serve --data ./data
  countersign serve --data ./data --listen 127.0.0.1:0
      Take any free port; the line \"listening on …\" tells which.
  COUNTERSIGN_LOG__FORMAT=json countersign serve --data /var/lib/countersign
Signals: SIGTERM and SIGINT finish what was begun and stop, SIGHUP reads the TLS files again.";

/// How long requests may take to finish after the signal to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Run the provider.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Data directory of the provider
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_DATA")]
    data: PathBuf,
    /// Configuration file [default: countersign.toml in the data directory]
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_CONFIG")]
    config: Option<PathBuf>,
    /// Where to listen, instead of what the configuration says
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// Runs `countersign serve`.
pub(crate) fn run(args: &Args) -> Result<(), Failed> {
    let data = DataDir::new(&args.data);
    let mut config = data.load(args.config.as_deref())?;
    if let Some(listen) = args.listen {
        config.settings.listen = listen;
    }
    log::start(&config.settings.log);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = config.settings.workers {
        runtime.worker_threads(usize::try_from(workers.get()).unwrap_or(1));
    }
    let runtime = runtime.enable_all().build().map_err(|error| {
        Failed::new(format!(
            "the server cannot start its threads ({error}); allow this user more of them"
        ))
    })?;
    let served = runtime.block_on(serve(&data, config));
    // What is still running after the patience is over must not hold the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn serve(data: &DataDir, config: Config) -> Result<(), Failed> {
    let opened = Opened::with(data, config).await?;
    let config = &opened.config;
    let shutdown = CancellationToken::new();
    let metrics = metrics::start(config, &opened.store)?;
    let state = AppState::new(
        Arc::clone(&opened.provider),
        Settings {
            limits: config.http_limits(),
            trusted_proxies: config.trusted_proxies(),
            shutdown: shutdown.clone(),
        },
    );
    let tls = config
        .tls()
        .map(|files| Tls::load(files).map(Arc::new))
        .transpose()?;
    let limits = connection::Limits::from(&config.settings.limits);
    let door = Door::open(
        config.settings.listen,
        tls.clone(),
        countersign_http::router(state),
        limits,
    )
    .await?;
    let metrics_door = match (config.settings.metrics_listen, metrics) {
        (Some(address), Some(router)) => Some(Door::open(address, None, router, limits).await?),
        _ => None,
    };
    let signals = signals::Signals::watch(tls)?;
    announce(config, &door, metrics_door.as_ref());
    let guests = Guests::default();
    let workers = workers::start(&opened.provider, &shutdown);
    for door in std::iter::once(door).chain(metrics_door) {
        guests.spawn(door.serve(guests.clone(), shutdown.clone()));
    }
    notify::tell("READY=1");
    signals.stop().await;
    tracing::info!("stopping: finishing the requests that were begun");
    notify::tell("STOPPING=1");
    shutdown.cancel();
    if !guests.all_left(PATIENCE).await {
        tracing::warn!(
            "some requests did not finish within {} s and are cut off",
            PATIENCE.as_secs()
        );
    }
    workers.finish().await;
    tracing::info!("stopped");
    Ok(())
}

/// What an operator sees first. `listening on …` is for programs too.
fn announce(config: &Config, door: &Door, metrics: Option<&Door>) {
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        issuer = config.host.issuer(),
        "countersign"
    );
    if let Some(metrics) = metrics {
        log::announce(
            &config.settings.log,
            &format!("metrics on {}/metrics", metrics.url()),
        );
    }
    log::announce(&config.settings.log, &format!("listening on {}", door.url()));
}

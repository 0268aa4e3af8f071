//! What has to be done from time to time. A worker that fails says so and goes on.

use countersign_core::approval::expire;
use countersign_core::{Failure, Provider};
use countersign_notify::{Courier, HttpOutbound};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How late a person learns that a request ended, at most.
const EXPIRE: Duration = Duration::from_secs(1);
/// How often what ended long ago is removed.
const SWEEP: Duration = Duration::from_secs(60);
/// How late a rotation that another process ordered is noticed, at most.
const RELOAD_KEYS: Duration = Duration::from_secs(2);

/// How late a push message sets out, at most.
const SEND: Duration = Duration::from_millis(250);

/// The running workers.
pub(super) struct Workers {
    rounds: TaskTracker,
    courier: Arc<Courier>,
}

impl Workers {
    /// Waits until the works that were begun have ended.
    pub(super) async fn finish(self) {
        self.rounds.close();
        self.rounds.wait().await;
        self.courier.finish().await;
    }
}

/// Starts all workers; they end when the server stops.
pub(super) fn start(provider: &Arc<Provider>, shutdown: &CancellationToken) -> Workers {
    let workers = TaskTracker::new();
    let of = |provider: &Arc<Provider>| Arc::clone(provider);
    let expiring = of(provider);
    workers.spawn(repeat(
        "expiry of approvals",
        EXPIRE,
        shutdown.clone(),
        move || {
            let provider = of(&expiring);
            async move { expire::expire_due(&provider).await.map(drop) }
        },
    ));
    let sweeping = of(provider);
    workers.spawn(repeat(
        "sweep of what ended",
        SWEEP,
        shutdown.clone(),
        move || {
            let provider = of(&sweeping);
            async move { expire::sweep(&provider).await.map(drop) }
        },
    ));
    let reloading = of(provider);
    workers.spawn(repeat(
        "reading of the signing keys",
        RELOAD_KEYS,
        shutdown.clone(),
        move || {
            let provider = of(&reloading);
            async move { provider.reload_keys().await }
        },
    ));
    let outbound = HttpOutbound::new(&provider.policy.push);
    let courier = Arc::new(Courier::new(of(provider), Arc::new(outbound)));
    let sending = Arc::clone(&courier);
    workers.spawn(repeat(
        "sending of push messages",
        SEND,
        shutdown.clone(),
        move || {
            let courier = Arc::clone(&sending);
            async move { courier.send_due().await.map(drop) }
        },
    ));
    Workers {
        rounds: workers,
        courier,
    }
}

async fn repeat<W, F>(name: &'static str, every: Duration, shutdown: CancellationToken, mut work: W)
where
    W: FnMut() -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        // A full disk fails every second: it is told when it begins and when it ends.
        match work().await {
            Ok(()) if failing => {
                failing = false;
                tracing::info!(worker = name, "works again");
            }
            Ok(()) => {}
            Err(error) if !failing => {
                failing = true;
                tracing::error!(worker = name, %error, "failed; tried again until it works");
            }
            Err(_) => {}
        }
    }
}

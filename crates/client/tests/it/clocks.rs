//! A clock that stands still until somebody moves it: a pause moves it, and takes no time.

use async_trait::async_trait;
use countersign_client::Clock;
use jiff::Timestamp;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// 2026-11-21 09:00:00 UTC.
pub(crate) const BEGINNING: i64 = 1_795_251_600;

/// The clock of a test with a provider of its own.
pub(crate) struct ManualClock {
    now: Mutex<Timestamp>,
    pauses: Mutex<Vec<Duration>>,
}

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(Timestamp::from_second(BEGINNING).unwrap()),
            pauses: Mutex::default(),
        })
    }

    pub(crate) fn advance(&self, seconds: u64) {
        *self.now.lock().unwrap() += Duration::from_secs(seconds);
    }

    /// The pauses that were made so far.
    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, pause: Duration) {
        self.pauses.lock().unwrap().push(pause);
        *self.now.lock().unwrap() += pause;
        tokio::task::yield_now().await;
    }
}

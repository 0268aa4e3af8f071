//! Clocks that stand still until somebody moves them: a pause moves them, and takes no time.

use async_trait::async_trait;
use countersign_client::Clock;
use countersign_core::time::Clock as _;
use countersign_testkit::TestClock;
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

/// The clock of a real provider, seen from a client whose own clock is wrong by some seconds.
pub(crate) struct WorldClock {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) off_by: i64,
}

#[async_trait]
impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock.now().millis() + self.off_by * 1000).unwrap()
    }

    async fn sleep(&self, pause: Duration) {
        self.clock.advance(pause);
        tokio::task::yield_now().await;
    }
}

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_jose::hash;
use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

/// CIBA Core §7.3: what holds when the provider names no interval.
pub(crate) const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
/// CIBA Core §11: by how much `slow_down` widens it.
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// The longest interval that is kept to; a provider cannot put a sign-in to sleep.
const MAX_INTERVAL: Duration = Duration::from_secs(300);
/// How long a sign-in is remembered that another instance of the service began.
const UNKNOWN_LIFE: Duration = Duration::from_secs(600);
/// How many sign-ins are remembered. One more forgets those that have ended; when all live, the new one is paced with
/// the default.
const MAX_REMEMBERED: usize = 65_536;

/// How many waiters look at the same moment. Against a slow provider the others wait for their turn: thousands of open
/// connections would cost both sides more than they bring.
const MAX_LOOKING: usize = 256;

/// The interval of every sign-in that waits, so that a front end that only brings an `auth_req_id` is told the right one.
pub(crate) struct Pace {
    waiting: Mutex<HashMap<[u8; 32], Waiting>>,
    turns: Semaphore,
}

struct Waiting {
    interval: Duration,
    until: Timestamp,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            turns: Semaphore::new(MAX_LOOKING),
        }
    }
}

impl Pace {
    /// Waits for the turn of one look, which lasts until the permit is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    pub(crate) fn remember(&self, auth_req_id: &str, interval: Duration, now: Timestamp, until: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MAX_REMEMBERED {
            waiting.retain(|_, entry| entry.until > now);
        }
        if waiting.len() < MAX_REMEMBERED {
            waiting.insert(key(auth_req_id), Waiting { interval, until });
        }
    }

    pub(crate) fn interval(&self, auth_req_id: &str) -> Duration {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting
            .get(&key(auth_req_id))
            .map_or(DEFAULT_INTERVAL, |entry| entry.interval)
    }

    /// `slow_down`: this request is asked less often from now on.
    pub(crate) fn widen(&self, auth_req_id: &str, now: Timestamp) -> Duration {
        let interval = (self.interval(auth_req_id) + SLOW_DOWN).min(MAX_INTERVAL);
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let until = waiting
            .get(&key(auth_req_id))
            .map_or(now + UNKNOWN_LIFE, |entry| entry.until);
        drop(waiting);
        self.remember(auth_req_id, interval, now, until);
        interval
    }

    pub(crate) fn forget(&self, auth_req_id: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.remove(&key(auth_req_id));
    }
}

/// The interval that an answer names, kept within reason.
pub(crate) fn interval_of(seconds: Option<u64>) -> Duration {
    seconds.map_or(DEFAULT_INTERVAL, |seconds| {
        Duration::from_secs(seconds).clamp(Duration::from_secs(1), MAX_INTERVAL)
    })
}

/// A digest: what is remembered for long is no secret.
fn key(auth_req_id: &str) -> [u8; 32] {
    hash::sha256(auth_req_id.as_bytes())
}

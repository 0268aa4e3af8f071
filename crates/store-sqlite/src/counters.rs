//! What the writer did, for metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Counts since the store was opened. They are hints for graphs: each is exact, together they are no snapshot.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    works: AtomicU64,
    rolled_back: AtomicU64,
    failed_groups: AtomicU64,
    largest_group: AtomicU64,
    commit_micros: AtomicU64,
    slowest_commit_micros: AtomicU64,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterValues {
    /// Groups that were made durable: one flush to disk each.
    pub commits: u64,
    /// Works in them; divided by `commits` it says how many writes shared a flush.
    pub works: u64,
    /// Works that were rolled back: their closure met a fault or panicked.
    pub rolled_back: u64,
    /// Groups that could not be made durable; nothing of them was kept.
    pub failed_groups: u64,
    /// Most works that one flush ever carried.
    pub largest_group: u64,
    /// Time of all commits together, from taking the first work of the group to the end of the flush.
    pub commit_time: Duration,
    /// Time of the slowest commit.
    pub slowest_commit: Duration,
}

impl Counters {
    pub(crate) fn committed(&self, works: u64, rolled_back: u64, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commits.fetch_add(1, Relaxed);
        self.works.fetch_add(works, Relaxed);
        self.rolled_back.fetch_add(rolled_back, Relaxed);
        self.largest_group.fetch_max(works, Relaxed);
        self.commit_micros.fetch_add(micros, Relaxed);
        self.slowest_commit_micros.fetch_max(micros, Relaxed);
    }

    pub(crate) fn failed(&self) {
        self.failed_groups.fetch_add(1, Relaxed);
    }

    pub(crate) fn values(&self) -> CounterValues {
        CounterValues {
            commits: self.commits.load(Relaxed),
            works: self.works.load(Relaxed),
            rolled_back: self.rolled_back.load(Relaxed),
            failed_groups: self.failed_groups.load(Relaxed),
            largest_group: self.largest_group.load(Relaxed),
            commit_time: Duration::from_micros(self.commit_micros.load(Relaxed)),
            slowest_commit: Duration::from_micros(self.slowest_commit_micros.load(Relaxed)),
        }
    }
}

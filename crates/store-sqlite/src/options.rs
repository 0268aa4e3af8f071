//! What can be turned about a store.

use std::time::Duration;

/// How a [`SqliteStore`](crate::SqliteStore) is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether a missing file is made. Commands that expect a provider to be there say no, so that a mistyped directory
    /// is an error and not an empty provider.
    pub create: bool,
    /// How long to wait for another process that is writing, before the answer is a temporary fault.
    pub busy_timeout: Duration,
    /// How many reads may run at the same time; more wait.
    pub readers: usize,
    /// How many writes may wait for the writer; more wait to be let in.
    pub queue: usize,
    /// How many writes may share one commit: it bounds how long the first of them waits for the others.
    pub group: usize,
    /// The largest size of the database in pages of 4 KiB; no limit but the disk when absent.
    pub max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            create: true,
            busy_timeout: Duration::from_secs(5),
            readers: 4,
            queue: 1024,
            group: 128,
            max_pages: None,
        }
    }
}

//! The connections that read.

use crate::connection;
use crate::options::Options;
use crate::tx::Tx;
use crate::writer::{execute, panicked};
use countersign_core::failure::Fault;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A pool of connections, each opened when it is first needed.
pub(crate) struct Readers {
    path: PathBuf,
    options: Options,
    permits: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, options: Options) -> Self {
        let permits = Semaphore::new(options.readers.max(1));
        Self {
            path,
            options,
            permits,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs the work on one snapshot, on the calling task: a look-up takes microseconds from the page cache, and to hand
    /// it to another thread and back would take longer than the look-up.
    pub(crate) async fn run<T>(&self, work: impl FnOnce(&Tx<'_>) -> T + Send) -> Result<T, Fault> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| Fault::new("the database was closed"))?;
        self.run_now(work)
    }

    /// The same without waiting for a place, for what runs once in a while.
    pub(crate) fn run_now<T>(&self, work: impl FnOnce(&Tx<'_>) -> T) -> Result<T, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::reading(&self.path, &self.options)?,
        };
        execute(&connection, "BEGIN")?;
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&Tx::new(&connection))));
        // A connection that cannot end its transaction is not put back.
        execute(&connection, "COMMIT")?;
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        outcome.map_err(|_| panicked())
    }
}

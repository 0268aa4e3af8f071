//! Copying the write-ahead log back into the database, beside the writer.
//!
//! The bulk is copied by a thread of its own while the writer goes on. The writer then copies the little that came
//! meanwhile, and begins its log from the start. A writer that did all of it itself let everybody wait for two flushes
//! and a thousand pages, several times a second under load.

use crate::connection;
use crate::options::Options;
use countersign_core::failure::Fault;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Pages in the write-ahead log from which it is copied back: a page that changed often is copied once.
const PAGES: i32 = 1000;

/// How far the copying has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The log is short.
    Resting,
    /// It is long: the thread copies it.
    Copying,
    /// All is copied but what came meanwhile, which the writer copies after its next commit.
    Copied,
    /// The store is closed.
    Closed,
}

/// What the writer and the thread tell each other.
#[derive(Debug)]
pub(crate) struct Progress {
    stage: Mutex<Stage>,
    changed: Condvar,
}

impl Progress {
    fn new() -> Self {
        Self {
            stage: Mutex::new(Stage::Resting),
            changed: Condvar::new(),
        }
    }

    /// The writer has committed, and its log has so many pages.
    pub(crate) fn committed(&self, pages: i32) {
        if pages >= PAGES {
            self.step(Stage::Resting, Stage::Copying);
        }
    }

    /// The writer is between two groups: it copies what is left, if the bulk is done. Nobody adds to the log meanwhile, so
    /// the next group begins it from the start, unless somebody still reads what is old; then the next commit tries again.
    pub(crate) fn finish(&self, writer: &Connection) {
        if self.step(Stage::Copied, Stage::Resting) {
            copy(writer);
        }
    }

    fn close(&self) {
        *self.lock() = Stage::Closed;
        self.changed.notify_all();
    }

    /// Goes from one stage to the next, and says whether it stood there.
    fn step(&self, from: Stage, to: Stage) -> bool {
        let mut stage = self.lock();
        let stood = *stage == from;
        if stood {
            *stage = to;
            self.changed.notify_all();
        }
        stood
    }

    /// Waits for work; `false` when there will be none.
    fn wanted(&self) -> bool {
        let idle = |stage: &mut Stage| matches!(stage, Stage::Resting | Stage::Copied);
        let stage = self.changed.wait_while(self.lock(), idle);
        *stage.unwrap_or_else(PoisonError::into_inner) == Stage::Copying
    }

    fn lock(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread. Dropping it waits for its end.
pub(crate) struct Checkpointer {
    progress: Arc<Progress>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread, which opens its connection when there is something to copy for the first time.
    pub(crate) fn start(path: PathBuf, options: Options) -> Result<Self, Fault> {
        let progress = Arc::new(Progress::new());
        let shared = Arc::clone(&progress);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || serve(&path, &options, &shared))
            .map_err(|error| {
                Fault::new("the database's checkpointer could not start; allow this user more threads")
                    .with_source(error)
            })?;
        Ok(Self {
            progress,
            thread: Some(thread),
        })
    }

    /// For the writer.
    pub(crate) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.progress.close();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn serve(path: &Path, options: &Options, progress: &Progress) {
    let mut connection = None;
    while progress.wanted() {
        // Without a connection the writer does all of it, as it did before there was this thread.
        connection = connection.or_else(|| connection::checkpointing(path, options).ok());
        connection.as_ref().map(copy);
        progress.step(Stage::Copying, Stage::Copied);
    }
}

/// Copies what no reader holds back, without waiting for anybody. A failure loses nothing: the log keeps what was not
/// copied, and after the next commit it is tried again; a disk that stays full or broken shows in the commits.
fn copy(connection: &Connection) {
    let _left_to_the_next = connection.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::PASSIVE);
}

//! The store itself: a writer, readers, and the port on top of them.

use crate::checkpoint::Checkpointer;
use crate::connection;
use crate::counters::{CounterValues, Counters};
use crate::failure::opening;
use crate::options::Options;
use crate::readers::Readers;
use crate::schema;
use crate::writer::Writer;
use async_trait::async_trait;
use countersign_core::failure::Fault;
use countersign_core::store::{ReadWork, Store, WriteWork};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The Store port on one SQLite file. Several processes may have the same file open and write to it.
pub struct SqliteStore {
    pub(crate) path: PathBuf,
    pub(crate) options: Options,
    pub(crate) readers: Readers,
    writer: Writer,
    _checkpointer: Checkpointer,
    counters: Arc<Counters>,
}

impl SqliteStore {
    /// Opens (and, unless `options` say otherwise, makes) the database and brings its schema up to date.
    ///
    /// # Errors
    /// The file cannot be opened or written, is damaged, belongs to another program, or has a schema that is newer than
    /// this program. Each is one sentence that begins with the path and says what to do.
    pub fn open(path: impl Into<PathBuf>, options: Options) -> Result<Self, Fault> {
        let path = path.into();
        let mut connection = connection::writing(&path, &options)?;
        schema::refuse_strangers(&connection, &path)?;
        connection::settle_writer(&connection, &options)
            .and_then(|()| schema::migrate(&mut connection))
            .map_err(|error| opening(&path, error))?;
        let counters = Arc::new(Counters::default());
        let checkpointer = Checkpointer::start(path.clone(), options.clone())?;
        let writer = Writer::start(
            connection,
            &options,
            Arc::clone(&counters),
            checkpointer.progress(),
        )?;
        let readers = Readers::new(path.clone(), options.clone());
        Ok(Self {
            path,
            options,
            readers,
            writer,
            _checkpointer: checkpointer,
            counters,
        })
    }

    /// Where the database file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the writer did since the store was opened, for metrics.
    #[must_use]
    pub fn counters(&self) -> CounterValues {
        self.counters.values()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn run_read(&self, work: ReadWork) -> Result<(), Fault> {
        self.readers.run(|tx| work(tx)).await
    }

    async fn run_write(&self, work: WriteWork) -> Result<(), Fault> {
        self.writer.run(Box::new(move |tx| Ok(work(tx)))).await
    }

    async fn check(&self) -> Result<(), Fault> {
        self.readers.run(|tx| tx.pragma("schema_version")).await??;
        self.writer.run(Box::new(|tx| tx.write_nothing())).await
    }
}
